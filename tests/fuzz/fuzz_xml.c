/* fuzz_xml.c - any file, recognised and read as XML: every row is a record, a reject or left out,
 * and reading ends. */
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
    xml_connector.recognize(&candidate, &arena);
    arena_free(&arena);
    void *state = memory_alloc(1, xml_connector.state_size);
    option_defaults(xml_connector.options, state);
    assert(option_set(option_find(xml_connector.options, TEXT("without_text")), state, TEXT("yes"),
                      "fuzz", NULL));
    struct batch batch = {.path = path, .source = TEXT("fuzz")};
    if (xml_connector.open(state, path, NULL)) {
        size_t rows = 0;
        while (xml_connector.read(state, &batch, NULL) == READING_MORE)
            rows++;
        assert(rows <= size);
        assert(batch.count + batch.reject_count + batch.left_out == rows);
    }
    batch_free(&batch);
    xml_connector.close(state);
    free(state);
    close(descriptor);
    return 0;
}
