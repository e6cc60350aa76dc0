/* reports.c - how often reports tell what is not there, and how often they find what is: simulated
 * feedback through the stages of pass 3.
 *
 *   bench_reports [REPORTS [SEED]]   for each setting; default 200
 *
 * 35 topics, a few of them frequent, independent of each other; three products, four regions, five
 * sources; 8 weeks. "Clumping" is the variance of a factor, common to all records of a week, of
 * each topic's share. A row without a rise counts the reports that have an insight of each kind. A
 * row with a rise counts those that tell that a topic of 4 % rose five times in one product in the
 * last week. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/pipeline.h"
#include "stages/stages.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"
#include "tests/support/random.h"

enum {
    TOPICS = 35,
    WEEKS = 8,
    FIRST_DAY = 20521 /* a Monday, 2026-03-09 */,
    RISING_TOPIC = 3,
    DAY_SECONDS = 86400
};

static uint64_t seed = 20261129;

static double random_unit(void)
{
    return (double)(random_next(&seed) >> 11) / 9007199254740992.0;
}

static double random_normal(void)
{
    double radius = sqrt(-2 * log(1 - random_unit()));
    return radius * cos(2 * 3.14159265358979323846 * random_unit());
}

/* Mean 1, the given variance (Marsaglia, Tsang 2000). */
static double random_gamma(double variance)
{
    double shape = 1 / variance, d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = random_normal(), v = 1 + c * x, u = 1 - random_unit();
        v = v * v * v;
        if (v > 0 && log(u) < x * x / 2 + d - d * v + d * log(v))
            return d * v * variance;
    }
}

static size_t random_index(const double *weights)
{
    double rest = random_unit();
    size_t index = 0;
    while (rest >= weights[index] && weights[index + 1] > 0)
        rest -= weights[index++];
    return index;
}

struct setting {
    double records; /* a week */
    double clumping;
    bool rises;
};

static char topic_names[TOPICS][8];

static void add_record(struct batch *batch, const struct setting *setting, const double *shares,
                       int week, double place)
{
    static const double products[] = {0.5, 0.3, 0.2, 0}, regions[] = {0.4, 0.3, 0.2, 0.1, 0},
                        sources[] = {0.4, 0.25, 0.2, 0.1, 0.05, 0};
    struct record *record = batch_add_record(batch);
    size_t product = random_index(products);
    struct field *fields = arena_alloc(&batch->arena, 3, sizeof(*fields));
    fields[0] = (struct field){TEXT("product"), arena_format(&batch->arena, "p%zu", product)};
    fields[1] =
        (struct field){TEXT("region"), arena_format(&batch->arena, "r%zu", random_index(regions))};
    fields[2] =
        (struct field){TEXT("channel"), arena_format(&batch->arena, "s%zu", random_index(sources))};
    record->id = record->content_hash = record->text_hash = batch->count;
    record->author_hash = batch->count;
    record->text = TEXT("text");
    record->fields = fields;
    record->field_count = 3;
    record->created_at = (int64_t)((FIRST_DAY + 7 * week + 7 * place) * DAY_SECONDS);
    record->rating = 1 + floor(5 * random_unit());
    record->rating_scale = 5;
    record->needs_analysis = true;
    record->analysis.sentiment = SENTIMENT_NEUTRAL;
    struct topic_mention *topics = arena_alloc(&batch->arena, TOPICS, sizeof(*topics));
    for (int i = 0; i < TOPICS; i++) {
        bool is_rise = setting->rises && i == RISING_TOPIC && product == 0 && week == WEEKS - 1;
        if (random_unit() < shares[i] * (is_rise ? 5 : 1))
            topics[record->analysis.topic_count++] =
                (struct topic_mention){text_of(topic_names[i]), SENTIMENT_NEGATIVE};
    }
    if (record->analysis.topic_count > 0)
        record->analysis.sentiment = SENTIMENT_NEGATIVE;
    record->analysis.topics = topics;
}

static struct store *save_feedback(const struct setting *setting)
{
    struct store *store;
    uint64_t run, reads;
    bool flag;
    struct file_signature signature = {.path = "a.csv", .connector = "csv"};
    struct batch batch = {.path = "a.csv", .source = TEXT("simulation")};
    double base[TOPICS], shares[TOPICS];
    for (int i = 0; i < TOPICS; i++) {
        double unit = random_unit();
        base[i] = i == RISING_TOPIC ? 0.04 : 0.004 + 0.1 * unit * unit;
    }
    for (int week = 0; week < WEEKS; week++) {
        for (int i = 0; i < TOPICS; i++)
            shares[i] = base[i] * (setting->clumping > 0 ? random_gamma(setting->clumping) : 1);
        double wanted = setting->records + 1.5 * sqrt(setting->records) * random_normal();
        int count = wanted < 8 ? 8 : (int)wanted;
        for (int i = 0; i < count; i++)
            add_record(&batch, setting, shares, week, (i + 0.5) / count);
    }
    batch.read = batch.count;
    if (!store_open(&store, ":memory:", NULL))
        abort();
    store_set_model_key(store, 1);
    if (!store_begin_run(store, 1, &run, &flag, NULL) ||
        !store_begin_file(store, &signature, &reads, &flag, NULL) ||
        !store_save_batch(store, &batch, 1, true, NULL))
        abort();
    batch_free(&batch);
    return store;
}

struct tally {
    bool kinds[INSIGHT_KIND_COUNT];
    bool has_any, finds_rise;
};

static bool count_insight(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct tally *tally = user;
    const struct insight *insight = &saved->insight;
    /* How many records have no topic is no claim. */
    if (insight->kind == INSIGHT_THEME && text_equal(insight->key.topic, group_key_no_topic))
        return true;
    if (getenv("VERBOSE"))
        fprintf(stderr, "%s: %.*s\n", insight_kind_names[insight->kind],
                TEXT_ARGUMENT(saved->sentence));
    tally->kinds[insight->kind] = true;
    tally->has_any = true;
    tally->finds_rise |= insight->kind == INSIGHT_CHANGE && insight->state == INSIGHT_NEW &&
                         text_equal(insight->key.topic, text_of(topic_names[RISING_TOPIC]));
    return true;
}

/* The stages of pass 3 that add insights. */
static void open_stages(struct pipeline *pipeline)
{
    pipeline->stage_instances = memory_alloc(32, sizeof(*pipeline->stage_instances));
    for (size_t i = 0; stages[i]; i++)
        if (stages[i]->finish && stages[i] != &aggregate_stage)
            pipeline->stage_instances[pipeline->stage_instance_count++] = (struct stage_instance){
                stages[i],
                stage_start(
                    stages[i],
                    option_find(stages[i]->options, TEXT("by")) ? "by=product,region,channel" : "",
                    &pipeline->stage_context, NULL),
                true};
}

static struct tally make_report(const struct setting *setting)
{
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    static const struct t5_model model = {.prompts = fake_prompts};
    struct pipeline pipeline = {0};
    struct tally tally = {0};
    struct store *store = save_feedback(setting);
    pipeline.stage_context = (struct stage_context){.store = store,
                                                    .model = &model,
                                                    .model_key = 1,
                                                    .selection = &everything,
                                                    .insights = &pipeline.insights};
    open_stages(&pipeline);
    if (!pipeline_aggregate(&pipeline, NULL) ||
        !store_for_each_insight(store, 0, count_insight, &tally, NULL))
        abort();
    pipeline_close(&pipeline);
    store_close(store);
    return tally;
}

int main(int argc, char **argv)
{
    static const struct setting settings[] = {
        {60, 0, false}, {60, 0.02, false}, {200, 0, false}, {200, 0.02, false},
        {60, 0, true},  {60, 0.02, true},  {200, 0, true},  {200, 0.02, true}};
    int reports = argc > 1 ? atoi(argv[1]) : 200;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : seed;
    for (int i = 0; i < TOPICS; i++)
        snprintf(topic_names[i], sizeof(topic_names[i]), "t%d", i);
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
        const struct setting *setting = &settings[i];
        int any = 0, found = 0, kinds[INSIGHT_KIND_COUNT] = {0};
        for (int j = 0; j < reports; j++) {
            struct tally tally = make_report(setting);
            any += tally.has_any;
            found += tally.finds_rise;
            for (int k = 0; k < INSIGHT_KIND_COUNT; k++)
                kinds[k] += tally.kinds[k];
        }
        printf("%3.0f records a week, clumping %.2f: ", setting->records, setting->clumping);
        if (setting->rises) {
            printf("finds the rise in %.1f %%\n", 100.0 * found / reports);
            continue;
        }
        printf("%.1f %% of reports with a claim", 100.0 * any / reports);
        for (int k = 0; k < INSIGHT_KIND_COUNT; k++)
            if (kinds[k] > 0)
                printf(", %s %.1f %%", insight_kind_names[k], 100.0 * kinds[k] / reports);
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
