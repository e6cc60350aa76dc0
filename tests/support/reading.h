/* reading.h - reads bytes as a file with a connector, for tests. */
#ifndef TESTS_SUPPORT_READING_H
#define TESTS_SUPPORT_READING_H

#include "pipeline/connector.h"

/* Reads `bytes` with default options into `batch`, which the caller frees. `transcript` (`size`
 * bytes) gets "line:id=text|" for every record and "line!reason|" for every reject, in their order.
 */
enum read_status read_with_connector(const struct connector *connector, struct text bytes,
                                     struct batch *batch, char *transcript, size_t size,
                                     struct error *error);

/* Writes "name=value|" for every field. */
void format_record_fields(const struct record *record, char *transcript, size_t size);

/* The score that the connector gives to a file that begins with `head`. */
int get_recognition_score(const struct connector *connector, struct text head);

/* For fuzzing: aborts unless recognition and reading end for these bytes, and every row is
 * at least one record, a reject or skipped. */
void check_connector_invariants(const struct connector *connector, struct text bytes);

#endif
