/* test_command.c - jobs/command.c: options, operands, mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "jobs/command.h"

struct test_options {
    struct text file, sets;
    int64_t threads;
    bool is_quiet;
};

static const struct flag flags[] = {
    {.option = {"file", OPTION_TEXT, offsetof(struct test_options, file), "none", .help = "a file"},
     .short_name = 'f',
     .value_name = "FILE"},
    {.option = {"set", OPTION_TEXT, offsetof(struct test_options, sets), "", .help = "a setting"},
     .value_name = "KEY",
     .is_repeatable = true},
    {.option = {"threads", OPTION_INTEGER, offsetof(struct test_options, threads), "1", 1, 64,
                .help = "workers"},
     .value_name = "N"},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct test_options, is_quiet), "no",
                .help = "print less"},
     .short_name = 'q'},
    {.option = {0}},
};

static const struct command command = {.name = "try", .operands = "JOB", .flags = flags};

static void options_and_operands_mix(void **state)
{
    (void)state;
    char *argv[] = {"try", "one",       "--set", "a=1", "-q", "--threads=8",
                    "two", "--set=b=2", "--",    "-x",  NULL};
    struct command_line command_line = {.argc = 10, .argv = argv};
    struct error error = {0};
    struct test_options options = {0};
    assert_true(command_parse(&command, &command_line, &options, &error));
    assert_int_equal(command_line.operand_count, 3);
    assert_string_equal(command_line.operands[0], "one");
    assert_string_equal(command_line.operands[1], "two");
    assert_string_equal(command_line.operands[2], "-x");
    assert_true(text_equal(options.sets, TEXT("a=1\nb=2")));
    assert_true(text_equal(options.file, TEXT("none")));
    assert_true(options.is_quiet);
    assert_int_equal(options.threads, 8);
    arena_free(&command_line.arena);
}

static void mistakes_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *word, *message;
    } cases[] = {
        {"--thread=2", "winnow try: unknown option --thread=2; did you mean --threads?"},
        {"--zzzzzzzz", "winnow try: unknown option --zzzzzzzz; see `winnow try --help`"},
        {"-z", "winnow try: unknown option -z; see `winnow try --help`"},
        {"--threads", "winnow try: --threads needs a value: --threads N"},
        {"--threads=0", "winnow try: --threads: threads = 0: expected a whole number from 1 to 64"},
        {"--quiet=yes", "winnow try: --quiet takes no value"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char word[40];
        strcpy(word, cases[i].word);
        char *argv[] = {"try", word, NULL};
        struct command_line command_line = {.argc = 2, .argv = argv};
        struct error error = {0};
        struct test_options options = {0};
        assert_false(command_parse(&command, &command_line, &options, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_string_equal(error.message, cases[i].message);
        arena_free(&command_line.arena);
    }
}

/* Flags are unlimited: the value of a repeatable one is joined even if it is the 100th. */
static void a_table_may_have_many_flags(void **state)
{
    (void)state;
    enum { FLAG_COUNT = 100 };
    static char names[FLAG_COUNT][8];
    struct flag many_flags[FLAG_COUNT + 1] = {{.option = {0}}};
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "set%zu", i);
        many_flags[i] = flags[1];
        many_flags[i].option.name = names[i];
    }
    const struct command many = {.name = "try", .flags = many_flags};
    char *argv[] = {"try", "--set35=x", "--set99=a", "--set99=b", NULL};
    struct command_line command_line = {.argc = 4, .argv = argv};
    struct error error = {0};
    struct test_options options = {0};
    assert_true(command_parse(&many, &command_line, &options, &error));
    assert_true(text_equal(options.sets, TEXT("a\nb")));
    arena_free(&command_line.arena);
}

static void operands_are_counted(void **state)
{
    (void)state;
    struct error error = {0};
    assert_true(command_check_operands(&command, 1, 1, 1, &error));
    assert_false(command_check_operands(&command, 0, 1, 1, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message,
                        "winnow try: too few arguments: usage: winnow try [options] JOB (see "
                        "`winnow try --help`)");
}

static void kinds_of_errors_have_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(error_exit_code(ERROR_NONE), 0);
    assert_int_equal(error_exit_code(ERROR_INPUT), 3);
    assert_int_equal(error_exit_code(ERROR_LOCKED), 75);
    assert_int_equal(error_exit_code(ERROR_INTERRUPTED), 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_mix),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(a_table_may_have_many_flags),
        cmocka_unit_test(operands_are_counted),
        cmocka_unit_test(kinds_of_errors_have_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
