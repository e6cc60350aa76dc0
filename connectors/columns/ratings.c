/* ratings.c - ratings as exports write them. */
#include <math.h>
#include <string.h>

#include "connectors/columns/roles.h"

enum { MAX_RATING_SIZE = 64 };

static const struct {
    const char *word;
    double rating, scale;
} rating_words[] = {
    {"one", 1, 5},          {"two", 2, 5},
    {"three", 3, 5},        {"four", 4, 5},
    {"five", 5, 5},         {"great", 3, 3},
    {"okay", 2, 3},         {"bad", 1, 3},
    {"good", 3, 3},         {"very dissatisfied", 1, 5},
    {"dissatisfied", 2, 5}, {"neutral", 3, 5},
    {"satisfied", 4, 5},    {"very satisfied", 5, 5},
    {"매우 불만족", 1, 5},  {"불만족", 2, 5},
    {"보통", 3, 5},         {"만족", 4, 5},
    {"매우 만족", 5, 5},    {"not good", 1, 3},
};

/* A number at the front, with a decimal point or comma; its size in *size. */
static bool parse_leading_number(struct text text, double *number, size_t *size)
{
    char copy[MAX_RATING_SIZE];
    size_t digits = 0;
    *size = 0;
    while (*size < text.size && *size + 1 < sizeof(copy)) {
        char byte = text.bytes[*size];
        bool digit = byte >= '0' && byte <= '9';
        bool next_is_digit =
            *size + 1 < text.size && text.bytes[*size + 1] >= '0' && text.bytes[*size + 1] <= '9';
        bool point = (byte == '.' || byte == ',') && digits > 0 && next_is_digit;
        bool sign = *size == 0 && (byte == '-' || byte == '+') && next_is_digit;
        if (!digit && !point && !sign)
            break;
        digits += digit;
        copy[(*size)++] = byte == ',' ? '.' : byte;
    }
    return digits > 0 && digits < 10 && text_to_real((struct text){copy, *size}, number);
}

static bool skip_word(struct text *text, const char *word)
{
    struct text wanted = text_of(word);
    struct text trimmed = text_trim(*text);
    if (!text_equal_ignore_case(text_slice(trimmed, 0, wanted.size), wanted))
        return false;
    *text = text_slice(trimmed, wanted.size, trimmed.size);
    return true;
}

/* ★★★★☆, ⭐⭐⭐, ***: the filled ones, of all that are there. */
static bool parse_stars(struct text text, double *rating, double *scale)
{
    static const struct {
        const char *sign;
        double filled;
    } star_symbols[] = {{"★", 1}, {"☆", 0}, {"⭐", 1},   {"✩", 0},
                        {"✭", 1}, {"*", 1}, {"½", 0.5}, {"\xEF\xB8\x8F", 0},
                        {" ", 0}};
    double filled = 0;
    size_t stars = 0, empty = 0;
    for (size_t at = 0; at < text.size;) {
        size_t i = 0, count = sizeof(star_symbols) / sizeof(*star_symbols);
        while (i < count &&
               !text_starts_with(text_slice(text, at, text.size), text_of(star_symbols[i].sign)))
            i++;
        if (i == count)
            return false;
        filled += star_symbols[i].filled;
        stars += star_symbols[i].filled == 1;
        empty += i == 1 || i == 3;
        at += strlen(star_symbols[i].sign);
    }
    if (stars + empty == 0 || stars + empty > 10)
        return false;
    *rating = filled;
    *scale = stars + empty > 5 ? 10 : 5;
    return true;
}

static bool parse_rating_word(struct text text, double *rating, double *scale)
{
    for (size_t i = 0; i < sizeof(rating_words) / sizeof(*rating_words); i++)
        if (text_equal_ignore_case(text, text_of(rating_words[i].word))) {
            *rating = rating_words[i].rating;
            *scale = rating_words[i].scale;
            return true;
        }
    return false;
}

/* What stands behind the number: nothing, "/5", "out of 10", "stars", "%", "점". */
static bool parse_scale_suffix(struct text rest, double *scale)
{
    double max;
    size_t size;
    if (text_trim(rest).size == 0)
        return true;
    bool has_scale = skip_word(&rest, "/") || skip_word(&rest, "out of") ||
                     skip_word(&rest, "von") || skip_word(&rest, "of");
    if (has_scale) {
        rest = text_trim(rest);
        if (!parse_leading_number(rest, &max, &size) || max <= 0)
            return false;
        rest = text_slice(rest, size, rest.size);
        *scale = max;
    } else if (skip_word(&rest, "%")) {
        *scale = 100;
    }
    bool stars = skip_word(&rest, "stars") || skip_word(&rest, "star") || skip_word(&rest, "★") ||
                 skip_word(&rest, "점") || skip_word(&rest, "points");
    if (stars && !has_scale && skip_word(&rest, "out of")) { /* "4 stars out of 5" */
        rest = text_trim(rest);
        if (!parse_leading_number(rest, scale, &size) || *scale <= 0)
            return false;
        rest = text_slice(rest, size, rest.size);
    }
    return text_trim(rest).size == 0;
}

bool rating_parse(struct text text, double *rating, double *scale)
{
    text = text_trim(text);
    if (text.size == 0 || text.size >= MAX_RATING_SIZE)
        return false;
    double number, explicit_scale = NAN;
    size_t size;
    bool digit = text.bytes[0] >= '0' && text.bytes[0] <= '9';
    if (!digit && (parse_rating_word(text, rating, scale) || parse_stars(text, rating, scale)))
        return true;
    if (!parse_leading_number(text, &number, &size)) {
        /* "5점", "Rated 4 out of 5", "별점 4" */
        if (!skip_word(&text, "rated") && !skip_word(&text, "rating:") && !skip_word(&text, "별점"))
            return false;
        text = text_trim(text);
        if (!parse_leading_number(text, &number, &size))
            return false;
    }
    struct text rest = text_slice(text, size, text.size);
    /* "9 - Extremely likely": a labelled step of a scale */
    struct text label = text_trim(rest);
    bool has_label = label.size > 2 && label.bytes[0] == '-' && label.bytes[1] == ' ';
    if (!has_label && !parse_scale_suffix(rest, &explicit_scale))
        return false;
    *rating = number;
    if (!isnan(explicit_scale))
        *scale = explicit_scale;
    return true;
}
