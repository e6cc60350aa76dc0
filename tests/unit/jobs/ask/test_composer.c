/* test_composer.c - jobs/ask/composer.c: a sentence of the model is kept only if it says what the
 * quotes say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "jobs/ask/composer.h"
#include "tests/fakes/t5.h"

static struct t5_session session;

bool t5_session_open(struct t5_session **opened, const struct t5_model *model,
                     const struct t5_limits *limits, struct error *error)
{
    (void)error;
    session = (struct t5_session){
        .model = model, .batch = limits->batch, .input_tokens = limits->input_tokens};
    *opened = &session;
    return true;
}

void t5_session_close(struct t5_session *closed)
{
    if (closed)
        arena_free(&closed->arena);
}

static const struct t5_limits limits = {.batch = 8, .threads = 1, .beam = 1};

static const struct text quotes[] = {
    {"The delivery was late and that is bad.", 38},
    {"Bad service, and the delivery was slow.", 39},
};

/* What is left of the model's sentence; "" if it is left out. */
static void assert_composed(const char *const *prompts, const char *written, size_t quote_count,
                            enum sentiment polarity, const char *expected)
{
    struct t5_model model = {.prompts = prompts};
    struct composer composer = {0};
    struct arena arena = {0};
    struct error error = {0};
    struct text sentence = {0};
    fake_written = written;
    if (!composer_open(&composer, &model, &limits, &error) ||
        !composer_write(&composer, (struct text_array){quotes, quote_count}, polarity, &arena,
                        &sentence, &error))
        fail_msg("%s", error.message);
    if (!text_equal(sentence, text_of(expected)))
        fail_msg("'%s' becomes '%.*s', not '%s'", written, TEXT_ARGUMENT(sentence), expected);
    composer_close(&composer);
    arena_free(&arena);
}

static void a_sentence_says_what_the_quotes_say(void **state)
{
    static const struct {
        const char *written, *expected;
    } rows[] = {
        {"late delivery, bad", "Late delivery, bad"},
        {"the delivery was late, bad", "The delivery was late, bad"},
        {"the delivery was not late, bad", ""}, /* a negation that no quote has */
        {"the service was late, bad", ""},      /* of something else */
        {"great delivery, bad", ""},            /* the other side */
        {"late delivery on 3 days, bad", ""},   /* a number */
        {"late delivery", ""},                  /* the fake model reads no complaint */
        {"that and the", ""},                   /* nothing */
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_composed(fake_prompts, rows[i].written, 2, SENTIMENT_NEGATIVE, rows[i].expected);
}

static void mixed_quotes_and_a_single_one_are_not_composed(void **state)
{
    (void)state;
    assert_composed(fake_prompts, "late delivery, bad", 1, SENTIMENT_NEGATIVE, "");
    assert_composed(fake_prompts, "late delivery, bad", 2, SENTIMENT_MIXED, "");
}

static void a_model_that_does_not_write_is_not_asked(void **state)
{
    static const char *const prompts[] = {"summary.by", "customers", NULL};
    (void)state;
    session.generated = 0;
    assert_composed(prompts, "late delivery, bad", 2, SENTIMENT_NEGATIVE, "");
    assert_int_equal(session.generated, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_says_what_the_quotes_say),
        cmocka_unit_test(mixed_quotes_and_a_single_one_are_not_composed),
        cmocka_unit_test(a_model_that_does_not_write_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
