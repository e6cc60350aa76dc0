/* index_words.c - folds a text into the words of the search index. */
#include "stages/search/index_words.h"

#include <string.h>

#include "base/normalize.h"
#include "base/utf8.h"

struct word_list {
    char *bytes;
    size_t size;
};

static void append(struct word_list *words, struct text bytes)
{
    memcpy(words->bytes + words->size, bytes.bytes, bytes.size);
    words->size += bytes.size;
}

static void begin_word(struct word_list *words)
{
    if (words->size > 0)
        words->bytes[words->size++] = ' ';
}

/* Whether the character joins the parts of a word: don't, 3.2, 1,000. */
static bool is_joiner(uint32_t code_point, enum letter_class before)
{
    return before == LETTER_DIGIT           ? code_point == '.' || code_point == ','
           : before == LETTER_SPACED_SCRIPT ? code_point == '\'' || code_point == 0x2019
                                            : false;
}

static enum letter_class class_at(struct text text, size_t at, size_t *size)
{
    *size = 0;
    return at < text.size ? normalize_letter_class(utf8_decode(text, at, size)) : LETTER_NONE;
}

/* Appends the word of letters and digits at `at`; returns its end. */
static size_t append_word(struct word_list *words, struct text key, size_t at)
{
    size_t size, next_size;
    enum letter_class last = LETTER_NONE;
    begin_word(words);
    while (at < key.size) {
        enum letter_class here = class_at(key, at, &size);
        if (here == LETTER_SPACED_SCRIPT || here == LETTER_DIGIT) {
            append(words, text_slice(key, at, at + size));
            last = here;
        } else if (is_joiner(utf8_decode(key, at, &size), last) &&
                   class_at(key, at + size, &next_size) == last) {
            if (last == LETTER_DIGIT)
                append(words, TEXT("_"));
        } else {
            break;
        }
        at += size;
    }
    return at;
}

/* Appends the pairs of the run of unspaced script at `at`; returns its end. */
static size_t append_pairs(struct word_list *words, struct text key, size_t at)
{
    size_t size, next_size;
    class_at(key, at, &size);
    if (class_at(key, at + size, &next_size) != LETTER_UNSPACED_SCRIPT) {
        begin_word(words);
        append(words, text_slice(key, at, at + size));
    }
    while (class_at(key, at + size, &next_size) == LETTER_UNSPACED_SCRIPT) {
        begin_word(words);
        append(words, text_slice(key, at, at + size + next_size));
        at += size;
        size = next_size;
    }
    return at + size;
}

struct text index_words_fold(struct text text, struct arena *arena)
{
    struct text key = normalize_key(text, arena);
    /* A character of n bytes gives at most 2n bytes and a blank. */
    struct word_list words = {.bytes = arena_alloc(arena, key.size * 3 + 1, 1)};
    for (size_t at = 0, size; at < key.size;) {
        enum letter_class here = class_at(key, at, &size);
        if (here == LETTER_NONE)
            at += size;
        else if (here == LETTER_UNSPACED_SCRIPT)
            at = append_pairs(&words, key, at);
        else
            at = append_word(&words, key, at);
    }
    return (struct text){words.bytes, words.size};
}
