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
#include <unistd.h>

#include "base/memory.h"
#include "connectors/connectors.h"

enum { OBJECTS = 400 };

static const struct form {
    const char *begin, *between, *end;
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

static void write_file(const char *path, const struct form *form, size_t blanks)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < blanks; i++)
        fputc(' ', file);
    fputs(form->begin, file);
    for (size_t i = 0; i < OBJECTS; i++) {
        fputs(i ? form->between : "", file);
        write_record(file, form, i);
    }
    fputs(form->end, file);
    assert_int_equal(fclose(file), 0);
}

static void the_same_records_come_out(void **unused)
{
    (void)unused;
    char path[] = "/tmp/prop_json_blocks.XXXXXX";
    close(mkstemp(path));
    for (size_t f = 0; f < sizeof(forms) / sizeof(*forms); f++)
        for (size_t blanks = 0; blanks < 400; blanks += 61) {
            write_file(path, &forms[f], blanks);
            void *state = memory_alloc(1, json_connector.state_size);
            option_defaults(json_connector.options, state);
            struct batch batch = {.path = path, .source = TEXT("test")};
            struct error error = {0};
            if (!json_connector.open(state, path, &error))
                fail_msg("form %zu: %s", f, error.message);
            while (json_connector.read(state, &batch, &error) == READING_MORE)
                ;
            assert_int_equal(batch.reject_count, 0);
            assert_int_equal(batch.count, OBJECTS);
            for (size_t i = 0; i < OBJECTS; i++) {
                int64_t id;
                assert_true(text_integer(batch.records[i].external_id, &id));
                assert_int_equal(id, i);
            }
            batch_free(&batch);
            json_connector.close(state);
            free(state);
        }
    unlink(path);
}

/* Objects that end within the first `size` bytes. */
static size_t count_whole(const char *path, long size)
{
    char *bytes = memory_alloc((size_t)size + 1, 1);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct text text = {bytes, fread(bytes, 1, (size_t)size, file)};
    fclose(file);
    size_t whole = 0;
    for (size_t at = 0; (at = text_find(text, TEXT("\"n\": 1}]"), at)) < text.size; at++)
        whole += at + sizeof("\"n\": 1}]") <= text.size;
    free(bytes);
    return whole;
}

static void a_file_that_ends_early_loses_its_last_record(void **unused)
{
    (void)unused;
    char path[] = "/tmp/prop_json_blocks.XXXXXX";
    close(mkstemp(path));
    for (size_t f = 0; f < sizeof(forms) / sizeof(*forms); f++)
        for (long size = 125000; size > 20000; size -= 4987) {
            write_file(path, &forms[f], 0);
            size_t whole = count_whole(path, size);
            assert_int_equal(truncate(path, size), 0);
            void *state = memory_alloc(1, json_connector.state_size);
            option_defaults(json_connector.options, state);
            struct batch batch = {.path = path, .source = TEXT("test")};
            struct error error = {0};
            if (!json_connector.open(state, path, &error))
                fail_msg("form %zu: %s", f, error.message);
            while (json_connector.read(state, &batch, &error) == READING_MORE)
                ;
            assert_int_equal(batch.count, whole);
            assert_true(batch.reject_count <= 1);
            batch_free(&batch);
            json_connector.close(state);
            free(state);
        }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_records_come_out),
        cmocka_unit_test(a_file_that_ends_early_loses_its_last_record),
    };
    return cmocka_run_group_tests_name("json blocks", tests, NULL, NULL);
}
