/* test_classify.c - stages/chunk.c and stages/classify.c: records through both stages, with the
 * fake model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "stages/stages.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"

static const struct t5_model model = {.prompts = fake_prompts};

static const struct {
    const char *title, *text;
    enum sentiment sentiment;
    const char *topics;
} examples[] = {
    {"", "good price", SENTIMENT_POSITIVE, "price:positive;"},
    {"", "bad battery and a bad delivery", SENTIMENT_NEGATIVE,
     "delivery:negative;battery:negative;"},
    {"", "it is a kettle", SENTIMENT_NEUTRAL, ""},
    {"bad price", "it is a kettle", SENTIMENT_NEGATIVE, "price:negative;"},
    {"good", "good", SENTIMENT_POSITIVE, ""},
};

static void add_examples(struct batch *batch)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct record *record = batch_add_record(batch);
        record->title = text_of(examples[i].title);
        record->text = text_of(examples[i].text);
        record->needs_analysis = true;
    }
}

/* A text of many chunks: good ones, then bad ones. */
static void add_long(struct batch *batch, size_t good, size_t bad)
{
    struct text text = {0};
    for (size_t i = 0; i < good + bad; i++)
        text = arena_format(&batch->arena, "%.*sThe lid is %s and the %s lid stays %zu.\n",
                            TEXT_ARGUMENT(text), i < good ? "good" : "bad",
                            i < good ? "good" : "bad", i);
    struct record *record = batch_add_record(batch);
    record->text = text;
    record->needs_analysis = true;
}

static void run_with(const struct t5_model *asked, struct batch *batch, size_t session_batch,
                     const char *chunk_settings, const char *classify_settings)
{
    struct t5_session session = {.model = asked, .batch = session_batch, .input_tokens = 48};
    struct stage_context context = {
        .model = asked, .session = &session, .session_batch = session_batch};
    void *chunk = stage_start(&chunk_stage, chunk_settings, &context, NULL);
    void *classify = stage_start(&classify_stage, classify_settings, &context, NULL);
    struct error error = {0};
    assert_true(chunk_stage.process(chunk, batch, &error));
    if (!classify_stage.process(classify, batch, &error))
        fail_msg("%s", error.message);
    stage_end(&chunk_stage, chunk);
    stage_end(&classify_stage, classify);
    arena_free(&session.arena);
}

static void run_model(const struct t5_model *asked, struct batch *batch, size_t session_batch,
                      const char *chunk_settings)
{
    run_with(asked, batch, session_batch, chunk_settings, "");
}

static void run(struct batch *batch, size_t session_batch, const char *chunk_settings)
{
    run_model(&model, batch, session_batch, chunk_settings);
}

/* The topics as "price:positive;". */
static struct text topics_of(const struct record *record, struct arena *arena)
{
    struct text topics = {0};
    for (size_t i = 0; i < record->analysis.topic_count; i++)
        topics = arena_format(arena, "%.*s%.*s:%s;", TEXT_ARGUMENT(topics),
                              TEXT_ARGUMENT(record->analysis.topics[i].topic),
                              sentiment_names[record->analysis.topics[i].polarity]);
    return topics;
}

static void records_get_sentiment_and_topics(void **state)
{
    (void)state;
    struct batch batch = {0};
    add_examples(&batch);
    batch_add_record(&batch)->text = TEXT("bad, but saved already");
    run(&batch, 4, "");
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        const struct record *record = &batch.records[i];
        struct text topics = topics_of(record, &batch.arena);
        assert_int_equal(record->analysis.sentiment, examples[i].sentiment);
        assert_true(text_equal(topics, text_of(examples[i].topics)));
        assert_int_equal(record->chunk_count, 1);
        assert_true(record->analysis.coverage == 1);
    }
    assert_int_equal(batch.records[batch.count - 1].chunk_count, 0);
    batch_free(&batch);
}

enum { MAX_PROMPTS = 80 };

/* The fake's prompts after `changed` ones, which are found first. */
static struct t5_model model_with(const char *const *changed, const char **prompts)
{
    size_t count = 0;
    for (size_t i = 0; changed[i]; i++)
        prompts[count++] = changed[i];
    for (size_t i = 0; fake_prompts[i]; i++)
        prompts[count++] = fake_prompts[i];
    assert_true(count < MAX_PROMPTS);
    prompts[count] = NULL;
    return (struct t5_model){.prompts = prompts};
}

/* `by`: model, phrases or both; `sure_at`: the probability that an answer needs. */
static void expect_topics_by(const char *by, const char *sure_at, const char *text,
                             const char *expected)
{
    enum { KNOWN = sizeof(fake_prompts) / sizeof(*fake_prompts) - 1 };
    const char *prompts[KNOWN + 9] = {
        [KNOWN] = "topics.by", by,      "phrases.battery", "charger;charge",
        "topics.sure_at",      sure_at, "phrases.price",   "!full price"};
    for (size_t i = 0; i < KNOWN; i++)
        prompts[i] = fake_prompts[i];
    const struct t5_model prompted_model = {.prompts = prompts};
    struct batch batch = {0};
    struct record *record = batch_add_record(&batch);
    record->text = text_of(text);
    record->needs_analysis = true;
    run_model(&prompted_model, &batch, 4, "");
    assert_true(text_equal(topics_of(record, &batch.arena), text_of(expected)));
    batch_free(&batch);
}

static void phrases_complement_and_check_the_model(void **state)
{
    (void)state;
    expect_topics_by("model", "0", "good charger", "");
    expect_topics_by("phrases", "0", "good charger", "battery:positive;");
    expect_topics_by("both", "0", "good charger", "battery:positive;");
    expect_topics_by("model", "0", "good price. bad charger", "price:positive;");
    expect_topics_by("phrases", "0", "good price. bad charger", "battery:negative;");
    expect_topics_by("both", "0", "good price. bad charger", "price:positive;");
    /* the fake answers with probability 1: 2 makes every answer uncertain */
    expect_topics_by("both", "2", "good price. bad charger", "battery:negative;");
    expect_topics_by("both", "2", "good price", "");
    /* an excluded phrase overrules a certain answer */
    expect_topics_by("model", "0", "good full price. bad charger", "price:positive;");
    expect_topics_by("both", "0", "good full price. bad charger", "battery:negative;");
}

static void scored_topics_and_unknown_topics_of_a_users_list(void **state)
{
    (void)state;
    static const char *const scores[] = {"topics.by",
                                         "scores",
                                         "topics.labels",
                                         "pric,deli,batt",
                                         "topics.polarities",
                                         "good,meh,bad",
                                         "phrases.price",
                                         "!cheap",
                                         "topics.exclude_penalty",
                                         "1",
                                         NULL};
    static const struct {
        const char *text, *by_model, *by_list;
    } answers[] = {
        {"good price", "price:positive;", ""},
        {"bad battery. parking is good", "battery:negative;", "battery:negative;parking:positive;"},
        {"parking is bad", "", "parking:negative;"},
        {"good price, cheap", "", ""},
    };
    char path[] = "/tmp/winnow-test-XXXXXX", settings[64];
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fputs("topic,phrase\nbattery,good\nparking,\n", file);
    fclose(file);
    snprintf(settings, sizeof(settings), "taxonomy=%s", path);
    const char *prompts[MAX_PROMPTS];
    const struct t5_model scoring_model = model_with(scores, prompts);
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        for (int uses_list = 0; uses_list < 2; uses_list++) {
            struct batch batch = {0};
            struct record *record = batch_add_record(&batch);
            record->text = text_of(answers[i].text);
            record->needs_analysis = true;
            run_with(&scoring_model, &batch, 4, "", uses_list ? settings : "");
            struct text topics = topics_of(record, &batch.arena);
            if (!text_equal(topics, text_of(uses_list ? answers[i].by_list : answers[i].by_model)))
                fail_msg("%s: %.*s", answers[i].text, TEXT_ARGUMENT(topics));
            batch_free(&batch);
        }
    remove(path);
}

static void the_model_may_read_the_question(void **state)
{
    (void)state;
    static const char *const reading[] = {
        "sentiment.question", "{question} :", "sentiment.undetected_below", "0.5", NULL};
    static const char *const plain[] = {"sentiment.undetected_below", "0.5", NULL};
    static const struct {
        const char *question;
        enum asked_for asked_for;
        const char *text;
        enum sentiment read, unread;
        const char *topics_read, *topics_unread;
    } answers[] = {
        {"What was bad?", ASKED_FOR_ANYTHING, "It", SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL, "", ""},
        {"Any bad price?", ASKED_FOR_ANYTHING, "It", SENTIMENT_NEGATIVE, SENTIMENT_NEUTRAL,
         "price:negative;", ""},
        {"", ASKED_FOR_ANYTHING, "good", SENTIMENT_POSITIVE, SENTIMENT_POSITIVE, "", ""},
        /* the prior of the question is for models that do not read it */
        {"The best?", ASKED_FOR_PRAISE, "good and bad", SENTIMENT_UNDETECTED, SENTIMENT_POSITIVE,
         "", ""},
        /* words of a question for praise or complaints say nothing of the sentiment, but may name
           the topic */
        {"What would be a good price?", ASKED_FOR_COMPLAINT, "It", SENTIMENT_NEUTRAL,
         SENTIMENT_NEUTRAL, "price:positive;", ""},
        {"What was good and not bad?", ASKED_FOR_PRAISE, "bad battery", SENTIMENT_NEGATIVE,
         SENTIMENT_NEGATIVE, "battery:negative;", "battery:negative;"},
        /* too long to be read: the prior counts */
        {"A question of very many words bad bad bad bad bad bad bad bad bad bad bad bad bad bad "
         "bad bad bad bad bad bad bad bad bad bad bad bad",
         ASKED_FOR_PRAISE, "good and bad", SENTIMENT_POSITIVE, SENTIMENT_POSITIVE, "", ""},
    };
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        for (int reads = 0; reads < 2; reads++) {
            const char *prompts[MAX_PROMPTS];
            const struct t5_model asked = model_with(reads ? reading : plain, prompts);
            struct batch batch = {0};
            struct record *record = batch_add_record(&batch);
            record->question = text_of(answers[i].question);
            record->asked_for = answers[i].asked_for;
            record->text = text_of(answers[i].text);
            record->needs_analysis = true;
            run_model(&asked, &batch, 4, "");
            if (record->analysis.sentiment != (reads ? answers[i].read : answers[i].unread))
                fail_msg("%s %d: %s", answers[i].question, reads,
                         sentiment_names[record->analysis.sentiment]);
            assert_true(
                text_equal(topics_of(record, &batch.arena),
                           text_of(reads ? answers[i].topics_read : answers[i].topics_unread)));
            batch_free(&batch);
        }
}

static void every_chunk_follows_the_question(void **state)
{
    (void)state;
    static const char *const reading[] = {"sentiment.question", "{question} :", NULL};
    const char *prompts[MAX_PROMPTS];
    const struct t5_model asked = model_with(reading, prompts);
    struct batch batch = {0};
    add_long(&batch, 12, 10);
    batch.records[0].question = TEXT("What do you think of the lid of your new kettle?");
    run_model(&asked, &batch, 4, "");
    assert_true(batch.records[0].chunk_count > 6);
    for (size_t i = 0; i < batch.records[0].chunk_count; i++) {
        assert_true(batch.records[0].chunks[i].has_question);
        assert_true(batch.records[0].chunks[i].tokens <= 48);
    }
    batch_free(&batch);
}

static void without_a_threshold_every_text_has_a_label(void **state)
{
    (void)state;
    static const char *const changed[] = {"sentiment.undetected_below", "0", NULL},
                             *const strict[] = {"sentiment.undetected_below", "0.5", NULL};
    static const struct {
        const char *text;
        enum sentiment with_threshold, without;
    } answers[] = {
        {"good and bad", SENTIMENT_UNDETECTED, SENTIMENT_NEGATIVE},
        {"it", SENTIMENT_NEUTRAL, SENTIMENT_NEUTRAL},
        {"", SENTIMENT_UNDETECTED, SENTIMENT_UNDETECTED},
    };
    const char *prompts[MAX_PROMPTS], *strict_prompts[MAX_PROMPTS];
    const struct t5_model labelling = model_with(changed, prompts),
                          doubting = model_with(strict, strict_prompts);
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        for (int labels = 0; labels < 2; labels++) {
            struct batch batch = {0};
            struct record *record = batch_add_record(&batch);
            record->text = text_of(answers[i].text);
            record->needs_analysis = true;
            run_model(labels ? &labelling : &doubting, &batch, 4, "");
            assert_int_equal(record->analysis.sentiment,
                             labels ? answers[i].without : answers[i].with_threshold);
            batch_free(&batch);
        }
}

static void long_records_are_read_whole_and_may_be_mixed(void **state)
{
    (void)state;
    struct batch batch = {0};
    add_long(&batch, 12, 10);
    add_long(&batch, 30, 1);
    run(&batch, 3, "");
    assert_true(batch.records[0].chunk_count > 4);
    assert_int_equal(batch.records[0].analysis.sentiment, SENTIMENT_MIXED);
    assert_int_equal(batch.records[1].analysis.sentiment, SENTIMENT_POSITIVE);
    size_t at = 0;
    for (size_t i = 0; i < batch.records[0].chunk_count; i++) {
        assert_int_equal(batch.records[0].chunks[i].begin, at);
        assert_true(batch.records[0].chunks[i].tokens <= 48);
        at = batch.records[0].chunks[i].end;
    }
    assert_int_equal(at, batch.records[0].text.size);
    assert_true(batch.records[0].analysis.coverage == 1);
    batch_free(&batch);
}

static void unread_chunks_reduce_the_coverage(void **state)
{
    (void)state;
    struct batch batch = {0};
    add_long(&batch, 12, 10);
    run(&batch, 3, "max_chunks=2");
    const struct record *record = &batch.records[0];
    assert_int_equal(record->chunk_count, 2);
    double read = (double)(record->chunks[0].tokens + record->chunks[1].tokens);
    assert_true(record->analysis.coverage == read / (double)record->analysis.tokens);
    assert_true(record->analysis.coverage < 0.5);
    batch_free(&batch);
}

static void results_do_not_depend_on_the_batch(void **state)
{
    (void)state;
    struct batch together = {0};
    add_long(&together, 12, 10);
    add_examples(&together);
    add_long(&together, 3, 9);
    run(&together, 64, "");
    for (size_t size = 1; size < 8; size++) {
        struct batch batch = {0};
        add_long(&batch, 12, 10);
        add_examples(&batch);
        add_long(&batch, 3, 9);
        run(&batch, size, "");
        for (size_t i = 0; i < batch.count; i++) {
            const struct analysis *a = &batch.records[i].analysis,
                                  *b = &together.records[i].analysis;
            assert_int_equal(a->sentiment, b->sentiment);
            assert_true(a->score == b->score && a->confidence == b->confidence);
            assert_int_equal(a->topic_count, b->topic_count);
        }
        batch_free(&batch);
    }
    batch_free(&together);
}

static void a_signal_stops_it_before_the_next_batch(void **state)
{
    (void)state;
    volatile sig_atomic_t stop = 1;
    struct t5_session session = {.model = &model, .batch = 4, .input_tokens = 48};
    struct stage_context context = {
        .model = &model, .session = &session, .session_batch = 4, .stop = &stop};
    struct batch batch = {0};
    struct error error = {0};
    void *chunk = stage_start(&chunk_stage, "", &context, NULL);
    void *classify = stage_start(&classify_stage, "", &context, NULL);
    add_examples(&batch);
    assert_true(chunk_stage.process(chunk, &batch, &error));
    assert_false(classify_stage.process(classify, &batch, &error));
    assert_int_equal(error.kind, ERROR_INTERRUPTED);
    stage_end(&chunk_stage, chunk);
    stage_end(&classify_stage, classify);
    batch_free(&batch);
    arena_free(&session.arena);
}

static void a_model_without_prompts_is_refused(void **state)
{
    (void)state;
    static const char *const broken[][7] = {
        {"window.input", "48", NULL},
        {"sentiment.input", "no place", NULL},
        {"sentiment.input", "{text}", "topics.input", "{text}", "window.input", "9", NULL},
        {"sentiment.input", "{text}", "topics.input", "{text}", "window.input", "many", NULL},
        {"sentiment.input", "{text}", "sentiment.question", "no place", NULL},
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
        struct t5_model poor = {.prompts = broken[i]};
        struct stage_context context = {.model = &poor, .session_batch = 1};
        struct error error = {0};
        assert_null(stage_start(&chunk_stage, "", &context, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_get_sentiment_and_topics),
        cmocka_unit_test(phrases_complement_and_check_the_model),
        cmocka_unit_test(scored_topics_and_unknown_topics_of_a_users_list),
        cmocka_unit_test(the_model_may_read_the_question),
        cmocka_unit_test(every_chunk_follows_the_question),
        cmocka_unit_test(without_a_threshold_every_text_has_a_label),
        cmocka_unit_test(long_records_are_read_whole_and_may_be_mixed),
        cmocka_unit_test(unread_chunks_reduce_the_coverage),
        cmocka_unit_test(results_do_not_depend_on_the_batch),
        cmocka_unit_test(a_signal_stops_it_before_the_next_batch),
        cmocka_unit_test(a_model_without_prompts_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
