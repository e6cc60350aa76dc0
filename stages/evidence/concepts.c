/* concepts.c - what many records say. */
#include "stages/evidence/concepts.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Of a concept that only one record has: decides where nothing else does. */
static const float alone = 0.01f;

static struct concept *numbered(struct concepts *concepts, uint64_t hash, uint32_t *number)
{
    bool added;
    *number = (uint32_t)*table_at(&concepts->numbering, hash, concepts->count, &added);
    if (added) {
        concepts->all = memory_grow(concepts->all, &concepts->capacity, ++concepts->count,
                                    sizeof(*concepts->all));
        concepts->all[*number] = (struct concept){0};
    }
    return &concepts->all[*number];
}

void concepts_add(struct concepts *concepts, const struct word *words, size_t count, size_t record)
{
    size_t at = concepts->sentence_count ? concepts->first[concepts->sentence_count] : 0;
    concepts->items = memory_grow(concepts->items, &concepts->item_capacity, at + count + 1,
                                  sizeof(*concepts->items));
    concepts->first = memory_grow(concepts->first, &concepts->first_capacity,
                                  concepts->sentence_count + 2, sizeof(*concepts->first));
    concepts->first[concepts->sentence_count++] = at;
    uint32_t this_record = (uint32_t)record + 1, this_sentence = (uint32_t)concepts->sentence_count;
    for (size_t i = 0; i < count; i++) {
        uint32_t number;
        struct concept *concept = numbered(concepts, words[i].hash, &number);
        if (concept->last_sentence == this_sentence)
            continue;
        concept->last_sentence = this_sentence;
        concept->weight += concept->last_record != this_record ? 1 : 0;
        concept->last_record = this_record;
        concepts->items[at++] = number;
    }
    concepts->first[concepts->sentence_count] = at;
}

void concepts_weigh(struct concepts *concepts)
{
    for (size_t i = 0; i < concepts->count; i++) {
        struct concept *concept = &concepts->all[i];
        concept->weight = concept->weight > 1 ? sqrtf(concept->weight) : alone;
    }
}

void concepts_close(struct concepts *concepts)
{
    free(concepts->first);
    free(concepts->items);
    free(concepts->all);
    table_free(&concepts->numbering);
    *concepts = (struct concepts){0};
}

void concepts_say(const struct concepts *concepts, size_t sentence, bool *said)
{
    for (size_t i = concepts->first[sentence]; i < concepts->first[sentence + 1]; i++)
        said[concepts->items[i]] = true;
}

void concepts_say_text(const struct concepts *concepts, struct text sentence, bool *said)
{
    struct arena arena = {0};
    size_t count;
    const struct word *words = words_and_pairs(sentence, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        const size_t *concept = table_find(&concepts->numbering, words[i].hash);
        if (concept)
            said[*concept] = true;
    }
    arena_free(&arena);
}

double concepts_gain(const struct concepts *concepts, size_t sentence, const bool *said)
{
    size_t first = concepts->first[sentence], end = concepts->first[sentence + 1];
    double sum = 0;
    for (size_t i = first; i < end; i++)
        if (!said[concepts->items[i]])
            sum += (double)concepts->all[concepts->items[i]].weight;
    return end > first ? sum / sqrt((double)(end - first)) : 0;
}

double concepts_unsaid(const struct concepts *concepts, size_t sentence, const bool *said)
{
    size_t first = concepts->first[sentence], end = concepts->first[sentence + 1], unsaid = 0;
    for (size_t i = first; i < end; i++)
        unsaid += !said[concepts->items[i]];
    return end > first ? (double)unsaid / (double)(end - first) : 0;
}
