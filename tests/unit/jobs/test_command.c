/* Command lines: options, operands, mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "jobs/command.h"

struct words {
    struct text file, sets;
    int64_t threads;
    bool quiet;
};

static const struct flag flags[] = {
    {.option = {"file", OPTION_TEXT, offsetof(struct words, file), "none", .help = "a file"},
     .short_name = 'f',
     .value_name = "FILE"},
    {.option = {"set", OPTION_TEXT, offsetof(struct words, sets), "", .help = "a setting"},
     .value_name = "KEY",
     .is_repeatable = true},
    {.option = {"threads", OPTION_INTEGER, offsetof(struct words, threads), "1", 1, 64,
                .help = "workers"},
     .value_name = "N"},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct words, quiet), "no", .help = "hush"},
     .short_name = 'q'},
    {.option = {0}},
};

static const struct command command = {.name = "try", .operands = "JOB", .flags = flags};

static void options_and_operands_mix(void **state)
{
    (void)state;
    char *argv[] = {"try", "one",       "--set", "a=1", "-q", "--threads=8",
                    "two", "--set=b=2", "--",    "-x",  NULL};
    struct arena arena = {0};
    struct error error = {0};
    struct words words = {0};
    int first;
    assert_true(command_parse(&command, 10, argv, &words, &arena, &first, &error));
    assert_int_equal(first, 7);
    assert_string_equal(argv[7], "one");
    assert_string_equal(argv[8], "two");
    assert_string_equal(argv[9], "-x");
    assert_true(text_equal(words.sets, TEXT("a=1\nb=2")));
    assert_true(text_equal(words.file, TEXT("none")));
    assert_true(words.quiet);
    assert_int_equal(words.threads, 8);
    arena_free(&arena);
}

static void mistakes_are_told(void **state)
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
        struct arena arena = {0};
        struct error error = {0};
        struct words words = {0};
        int first;
        assert_false(command_parse(&command, 2, argv, &words, &arena, &first, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_string_equal(error.message, cases[i].message);
        arena_free(&arena);
    }
}

static void operands_are_counted(void **state)
{
    (void)state;
    struct error error = {0};
    assert_true(command_check_operands(&command, 1, 1, 1, &error));
    assert_false(command_check_operands(&command, 0, 1, 1, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
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
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(operands_are_counted),
        cmocka_unit_test(kinds_of_errors_have_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
