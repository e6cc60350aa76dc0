/* tokenize.c - `winnow tokenize`: lines in, token ids out. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "inference/t5.h"
#include "jobs/command.h"

struct tokenize {
    struct text model;
};

static const struct flag flags[] = {
    {.option = {"model", OPTION_TEXT, offsetof(struct tokenize, model), .default_value = "",
                .help = "a model file or directory, or a bare spiece.model or tokenizer.json"},
     .short_name = 'm',
     .value_name = "MODEL"},
    {{0}, 0, NULL, false},
};

extern const struct command tokenize_command; /* at the end of this file */

static void print_token_ids(const struct t5_tokenizer *tokenizer, struct text line, int32_t **ids,
                            size_t *capacity)
{
    size_t count = t5_tokenizer_encode(tokenizer, line, *ids, NULL, *capacity);
    if (count > *capacity) {
        *ids = memory_grow(*ids, capacity, count, sizeof(**ids));
        t5_tokenizer_encode(tokenizer, line, *ids, NULL, *capacity);
    }
    for (size_t i = 0; i < count; i++)
        printf("%d ", (*ids)[i]);
    int32_t end_id = t5_tokenizer_end_id(tokenizer);
    if (end_id >= 0)
        printf("%d", end_id);
    putchar('\n');
}

static int run(int argc, char **argv, struct error *error)
{
    struct arena arena = {0};
    struct tokenize options = {0};
    struct t5_tokenizer *tokenizer = NULL;
    int first_operand = 0;
    bool ok =
        command_parse(&tokenize_command, argc, argv, &options, &arena, &first_operand, error) &&
        command_check_operands(&tokenize_command, argc - first_operand, 0, 0, error);
    if (ok && options.model.size == 0)
        ok = error_set(error, ERROR_USAGE, "winnow tokenize: --model MODEL is needed");
    ok = ok && t5_tokenizer_open(&tokenizer, options.model.bytes, error);
    char *line = NULL;
    int32_t *ids = NULL;
    size_t line_capacity = 0, id_capacity = 0;
    ssize_t size;
    while (ok && (size = getline(&line, &line_capacity, stdin)) >= 0) {
        struct text text = {line, (size_t)size};
        if (text.size && line[text.size - 1] == '\n')
            text.size--;
        print_token_ids(tokenizer, text, &ids, &id_capacity);
    }
    if (ok && (fflush(stdout) != 0 || ferror(stdout)))
        error_set(error, ERROR_STORE, "standard output: the write failed (disk full?)");
    free(line);
    free(ids);
    t5_tokenizer_close(tokenizer);
    arena_free(&arena);
    return 0;
}

const struct command tokenize_command = {
    .name = "tokenize",
    .summary = "lines from standard input as token ids",
    .help = "Prints one line for each line read: its token ids and the end mark's, with spaces\n"
            "between them.\n",
    .flags = flags,
    .run = run,
};
