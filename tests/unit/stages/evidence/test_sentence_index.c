/* test_sentence_index.c - stages/evidence/sentence_index.c and sentence_select.c: support for
 * claims, and the most typical passages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/evidence/sentence_index.h"
#include "stages/evidence/sentence_select.h"

#define MEMBER(words, label)                                                                       \
    {                                                                                              \
        .text = {words, sizeof(words) - 1}, .sentiment = label                                     \
    }

static const struct member members[] = {
    MEMBER("The battery dies after 2 hours. I charge it all day long.", SENTIMENT_NEGATIVE),
    MEMBER("Battery dies within hours, so annoying.", SENTIMENT_NEGATIVE),
    MEMBER("But the battery dies quickly every day.", SENTIMENT_NEGATIVE),
    MEMBER("Lovely screen and a great price.", SENTIMENT_POSITIVE),
    MEMBER("Lovely screen and a great price.", SENTIMENT_POSITIVE),
    MEMBER("배터리가 너무 빨리 닳아요. 화면은 예뻐요.", SENTIMENT_MIXED),
};

enum { MEMBERS = sizeof(members) / sizeof(*members) };

static struct segmenter *segmenter;
static struct sentence_index sentence_index;

static int open_all(void **state)
{
    (void)state;
    if (!segmenter_open(&segmenter, NULL))
        return -1;
    sentence_index_open(&sentence_index, segmenter, members, MEMBERS);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    sentence_index_close(&sentence_index);
    segmenter_close(segmenter);
    return 0;
}

static const struct {
    const char *sentence;
    enum sentiment polarity;
    bool supported;
    size_t first; /* member of the best evidence */
} claims[] = {
    {"The battery dies after hours.", SENTIMENT_UNDETECTED, true, 0},
    {"The battery dies after 2 hours.", SENTIMENT_NEGATIVE, true, 0},
    {"The battery dies after 3 hours.", SENTIMENT_NEGATIVE, false, 0},
    {"The battery dies after hours.", SENTIMENT_POSITIVE, false, 0},
    {"Great price, lovely screen!", SENTIMENT_POSITIVE, true, 3},
    {"Great price, awful screen, late delivery.", SENTIMENT_POSITIVE, false, 0},
    {"화면이 예뻐요", SENTIMENT_UNDETECTED, true, 5},
    {"배송이 늦어요", SENTIMENT_UNDETECTED, false, 0},
    {"", SENTIMENT_UNDETECTED, false, 0},
    {"It is what it is.", SENTIMENT_UNDETECTED, false, 0},
};

static void claims_are_supported_by_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(claims) / sizeof(*claims); i++) {
        struct passage evidence[3];
        struct evidence best = {.passages = evidence, .max_count = 3};
        struct claim claim = {text_of(claims[i].sentence), claims[i].polarity, 0.6};
        bool found = sentence_index_find_support(&sentence_index, &claim, &best);
        size_t count = best.count;
        if (found != claims[i].supported)
            fail_msg("%s", claims[i].sentence);
        assert_int_equal(count > 0, found);
        if (found)
            assert_int_equal(evidence[0].member, claims[i].first);
        for (size_t k = 1; k < count; k++) {
            assert_true(evidence[k].score <= evidence[k - 1].score);
            assert_int_not_equal(evidence[k].member, evidence[k - 1].member);
        }
    }
}

static void identical_texts_are_indexed_once(void **state)
{
    (void)state;
    size_t screens = 0;
    for (size_t i = 0; i < sentence_index.count; i++)
        screens += sentence_index.passages[i].member == 3 || sentence_index.passages[i].member == 4;
    assert_int_equal(screens, 1);
}

static void the_most_typical_sentence_is_selected(void **state)
{
    (void)state;
    struct sentence_filter filter = {.min_length = 8, .max_length = 200, .any_side = true};
    struct covered_content covered = {0};
    size_t first, second;
    assert_true(sentence_select_best(&sentence_index, &filter, &covered, &first));
    /* "The battery dies" and "hours": the other sentences say only part of it. */
    assert_int_equal(sentence_index.passages[first].member, 0);
    covered = (struct covered_content){.passages = &first, .passage_count = 1};
    assert_true(sentence_select_best(&sentence_index, &filter, &covered, &second));
    assert_int_not_equal(first, second);
    filter.max_length = 3;
    assert_false(sentence_select_best(&sentence_index, &filter, &covered, &second));
}

static void quotes_come_from_every_side(void **state)
{
    (void)state;
    struct covered_content covered = {0};
    size_t quotes[3], sides[SIDE_COUNT] = {0};
    assert_int_equal(sentence_select_quotes(&sentence_index, &covered, 3, quotes), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct passage *passage = &sentence_index.passages[quotes[i]];
        sides[side_of(members[passage->member].sentiment)]++;
        assert_true(i == 0 || sentence_index.passages[quotes[i - 1]].score >= passage->score);
    }
    assert_true(sides[SIDE_NEGATIVE] > 0 && sides[SIDE_POSITIVE] > 0);
    assert_int_equal(sentence_select_quotes(&sentence_index, &covered, 0, quotes), 0);
}

/* Bullets and unpaired quotation marks are not part of a passage. */
static void sentences_begin_with_their_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *passage;
    } examples[] = {
        {"- \"The lid broke.", "The lid broke."},
        {"\"Best kettle\" they said.", "\"Best kettle\" they said."},
        {"• “Quiet fan.", "Quiet fan."},
        {"“Quiet” it is.", "“Quiet” it is."},
        {" * * Fine.", "Fine."},
        {"-5 degrees outside.", "-5 degrees outside."},
        {"-good sound", "good sound"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct member member = {.text = text_of(examples[i].text)};
        struct sentence_index one;
        sentence_index_open(&one, segmenter, &member, 1);
        assert_int_equal(one.count, 1);
        struct text passage = sentence_index_text(&one, &one.passages[0]);
        if (!text_equal(passage, text_of(examples[i].passage)))
            fail_msg("%s: %.*s", examples[i].text, TEXT_ARGUMENT(passage));
        sentence_index_close(&one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_begin_with_their_words),
        cmocka_unit_test(claims_are_supported_by_records),
        cmocka_unit_test(identical_texts_are_indexed_once),
        cmocka_unit_test(the_most_typical_sentence_is_selected),
        cmocka_unit_test(quotes_come_from_every_side),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
