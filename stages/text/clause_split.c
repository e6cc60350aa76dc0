/* clause_split.c - sentences, cut again at the words that turn them. */
#include "stages/text/clause_split.h"

/* Before these a clause ends. */
static const struct text clause_openers[] = {
    {" but ", 5},     {" but, ", 6},   {" however", 8}, {" although ", 10}, {" though ", 8},
    {" yet ", 5},     {" except ", 8}, {" while ", 7},  {" whereas ", 9},   {" 하지만 ", 11},
    {" 그러나 ", 11}, {" 다만 ", 8},   {" 근데 ", 8},   {" 그런데 ", 11},
};

/* Behind these: endings of a Korean verb, and marks. */
static const struct text clause_endings[] = {
    {"지만 ", 7}, {"는데 ", 7},  {"은데 ", 7},  {"인데 ", 7},  {"한데 ", 7},
    {"으나 ", 7}, {"지만, ", 8}, {"는데, ", 8}, {"은데, ", 8}, {"; ", 2},
};

/* Where in [begin, end) the next clause ends: `end` when it is whole. */
static size_t find_clause_end(struct text text, size_t begin, size_t end)
{
    struct text part = text_slice(text, begin, end);
    size_t first_cut = part.size;
    for (size_t i = 0; i < sizeof(clause_openers) / sizeof(*clause_openers); i++) {
        size_t at = text_find(part, clause_openers[i], 0);
        if (at > 0 && at + 1 < first_cut)
            first_cut = at + 1;
    }
    for (size_t i = 0; i < sizeof(clause_endings) / sizeof(*clause_endings); i++) {
        size_t at = text_find(part, clause_endings[i], 0);
        if (at < part.size && at + clause_endings[i].size < first_cut)
            first_cut = at + clause_endings[i].size;
    }
    return begin + first_cut;
}

const size_t *clause_split_ends(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count)
{
    size_t sentence_count, begin = 0;
    const size_t *sentences = segment_sentences(segmenter, text, arena, &sentence_count);
    size_t *ends = arena_alloc(arena, text.size + 1, sizeof(*ends));
    *count = 0;
    for (size_t i = 0; i < sentence_count; i++)
        while (begin < sentences[i])
            ends[(*count)++] = begin = find_clause_end(text, begin, sentences[i]);
    return ends;
}
