/* phrase_corpus.h - the phrases of one to three words that many texts have in common.
 *
 * Words are compared by their stems (terms.h). A phrase neither begins nor ends with a word of
 * data/generic_words.tsv (words of grammar, of courtesy and of praise or blame, which say nothing
 * about the subject), with a number or what is attached to it, with a name that the caller
 * excludes, or with a word that the texts do not use as a noun: a Korean word that hardly ever has
 * a noun's particle ("제발", and "앱이", whose stem would be too short), an English adverb in -ly.
 * Nor with one that differs from a word of the list in doubled letters only. Each text counts once,
 * however often it repeats a phrase; equal texts count once, too. */
#ifndef STAGES_TEXT_PHRASE_CORPUS_H
#define STAGES_TEXT_PHRASE_CORPUS_H

#include "base/arena.h"
#include "base/hash_table.h"

enum { PHRASE_MAX_WORDS = 3 };

struct phrase_document {
    uint64_t id;    /* of the record */
    uint32_t first; /* into phrase_corpus.words */
    uint32_t count;
    uint32_t group; /* of the caller */
};

/* A zeroed corpus is empty. */
struct phrase_corpus {
    struct name_set stems, surfaces;
    bool *is_generic;                  /* owned: [stem] */
    uint32_t *words, *written;         /* owned: of all documents, stem + 1 or 0 for a break; and
                                          the surface of each word */
    uint8_t *forms;                    /* owned: enum word_form of each word */
    struct phrase_document *documents; /* owned */
    struct hash_table text_hashes, generic;
    uint64_t sample_mask; /* documents whose hash has one of these bits are left out */
    size_t word_count, word_capacity, written_capacity, forms_capacity;
    size_t document_count, document_capacity;
    size_t generic_capacity;
    struct arena arena; /* reset for every document */
};

/* A phrase, and the documents that contain it. */
struct phrase {
    uint32_t words[PHRASE_MAX_WORDS]; /* stem + 1 */
    uint32_t word_count;
    const uint32_t *documents; /* indexes, ascending */
    size_t document_count;
};

struct phrase_list {
    struct phrase *phrases; /* in the order of their first documents */
    size_t count;
    struct arena arena;
};

/* Makes the words of `name` generic: the name of a product or a brand. After the documents. */
void phrase_corpus_exclude_name(struct phrase_corpus *corpus, struct text name);

/* Makes words generic that are in at least `min_documents` documents of the group: what all of them
 * speak of. After the documents. */
void phrase_corpus_exclude_common(struct phrase_corpus *corpus, uint32_t group,
                                  size_t min_documents);

/* Adds a text; `id` and `group` come back in its document. Above a limit, the corpus keeps a sample
 * that depends on the ids only. */
void phrase_corpus_add(struct phrase_corpus *corpus, struct text text, uint64_t id, uint32_t group);

void phrase_corpus_free(struct phrase_corpus *corpus);

/* The phrases in at least `min_documents` documents. */
void phrase_list_build(struct phrase_list *list, const struct phrase_corpus *corpus,
                       size_t min_documents);
void phrase_list_free(struct phrase_list *list);

/* The phrase as most of its documents write it, in Korean without endings; in `arena`. */
struct text phrase_format(const struct phrase *phrase, const struct phrase_corpus *corpus,
                          struct arena *arena);

/* Whether the phrase is one word that most of its documents use as a verb, as far as the word
 * before it shows (data/verb_openers.tsv): what happens, not what it happens to. */
bool phrase_is_verb(const struct phrase *phrase, const struct phrase_corpus *corpus);

/* Whether its documents use the phrase as a noun: one Korean word that has a noun's particle in one
 * of them, or one English word that often follows a word of data/noun_openers.tsv. A phrase of
 * several words is one. For corpora so small that shares of word forms say nothing. */
bool phrase_is_noun(const struct phrase *phrase, const struct phrase_corpus *corpus);

/* The phrase with the words of one that continues it, "smell of burnt" with "burnt plastic"; the
 * phrase itself if `next` does not begin with its last word. In `arena`. */
struct text phrase_format_continued(const struct phrase *phrase, const struct phrase *next,
                                    const struct phrase_corpus *corpus, struct arena *arena);

/* Whether the phrases have a word in common. */
bool phrase_shares_word(const struct phrase *a, const struct phrase *b);

/* Whether all words of the shorter phrase are in the longer one. */
bool phrase_overlaps(const struct phrase *a, const struct phrase *b);

#endif
