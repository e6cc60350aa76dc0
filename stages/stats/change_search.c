/* change_search.c - tests all series in all windows, then chooses what to tell. */
#include "stages/stats/change_search.h"

#include <math.h>
#include <stdlib.h>

#include "stages/stats/overdispersion.h"
#include "stages/stats/polya_urn.h"

/* A window and the share of changes that are expected in it: a rise of one period has the fewest
 * records to show, and is what a report is for; what lasts is clear anyway. */
static const struct {
    size_t periods;
    double prior;
} windows[] = {{1, 0.88}, {2, 0.06}, {4, 0.03}, {8, 0.03}};

static const double rise_prior = 0.92, fall_prior = 0.08;

enum { WINDOW_COUNT = sizeof(windows) / sizeof(*windows), DAYS_PER_WEEK = 7 };

/* The odds of a hit that a change multiplies, for those that reports should find. */
static const double rise_ratios[] = {2, 3, 5}, fall_ratios[] = {0.5, 0.25};

enum {
    RISE_RATIO_COUNT = sizeof(rise_ratios) / sizeof(*rise_ratios),
    FALL_RATIO_COUNT = sizeof(fall_ratios) / sizeof(*fall_ratios)
};

static const double max_q_value = 0.08, min_hits = 5, min_ratio = 1.5, part_factor = 10;

/* Above it, a period's factor would mostly be near 0 or very large. */
static const double max_clumping = 1;

/* Counts of a window and of its baseline. */
struct counts {
    double hits, records, baseline_hits, baseline_records;
    double squares;          /* of the records of a period, their sum */
    double baseline_periods; /* with records */
};

static bool is_baseline(const struct change_search *search, size_t period, size_t end,
                        size_t window)
{
    if (period + window > end)
        return false;
    if (!search->same_weekdays || window >= DAYS_PER_WEEK)
        return end - window - period < CHANGE_MAX_BASELINE;
    return (end - period) % DAYS_PER_WEEK < window &&
           end - window - period < CHANGE_MAX_BASELINE * DAYS_PER_WEEK / 3;
}

static struct counts count_window(const struct change_search *search,
                                  const struct change_series *series, size_t period, size_t window)
{
    struct counts counts = {0};
    for (size_t i = 0; i <= period; i++) {
        double hits = series->hits[i], records = series->records[i];
        if (i + window > period) {
            counts.hits += hits;
            counts.records += records;
            counts.squares += records * records;
        } else if (is_baseline(search, i, period, window)) {
            counts.baseline_hits += hits;
            counts.baseline_records += records;
            counts.baseline_periods += records > 0;
            counts.squares += records * records;
        }
    }
    return counts;
}

static double log_likelihood(double hits, double records)
{
    double misses = records - hits;
    return (hits > 0 ? hits * log(hits / records) : 0) +
           (misses > 0 ? misses * log(misses / records) : 0);
}

/* Adds a topic. A change that lasts is not clumping: a clear cut divides the periods in two. */
static void add_overdispersion(struct overdispersion *overdispersion,
                               const struct period_counts *counts)
{
    const double clear_gain = 6;
    double hits = 0, records = 0, hits_before = 0, records_before = 0, best = clear_gain;
    size_t best_cut = 0;
    for (size_t i = 0; i < counts->count; i++) {
        hits += counts->hits[i];
        records += counts->records[i];
    }
    for (size_t cut = 1; cut < counts->count; cut++) {
        hits_before += counts->hits[cut - 1];
        records_before += counts->records[cut - 1];
        double gain = log_likelihood(hits_before, records_before) +
                      log_likelihood(hits - hits_before, records - records_before) -
                      log_likelihood(hits, records);
        if (records_before > 0 && records_before < records && gain > best) {
            best = gain;
            best_cut = cut;
        }
    }
    overdispersion_add(overdispersion,
                       &(struct period_counts){counts->hits + best_cut, counts->records + best_cut,
                                               counts->count - best_cut});
    if (best_cut > 0)
        overdispersion_add(overdispersion,
                           &(struct period_counts){counts->hits, counts->records, best_cut});
}

/* How much the periods before the period of interest clump, over all topics. */
static double estimate_clumping(const struct change_search *search, size_t period,
                                struct arena *arena)
{
    enum { MIN_HITS = 10 };
    struct overdispersion overdispersion = {0};
    double *hits = arena_alloc(arena, period, sizeof(*hits)),
           *records = arena_alloc(arena, period, sizeof(*records));
    size_t first = period > CHANGE_MAX_BASELINE ? period - CHANGE_MAX_BASELINE : 0;
    for (size_t i = 0; i < search->series_count; i++) {
        const struct change_series *series = &search->series[i];
        double sum = 0;
        for (size_t j = first; series->is_pooled && j < period; j++) {
            hits[j] = series->hits[j];
            records[j] = series->records[j];
            sum += hits[j];
        }
        if (sum >= MIN_HITS)
            add_overdispersion(&overdispersion, &(struct period_counts){
                                                    hits + first, records + first, period - first});
    }
    return fmin(overdispersion_get_clumping(&overdispersion), max_clumping);
}

/* Keeps 30 bits, since log differs in the last ones between machines. */
static double round_bits(double value)
{
    int exponent;
    double mantissa = frexp(value, &exponent);
    return ldexp(nearbyint(mantissa * (1 << 30)) / (1 << 30), exponent);
}

/* ---- Tests ---- */

/* A series in a window, for a rise or a fall. */
struct test {
    struct change change;
    struct polya_urn urn;
    double log_prior;
    double strength; /* of the hits that were counted */
};

/* False if the window is not tested. That depends on the margins alone, never on the outcome. */
static bool make_urn(const struct counts *counts, double clumping, struct polya_urn *urn)
{
    double records = counts->records + counts->baseline_records;
    urn->hits = counts->hits + counts->baseline_hits;
    urn->records = counts->records;
    urn->baseline_records = counts->baseline_records;
    urn->step = clumping * counts->squares / records - 1;
    return counts->records > 0 && counts->baseline_periods >= CHANGE_MIN_BASELINE &&
           urn->hits >= min_hits;
}

/* Whether that many hits in the window would be a change worth telling. */
static bool is_large(const struct polya_urn *urn, bool rises, double hits)
{
    double share = hits / urn->records, before = (urn->hits - hits) / urn->baseline_records;
    return rises ? hits >= min_hits && share >= min_ratio * before
                 : before * urn->records >= min_hits && share <= before / min_ratio;
}

/* The logarithm of the prior times the likelihood ratio of the change that fits best against none.
 * The more hits of a rise, and the fewer of a fall, the stronger. */
static double get_strength(const struct test *test, double hits)
{
    const struct polya_urn *urn = &test->urn;
    bool rises = test->change.rises;
    const double *ratios = rises ? rise_ratios : fall_ratios;
    double share = urn->records / (urn->records + urn->baseline_records), best = -INFINITY;
    for (int i = 0; i < (rises ? RISE_RATIO_COUNT : FALL_RATIO_COUNT); i++)
        best = fmax(best, hits * log(ratios[i]) - urn->hits * log1p(share * (ratios[i] - 1)));
    return round_bits(test->log_prior + best / fmax(1, polya_urn_design_effect(urn)));
}

static double count_records(const struct change_series *series, size_t period)
{
    double sum = 0;
    for (size_t i = 0; i <= period; i++)
        sum += series->records[i];
    return sum;
}

/* A fault is as likely to concern any record, so the prior of a part is its share of all records:
 * of each column, the priors of all parts sum to that of the whole. */
static size_t make_tests(const struct change_search *search, size_t period, double clumping,
                         struct test *tests)
{
    size_t count = 0;
    double all_records = 0;
    for (size_t i = 0; i < search->series_count; i++)
        all_records = fmax(all_records, count_records(&search->series[i], period));
    for (size_t i = 0; i < search->series_count; i++) {
        double part_prior = count_records(&search->series[i], period) / all_records;
        for (size_t j = 0; j < WINDOW_COUNT; j++) {
            size_t window = windows[j].periods;
            struct counts counts = count_window(search, &search->series[i], period, window);
            struct polya_urn urn;
            for (int k = 0; k < 2 && make_urn(&counts, clumping, &urn); k++) {
                struct test *test = &tests[count++];
                *test = (struct test){
                    .change = {.series = i,
                               .window = window,
                               .q_value = 1,
                               .hits = counts.hits,
                               .records = counts.records,
                               .baseline_hits = counts.baseline_hits,
                               .baseline_records = counts.baseline_records,
                               .rises = k == 0},
                    .urn = urn,
                    .log_prior =
                        log(part_prior * windows[j].prior * (k == 0 ? rise_prior : fall_prior)),
                };
                test->strength = get_strength(test, counts.hits);
            }
        }
    }
    return count;
}

/* ---- False discovery rate ---- */

static int compare_tests(const void *a, const void *b)
{
    const struct test *left = *(const struct test *const *)a,
                      *right = *(const struct test *const *)b;
    if (left->strength != right->strength)
        return left->strength > right->strength ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* The first test that is not stronger. */
static size_t find_rank(struct test *const *ranked, size_t count, double strength)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranked[middle]->strength > strength)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds to false_claims[i] the probability that chance makes the test as strong as ranked[i], but
 * not as strong as ranked[i - 1]. */
static void add_false_claims(const struct test *test, struct test *const *ranked, size_t count,
                             double *false_claims, struct arena *arena)
{
    struct urn_distribution distribution = polya_urn_distribute(&test->urn, arena);
    bool rises = test->change.rises;
    for (size_t i = 0; i < distribution.count; i++) {
        size_t index = rises ? distribution.count - 1 - i : i;
        double hits = distribution.first + (double)index;
        if (!is_large(&test->urn, rises, hits))
            break;
        size_t rank = find_rank(ranked, count, get_strength(test, hits));
        if (rank == count)
            break;
        false_claims[rank] += distribution.probabilities[index];
    }
}

/* The step-up procedure of Benjamini and Hochberg, with the exact number of claims that chance
 * makes at each strength instead of p times the number of tests (Heyse 2011, "A false discovery
 * rate procedure for categorical data"; Storey 2007, "The optimal discovery procedure", for the
 * common order by strength). Outcomes that are not large enough are no claims of chance either. */
static void set_q_values(struct test *tests, size_t count, struct arena *arena)
{
    struct test **ranked = arena_alloc(arena, count, sizeof(struct test *));
    double *false_claims = arena_alloc(arena, count, sizeof(*false_claims)), sum = 0, least = 1;
    struct arena scratch = {0};
    size_t ranked_count = 0;
    for (size_t i = 0; i < count; i++)
        if (is_large(&tests[i].urn, tests[i].change.rises, tests[i].change.hits))
            ranked[ranked_count++] = &tests[i];
    if (ranked_count > 0)
        qsort(ranked, ranked_count, sizeof(*ranked), compare_tests);
    for (size_t i = 0; i < count; i++) {
        add_false_claims(&tests[i], ranked, ranked_count, false_claims, &scratch);
        arena_reset(&scratch);
    }
    for (size_t i = 0; i < ranked_count; i++)
        false_claims[i] = sum += false_claims[i];
    for (size_t i = ranked_count; i-- > 0;) {
        least = fmin(least, false_claims[i] / (double)(i + 1));
        ranked[i]->change.q_value = least;
    }
    arena_free(&scratch);
}

/* All that pass. */
static struct change *test_all(const struct change_search *search, size_t period,
                               struct arena *arena, size_t *count)
{
    size_t capacity = search->series_count * WINDOW_COUNT * 2;
    struct test *tests = arena_alloc(arena, capacity, sizeof(*tests));
    struct change *changes = arena_alloc(arena, capacity, sizeof(*changes));
    size_t test_count = make_tests(search, period, estimate_clumping(search, period, arena), tests);
    struct arena scratch = {0};
    set_q_values(tests, test_count, arena);
    *count = 0;
    for (size_t i = 0; i < test_count; i++) {
        struct change *change = &tests[i].change;
        if (change->q_value > max_q_value)
            continue;
        struct urn_distribution distribution = polya_urn_distribute(&tests[i].urn, &scratch);
        struct urn_tails tails = urn_get_tails(&distribution, change->hits);
        change->p_value = change->rises ? tails.high : tails.low;
        changes[(*count)++] = *change;
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    return changes;
}

static double excess(const struct change *change)
{
    return fabs(change->hits - change->records * change->baseline_hits / change->baseline_records);
}

/* Whether `a` is told rather than `b`, of the same topic. */
static bool explains_better(const struct change_search *search, const struct change *a,
                            const struct change *b)
{
    bool is_whole = search->series[a->series].part == 0,
         is_other_whole = search->series[b->series].part == 0;
    if (is_whole != is_other_whole)
        return is_whole ? !(b->p_value * part_factor < a->p_value)
                        : a->p_value * part_factor < b->p_value;
    return a->p_value != b->p_value ? a->p_value < b->p_value : excess(a) > excess(b);
}

/* Whether the change of "(all)" is that of a topic. */
static bool is_explained(const struct change_search *search, const struct change *all,
                         const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t part = search->series[changes[i].series].part,
               all_part = search->series[all->series].part;
        if (&changes[i] != all && changes[i].rises == all->rises &&
            (part == all_part || part == 0 || all_part == 0))
            return true;
    }
    return false;
}

struct change *change_search_run(const struct change_search *search, size_t period,
                                 size_t all_topics, struct arena *arena, size_t *count)
{
    size_t test_count, found = 0;
    struct change *tests = test_all(search, period, arena, &test_count);
    struct change *changes = arena_alloc(arena, test_count, sizeof(*changes));
    for (size_t i = 0; i < test_count; i++) {
        size_t j = 0;
        while (j < found &&
               search->series[changes[j].series].topic != search->series[tests[i].series].topic)
            j++;
        if (j == found)
            changes[found++] = tests[i];
        else if (explains_better(search, &tests[i], &changes[j]))
            changes[j] = tests[i];
    }
    for (size_t i = 0; i < found; i++)
        if (search->series[changes[i].series].topic == all_topics &&
            is_explained(search, &changes[i], changes, found)) {
            changes[i] = changes[--found];
            break;
        }
    *count = found;
    return changes;
}

size_t change_find_onset(const struct change_search *search, const struct change *change,
                         size_t period)
{
    const struct change_series *series = &search->series[change->series];
    size_t span = CHANGE_MAX_BASELINE + change->window;
    size_t first = period + 1 > span ? period + 1 - span : 0;
    double hits = 0, records = 0, hits_before = 0, records_before = 0;
    for (size_t i = first; i <= period; i++) {
        hits += series->hits[i];
        records += series->records[i];
    }
    size_t onset = period + 1 - change->window;
    double best = -INFINITY;
    for (size_t cut = first + 1; cut <= period; cut++) {
        hits_before += series->hits[cut - 1];
        records_before += series->records[cut - 1];
        double hits_after = hits - hits_before, records_after = records - records_before;
        if (records_before <= 0 || records_after <= 0 || series->records[cut] <= 0)
            continue;
        bool rises = hits_after * records_before > hits_before * records_after;
        double likelihood = round_bits(log_likelihood(hits_before, records_before) +
                                       log_likelihood(hits_after, records_after));
        if (rises == change->rises && likelihood > best) {
            best = likelihood;
            onset = cut;
        }
    }
    return onset;
}

bool change_is_over(const struct change_search *search, const struct change *change, size_t period)
{
    const struct change_series *series = &search->series[change->series];
    double records = series->records[period], share = series->hits[period] / records,
           before = change->baseline_hits / change->baseline_records;
    return records >= min_hits &&
           (change->rises ? share < min_ratio * before : share > before / min_ratio);
}
