/* concepts.c - counts, weights and coverage of concepts. */
#include "stages/evidence/concepts.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* The weight of a concept of one record: it only breaks ties. */
static const float single_record_weight = 0.01f;

static struct concept *get_or_add_concept(struct concepts *concepts, uint64_t hash,
                                          uint32_t *concept_id)
{
    bool added;
    *concept_id =
        (uint32_t)*hash_table_get_or_insert(&concepts->id_by_hash, hash, concepts->count, &added);
    if (added) {
        concepts->entries = memory_grow(concepts->entries, &concepts->capacity, ++concepts->count,
                                        sizeof(*concepts->entries));
        concepts->entries[*concept_id] = (struct concept){0};
    }
    return &concepts->entries[*concept_id];
}

void concepts_add(struct concepts *concepts, const struct term *words, size_t count, size_t record)
{
    size_t at = concepts->sentence_count ? concepts->first_item[concepts->sentence_count] : 0;
    concepts->concept_ids = memory_grow(concepts->concept_ids, &concepts->concept_id_capacity,
                                        at + count + 1, sizeof(*concepts->concept_ids));
    concepts->first_item = memory_grow(concepts->first_item, &concepts->first_item_capacity,
                                       concepts->sentence_count + 2, sizeof(*concepts->first_item));
    concepts->first_item[concepts->sentence_count++] = at;
    uint32_t record_stamp = (uint32_t)record + 1,
             sentence_stamp = (uint32_t)concepts->sentence_count;
    for (size_t i = 0; i < count; i++) {
        uint32_t concept_id;
        struct concept *concept = get_or_add_concept(concepts, words[i].hash, &concept_id);
        if (concept->last_sentence == sentence_stamp)
            continue;
        concept->last_sentence = sentence_stamp;
        concept->weight += concept->last_record != record_stamp ? 1 : 0;
        concept->last_record = record_stamp;
        concepts->concept_ids[at++] = concept_id;
    }
    concepts->first_item[concepts->sentence_count] = at;
}

void concepts_compute_weights(struct concepts *concepts)
{
    for (size_t i = 0; i < concepts->count; i++) {
        struct concept *concept = &concepts->entries[i];
        concept->weight = concept->weight > 1 ? sqrtf(concept->weight) : single_record_weight;
    }
}

void concepts_free(struct concepts *concepts)
{
    free(concepts->first_item);
    free(concepts->concept_ids);
    free(concepts->entries);
    hash_table_free(&concepts->id_by_hash);
    *concepts = (struct concepts){0};
}

void concepts_mark_covered(const struct concepts *concepts, size_t sentence, bool *covered)
{
    for (size_t i = concepts->first_item[sentence]; i < concepts->first_item[sentence + 1]; i++)
        covered[concepts->concept_ids[i]] = true;
}

void concepts_mark_text_covered(const struct concepts *concepts, struct text sentence,
                                bool *covered)
{
    struct arena arena = {0};
    size_t count;
    const struct term *words = terms_extract_with_bigrams(sentence, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        const size_t *concept = hash_table_find(&concepts->id_by_hash, words[i].hash);
        if (concept)
            covered[*concept] = true;
    }
    arena_free(&arena);
}

double concepts_coverage_gain(const struct concepts *concepts, size_t sentence, const bool *covered)
{
    size_t first_item = concepts->first_item[sentence], end = concepts->first_item[sentence + 1];
    double sum = 0;
    for (size_t i = first_item; i < end; i++)
        if (!covered[concepts->concept_ids[i]])
            sum += (double)concepts->entries[concepts->concept_ids[i]].weight;
    return end > first_item ? sum / sqrt((double)(end - first_item)) : 0;
}

double concepts_uncovered_share(const struct concepts *concepts, size_t sentence,
                                const bool *covered)
{
    size_t first_item = concepts->first_item[sentence], end = concepts->first_item[sentence + 1],
           uncovered_count = 0;
    for (size_t i = first_item; i < end; i++)
        uncovered_count += !covered[concepts->concept_ids[i]];
    return end > first_item ? (double)uncovered_count / (double)(end - first_item) : 0;
}
