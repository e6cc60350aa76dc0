/* schema.h - the columns of objects and elements: which field is the text, the date, the rating,
 * once enough samples were seen. Shared by json and xml. */
#ifndef CONNECTORS_EXPORTS_SCHEMA_H
#define CONNECTORS_EXPORTS_SCHEMA_H

#include "base/hash_table.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/roles.h"
#include "connectors/exports/services.h"

/* The names of all samples, and which of them is the text, the date ... */
struct schema {
    const struct service *service; /* whose export it is; NULL: of nobody known. May be set before
                                      schema_infer, else it is found by the names */
    struct name_set names;
    struct mapping mapping;
};

/* From `samples` (which may be none: then no text is needed). `wanted` and `allow_missing_text` as
 * for mapping_find_with_optional_text. */
bool schema_infer(struct schema *schema, struct fields *samples, size_t sample_count,
                  bool allow_missing_text, struct text user_mapping, const char *path,
                  struct arena *arena, struct error *error);

/* Where a record lies in its file. */
struct location {
    uint64_t line, byte_offset;
    struct text raw; /* its bytes, as they lie there */
};

/* Whether some records are no feedback (spam, deleted posts), and so have to be looked at before
 * they are added; and whether this one is to be added. */
bool schema_has_skip_rules(const struct schema *schema);
bool schema_accepts(const struct schema *schema, const struct fields *record_fields);

/* Adds a record of `own` to the batch, in whose arena the values lie: the columns of the schema,
 * and behind them those that only this one has. */
void schema_add_record(const struct schema *schema, struct fields *record_fields,
                       struct batch *batch, struct location location);

/* What was recognised and which member is what, in lines. */
struct text schema_explain(const struct schema *schema, struct arena *arena);

void schema_free(struct schema *schema); /* safe on a zeroed one */

#endif
