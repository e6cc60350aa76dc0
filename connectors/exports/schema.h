/* schema.h - the columns of objects and elements: which field is the text, the date, the rating,
 * once enough samples were seen. Shared by json and xml. */
#ifndef CONNECTORS_EXPORTS_SCHEMA_H
#define CONNECTORS_EXPORTS_SCHEMA_H

#include "base/table.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/roles.h"
#include "connectors/exports/services.h"

/* The names of all samples, and which of them is the text, the date ... */
struct schema {
    const struct service *service; /* whose export it is; NULL: of nobody known. May be set before
                                      schema_learn, else it is found by the names */
    struct names names;
    struct mapping mapping;
};

/* From `samples` (which may be none: then no text is needed). `wanted` and `without_text` as for
 * mapping_find_leniently. */
bool schema_learn(struct schema *schema, struct members *samples, size_t sample_count,
                  bool without_text, struct text wanted, const char *path, struct arena *arena,
                  struct error *error);

/* Where a record lies in its file. */
struct place {
    uint64_t line, byte_offset;
    struct text raw; /* its bytes, as they lie there */
};

/* Whether some records are no feedback (spam, deleted posts), and so have to be looked at before
 * they are added; and whether this one is to be added. */
bool schema_is_choosy(const struct schema *schema);
bool schema_takes(const struct schema *schema, const struct members *own);

/* Adds a record of `own` to the batch, in whose arena the values lie: the columns of the schema,
 * and behind them those that only this one has. */
void schema_add_record(const struct schema *schema, struct members *own, struct batch *batch,
                       struct place place);

/* What was recognised and which member is what, in lines. */
struct text schema_explain(const struct schema *schema, struct arena *arena);

void schema_free(struct schema *schema); /* safe on a zeroed one */

#endif
