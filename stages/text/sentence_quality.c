/* sentence_quality.c - signs of garbled text. */
#include "stages/text/sentence_quality.h"

#include <string.h>

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

bool sentence_is_finished(struct text sentence)
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

#define WORD(bytes)                                                                                \
    {                                                                                              \
        bytes, sizeof(bytes) - 1                                                                   \
    }

/* `words` end with an empty one. */
static bool is_one_of(struct text term, const struct text *words)
{
    for (; words->size; words++)
        if (text_equal_ignore_case(term, *words))
            return true;
    return false;
}

bool sentence_is_self_contained(struct text sentence)
{
    static const struct text dependent_openers[] = {
        WORD("but"),       WORD("and"),       WORD("however"),  WORD("also"),   WORD("so"),
        WORD("because"),   WORD("though"),    WORD("although"), WORD("plus"),   WORD("or"),
        WORD("yet"),       WORD("otherwise"), WORD("besides"),  WORD("which"),  WORD("then"),
        WORD("therefore"), WORD("still"),     WORD("instead"),  WORD("except"), WORD("he"),
        WORD("she"),       WORD("하지만"),    WORD("그런데"),   WORD("그리고"), WORD("그래서"),
        WORD("근데"),      WORD("그래도"),    WORD("그러나"),   WORD("또한"),   {0}};
    size_t end = 0;
    while (end < sentence.size && sentence.bytes[end] != ' ' && sentence.bytes[end] != ',')
        end++;
    return !is_one_of(text_slice(sentence, 0, end), dependent_openers);
}

bool sentence_expects_continuation(struct text sentence)
{
    static const char continuation_marks[] = {':', ',', ';', '('};
    enum { MARKS_BEFORE_NUMBER = 3 }; /* of them */
    size_t at = sentence.size;
    if (at == 0)
        return false;
    if (memchr(continuation_marks, sentence.bytes[at - 1], sizeof(continuation_marks)))
        return true;
    if (sentence.bytes[at - 1] != '.' && sentence.bytes[at - 1] != ')')
        return false;
    size_t digits_end = --at;
    while (at > 0 && sentence.bytes[at - 1] >= '0' && sentence.bytes[at - 1] <= '9')
        at--;
    if (at == digits_end)
        return false;
    while (at > 0 && sentence.bytes[at - 1] == ' ')
        at--;
    return at > 0 && memchr(continuation_marks, sentence.bytes[at - 1], MARKS_BEFORE_NUMBER);
}

bool sentence_is_first_person(struct text sentence)
{
    static const struct text words[] = {
        WORD("i"),      WORD("im"),     WORD("ive"),  WORD("me"),     WORD("my"),
        WORD("myself"), WORD("we"),     WORD("us"),   WORD("our"),    WORD("저는"),
        WORD("제가"),   WORD("저도"),   WORD("나는"), WORD("내가"),   WORD("나도"),
        WORD("우리"),   WORD("우리는"), WORD("저희"), WORD("저희는"), {0}};
    size_t begin = 0, size;
    for (size_t at = 0; at <= sentence.size; at += size) {
        size = 1;
        enum letter_class kind = at < sentence.size
                                     ? normalize_letter_class(utf8_decode(sentence, at, &size))
                                     : LETTER_NONE;
        if (kind != LETTER_NONE)
            continue;
        if (at > begin && is_one_of(text_slice(sentence, begin, at), words))
            return true;
        begin = at + size;
    }
    return false;
}
