/* fuzz_input.c - reads any bytes in any charset: the output is valid UTF-8, the same for small and
 * large steps, and the last offset is the size of the file; or reading ends with an error. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "connectors/input/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

struct passage {
    uint64_t bytes_hash, line, offset;
    bool failed;
};

static struct passage pass(const char *path, const char *charset, size_t step)
{
    struct passage passage = {.bytes_hash = HASH_SEED};
    struct input *input;
    struct text ahead;
    struct error error = {0};
    passage.failed = !input_open(&input, path, text_of(charset), false, &error);
    check(!passage.failed || error.kind == ERROR_INPUT); /* a damaged compressed file */
    while (!passage.failed) {
        passage.failed = !input_peek(input, step, &ahead, NULL);
        size_t take = ahead.size < step ? ahead.size : step;
        if (take == 0)
            break;
        if (step > 1000)
            check(utf8_is_valid(text_slice(ahead, 0, utf8_boundary_before(ahead, take))));
        for (size_t i = 0; i < take; i++)
            passage.bytes_hash =
                (passage.bytes_hash ^ (unsigned char)ahead.bytes[i]) * UINT64_C(1099511628211);
        input_consume(input, take);
    }
    if (!input)
        return passage;
    passage.line = input_line(input);
    passage.offset = input_offset(input);
    input_close(input);
    return passage;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const charsets[] = {"",       "UTF-8",   "CP949",    "CP932",
                                           "CP1252", "UTF-16",  "UTF-16BE", "ISO-2022-JP",
                                           "EUC-JP", "GB18030", "KOI8-R",   "UTF-32LE"};
    if (size == 0)
        return 0;
    char path[64];
    int file = memfd_create("fuzz", 0);
    check(file >= 0 && write(file, bytes + 1, size - 1) == (ssize_t)(size - 1));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    const char *charset = charsets[bytes[0] % (sizeof(charsets) / sizeof(*charsets))];
    struct passage large = pass(path, charset, 1 << 20), small = pass(path, charset, 7);
    check(large.bytes_hash == small.bytes_hash && large.line == small.line &&
          large.failed == small.failed);
    bool gzip = size > 2 && bytes[1] == 0x1f && bytes[2] == 0x8b;
    if (!gzip && !large.failed && strcmp(charset, "UTF-8") == 0)
        check(large.offset == size - 1 || size < 6);
    check(large.offset == small.offset || bytes[0] % 12 > 6 || bytes[0] % 12 == 0);
    struct arena arena = {0};
    check(
        utf8_is_valid(input_decode_head((struct text){(const char *)bytes + 1, size - 1}, &arena)));
    arena_free(&arena);
    close(file);
    return 0;
}
