/* engine.c - how fast a model encodes and decodes here: `build/bench_engine MODEL`; with --worker,
 * Winnow's side of bench/peers.py.
 *
 * Speed does not depend on the values of the weights, so a model with random ones will do. Each
 * figure is the median of several runs. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "inference/t5.h"

enum { RUNS = 7 };

/* Inputs, and the session that takes them batch by batch. */
struct load {
    const struct t5_model *model;
    struct t5_limits limits; /* batch and input_tokens are those of the texts */
    size_t batch_tokens;     /* a batch ends before it would hold more; 0: all texts are one */
    struct arena arena;      /* of the texts */
    struct text *texts;
    size_t *tokens; /* of each text, end mark included */
    size_t count, capacity, token_count;
    struct t5_session *session;
    double opening; /* seconds that opening the session took */
};

struct timing {
    double encode, generate; /* seconds */
    size_t tokens;           /* generated */
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, RUNS, sizeof(*values), compare);
    return values[RUNS / 2];
}

static void fail(const struct error *error)
{
    fprintf(stderr, "engine: %s\n", error->message);
    exit(error_exit_code(error->kind));
}

/* Of this program alone: getrusage would count the process that started it. */
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

/* ---- A load ---- */

static void load_add(struct load *load, struct text text)
{
    size_t capacity = load->capacity;
    load->texts = memory_grow(load->texts, &capacity, load->count + 1, sizeof(*load->texts));
    load->tokens =
        memory_grow(load->tokens, &load->capacity, load->count + 1, sizeof(*load->tokens));
    load->texts[load->count] = text;
    load->tokens[load->count] = t5_tokens(load->model, text, NULL, 0) + 1;
    load->token_count += load->tokens[load->count];
    load->count++;
}

/* One text a line. */
static void load_read(struct load *load, const char *path)
{
    struct error error = {0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    while (file && (size = getline(&line, &capacity, file)) > 0)
        load_add(load, arena_copy(&load->arena, text_trim((struct text){line, (size_t)size})));
    if (!file || ferror(file) || !load->count) {
        error_set(&error, ERROR_INPUT, "%s: expected a file with one text a line%s%s", path,
                  file ? "" : ": ", file ? "" : strerror(errno));
        fail(&error);
    }
    fclose(file);
    free(line);
}

/* How many texts from `first` on are one batch. */
static size_t batch_count(const struct load *load, size_t first)
{
    size_t count = 0, tokens = 0;
    while (first + count < load->count) {
        tokens += load->tokens[first + count];
        if (load->batch_tokens && count && tokens > load->batch_tokens)
            break;
        count++;
    }
    return count;
}

static void load_open(struct load *load)
{
    struct error error = {0};
    for (size_t first = 0, count; first < load->count; first += count) {
        count = batch_count(load, first);
        if (count > load->limits.batch)
            load->limits.batch = count;
    }
    for (size_t i = 0; i < load->count; i++)
        if (load->tokens[i] > load->limits.input_tokens)
            load->limits.input_tokens = load->tokens[i];
    double begin = clock_seconds();
    if (!t5_session_open(&load->session, load->model, &load->limits, &error))
        fail(&error);
    load->opening = clock_seconds() - begin;
}

/* Encodes every text and decodes exactly `output` tokens for each. */
static struct timing load_run(const struct load *load, size_t output)
{
    struct error error = {0};
    struct arena arena = {0};
    struct timing timing = {0};
    struct t5_output *outputs = memory_alloc(load->limits.batch, sizeof(*outputs));
    struct t5_decoding decoding = {.most = output, .least = output, .beam = load->limits.beam};
    for (size_t first = 0, count; first < load->count; first += count) {
        count = batch_count(load, first);
        double begin = clock_seconds();
        if (!t5_encode(load->session, load->texts + first, count, &error))
            fail(&error);
        double middle = clock_seconds();
        if (!t5_generate(load->session, &decoding, &arena, outputs, &error))
            fail(&error);
        timing.encode += middle - begin;
        timing.generate += clock_seconds() - middle;
        for (size_t i = 0; i < count; i++)
            timing.tokens += outputs[i].tokens;
        arena_reset(&arena);
    }
    arena_free(&arena);
    free(outputs);
    return timing;
}

static void load_close(struct load *load)
{
    t5_session_close(load->session);
    arena_free(&load->arena);
    free(load->texts);
    free(load->tokens);
}

/* ---- build/bench_engine MODEL ---- */

/* A text of `tokens` tokens, end mark included; another `number` begins at another word. */
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

static void print_load(const struct t5_model *model, const struct t5_limits *limits, size_t batch,
                       size_t tokens)
{
    struct load load = {.model = model, .limits = *limits};
    for (size_t i = 0; i < batch; i++)
        load_add(&load, make_text(model, tokens, i, &load.arena));
    load_open(&load);
    size_t output = limits->output_tokens - 1;
    double encoding[RUNS], generating[RUNS];
    load_run(&load, 1);
    for (size_t run = 0; run < RUNS; run++) {
        struct timing timing = load_run(&load, output);
        encoding[run] = timing.encode;
        generating[run] = timing.generate;
    }
    double encode = median(encoding), generate = median(generating);
    printf("%5zu x %-4zu %10.0f tokens/s %9.2f ms   decode %8.2f ms, a step %7.3f ms   open %.1f "
           "ms\n",
           batch, tokens, (double)load.token_count / encode, encode * 1e3, generate * 1e3,
           generate * 1e3 / (double)output, load.opening * 1e3);
    load_close(&load);
}

static void print_loads(const char *path, const struct t5_limits *limits)
{
    struct error error = {0};
    struct t5_model *model;
    double begin = clock_seconds();
    if (!t5_model_open(&model, path, limits->precision, &error))
        fail(&error);
    printf("opened in %.1f ms; batch x input tokens, medians of %d runs\n",
           (clock_seconds() - begin) * 1e3, RUNS);
    static const size_t loads[][2] = {{1, 128}, {1, 256}, {8, 128}, {8, 256}, {32, 256}};
    for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
        print_load(model, limits, loads[i][0], loads[i][1]);
    printf("peak memory %.0f MB\n", peak_megabytes());
    t5_model_close(model);
}

/* ---- build/bench_engine --worker MODEL: see bench/peers.py, "The workers" ---- */

/* Model and session, ready for one short input. */
static double time_opening(const char *path, const struct t5_limits *limits)
{
    struct error error = {0};
    struct t5_model *model;
    struct load load = {.limits = *limits};
    double begin = clock_seconds();
    if (!t5_model_open(&model, path, limits->precision, &error))
        fail(&error);
    load.model = model;
    load_add(&load, TEXT("It works."));
    load_open(&load);
    double seconds = clock_seconds() - begin;
    load_close(&load);
    t5_model_close(model);
    return seconds;
}

static void answer_requests(const char *path, const struct t5_limits *limits)
{
    struct error error = {0};
    struct t5_model *model = NULL;
    struct load load = {0};
    size_t threads, replicas, beam, output, batch_tokens;
    char line[4096], texts[4096];
    while (fgets(line, sizeof(line), stdin)) {
        if (sscanf(line, "load %zu %zu %zu %zu %zu %4095[^\n]", &threads, &replicas, &beam, &output,
                   &batch_tokens, texts) == 6) {
            load_close(&load);
            if (!model && !t5_model_open(&model, path, limits->precision, &error))
                fail(&error);
            load = (struct load){.model = model, .limits = *limits, .batch_tokens = batch_tokens};
            load.limits.threads = threads * replicas;
            load.limits.beam = beam;
            load.limits.output_tokens = output + 1;
            load_read(&load, texts);
            load_open(&load);
            printf("{\"tokens\": %zu, \"kernels\": \"%s\"}\n", load.token_count,
                   t5_session_kernels(load.session));
        } else if (load.session && sscanf(line, "run %zu", &output) == 1) {
            struct timing timing = load_run(&load, output);
            printf("{\"seconds\": %.9f, \"encode\": %.9f, \"tokens\": %zu}\n",
                   timing.encode + timing.generate, timing.encode, timing.tokens);
        } else if (strcmp(line, "open\n") == 0) {
            printf("{\"seconds\": %.9f}\n", time_opening(path, limits));
        } else if (strcmp(line, "memory\n") == 0) {
            printf("{\"base\": 0, \"peak\": %.1f}\n", peak_megabytes());
        } else {
            error_set(&error, ERROR_USAGE, "a request that no worker knows: %s", line);
            fail(&error);
        }
        fflush(stdout);
    }
    load_close(&load);
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
    int letter;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 't')
            limits.threads = strtoul(optarg, NULL, 10);
        else if (letter == 'b')
            limits.beam = strtoul(optarg, NULL, 10);
        else if (letter == 'o')
            limits.output_tokens = strtoul(optarg, NULL, 10) + 1;
        else if (letter == 'k')
            limits.kernels = optarg;
        else if (letter == 'f')
            limits.precision = T5_F32;
        else if (letter == 'w')
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
        answer_requests(argv[optind], &limits);
    else
        print_loads(argv[optind], &limits);
    return 0;
}
