/* eval_sentiment.c - evaluates one sentiment label per text: positive, neutral, negative, or stars.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/eval/eval.h"
#include "jobs/eval/metrics.h"

struct sentiment_task {
    struct sentiment_prediction *predictions; /* owned */
    size_t count, capacity;
    size_t unlabelled, without_text; /* rows that are not evaluated */
};

/* Reads "positive" and so on, or stars: 1-2 are negative, 3 neutral, 4-5 positive. */
static bool read_label(struct text value, enum sentiment *label)
{
    for (enum sentiment known = SENTIMENT_NEGATIVE; known <= SENTIMENT_POSITIVE; known++)
        if (text_equal_ignore_case(value, text_of(sentiment_names[known]))) {
            *label = known;
            return true;
        }
    double stars;
    if (!text_to_real(value, &stars) || stars < 1 || stars > 5)
        return false;
    *label = stars <= 2 ? SENTIMENT_NEGATIVE : stars < 4 ? SENTIMENT_NEUTRAL : SENTIMENT_POSITIVE;
    return true;
}

/* Averages the probabilities of the chunks, weighted by tokens as in the classify stage. If the
 * model also answers `mixed`, they are relative to the three labels that are evaluated. */
static void add_prediction(struct sentiment_task *task, const struct record *record,
                           enum sentiment gold)
{
    double probabilities[3] = {0}, tokens = 0;
    for (size_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        probabilities[0] += chunk->negative * (double)chunk->tokens;
        probabilities[1] += chunk->neutral * (double)chunk->tokens;
        probabilities[2] += chunk->positive * (double)chunk->tokens;
        tokens += (double)chunk->tokens * (1 - chunk->mixed);
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (probabilities[i] > probabilities[best])
            best = i;
    task->predictions = memory_grow(task->predictions, &task->capacity, task->count + 1,
                                    sizeof(*task->predictions));
    task->predictions[task->count++] = (struct sentiment_prediction){
        .gold = gold,
        .predicted = (enum sentiment)(SENTIMENT_NEGATIVE + best),
        .confidence = tokens > 0 ? probabilities[best] / tokens : 0,
        .is_positive_likelier = probabilities[2] > probabilities[0],
        .has_label = record->analysis.sentiment != SENTIMENT_UNDETECTED,
    };
}

static bool add_batch(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct sentiment_task *task = state;
    if (!eval_analyse(eval, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        enum sentiment gold;
        if (!read_label(eval_get_column(record, eval->label), &gold))
            task->unlabelled++;
        else if (!record->needs_analysis || record->chunk_count == 0)
            task->without_text++;
        else
            add_prediction(task, record, gold);
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
    printf("\nskipped: %zu without a label, %zu without a text\n"
           "speed: %.0f texts/s, %.0f tokens/s\n",
           task->unlabelled, task->without_text, (double)task->count / eval->seconds,
           (double)eval->tokens / eval->seconds);
    *main_score = metrics.macro_f1.value;
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
    .expected_values = "positive, neutral or negative, or stars from 1 to 5",
    .state_size = sizeof(struct sentiment_task),
    .add_batch = add_batch,
    .count = count,
    .print = print,
    .close = close_task,
};
