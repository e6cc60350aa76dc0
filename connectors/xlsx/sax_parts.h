/* sax_parts.h - a part of a spreadsheet file (bundle.h unpacks it), element by element, through
 * libxml2's push parser. Nothing outside the part is read, no entity is expanded. */
#ifndef CONNECTORS_XLSX_SAX_PARTS_H
#define CONNECTORS_XLSX_SAX_PARTS_H

#include "base/error.h"
#include "base/text.h"

struct part_parser;

/* An element as libxml2 tells it. */
struct part_element {
    struct text name;
    const unsigned char **attributes; /* five pointers each */
    int attribute_count;
};

/* The value of an attribute, empty when there is none. */
struct text part_attribute(const struct part_element *element, const char *name);

/* Who is told; what is lent is good during the call. */
struct part_handlers {
    void (*begin)(void *user, const struct part_element *element);
    void (*end)(void *user, struct text name);
    void (*text)(void *user, struct text text); /* in pieces, as they come */
};

/* *parser is NULL when the file at `path` has no such part. `reader` and `user` stay borrowed. */
bool part_parser_open(struct part_parser **parser, const char *path, const char *part,
                      const struct part_handlers *handlers, void *user, struct error *error);

/* Reads one more block of the part; *done at its end. */
bool part_parser_feed(struct part_parser *parser, bool *at_end, struct error *error);

/* For readers: ends the reading, "PATH: WHAT; save the sheet as CSV instead". */
void part_parser_fail(struct part_parser *parser, const char *what);

void part_parser_close(struct part_parser *parser); /* NULL is fine */

#endif
