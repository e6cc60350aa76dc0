/* connectors.h - every connector and report format there is. */
#ifndef CONNECTORS_CONNECTORS_H
#define CONNECTORS_CONNECTORS_H

#include "pipeline/connector.h"
#include "pipeline/report.h"

extern const struct connector csv_connector;  /* CSV, TSV, semicolon; surveys, Google Play */
extern const struct connector xlsx_connector; /* spreadsheets, a sheet read as a table */
extern const struct connector json_connector; /* JSON lines, and arrays of objects */
extern const struct connector xml_connector;  /* Disqus, WordPress, Apple, any repeated element */
extern const struct connector mail_connector; /* mbox, .eml, Maildir, folders of messages */

extern const struct connector *const connectors[]; /* NULL-terminated */

extern const struct report_format raw_format;   /* RFC 4180, UTF-8 */
extern const struct report_format excel_format; /* opens cleanly in a spreadsheet */

extern const struct report_format *const report_formats[]; /* NULL-terminated */

/* Reads the head of the file at `path` and asks every connector. *connector is the winner, NULL
 * below a score of 30. The report ("csv 90: ...; json 5: ...") is allocated from `arena`.
 * ERROR_INPUT when the file cannot be read, ERROR_USAGE, with the choices, when two are within 5 of
 * each other. */
bool connectors_recognize(const char *path, struct arena *arena, const struct connector **connector,
                          struct text *report, struct error *error);

#endif
