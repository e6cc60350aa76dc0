/* test_taxonomy.c - lists of topics, and where their phrases stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stages/tasks/taxonomy.h"

static bool read_table(struct taxonomy *taxonomy, const char *table, struct error *error)
{
    char path[] = "/tmp/taxonomy-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, table, strlen(table)), (ssize_t)strlen(table));
    close(file);
    bool ok = taxonomy_read_file(taxonomy, text_of(path), error);
    unlink(path);
    return ok;
}

/* The topics that `text` names, as "wifi;price;". */
static void expect(const struct taxonomy *taxonomy, const char *text, const char *expected)
{
    enum { MOST_TOPICS = 64 };
    enum topic_match topic_matches[MOST_TOPICS];
    assert_true(taxonomy->name_count <= MOST_TOPICS);
    char names[256] = "";
    taxonomy_match_topics(taxonomy, text_of(text), topic_matches);
    for (size_t i = 0; i < taxonomy->name_count; i++) {
        assert_int_equal(taxonomy_find_index(taxonomy, taxonomy->names[i]), i);
        bool named = topic_matches[i] == TOPIC_MATCH_PHRASE;
        assert_int_equal(taxonomy_matches_topic(taxonomy, text_of(text), i), named);
        if (named)
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%.*s;",
                     TEXT_ARGUMENT(taxonomy->names[i]));
    }
    assert_string_equal(names, expected);
}

static void phrases_are_found_where_words_begin_and_end(void **state)
{
    (void)state;
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    assert_true(read_table(&taxonomy,
                           "id,topic,phrases_en,phrases_ko,description\n"
                           "7,wifi,\"wi-fi;internet, slow\",와이파이,\"the \"\"net\"\"\"\n"
                           "\n"
                           "9,price,cost;worth the money,가격;비싸,\n",
                           &error));
    assert_int_equal(taxonomy.name_count, 2);
    expect(&taxonomy, "The Wi-Fi costs nothing", "wifi;");
    expect(&taxonomy, "No WIFI at that cost!", "wifi;price;");
    expect(&taxonomy, "Not WORTH THE MONEY", "price;");
    expect(&taxonomy, "it accosted me", "");
    expect(&taxonomy, "internet, slow as ever", "wifi;");
    expect(&taxonomy, "와이파이가 안 돼요. 가격이 비싸요", "wifi;price;");
    expect(&taxonomy, "제품가격", "");
    expect(&taxonomy, "", "");
    taxonomy_close(&taxonomy);
}

static void exceptions_are_not_meant(void **state)
{
    (void)state;
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    assert_true(read_table(&taxonomy,
                           "topic,phrases,phrases_ko\n"
                           "lessons,course;!of course;! main course ,수업;!수업료\n"
                           "price,수업료\n",
                           &error));
    expect(&taxonomy, "The course was long", "lessons;");
    expect(&taxonomy, "Of course not", "");
    expect(&taxonomy, "of courses I know nothing", "");
    expect(&taxonomy, "of course; the course, too", "lessons;");
    expect(&taxonomy, "the course, of course", "lessons;");
    expect(&taxonomy, "The main course came late", "");
    expect(&taxonomy, "수업료가 비싸요", "price;");
    expect(&taxonomy, "수업이 좋아요", "lessons;");
    taxonomy_close(&taxonomy);
}

/* What the list that the default model carries once took for something else. */
static void built_in_phrases_mean_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *text, *topics;
    } examples[] = {
        {"as soft as it looks", ""},
        {"As 신청했어요", "service;"},
        {"경복궁을 방문했습니다", ""},
        {"방학이라 아이들이 많아요", ""},
        {"방도 넓고 좋아요", "room;"},
        {"대기업이라 복지가 좋아요", ""},
        {"대기 시간이 길어요", "waiting;"},
        {"주인공이 멋져요", ""},
        {"Of course I would, for the main course", ""},
        {"darker than in the photos", ""},
        {"It takes photos in the dark", "camera;"},
        {"I tried it on in the fitting room", "size;"},
        {"The room was small", "room;"},
        {"The noise cancelling is great", "sound;"},
        {"The app is user-friendly", "usability;software;"},
        {"The staff is friendly", "staff;"},
        {"Easy to clean", "usability;"},
        {"There is no charge", ""},
        {"It holds a charge for days", "battery;"},
        {"We will return next year", ""},
        {"I had to return it", "refund;"},
        {"Update: still works", ""},
        {"The last update broke it", "durability;software;"},
        {"I will update my review after a month", ""},
        {"Will update later", ""},
    };
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    if (!taxonomy_read_file(&taxonomy, TEXT("inference/models/topics.csv"), &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        expect(&taxonomy, examples[i].text, examples[i].topics);
    taxonomy_close(&taxonomy);
}

static void faults_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *table, *message;
    } faults[] = {
        {"name,phrases\nwifi,net\n", ":1: expected a line of column names"},
        {"topic,phrases\nwifi,net\n,cost\n", ":3: a topic without a name"},
        {"topic,phrases\n\"wifi,net\n", ":2: a quote that never closes"},
        {"topic,phrases\n", "no topics behind"},
        {"", ":1: expected a line of column names"},
        {"topic\n\xFF\n", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct taxonomy taxonomy = {0};
        struct error error = {0};
        assert_false(read_table(&taxonomy, faults[i].table, &error));
        if (!strstr(error.message, faults[i].message))
            fail_msg("%s", error.message);
        taxonomy_close(&taxonomy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_found_where_words_begin_and_end),
        cmocka_unit_test(exceptions_are_not_meant),
        cmocka_unit_test(built_in_phrases_mean_what_they_say),
        cmocka_unit_test(faults_name_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
