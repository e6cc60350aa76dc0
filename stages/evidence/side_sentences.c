/* side_sentences.c - splits records into sentences, and rates them by their words. */
#include "stages/evidence/side_sentences.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/evidence/point_text.h"
#include "stages/evidence/side.h"
#include "stages/text/clause_words.h"
#include "stages/text/sentence_quality.h"

enum {
    MIN_LENGTH = 12,     /* columns */
    MAX_LENGTH = 160,    /* a longer sentence is not read in a list */
    TYPICAL_LENGTH = 50, /* shorter and longer ones are worse */
    GENERAL_COST = 120,  /* "bad" says less than a sentence about something */
    SILENT_COST = 80,    /* no listed word shows the side */
    PERSONAL_COST = 20,  /* "I" */
    UNCLEAR_COST = 40,   /* "They" */
    COUNTED_COST = 40,   /* of a record that a point counts for something else */
};

enum quote_word_kind { QUOTE_EMPTY_START, QUOTE_UNCLEAR_START, QUOTE_CONTRAST };

static const struct quote_word {
    struct text text;
    enum quote_word_kind kind;
} quote_words[] = {
#define ROW(language, word, kind) {TEXT(word), QUOTE_##kind},
#include "stages/evidence/data/quote_words.inc"
#undef ROW
};

/* Whether the word is listed as of this kind. */
static bool is_quote_word(struct text word, enum quote_word_kind kind)
{
    for (size_t i = 0; i < sizeof(quote_words) / sizeof(*quote_words); i++) {
        const struct quote_word *listed = &quote_words[i];
        bool is_korean = (unsigned char)listed->text.bytes[0] >= 0x80;
        if (listed->kind != kind)
            continue;
        if (text_equal_ignore_case(word, listed->text) ||
            (is_korean && text_starts_with(word, listed->text)) ||
            (is_korean && kind == QUOTE_CONTRAST && text_find(word, listed->text, 0) < word.size))
            return true;
    }
    return false;
}

static bool begins_with(struct text sentence, enum quote_word_kind kind)
{
    struct text word;
    return text_split(&sentence, ' ', &word) && is_quote_word(normalize_trim_marks(word), kind);
}

static bool has_contrast(struct text sentence)
{
    struct text word;
    while (text_split(&sentence, ' ', &word))
        if (is_quote_word(normalize_trim_marks(word), QUOTE_CONTRAST))
            return true;
    return false;
}

bool side_is_other(const struct group *group, size_t member, enum sentiment polarity)
{
    enum side side = side_of(group->members[member].sentiment), own = side_of(polarity);
    return own != SIDE_NEUTRAL && side != SIDE_NEUTRAL && side != own;
}

/* A Korean syllable is as wide as two letters. */
static size_t measure_columns(struct text text)
{
    return (text.size + utf8_count_code_points(text)) / 2;
}

static bool can_be_shown(struct text sentence)
{
    size_t length = measure_columns(sentence);
    return length >= MIN_LENGTH && length <= MAX_LENGTH && !point_text_is_personal(sentence) &&
           !text_ends_with(sentence, TEXT("?")) && !begins_with(sentence, QUOTE_EMPTY_START) &&
           text_find(sentence, TEXT("\n"), 0) == sentence.size && sentence_is_readable(sentence) &&
           sentence_is_self_contained(sentence) && !sentence_expects_continuation(sentence);
}

/* The statements of one record, in the order of its text. */
struct record_statements {
    const struct occurrence *items;
    size_t count;
};

/* What a sentence is worth as an example, and what it is about. */
static void rate(const struct record_statements *statements, int side, struct text text,
                 struct side_sentence *sentence)
{
    size_t length = measure_columns(text), silence = side != 0 ? SILENT_COST : 0,
           distance = length > TYPICAL_LENGTH ? length - TYPICAL_LENGTH : TYPICAL_LENGTH - length;
    for (size_t i = 0; i < statements->count && side != 0; i++) {
        const struct occurrence *occurrence = &statements->items[i];
        if (occurrence->begin < sentence->passage.begin || occurrence->end > sentence->passage.end)
            continue;
        bool is_own = occurrence->polarity == side;
        if (occurrence->polarity == -side)
            sentence->can_be_shown = false; /* "Nice, but it broke" is no praise */
        sentence->has_opinion |= is_own;
        if (is_own && occurrence->aspect && !occurrence->is_general) {
            silence = 0;
            sentence->aspect = occurrence->aspect;
        } else if (is_own && silence == SILENT_COST && occurrence->is_verdict) {
            silence = GENERAL_COST;
        }
    }
    sentence->form_cost = distance + (sentence_is_first_person(text) ? PERSONAL_COST : 0) +
                          (begins_with(text, QUOTE_UNCLEAR_START) ? UNCLEAR_COST : 0);
    sentence->cost = sentence->form_cost + silence;
}

/* Hashes the words that begin with a small letter: they are no names. */
static void collect_small_words(struct hash_table *small_words, struct text text)
{
    struct text word;
    while (text_split(&text, ' ', &word)) {
        word = normalize_trim_marks(word);
        if (word.size > 0 && ascii_is_lower(word.bytes[0]))
            hash_table_get_or_insert(small_words, hash_text(word), 0, NULL);
    }
}

/* The hash of the first word with a small letter, if it has a capital and is not listed. */
static uint64_t find_name(const struct statement_reader *reader, struct text sentence)
{
    enum { MAX_NAME_SIZE = 32 };
    char bytes[MAX_NAME_SIZE];
    struct text word;
    if (!text_split(&sentence, ' ', &word))
        return 0;
    word = normalize_trim_marks(word);
    if (word.size < 2 || word.size > sizeof(bytes) || !ascii_is_upper(word.bytes[0]) ||
        !ascii_is_lower(word.bytes[1]) || text_ends_with(word, TEXT("ing")) ||
        text_ends_with(word, TEXT("ed")) || clause_words_knows(&reader->lexicon, word))
        return 0;
    memcpy(bytes, word.bytes, word.size);
    bytes[0] = ascii_to_lower(bytes[0]);
    return hash_text((struct text){bytes, word.size});
}

/* A sentence that begins with a word that nobody writes with a small letter may name a person. */
static void hide_names(struct side_sentences *sentences)
{
    for (size_t i = 0; i < sentences->count; i++)
        if (sentences->items[i].name &&
            !hash_table_find(&sentences->small_words, sentences->items[i].name))
            sentences->items[i].can_be_shown = false;
}

static bool has_wish(const struct statement_reader *reader, struct text text)
{
    struct arena scratch = {0};
    struct clause_words words = clause_words_read(&reader->lexicon, text, 0, text.size, &scratch);
    bool found = false;
    for (size_t i = 0; i < words.count && !found; i++)
        found = words.items[i].kind == WORD_WISH;
    arena_free(&scratch);
    return found;
}

/* +1: praise, -1: complaints, 0: either. */
static int find_side(const struct side_sentences_source *source)
{
    return source->polarity == SENTIMENT_POSITIVE   ? 1
           : source->polarity == SENTIMENT_NEGATIVE ? -1
                                                    : 0;
}

/* Whether a record that has the side as a whole is rated as one of the other: the model may be
 * wrong. */
static bool is_in_doubt(const struct side_sentences_source *source, size_t member)
{
    const struct member *record = &source->group->members[member];
    int side = find_side(source);
    return source->group->key.topic.size == 0 && record->sentiment != SENTIMENT_MIXED &&
           side != 0 && record->rating_side == -side;
}

/* Whether a point counts a clause of the sentence. */
static bool is_evidence(const struct group *group, const struct passage *sentence)
{
    for (size_t i = 0; i < group->point_count; i++)
        for (size_t k = 0; k < group->points[i].records; k++) {
            const struct passage *clause = &group->points[i].evidence[k];
            if (clause->member == sentence->member && clause->begin < sentence->end &&
                clause->end > sentence->begin)
                return true;
        }
    return false;
}

uint64_t side_sentences_find_topics(const struct taxonomy *taxonomy, struct text text)
{
    enum { MAX_BITS = 64 };
    uint64_t topics = 0;
    size_t count = taxonomy->names.count;
    enum topic_match *matches = memory_alloc(count, sizeof(*matches));
    taxonomy_match_topics(taxonomy, text, matches);
    for (size_t i = 0; i < count && i < MAX_BITS; i++)
        if (matches[i] == TOPIC_MATCH_PHRASE)
            topics |= UINT64_C(1) << i;
    free(matches);
    return topics;
}

/* Adds the sentences of a record of either side; a full stop at the end is left out. */
static void add_sentences(const struct side_sentences_source *source,
                          const struct record_statements *statements, size_t member,
                          struct text text, struct side_sentences *sentences)
{
    struct arena scratch = {0};
    size_t count, begin = 0;
    bool is_other = side_is_other(source->group, member, source->polarity);
    const size_t *ends = segment_sentences(source->reader->segmenter, text, &scratch, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        struct text bytes = text_trim(text_slice(text, begin, ends[i]));
        while (bytes.size > 0 && bytes.bytes[bytes.size - 1] == '.')
            bytes.size--;
        if (source->topic != SIZE_MAX && count > 1 &&
            !taxonomy_matches_topic(source->taxonomy, bytes, source->topic))
            continue;
        size_t at = (size_t)(bytes.bytes - text.bytes);
        struct side_sentence sentence = {
            .passage = {member, at, at + bytes.size},
            .is_of_other_side = is_other,
            .is_on_side = !is_other,
            .can_be_shown = !is_other && !is_in_doubt(source, member) && can_be_shown(bytes)};
        if (source->is_counted[member])
            sentence.can_be_shown &=
                source->reads_all && !is_evidence(source->group, &sentence.passage);
        if (sentence.can_be_shown && source->polarity == SENTIMENT_POSITIVE)
            sentence.can_be_shown = !has_wish(source->reader, bytes) && !has_contrast(bytes);
        sentence.name = find_name(source->reader, bytes);
        if (source->reads_all && !is_other)
            sentence.topics = side_sentences_find_topics(source->taxonomy, bytes);
        rate(statements, find_side(source), bytes, &sentence);
        if (source->is_counted[member])
            sentence.form_cost += COUNTED_COST;
        phrase_corpus_add(&sentences->corpus, bytes, sentences->count, 0);
        sentences->items = memory_grow(sentences->items, &sentences->capacity, sentences->count + 1,
                                       sizeof(sentence));
        sentences->items[sentences->count++] = sentence;
    }
    arena_free(&scratch);
}

/* Of a large group, every so many-th member is read. */
static size_t find_step(const struct group *group)
{
    return (group->member_count + MAX_SENTENCE_RECORDS - 1) / MAX_SENTENCE_RECORDS;
}

bool side_sentences_read(struct side_sentences *sentences,
                         const struct side_sentences_source *source, struct member_texts *texts,
                         struct error *error)
{
    const struct group *group = source->group;
    const struct occurrences *all = &group->occurrences;
    size_t at = 0, step = find_step(group);
    for (size_t i = 0; i < group->member_count; i += step) {
        struct record_statements statements = {0};
        struct text text;
        while (at < all->count && all->items[at].member < i)
            at++;
        if (at < all->count)
            statements.items = &all->items[at];
        for (; at < all->count && all->items[at].member == i; at++)
            statements.count++;
        if (!member_texts_read(texts, i, &text, error))
            return false;
        collect_small_words(&sentences->small_words, text);
        add_sentences(source, &statements, i, text, sentences);
    }
    hide_names(sentences);
    return true;
}

void side_sentences_free(struct side_sentences *sentences)
{
    phrase_corpus_free(&sentences->corpus);
    hash_table_free(&sentences->small_words);
    free(sentences->items);
    *sentences = (struct side_sentences){0};
}
