/* summary_shape.c - chooses among points and examples. */
#include "stages/evidence/summary_shape.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "stages/evidence/side.h"
#include "stages/text/terms.h"

enum {
    MIN_POINTS = 4,     /* or examples, if there are so many */
    MIN_SCATTERED = 40, /* records of a scattered group: fewer have few points, whatever they say */
};

/* On 42 kinds of feedback, points count 17 to 72 % of the records of a group in the mean; of two
 * open surveys 4 to 11 %. */
static const double scattered_share = 0.12;

/* Reviews by employees have few points, too, but at least 30 % of their records are on each side;
 * in the open surveys, at most 20 % praise. */
static const double min_side_share = 0.25;

/* Records that say a point of a scattered group. */
static const double min_scattered_share = 0.05;

/* They may differ from the group's share of praise by this much. */
static const double max_share_difference = 0.15;

/* Share of the passages of one point that overlap with those of another one: then both are one. */
static const double same_sentences_share = 0.6;

/* Minimum share of the records that say a point that is counted, by estimate: "some errors (2)"
 * would mislead if twenty more say it in other words. */
static const double min_counted_share = 0.45;

/* Cost of each point below MIN_POINTS, in percentage points of that difference. */
static const double missing_cost = 30;

/* Whether every word of meaning of one text is in the other. */
static bool have_same_words(struct text a, struct text b)
{
    struct arena scratch = {0};
    size_t a_count, b_count, shared = 0;
    const struct term *a_terms = terms_extract(a, &scratch, &a_count),
                      *b_terms = terms_extract(b, &scratch, &b_count);
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++)
            if (a_terms[i].hash == b_terms[k].hash) {
                shared++;
                break;
            }
    arena_free(&scratch);
    return shared > 0 && shared >= (a_count < b_count ? a_count : b_count);
}

/* Whether most passages that say the point of fewer records overlap with those of the other. */
static bool share_sentences(const struct key_point *a, const struct key_point *b)
{
    const struct key_point *fewer = a->records < b->records ? a : b, *more = fewer == a ? b : a;
    struct hash_table places = {0}; /* hash of a member: number of its evidence, of `more` */
    size_t shared = 0;
    for (size_t i = 0; i < more->records; i++)
        hash_table_get_or_insert(&places, hash_combine_number(HASH_SEED, more->evidence[i].member),
                                 i, NULL);
    for (size_t i = 0; i < fewer->records; i++) {
        const struct passage *one = &fewer->evidence[i];
        const size_t *place = hash_table_find(&places, hash_combine_number(HASH_SEED, one->member));
        const struct passage *other = place ? &more->evidence[*place] : NULL;
        shared += other && one->begin < other->end && other->begin < one->end;
    }
    hash_table_free(&places);
    return (double)shared >= same_sentences_share * (double)fewer->records;
}

static int compare_points(const void *a, const void *b)
{
    const struct key_point *left = a, *right = b;
    if (left->records != right->records)
        return left->records > right->records ? -1 : 1;
    return left->polarity != right->polarity ? (left->polarity < right->polarity ? -1 : 1)
                                             : text_compare(left->text, right->text);
}

/* The share of praise among the records that praise or complain. */
static double find_share(const struct group *group)
{
    double sides[SIDE_COUNT] = {0};
    for (size_t i = 0; i < group->member_count; i++)
        sides[side_of(group->members[i].sentiment)]++;
    double polar = sides[SIDE_POSITIVE] + sides[SIDE_NEGATIVE];
    return polar > 0 ? sides[SIDE_POSITIVE] / polar : 0.5;
}

/* What so much praise among so many costs: most, if it is farther from the share than is allowed,
 * unless there would be too few. Of what is allowed, more is better. */
static double compute_shape_cost(size_t positive, size_t total, double share)
{
    double difference = fabs((double)positive / (double)total - share),
           excess = difference > max_share_difference ? difference : 0,
           missing = total < MIN_POINTS ? (double)(MIN_POINTS - total) : 0;
    return 100 * excess + missing_cost * missing - (double)total + difference;
}

/* What there is to choose from. */
struct choice {
    size_t told[SIDE_COUNT], available[SIDE_COUNT]; /* points that are told anyway; others */
    size_t max_count;                               /* of the others */
    bool tells_both_sides;                          /* if there is something of each */
};

/* How many of the others: as many as there may be so that the shares of all are close to those of
 * the group; of equally many, the closest. Where one side has too little, four that are farther
 * from these shares are better than two. */
static void choose_counts(const struct group *group, const struct choice *choice,
                          size_t counts[SIDE_COUNT])
{
    const size_t *told = choice->told, *available = choice->available;
    double share = find_share(group), best = INFINITY;
    counts[SIDE_POSITIVE] = counts[SIDE_NEGATIVE] = 0;
    for (size_t positive = 0; positive <= available[SIDE_POSITIVE]; positive++)
        for (size_t negative = 0; negative <= available[SIDE_NEGATIVE]; negative++) {
            size_t all_positive = told[SIDE_POSITIVE] + positive,
                   all_negative = told[SIDE_NEGATIVE] + negative,
                   total = all_positive + all_negative;
            bool hides_side = (all_positive == 0 && available[SIDE_POSITIVE] > 0) ||
                              (all_negative == 0 && available[SIDE_NEGATIVE] > 0);
            if (total == 0 || positive + negative > choice->max_count ||
                (choice->tells_both_sides && hides_side))
                continue;
            double cost = compute_shape_cost(all_positive, total, share);
            if (cost < best) {
                best = cost;
                counts[SIDE_POSITIVE] = positive;
                counts[SIDE_NEGATIVE] = negative;
            }
        }
}

/* Whether the records judge: most have a rating, or a fair share is on each side. */
static bool is_judged(const struct group *group)
{
    size_t rated = 0, sides[SIDE_COUNT] = {0};
    for (size_t i = 0; i < group->member_count; i++) {
        rated += group->members[i].rating_side != 0;
        sides[side_of(group->members[i].sentiment)]++;
    }
    double smaller_side = fmin((double)sides[SIDE_POSITIVE], (double)sides[SIDE_NEGATIVE]);
    return 2 * rated > group->member_count ||
           smaller_side >= min_side_share * (double)group->member_count;
}

bool summary_shape_can_be_scattered(const struct group *group)
{
    return group->member_count >= MIN_SCATTERED && group->key.topic.size == 0 && !is_judged(group);
}

bool summary_shape_is_scattered(const struct group *group)
{
    size_t counted = 0;
    bool *is_counted = memory_alloc(group->member_count, sizeof(*is_counted));
    for (size_t i = 0; i < group->point_count; i++)
        for (size_t k = 0; k < group->points[i].records; k++) {
            bool *is_new = &is_counted[group->points[i].evidence[k].member];
            counted += !*is_new;
            *is_new = true;
        }
    free(is_counted);
    return (double)counted < scattered_share * (double)group->member_count;
}

void summary_shape_drop_rare(struct group *group)
{
    size_t kept = 0;
    for (size_t i = 0; i < group->point_count; i++)
        if ((double)group->points[i].records >= min_scattered_share * (double)group->member_count)
            group->points[kept++] = group->points[i];
    group->point_count = kept;
}

/* "The worst hotel" tells no more than the group's counts: it is left out of a side of which so
 * many other points and examples tell more. `examples` is their number. Returns how many points are
 * left. */
static size_t drop_unspecific(struct key_point *points, size_t count,
                              const size_t examples[SIDE_COUNT])
{
    enum { ENOUGH_SPECIFIC = 2 };
    size_t specific[SIDE_COUNT], kept = 0;
    for (size_t side = 0; side < SIDE_COUNT; side++)
        specific[side] = examples[side];
    for (size_t i = 0; i < count; i++)
        specific[side_of(points[i].polarity)] += !points[i].is_unspecific;
    for (size_t i = 0; i < count; i++)
        if (!points[i].is_unspecific || specific[side_of(points[i].polarity)] < ENOUGH_SPECIFIC)
            points[kept++] = points[i];
    return kept;
}

void summary_shape_examples(struct group *group, struct examples examples[SIDE_COUNT])
{
    struct choice choice = {.max_count = SIZE_MAX, .tells_both_sides = true};
    size_t counts[SIDE_COUNT] = {0};
    for (size_t i = 0; i < group->point_count; i++)
        choice.told[side_of(group->points[i].polarity)]++;
    for (size_t side = 0; side < SIDE_NEUTRAL; side++)
        choice.available[side] = examples[side].count;
    choose_counts(group, &choice, counts);
    for (size_t side = 0; side < SIDE_NEUTRAL; side++)
        examples[side].count = counts[side];
    group->point_count = drop_unspecific(group->points, group->point_count, counts);
}

void summary_shape_rank_points(struct group *group, size_t max_points)
{
    struct key_point *points = group->points;
    size_t count = group->point_count, kept = 0, sides[SIDE_COUNT] = {0};
    if (count > 0)
        qsort(points, count, sizeof(*points), compare_points);
    for (size_t i = 0; i < count; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < kept && !is_repeated; k++)
            is_repeated = points[k].polarity == points[i].polarity &&
                          have_same_words(points[k].text, points[i].text);
        if (!is_repeated)
            points[kept++] = points[i];
    }
    kept = drop_unspecific(points, kept, (const size_t[SIDE_COUNT]){0});
    group->point_count = 0;
    for (size_t i = 0; i < kept; i++)
        if (sides[side_of(points[i].polarity)]++ < max_points)
            points[group->point_count++] = points[i];
}

void summary_shape_choose_points(struct group *group, size_t max_points)
{
    struct key_point *points = group->points;
    struct choice choice = {.max_count = max_points};
    size_t counts[SIDE_COUNT], count = group->point_count;
    for (size_t i = 0; i < count; i++)
        choice.available[side_of(points[i].polarity)]++;
    choose_counts(group, &choice, counts);
    group->point_count = 0;
    for (size_t i = 0; i < count; i++)
        if (counts[side_of(points[i].polarity)] > 0) {
            counts[side_of(points[i].polarity)]--;
            points[group->point_count++] = points[i];
        }
}

/* What a single record says, in its own words, needs no count. */
static bool has_fair_count(const struct key_point *point)
{
    double records = (double)point->records;
    return point->records == 1 || records >= min_counted_share * (records + point->missed_records);
}

void summary_shape_sort_recounted(struct group *group, size_t min_records)
{
    struct key_point *points = group->points;
    size_t count = group->point_count;
    group->point_count = 0;
    if (count > 0)
        qsort(points, count, sizeof(*points), compare_points);
    for (size_t i = 0; i < count; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < group->point_count && !is_repeated; k++)
            is_repeated =
                points[k].polarity == points[i].polarity && share_sentences(&points[k], &points[i]);
        if (points[i].records >= min_records && has_fair_count(&points[i]) && !is_repeated)
            points[group->point_count++] = points[i];
    }
}
