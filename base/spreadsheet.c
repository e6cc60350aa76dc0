/* spreadsheet.c - the notations with which programs protect cells from spreadsheets. */
#include "base/spreadsheet.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"

static const char formula_start_bytes[] = "=+-@\t\r\n";

/* The full-width forms of = + - @, which some locales treat like the ASCII ones. */
static const uint32_t full_width_formula_starts[] = {0xFF1D, 0xFF0B, 0xFF0D, 0xFF20};

/* Whether a spreadsheet could take the cell for a formula. Some ignore leading spaces. */
static bool looks_like_formula(struct text cell)
{
    size_t at = 0, size;
    while (at < cell.size && cell.bytes[at] == ' ')
        at++;
    if (at == cell.size)
        return false;
    if (cell.bytes[at] && strchr(formula_start_bytes, cell.bytes[at]))
        return true;
    uint32_t point = utf8_decode(cell, at, &size);
    for (size_t i = 0; i < sizeof(full_width_formula_starts) / sizeof(*full_width_formula_starts);
         i++)
        if (point == full_width_formula_starts[i])
            return true;
    return false;
}

static size_t count_digits(struct text cell, size_t at)
{
    size_t begin = at;
    while (at < cell.size && ascii_is_digit(cell.bytes[at]))
        at++;
    return at - begin;
}

/* Whether a spreadsheet would change an identifier: 007 to 7, 114159265358 to 1.14E+11, 12e4 to
 * 120000, 3-4 to March 4th. */
static bool would_be_reinterpreted(struct text cell)
{
    size_t first = count_digits(cell, 0);
    if (first == 0)
        return false;
    if (first == cell.size)
        return first > 11 || (cell.bytes[0] == '0' && first > 1);
    size_t second = count_digits(cell, first + 1);
    bool is_whole_cell = second > 0 && first + 1 + second == cell.size;
    char separator = cell.bytes[first];
    if (separator == 'e' || separator == 'E')
        return is_whole_cell;
    return (separator == '-' || separator == '/') && is_whole_cell && first <= 2 && second <= 2;
}

bool spreadsheet_needs_guard(struct text cell)
{
    return looks_like_formula(cell) || would_be_reinterpreted(cell);
}

/* The text between the quotes of ="..." and =T("..."); false for all other cells. */
static bool find_formula_text(struct text cell, struct text *inner)
{
    static const struct {
        struct text begin, end;
    } forms[] = {{{"=\"", 2}, {"\"", 1}}, {{"=T(\"", 4}, {"\")", 2}}};
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        size_t begin = forms[i].begin.size, end = forms[i].end.size;
        if (cell.size >= begin + end && text_starts_with(cell, forms[i].begin) &&
            text_equal(text_slice(cell, cell.size - end, cell.size), forms[i].end)) {
            *inner = text_slice(cell, begin, cell.size - end);
            return true;
        }
    }
    return false;
}

static bool has_only_doubled_quotes(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] == '"' && (++i == text.size || text.bytes[i] != '"'))
            return false;
    return true;
}

/* Whether the quotes belong to several texts of a formula: ="a"&B2&"c". */
static bool joins_texts(struct text inner)
{
    return text_find(inner, TEXT("\"&"), 0) < inner.size ||
           text_find(inner, TEXT("&\""), 0) < inner.size;
}

struct text spreadsheet_restore(struct text cell, char *bytes)
{
    struct text inner;
    if (cell.bytes[0] == '\'') {
        struct text rest = text_slice(cell, 1, cell.size);
        return spreadsheet_needs_guard(rest) ? rest : cell;
    }
    if (!find_formula_text(text_trim(cell), &inner) || joins_texts(inner))
        return cell;
    if (!has_only_doubled_quotes(inner))
        return inner; /* the program that wrote it forgot to double them */
    size_t size = 0, at = (size_t)(inner.bytes - cell.bytes);
    for (size_t i = 0; i < inner.size; i++) {
        bytes[size++] = bytes[at + i];
        i += bytes[at + i] == '"';
    }
    return (struct text){bytes, size};
}

static size_t count_point_units(uint32_t point)
{
    return point > 0xFFFF ? 2 : 1;
}

size_t spreadsheet_count_units(struct text cell)
{
    size_t units = 0;
    for (size_t at = 0, size; at < cell.size; at += size)
        units += count_point_units(utf8_decode(cell, at, &size));
    return units;
}

size_t spreadsheet_cut_units(struct text cell, size_t max)
{
    size_t at = 0, size, units = 0;
    while (at < cell.size) {
        units += count_point_units(utf8_decode(cell, at, &size));
        if (units > max)
            break;
        at += size;
    }
    return at;
}
