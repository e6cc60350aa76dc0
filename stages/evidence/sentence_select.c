/* sentence_select.c - selects passages by the concepts that they add. */
#include "stages/evidence/sentence_select.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum {
    MIN_QUOTE_LENGTH = 8,
    MAX_QUOTE_LENGTH = 200,
    MAX_QUOTES = 16,
};

/* Share of a passage's concepts that must be new; below it, the passage repeats others. */
static const double min_new_share = 0.5;

/* A character of an unspaced script says as much as two letters. */
static size_t measure_length(struct text text)
{
    size_t length = 0, size;
    for (size_t at = 0; at < text.size; at += size)
        length +=
            normalize_letter_class(utf8_decode(text, at, &size)) == LETTER_UNSPACED_SCRIPT ? 2 : 1;
    return length;
}

static bool passes_filter(const struct sentence_index *sentence_index,
                          const struct sentence_filter *filter, size_t index)
{
    const struct passage *passage = &sentence_index->passages[index];
    struct text text = sentence_index_text(sentence_index, passage);
    if (passage->score <= 0 || text.size < filter->min_length || text.size > filter->max_length * 4)
        return false;
    if (!filter->any_side && sentence_index_side(sentence_index, passage) != filter->side)
        return false;
    size_t length = measure_length(text);
    return length >= filter->min_length && length <= filter->max_length;
}

static bool *mark_covered_concepts(const struct sentence_index *sentence_index,
                                   const struct covered_content *covered)
{
    bool *covered_concepts =
        memory_alloc(sentence_index->concepts.count, sizeof(*covered_concepts));
    for (size_t i = 0; i < covered->passage_count; i++)
        concepts_mark_covered(&sentence_index->concepts, covered->passages[i], covered_concepts);
    for (size_t i = 0; i < covered->sentence_count; i++)
        concepts_mark_text_covered(&sentence_index->concepts, covered->sentences[i],
                                   covered_concepts);
    return covered_concepts;
}

bool sentence_select_best(const struct sentence_index *sentence_index,
                          const struct sentence_filter *filter,
                          const struct covered_content *covered, size_t *passage)
{
    const struct concepts *concepts = &sentence_index->concepts;
    bool *covered_concepts = mark_covered_concepts(sentence_index, covered),
         *none_covered = memory_alloc(concepts->count, sizeof(bool));
    double best = 0;
    for (size_t i = 0; i < sentence_index->count; i++) {
        double score = sentence_index->passages[i].score;
        if (score <= best || !passes_filter(sentence_index, filter, i))
            continue;
        score *= concepts_coverage_gain(concepts, i, covered_concepts) /
                 concepts_coverage_gain(concepts, i, none_covered);
        if (score > best &&
            concepts_uncovered_share(concepts, i, covered_concepts) > min_new_share) {
            best = score;
            *passage = i;
        }
    }
    free(covered_concepts);
    free(none_covered);
    return best > 0;
}

/* The number of quotes of each side, by the largest remainder; a fifth of the records gets at least
 * one. */
static void allocate_quotas(const struct sentence_index *sentence_index, size_t max_count,
                            size_t quotas[SIDE_COUNT])
{
    double members[SIDE_COUNT] = {0}, remainders[SIDE_COUNT];
    for (size_t i = 0; i < sentence_index->member_count; i++)
        members[side_of(sentence_index->members[i].sentiment)]++;
    size_t allocated = 0, largest = 0;
    for (size_t side = 0; side < SIDE_COUNT; side++) {
        double share = members[side] * (double)max_count / (double)sentence_index->member_count;
        quotas[side] = (size_t)share;
        remainders[side] = share - (double)quotas[side];
        allocated += quotas[side];
    }
    for (; allocated < max_count; allocated++) {
        size_t next = 0;
        for (size_t side = 1; side < SIDE_COUNT; side++)
            if (remainders[side] > remainders[next])
                next = side;
        quotas[next]++;
        remainders[next] = -1;
    }
    for (size_t side = 1; side < SIDE_COUNT; side++)
        if (quotas[side] > quotas[largest])
            largest = side;
    for (size_t side = 0; side < SIDE_COUNT; side++)
        if (side != SIDE_NEUTRAL && quotas[side] == 0 && quotas[largest] > 1 &&
            members[side] * 5 >= (double)sentence_index->member_count) {
            quotas[side]++;
            quotas[largest]--;
        }
}

size_t sentence_select_quotes(const struct sentence_index *sentence_index,
                              const struct covered_content *covered, size_t max_count,
                              size_t *passages)
{
    size_t used[MAX_QUOTES + MAX_QUOTES], used_count = 0, count = 0;
    size_t quotas[SIDE_COUNT];
    max_count = max_count < MAX_QUOTES ? max_count : MAX_QUOTES;
    for (size_t i = 0; i < covered->passage_count && i < MAX_QUOTES; i++)
        used[used_count++] = covered->passages[i];
    struct sentence_filter filter = {.min_length = MIN_QUOTE_LENGTH,
                                     .max_length = MAX_QUOTE_LENGTH};
    allocate_quotas(sentence_index, max_count, quotas);
    /* First the quota of each side, then any side to fill the rest. */
    for (enum side side = 0; side <= SIDE_COUNT; side++) {
        filter.any_side = side == SIDE_COUNT;
        filter.side = side;
        size_t target_count = side < SIDE_COUNT ? count + quotas[side] : max_count;
        while (count < target_count) {
            struct covered_content used_content = {.passages = used, .passage_count = used_count};
            struct covered_content quoted_content = {.passages = passages, .passage_count = count};
            if (!sentence_select_best(sentence_index, &filter, &used_content, &passages[count]) &&
                !sentence_select_best(sentence_index, &filter, &quoted_content, &passages[count]))
                break;
            used[used_count++] = passages[count++];
        }
    }
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && sentence_index->passages[passages[k]].score >
                                        sentence_index->passages[passages[k - 1]].score;
             k--) {
            size_t swap = passages[k];
            passages[k] = passages[k - 1];
            passages[k - 1] = swap;
        }
    return count;
}
