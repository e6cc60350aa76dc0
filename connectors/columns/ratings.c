/* ratings.c - ratings as exports write them. */
#include <math.h>
#include <string.h>

#include "connectors/columns/roles.h"

enum { LONGEST_RATING = 64 };

static const struct {
    const char *word;
    double rating, scale;
} words[] = {
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
static bool leading_number(struct text text, double *number, size_t *size)
{
    char copy[LONGEST_RATING];
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
    return digits > 0 && digits < 10 && text_real((struct text){copy, *size}, number);
}

static bool skip(struct text *text, const char *word)
{
    struct text wanted = text_of(word);
    struct text trimmed = text_trim(*text);
    if (!text_equal_fold(text_slice(trimmed, 0, wanted.size), wanted))
        return false;
    *text = text_slice(trimmed, wanted.size, trimmed.size);
    return true;
}

/* ★★★★☆, ⭐⭐⭐, ***: the filled ones, of all that are there. */
static bool count_stars(struct text text, double *rating, double *scale)
{
    static const struct {
        const char *sign;
        double filled;
    } signs[] = {{"★", 1}, {"☆", 0}, {"⭐", 1},   {"✩", 0},
                 {"✭", 1}, {"*", 1}, {"½", 0.5}, {"\xEF\xB8\x8F", 0},
                 {" ", 0}};
    double filled = 0;
    size_t stars = 0, empty = 0;
    for (size_t at = 0; at < text.size;) {
        size_t i = 0, count = sizeof(signs) / sizeof(*signs);
        while (i < count &&
               !text_starts_with(text_slice(text, at, text.size), text_of(signs[i].sign)))
            i++;
        if (i == count)
            return false;
        filled += signs[i].filled;
        stars += signs[i].filled == 1;
        empty += i == 1 || i == 3;
        at += strlen(signs[i].sign);
    }
    if (stars + empty == 0 || stars + empty > 10)
        return false;
    *rating = filled;
    *scale = stars + empty > 5 ? 10 : 5;
    return true;
}

static bool find_word(struct text text, double *rating, double *scale)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (text_equal_fold(text, text_of(words[i].word))) {
            *rating = words[i].rating;
            *scale = words[i].scale;
            return true;
        }
    return false;
}

/* What stands behind the number: nothing, "/5", "out of 10", "stars", "%", "점". */
static bool read_unit(struct text rest, double *scale)
{
    double most;
    size_t size;
    if (text_trim(rest).size == 0)
        return true;
    bool of = skip(&rest, "/") || skip(&rest, "out of") || skip(&rest, "von") || skip(&rest, "of");
    if (of) {
        rest = text_trim(rest);
        if (!leading_number(rest, &most, &size) || most <= 0)
            return false;
        rest = text_slice(rest, size, rest.size);
        *scale = most;
    } else if (skip(&rest, "%")) {
        *scale = 100;
    }
    bool stars = skip(&rest, "stars") || skip(&rest, "star") || skip(&rest, "★") ||
                 skip(&rest, "점") || skip(&rest, "points");
    if (stars && !of && skip(&rest, "out of")) { /* "4 stars out of 5" */
        rest = text_trim(rest);
        if (!leading_number(rest, scale, &size) || *scale <= 0)
            return false;
        rest = text_slice(rest, size, rest.size);
    }
    return text_trim(rest).size == 0;
}

bool rating_parse(struct text text, double *rating, double *scale)
{
    text = text_trim(text);
    if (text.size == 0 || text.size >= LONGEST_RATING)
        return false;
    double number, found = NAN;
    size_t size;
    bool digit = text.bytes[0] >= '0' && text.bytes[0] <= '9';
    if (!digit && (find_word(text, rating, scale) || count_stars(text, rating, scale)))
        return true;
    if (!leading_number(text, &number, &size)) {
        /* "5점", "Rated 4 out of 5", "별점 4" */
        if (!skip(&text, "rated") && !skip(&text, "rating:") && !skip(&text, "별점"))
            return false;
        text = text_trim(text);
        if (!leading_number(text, &number, &size))
            return false;
    }
    struct text rest = text_slice(text, size, text.size);
    /* "9 - Extremely likely": a labelled step of a scale */
    struct text label = text_trim(rest);
    bool labelled = label.size > 2 && label.bytes[0] == '-' && label.bytes[1] == ' ';
    if (!labelled && !read_unit(rest, &found))
        return false;
    *rating = number;
    if (!isnan(found))
        *scale = found;
    return true;
}
