/* candidates.c - counts statements, and chooses those that differ in meaning. */
#include "stages/evidence/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"

enum {
    RECORDS_OF_A_POINT = 60, /* one record of so many must say it */
    MIN_PAIR_RECORDS = 3,    /* two records may share two words by chance */
    MAX_CONSIDERED = 400,    /* statements, the heaviest first */
    MAX_EXAMPLES = 8,        /* of a statement, for the filter; the clearest */
    MAX_EXAMPLE_WORDS = 3,   /* more words besides the statement make no difference */
};

/* How much a record's statement tells a reader. */
static const double specific_weight = 1.0; /* "staff friendly" */
static const double general_weight = 0.8;  /* "staff great" */
static const double unlisted_weight = 0.7; /* factor: of an aspect that is not listed */
static const double vague_weight = 0.3;    /* "comfortable": a room, or a bed? */
static const double alone_weight = 0.45;   /* "convenient" */
static const double clear_weight = 0.65;   /* "overpriced": says what it is about */
static const double pair_weight = 0.4;     /* "money deducted" */
static const double open_discount = 0.5;   /* of records whose words do not show the side */
static const double whole_weight = 0.45;   /* factor: "great hotel" */

/* Share of the clauses of one statement that also make another: then both are one. */
static const double same_share = 0.5;

size_t candidates_min_records(const struct group *group)
{
    size_t share = group->member_count / RECORDS_OF_A_POINT;
    return group->member_count < SMALL_GROUP ? 1 : share > 2 ? share : 2;
}

uint64_t occurrence_key(const struct occurrence *occurrence)
{
    return hash_combine_number(hash_combine_number(HASH_SEED, occurrence->aspect),
                               occurrence->opinion);
}

int occurrence_side(const struct occurrence *occurrence, const struct member *members)
{
    enum sentiment sentiment = members[occurrence->member].sentiment;
    if (occurrence->polarity != 0)
        return occurrence->polarity;
    return sentiment == SENTIMENT_POSITIVE ? 1 : sentiment == SENTIMENT_NEGATIVE ? -1 : 0;
}

bool candidate_is_contradicted(const struct point_candidate *candidate,
                               const struct occurrence *occurrence, int side)
{
    int own_side = candidate->polarity == SENTIMENT_POSITIVE ? 1 : -1;
    if (side != -own_side || candidate->aspect != occurrence->aspect)
        return false;
    if (!candidate->opinion)
        return occurrence->opinion == 0;
    return occurrence->opinion &&
           (candidate->is_general || occurrence->opinion == candidate->opposite ||
            occurrence->opinion == candidate->opinion);
}

/* ---- Counting ---- */

struct counted {
    struct occurrence first;
    uint64_t key; /* of the statement */
    int side;
    size_t records, open_records, clauses; /* open: the record alone shows the side */
    uint32_t last_member, last_begin;      /* + 1 */
    double weight;
    uint64_t *places; /* of its clauses, in order; only of those that are considered */
};

struct counter {
    struct hash_table numbers; /* of key and side */
    struct counted *items;     /* owned */
    size_t count, capacity;
};

static uint64_t count_key(const struct occurrence *occurrence, int side)
{
    return hash_combine_number(occurrence_key(occurrence), (uint64_t)side + 1);
}

static uint64_t place_of(const struct occurrence *occurrence)
{
    return (uint64_t)occurrence->member << 32 | occurrence->begin;
}

/* Upper bounds of how often each statement occurs: several statements may share a counter. Most
 * statements occur once; this keeps them out of the hash table. */
struct rough_counts {
    uint16_t *counters; /* owned */
    size_t mask;
};

static struct rough_counts count_roughly(const struct group *group)
{
    enum { MIN_COUNTERS = 1 << 10, MAX_COUNTERS = 1 << 20 };
    size_t count = MIN_COUNTERS;
    while (count < group->occurrences.count && count < MAX_COUNTERS)
        count *= 2;
    struct rough_counts rough = {memory_alloc(count, sizeof(*rough.counters)), count - 1};
    memset(rough.counters, 0, count * sizeof(*rough.counters));
    for (size_t i = 0; i < group->occurrences.count; i++) {
        const struct occurrence *occurrence = &group->occurrences.items[i];
        uint64_t key = count_key(occurrence, occurrence_side(occurrence, group->members));
        uint16_t *counter = &rough.counters[key & rough.mask];
        *counter = (uint16_t)(*counter + (*counter < UINT16_MAX));
    }
    return rough;
}

static void count_occurrences(struct counter *counter, const struct group *group)
{
    struct rough_counts rough = count_roughly(group);
    size_t min_records = candidates_min_records(group);
    min_records = min_records < UINT16_MAX ? min_records : UINT16_MAX;
    for (size_t i = 0; i < group->occurrences.count; i++) {
        const struct occurrence *occurrence = &group->occurrences.items[i];
        int side = occurrence_side(occurrence, group->members);
        uint64_t key = count_key(occurrence, side);
        bool is_new;
        if (side == 0 || occurrence->is_implied || rough.counters[key & rough.mask] < min_records)
            continue;
        size_t number = *hash_table_get_or_insert(&counter->numbers, key, counter->count, &is_new);
        if (is_new) {
            counter->items = memory_grow(counter->items, &counter->capacity, ++counter->count,
                                         sizeof(*counter->items));
            counter->items[number] = (struct counted){
                .first = *occurrence, .key = occurrence_key(occurrence), .side = side};
        }
        struct counted *counted = &counter->items[number];
        bool is_new_member = counted->last_member != occurrence->member + 1;
        counted->records += is_new_member;
        counted->open_records += is_new_member && occurrence->polarity == 0;
        counted->clauses += is_new_member || counted->last_begin != occurrence->begin + 1;
        counted->last_member = occurrence->member + 1;
        counted->last_begin = occurrence->begin + 1;
    }
    free(rough.counters);
}

/* "택시가 안 잡혀요" and "overpriced" say what they are about, "comfortable" does not. */
static bool is_vague(const struct occurrence *statement)
{
    return !statement->aspect && statement->polarity != 0 && !statement->says_itself;
}

static double compute_weight(const struct counted *counted)
{
    const struct occurrence *statement = &counted->first;
    double weight = statement->is_general ? general_weight : specific_weight;
    if (!statement->opinion)
        weight = pair_weight;
    else if (!statement->aspect)
        weight = is_vague(statement)      ? vague_weight
                 : statement->says_itself ? clear_weight
                                          : alone_weight;
    if (statement->aspect && !statement->is_listed)
        weight *= unlisted_weight;
    if (statement->is_general && statement->is_whole)
        weight *= whole_weight;
    return weight * ((double)counted->records - open_discount * (double)counted->open_records);
}

static int compare_by_weight(const void *a, const void *b)
{
    const struct counted *left = a, *right = b;
    if (left->weight != right->weight)
        return left->weight > right->weight ? -1 : 1;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->side - right->side;
}

/* Drops what too few members state, and sorts the rest. Returns how many are considered. */
static size_t sort_by_weight(struct counter *counter, const struct group *group)
{
    size_t kept = 0, min_records = candidates_min_records(group);
    for (size_t i = 0; i < counter->count; i++) {
        struct counted counted = counter->items[i];
        counted.weight = compute_weight(&counted);
        bool is_pair = !counted.first.opinion && group->member_count >= SMALL_GROUP;
        if (counted.records >=
            (is_pair && min_records < MIN_PAIR_RECORDS ? MIN_PAIR_RECORDS : min_records))
            counter->items[kept++] = counted;
    }
    counter->count = kept;
    if (kept > 0)
        qsort(counter->items, kept, sizeof(*counter->items), compare_by_weight);
    return kept < MAX_CONSIDERED ? kept : MAX_CONSIDERED;
}

/* Fills the places of the first `considered` statements. */
static void collect_places(struct counter *counter, const struct group *group, size_t considered,
                           struct arena *arena)
{
    hash_table_clear(&counter->numbers);
    for (size_t i = 0; i < considered; i++) {
        struct counted *counted = &counter->items[i];
        hash_table_get_or_insert(&counter->numbers, count_key(&counted->first, counted->side), i,
                                 NULL);
        counted->places = arena_alloc(arena, counted->clauses, sizeof(*counted->places));
        counted->clauses = 0;
    }
    for (size_t i = 0; i < group->occurrences.count; i++) {
        const struct occurrence *occurrence = &group->occurrences.items[i];
        int side = occurrence_side(occurrence, group->members);
        const size_t *number = side && !occurrence->is_implied
                                   ? hash_table_find(&counter->numbers, count_key(occurrence, side))
                                   : NULL;
        if (!number)
            continue;
        struct counted *counted = &counter->items[*number];
        if (counted->clauses == 0 || counted->places[counted->clauses - 1] != place_of(occurrence))
            counted->places[counted->clauses++] = place_of(occurrence);
    }
}

/* ---- Choosing ---- */

static bool share_clauses(const struct counted *a, const struct counted *b)
{
    size_t shared = 0, i = 0, k = 0, fewer = a->clauses < b->clauses ? a->clauses : b->clauses;
    while (i < a->clauses && k < b->clauses) {
        if (a->places[i] == b->places[k])
            shared++, i++, k++;
        else if (a->places[i] < b->places[k])
            i++;
        else
            k++;
    }
    return (double)shared >= same_share * (double)fewer;
}

/* Whether the statement says what a chosen one says already. */
static bool is_same(const struct counted *chosen, const struct counted *other)
{
    const struct occurrence *a = &chosen->first, *b = &other->first;
    if (chosen->side != other->side)
        return false;
    if (a->opinion && a->opinion == b->opinion && (!a->aspect || !b->aspect))
        return true;
    return share_clauses(chosen, other);
}

static bool passes_filter(const struct counted *counted, const struct group *group,
                          const struct candidate_filter *filter)
{
    const struct occurrence *examples[MAX_EXAMPLES];
    size_t count = 0;
    if (!filter)
        return true;
    for (int extra = 0; extra <= MAX_EXAMPLE_WORDS; extra++)
        for (size_t i = 0; i < group->occurrences.count && count < MAX_EXAMPLES; i++) {
            const struct occurrence *occurrence = &group->occurrences.items[i];
            if (!occurrence->is_implied && occurrence->aspect == counted->first.aspect &&
                occurrence->opinion == counted->first.opinion &&
                (occurrence->extra_words == extra ||
                 (extra == MAX_EXAMPLE_WORDS && occurrence->extra_words > extra)))
                examples[count++] = occurrence;
        }
    return filter->accepts(filter->user, examples, count);
}

static struct point_candidate make_candidate(const struct counted *counted,
                                             const struct group *group)
{
    const struct occurrence *first = &counted->first;
    const size_t *opposite = hash_table_find(group->opposites, first->opinion);
    return (struct point_candidate){
        .aspect = first->aspect,
        .opinion = first->opinion,
        .opposite = opposite ? *opposite : 0,
        .is_general = first->is_general,
        .is_vague = is_vague(first),
        .is_unspecific = first->is_verdict && (first->is_whole || !first->aspect),
        .polarity = counted->side > 0 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE,
        .records = counted->records,
    };
}

struct point_candidate *candidates_find(const struct group *group,
                                        const struct candidate_filter *filter, struct arena *arena,
                                        size_t *count)
{
    struct counter counter = {0};
    struct arena scratch = {0};
    struct point_candidate *candidates =
        arena_alloc(arena, (size_t)MAX_CANDIDATES * 2, sizeof(*candidates));
    const struct counted *chosen[MAX_CANDIDATES * 2];
    size_t side_counts[2] = {0};
    count_occurrences(&counter, group);
    size_t considered = sort_by_weight(&counter, group);
    collect_places(&counter, group, considered, &scratch);
    *count = 0;
    for (size_t i = 0; i < considered; i++) {
        const struct counted *counted = &counter.items[i];
        size_t *side_count = &side_counts[counted->side > 0];
        bool is_repeated = false;
        for (size_t k = 0; k < *count && !is_repeated; k++)
            is_repeated = is_same(chosen[k], counted);
        if (is_repeated || *side_count == MAX_CANDIDATES ||
            (!counted->first.aspect && !counted->first.stands_alone) ||
            !passes_filter(counted, group, filter))
            continue;
        (*side_count)++;
        chosen[*count] = counted;
        candidates[(*count)++] = make_candidate(counted, group);
    }
    hash_table_free(&counter.numbers);
    free(counter.items);
    arena_free(&scratch);
    return candidates;
}
