/* score.c - log-probabilities of given targets.
 *
 * The targets of one input form a tree: what they have in common at their begin is computed once.
 * Each node of the tree is one row of the decoder, and its logits judge its children: among the
 * whole vocabulary, or among each other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/engine/session.h"

/* A target as tokens: the start token, the prefix, the text, the end mark. */
struct candidate {
    size_t target; /* index into the caller's list */
    const int32_t *tokens;
    size_t count, judged; /* tokens; the first that counts for the score */
    float *each;          /* the caller's room for what each of these counts, or NULL */
};

struct scoring {
    struct t5_session *session;
    struct candidate *candidates; /* by input */
    size_t *first;                /* [inputs + 1], where an input's candidates begin */
    bool among;                   /* each other; else among the vocabulary */
    float *scores;
};

/* The trees of a few inputs, up to one pass of the decoder, or more when one target is longer. */
struct forest {
    struct decoder_row *rows; /* [capacity] */
    uint32_t *paths;          /* [capacity][output_tokens]; row i is cache node i */
    size_t count, capacity;
    const struct candidate **candidates; /* with all their nodes in the forest */
    uint32_t *leaves;                    /* of each: the node that its end mark follows */
    size_t candidate_count, candidate_capacity, leaf_capacity;
    size_t first_row; /* of the input that is being added */
};

static struct forest forest_open(const struct t5_session *session)
{
    size_t capacity = 2 * session->decoder_rows + session->limits.output_tokens;
    return (struct forest){
        .capacity = capacity,
        .rows = memory_alloc(capacity, sizeof(struct decoder_row)),
        .paths = memory_alloc(capacity * session->limits.output_tokens, sizeof(uint32_t)),
    };
}

static void forest_close(struct forest *forest)
{
    free(forest->rows);
    free(forest->paths);
    free(forest->candidates);
    free(forest->leaves);
}

/* The row of `token` behind `parent` (UINT32_MAX: none), new or already there. */
static uint32_t forest_node(struct forest *forest, size_t path_size, size_t input, uint32_t parent,
                            int32_t token)
{
    size_t position = parent == UINT32_MAX ? 0 : forest->rows[parent].position + 1;
    for (size_t i = forest->first_row; i < forest->count; i++) {
        const struct decoder_row *row = &forest->rows[i];
        if (row->token == token && row->position == position &&
            (position == 0 || row->path[position - 1] == parent))
            return (uint32_t)i;
    }
    uint32_t node = (uint32_t)forest->count++;
    uint32_t *path = forest->paths + node * path_size;
    if (position)
        memcpy(path, forest->rows[parent].path, position * sizeof(*path));
    path[position] = node;
    forest->rows[node] =
        (struct decoder_row){.token = token, .input = input, .position = position, .path = path};
    return node;
}

static void forest_add(struct forest *forest, size_t path_size, size_t input,
                       const struct candidate *candidate)
{
    uint32_t node = UINT32_MAX;
    for (size_t i = 0; i + 1 < candidate->count; i++) {
        node = forest_node(forest, path_size, input, node, candidate->tokens[i]);
        forest->rows[node].wanted |= i + 1 >= candidate->judged;
    }
    size_t count = forest->candidate_count + 1;
    forest->candidates = memory_grow(forest->candidates, &forest->candidate_capacity, count,
                                     sizeof(*forest->candidates));
    forest->leaves =
        memory_grow(forest->leaves, &forest->leaf_capacity, count, sizeof(*forest->leaves));
    forest->candidates[count - 1] = candidate;
    forest->leaves[count - 1] = node;
    forest->candidate_count = count;
}

struct normalising {
    const struct kernels *kernels;
    double *normalisers; /* by row */
};

static void add_piece(void *context, size_t row, size_t first, size_t tokens, float *logits)
{
    (void)first;
    struct normalising *normalising = context;
    float largest;
    normalising->normalisers[row] = join_log_sums(
        normalising->normalisers[row], normalising->kernels->log_sum_exp(tokens, logits, &largest));
}

static bool same_beginning(const struct candidate *a, const struct candidate *b, size_t count)
{
    return a->count >= count && b->count >= count &&
           memcmp(a->tokens, b->tokens, count * sizeof(*a->tokens)) == 0;
}

/* What the tokens that stand at `place` behind a candidate's beginning have in sum, each once, by
 * final state `state`. */
static double rivals(const struct scoring *scoring, struct worker *worker, size_t input,
                     const struct candidate *candidate, size_t place, size_t state)
{
    size_t begin = scoring->first[input], end = scoring->first[input + 1];
    double sum = -INFINITY;
    for (size_t c = begin; c < end; c++) {
        const struct candidate *rival = &scoring->candidates[c];
        bool counts = rival->count > place && same_beginning(rival, candidate, place);
        for (size_t k = begin; counts && k < c; k++)
            counts = !same_beginning(&scoring->candidates[k], rival, place + 1);
        if (!counts)
            continue;
        float logit;
        decoder_select(worker, state, &rival->tokens[place], 1, &logit);
        sum = join_log_sums(sum, (double)logit);
    }
    return sum;
}

/* Rows [first, first + count) judge those tokens of the candidates that follow them; the final
 * state of row first + i is number states[i]. */
static void judge_rows(const struct scoring *scoring, const struct forest *forest,
                       struct worker *worker, size_t first, size_t count, const size_t *states,
                       double *normalisers, double *sums)
{
    for (size_t c = 0; c < forest->candidate_count; c++) {
        const struct candidate *candidate = forest->candidates[c];
        const uint32_t *path = forest->rows[forest->leaves[c]].path;
        for (size_t i = candidate->judged; i < candidate->count; i++) {
            size_t row = path[i - 1];
            if (row < first || row >= first + count)
                continue;
            float logit;
            size_t state = states[row - first];
            if (scoring->among && normalisers[state] == -INFINITY)
                normalisers[state] =
                    rivals(scoring, worker, forest->rows[row].input, candidate, i, state);
            decoder_select(worker, state, &candidate->tokens[i], 1, &logit);
            double value = (double)logit - normalisers[state];
            sums[c] += value;
            if (candidate->each)
                candidate->each[i - candidate->judged] = (float)value;
        }
    }
}

/* Runs all rows and adds each candidate's log-probabilities, in the order of its tokens. */
static void forest_judge(const struct scoring *scoring, struct forest *forest,
                         struct worker *worker)
{
    const struct t5_session *session = worker->session;
    double *sums = memory_alloc(forest->candidate_count, sizeof(*sums));
    double *normalisers = memory_alloc(session->decoder_rows, sizeof(*normalisers));
    size_t *states = memory_alloc(session->decoder_rows, sizeof(*states));
    for (size_t first = 0; first < forest->count; first += session->decoder_rows) {
        size_t count = forest->count - first;
        count = count < session->decoder_rows ? count : session->decoder_rows;
        size_t wanted = 0;
        for (size_t i = 0; i < count; i++) {
            normalisers[i] = -INFINITY;
            states[i] = wanted;
            wanted += forest->rows[first + i].wanted;
        }
        decoder_run(worker, forest->rows + first, count);
        if (!scoring->among && wanted > 0) /* a long prefix may fill a pass */
            decoder_logits(worker, wanted, add_piece,
                           &(struct normalising){session->kernels, normalisers});
        judge_rows(scoring, forest, worker, first, count, states, normalisers, sums);
    }
    for (size_t c = 0; c < forest->candidate_count; c++)
        scoring->scores[forest->candidates[c]->target] = (float)sums[c];
    free(states);
    free(normalisers);
    free(sums);
    forest->count = forest->candidate_count = forest->first_row = 0;
}

/* How many tokens tell a candidate from the others behind its prefix; 0 where there is no other. */
static size_t telling(const struct candidate *candidate, const struct candidate *others,
                      size_t count)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (same_beginning(candidate, &others[i], same + 1))
            same++;
        if (same < candidate->count && same + 1 > most)
            most = same + 1;
    }
    return most > candidate->judged ? most : 0;
}

/* Of each candidate only what tells it from the others is left: the rest is certain. */
static void drop_certain(const struct scoring *scoring, size_t count)
{
    size_t *kept = memory_alloc(count, sizeof(*kept));
    for (size_t i = 0; i < scoring->session->input_count; i++)
        for (size_t c = scoring->first[i]; c < scoring->first[i + 1]; c++)
            kept[c] = telling(&scoring->candidates[c], &scoring->candidates[scoring->first[i]],
                              scoring->first[i + 1] - scoring->first[i]);
    for (size_t c = 0; c < count; c++) {
        scoring->candidates[c].count = kept[c];
        scoring->candidates[c].each = NULL;
    }
    free(kept);
}

static void score_inputs(void *context, size_t index)
{
    struct scoring *scoring = context;
    const struct t5_session *session = scoring->session;
    struct worker *worker = &scoring->session->workers[index];
    struct forest forest = forest_open(session);
    for (size_t input; workers_take(session->pool, &input);) {
        forest.first_row = forest.count;
        for (size_t c = scoring->first[input]; c < scoring->first[input + 1]; c++) {
            const struct candidate *candidate = &scoring->candidates[c];
            if (candidate->count == 0) {
                scoring->scores[candidate->target] = 0;
                continue;
            }
            if (forest.count + candidate->count > forest.capacity)
                forest_judge(scoring, &forest, worker);
            forest_add(&forest, session->limits.output_tokens, input, candidate);
        }
        if (forest.count >= session->decoder_rows)
            forest_judge(scoring, &forest, worker);
    }
    forest_judge(scoring, &forest, worker);
    forest_close(&forest);
}

static bool tokenise_target(const struct t5_session *session, const struct t5_target *target,
                            size_t index, int32_t *tokens, struct candidate *candidate,
                            struct error *error)
{
    size_t most = session->limits.output_tokens;
    size_t prefix = session_prefix(session, target->prefix, tokens, most);
    size_t text =
        prefix < most ? t5_tokens(session->model, target->text, tokens + prefix, most - prefix) : 0;
    if (prefix + text + 1 > most)
        return error_set(error, ERROR_MODEL,
                         "target %zu has %zu tokens with prefix and end mark; at most %zu are "
                         "taken here",
                         index + 1, prefix + text, most - 1);
    tokens[prefix + text] = session->config->end_id;
    *candidate = (struct candidate){.target = index,
                                    .tokens = tokens,
                                    .count = prefix + text + 1,
                                    .judged = prefix,
                                    .each = target->tokens};
    return true;
}

/* Fills `candidates` ordered by input, and where each input's begin. */
static bool tokenise_targets(struct scoring *scoring, const struct t5_target *targets, size_t count,
                             int32_t *tokens, struct error *error)
{
    const struct t5_session *session = scoring->session;
    for (size_t i = 0; i < count; i++) {
        if (targets[i].input >= session->input_count)
            return error_set(error, ERROR_USAGE, "target %zu asks for input %zu of %zu", i + 1,
                             targets[i].input + 1, session->input_count);
        scoring->first[targets[i].input + 1]++;
    }
    for (size_t i = 0; i < session->input_count; i++)
        scoring->first[i + 1] += scoring->first[i];
    size_t *place = memory_alloc(session->input_count + 1, sizeof(*place));
    memcpy(place, scoring->first, session->input_count * sizeof(*place));
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = tokenise_target(session, &targets[i], i, tokens,
                             &scoring->candidates[place[targets[i].input]++], error);
        tokens += session->limits.output_tokens;
    }
    free(place);
    return ok;
}

static bool run(struct t5_session *session, const struct t5_target *targets, size_t count,
                bool among, float *scores, struct error *error)
{
    struct scoring scoring = {
        .session = session,
        .among = among,
        .candidates = memory_alloc(count, sizeof(*scoring.candidates)),
        .first = memory_alloc(session->input_count + 1, sizeof(*scoring.first)),
        .scores = scores,
    };
    int32_t *tokens = memory_alloc(count * session->limits.output_tokens, sizeof(*tokens));
    bool ok = tokenise_targets(&scoring, targets, count, tokens, error);
    if (ok) {
        if (among)
            drop_certain(&scoring, count);
        cross_prepare(session, 1); /* judged alike, however long */
        workers_run(session->pool, session->input_count, score_inputs, &scoring);
    }
    free(tokens);
    free(scoring.first);
    free(scoring.candidates);
    return ok;
}

bool t5_score(struct t5_session *session, const struct t5_target *targets, size_t count,
              float *scores, struct error *error)
{
    return run(session, targets, count, false, scores, error);
}

bool t5_compare(struct t5_session *session, const struct t5_target *targets, size_t count,
                float *scores, struct error *error)
{
    return run(session, targets, count, true, scores, error);
}
