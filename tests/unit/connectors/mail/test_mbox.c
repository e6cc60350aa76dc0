/* test_mbox.c - connectors/mail/mbox.c: a table of files and the messages in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "connectors/mail/mbox.h"

static const struct {
    const char *line, *next;
    bool begins;
} lines[] = {
    {"From ann@post.example Mon Sep  7 07:40:41 2026", "Subject: x", true},
    {"From - Fri May 29 03:00:00 2026", "X-Mozilla-Status: 0001", true},
    {"From 1661828917674532318@xxx Sun Mar 22 02:19:17 +0000 2020", "X-GM-THRID: 1", true},
    {"From ann at post.example  Sat Jul  1 00:00:00 2006", "From: ann", true},
    {"From ann@post.example Mon Sep  7 07:40 MET 2026", "A: b", true},
    {"From ann@post.example Mon Sep  7 07:40:41 2026\r", "A: b\r", true},
    {"From ann@post.example Mon Sep  7 07:40:41 2026", "not a header", false},
    {"From ann@post.example Mon Sep  7 07:40:41 2026", "", false},
    {"From the President's office, Mon Sep", "A: b", false},
    {"From Moon", "A: b", false},
    {"From: ann@post.example Mon Sep  7 07:40:41 2026", "A: b", false},
    {">From ann@post.example Mon Sep  7 07:40:41 2026", "A: b", false},
    {"From Mon Sep  7 07:40:41 2026", "A: b", false},
    {"From ann@post.example Mon Sept 7 07:40:41 2026", "A: b", false},
    {"", "", false},
};

static void only_envelope_lines_begin_a_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        if (mbox_is_envelope_line(text_of(lines[i].line), text_of(lines[i].next)) !=
            lines[i].begins)
            fail_msg("'%s' before '%s'", lines[i].line, lines[i].next);
}

#define FROM "From ann@post.example Mon Sep  7 07:40:41 2026\n"

/* "line@offset:message|" per message, line ends as "/"; "+n" if n bytes are skipped. */
static const struct {
    const char *file, *messages;
} files[] = {
    {"", ""},
    {"\n\n", ""},
    {FROM "A: 1\n\nbody\n\n" FROM "A: 2\n\nbody\n", "1@0:A: 1//body/|6@59:A: 2//body/|"},
    {"\n" FROM "A: 1\n", "2@1:A: 1/|"},
    {FROM "A: 1\n\nbody\n" FROM "A: 2\n", "1@0:A: 1//body/" FROM "A: 2/|"},
    {FROM "A: 1\n\nFrom here on\n\nFrom there\n", "1@0:A: 1//From here on//From there/|"},
    {FROM "A: 1\n\n>From here\n>>From >From\n> From\n", "1@0:A: 1//From here/>From >From/> From/|"},
    {FROM "A: 1\r\n\r\nb\r\n\r\n" FROM "A: 2\r\n", "1@0:A: 1\r/\r/b\r/|6@60:A: 2\r/|"},
    {"A: 1\n\nno envelope\n", "1@0:A: 1//no envelope/|"},
    {FROM, "1@0:|"},
    {FROM "A: 1\n\nthe end without a line end", "1@0:A: 1//the end without a line end|"},
    {FROM "A: 1\n\nbody\n\n\n" FROM "A: 2\n", "1@0:A: 1//body//|7@60:A: 2/|"},
};

static struct text split(struct text bytes, size_t max_size, struct arena *arena)
{
    char path[] = "/tmp/test_mbox.XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes.bytes, bytes.size), bytes.size);
    close(descriptor);
    struct input *input;
    struct mbox mbox = {.max_size = max_size};
    struct text seen = {0};
    assert_true(input_open(&input, path, (struct text){0}, true, NULL));
    while (mbox_read(&mbox, input, NULL) == READ_OK) {
        struct text message = arena_copy_text(arena, mbox.message);
        for (size_t i = 0; i < message.size; i++)
            if (message.bytes[i] == '\n')
                ((char *)(uintptr_t)message.bytes)[i] = '/';
        seen = arena_format(arena, "%.*s%llu@%llu:%.*s", TEXT_ARGUMENT(seen),
                            (unsigned long long)mbox.line, (unsigned long long)mbox.byte_offset,
                            TEXT_ARGUMENT(message));
        seen = mbox.skipped_bytes ? arena_format(arena, "%.*s+%llu|", TEXT_ARGUMENT(seen),
                                                 (unsigned long long)mbox.skipped_bytes)
                                  : arena_format(arena, "%.*s|", TEXT_ARGUMENT(seen));
    }
    mbox_free(&mbox);
    input_close(input);
    unlink(path);
    return seen;
}

static void files_are_split_into_their_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct arena arena = {0};
        struct text expected = arena_copy_text(&arena, text_of(files[i].messages));
        for (size_t k = 0; k < expected.size; k++)
            if (expected.bytes[k] == '\n')
                ((char *)(uintptr_t)expected.bytes)[k] = '/';
        struct text seen = split(text_of(files[i].file), 1 << 20, &arena);
        if (!text_equal(seen, expected))
            fail_msg("%s: '%.*s'", files[i].file, TEXT_ARGUMENT(seen));
        arena_free(&arena);
    }
}

static void a_message_beyond_the_limit_is_cut_and_the_next_one_is_complete(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text seen = split(TEXT(FROM "A: 1\n\n0123456789\n\n" FROM "A: 2\n"), 10, &arena);
    assert_true(text_equal(seen, TEXT("1@0:A: 1//0123+8|6@65:A: 2/|")));
    arena_free(&arena);
}

static void messages_do_not_depend_on_blocks(void **state)
{
    (void)state;
    for (size_t size = 32 * 1024 - 80; size < 32 * 1024 + 20; size += 7) {
        for (size_t line = 1; line < 70000; line = line * 40 + 30) {
            struct arena arena = {0};
            size_t length = 2 * size;
            char *filler = arena_alloc(&arena, length + 1, 1);
            for (size_t i = 0; i < length; i++)
                filler[i] = (i + 1) % (line + 1) && i + 1 < length ? 'x' : '\n';
            for (size_t i = 1; i < length; i++)
                if (filler[i] == '\n' && filler[i - 1] == '\n')
                    filler[i] = 'x';
            struct text file =
                arena_format(&arena, FROM "A: 1\n\n%.*sx\n\n" FROM "B: 2\n", (int)length, filler);
            struct text seen = split(file, 1 << 20, &arena);
            size_t messages = 0;
            for (size_t i = 0; i < seen.size; i++)
                messages += seen.bytes[i] == '|';
            assert_int_equal(messages, 2);
            assert_true(text_equal(text_slice(seen, seen.size - 6, seen.size), TEXT("B: 2/|")));
            arena_free(&arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_envelope_lines_begin_a_message),
        cmocka_unit_test(files_are_split_into_their_messages),
        cmocka_unit_test(a_message_beyond_the_limit_is_cut_and_the_next_one_is_complete),
        cmocka_unit_test(messages_do_not_depend_on_blocks),
    };
    return cmocka_run_group_tests_name("mbox", tests, NULL, NULL);
}
