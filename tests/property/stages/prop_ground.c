/* prop_ground.c - whatever the model writes, every sentence of a summary is supported by records of
 * its group or copied from them; evidence and quotes are bytes of the records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stages/evidence/sentence_index.h"
#include "stages/evidence/sentence_select.h"
#include "stages/stages.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"
#include "tests/support/random.h"

static const struct t5_model model = {fake_prompts};

struct grounding {
    struct t5_session session;
    struct stage_context context;
    void *state;
    struct arena arena;
    struct group group;
};

static void ground_topic(struct grounding *grounding, const char *settings, const char *topic,
                         const struct member *members, size_t count, const char *summary)
{
    *grounding = (struct grounding){
        .session = {.model = &model, .batch = 4, .input_tokens = 48},
    };
    grounding->context =
        (struct stage_context){.model = &model, .session = &grounding->session, .session_batch = 4};
    grounding->state = stage_start(&ground_stage, settings, &grounding->context, NULL);
    struct text *part = arena_alloc(&grounding->arena, 1, sizeof(*part));
    *part = text_of(summary);
    grounding->group = (struct group){
        .key.topic = text_of(topic),
        .members = members,
        .member_count = count,
        .partial_summaries = part,
        .partial_summary_count = summary ? 1 : 0,
        .finish_reason = summary ? FINISH_END : FINISH_EXTRACTIVE,
        .arena = &grounding->arena,
    };
    struct error error = {0};
    if (!ground_stage.process_group(grounding->state, &grounding->group, &error))
        fail_msg("%s", error.message);
}

static void ground(struct grounding *grounding, const struct member *members, size_t count,
                   const char *summary)
{
    ground_topic(grounding, "", "", members, count, summary);
}

static void release(struct grounding *grounding)
{
    stage_end(&ground_stage, grounding->state);
    arena_free(&grounding->session.arena);
    arena_free(&grounding->arena);
}

static struct text passage_text(const struct group *group, const struct passage *passage)
{
    struct text text = group->members[passage->member].text;
    assert_true(passage->begin < passage->end && passage->end <= text.size);
    return text_slice(text, passage->begin, passage->end);
}

static const struct member kettle[] = {
    {.feedback_id = 1,
     .text = {"The lid broke after 2 weeks. bad.", 33},
     .sentiment = SENTIMENT_NEGATIVE},
    {.feedback_id = 2,
     .text = {"Boils water fast and looks good.", 32},
     .sentiment = SENTIMENT_POSITIVE},
    {.feedback_id = 3,
     .text = {"Boils fast, good handle! My lid broke too.", 42},
     .sentiment = SENTIMENT_MIXED},
    {.feedback_id = 4,
     .text = {"good: fast boiling water every morning.", 39},
     .sentiment = SENTIMENT_POSITIVE},
};

static const struct {
    const char *summary;
    size_t written; /* sentences of it that stay; customers' own fill up to three */
} examples[] = {
    {"It boils water fast.", 1},
    {"Boils water fast. The lid broke after weeks.", 2},
    {"The delivery was late.", 0},
    {"The lid broke after 3 weeks.", 0},
    {"The lid broke after 2 weeks.", 1},
    {"bad: boils water fast, bad.", 0}, /* only good ones say so */
    {"fast fast fast fast fast fast fast.", 0},
    {"Boils water fast. Boils water fast.", 1},
    {"Lid broke.", 0},
    {NULL, 0},
};

/* Many customers omit the full stop; other punctuation and scripts are kept. */
static void sentences_are_joined_into_one_text(void **state)
{
    (void)state;
    static const struct {
        const char *texts[2], *summary;
    } joined[] = {
        {{"The handle is too hot to touch", "Lid broke after a week"},
         "The handle is too hot to touch. Lid broke after a week"},
        {{"The handle is too hot to touch!", "Lid broke after a week."},
         "The handle is too hot to touch! Lid broke after a week."},
        {{"손잡이가 너무 뜨거워요", "뚜껑이 일주일 만에 깨졌어요"},
         "뚜껑이 일주일 만에 깨졌어요. 손잡이가 너무 뜨거워요"},
    };
    for (size_t i = 0; i < sizeof(joined) / sizeof(*joined); i++) {
        struct member members[2];
        for (size_t k = 0; k < 2; k++)
            members[k] = (struct member){.feedback_id = k + 1,
                                         .text = text_of(joined[i].texts[k]),
                                         .sentiment = SENTIMENT_NEGATIVE};
        struct grounding grounding;
        ground_topic(&grounding, "max_candidates=0", "", members, 2, NULL);
        if (!text_equal(grounding.group.summary, text_of(joined[i].summary)))
            fail_msg("%.*s", TEXT_ARGUMENT(grounding.group.summary));
        release(&grounding);
    }
}

static void sentences_are_supported_or_replaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct grounding grounding;
        ground(&grounding, kettle, 4, examples[i].summary);
        const struct group *group = &grounding.group;
        assert_int_equal(group->sentence_count, 3);
        for (size_t k = 0; k < group->sentence_count; k++) {
            if (group->sentences[k].extractive != (k >= examples[i].written))
                fail_msg("%s: sentence %zu: %.*s", examples[i].summary, k,
                         TEXT_ARGUMENT(group->sentences[k].text));
            assert_true(group->sentences[k].evidence_count > 0);
        }
        assert_int_equal(group->finish_reason,
                         examples[i].written ? FINISH_END : FINISH_EXTRACTIVE);
        assert_int_equal(group->quote_count, 3);
        release(&grounding);
    }
}

static void many_records_get_more_than_two_words(void **state)
{
    (void)state;
    struct member members[12];
    for (size_t i = 0; i < 12; i++) {
        members[i] = kettle[i % 4];
        members[i].feedback_id = i + 1;
    }
    struct grounding grounding;
    ground(&grounding, members, 12, "The lid broke.");
    assert_int_equal(grounding.group.sentence_count, 4);
    assert_true(grounding.group.sentences[0].extractive);
    release(&grounding);
    ground(&grounding, members, 12, "It boils water fast.");
    assert_int_equal(grounding.group.sentence_count, 4); /* of six, two say nothing new */
    assert_false(grounding.group.sentences[0].extractive);
    assert_int_equal(grounding.group.finish_reason, FINISH_END);
    release(&grounding);
}

static void quotes_show_both_poles(void **state)
{
    (void)state;
    struct grounding grounding;
    ground(&grounding, kettle, 4, "Boils water fast.");
    size_t sides[SENTIMENT_COUNT] = {0};
    for (size_t i = 0; i < grounding.group.quote_count; i++)
        sides[kettle[grounding.group.quotes[i].member].sentiment]++;
    assert_true(sides[SENTIMENT_NEGATIVE] > 0 && sides[SENTIMENT_POSITIVE] > 0);
    release(&grounding);
}

/* Two short negative records and one long positive one: both sides get a sentence. */
static void both_sides_of_a_few_records_are_represented(void **state)
{
    (void)state;
    static const struct member members[] = {
        {.feedback_id = 1,
         .text = {"The kettle boils water fast and looks good.", 43},
         .sentiment = SENTIMENT_POSITIVE},
        {.feedback_id = 2, .text = {"Broke after a week", 18}, .sentiment = SENTIMENT_NEGATIVE},
        {.feedback_id = 3, .text = {"Lid fell off again", 18}, .sentiment = SENTIMENT_NEGATIVE},
    };
    struct grounding grounding;
    ground_topic(&grounding, "max_candidates=0", "", members, 3, NULL);
    const struct group *group = &grounding.group;
    assert_int_equal(group->sentence_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(members[group->sentences[i].evidence[0].member].sentiment,
                         i == 0 ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE);
    release(&grounding);
}

/* A sentence about everything is less about the staff than a sentence about the staff alone. */
static void a_topic_is_summarized_by_sentences_about_it_alone(void **state)
{
    (void)state;
    static const char table[] = "topic,phrase\nstaff,staff\nroom,room\nfood,food\n";
    static const char *const texts[] = {
        "Clean room, good food, friendly staff at the hotel.",
        "Friendly staff, clean room and good food in this hotel.",
        "The room was clean, the staff friendly, the food good.",
        "The staff at the desk answered every question.",
        "Friendly staff answered our question at the desk.",
    };
    char path[] = "/tmp/winnow-topics-XXXXXX", settings[128];
    int descriptor = mkstemp(path);
    assert_int_equal(write(descriptor, table, sizeof(table) - 1), sizeof(table) - 1);
    close(descriptor);
    snprintf(settings, sizeof(settings), "max_sentences=1;max_candidates=0;taxonomy=%s", path);
    struct member members[5];
    for (size_t i = 0; i < 5; i++)
        members[i] = (struct member){
            .feedback_id = i + 1, .text = text_of(texts[i]), .sentiment = SENTIMENT_POSITIVE};
    struct grounding grounding;
    ground_topic(&grounding, settings, "staff", members, 5, NULL);
    assert_int_equal(grounding.group.sentence_count, 1);
    assert_true(grounding.group.sentences[0].evidence[0].member >= 3);
    release(&grounding);
    unlink(path);
}

static struct text random_words(uint64_t *seed, size_t max, struct arena *arena)
{
    static const char *const words[] = {
        "lid",  "broke", "good", "bad",    "the",   "kettle", "boils", "fast", "3",
        "12.5", "weeks", "배송", "빨라요", "never", "leaks",  "loud",  "a",    "handle",
        "hot",  "!!",    ".",    "\n",     "price", "...",    "😀",     "is"};
    struct text text = {0};
    for (size_t count = random_next(seed) % max + 1; count > 0; count--)
        text = arena_format(arena, "%.*s%s%s", TEXT_ARGUMENT(text), text.size ? " " : "",
                            words[random_next(seed) % (sizeof(words) / sizeof(*words))]);
    return text;
}

/* Extracted sentences are ordered by side, the side of most records first. */
static void check_order(const struct group *group)
{
    size_t records[SIDE_COUNT] = {0}, before = SIZE_MAX;
    enum side last = SIDE_COUNT;
    bool seen[SIDE_COUNT] = {false};
    for (size_t i = 0; i < group->member_count; i++)
        records[side_of(group->members[i].sentiment)]++;
    for (size_t i = 0; i < group->sentence_count; i++) {
        const struct summary_sentence *sentence = &group->sentences[i];
        if (!sentence->extractive)
            continue;
        enum side side = side_of(group->members[sentence->evidence[0].member].sentiment);
        assert_true(side == last || !seen[side]);
        assert_true(records[side] <= before);
        before = records[side];
        last = side;
        seen[side] = true;
    }
}

static void check(struct segmenter *segmenter, const struct group *group)
{
    struct sentence_index sentence_index;
    sentence_index_open(&sentence_index, segmenter, group->members, group->member_count);
    for (size_t i = 0; i < group->sentence_count; i++) {
        const struct summary_sentence *sentence = &group->sentences[i];
        struct passage found[5];
        struct evidence evidence = {.passages = found, .max_count = 5};
        struct claim claim = {.sentence = sentence->text, .threshold = 0.6};
        assert_true(sentence->evidence_count >= 1 && sentence->evidence_count <= 5);
        for (size_t k = 0; k < sentence->evidence_count; k++)
            passage_text(group, &sentence->evidence[k]);
        if (sentence->extractive)
            assert_true(text_equal(passage_text(group, &sentence->evidence[0]), sentence->text));
        else
            assert_true(sentence_index_find_support(&sentence_index, &claim, &evidence));
    }
    for (size_t i = 0; i < group->quote_count; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(text_equal(passage_text(group, &group->quotes[i]),
                                    passage_text(group, &group->quotes[k])));
    check_order(group);
    sentence_index_close(&sentence_index);
}

static void nothing_is_invented(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    assert_true(segmenter_open(&segmenter, NULL));
    uint64_t seed = 5;
    for (int round = 0; round < 400; round++) {
        struct arena arena = {0};
        size_t count = random_next(&seed) % 12 + 1;
        struct member *members = arena_alloc(&arena, count, sizeof(*members));
        for (size_t i = 0; i < count; i++)
            members[i] = (struct member){
                .feedback_id = i + 1,
                .text = random_words(&seed, 25, &arena),
                .sentiment = (enum sentiment)(random_next(&seed) % SENTIMENT_COUNT),
            };
        struct text summary = random_words(&seed, 30, &arena);
        struct grounding grounding;
        ground(&grounding, members, count, arena_copy_text(&arena, summary).bytes);
        check(segmenter, &grounding.group);
        release(&grounding);
        arena_free(&arena);
    }
    segmenter_close(segmenter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_are_joined_into_one_text),
        cmocka_unit_test(sentences_are_supported_or_replaced),
        cmocka_unit_test(many_records_get_more_than_two_words),
        cmocka_unit_test(quotes_show_both_poles),
        cmocka_unit_test(both_sides_of_a_few_records_are_represented),
        cmocka_unit_test(a_topic_is_summarized_by_sentences_about_it_alone),
        cmocka_unit_test(nothing_is_invented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
