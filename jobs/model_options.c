/* model_options.c - opens the model that a command line names, or the default model. */
#include "jobs/model_options.h"

#include <limits.h>
#include <sched.h>
#include <unistd.h>

#define DEFAULT_MODEL "winnow-small.winnow"

static enum t5_precision get_precision(const struct model_options *options)
{
    return text_equal(options->precision, TEXT("f32")) ? T5_F32 : T5_INT8;
}

bool model_options_open_model(const struct model_options *options, struct t5_model **model,
                              struct error *error)
{
    struct arena arena = {0};
    const char *path =
        options->model.size ? options->model.bytes : find_default_model(&arena, error);
    bool ok = path && t5_model_open(model, path, get_precision(options), error);
    arena_free(&arena);
    return ok;
}

struct t5_limits model_options_get_limits(const struct model_options *options)
{
    return (struct t5_limits){
        .batch = (size_t)options->batch,
        .input_tokens = (size_t)options->input_tokens,
        .threads = count_threads(options->threads),
        .beam = 1,
        .precision = get_precision(options),
        .kernels = options->kernels,
    };
}

size_t count_threads(int64_t threads)
{
    if (threads > 0)
        return (size_t)threads;
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof(cores), &cores) == 0 ? (size_t)CPU_COUNT(&cores) : 1;
}

const char *find_default_model(struct arena *arena, struct error *error)
{
    static const char *const folders[] = {"", "../share/winnow/"};
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
    if (size == sizeof(program))
        size = 0;
    while (size > 0 && program[size - 1] != '/')
        size--;
    for (size_t i = 0; size > 0 && i < sizeof(folders) / sizeof(*folders); i++) {
        struct text path =
            arena_format(arena, "%.*s%s" DEFAULT_MODEL, (int)size, program, folders[i]);
        if (access(path.bytes, R_OK) == 0)
            return path.bytes;
    }
    error_set(error, ERROR_MODEL,
              "the default model, " DEFAULT_MODEL ", is not next to the program; name a model "
              "with --model FILE, or in a job with `path =` in [model]");
    return NULL;
}
