/* fuzz_utf8.c - any bytes: repaired text is valid, cuts fall between code points. */
#include <stdlib.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct text text = {(const char *)bytes, size};
    size_t replaced = 0;
    struct text repaired = utf8_repair(text, &arena, &replaced);
    if (!utf8_is_valid(repaired) || utf8_is_valid(text) != (replaced == 0))
        abort();
    for (size_t offset = 0; offset <= repaired.size; offset++) {
        size_t cut = utf8_boundary_before(repaired, offset);
        if (cut > offset || !utf8_is_valid(text_slice(repaired, 0, cut)))
            abort();
        if (repaired.size > 64)
            break; /* quadratic: short texts say it all */
    }
    arena_free(&arena);
    return 0;
}
