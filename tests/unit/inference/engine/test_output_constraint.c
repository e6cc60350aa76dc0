/* test_output_constraint.c - the allowed tokens at each step, with the vocabulary of a tiny
 * model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "inference/engine/output_constraint.h"
#include "inference/model/model.h"

enum { MOST = 64 };

struct fixture {
    struct t5_model *model;
    struct arena arena;
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    *state = &fixture;
    return t5_model_open(&fixture.model, "tests/unit/data/tiny-gated", T5_F32, NULL) ? 0 : -1;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    arena_free(&fixture->arena);
    t5_model_close(fixture->model);
    return 0;
}

static struct t5_choices *open_choices(struct fixture *fixture, const char *const *items,
                                       size_t count, size_t max)
{
    struct text texts[16];
    for (size_t i = 0; i < count; i++)
        texts[i] = text_of(items[i]);
    struct t5_choices *choices;
    struct error error = {0};
    if (!t5_choices_open(&choices, fixture->model, &(struct t5_choice_items){texts, count, max},
                         &error))
        fail_msg("%s", error.message);
    return choices;
}

/* Accepts the tokens of `text`; false at the first one that is not allowed. */
static bool take_text(struct fixture *fixture, const struct t5_choices *choices,
                      struct choice_state *state, const char *text, size_t *budget)
{
    int32_t ids[MOST], allowed[256];
    assert_true(choices_max_allowed(choices) <= 256);
    size_t count = t5_tokenize(fixture->model, text_of(text), ids, MOST);
    for (size_t i = 0; i < count; i++) {
        size_t allowed_count = choices_allowed(choices, state, *budget, allowed);
        bool found = false;
        for (size_t k = 0; k < allowed_count; k++)
            found = found || allowed[k] == ids[i];
        if (!found)
            return false;
        choices_accept(choices, state, ids[i], (*budget)--);
    }
    return true;
}

static bool may_end(struct fixture *fixture, const struct t5_choices *choices,
                    const struct choice_state *state, size_t budget)
{
    int32_t allowed[256];
    size_t count = choices_allowed(choices, state, budget, allowed);
    for (size_t i = 0; i < count; i++)
        if (allowed[i] == t5_model_config(fixture->model)->end_id)
            return true;
    return false;
}

static void items_follow_one_another_without_repetition(void **state)
{
    struct fixture *fixture = *state;
    const char *items[] = {"price good", "price bad", "soup good"};
    struct t5_choices *choices = open_choices(fixture, items, 3, 2);
    struct choice_state *way = choices_start(choices, &fixture->arena);
    size_t budget = MOST, count;
    assert_false(may_end(fixture, choices, way, budget));
    assert_true(take_text(fixture, choices, way, "price good", &budget));
    assert_true(may_end(fixture, choices, way, budget));
    assert_false(take_text(fixture, choices, way, "price good", &budget));
    way = choices_start(choices, &fixture->arena);
    assert_true(take_text(fixture, choices, way, "soup good", &budget));
    assert_true(take_text(fixture, choices, way, "price bad", &budget));
    assert_true(may_end(fixture, choices, way, budget));
    const size_t *found = choices_items(choices, way, &count);
    assert_int_equal(count, 2);
    assert_int_equal(found[0], 2);
    assert_int_equal(found[1], 1);
    assert_true(text_equal(choices_text(choices, found, count, &fixture->arena),
                           TEXT("soup good price bad")));
    assert_false(take_text(fixture, choices, way, "price good", &budget)); /* at most two items */
    t5_choices_close(choices);
}

static void an_item_may_be_the_start_of_another(void **state)
{
    struct fixture *fixture = *state;
    const char *items[] = {"good", "good soup", "soup"};
    struct t5_choices *choices = open_choices(fixture, items, 3, 3);
    struct choice_state *way = choices_start(choices, &fixture->arena);
    size_t budget = MOST, count;
    assert_true(take_text(fixture, choices, way, "good soup good soup", &budget));
    assert_true(may_end(fixture, choices, way, budget));
    choices_items(choices, way, &count);
    assert_true(count == 3 || count == 2);
    assert_false(take_text(fixture, choices, way, "good", &budget));
    t5_choices_close(choices);
}

static void an_item_that_does_not_fit_is_not_started(void **state)
{
    struct fixture *fixture = *state;
    const char *items[] = {"soup", "breakfast was very late"};
    struct t5_choices *choices = open_choices(fixture, items, 2, 2);
    size_t soup = t5_tokenize(fixture->model, TEXT("soup"), NULL, 0);
    struct choice_state *way = choices_start(choices, &fixture->arena);
    int32_t allowed[256];
    assert_true(choices_allowed(choices, way, soup, allowed) >= 1);
    assert_int_equal(choices_allowed(choices, way, soup - 1, allowed), 0);
    size_t budget = soup;
    assert_false(take_text(fixture, choices, way, "breakfast", &budget));
    way = choices_start(choices, &fixture->arena);
    budget = soup;
    assert_true(take_text(fixture, choices, way, "soup", &budget));
    assert_int_equal(budget, 0);
    assert_int_equal(choices_allowed(choices, way, budget, allowed), 1); /* the end token */
    t5_choices_close(choices);
}

static void useless_sets_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct t5_choices *choices;
    struct error error = {0};
    assert_false(
        t5_choices_open(&choices, fixture->model, &(struct t5_choice_items){NULL, 0, 1}, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    const struct text empty[] = {TEXT("soup"), TEXT("")};
    error = (struct error){0};
    assert_false(
        t5_choices_open(&choices, fixture->model, &(struct t5_choice_items){empty, 2, 1}, &error));
    assert_non_null(strstr(error.message, "choice 2"));
    const struct text twice[] = {TEXT("soup"), TEXT("soup")};
    error = (struct error){0};
    assert_false(
        t5_choices_open(&choices, fixture->model, &(struct t5_choice_items){twice, 2, 1}, &error));
    assert_non_null(strstr(error.message, "choices 1 and 2"));
    t5_choices_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_follow_one_another_without_repetition),
        cmocka_unit_test(an_item_may_be_the_start_of_another),
        cmocka_unit_test(an_item_that_does_not_fit_is_not_started),
        cmocka_unit_test(useless_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
