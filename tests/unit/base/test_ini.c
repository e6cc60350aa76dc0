/* test_ini.c - base/ini.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ini.h"

/* The settings read, as "line:section.key=value|". */
struct seen {
    struct arena arena;
    struct text text;
};

static bool note(void *user, const struct ini_setting *setting, struct error *error)
{
    struct seen *seen = user;
    if (text_equal(setting->key, TEXT("stop")))
        return error_set(error, ERROR_USAGE, "stopped at %zu", setting->line);
    seen->text = arena_format(&seen->arena, "%.*s%zu:%.*s.%.*s=%.*s|", TEXT_ARGUMENT(seen->text),
                              setting->line, TEXT_ARGUMENT(setting->section),
                              TEXT_ARGUMENT(setting->key), TEXT_ARGUMENT(setting->value));
    return true;
}

static bool read_ini(struct text bytes, struct seen *seen, struct error *error)
{
    struct ini_source source = {bytes, "test.job", ERROR_USAGE};
    return ini_read(&source, note, seen, error);
}

struct example {
    const char *source, *expected, *message; /* message NULL: no error */
};

static const struct example examples[] = {
    {"", "", NULL},
    {"a=1", "1:.a=1|", NULL},
    {"\xEF\xBB\xBF[s]\r\na = 1\r\n\r\n# c\r\n; c\r\nb: 2", "2:s.a=1|6:s.b=2|", NULL},
    {"[ s ]\n  a = x ; y\nd = ;\ne =\n", "2:s.a=x ; y|3:s.d=;|4:s.e=|", NULL},
    {"[s]\na = 1\n  2\n\t3\n # no\nb = 2\n", "2:s.a=1 2 3|6:s.b=2|", NULL},
    {"[s]\na =\n  x = 1\n", "2:s.a=x = 1|", NULL},
    {"[s]\na = 1\n[s]\n  a = 2\n", "2:s.a=1|4:s.a=2|", NULL},
    {"a = b = c", "1:.a=b = c|", NULL},
    {"[s]\nnonsense\n", "", "test.job:2: expected [section] or key = value"},
    {"[s\n", "", "test.job:1: expected"},
    {"a = 1\n[s\n  2\n", "1:.a=1|", "test.job:2: expected"},
    {"= 5\n", "", "test.job:1: expected"},
    {"a = 1\nstop = 1\nb = 2\n", "1:.a=1|", "stopped at 2"},
    {"nonsense\nstop = 1\n", "", "test.job:1: expected"},
    {"stop = 1\nnonsense\n", "", "stopped at 1"},
    {"[0123456789012345678901234567890123456789012345678]\na=1\n",
     "2:0123456789012345678901234567890123456789012345678.a=1|", NULL},
    {"[01234567890123456789012345678901234567890123456789]\na=1\n", "",
     "test.job:2: the name of the section is longer than 49 bytes"},
};

static void files_give_settings_or_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct seen seen = {0};
        struct error error = {0};
        bool read = read_ini(text_of(examples[i].source), &seen, &error);
        assert_int_equal(read, examples[i].message == NULL);
        if (examples[i].message)
            assert_non_null(strstr(error.message, examples[i].message));
        if (!text_equal(seen.text, text_of(examples[i].expected)))
            fail_msg("example %zu: %.*s", i, TEXT_ARGUMENT(seen.text));
        arena_free(&seen.arena);
    }
}

static void lines_may_be_of_any_length(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct error error = {0};
    char words[3000];
    for (size_t i = 0; i < sizeof(words); i++)
        words[i] = i % 7 ? 'w' : ' ';
    words[sizeof(words) - 1] = 'w';
    struct text value = text_trim((struct text){words, sizeof(words)});
    struct text source =
        arena_format(&seen.arena, "# %.*s\n[s]\na = %.*s\n  %.*s\nb = 2\n", TEXT_ARGUMENT(value),
                     TEXT_ARGUMENT(value), TEXT_ARGUMENT(value));
    assert_true(read_ini(source, &seen, &error));
    struct text expected = arena_format(&seen.arena, "3:s.a=%.*s %.*s|5:s.b=2|",
                                        TEXT_ARGUMENT(value), TEXT_ARGUMENT(value));
    assert_true(text_equal(seen.text, expected));
    arena_free(&seen.arena);
}

static void a_zero_byte_is_an_error(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct error error = {0};
    assert_false(read_ini(TEXT("a=1\nb=\0002\n"), &seen, &error));
    assert_non_null(strstr(error.message, "test.job:2: a zero byte"));
    arena_free(&seen.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_give_settings_or_an_error),
        cmocka_unit_test(lines_may_be_of_any_length),
        cmocka_unit_test(a_zero_byte_is_an_error),
    };
    return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
