/* reading.c - bytes as a file, read by a connector. */
#include "tests/support/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

/* A file of memory, by a path that can be opened while `descriptor` is. */
struct file {
    int descriptor;
    char path[64];
};

static struct file file_of(struct text bytes)
{
    struct file file = {.descriptor = memfd_create("reading", MFD_CLOEXEC)};
    if (file.descriptor < 0 ||
        write(file.descriptor, bytes.bytes, bytes.size) != (ssize_t)bytes.size)
        abort();
    snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.descriptor);
    return file;
}

static void note(char *seen, size_t size, const struct batch *batch, size_t *records,
                 size_t *rejects)
{
    for (; *records < batch->count; (*records)++) {
        const struct record *record = &batch->records[*records];
        snprintf(seen + strlen(seen), size - strlen(seen), "%llu:%.*s=%.*s|",
                 (unsigned long long)record->line, TEXT_ARGUMENT(record->external_id),
                 TEXT_ARGUMENT(record->body));
    }
    for (; *rejects < batch->reject_count; (*rejects)++) {
        const struct reject *reject = &batch->rejects[*rejects];
        snprintf(seen + strlen(seen), size - strlen(seen), "%llu!%.*s|",
                 (unsigned long long)reject->line, TEXT_ARGUMENT(reject->reason));
    }
}

enum reading reading_of(const struct connector *connector, struct text bytes, struct batch *batch,
                        char *seen, size_t size, struct error *error)
{
    struct file file = file_of(bytes);
    void *state = memory_alloc(1, connector->state_size);
    option_defaults(connector->options, state);
    enum reading reading = READING_FAILED;
    size_t records = 0, rejects = 0;
    if (seen)
        seen[0] = '\0';
    if (connector->open(state, file.path, error))
        while ((reading = connector->read(state, batch, error)) == READING_MORE)
            if (seen)
                note(seen, size, batch, &records, &rejects);
    connector->close(state);
    free(state);
    close(file.descriptor);
    return reading;
}

void reading_fields(const struct record *record, char *seen, size_t size)
{
    seen[0] = '\0';
    for (size_t i = 0; i < record->field_count; i++)
        snprintf(seen + strlen(seen), size - strlen(seen), "%.*s=%.*s|",
                 TEXT_ARGUMENT(record->fields[i].name), TEXT_ARGUMENT(record->fields[i].value));
}

int reading_score(const struct connector *connector, struct text head)
{
    struct arena arena = {0};
    struct candidate candidate = {.path = "x", .head = head};
    int score = connector->recognize(&candidate, &arena).score;
    arena_free(&arena);
    return score;
}

void reading_must_hold(const struct connector *connector, struct text bytes)
{
    struct file file = file_of(bytes);
    reading_score(connector, bytes);
    void *state = memory_alloc(1, connector->state_size);
    option_defaults(connector->options, state);
    if (!option_set(option_find(connector->options, TEXT("without_text")), state, TEXT("yes"),
                    "fuzz", NULL))
        abort();
    struct batch batch = {.path = file.path, .source = TEXT("fuzz")};
    if (connector->open(state, file.path, NULL)) {
        size_t rows = 0;
        while (connector->read(state, &batch, NULL) == READING_MORE)
            rows++;
        if (rows > bytes.size || batch.count + batch.reject_count + batch.left_out != rows)
            abort();
    }
    batch_free(&batch);
    connector->close(state);
    free(state);
    close(file.descriptor);
}
