/* engine.c - measures how fast a model encodes and decodes: `build/bench_engine MODEL`. With
 * --worker it is Winnow's worker of bench/peers.py.
 *
 * Speed does not depend on the values of the weights, so a model with random ones is sufficient.
 * Each result is the median of several runs. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/doubles.h"
#include "base/memory.h"
#include "inference/t5.h"

enum { RUNS = 7 };

/* Texts, and the session that processes them in batches. */
struct workload {
    const struct t5_model *model;
    struct t5_limits limits; /* batch and input_tokens are set from the texts */
    size_t batch_tokens;     /* maximum tokens per batch; 0: all texts are one batch */
    struct arena arena;      /* owns the texts */
    struct text *texts;
    size_t *tokens; /* of each text, including the end token */
    size_t count, capacity, token_count;
    struct t5_session *session;
    double open_seconds; /* time to open the session */
};

struct timing {
    double encode_seconds, generate_seconds;
    size_t tokens; /* generated */
};

static void exit_with_error(const struct error *error)
{
    fprintf(stderr, "engine: %s\n", error->message);
    exit(1);
}

/* Peak of this process only: getrusage would include the process that started it. */
static double peak_megabytes(void)
{
    double kilobytes = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "VmHWM: %lf", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return kilobytes / 1024;
}

/* ---- Workloads ---- */

static void workload_add(struct workload *workload, struct text text)
{
    size_t capacity = workload->capacity;
    workload->texts =
        memory_grow(workload->texts, &capacity, workload->count + 1, sizeof(*workload->texts));
    workload->tokens = memory_grow(workload->tokens, &workload->capacity, workload->count + 1,
                                   sizeof(*workload->tokens));
    workload->texts[workload->count] = text;
    workload->tokens[workload->count] = t5_tokenize(workload->model, text, NULL, 0) + 1;
    workload->token_count += workload->tokens[workload->count];
    workload->count++;
}

/* Reads a file with one text per line. */
static void workload_read(struct workload *workload, const char *path)
{
    struct error error = {0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    while (file && (size = getline(&line, &capacity, file)) > 0)
        workload_add(workload, arena_copy_text(&workload->arena,
                                               text_trim((struct text){line, (size_t)size})));
    if (!file || ferror(file) || !workload->count) {
        error_set(&error, ERROR_INPUT, "%s: expected a file with one text a line%s%s", path,
                  file ? "" : ": ", file ? "" : strerror(errno));
        exit_with_error(&error);
    }
    fclose(file);
    free(line);
}

/* Number of texts in the batch that starts at text `first`. */
static size_t count_batch_texts(const struct workload *workload, size_t first)
{
    size_t count = 0, tokens = 0;
    while (first + count < workload->count) {
        tokens += workload->tokens[first + count];
        if (workload->batch_tokens && count && tokens > workload->batch_tokens)
            break;
        count++;
    }
    return count;
}

static void workload_open(struct workload *workload)
{
    struct error error = {0};
    for (size_t first = 0, count; first < workload->count; first += count) {
        count = count_batch_texts(workload, first);
        if (count > workload->limits.batch)
            workload->limits.batch = count;
    }
    for (size_t i = 0; i < workload->count; i++)
        if (workload->tokens[i] > workload->limits.input_tokens)
            workload->limits.input_tokens = workload->tokens[i];
    double started_at = clock_seconds();
    if (!t5_session_open(&workload->session, workload->model, &workload->limits, &error))
        exit_with_error(&error);
    workload->open_seconds = clock_seconds() - started_at;
}

/* Encodes every text and decodes exactly `output_tokens` tokens for each. */
static struct timing workload_run(const struct workload *workload, size_t output_tokens)
{
    struct error error = {0};
    struct arena arena = {0};
    struct timing timing = {0};
    struct t5_output *outputs = memory_alloc(workload->limits.batch, sizeof(*outputs));
    struct t5_decoding decoding = {
        .max_tokens = output_tokens, .min_tokens = output_tokens, .beam = workload->limits.beam};
    for (size_t first = 0, count; first < workload->count; first += count) {
        count = count_batch_texts(workload, first);
        double started_at = clock_seconds();
        if (!t5_encode(workload->session, workload->texts + first, count, &error))
            exit_with_error(&error);
        double encoded_at = clock_seconds();
        if (!t5_generate(workload->session, &decoding, &arena, outputs, &error))
            exit_with_error(&error);
        timing.encode_seconds += encoded_at - started_at;
        timing.generate_seconds += clock_seconds() - encoded_at;
        for (size_t i = 0; i < count; i++)
            timing.tokens += outputs[i].tokens;
        arena_reset(&arena);
    }
    arena_free(&arena);
    free(outputs);
    return timing;
}

static void workload_close(struct workload *workload)
{
    t5_session_close(workload->session);
    arena_free(&workload->arena);
    free(workload->texts);
    free(workload->tokens);
}

/* ---- build/bench_engine MODEL ---- */

/* A text of `tokens` tokens, including the end token; the start varies with `number`. */
static struct text make_text(const struct t5_model *model, size_t tokens, size_t number,
                             struct arena *arena)
{
    static const char feedback[] =
        "The kettle came two weeks late and the box was torn, but it boils quickly and the handle "
        "stays cool. Support answered my letter within an hour and sent another lid. After the "
        "update the app forgets my password every morning, so I asked for a refund. Breakfast was "
        "cold, the room quiet, the staff friendly. Would I buy it again? Perhaps, when the price "
        "falls. Size M fits like S; the colour is darker than on the pictures. ";
    size_t begin = number * 37 % (sizeof(feedback) - 1);
    while (begin && feedback[begin - 1] != ' ')
        begin--;
    struct text text = text_of(feedback + begin);
    size_t *ends = NULL, capacity = 0, count;
    while ((count = t5_token_ends(model, text, NULL, 0)) + 1 < tokens)
        text = arena_format(arena, "%.*s%s", TEXT_ARGUMENT(text), feedback);
    ends = memory_grow(ends, &capacity, count, sizeof(*ends));
    t5_token_ends(model, text, ends, count);
    text = text_slice(text, 0, tokens > 1 ? ends[tokens - 2] : 0);
    free(ends);
    return text;
}

static void print_workload(const struct t5_model *model, const struct t5_limits *limits,
                           size_t batch, size_t tokens)
{
    struct workload workload = {.model = model, .limits = *limits};
    for (size_t i = 0; i < batch; i++)
        workload_add(&workload, make_text(model, tokens, i, &workload.arena));
    workload_open(&workload);
    size_t output_tokens = limits->output_tokens - 1;
    double encoding[RUNS], generating[RUNS];
    workload_run(&workload, 1);
    for (size_t run = 0; run < RUNS; run++) {
        struct timing timing = workload_run(&workload, output_tokens);
        encoding[run] = timing.encode_seconds;
        generating[run] = timing.generate_seconds;
    }
    double encode_seconds = doubles_median(encoding, RUNS),
           generate_seconds = doubles_median(generating, RUNS);
    printf("%5zu x %-4zu %10.0f tokens/s %9.2f ms   decode %8.2f ms, a step %7.3f ms   open %.1f "
           "ms\n",
           batch, tokens, (double)workload.token_count / encode_seconds, encode_seconds * 1e3,
           generate_seconds * 1e3, generate_seconds * 1e3 / (double)output_tokens,
           workload.open_seconds * 1e3);
    workload_close(&workload);
}

static void print_workloads(const char *path, const struct t5_limits *limits)
{
    struct error error = {0};
    struct t5_model *model;
    double started_at = clock_seconds();
    if (!t5_model_open(&model, path, limits->precision, &error))
        exit_with_error(&error);
    printf("opened in %.1f ms; batch x input tokens, medians of %d runs\n",
           (clock_seconds() - started_at) * 1e3, RUNS);
    static const size_t workload_shapes[][2] = {{1, 128}, {1, 256}, {8, 128}, {8, 256}, {32, 256}};
    for (size_t i = 0; i < sizeof(workload_shapes) / sizeof(workload_shapes[0]); i++)
        print_workload(model, limits, workload_shapes[i][0], workload_shapes[i][1]);
    printf("peak memory %.0f MB\n", peak_megabytes());
    t5_model_close(model);
}

/* ---- build/bench_engine --worker MODEL: see bench/peers.py, "The workers" ---- */

/* Time to open a model and a session for one short input. */
static double time_open(const char *path, const struct t5_limits *limits)
{
    struct error error = {0};
    struct t5_model *model;
    struct workload workload = {.limits = *limits};
    double started_at = clock_seconds();
    if (!t5_model_open(&model, path, limits->precision, &error))
        exit_with_error(&error);
    workload.model = model;
    workload_add(&workload, TEXT("It works."));
    workload_open(&workload);
    double seconds = clock_seconds() - started_at;
    workload_close(&workload);
    t5_model_close(model);
    return seconds;
}

static void run_worker(const char *path, const struct t5_limits *limits)
{
    struct error error = {0};
    struct t5_model *model = NULL;
    struct workload workload = {0};
    size_t threads, replicas, beam, output_tokens, batch_tokens;
    char line[4096], texts[4096];
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "load %zu %zu %zu %zu %zu %4095[^\n]", &threads, &replicas, &beam,
                   &output_tokens, &batch_tokens, texts) == 6) {
            workload_close(&workload);
            if (!model && !t5_model_open(&model, path, limits->precision, &error))
                exit_with_error(&error);
            workload =
                (struct workload){.model = model, .limits = *limits, .batch_tokens = batch_tokens};
            workload.limits.threads = threads * replicas;
            workload.limits.beam = beam;
            workload.limits.output_tokens = output_tokens + 1;
            workload_read(&workload, texts);
            workload_open(&workload);
            printf("{\"tokens\": %zu, \"kernels\": \"%s\"}\n", workload.token_count,
                   t5_session_kernels(workload.session));
        } else if (workload.session && sscanf(line, "run %zu", &output_tokens) == 1) {
            struct timing timing = workload_run(&workload, output_tokens);
            printf("{\"seconds\": %.9f, \"encode\": %.9f, \"tokens\": %zu}\n",
                   timing.encode_seconds + timing.generate_seconds, timing.encode_seconds,
                   timing.tokens);
        } else if (strcmp(line, "open\n") == 0) {
            printf("{\"seconds\": %.9f}\n", time_open(path, limits));
        } else if (strcmp(line, "memory\n") == 0) {
            printf("{\"base\": 0, \"peak\": %.1f}\n", peak_megabytes());
        } else {
            error_set(&error, ERROR_USAGE, "unknown request: %s", line);
            exit_with_error(&error);
        }
        fflush(stdout);
    }
    workload_close(&workload);
    t5_model_close(model);
}

int main(int argc, char **argv)
{
    struct t5_limits limits = {.threads = 1, .beam = 1, .output_tokens = 65, .precision = T5_INT8};
    bool worker = false;
    static const struct option options[] = {{"threads", required_argument, NULL, 't'},
                                            {"beam", required_argument, NULL, 'b'},
                                            {"output-tokens", required_argument, NULL, 'o'},
                                            {"kernels", required_argument, NULL, 'k'},
                                            {"f32", no_argument, NULL, 'f'},
                                            {"worker", no_argument, NULL, 'w'},
                                            {0}};
    int short_name;
    while ((short_name = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (short_name == 't')
            limits.threads = strtoul(optarg, NULL, 10);
        else if (short_name == 'b')
            limits.beam = strtoul(optarg, NULL, 10);
        else if (short_name == 'o')
            limits.output_tokens = strtoul(optarg, NULL, 10) + 1;
        else if (short_name == 'k')
            limits.kernels = text_of(optarg);
        else if (short_name == 'f')
            limits.precision = T5_F32;
        else if (short_name == 'w')
            worker = true;
        else
            return 2;
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "usage: engine [--threads N] [--beam N] [--output-tokens N] "
                        "[--kernels NAME] [--f32] [--worker] MODEL\n");
        return 2;
    }
    if (worker)
        run_worker(argv[optind], &limits);
    else
        print_workloads(argv[optind], &limits);
    return 0;
}
