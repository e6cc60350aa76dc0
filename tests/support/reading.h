/* reading.h - bytes as a file, read by a connector from beginning to end. */
#ifndef TESTS_SUPPORT_READING_H
#define TESTS_SUPPORT_READING_H

#include "pipeline/connector.h"

/* Reads `bytes` with default options into `batch`, the caller's. In `seen`: "line:id=text|" of
 * every record and "line!reason|" of every reject, in the order in which they were found. */
enum read_status read_with_connector(const struct connector *connector, struct text bytes,
                                     struct batch *batch, char *transcript, size_t size,
                                     struct error *error);

/* "name=value|" of every field. */
void format_record_fields(const struct record *record, char *transcript, size_t size);

/* The connector's confidence that it can read a file that starts like this. */
int get_recognition_score(const struct connector *connector, struct text head);

/* For fuzzing, the invariants of any input: recognition and reading return, and every row is a
 * record, a reject or skipped. Aborts if one does not hold. */
void check_connector_invariants(const struct connector *connector, struct text bytes);

#endif
