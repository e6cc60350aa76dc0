/* insight.c - names of insights, and the list that stages add to. */
#include "pipeline/insight.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

const char *const insight_kind_names[INSIGHT_KIND_COUNT] = {"change", "moved",  "segment", "impact",
                                                            "theme",  "phrase", "answer"};

const char *const insight_state_names[INSIGHT_STATE_COUNT] = {"", "new", "still", "over", "so far"};

const char *const insight_measure_names[MEASURE_COUNT] = {
    "negative_share", "record_share", "rating", "nps", "csat", "records"};

struct insight insight_make(enum insight_kind kind)
{
    return (struct insight){
        .kind = kind,
        .value = {NAN, NAN, NAN},
        .baseline = NAN,
        .q_value = NAN,
        .rating_scale = NAN,
        .polarity = SENTIMENT_COUNT,
        .from = TIME_UNKNOWN,
        .to = TIME_UNKNOWN,
    };
}

static void *copy_items(struct arena *arena, const void *items, size_t count, size_t size)
{
    if (!items)
        return NULL;
    void *copy = arena_alloc(arena, count ? count : 1, size);
    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

void insight_list_add(struct insight_list *list, const struct insight *insight)
{
    struct arena *arena = &list->arena;
    struct insight copy = *insight;
    copy.key = group_key_copy(&insight->key, arena);
    copy.phrase = arena_copy_text(arena, insight->phrase);
    copy.since = arena_copy_text(arena, insight->since);
    copy.until = arena_copy_text(arena, insight->until);
    copy.evidence_ids = copy_items(arena, insight->evidence_ids, insight->evidence_count,
                                   sizeof(*insight->evidence_ids));
    copy.quotes =
        copy_items(arena, insight->quotes, insight->quote_count, sizeof(*insight->quotes));
    list->insights =
        memory_grow(list->insights, &list->capacity, list->count + 1, sizeof(*list->insights));
    list->insights[list->count++] = copy;
}

void insight_list_free(struct insight_list *list)
{
    free(list->insights);
    arena_free(&list->arena);
    *list = (struct insight_list){0};
}
