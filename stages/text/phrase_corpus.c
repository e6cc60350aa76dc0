/* phrase_corpus.c - a corpus of stems, and the phrases that are frequent in it. */
#include "stages/text/phrase_corpus.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/terms.h"

/* 40,000 reviews have about 1.5 million words: half a second, 30 MB. */
enum { MAX_DOCUMENTS = 40000, MAX_DOCUMENT_WORDS = 400 };

static const char *const generic_words[] = {
#define ROW(language, word) word,
#include "stages/text/data/generic_words.inc"
#undef ROW
};

static const struct text generic_endings[] = {
#define ROW(language, ending) TEXT(ending),
#include "stages/text/data/generic_endings.inc"
#undef ROW
};

/* Praise and blame among them say nothing about the subject either. */
static const struct opinion_word {
    const char *family, *word;
} opinion_words[] = {
#define ROW(language, family, word) {family, word},
#include "stages/text/data/opinion_words.inc"
#undef ROW
};

static const char *const general_families[] = {"good", "bad", NULL};

static const char *const verb_openers[] = {
#define ROW(language, word) word,
#include "stages/text/data/verb_openers.inc"
#undef ROW
    NULL,
};

static const char *const noun_openers[] = {
#define ROW(language, word) word,
#include "stages/text/data/noun_openers.inc"
#undef ROW
    NULL,
};

static const char *const nouns_in_ly[] = {
#define ROW(language, word) word,
#include "stages/text/data/nouns_in_ly.inc"
#undef ROW
    NULL,
};

/* What a word's ending shows. FORM_ALONE to FORM_VERBAL: a Korean word without an ending, one that
 * may be a short noun and its particle ("앱이"), one with a particle, and the noun of a verb
 * ("반납했어요"). */
enum word_form {
    FORM_OTHER,
    FORM_ADVERB,
    FORM_ALONE,
    FORM_SHORT,
    FORM_PARTICLE,
    FORM_VERBAL,
    FORM_PREDICATE,
    WORD_FORM_COUNT
};

/* ---- The corpus ---- */

/* And its stem. */
static void add_generic_word(struct phrase_corpus *corpus, struct text text)
{
    size_t count;
    arena_reset(&corpus->arena);
    const struct word *words = terms_extract_words(text, &corpus->arena, &count);
    hash_table_get_or_insert(&corpus->generic, hash_text(text), 0, NULL);
    if (count == 1)
        hash_table_get_or_insert(&corpus->generic, hash_text(words[0].stem), 0, NULL);
}

static void add_generic_words(struct phrase_corpus *corpus)
{
    for (size_t i = 0; i < sizeof(generic_words) / sizeof(*generic_words); i++)
        add_generic_word(corpus, text_of(generic_words[i]));
    for (size_t i = 0; i < sizeof(opinion_words) / sizeof(*opinion_words); i++)
        if (text_is_one_of(text_of(opinion_words[i].family), general_families))
            add_generic_word(corpus, text_of(opinion_words[i].word));
}

static bool is_short(struct text word)
{
    size_t size, letters = utf8_count_code_points(word);
    bool is_unspaced =
        normalize_letter_class(utf8_decode(word, 0, &size)) == LETTER_UNSPACED_SCRIPT;
    return letters < (is_unspaced ? 2 : 3);
}

static bool has_generic_ending(const struct word *word)
{
    for (size_t i = 0; i < sizeof(generic_endings) / sizeof(*generic_endings); i++)
        if (text_ends_with(word->stem, generic_endings[i]))
            return true;
    return false;
}

static bool is_generic_word(const struct phrase_corpus *corpus, const struct word *word)
{
    return word->is_stop_word || word->is_number || is_short(word->surface) ||
           (word->is_korean && has_generic_ending(word)) ||
           hash_table_find(&corpus->generic, hash_text(word->surface)) ||
           hash_table_find(&corpus->generic, hash_text(word->stem));
}

/* Not the id itself: ids of answers to one survey may be alike. */
static bool is_sampled(const struct phrase_corpus *corpus, uint64_t id)
{
    return !(hash_combine_number(HASH_SEED, id) & corpus->sample_mask);
}

/* Removes every second document, by its id. */
static void halve(struct phrase_corpus *corpus)
{
    size_t kept = 0, word_count = 0;
    corpus->sample_mask = corpus->sample_mask << 1 | 1;
    for (size_t i = 0; i < corpus->document_count; i++) {
        struct phrase_document document = corpus->documents[i];
        if (!is_sampled(corpus, document.id))
            continue;
        if (document.count > 0) {
            memmove(corpus->words + word_count, corpus->words + document.first,
                    document.count * sizeof(*corpus->words));
            memmove(corpus->written + word_count, corpus->written + document.first,
                    document.count * sizeof(*corpus->written));
            memmove(corpus->forms + word_count, corpus->forms + document.first, document.count);
        }
        document.first = (uint32_t)word_count;
        word_count += document.count;
        corpus->documents[kept++] = document;
    }
    corpus->document_count = kept;
    corpus->word_count = word_count;
}

static void append_word(struct phrase_corpus *corpus, uint32_t stem, uint32_t surface,
                        enum word_form form)
{
    corpus->words = memory_grow(corpus->words, &corpus->word_capacity, corpus->word_count + 1,
                                sizeof(*corpus->words));
    corpus->written = memory_grow(corpus->written, &corpus->written_capacity,
                                  corpus->word_count + 1, sizeof(*corpus->written));
    corpus->forms = memory_grow(corpus->forms, &corpus->forms_capacity, corpus->word_count + 1,
                                sizeof(uint8_t));
    corpus->words[corpus->word_count] = stem;
    corpus->forms[corpus->word_count] = (uint8_t)form;
    corpus->written[corpus->word_count++] = surface;
}

static uint32_t add_stem(struct phrase_corpus *corpus, const struct word *word)
{
    size_t known = corpus->stems.count, stem = name_set_add(&corpus->stems, word->stem);
    corpus->is_generic =
        memory_grow(corpus->is_generic, &corpus->generic_capacity, stem + 1, sizeof(bool));
    if (stem == known)
        corpus->is_generic[stem] = is_generic_word(corpus, word);
    return (uint32_t)stem + 1;
}

static enum word_form get_form(const struct word *word)
{
    enum { MIN_ADVERB_SIZE = 5 };
    if (word->is_korean)
        return word->is_predicate                     ? FORM_PREDICATE
               : word->has_particle                   ? FORM_PARTICLE
               : word->stem.size < word->surface.size ? FORM_VERBAL
               : word->may_be_short                   ? FORM_SHORT
                                                      : FORM_ALONE;
    bool is_adverb = word->surface.size >= MIN_ADVERB_SIZE &&
                     text_ends_with(word->surface, TEXT("ly")) &&
                     !text_is_one_of(word->surface, nouns_in_ly);
    return is_adverb ? FORM_ADVERB : FORM_OTHER;
}

void phrase_corpus_add(struct phrase_corpus *corpus, struct text text, uint64_t id, uint32_t group)
{
    bool is_new;
    if (!corpus->generic.count)
        add_generic_words(corpus);
    if (!is_sampled(corpus, id))
        return;
    hash_table_get_or_insert(&corpus->text_hashes, hash_text(text), 0, &is_new);
    if (!is_new)
        return;
    arena_reset(&corpus->arena);
    size_t count, first = corpus->word_count;
    const struct word *words = terms_extract_words(text, &corpus->arena, &count);
    for (size_t i = 0; i < count && i < MAX_DOCUMENT_WORDS; i++) {
        if (words[i].follows_break || words[i].is_attached)
            append_word(corpus, 0, 0, FORM_OTHER);
        if (words[i].is_attached)
            continue;
        uint32_t stem = add_stem(corpus, &words[i]);
        struct text written = words[i].is_korean ? words[i].stem : words[i].surface;
        append_word(corpus, stem, (uint32_t)name_set_add(&corpus->surfaces, written),
                    get_form(&words[i]));
    }
    corpus->documents = memory_grow(corpus->documents, &corpus->document_capacity,
                                    corpus->document_count + 1, sizeof(*corpus->documents));
    corpus->documents[corpus->document_count++] = (struct phrase_document){
        .id = id,
        .first = (uint32_t)first,
        .count = (uint32_t)(corpus->word_count - first),
        .group = group,
    };
    while (corpus->document_count > MAX_DOCUMENTS)
        halve(corpus);
}

void phrase_corpus_exclude_name(struct phrase_corpus *corpus, struct text name)
{
    size_t count;
    arena_reset(&corpus->arena);
    const struct word *words = terms_extract_words(name, &corpus->arena, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t stem = add_stem(corpus, &words[i]); /* may move is_generic */
        corpus->is_generic[stem - 1] = true;
    }
}

void phrase_corpus_exclude_common(struct phrase_corpus *corpus, uint32_t group,
                                  size_t min_documents)
{
    struct arena arena = {0};
    uint32_t *counts = arena_alloc(&arena, corpus->stems.count + 1, sizeof(*counts)),
             *last = arena_alloc(&arena, corpus->stems.count + 1, sizeof(*last));
    for (uint32_t d = 0; d < corpus->document_count; d++)
        for (uint32_t i = 0; corpus->documents[d].group == group && i < corpus->documents[d].count;
             i++) {
            uint32_t word = corpus->words[corpus->documents[d].first + i];
            counts[word] += last[word] != d + 1;
            last[word] = d + 1;
        }
    for (size_t i = 0; i < corpus->stems.count; i++)
        corpus->is_generic[i] |= counts[i + 1] >= min_documents;
    arena_free(&arena);
}

void phrase_corpus_free(struct phrase_corpus *corpus)
{
    name_set_free(&corpus->stems);
    name_set_free(&corpus->surfaces);
    hash_table_free(&corpus->text_hashes);
    hash_table_free(&corpus->generic);
    free(corpus->is_generic);
    free(corpus->words);
    free(corpus->written);
    free(corpus->forms);
    free(corpus->documents);
    arena_free(&corpus->arena);
    *corpus = (struct phrase_corpus){0};
}

/* ---- Phrases ---- */

/* A phrase while its documents are counted. */
struct candidate {
    struct phrase phrase;
    uint32_t last_document; /* counted last, + 1 */
    uint32_t *next;         /* where the next document is written; NULL: too few documents */
};

struct phrase_counter {
    const struct phrase_corpus *corpus;
    uint32_t *stem_documents, *last_document; /* [stem]: documents with the word; the last one */
    bool *is_no_noun;                         /* [stem] */
    size_t min_documents;
    struct hash_table indexes; /* hash of a phrase: index into `candidates` */
    struct candidate *candidates;
    size_t count, capacity;
};

static void count_stems(struct phrase_counter *counter)
{
    const struct phrase_corpus *corpus = counter->corpus;
    counter->stem_documents = memory_alloc(corpus->stems.count + 1, sizeof(uint32_t));
    counter->last_document = memory_alloc(corpus->stems.count + 1, sizeof(uint32_t));
    for (uint32_t d = 0; d < corpus->document_count; d++)
        for (uint32_t i = 0; i < corpus->documents[d].count; i++) {
            uint32_t word = corpus->words[corpus->documents[d].first + i];
            if (!word || counter->last_document[word] == d + 1)
                continue;
            counter->last_document[word] = d + 1;
            counter->stem_documents[word]++;
        }
}

static double count_noun_forms(const uint32_t *forms)
{
    return forms[FORM_ALONE] + forms[FORM_SHORT] + forms[FORM_PARTICLE] + forms[FORM_VERBAL];
}

/* Whether the texts use a word as something else than a noun. A Korean noun has particles. A word
 * that has hardly any, clearly (by two standard deviations) fewer than words of these texts usually
 * have, is none; nor is what may be a short noun and its particle, if it has few others. In
 * English, only adverbs show themselves. */
static bool shows_no_noun(const uint32_t *forms, const uint32_t *all_forms)
{
    const double hardly_any = 0.15, few = 0.4; /* of the particles that are expected */
    double nouns = count_noun_forms(forms), all_nouns = count_noun_forms(all_forms);
    double expected = all_nouns > 0 ? nouns * all_forms[FORM_PARTICLE] / all_nouns : 0,
           missing = expected - forms[FORM_PARTICLE];
    return forms[FORM_ADVERB] > forms[FORM_OTHER] || forms[FORM_PREDICATE] > nouns ||
           (forms[FORM_SHORT] > 0 && forms[FORM_PARTICLE] < few * expected) ||
           (forms[FORM_PARTICLE] < hardly_any * expected &&
            forms[FORM_VERBAL] < hardly_any * nouns && missing * missing >= 4 * expected);
}

static void find_nouns(struct phrase_counter *counter)
{
    const struct phrase_corpus *corpus = counter->corpus;
    uint32_t(*forms)[WORD_FORM_COUNT] = memory_alloc(corpus->stems.count + 1, sizeof(*forms));
    uint32_t all_forms[WORD_FORM_COUNT] = {0};
    for (size_t i = 0; i < corpus->word_count; i++) {
        forms[corpus->words[i]][corpus->forms[i]]++;
        all_forms[corpus->forms[i]] +=
            corpus->words[i] && !corpus->is_generic[corpus->words[i] - 1];
    }
    counter->is_no_noun = memory_alloc(corpus->stems.count + 1, sizeof(bool));
    for (size_t i = 1; i <= corpus->stems.count; i++)
        counter->is_no_noun[i] = shows_no_noun(forms[i], all_forms);
    free(forms);
}

/* Of "aap" and "app" the same. 0: the word is too long, or of another script. */
static uint64_t hash_without_doubles(struct text word)
{
    char letters[64];
    size_t count = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.bytes[i] < 'a' || word.bytes[i] > 'z' || count == sizeof(letters))
            return 0;
        if (i == 0 || word.bytes[i] != word.bytes[i - 1])
            letters[count++] = word.bytes[i];
    }
    return hash_text((struct text){letters, count});
}

/* Words that differ from a generic one in doubled letters only are misspelled. */
static void exclude_misspelled(struct phrase_counter *counter)
{
    const struct phrase_corpus *corpus = counter->corpus;
    struct hash_table generic = {0};
    for (size_t i = 0; i < corpus->stems.count; i++)
        if (corpus->is_generic[i] && !terms_is_stop_word(corpus->stems.texts[i]))
            hash_table_get_or_insert(&generic, hash_without_doubles(corpus->stems.texts[i]), 0,
                                     NULL);
    for (size_t i = 0; i < corpus->stems.count; i++) {
        uint64_t hash = hash_without_doubles(corpus->stems.texts[i]);
        counter->is_no_noun[i + 1] |= hash && hash_table_find(&generic, hash);
    }
    hash_table_free(&generic);
}

static uint64_t hash_words(const uint32_t *words, uint32_t count)
{
    uint64_t hash = hash_combine_number(HASH_SEED, count);
    for (uint32_t i = 0; i < count; i++)
        hash = hash_combine_number(hash, words[i]);
    return hash;
}

static bool may_end_phrase(const struct phrase_counter *counter, uint32_t word)
{
    return !counter->corpus->is_generic[word - 1] && !counter->is_no_noun[word];
}

static bool may_be_phrase(const struct phrase_counter *counter, const uint32_t *words,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!words[i] || counter->stem_documents[words[i]] < counter->min_documents)
            return false;
    return may_end_phrase(counter, words[0]) && may_end_phrase(counter, words[count - 1]);
}

/* Calls `visit` for every phrase of every document, with repeats. */
static void for_each_phrase(struct phrase_counter *counter,
                            void (*visit)(struct phrase_counter *, const uint32_t *words,
                                          uint32_t count, uint32_t document))
{
    const struct phrase_corpus *corpus = counter->corpus;
    for (uint32_t d = 0; d < corpus->document_count; d++) {
        if (corpus->documents[d].count == 0)
            continue; /* there may be no words at all */
        const uint32_t *words = corpus->words + corpus->documents[d].first;
        for (uint32_t i = 0; i < corpus->documents[d].count; i++)
            for (uint32_t count = 1;
                 count <= PHRASE_MAX_WORDS && i + count <= corpus->documents[d].count; count++)
                if (may_be_phrase(counter, words + i, count))
                    visit(counter, words + i, count, d);
    }
}

static void count_phrase(struct phrase_counter *counter, const uint32_t *words, uint32_t count,
                         uint32_t document)
{
    bool is_new;
    size_t index = *hash_table_get_or_insert(&counter->indexes, hash_words(words, count),
                                             counter->count, &is_new);
    if (is_new) {
        counter->candidates = memory_grow(counter->candidates, &counter->capacity, ++counter->count,
                                          sizeof(*counter->candidates));
        counter->candidates[index] = (struct candidate){.phrase = {.word_count = count}};
        memcpy(counter->candidates[index].phrase.words, words, count * sizeof(*words));
    }
    struct candidate *candidate = &counter->candidates[index];
    candidate->phrase.document_count += candidate->last_document != document + 1;
    candidate->last_document = document + 1;
}

static void list_document(struct phrase_counter *counter, const uint32_t *words, uint32_t count,
                          uint32_t document)
{
    size_t index = *hash_table_find(&counter->indexes, hash_words(words, count));
    struct candidate *candidate = &counter->candidates[index];
    if (candidate->next && candidate->last_document != document + 1)
        *candidate->next++ = document;
    candidate->last_document = document + 1;
}

/* Keeps the phrases with enough documents, and makes room for the documents. */
static void select_phrases(struct phrase_counter *counter, struct phrase_list *list)
{
    list->phrases = arena_alloc(&list->arena, counter->count + 1, sizeof(*list->phrases));
    for (size_t i = 0; i < counter->count; i++) {
        struct candidate *candidate = &counter->candidates[i];
        candidate->last_document = 0;
        if (candidate->phrase.document_count < counter->min_documents)
            continue;
        candidate->next =
            arena_alloc(&list->arena, candidate->phrase.document_count, sizeof(uint32_t));
        candidate->phrase.documents = candidate->next;
        list->phrases[list->count++] = candidate->phrase;
    }
}

void phrase_list_build(struct phrase_list *list, const struct phrase_corpus *corpus,
                       size_t min_documents)
{
    struct phrase_counter counter = {.corpus = corpus, .min_documents = min_documents};
    count_stems(&counter);
    find_nouns(&counter);
    exclude_misspelled(&counter);
    for_each_phrase(&counter, count_phrase);
    select_phrases(&counter, list);
    for_each_phrase(&counter, list_document);
    hash_table_free(&counter.indexes);
    free(counter.candidates);
    free(counter.stem_documents);
    free(counter.last_document);
    free(counter.is_no_noun);
}

void phrase_list_free(struct phrase_list *list)
{
    arena_free(&list->arena);
    *list = (struct phrase_list){0};
}

/* The first place of the phrase among `count` words, or `count`. */
static size_t find_words(const struct phrase *phrase, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i + phrase->word_count <= count; i++)
        if (memcmp(words + i, phrase->words, phrase->word_count * sizeof(*words)) == 0)
            return i;
    return count;
}

static struct text join_surfaces(const struct phrase_corpus *corpus, const uint32_t *written,
                                 uint32_t count, struct arena *arena)
{
    struct text joined = corpus->surfaces.texts[written[0]];
    for (uint32_t i = 1; i < count; i++)
        joined = arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(joined),
                              TEXT_ARGUMENT(corpus->surfaces.texts[written[i]]));
    return joined;
}

struct text phrase_format(const struct phrase *phrase, const struct phrase_corpus *corpus,
                          struct arena *arena)
{
    struct name_set forms = {0};
    size_t *counts = arena_alloc(arena, phrase->document_count, sizeof(*counts)), best = 0;
    for (size_t i = 0; i < phrase->document_count; i++) {
        const struct phrase_document *document = &corpus->documents[phrase->documents[i]];
        size_t at = find_words(phrase, corpus->words + document->first, document->count);
        struct text form = join_surfaces(corpus, corpus->written + document->first + at,
                                         phrase->word_count, arena);
        size_t number = name_set_add(&forms, form);
        best = ++counts[number] > counts[best] ? number : best;
    }
    assert(forms.texts); /* a phrase is in a document */
    struct text text = arena_copy_text(arena, forms.texts[best]);
    name_set_free(&forms);
    return text;
}

bool phrase_is_verb(const struct phrase *phrase, const struct phrase_corpus *corpus)
{
    size_t verbs = 0, preceded = 0;
    for (size_t i = 0; phrase->word_count == 1 && i < phrase->document_count; i++) {
        const struct phrase_document *document = &corpus->documents[phrase->documents[i]];
        const uint32_t *words = corpus->words + document->first;
        size_t at = find_words(phrase, words, document->count);
        if (at == 0 || words[at - 1] == 0)
            continue;
        preceded++;
        verbs += text_is_one_of(corpus->surfaces.texts[corpus->written[document->first + at - 1]],
                                verb_openers);
    }
    return preceded > 0 && 2 * verbs >= preceded;
}

/* "booking", "covered": a verb's form more often than a noun. */
static bool has_verb_ending(struct text word)
{
    return text_ends_with(word, TEXT("ing")) || text_ends_with(word, TEXT("ed"));
}

bool phrase_is_noun(const struct phrase *phrase, const struct phrase_corpus *corpus)
{
    enum { NOUN_SHARE = 5, VERB_ENDING_NOUN_SHARE = 2 };
    size_t nouns = 0, share = NOUN_SHARE;
    for (size_t i = 0; phrase->word_count == 1 && i < phrase->document_count; i++) {
        const struct phrase_document *document = &corpus->documents[phrase->documents[i]];
        const uint32_t *words = corpus->words + document->first;
        const uint32_t *written = corpus->written + document->first;
        size_t at = find_words(phrase, words, document->count);
        if (corpus->forms[document->first + at] == FORM_PARTICLE)
            return true;
        if (has_verb_ending(corpus->surfaces.texts[written[at]]))
            share = VERB_ENDING_NOUN_SHARE;
        nouns += at > 0 && words[at - 1] != 0 &&
                 text_is_one_of(corpus->surfaces.texts[written[at - 1]], noun_openers);
    }
    return phrase->word_count > 1 || nouns * share >= phrase->document_count;
}

struct text phrase_format_continued(const struct phrase *phrase, const struct phrase *next,
                                    const struct phrase_corpus *corpus, struct arena *arena)
{
    struct text name = phrase_format(phrase, corpus, arena),
                rest = phrase_format(next, corpus, arena), first;
    if (next == phrase || next->words[0] != phrase->words[phrase->word_count - 1] ||
        next->word_count < 2)
        return name;
    text_split(&rest, ' ', &first);
    return arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(name), TEXT_ARGUMENT(rest));
}

bool phrase_shares_word(const struct phrase *a, const struct phrase *b)
{
    for (uint32_t i = 0; i < a->word_count; i++)
        for (uint32_t k = 0; k < b->word_count; k++)
            if (a->words[i] == b->words[k])
                return true;
    return false;
}

bool phrase_overlaps(const struct phrase *a, const struct phrase *b)
{
    if (a->word_count > b->word_count)
        return phrase_overlaps(b, a);
    for (uint32_t i = 0; i < a->word_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->word_count; k++)
            found |= a->words[i] == b->words[k];
        if (!found)
            return false;
    }
    return true;
}
