/* test_clean.c - stages/clean.c: records through the stage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stages.h"
#include "tests/fakes/stage.h"

static const struct {
    const char *title, *body, *lang;       /* read */
    const char *text, *kept_title, *found; /* cleaned; text NULL: it says nothing */
    const char *how;                       /* how the language was found; NULL: not found */
} examples[] = {
    {"", "Works &amp; looks  good, would buy this kettle again any time.", "",
     "Works & looks good, would buy this kettle again any time.", "", "en", "detected"},
    {"Great <b>kettle</b>", "n/a", "", "Great kettle", "Great kettle", "", NULL},
    {"", "없음", "", NULL, "", "", NULL},
    {"", "No, thank you!", "en", NULL, "", "en", NULL},
    {"Nope", "n/a", "", NULL, "Nope", "", NULL},
    {"@shop late again https://t.co/a1", "@shop late again https://t.co/a1", "", "late again",
     "late again", "", NULL},
    {"", "It leaks.\nBest regards,\nAnna", "", "It leaks.", "", "", NULL},
    {"", "@shop https://t.co/a1", "", NULL, "", "", NULL},
    {"-", "...", "en", NULL, "-", "en", NULL},
    {"", "배송 빨라요 good", "", "배송 빨라요 good", "", "ko", "detected"},
    {"", "ㅋㅋㅋ", "en", "ㅋㅋㅋ", "", "ko", "detected"},
    {"", "最高です", "", "最高です", "", "ja", "detected"},
    {"", "Good", "", "Good", "", "", NULL},
    {"", "Good", "EN_us", "Good", "", "en", "hint"},
    {"", "Super App!", "de", "Super App!", "", "de", "hint"},
    {"", "Super App!", "german", "Super App!", "", "", NULL},
    /* the hint is the device's language */
    {"", "It stopped working after the update.", "ko", "It stopped working after the update.", "",
     "en", "detected"},
    {"", "Nach dem Update geht nichts mehr.", "", "Nach dem Update geht nichts mehr.", "", "de",
     "detected"},
    {"", "Très bon produit, livraison rapide", "", "Très bon produit, livraison rapide", "", "fr",
     "detected"},
    {"", "Muy contento con la compra", "", "Muy contento con la compra", "", "es", "detected"},
    {"", "Prima service, snel geleverd", "", "Prima service, snel geleverd", "", "nl", "detected"},
    {"", "Bardzo dobry produkt, polecam", "", "Bardzo dobry produkt, polecam", "", "pl",
     "detected"},
    {"", "Очень хороший чайник, советую", "", "Очень хороший чайник, советую", "", "ru",
     "detected"},
    {"", "质量很好，物流很快", "", "质量很好，物流很快", "", "zh", "detected"},
};

static void records_are_cleaned(void **state)
{
    (void)state;
    void *clean = stage_start(&clean_stage, "", NULL, NULL);
    struct batch batch = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct record *record = batch_add_record(&batch);
        record->title = text_of(examples[i].title);
        record->body = text_of(examples[i].body);
        record->lang = text_of(examples[i].lang);
    }
    assert_true(clean_stage.process(clean, &batch, NULL));
    for (size_t i = 0; i < batch.count; i++) {
        const struct record *record = &batch.records[i];
        assert_int_equal(record_has_opinion(record), examples[i].text != NULL);
        assert_true(text_equal(record->text, text_of(examples[i].text)));
        assert_true(text_equal(record->title, text_of(examples[i].kept_title)));
        if (examples[i].text && !text_equal(record->lang, text_of(examples[i].found)))
            fail_msg("%s: %.*s", examples[i].body, TEXT_ARGUMENT(record->lang));
        assert_true(text_equal(text_of(record->lang_source), text_of(examples[i].how)));
    }
    batch_free(&batch);
    stage_end(&clean_stage, clean);
}

/* What a question asks for decides whether "nothing" is an opinion. */
static void the_question_decides(void **state)
{
    (void)state;
    static const struct {
        const char *title, *body;
        enum asked_for asked_for;
        enum record_state kept;
    } answers[] = {
        {"", "Nothing", ASKED_FOR_ANYTHING, RECORD_NO_OPINION},
        {"", "Nothing", ASKED_FOR_COMPLAINT, RECORD_NO_OPINION},
        {"", "Nothing", ASKED_FOR_PRAISE, RECORD_NEW},
        {"", "No", ASKED_FOR_PRAISE, RECORD_NO_OPINION},
        {"", "n/a", ASKED_FOR_PRAISE, RECORD_EMPTY},
        {"-", "", ASKED_FOR_ANYTHING, RECORD_EMPTY},
        {"Nein", "", ASKED_FOR_ANYTHING, RECORD_NO_OPINION},
    };
    void *clean = stage_start(&clean_stage, "", NULL, NULL);
    struct batch batch = {0};
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        struct record *record = batch_add_record(&batch);
        record->title = text_of(answers[i].title);
        record->body = text_of(answers[i].body);
        record->asked_for = answers[i].asked_for;
    }
    assert_true(clean_stage.process(clean, &batch, NULL));
    for (size_t i = 0; i < batch.count; i++)
        assert_int_equal(batch.records[i].state, answers[i].kept);
    batch_free(&batch);
    stage_end(&clean_stage, clean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(records_are_cleaned),
                                       cmocka_unit_test(the_question_decides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
