/* cue_words.c - looks up words in the list of cues. */
#include "jobs/ask/cue_words.h"

static const struct {
    enum cue cue;
    struct text word;
} rows[] = {
#define ROW(language, cue, word) {cue, {word, sizeof(word) - 1}},
#include "jobs/ask/data/cue_words.inc"
#undef ROW
};

enum { ROW_COUNT = sizeof(rows) / sizeof(*rows) };

bool cue_words_contain(enum cue cue, struct text word)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].cue == cue && text_equal(rows[i].word, word))
            return true;
    return false;
}

bool cue_words_end(enum cue cue, struct text text, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].cue == cue && rows[i].word.size > *size && text_ends_with(text, rows[i].word))
            *size = rows[i].word.size;
    return *size > 0;
}

bool cue_words_are_in(enum cue cue, struct text text)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].cue == cue && text_find(text, rows[i].word, 0) < text.size)
            return true;
    return false;
}
