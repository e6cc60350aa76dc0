/* eval_sentiment.c - evaluates one sentiment label per text: positive, neutral, negative or mixed,
 * or stars. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/eval/eval.h"
#include "jobs/eval/metrics.h"

struct sentiment_task {
    struct sentiment_prediction *predictions; /* owned */
    size_t count, capacity;
    size_t unlabelled, without_text, three_stars; /* rows that are not evaluated */
    size_t starred;                               /* texts whose label is from stars */
};

/* Reads "positive" and so on, or stars: 1 to 2 are negative, 4 to 5 positive. Between them,
 * *label is SENTIMENT_UNDETECTED: many reviews with three stars praise or complain. */
static bool read_label(struct text value, enum sentiment *label, bool *is_starred)
{
    *is_starred = false;
    for (*label = SENTIMENT_NEGATIVE; *label < SENTIMENT_COUNT; (*label)++)
        if (text_equal_ignore_case(value, text_of(sentiment_names[*label])))
            return true;
    double stars;
    if (!text_to_real(value, &stars) || stars < 1 || stars > 5)
        return false;
    *is_starred = true;
    *label = stars <= 2   ? SENTIMENT_NEGATIVE
             : stars >= 4 ? SENTIMENT_POSITIVE
                          : SENTIMENT_UNDETECTED;
    return true;
}

/* An answer without an opinion is not analysed in a run. It counts as neutral. */
static void add_prediction(struct sentiment_task *task, const struct record *record,
                           enum sentiment gold)
{
    struct sentiment_prediction prediction = {
        .gold = gold, .predicted = SENTIMENT_NEUTRAL, .confidence = NAN};
    if (record->needs_analysis) {
        prediction.predicted = record->analysis.sentiment;
        prediction.score = record->analysis.score;
        prediction.confidence = record->analysis.confidence;
    }
    task->predictions = memory_grow(task->predictions, &task->capacity, task->count + 1,
                                    sizeof(*task->predictions));
    task->predictions[task->count++] = prediction;
}

static bool add_batch(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct sentiment_task *task = state;
    if (!eval_analyse(eval, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        enum sentiment gold;
        bool is_starred;
        if (!read_label(eval_get_column(record, eval->label), &gold, &is_starred))
            task->unlabelled++;
        else if (!eval_has_result(record))
            task->without_text++;
        else if (gold == SENTIMENT_UNDETECTED)
            task->three_stars++;
        else {
            task->starred += is_starred;
            add_prediction(task, record, gold);
        }
    }
    return true;
}

static size_t count(const void *state)
{
    return ((const struct sentiment_task *)state)->count;
}

static bool print(void *state, struct eval *eval, double *main_score, struct error *error)
{
    (void)error;
    const struct sentiment_task *task = state;
    struct arena arena = {0};
    struct metrics metrics = metrics_compute(task->predictions, task->count);
    printf("%.*s", TEXT_ARGUMENT(metrics_print(&metrics, &arena)));
    if (task->starred + task->three_stars > 0)
        printf("\nnote: %zu labels are from stars; three stars are skipped (%zu texts), because "
               "they are not neutral\n",
               task->starred, task->three_stars);
    printf("\nskipped: %zu without a label, %zu without a text\n"
           "speed: %.0f texts/s, %.0f tokens/s\n",
           task->unlabelled, task->without_text, (double)task->count / eval->seconds,
           (double)eval->tokens / eval->seconds);
    *main_score = metrics.right.value;
    arena_free(&arena);
    return true;
}

static void close_task(void *state)
{
    struct sentiment_task *task = state;
    free(task->predictions);
}

const struct eval_task eval_sentiment = {
    .name = "sentiment",
    .label = "sentiment",
    .expected_values = "positive, neutral, negative or mixed, or stars from 1 to 5",
    .state_size = sizeof(struct sentiment_task),
    .add_batch = add_batch,
    .count = count,
    .print = print,
    .close = close_task,
};
