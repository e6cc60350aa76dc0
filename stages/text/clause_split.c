/* clause_split.c - sentences, split again at the words that turn them. */
#include "stages/text/clause_split.h"

/* A word of the list as it is looked up, with the blanks around it. */
#define WORD_PATTERN(word) TEXT(" " word " ")
#define WORD_START_PATTERN(word) TEXT(" " word)
#define ENDING_PATTERN(word) TEXT(word " ")

enum clause_word_place { PLACE_WORD, PLACE_WORD_START, PLACE_ENDING };

static const struct clause_word {
    struct text pattern;
    enum clause_word_place place;
} clause_words[] = {
#define ROW(language, word, place) {place##_PATTERN(word), PLACE_##place},
#include "stages/text/data/clause_words.inc"
#undef ROW
};

/* Where in [begin, end) the next clause ends; `end` if nothing splits it. */
static size_t find_clause_end(struct text text, size_t begin, size_t end)
{
    struct text part = text_slice(text, begin, end);
    size_t first_cut = part.size;
    for (size_t i = 0; i < sizeof(clause_words) / sizeof(*clause_words); i++) {
        const struct clause_word *word = &clause_words[i];
        bool is_ending = word->place == PLACE_ENDING;
        size_t found = text_find(part, word->pattern, 0);
        if (found == part.size || (found == 0 && !is_ending))
            continue;
        size_t cut = is_ending ? found + word->pattern.size : found + 1;
        if (cut < first_cut)
            first_cut = cut;
    }
    return begin + first_cut;
}

const size_t *clause_split_ends(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count)
{
    size_t sentence_count, begin = 0;
    const size_t *sentence_ends = segment_sentences(segmenter, text, arena, &sentence_count);
    size_t *ends = arena_alloc(arena, text.size + 1, sizeof(*ends));
    *count = 0;
    for (size_t i = 0; i < sentence_count; i++)
        while (begin < sentence_ends[i])
            ends[(*count)++] = begin = find_clause_end(text, begin, sentence_ends[i]);
    return ends;
}
