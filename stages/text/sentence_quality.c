/* sentence_quality.c - checks of letters, words and punctuation. */
#include "stages/text/sentence_quality.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash_table.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/terms.h"

enum {
    REPLACEMENT_CHARACTER = 0xFFFD,
    MAX_SENTENCE_SIZE = 1600,
    MIN_WORDS = 3,
    MIN_WORDS_TO_COMPARE = 4,
    MAX_REPEATS = 2
};

static bool has_enough_letters(struct text sentence)
{
    size_t letters = 0, marks = 0, size;
    for (size_t at = 0; at < sentence.size; at += size) {
        uint32_t code_point = utf8_decode(sentence, at, &size);
        if (code_point == REPLACEMENT_CHARACTER)
            return false;
        enum letter_class kind = normalize_letter_class(code_point);
        if (kind == LETTER_SPACED_SCRIPT || kind == LETTER_UNSPACED_SCRIPT)
            letters++;
        else if (code_point != ' ')
            marks++;
    }
    return letters >= 2 && letters * 2 > marks * 3;
}

bool sentence_is_readable(struct text sentence)
{
    if (sentence.size > MAX_SENTENCE_SIZE || !has_enough_letters(sentence))
        return false;
    struct arena arena = {0};
    struct hash_table distinct = {0};
    size_t count;
    const struct term *words = terms_extract(sentence, &arena, &count);
    bool is_repetitive = false;
    for (size_t i = 0; i < count; i++)
        is_repetitive |=
            ++*hash_table_get_or_insert(&distinct, words[i].hash, 0, NULL) > MAX_REPEATS;
    is_repetitive |= count >= MIN_WORDS_TO_COMPARE && distinct.count * 2 <= count;
    hash_table_free(&distinct);
    arena_free(&arena);
    return count >= MIN_WORDS && !is_repetitive;
}

static const char *const dependent_openers[] = {
#define ROW(language, word) word,
#include "stages/text/data/dependent_openers.inc"
#undef ROW
    NULL,
};

static const char *const first_person_words[] = {
#define ROW(language, word) word,
#include "stages/text/data/first_person_words.inc"
#undef ROW
    NULL,
};

bool sentence_is_self_contained(struct text sentence)
{
    size_t end = 0;
    while (end < sentence.size && sentence.bytes[end] != ' ' && sentence.bytes[end] != ',')
        end++;
    return !text_is_one_of_ignore_case(text_slice(sentence, 0, end), dependent_openers);
}

bool sentence_expects_continuation(struct text sentence)
{
    static const char continuation_marks[] = {':', ',', ';', '('};
    enum { MAX_LIST_DIGITS = 2 };
    size_t at = sentence.size;
    if (at == 0)
        return false;
    if (memchr(continuation_marks, sentence.bytes[at - 1], sizeof(continuation_marks)))
        return true;
    at -= sentence.bytes[at - 1] == '.' || sentence.bytes[at - 1] == ')';
    size_t digits_end = at;
    while (at > 0 && ascii_is_digit(sentence.bytes[at - 1]))
        at--;
    return at > 0 && at < digits_end && digits_end - at <= MAX_LIST_DIGITS &&
           (sentence.bytes[at - 1] == ' ' ||
            memchr(continuation_marks, sentence.bytes[at - 1], sizeof(continuation_marks)));
}

bool sentence_is_first_person(struct text sentence)
{
    size_t begin = 0, size;
    for (size_t at = 0; at <= sentence.size; at += size) {
        size = 1;
        enum letter_class kind = at < sentence.size
                                     ? normalize_letter_class(utf8_decode(sentence, at, &size))
                                     : LETTER_NONE;
        if (kind != LETTER_NONE)
            continue;
        if (at > begin &&
            text_is_one_of_ignore_case(text_slice(sentence, begin, at), first_person_words))
            return true;
        begin = at + size;
    }
    return false;
}
