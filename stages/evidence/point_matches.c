/* point_matches.c - matches occurrences with candidates, and checks those that are in doubt. */
#include "stages/evidence/point_matches.h"

#include <stdlib.h>

#include "base/memory.h"
#include "stages/evidence/candidates.h"

enum { CHECKED_TOGETHER = 4096 /* matches; their clauses are in memory at once */ };

/* A clause without an opinion word says it if the model is this sure. */
static const double min_open_probability = 0.75;

void point_matches_free(struct point_matches *matches)
{
    member_texts_free(&matches->texts);
    free(matches->items);
}

/* The words, the record's sentiment, which the model found, and its rating agree: the clause need
 * not be read. */
static bool needs_model(const struct occurrence *occurrence, const struct member *members, int side)
{
    const struct member *member = &members[occurrence->member];
    return occurrence->polarity != side || member->rating_side == -side ||
           member->sentiment != (side > 0 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE);
}

/* "Great app" in a record that complains as a whole is past, or not meant. */
static bool is_overruled(const struct occurrence *occurrence, const struct member *members,
                         int side)
{
    return occurrence->is_verdict && (occurrence->is_whole || !occurrence->aspect) &&
           members[occurrence->member].sentiment ==
               (side > 0 ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE);
}

static void find_matches(const struct group *group, const struct occurrences *occurrences,
                         struct point_matches *matches)
{
    for (size_t i = 0; i < occurrences->count; i++) {
        const struct occurrence *occurrence = &occurrences->items[i];
        int side = occurrence_side(occurrence, matches->texts.members);
        if (is_overruled(occurrence, matches->texts.members, side))
            continue;
        for (size_t k = 0; side != 0 && k < group->candidate_count; k++) {
            const struct point_candidate *candidate = &group->candidates[k];
            bool same_side = (candidate->polarity == SENTIMENT_POSITIVE) == (side > 0);
            bool is_opposite = candidate_is_contradicted(candidate, occurrence, side);
            if (!is_opposite && (!same_side || (candidate->aspect != occurrence->aspect ||
                                                candidate->opinion != occurrence->opinion)))
                continue;
            matches->items = memory_grow(matches->items, &matches->capacity, matches->count + 1,
                                         sizeof(*matches->items));
            matches->items[matches->count++] = (struct point_match){
                .occurrence = occurrence,
                .candidate = (uint32_t)k,
                .side = (signed char)side,
                .is_opposite = is_opposite,
                .needs_model = needs_model(occurrence, matches->texts.members, side)};
        }
    }
}

/* If the words show a side, the model must not read the opposite; otherwise it must read the side.
 */
static bool agrees(const struct point_match *match,
                   const struct sentiment_probabilities *probabilities)
{
    double own = match->side > 0 ? probabilities->positive : probabilities->negative,
           other = match->side > 0 ? probabilities->negative : probabilities->positive;
    return match->occurrence->polarity == match->side ? own >= other
                                                      : own > other && own >= min_open_probability;
}

static struct passage passage_of(const struct occurrence *occurrence)
{
    return (struct passage){occurrence->member, occurrence->begin, occurrence->end};
}

/* Checks matches [first, end). */
static bool check_some(struct point_matches *matches, size_t first, size_t end,
                       const struct clause_reader *reader, struct error *error)
{
    struct arena scratch = {0};
    struct text *clauses = arena_alloc(&scratch, end - first, sizeof(*clauses));
    struct sentiment_probabilities *probabilities =
        arena_alloc(&scratch, end - first, sizeof(*probabilities));
    size_t count = 0;
    bool ok = true;
    for (size_t i = first; ok && i < end; i++)
        if (matches->items[i].needs_model) {
            struct passage passage = passage_of(matches->items[i].occurrence);
            ok = member_texts_copy(&matches->texts, &passage, &scratch, &clauses[count++], error);
        }
    ok = ok &&
         clause_reader_predict(reader, (struct text_array){clauses, count}, probabilities, error);
    count = 0;
    for (size_t i = first; ok && i < end; i++) {
        struct point_match *match = &matches->items[i];
        match->is_accepted = !match->needs_model || agrees(match, &probabilities[count]);
        count += match->needs_model;
    }
    arena_free(&scratch);
    return ok;
}

bool point_matches_find(struct point_matches *matches, const struct group *group,
                        const struct occurrences *occurrences, const struct clause_reader *reader,
                        struct error *error)
{
    find_matches(group, occurrences, matches);
    bool ok = true;
    for (size_t first = 0, end; ok && first < matches->count; first = end) {
        end = matches->count - first < CHECKED_TOGETHER ? matches->count : first + CHECKED_TOGETHER;
        ok = check_some(matches, first, end, reader, error);
    }
    return ok;
}

size_t point_matches_count(const struct point_matches *matches, size_t candidate, bool opposite)
{
    size_t count = 0, last = SIZE_MAX;
    for (size_t i = 0; i < matches->count; i++) {
        const struct point_match *match = &matches->items[i];
        if (match->candidate == candidate && match->is_accepted && match->is_opposite == opposite &&
            match->occurrence->member != last) {
            last = match->occurrence->member;
            count++;
        }
    }
    return count;
}

struct ranked_passage {
    struct passage passage;
    size_t extra_words;
};

static int compare_passages(const void *a, const void *b)
{
    const struct ranked_passage *left = a, *right = b;
    if (left->extra_words != right->extra_words)
        return left->extra_words < right->extra_words ? -1 : 1;
    return left->passage.member < right->passage.member ? -1 : 1;
}

struct passage *point_matches_evidence(const struct point_matches *matches, size_t candidate,
                                       size_t max_count, struct arena *arena, size_t *count)
{
    struct ranked_passage *ranked = memory_alloc(max_count, sizeof(*ranked));
    *count = 0;
    for (size_t i = 0; i < matches->count; i++) {
        const struct point_match *match = &matches->items[i];
        const struct occurrence *occurrence = match->occurrence;
        if (match->candidate != candidate || !match->is_accepted || match->is_opposite)
            continue;
        struct ranked_passage found = {passage_of(occurrence), occurrence->extra_words};
        struct ranked_passage *last = *count ? &ranked[*count - 1] : NULL;
        if (!last || last->passage.member != occurrence->member)
            ranked[(*count)++] = found;
        else if (found.extra_words < last->extra_words)
            *last = found;
    }
    qsort(ranked, *count, sizeof(*ranked), compare_passages);
    struct passage *evidence = arena_alloc(arena, *count, sizeof(*evidence));
    for (size_t i = 0; i < *count; i++)
        evidence[i] = ranked[i].passage;
    free(ranked);
    return evidence;
}

bool point_matches_clauses(struct point_matches *matches, size_t candidate, size_t max_count,
                           struct arena *arena, struct text_array *clauses, struct error *error)
{
    struct text *items = arena_alloc(arena, max_count, sizeof(*items));
    size_t count = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < matches->count && count < max_count; i++) {
        const struct point_match *match = &matches->items[i];
        if (match->candidate != candidate || !match->is_accepted || match->is_opposite ||
            match->occurrence->is_implied)
            continue;
        struct passage passage = passage_of(match->occurrence);
        ok = member_texts_copy(&matches->texts, &passage, arena, &items[count++], error);
    }
    *clauses = (struct text_array){items, count};
    return ok;
}
