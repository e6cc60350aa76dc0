/* schema.c - which field of an object or element is the text, the date, the rating. */
#include "connectors/exports/schema.h"

#include "base/hash.h"
#include "base/html.h"

bool schema_learn(struct schema *schema, struct members *samples, size_t sample_count,
                  bool without_text, struct text wanted, const char *path, struct arena *arena,
                  struct error *error)
{
    for (size_t i = 0; i < sample_count && !schema->service; i++)
        schema->service = service_of_members(&samples[i]);
    size_t kept = 0;
    for (size_t i = 0; i < sample_count; i++) {
        if (schema->service && !service_takes(schema->service, &samples[i]))
            continue;
        if (schema->service)
            service_prepare(schema->service, &samples[i]);
        struct members sample = samples[kept];
        samples[kept] = samples[i];
        samples[i] = sample;
        for (size_t k = 0; k < samples[kept].count; k++)
            names_add(&schema->names, samples[kept].names[k]);
        kept++;
    }
    size_t count = schema->names.count;
    struct text *rows = arena_alloc(arena, kept * count + 1, sizeof(*rows));
    for (size_t i = 0; i < kept; i++)
        for (size_t k = 0; k < samples[i].count; k++)
            rows[i * count + names_add(&schema->names, samples[i].names[k])] = samples[i].cells[k];
    if (schema->service)
        wanted = service_mapping(schema->service, schema->names.texts, count, wanted, arena);
    return mapping_find_leniently(&schema->mapping, without_text || kept == 0, schema->names.texts,
                                  count, rows, kept, wanted, path, arena, error);
}

/* The column called `name`: the one behind the last, as a rule; SIZE_MAX for none. */
static size_t column_of(const struct schema *schema, size_t guess, struct text name)
{
    if (guess < schema->names.count && text_equal(schema->names.texts[guess], name))
        return guess;
    const size_t *column = table_find(&schema->names.table, hash_text(name));
    return column ? *column : SIZE_MAX;
}

bool schema_is_choosy(const struct schema *schema)
{
    return schema->service && service_is_choosy(schema->service);
}

bool schema_takes(const struct schema *schema, const struct members *own)
{
    return !schema->service || service_takes(schema->service, own);
}

void schema_add_record(const struct schema *schema, struct members *own, struct batch *batch,
                       struct place place)
{
    if (schema->service)
        service_prepare(schema->service, own);
    size_t count = schema->names.count, room = count + own->count, guess = 0;
    struct text *names = arena_alloc(&batch->arena, room + 1, sizeof(*names));
    struct text *cells = arena_alloc(&batch->arena, room + 1, sizeof(*cells));
    for (size_t i = 0; i < count; i++)
        names[i] = schema->names.texts[i];
    for (size_t i = 0; i < own->count; i++) {
        size_t at = column_of(schema, guess, own->names[i]);
        guess = at + 1;
        if (at == SIZE_MAX) {
            at = count++;
            names[at] = own->names[i];
        }
        cells[at] = own->cells[i];
    }
    struct text reason = {0};
    struct record *record = batch_add(batch);
    record->line = place.line;
    record->byte_offset = place.byte_offset;
    if (!mapping_apply(&schema->mapping, names, cells, count, &batch->arena, record, &reason)) {
        batch->count--;
        batch_reject_row(batch, place.line, place.byte_offset, reason, place.raw);
        return;
    }
    record->body = html_or_text(record->body, &batch->arena);
    record->title = html_or_text(record->title, &batch->arena);
    if (schema->service)
        service_finish(schema->service, record);
}

struct text schema_explain(const struct schema *schema, struct arena *arena)
{
    struct text lines = {0};
    if (schema->service)
        lines = arena_format(arena, "recognised: %s\n", service_name(schema->service));
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines),
                        TEXT_ARGUMENT(mapping_explain(&schema->mapping, schema->names.texts,
                                                      schema->names.count, arena)));
}

void schema_free(struct schema *schema)
{
    names_free(&schema->names);
}
