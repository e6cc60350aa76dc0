/* score.c - log-probabilities of given targets.
 *
 * The targets of one input form a tree, so tokens that targets share at their start are computed
 * once. Each node of the tree is one decoder row. Its logits give the probabilities of its
 * children, over the whole vocabulary or over the children only. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/engine/row_forest.h"

/* A target as tokens: start token, prefix, text, end token. */
struct scored_target {
    size_t target; /* index into the caller's list */
    const int32_t *tokens;
    size_t count, scored_from; /* number of tokens; the first one that counts towards the score */
    float *token_logprobs; /* the caller's room for the log-probabilities of the scored tokens, or
                              NULL */
};

struct scoring {
    struct t5_session *session;
    struct scored_target *scored_targets; /* ordered by input */
    size_t *first;                        /* [inputs + 1]; the index of each input's first target */
    bool is_closed_set; /* probabilities are relative to the input's targets, not to the vocabulary
                         */
    float *scores;
};

/* The trees of several inputs, and the targets that they contain. */
struct target_forest {
    struct row_forest row_forest;
    const struct scored_target **scored_targets; /* targets whose nodes are all in the forest */
    uint32_t *leaves;                            /* per target: the node before its end token */
    size_t scored_target_count, scored_target_capacity, leaf_capacity;
};

static void target_forest_close(struct target_forest *target_forest)
{
    row_forest_close(&target_forest->row_forest);
    free(target_forest->scored_targets);
    free(target_forest->leaves);
}

static void target_forest_add(struct target_forest *target_forest, size_t input,
                              const struct scored_target *scored_target)
{
    struct row_forest *row_forest = &target_forest->row_forest;
    uint32_t node = ROW_FOREST_NO_ROW;
    for (size_t i = 0; i + 1 < scored_target->count; i++) {
        node = row_forest_get_or_add(row_forest, input, node, scored_target->tokens[i]);
        row_forest->rows[node].needs_logits |= i + 1 >= scored_target->scored_from;
    }
    size_t count = target_forest->scored_target_count + 1;
    target_forest->scored_targets =
        memory_grow(target_forest->scored_targets, &target_forest->scored_target_capacity, count,
                    sizeof(*target_forest->scored_targets));
    target_forest->leaves = memory_grow(target_forest->leaves, &target_forest->leaf_capacity, count,
                                        sizeof(*target_forest->leaves));
    target_forest->scored_targets[count - 1] = scored_target;
    target_forest->leaves[count - 1] = node;
    target_forest->scored_target_count = count;
}

struct log_sum_context {
    const struct kernels *kernels;
    double *log_sums; /* [rows] */
};

static void add_logits_chunk(void *context, size_t row, size_t first, size_t tokens, float *logits)
{
    (void)first;
    struct log_sum_context *log_sum_context = context;
    float max_logit;
    log_sum_context->log_sums[row] =
        log_add_exp(log_sum_context->log_sums[row],
                    log_sum_context->kernels->log_sum_exp(tokens, logits, &max_logit));
}

static bool shares_prefix(const struct scored_target *a, const struct scored_target *b,
                          size_t count)
{
    return a->count >= count && b->count >= count &&
           memcmp(a->tokens, b->tokens, count * sizeof(*a->tokens)) == 0;
}

/* One pass of the decoder: rows [first, first + count) of the forest. */
struct scoring_pass {
    const struct scoring *scoring;
    const struct target_forest *target_forest;
    struct worker *worker;
    size_t first, count;
    size_t *states;   /* [rows]; states[i] is the number of row first + i's final state */
    double *log_sums; /* [final states]; -INFINITY: not computed yet */
    double *sums;     /* [targets]; log-probabilities so far */
};

/* Logarithm of the sum of exp(logit), from final state `state`, over the different tokens at
 * `place` of all targets of `input` that share the first `place` tokens with `scored_target`. */
static double competing_log_sum(const struct scoring_pass *pass,
                                const struct scored_target *scored_target, size_t input,
                                size_t place, size_t state)
{
    const struct scoring *scoring = pass->scoring;
    size_t begin = scoring->first[input], end = scoring->first[input + 1];
    double sum = -INFINITY;
    for (size_t c = begin; c < end; c++) {
        const struct scored_target *competitor = &scoring->scored_targets[c];
        bool is_counted =
            competitor->count > place && shares_prefix(competitor, scored_target, place);
        for (size_t k = begin; is_counted && k < c; k++)
            is_counted = !shares_prefix(&scoring->scored_targets[k], competitor, place + 1);
        if (!is_counted)
            continue;
        float logit;
        decoder_select_logits(pass->worker, state, &competitor->tokens[place], 1, &logit);
        sum = log_add_exp(sum, (double)logit);
    }
    return sum;
}

/* Scores the tokens that follow the rows of the pass. */
static void score_rows(const struct scoring_pass *pass)
{
    const struct target_forest *target_forest = pass->target_forest;
    const struct decoder_row *rows = target_forest->row_forest.rows;
    for (size_t c = 0; c < target_forest->scored_target_count; c++) {
        const struct scored_target *scored_target = target_forest->scored_targets[c];
        const uint32_t *path = rows[target_forest->leaves[c]].path;
        for (size_t i = scored_target->scored_from; i < scored_target->count; i++) {
            size_t row = path[i - 1];
            if (row < pass->first || row >= pass->first + pass->count)
                continue;
            float logit;
            size_t state = pass->states[row - pass->first];
            if (pass->scoring->is_closed_set && pass->log_sums[state] == -INFINITY)
                pass->log_sums[state] =
                    competing_log_sum(pass, scored_target, rows[row].input, i, state);
            decoder_select_logits(pass->worker, state, &scored_target->tokens[i], 1, &logit);
            double value = (double)logit - pass->log_sums[state];
            pass->sums[c] += value;
            if (scored_target->token_logprobs)
                scored_target->token_logprobs[i - scored_target->scored_from] = (float)value;
        }
    }
}

/* Runs all rows and sums the log-probabilities of each target, in the order of its tokens. */
static void forest_score(const struct scoring *scoring, struct target_forest *target_forest,
                         struct worker *worker)
{
    const struct t5_session *session = worker->session;
    const struct row_forest *row_forest = &target_forest->row_forest;
    struct scoring_pass pass = {
        .scoring = scoring,
        .target_forest = target_forest,
        .worker = worker,
        .states = memory_alloc(session->decoder_rows, sizeof(*pass.states)),
        .log_sums = memory_alloc(session->decoder_rows, sizeof(*pass.log_sums)),
        .sums = memory_alloc(target_forest->scored_target_count, sizeof(*pass.sums))};
    for (; pass.first < row_forest->count; pass.first += session->decoder_rows) {
        pass.count = row_forest->count - pass.first;
        if (pass.count > session->decoder_rows)
            pass.count = session->decoder_rows;
        size_t state_count = 0;
        for (size_t i = 0; i < pass.count; i++) {
            pass.log_sums[i] = -INFINITY;
            pass.states[i] = state_count;
            state_count += row_forest->rows[pass.first + i].needs_logits;
        }
        decoder_run(worker, row_forest->rows + pass.first, pass.count);
        if (!scoring->is_closed_set && state_count > 0) /* a pass may contain only a prefix */
            decoder_logits(worker, state_count, add_logits_chunk,
                           &(struct log_sum_context){session->kernels, pass.log_sums});
        score_rows(&pass);
    }
    for (size_t c = 0; c < target_forest->scored_target_count; c++)
        scoring->scores[target_forest->scored_targets[c]->target] = (float)pass.sums[c];
    free(pass.states);
    free(pass.log_sums);
    free(pass.sums);
    row_forest_reset(&target_forest->row_forest);
    target_forest->scored_target_count = 0;
}

/* Number of leading tokens needed to tell a target from the input's other targets; 0 if there is no
 * other. */
static size_t count_distinguishing_tokens(const struct scored_target *scored_target,
                                          const struct scored_target *competitors, size_t count)
{
    size_t max_tokens = 0;
    for (size_t i = 0; i < count; i++) {
        size_t shared_count = 0;
        while (shares_prefix(scored_target, &competitors[i], shared_count + 1))
            shared_count++;
        if (shared_count < scored_target->count && shared_count + 1 > max_tokens)
            max_tokens = shared_count + 1;
    }
    return max_tokens > scored_target->scored_from ? max_tokens : 0;
}

/* Drops the tokens after those that identify a target: their probability is 1. */
static void keep_distinguishing_tokens(const struct scoring *scoring, size_t count)
{
    size_t *kept_counts = memory_alloc(count, sizeof(*kept_counts));
    for (size_t i = 0; i < scoring->session->input_count; i++)
        for (size_t c = scoring->first[i]; c < scoring->first[i + 1]; c++)
            kept_counts[c] = count_distinguishing_tokens(
                &scoring->scored_targets[c], &scoring->scored_targets[scoring->first[i]],
                scoring->first[i + 1] - scoring->first[i]);
    for (size_t c = 0; c < count; c++) {
        scoring->scored_targets[c].count = kept_counts[c];
        scoring->scored_targets[c].token_logprobs = NULL;
    }
    free(kept_counts);
}

static void score_inputs(void *context, size_t index)
{
    struct scoring *scoring = context;
    const struct t5_session *session = scoring->session;
    struct worker *worker = &scoring->session->workers[index];
    struct target_forest target_forest = {.row_forest = row_forest_open(session)};
    struct row_forest *row_forest = &target_forest.row_forest;
    for (size_t input; workers_take_item(session->pool, &input);) {
        row_forest_begin_input(row_forest);
        for (size_t c = scoring->first[input]; c < scoring->first[input + 1]; c++) {
            const struct scored_target *scored_target = &scoring->scored_targets[c];
            if (scored_target->count == 0) {
                scoring->scores[scored_target->target] = 0;
                continue;
            }
            if (row_forest->count + scored_target->count > row_forest->capacity)
                forest_score(scoring, &target_forest, worker);
            target_forest_add(&target_forest, input, scored_target);
        }
        if (row_forest->count >= session->decoder_rows)
            forest_score(scoring, &target_forest, worker);
    }
    forest_score(scoring, &target_forest, worker);
    target_forest_close(&target_forest);
}

/* Fills `scored_target`, whose index is set, and its `tokens`. */
static bool tokenize_target(const struct t5_session *session, const struct t5_target *target,
                            int32_t *tokens, struct scored_target *scored_target,
                            struct error *error)
{
    size_t max_tokens = session->limits.output_tokens;
    size_t prefix = session_encode_prefix(session, target->prefix, tokens, max_tokens);
    size_t text = prefix < max_tokens ? t5_tokenize(session->model, target->text, tokens + prefix,
                                                    max_tokens - prefix)
                                      : 0;
    if (prefix + text + 1 > max_tokens)
        return error_set(
            error, ERROR_MODEL,
            "target %zu has %zu tokens, including prefix and end token; the maximum is "
            "%zu",
            scored_target->target + 1, prefix + text, max_tokens - 1);
    tokens[prefix + text] = session->config->end_id;
    *scored_target = (struct scored_target){.target = scored_target->target,
                                            .tokens = tokens,
                                            .count = prefix + text + 1,
                                            .scored_from = prefix,
                                            .token_logprobs = target->token_logprobs};
    return true;
}

/* Fills `scored_targets`, ordered by input, and the index of each input's first target. */
static bool tokenize_targets(struct scoring *scoring, const struct t5_target *targets, size_t count,
                             int32_t *tokens, struct error *error)
{
    const struct t5_session *session = scoring->session;
    for (size_t i = 0; i < count; i++) {
        if (targets[i].input >= session->input_count)
            return error_set(error, ERROR_USAGE,
                             "target %zu refers to input %zu, but there are %zu inputs", i + 1,
                             targets[i].input + 1, session->input_count);
        scoring->first[targets[i].input + 1]++;
    }
    for (size_t i = 0; i < session->input_count; i++)
        scoring->first[i + 1] += scoring->first[i];
    size_t *place = memory_alloc(session->input_count + 1, sizeof(*place));
    memcpy(place, scoring->first, session->input_count * sizeof(*place));
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct scored_target *scored_target = &scoring->scored_targets[place[targets[i].input]++];
        scored_target->target = i;
        ok = tokenize_target(session, &targets[i], tokens, scored_target, error);
        tokens += session->limits.output_tokens;
    }
    free(place);
    return ok;
}

/* `scoring` has session, is_closed_set and scores. */
static bool score_targets(struct scoring *scoring, const struct t5_target *targets, size_t count,
                          struct error *error)
{
    struct t5_session *session = scoring->session;
    scoring->scored_targets = memory_alloc(count, sizeof(*scoring->scored_targets));
    scoring->first = memory_alloc(session->input_count + 1, sizeof(*scoring->first));
    int32_t *tokens = memory_alloc(count * session->limits.output_tokens, sizeof(*tokens));
    bool ok = tokenize_targets(scoring, targets, count, tokens, error);
    if (ok) {
        if (scoring->is_closed_set)
            keep_distinguishing_tokens(scoring, count);
        /* the same method for targets of every length, so that scores do not depend on it */
        cross_prepare(session, 1);
        workers_run(session->pool, session->input_count, score_inputs, scoring);
    }
    free(tokens);
    free(scoring->first);
    free(scoring->scored_targets);
    return ok;
}

bool t5_score(struct t5_session *session, const struct t5_target *targets, size_t count,
              float *scores, struct error *error)
{
    struct scoring scoring = {.session = session, .scores = scores};
    return score_targets(&scoring, targets, count, error);
}

bool t5_score_closed_set(struct t5_session *session, const struct t5_target *targets, size_t count,
                         float *scores, struct error *error)
{
    struct scoring scoring = {.session = session, .is_closed_set = true, .scores = scores};
    return score_targets(&scoring, targets, count, error);
}
