/* scan.h - XML token by token, from bytes in memory. What exporters write against the rules is
 * read as they meant it: an "&" or a "<" that begins nothing is text, a control character a blank.
 * Nothing is expanded or fetched: of a document type nothing but its end matters. */
#ifndef CONNECTORS_XML_SCAN_H
#define CONNECTORS_XML_SCAN_H

#include "base/text.h"

enum xml_token_kind {
    XML_TEXT,      /* as it stands: xml_decode_text reads it */
    XML_CDATA,     /* CDATA: `inside` is the text */
    XML_START_TAG, /* <name ...>, or with `empty` <name .../> */
    XML_END_TAG,   /* </name> */
    XML_IGNORED,   /* a comment, a processing instruction, a document type */
    XML_MALFORMED, /* the "<" of what looks like the tag `name` but is none: text */
    XML_INCOMPLETE /* the bytes end before the token does */
};

struct xml_token {
    enum xml_token_kind kind;
    bool empty;
    bool is_unterminated; /* of XML_MALFORMED: it never ends */
    size_t size;          /* bytes of all of it */
    struct text name;     /* of a tag, without its prefix */
    struct text content;  /* attributes of a tag; text of CDATA */
};

/* The token at `at` (< bytes.size). With `last` nothing follows the bytes: never XML_INCOMPLETE
 * then. */
enum xml_token_kind xml_scan(struct text bytes, size_t at, bool is_final, struct xml_token *token);

/* Takes the next attribute off `rest` (XML_START_TAG's `inside`): its name without prefix, its
 * value not yet decoded. False when there is none. Declarations of name spaces are passed by. */
bool xml_next_attribute(struct text *rest, struct text *name, struct text *value);

/* Writes `raw` with character references and XML's own entities resolved, line ends as LF and
 * control characters as blanks; `decoded` has room for raw.size bytes. Returns the size. Entities
 * that XML does not know by itself stay as they stand. */
size_t xml_decode_text(struct text raw, char *decoded);

/* Whether `name` is markup that people write into texts, and often do not close: br, p, b, ... */
bool xml_is_inline_markup(struct text name);

#endif
