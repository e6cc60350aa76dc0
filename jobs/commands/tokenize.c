/* tokenize.c - `winnow tokenize`: the token ids of each input line. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "inference/t5.h"
#include "jobs/command.h"

struct tokenize_command_options {
    struct text model;
};

static const struct flag flags[] = {
    {.option = {"model", OPTION_TEXT, offsetof(struct tokenize_command_options, model), "",
                .help = "model file or directory, or a spiece.model or tokenizer.json file "
                        "(required)"},
     .short_name = 'm',
     .value_name = "MODEL"},
    {.option = {.name = NULL}},
};

extern const struct command tokenize_command; /* at the end */

/* The ids of one line; the array grows with the longest line. */
struct token_ids {
    int32_t *ids; /* owned */
    size_t capacity;
};

static void print_token_ids(const struct t5_tokenizer *tokenizer, struct text line,
                            struct token_ids *token_ids)
{
    size_t count = t5_tokenizer_encode(tokenizer, line, token_ids->ids, NULL, token_ids->capacity);
    if (count > token_ids->capacity) {
        token_ids->ids =
            memory_grow(token_ids->ids, &token_ids->capacity, count, sizeof(*token_ids->ids));
        t5_tokenizer_encode(tokenizer, line, token_ids->ids, NULL, token_ids->capacity);
    }
    for (size_t i = 0; i < count; i++)
        printf("%d ", token_ids->ids[i]);
    int32_t end_id = t5_tokenizer_end_id(tokenizer);
    if (end_id >= 0)
        printf("%d", end_id);
    putchar('\n');
}

static void tokenize_lines(const struct t5_tokenizer *tokenizer)
{
    struct token_ids token_ids = {0};
    char *line = NULL;
    size_t line_capacity = 0;
    ssize_t size;
    while ((size = getline(&line, &line_capacity, stdin)) >= 0) {
        struct text text = {line, (size_t)size};
        if (text.size && line[text.size - 1] == '\n')
            text.size--;
        print_token_ids(tokenizer, text, &token_ids);
    }
    free(line);
    free(token_ids.ids);
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct tokenize_command_options options = {0};
    struct t5_tokenizer *tokenizer = NULL;
    if (!command_parse(&tokenize_command, command_line, &options, error) ||
        !command_check_operands(&tokenize_command, command_line->operand_count, 0, 0, error))
        return false;
    if (options.model.size == 0)
        return error_set(error, ERROR_USAGE, "winnow tokenize: --model MODEL is required");
    if (!t5_tokenizer_open(&tokenizer, options.model.bytes, error))
        return false;
    tokenize_lines(tokenizer);
    t5_tokenizer_close(tokenizer);
    return true;
}

const struct command tokenize_command = {
    .name = "tokenize",
    .summary = "print the token ids of each line of standard input",
    .operands = "< LINES",
    .help = "Prints one line per input line: the ids of its tokens and of the end token,\n"
            "separated by spaces.\n\n"
            "    winnow tokenize --model flan.winnow < texts.txt\n",
    .flags = flags,
    .run = run,
};
