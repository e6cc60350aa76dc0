/* schema.c - which field of an object or element is the text, the date, the rating. */
#include "connectors/exports/schema.h"

#include "base/hash.h"
#include "base/html.h"

bool schema_infer(struct schema *schema, struct fields *samples, size_t sample_count,
                  bool allow_missing_text, struct text user_mapping, const char *path,
                  struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < sample_count && !schema->service; i++)
        schema->service = service_find_by_fields(&samples[i]);
    size_t kept_count = 0;
    for (size_t i = 0; i < sample_count; i++) {
        if (schema->service && !service_accepts(schema->service, &samples[i]))
            continue;
        if (schema->service)
            service_merge_conversation(schema->service, &samples[i]);
        struct fields sample = samples[kept_count];
        samples[kept_count] = samples[i];
        samples[i] = sample;
        for (size_t k = 0; k < samples[kept_count].count; k++)
            name_set_add(&schema->names, samples[kept_count].names[k]);
        kept_count++;
    }
    size_t count = schema->names.count;
    struct text *rows = arena_alloc(arena, kept_count * count + 1, sizeof(*rows));
    for (size_t i = 0; i < kept_count; i++)
        for (size_t k = 0; k < samples[i].count; k++)
            rows[i * count + name_set_add(&schema->names, samples[i].names[k])] =
                samples[i].cells[k];
    if (schema->service)
        user_mapping =
            service_mapping(schema->service, schema->names.texts, count, user_mapping, arena);
    return mapping_find_with_optional_text(&schema->mapping, allow_missing_text || kept_count == 0,
                                           schema->names.texts, count, rows, kept_count,
                                           user_mapping, path, arena, error);
}

/* The column called `name`: the one behind the last, as a rule; SIZE_MAX for none. */
static size_t find_column(const struct schema *schema, size_t expected_column, struct text name)
{
    if (expected_column < schema->names.count &&
        text_equal(schema->names.texts[expected_column], name))
        return expected_column;
    const size_t *column = hash_table_find(&schema->names.hash_table, hash_text(name));
    return column ? *column : SIZE_MAX;
}

bool schema_has_skip_rules(const struct schema *schema)
{
    return schema->service && service_has_skip_rules(schema->service);
}

bool schema_accepts(const struct schema *schema, const struct fields *record_fields)
{
    return !schema->service || service_accepts(schema->service, record_fields);
}

void schema_add_record(const struct schema *schema, struct fields *record_fields,
                       struct batch *batch, struct location location)
{
    if (schema->service)
        service_merge_conversation(schema->service, record_fields);
    size_t count = schema->names.count, capacity = count + record_fields->count,
           expected_column = 0;
    struct text *names = arena_alloc(&batch->arena, capacity + 1, sizeof(*names));
    struct text *cells = arena_alloc(&batch->arena, capacity + 1, sizeof(*cells));
    for (size_t i = 0; i < count; i++)
        names[i] = schema->names.texts[i];
    for (size_t i = 0; i < record_fields->count; i++) {
        size_t column = find_column(schema, expected_column, record_fields->names[i]);
        expected_column = column + 1;
        if (column == SIZE_MAX) {
            column = count++;
            names[column] = record_fields->names[i];
        }
        cells[column] = record_fields->cells[i];
    }
    struct text reason = {0};
    struct record *record = batch_add_record(batch);
    record->line = location.line;
    record->byte_offset = location.byte_offset;
    if (!mapping_fill_record(&schema->mapping, names, cells, count, &batch->arena, record,
                             &reason)) {
        batch->count--;
        batch_reject_row(batch, location.line, location.byte_offset, reason, location.raw);
        return;
    }
    record->body = html_to_text_if_marked_up(record->body, &batch->arena);
    record->title = html_to_text_if_marked_up(record->title, &batch->arena);
    if (schema->service)
        service_restore_original(schema->service, record);
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
    name_set_free(&schema->names);
}
