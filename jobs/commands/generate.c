/* generate.c - `winnow generate`: the model's output for each input line. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/line_reader.h"
#include "jobs/model_options.h"

extern const struct command generate_command; /* at the end */

struct generate_command_options {
    struct model_options model; /* first: MODEL_FLAGS */
    int64_t max_tokens, min_tokens, beam, no_repeat_ngram;
    double length_penalty;
};

static const struct flag flags[] = {
    MODEL_FLAGS,
    {.option = {"max-tokens", OPTION_INTEGER, offsetof(struct generate_command_options, max_tokens),
                "64", 1, 65536, .help = "maximum tokens of an output"},
     .value_name = "N"},
    {.option = {"min-tokens", OPTION_INTEGER, offsetof(struct generate_command_options, min_tokens),
                "0", 0, 65536, .help = "minimum tokens of an output"},
     .value_name = "N"},
    {.option = {"beam", OPTION_INTEGER, offsetof(struct generate_command_options, beam), "1", 1,
                1024, .help = "beams of the search; 1 is greedy decoding"},
     .value_name = "N"},
    {.option = {"length-penalty", OPTION_REAL,
                offsetof(struct generate_command_options, length_penalty), "1", -100, 100,
                .help = "rank beams by log-probability / length ^ X"},
     .value_name = "X"},
    {.option = {"no-repeat-ngram", OPTION_INTEGER,
                offsetof(struct generate_command_options, no_repeat_ngram), "0", 0, 65536,
                .help = "never repeat a sequence of N tokens in an output; 0: allow it"},
     .value_name = "N"},
    {.option = {.name = NULL}},
};

/* Prints an output as one line, even if it contains line ends. */
static void print_line(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        putchar(text.bytes[i] == '\n' || text.bytes[i] == '\r' ? ' ' : text.bytes[i]);
    putchar('\n');
}

static bool generate_lines(const struct generate_command_options *options,
                           const struct t5_model *model, struct t5_session *session,
                           struct error *error)
{
    struct t5_decoding decoding = {.prefix = options->model.prefix,
                                   .max_tokens = (size_t)options->max_tokens,
                                   .min_tokens = (size_t)options->min_tokens,
                                   .beam = (size_t)options->beam,
                                   .length_penalty = options->length_penalty,
                                   .no_repeat_ngram = (size_t)options->no_repeat_ngram};
    struct token_limit input_limit = {model, (size_t)options->model.input_tokens, "input-tokens"};
    struct line_reader reader;
    line_reader_open(&reader, stdin, "standard input", (size_t)options->model.batch);
    struct t5_output *outputs = memory_alloc(reader.max_lines, sizeof(*outputs));
    bool ok = line_reader_read(&reader, error);
    while (ok && reader.count) {
        for (size_t i = 0; ok && i < reader.count; i++)
            ok = token_limit_check(&input_limit, reader.lines[i], reader.first_line + i, error);
        ok = ok && t5_encode(session, reader.lines, reader.count, error) &&
             t5_generate(session, &decoding, &reader.arena, outputs, error);
        for (size_t i = 0; ok && i < reader.count; i++)
            print_line(outputs[i].text);
        fflush(stdout);
        ok = ok && line_reader_read(&reader, error);
    }
    free(outputs);
    line_reader_close(&reader);
    return ok;
}

static bool open_session(const struct generate_command_options *options,
                         const struct t5_model *model, struct t5_session **session,
                         struct error *error)
{
    struct t5_limits limits = model_options_get_limits(&options->model);
    limits.output_tokens =
        (size_t)options->max_tokens + t5_tokenize(model, options->model.prefix, NULL, 0) + 2;
    limits.beam = (size_t)options->beam;
    return t5_session_open(session, model, &limits, error);
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct generate_command_options options = {0};
    struct t5_model *model = NULL;
    struct t5_session *session = NULL;
    bool ok = command_parse(&generate_command, command_line, &options, error) &&
              command_check_operands(&generate_command, command_line->operand_count, 0, 0, error) &&
              model_options_open_model(&options.model, &model, error) &&
              open_session(&options, model, &session, error) &&
              generate_lines(&options, model, session, error);
    t5_session_close(session);
    t5_model_close(model);
    return ok;
}

const struct command generate_command = {
    .name = "generate",
    .summary = "print the model's output for each line of standard input",
    .operands = "< LINES",
    .help = "Prints one line for each line of standard input, in the same order. The output of a\n"
            "line does not depend on --threads, --batch or the other lines.\n\n"
            "    winnow generate --model flan.winnow --max-tokens 48 --beam 4 < texts.txt\n",
    .flags = flags,
    .run = run,
};
