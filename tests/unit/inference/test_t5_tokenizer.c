/* test_t5_tokenizer.c - a tokenizer from spiece.model, a directory and a model file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "inference/t5.h"
#include "tests/support/tiny_model.h"

static void every_kind_of_source_gives_the_same_tokenizer(void **state)
{
    (void)state;
    struct tiny_model tiny = {.is_gated = true};
    struct error error = {0};
    struct arena arena = {0};
    char *directory = tiny_model_create(&tiny);
    const char *model = arena_format(&arena, "%s/model.winnow", directory).bytes;
    assert_true(t5_import(&(struct t5_import){.source = directory, .target = model}, &error));
    const char *const paths[] = {"tests/unit/data/tokenizer/spiece.model", directory, model};
    int32_t first[64], ids[64];
    size_t first_count = 0, ends[64];
    for (size_t i = 0; i < 3; i++) {
        struct t5_tokenizer *tokenizer;
        assert_true(t5_tokenizer_open(&tokenizer, paths[i], &error));
        struct text text = TEXT("The kettle boils fast.");
        size_t count = t5_tokenizer_encode(tokenizer, text, ids, ends, 64);
        assert_int_equal(ends[count - 1], text.size);
        assert_int_equal(t5_tokenizer_end_id(tokenizer), 1);
        if (i == 0) {
            first_count = count;
            memcpy(first, ids, sizeof(ids));
        }
        assert_int_equal(count, first_count);
        assert_memory_equal(ids, first, count * sizeof(*ids));
        t5_tokenizer_close(tokenizer);
    }
    tiny_model_remove(directory);
    arena_free(&arena);
}

static void a_source_without_a_tokenizer_is_reported(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message;
    } examples[] = {
        {"tests/unit/data", "neither spiece.model nor tokenizer.json is there"},
        {"tests/unit/data/tokenizer/text.txt", "not a SentencePiece model"},
        {"tests/unit/data/none", "No such file"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        struct t5_tokenizer *tokenizer;
        assert_false(t5_tokenizer_open(&tokenizer, examples[i].path, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_non_null(strstr(error.message, examples[i].message));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_source_gives_the_same_tokenizer),
        cmocka_unit_test(a_source_without_a_tokenizer_is_reported),
    };
    return cmocka_run_group_tests_name("t5_tokenizer", tests, NULL, NULL);
}
