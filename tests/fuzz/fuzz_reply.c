/* fuzz_reply.c - trims any bytes as a mail's text: the kept text and the removed ranges make up the
 * whole text. */
#include <stdlib.h>

#include "connectors/mail/reply.h"

/* Takes the next number off "begin-end,...". */
static size_t number(struct text *rest)
{
    size_t value = 0, i = 0;
    while (i < rest->size && rest->bytes[i] >= '0' && rest->bytes[i] <= '9')
        value = value * 10 + (size_t)(rest->bytes[i++] - '0');
    *rest = text_slice(*rest, i + 1, rest->size);
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct text body = {(const char *)bytes, size}, trimmed;
    struct html_span known = {size / 3, size / 2};
    struct text left = reply_trim(body, &known, 1, &arena, &trimmed);
    size_t end = 0, taken = 0;
    for (struct text rest = trimmed; rest.size;) {
        size_t begin = number(&rest), next = number(&rest);
        if (begin < end || next <= begin || next > size ||
            !text_equal(text_slice(body, end, begin), text_slice(left, taken, taken + begin - end)))
            abort();
        taken += begin - end;
        end = next;
    }
    if (!text_equal(text_slice(body, end, size), text_slice(left, taken, left.size)))
        abort();
    if (reply_join_flowed_lines(body, size & 1, &arena).size > 2 * size ||
        reply_strip_subject_prefixes(body).size > size)
        abort();
    arena_free(&arena);
    return 0;
}
