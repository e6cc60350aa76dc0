/* test_taxonomy.c - lists of topics, where their phrases match, and the built-in list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "stages/tasks/taxonomy.h"
#include "stages/text/texts.h"

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
    enum { MAX_TOPICS = 64 };
    enum topic_match topic_matches[MAX_TOPICS];
    assert_true(taxonomy->names.count <= MAX_TOPICS);
    char names[256] = "";
    taxonomy_match_topics(taxonomy, text_of(text), topic_matches);
    for (size_t i = 0; i < taxonomy->names.count; i++) {
        assert_int_equal(topic_names_find(&taxonomy->names, taxonomy->names.items[i]), i);
        bool named = topic_matches[i] == TOPIC_MATCH_PHRASE;
        assert_int_equal(taxonomy_matches_topic(taxonomy, text_of(text), i), named);
        if (named)
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%.*s;",
                     TEXT_ARGUMENT(taxonomy->names.items[i]));
    }
    assert_string_equal(names, expected);
}

static void phrases_are_found_where_words_begin_and_end(void **state)
{
    (void)state;
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    assert_true(read_table(&taxonomy,
                           "id,topic,language,phrase,description\n"
                           "7,wifi,en,wi-fi,\"the \"\"net\"\"\"\n"
                           "7,wifi,en,\"internet, slow\"\n"
                           "\n"
                           "9,price,en,cost,\n"
                           "9,price,en,worth the money,\n"
                           "7,wifi,ko,와이파이,\n"
                           "9,price,ko,가격,\n"
                           "9,price,ko,비싸,\n"
                           "10,colour,,,\n",
                           &error));
    assert_int_equal(taxonomy.names.count, 3);
    expect(&taxonomy, "The Wi-Fi costs nothing", "wifi;price;"); /* another form of "cost" */
    expect(&taxonomy, "No WIFI at that cost!", "wifi;price;");
    expect(&taxonomy, "Not WORTH THE MONEY", "price;");
    expect(&taxonomy, "it accosted me", "");
    expect(&taxonomy, "A nice colour", "colour;"); /* a name is a phrase */
    expect(&taxonomy, "internet, slow as ever", "wifi;");
    expect(&taxonomy, "와이파이가 안 돼요. 가격이 비싸요", "wifi;price;");
    expect(&taxonomy, "제품가격", "price;"); /* the end of a compound */
    expect(&taxonomy, "", "");
    taxonomy_close(&taxonomy);
}

static void excluded_phrases_are_not_matched(void **state)
{
    (void)state;
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    assert_true(read_table(&taxonomy,
                           "topic,phrase,exclude\n"
                           "lessons,course,no\n"
                           "lessons,of course,yes\n"
                           "lessons, main course ,YES\n"
                           "lessons,수업,\n"
                           "lessons,수업료,yes\n"
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

/* Texts that an earlier version of the built-in list misunderstood. */
static void built_in_phrases_match_what_they_mean(void **state)
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
        {"대기업이라 복지가 좋아요", "pay;"},
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
    if (!taxonomy_read_file(&taxonomy, TEXT("inference/models/topic_phrases.csv"), &error))
        fail_msg("%s", error.message);
    taxonomy.is_user_list = false; /* the model has this list */
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        expect(&taxonomy, examples[i].text, examples[i].topics);
    taxonomy_close(&taxonomy);
}

static void mistakes_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *table, *message;
    } faults[] = {
        {"name,phrase\nwifi,net\n", ":1: expected the column names topic, phrase"},
        {"topic,phrases\nwifi,net\n", ":1: expected the column names topic, phrase"},
        {"topic,phrase\nwifi,net\n,cost\n", ":3: expected a name in column 'topic'"},
        {"topic,phrase\n\"wifi,net\n", ":2: the quote is never closed"},
        {"topic,phrase,exclude\nwifi,net,no\nwifi,cost,!\n",
         ":3: expected yes or no in column 'exclude', found '!'"},
        {"topic,phrase\n", "no topics after the column names"},
        {"", ":1: expected the column names"},
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

/* ---- The built-in list ---- */

static void read_built_in_list(struct taxonomy *taxonomy)
{
    struct error error = {0};
    if (!taxonomy_read_file(taxonomy, TEXT("inference/models/topic_phrases.csv"), &error))
        fail_msg("%s", error.message);
}

static bool has_phrase(const struct taxonomy *taxonomy, const struct topic_phrase *phrase)
{
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        if (taxonomy->phrases[i].topic == phrase->topic &&
            taxonomy->phrases[i].is_exclusion == phrase->is_exclusion &&
            text_equal(taxonomy->phrases[i].text, phrase->text))
            return true;
    return false;
}

/* topics.csv lists the same topics, in the same order, as topic_phrases.csv. */
static void built_in_topics_and_phrases_agree(void **state)
{
    (void)state;
    struct taxonomy taxonomy = {0};
    struct arena arena = {0};
    struct text rest, line, cell;
    read_built_in_list(&taxonomy);
    assert_true(file_read("inference/models/topics.csv", (struct file_limits){1 << 16, ERROR_INPUT},
                          &arena, &rest, NULL));
    assert_true(text_split(&rest, '\n', &line) &&
                text_equal(line, TEXT("id,topic,name_en,name_ko")));
    size_t topic = 0;
    while (rest.size > 0 && text_split(&rest, '\n', &line)) {
        int64_t id = 0;
        assert_true(text_split(&line, ',', &cell) && text_to_integer(cell, &id));
        assert_int_equal(id, topic + 1);
        assert_true(text_split(&line, ',', &cell));
        assert_int_equal(topic_names_find(&taxonomy.names, cell), topic++);
    }
    assert_int_equal(topic, taxonomy.names.count);
    arena_free(&arena);
    taxonomy_close(&taxonomy);
}

static void built_in_phrases_are_distinct(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text_set seen = {0};
    struct text rest, line;
    assert_true(file_read("inference/models/topic_phrases.csv",
                          (struct file_limits){1 << 18, ERROR_INPUT}, &arena, &rest, NULL));
    while (rest.size > 0 && text_split(&rest, '\n', &line))
        if (!text_set_add(&seen, line))
            fail_msg("twice: %.*s", TEXT_ARGUMENT(line));
    text_set_free(&seen);
    arena_free(&arena);
}

/* The default model carries a copy of the list. (The name of a topic is a phrase of a list in a
 * file, but not of a list in a model.) */
static void the_default_model_has_the_built_in_list(void **state)
{
    (void)state;
    struct taxonomy file = {0}, model = {0};
    struct t5_model *default_model;
    struct error error = {0};
    read_built_in_list(&file);
    if (!t5_model_open(&default_model, "inference/models/winnow-small.winnow", T5_INT8, &error))
        fail_msg("%s", error.message);
    assert_true(taxonomy_read_from_model(&model, default_model));
    assert_int_equal(model.names.count, file.names.count);
    for (size_t i = 0; i < model.names.count; i++)
        assert_true(text_equal(model.names.items[i], file.names.items[i]));
    for (size_t i = 0; i < model.phrase_count; i++)
        if (!has_phrase(&file, &model.phrases[i]))
            fail_msg("not in the file: %.*s", TEXT_ARGUMENT(model.phrases[i].text));
    for (size_t i = 0; i < file.phrase_count; i++)
        if (!text_equal(file.phrases[i].text, file.names.items[file.phrases[i].topic]) &&
            !has_phrase(&model, &file.phrases[i]))
            fail_msg("not in the model: %.*s", TEXT_ARGUMENT(file.phrases[i].text));
    taxonomy_close(&file);
    taxonomy_close(&model);
    t5_model_close(default_model);
}

static const char registry[] =
    "id,parent,name_en,name_ko,phrases,exclude,status,merged_into,since,records\n"
    "service,,Service,서비스,service; helpful,,active,,,12\n"
    "waiting,,Waiting,,wait; waiting,wait and see,merged,service,2026-10-01,\n"
    "queue,service,Queue,,queue,,merged,waiting,2026-11-01,\n"
    "robots,,Robots,,robot,,proposed,,,\n"
    "fax,,Fax,,fax,,retired,,2026-09-01,\n";

static void a_registry_says_how_topics_are_counted(void **state)
{
    (void)state;
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    assert_true(read_table(&taxonomy, registry, &error));
    /* Names are no phrases; proposed and retired topics are not looked for. */
    expect(&taxonomy, "Helpful robot, long queue, a fax", "service;queue;");
    expect(&taxonomy, "wait and see", "");
    static const char *const expected[][4] = {
        /* id, on 2026-09-15, on 2026-10-15, now */
        {"service", "service", "service", "service"},
        {"waiting", "waiting", "service", "service"},
        {"queue", "queue", "queue", "service"},
        {"robots", "", "", ""},
        {"fax", "", "", ""},
    };
    static const char *const days[] = {"2026-09-15", "2026-10-15", ""};
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
        for (size_t k = 0; k < 3; k++) {
            struct text id = taxonomy_get_reported_id(&taxonomy, i, text_of(days[k]));
            if (!text_equal(id, text_of(expected[i][k + 1])))
                fail_msg("%s on %s: %.*s", expected[i][0], days[k], TEXT_ARGUMENT(id));
        }
    taxonomy_close(&taxonomy);
}

static uint64_t hash_edited(const char *from, const char *to)
{
    char edited[sizeof(registry) + 64];
    const char *at = strstr(registry, from);
    assert_non_null(at);
    snprintf(edited, sizeof(edited), "%.*s%s%s", (int)(at - registry), registry, to,
             at + strlen(from));
    return taxonomy_hash_registry(text_of(edited));
}

static void names_and_merges_do_not_change_the_hash(void **state)
{
    (void)state;
    uint64_t hash = taxonomy_hash_registry(text_of(registry));
    assert_true(hash != 0);
    assert_int_equal(hash_edited("Service,서비스", "Support,지원"), hash);
    assert_int_equal(hash_edited("merged,waiting,2026-11-01", "active,,"), hash);
    assert_true(hash_edited("service; helpful", "service") != hash);
    assert_true(hash_edited("proposed", "active") != hash);
    assert_int_equal(taxonomy_hash_registry(TEXT("topic,phrase\na,b\n")), 0);
}

static void mistakes_in_a_registry_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *table, *message;
    } faults[] = {
        {"id,phrases\na,x\na,y\n", ":3: the id 'a' is used by another row"},
        {"id,phrases\na;b,x\n", ":2: expected an id"},
        {"id,phrases,status\na,x,open\n", ":2: expected active, proposed, merged or retired"},
        {"id,phrases,since\na,x,1.10.2026\n", ":2: expected a day like 2026-10-31"},
        {"id,phrases,status,merged_into\na,x,merged,\n", "topic 'a' is merged, but"},
        {"id,phrases,status,merged_into\na,x,merged,b\nb,y,merged,a\n", "topic 'a' is merged, but"},
        {"id,parent,phrases\na,b,x\n", "topic 'a': the parent 'b' is no topic"},
        {"id,parent,phrases\na,,x\nb,a,y\nc,b,z\n", "topic 'c': the parent 'b' is no topic"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct taxonomy taxonomy = {0};
        struct error error = {0};
        assert_false(read_table(&taxonomy, faults[i].table, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        if (!strstr(error.message, faults[i].message))
            fail_msg("%s: %s", faults[i].table, error.message);
        taxonomy_close(&taxonomy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registry_says_how_topics_are_counted),
        cmocka_unit_test(names_and_merges_do_not_change_the_hash),
        cmocka_unit_test(mistakes_in_a_registry_are_refused),
        cmocka_unit_test(phrases_are_found_where_words_begin_and_end),
        cmocka_unit_test(excluded_phrases_are_not_matched),
        cmocka_unit_test(built_in_phrases_match_what_they_mean),
        cmocka_unit_test(built_in_topics_and_phrases_agree),
        cmocka_unit_test(built_in_phrases_are_distinct),
        cmocka_unit_test(the_default_model_has_the_built_in_list),
        cmocka_unit_test(mistakes_name_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
