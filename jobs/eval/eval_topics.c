/* eval_topics.c - evaluates topics with polarity: "price:negative; delivery:positive". */
#include <stdio.h>

#include "jobs/eval/eval.h"
#include "jobs/eval/topic_metrics.h"

struct topics_task {
    struct topic_metrics metrics;
    size_t unlabelled, without_text; /* rows that are not evaluated */
};

static bool read_polarity(struct text value, enum sentiment *polarity)
{
    for (*polarity = SENTIMENT_NEGATIVE; *polarity <= SENTIMENT_POSITIVE; (*polarity)++)
        if (text_equal_ignore_case(value, text_of(sentiment_names[*polarity])))
            return true;
    return false;
}

/* Reads the mentions of a label into `arena`. Of a repeated topic the first polarity counts. The
 * labels "none" and "-" give no mentions. */
static bool read_label(struct text value, struct arena *arena, struct topic_mention **mentions,
                       size_t *count)
{
    *mentions = arena_alloc(arena, value.size + 1, sizeof(**mentions));
    *count = 0;
    struct text rest = value, item;
    if (text_equal_ignore_case(value, TEXT("none")) || text_equal(value, TEXT("-")))
        return true;
    while (text_split(&rest, ';', &item)) {
        struct text polarity = text_trim(item), topic;
        if (polarity.size == 0)
            continue;
        struct topic_mention mention;
        text_split(&polarity, ':', &topic);
        mention.topic = text_trim(topic);
        if (!read_polarity(text_trim(polarity), &mention.polarity))
            return false;
        bool is_listed = false;
        for (size_t i = 0; i < *count; i++)
            is_listed |= text_equal((*mentions)[i].topic, mention.topic);
        if (!is_listed)
            (*mentions)[(*count)++] = mention;
    }
    return *count > 0;
}

static bool add_batch(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct topics_task *task = state;
    if (!eval_analyse(eval, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        struct text value = eval_get_column(record, eval->label);
        struct topic_mention *gold;
        size_t gold_count;
        if (value.size == 0)
            task->unlabelled++;
        else if (!read_label(value, &batch->arena, &gold, &gold_count))
            return error_set(error, ERROR_INPUT,
                             "%s line %llu: '%.*s' is not a list of topics: expected "
                             "topic:polarity; topic:polarity, or none",
                             batch->path, (unsigned long long)record->line, TEXT_ARGUMENT(value));
        else if (!eval_has_result(record))
            task->without_text++;
        else
            topic_metrics_add(&task->metrics, gold, gold_count, record->analysis.topics,
                              record->analysis.topic_count);
    }
    return true;
}

static size_t count(const void *state)
{
    return ((const struct topics_task *)state)->metrics.count;
}

static bool print(void *state, struct eval *eval, double *main_score, struct error *error)
{
    (void)error;
    const struct topics_task *task = state;
    struct arena arena = {0};
    printf("%.*s", TEXT_ARGUMENT(topic_metrics_print(&task->metrics, &arena)));
    printf("\nskipped: %zu without a label, %zu without a text\n"
           "speed: %.0f texts/s, %.0f tokens/s\n",
           task->unlabelled, task->without_text, (double)task->metrics.count / eval->seconds,
           (double)eval->tokens / eval->seconds);
    *main_score = topic_metrics_polarity_f1(&task->metrics).value;
    arena_free(&arena);
    return true;
}

static void close_task(void *state)
{
    topic_metrics_free(&((struct topics_task *)state)->metrics);
}

const struct eval_task eval_topics = {
    .name = "topics",
    .label = "topics",
    .expected_values = "topic:polarity; topic:polarity, or none",
    .state_size = sizeof(struct topics_task),
    .add_batch = add_batch,
    .count = count,
    .print = print,
    .close = close_task,
};
