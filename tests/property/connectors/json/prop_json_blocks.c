/* prop_json_blocks.c - wherever the reader's blocks end, and in whichever form the objects lie, the
 * same records come out; a file that ends early loses its last record alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/connectors.h"
#include "tests/support/reading.h"

enum { OBJECTS = 400 };

static const struct form {
    const char *begin, *is_between_pages, *end;
    const char *before; /* each record */
    bool named;         /* its values have names: an object, else a row */
} forms[] = {
    {"", "\n", "\n", "{", true},
    {"", "\r\n", "", "{", true},
    {"[", ",", "]", "{", true},
    {"[\n  ", ",\n  ", "\n]\n", "{", true},
    {"{\"next\": \"x\", \"reviews\": [", ",\n", "], \"count\": 400}", "{", true},
    {"{", ",\n", "}", "\"key \\\"{\": {", true},
    {"[[\"id\", \"text\", \"tags\"],\n", ",\n", "]", "[", false},
};

/* Of changing size. */
static void write_record(FILE *file, const struct form *form, size_t number)
{
    char text[900] = "";
    size_t size = number * 37 % sizeof(text);
    memset(text, '-', size);
    fputs(form->before, file);
    fprintf(file, form->named ? "\"id\": %zu, \"text\": " : "%zu, ", number);
    fprintf(file, "\"]}\\\"{%.*s\", ", (int)size, text);
    fputs(form->named ? "\"tags\": [{\"n\": 1}]}" : "[{\"n\": 1}]]", file);
}

/* Freed by the caller. */
static struct text make_file(const struct form *form, size_t blanks)
{
    char *bytes;
    size_t size;
    FILE *file = open_memstream(&bytes, &size);
    for (size_t i = 0; i < blanks; i++)
        fputc(' ', file);
    fputs(form->begin, file);
    for (size_t i = 0; i < OBJECTS; i++) {
        fputs(i ? form->is_between_pages : "", file);
        write_record(file, form, i);
    }
    fputs(form->end, file);
    fclose(file);
    return (struct text){bytes, size};
}

static void read_file(struct text bytes, struct batch *batch)
{
    struct error error = {0};
    *batch = (struct batch){.path = "test", .source = TEXT("test")};
    if (read_with_connector(&json_connector, bytes, batch, NULL, 0, &error) != READ_END)
        fail_msg("%.60s: %s", bytes.bytes, error.message);
}

static void the_same_records_come_out(void **unused)
{
    (void)unused;
    for (size_t f = 0; f < sizeof(forms) / sizeof(*forms); f++)
        for (size_t blanks = 0; blanks < 400; blanks += 61) {
            struct text bytes = make_file(&forms[f], blanks);
            struct batch batch;
            read_file(bytes, &batch);
            assert_int_equal(batch.reject_count, 0);
            assert_int_equal(batch.count, OBJECTS);
            for (size_t i = 0; i < OBJECTS; i++) {
                int64_t id;
                assert_true(text_to_integer(batch.records[i].external_id, &id));
                assert_int_equal(id, i);
            }
            batch_free(&batch);
            free((void *)(uintptr_t)bytes.bytes);
        }
}

/* Objects that end within it. */
static size_t count_whole(struct text bytes)
{
    static const struct text end = {"\"n\": 1}]", 8};
    size_t whole = 0;
    for (size_t at = 0; (at = text_find(bytes, end, at)) < bytes.size; at++)
        whole += at + end.size < bytes.size; /* and the bracket behind */
    return whole;
}

static void a_file_that_ends_early_loses_its_last_record(void **unused)
{
    (void)unused;
    for (size_t f = 0; f < sizeof(forms) / sizeof(*forms); f++) {
        struct text bytes = make_file(&forms[f], 0);
        for (size_t size = 125000; size > 20000; size -= 4987) {
            struct text cut = text_slice(bytes, 0, size);
            struct batch batch;
            read_file(cut, &batch);
            assert_int_equal(batch.count, count_whole(cut));
            assert_true(batch.reject_count <= 1);
            batch_free(&batch);
        }
        free((void *)(uintptr_t)bytes.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_records_come_out),
        cmocka_unit_test(a_file_that_ends_early_loses_its_last_record),
    };
    return cmocka_run_group_tests_name("json blocks", tests, NULL, NULL);
}
