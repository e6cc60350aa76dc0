/* survey.c - Qualtrics (three header rows, two in old exports), SurveyMonkey (two), and any table
 * with several questions answered in own words. */
#include "connectors/table/survey.h"

#include <string.h>

#include "connectors/columns/column_names.h"

enum { MAX_TAG_SIZE = 80 };

/* Zones that Qualtrics names in its third row, in standard time: without a time-zone database an
 * hour of summer time is left out. */
static const struct {
    const char *name;
    int minutes;
} zones[] = {
    {"America/New_York", -300},
    {"America/Chicago", -360},
    {"America/Denver", -420},
    {"America/Phoenix", -420},
    {"America/Los_Angeles", -480},
    {"America/Toronto", -300},
    {"America/Sao_Paulo", -180},
    {"America/Mexico_City", -360},
    {"Europe/London", 0},
    {"Europe/Dublin", 0},
    {"Europe/Lisbon", 0},
    {"Europe/Paris", 60},
    {"Europe/Berlin", 60},
    {"Europe/Zurich", 60},
    {"Europe/Vienna", 60},
    {"Europe/Madrid", 60},
    {"Europe/Rome", 60},
    {"Europe/Amsterdam", 60},
    {"Europe/Stockholm", 60},
    {"Europe/Warsaw", 60},
    {"Europe/Helsinki", 120},
    {"Europe/Athens", 120},
    {"Europe/Moscow", 180},
    {"Asia/Dubai", 240},
    {"Asia/Kolkata", 330},
    {"Asia/Calcutta", 330},
    {"Asia/Singapore", 480},
    {"Asia/Hong_Kong", 480},
    {"Asia/Shanghai", 480},
    {"Asia/Taipei", 480},
    {"Asia/Seoul", 540},
    {"Asia/Tokyo", 540},
    {"Australia/Sydney", 600},
    {"Pacific/Auckland", 720},
    {"UTC", 0},
    {"GMT", 0},
};

/* The value of a member in {"ImportId":"QID1_TEXT","timeZone":"UTC"}. */
static struct text find_json_value(struct text cell, const char *member)
{
    size_t at = text_find(cell, text_of(member), 0);
    if (at == cell.size)
        return (struct text){0};
    size_t begin = text_find(cell, TEXT("\""), text_find(cell, TEXT(":"), at)) + 1;
    return text_slice(cell, begin, text_find(cell, TEXT("\""), begin));
}

/* <br> and <p> divide words, <b> and the like do not. */
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

/* Without markup, white space folded: "What do you<br>like?" */
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

static size_t find_column_index(const struct text *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_ignore_case(text_trim(names[i]), text_of(name)))
            return i;
    return SIZE_MAX;
}

static const struct text *sample_row(const struct table_layout *table_layout, size_t row)
{
    return table_layout->samples.cells + row * table_layout->count;
}

static bool is_import_row(const struct table_layout *table_layout, size_t row)
{
    size_t filled = 0, imports = 0;
    for (size_t i = 0; row < table_layout->samples.rows && i < table_layout->count; i++) {
        struct text cell = sample_row(table_layout, row)[i];
        filled += cell.size > 0;
        imports += text_starts_with(cell, TEXT("{\"ImportId\""));
    }
    return imports > 0 && imports * 2 >= filled;
}

/* "id=ResponseId", for a column that the format gives a role. */
static void add_role(struct survey *survey, enum role role, size_t column, struct arena *arena)
{
    struct text name = column == SIZE_MAX ? TEXT("") : text_trim(survey->names[column]);
    survey->mapping =
        arena_format(arena, "%.*s%s%s=%.*s", TEXT_ARGUMENT(survey->mapping),
                     survey->mapping.size ? "," : "", role_names[role], TEXT_ARGUMENT(name));
}

/* The score beside the answers: the column whose name or question asks for one, and that holds
 * numbers. */
static void add_rating(struct survey *survey, const struct table_layout *table_layout,
                       struct arena *arena)
{
    struct samples data = table_layout->samples;
    size_t extra_header_rows = survey->header_rows - 1, best_column = SIZE_MAX;
    int best = 0;
    data.cells += extra_header_rows * data.count;
    data.rows -= extra_header_rows;
    for (size_t i = 0; i < table_layout->count; i++) {
        int by_name = column_name_score(ROLE_RATING, survey->names[i]);
        int by_question = column_name_score(ROLE_RATING, survey->questions[i]);
        int score = by_name > by_question ? by_name : by_question;
        struct column_profile profile = column_profile_measure(&data, i);
        if (score > best && profile.filled > 0 && profile.numbers * 2 >= profile.filled) {
            best = score;
            best_column = i;
        }
    }
    if (best >= 40)
        add_role(survey, ROLE_RATING, best_column, arena);
}

static void read_qualtrics(struct survey *survey, const struct table_layout *table_layout,
                           struct arena *arena)
{
    const struct text *imports = sample_row(table_layout, 1);
    size_t date_column = SIZE_MAX, id = SIZE_MAX, language = SIZE_MAX, count = 0;
    size_t *answer_columns = arena_alloc(arena, table_layout->count, sizeof(*answer_columns));
    survey->name = "Qualtrics export";
    survey->header_rows = 3;
    for (size_t i = 0; i < table_layout->count; i++) {
        struct text import = find_json_value(imports[i], "\"ImportId\"");
        struct text zone = find_json_value(imports[i], "\"timeZone\"");
        survey->questions[i] = question_to_plain_text(sample_row(table_layout, 0)[i], arena);
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
        for (size_t k = 0; zone.size > 0 && k < sizeof(zones) / sizeof(*zones); k++)
            if (text_equal(zone, text_of(zones[k].name)))
                survey->zone_seconds = zones[k].minutes * 60;
    }
    survey->answer_columns = answer_columns;
    survey->answer_count = count;
    if (id == SIZE_MAX)
        id = find_column_index(table_layout->header, table_layout->count, "ResponseId");
    add_role(survey, ROLE_TEXT, SIZE_MAX, arena);
    add_role(survey, ROLE_TITLE, SIZE_MAX, arena);
    add_role(survey, ROLE_AUTHOR, SIZE_MAX, arena);
    add_role(survey, ROLE_ID, id, arena);
    add_role(survey, ROLE_DATE, date_column, arena);
    add_role(survey, ROLE_LANG, language, arena);
    add_rating(survey, table_layout, arena);
}

/* V1, V2, ... above ResponseID, ResponseSet, ... */
static bool is_old_qualtrics(const struct table_layout *table_layout)
{
    return table_layout->count > 4 && table_layout->samples.rows > 0 &&
           text_equal(text_trim(table_layout->header[0]), TEXT("V1")) &&
           text_equal_ignore_case(text_trim(sample_row(table_layout, 0)[0]), TEXT("ResponseID"));
}

static void read_old_qualtrics(struct survey *survey, const struct table_layout *table_layout,
                               struct arena *arena)
{
    const struct text *labels = sample_row(table_layout, 0);
    survey->name = "Qualtrics export of the old kind";
    survey->header_rows = 2;
    for (size_t i = 0; i < table_layout->count; i++) {
        survey->questions[i] = question_to_plain_text(labels[i], arena);
        if (text_starts_with(table_layout->header[i], TEXT("V")) && labels[i].size > 0)
            survey->names[i] = text_trim(labels[i]); /* V7 says nothing, Status does */
    }
    survey->status_column = find_column_index(survey->names, table_layout->count, "Status");
    add_role(survey, ROLE_TITLE, SIZE_MAX, arena);
    add_role(survey, ROLE_AUTHOR, SIZE_MAX, arena);
    add_role(survey, ROLE_ID, find_column_index(survey->names, table_layout->count, "ResponseID"),
             arena);
    add_role(survey, ROLE_DATE, find_column_index(survey->names, table_layout->count, "EndDate"),
             arena);
    add_rating(survey, table_layout, arena);
}

static bool is_response_label(struct text label)
{
    return text_equal_ignore_case(label, TEXT("Response")) ||
           text_equal_ignore_case(label, TEXT("Open-Ended Response"));
}

static bool is_survey_monkey(const struct table_layout *table_layout)
{
    size_t labels = 0;
    if (table_layout->samples.rows == 0 || table_layout->count < 2 ||
        text_trim(sample_row(table_layout, 0)[0]).size > 0)
        return false;
    for (size_t i = 0; i < table_layout->count; i++)
        labels += is_response_label(text_trim(sample_row(table_layout, 0)[i]));
    return labels > 1 || (labels == 1 &&
                          text_starts_with(text_trim(table_layout->header[0]), TEXT("Respondent")));
}

static void read_survey_monkey(struct survey *survey, const struct table_layout *table_layout,
                               struct arena *arena)
{
    const struct text *labels = sample_row(table_layout, 0);
    struct text question = {0};
    size_t *answer_columns = arena_alloc(arena, table_layout->count, sizeof(*answer_columns));
    survey->name = "SurveyMonkey export";
    survey->header_rows = 2;
    for (size_t i = 0; i < table_layout->count; i++) {
        struct text label = text_trim(labels[i]);
        if (text_trim(table_layout->header[i]).size > 0) /* a blank one goes on with the question */
            question = question_to_plain_text(table_layout->header[i], arena);
        bool plain = label.size == 0 || is_response_label(label);
        survey->names[i] = plain ? question
                                 : arena_format(arena, "%.*s: %.*s", TEXT_ARGUMENT(question),
                                                TEXT_ARGUMENT(label));
        survey->questions[i] = survey->names[i];
        if (text_equal_ignore_case(label, TEXT("Open-Ended Response")))
            answer_columns[survey->answer_count++] = i;
    }
    survey->answer_columns = answer_columns;
    static const char *const ids[] = {"Respondent ID", "RespondentID"};
    static const char *const dates[] = {"End Date", "Date Modified", "Date Created", "Start Date"};
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < 2 && found == SIZE_MAX; i++)
        found = find_column_index(survey->names, table_layout->count, ids[i]);
    add_role(survey, ROLE_ID, found, arena);
    found = SIZE_MAX;
    for (size_t i = 0; i < 4 && found == SIZE_MAX; i++)
        found = find_column_index(survey->names, table_layout->count, dates[i]);
    add_role(survey, ROLE_DATE, found, arena);
    add_role(survey, ROLE_TITLE, SIZE_MAX, arena);
    add_role(survey, ROLE_AUTHOR, SIZE_MAX, arena);
    add_rating(survey, table_layout, arena);
}

void survey_detect(struct survey *survey, const struct table_layout *table_layout,
                   struct arena *arena)
{
    *survey = (struct survey){.header_rows = table_layout->header_rows, .status_column = SIZE_MAX};
    survey->names = arena_alloc(arena, table_layout->count, sizeof(*survey->names));
    survey->questions = arena_alloc(arena, table_layout->count, sizeof(*survey->questions));
    for (size_t i = 0; i < table_layout->count; i++) {
        survey->names[i] = table_layout->header[i];
        survey->questions[i] = question_to_plain_text(table_layout->header[i], arena);
    }
    if (table_layout->header_rows == 0)
        return;
    if (is_import_row(table_layout, 1))
        read_qualtrics(survey, table_layout, arena);
    else if (is_old_qualtrics(table_layout))
        read_old_qualtrics(survey, table_layout, arena);
    else if (is_survey_monkey(table_layout))
        read_survey_monkey(survey, table_layout, arena);
}

static bool has_other_role(const struct mapping *mapping, size_t column)
{
    for (int role = ROLE_ID; role < ROLE_COUNT; role++)
        if (mapping->columns[role] == column)
            return true;
    return false;
}

/* The name says that whoever answers writes. */
static bool name_says_free_text(struct text name)
{
    return text_find(name, TEXT("free text"), 0) < name.size ||
           text_find(name, TEXT("_TEXT"), 0) < name.size;
}

void survey_select_answers(struct survey *survey, const struct table_layout *table_layout,
                           struct samples samples, const struct mapping *mapping,
                           struct arena *arena)
{
    if (mapping->text_column_count > 1) {
        survey->answer_columns = mapping->text_columns;
        survey->answer_count = mapping->text_column_count;
        return;
    }
    size_t text = mapping->columns[ROLE_TEXT];
    bool known =
        text != SIZE_MAX && column_name_score(ROLE_TEXT, survey->names[text]) >= COLUMN_NAME_EXACT;
    if (mapping->text_column_count == 1 || (!survey->name && known)) {
        survey->answer_count = 0; /* one text column, no questions */
        return;
    }
    size_t *answer_columns = arena_alloc(arena, table_layout->count, sizeof(*answer_columns));
    size_t count = 0, question_count = 0;
    for (size_t i = 0; i < table_layout->count; i++) {
        bool is_known_answer = false;
        for (size_t k = 0; k < survey->answer_count; k++)
            is_known_answer |= survey->answer_columns[k] == i;
        struct column_profile profile = column_profile_measure(&samples, i);
        bool is_question = column_name_is_question(survey->questions[i]);
        bool says_free_text =
            name_says_free_text(survey->names[i]) || name_says_free_text(survey->questions[i]);
        if (!is_known_answer &&
            (has_other_role(mapping, i) || profile.numbers * 2 > profile.filled ||
             !(says_free_text || column_profile_is_free_text(&profile, is_question))))
            continue;
        answer_columns[count++] = i;
        question_count += is_question || is_known_answer || says_free_text;
    }
    if (survey->name || (count > 1 && question_count > 1) || (text == SIZE_MAX && count > 0)) {
        survey->answer_columns = answer_columns;
        survey->answer_count = count;
    }
}

bool survey_is_test_response(const struct survey *survey, const struct text *cells, size_t count)
{
    static const char *const tests[] = {"Survey Preview", "Survey Test", "1", "2"};
    if (survey->status_column >= count)
        return false;
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
        if (text_equal_ignore_case(text_trim(cells[survey->status_column]), text_of(tests[i])))
            return true;
    return false;
}
