/* model.c - `winnow model import|info|verify|prune`: model files. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inference/t5.h"
#include "jobs/command.h"
#include "jobs/commands/prune.h"

struct model {
    struct text output, prompts;
    bool int8_only;
    struct text drop_encoder, drop_decoder, text, prefix;
    int64_t lines, input_tokens, output_tokens, threads;
};

#define LAYER_LIST_FLAG(name_, member_)                                                            \
    {                                                                                              \
        .option = {name_, OPTION_TEXT, offsetof(struct model, member_), .default_value = "",       \
                   .help = "prune: these layers, counted from 0"},                                 \
        .value_name = "2,5-6"                                                                      \
    }

#define NUMBER_FLAG(name_, member_, default_, min_, max_, help_)                                   \
    {                                                                                              \
        .option = {name_, OPTION_INTEGER, offsetof(struct model, member_), default_, min_,         \
                   max_,  .help = help_},                                                          \
        .value_name = "N"                                                                          \
    }

static const struct flag flags[] = {
    {.option = {"output", OPTION_TEXT, offsetof(struct model, output), .default_value = "",
                .help = "import: the file to write, in place of TARGET"},
     .short_name = 'o',
     .value_name = "FILE"},
    {.option = {"prompts", OPTION_TEXT, offsetof(struct model, prompts), .default_value = "",
                .help = "import: an INI file of prompts, in place of the directory's"},
     .value_name = "FILE"},
    {.option = {"int8-only", OPTION_BOOLEAN, offsetof(struct model, int8_only),
                .default_value = "no",
                .help = "import: leave out the float32 weights that --precision f32 reads"}},
    LAYER_LIST_FLAG("drop-encoder", drop_encoder),
    LAYER_LIST_FLAG("drop-decoder", drop_decoder),
    {.option = {"text", OPTION_TEXT, offsetof(struct model, text), .default_value = "",
                .help = "prune: compare on these lines, input or input<TAB>target"},
     .value_name = "FILE"},
    {.option = {"prefix", OPTION_TEXT, offsetof(struct model, prefix), .default_value = "",
                .help = "prune: what the decoder is made to start with"},
     .value_name = "TEXT"},
    NUMBER_FLAG("lines", lines, "1000", 1, 1000000, "prune: lines that are read of the text"),
    NUMBER_FLAG("input-tokens", input_tokens, "1024", 2, 1048576,
                "prune: longest line; a longer one is an error"),
    NUMBER_FLAG("max-tokens", output_tokens, "32", 1, 65536,
                "prune: longest output where a line has no target"),
    NUMBER_FLAG("threads", threads, "0", 0, 1024, "prune: worker threads; 0: one a core"),
    {{0}, 0, NULL, false},
};

extern const struct command model_command; /* at the end of this file */

static bool import_model(const struct model *options, char **operands, int count,
                         struct error *error)
{
    int expected_operands = options->output.size ? 1 : 2;
    if (!command_check_operands(&model_command, count, expected_operands, expected_operands, error))
        return false;
    struct t5_import import = {
        .source = operands[0],
        .target = options->output.size ? options->output.bytes : operands[1],
        .prompts = options->prompts.size ? options->prompts.bytes : NULL,
        .int8_only = options->int8_only,
    };
    return t5_import(&import, error);
}

static bool prune(const struct model *options, char **operands, int count, struct error *error)
{
    if (!command_check_operands(&model_command, count, 1, 2, error))
        return false;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct prune prune = {
        .source = operands[0],
        .target = count > 1 ? operands[1] : NULL,
        .drop_encoder = options->drop_encoder,
        .drop_decoder = options->drop_decoder,
        .text = options->text.size ? options->text.bytes : NULL,
        .prefix = options->prefix,
        .lines = (size_t)options->lines,
        .input_tokens = (size_t)options->input_tokens,
        .output_tokens = (size_t)options->output_tokens,
        .threads = options->threads ? (size_t)options->threads
                   : cores > 0      ? (size_t)cores
                                    : 1,
    };
    return prune_model(&prune, error);
}

static bool print_model_info(const char *path, struct arena *arena, struct error *error)
{
    struct t5_model *model;
    if (!t5_model_open(&model, path, T5_F32, error))
        return false;
    struct text facts = t5_model_describe(model, arena);
    fwrite(facts.bytes, 1, facts.size, stdout);
    t5_model_close(model);
    return true;
}

static bool verify_model(const char *path, struct error *error)
{
    if (!t5_model_verify(path, error))
        return false;
    printf("%s: sound\n", path);
    return true;
}

static int run(int argc, char **argv, struct error *error)
{
    struct arena arena = {0};
    struct model options = {0};
    int first_operand = 0;
    bool ok = command_parse(&model_command, argc, argv, &options, &arena, &first_operand, error) &&
              command_check_operands(&model_command, argc - first_operand, 2, 3, error);
    const char *action = ok ? argv[first_operand] : "";
    char **operands = argv + first_operand + 1;
    int count = argc - first_operand - 1;
    if (ok && strcmp(action, "import") == 0)
        ok = import_model(&options, operands, count, error);
    else if (ok && strcmp(action, "prune") == 0)
        ok = prune(&options, operands, count, error);
    else if (ok && strcmp(action, "info") == 0)
        ok = command_check_operands(&model_command, count, 1, 1, error) &&
             print_model_info(operands[0], &arena, error);
    else if (ok && strcmp(action, "verify") == 0)
        ok = command_check_operands(&model_command, count, 1, 1, error) &&
             verify_model(operands[0], error);
    else if (ok)
        error_set(error, ERROR_USAGE, "winnow model: '%s': expected import, info, verify or prune",
                  action);
    arena_free(&arena);
    return 0;
}

const struct command model_command = {
    .name = "model",
    .summary = "make, describe, check and shrink model files",
    .operands = "import SOURCE FILE | info FILE | verify FILE | prune MODEL [FILE]",
    .help = "  import   make a model file from a Hugging Face directory of the T5 family\n"
            "           (config.json, safetensors, spiece.model or tokenizer.json), or from a\n"
            "           GGUF file of a T5 as llama.cpp converts them\n"
            "  info     print what the file holds\n"
            "  verify   read all of it and compare its checksums\n"
            "  prune    write the model without the layers dropped; with --text say what that\n"
            "           costs in log-probability and gains in speed; with --text alone, what each\n"
            "           layer is worth\n\n"
            "    winnow model prune flan.winnow --text reviews.txt\n"
            "    winnow model prune flan.winnow small.winnow --drop-encoder 2,5-6 \\\n"
            "        --drop-decoder 3 --text reviews.txt\n",
    .flags = flags,
    .run = run,
};
