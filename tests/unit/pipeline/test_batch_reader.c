/* test_batch_reader.c - pipeline/batch_reader.c over a connector that follows a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/batch_reader.h"

static const struct field kettle[] = {{TEXT("product"), TEXT("Kettle")},
                                      {TEXT("stars"), TEXT("5")}},
                          renamed[] = {{TEXT("1"), TEXT("Kettle")}, {TEXT("2"), TEXT("5")}};

static void add_record(struct batch *batch, const struct field *fields, const char *body)
{
    struct record *record = batch_add_record(batch);
    record->fields = fields;
    record->field_count = fields ? 2 : 0;
    record->body = text_of(body);
}

/* One character per read: "r" a record without columns, "k" one with columns, "n" with other names,
 * "2" two records of one row, "x" a reject, "s" a skipped row, "!" a failure. */
struct script {
    const char *reads;
    bool fails_to_open, is_closed;
};

static bool open_script(void *state, const char *path, struct error *error)
{
    struct script *script = state;
    return !script->fails_to_open || error_set(error, ERROR_INPUT, "%s: no such file", path);
}

static enum read_status read_script(void *state, struct batch *batch, struct error *error)
{
    struct script *script = state;
    char step = *script->reads;
    if (step == '\0')
        return READ_END;
    script->reads++;
    if (step == 'r')
        add_record(batch, NULL, "text");
    if (step == 'k' || step == '2')
        add_record(batch, kettle, "first answer");
    if (step == '2')
        add_record(batch, kettle, "second answer");
    if (step == 'n')
        add_record(batch, renamed, "text");
    if (step == 'x')
        batch_reject_row(batch, 1, 0, TEXT("broken"), TEXT("raw"));
    batch->skipped += step == 's';
    if (step != '!')
        return READ_OK;
    error_set(error, ERROR_INPUT, "torn");
    return READ_FAILED;
}

static void close_script(void *state)
{
    ((struct script *)state)->is_closed = true;
}

static const struct connector connector = {
    .name = "script", .open = open_script, .read = read_script, .close = close_script};

static const struct {
    const char *reads;
    const char *batches; /* of at most 2: "records+rejects", the last with the status */
} cases[] = {
    {"", "0+0 end"},        {"r", "1+0 end"},    {"rr", "2+0|0+0 end"}, /* the file's end is not
                                                                           known before the next
                                                                           read */
    {"rxr", "1+1|1+0 end"}, {"sssr", "1+0 end"}, {"rrr!rr", "2+0|1+0 torn"}, {"!", "0+0 torn"},
};

static void files_are_read_in_batches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct script script = {.reads = cases[i].reads};
        struct input_file file = {
            .path = "a", .name = "b", .connector = &connector, .connector_state = &script};
        struct batch_reader reader;
        char found[100] = "";
        assert_true(batch_reader_open(&reader, &file, 2));
        assert_string_equal(reader.batch.path, "b");
        do {
            batch_reader_fill(&reader, UINT64_MAX);
            snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%zu+%zu",
                     found[0] ? "|" : "", reader.batch.count, reader.batch.reject_count);
            assert_int_equal(reader.batch.read, reader.batch.count + reader.batch.reject_count);
        } while (reader.status == READ_OK);
        snprintf(found + strlen(found), sizeof(found) - strlen(found), " %s",
                 reader.status == READ_END ? "end" : "torn");
        assert_string_equal(found, cases[i].batches);
        assert_int_equal(reader.batch.failure.size > 0, reader.status == READ_FAILED);
        batch_reader_close(&reader);
        assert_true(script.is_closed);
    }
}

static void reads_are_counted_and_can_be_limited(void **state)
{
    (void)state;
    struct script script = {.reads = "rxsrr"};
    struct input_file file = {.connector = &connector, .connector_state = &script};
    struct batch_reader reader;
    assert_true(batch_reader_open(&reader, &file, 100));
    batch_reader_fill(&reader, 3);
    assert_int_equal(reader.reads, 3);
    assert_int_equal(reader.batch.count, 1);
    assert_int_equal(reader.batch.skipped, 1);
    assert_int_equal(reader.status, READ_OK);
    batch_reader_fill(&reader, UINT64_MAX);
    assert_int_equal(reader.reads, 5);
    assert_int_equal(reader.batch.count, 2);
    assert_int_equal(reader.batch.skipped, 0);
    batch_reader_close(&reader);
}

static void rows_are_recognized_by_their_values(void **state)
{
    (void)state;
    static const struct {
        const char *reads;
        bool same_row, same_columns; /* of the first and the last record */
    } pairs[] = {
        {"2", true, true},    /* answers of a survey */
        {"kk", false, true},  /* the second of two identical rows */
        {"kn", false, false}, /* other names, and the second row with these values */
        {"rk", false, false}, {"rr", false, true},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        struct script script = {.reads = pairs[i].reads};
        struct input_file file = {
            .connector = &connector, .connector_state = &script, .settings_hash = 1};
        struct batch_reader reader;
        assert_true(batch_reader_open(&reader, &file, 100));
        batch_reader_fill(&reader, UINT64_MAX);
        assert_int_equal(reader.batch.settings_hash, 1);
        const struct record *first = &reader.batch.records[0], *second = first + 1;
        assert_int_equal(first->row_hash == second->row_hash, pairs[i].same_row);
        assert_int_equal(first->columns_hash == second->columns_hash, pairs[i].same_columns);
        batch_reader_close(&reader);
    }
    uint64_t hashes[2];
    for (size_t i = 0; i < 2; i++) { /* names do not matter, since settings change them */
        struct script script = {.reads = i ? "n" : "k"};
        struct input_file file = {
            .connector = &connector, .connector_state = &script, .settings_hash = i + 1};
        struct batch_reader reader;
        assert_true(batch_reader_open(&reader, &file, 100));
        batch_reader_fill(&reader, UINT64_MAX);
        hashes[i] = reader.batch.records[0].row_hash;
        batch_reader_close(&reader);
    }
    assert_true(hashes[0] == hashes[1]);
}

static void a_file_that_cannot_be_opened_gives_one_empty_batch(void **state)
{
    (void)state;
    struct script script = {.reads = "r", .fails_to_open = true};
    const struct input_file files[] = {
        {.path = "a", .connector = &connector, .connector_state = &script},
        {.path = "a", .failure = "no such format"}};
    static const char *const failures[] = {"a: no such file", "no such format"};
    for (size_t i = 0; i < 2; i++) {
        struct batch_reader reader;
        assert_false(batch_reader_open(&reader, &files[i], 2));
        batch_reader_fill(&reader, UINT64_MAX);
        assert_int_equal(reader.status, READ_FAILED);
        assert_int_equal(reader.failure.kind, ERROR_INPUT);
        assert_true(text_equal(reader.batch.failure, text_of(failures[i])));
        assert_int_equal(reader.batch.read, 0);
        batch_reader_close(&reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_in_batches),
        cmocka_unit_test(reads_are_counted_and_can_be_limited),
        cmocka_unit_test(rows_are_recognized_by_their_values),
        cmocka_unit_test(a_file_that_cannot_be_opened_gives_one_empty_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
