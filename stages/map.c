/* map.c - the map stage: cuts the records of a group into clauses, and reads what each states. */
#include <stdlib.h>

#include "base/hash_table.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "stages/evidence/member_texts.h"
#include "stages/stages.h"
#include "stages/text/statements.h"

struct occurrence_buffer {
    struct occurrence *items; /* owned; of one period of the group */
    size_t count, capacity;
    size_t korean_count; /* members with Hangul */
};

struct map {
    const struct stage_context *stage_context; /* borrowed */
    struct statement_reader reader;
    struct occurrence_buffer present, previous;
    struct hash_table opposites; /* of the opinions in both periods of the group */
};

static bool open_map(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct map *map = state;
    map->stage_context = stage_context;
    return statement_reader_open(&map->reader, error);
}

static void finish_groups(void *state)
{
    struct map *map = state;
    free(map->present.items);
    free(map->previous.items);
    hash_table_free(&map->opposites);
    map->present = map->previous = (struct occurrence_buffer){0};
    map->opposites = (struct hash_table){0};
}

static void close_map(void *state)
{
    struct map *map = state;
    statement_reader_close(&map->reader);
    finish_groups(map);
}

/* What an open statement says is read by the model; until then, it is taken for what the record
 * says.
 */
static void set_opinion(struct occurrence *occurrence, const struct statement *statement,
                        enum sentiment sentiment)
{
    int side = sentiment == SENTIMENT_POSITIVE ? 1 : -1;
    occurrence->opinion = statement->is_open ? statement_general_opinion(side) : statement->opinion;
    occurrence->is_general = statement->is_open || statement->is_general;
}

static struct occurrence make_occurrence(const struct statement *statement, size_t member,
                                         enum sentiment sentiment)
{
    struct occurrence occurrence = {
        .aspect = statement->aspect,
        .member = (uint32_t)member,
        .begin = (uint32_t)statement->begin,
        .end = (uint32_t)statement->end,
        .polarity = (signed char)statement->polarity,
        .is_verdict = statement->is_verdict,
        .stands_alone = statement->stands_alone,
        .says_itself = statement->says_itself,
        .is_listed = statement->is_listed,
        .is_whole = statement->is_whole,
        .is_implied = statement->is_implied,
        .extra_words = statement->extra_words,
    };
    set_opinion(&occurrence, statement, sentiment);
    return occurrence;
}

/* Few opinions are different, so their opposites are kept once. */
static void add_opposite(struct hash_table *opposites, uint64_t opinion,
                         const struct statement *statement, enum sentiment sentiment)
{
    int opposite_side = sentiment == SENTIMENT_POSITIVE ? -1 : 1;
    hash_table_get_or_insert(
        opposites, opinion,
        statement->is_open ? statement_general_opinion(opposite_side) : statement->opposite, NULL);
}

static bool is_usable(const struct statement *statement, enum sentiment sentiment)
{
    return !statement->is_open || sentiment == SENTIMENT_POSITIVE ||
           sentiment == SENTIMENT_NEGATIVE;
}

/* The texts are read one after another: a group may have more of them than fit into memory. */
static bool collect(struct map *map, struct member_texts *texts, size_t member_count,
                    struct occurrence_buffer *buffer, struct error *error)
{
    struct arena scratch = {0};
    bool ok = true;
    buffer->count = buffer->korean_count = 0;
    for (size_t i = 0; ok && i < member_count; i++) {
        struct text text;
        size_t count;
        enum sentiment sentiment = texts->members[i].sentiment;
        arena_reset(&scratch);
        ok = member_texts_read(texts, i, &text, error);
        if (!ok)
            break;
        buffer->korean_count += utf8_has_hangul(text);
        const struct statement *statements =
            statements_extract(&map->reader, text, &scratch, &count);
        buffer->items = memory_grow(buffer->items, &buffer->capacity, buffer->count + count,
                                    sizeof(*buffer->items));
        for (size_t k = 0; k < count; k++) {
            if (!is_usable(&statements[k], sentiment))
                continue;
            struct occurrence occurrence = make_occurrence(&statements[k], i, sentiment);
            add_opposite(&map->opposites, occurrence.opinion, &statements[k], sentiment);
            buffer->items[buffer->count++] = occurrence;
        }
    }
    arena_free(&scratch);
    member_texts_free(texts);
    return ok;
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct map *map = state;
    struct member_texts present = {.store = map->stage_context->store, .members = group->members},
                        previous = {.store = map->stage_context->store,
                                    .members = group->previous_members};
    hash_table_clear(&map->opposites);
    if (!collect(map, &present, group->member_count, &map->present, error) ||
        !collect(map, &previous, group->previous_member_count, &map->previous, error))
        return false;
    group->occurrences = (struct occurrences){map->present.items, map->present.count};
    group->previous_occurrences = (struct occurrences){map->previous.items, map->previous.count};
    group->opposites = &map->opposites;
    group->is_korean = 2 * map->present.korean_count > group->member_count;
    return true;
}

const struct stage map_stage = {
    .name = "map",
    .summary = "cut records into clauses, and read what each states",
    .state_size = sizeof(struct map),
    .open = open_map,
    .process_group = process_group,
    .finish_groups = finish_groups,
    .close = close_map,
};
