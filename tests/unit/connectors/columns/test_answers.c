/* test_answers.c - connectors/columns: free text and choices, columns of answers, their records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "connectors/columns/answers.h"
#include "connectors/columns/free_text.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

enum { MAX_CELLS = 200 };

/* Rows of cells: "a|b\nc|d". */
struct grid {
    struct samples samples; /* the rows below the first, which is the header */
    struct text cells[MAX_CELLS];
};

static void fill_grid(struct grid *grid, const char *table)
{
    struct text rest = text_of(table), line, cell;
    size_t count = 0, rows = 0;
    for (; text_split(&rest, '\n', &line); rows++)
        while (text_split(&line, '|', &cell))
            grid->cells[count++] = cell;
    size_t columns = count / rows;
    grid->samples = (struct samples){
        .names = grid->cells, .count = columns, .cells = grid->cells + columns, .rows = rows - 1};
}

static const struct {
    const char *cells; /* of one column, below its header */
    bool is_answered, is_answered_question, is_side, is_open;
} columns[] = {
    {"x\nVery kind staff there\nA long way home\nToo small a pool", false, true, true, true},
    {"x\nThe staff were very kind to us\nA long way from the bus stop\nThe pool is far too small",
     true, true, true, true},
    {"x\nVery good\nGood\nVery good\nPoor\nGood\nVery good\nPoor\nGood\nGood\nPoor", false, false,
     false, false},
    {"x\nPool;Bar\nBar;Spa\nPool;Spa\nBar\nPool;Bar;Spa\nSpa\nSpa;Gym\nGym;Bar\nPool;Gym", false,
     false, false, true},
    {"x\nNo\nno.\nNO\nNo\nno\nno\nno\nno\nThe lift was out of order\nMore shade in the "
     "garden\nThe towels were thin\nStreet noise until late",
     false, true, true, true},
    {"x\n1\n2\n3\n4\n5\n1\n2\n3\n4", false, false, false, false},
    {"x\nann@example.com\nbo@example.com\ncy@example.com", false, false, false, false},
    {"x\nLocation\nBreakfast\nBalcony view", false, false, true, true},
    {"x\nYes\nNo\nYes\nYes\nNo\nNo\nYes\nYes\nNo", false, false, false, false},
    {"x\n\n\n", false, false, false, false},
    {"x\nStaff\nFood\nFood\nStaff\nView\nFood\nStaff\nView\nFood", false, false, false, true},
    {"x\nSomewhat\nYes\nNot really\nYes", false, false, true, false},
    {"x\nnein\nja\nteilweise\nja\nnein", false, false, true, false},
    {"x\n2026-03-01\n2026-03-02\n2026-03-03", false, false, true, false},
};

static void free_text_differs_from_choices(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(columns); i++) {
        struct grid grid;
        fill_grid(&grid, columns[i].cells);
        struct column_profile profile = column_profile_measure(&grid.samples, 0);
        bool is_answered = free_text_is_answered(&grid.samples, 0, &profile, false),
             is_answered_question = free_text_is_answered(&grid.samples, 0, &profile, true),
             is_side = free_text_is_side(&grid.samples, 0, &profile),
             is_open = free_text_is_open(&grid.samples, 0, &profile);
        if (is_answered != columns[i].is_answered ||
            is_answered_question != columns[i].is_answered_question ||
            is_side != columns[i].is_side || is_open != columns[i].is_open)
            fail_msg("column %zu: %d, as a question %d, as a side %d, if open %d", i, is_answered,
                     is_answered_question, is_side, is_open);
    }
}

#define GOOD "The rooms were quiet|The towels were thin"
#define FAIR "A short way to town|The lift was broken"

static const struct {
    const char *table;
    const char *map;
    const char *answers; /* "NAME=ASKED_FOR" joined with ";" */
} tables[] = {
    /* a text column with an exact name next to questions */
    {"id|What did you like?|What can we improve?|Comments\n1|" GOOD "|\n2|" FAIR "|Thank you", "",
     "What did you like?=praise;What can we improve?=complaint;Comments="},
    {"id|좋았던 점|개선할 점|기타 의견\n1|" GOOD "|\n2|" FAIR "|", "",
     "좋았던 점=praise;개선할 점=complaint;기타 의견="},
    /* facts and ratings are no answers */
    {"What is your name?|Why this score?|Comment|Rating\n" GOOD "|Quick and kind help|5\n" FAIR
     "|Long wait at the desk|4",
     "", "Why this score?=;Comment="},
    /* nor are replies of the company, even if it has two columns of them */
    {"What did you like?|What can we improve?|Owner response|Manager response to complaint\n" GOOD
     "|We thank you for your kind words|The towels are soft again since May\n" FAIR
     "|We hope to see you again soon|The lift was repaired on the same day",
     "", "What did you like?=praise;What can we improve?=complaint"},
    /* a review without questions */
    {"id|Review|Product\n1|The rooms were quiet|A\n2|The lift was broken|B", "", ""},
    {"id|Review|Would you come again?\n1|The rooms were quiet|Yes\n2|The lift was broken|No", "",
     ""},
    /* two sides, one of them empty; a description of the product is no answer */
    {"Positive|Negative|Description of the hotel\nQuiet room and soft bed||A tall house near the "
     "lake with forty rooms\nShort way to town||A small house near the wood with four rooms",
     "", "Positive=praise;Negative=complaint"},
    {"장점|단점|총평\n" GOOD "|Fine\n" FAIR "|Good place", "", "장점=praise;단점=complaint;총평="},
    {"pros|cons|jobTitle.text\n" GOOD "|Engineer\n" FAIR "|Team assistant", "",
     "pros=praise;cons=complaint"},
    {"pros|cons|review.text\n" GOOD "|Fine\n" FAIR "|Good place", "",
     "pros=praise;cons=complaint;review.text="},
    /* both sides are needed, and must hold text */
    {"Comment|Positive\nThe rooms were quiet|Soft beds and pillows\nThe lift was broken|Warm bread",
     "", ""},
    {"Comment|Likes|Dislikes\nThe rooms were quiet|12|1\nThe lift was broken|3|4", "", ""},
    /* short answers that repeat */
    {"id|What did you like?|What should we improve?|Comments\n1|Staff|Parking|\n2|Food|Parking|\n3|"
     "Food|Noise|\n4|Staff|Noise|\n5|View|Parking|\n6|Food|Noise|See you soon",
     "", "What did you like?=praise;What should we improve?=complaint;Comments="},
    {"Vorteile|Nachteile\nEssen|Parken\nLage|Parken\nEssen|Lärm\nLage|Lärm\nEssen|Parken", "",
     "Vorteile=praise;Nachteile=complaint"},
    {"장점|단점\n전망|주차\n전망|소음\n위치|주차\n전망|주차", "", "장점=praise;단점=complaint"},
    /* closed questions, and a name that does not ask */
    {"Did you like it?|Comment\nYes|The rooms were quiet\nNo|The lift was broken\nYes|Fine", "",
     ""},
    {"Did you like it?|What should we improve?\nYes|The lift was broken\nNo|The towels were thin",
     "", ""},
    {"Favorite room|Comment\nAttic|The rooms were quiet\nHall|The lift was broken\nAttic|Fine", "",
     ""},
    /* a single row */
    {"Date|What did you like?|What should we improve?|Comments\n2026-03-06|View|Toilets|", "",
     "What did you like?=praise;What should we improve?=complaint;Comments="},
    {"Date|Pros|Cons\n2026-03-06||Toilets", "", "Pros=praise;Cons=complaint"},
    {"Nr|Ihre Anregungen\nk1|Parken", "", "Ihre Anregungen="},
    {"Nr|Hoe vaak komt u?\n1|Soms\n2|Soms\n3|Vaak\n4|Vaak\n5|Soms\n6|Vaak\n7|Soms\n8|Vaak", "", ""},
    /* reasons, numbered questions and remarks on subjects next to a comment */
    {"Grund|Kommentar\n" GOOD "\n" FAIR, "", "Grund=;Kommentar="},
    {"사유|의견\n방이 조용했어요 정말|수건이 얇았어요 조금\n역에서 가까웠어요|승강기가 "
     "고장이었어요",
     "", "사유=;의견="},
    {"Grund|Kommentar\nPreis|The rooms were quiet\nPreis|The lift was broken\nLage|Fine", "", ""},
    {"Q1|Q2|Comment\n" GOOD "|\n" FAIR "|Thank you", "", "Q1=;Q2=;Comment="},
    {"Food comments|Service comments|Comments\n" GOOD "|Fine\n" FAIR "|Good place", "",
     "Food comments=;Service comments=;Comments="},
    {"Comments|Comments clean|Comments short\nThe rooms were quiet|the rooms were quiet|the rooms "
     "were\nThe lift was broken|the lift was broken|the lift was",
     "", ""},
    /* remarks may come in later rows */
    {"id|Why this score?|Comments\n1|The rooms were quiet|\n2|The lift was broken|", "",
     "Why this score?=;Comments="},
    /* given */
    {"a|b|c\n" GOOD "|x\n" FAIR "|y", "text=b,text=a", "b=;a="},
    {"Pros|Cons\n" GOOD "\n" FAIR, "text=Pros", ""},
    {"Pros|Cons\n" GOOD "\n" FAIR, "text=Pros,text=Pros", ""},
    {"Pros|Cons\n" GOOD "\n" FAIR, "text=Cons,text=Pros", "Cons=complaint;Pros=praise"},
    {"a|b\n|\n|", "", ""},
};

static struct answers find_answers(const struct grid *grid, const char *map,
                                   struct mapping *mapping, struct arena *arena)
{
    struct mapping_options options = {
        .path = "x", .user_mapping = text_of(map), .allow_missing_text = true};
    struct answers answers;
    assert_true(mapping_find(mapping, &grid->samples, &options, arena, NULL));
    struct answer_search search = {.samples = &grid->samples, .mapping = mapping};
    answers_find(&answers, &search, arena);
    return answers;
}

static void columns_of_answers_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        struct arena arena = {0};
        struct grid grid;
        struct mapping mapping;
        struct text list = {0};
        fill_grid(&grid, tables[i].table);
        struct answers answers = find_answers(&grid, tables[i].map, &mapping, &arena);
        for (size_t k = 0; k < answers.count; k++)
            list = arena_format(&arena, "%.*s%s%.*s=%s", TEXT_ARGUMENT(list), k ? ";" : "",
                                TEXT_ARGUMENT(answers.list[k].name),
                                asked_for_names[answers.list[k].asked_for]);
        if (!text_equal(list, text_of(tables[i].answers)))
            fail_msg("table %zu: %.*s, expected %s", i, TEXT_ARGUMENT(list), tables[i].answers);
        arena_free(&arena);
    }
}

static const struct {
    const char *table;   /* its last row is read */
    const char *records; /* "ID|TITLE|TEXT|QUESTION|ASKED_FOR", a line each */
} respondents[] = {
    {"id|title|Pros|Cons\n1|So so|" GOOD "\n2|Never again|" FAIR,
     "2:Pros|Never again|A short way to town|Pros|praise\n"
     "2:Cons||The lift was broken|Cons|complaint\n"},
    {"id|title|Pros|Cons\n1|So so|" GOOD "\n2|Never again||The lift was broken",
     "2:Cons|Never again|The lift was broken|Cons|complaint\n"},
    {"id|title|Pros|Cons\n1|So so|" GOOD "\n2|Never again||", "2|Never again|||\n"},
    {"id|title|Why?|What did you like?\n1|Mrs|" GOOD "\n2|Mr|" FAIR "\n3|Mr|" GOOD "x",
     "3:Why?||The rooms were quiet|Why?|\n"
     "3:What did you like?||The towels were thinx|What did you like?|praise\n"},
    {"id|How did you like the quiet rooms?\n1|The rooms were quiet\n2|The lift was broken",
     "2||The lift was broken|How did you like the quiet rooms?|praise\n"},
    {"id|Comment\n1|The rooms were quiet\n2|The lift was broken", "2||The lift was broken||\n"},
    /* two columns of texts, one of them filled; a text of its own is kept */
    {"id|comment|review\n1|The rooms were quiet|\n2||The lift was broken",
     "2||The lift was broken||\n"},
    {"Nr|Kommentar|Datum|Kommentar_2\nk1||2026-03-01|Gut", "k1||Gut||\n"},
    {"id|comment|review\n1|The rooms were quiet|Fine\n2||The lift was broken", "2||||\n"},
    /* a row for each answer */
    {"id|Question|Answer\n1|What was good?|The rooms were quiet\n2|What was bad?|The lift was "
     "broken",
     "2||The lift was broken|What was bad?|complaint\n"},
    {"id|질문|답변\n1|좋았던 점|방이 조용했어요 정말\n2||승강기가 고장이었어요",
     "2||승강기가 고장이었어요||\n"},
};

static void each_filled_answer_is_a_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(respondents); i++) {
        struct arena arena = {0};
        struct batch batch = {0};
        struct grid grid;
        struct mapping mapping;
        struct text list = {0};
        struct record respondent = {.created_at = TIME_UNKNOWN};
        fill_grid(&grid, respondents[i].table);
        struct answers answers = find_answers(&grid, "", &mapping, &arena);
        const struct samples *samples = &grid.samples;
        const struct text *row = samples->cells + (samples->rows - 1) * samples->count;
        struct named_cells cells = {samples->names, row, samples->count};
        mapping_fill_record(&mapping, &cells, &arena, &respondent);
        *batch_add_record(&batch) = respondent;
        answers_split_record(&answers, &batch, row);
        for (size_t k = 0; k < batch.count; k++) {
            const struct record *record = &batch.records[k];
            list = arena_format(&arena, "%.*s%.*s|%.*s|%.*s|%.*s|%s\n", TEXT_ARGUMENT(list),
                                TEXT_ARGUMENT(record->external_id), TEXT_ARGUMENT(record->title),
                                TEXT_ARGUMENT(record->body), TEXT_ARGUMENT(record->question),
                                asked_for_names[record->asked_for]);
        }
        if (!text_equal(list, text_of(respondents[i].records)))
            fail_msg("respondent %zu: %.*s", i, TEXT_ARGUMENT(list));
        batch_free(&batch);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(free_text_differs_from_choices),
        cmocka_unit_test(columns_of_answers_are_found),
        cmocka_unit_test(each_filled_answer_is_a_record),
    };
    return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
