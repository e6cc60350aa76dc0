/* answers.c - chooses the columns with answers, and splits a respondent into records. */
#include "connectors/columns/answers.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "connectors/columns/asked_for.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_words.h"
#include "connectors/columns/free_text.h"
#include "connectors/columns/questions.h"
#include "connectors/columns/second_text.h"

enum {
    MIN_QUESTION_SIZE = 16,  /* bytes of a name that is a whole question */
    MAX_SHORT_NAME_SIZE = 32 /* longer names are replaced by a hash in ids */
};

/* A column that may hold answers. */
struct candidate {
    bool is_excluded; /* has another role, or asks for a fact */
    bool is_answered; /* holds free text, or is marked */
    bool is_remark;   /* "Comments", whose cells may be few and short */
    bool is_side;     /* one side of a two-sided review; its cells may be one */
    bool is_sentence; /* the name is a whole question, not "Pros" */
    bool asks_openly; /* a question, not "Favorite room" */
    bool is_open;     /* the cells are words; not known of surveys and names that say nothing */
    bool is_empty;
    enum answer_mark mark;
    enum question_kind kind;
    enum asked_for side;
    bool names_side; /* "Pros" */
};

static bool has_other_role(const struct mapping *mapping, size_t column)
{
    for (int role = ROLE_ID; role < ROLE_COUNT; role++)
        if (mapping->columns[role] == column)
            return true;
    return false;
}

static struct text question_of(const struct answer_search *search, size_t column)
{
    return search->questions ? search->questions[column] : search->samples->names[column];
}

/* Whether the text column has a name that leaves no doubt. */
static bool has_named_text(const struct answer_search *search)
{
    size_t text = search->mapping->columns[ROLE_TEXT];
    return text != SIZE_MAX &&
           column_name_score(ROLE_TEXT, search->samples->names[text]) >= COLUMN_NAME_EXACT;
}

/* Survey tools tell choices from answers; elsewhere the name decides. `is_varied`: the cells differ
 * as answers do. */
static bool may_be_side(const struct answer_search *search, const struct candidate *candidate,
                        bool is_varied)
{
    if (search->is_survey)
        return is_varied;
    return candidate->is_open && (is_varied || candidate->asks_openly || candidate->names_side);
}

/* Sets what the cells show. */
static void examine_cells(const struct answer_search *search, size_t column,
                          struct candidate *candidate)
{
    struct column_profile profile = column_profile_measure(search->samples, column);
    bool has_values = column_profile_has_numbers(&profile) || column_profile_has_links(&profile);
    bool is_question = candidate->kind != QUESTION_NONE,
         has_side = candidate->side != ASKED_FOR_ANYTHING;
    candidate->is_empty = profile.filled == 0;
    candidate->is_excluded = has_values && candidate->mark != ANSWER_MARKED;
    if (candidate->is_excluded)
        return;
    candidate->is_open = (is_question || has_side) && !search->is_survey &&
                         free_text_is_open(search->samples, column, &profile);
    candidate->is_answered = candidate->mark != ANSWER_UNMARKED ||
                             (has_side && candidate->asks_openly && candidate->is_open) ||
                             free_text_is_answered(search->samples, column, &profile, is_question);
    bool may_be_remark = candidate->kind == QUESTION_HINTED && !search->is_survey;
    if (!may_be_remark && !has_side)
        return;
    bool is_varied = free_text_is_side(search->samples, column, &profile);
    candidate->is_remark = may_be_remark && (candidate->is_empty || is_varied);
    candidate->is_side =
        has_side && (candidate->is_empty || may_be_side(search, candidate, is_varied));
}

/* Whether the company wrote the cells, although its reply may be in another column. */
static bool is_company_reply(struct text name)
{
    struct column_words words = column_words_find(name);
    return words.side == SIDE_COMPANY && words.is_answer;
}

static struct candidate examine_column(const struct answer_search *search, size_t column,
                                       bool is_text_named)
{
    struct text name = search->samples->names[column], question = question_of(search, column);
    struct candidate candidate = {.mark = search->marks ? search->marks[column] : ANSWER_UNMARKED};
    candidate.is_excluded =
        has_other_role(search->mapping, column) ||
        translations_include(&search->mapping->translations, column) ||
        (!search->is_survey && candidate.mark == ANSWER_UNMARKED && is_company_reply(name));
    if (candidate.is_excluded)
        return candidate;
    enum asked_for asked_for = asked_for_by_question(question);
    candidate.kind = question_classify(question);
    candidate.side = asked_for != ASKED_FOR_ANYTHING ? asked_for : asked_for_by_side(name);
    candidate.names_side = asked_for_by_side(name) != ASKED_FOR_ANYTHING;
    candidate.asks_openly = question_asks_openly(question);
    candidate.is_sentence = question.size >= MIN_QUESTION_SIZE;
    candidate.is_excluded = candidate.kind == QUESTION_FACT;
    bool says_nothing = candidate.kind == QUESTION_NONE && candidate.side == ASKED_FOR_ANYTHING &&
                        candidate.mark == ANSWER_UNMARKED;
    bool needs_cells = !says_nothing || search->is_survey || !is_text_named;
    if (!candidate.is_excluded && needs_cells)
        examine_cells(search, column, &candidate);
    return candidate;
}

/* Whether praise and complaints have a column each, and one of them is filled. */
static bool has_both_sides(const struct candidate *candidates, size_t count)
{
    bool exists[ASKED_FOR_COUNT] = {0}, is_filled = false;
    for (size_t i = 0; i < count; i++) {
        if (!candidates[i].is_side)
            continue;
        exists[candidates[i].side] = true;
        is_filled |= !candidates[i].is_empty;
    }
    return exists[ASKED_FOR_PRAISE] && exists[ASKED_FOR_COMPLAINT] && is_filled;
}

/* How the columns are chosen. */
enum choice {
    CHOOSE_NONE,      /* the text column alone */
    CHOOSE_ASKING,    /* the text column, and those that ask */
    CHOOSE_FREE_TEXTS /* all columns of free text */
};

static bool is_chosen(const struct candidate *candidate, enum choice choice, bool has_sides)
{
    if (candidate->is_excluded)
        return false;
    if (has_sides && candidate->is_side)
        return true;
    if (choice == CHOOSE_FREE_TEXTS)
        return candidate->is_answered || candidate->is_remark;
    return candidate->is_remark || (candidate->is_answered && (candidate->mark == ANSWER_MARKED ||
                                                               candidate->kind == QUESTION_ASKED));
}

/* Whether the cells begin like those of the text in most rows: a cleaned version, not an answer. */
static bool repeats_text(const struct answer_search *search, size_t column)
{
    enum { PREFIX_SIZE = 8 };
    size_t text = search->mapping->columns[ROLE_TEXT], both = 0, equal = 0;
    for (size_t row = 0; row < search->samples->rows; row++) {
        struct text a = text_trim(samples_cell(search->samples, row, text)),
                    b = text_trim(samples_cell(search->samples, row, column));
        if (a.size == 0 || b.size == 0)
            continue;
        both++;
        equal +=
            text_equal_ignore_case(text_slice(a, 0, PREFIX_SIZE), text_slice(b, 0, PREFIX_SIZE));
    }
    return equal > 0 && equal * 2 >= both;
}

/* Whether remarks on several subjects have a column each: "Food comments", "Service comments". */
static bool has_subjects(const struct answer_search *search, const struct candidate *candidates)
{
    size_t text = search->mapping->columns[ROLE_TEXT], subjects = 0;
    for (size_t i = 0; i < search->samples->count; i++) {
        int score = column_name_score(ROLE_TEXT, search->samples->names[i]);
        subjects += i != text && !candidates[i].is_excluded && candidates[i].is_answered &&
                    candidates[i].kind == QUESTION_HINTED && score >= COLUMN_NAME_LIKELY &&
                    score < COLUMN_NAME_EXACT && !repeats_text(search, i);
    }
    return subjects > 1;
}

static enum choice choose(const struct answer_search *search, const struct candidate *candidates,
                          bool has_sides)
{
    size_t text = search->mapping->columns[ROLE_TEXT], asking = 0, answered = 0, questions = 0;
    bool is_review = has_sides && !search->is_survey; /* not a survey with opposite questions */
    bool has_text = text != SIZE_MAX, has_empty_remarks = false;
    for (size_t i = 0; i < search->samples->count; i++) {
        const struct candidate *candidate = &candidates[i];
        has_empty_remarks |= candidate->is_remark && candidate->is_empty;
        if (candidate->is_excluded || !candidate->is_answered)
            continue;
        answered++;
        asking += i != text && candidate->kind == QUESTION_ASKED;
        questions += candidate->kind != QUESTION_NONE || candidate->mark != ANSWER_UNMARKED;
        is_review &= !candidate->is_side || !candidate->is_sentence;
    }
    if (is_review)
        return CHOOSE_ASKING;
    if (has_named_text(search) && !search->is_survey)
        return asking > 0 || has_sides || has_subjects(search, candidates) ? CHOOSE_ASKING
                                                                           : CHOOSE_NONE;
    if (has_text && has_empty_remarks && !search->is_survey && answered == 1 &&
        candidates[text].is_answered && candidates[text].kind == QUESTION_ASKED)
        return CHOOSE_ASKING; /* later rows may have remarks */
    bool is_survey = search->is_survey || has_sides || (answered > 1 && questions > 1) ||
                     (!has_text && answered > 0);
    return is_survey ? CHOOSE_FREE_TEXTS : CHOOSE_NONE;
}

/* Whether the text column belongs to the answers although it does not ask: by its name, not because
 * it has the longest cells. The "text" of an object is that of a review only if the object is one:
 * not "jobTitle.text". */
static bool is_named_text(const struct answer_search *search, size_t column)
{
    struct text name = search->samples->names[column];
    size_t point = name.size;
    if (column != search->mapping->columns[ROLE_TEXT] || column_name_score(ROLE_TEXT, name) == 0)
        return false;
    while (point > 0 && name.bytes[point - 1] != '.')
        point--;
    struct text object = text_slice(name, 0, point > 0 ? point - 1 : 0);
    return object.size == 0 || asked_for_is_neutral(object) ||
           column_name_score(ROLE_TEXT, object) > 0 ||
           !asked_for_is_neutral(text_slice(name, point, name.size));
}

static struct answer make_answer(const struct answer_search *search, size_t column, bool has_sides)
{
    struct text name = search->samples->names[column], question = question_of(search, column);
    enum asked_for asked_for = asked_for_by_question(question);
    if (asked_for == ASKED_FOR_ANYTHING && has_sides)
        asked_for = asked_for_by_side(name);
    return (struct answer){column, name, question, asked_for};
}

/* The question of a single text column; empty if its name does not ask. */
static struct answer make_text_answer(const struct answer_search *search)
{
    size_t column = search->mapping->columns[ROLE_TEXT];
    if (column == SIZE_MAX || question_of(search, column).size < MIN_QUESTION_SIZE)
        return (struct answer){0};
    enum question_kind kind = question_classify(question_of(search, column));
    return kind == QUESTION_ASKED || kind == QUESTION_HINTED ? make_answer(search, column, false)
                                                             : (struct answer){0};
}

/* Whether the reviews have titles: in surveys, such a column holds a form of address ("Mr"), or the
 * form's title in every row. */
static bool has_review_titles(const struct answer_search *search)
{
    size_t title = search->mapping->columns[ROLE_TITLE];
    if (title == SIZE_MAX)
        return false;
    struct column_profile profile = column_profile_measure(search->samples, title);
    return profile.filled < 2 || profile.distinct * 2 > profile.filled;
}

static void list_given(struct answers *answers, const struct answer_search *search,
                       struct answer *list)
{
    const struct mapping *mapping = search->mapping;
    for (size_t i = 0; i < mapping->text_column_count; i++)
        list[answers->count++] = make_answer(search, mapping->text_columns[i], true);
}

/* Without any text: the column that asks and has the longest cells, however short they are. Many
 * cells under a question that needs no words may be choices. */
static size_t find_open_question(const struct answer_search *search,
                                 const struct candidate *candidates)
{
    enum { MAX_FEW_CELLS = 7 };
    size_t found = SIZE_MAX;
    double longest = 0;
    for (size_t i = 0; i < search->samples->count; i++) {
        if (candidates[i].is_excluded || !candidates[i].is_open ||
            candidates[i].kind != QUESTION_ASKED)
            continue;
        struct column_profile profile = column_profile_measure(search->samples, i);
        double size = column_profile_mean_size(&profile);
        bool is_certain =
            profile.filled <= MAX_FEW_CELLS || question_needs_words(question_of(search, i));
        if (is_certain && size > longest) {
            longest = size;
            found = i;
        }
    }
    return found;
}

static void list_found(struct answers *answers, const struct answer_search *search,
                       struct answer *list)
{
    size_t count = search->samples->count;
    struct candidate *candidates = memory_alloc(count + 1, sizeof(*candidates));
    bool is_text_named = has_named_text(search);
    for (size_t i = 0; i < count; i++)
        candidates[i] = examine_column(search, i, is_text_named);
    bool has_sides = has_both_sides(candidates, count);
    enum choice choice = choose(search, candidates, has_sides);
    for (size_t i = 0; choice != CHOOSE_NONE && i < count; i++)
        if (is_chosen(&candidates[i], choice, has_sides) ||
            (choice == CHOOSE_ASKING && is_named_text(search, i)))
            list[answers->count++] = make_answer(search, i, has_sides);
    answers->has_title = has_sides && has_review_titles(search);
    if (answers->count == 0 && search->mapping->columns[ROLE_TEXT] == SIZE_MAX) {
        size_t column = find_open_question(search, candidates);
        if (column != SIZE_MAX)
            list[answers->count++] = make_answer(search, column, false);
    }
    free(candidates);
}

static const struct asked_question *find_asked_question(const struct answers *answers,
                                                        uint64_t hash)
{
    for (size_t i = 0; i < answers->asked_question_count; i++)
        if (answers->asked_questions[i].hash == hash)
            return &answers->asked_questions[i];
    return NULL;
}

static bool find_question_column(struct answers *answers, const struct answer_search *search)
{
    const struct samples *samples = search->samples;
    for (size_t i = 0; i < samples->count; i++) {
        if (i == search->mapping->columns[ROLE_TEXT] || has_other_role(search->mapping, i) ||
            !question_is_column_name(samples->names[i]))
            continue;
        answers->question_column = i;
        answers->has_question_column = true;
        return true;
    }
    return false;
}

/* Notes what the questions of the samples ask for: looking it up in each row takes too long. */
static void list_asked_questions(struct answers *answers, const struct samples *samples,
                                 struct arena *arena)
{
    enum { MAX_ASKED_QUESTIONS = 64 };
    struct asked_question *asked = arena_alloc(arena, MAX_ASKED_QUESTIONS, sizeof(*asked));
    answers->asked_questions = asked;
    for (size_t row = 0; row < samples->rows && answers->asked_question_count < MAX_ASKED_QUESTIONS;
         row++) {
        struct text question = text_trim(samples_cell(samples, row, answers->question_column));
        uint64_t hash = hash_text(question);
        if (!find_asked_question(answers, hash))
            asked[answers->asked_question_count++] =
                (struct asked_question){hash, asked_for_by_question(question)};
    }
}

static bool is_read(const struct answers *answers, const struct mapping *mapping, size_t column)
{
    for (size_t i = 0; i < answers->count; i++)
        if (answers->list[i].column == column)
            return true;
    return (answers->count == 0 && mapping->columns[ROLE_TEXT] == column) ||
           answers->second_text == column ||
           (answers->has_question_column && answers->question_column == column);
}

/* The setting that reads the columns of today, "text=Comment". */
static struct text format_text_map(const struct answers *answers,
                                   const struct answer_search *search, struct arena *arena)
{
    struct text map = {0};
    for (size_t i = 0; i < answers->count; i++)
        map = arena_format(arena, "%.*s%stext=%.*s", TEXT_ARGUMENT(map), i ? "," : "",
                           TEXT_ARGUMENT(text_trim(answers->list[i].name)));
    if (answers->count > 0)
        return map;
    struct text name = search->samples->names[search->mapping->columns[ROLE_TEXT]];
    return arena_format(arena, "text=%.*s", TEXT_ARGUMENT(text_trim(name)));
}

static void list_unread(struct answers *answers, const struct answer_search *search,
                        struct arena *arena)
{
    enum { MAX_UNREAD = 3, MAX_NAME_SIZE = 60 };
    const struct mapping *mapping = search->mapping;
    bool has_text = answers->count > 0 || mapping->columns[ROLE_TEXT] != SIZE_MAX;
    size_t count = 0;
    for (size_t i = 0; has_text && i < mapping->free_text_count && count < MAX_UNREAD; i++) {
        size_t column = mapping->free_texts[i];
        struct text name = text_trim(search->samples->names[column]);
        if (is_read(answers, mapping, column) || name.size > MAX_NAME_SIZE ||
            question_classify(question_of(search, column)) == QUESTION_FACT)
            continue;
        answers->unread = arena_format(
            arena,
            "%.*s\nnot read: column '%.*s' holds free text too; if it is feedback: map = "
            "%.*s,text=%.*s",
            TEXT_ARGUMENT(answers->unread), TEXT_ARGUMENT(name),
            TEXT_ARGUMENT(format_text_map(answers, search, arena)), TEXT_ARGUMENT(name));
        count++;
    }
}

void answers_find(struct answers *answers, const struct answer_search *search, struct arena *arena)
{
    const struct mapping *mapping = search->mapping;
    size_t capacity = search->samples->count + mapping->text_column_count;
    struct answer *list = arena_alloc(arena, capacity + 1, sizeof(*list));
    *answers = (struct answers){.list = list,
                                .text = make_text_answer(search),
                                .second_text = SIZE_MAX,
                                .translations = mapping->translations};
    if (mapping->text_column_count > 1)
        list_given(answers, search, list);
    else if (mapping->text_column_count == 0)
        list_found(answers, search, list);
    if (answers->count == 0 && find_question_column(answers, search))
        list_asked_questions(answers, search->samples, arena);
    if (answers->count == 0)
        answers->second_text = second_text_find(search->samples, mapping);
    if (mapping->text_column_count == 0)
        list_unread(answers, search, arena);
}

/* "R_1:Q2_TEXT" */
static struct text make_answer_id(struct text respondent, struct text name, struct arena *arena)
{
    char digits[17];
    hash_format(hash_text(name), digits);
    if (name.size > MAX_SHORT_NAME_SIZE)
        name = (struct text){digits, 8};
    return arena_format(arena, "%.*s:%.*s", TEXT_ARGUMENT(respondent), TEXT_ARGUMENT(name));
}

static void set_row_question(const struct answers *answers, struct text question,
                             struct record *record)
{
    if (question.size == 0)
        return;
    const struct asked_question *asked = find_asked_question(answers, hash_text(question));
    record->question = question;
    record->asked_for = asked ? asked->asked_for : asked_for_by_question(question);
}

/* The record of a row that is no survey's. */
static void complete_text(const struct answers *answers, const struct text *cells,
                          struct record *record)
{
    record->question = answers->text.question;
    record->asked_for = answers->text.asked_for;
    if (answers->second_text != SIZE_MAX && cell_has_no_value(text_trim_unicode(record->body)))
        record->body = cells[answers->second_text];
    if (answers->has_question_column)
        set_row_question(answers, text_trim(cells[answers->question_column]), record);
}

void answers_split_record(const struct answers *answers, struct batch *batch,
                          const struct text *cells)
{
    if (answers->count == 0) {
        complete_text(answers, cells, &batch->records[batch->count - 1]);
        return;
    }
    struct record respondent = batch->records[--batch->count];
    size_t added = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const struct answer *answer = &answers->list[i];
        struct text body = translations_cell(&answers->translations, cells, answer->column);
        if (text_trim(body).size == 0 && (added > 0 || i + 1 < answers->count))
            continue; /* a respondent without any answer becomes one empty record */
        struct record *record = batch_add_record(batch);
        *record = respondent;
        if (!answers->has_title || added > 0)
            record->title = (struct text){0};
        record->body = body;
        added++;
        if (text_trim(record->body).size == 0)
            continue;
        record->question = answer->question;
        record->asked_for = answer->asked_for;
        if (answers->count > 1 && record->external_id.size > 0)
            record->external_id = make_answer_id(record->external_id, answer->name, &batch->arena);
    }
}

struct text answers_explain(const struct answers *answers, struct text roles, struct arena *arena)
{
    struct text lines = {"", 0}, text_line;
    for (size_t i = 0; i < answers->count; i++) {
        const struct answer *answer = &answers->list[i];
        const char *asked_for = asked_for_names[answer->asked_for];
        lines = arena_format(arena, "%.*sanswers: column '%.*s'%s%s%s\n", TEXT_ARGUMENT(lines),
                             TEXT_ARGUMENT(text_trim(answer->name)), asked_for[0] ? " (" : "",
                             asked_for, asked_for[0] ? ")" : "");
    }
    if (answers->count > 0)
        text_split(&roles, '\n', &text_line);
    return arena_format(arena, "%.*s%.*s%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(roles),
                        TEXT_ARGUMENT(answers->unread));
}
