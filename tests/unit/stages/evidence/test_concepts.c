/* test_concepts.c - stages/evidence/concepts.c: weights and coverage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stages/evidence/concepts.h"

static const struct {
    size_t record;
    const char *text;
} sentences[] = {
    {0, "The battery dies."}, {1, "The battery dies!"}, {1, "The battery dies, dies."},
    {2, "Battery dies."},     {2, "A parcel came."},    {3, ""},
};

enum { SENTENCES = sizeof(sentences) / sizeof(*sentences) };

static struct concepts concepts;

static int add_all(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < SENTENCES; i++) {
        size_t count;
        const struct term *words =
            terms_extract_with_bigrams(text_of(sentences[i].text), &arena, &count);
        concepts_add(&concepts, words, count, sentences[i].record);
    }
    concepts_compute_weights(&concepts);
    arena_free(&arena);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    concepts_free(&concepts);
    return 0;
}

static void common_concepts_weigh_more(void **state)
{
    (void)state;
    bool *nothing = memory_alloc(concepts.count, sizeof(*nothing));
    /* battery, dies and "battery dies" of three records, "the battery" of two; four concepts */
    double many = (3 * 1.7320508 + 1.4142136) / 2;
    assert_true(concepts_coverage_gain(&concepts, 0, nothing) > many - 1e-6);
    assert_true(concepts_coverage_gain(&concepts, 0, nothing) < many + 1e-6);
    assert_true(concepts_coverage_gain(&concepts, 4, nothing) < 0.1);
    assert_true(concepts_coverage_gain(&concepts, 5, nothing) == 0);
    free(nothing);
}

static void covered_concepts_add_nothing(void **state)
{
    (void)state;
    bool *covered = memory_alloc(concepts.count, sizeof(*covered));
    concepts_mark_covered(&concepts, 3, covered);
    assert_true(concepts_uncovered_share(&concepts, 0, covered) == 0.25);
    concepts_mark_text_covered(&concepts, TEXT("Ah, the batteries died"), covered);
    assert_true(concepts_uncovered_share(&concepts, 4, covered) == 1);
    concepts_mark_covered(&concepts, 0, covered);
    assert_true(concepts_coverage_gain(&concepts, 1, covered) == 0);
    assert_true(concepts_uncovered_share(&concepts, 5, covered) == 0);
    free(covered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_concepts_weigh_more),
        cmocka_unit_test(covered_concepts_add_nothing),
    };
    return cmocka_run_group_tests(tests, add_all, close_all);
}
