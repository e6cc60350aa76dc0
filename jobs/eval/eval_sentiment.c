/* eval_sentiment.c - one label a text: positive, neutral, negative, or stars. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/eval/eval.h"
#include "jobs/eval/metrics.h"

struct sentiment_task {
    struct judgement *judgements;
    bool *polar; /* positive likelier than negative */
    size_t count, capacity, polar_capacity;
    size_t unlabelled, empty;
};

/* "positive", or stars: 1-2, 3, 4-5. */
static bool read_label(struct text value, enum sentiment *label)
{
    for (enum sentiment known = SENTIMENT_NEGATIVE; known <= SENTIMENT_POSITIVE; known++)
        if (text_equal_fold(value, text_of(sentiment_names[known]))) {
            *label = known;
            return true;
        }
    double stars;
    if (!text_real(value, &stars) || stars < 1 || stars > 5)
        return false;
    *label = stars <= 2 ? SENTIMENT_NEGATIVE : stars < 4 ? SENTIMENT_NEUTRAL : SENTIMENT_POSITIVE;
    return true;
}

/* The record's odds: its chunks', weighted by their tokens, as the classify stage weighs them. */
static void judge(struct sentiment_task *task, const struct record *record, enum sentiment gold)
{
    double odds[3] = {0}, tokens = 0;
    for (size_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        odds[0] += chunk->negative * (double)chunk->tokens;
        odds[1] += chunk->neutral * (double)chunk->tokens;
        odds[2] += chunk->positive * (double)chunk->tokens;
        tokens += (double)chunk->tokens;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (odds[i] > odds[best])
            best = i;
    task->judgements =
        memory_grow(task->judgements, &task->capacity, task->count + 1, sizeof(*task->judgements));
    task->polar =
        memory_grow(task->polar, &task->polar_capacity, task->count + 1, sizeof(*task->polar));
    task->polar[task->count] = odds[2] > odds[0];
    task->judgements[task->count++] = (struct judgement){
        .gold = gold,
        .predicted = (enum sentiment)(SENTIMENT_NEGATIVE + best),
        .confidence = tokens > 0 ? odds[best] / tokens : 0,
        .reported = record->analysis.sentiment != SENTIMENT_UNDETECTED,
    };
}

static bool take(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct sentiment_task *task = state;
    if (!eval_analyse(eval, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        enum sentiment gold;
        if (!read_label(eval_value(record, eval->label), &gold))
            task->unlabelled++;
        else if (!record->analyse || record->chunk_count == 0)
            task->empty++;
        else
            judge(task, record, gold);
    }
    return true;
}

static size_t count(const void *state)
{
    return ((const struct sentiment_task *)state)->count;
}

static bool print(void *state, struct eval *eval, double *first, struct error *error)
{
    (void)error;
    const struct sentiment_task *task = state;
    struct arena arena = {0};
    struct metrics metrics = metrics_compute(task->judgements, task->polar, task->count);
    printf("%.*s", TEXT_ARGUMENT(metrics_print(&metrics, &arena)));
    printf("\nleft out: %zu without a label, %zu without a text\n"
           "speed: %.0f texts/s, %.0f tokens/s\n",
           task->unlabelled, task->empty, (double)task->count / eval->seconds,
           (double)eval->tokens / eval->seconds);
    *first = metrics.macro_f1.value;
    arena_free(&arena);
    return true;
}

static void close_task(void *state)
{
    struct sentiment_task *task = state;
    free(task->judgements);
    free(task->polar);
}

const struct eval_task eval_sentiment = {
    .name = "sentiment",
    .label = "sentiment",
    .expected = "positive, neutral or negative, or stars from 1 to 5",
    .state_size = sizeof(struct sentiment_task),
    .take = take,
    .count = count,
    .print = print,
    .close = close_task,
};
