/* generate.c - `winnow generate`: one line of output for each line of input. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/model_options.h"

extern const struct command generate_command; /* at the end */

struct generate {
    struct line_options lines;
    int64_t max, min, beam, no_repeat_ngram;
    double length_penalty;
};

#define FLAG(name_, type_, member_, default_, min_, max_, argument_, help_)                        \
    {                                                                                              \
        .option = {.name = name_,                                                                  \
                   .type = type_,                                                                  \
                   .offset = offsetof(struct generate, member_),                                   \
                   .default_value = default_,                                                      \
                   .min = min_,                                                                    \
                   .max = max_,                                                                    \
                   .help = help_},                                                                 \
        .value_name = argument_                                                                    \
    }

static const struct flag flags[] = {
    LINE_FLAGS,
    FLAG("max-tokens", OPTION_INTEGER, max, "64", 1, 65536, "N", "longest output"),
    FLAG("min-tokens", OPTION_INTEGER, min, "0", 0, 65536, "N", "shortest output"),
    FLAG("beam", OPTION_INTEGER, beam, "1", 1, 1024, "B", "beams; 1 is greedy"),
    FLAG("length-penalty", OPTION_REAL, length_penalty, "1", -100, 100, "X",
         "beams are ranked by log-probability / length ^ X"),
    FLAG("no-repeat-ngram", OPTION_INTEGER, no_repeat_ngram, "0", 0, 65536, "N",
         "no sequence of N tokens twice in an output; 0: off"),
    {.option = {.name = NULL}},
};

/* An output stays one line, whatever the model writes. */
static void print_line(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        putchar(text.bytes[i] == '\n' || text.bytes[i] == '\r' ? ' ' : text.bytes[i]);
    putchar('\n');
}

static bool generate_lines(const struct generate *generate, const struct t5_model *model,
                           struct t5_session *session, struct error *error)
{
    struct t5_decoding decoding = {.prefix = generate->lines.prefix,
                                   .max_tokens = (size_t)generate->max,
                                   .min_tokens = (size_t)generate->min,
                                   .beam = (size_t)generate->beam,
                                   .length_penalty = generate->length_penalty,
                                   .no_repeat_ngram = (size_t)generate->no_repeat_ngram};
    size_t batch = (size_t)generate->lines.batch, max = (size_t)generate->lines.input_tokens;
    struct text *lines = memory_alloc(batch, sizeof(*lines));
    struct t5_output *outputs = memory_alloc(batch, sizeof(*outputs));
    struct arena arena = {0};
    size_t count = 1, line = 0;
    bool ok = true;
    while (ok && count) {
        arena_reset(&arena);
        ok = lines_read_batch(stdin, batch, &arena, lines, &count, error);
        for (size_t i = 0; ok && i < count; i++)
            ok = lines_check_length(model, lines[i], max, "input-tokens", ++line, error);
        ok = ok && t5_encode(session, lines, count, error) &&
             t5_generate(session, &decoding, &arena, outputs, error);
        for (size_t i = 0; ok && i < count; i++)
            print_line(outputs[i].text);
        fflush(stdout);
    }
    arena_free(&arena);
    free(outputs);
    free(lines);
    return ok;
}

static int run(int argc, char **argv, struct error *error)
{
    struct generate generate = {0};
    struct arena arena = {0};
    struct t5_model *model = NULL;
    struct t5_session *session = NULL;
    int first_operand;
    bool ok =
        command_parse(&generate_command, argc, argv, &generate, &arena, &first_operand, error) &&
        command_check_operands(&generate_command, argc - first_operand, 0, 0, error) &&
        line_options_open_model(&generate.lines, &model, error) &&
        line_options_open_session(&generate.lines, model,
                                  (size_t)generate.max +
                                      lines_count_prefix_tokens(&generate.lines, model) + 2,
                                  (size_t)generate.beam, &session, error) &&
        generate_lines(&generate, model, session, error);
    t5_session_close(session);
    t5_model_close(model);
    arena_free(&arena);
    return ok ? 0 : error_exit_code(error->kind);
}

const struct command generate_command = {
    .name = "generate",
    .summary = "answer each line of standard input",
    .operands = "< LINES",
    .help = "Prints one line for each line of standard input, in the same order.\n"
            "What a line gives does not depend on --threads, --batch or the other lines.\n\n"
            "    winnow generate --model flan.winnow --max-tokens 48 --beam 4 < texts.txt\n",
    .flags = flags,
    .run = run,
};
