/* clause_fillers.c - looks for the listed words and endings. */
#include "stages/evidence/clause_fillers.h"

#include "base/normalize.h"

enum { MIN_KEPT_SIZE = 4 /* bytes that a cut at the end leaves */ };

static const struct filler {
    const char *phrase;
    enum filler_place place;
} fillers[] = {
#define ROW(language, phrase, place) {phrase, PLACE_##place},
#include "stages/evidence/data/clause_fillers.inc"
#undef ROW
};

static bool is_word_end(struct text text, size_t at)
{
    return at >= text.size || text.bytes[at] == ' ' || text.bytes[at] == ',';
}

bool clause_begins_word(struct text text, size_t at)
{
    return at == 0 || text.bytes[at - 1] == ' ' || text.bytes[at - 1] == ',';
}

bool clause_filler_is(struct text word, enum filler_place place)
{
    for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++)
        if (fillers[i].place == place && text_equal_ignore_case(word, text_of(fillers[i].phrase)))
            return true;
    return false;
}

bool clause_filler_has(struct text text, enum filler_place place)
{
    struct text word;
    while (text_split(&text, ' ', &word))
        for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++) {
            struct text phrase = text_of(fillers[i].phrase);
            bool is_korean = (unsigned char)phrase.bytes[0] >= 0x80;
            if (fillers[i].place == place &&
                (is_korean ? text_starts_with(word, phrase) : text_equal_ignore_case(word, phrase)))
                return true;
        }
    return false;
}

size_t clause_filler_measure(struct text text, enum filler_place place)
{
    size_t longest = 0;
    for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++) {
        struct text phrase = text_of(fillers[i].phrase);
        if (fillers[i].place == place && phrase.size > longest && phrase.size < text.size &&
            text_starts_with_ignore_case(text, phrase) && is_word_end(text, phrase.size))
            longest = phrase.size;
    }
    return longest;
}

bool clause_filler_ends(struct text text, enum filler_place place)
{
    for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++)
        if (fillers[i].place == place && text_ends_with(text, text_of(fillers[i].phrase)))
            return true;
    return false;
}

struct text clause_filler_cut_end(struct text text)
{
    size_t cut = text.size;
    for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++) {
        struct text phrase = text_of(fillers[i].phrase);
        if (fillers[i].place != PLACE_END)
            continue;
        for (size_t at = MIN_KEPT_SIZE; at + phrase.size <= cut; at++)
            if (clause_begins_word(text, at) && is_word_end(text, at + phrase.size) &&
                text_equal_ignore_case(text_slice(text, at, at + phrase.size), phrase))
                cut = at;
    }
    return text_slice(text, 0, cut);
}

struct text clause_filler_drop_last(struct text text)
{
    for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers);) {
        struct text phrase = text_of(fillers[i].phrase);
        size_t at = text.size > phrase.size ? text.size - phrase.size : 0;
        if (fillers[i].place == PLACE_LAST && at > 0 && clause_begins_word(text, at) &&
            text_equal_ignore_case(text_slice(text, at, text.size), phrase)) {
            text = normalize_trim_marks(text_slice(text, 0, at));
            i = 0;
        } else {
            i++;
        }
    }
    return text;
}
