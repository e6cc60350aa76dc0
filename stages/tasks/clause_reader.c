/* clause_reader.c - loads saved answers, and asks the model for the missing ones in batches. */
#include "stages/tasks/clause_reader.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "pipeline/store.h"
#include "stages/tasks/session_batch.h"

enum { SAVED_TOGETHER = 1024 };

bool clause_reader_open(struct clause_reader *reader, const struct stage_context *stage_context,
                        struct error *error)
{
    reader->stage_context = stage_context;
    return prompt_get_token_limits(&reader->token_limits, stage_context->model, error) &&
           sentiment_load(&reader->sentiment, stage_context->model, error);
}

/* A different clause, and what the model reads in it. */
struct query {
    struct text input;
    struct clause_sentiment answer;
    size_t tokens, number;
};

struct query_list {
    struct query *items; /* owned */
    size_t count, capacity;
};

/* By length: a short input in a batch of long ones would cost as much as they do. */
static int compare_by_tokens(const void *a, const void *b)
{
    const struct query *left = a, *right = b;
    if (left->tokens != right->tokens)
        return left->tokens < right->tokens ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

static bool ask_model(const struct clause_reader *reader, struct query *queries, size_t count,
                      struct error *error)
{
    const struct stage_context *context = reader->stage_context;
    struct arena scratch = {0};
    struct text *inputs = arena_alloc(&scratch, count, sizeof(*inputs));
    struct sentiment_probabilities *answers = arena_alloc(&scratch, count, sizeof(*answers));
    for (size_t i = 0; i < count; i++)
        inputs[i] = queries[i].input;
    bool ok = stage_context_check_interrupt(context, error) &&
              t5_encode(context->session, inputs, count, error) &&
              sentiment_predict(&reader->sentiment, context->session,
                                (struct text_array){inputs, count}, answers, error);
    for (size_t i = 0; ok && i < count; i++) {
        queries[i].answer.negative = answers[i].negative;
        queries[i].answer.neutral = answers[i].neutral;
        queries[i].answer.positive = answers[i].positive;
    }
    arena_free(&scratch);
    return ok;
}

static bool save_answers(const struct clause_reader *reader, const struct query *queries,
                         size_t count, struct error *error)
{
    struct clause_sentiment *answers = memory_alloc(count, sizeof(*answers));
    for (size_t i = 0; i < count; i++)
        answers[i] = queries[i].answer;
    bool ok = store_save_clause_sentiments(reader->stage_context->store, answers, count, error);
    free(answers);
    return ok;
}

/* Asks the model for queries [first, count), and saves the answers now and then. */
static bool answer_queries(const struct clause_reader *reader, struct query *queries, size_t count,
                           struct error *error)
{
    if (count > 0)
        qsort(queries, count, sizeof(*queries), compare_by_tokens);
    bool ok = true;
    for (size_t first = 0, end; ok && first < count; first = end) {
        end = count - first < SAVED_TOGETHER ? count : first + SAVED_TOGETHER;
        struct session_batch batch = {0};
        while (ok && session_batch_next(&batch, reader->stage_context, end - first))
            ok = ask_model(reader, &queries[first + batch.first], batch.count, error);
        ok = ok && save_answers(reader, &queries[first], end - first, error);
    }
    return ok;
}

static struct sentiment_probabilities to_probabilities(const struct clause_sentiment *answer)
{
    return (struct sentiment_probabilities){
        .negative = answer->negative, .neutral = answer->neutral, .positive = answer->positive};
}

bool clause_reader_predict(const struct clause_reader *reader, struct text_array clauses,
                           struct sentiment_probabilities *probabilities, struct error *error)
{
    const struct t5_model *model = reader->stage_context->model;
    struct arena arena = {0};
    struct query_list missing = {0};
    struct hash_table numbers = {0}; /* of the queries: key to number */
    uint64_t *keys = memory_alloc(clauses.count, sizeof(*keys));
    bool ok = true, found;
    for (size_t i = 0; ok && i < clauses.count; i++) {
        struct text input =
            prompt_format_input(&reader->sentiment.prompt, clauses.items[i], &arena);
        struct query query = {.input = input, .number = missing.count};
        query.answer.key =
            hash_combine(hash_combine_number(HASH_SEED, reader->stage_context->model_key), input);
        keys[i] = query.answer.key;
        if (hash_table_find(&numbers, keys[i]))
            continue;
        ok =
            store_load_clause_sentiment(reader->stage_context->store, &query.answer, &found, error);
        probabilities[i] = to_probabilities(&query.answer);
        keys[i] = found ? 0 : keys[i];
        if (!ok || found)
            continue;
        query.tokens = prompt_count_tokens(model, input);
        if (query.tokens > reader->token_limits.input)
            continue;
        hash_table_get_or_insert(&numbers, keys[i], missing.count, NULL);
        missing.items = memory_grow(missing.items, &missing.capacity, missing.count + 1,
                                    sizeof(*missing.items));
        missing.items[missing.count++] = query;
    }
    ok = ok && answer_queries(reader, missing.items, missing.count, error);
    hash_table_clear(&numbers);
    for (size_t i = 0; ok && i < missing.count; i++)
        hash_table_get_or_insert(&numbers, missing.items[i].answer.key, i, NULL);
    for (size_t i = 0; ok && i < clauses.count; i++) {
        const size_t *number = keys[i] ? hash_table_find(&numbers, keys[i]) : NULL;
        if (!number)
            continue;
        assert(missing.items && *number < missing.count);
        probabilities[i] = to_probabilities(&missing.items[*number].answer);
    }
    hash_table_free(&numbers);
    free(missing.items);
    free(keys);
    arena_free(&arena);
    return ok;
}
