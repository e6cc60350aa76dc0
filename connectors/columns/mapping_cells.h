/* mapping_cells.h - what is known about the dates and ratings of a mapping before all rows are
 * read; for roles.c and role_doubts.c. */
#ifndef CONNECTORS_COLUMNS_MAPPING_CELLS_H
#define CONNECTORS_COLUMNS_MAPPING_CELLS_H

#include "connectors/columns/roles.h"

/* Sets what is known of the mapping's columns without a cell: their names, and the scale that the
 * user or the export gives. */
void mapping_describe_columns(struct mapping *mapping, const struct samples *samples,
                              const struct mapping_options *options);

/* Sets what the sample shows about order and scale: provisional, since only all rows of the source
 * decide. The reason is allocated from `arena`. */
void mapping_measure_sample(struct mapping *mapping, const struct samples *samples,
                            struct arena *arena);

/* The reason for the order of the dates that the file's sample contains, "; day first: ...";
 * several if they have several notations. Allocated from `arena`. */
struct text mapping_explain_date_order(const struct mapping *mapping,
                                       const struct column_facts *facts, struct arena *arena);

/* The best possible rating by all facts that are known (NULL: those of the sample); NAN: unknown.
 */
double mapping_find_rating_scale(const struct mapping *mapping, const struct column_facts *facts);

#endif
