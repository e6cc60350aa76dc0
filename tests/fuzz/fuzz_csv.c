/* fuzz_csv.c - any bytes as a table: every row is a record or a reject, all of it valid UTF-8, and
 * a second reading gives the same. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/connectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t hash_record(uint64_t hash, const struct record *record)
{
    const struct text parts[] = {record->external_id, record->author,   record->title,
                                 record->body,        record->question, record->lang};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        check(utf8_is_valid(parts[i]));
        hash = hash_combine(hash, parts[i]);
    }
    for (size_t i = 0; i < record->field_count; i++) {
        check(utf8_is_valid(record->fields[i].name) && utf8_is_valid(record->fields[i].value));
        hash = hash_combine(hash, record->fields[i].value);
    }
    return hash_combine_number(hash, record->line);
}

/* A hash of everything that the connector makes of the file. */
static uint64_t read_all(const char *path, uint8_t choices)
{
    static const char *const delimiters[] = {"", ",", ";", "tab", "none", "x"};
    static const char *const headers[] = {"auto", "yes", "no", "auto"};
    const struct connector *csv = &csv_connector;
    void *state = memory_alloc(1, csv->state_size);
    struct batch batch = {.path = path};
    struct error error = {0};
    struct arena arena = {0};
    uint64_t hash = HASH_SEED;
    option_set_defaults(csv->options, state);
    option_set(option_find(csv->options, TEXT("delimiter")), state,
               text_of(delimiters[choices % 6]), "", NULL);
    option_set(option_find(csv->options, TEXT("header")), state, text_of(headers[choices / 8 % 4]),
               "", NULL);
    option_set(option_find(csv->options, TEXT("allow_missing_text")), state, TEXT("yes"), "", NULL);
    option_set(option_find(csv->options, TEXT("max_cell_size")), state,
               choices & 128 ? TEXT("1024") : TEXT("1048576"), "", NULL);
    if (csv->open(state, path, &error)) {
        check(utf8_is_valid(csv->explain(state, NULL, &arena)));
        uint64_t last = 0;
        while (csv->read(state, &batch, &error) == READ_OK) {
            check(batch.count + batch.reject_count + batch.skipped > 0);
            for (size_t i = 0; i < batch.count; i++) {
                check(batch.records[i].line >= last);
                hash = hash_record(hash, &batch.records[i]);
            }
            for (size_t i = 0; i < batch.reject_count; i++) {
                check(utf8_is_valid(batch.rejects[i].raw));
                hash = hash_combine(hash, batch.rejects[i].reason);
                last = batch.rejects[i].line;
            }
            batch_reset(&batch);
        }
    }
    csv->close(state);
    free(state);
    batch_free(&batch);
    arena_free(&arena);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    char path[64];
    int file = memfd_create("fuzz", 0);
    check(file >= 0 && write(file, bytes + 1, size - 1) == (ssize_t)(size - 1));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    struct arena arena = {0};
    const struct candidate_file candidate_file = {path, false, {(const char *)bytes + 1, size - 1}};
    struct recognition recognition = csv_connector.recognize(&candidate_file, &arena);
    check(recognition.score >= 0 && recognition.score <= 100);
    arena_free(&arena);
    check(read_all(path, bytes[0]) == read_all(path, bytes[0]));
    close(file);
    return 0;
}
