/* prop_mbox.c - a truncated file loses at most its last message; messages do not depend on the
 * bytes before them or on the blocks of the input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "connectors/mail/mbox.h"

enum { MESSAGES = 12, MAX_MESSAGES = 64, FILE_SIZE = 256 * 1024 };

static const char *const pieces[] = {
    "word ",
    "From here on\n",
    ">From there\n",
    "\n",
    "\n\n",
    "\r\n",
    "> quoted\n",
    "Subject: x\n",
    "From a@b.example Mon Sep  7 07:40:41 2026\n",
    "Zeile mit Umlaut \xC3\xA4\n",
    "\xFF\xFE bytes\n",
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *state >> 33;
}

/* A file of random messages. */
static size_t make_file(uint64_t seed, char *bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < MESSAGES; i++) {
        size += (size_t)sprintf(
            bytes + size, "From a@b.example Mon Sep  7 07:40:41 2026\nMessage-ID: <%zu>\n\n", i);
        for (uint64_t left = next_random(&seed) % 40; left > 0; left--) {
            const char *piece = pieces[next_random(&seed) % (sizeof(pieces) / sizeof(*pieces))];
            size += (size_t)sprintf(bytes + size, "%s", piece);
        }
        size += (size_t)sprintf(bytes + size, "\n\n");
    }
    return size;
}

/* Hashes of the messages read from `bytes`. */
static size_t split(const char *bytes, size_t size, uint64_t hashes[MAX_MESSAGES])
{
    char path[] = "/tmp/prop_mbox.XXXXXX";
    int descriptor = mkstemp(path);
    struct input *input;
    struct mbox mbox = {.max_size = 1 << 20};
    size_t count = 0;
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    close(descriptor);
    assert_true(input_open(&input, path, (struct text){0}, true, NULL));
    while (mbox_read(&mbox, input, NULL) == READ_OK && count < MAX_MESSAGES)
        hashes[count++] = hash_text(mbox.message);
    mbox_free(&mbox);
    input_close(input);
    unlink(path);
    return count;
}

static void a_truncated_file_loses_at_most_its_last_message(void **state)
{
    (void)state;
    char *bytes = malloc(FILE_SIZE);
    uint64_t whole[MAX_MESSAGES], cut[MAX_MESSAGES];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        size_t size = make_file(seed, bytes);
        size_t count = split(bytes, size, whole);
        for (size_t end = 1; end < size; end += 1 + size / 60) {
            size_t left = split(bytes, end, cut);
            assert_true(left <= count);
            for (size_t i = 0; i + 1 < left; i++)
                if (cut[i] != whole[i])
                    fail_msg("seed %d, cut at %zu: message %zu differs", (int)seed, end, i);
        }
    }
    free(bytes);
}

static void messages_do_not_depend_on_what_precedes_them(void **state)
{
    (void)state;
    char *bytes = malloc(FILE_SIZE), *shifted = malloc(FILE_SIZE);
    uint64_t whole[MAX_MESSAGES], after[MAX_MESSAGES];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        size_t size = make_file(seed, bytes);
        size_t count = split(bytes, size, whole);
        for (size_t filler = 64 * 1024 - 40; filler < 64 * 1024 + 40; filler += 9) {
            int head = sprintf(shifted, "From a@b.example Mon Sep  7 07:40:41 2026\nA: b\n\n");
            memset(shifted + head, 'x', filler);
            memcpy(shifted + head + filler, "\n\n", 2);
            memcpy(shifted + head + filler + 2, bytes, size);
            assert_int_equal(split(shifted, (size_t)head + filler + 2 + size, after), count + 1);
            assert_memory_equal(after + 1, whole, count * sizeof(*whole));
        }
    }
    free(bytes);
    free(shifted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_truncated_file_loses_at_most_its_last_message),
        cmocka_unit_test(messages_do_not_depend_on_what_precedes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
