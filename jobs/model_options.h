/* model_options.h - commands that put every line of standard input to a model. */
#ifndef JOBS_MODEL_OPTIONS_H
#define JOBS_MODEL_OPTIONS_H

#include <stdio.h>

#include "inference/t5.h"
#include "jobs/command.h"

/* The options that these commands have in common, the first member of their state. */
struct line_options {
    struct text model, kernels, precision, prefix;
    int64_t threads; /* 0: one a core */
    int64_t batch, input_tokens;
};

#define LINE_FLAG(name_, type_, member_, default_, min_, max_, argument_, help_)                   \
    {                                                                                              \
        .option = {.name = name_,                                                                  \
                   .type = type_,                                                                  \
                   .offset = offsetof(struct line_options, member_),                               \
                   .default_value = default_,                                                      \
                   .min = min_,                                                                    \
                   .max = max_,                                                                    \
                   .choices = "int8|f32",                                                          \
                   .help = help_},                                                                 \
        .value_name = argument_                                                                    \
    }

#define LINE_FLAGS                                                                                 \
    LINE_FLAG("model", OPTION_TEXT, model, "", 0, 0, "FILE",                                       \
              "a .winnow, Hugging Face directory or GGUF; without it the default model"),          \
        LINE_FLAG("prefix", OPTION_TEXT, prefix, "", 0, 0, "TEXT",                                 \
                  "what the decoder is made to start with"),                                       \
        LINE_FLAG("threads", OPTION_INTEGER, threads, "0", 0, 1024, "N",                           \
                  "worker threads; 0: one a core"),                                                \
        LINE_FLAG("batch", OPTION_INTEGER, batch, "32", 1, 65536, "N",                             \
                  "lines worked on together; changes speed only"),                                 \
        LINE_FLAG("input-tokens", OPTION_INTEGER, input_tokens, "1024", 1, 1048576, "N",           \
                  "longest input, end mark included; a longer line is an error"),                  \
        LINE_FLAG("precision", OPTION_CHOICE, precision, "int8", 0, 0, "NAME",                     \
                  "arithmetic of the weights"),                                                    \
        LINE_FLAG("kernels", OPTION_TEXT, kernels, "", 0, 0, "NAME",                               \
                  "scalar, avx2 or avx512vnni instead of the fastest")

/* Opens what the options name. `output_tokens` and `beam` as in struct t5_limits. */
bool line_options_open_model(const struct line_options *options, struct t5_model **model,
                             struct error *error);
bool line_options_open_session(const struct line_options *options, const struct t5_model *model,
                               size_t output_tokens, size_t beam, struct t5_session **session,
                               struct error *error);

/* Tokens of the prefix, at most. */
size_t lines_count_prefix_tokens(const struct line_options *options, const struct t5_model *model);

/* Up to `most` lines from `stream`, without their ends, allocated from `arena`; *count is 0 at the
 * end. */
bool lines_read_batch(FILE *stream, size_t max, struct arena *arena, struct text *lines,
                      size_t *count, struct error *error);

/* Fails, naming the line, when `text` has more than `most` tokens with the end mark. */
bool lines_check_length(const struct t5_model *model, struct text text, size_t max,
                        const char *option, size_t line, struct error *error);

#endif
