/* ratings.c - parses ratings. */
#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/ascii.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "connectors/columns/roles.h"

enum { MAX_RATING_SIZE = 96, MAX_WORD_SIZE = 96, CHAIN_COUNT = 256, MAX_SCALE = 1000 };

static const struct {
    struct text word;
    double rating, scale;
} rating_words[] = {
#define ROW(language, word, rating, scale) {{word, sizeof(word) - 1}, rating, scale},
#include "connectors/columns/data/rating_words.inc"
#undef ROW
};

enum phrase_position { LABEL, OF, OVER, UNIT, AFTER_UNIT, POSITION_COUNT };

static const struct {
    struct text phrase;
    enum phrase_position position;
} rating_phrases[] = {
#define ROW(language, phrase, position) {{phrase, sizeof(phrase) - 1}, position},
#include "connectors/columns/data/rating_phrases.inc"
#undef ROW
};

enum {
    WORD_COUNT = sizeof(rating_words) / sizeof(*rating_words),
    PHRASE_COUNT = sizeof(rating_phrases) / sizeof(*rating_phrases),
};

/* An entry as normalize_value folds it, and the next one of its chain. */
struct folded_text {
    char bytes[MAX_WORD_SIZE];
    size_t size;
    uint16_t next; /* number in the list, from 1; 0: none */
};

/* Both lists, and the first entry of each chain. Written once, by fold_lists. */
static struct folded_text folded_words[WORD_COUNT + 1], folded_phrases[PHRASE_COUNT + 1];
static uint16_t first_words[CHAIN_COUNT], first_phrases[POSITION_COUNT][CHAIN_COUNT];
static pthread_once_t folded_once = PTHREAD_ONCE_INIT;

/* The chain of the entries that begin with the same byte as the text. */
static size_t find_chain(struct text text)
{
    return text.size ? (unsigned char)ascii_to_lower(text.bytes[0]) : 0;
}

/* Folds the text into the entry of that number and puts it in front of its chain. */
static void add_folded(struct folded_text *entries, size_t number, struct text text,
                       uint16_t first[CHAIN_COUNT])
{
    struct folded_text *entry = &entries[number];
    struct text value;
    char buffer[MAX_WORD_SIZE];
    bool fits = normalize_value(text, buffer, sizeof(buffer), &value);
    assert(fits && value.size > 0 && value.size <= sizeof(entry->bytes));
    (void)fits;
    memcpy(entry->bytes, value.bytes, value.size);
    entry->size = value.size;
    entry->next = first[find_chain(value)];
    first[find_chain(value)] = (uint16_t)number;
}

static void fold_lists(void)
{
    for (size_t i = WORD_COUNT; i > 0; i--) /* backwards: the chains begin with the first rows */
        add_folded(folded_words, i, rating_words[i - 1].word, first_words);
    for (size_t i = PHRASE_COUNT; i > 0; i--)
        add_folded(folded_phrases, i, rating_phrases[i - 1].phrase,
                   first_phrases[rating_phrases[i - 1].position]);
}

/* Parses a number at the front, with a decimal point or comma, or a half (3½); *size is its size.
 */
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
    if (digits == 0 || digits >= 10 || !text_to_real((struct text){copy, *size}, number))
        return false;
    if (text_starts_with(text_slice(text, *size, text.size), TEXT("½"))) {
        *number += *number < 0 ? -0.5 : 0.5;
        *size += strlen("½");
    }
    return true;
}

/* Whether the byte belongs to a letter of a script with blanks between words: Latin, Greek,
 * Cyrillic, Arabic. */
static bool is_word_byte(char byte)
{
    return ascii_is_letter(byte) || ((unsigned char)byte >= 0xC3 && (unsigned char)byte < 0xE0);
}

/* Whether the text begins with the phrase, which does not end within a word. */
static bool begins_with_phrase(struct text text, struct text phrase)
{
    if (!text_starts_with_ignore_case(text, phrase))
        return false;
    bool is_word = is_word_byte(phrase.bytes[utf8_boundary_before(phrase, phrase.size - 1)]);
    return !is_word || phrase.size == text.size || !is_word_byte(text.bytes[phrase.size]);
}

/* Removes the phrase and the blanks after it from the front. */
static bool skip_phrase_text(struct text *text, struct text phrase)
{
    if (!begins_with_phrase(*text, phrase))
        return false;
    *text = text_trim(text_slice(*text, phrase.size, text->size));
    return true;
}

/* Removes the longest phrase of that kind, and the blanks after it, from the front. */
static bool skip_phrase(struct text *text, enum phrase_position position)
{
    struct text longest = {0};
    for (size_t i = first_phrases[position][find_chain(*text)]; i > 0; i = folded_phrases[i].next) {
        struct text phrase = {folded_phrases[i].bytes, folded_phrases[i].size};
        if (phrase.size > longest.size && begins_with_phrase(*text, phrase))
            longest = phrase;
    }
    return longest.size > 0 && skip_phrase_text(text, longest);
}

/* A run of star symbols. */
struct star_run {
    double filled;
    size_t stars, empty; /* full and empty symbols */
};

/* Removes ★★★★☆, ⭐⭐⭐, *** from the front. */
static struct star_run take_stars(struct text *text)
{
    static const struct {
        const char *sign;
        double filled;
    } symbols[] = {{"★", 1}, {"☆", 0},   {"⭐", 1},     {"🌟", 1},     {"✩", 0},  {"✭", 1},
                   {"✮", 1}, {"✰", 0},   {"⭑", 1},     {"⭒", 0},     {"●", 1},  {"○", 0},
                   {"*", 1}, {"½", 0.5}, {"⯨", 0.5}, {"⯪", 0.5}, {" ", NAN}};
    struct star_run run = {0};
    for (;;) {
        size_t i = 0, count = sizeof(symbols) / sizeof(*symbols);
        while (i < count && !text_starts_with(*text, text_of(symbols[i].sign)))
            i++;
        if (i == count)
            return run;
        *text = text_slice(*text, strlen(symbols[i].sign), text->size);
        if (isnan(symbols[i].filled))
            continue;
        run.filled += symbols[i].filled;
        run.stars += symbols[i].filled == 1;
        run.empty += symbols[i].filled == 0;
    }
}

/* Parses "★★★★☆": the rating is the number of filled stars. */
static bool parse_stars(struct text text, double *rating, double *scale)
{
    struct star_run run = take_stars(&text);
    if (text.size > 0 || run.stars + run.empty == 0 || run.stars + run.empty > 10)
        return false;
    *rating = run.filled;
    *scale = run.stars + run.empty > 5 ? 10 : 5;
    return true;
}

static bool parse_rating_word(struct text text, double *rating, double *scale)
{
    for (size_t i = first_words[find_chain(text)]; i > 0; i = folded_words[i].next)
        if (text_equal_ignore_case(text,
                                   (struct text){folded_words[i].bytes, folded_words[i].size})) {
            *rating = rating_words[i - 1].rating;
            *scale = rating_words[i - 1].scale;
            return true;
        }
    return false;
}

/* Parses a number and removes it and the blanks after it from the front. */
static bool take_number(struct text *text, double *number)
{
    size_t size;
    if (!parse_leading_number(*text, number, &size))
        return false;
    *text = text_trim(text_slice(*text, size, text->size));
    return true;
}

/* Parses what follows the rating: nothing, "/5", "out of 10", "stars", "%", "점". Sets *scale if it
 * is stated. */
static bool parse_scale_suffix(struct text rest, double *scale)
{
    if (skip_phrase_text(&rest, TEXT("%"))) {
        *scale = 100;
        return rest.size == 0;
    }
    bool has_scale = skip_phrase(&rest, OF);
    if (has_scale && !take_number(&rest, scale))
        return false;
    if (skip_phrase(&rest, UNIT) && !has_scale && skip_phrase(&rest, AFTER_UNIT)) {
        if (!take_number(&rest, scale))
            return false;
        skip_phrase(&rest, UNIT);
    }
    return rest.size == 0;
}

/* Parses "5 stars of which 4", where the scale comes first: *rating is the scale when called. */
static bool parse_rating_after_scale(struct text rest, double *rating, double *scale)
{
    *scale = *rating;
    if (!take_number(&rest, rating))
        return false;
    skip_phrase(&rest, UNIT);
    return rest.size == 0;
}

/* "Rated", "Note :", "별점" */
static void skip_label(struct text *text)
{
    if (skip_phrase(text, LABEL))
        skip_phrase_text(text, TEXT(":"));
}

/* Parses a number and the words around it. */
static bool parse_number_phrase(struct text text, double *rating, double *scale)
{
    size_t size;
    double stated_scale = NAN;
    if (!parse_leading_number(text, rating, &size)) {
        skip_label(&text);
        if (!parse_leading_number(text, rating, &size))
            return false;
    }
    struct text rest = text_trim(text_slice(text, size, text.size));
    if (rest.size == 0)
        return true;
    /* "9 - Extremely likely": a step of a scale with its label */
    if (rest.size > 2 && rest.bytes[0] == '-' && rest.bytes[1] == ' ')
        return true;
    bool is_valid = skip_phrase(&rest, OVER) ? parse_rating_after_scale(rest, rating, &stated_scale)
                                             : parse_scale_suffix(rest, &stated_scale);
    if (!is_valid)
        return false;
    if (!isnan(stated_scale))
        *scale = stated_scale;
    return true;
}

/* Removes pairs of brackets: "[4/5]". */
static struct text strip_brackets(struct text text)
{
    static const char *const pairs[] = {"()", "[]", "{}"};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs);) {
        if (text.size > 2 && text.bytes[0] == pairs[i][0] &&
            text.bytes[text.size - 1] == pairs[i][1]) {
            text = text_trim(text_slice(text, 1, text.size - 1));
            i = 0;
        } else {
            i++;
        }
    }
    return text;
}

/* Parses "評価: ★★★★☆". */
static bool parse_labelled_stars(struct text text, double *rating, double *scale)
{
    skip_label(&text);
    return parse_stars(text, rating, scale);
}

/* Parses "★★★★☆ (4/5)", where both say the same. */
static bool parse_stars_and_number(struct text text, double *rating, double *scale)
{
    struct star_run run = take_stars(&text);
    double number_scale = NAN;
    if (run.stars + run.empty < 2 || run.stars + run.empty > 10 ||
        !parse_number_phrase(strip_brackets(text), rating, &number_scale) ||
        fabs(*rating - run.filled) > 0.5)
        return false;
    *scale = !isnan(number_scale) ? number_scale : run.stars + run.empty > 5 ? 10 : 5;
    return true;
}

/* Whether the text has no other bytes than numbers have. */
static bool has_number_bytes(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!ascii_is_digit(text.bytes[i]) && text.bytes[i] != '.' && text.bytes[i] != ',' &&
            text.bytes[i] != '-' && text.bytes[i] != '+')
            return false;
    return true;
}

bool rating_parse(struct text text, double *rating, double *scale)
{
    char buffer[MAX_RATING_SIZE * 2];
    double number, stated_scale = NAN;
    size_t size;
    text = text_trim_unicode(text);
    if (text.size == 0 || text.size >= MAX_RATING_SIZE)
        return false;
    if (text.size == 1 && ascii_is_digit(text.bytes[0])) { /* most ratings */
        *rating = text.bytes[0] - '0';
        return true;
    }
    if (has_number_bytes(text)) {
        if (!parse_leading_number(text, &number, &size) || size < text.size)
            return false;
        *rating = number;
        return true;
    }
    if (utf8_ascii_end(text, 0) < text.size &&
        !normalize_value(text, buffer, sizeof(buffer), &text))
        return false;
    pthread_once(&folded_once, fold_lists);
    text = strip_brackets(text_trim(text));
    bool is_digit = text.size > 0 && ascii_is_digit(text.bytes[0]);
    if ((is_digit || (!parse_rating_word(text, &number, &stated_scale) &&
                      !parse_stars(text, &number, &stated_scale))) &&
        !parse_number_phrase(text, &number, &stated_scale) &&
        !parse_labelled_stars(text, &number, &stated_scale) &&
        !parse_stars_and_number(text, &number, &stated_scale))
        return false;
    bool has_scale = !isnan(stated_scale);
    if (has_scale && !(stated_scale > 0 && stated_scale <= MAX_SCALE && number >= 0 &&
                       number <= stated_scale)) /* "7/5", "3/2026" */
        return false;
    *rating = number;
    if (has_scale)
        *scale = stated_scale;
    return true;
}
