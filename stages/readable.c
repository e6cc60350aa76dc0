/* readable.c - signs of garbled text. */
#include "stages/readable.h"

#include "base/normalize.h"
#include "base/table.h"
#include "base/utf8.h"
#include "stages/words.h"

enum {
    REPLACEMENT = 0xFFFD,
    MOST_BYTES = 1600,
    LEAST_WORDS = 3,
    SEVERAL_WORDS = 4,
    MOST_REPEATS = 2
};

static bool has_letters(struct text sentence)
{
    size_t letters = 0, marks = 0, size;
    for (size_t at = 0; at < sentence.size; at += size) {
        uint32_t point = utf8_decode(sentence, at, &size);
        if (point == REPLACEMENT)
            return false;
        enum letter kind = normalize_letter(point);
        if (kind == LETTER_WORD || kind == LETTER_DENSE)
            letters++;
        else if (point != ' ')
            marks++;
    }
    return letters >= 2 && letters * 2 > marks * 3;
}

bool readable_check(struct text sentence)
{
    if (sentence.size > MOST_BYTES || !has_letters(sentence))
        return false;
    struct arena arena = {0};
    struct table distinct = {0};
    size_t count;
    const struct word *words = words_of(sentence, &arena, &count);
    bool circles = false;
    for (size_t i = 0; i < count; i++)
        circles |= ++*table_at(&distinct, words[i].hash, 0, NULL) > MOST_REPEATS;
    circles |= count >= SEVERAL_WORDS && distinct.count * 2 <= count;
    table_free(&distinct);
    arena_free(&arena);
    return count >= LEAST_WORDS && !circles;
}

bool readable_is_finished(struct text sentence)
{
    static const char *const ends[] = {".", "!", "?", "…", "。", "！", "？", "”", "\"", ")", NULL};
    for (size_t i = 0; ends[i]; i++) {
        struct text end = text_of(ends[i]);
        if (sentence.size > end.size &&
            text_equal(text_slice(sentence, sentence.size - end.size, sentence.size), end))
            return true;
    }
    return false;
}

bool readable_stands_alone(struct text sentence)
{
    static const char *const leaning[] = {
        "but",      "and",       "however", "also",    "so",        "because", "though",
        "although", "plus",      "or",      "yet",     "otherwise", "besides", "which",
        "then",     "therefore", "still",   "instead", "except",    "하지만",  "그런데",
        "그리고",   "그래서",    "근데",    "그래도",  "그러나",    "또한",    NULL};
    size_t end = 0;
    while (end < sentence.size && sentence.bytes[end] != ' ' && sentence.bytes[end] != ',')
        end++;
    for (size_t i = 0; leaning[i]; i++)
        if (text_equal_fold(text_slice(sentence, 0, end), text_of(leaning[i])))
            return false;
    return true;
}

bool readable_is_personal(struct text sentence)
{
    static const char *const words[] = {
        "i",    "im",   "ive",  "me",   "my",   "myself", "we",     "us",   "our",    "저는",
        "제가", "저도", "나는", "내가", "나도", "우리",   "우리는", "저희", "저희는", NULL};
    size_t begin = 0, size;
    for (size_t at = 0; at <= sentence.size; at += size) {
        size = 1;
        enum letter kind =
            at < sentence.size ? normalize_letter(utf8_decode(sentence, at, &size)) : LETTER_NONE;
        if (kind != LETTER_NONE)
            continue;
        for (size_t i = 0; words[i] && at > begin; i++)
            if (text_equal_fold(text_slice(sentence, begin, at), text_of(words[i])))
                return true;
        begin = at + size;
    }
    return false;
}
