/* sentence_quality.c - looks up words. */
#include "stages/text/sentence_quality.h"

#include "base/normalize.h"
#include "base/utf8.h"

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
