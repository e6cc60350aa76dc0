/* model.c - `winnow model import|info|verify|prune`: works with model files. */
#include <stdio.h>
#include <string.h>

#include "jobs/commands/prune.h"
#include "jobs/model_options.h"

struct model_command_options {
    struct text output, prompts;
    bool int8_only;
    struct text drop_encoder, drop_decoder, text, prefix;
    int64_t lines, input_tokens, output_tokens, threads;
};

static const struct flag flags[] = {
    {.option = {"output", OPTION_TEXT, offsetof(struct model_command_options, output), "",
                .help = "import: file to write, instead of the second operand"},
     .short_name = 'o',
     .value_name = "FILE"},
    {.option = {"prompts", OPTION_TEXT, offsetof(struct model_command_options, prompts), "",
                .help = "import: INI file of prompts, instead of the one in SOURCE"},
     .value_name = "FILE"},
    {.option = {"int8-only", OPTION_BOOLEAN, offsetof(struct model_command_options, int8_only),
                "no", .help = "import: omit the float32 weights that --precision f32 needs"}},
    {.option = {"drop-encoder", OPTION_TEXT, offsetof(struct model_command_options, drop_encoder),
                "", .help = "prune: encoder layers to drop, counted from 0"},
     .value_name = "2,5-6"},
    {.option = {"drop-decoder", OPTION_TEXT, offsetof(struct model_command_options, drop_decoder),
                "", .help = "prune: decoder layers to drop, counted from 0"},
     .value_name = "2,5-6"},
    {.option = {"text", OPTION_TEXT, offsetof(struct model_command_options, text), "",
                .help = "prune: file of lines to compare on, each input or input<TAB>target"},
     .value_name = "FILE"},
    {.option = {"prefix", OPTION_TEXT, offsetof(struct model_command_options, prefix), "",
                .help = "prune: text that the decoder starts with"},
     .value_name = "TEXT"},
    {.option = {"lines", OPTION_INTEGER, offsetof(struct model_command_options, lines), "1000", 1,
                1000000, .help = "prune: maximum lines to read of the text file"},
     .value_name = "N"},
    {.option = {"input-tokens", OPTION_INTEGER,
                offsetof(struct model_command_options, input_tokens), "1024", 2, 1048576,
                .help = "prune: maximum tokens of a line; a longer one is an error"},
     .value_name = "N"},
    {.option = {"max-tokens", OPTION_INTEGER, offsetof(struct model_command_options, output_tokens),
                "32", 1, 65536,
                .help = "prune: maximum tokens of an output for a line without a target"},
     .value_name = "N"},
    {.option = {"threads", OPTION_INTEGER, offsetof(struct model_command_options, threads), "0", 0,
                1024, .help = "prune: worker threads; 0: one per core"},
     .value_name = "N"},
    {.option = {.name = NULL}},
};

extern const struct command model_command; /* at the end of this file */

static bool import_model(const struct model_command_options *options, char **operands, int count,
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

static bool prune(const struct model_command_options *options, char **operands, int count,
                  struct error *error)
{
    if (!command_check_operands(&model_command, count, 1, 2, error))
        return false;
    struct prune_options prune_options = {
        .source = operands[0],
        .target = count > 1 ? operands[1] : NULL,
        .drop_encoder = options->drop_encoder,
        .drop_decoder = options->drop_decoder,
        .text = options->text.size ? options->text.bytes : NULL,
        .prefix = options->prefix,
        .max_lines = (size_t)options->lines,
        .input_tokens = (size_t)options->input_tokens,
        .output_tokens = (size_t)options->output_tokens,
        .threads = count_threads(options->threads),
    };
    return prune_model(&prune_options, error);
}

static bool print_model_info(const char *path, struct error *error)
{
    struct t5_model *model;
    struct arena arena = {0};
    if (!t5_model_open(&model, path, T5_F32, error))
        return false;
    struct text facts = t5_model_describe(model, &arena);
    fwrite(facts.bytes, 1, facts.size, stdout);
    t5_model_close(model);
    arena_free(&arena);
    return true;
}

static bool verify_model(const char *path, struct error *error)
{
    if (!t5_model_verify(path, error))
        return false;
    printf("%s: ok\n", path);
    return true;
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct model_command_options options = {0};
    if (!command_parse(&model_command, command_line, &options, error) ||
        !command_check_operands(&model_command, command_line->operand_count, 2, 3, error))
        return false;
    const char *action = command_line->operands[0];
    char **operands = command_line->operands + 1;
    int count = command_line->operand_count - 1;
    if (strcmp(action, "import") == 0)
        return import_model(&options, operands, count, error);
    if (strcmp(action, "prune") == 0)
        return prune(&options, operands, count, error);
    if (strcmp(action, "info") == 0)
        return command_check_operands(&model_command, count, 1, 1, error) &&
               print_model_info(operands[0], error);
    if (strcmp(action, "verify") == 0)
        return command_check_operands(&model_command, count, 1, 1, error) &&
               verify_model(operands[0], error);
    return error_set(error, ERROR_USAGE,
                     "winnow model: '%s': expected import, info, verify or prune", action);
}

const struct command model_command = {
    .name = "model",
    .summary = "create, describe, check and prune model files",
    .operands = "import SOURCE FILE | info FILE | verify FILE | prune MODEL [FILE]",
    .help = "  import   create a model file from a Hugging Face directory of the T5 family\n"
            "           (config.json, safetensors, spiece.model or tokenizer.json), or from a\n"
            "           GGUF file of a T5 as llama.cpp converts them\n"
            "  info     print the facts of a model file\n"
            "  verify   read the whole file and check its checksum\n"
            "  prune    write the model without the dropped layers; with --text, also print the\n"
            "           cost in log-probability and the gain in speed; with --text and no layers\n"
            "           to drop, print the cost of dropping each layer\n\n"
            "    winnow model import flan-t5-small/ flan.winnow\n"
            "    winnow model prune flan.winnow --text reviews.txt\n"
            "    winnow model prune flan.winnow small.winnow --drop-encoder 2,5-6 \\\n"
            "        --drop-decoder 3 --text reviews.txt\n",
    .flags = flags,
    .run = run,
};
