/* ratings.c - parses ratings. */
#include <math.h>
#include <string.h>

#include "base/ascii.h"
#include "connectors/columns/roles.h"

enum { MAX_RATING_SIZE = 64 };

static const struct {
    const char *word;
    double rating, scale;
} rating_words[] = {
#define ROW(language, word, rating, scale) {word, rating, scale},
#include "connectors/columns/data/rating_words.inc"
#undef ROW
};

enum phrase_position { LABEL, OF, UNIT };

static const struct {
    const char *phrase;
    enum phrase_position position;
} rating_phrases[] = {
#define ROW(language, phrase, position) {phrase, position},
#include "connectors/columns/data/rating_phrases.inc"
#undef ROW
};

/* Parses a number at the front, with a decimal point or comma; *size is its size. */
static bool parse_leading_number(struct text text, double *number, size_t *size)
{
    char copy[MAX_RATING_SIZE];
    size_t digits = 0;
    *size = 0;
    while (*size < text.size && *size + 1 < sizeof(copy)) {
        char byte = text.bytes[*size];
        bool digit = ascii_is_digit(byte);
        bool next_is_digit = *size + 1 < text.size && ascii_is_digit(text.bytes[*size + 1]);
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

/* Removes the first listed phrase of that kind from the front. */
static bool skip_phrase(struct text *text, enum phrase_position position)
{
    for (size_t i = 0; i < sizeof(rating_phrases) / sizeof(*rating_phrases); i++)
        if (rating_phrases[i].position == position && skip_word(text, rating_phrases[i].phrase))
            return true;
    return false;
}

/* Parses ★★★★☆, ⭐⭐⭐, ***: the rating is the number of filled stars. */
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

/* Parses a number and removes it from the front. */
static bool take_positive_number(struct text *text, double *number)
{
    size_t size;
    *text = text_trim(*text);
    if (!parse_leading_number(*text, number, &size) || *number <= 0)
        return false;
    *text = text_slice(*text, size, text->size);
    return true;
}

/* Parses what follows the rating: nothing, "/5", "out of 10", "stars", "%", "점". Sets *scale if it
 * is stated. */
static bool parse_scale_suffix(struct text rest, double *scale)
{
    if (text_trim(rest).size == 0)
        return true;
    bool has_scale = skip_phrase(&rest, OF);
    if (has_scale) {
        if (!take_positive_number(&rest, scale))
            return false;
    } else if (skip_word(&rest, "%")) {
        *scale = 100;
    }
    bool has_unit = skip_phrase(&rest, UNIT);
    if (has_unit && !has_scale && skip_phrase(&rest, OF) && /* "4 stars out of 5" */
        !take_positive_number(&rest, scale))
        return false;
    return text_trim(rest).size == 0;
}

bool rating_parse(struct text text, double *rating, double *scale)
{
    text = text_trim(text);
    if (text.size == 0 || text.size >= MAX_RATING_SIZE)
        return false;
    double number, explicit_scale = NAN;
    size_t size;
    bool digit = ascii_is_digit(text.bytes[0]);
    if (!digit && (parse_rating_word(text, rating, scale) || parse_stars(text, rating, scale)))
        return true;
    if (!parse_leading_number(text, &number, &size)) {
        if (!skip_phrase(&text, LABEL)) /* "Rated 4 out of 5", "별점 4" */
            return false;
        text = text_trim(text);
        if (!parse_leading_number(text, &number, &size))
            return false;
    }
    struct text rest = text_slice(text, size, text.size);
    /* "9 - Extremely likely": a step of a scale with its label */
    struct text label = text_trim(rest);
    bool has_label = label.size > 2 && label.bytes[0] == '-' && label.bytes[1] == ' ';
    if (!has_label && !parse_scale_suffix(rest, &explicit_scale))
        return false;
    *rating = number;
    if (!isnan(explicit_scale))
        *scale = explicit_scale;
    return true;
}
