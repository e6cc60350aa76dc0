/* test_quote_classifier.c - stages/tasks/quote_classifier.c, with a model whose states count "good"
 * and "bad" (tests/fakes/t5.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/tasks/quote_classifier.h"
#include "tests/fakes/t5.h"

enum { WIDTH = 2, STATES = 2 * WIDTH };

struct table {
    struct quote_table_header header;
    int8_t weights[QUOTE_CLASS_COUNT][STATES];
};

/* "good" speaks for praise, "bad" for a complaint, and a question mark for neither. */
static struct table make_table(void)
{
    struct table table = {.header.width = WIDTH};
    for (size_t i = 0; i < QUOTE_CLASS_COUNT; i++)
        table.header.classes[i].scale = 0.01F;
    table.weights[QUOTE_PRAISE][0] = 100;            /* good, after the first question */
    table.weights[QUOTE_COMPLAINT][WIDTH + 1] = 100; /* bad, after the second */
    table.header.classes[QUOTE_NEITHER].question = 9;
    return table;
}

struct fixture {
    struct table table;
    struct t5_model model;
    struct sentiment_predictor sentiment;
    struct quote_classifier classifier;
};

static bool load(struct fixture *fixture, size_t table_size, struct error *error)
{
    fixture->table = make_table();
    fixture->model = (struct t5_model){fake_prompts, {(const char *)&fixture->table, table_size}};
    assert_true(sentiment_load(&fixture->sentiment, &fixture->model, NULL));
    return quote_classifier_load(&fixture->classifier, &fixture->model, &fixture->sentiment, error);
}

static void sentences_are_classified(void **state)
{
    (void)state;
    static const struct text texts[] = {TEXT("good good good"), TEXT("bad bad bad"), TEXT("bad?"),
                                        TEXT("")};
    enum { COUNT = sizeof(texts) / sizeof(*texts) };
    struct fixture fixture = {0};
    struct quote_probabilities found[COUNT], alone;
    assert_true(load(&fixture, sizeof(fixture.table), NULL));
    struct t5_session session = {.model = &fixture.model, .batch = COUNT, .input_tokens = 48};
    assert_true(t5_encode(&session, texts, COUNT, NULL));
    assert_true(quote_classifier_predict(&fixture.classifier, &session,
                                         (struct text_array){texts, COUNT}, found, NULL));
    /* Three times a weight of 1 against five classes with a logit of 0. */
    assert_true(fabs(found[0].praise - exp(3) / (exp(3) + 5)) < 1e-6);
    assert_true(fabs(found[0].complaint - 1 / (exp(3) + 5)) < 1e-6);
    assert_true(fabs(found[1].complaint - exp(3) / (exp(3) + 5)) < 1e-6);
    assert_true(found[2].complaint < 0.01);
    assert_true(fabs(found[3].weak_praise - 1.0 / QUOTE_CLASS_COUNT) < 1e-6);
    assert_true(t5_encode(&session, &texts[1], 1, NULL));
    assert_true(quote_classifier_predict(&fixture.classifier, &session,
                                         (struct text_array){&texts[1], 1}, &alone, NULL));
    assert_memory_equal(&alone, &found[1], sizeof(alone));
    arena_free(&session.arena);
}

static void a_model_without_a_table_has_no_weights(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    assert_true(load(&fixture, 0, NULL));
    assert_null(fixture.classifier.weights);
}

static void a_table_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct error error = {0};
    static const size_t sizes[] = {1, sizeof(struct quote_table_header), sizeof(struct table) - 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        assert_false(load(&fixture, sizes[i], &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_non_null(strstr(error.message, "table of quotes"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_are_classified),
        cmocka_unit_test(a_model_without_a_table_has_no_weights),
        cmocka_unit_test(a_table_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
