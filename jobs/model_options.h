/* model_options.h - the options that commands which run a model have in common. */
#ifndef JOBS_MODEL_OPTIONS_H
#define JOBS_MODEL_OPTIONS_H

#include "inference/t5.h"
#include "jobs/command.h"

/* Must be the first member of the command's own options: MODEL_FLAGS count their offsets from
 * here. */
struct model_options {
    struct text model, kernels, precision, prefix;
    int64_t threads; /* 0: one per core */
    int64_t batch, input_tokens;
};

#define MODEL_FLAGS                                                                                \
    {.option = {"model", OPTION_TEXT, offsetof(struct model_options, model), "",                   \
                .help = "model file (.winnow), Hugging Face directory or GGUF file; default: the " \
                        "model of this installation"},                                             \
     .value_name = "FILE"},                                                                        \
        {.option = {"prefix", OPTION_TEXT, offsetof(struct model_options, prefix), "",             \
                    .help = "text that the decoder starts with"},                                  \
         .value_name = "TEXT"},                                                                    \
        {.option = {"threads", OPTION_INTEGER, offsetof(struct model_options, threads), "0", 0,    \
                    1024, .help = "worker threads; 0: one per core"},                              \
         .value_name = "N"},                                                                       \
        {.option = {"batch", OPTION_INTEGER, offsetof(struct model_options, batch), "32", 1,       \
                    65536, .help = "inputs processed together; changes only the speed"},           \
         .value_name = "N"},                                                                       \
        {.option = {"input-tokens", OPTION_INTEGER, offsetof(struct model_options, input_tokens),  \
                    "1024", 1, 1048576,                                                            \
                    .help =                                                                        \
                        "maximum tokens of an input, including the end token; a longer one is an " \
                        "error"},                                                                  \
         .value_name = "N"},                                                                       \
        {.option = {"precision", OPTION_CHOICE, offsetof(struct model_options, precision), "int8", \
                    .choices = "int8|f32", .help = "arithmetic of the weights"},                   \
         .value_name = "NAME"},                                                                    \
    {                                                                                              \
        .option = {"kernels",                                                                      \
                   OPTION_CHOICE,                                                                  \
                   offsetof(struct model_options, kernels),                                        \
                   "auto",                                                                         \
                   .choices = T5_KERNEL_CHOICES,                                                   \
                   .help = "instruction set; auto: the fastest of this CPU"},                      \
        .value_name = "NAME"                                                                       \
    }

bool model_options_open_model(const struct model_options *options, struct t5_model **model,
                              struct error *error);

/* The limits of a session, except output_tokens; `beam` is 1. `kernels` is borrowed. */
struct t5_limits model_options_get_limits(const struct model_options *options);

/* `threads`, or the number of cores that this process may use if it is 0. */
size_t count_threads(int64_t threads);

/* The path of the default model, in `arena`: it is in the program's folder or in ../share/winnow
 * next to that. NULL and ERROR_MODEL if it is in neither. */
const char *find_default_model(struct arena *arena, struct error *error);

#endif
