/* prune.c - drops layers, and compares the pruned model with the original on a text file: mean
 * log-probability, and speed, measured by turns on the same texts. */
#include "jobs/commands/prune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/doubles.h"
#include "base/memory.h"
#include "jobs/line_reader.h"

enum { BATCH_SIZE = 32, TIMED_RUNS = 5, DECODER_STEPS = 16 };

/* The lines of the text file. Equal inputs of consecutive lines are encoded once. */
struct comparison_lines {
    struct line_reader reader; /* holds the texts */
    struct text *inputs;       /* owned */
    struct text *targets;      /* owned; bytes are NULL for a line without a target */
    size_t count, missing_target_count;
    size_t input_tokens, target_tokens; /* of all lines, including end tokens */
};

/* What all measurements need. */
struct prune_comparison {
    const struct prune_options *options;
    const struct t5_model *original;
    struct comparison_lines lines;
    size_t max_output_tokens; /* of any session */
};

struct model_speed {
    double encoder; /* tokens per second */
    double decoder; /* seconds per step of a batch */
};

/* ---- Layer lists ---- */

static bool report_bad_layer_list(const char *option, struct text list, size_t layers,
                                  struct error *error)
{
    return error_set(error, ERROR_USAGE,
                     "winnow model: --%s '%.*s': expected layers from 0 to %zu, as in 2,5-6",
                     option, TEXT_ARGUMENT(list), layers - 1);
}

/* Sets dropped[2], [5] and [6] for "2,5-6". */
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

/* Splits the lines at their tab and checks their length. */
static bool split_lines(struct prune_comparison *comparison, struct error *error)
{
    struct comparison_lines *lines = &comparison->lines;
    struct token_limit limit = {comparison->original, comparison->options->input_tokens,
                                "input-tokens"};
    for (size_t i = 0; i < lines->count; i++) {
        struct text line = lines->reader.lines[i];
        size_t tab = text_find(line, TEXT("\t"), 0);
        lines->inputs[i] = text_slice(line, 0, tab);
        if (tab < line.size)
            lines->targets[i] = text_slice(line, tab + 1, line.size);
        else
            lines->missing_target_count++;
        if (!token_limit_check(&limit, lines->inputs[i], i + 1, error) ||
            !token_limit_check(&limit, lines->targets[i], i + 1, error))
            return false;
    }
    return true;
}

/* The decoder never processes more tokens: start, prefix, target or output, end token. */
static size_t compute_max_output_tokens(const struct prune_comparison *comparison)
{
    const struct prune_options *options = comparison->options;
    size_t max_tokens =
        options->output_tokens > DECODER_STEPS ? options->output_tokens : DECODER_STEPS;
    for (size_t i = 0; i < comparison->lines.count; i++) {
        size_t tokens = t5_tokenize(comparison->original, comparison->lines.targets[i], NULL, 0);
        max_tokens = tokens > max_tokens ? tokens : max_tokens;
    }
    /* Tokenizing a generated text can give more tokens than were generated. */
    return 2 * max_tokens + t5_tokenize(comparison->original, options->prefix, NULL, 0) + 3;
}

static bool read_lines(struct prune_comparison *comparison, struct error *error)
{
    const struct prune_options *options = comparison->options;
    struct comparison_lines *lines = &comparison->lines;
    FILE *file = fopen(options->text, "rb");
    if (!file)
        return error_set(error, ERROR_INPUT, "%s: cannot be opened", options->text);
    line_reader_open(&lines->reader, file, options->text, options->max_lines);
    bool ok = line_reader_read(&lines->reader, error);
    fclose(file);
    lines->count = lines->reader.count;
    lines->inputs = memory_alloc(lines->count, sizeof(*lines->inputs));
    lines->targets = memory_alloc(lines->count, sizeof(*lines->targets));
    ok = ok && split_lines(comparison, error) &&
         (lines->count || error_set(error, ERROR_INPUT, "%s: no lines", options->text));
    comparison->max_output_tokens = compute_max_output_tokens(comparison);
    return ok;
}

static void free_lines(struct comparison_lines *lines)
{
    line_reader_close(&lines->reader);
    free(lines->inputs);
    free(lines->targets);
}

static bool open_session(const struct prune_comparison *comparison, const struct t5_model *model,
                         struct t5_session **session, struct error *error)
{
    struct t5_limits limits = {.batch = BATCH_SIZE,
                               .input_tokens = comparison->options->input_tokens,
                               .output_tokens = comparison->max_output_tokens,
                               .threads = comparison->options->threads,
                               .beam = 1,
                               .precision = T5_INT8};
    return t5_session_open(session, model, &limits, error);
}

static size_t get_batch_size(const struct comparison_lines *lines, size_t first)
{
    return lines->count - first < BATCH_SIZE ? lines->count - first : BATCH_SIZE;
}

/* A line without a target gets the original model's greedy output as its target. `session` is the
 * original model's. */
static bool generate_missing_targets(struct prune_comparison *comparison,
                                     struct t5_session *session, struct error *error)
{
    struct comparison_lines *lines = &comparison->lines;
    struct t5_decoding decoding = {.prefix = comparison->options->prefix,
                                   .max_tokens = comparison->options->output_tokens};
    struct t5_output outputs[BATCH_SIZE];
    for (size_t first = 0; lines->missing_target_count && first < lines->count;
         first += BATCH_SIZE) {
        size_t count = get_batch_size(lines, first);
        if (!t5_encode(session, lines->inputs + first, count, error) ||
            !t5_generate(session, &decoding, &lines->reader.arena, outputs, error))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!lines->targets[first + i].bytes)
                lines->targets[first + i] = outputs[i].text;
    }
    return true;
}

static void count_tokens(struct prune_comparison *comparison)
{
    struct comparison_lines *lines = &comparison->lines;
    for (size_t i = 0; i < lines->count; i++) {
        lines->input_tokens += t5_tokenize(comparison->original, lines->inputs[i], NULL, 0) + 1;
        lines->target_tokens += t5_tokenize(comparison->original, lines->targets[i], NULL, 0) + 1;
    }
}

/* ---- Measurements ---- */

/* The mean log-probability of the targets' tokens. */
static bool compute_mean_log_probability(const struct prune_comparison *comparison,
                                         struct t5_session *session, double *mean_log_probability,
                                         struct error *error)
{
    const struct comparison_lines *lines = &comparison->lines;
    struct t5_target targets[BATCH_SIZE];
    float scores[BATCH_SIZE];
    double sum = 0;
    for (size_t first = 0; first < lines->count; first += BATCH_SIZE) {
        size_t count = get_batch_size(lines, first);
        for (size_t i = 0; i < count; i++)
            targets[i] = (struct t5_target){.input = i,
                                            .prefix = comparison->options->prefix,
                                            .text = lines->targets[first + i]};
        if (!t5_encode(session, lines->inputs + first, count, error) ||
            !t5_score(session, targets, count, scores, error))
            return false;
        for (size_t i = 0; i < count; i++)
            sum += (double)scores[i];
    }
    *mean_log_probability = sum / (double)lines->target_tokens;
    return true;
}

/* Seconds to encode the first batch, and to decode a fixed number of steps. */
struct session_time {
    double encoder, decoder;
};

static bool time_session_once(const struct prune_comparison *comparison, struct t5_session *session,
                              struct session_time *session_time, struct error *error)
{
    struct t5_decoding decoding = {.prefix = comparison->options->prefix,
                                   .max_tokens = DECODER_STEPS,
                                   .min_tokens = DECODER_STEPS};
    struct t5_output outputs[BATCH_SIZE];
    struct arena arena = {0};
    double started_at = clock_seconds();
    bool ok =
        t5_encode(session, comparison->lines.inputs, get_batch_size(&comparison->lines, 0), error);
    double encoded_at = clock_seconds();
    ok = ok && t5_generate(session, &decoding, &arena, outputs, error);
    session_time->encoder = encoded_at - started_at;
    session_time->decoder = clock_seconds() - encoded_at;
    arena_free(&arena);
    return ok;
}

/* The sessions take turns, so that other load on the machine affects both. */
static bool time_sessions_in_turn(const struct prune_comparison *comparison,
                                  struct t5_session *const sessions[2],
                                  struct model_speed speeds[2], struct error *error)
{
    double encoding[2][TIMED_RUNS], decoding[2][TIMED_RUNS];
    size_t tokens = 0;
    for (size_t i = 0; i < get_batch_size(&comparison->lines, 0); i++)
        tokens += t5_tokenize(comparison->original, comparison->lines.inputs[i], NULL, 0) + 1;
    for (size_t run = 0; run < TIMED_RUNS; run++)
        for (size_t i = 0; i < 2; i++) {
            struct session_time session_time;
            if (!time_session_once(comparison, sessions[i], &session_time, error))
                return false;
            encoding[i][run] = session_time.encoder;
            decoding[i][run] = session_time.decoder;
        }
    for (size_t i = 0; i < 2; i++)
        speeds[i] = (struct model_speed){(double)tokens / doubles_median(encoding[i], TIMED_RUNS),
                                         doubles_median(decoding[i], TIMED_RUNS) / DECODER_STEPS};
    return true;
}

/* ---- Reports ---- */

static void print_texts(const struct comparison_lines *lines)
{
    printf("texts: %zu, %zu of them scored on the original model's own greedy output; %zu input "
           "tokens, %zu target tokens\n",
           lines->count, lines->missing_target_count, lines->input_tokens, lines->target_tokens);
}

static bool compare_models(struct prune_comparison *comparison, const struct t5_model *pruned,
                           struct error *error)
{
    struct t5_session *sessions[2] = {NULL, NULL};
    struct model_speed speeds[2];
    double means[2]; /* of the log-probability of a token */
    bool ok = open_session(comparison, comparison->original, &sessions[0], error) &&
              open_session(comparison, pruned, &sessions[1], error) &&
              generate_missing_targets(comparison, sessions[0], error);
    count_tokens(comparison);
    ok = ok && compute_mean_log_probability(comparison, sessions[0], &means[0], error) &&
         compute_mean_log_probability(comparison, sessions[1], &means[1], error) &&
         time_sessions_in_turn(comparison, sessions, speeds, error);
    t5_session_close(sessions[0]);
    t5_session_close(sessions[1]);
    if (!ok)
        return false;
    printf("%-28s %10.4f %10.4f  %+.4f\n", "log-probability per token", means[0], means[1],
           means[1] - means[0]);
    printf("%-28s %10.0f %10.0f  x %.2f\n", "encoder, tokens per second", speeds[0].encoder,
           speeds[1].encoder, speeds[1].encoder / speeds[0].encoder);
    printf("%-28s %10.3f %10.3f  x %.2f\n", "decoder, ms per step", speeds[0].decoder * 1e3,
           speeds[1].decoder * 1e3, speeds[1].decoder / speeds[0].decoder);
    print_texts(&comparison->lines);
    printf("speed: batch of %zu texts, %zu threads, %d steps; medians of %d runs by turns\n",
           get_batch_size(&comparison->lines, 0), comparison->options->threads, DECODER_STEPS,
           TIMED_RUNS);
    return true;
}

static void print_sizes(const struct t5_model *original, const struct t5_model *pruned)
{
    double original_count = (double)t5_parameter_count(original),
           pruned_count = (double)t5_parameter_count(pruned);
    printf("%-28s %10s %10s\n", "", "original", "pruned");
    printf("%-28s %10zu %10zu\n", "encoder layers", t5_encoder_layer_count(original),
           t5_encoder_layer_count(pruned));
    printf("%-28s %10zu %10zu\n", "decoder layers", t5_decoder_layer_count(original),
           t5_decoder_layer_count(pruned));
    printf("%-28s %10.0f %10.0f  x %.2f\n", "parameters", original_count, pruned_count,
           pruned_count / original_count);
}

static bool drop_layers(struct prune_comparison *comparison,
                        const struct t5_layer_mask *dropped_layers, struct error *error)
{
    const struct prune_options *options = comparison->options;
    struct t5_model *pruned;
    if (!t5_model_prune(&pruned, comparison->original, dropped_layers, error))
        return false;
    bool ok = !options->target || t5_model_save(pruned, options->target, error);
    if (ok)
        print_sizes(comparison->original, pruned);
    ok = ok && (!options->text || compare_models(comparison, pruned, error));
    t5_model_close(pruned);
    return ok;
}

/* The mean log-probability of the model without `dropped_layers`. */
static bool score_without_layers(const struct prune_comparison *comparison,
                                 const struct t5_layer_mask *dropped_layers,
                                 double *mean_log_probability, struct error *error)
{
    struct t5_model *pruned;
    struct t5_session *session = NULL;
    if (!t5_model_prune(&pruned, comparison->original, dropped_layers, error))
        return false;
    bool ok = open_session(comparison, pruned, &session, error) &&
              compute_mean_log_probability(comparison, session, mean_log_probability, error);
    t5_session_close(session);
    t5_model_close(pruned);
    return ok;
}

/* `original_mean` is the mean log-probability of the original model. */
static bool print_each_layer_cost(const struct prune_comparison *comparison, bool is_encoder,
                                  double original_mean, struct error *error)
{
    size_t layers = is_encoder ? t5_encoder_layer_count(comparison->original)
                               : t5_decoder_layer_count(comparison->original);
    for (size_t i = 0; layers > 1 && i < layers; i++) {
        struct t5_layer_mask dropped_layers = {0};
        *(is_encoder ? &dropped_layers.encoder[i] : &dropped_layers.decoder[i]) = true;
        double mean;
        if (!score_without_layers(comparison, &dropped_layers, &mean, error))
            return false;
        printf("%s %-4zu %10.4f  %+.4f\n", is_encoder ? "encoder" : "decoder", i, mean,
               mean - original_mean);
        fflush(stdout);
    }
    return true;
}

static bool print_layer_costs(struct prune_comparison *comparison, struct error *error)
{
    struct t5_session *session = NULL;
    double original_mean = 0;
    bool ok = open_session(comparison, comparison->original, &session, error) &&
              generate_missing_targets(comparison, session, error);
    count_tokens(comparison);
    ok = ok && compute_mean_log_probability(comparison, session, &original_mean, error);
    t5_session_close(session);
    if (!ok)
        return false;
    print_texts(&comparison->lines);
    printf("without      log-probability per token\nnone         %10.4f\n", original_mean);
    return print_each_layer_cost(comparison, true, original_mean, error) &&
           print_each_layer_cost(comparison, false, original_mean, error);
}

bool prune_model(const struct prune_options *options, struct error *error)
{
    bool drops_layers = options->drop_encoder.size || options->drop_decoder.size;
    if (drops_layers ? !options->target && !options->text : options->target || !options->text)
        return error_set(error, ERROR_USAGE,
                         "winnow model: prune: nothing to do: MODEL FILE with --drop-encoder or "
                         "--drop-decoder writes a model; --text FILE compares it; --text FILE "
                         "alone prints the cost of dropping each layer");
    struct t5_model *model;
    struct t5_layer_mask dropped_layers = {0};
    if (!t5_model_open(&model, options->source, T5_F32, error))
        return false;
    struct prune_comparison comparison = {.options = options, .original = model};
    bool ok = parse_layers("drop-encoder", options->drop_encoder, t5_encoder_layer_count(model),
                           dropped_layers.encoder, error) &&
              parse_layers("drop-decoder", options->drop_decoder, t5_decoder_layer_count(model),
                           dropped_layers.decoder, error) &&
              (!options->text || read_lines(&comparison, error));
    ok = ok && (drops_layers ? drop_layers(&comparison, &dropped_layers, error)
                             : print_layer_costs(&comparison, error));
    free_lines(&comparison.lines);
    t5_model_close(model);
    return ok;
}
