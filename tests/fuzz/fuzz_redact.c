/* fuzz_redact.c - any bytes as a text: the spans are in order, not empty, and divide no character.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "stages/text/pii.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct pii_search search = {.is_cell = size & 1, .raw = size & 2};
    struct text text = {(const char *)bytes, size};
    bool valid = utf8_is_valid(text);
    size_t count, end = 0;
    for (size_t i = 0; i < PII_COUNT; i++)
        search.kinds[i] = true;
    const struct pii_span *spans = pii_find(&search, text, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct text value = text_slice(text, spans[i].begin, spans[i].end);
        if (spans[i].begin < end || spans[i].end <= spans[i].begin || spans[i].end > size)
            abort();
        if (valid && !utf8_is_valid(value)) /* no character is divided */
            abort();
        if (pii_comparison_key(spans[i].kind, value, &arena).size > value.size)
            abort();
        end = spans[i].end;
    }
    pii_is_name_column(text);
    arena_free(&arena);
    return 0;
}
