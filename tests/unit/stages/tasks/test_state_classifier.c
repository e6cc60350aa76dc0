/* test_state_classifier.c - stages/tasks/state_classifier.c, with a model whose states count "good"
 * and "bad" (tests/fakes/t5.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stages/tasks/state_classifier.h"
#include "tests/fakes/t5.h"

enum { WIDTH = 2, STATES = 2 * WIDTH };
enum { PRAISE, COMPLAINT, NEITHER, CLASSES };

struct table {
    uint32_t width;
    struct state_class_weights classes[CLASSES];
    int8_t weights[CLASSES][STATES];
};

/* "good" speaks for praise, "bad" for a complaint, and a question mark for neither. */
static struct table make_table(void)
{
    struct table table = {.width = WIDTH};
    for (size_t i = 0; i < CLASSES; i++)
        table.classes[i].scale = 0.01F;
    table.weights[PRAISE][0] = 100;            /* good, after the first question */
    table.weights[COMPLAINT][WIDTH + 1] = 100; /* bad, after the second */
    table.classes[NEITHER].question = 9;
    return table;
}

struct fixture {
    struct table table;
    struct t5_model model;
    struct sentiment_predictor sentiment;
    struct state_classifier classifier;
};

static bool load(struct fixture *fixture, size_t table_size, struct error *error)
{
    fixture->table = make_table();
    fixture->model = (struct t5_model){fake_prompts, {(const char *)&fixture->table, table_size}};
    assert_true(sentiment_load(&fixture->sentiment, &fixture->model, NULL));
    return state_classifier_load(&fixture->classifier, &fixture->model, "quotes", CLASSES,
                                 &fixture->sentiment, error);
}

static void texts_are_classified(void **state)
{
    (void)state;
    static const struct text texts[] = {TEXT("good good good"), TEXT("bad bad bad"), TEXT("bad?"),
                                        TEXT("")};
    enum { COUNT = sizeof(texts) / sizeof(*texts) };
    struct fixture fixture = {0};
    double found[COUNT][CLASSES], alone[CLASSES];
    assert_true(load(&fixture, sizeof(fixture.table), NULL));
    struct t5_session session = {.model = &fixture.model, .batch = COUNT, .input_tokens = 48};
    assert_true(t5_encode(&session, texts, COUNT, NULL));
    assert_true(state_classifier_predict(&fixture.classifier, &session,
                                         (struct text_array){texts, COUNT}, found[0], NULL));
    /* Three times a weight of 1 against two classes with a logit of 0. */
    assert_true(fabs(found[0][PRAISE] - exp(3) / (exp(3) + 2)) < 1e-6);
    assert_true(fabs(found[0][COMPLAINT] - 1 / (exp(3) + 2)) < 1e-6);
    assert_true(fabs(found[1][COMPLAINT] - exp(3) / (exp(3) + 2)) < 1e-6);
    assert_true(found[2][COMPLAINT] < 0.01);
    assert_true(fabs(found[3][NEITHER] - 1.0 / CLASSES) < 1e-6);
    assert_true(t5_encode(&session, &texts[1], 1, NULL));
    assert_true(state_classifier_predict(&fixture.classifier, &session,
                                         (struct text_array){&texts[1], 1}, alone, NULL));
    assert_memory_equal(alone, found[1], sizeof(alone));
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
    static const size_t sizes[] = {1, offsetof(struct table, weights), sizeof(struct table) - 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        assert_false(load(&fixture, sizes[i], &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_non_null(strstr(error.message, "'quotes'"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_classified),
        cmocka_unit_test(a_model_without_a_table_has_no_weights),
        cmocka_unit_test(a_table_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
