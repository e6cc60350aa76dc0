/* footers.c - compares the first filled cell of a row with data/footer_words.tsv. */
#include "connectors/table/footers.h"

#include <string.h>

#include "base/ascii.h"
#include "connectors/columns/roles.h"

enum { MAX_LABEL_SIZE = 160, MAX_FIGURE_SIZE = 32 };

enum footer_kind { TOTAL, NOTE, BEFORE, COUNTED };

static const struct footer_word {
    struct text words;
    enum footer_kind kind;
} footer_words[] = {
#define ROW(language, words, kind) {{words, sizeof(words) - 1}, kind},
#include "connectors/table/data/footer_words.inc"
#undef ROW
};

enum { WORD_COUNT = sizeof(footer_words) / sizeof(*footer_words) };

struct footers {
    struct footer_columns columns;
    /* Words by their first byte: 1 + index of the first, and of the next one; 0: none. */
    size_t first[256], next[WORD_COUNT];
};

/* The label in a row, its column, and what else is in the row. */
struct footer_row {
    struct text label;
    size_t column, figures;
};

static bool is_letter(char byte)
{
    return (signed char)byte < 0 || ascii_is_letter(byte);
}

/* A number, percentage, date or time, or a number of something: "8 reviews". */
static bool is_figure(struct text cell)
{
    size_t i = 0;
    if (cell.size > MAX_FIGURE_SIZE)
        return false;
    while (i < cell.size &&
           (ascii_is_digit(cell.bytes[i]) || strchr(".,:%+-/() TZ", cell.bytes[i])))
        i++;
    bool begins_with_digit = cell.size > 0 && ascii_is_digit(cell.bytes[0]);
    while (begins_with_digit && i < cell.size && is_letter(cell.bytes[i]))
        i++;
    return i == cell.size;
}

/* Finds the label, the first filled cell. False if another cell is more than a figure. */
static bool find_label(const struct text *cells, size_t count, struct footer_row *row)
{
    *row = (struct footer_row){0};
    for (size_t i = 0; i < count; i++) {
        struct text cell = text_trim(cells[i]);
        if (cell.size == 0)
            continue;
        if (row->label.size > 0 ? !is_figure(cell) : cell.size > MAX_LABEL_SIZE)
            return false;
        if (row->label.size > 0) {
            row->figures++;
        } else {
            row->label = cell;
            row->column = i;
        }
    }
    return row->label.size > 0;
}

/* Removes what decorates a label: "*** Total:" */
static struct text strip_decoration(struct text label)
{
    size_t begin = 0, end = label.size;
    while (begin < end && strchr("*-=#([ ", label.bytes[begin]))
        begin++;
    while (end > begin && strchr("*-=#)]: ", label.bytes[end - 1]))
        end--;
    return text_slice(label, begin, end);
}

/* Whether no letter continues the words, so that "Summer" is not "Sum". */
static bool begins_with_words(struct text label, struct text words)
{
    if (!text_starts_with_ignore_case(label, words))
        return false;
    bool can_continue = !ascii_is_alphanumeric(words.bytes[words.size - 1]);
    return can_continue || label.size == words.size || !is_letter(label.bytes[words.size]);
}

/* "Total", "Total: 25", "Average (n=25)" */
static bool is_total(struct text label, struct text words)
{
    if (!text_starts_with_ignore_case(label, words))
        return false;
    for (size_t i = words.size; i < label.size; i++)
        if (!ascii_is_digit(label.bytes[i]) && !strchr(" :=-()[].,%/nN", label.bytes[i]))
            return false;
    return label.size == words.size || !is_letter(label.bytes[words.size]);
}

/* "25 rows": a number, then what it counts. */
static bool is_counted(struct text label, struct text words)
{
    size_t digits = 0, at = 0;
    for (; at < label.size && (ascii_is_digit(label.bytes[at]) || strchr(" .,", label.bytes[at]));
         at++)
        digits += ascii_is_digit(label.bytes[at]);
    return digits > 0 && text_equal_ignore_case(text_slice(label, at, label.size), words);
}

static bool matches_word(struct text label, const struct footer_word *word)
{
    return word->kind == TOTAL  ? is_total(label, word->words)
           : word->kind == NOTE ? begins_with_words(label, word->words)
                                : is_counted(label, word->words);
}

static bool has_kind(const struct footers *footers, struct text label, enum footer_kind kind)
{
    unsigned char first = (unsigned char)(kind == COUNTED ? 0 : ascii_to_lower(label.bytes[0]));
    for (size_t i = footers->first[first]; i > 0; i = footers->next[i - 1])
        if (footer_words[i - 1].kind == kind && matches_word(label, &footer_words[i - 1]))
            return true;
    return false;
}

/* "25건" of "총 25건"; the label itself if it does not begin with such a word. */
static struct text skip_word_before_number(const struct footers *footers, struct text label)
{
    for (size_t i = footers->first[(unsigned char)ascii_to_lower(label.bytes[0])]; i > 0;
         i = footers->next[i - 1]) {
        const struct footer_word *word = &footer_words[i - 1];
        if (word->kind != BEFORE || !text_starts_with_ignore_case(label, word->words))
            continue;
        size_t at = word->words.size;
        while (at < label.size && (label.bytes[at] == ' ' || label.bytes[at] == ':'))
            at++;
        if (at < label.size && ascii_is_digit(label.bytes[at]))
            return text_slice(label, at, label.size);
    }
    return label;
}

struct footers *footers_prepare(struct footer_columns columns, struct arena *arena)
{
    struct footers *footers = arena_alloc(arena, 1, sizeof(*footers));
    *footers = (struct footers){.columns = columns};
    for (size_t i = WORD_COUNT; i-- > 0;) {
        const struct footer_word *word = &footer_words[i];
        /* counted words follow their number: all in one list */
        unsigned char first = (unsigned char)(word->kind == COUNTED ? 0 : word->words.bytes[0]);
        footers->next[i] = footers->first[first];
        footers->first[first] = i + 1;
    }
    return footers;
}

/* "-----": a row of dashes closes a table. */
static bool is_rule(struct text label)
{
    for (size_t i = 0; i < label.size; i++)
        if (!strchr("-=_*+|", label.bytes[i]))
            return false;
    return label.size >= 3;
}

static bool is_filled(const struct text *cells, size_t count, size_t column)
{
    return column < count && text_trim(cells[column]).size > 0;
}

/* A plain number is a figure below the dates, not a date. */
static bool has_date_cell(const struct footers *footers, const struct text *cells, size_t count)
{
    double number;
    int64_t seconds;
    size_t date = footers->columns.date;
    if (!is_filled(cells, count, date))
        return false;
    struct text cell = text_trim(cells[date]);
    return !text_to_real(cell, &number) && (date_parse(cell, DATE_ORDER_DMY, 0, &seconds) ||
                                            date_parse(cell, DATE_ORDER_MDY, 0, &seconds));
}

/* Some words in the column of ids, where nothing else is filled. */
static bool is_remark(const struct footers *footers, const struct footer_row *row)
{
    size_t id = footers->columns.id == SIZE_MAX ? 0 : footers->columns.id;
    return row->figures == 0 && row->column == id && row->column != footers->columns.date &&
           !is_figure(row->label) && text_find(row->label, TEXT(" "), 0) < row->label.size;
}

/* Figures below the columns of numbers, without a label. */
static bool is_unlabelled(const struct footers *footers, const struct footer_row *row)
{
    double number;
    const struct footer_columns *columns = &footers->columns;
    return row->column != columns->id && row->column != columns->date && row->figures <= 1 &&
           text_to_real(row->label, &number);
}

/* A quick answer for most records: something is left of a text that begins with a letter. */
static bool is_clearly_record(const struct footer_columns *columns, const struct text *cells,
                              size_t count)
{
    return columns->text > 0 && columns->text < count && cells[0].size > 0 &&
           cells[0].bytes[0] > ' ' && cells[columns->text].size > 0 &&
           is_letter(cells[columns->text].bytes[0]);
}

static bool is_text_column(const struct footer_columns *columns, size_t column)
{
    const struct answers *answers = columns->answers;
    for (size_t i = 0; i < answers->count; i++)
        if (answers->list[i].column == column)
            return true;
    return column == columns->text;
}

bool footers_include(const struct footers *footers, const struct text *cells, size_t count)
{
    struct footer_row row;
    const struct footer_columns *columns = &footers->columns;
    if (is_clearly_record(columns, cells, count) || !find_label(cells, count, &row))
        return false;
    bool is_text = is_text_column(columns, row.column);
    bool has_id = is_filled(cells, count, columns->id) && columns->id != row.column;
    bool has_date = columns->date != row.column && has_date_cell(footers, cells, count);
    bool knows_records = columns->id != SIZE_MAX || columns->date != SIZE_MAX;
    if (has_id || (is_text && has_date))
        return false;
    if (is_rule(row.label))
        return row.figures == 0 && (!is_text || knows_records);
    struct text label = strip_decoration(row.label);
    if (label.size == 0)
        return false;
    if (!is_text && !has_date && knows_records && is_unlabelled(footers, &row) &&
        !is_filled(cells, count, columns->text))
        return true;
    struct text counted = skip_word_before_number(footers, label);
    if (row.figures == 0 && ascii_is_digit(counted.bytes[0]) && has_kind(footers, counted, COUNTED))
        return true;
    if (has_kind(footers, label, TOTAL))
        return !has_date;
    if (row.figures > 1 || (is_text && !knows_records))
        return false;
    return has_kind(footers, label, NOTE) ||
           (!is_text && knows_records && is_remark(footers, &row));
}
