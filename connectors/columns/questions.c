/* questions.c - compares names of columns with phrases of questions. */
#include "connectors/columns/questions.h"

#include "base/ascii.h"
#include "connectors/columns/asked_for.h"
#include "connectors/columns/phrases.h"

enum phrase_strength { ASKS, BEGINS, HINTS, WHOLE, NUMBERED };

static const struct {
    struct text phrase;
    enum phrase_strength strength;
} question_phrases[] = {
#define ROW(language, phrase, strength) {{phrase, sizeof(phrase) - 1}, strength},
#include "connectors/columns/data/question_phrases.inc"
#undef ROW
};

static const struct text fact_phrases[] = {
#define ROW(language, phrase) {phrase, sizeof(phrase) - 1},
#include "connectors/columns/data/fact_phrases.inc"
#undef ROW
};

static bool has_digit(struct text word)
{
    for (size_t i = 0; i < word.size; i++)
        if (ascii_is_digit(word.bytes[i]))
            return true;
    return false;
}

/* Words without the number of the question: "q3 what", "2 what". */
static struct text skip_number(struct text words)
{
    enum { MAX_NUMBER_SIZE = 4 };
    struct text rest = words, word;
    while (text_split(&rest, ' ', &word) && word.size <= MAX_NUMBER_SIZE && has_digit(word))
        words = rest;
    return words;
}

static bool asks_for_fact(struct text words)
{
    for (size_t i = 0; i < sizeof(fact_phrases) / sizeof(*fact_phrases); i++)
        if (phrase_is_within(words, fact_phrases[i]))
            return true;
    return false;
}

/* Whether the words are the phrase and a number: "q1", "frage 2". */
static bool is_numbered(struct text words, struct text phrase)
{
    size_t end = words.size;
    while (end > 0 && ascii_is_digit(words.bytes[end - 1]))
        end--;
    return end < words.size && text_equal(text_trim(text_slice(words, 0, end)), phrase);
}

static bool matches(struct text words, struct text phrase, enum phrase_strength strength)
{
    switch (strength) {
    case BEGINS:
        return phrase_begins(words, phrase);
    case WHOLE:
        return text_equal(words, phrase);
    case NUMBERED:
        return is_numbered(words, phrase);
    default:
        return phrase_is_within(words, phrase);
    }
}

/* The strongest phrase of a question in the words. */
static enum question_kind find_question_phrase(struct text words)
{
    enum question_kind kind = QUESTION_NONE;
    for (size_t i = 0; i < sizeof(question_phrases) / sizeof(*question_phrases); i++) {
        struct text phrase = question_phrases[i].phrase;
        if (!matches(words, phrase, question_phrases[i].strength))
            continue;
        if (question_phrases[i].strength != HINTS)
            return QUESTION_ASKED;
        kind = QUESTION_HINTED;
    }
    return kind;
}

bool question_has_mark(struct text name)
{
    static const char *const marks[] = {"?", "？", "؟", "¿"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        if (text_find(name, text_of(marks[i]), 0) < name.size)
            return true;
    return false;
}

enum question_kind question_classify(struct text name)
{
    struct arena arena = {0};
    struct text words = skip_number(phrase_split_words(name, &arena));
    if (words.size == 0)
        words = phrase_split_words(name, &arena); /* "Q1" */
    enum question_kind kind = QUESTION_ASKED;
    if (asked_for_by_question(name) == ASKED_FOR_ANYTHING) {
        bool is_fact = asks_for_fact(words);
        kind = is_fact                   ? QUESTION_FACT
               : question_has_mark(name) ? QUESTION_ASKED
                                         : find_question_phrase(words);
    }
    arena_free(&arena);
    return kind;
}

bool question_asks_openly(struct text name)
{
    struct arena arena = {0};
    struct text words = skip_number(phrase_split_words(name, &arena));
    bool asks = (question_has_mark(name) || find_question_phrase(words) == QUESTION_ASKED) &&
                !asks_for_fact(words);
    arena_free(&arena);
    return asks;
}

bool question_needs_words(struct text name)
{
    struct arena arena = {0};
    struct text words = phrase_split_words(name, &arena);
    bool found = false;
    for (size_t i = 0; i < sizeof(question_phrases) / sizeof(*question_phrases) && !found; i++)
        found = question_phrases[i].strength == ASKS &&
                phrase_is_within(words, question_phrases[i].phrase);
    arena_free(&arena);
    return found;
}

bool question_is_column_name(struct text name)
{
    static const struct text names[] = {
#define ROW(language, name) {name, sizeof(name) - 1},
#include "connectors/columns/data/question_columns.inc"
#undef ROW
    };
    struct arena arena = {0};
    struct text words = phrase_split_words(name, &arena);
    bool found = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !found; i++)
        found = text_equal(words, names[i]);
    arena_free(&arena);
    return found;
}
