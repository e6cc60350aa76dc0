/* prune.c - drops layers, and compares what is left with the whole model on a text file: in
 * log-probability and, both in turn on the same texts, in speed. */
#include "jobs/commands/prune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "jobs/model_options.h"

enum { BATCH = 32, RUNS = 5, STEPS = 16 };

/* The lines of the text file; equal inputs that follow one another are encoded once. */
struct lines {
    struct text *inputs, *targets; /* a target's bytes are NULL where the line has none */
    size_t count, missing;         /* lines; those without a target */
    size_t input_tokens, tokens;   /* of all inputs; of all targets, end marks included */
    struct arena arena;
};

struct speed {
    double encoder; /* tokens a second */
    double decoder; /* seconds a step of a batch */
};

/* ---- Which layers ---- */

static bool bad_list(const char *option, struct text list, size_t layers, struct error *error)
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
        if (!text_integer(text_slice(part, 0, dash), &first))
            return bad_list(option, list, layers, error);
        last = first;
        if (dash < part.size && !text_integer(text_slice(part, dash + 1, part.size), &last))
            return bad_list(option, list, layers, error);
        if (first < 0 || last < first || (uint64_t)last >= layers)
            return bad_list(option, list, layers, error);
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
    struct text *read = memory_alloc(prune->lines, sizeof(*read));
    lines->inputs = memory_alloc(prune->lines, sizeof(*lines->inputs));
    lines->targets = memory_alloc(prune->lines, sizeof(*lines->targets));
    bool ok = lines_read(file, prune->lines, &lines->arena, read, &lines->count, error);
    fclose(file);
    for (size_t i = 0; ok && i < lines->count; i++) {
        size_t tab = text_find(read[i], TEXT("\t"), 0);
        lines->inputs[i] = text_slice(read[i], 0, tab);
        if (tab < read[i].size)
            lines->targets[i] = text_slice(read[i], tab + 1, read[i].size);
        else
            lines->missing++;
        ok = lines_check(model, lines->inputs[i], prune->input_tokens, "input-tokens", i + 1,
                         error) &&
             lines_check(model, lines->targets[i], prune->input_tokens, "input-tokens", i + 1,
                         error);
    }
    free(read);
    return ok && (lines->count || error_set(error, ERROR_INPUT, "%s: no lines", prune->text));
}

static void free_lines(struct lines *lines)
{
    arena_free(&lines->arena);
    free(lines->inputs);
    free(lines->targets);
}

/* The decoder's tokens never exceed this: start, prefix, target or output, end mark. */
static size_t decoder_room(const struct prune *prune, const struct t5_model *model,
                           const struct lines *lines)
{
    size_t most = prune->output_tokens > STEPS ? prune->output_tokens : STEPS;
    for (size_t i = 0; i < lines->count; i++) {
        size_t tokens = t5_tokens(model, lines->targets[i], NULL, 0);
        most = tokens > most ? tokens : most;
    }
    /* An output's text may be cut into more tokens than it was made of. */
    return 2 * most + t5_tokens(model, prune->prefix, NULL, 0) + 3;
}

static bool open_session(const struct prune *prune, const struct t5_model *model, size_t room,
                         struct t5_session **session, struct error *error)
{
    struct t5_limits limits = {.batch = BATCH,
                               .input_tokens = prune->input_tokens,
                               .output_tokens = room,
                               .threads = prune->threads,
                               .beam = 1,
                               .precision = T5_INT8};
    return t5_session_open(session, model, &limits, error);
}

static size_t batch_at(const struct lines *lines, size_t first)
{
    return lines->count - first < BATCH ? lines->count - first : BATCH;
}

/* Where a line has no target, the whole model's own greedy output is it. */
static bool add_targets(const struct prune *prune, struct t5_session *session, struct lines *lines,
                        struct error *error)
{
    struct t5_decoding decoding = {.prefix = prune->prefix, .most = prune->output_tokens};
    struct t5_output outputs[BATCH];
    for (size_t first = 0; lines->missing && first < lines->count; first += BATCH) {
        size_t count = batch_at(lines, first);
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
        lines->input_tokens += t5_tokens(model, lines->inputs[i], NULL, 0) + 1;
        lines->tokens += t5_tokens(model, lines->targets[i], NULL, 0) + 1;
    }
}

/* ---- Comparing ---- */

/* The mean log-probability of the targets' tokens. */
static bool judge(const struct prune *prune, struct t5_session *session, const struct lines *lines,
                  double *mean, struct error *error)
{
    struct t5_target targets[BATCH];
    float scores[BATCH];
    double sum = 0;
    for (size_t first = 0; first < lines->count; first += BATCH) {
        size_t count = batch_at(lines, first);
        for (size_t i = 0; i < count; i++)
            targets[i] = (struct t5_target){
                .input = i, .prefix = prune->prefix, .text = lines->targets[first + i]};
        if (!t5_encode(session, lines->inputs + first, count, error) ||
            !t5_score(session, targets, count, scores, error))
            return false;
        for (size_t i = 0; i < count; i++)
            sum += (double)scores[i];
    }
    *mean = sum / (double)lines->tokens;
    return true;
}

/* Encodes the first batch and decodes a fixed number of steps, once. */
static bool time_once(const struct prune *prune, struct t5_session *session,
                      const struct lines *lines, struct speed *speed, struct error *error)
{
    struct t5_decoding decoding = {.prefix = prune->prefix, .most = STEPS, .least = STEPS};
    struct t5_output outputs[BATCH];
    struct arena arena = {0};
    double begin = clock_seconds();
    bool ok = t5_encode(session, lines->inputs, batch_at(lines, 0), error);
    double middle = clock_seconds();
    ok = ok && t5_generate(session, &decoding, &arena, outputs, error);
    speed->encoder = middle - begin;
    speed->decoder = clock_seconds() - middle;
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
    qsort(values, RUNS, sizeof(*values), compare_numbers);
    return values[RUNS / 2];
}

/* Both models in turn, so that what else the machine does falls on both. */
static bool time_both(const struct prune *prune, const struct t5_model *model,
                      struct t5_session *const sessions[2], const struct lines *lines,
                      struct speed speeds[2], struct error *error)
{
    double encoding[2][RUNS], decoding[2][RUNS];
    size_t tokens = 0;
    for (size_t i = 0; i < batch_at(lines, 0); i++)
        tokens += t5_tokens(model, lines->inputs[i], NULL, 0) + 1;
    for (size_t run = 0; run < RUNS; run++)
        for (size_t which = 0; which < 2; which++) {
            struct speed once;
            if (!time_once(prune, sessions[which], lines, &once, error))
                return false;
            encoding[which][run] = once.encoder;
            decoding[which][run] = once.decoder;
        }
    for (size_t which = 0; which < 2; which++)
        speeds[which] = (struct speed){(double)tokens / median(encoding[which]),
                                       median(decoding[which]) / STEPS};
    return true;
}

/* ---- Reports ---- */

static void print_texts(const struct lines *lines)
{
    printf("texts %zu, of them %zu judged by the original model's own greedy output; %zu tokens in "
           "them, %zu in their targets\n",
           lines->count, lines->missing, lines->input_tokens, lines->tokens);
}

static bool compare_models(const struct prune *prune, const struct t5_model *model,
                           const struct t5_model *pruned, struct lines *lines, struct error *error)
{
    struct t5_session *sessions[2] = {NULL, NULL};
    struct speed speeds[2];
    double means[2];
    size_t room = decoder_room(prune, model, lines);
    bool ok = open_session(prune, model, room, &sessions[0], error) &&
              open_session(prune, pruned, room, &sessions[1], error) &&
              add_targets(prune, sessions[0], lines, error);
    count_tokens(model, lines);
    ok = ok && judge(prune, sessions[0], lines, &means[0], error) &&
         judge(prune, sessions[1], lines, &means[1], error) &&
         time_both(prune, model, sessions, lines, speeds, error);
    t5_session_close(sessions[0]);
    t5_session_close(sessions[1]);
    if (!ok)
        return false;
    printf("%-28s %10.4f %10.4f  %+.4f\n", "log-probability a token", means[0], means[1],
           means[1] - means[0]);
    printf("%-28s %10.0f %10.0f  x %.2f\n", "encoder, tokens a second", speeds[0].encoder,
           speeds[1].encoder, speeds[1].encoder / speeds[0].encoder);
    printf("%-28s %10.3f %10.3f  x %.2f\n", "decoder, ms a step", speeds[0].decoder * 1e3,
           speeds[1].decoder * 1e3, speeds[1].decoder / speeds[0].decoder);
    print_texts(lines);
    printf("speed: %zu texts side by side, %zu threads, %d steps, medians of %d runs in turn\n",
           batch_at(lines, 0), prune->threads, STEPS, RUNS);
    return true;
}

static void print_sizes(const struct t5_model *model, const struct t5_model *pruned)
{
    double whole = (double)t5_parameters(model), part = (double)t5_parameters(pruned);
    printf("%-28s %10s %10s\n", "", "original", "pruned");
    printf("%-28s %10zu %10zu\n", "encoder layers", t5_encoder_layers(model),
           t5_encoder_layers(pruned));
    printf("%-28s %10zu %10zu\n", "decoder layers", t5_decoder_layers(model),
           t5_decoder_layers(pruned));
    printf("%-28s %10.0f %10.0f  x %.2f\n", "parameters", whole, part, part / whole);
}

static bool drop(const struct prune *prune, const struct t5_model *model,
                 const struct t5_layers *left_out, struct lines *lines, struct error *error)
{
    struct t5_model *pruned;
    if (!t5_model_without(&pruned, model, left_out, error))
        return false;
    bool ok = !prune->target || t5_model_save(pruned, prune->target, error);
    if (ok)
        print_sizes(model, pruned);
    ok = ok && (!prune->text || compare_models(prune, model, pruned, lines, error));
    t5_model_close(pruned);
    return ok;
}

/* The mean log-probability without one layer, which only `left_out` says. */
static bool judge_without(const struct prune *prune, const struct t5_model *model,
                          const struct t5_layers *left_out, size_t room, const struct lines *lines,
                          double *mean, struct error *error)
{
    struct t5_model *pruned;
    struct t5_session *session = NULL;
    if (!t5_model_without(&pruned, model, left_out, error))
        return false;
    bool ok = open_session(prune, pruned, room, &session, error) &&
              judge(prune, session, lines, mean, error);
    t5_session_close(session);
    t5_model_close(pruned);
    return ok;
}

static bool judge_stack(const struct prune *prune, const struct t5_model *model, bool is_encoder,
                        size_t room, const struct lines *lines, double whole, struct error *error)
{
    size_t layers = is_encoder ? t5_encoder_layers(model) : t5_decoder_layers(model);
    for (size_t i = 0; layers > 1 && i < layers; i++) {
        struct t5_layers left_out = {0};
        *(is_encoder ? &left_out.encoder[i] : &left_out.decoder[i]) = true;
        double mean;
        if (!judge_without(prune, model, &left_out, room, lines, &mean, error))
            return false;
        printf("%s %-4zu %10.4f  %+.4f\n", is_encoder ? "encoder" : "decoder", i, mean,
               mean - whole);
        fflush(stdout);
    }
    return true;
}

/* What it costs to drop each layer alone. */
static bool survey(const struct prune *prune, const struct t5_model *model, struct lines *lines,
                   struct error *error)
{
    struct t5_session *session = NULL;
    double whole = 0;
    size_t room = decoder_room(prune, model, lines);
    bool ok = open_session(prune, model, room, &session, error) &&
              add_targets(prune, session, lines, error);
    count_tokens(model, lines);
    ok = ok && judge(prune, session, lines, &whole, error);
    t5_session_close(session);
    if (!ok)
        return false;
    print_texts(lines);
    printf("without      log-probability a token\nnone         %10.4f\n", whole);
    return judge_stack(prune, model, true, room, lines, whole, error) &&
           judge_stack(prune, model, false, room, lines, whole, error);
}

bool prune_model(const struct prune *prune, struct error *error)
{
    bool drops = prune->drop_encoder.size || prune->drop_decoder.size;
    if (drops ? !prune->target && !prune->text : prune->target || !prune->text)
        return error_set(error, ERROR_USAGE,
                         "winnow model: prune: say what to do: MODEL FILE with --drop-encoder or "
                         "--drop-decoder writes a model, --text FILE compares, --text FILE alone "
                         "shows what each layer is worth");
    struct t5_model *model;
    struct t5_layers left_out = {0};
    struct lines lines = {0};
    if (!t5_model_open(&model, prune->source, T5_F32, error))
        return false;
    bool ok = parse_layers("drop-encoder", prune->drop_encoder, t5_encoder_layers(model),
                           left_out.encoder, error) &&
              parse_layers("drop-decoder", prune->drop_decoder, t5_decoder_layers(model),
                           left_out.decoder, error) &&
              (!prune->text || read_lines(prune, model, &lines, error));
    ok = ok && (drops ? drop(prune, model, &left_out, &lines, error)
                      : survey(prune, model, &lines, error));
    free_lines(&lines);
    t5_model_close(model);
    return ok;
}
