/* reading.c - bytes as a file, read by a connector. */
#include "tests/support/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

/* A file of memory, by a path that can be opened while `descriptor` is. */
struct memory_file {
    int descriptor;
    char path[64];
};

static struct memory_file create_memory_file(struct text bytes)
{
    struct memory_file memory_file = {.descriptor = memfd_create("reading", MFD_CLOEXEC)};
    if (memory_file.descriptor < 0 ||
        write(memory_file.descriptor, bytes.bytes, bytes.size) != (ssize_t)bytes.size)
        abort();
    snprintf(memory_file.path, sizeof(memory_file.path), "/proc/self/fd/%d",
             memory_file.descriptor);
    return memory_file;
}

static void append_to_transcript(char *transcript, size_t size, const struct batch *batch,
                                 size_t *records, size_t *rejects)
{
    for (; *records < batch->count; (*records)++) {
        const struct record *record = &batch->records[*records];
        snprintf(transcript + strlen(transcript), size - strlen(transcript), "%llu:%.*s=%.*s|",
                 (unsigned long long)record->line, TEXT_ARGUMENT(record->external_id),
                 TEXT_ARGUMENT(record->body));
    }
    for (; *rejects < batch->reject_count; (*rejects)++) {
        const struct reject *reject = &batch->rejects[*rejects];
        snprintf(transcript + strlen(transcript), size - strlen(transcript), "%llu!%.*s|",
                 (unsigned long long)reject->line, TEXT_ARGUMENT(reject->reason));
    }
}

enum read_status read_with_connector(const struct connector *connector, struct text bytes,
                                     struct batch *batch, char *transcript, size_t size,
                                     struct error *error)
{
    struct memory_file memory_file = create_memory_file(bytes);
    void *state = memory_alloc(1, connector->state_size);
    option_set_defaults(connector->options, state);
    enum read_status read_status = READ_FAILED;
    size_t records = 0, rejects = 0;
    if (transcript)
        transcript[0] = '\0';
    if (connector->open(state, memory_file.path, error))
        while ((read_status = connector->read(state, batch, error)) == READ_OK)
            if (transcript)
                append_to_transcript(transcript, size, batch, &records, &rejects);
    connector->close(state);
    free(state);
    close(memory_file.descriptor);
    return read_status;
}

void format_record_fields(const struct record *record, char *transcript, size_t size)
{
    transcript[0] = '\0';
    for (size_t i = 0; i < record->field_count; i++)
        snprintf(transcript + strlen(transcript), size - strlen(transcript), "%.*s=%.*s|",
                 TEXT_ARGUMENT(record->fields[i].name), TEXT_ARGUMENT(record->fields[i].value));
}

int get_recognition_score(const struct connector *connector, struct text head)
{
    struct arena arena = {0};
    struct candidate_file candidate_file = {.path = "x", .head = head};
    int score = connector->recognize(&candidate_file, &arena).score;
    arena_free(&arena);
    return score;
}

void check_connector_invariants(const struct connector *connector, struct text bytes)
{
    struct memory_file memory_file = create_memory_file(bytes);
    get_recognition_score(connector, bytes);
    void *state = memory_alloc(1, connector->state_size);
    option_set_defaults(connector->options, state);
    const struct option *option = option_find(connector->options, TEXT("allow_missing_text"));
    if (option && !option_set(option, state, TEXT("yes"), "fuzz", NULL))
        abort();
    struct batch batch = {.path = memory_file.path, .source = TEXT("fuzz")};
    if (connector->open(state, memory_file.path, NULL)) {
        size_t rows = 0;
        while (connector->read(state, &batch, NULL) == READ_OK)
            rows++;
        size_t total = batch.count + batch.reject_count + batch.skipped;
        if (total > bytes.size || total < rows)
            abort();
    }
    batch_free(&batch);
    connector->close(state);
    free(state);
    close(memory_file.descriptor);
}
