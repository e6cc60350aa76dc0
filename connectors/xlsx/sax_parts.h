/* sax_parts.h - parses a part of a spreadsheet file (archive.h unpacks it), element by element,
 * with libxml2's push parser. Nothing outside the part is read, no entity is expanded. */
#ifndef CONNECTORS_XLSX_SAX_PARTS_H
#define CONNECTORS_XLSX_SAX_PARTS_H

#include "base/error.h"
#include "base/text.h"

struct part_parser;

/* A start tag, as libxml2 reports it. */
struct part_element {
    struct text name;
    const unsigned char **attributes; /* five pointers each */
    int attribute_count;
};

/* The value of an attribute; empty if there is none. */
struct text part_attribute(const struct part_element *element, const char *name);

/* Called while the part is parsed; texts are valid during the call. */
struct part_handlers {
    void (*begin)(void *user, const struct part_element *element);
    void (*end)(void *user, struct text name);
    void (*text)(void *user, struct text text); /* in pieces */
    void *user;
};

/* Opens a part of the file at `path`. *parser is NULL if the file has no such part. */
bool part_parser_open(struct part_parser **parser, const char *path, const char *part,
                      struct part_handlers handlers, struct error *error);

/* Parses one more block of the part; *at_end at its end. */
bool part_parser_feed(struct part_parser *parser, bool *at_end, struct error *error);

/* For handlers: makes part_parser_feed fail with "PATH: REASON; save the sheet as CSV instead". */
void part_parser_fail(struct part_parser *parser, const char *reason);

void part_parser_close(struct part_parser *parser); /* NULL is fine */

#endif
