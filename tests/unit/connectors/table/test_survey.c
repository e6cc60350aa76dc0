/* test_survey.c - connectors/table/survey.c: header rows, questions, roles, answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "connectors/table/survey.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *csv;
    const char *name; /* NULL: no known survey tool */
    size_t header_rows;
    const char *questions;   /* joined with "|" */
    const char *answers;     /* names of the columns, joined with "|" */
    const char *known_roles; /* "ROLE=NAME", joined with "|"; "-" for no column */
    int zone_minutes;
} surveys[] = {
    {.csv = "StartDate,Status,RecordedDate,ResponseId,UserLanguage,Q1,Q2\n"
            "Start,Type,Recorded,Id,Language,How likely are you to recommend us?,"
            "\"What do<br>you <b>like</b>?\"\n"
            "\"{\"\"ImportId\"\":\"\"startDate\"\",\"\"timeZone\"\":\"\"Asia/Seoul\"\"}\","
            "\"{\"\"ImportId\"\":\"\"status\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\","
            "\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"userLanguage\"\"}\","
            "\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2_TEXT\"\"}\"\n"
            "2026-01-05 09:00:00,IP Address,2026-01-05 09:30:00,R_1,EN,8,The taste\n"
            "2026-01-05 09:00:00,IP Address,2026-01-05 09:30:00,R_2,EN,3,The cup\n",
     .name = "Qualtrics export",
     .header_rows = 3,
     .questions = "Start|Type|Recorded|Id|Language|How likely are you to recommend us?|"
                  "What do you like?",
     .answers = "Q2",
     .known_roles = "text=-|id=ResponseId|date=RecordedDate|rating=Q1|title=-|author=-|"
                    "lang=UserLanguage|reply=-",
     .zone_minutes = 540},
    {.csv = "V1,V2,V7,V9,Q1,Q2\n"
            "ResponseID,ResponseSet,Status,EndDate,Pick one,A free text question\n"
            "R_8,Default,0,2026-01-05 10:00:00,2,Hello there\n"
            "R_9,Default,0,2026-01-05 10:00:00,2,Hello again\n",
     .name = "Qualtrics export of the old kind",
     .header_rows = 2,
     .questions = "ResponseID|ResponseSet|Status|EndDate|Pick one|A free text question",
     .answers = "Q2",
     .known_roles = "id=ResponseID|date=EndDate|title=-|author=-|reply=-"},
    {.csv = "Respondent ID,End Date,How likely are you to recommend us?,\"What is\nmissing?\","
            "Which do you use?,\n"
            ",,Response,Open-Ended Response,Phone,Tablet\n"
            "1001,01/31/2026 10:00:00,9,\"Nothing, really\",Phone,\n"
            "1002,02/01/2026 11:00:00,3,A lid,,Tablet\n",
     .name = "SurveyMonkey export",
     .header_rows = 2,
     .questions = "Respondent ID|End Date|How likely are you to recommend us?|What is missing?|"
                  "Which do you use?: Phone|Which do you use?: Tablet",
     .answers = "What is missing?",
     .known_roles = "id=Respondent ID|date=End Date|"
                    "rating=How likely are you to recommend us?|title=-|author=-|reply=-"},
    {.csv = "When,What do you like?,What should change?\n"
            "2026-01-05,The light and the size,The lid should close better\n"
            "2026-01-06,It heats up very fast,A longer cable would help me\n",
     .name = NULL,
     .header_rows = 1,
     .questions = "When|What do you like?|What should change?",
     .answers = "What do you like?|What should change?",
     .known_roles = ""},
    {.csv = "When,Comment,What should change?\n"
            "2026-01-05,The light and the size,The lid should close better\n"
            "2026-01-06,It heats up very fast,A longer cable would help me\n",
     .name = NULL,
     .header_rows = 1,
     .questions = "When|Comment|What should change?",
     .answers = "", /* the text column has a known name */
     .known_roles = ""},
};

static struct text append(struct text list, struct text item, struct arena *arena)
{
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), list.size ? "|" : "",
                        TEXT_ARGUMENT(item));
}

static struct text join_questions(const struct survey *survey, size_t count, struct arena *arena)
{
    struct text list = {0};
    for (size_t i = 0; i < count; i++)
        list = append(list, survey->questions[i], arena);
    return list;
}

static struct text join_answers(const struct survey *survey, struct arena *arena)
{
    struct text list = {0};
    for (size_t i = 0; i < survey->answer_count; i++)
        list = append(list, survey->names[survey->answer_columns[i]], arena);
    return list;
}

static struct text join_known_roles(const struct survey *survey, struct arena *arena)
{
    struct text list = {0};
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        size_t column = survey->known_roles.columns[role];
        if (survey->known_roles.is_known[role])
            list = append(
                list,
                arena_format(arena, "%s=%.*s", role_names[role],
                             TEXT_ARGUMENT(column == SIZE_MAX ? TEXT("-") : survey->names[column])),
                arena);
    }
    return list;
}

static struct survey detect(const char *csv, struct table_layout *layout, struct arena *arena)
{
    static const struct layout_options options = {.max_cell_size = 4096};
    struct lookahead head = {text_of(csv), true};
    struct survey survey;
    struct text fault;
    assert_true(table_layout_detect(layout, head, &options, arena, &fault));
    survey_detect(&survey, layout, arena);
    return survey;
}

static void assert_list(size_t index, const char *what, struct text found, const char *expected)
{
    if (!text_equal(found, text_of(expected)))
        fail_msg("survey %zu, %s: %.*s, expected %s", index, what, TEXT_ARGUMENT(found), expected);
}

static void surveys_are_recognised_with_their_questions_and_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(surveys); i++) {
        struct arena arena = {0};
        struct table_layout layout;
        struct mapping mapping;
        struct survey survey = detect(surveys[i].csv, &layout, &arena);
        struct samples samples = survey_data_rows(&survey, &layout);
        struct mapping_options options = {
            .path = "x", .known_roles = &survey.known_roles, .allow_missing_text = true};
        assert_true(mapping_find(&mapping, &samples, &options, &arena, NULL));
        survey_select_answers(&survey, &samples, &mapping, &arena);
        assert_list(i, "name", text_of(survey.name), surveys[i].name ? surveys[i].name : "");
        assert_int_equal(survey.header_rows, surveys[i].header_rows);
        assert_int_equal(survey.zone_seconds, surveys[i].zone_minutes * 60);
        assert_int_equal(samples.rows, 2);
        assert_list(i, "questions", join_questions(&survey, layout.count, &arena),
                    surveys[i].questions);
        assert_list(i, "answers", join_answers(&survey, &arena), surveys[i].answers);
        assert_list(i, "roles", join_known_roles(&survey, &arena), surveys[i].known_roles);
        arena_free(&arena);
    }
}

static void test_responses_are_recognised_by_their_status(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        bool is_test;
    } cases[] = {{"Survey Preview", true}, {"survey test", true}, {"1", true}, {" 2 ", true},
                 {"IP Address", false},    {"0", false},          {"", false}};
    struct survey survey = {.status_column = 1};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text cells[] = {TEXT("Survey Preview"), text_of(cases[i].status)};
        assert_int_equal(survey_is_test_response(&survey, cells, 2), cases[i].is_test);
        assert_false(survey_is_test_response(&survey, cells, 1));
    }
    survey.status_column = SIZE_MAX;
    assert_false(survey_is_test_response(&survey, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surveys_are_recognised_with_their_questions_and_answers),
        cmocka_unit_test(test_responses_are_recognised_by_their_status),
    };
    return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
