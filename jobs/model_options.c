/* model_options.c - what the commands that work line by line have in common. */
#include "jobs/model_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs/assemble.h"

static enum t5_precision get_precision(const struct line_options *options)
{
    return text_equal(options->precision, TEXT("f32")) ? T5_F32 : T5_INT8;
}

bool line_options_open_model(const struct line_options *options, struct t5_model **model,
                             struct error *error)
{
    struct arena arena = {0};
    const char *path =
        options->model.size ? options->model.bytes : find_default_model(&arena, error);
    bool ok = path && t5_model_open(model, path, get_precision(options), error);
    arena_free(&arena);
    return ok;
}

bool line_options_open_session(const struct line_options *options, const struct t5_model *model,
                               size_t output_tokens, size_t beam, struct t5_session **session,
                               struct error *error)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = options->threads ? (size_t)options->threads : cores > 0 ? (size_t)cores : 1;
    struct t5_limits limits = {.batch = (size_t)options->batch,
                               .input_tokens = (size_t)options->input_tokens,
                               .output_tokens = output_tokens,
                               .threads = threads,
                               .beam = beam,
                               .precision = get_precision(options),
                               .kernels = options->kernels.size ? options->kernels.bytes : NULL};
    return t5_session_open(session, model, &limits, error);
}

size_t lines_count_prefix_tokens(const struct line_options *options, const struct t5_model *model)
{
    return t5_tokenize(model, options->prefix, NULL, 0);
}

bool lines_read_batch(FILE *stream, size_t max, struct arena *arena, struct text *lines,
                      size_t *count, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    *count = 0;
    while (*count < max) {
        errno = 0;
        ssize_t size = getline(&line, &capacity, stream);
        if (size < 0)
            break;
        if (size > 0 && line[size - 1] == '\n')
            size--;
        if (size > 0 && line[size - 1] == '\r')
            size--;
        lines[(*count)++] = arena_copy_text(arena, (struct text){line, (size_t)size});
    }
    free(line);
    if (ferror(stream))
        return error_set(error, ERROR_INPUT, "standard input: %s", strerror(errno));
    return true;
}

bool lines_check_length(const struct t5_model *model, struct text text, size_t max,
                        const char *option, size_t line, struct error *error)
{
    size_t count = t5_tokenize(model, text, NULL, 0) + 1;
    if (count <= max)
        return true;
    return error_set(error, ERROR_INPUT,
                     "line %zu has %zu tokens, the end mark counted; the limit is %zu (--%s)", line,
                     count, max, option);
}
