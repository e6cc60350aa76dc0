/* fuzz_header_repair.c - repairs any bytes as a mail: the body is unchanged, and encoded words
 * become valid UTF-8. */
#include <stdlib.h>

#include "base/utf8.h"
#include "connectors/mail/charset_names.h"
#include "connectors/mail/header_repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct text message = {(const char *)bytes, size};
    struct text repaired = header_repair(message, &arena);
    size_t body = text_find(message, TEXT("\n\n"), 0);
    if (body < size && body > 0) {
        struct text kept = text_slice(message, body + 1, size);
        if (repaired.size < kept.size ||
            !text_equal(text_slice(repaired, repaired.size - kept.size, repaired.size), kept))
            abort();
    }
    for (int quote = 0; quote < 2; quote++) {
        struct text value = utf8_repair(message, &arena, NULL);
        struct text decoded = mail_decode_encoded_words(value, quote, &arena);
        if (!utf8_is_valid(decoded) || decoded.size > 6 * value.size)
            abort();
    }
    arena_free(&arena);
    return 0;
}
