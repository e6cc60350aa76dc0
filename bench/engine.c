/* engine.c - how fast a model encodes and decodes here: `build/bench_engine MODEL`.
 *
 * Speed does not depend on the values of the weights, so a model with random ones will do. Each
 * figure is the median of several runs; texts are made up, of a given number of tokens. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/memory.h"
#include "inference/t5.h"

enum { RUNS = 7 };

struct wish {
    const struct t5_model *model;
    struct t5_limits limits;
    size_t output_tokens;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

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

/* A text of exactly `tokens` tokens with the end mark, as near as words allow. */
static struct text make_text(const struct t5_model *model, size_t tokens, struct arena *arena)
{
    struct text text = TEXT("it");
    while (t5_tokens(model, text, NULL, 0) + 1 < tokens)
        text = arena_format(arena, "%.*s it", TEXT_ARGUMENT(text));
    return text;
}

static void fail(const struct error *error)
{
    fprintf(stderr, "engine: %s\n", error->message);
    exit(error_exit_code(error->kind));
}

static void measure(const struct wish *wish, size_t batch, size_t tokens)
{
    struct error error = {0};
    struct arena arena = {0};
    struct t5_limits limits = wish->limits;
    limits.batch = batch;
    limits.input_tokens = tokens + 8;
    limits.output_tokens = wish->output_tokens + 2;
    struct t5_session *session;
    double opening = now();
    if (!t5_session_open(&session, wish->model, &limits, &error))
        fail(&error);
    opening = now() - opening;
    struct text text = make_text(wish->model, tokens, &arena);
    struct text *inputs = memory_alloc(batch, sizeof(*inputs));
    struct t5_output *outputs = memory_alloc(batch, sizeof(*outputs));
    for (size_t i = 0; i < batch; i++)
        inputs[i] = text;
    struct t5_decoding decoding = {
        .most = wish->output_tokens, .least = wish->output_tokens, .beam = limits.beam};
    double encoding[RUNS], generating[RUNS];
    for (size_t run = 0; run < RUNS; run++) {
        double begin = now();
        if (!t5_encode(session, inputs, batch, &error))
            fail(&error);
        double middle = now();
        if (!t5_generate(session, &decoding, &arena, outputs, &error))
            fail(&error);
        encoding[run] = middle - begin;
        generating[run] = now() - middle;
    }
    size_t total = batch * (t5_tokens(wish->model, text, NULL, 0) + 1);
    double encode = median(encoding), generate = median(generating);
    printf("%5zu x %-4zu %10.0f tokens/s %9.2f ms   decode %8.2f ms, a step %7.3f ms   open %.1f "
           "ms\n",
           batch, tokens, (double)total / encode, encode * 1e3, generate * 1e3,
           generate * 1e3 / (double)wish->output_tokens, opening * 1e3);
    free(outputs);
    free(inputs);
    arena_free(&arena);
    t5_session_close(session);
}

int main(int argc, char **argv)
{
    struct wish wish = {.limits = {.threads = 1, .beam = 1, .precision = T5_INT8},
                        .output_tokens = 64};
    static const struct option options[] = {{"threads", required_argument, NULL, 't'},
                                            {"beam", required_argument, NULL, 'b'},
                                            {"output-tokens", required_argument, NULL, 'o'},
                                            {"kernels", required_argument, NULL, 'k'},
                                            {"f32", no_argument, NULL, 'f'},
                                            {0}};
    int letter;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 't')
            wish.limits.threads = strtoul(optarg, NULL, 10);
        else if (letter == 'b')
            wish.limits.beam = strtoul(optarg, NULL, 10);
        else if (letter == 'o')
            wish.output_tokens = strtoul(optarg, NULL, 10);
        else if (letter == 'k')
            wish.limits.kernels = optarg;
        else if (letter == 'f')
            wish.limits.precision = T5_F32;
        else
            return 2;
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "usage: engine [--threads N] [--beam N] [--output-tokens N] "
                        "[--kernels NAME] [--f32] MODEL\n");
        return 2;
    }
    struct error error = {0};
    struct t5_model *model;
    double begin = now();
    if (!t5_model_open(&model, argv[optind], &error))
        fail(&error);
    printf("opened in %.1f ms; batch x input tokens, medians of %d runs\n", (now() - begin) * 1e3,
           RUNS);
    wish.model = model;
    static const size_t loads[][2] = {{1, 128}, {1, 256}, {8, 128}, {8, 256}, {32, 256}};
    for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
        measure(&wish, loads[i][0], loads[i][1]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %.0f MB\n", (double)usage.ru_maxrss / 1024);
    t5_model_close(model);
    return 0;
}
