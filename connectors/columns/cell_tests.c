/* cell_tests.c - what a single cell is: a date, a rating, a rounded number. */
#include "connectors/columns/cell_tests.h"

#include "base/ascii.h"
#include "connectors/columns/roles.h"

bool cell_is_date(struct text cell)
{
    int64_t seconds;
    return date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
}

bool cell_is_rating(struct text cell)
{
    double rating, scale;
    return rating_parse(cell, &rating, &scale) && rating >= -5 && rating <= 100;
}

bool cell_is_number(struct text cell)
{
    double number;
    return text_to_real(cell, &number);
}

bool cell_is_no_number(struct text cell)
{
    return !cell_is_number(cell);
}

bool cell_is_negative(struct text cell)
{
    double number;
    return text_to_real(cell, &number) && number < 0;
}

bool cell_is_less_than_minus_one(struct text cell)
{
    double number;
    return text_to_real(cell, &number) && number < 0 && number != -1;
}

bool cell_is_from_1_to_10(struct text cell)
{
    double rating, scale;
    return rating_parse(cell, &rating, &scale) && rating >= 1 && rating <= 10;
}

/* 1.14501E+11 or 1,14501e+11: a spreadsheet shows long numbers so, and saves what it shows. */
bool cell_is_in_scientific_notation(struct text cell)
{
    size_t digits = 0, exponent = 0, at = 0;
    while (at < cell.size && (ascii_is_digit(cell.bytes[at]) ||
                              (at == 1 && (cell.bytes[at] == '.' || cell.bytes[at] == ','))))
        digits += ascii_is_digit(cell.bytes[at++]);
    bool is_marked = at + 1 < cell.size && (cell.bytes[at] | 32) == 'e' &&
                     (cell.bytes[at + 1] == '+' || (digits > 1 && at == digits + 1));
    if (digits == 0 || !is_marked)
        return false;
    for (at += cell.bytes[at + 1] == '+' ? 2 : 1; at < cell.size; at++)
        if (!ascii_is_digit(cell.bytes[at]) || ++exponent > 3)
            return false;
    return exponent > 0;
}

/* Spreadsheets keep 15 digits of a number and fill the rest with zeros. */
static bool ends_in_zeros_after_15_digits(struct text cell)
{
    enum { KEPT_DIGITS = 15 };
    for (size_t i = 0; i < cell.size; i++)
        if (!ascii_is_digit(cell.bytes[i]) || (i >= KEPT_DIGITS && cell.bytes[i] != '0'))
            return false;
    return cell.size > KEPT_DIGITS;
}

bool cell_is_rounded(struct text cell)
{
    return cell_is_in_scientific_notation(cell) || ends_in_zeros_after_15_digits(cell);
}
