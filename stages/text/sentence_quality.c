/* sentence_quality.c - signs of garbled text. */
#include "stages/text/sentence_quality.h"

#include <string.h>

#include "base/normalize.h"
#include "base/table.h"
#include "base/utf8.h"
#include "stages/text/terms.h"

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

#define WORD(bytes)                                                                                \
    {                                                                                              \
        bytes, sizeof(bytes) - 1                                                                   \
    }

/* `words` end with an empty one. */
static bool is_one_of(struct text word, const struct text *words)
{
    for (; words->size; words++)
        if (text_equal_fold(word, *words))
            return true;
    return false;
}

bool readable_stands_alone(struct text sentence)
{
    static const struct text leaning[] = {
        WORD("but"),       WORD("and"),       WORD("however"),  WORD("also"),   WORD("so"),
        WORD("because"),   WORD("though"),    WORD("although"), WORD("plus"),   WORD("or"),
        WORD("yet"),       WORD("otherwise"), WORD("besides"),  WORD("which"),  WORD("then"),
        WORD("therefore"), WORD("still"),     WORD("instead"),  WORD("except"), WORD("he"),
        WORD("she"),       WORD("하지만"),    WORD("그런데"),   WORD("그리고"), WORD("그래서"),
        WORD("근데"),      WORD("그래도"),    WORD("그러나"),   WORD("또한"),   {0}};
    size_t end = 0;
    while (end < sentence.size && sentence.bytes[end] != ' ' && sentence.bytes[end] != ',')
        end++;
    return !is_one_of(text_slice(sentence, 0, end), leaning);
}

bool readable_breaks_off(struct text sentence)
{
    static const char open[] = {':', ',', ';', '('};
    enum { BEFORE_NUMBER = 3 }; /* of them */
    size_t at = sentence.size;
    if (at == 0)
        return false;
    if (memchr(open, sentence.bytes[at - 1], sizeof(open)))
        return true;
    if (sentence.bytes[at - 1] != '.' && sentence.bytes[at - 1] != ')')
        return false;
    size_t behind = --at;
    while (at > 0 && sentence.bytes[at - 1] >= '0' && sentence.bytes[at - 1] <= '9')
        at--;
    if (at == behind)
        return false;
    while (at > 0 && sentence.bytes[at - 1] == ' ')
        at--;
    return at > 0 && memchr(open, sentence.bytes[at - 1], BEFORE_NUMBER);
}

bool readable_is_personal(struct text sentence)
{
    static const struct text words[] = {
        WORD("i"),      WORD("im"),     WORD("ive"),  WORD("me"),     WORD("my"),
        WORD("myself"), WORD("we"),     WORD("us"),   WORD("our"),    WORD("저는"),
        WORD("제가"),   WORD("저도"),   WORD("나는"), WORD("내가"),   WORD("나도"),
        WORD("우리"),   WORD("우리는"), WORD("저희"), WORD("저희는"), {0}};
    size_t begin = 0, size;
    for (size_t at = 0; at <= sentence.size; at += size) {
        size = 1;
        enum letter kind =
            at < sentence.size ? normalize_letter(utf8_decode(sentence, at, &size)) : LETTER_NONE;
        if (kind != LETTER_NONE)
            continue;
        if (at > begin && is_one_of(text_slice(sentence, begin, at), words))
            return true;
        begin = at + size;
    }
    return false;
}
