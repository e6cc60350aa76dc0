/* test_job.c - jobs/job.c: settings, defaults, and every kind of mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "connectors/connectors.h"
#include "jobs/job.h"

static bool read_job(struct job *job, const char *bytes, const char *overrides, struct error *error)
{
    return job_parse(job, text_of(bytes), "weekly.job", text_of(overrides), error);
}

static void the_smallest_job_gets_defaults(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    if (!read_job(&job, "[source]\npath = inbox/*.csv\n[output]\npath = out\n", "", &error))
        fail_msg("%s", error.message);
    assert_int_equal(job.source_count, 1);
    assert_true(text_equal(job.sources[0].name, TEXT("feedback")));
    assert_true(text_equal(job.sources[0].format, TEXT("auto")));
    assert_true(text_equal(job.sources[0].paths[0], TEXT("inbox/*.csv")));
    assert_string_equal(job.output.folder, "./out");
    assert_ptr_equal(job.output.format, &raw_format);
    assert_int_equal(job.run.batch_records, 256);
    job_free(&job);
}

static void sources_have_names_and_several_paths(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    assert_true(read_job(&job,
                         "[source shop]\npath = a.csv\npath = b/*.csv\n"
                         "[source mail]\npath = /var/mail/box\nformat = mail\n"
                         "[output]\npath = out\nprofile = excel\n",
                         "", &error));
    assert_int_equal(job.source_count, 2);
    assert_int_equal(job.sources[0].path_count, 2);
    assert_true(text_equal(job.sources[1].name, TEXT("mail")));
    assert_true(text_equal(job.sources[1].format, TEXT("mail")));
    assert_string_equal(job_resolve_path(&job, job.sources[1].paths[0]), "/var/mail/box");
    assert_string_equal(job_resolve_path(&job, job.sources[0].paths[0]), "./a.csv");
    assert_ptr_equal(job.output.format, &excel_format);
    job_free(&job);
}

static void retention_counts_full_months(void **state)
{
    (void)state;
    static const struct {
        const char *months;
        struct civil_time now, cutoff;
    } cases[] = {
        {"retain.months=1", {2026, 3, 31, 23, 0, 0}, {2026, 2, 1, 0, 0, 0}},
        {"retain.months=3", {2026, 3, 1, 0, 0, 0}, {2025, 12, 1, 0, 0, 0}},
        {"retain.months=24", {2026, 11, 30, 2, 30, 0}, {2024, 11, 1, 0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct job job;
        struct error error = {0};
        int64_t now, cutoff, expected;
        assert_true(
            read_job(&job, "[source]\npath = a\n[output]\npath = out\n", cases[i].months, &error));
        calendar_to_seconds(cases[i].now, &now);
        calendar_to_seconds(cases[i].cutoff, &expected);
        assert_true(job_get_retention_cutoff(&job, now, &cutoff));
        assert_true(cutoff == expected);
        job.retain.months = 0;
        assert_false(job_get_retention_cutoff(&job, now, &cutoff));
        job_free(&job);
    }
}

static void overrides_replace_settings(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    assert_true(read_job(&job,
                         "[source shop]\npath = a.csv\n[source blog]\npath = b.xml\n"
                         "[run]\nbatch_records = 8\n[output]\npath = out\n",
                         "run.batch_records=16\nsource blog.path=c.xml\noutput.path=/srv/out\n"
                         "source.format=csv",
                         &error));
    assert_int_equal(job.run.batch_records, 16);
    assert_int_equal(job.sources[1].path_count, 1);
    assert_true(text_equal(job.sources[1].paths[0], TEXT("c.xml")));
    assert_true(text_equal(job.sources[0].paths[0], TEXT("a.csv")));
    assert_true(text_equal(job.sources[0].format, TEXT("csv")));
    assert_string_equal(job.output.folder, "/srv/out");
    job_free(&job);
}

static void relative_paths_start_at_the_job_file(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    assert_true(job_parse(&job, TEXT("[source]\npath = a.csv\n[output]\npath = out\n"),
                          "jobs/deep/weekly.job", TEXT(""), &error));
    assert_string_equal(job.output.folder, "jobs/deep/out");
    assert_string_equal(job_resolve_path(&job, TEXT("a.csv")), "jobs/deep/a.csv");
    job_free(&job);
}

static void mistakes_name_the_line_and_the_closest_name(void **state)
{
    (void)state;
    static const struct {
        const char *job, *overrides, *message;
    } cases[] = {
        {"[source]\npath = a\n[outptu]\npath = out\n[output]\npath = out\n", "",
         "weekly.job:4: unknown section 'outptu'; did you mean 'output'?"},
        {"[source]\npath = a\nfromat = csv\n[output]\npath = out\n", "",
         "weekly.job:3: unknown key of [source] 'fromat'; did you mean 'format'?"},
        {"[source]\npath = a\nformat = cvs\n[output]\npath = out\n", "",
         "weekly.job:2: unknown format 'cvs'; did you mean 'csv'?"},
        {"[source]\npath = a\n[output]\npath = out\nprofile = exel\n", "",
         "weekly.job: unknown profile of [output] 'exel'; did you mean 'excel'?"},
        {"[source]\npath = a\n[run]\nbatch_records = many\n[output]\npath = out\n", "",
         "weekly.job:4: batch_records = many: expected a whole number from 1 to 100000"},
        {"[source]\npath = a\nexpect_every = weekly\n[output]\npath = out\n", "",
         "weekly.job:3: expect_every = weekly: expected hours or days, as in 36h or 7d"},
        {"[source]\npath = a\n[run]\nsandbox = maybe\n[output]\npath = out\n", "",
         "weekly.job:4: sandbox = maybe: expected one of yes|require|no"},
        {"[source]\npath = a\n[retain]\nmonths = -1\n[output]\npath = out\n", "",
         "weekly.job:4: months = -1: expected a whole number from 0 to 1200"},
        {"[source]\npath = a/{date}.csv\n[output]\npath = out\n", "",
         "weekly.job:2: unknown {date}: braces in a path contain alternatives, as in "
         "{shop,play}/*.csv"},
        {"[source]\npath =\n[output]\npath = out\n", "",
         "weekly.job:2: path is empty: name the files to read"},
        {"[source]\npath = a.csv ; mine\n[output]\npath = out\n", "",
         "weekly.job:2: path: a comment must be on a line of its own"},
        {"[source]\npath = a\n[group]\nby = product # 매장\n[output]\npath = out\n", "",
         "weekly.job:4: by: a comment must be on a line of its own"},
        {"[source]\npath = a\n", "",
         "weekly.job: no output folder: add an [output] section with `path = out`"},
        {"[output]\npath = out\n", "",
         "weekly.job: nothing to read: add a [source] section with `path = inbox/*.csv`"},
        {"[source x]\nformat = csv\n[output]\npath = out\n", "",
         "weekly.job:2: [source] without a path: add `path = inbox/*.csv`"},
        {"[source]\npath = a\n[output]\npath = out\n", "output.paht=x",
         "--set: unknown key of [output] 'paht'; did you mean 'path'?"},
        {"[source]\npath = a\n[output]\npath = out\n", "nonsense",
         "--set nonsense: expected section.key=value"},
        {"[source]\npath = a\nnonsense\n[output]\npath = out\n", "",
         "weekly.job:3: expected [section] or key = value"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct job job;
        struct error error = {0};
        assert_false(read_job(&job, cases[i].job, cases[i].overrides, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        if (!strstr(error.message, cases[i].message))
            fail_msg("case %zu: \"%s\" lacks \"%s\"", i, error.message, cases[i].message);
        job_free(&job);
    }
}

static void quotes_and_the_home_folder_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *written, *path;
    } examples[] = {
        {"\"a b.csv\"", "a b.csv"},
        {"'a #1.csv'", "a #1.csv"},
        {"\"a.csv\", \"b.csv\"", "\"a.csv\", \"b.csv\""}, /* no quoted whole */
        {"Order #", "Order #"},
        {"order #\\d+", "order #\\d+"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        char bytes[200];
        snprintf(bytes, sizeof(bytes), "[source]\npath = %s\n[output]\npath = out\n",
                 examples[i].written);
        struct job job;
        struct error error = {0};
        assert_true(read_job(&job, bytes, "", &error));
        assert_true(text_equal(job.sources[0].paths[0], text_of(examples[i].path)));
        job_free(&job);
    }
    struct job job = {.folder = "jobs"};
    setenv("HOME", "/home/ann", 1);
    assert_string_equal(job_resolve_path(&job, TEXT("~/in/*.csv")), "/home/ann/in/*.csv");
    assert_string_equal(job_resolve_path(&job, TEXT("~ann/in")), "jobs/~ann/in");
    unsetenv("HOME");
    assert_string_equal(job_resolve_path(&job, TEXT("~/in")), "jobs/~/in");
    job_free(&job);
}

static void all_mistakes_are_reported_at_once(void **state)
{
    (void)state;
    struct job job;
    struct error error = {0};
    assert_false(read_job(&job, "[sorce]\npath = a\n[group]\nbye = x\n[run]\nbatch_records = 0\n",
                          "", &error));
    assert_string_equal(
        error.message,
        "5 mistakes:\n"
        "  weekly.job:2: unknown section 'sorce'; did you mean 'source'?\n"
        "  weekly.job:4: unknown key of [group] 'bye'; did you mean 'by'?\n"
        "  weekly.job:6: batch_records = 0: expected a whole number from 1 to 100000\n"
        "  weekly.job: nothing to read: add a [source] section with `path = inbox/*.csv`\n"
        "  weekly.job: no output folder: add an [output] section with `path = out`");
    job_free(&job);
}

static void many_mistakes_are_counted(void **state)
{
    (void)state;
    char bytes[2000] = "[run]\n";
    for (int i = 0; i < 50; i++)
        strcat(bytes, "nothing = 1\n");
    struct job job;
    struct error error = {0};
    assert_false(read_job(&job, bytes, "", &error));
    assert_non_null(strstr(error.message, "52 mistakes; the first are:"));
    job_free(&job);
}

/* Analyses made with an older version of an edited topic list are not current. */
static void the_hash_depends_on_the_files_that_settings_name(void **state)
{
    (void)state;
    char path[] = "/tmp/winnow-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    struct error error = {0};
    char bytes[200];
    snprintf(bytes, sizeof(bytes),
             "[source]\npath = a\n[classify]\ntaxonomy = %s\n[output]\npath = out\n", path);
    struct job a, b, c;
    assert_true(read_job(&a, bytes, "", &error));
    assert_int_equal(write(descriptor, "topic\n", 6), 6);
    close(descriptor);
    assert_true(read_job(&b, bytes, "", &error));
    assert_true(job_hash_section(&a, "classify") != job_hash_section(&b, "classify"));
    assert_true(a.hash != b.hash);
    unlink(path);
    assert_false(read_job(&c, bytes, "", &error));
    assert_non_null(strstr(error.message, path));
    job_free(&a);
    job_free(&b);
    job_free(&c);
}

static void the_hash_depends_on_the_settings(void **state)
{
    (void)state;
    struct job a, b, c;
    struct error error = {0};
    const char *job = "[source]\npath = a\n[output]\npath = out\n";
    assert_true(read_job(&a, job, "", &error));
    assert_true(read_job(&b, job, "", &error));
    assert_true(read_job(&c, job, "chunk.title=no", &error));
    assert_true(a.hash == b.hash && a.hash != c.hash);
    assert_true(job_hash_section(&a, "chunk") != job_hash_section(&c, "chunk"));
    assert_true(job_hash_section(&a, "map") == job_hash_section(&c, "map"));
    job_free(&a);
    job_free(&b);
    job_free(&c);
}

/* Whether saved rows of a source are read as before. */
static void the_settings_of_a_source_are_those_that_decide_what_a_row_says(void **state)
{
    (void)state;
    static const char plain[] = "[source shop]\npath = a\nzone = +09:00\ndates = mdy\n"
                                "[source blog]\npath = b\n[output]\npath = out\n";
    static const struct {
        const char *job, *overrides;
        bool shop_is_the_same, blog_is_the_same;
    } others[] = {
        {plain, "source.path=c", true, true},
        {plain, "source.expect_every=7d", true, true},
        {plain, "output.path=c", true, true},
        {plain, "group.by=product", true, true},
        {plain, "source.dates=dmy", false, false},
        {plain, "source shop.dates=dmy", false, true},
        {plain, "source shop.dates=dmy\nsource shop.dates=mdy", true, true},
        {plain, "source.map=text=Comment", false, false},
        {plain, "clean.blank=nix", false, false},
        {plain, "redact.authors=keep", false, false},
        {"[source shop]\ndates = mdy\nzone = +09:00\npath = x\n[source blog]\npath = b\n"
         "[output]\npath = out\n",
         "", true, true},
    };
    struct job first;
    struct error error = {0};
    assert_true(read_job(&first, plain, "", &error));
    assert_true(first.sources[0].settings_hash != first.sources[1].settings_hash);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct job job;
        if (!read_job(&job, others[i].job, others[i].overrides, &error))
            fail_msg("%s", error.message);
        for (size_t source = 0; source < 2; source++)
            assert_int_equal(job.sources[source].settings_hash ==
                                 first.sources[source].settings_hash,
                             source == 0 ? others[i].shop_is_the_same : others[i].blog_is_the_same);
        job_free(&job);
    }
    job_free(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_job_gets_defaults),
        cmocka_unit_test(sources_have_names_and_several_paths),
        cmocka_unit_test(retention_counts_full_months),
        cmocka_unit_test(overrides_replace_settings),
        cmocka_unit_test(relative_paths_start_at_the_job_file),
        cmocka_unit_test(mistakes_name_the_line_and_the_closest_name),
        cmocka_unit_test(quotes_and_the_home_folder_are_understood),
        cmocka_unit_test(all_mistakes_are_reported_at_once),
        cmocka_unit_test(many_mistakes_are_counted),
        cmocka_unit_test(the_hash_depends_on_the_settings),
        cmocka_unit_test(the_hash_depends_on_the_files_that_settings_name),
        cmocka_unit_test(the_settings_of_a_source_are_those_that_decide_what_a_row_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
