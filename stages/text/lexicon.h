/* lexicon.h - the word lists that statements are read with: aspects, opinions, wishes, negations.
 */
#ifndef STAGES_TEXT_LEXICON_H
#define STAGES_TEXT_LEXICON_H

#include "base/hash_table.h"
#include "base/text.h"

enum lexicon_kind {
    WORD_CONTENT, /* not listed */
    WORD_EMPTY,
    WORD_ASPECT,
    WORD_OPINION,
    WORD_WISH,
    /* data/negation_words.tsv explains these. */
    WORD_NEGATION_BEFORE,
    WORD_NEGATION_MISSING,
    WORD_NEGATION_WORD_BEFORE,
    WORD_NEGATION_AFTER,
    WORD_NEGATION_MISSING_AFTER,
    WORD_NEGATION_INSIDE,
    WORD_NEGATION_CANCEL,
    WORD_NEGATION_NONE,
};

/* Opinion words that mean the same. */
struct opinion_family {
    const char *name;
    int polarity;         /* +1, -1; 0: an opinion only of aspects with an implied one */
    const char *opposite; /* name of a family; "-": none */
    bool is_general, is_verdict, stands_alone, says_itself;
};

/* A row of a list. */
struct lexicon_word {
    const char *text;
    const char *name; /* of an aspect or an opinion's family */
    enum lexicon_kind kind;
    bool is_whole;
};

struct lexicon {
    struct hash_table words;    /* hash of a word: its number in the lists */
    struct hash_table families; /* hash of a family's name: its number */
    struct hash_table starts;   /* hash of the first bytes of a phrase: anything */
};

/* Close is safe on a zeroed lexicon. */
void lexicon_open(struct lexicon *lexicon);
void lexicon_close(struct lexicon *lexicon);

/* A word as it is listed: English in small letters. NULL: it is not. */
const struct lexicon_word *lexicon_find(const struct lexicon *lexicon, struct text word);

/* The longest listed beginning of a Korean word after which only an ending may follow, or anything
 * if it is an opinion. Writes its size in bytes. NULL: none. */
const struct lexicon_word *lexicon_find_beginning(const struct lexicon *lexicon, struct text word,
                                                  size_t *size);

/* Many omit the blank: "너무좋아요", "숙소깔끔". Finds an opinion after a listed word, and where it
 * ends. NULL: none. */
const struct lexicon_word *lexicon_find_glued_opinion(const struct lexicon *lexicon,
                                                      struct text word, size_t *end);

/* Many also omit the blank between an opinion and what it is about: "배송빨라요", "맛도좋고",
 * "빠른배송". The offset of the second word; word.size: it is one word. */
size_t lexicon_find_glue(const struct lexicon *lexicon, struct text word);

/* Words that together mean what another word does: "on time", "맛이 있어요". `text` begins with the
 * first. Writes the size of all in bytes, of Korean without the ending of the last. NULL: none. */
const struct lexicon_word *lexicon_find_phrase(const struct lexicon *lexicon, struct text text,
                                               size_t *size);

/* NULL: there is none. */
const struct opinion_family *lexicon_find_family(const struct lexicon *lexicon, const char *name);

/* The family that says the same of nothing in particular; NULL: none. `aspect` may be NULL. */
const struct opinion_family *lexicon_find_implied(const struct lexicon *lexicon, const char *aspect,
                                                  const struct opinion_family *family);

/* Whether any praise or blame of the aspect judges it as a whole ("fast service"). `aspect` may be
 * NULL. */
bool lexicon_is_judged(const char *aspect);

/* Whether the rest of a Korean word reverses its beginning: "깨끗하지않아요". */
bool lexicon_has_negation(struct text rest);

/* Whether a Korean word asks for something: "써주세요". */
bool lexicon_ends_with_wish(struct text word);

/* A Korean word without its longest particle or ending; one syllable at least is left. */
struct text lexicon_strip_korean_ending(struct text word);

enum break_place { BREAK_WORD, BREAK_ENDING, BREAK_PREPOSITION };

/* Whether a word separates opinions and aspects in this way (data/break_words.tsv). */
bool lexicon_is_break(struct text word, enum break_place place);

#endif
