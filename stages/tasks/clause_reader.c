/* clause_reader.c - loads saved answers, and asks the model for the missing ones in batches. */
#include "stages/tasks/clause_reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
           sentiment_load(&reader->sentiment, stage_context->model, error) &&
           state_classifier_load(&reader->quotes, stage_context->model, QUOTES_SECTION,
                                 QUOTE_CLASSES, &reader->sentiment, error) &&
           state_classifier_load(&reader->point_texts, stage_context->model, POINT_TEXTS_SECTION,
                                 POINT_TEXT_CLASSES, &reader->sentiment, error);
}

/* What to ask. The numbers of a reading are the fields of struct sentiment_probabilities,
 * quote_probabilities or point_text_grades, in their order. */
enum question { QUESTION_SENTIMENT, QUESTION_QUOTE, QUESTION_POINT_TEXT };

/* A different clause, and what the model reads in it. */
struct query {
    struct text input;
    struct clause_reading answer;
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

static bool ask_for_sentiment(const struct clause_reader *reader, struct text_array inputs,
                              struct query *queries, struct error *error)
{
    struct sentiment_probabilities *answers = memory_alloc(inputs.count, sizeof(*answers));
    bool ok = sentiment_predict(&reader->sentiment, reader->stage_context->session, inputs, answers,
                                error);
    for (size_t i = 0; ok && i < inputs.count; i++) {
        queries[i].answer.numbers[0] = answers[i].negative;
        queries[i].answer.numbers[1] = answers[i].neutral;
        queries[i].answer.numbers[2] = answers[i].positive;
        queries[i].answer.numbers[3] = answers[i].mixed;
    }
    free(answers);
    return ok;
}

/* Keeps as many of the first classes as a reading has numbers. */
static bool ask_classifier(const struct clause_reader *reader,
                           const struct state_classifier *classifier, struct text_array inputs,
                           struct query *queries, struct error *error)
{
    size_t classes = classifier->class_count,
           kept = classes < CLAUSE_READING_NUMBERS ? classes : CLAUSE_READING_NUMBERS;
    double *answers = memory_alloc(inputs.count * classes, sizeof(*answers));
    bool ok = state_classifier_predict(classifier, reader->stage_context->session, inputs, answers,
                                       error);
    for (size_t i = 0; ok && i < inputs.count; i++)
        memcpy(queries[i].answer.numbers, &answers[i * classes], kept * sizeof(*answers));
    free(answers);
    return ok;
}

static bool ask_question(const struct clause_reader *reader, enum question question,
                         struct text_array inputs, struct query *queries, struct error *error)
{
    if (question == QUESTION_SENTIMENT)
        return ask_for_sentiment(reader, inputs, queries, error);
    return ask_classifier(reader,
                          question == QUESTION_QUOTE ? &reader->quotes : &reader->point_texts,
                          inputs, queries, error);
}

static bool ask_model(const struct clause_reader *reader, enum question question,
                      struct query *queries, size_t count, struct error *error)
{
    const struct stage_context *context = reader->stage_context;
    struct arena scratch = {0};
    struct text *items = arena_alloc(&scratch, count, sizeof(*items));
    struct text_array inputs = {items, count};
    for (size_t i = 0; i < count; i++)
        items[i] = queries[i].input;
    bool ok = stage_context_check_interrupt(context, error) &&
              t5_encode(context->session, items, count, error) &&
              ask_question(reader, question, inputs, queries, error);
    arena_free(&scratch);
    return ok;
}

static bool save_answers(const struct clause_reader *reader, const struct query *queries,
                         size_t count, struct error *error)
{
    struct clause_reading *answers = memory_alloc(count, sizeof(*answers));
    for (size_t i = 0; i < count; i++)
        answers[i] = queries[i].answer;
    bool ok = store_save_clause_readings(reader->stage_context->store, answers, count, error);
    free(answers);
    return ok;
}

/* Asks the model for queries [first, count), and saves the answers now and then. */
static bool answer_queries(const struct clause_reader *reader, enum question question,
                           struct query *queries, size_t count, struct error *error)
{
    if (count > 0)
        qsort(queries, count, sizeof(*queries), compare_by_tokens);
    bool ok = true;
    for (size_t first = 0, end; ok && first < count; first = end) {
        end = count - first < SAVED_TOGETHER ? count : first + SAVED_TOGETHER;
        struct session_batch batch = {0};
        while (ok && session_batch_next(&batch, reader->stage_context, end - first))
            ok = ask_model(reader, question, &queries[first + batch.first], batch.count, error);
        ok = ok && save_answers(reader, &queries[first], end - first, error);
    }
    return ok;
}

/* The key of a saved answer. */
static uint64_t find_key(const struct clause_reader *reader, enum question question,
                         struct text input)
{
    uint64_t seed = hash_combine_number(HASH_SEED, reader->stage_context->model_key);
    return hash_combine(question == QUESTION_SENTIMENT ? seed : hash_combine_number(seed, question),
                        input);
}

/* Fills answers[i] of each clause. */
static bool find_answers(const struct clause_reader *reader, enum question question,
                         struct text_array clauses, struct clause_reading *answers,
                         struct error *error)
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
        query.answer.key = keys[i] = find_key(reader, question, input);
        if (hash_table_find(&numbers, keys[i]))
            continue;
        ok = store_load_clause_reading(reader->stage_context->store, &query.answer, &found, error);
        answers[i] = query.answer;
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
    ok = ok && answer_queries(reader, question, missing.items, missing.count, error);
    hash_table_clear(&numbers);
    for (size_t i = 0; ok && i < missing.count; i++)
        hash_table_get_or_insert(&numbers, missing.items[i].answer.key, i, NULL);
    for (size_t i = 0; ok && i < clauses.count; i++) {
        const size_t *number = keys[i] ? hash_table_find(&numbers, keys[i]) : NULL;
        if (!number)
            continue;
        assert(missing.items && *number < missing.count);
        answers[i] = missing.items[*number].answer;
    }
    hash_table_free(&numbers);
    free(missing.items);
    free(keys);
    arena_free(&arena);
    return ok;
}

bool clause_reader_predict(const struct clause_reader *reader, struct text_array clauses,
                           struct sentiment_probabilities *probabilities, struct error *error)
{
    struct clause_reading *answers = memory_alloc(clauses.count, sizeof(*answers));
    bool ok = find_answers(reader, QUESTION_SENTIMENT, clauses, answers, error);
    for (size_t i = 0; ok && i < clauses.count; i++) {
        const double *numbers = answers[i].numbers;
        probabilities[i] =
            (struct sentiment_probabilities){numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    free(answers);
    return ok;
}

bool clause_reader_knows_quotes(const struct clause_reader *reader)
{
    return reader->quotes.weights != NULL;
}

bool clause_reader_predict_quotes(const struct clause_reader *reader, struct text_array sentences,
                                  struct quote_probabilities *probabilities, struct error *error)
{
    struct clause_reading *answers = memory_alloc(sentences.count, sizeof(*answers));
    bool ok = find_answers(reader, QUESTION_QUOTE, sentences, answers, error);
    for (size_t i = 0; ok && i < sentences.count; i++) {
        const double *numbers = answers[i].numbers;
        probabilities[i] =
            (struct quote_probabilities){numbers[0], numbers[1], numbers[2], numbers[3]};
    }
    free(answers);
    return ok;
}

bool clause_reader_knows_point_texts(const struct clause_reader *reader)
{
    return reader->point_texts.weights != NULL;
}

bool clause_reader_grade_point_texts(const struct clause_reader *reader, struct text_array texts,
                                     struct point_text_grades *grades, struct error *error)
{
    struct clause_reading *answers = memory_alloc(texts.count, sizeof(*answers));
    bool ok = find_answers(reader, QUESTION_POINT_TEXT, texts, answers, error);
    for (size_t i = 0; ok && i < texts.count; i++) {
        const double *numbers = answers[i].numbers;
        grades[i] = (struct point_text_grades){numbers[0], numbers[1], numbers[2]};
    }
    free(answers);
    return ok;
}
