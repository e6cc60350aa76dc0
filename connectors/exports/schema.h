/* schema.h - the columns of JSON objects or XML elements, and their roles, from a sample of them.
 */
#ifndef CONNECTORS_EXPORTS_SCHEMA_H
#define CONNECTORS_EXPORTS_SCHEMA_H

#include "base/hash_table.h"
#include "base/mojibake.h"
#include "connectors/columns/answers.h"
#include "connectors/columns/field_list.h"
#include "connectors/exports/exports.h"

struct schema {
    /* The known export; NULL: none. May be set before schema_infer, which otherwise looks for one
     * with the fields of a sample. */
    const struct known_export *known_export;
    struct name_set names;  /* of all fields in the samples */
    bool has_question_list; /* question_list.h */
    struct mapping mapping;
    struct answers answers;
    enum mojibake mojibake; /* mistake in the letters of the samples, to be repaired */
};

/* Sample records; schema_infer reorders them. */
struct record_samples {
    struct fields *list;
    size_t count; /* may be 0: then a missing text is no error */
};

/* Finds names and roles. options->known_roles is ignored: the known export sets it. */
bool schema_infer(struct schema *schema, struct record_samples samples,
                  const struct mapping_options *options, struct arena *arena, struct error *error);

/* The position of a record in its file. */
struct location {
    uint64_t line, byte_offset;
    struct text raw; /* its bytes, unconverted */
};

/* Whether the export has records that are not feedback (spam, deleted posts), so that
 * schema_accepts must be asked before a record is added. */
bool schema_has_skip_rules(const struct schema *schema);
bool schema_accepts(const struct schema *schema, const struct fields *record_fields);

/* Adds a record, or one for each answer, to the batch, whose arena holds the values: the columns of
 * the schema, then those that only this record has. */
void schema_add_record(const struct schema *schema, struct fields *record_fields,
                       struct batch *batch, struct location location);

/* The recognized export and the column of each role, in lines. */
struct text schema_explain(const struct schema *schema, const struct column_facts *facts,
                           struct arena *arena);

void schema_free(struct schema *schema); /* safe on a zeroed one */

#endif
