/* members.c - objects and elements as rows of a table. */
#include "connectors/members.h"

#include <stdlib.h>

#include "base/memory.h"

enum { MEMBERS_MOST = 4096 };

static size_t place_of(const struct text *names, size_t count, size_t guess, struct text name)
{
    if (guess < count && text_equal(names[guess], name))
        return guess;
    size_t at = 0;
    while (at < count && !text_equal(names[at], name))
        at++;
    return at;
}

struct text *members_find(struct members *members, struct text name)
{
    size_t at = place_of(members->names, members->count, SIZE_MAX, name);
    return at < members->count ? &members->cells[at] : NULL;
}

void members_set(struct members *members, struct text name, struct text cell)
{
    struct text *known = members_find(members, name);
    if (known) {
        *known = cell;
        return;
    }
    if (members->count == MEMBERS_MOST)
        return;
    members->names = memory_grow(members->names, &members->name_capacity, members->count + 1,
                                 sizeof(*members->names));
    members->cells = memory_grow(members->cells, &members->cell_capacity, members->count + 1,
                                 sizeof(*members->cells));
    members->names[members->count] = name;
    members->cells[members->count++] = cell;
}

void members_free(struct members *members)
{
    free(members->names);
    free(members->cells);
    *members = (struct members){.arena = members->arena};
}

bool schema_learn(struct schema *schema, struct members *samples, size_t sample_count,
                  bool without_text, struct text wanted, const char *path, struct arena *arena,
                  struct error *error)
{
    struct members all = {.arena = arena};
    for (size_t i = 0; i < sample_count; i++)
        for (size_t k = 0; k < samples[i].count; k++)
            members_set(&all, samples[i].names[k], (struct text){0});
    struct text *rows = arena_alloc(arena, sample_count * all.count + 1, sizeof(*rows));
    for (size_t i = 0; i < sample_count; i++)
        for (size_t k = 0; k < samples[i].count; k++) {
            size_t at = place_of(all.names, all.count, k, samples[i].names[k]);
            if (at < all.count)
                rows[i * all.count + at] = samples[i].cells[k];
        }
    schema->count = all.count;
    schema->names = arena_alloc(arena, all.count + 1, sizeof(*schema->names));
    for (size_t i = 0; i < all.count; i++)
        schema->names[i] = all.names[i];
    members_free(&all);
    return mapping_find_leniently(&schema->mapping, without_text || sample_count == 0,
                                  schema->names, schema->count, rows, sample_count, wanted, path,
                                  arena, error);
}

void schema_add_record(const struct schema *schema, const struct members *own, struct batch *batch,
                       uint64_t line, uint64_t byte_offset, struct text raw)
{
    size_t room = schema->count + own->count + 1, count = schema->count, guess = 0;
    struct text *names = arena_alloc(&batch->arena, room, sizeof(*names));
    struct text *cells = arena_alloc(&batch->arena, room, sizeof(*cells));
    for (size_t i = 0; i < count; i++)
        names[i] = schema->names[i];
    for (size_t i = 0; i < own->count; i++) {
        size_t at = place_of(schema->names, schema->count, guess, own->names[i]);
        guess = at + 1;
        if (at == schema->count) {
            at = count++;
            names[at] = own->names[i];
        }
        cells[at] = own->cells[i];
    }
    struct text reason = {0};
    struct record *record = batch_add(batch);
    record->line = line;
    record->byte_offset = byte_offset;
    if (!mapping_apply(&schema->mapping, names, cells, count, &batch->arena, record, &reason)) {
        batch->count--;
        batch_reject_row(batch, line, byte_offset, reason, raw);
    }
}
