/* prop_json_blocks.c - wherever the reader's blocks end, and in whichever form the objects lie, the
 * same records come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/connectors.h"

enum { OBJECTS = 400 };

static const struct form {
    const char *begin, *between, *end;
} forms[] = {
    {"", "\n", "\n"},
    {"", "\r\n", ""},
    {"[", ",", "]"},
    {"[\n  ", ",\n  ", "\n]\n"},
    {"{\"next\": \"x\", \"reviews\": [", ",\n", "], \"count\": 400}"},
};

/* Objects of changing size. */
static void write_file(const char *path, const struct form *form, size_t blanks)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < blanks; i++)
        fputc(' ', file);
    fputs(form->begin, file);
    for (size_t i = 0; i < OBJECTS; i++) {
        fprintf(
            file, "%s{\"id\": %zu, \"text\": \"]}\\\"{%.*s\", \"tags\": [{\"n\": 1}]}",
            i ? form->between : "", i, (int)(i * 37 % 900),
            "----------------------------------------------------------------------------------"
            "----------------------------------------------------------------------------------"
            "----------------------------------------------------------------------------------"
            "----------------------------------------------------------------------------------");
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
            assert_true(json_connector.open(state, path, &error));
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_records_come_out)};
    return cmocka_run_group_tests_name("json blocks", tests, NULL, NULL);
}
