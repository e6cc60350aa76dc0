/* next_logits.c - logits of some tokens, or the decoder's states, after given prefixes. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/engine/row_forest.h"

/* A place as tokens: start token and prefix. */
struct tokenized_place {
    size_t place; /* index into the caller's list */
    const int32_t *tokens;
    size_t count;
};

struct logits_task {
    struct t5_session *session;
    const struct t5_logits_query *query;
    struct tokenized_place *places; /* ordered by input */
    size_t *first;                  /* [inputs + 1]; the index of each input's first place */
    float *logits;                  /* NULL: `states` are wanted */
    float *states;                  /* [places][width] */
};

/* A place whose tokens are in the forest. */
struct leaf {
    size_t place;
    uint32_t row; /* of its last token */
};

struct place_forest {
    struct row_forest row_forest;
    struct leaf *leaves; /* owned */
    size_t leaf_count, leaf_capacity;
};

/* Writes what is wanted of the place whose final state is number `row`. */
static void write_result(const struct logits_task *task, struct worker *worker, size_t place,
                         size_t row)
{
    const struct t5_logits_query *query = task->query;
    size_t width = worker->session->config->model_width;
    if (task->logits)
        decoder_select_logits(worker, row, query->tokens, query->token_count,
                              task->logits + place * query->token_count);
    else
        memcpy(task->states + place * width, worker->final_states + row * width,
               width * sizeof(*task->states));
}

static void add_place(struct place_forest *forest, size_t input,
                      const struct tokenized_place *place)
{
    uint32_t row = ROW_FOREST_NO_ROW;
    for (size_t i = 0; i < place->count; i++)
        row = row_forest_get_or_add(&forest->row_forest, input, row, place->tokens[i]);
    forest->row_forest.rows[row].needs_logits = true;
    forest->leaves = memory_grow(forest->leaves, &forest->leaf_capacity, forest->leaf_count + 1,
                                 sizeof(*forest->leaves));
    forest->leaves[forest->leaf_count++] = (struct leaf){place->place, row};
}

/* Runs all rows of the forest, writes the results of its places, and empties it. */
static void run_forest(const struct logits_task *task, struct place_forest *forest,
                       struct worker *worker)
{
    const struct row_forest *row_forest = &forest->row_forest;
    size_t max_rows = worker->session->decoder_rows;
    size_t *states = memory_alloc(max_rows, sizeof(*states)); /* number of a row's final state */
    for (size_t first = 0; first < row_forest->count; first += max_rows) {
        size_t count = row_forest->count - first < max_rows ? row_forest->count - first : max_rows;
        size_t state_count = 0;
        for (size_t i = 0; i < count; i++) {
            states[i] = state_count;
            state_count += row_forest->rows[first + i].needs_logits;
        }
        decoder_run(worker, row_forest->rows + first, count);
        for (size_t i = 0; i < forest->leaf_count; i++) {
            const struct leaf *leaf = &forest->leaves[i];
            if (leaf->row >= first && leaf->row < first + count)
                write_result(task, worker, leaf->place, states[leaf->row - first]);
        }
    }
    free(states);
    row_forest_reset(&forest->row_forest);
    forest->leaf_count = 0;
}

static void process_inputs(void *context, size_t index)
{
    struct logits_task *task = context;
    const struct t5_session *session = task->session;
    struct worker *worker = &task->session->workers[index];
    struct place_forest forest = {.row_forest = row_forest_open(session)};
    for (size_t input; workers_take_item(session->pool, &input);) {
        row_forest_begin_input(&forest.row_forest);
        for (size_t i = task->first[input]; i < task->first[input + 1]; i++) {
            const struct tokenized_place *place = &task->places[i];
            if (forest.row_forest.count + place->count > forest.row_forest.capacity)
                run_forest(task, &forest, worker);
            add_place(&forest, input, place);
        }
        if (forest.row_forest.count >= session->decoder_rows)
            run_forest(task, &forest, worker);
    }
    run_forest(task, &forest, worker);
    row_forest_close(&forest.row_forest);
    free(forest.leaves);
}

static bool check_query(const struct t5_session *session, const struct t5_logits_query *query,
                        struct error *error)
{
    size_t vocabulary = session->config->vocabulary_size;
    for (size_t i = 0; i < query->place_count; i++)
        if (query->places[i].input >= session->input_count)
            return error_set(error, ERROR_USAGE,
                             "place %zu refers to input %zu, but there are %zu inputs", i + 1,
                             query->places[i].input + 1, session->input_count);
    for (size_t i = 0; i < query->token_count; i++)
        if (query->tokens[i] < 0 || (size_t)query->tokens[i] >= vocabulary)
            return error_set(error, ERROR_USAGE, "token %d is not in the vocabulary of %zu tokens",
                             query->tokens[i], vocabulary);
    return true;
}

/* Fills `places`, ordered by input, and the index of each input's first place. */
static bool tokenize_places(struct logits_task *task, int32_t *tokens, struct error *error)
{
    const struct t5_session *session = task->session;
    const struct t5_logits_query *query = task->query;
    size_t max_tokens = session->limits.output_tokens;
    for (size_t i = 0; i < query->place_count; i++)
        task->first[query->places[i].input + 1]++;
    for (size_t i = 0; i < session->input_count; i++)
        task->first[i + 1] += task->first[i];
    size_t *next = memory_alloc(session->input_count + 1, sizeof(*next));
    memcpy(next, task->first, session->input_count * sizeof(*next));
    bool ok = true;
    for (size_t i = 0; ok && i < query->place_count; i++, tokens += max_tokens) {
        const struct t5_place *place = &query->places[i];
        size_t count = session_encode_prefix(session, place->prefix, tokens, max_tokens);
        if (count + 1 > max_tokens)
            ok = error_set(error, ERROR_MODEL,
                           "the prefix of place %zu has %zu tokens, including the start token; the "
                           "maximum is %zu",
                           i + 1, count, max_tokens - 1);
        task->places[next[place->input]++] = (struct tokenized_place){i, tokens, count};
    }
    free(next);
    return ok;
}

static bool run_query(struct t5_session *session, const struct t5_logits_query *query,
                      float *logits, float *states, struct error *error)
{
    if (!check_query(session, query, error))
        return false;
    struct logits_task task = {
        .session = session,
        .query = query,
        .places = memory_alloc(query->place_count, sizeof(*task.places)),
        .first = memory_alloc(session->input_count + 1, sizeof(*task.first)),
        .logits = logits,
        .states = states,
    };
    int32_t *tokens =
        memory_alloc(query->place_count * session->limits.output_tokens, sizeof(*tokens));
    bool ok = tokenize_places(&task, tokens, error);
    if (ok && query->place_count > 0 && (query->token_count > 0 || states)) {
        cross_prepare(session, 1); /* as for scores: never depends on the length of prefixes */
        workers_run(session->pool, session->input_count, process_inputs, &task);
    }
    free(tokens);
    free(task.first);
    free(task.places);
    return ok;
}

bool t5_next_logits(struct t5_session *session, const struct t5_logits_query *query, float *logits,
                    struct error *error)
{
    return run_query(session, query, logits, NULL, error);
}

bool t5_next_states(struct t5_session *session, const struct t5_place *places, size_t count,
                    float *states, struct error *error)
{
    return run_query(session, &(struct t5_logits_query){.places = places, .place_count = count},
                     NULL, states, error);
}
