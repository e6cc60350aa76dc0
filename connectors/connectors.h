/* connectors.h - the connectors and report formats of the program, and how to find the one for a
 * file. */
#ifndef CONNECTORS_CONNECTORS_H
#define CONNECTORS_CONNECTORS_H

#include "pipeline/connector.h"
#include "pipeline/document.h"
#include "pipeline/report.h"

extern const struct connector csv_connector; /* delimited text: CSV, TSV, semicolons; surveys */
extern const struct connector
    xlsx_connector; /* spreadsheets: the sheet with feedback and those with its header */
extern const struct connector json_connector; /* JSON lines, and arrays of objects */
extern const struct connector xml_connector;  /* Disqus, WordPress, Apple, any repeated element */
extern const struct connector mail_connector; /* mbox, .eml, Maildir, folders of messages */
extern const struct connector chat_connector; /* WhatsApp, KakaoTalk, LINE: exported as text */

extern const struct connector *const connectors[]; /* NULL-terminated */

extern const struct report_format raw_format;   /* RFC 4180, UTF-8 */
extern const struct report_format excel_format; /* opens cleanly in a spreadsheet */

extern const struct report_format *const report_formats[]; /* NULL-terminated */

extern const struct document_format html_document; /* report.html */
extern const struct document_format xlsx_document; /* report.xlsx */
extern const struct document_format text_document; /* report.txt, or printed */

extern const struct document_format *const document_formats[]; /* NULL-terminated */

/* The connector of this name, ignoring case, or NULL. */
const struct connector *connectors_find(struct text name);

/* Reads the first bytes of the file at `path` and asks every connector for its score. *connector is
 * the one with the highest score, or NULL if no score reaches 30. *report lists the scores and
 * their reasons ("csv 90: ...; json 5: ..."), allocated from `arena`. Fails with ERROR_INPUT if the
 * file cannot be read or has a format that must be converted first, and with ERROR_USAGE if the
 * highest score is at least 30 and the second is less than 5 below it. */
bool connectors_recognize(const char *path, struct arena *arena, const struct connector **connector,
                          struct text *report, struct error *error);

#endif
