/* test_statements.c - stages/text/statements.c: what clauses state, and that other words for the
 * same state the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "stages/text/statements.h"

/* Names of aspects and opinions for the hashes that the tests use. */
static const char *name_of(uint64_t id)
{
    static const char *const names[] = {
        "staff",         "room",        "food",          "price",      "bathroom",
        "app",           "location",    "delivery",      "doctor",     "good",
        "bad",           "clean",       "dirty",         "friendly",   "rude",
        "tasty",         "cheap",       "expensive",     "fast",       "slow",
        "crash",         "small",       "large",         "close",      "parking",
        "hotel",         "pet",         "use",           "easy",       "unsatisfied",
        "update",        "recommended", "unrecommended", "boring",     "fun",
        "acting",        "difficult",   "login",         "broken",     "sound",
        "long_wait",     "delayed",     "untroubled",    "company",    "service",
        "knowledgeable", "easy_to_use", "hard_to_use",   "free_entry", "portion",
        "large_portion", "fair",        "punctual",      "convenient", "good_location",
        "spacious"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (hash_text(text_of(names[i])) == id)
            return names[i];
    return id ? "?" : "-";
}

static void clauses_state_aspect_and_opinion(void **state)
{
    (void)state;
    static const struct {
        const char *text, *statements; /* "aspect opinion polarity extra;" */
    } examples[] = {
        {"The rooms were spotless", "- clean 1 2;room clean 1 0;"},
        {"Clean room", "- clean 1 2;room clean 1 0;"},
        {"The staff were friendly and the room was clean.",
         "- friendly 1 0;- clean 1 2;room clean 1 0;"},
        {"great location and friendly staff", "- good_location 1 0;- friendly 1 0;"},
        {"The room was not clean", "- dirty -1 2;room dirty -1 0;"},
        {"Pets best is not best", "pet good 1 0;- bad -1 1;"},
        {"I cannot recommend it enough", "- recommended 1 0;"},
        {"Would not recommend", "- unrecommended -1 0;"},
        {"The staff could be friendlier", ""},
        {"Is the room clean?", ""},
        {"방이 깨끗해요", "- clean 1 2;room clean 1 0;"},
        {"방이 깨끗하지 않아요", "- dirty -1 2;room dirty -1 0;"},
        {"직원분들 친절하고 방이 넓어요", "- friendly 1 0;- spacious 1 2;room spacious 1 0;"},
        {"배송이 너무 늦어요", "delivery slow -1 0;delivery bad -1 2;"},
        {"저렴한 가격은 아니지만", "- expensive -1 0;"},
        {"맛도 좋아요", "- tasty 1 0;"},
        {"친절했으면 좋겠어요", ""},
        {"너무깨끗해요ㅠㅠ", "- clean 1 0;"},
        {"너무 아쉬워요", "- unsatisfied -1 0;"},
        {"The place is in a great location", "- good_location 1 1;"},
        {"The update killed my vacuum", "update - 0 2;? - 0 1;? - 0 1;"},
        {"App keeps crashing", "- crash -1 0;app crash -1 0;"},
        {"The app is user unfriendly", "- hard_to_use -1 0;app hard_to_use -1 0;"},
        {"Easy to use", "- easy_to_use 1 0;"},
        {"The interface is so simple", "- easy_to_use 1 0;"},
        {"A good tip is to get to the hotel", "? good 1 1;"},
        {"Love the food, location and room", "- tasty 1 4;- good_location 1 4;room good 1 4;"},
        {"로그인이 안 되네요", "login broken -1 0;"},
        {"오류없이 잘 돼요", "- ? 1 2;- ? 1 2;"},
        {"The room was not clean enough", "- dirty -1 2;room dirty -1 0;"},
        {"I ordered the other one again", ""},
        {"The sound quality is good", "sound good 1 0;"},
        {"The food at this hotel was lovely", "- tasty 1 1;"},
        {"Great location, the room should be larger", "- good_location 1 0;"},
        {"방이 넓고 깨끗했으면 좋겠어요", ""},
        {"If the room was clean", ""},
        {"Why is the room not clean?", "- dirty -1 2;room dirty -1 0;"},
        {"I've cleaned them ten times", "? - 0 0;"},
        {"The door won't open", "- ? 0 1;? - 0 0;"},
        {"택시가 안 잡혀요", "- ? 0 1;? - 0 1;? - 0 0;"},
        {"냄새 안 나요", "- ? 1 0;"},
        {"답변이 없어요", "? - 0 0;? - 0 0;"},
        {"Great room service", "service good 1 0;"},
        {"This would be a great app", ""},
        {"이점만 보완되면 더 좋은 앱이 될 것 같아요", ""},
        {"A dog friendly hotel", "? - 0 0;"},
        {"I recommend watching the shows", "? - 0 0;"},
        {"The queue was too long", "- long_wait -1 0;"},
        {"She has long hair", "? - 0 0;"},
        {"Trains are always late", "- delayed -1 0;"},
        {"It was one of a kind", ""},
        {"I have experienced the pain", ""},
        {"The staff are experienced",
         "- knowledgeable 1 2;staff knowledgeable 1 0;staff good 1 2;"},
        {"It used to be a great app", ""},
        {"We are used to great service", "service good 1 0;"},
        {"I haven't had any big issues", "- small -1 2;- untroubled 1 2;- ? 0 1;"},
        {"Do not buy from this company", "- unrecommended -1 0;company unrecommended -1 0;"},
        {"I don't order often", "- ? 0 1;? - 0 0;"},
        {"Keep the city affordable", ""},
        {"We need cheap rooms", ""},
        {"Taxes are too high", "- expensive -1 0;"},
        {"The picture quality is good", "? good 1 0;"},
        {"The product quality is good", "- ? 1 1;"},
        {"Noise canceling is decent", "? fair 1 0;"},
        {"Walking distance to the station", "- good_location 1 0;? good_location 1 0;"},
        {"Fast service", "service fast 1 0;service good 1 2;"},
        {"The train was on time", "- punctual 1 2;? punctual 1 0;"},
        {"The station is fine, on a busy road", "? fair 1 1;"},
        {"good app good service", "app good 1 2;service good 1 1;"},
        {"Great delivery - the app could be better", "delivery good 1 0;"},
        {"배송빨라요", "delivery fast 1 0;delivery good 1 2;"},
        {"빠른배송", "delivery fast 1 0;delivery good 1 2;"},
        {"맛도좋고 양도 많아요", "- tasty 1 0;- large_portion 1 0;"},
        {"맛은 있어요", "- tasty 1 0;"},
        {"한복을 입으면 무료로 입장해요", "- free_entry 1 2;? free_entry 1 1;"},
        {"로그인도못하고", "login broken -1 0;"},
        {"안장 좀 낮게 만들어주세요", ""},
    };
    struct statement_reader reader = {0};
    struct arena arena = {0};
    assert_true(statement_reader_open(&reader, NULL));
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        size_t count;
        const struct statement *statements =
            statements_extract(&reader, text_of(examples[i].text), &arena, &count);
        struct text found = TEXT("");
        for (size_t k = 0; k < count; k++)
            found = arena_format(&arena, "%.*s%s %s %d %d;", TEXT_ARGUMENT(found),
                                 name_of(statements[k].aspect), name_of(statements[k].opinion),
                                 statements[k].polarity, statements[k].extra_words);
        if (!text_equal(found, text_of(examples[i].statements)))
            fail_msg("%s: %.*s", examples[i].text, TEXT_ARGUMENT(found));
    }
    arena_free(&arena);
    statement_reader_close(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(clauses_state_aspect_and_opinion)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
