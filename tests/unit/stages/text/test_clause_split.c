/* test_clause_split.c - stages/text/clause_split.c: where clauses end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/clause_split.h"

static const struct {
    const char *text, *clauses; /* joined by | */
} examples[] = {
    {"", ""},
    {"good", "good|"},
    {"Good price. Bad box!", "Good price. |Bad box!|"},
    {"The sound is great but the battery died.", "The sound is great |but the battery died.|"},
    {"Fine; loud, however cheap", "Fine; |loud, |however cheap|"},
    {"가격은 좋은데 배터리가 금방 닳아요", "가격은 좋은데 |배터리가 금방 닳아요|"},
    {"예쁘지만 작아요", "예쁘지만 |작아요|"},
    {"but", "but|"},
};

static void texts_are_split_at_words_that_turn_them(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    struct error error = {0};
    assert_true(segmenter_open(&segmenter, &error));
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct text text = text_of(examples[i].text), joined = {0};
        size_t count, begin = 0;
        const size_t *ends = clause_split_ends(segmenter, text, &arena, &count);
        for (size_t k = 0; k < count; begin = ends[k++])
            joined = arena_format(&arena, "%.*s%.*s|", TEXT_ARGUMENT(joined),
                                  TEXT_ARGUMENT(text_slice(text, begin, ends[k])));
        assert_int_equal(begin, text.size);
        if (!text_equal(joined, text_of(examples[i].clauses)))
            fail_msg("%.*s", TEXT_ARGUMENT(joined));
        arena_free(&arena);
    }
    segmenter_close(segmenter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_split_at_words_that_turn_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
