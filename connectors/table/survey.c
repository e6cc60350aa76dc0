/* survey.c - Qualtrics (three header rows, two in old exports), SurveyMonkey (two), and any table
 * with several questions answered in free text. */
#include "connectors/table/survey.h"

#include <string.h>

#include "base/ascii.h"
#include "connectors/columns/column_names.h"

enum { MAX_TAG_SIZE = 80 };

enum survey_word_meaning {
    RESPONSE_LABEL,      /* SurveyMonkey's second header row: a column with one answer */
    OPEN_RESPONSE_LABEL, /* the same, with an answer in free text */
    TEST_STATUS,         /* Qualtrics' status of a test response */
    FREE_TEXT            /* part of the name of a column with free text */
};

static const struct {
    const char *text;
    enum survey_word_meaning meaning;
} survey_words[] = {
#define ROW(language, text, meaning) {text, meaning},
#include "connectors/table/data/survey_words.inc"
#undef ROW
};

enum { SURVEY_WORD_COUNT = sizeof(survey_words) / sizeof(*survey_words) };

/* Time zones that Qualtrics names in its third row, by their standard time: the hour of summer time
 * is ignored. */
static const struct {
    const char *name;
    int minutes; /* east of UTC */
} time_zones[] = {
#define ROW(language, name, minutes) {name, minutes},
#include "connectors/table/data/time_zones.inc"
#undef ROW
};

static bool has_meaning(struct text cell, enum survey_word_meaning meaning)
{
    for (size_t i = 0; i < SURVEY_WORD_COUNT; i++)
        if (survey_words[i].meaning == meaning &&
            text_equal_ignore_case(cell, text_of(survey_words[i].text)))
            return true;
    return false;
}

/* The value of a member of {"ImportId":"QID1_TEXT","timeZone":"UTC"}. */
static struct text find_json_value(struct text cell, const char *member)
{
    size_t at = text_find(cell, text_of(member), 0);
    if (at == cell.size)
        return (struct text){0};
    size_t begin = text_find(cell, TEXT("\""), text_find(cell, TEXT(":"), at)) + 1;
    return text_slice(cell, begin, text_find(cell, TEXT("\""), begin));
}

/* Whether the tag separates words, as <br> and <p> do and <b> does not. */
static bool is_block_tag(struct text tag)
{
    static const char *const block_tags[] = {"br", "p", "div", "li", "ul", "td", "tr", "hr", "h"};
    size_t begin = tag.size > 1 && tag.bytes[1] == '/' ? 2 : 1;
    for (size_t i = 0; i < sizeof(block_tags) / sizeof(*block_tags); i++) {
        size_t end = begin + strlen(block_tags[i]);
        bool ends = end >= tag.size || (tag.bytes[end] | 32) < 'a' || block_tags[i][0] == 'h';
        if (ends && text_equal_ignore_case(text_slice(tag, begin, end), text_of(block_tags[i])))
            return true;
    }
    return false;
}

/* Removes markup and collapses white space: "What do you<br>like?" */
static struct text question_to_plain_text(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        struct text tag_window = text_slice(text, 0, i + MAX_TAG_SIZE);
        size_t close = text.bytes[i] == '<' ? text_find(tag_window, TEXT(">"), i) : tag_window.size;
        bool tag = close < tag_window.size && i + 1 < close &&
                   (text.bytes[i + 1] == '/' || (text.bytes[i + 1] | 32) >= 'a');
        bool blank = (tag && is_block_tag(text_slice(text, i, close))) ||
                     (!tag && text.bytes[i] >= 0 && text.bytes[i] <= ' ');
        if (!blank && !tag)
            bytes[size++] = text.bytes[i];
        else if (blank && size > 0 && bytes[size - 1] != ' ')
            bytes[size++] = ' ';
        if (tag)
            i = close;
    }
    return text_trim((struct text){bytes, size});
}

/* The column with the first of the candidate names that exists; the list ends with NULL. */
static size_t find_first_column(const struct text *names, size_t count,
                                const char *const *candidates)
{
    size_t found = SIZE_MAX;
    for (; *candidates && found == SIZE_MAX; candidates++)
        found = column_find_ignoring_case(names, count, text_of(*candidates));
    return found;
}

static const struct text *sample_row(const struct table_layout *layout, size_t row)
{
    return layout->samples.cells + row * layout->count;
}

static bool is_import_row(const struct table_layout *layout, size_t row)
{
    size_t filled = 0, imports = 0;
    for (size_t i = 0; row < layout->samples.rows && i < layout->count; i++) {
        struct text cell = sample_row(layout, row)[i];
        filled += cell.size > 0;
        imports += text_starts_with(cell, TEXT("{\"ImportId\""));
    }
    return imports > 0 && imports * 2 >= filled;
}

struct samples survey_data_rows(const struct survey *survey, const struct table_layout *layout)
{
    struct samples samples = layout->samples;
    samples.names = survey->names;
    size_t extra_header_rows = survey->header_rows - layout->header_rows;
    samples.cells += extra_header_rows * samples.count;
    samples.rows -= extra_header_rows;
    return samples;
}

/* The score that belongs to the answers: the column with the best name or question for one, among
 * those that hold numbers. */
static void find_rating(struct survey *survey, const struct table_layout *layout)
{
    struct samples samples = survey_data_rows(survey, layout);
    size_t best_column = SIZE_MAX;
    int best = 0;
    for (size_t i = 0; i < layout->count; i++) {
        int by_name = column_name_score(ROLE_RATING, survey->names[i]);
        int by_question = column_name_score(ROLE_RATING, survey->questions[i]);
        int score = by_name > by_question ? by_name : by_question;
        struct column_profile profile = column_profile_measure(&samples, i);
        if (score > best && profile.filled > 0 && profile.numbers * 2 >= profile.filled) {
            best = score;
            best_column = i;
        }
    }
    if (best >= COLUMN_NAME_LIKELY)
        known_roles_set(&survey->known_roles, ROLE_RATING, best_column);
}

/* Sets *seconds to the offset of a time zone, if it is known. */
static void find_zone_seconds(struct text name, int *seconds)
{
    for (size_t i = 0; i < sizeof(time_zones) / sizeof(*time_zones); i++)
        if (text_equal(name, text_of(time_zones[i].name)))
            *seconds = time_zones[i].minutes * 60;
}

static void read_qualtrics(struct survey *survey, const struct table_layout *layout,
                           struct arena *arena)
{
    const struct text *imports = sample_row(layout, 1);
    size_t date_column = SIZE_MAX, id = SIZE_MAX, language = SIZE_MAX, count = 0;
    size_t *answer_columns = arena_alloc(arena, layout->count, sizeof(*answer_columns));
    survey->name = "Qualtrics export";
    survey->header_rows = 3;
    for (size_t i = 0; i < layout->count; i++) {
        struct text import = find_json_value(imports[i], "\"ImportId\"");
        find_zone_seconds(find_json_value(imports[i], "\"timeZone\""), &survey->zone_seconds);
        survey->questions[i] = question_to_plain_text(sample_row(layout, 0)[i], arena);
        if (text_equal(import, TEXT("recordedDate")) ||
            (date_column == SIZE_MAX && text_equal(import, TEXT("endDate"))))
            date_column = i;
        if (text_equal(import, TEXT("_recordId")))
            id = i;
        if (text_equal(import, TEXT("userLanguage")))
            language = i;
        if (text_equal(import, TEXT("status")))
            survey->status_column = i;
        if (import.size > 5 &&
            text_equal(text_slice(import, import.size - 5, import.size), TEXT("_TEXT")))
            answer_columns[count++] = i;
    }
    survey->answer_columns = answer_columns;
    survey->answer_count = count;
    if (id == SIZE_MAX)
        id = column_find_ignoring_case(layout->header, layout->count, TEXT("ResponseId"));
    known_roles_set(&survey->known_roles, ROLE_TEXT, SIZE_MAX);
    known_roles_set(&survey->known_roles, ROLE_TITLE, SIZE_MAX);
    known_roles_set(&survey->known_roles, ROLE_AUTHOR, SIZE_MAX);
    known_roles_set(&survey->known_roles, ROLE_ID, id);
    known_roles_set(&survey->known_roles, ROLE_DATE, date_column);
    known_roles_set(&survey->known_roles, ROLE_LANG, language);
    find_rating(survey, layout);
}

/* Old exports have a second header row with labels. Above the labels ResponseID, ResponseSet, ...
 * are V1, V2, ... or, since 2016, the same names. */
static bool is_old_qualtrics(const struct table_layout *layout)
{
    enum { MIN_REPEATED = 4 };
    size_t repeated = 0;
    bool has_id = false;
    for (size_t i = 0; layout->samples.rows > 0 && i < layout->count; i++) {
        struct text label = text_trim(sample_row(layout, 0)[i]);
        repeated += text_equal_name(text_trim(layout->header[i]), label);
        has_id |= text_equal_name(label, TEXT("ResponseID"));
    }
    bool has_numbers = layout->count > 0 && text_equal(text_trim(layout->header[0]), TEXT("V1"));
    bool has_labels = has_numbers || (repeated >= MIN_REPEATED && repeated < layout->count);
    return layout->count > 4 && has_id && has_labels;
}

static void read_old_qualtrics(struct survey *survey, const struct table_layout *layout,
                               struct arena *arena)
{
    const struct text *labels = sample_row(layout, 0);
    survey->name = "Qualtrics export of the old kind";
    survey->header_rows = 2;
    for (size_t i = 0; i < layout->count; i++) {
        survey->questions[i] = question_to_plain_text(labels[i], arena);
        bool is_number = layout->header[i].size > 1 && layout->header[i].bytes[0] == 'V' &&
                         ascii_is_digit(layout->header[i].bytes[1]);
        if (is_number && labels[i].size > 0)
            survey->names[i] = text_trim(labels[i]); /* "Status" instead of "V7" */
    }
    survey->status_column = column_find_ignoring_case(survey->names, layout->count, TEXT("Status"));
    known_roles_set(&survey->known_roles, ROLE_TITLE, SIZE_MAX);
    known_roles_set(&survey->known_roles, ROLE_AUTHOR, SIZE_MAX);
    known_roles_set(&survey->known_roles, ROLE_ID,
                    column_find_ignoring_case(survey->names, layout->count, TEXT("ResponseID")));
    known_roles_set(&survey->known_roles, ROLE_DATE,
                    column_find_ignoring_case(survey->names, layout->count, TEXT("EndDate")));
    find_rating(survey, layout);
}

static bool is_survey_monkey(const struct table_layout *layout)
{
    size_t labels = 0;
    if (layout->samples.rows == 0 || layout->count < 2 ||
        text_trim(sample_row(layout, 0)[0]).size > 0)
        return false;
    for (size_t i = 0; i < layout->count; i++)
        labels += has_meaning(text_trim(sample_row(layout, 0)[i]), RESPONSE_LABEL);
    return labels > 1 ||
           (labels == 1 && text_starts_with(text_trim(layout->header[0]), TEXT("Respondent")));
}

static void read_survey_monkey(struct survey *survey, const struct table_layout *layout,
                               struct arena *arena)
{
    const struct text *labels = sample_row(layout, 0);
    struct text question = {0};
    size_t *answer_columns = arena_alloc(arena, layout->count, sizeof(*answer_columns));
    survey->name = "SurveyMonkey export";
    survey->header_rows = 2;
    for (size_t i = 0; i < layout->count; i++) {
        struct text label = text_trim(labels[i]);
        if (text_trim(layout->header[i]).size > 0) /* a blank cell continues the question */
            question = question_to_plain_text(layout->header[i], arena);
        bool plain = label.size == 0 || has_meaning(label, RESPONSE_LABEL);
        survey->names[i] = plain ? question
                                 : arena_format(arena, "%.*s: %.*s", TEXT_ARGUMENT(question),
                                                TEXT_ARGUMENT(label));
        survey->questions[i] = survey->names[i];
        if (has_meaning(label, OPEN_RESPONSE_LABEL))
            answer_columns[survey->answer_count++] = i;
    }
    survey->answer_columns = answer_columns;
    static const char *const ids[] = {"Respondent ID", "RespondentID", NULL};
    static const char *const dates[] = {"End Date", "Date Modified", "Date Created", "Start Date",
                                        NULL};
    known_roles_set(&survey->known_roles, ROLE_ID,
                    find_first_column(survey->names, layout->count, ids));
    known_roles_set(&survey->known_roles, ROLE_DATE,
                    find_first_column(survey->names, layout->count, dates));
    known_roles_set(&survey->known_roles, ROLE_TITLE, SIZE_MAX);
    known_roles_set(&survey->known_roles, ROLE_AUTHOR, SIZE_MAX);
    find_rating(survey, layout);
}

void survey_detect(struct survey *survey, const struct table_layout *layout, struct arena *arena)
{
    *survey = (struct survey){.header_rows = layout->header_rows, .status_column = SIZE_MAX};
    survey->names = arena_alloc(arena, layout->count, sizeof(*survey->names));
    survey->questions = arena_alloc(arena, layout->count, sizeof(*survey->questions));
    for (size_t i = 0; i < layout->count; i++) {
        survey->names[i] = layout->header[i];
        survey->questions[i] = question_to_plain_text(layout->header[i], arena);
    }
    if (layout->header_rows == 0)
        return;
    if (is_import_row(layout, 1))
        read_qualtrics(survey, layout, arena);
    else if (is_old_qualtrics(layout))
        read_old_qualtrics(survey, layout, arena);
    else if (is_survey_monkey(layout))
        read_survey_monkey(survey, layout, arena);
    if (survey->name) /* a "response" is the respondent's */
        known_roles_set(&survey->known_roles, ROLE_REPLY, SIZE_MAX);
}

static bool mentions_free_text(struct text name)
{
    for (size_t i = 0; i < SURVEY_WORD_COUNT; i++)
        if (survey_words[i].meaning == FREE_TEXT &&
            text_find(name, text_of(survey_words[i].text), 0) < name.size)
            return true;
    return false;
}

void survey_find_answers(const struct survey *survey, const struct samples *samples,
                         const struct mapping *mapping, struct answers *answers,
                         struct arena *arena)
{
    enum answer_mark *marks = arena_alloc(arena, samples->count, sizeof(*marks));
    for (size_t i = 0; i < samples->count; i++)
        if (mentions_free_text(survey->names[i]) || mentions_free_text(survey->questions[i]))
            marks[i] = ANSWER_LIKELY;
    for (size_t i = 0; i < survey->answer_count; i++)
        marks[survey->answer_columns[i]] = ANSWER_MARKED;
    struct answer_search search = {.samples = samples,
                                   .mapping = mapping,
                                   .questions = survey->questions,
                                   .marks = marks,
                                   .is_survey = survey->name != NULL};
    answers_find(answers, &search, arena);
}

bool survey_is_test_response(const struct survey *survey, const struct text *cells, size_t count)
{
    return survey->status_column < count &&
           has_meaning(text_trim(cells[survey->status_column]), TEST_STATUS);
}
