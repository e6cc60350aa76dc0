/* sentence_index.c - indexes the words of a group, and compares sentences by them. */
#include "stages/evidence/sentence_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/sentence_quality.h"
#include "stages/text/terms.h"
#include "stages/text/texts.h"

/* ---- The index ---- */

struct index_builder {
    struct sentence_index *sentence_index;
    size_t passage_capacity, term_capacity, first_capacity;
    size_t *last_seen_passage; /* of a term: the last passage that has it, + 1 */
    size_t last_seen_capacity;
    size_t *document_frequency; /* of a term: passages that have it */
    size_t document_frequency_capacity;
};

static void add_terms(struct index_builder *index_builder, const struct term *words, size_t count)
{
    struct sentence_index *sentence_index = index_builder->sentence_index;
    size_t at = sentence_index->first_term[sentence_index->count],
           passage_stamp = sentence_index->count + 1;
    sentence_index->terms = memory_grow(sentence_index->terms, &index_builder->term_capacity,
                                        at + count + 1, sizeof(*sentence_index->terms));
    for (size_t i = 0; i < count; i++) {
        if (words[i].is_bigram)
            continue;
        bool added;
        size_t term = *hash_table_get_or_insert(&sentence_index->term_id_by_hash, words[i].hash,
                                                sentence_index->term_count, &added);
        if (added) {
            size_t min_capacity = ++sentence_index->term_count;
            index_builder->last_seen_passage =
                memory_grow(index_builder->last_seen_passage, &index_builder->last_seen_capacity,
                            min_capacity, sizeof(*index_builder->last_seen_passage));
            index_builder->document_frequency = memory_grow(
                index_builder->document_frequency, &index_builder->document_frequency_capacity,
                min_capacity, sizeof(*index_builder->document_frequency));
            index_builder->last_seen_passage[term] = index_builder->document_frequency[term] = 0;
        }
        if (index_builder->last_seen_passage[term] == passage_stamp)
            continue;
        index_builder->last_seen_passage[term] = passage_stamp;
        index_builder->document_frequency[term]++;
        sentence_index->terms[at++] = term;
    }
    sentence_index->first_term =
        memory_grow(sentence_index->first_term, &index_builder->first_capacity,
                    sentence_index->count + 2, sizeof(*sentence_index->first_term));
    sentence_index->first_term[sentence_index->count + 1] = at;
}

static bool starts_with_digit(struct text text, size_t at)
{
    return at < text.size && ascii_is_digit(text.bytes[at]);
}

/* The size of bullets, and of an unpaired quotation mark, at the beginning of a sentence. */
static size_t measure_leading_marks(struct text sentence)
{
    static const struct text marks[] = {TEXT("-"), TEXT("*"), TEXT("•"), TEXT("·"), TEXT(" ")};
    static const struct text quotes[][2] = {{TEXT("\""), TEXT("\"")}, {TEXT("“"), TEXT("”")}};
    size_t at = 0, previous = SIZE_MAX;
    while (at != previous) {
        previous = at;
        struct text rest = text_slice(sentence, at, sentence.size);
        for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
            if (text_starts_with(rest, marks[i]) && !starts_with_digit(rest, marks[i].size))
                at = previous + marks[i].size;
        for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++)
            if (text_starts_with(rest, quotes[i][0]) &&
                text_find(rest, quotes[i][1], quotes[i][0].size) == rest.size)
                at = previous + quotes[i][0].size;
    }
    return at;
}

static void add_passages(struct index_builder *index_builder, struct segmenter *segmenter,
                         size_t member, struct arena *scratch)
{
    struct sentence_index *sentence_index = index_builder->sentence_index;
    struct text text = sentence_index->members[member].text;
    size_t count, begin = 0;
    const size_t *ends = segment_sentences(segmenter, text, scratch, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        size_t end = ends[i];
        while (end > begin && ascii_is_space(text.bytes[end - 1]))
            end--;
        begin += measure_leading_marks(text_slice(text, begin, end));
        if (end == begin)
            continue;
        sentence_index->passages =
            memory_grow(sentence_index->passages, &index_builder->passage_capacity,
                        sentence_index->count + 1, sizeof(*sentence_index->passages));
        sentence_index->passages[sentence_index->count] =
            (struct passage){.member = member, .begin = begin, .end = end};
        size_t word_count;
        const struct term *words =
            terms_extract_with_bigrams(text_slice(text, begin, end), scratch, &word_count);
        add_terms(index_builder, words, word_count);
        concepts_add(&sentence_index->concepts, words, word_count, member);
        sentence_index->count++;
    }
}

struct text sentence_index_text(const struct sentence_index *sentence_index,
                                const struct passage *passage)
{
    return text_slice(sentence_index->members[passage->member].text, passage->begin, passage->end);
}

/* Whether most letters belong to a script without spaces between words. */
static bool is_unspaced_script(struct text sentence)
{
    size_t unspaced_count = 0, letters = 0, size;
    for (size_t at = 0; at < sentence.size; at += size) {
        enum letter_class kind = normalize_letter_class(utf8_decode(sentence, at, &size));
        unspaced_count += kind == LETTER_UNSPACED_SCRIPT;
        letters += kind == LETTER_UNSPACED_SCRIPT || kind == LETTER_SPACED_SCRIPT;
    }
    return unspaced_count * 2 > letters;
}

static bool is_mostly_unspaced(const struct sentence_index *sentence_index)
{
    size_t unspaced_count = 0;
    for (size_t i = 0; i < sentence_index->count; i++)
        unspaced_count +=
            is_unspaced_script(sentence_index_text(sentence_index, &sentence_index->passages[i]));
    return unspaced_count * 2 > sentence_index->count;
}

/* A sentence represents others if it can be understood alone, is about the product rather than the
 * customer, and is in the script of most passages. */
static double representativeness_factor(struct text sentence, bool mostly_unspaced)
{
    double factor = 1;
    if (!sentence_is_self_contained(sentence))
        factor *= 0.5;
    if (sentence_is_first_person(sentence))
        factor *= 0.5;
    if (sentence_expects_continuation(sentence))
        factor *= 0.3;
    if (is_unspaced_script(sentence) != mostly_unspaced)
        factor *= 0.4;
    return factor;
}

static void compute_passage_scores(struct sentence_index *sentence_index)
{
    concepts_compute_weights(&sentence_index->concepts);
    bool mostly_unspaced = is_mostly_unspaced(sentence_index);
    bool *covered = memory_alloc(sentence_index->concepts.count, sizeof(*covered));
    for (size_t passage = 0; passage < sentence_index->count; passage++)
        sentence_index->passages[passage].score =
            concepts_coverage_gain(&sentence_index->concepts, passage, covered) *
            representativeness_factor(
                sentence_index_text(sentence_index, &sentence_index->passages[passage]),
                mostly_unspaced);
    free(covered);
}

void sentence_index_open(struct sentence_index *sentence_index, struct segmenter *segmenter,
                         const struct member *members, size_t member_count)
{
    *sentence_index = (struct sentence_index){.members = members, .member_count = member_count};
    struct index_builder index_builder = {.sentence_index = sentence_index};
    struct arena scratch = {0};
    struct text_set seen = {0};
    sentence_index->first_term =
        memory_grow(NULL, &index_builder.first_capacity, 1, sizeof(*sentence_index->first_term));
    sentence_index->first_term[0] = 0;
    for (size_t i = 0; i < member_count; i++) {
        arena_reset(&scratch);
        if (text_set_add(&seen, members[i].text))
            add_passages(&index_builder, segmenter, i, &scratch);
    }
    sentence_index->weights =
        memory_alloc(sentence_index->term_count, sizeof(*sentence_index->weights));
    for (size_t term = 0; term < sentence_index->term_count; term++)
        sentence_index->weights[term] =
            log(1 + (double)sentence_index->count / (double)index_builder.document_frequency[term]);
    compute_passage_scores(sentence_index);
    free(index_builder.last_seen_passage);
    free(index_builder.document_frequency);
    text_set_free(&seen);
    arena_free(&scratch);
}

void sentence_index_close(struct sentence_index *sentence_index)
{
    free(sentence_index->passages);
    free(sentence_index->first_term);
    free(sentence_index->terms);
    free(sentence_index->weights);
    concepts_free(&sentence_index->concepts);
    hash_table_free(&sentence_index->term_id_by_hash);
    *sentence_index = (struct sentence_index){0};
}

/* ---- Support ---- */

struct support_query {
    double *weights;      /* of the sentence's terms, by term id; 0 for other terms of the group */
    double total_weight;  /* of all the sentence's terms, including those the group does not have */
    size_t *number_terms; /* terms that a supporting record must have */
    size_t number_term_count;
    bool has_unknown_number; /* a number that no record has */
    size_t *last_seen;       /* per term: the first passage of the last record with it, + 1 */
};

static struct support_query build_query(const struct sentence_index *sentence_index,
                                        struct text sentence, struct arena *arena)
{
    size_t count;
    const struct term *words = terms_extract(sentence, arena, &count);
    struct support_query support_query = {
        .weights = arena_alloc(arena, sentence_index->term_count, sizeof(double)),
        .number_terms = arena_alloc(arena, count, sizeof(size_t)),
        .last_seen = arena_alloc(arena, sentence_index->term_count, sizeof(size_t))};
    struct hash_table unknown_terms = {0};
    for (size_t i = 0; i < count; i++) {
        const size_t *term = hash_table_find(&sentence_index->term_id_by_hash, words[i].hash);
        bool is_new = true;
        if (!term)
            hash_table_get_or_insert(&unknown_terms, words[i].hash, 0, &is_new);
        else
            is_new = support_query.weights[*term] == 0;
        if (!is_new)
            continue;
        double weight =
            term ? sentence_index->weights[*term] : log(1 + 2 * (double)sentence_index->count);
        support_query.total_weight += weight;
        if (term)
            support_query.weights[*term] = weight;
        if (words[i].is_number && term)
            support_query.number_terms[support_query.number_term_count++] = *term;
        support_query.has_unknown_number |= words[i].is_number && !term;
    }
    hash_table_free(&unknown_terms);
    return support_query;
}

static double compute_passage_weight(const struct sentence_index *sentence_index,
                                     const struct support_query *support_query, size_t passage)
{
    double weight = 0;
    for (size_t i = sentence_index->first_term[passage];
         i < sentence_index->first_term[passage + 1]; i++)
        weight += support_query->weights[sentence_index->terms[i]];
    return weight;
}

/* The share of the sentence that passages [first, end), which are those of one record, contain
 * together; 0 if a number is missing. */
static double compute_record_coverage(const struct sentence_index *sentence_index,
                                      const struct support_query *support_query, size_t first,
                                      size_t end)
{
    double weight = 0;
    size_t *last_seen = support_query->last_seen, stamp = first + 1;
    for (size_t i = sentence_index->first_term[first]; i < sentence_index->first_term[end]; i++) {
        size_t term = sentence_index->terms[i];
        if (last_seen[term] != stamp)
            weight += support_query->weights[term];
        last_seen[term] = stamp;
    }
    for (size_t i = 0; i < support_query->number_term_count; i++)
        if (last_seen[support_query->number_terms[i]] != stamp)
            return 0;
    return weight / support_query->total_weight;
}

static bool is_opposite(enum sentiment a, enum sentiment b)
{
    return (a == SENTIMENT_POSITIVE && b == SENTIMENT_NEGATIVE) ||
           (a == SENTIMENT_NEGATIVE && b == SENTIMENT_POSITIVE);
}

/* Inserts a passage in descending order of scores, after equal ones; drops the last if full. */
static void insert_passage(struct evidence *evidence, struct passage passage)
{
    size_t at = evidence->count < evidence->max_count ? evidence->count++ : evidence->max_count;
    while (at > 0 && evidence->passages[at - 1].score < passage.score) {
        if (at < evidence->max_count)
            evidence->passages[at] = evidence->passages[at - 1];
        at--;
    }
    if (at < evidence->max_count)
        evidence->passages[at] = passage;
}

static struct passage find_best_passage(const struct sentence_index *sentence_index,
                                        const struct support_query *support_query, size_t first,
                                        size_t end)
{
    struct passage best = {0};
    for (size_t passage = first; passage < end; passage++) {
        double score = compute_passage_weight(sentence_index, support_query, passage) /
                       support_query->total_weight;
        if (passage == first || score > best.score) {
            best = sentence_index->passages[passage];
            best.score = score;
        }
    }
    return best;
}

bool sentence_index_find_support(const struct sentence_index *sentence_index,
                                 const struct claim *claim, struct evidence *evidence)
{
    struct arena arena = {0};
    struct support_query query = build_query(sentence_index, claim->sentence, &arena);
    evidence->count = 0;
    bool found = false, is_possible = !query.has_unknown_number && query.total_weight > 0;
    for (size_t first = 0, end; is_possible && first < sentence_index->count; first = end) {
        size_t member = sentence_index->passages[first].member;
        for (end = first;
             end < sentence_index->count && sentence_index->passages[end].member == member;)
            end++;
        if (is_opposite(claim->polarity, sentence_index->members[member].sentiment) ||
            compute_record_coverage(sentence_index, &query, first, end) < claim->threshold)
            continue;
        found = true;
        insert_passage(evidence, find_best_passage(sentence_index, &query, first, end));
    }
    arena_free(&arena);
    return found;
}
