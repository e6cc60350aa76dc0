/* sentence_index.c - the words of a group, and likeness by them. */
#include "stages/evidence/sentence_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/sentence_quality.h"
#include "stages/text/terms.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n';
}

/* ---- The index ---- */

struct building {
    struct support *support;
    size_t passage_capacity, term_capacity, first_capacity;
    size_t *seen_in; /* of a term: the last passage that has it, + 1 */
    size_t seen_capacity;
    size_t *frequency; /* of a term: passages that have it */
    size_t frequency_capacity;
};

static void add_terms(struct building *building, const struct word *words, size_t count)
{
    struct support *support = building->support;
    size_t at = support->first_term[support->count], stamp = support->count + 1;
    support->terms = memory_grow(support->terms, &building->term_capacity, at + count + 1,
                                 sizeof(*support->terms));
    for (size_t i = 0; i < count; i++) {
        if (words[i].is_pair)
            continue;
        bool added;
        size_t term = *table_at(&support->numbering, words[i].hash, support->term_count, &added);
        if (added) {
            size_t wanted = ++support->term_count;
            building->seen_in = memory_grow(building->seen_in, &building->seen_capacity, wanted,
                                            sizeof(*building->seen_in));
            building->frequency = memory_grow(building->frequency, &building->frequency_capacity,
                                              wanted, sizeof(*building->frequency));
            building->seen_in[term] = building->frequency[term] = 0;
        }
        if (building->seen_in[term] == stamp)
            continue;
        building->seen_in[term] = stamp;
        building->frequency[term]++;
        support->terms[at++] = term;
    }
    support->first_term = memory_grow(support->first_term, &building->first_capacity,
                                      support->count + 2, sizeof(*support->first_term));
    support->first_term[support->count + 1] = at;
}

static bool begins_with_digit(struct text text, size_t at)
{
    return at < text.size && text.bytes[at] >= '0' && text.bytes[at] <= '9';
}

/* Bytes of bullets and of a quotation mark without its partner, which a sentence begins with. */
static size_t marks_before(struct text sentence)
{
    static const struct text marks[] = {TEXT("-"), TEXT("*"), TEXT("•"), TEXT("·"), TEXT(" ")};
    static const struct text quotes[][2] = {{TEXT("\""), TEXT("\"")}, {TEXT("“"), TEXT("”")}};
    size_t at = 0, before = SIZE_MAX;
    while (at != before) {
        before = at;
        struct text rest = text_slice(sentence, at, sentence.size);
        for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
            if (text_starts_with(rest, marks[i]) && !begins_with_digit(rest, marks[i].size))
                at = before + marks[i].size;
        for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++)
            if (text_starts_with(rest, quotes[i][0]) &&
                text_find(rest, quotes[i][1], quotes[i][0].size) == rest.size)
                at = before + quotes[i][0].size;
    }
    return at;
}

static void add_passages(struct building *building, struct segmenter *segmenter, size_t member,
                         struct arena *scratch)
{
    struct support *support = building->support;
    struct text text = support->members[member].text;
    size_t count, begin = 0;
    const size_t *ends = segment_sentences(segmenter, text, scratch, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        size_t end = ends[i];
        while (end > begin && is_blank(text.bytes[end - 1]))
            end--;
        begin += marks_before(text_slice(text, begin, end));
        if (end == begin)
            continue;
        support->passages = memory_grow(support->passages, &building->passage_capacity,
                                        support->count + 1, sizeof(*support->passages));
        support->passages[support->count] =
            (struct passage){.member = member, .begin = begin, .end = end};
        size_t word_count;
        const struct word *words =
            words_and_pairs(text_slice(text, begin, end), scratch, &word_count);
        add_terms(building, words, word_count);
        concepts_add(&support->concepts, words, word_count, member);
        support->count++;
    }
}

struct text support_text(const struct support *support, const struct passage *passage)
{
    return text_slice(support->members[passage->member].text, passage->begin, passage->end);
}

/* Written without spaces between words, as far as letters go. */
static bool is_dense(struct text sentence)
{
    size_t dense = 0, letters = 0, size;
    for (size_t at = 0; at < sentence.size; at += size) {
        enum letter kind = normalize_letter(utf8_decode(sentence, at, &size));
        dense += kind == LETTER_DENSE;
        letters += kind == LETTER_DENSE || kind == LETTER_WORD;
    }
    return dense * 2 > letters;
}

/* The script of most passages: a reader of the others' summary may not read it. */
static bool is_mostly_dense(const struct support *support)
{
    size_t dense = 0;
    for (size_t i = 0; i < support->count; i++)
        dense += is_dense(support_text(support, &support->passages[i]));
    return dense * 2 > support->count;
}

/* Sentences that speak for others lean on no sentence before them, and are about the thing, not
 * about the customer. */
static double speaks_for_others(struct text sentence, bool mostly_dense)
{
    double factor = 1;
    if (!readable_stands_alone(sentence))
        factor *= 0.5;
    if (readable_is_personal(sentence))
        factor *= 0.5;
    if (readable_breaks_off(sentence))
        factor *= 0.3;
    if (is_dense(sentence) != mostly_dense)
        factor *= 0.4;
    return factor;
}

static void find_scores(struct support *support)
{
    concepts_weigh(&support->concepts);
    bool mostly_dense = is_mostly_dense(support);
    bool *said = memory_alloc(support->concepts.count, sizeof(*said));
    for (size_t passage = 0; passage < support->count; passage++)
        support->passages[passage].score =
            concepts_gain(&support->concepts, passage, said) *
            speaks_for_others(support_text(support, &support->passages[passage]), mostly_dense);
    free(said);
}

void support_open(struct support *support, struct segmenter *segmenter,
                  const struct member *members, size_t member_count)
{
    *support = (struct support){.members = members, .member_count = member_count};
    struct building building = {.support = support};
    struct arena scratch = {0};
    struct table seen = {0};
    support->first_term =
        memory_grow(NULL, &building.first_capacity, 1, sizeof(*support->first_term));
    support->first_term[0] = 0;
    for (size_t i = 0; i < member_count; i++) {
        bool is_new;
        table_at(&seen, hash_text(members[i].text), i, &is_new);
        arena_reset(&scratch);
        if (is_new)
            add_passages(&building, segmenter, i, &scratch);
    }
    support->weights = memory_alloc(support->term_count, sizeof(*support->weights));
    for (size_t term = 0; term < support->term_count; term++)
        support->weights[term] = log(1 + (double)support->count / (double)building.frequency[term]);
    find_scores(support);
    free(building.seen_in);
    free(building.frequency);
    table_free(&seen);
    arena_free(&scratch);
}

void support_close(struct support *support)
{
    free(support->passages);
    free(support->first_term);
    free(support->terms);
    free(support->weights);
    concepts_close(&support->concepts);
    table_free(&support->numbering);
    *support = (struct support){0};
}

/* ---- Looking up a sentence ---- */

struct query {
    double *weights; /* of each term of the group that the sentence has; 0 for all others */
    double total;    /* with those that the group has not */
    size_t *numbers; /* terms that must be there */
    size_t number_count;
    bool hopeless; /* a number that no record has */
};

static struct query query_of(const struct support *support, struct text sentence,
                             struct arena *arena)
{
    size_t count;
    const struct word *words = words_of(sentence, arena, &count);
    struct query query = {.weights = arena_alloc(arena, support->term_count, sizeof(double)),
                          .numbers = arena_alloc(arena, count, sizeof(size_t))};
    struct table unknown = {0};
    for (size_t i = 0; i < count; i++) {
        const size_t *term = table_find(&support->numbering, words[i].hash);
        bool is_new = true;
        if (!term)
            table_at(&unknown, words[i].hash, 0, &is_new);
        else
            is_new = query.weights[*term] == 0;
        if (!is_new)
            continue;
        double weight = term ? support->weights[*term] : log(1 + 2 * (double)support->count);
        query.total += weight;
        if (term)
            query.weights[*term] = weight;
        if (words[i].is_number && term)
            query.numbers[query.number_count++] = *term;
        query.hopeless |= words[i].is_number && !term;
    }
    table_free(&unknown);
    return query;
}

static double passage_weight(const struct support *support, const struct query *query,
                             size_t passage)
{
    double weight = 0;
    for (size_t i = support->first_term[passage]; i < support->first_term[passage + 1]; i++)
        weight += query->weights[support->terms[i]];
    return weight;
}

/* The share of the sentence that passages [first, end), one record's, hold together. `seen` marks
 * terms by `stamp`. */
static double record_coverage(const struct support *support, const struct query *query,
                              size_t first, size_t end, size_t *seen, size_t stamp)
{
    double weight = 0;
    for (size_t i = support->first_term[first]; i < support->first_term[end]; i++) {
        size_t term = support->terms[i];
        if (seen[term] != stamp)
            weight += query->weights[term];
        seen[term] = stamp;
    }
    for (size_t i = 0; i < query->number_count; i++)
        if (seen[query->numbers[i]] != stamp)
            return 0;
    return weight / query->total;
}

static bool is_opposite(enum sentiment a, enum sentiment b)
{
    return (a == SENTIMENT_POSITIVE && b == SENTIMENT_NEGATIVE) ||
           (a == SENTIMENT_NEGATIVE && b == SENTIMENT_POSITIVE);
}

/* Keeps the best, best first; of equals the earlier. */
static void keep_best(struct passage passage, struct passage *best, size_t most, size_t *count)
{
    size_t at = *count < most ? (*count)++ : most;
    while (at > 0 && best[at - 1].score < passage.score) {
        if (at < most)
            best[at] = best[at - 1];
        at--;
    }
    if (at < most)
        best[at] = passage;
}

bool support_find(const struct support *support, struct text sentence, enum sentiment polarity,
                  double threshold, struct passage *evidence, size_t most, size_t *count)
{
    struct arena arena = {0};
    struct query query = query_of(support, sentence, &arena);
    size_t *seen = arena_alloc(&arena, support->term_count, sizeof(*seen)), end;
    *count = 0;
    bool found = false;
    for (size_t first = 0; !query.hopeless && query.total > 0 && first < support->count;
         first = end) {
        size_t member = support->passages[first].member;
        for (end = first; end < support->count && support->passages[end].member == member;)
            end++;
        if (is_opposite(polarity, support->members[member].sentiment) ||
            record_coverage(support, &query, first, end, seen, first + 1) < threshold)
            continue;
        found = true;
        struct passage best = {0};
        for (size_t passage = first; passage < end; passage++) {
            double score = passage_weight(support, &query, passage) / query.total;
            if (passage == first || score > best.score) {
                best = support->passages[passage];
                best.score = score;
            }
        }
        keep_best(best, evidence, most, count);
    }
    arena_free(&arena);
    return found;
}
