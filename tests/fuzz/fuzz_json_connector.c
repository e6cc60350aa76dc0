/* fuzz_json_connector.c - any file, recognised and read as JSON: every row is a record, a reject or
 * left out, and reading ends. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/connectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    struct arena arena = {0};
    struct candidate candidate = {.path = path, .head = {(const char *)bytes, size}};
    json_connector.recognize(&candidate, &arena);
    arena_free(&arena);
    void *state = memory_alloc(1, json_connector.state_size);
    option_defaults(json_connector.options, state);
    assert(option_set(option_find(json_connector.options, TEXT("without_text")), state, TEXT("yes"),
                      "fuzz", NULL));
    struct batch batch = {.path = path, .source = TEXT("fuzz")};
    if (json_connector.open(state, path, NULL)) {
        size_t rows = 0;
        while (json_connector.read(state, &batch, NULL) == READING_MORE)
            rows++;
        assert(rows <= size);
        assert(batch.count + batch.reject_count + batch.left_out == rows);
    }
    batch_free(&batch);
    json_connector.close(state);
    free(state);
    close(descriptor);
    return 0;
}
