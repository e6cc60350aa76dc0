/* schema.c - the columns of objects and elements, and their roles. */
#include "connectors/exports/schema.h"

#include "base/hash.h"
#include "base/html.h"
#include "connectors/columns/questions.h"
#include "connectors/exports/question_list.h"

static void repair_cells(enum mojibake mojibake, struct fields *fields, struct arena *arena)
{
    for (size_t i = 0; i < fields->count && mojibake; i++)
        fields->cells[i] = mojibake_repair(mojibake, fields->cells[i], arena);
}

/* Decides whether letters of the file are mojibake, as JSON of some messengers has them, and
 * repairs the samples. */
static void repair_samples(struct schema *schema, struct record_samples samples,
                           struct arena *arena)
{
    struct mojibake_counts counts = {0};
    for (size_t i = 0; i < samples.count; i++)
        for (size_t k = 0; k < samples.list[i].count; k++)
            mojibake_count(&counts, samples.list[i].cells[k]);
    schema->mojibake = mojibake_decide(&counts);
    for (size_t i = 0; i < samples.count; i++)
        repair_cells(schema->mojibake, &samples.list[i], arena);
}

/* Merges the messages of a conversation into one field, and the answers of a list with their
 * questions. */
static void flatten_lists(const struct schema *schema, struct fields *fields)
{
    if (schema->known_export && schema->known_export->conversation)
        conversation_merge(schema->known_export->conversation, fields);
    if (schema->has_question_list)
        question_list_flatten(fields);
}

/* Moves the samples that are feedback to the front and returns their number. */
static size_t keep_accepted_samples(struct schema *schema, struct record_samples samples)
{
    size_t kept_count = 0;
    for (size_t i = 0; i < samples.count; i++) {
        if (!schema_accepts(schema, &samples.list[i]))
            continue;
        flatten_lists(schema, &samples.list[i]);
        struct fields sample = samples.list[kept_count];
        samples.list[kept_count++] = samples.list[i];
        samples.list[i] = sample;
    }
    return kept_count;
}

/* The samples as rows of a table whose columns are all their fields. */
static struct samples tabulate_samples(struct schema *schema, struct record_samples samples,
                                       struct arena *arena)
{
    for (size_t i = 0; i < samples.count; i++)
        for (size_t k = 0; k < samples.list[i].count; k++)
            name_set_add(&schema->names, samples.list[i].names[k]);
    size_t count = schema->names.count;
    struct text *cells = arena_alloc(arena, samples.count * count + 1, sizeof(*cells));
    for (size_t i = 0; i < samples.count; i++)
        for (size_t k = 0; k < samples.list[i].count; k++)
            cells[i * count + name_set_add(&schema->names, samples.list[i].names[k])] =
                samples.list[i].cells[k];
    return (struct samples){
        .names = schema->names.texts, .count = count, .cells = cells, .rows = samples.count};
}

bool schema_infer(struct schema *schema, struct record_samples samples,
                  const struct mapping_options *options, struct arena *arena, struct error *error)
{
    struct mapping_options mapping_options = *options;
    struct known_roles known_roles;
    for (size_t i = 0; i < samples.count && !schema->known_export; i++)
        schema->known_export = exports_find_by_fields(&samples.list[i]);
    for (size_t i = 0; i < samples.count && !schema->known_export && !schema->has_question_list;
         i++)
        schema->has_question_list = question_list_exists(&samples.list[i]);
    repair_samples(schema, samples, arena);
    samples.count = keep_accepted_samples(schema, samples);
    struct samples table = tabulate_samples(schema, samples, arena);
    mapping_options.known_roles = NULL;
    if (schema->known_export) {
        known_roles = export_find_roles(schema->known_export, table.names, table.count);
        mapping_options.known_roles = &known_roles;
    }
    mapping_options.allow_missing_text = true;
    if (!mapping_find(&schema->mapping, &table, &mapping_options, arena, error))
        return false;
    struct answer_search search = {
        .samples = &table, .mapping = &schema->mapping, .is_survey = schema->has_question_list};
    answers_find(&schema->answers, &search, arena);
    if (question_classify(schema->answers.text.question) != QUESTION_ASKED)
        schema->answers.text = (struct answer){0}; /* "review.comment" is no question */
    bool has_text = schema->mapping.columns[ROLE_TEXT] != SIZE_MAX || schema->answers.count > 0;
    mapping_options.allow_missing_text = options->allow_missing_text || table.rows == 0;
    return has_text || mapping_find(&schema->mapping, &table, &mapping_options, arena, error);
}

/* The column of that name; SIZE_MAX if there is none. Usually it is the expected one, since records
 * list their fields in the same order. */
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
    return schema->known_export && schema->known_export->skip_rules[0];
}

bool schema_accepts(const struct schema *schema, const struct fields *record_fields)
{
    return !schema->known_export || export_accepts_fields(schema->known_export, record_fields);
}

void schema_add_record(const struct schema *schema, struct fields *record_fields,
                       struct batch *batch, struct location location)
{
    repair_cells(schema->mojibake, record_fields, &batch->arena);
    flatten_lists(schema, record_fields);
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
    if (mapping_is_company_row(&schema->mapping, cells, schema->names.count)) {
        batch->skipped++;
        return;
    }
    struct record *record = batch_add_record(batch);
    record->line = location.line;
    record->byte_offset = location.byte_offset;
    struct named_cells row = {.names = names, .cells = cells, .count = count};
    mapping_fill_record(&schema->mapping, &row, &batch->arena, record);
    record->title = html_to_text_if_marked_up(record->title, &batch->arena);
    if (schema->answers.count == 0)
        record->body = html_to_text_if_marked_up(record->body, &batch->arena);
    for (size_t i = 0; i < schema->answers.count; i++) {
        size_t answer_column = schema->answers.list[i].column;
        struct text body = translations_cell(&schema->answers.translations, cells, answer_column);
        cells[answer_column] = html_to_text_if_marked_up(body, &batch->arena);
    }
    if (schema->known_export && schema->known_export->complete_record)
        schema->known_export->complete_record(record, &batch->arena);
    answers_split_record(&schema->answers, batch, cells);
}

struct text schema_explain(const struct schema *schema, const struct column_facts *facts,
                           struct arena *arena)
{
    struct text roles =
        mapping_explain(&schema->mapping, schema->names.texts, schema->names.count, facts, arena);
    return exports_explain(schema->known_export ? schema->known_export->name : NULL,
                           schema->mojibake, answers_explain(&schema->answers, roles, arena),
                           arena);
}

void schema_free(struct schema *schema)
{
    name_set_free(&schema->names);
}
