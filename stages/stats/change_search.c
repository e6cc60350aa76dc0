/* change_search.c - tests all series in all windows, then chooses what to tell. */
#include "stages/stats/change_search.h"

#include <math.h>

#include "stages/stats/benjamini_hochberg.h"
#include "stages/stats/beta_binomial.h"

/* A window and the weight of its tests: a rise of one period has the fewest records to show, and is
 * what a report is for; what lasts is clear anyway. */
static const struct {
    size_t periods;
    double weight;
} windows[] = {{1, 0.8}, {2, 0.1}, {4, 0.05}, {8, 0.05}};

static const double rise_weight = 0.85, fall_weight = 0.15;

enum { WINDOW_COUNT = sizeof(windows) / sizeof(*windows), DAYS_PER_WEEK = 7 };

/* The margin below which no outcome could be clear. */
static const double min_margin = 8;

static const double max_q_value = 0.06, min_hits = 5, min_ratio = 1.5, part_factor = 10;

/* Counts of a window and of its baseline. */
struct counts {
    double hits, records, baseline_hits, baseline_records;
    double pairs;            /* sum of n (n - 1) over the periods of the window */
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
            counts.pairs += records * (records - 1);
        } else if (is_baseline(search, i, period, window)) {
            counts.baseline_hits += hits;
            counts.baseline_records += records;
            counts.baseline_periods += records > 0;
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
    return overdispersion_get_clumping(&overdispersion);
}

/* Keeps 30 bits, since lgamma and exp differ in the last ones between machines. */
static double round_bits(double value)
{
    int exponent;
    double mantissa = frexp(value, &exponent);
    return ldexp(nearbyint(mantissa * (1 << 30)) / (1 << 30), exponent);
}

/* Fills two tests, of a rise and of a fall. False if the window is not tested. */
static bool make_tests(struct change tests[2], const struct counts *counts, double clumping)
{
    if (counts->records <= 0 || counts->baseline_periods < CHANGE_MIN_BASELINE ||
        counts->hits + counts->baseline_hits < min_margin)
        return false;
    double n = counts->records, mu = (counts->baseline_hits + 0.5) / (counts->baseline_records + 1);
    double rho = overdispersion_get_rho(clumping, mu);
    double mean_records = counts->baseline_records / counts->baseline_periods;
    double design_effect = 1 + (mean_records > 1 ? mean_records - 1 : 0) * rho;
    double within = n > 1 ? rho * counts->pairs / (n * (n - 1)) : 0;
    double total = within + design_effect / counts->baseline_records;
    struct beta_binomial model = {
        .n = n,
        .mu = mu,
        .rho = total < 0.5 ? total : 0.5,
    };
    struct tails tails = beta_binomial_tails(&model, counts->hits);
    for (int i = 0; i < 2; i++) {
        tests[i].rises = i == 0;
        tests[i].p_value = round_bits(i == 0 ? tails.high : tails.low);
        tests[i].hits = counts->hits;
        tests[i].records = counts->records;
        tests[i].baseline_hits = counts->baseline_hits;
        tests[i].baseline_records = counts->baseline_records;
    }
    return true;
}

static bool is_large(const struct change *change)
{
    double share = change->hits / change->records,
           before = change->baseline_hits / change->baseline_records;
    return change->rises ? change->hits >= min_hits && share >= min_ratio * before
                         : before * change->records >= min_hits && share <= before / min_ratio;
}

/* Benjamini-Hochberg with weights of mean 1 that do not depend on the outcome (Genovese, Roeder,
 * Wasserman 2006, "False discovery control with p-value weighting"). */
static void set_q_values(struct change *tests, const double *weights, size_t count,
                         struct arena *arena)
{
    double *p_values = arena_alloc(arena, count, sizeof(*p_values)),
           *q_values = arena_alloc(arena, count, sizeof(*q_values)), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        double p_value = tests[i].p_value * sum / (weights[i] * (double)count);
        p_values[i] = p_value < 1 ? p_value : 1;
    }
    benjamini_hochberg(p_values, q_values, count);
    for (size_t i = 0; i < count; i++)
        tests[i].q_value = q_values[i];
}

static struct change *test_all(const struct change_search *search, size_t period,
                               struct arena *arena, size_t *count)
{
    size_t capacity = search->series_count * WINDOW_COUNT * 2;
    struct change *tests = arena_alloc(arena, capacity, sizeof(*tests));
    double *weights = arena_alloc(arena, capacity, sizeof(*weights));
    double clumping = estimate_clumping(search, period, arena);
    *count = 0;
    for (size_t i = 0; i < search->series_count; i++)
        for (size_t j = 0; j < WINDOW_COUNT; j++) {
            size_t window = windows[j].periods;
            struct counts counts = count_window(search, &search->series[i], period, window);
            struct change *pair = &tests[*count];
            if (!make_tests(pair, &counts, clumping))
                continue;
            for (int k = 0; k < 2; k++) {
                pair[k].series = i;
                pair[k].window = window;
                weights[(*count)++] =
                    windows[j].weight * (pair[k].rises ? rise_weight : fall_weight);
            }
        }
    set_q_values(tests, weights, *count, arena);
    return tests;
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
        if (tests[i].q_value > max_q_value || !is_large(&tests[i]))
            continue;
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
