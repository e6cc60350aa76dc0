/* second_text.c - compares which cells of two columns are filled. */
#include "connectors/columns/second_text.h"

#include "base/ascii.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_words.h"

/* Names from here on mean the customer's text; "notes" and "description" are of several things. */
enum { MIN_CERTAIN_TEXT_SCORE = 75 };

static bool has_role(const struct mapping *mapping, size_t column)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        if (mapping->columns[role] == column)
            return true;
    return false;
}

static bool is_filled(const struct samples *samples, size_t row, size_t column)
{
    return !cell_has_no_value(text_trim_unicode(samples_cell(samples, row, column)));
}

/* Whether some row has only the second text, and no row has both. */
static bool completes(const struct samples *samples, size_t text, size_t second)
{
    size_t completed = 0;
    for (size_t row = 0; row < samples->rows; row++) {
        bool has_second = is_filled(samples, row, second);
        if (has_second && is_filled(samples, row, text))
            return false;
        completed += has_second;
    }
    return completed > 0;
}

static bool has_words(const struct samples *samples, size_t column)
{
    struct column_profile profile = column_profile_measure(samples, column);
    return !column_profile_has_numbers(&profile) && !column_profile_has_links(&profile) &&
           !column_profile_has_dates(&profile);
}

/* "Comment_2" without what tells it from the first "Comment". */
static struct text drop_counter(struct text name)
{
    size_t end = name.size;
    while (end > 0 && ascii_is_digit(name.bytes[end - 1]))
        end--;
    bool is_counted = end > 1 && end < name.size && name.bytes[end - 1] == '_';
    return is_counted ? text_slice(name, 0, end - 1) : name;
}

static bool is_named_text(struct text name)
{
    name = drop_counter(name);
    return column_name_score(ROLE_TEXT, name) >= MIN_CERTAIN_TEXT_SCORE &&
           column_words_find(name).side == SIDE_CUSTOMER;
}

size_t second_text_find(const struct samples *samples, const struct mapping *mapping)
{
    size_t text = mapping->columns[ROLE_TEXT];
    if (text == SIZE_MAX || mapping->text_column_count > 0 || !is_named_text(samples->names[text]))
        return SIZE_MAX;
    for (size_t column = 0; column < samples->count; column++)
        if (!has_role(mapping, column) && completes(samples, text, column) &&
            is_named_text(samples->names[column]) && has_words(samples, column))
            return column;
    return SIZE_MAX;
}
