/* map.c - the map stage: cuts the records of a group into clauses, and reads what each states. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "stages/stages.h"
#include "stages/text/statements.h"

struct occurrence_buffer {
    struct occurrence *items; /* owned; of the present group */
    size_t capacity;
};

struct map {
    struct statement_reader reader;
    struct occurrence_buffer present, previous;
};

static bool open_map(void *state, const struct stage_context *stage_context, struct error *error)
{
    (void)stage_context;
    return statement_reader_open(&((struct map *)state)->reader, error);
}

static void close_map(void *state)
{
    struct map *map = state;
    statement_reader_close(&map->reader);
    free(map->present.items);
    free(map->previous.items);
}

/* What an open statement says is read by the model; until then, it is taken for what the record
 * says.
 */
static void set_opinion(struct occurrence *occurrence, const struct statement *statement,
                        enum sentiment sentiment)
{
    int side = sentiment == SENTIMENT_POSITIVE ? 1 : -1;
    occurrence->opinion = statement->is_open ? statement_general_opinion(side) : statement->opinion;
    occurrence->opposite =
        statement->is_open ? statement_general_opinion(-side) : statement->opposite;
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
        .stands_alone = statement->stands_alone,
        .is_listed = statement->is_listed,
        .is_whole = statement->is_whole,
        .extra_words = statement->extra_words,
    };
    set_opinion(&occurrence, statement, sentiment);
    occurrence.key =
        hash_combine_number(hash_combine_number(HASH_SEED, occurrence.aspect), occurrence.opinion);
    return occurrence;
}

static bool is_usable(const struct statement *statement, enum sentiment sentiment)
{
    return !statement->is_open || sentiment == SENTIMENT_POSITIVE ||
           sentiment == SENTIMENT_NEGATIVE;
}

static struct occurrences collect(const struct map *map, const struct member *members,
                                  size_t member_count, struct occurrence_buffer *buffer)
{
    struct arena scratch = {0};
    size_t count = 0;
    for (size_t i = 0; i < member_count; i++) {
        arena_reset(&scratch);
        size_t statement_count;
        const struct statement *statements =
            statements_extract(&map->reader, members[i].text, &scratch, &statement_count);
        buffer->items = memory_grow(buffer->items, &buffer->capacity, count + statement_count,
                                    sizeof(*buffer->items));
        for (size_t k = 0; k < statement_count; k++)
            if (is_usable(&statements[k], members[i].sentiment))
                buffer->items[count++] = make_occurrence(&statements[k], i, members[i].sentiment);
    }
    arena_free(&scratch);
    return (struct occurrences){buffer->items, count};
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    (void)error;
    struct map *map = state;
    group->occurrences = collect(map, group->members, group->member_count, &map->present);
    group->previous_occurrences =
        collect(map, group->previous_members, group->previous_member_count, &map->previous);
    return true;
}

const struct stage map_stage = {
    .name = "map",
    .summary = "cut records into clauses, and read what each states",
    .state_size = sizeof(struct map),
    .open = open_map,
    .process_group = process_group,
    .close = close_map,
};
