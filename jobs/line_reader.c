/* line_reader.c - reads lines in batches and checks their length. */
#include "jobs/line_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void line_reader_open(struct line_reader *reader, FILE *stream, const char *name, size_t max_lines)
{
    *reader = (struct line_reader){
        .stream = stream,
        .name = name,
        .max_lines = max_lines,
        .lines = memory_alloc(max_lines, sizeof(*reader->lines)),
        .first_line = 1,
    };
}

bool line_reader_read(struct line_reader *reader, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    arena_reset(&reader->arena);
    reader->first_line += reader->count;
    reader->count = 0;
    while (reader->count < reader->max_lines) {
        errno = 0;
        ssize_t size = getline(&line, &capacity, reader->stream);
        if (size < 0)
            break;
        if (size > 0 && line[size - 1] == '\n')
            size--;
        if (size > 0 && line[size - 1] == '\r')
            size--;
        reader->lines[reader->count++] =
            arena_copy_text(&reader->arena, (struct text){line, (size_t)size});
    }
    int read_errno = errno;
    free(line);
    if (ferror(reader->stream))
        return error_set(error, ERROR_INPUT, "%s: %s", reader->name, strerror(read_errno));
    return true;
}

void line_reader_close(struct line_reader *reader)
{
    free(reader->lines);
    arena_free(&reader->arena);
}

bool token_limit_check(const struct token_limit *limit, struct text text, size_t line,
                       struct error *error)
{
    size_t count = t5_tokenize(limit->model, text, NULL, 0) + 1;
    if (count <= limit->max_tokens)
        return true;
    return error_set(error, ERROR_INPUT,
                     "line %zu has %zu tokens, including the end token; the limit is %zu (--%s)",
                     line, count, limit->max_tokens, limit->option);
}
