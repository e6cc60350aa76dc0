/* plan_sources.c - collects facts and authors by source. */
#include "jobs/commands/plan_sources.h"

#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "base/memory.h"

struct column_facts *plan_sources_get_facts(struct plan_sources *sources, struct store *store,
                                            struct text name, struct error *error)
{
    for (size_t i = 0; i < sources->count; i++)
        if (text_equal(sources->sources[i].name, name))
            return &sources->sources[i].facts;
    sources->sources = memory_grow(sources->sources, &sources->capacity, sources->count + 1,
                                   sizeof(*sources->sources));
    struct plan_source *source = &sources->sources[sources->count++];
    *source = (struct plan_source){.name = name,
                                   .facts.future_begins = column_facts_future((int64_t)time(NULL))};
    return store_load_column_facts(store, name, &source->facts, error) ? &source->facts : NULL;
}

/* The index of the entry of `repeats`, which is added if it is new. */
static size_t get_repeat(struct plan_sources *sources, const struct repeated_author *repeat)
{
    bool is_new;
    uint64_t key = hash_combine_number(hash_combine_number(repeat->author_key, repeat->file),
                                       (uint64_t)repeat->state);
    size_t index =
        *hash_table_get_or_insert(&sources->repeat_indexes, key, sources->repeat_count, &is_new);
    if (is_new) {
        sources->repeats = memory_grow(sources->repeats, &sources->repeat_capacity,
                                       sources->repeat_count + 1, sizeof(*sources->repeats));
        sources->repeats[sources->repeat_count++] = *repeat;
    }
    return index;
}

/* Counts a duplicate of this id once, in the last file that contains it. Returns whether it is the
 * first one. */
static bool add_repeat(struct plan_sources *sources, uint64_t id,
                       const struct repeated_author *repeat)
{
    bool is_first;
    size_t index = get_repeat(sources, repeat);
    size_t *counted_at = hash_table_get_or_insert(&sources->repeat_ids, id, index, &is_first);
    if (!is_first)
        sources->repeats[*counted_at].rows--;
    *counted_at = index;
    sources->repeats[index].rows++;
    return is_first;
}

static void add_author(struct plan_sources *sources, const struct record *record,
                       uint64_t source_key, size_t file)
{
    bool is_record = record->state == RECORD_NEW || record->state == RECORD_UNCHANGED ||
                     record->state == RECORD_REVISED || record->repeats_author;
    if (!is_record || !record->author_hash)
        return;
    struct repeated_author repeat = {
        .file = file,
        .source_key = source_key,
        .author_key = hash_combine_number(source_key, record->author_hash),
        .state = record->state_if_nobody,
    };
    if (record->repeats_author && !add_repeat(sources, record->id, &repeat))
        return;
    ++*hash_table_get_or_insert(&sources->records, source_key, 0, NULL);
    ++*hash_table_get_or_insert(&sources->records, repeat.author_key, 0, NULL);
}

bool plan_sources_add_batch(struct plan_sources *sources, struct store *store,
                            const struct batch *batch, size_t file, struct error *error)
{
    struct column_facts *facts = plan_sources_get_facts(sources, store, batch->source, error);
    for (size_t i = 0; facts && i < batch->count; i++) {
        column_facts_add(facts, &batch->records[i]);
        add_author(sources, &batch->records[i], hash_text(batch->source), file);
    }
    return facts != NULL;
}

void plan_sources_restore_duplicates(const struct plan_sources *sources, size_t file,
                                     struct row_totals *row_totals)
{
    for (size_t i = 0; i < sources->repeat_count; i++) {
        const struct repeated_author *repeat = &sources->repeats[i];
        if (repeat->file != file ||
            !author_is_nobody(*hash_table_find(&sources->records, repeat->author_key),
                              *hash_table_find(&sources->records, repeat->source_key)))
            continue;
        row_totals->states[repeat->state] += repeat->rows;
        row_totals->states[RECORD_DUPLICATE] -= repeat->rows;
    }
}

void plan_sources_free(struct plan_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        column_facts_free(&sources->sources[i].facts);
    free(sources->sources);
    free(sources->repeats);
    hash_table_free(&sources->records);
    hash_table_free(&sources->repeat_indexes);
    hash_table_free(&sources->repeat_ids);
    *sources = (struct plan_sources){0};
}
