/* cell_styles.c - recognizes number formats of dates by the letters of their codes or, for built-in
 * formats, by their ids (ECMA-376, part 1, 18.8.30). */
#include "connectors/xlsx/cell_styles.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"
#include "base/memory.h"

enum {
    MAX_LISTED = 100000,
    FIRST_CUSTOM_FORMAT = 164 /* smaller ids are built in */
};

/* "yyyy\-mm\-dd" is a date, "h:mm" a date with a time, "#,##0 \"days\"" and "[h]:mm" are numbers.
 */
static enum cell_style style_from_format_code(struct text code)
{
    bool has_date = false, has_time = false;
    for (size_t i = 0; i < code.size && code.bytes[i] != ';'; i++) {
        char byte = ascii_to_lower(code.bytes[i]);
        if (code.bytes[i] == '"') {
            i = text_find(code, TEXT("\""), i + 1);
        } else if (code.bytes[i] == '[') {
            size_t end = text_find(code, TEXT("]"), i);
            char first = i + 1 < code.size ? ascii_to_lower(code.bytes[i + 1]) : 0;
            if (end - i <= 3 && (first == 'h' || first == 'm' || first == 's'))
                return CELL_NUMBER; /* a duration */
            i = end;
        } else if (code.bytes[i] == '\\' || code.bytes[i] == '_' || code.bytes[i] == '*') {
            i++;
        } else {
            has_date |= byte == 'y' || byte == 'd' || byte == 'm';
            has_time |= byte == 'h' || byte == 's';
        }
    }
    bool general = text_equal_ignore_case(code, TEXT("General"));
    return general ? CELL_NUMBER : has_time ? CELL_DATE_TIME : has_date ? CELL_DATE : CELL_NUMBER;
}

void cell_styles_add_format(struct cell_styles *styles, int64_t id, struct text code)
{
    enum cell_style style = style_from_format_code(code);
    if (styles->format_count == MAX_LISTED || (id < FIRST_CUSTOM_FORMAT && style == CELL_NUMBER))
        return;
    styles->formats = memory_grow(styles->formats, &styles->format_capacity,
                                  styles->format_count + 1, sizeof(*styles->formats));
    styles->formats[styles->format_count++] = (id & INT32_MAX) * 4 + (int64_t)style;
}

static enum cell_style style_from_format_id(const struct cell_styles *styles, int64_t id)
{
    for (size_t i = 0; i < styles->format_count; i++)
        if (styles->formats[i] / 4 == id)
            return (enum cell_style)(styles->formats[i] % 4);
    if ((id >= 18 && id <= 22) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 ||
        id == 56)
        return CELL_DATE_TIME;
    bool is_date = (id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
    return is_date ? CELL_DATE : CELL_NUMBER;
}

void cell_styles_add_style(struct cell_styles *styles, int64_t format_id)
{
    if (styles->style_count == MAX_LISTED)
        return;
    styles->styles = memory_grow(styles->styles, &styles->style_capacity, styles->style_count + 1,
                                 sizeof(*styles->styles));
    styles->styles[styles->style_count++] = style_from_format_id(styles, format_id);
}

enum cell_style cell_styles_get(const struct cell_styles *styles, int64_t index)
{
    return index >= 0 && (size_t)index < styles->style_count ? styles->styles[index] : CELL_NUMBER;
}

/* Formats days since 1899-12-30 (or 1904-01-01). False if they are out of range. */
static bool format_date(const struct cell_styles *styles, double days, enum cell_style style,
                        char text[32])
{
    enum { FROM_1900 = -25569, FROM_1904 = -24107, DAY = 86400 };
    if (!(days >= 0 && days < 2958466))
        return false;
    int64_t seconds = (int64_t)floor(days * DAY + 0.5);
    if (days < 1) { /* a time without a date */
        calendar_format(seconds, text);
        memmove(text, text + 11, 8);
        text[8] = '\0';
        return true;
    }
    if (!styles->from_1904 && days < 60)
        seconds += DAY; /* spreadsheets count a 29th of February in 1900 */
    seconds += (int64_t)(styles->from_1904 ? FROM_1904 : FROM_1900) * DAY;
    calendar_format(seconds, text);
    text[10] = ' ';
    text[19] = '\0';
    bool midnight = (seconds % DAY + DAY) % DAY == 0;
    if (style == CELL_DATE && midnight)
        text[10] = '\0';
    return true;
}

void cell_styles_format(const struct cell_styles *styles, double number, enum cell_style style,
                        char digits[32])
{
    if (style == CELL_NUMBER || !format_date(styles, number, style, digits))
        snprintf(digits, 32, "%.15g", number);
}

void cell_styles_free(struct cell_styles *styles)
{
    free(styles->formats);
    free(styles->styles);
}
