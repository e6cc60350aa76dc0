/* prune.c - drops layers, and compares what is left with the whole model on a text file: in
 * log-probability and, both in turn on the same texts, in speed. */
#include "jobs/commands/prune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "jobs/model_options.h"

enum { BATCH_SIZE = 32, TIMED_RUNS = 5, DECODER_STEPS = 16 };

/* The lines of the text file; equal inputs that follow one another are encoded once. */
struct lines {
    struct text *inputs, *targets;      /* a target's bytes are NULL where the line has none */
    size_t count, missing_target_count; /* lines; those without a target */
    size_t input_tokens, tokens;        /* of all inputs; of all targets, end marks included */
    struct arena arena;
};

struct model_speed {
    double encoder; /* tokens a second */
    double decoder; /* seconds a step of a batch */
};

/* ---- Which layers ---- */

static bool report_bad_layer_list(const char *option, struct text list, size_t layers,
                                  struct error *error)
{
    return error_set(error, ERROR_USAGE,
                     "winnow model: --%s '%.*s': expected layers from 0 to %zu, as in 2,5-6",
                     option, TEXT_ARGUMENT(list), layers - 1);
}

/* "2,5-6" into dropped[2], [5] and [6]. */
static bool parse_layers(const char *option, struct text list, size_t layers, bool *dropped,
                         struct error *error)
{
    struct text rest = list, part;
    while (rest.size && text_split(&rest, ',', &part)) {
        size_t dash = text_find(part, TEXT("-"), 0);
        int64_t first, last;
        if (!text_to_integer(text_slice(part, 0, dash), &first))
            return report_bad_layer_list(option, list, layers, error);
        last = first;
        if (dash < part.size && !text_to_integer(text_slice(part, dash + 1, part.size), &last))
            return report_bad_layer_list(option, list, layers, error);
        if (first < 0 || last < first || (uint64_t)last >= layers)
            return report_bad_layer_list(option, list, layers, error);
        for (int64_t i = first; i <= last; i++)
            dropped[i] = true;
    }
    return true;
}

/* ---- The text file ---- */

static bool read_lines(const struct prune *prune, const struct t5_model *model, struct lines *lines,
                       struct error *error)
{
    FILE *file = fopen(prune->text, "rb");
    if (!file)
        return error_set(error, ERROR_INPUT, "%s: cannot be opened", prune->text);
    struct text *raw_lines = memory_alloc(prune->lines, sizeof(*raw_lines));
    lines->inputs = memory_alloc(prune->lines, sizeof(*lines->inputs));
    lines->targets = memory_alloc(prune->lines, sizeof(*lines->targets));
    bool ok = lines_read_batch(file, prune->lines, &lines->arena, raw_lines, &lines->count, error);
    fclose(file);
    for (size_t i = 0; ok && i < lines->count; i++) {
        size_t tab = text_find(raw_lines[i], TEXT("\t"), 0);
        lines->inputs[i] = text_slice(raw_lines[i], 0, tab);
        if (tab < raw_lines[i].size)
            lines->targets[i] = text_slice(raw_lines[i], tab + 1, raw_lines[i].size);
        else
            lines->missing_target_count++;
        ok = lines_check_length(model, lines->inputs[i], prune->input_tokens, "input-tokens", i + 1,
                                error) &&
             lines_check_length(model, lines->targets[i], prune->input_tokens, "input-tokens",
                                i + 1, error);
    }
    free(raw_lines);
    return ok && (lines->count || error_set(error, ERROR_INPUT, "%s: no lines", prune->text));
}

static void free_lines(struct lines *lines)
{
    arena_free(&lines->arena);
    free(lines->inputs);
    free(lines->targets);
}

/* The decoder's tokens never exceed this: start, prefix, target or output, end mark. */
static size_t compute_max_output_tokens(const struct prune *prune, const struct t5_model *model,
                                        const struct lines *lines)
{
    size_t max_tokens = prune->output_tokens > DECODER_STEPS ? prune->output_tokens : DECODER_STEPS;
    for (size_t i = 0; i < lines->count; i++) {
        size_t tokens = t5_tokenize(model, lines->targets[i], NULL, 0);
        max_tokens = tokens > max_tokens ? tokens : max_tokens;
    }
    /* An output's text may be cut into more tokens than it was made of. */
    return 2 * max_tokens + t5_tokenize(model, prune->prefix, NULL, 0) + 3;
}

static bool open_session(const struct prune *prune, const struct t5_model *model,
                         size_t max_output_tokens, struct t5_session **session, struct error *error)
{
    struct t5_limits limits = {.batch = BATCH_SIZE,
                               .input_tokens = prune->input_tokens,
                               .output_tokens = max_output_tokens,
                               .threads = prune->threads,
                               .beam = 1,
                               .precision = T5_INT8};
    return t5_session_open(session, model, &limits, error);
}

static size_t get_batch_size(const struct lines *lines, size_t first)
{
    return lines->count - first < BATCH_SIZE ? lines->count - first : BATCH_SIZE;
}

/* Where a line has no target, the whole model's own greedy output is it. */
static bool generate_missing_targets(const struct prune *prune, struct t5_session *session,
                                     struct lines *lines, struct error *error)
{
    struct t5_decoding decoding = {.prefix = prune->prefix, .max_tokens = prune->output_tokens};
    struct t5_output outputs[BATCH_SIZE];
    for (size_t first = 0; lines->missing_target_count && first < lines->count;
         first += BATCH_SIZE) {
        size_t count = get_batch_size(lines, first);
        if (!t5_encode(session, lines->inputs + first, count, error) ||
            !t5_generate(session, &decoding, &lines->arena, outputs, error))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!lines->targets[first + i].bytes)
                lines->targets[first + i] = outputs[i].text;
    }
    return true;
}

static void count_tokens(const struct t5_model *model, struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        lines->input_tokens += t5_tokenize(model, lines->inputs[i], NULL, 0) + 1;
        lines->tokens += t5_tokenize(model, lines->targets[i], NULL, 0) + 1;
    }
}

/* ---- Comparing ---- */

/* The mean log-probability of the targets' tokens. */
static bool compute_mean_log_probability(const struct prune *prune, struct t5_session *session,
                                         const struct lines *lines, double *mean_log_probability,
                                         struct error *error)
{
    struct t5_target targets[BATCH_SIZE];
    float scores[BATCH_SIZE];
    double sum = 0;
    for (size_t first = 0; first < lines->count; first += BATCH_SIZE) {
        size_t count = get_batch_size(lines, first);
        for (size_t i = 0; i < count; i++)
            targets[i] = (struct t5_target){
                .input = i, .prefix = prune->prefix, .text = lines->targets[first + i]};
        if (!t5_encode(session, lines->inputs + first, count, error) ||
            !t5_score(session, targets, count, scores, error))
            return false;
        for (size_t i = 0; i < count; i++)
            sum += (double)scores[i];
    }
    *mean_log_probability = sum / (double)lines->tokens;
    return true;
}

/* Encodes the first batch and decodes a fixed number of steps, once. */
static bool time_session_once(const struct prune *prune, struct t5_session *session,
                              const struct lines *lines, struct model_speed *model_speed,
                              struct error *error)
{
    struct t5_decoding decoding = {
        .prefix = prune->prefix, .max_tokens = DECODER_STEPS, .min_tokens = DECODER_STEPS};
    struct t5_output outputs[BATCH_SIZE];
    struct arena arena = {0};
    double started_at = clock_seconds();
    bool ok = t5_encode(session, lines->inputs, get_batch_size(lines, 0), error);
    double encoded_at = clock_seconds();
    ok = ok && t5_generate(session, &decoding, &arena, outputs, error);
    model_speed->encoder = encoded_at - started_at;
    model_speed->decoder = clock_seconds() - encoded_at;
    arena_free(&arena);
    return ok;
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, TIMED_RUNS, sizeof(*values), compare_numbers);
    return values[TIMED_RUNS / 2];
}

/* Both models in turn, so that what else the machine does falls on both. */
static bool time_sessions_in_turn(const struct prune *prune, const struct t5_model *model,
                                  struct t5_session *const sessions[2], const struct lines *lines,
                                  struct model_speed speeds[2], struct error *error)
{
    double encoding[2][TIMED_RUNS], decoding[2][TIMED_RUNS];
    size_t tokens = 0;
    for (size_t i = 0; i < get_batch_size(lines, 0); i++)
        tokens += t5_tokenize(model, lines->inputs[i], NULL, 0) + 1;
    for (size_t run = 0; run < TIMED_RUNS; run++)
        for (size_t session_index = 0; session_index < 2; session_index++) {
            struct model_speed measured;
            if (!time_session_once(prune, sessions[session_index], lines, &measured, error))
                return false;
            encoding[session_index][run] = measured.encoder;
            decoding[session_index][run] = measured.decoder;
        }
    for (size_t session_index = 0; session_index < 2; session_index++)
        speeds[session_index] =
            (struct model_speed){(double)tokens / median(encoding[session_index]),
                                 median(decoding[session_index]) / DECODER_STEPS};
    return true;
}

/* ---- Reports ---- */

static void print_texts(const struct lines *lines)
{
    printf("texts %zu, of them %zu judged by the original model's own greedy output; %zu tokens in "
           "them, %zu in their targets\n",
           lines->count, lines->missing_target_count, lines->input_tokens, lines->tokens);
}

static bool compare_models(const struct prune *prune, const struct t5_model *model,
                           const struct t5_model *pruned, struct lines *lines, struct error *error)
{
    struct t5_session *sessions[2] = {NULL, NULL};
    struct model_speed speeds[2];
    double mean_log_probabilities[2];
    size_t max_output_tokens = compute_max_output_tokens(prune, model, lines);
    bool ok = open_session(prune, model, max_output_tokens, &sessions[0], error) &&
              open_session(prune, pruned, max_output_tokens, &sessions[1], error) &&
              generate_missing_targets(prune, sessions[0], lines, error);
    count_tokens(model, lines);
    ok = ok &&
         compute_mean_log_probability(prune, sessions[0], lines, &mean_log_probabilities[0],
                                      error) &&
         compute_mean_log_probability(prune, sessions[1], lines, &mean_log_probabilities[1],
                                      error) &&
         time_sessions_in_turn(prune, model, sessions, lines, speeds, error);
    t5_session_close(sessions[0]);
    t5_session_close(sessions[1]);
    if (!ok)
        return false;
    printf("%-28s %10.4f %10.4f  %+.4f\n", "log-probability a token", mean_log_probabilities[0],
           mean_log_probabilities[1], mean_log_probabilities[1] - mean_log_probabilities[0]);
    printf("%-28s %10.0f %10.0f  x %.2f\n", "encoder, tokens a second", speeds[0].encoder,
           speeds[1].encoder, speeds[1].encoder / speeds[0].encoder);
    printf("%-28s %10.3f %10.3f  x %.2f\n", "decoder, ms a step", speeds[0].decoder * 1e3,
           speeds[1].decoder * 1e3, speeds[1].decoder / speeds[0].decoder);
    print_texts(lines);
    printf("speed: %zu texts side by side, %zu threads, %d steps, medians of %d runs in turn\n",
           get_batch_size(lines, 0), prune->threads, DECODER_STEPS, TIMED_RUNS);
    return true;
}

static void print_sizes(const struct t5_model *model, const struct t5_model *pruned)
{
    double original = (double)t5_parameter_count(model), part = (double)t5_parameter_count(pruned);
    printf("%-28s %10s %10s\n", "", "original", "pruned");
    printf("%-28s %10zu %10zu\n", "encoder layers", t5_encoder_layer_count(model),
           t5_encoder_layer_count(pruned));
    printf("%-28s %10zu %10zu\n", "decoder layers", t5_decoder_layer_count(model),
           t5_decoder_layer_count(pruned));
    printf("%-28s %10.0f %10.0f  x %.2f\n", "parameters", original, part, part / original);
}

static bool drop_layers(const struct prune *prune, const struct t5_model *model,
                        const struct t5_layer_mask *dropped_layers, struct lines *lines,
                        struct error *error)
{
    struct t5_model *pruned;
    if (!t5_model_prune(&pruned, model, dropped_layers, error))
        return false;
    bool ok = !prune->target || t5_model_save(pruned, prune->target, error);
    if (ok)
        print_sizes(model, pruned);
    ok = ok && (!prune->text || compare_models(prune, model, pruned, lines, error));
    t5_model_close(pruned);
    return ok;
}

/* The mean log-probability without one layer, which only `dropped_layers` says. */
static bool score_without_layers(const struct prune *prune, const struct t5_model *model,
                                 const struct t5_layer_mask *dropped_layers,
                                 size_t max_output_tokens, const struct lines *lines,
                                 double *mean_log_probability, struct error *error)
{
    struct t5_model *pruned;
    struct t5_session *session = NULL;
    if (!t5_model_prune(&pruned, model, dropped_layers, error))
        return false;
    bool ok = open_session(prune, pruned, max_output_tokens, &session, error) &&
              compute_mean_log_probability(prune, session, lines, mean_log_probability, error);
    t5_session_close(session);
    t5_model_close(pruned);
    return ok;
}

static bool print_each_layer_cost(const struct prune *prune, const struct t5_model *model,
                                  bool is_encoder, size_t max_output_tokens,
                                  const struct lines *lines, double original, struct error *error)
{
    size_t layers = is_encoder ? t5_encoder_layer_count(model) : t5_decoder_layer_count(model);
    for (size_t i = 0; layers > 1 && i < layers; i++) {
        struct t5_layer_mask dropped_layers = {0};
        *(is_encoder ? &dropped_layers.encoder[i] : &dropped_layers.decoder[i]) = true;
        double mean_log_probability;
        if (!score_without_layers(prune, model, &dropped_layers, max_output_tokens, lines,
                                  &mean_log_probability, error))
            return false;
        printf("%s %-4zu %10.4f  %+.4f\n", is_encoder ? "encoder" : "decoder", i,
               mean_log_probability, mean_log_probability - original);
        fflush(stdout);
    }
    return true;
}

/* What it costs to drop each layer alone. */
static bool print_layer_costs(const struct prune *prune, const struct t5_model *model,
                              struct lines *lines, struct error *error)
{
    struct t5_session *session = NULL;
    double original = 0;
    size_t max_output_tokens = compute_max_output_tokens(prune, model, lines);
    bool ok = open_session(prune, model, max_output_tokens, &session, error) &&
              generate_missing_targets(prune, session, lines, error);
    count_tokens(model, lines);
    ok = ok && compute_mean_log_probability(prune, session, lines, &original, error);
    t5_session_close(session);
    if (!ok)
        return false;
    print_texts(lines);
    printf("without      log-probability a token\nnone         %10.4f\n", original);
    return print_each_layer_cost(prune, model, true, max_output_tokens, lines, original, error) &&
           print_each_layer_cost(prune, model, false, max_output_tokens, lines, original, error);
}

bool prune_model(const struct prune *prune, struct error *error)
{
    bool drops_layers = prune->drop_encoder.size || prune->drop_decoder.size;
    if (drops_layers ? !prune->target && !prune->text : prune->target || !prune->text)
        return error_set(error, ERROR_USAGE,
                         "winnow model: prune: say what to do: MODEL FILE with --drop-encoder or "
                         "--drop-decoder writes a model, --text FILE compares, --text FILE alone "
                         "shows what each layer is worth");
    struct t5_model *model;
    struct t5_layer_mask dropped_layers = {0};
    struct lines lines = {0};
    if (!t5_model_open(&model, prune->source, T5_F32, error))
        return false;
    bool ok = parse_layers("drop-encoder", prune->drop_encoder, t5_encoder_layer_count(model),
                           dropped_layers.encoder, error) &&
              parse_layers("drop-decoder", prune->drop_decoder, t5_decoder_layer_count(model),
                           dropped_layers.decoder, error) &&
              (!prune->text || read_lines(prune, model, &lines, error));
    ok = ok && (drops_layers ? drop_layers(prune, model, &dropped_layers, &lines, error)
                             : print_layer_costs(prune, model, &lines, error));
    free_lines(&lines);
    t5_model_close(model);
    return ok;
}
