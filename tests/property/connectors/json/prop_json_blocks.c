/* prop_json_blocks.c - the same records are read wherever the blocks of the input end and whatever
 * the layout of the file; a truncated file loses only its last record. */
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
    const char *begin, *separator, *end;
    const char *before; /* each record */
    bool named;         /* records are objects, otherwise rows */
} forms[] = {
    {"", "\n", "\n", "{", true},
    {"", "\r\n", "", "{", true},
    {"[", ",", "]", "{", true},
    {"[\n  ", ",\n  ", "\n]\n", "{", true},
    {"{\"next\": \"x\", \"reviews\": [", ",\n", "], \"count\": 400}", "{", true},
    {"{", ",\n", "}", "\"key \\\"{\": {", true},
    {"[[\"id\", \"text\", \"tags\"],\n", ",\n", "]", "[", false},
};

/* Records have different sizes. */
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

/* The caller frees the result. */
static struct text make_file(const struct form *form, size_t blanks)
{
    char *bytes;
    size_t size;
    FILE *file = open_memstream(&bytes, &size);
    for (size_t i = 0; i < blanks; i++)
        fputc(' ', file);
    fputs(form->begin, file);
    for (size_t i = 0; i < OBJECTS; i++) {
        fputs(i ? form->separator : "", file);
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

static void records_do_not_depend_on_blocks_and_layouts(void **unused)
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

/* Number of complete objects. */
static size_t count_whole(struct text bytes)
{
    static const struct text end = {"\"n\": 1}]", 8};
    size_t whole = 0;
    for (size_t at = 0; (at = text_find(bytes, end, at)) < bytes.size; at++)
        whole += at + end.size < bytes.size; /* with the closing bracket */
    return whole;
}

static void a_truncated_file_loses_only_its_last_record(void **unused)
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
        cmocka_unit_test(records_do_not_depend_on_blocks_and_layouts),
        cmocka_unit_test(a_truncated_file_loses_only_its_last_record),
    };
    return cmocka_run_group_tests_name("json blocks", tests, NULL, NULL);
}
