/* scan.h - splits XML in memory into tokens. Tolerates common violations of the standard: an "&" or
 * "<" that begins no markup is text, a control character is a blank. Nothing is expanded or
 * fetched: document types are skipped. */
#ifndef CONNECTORS_XML_SCAN_H
#define CONNECTORS_XML_SCAN_H

#include "base/text.h"

enum xml_token_kind {
    XML_TEXT,      /* not decoded: see xml_decode_text */
    XML_CDATA,     /* `content` is the text, already decoded */
    XML_START_TAG, /* <name ...>; with `is_empty`: <name .../> */
    XML_END_TAG,   /* </name> */
    XML_IGNORED,   /* a comment, a processing instruction, a document type */
    XML_MALFORMED, /* the "<" of a malformed tag `name`: text */
    XML_INCOMPLETE /* the bytes end before the token does */
};

struct xml_token {
    enum xml_token_kind kind;
    bool is_empty;
    bool is_unterminated; /* of XML_MALFORMED: the token never ends */
    size_t size;          /* of the whole token in bytes */
    struct text name;     /* of a tag, without its namespace prefix */
    struct text content;  /* attributes of a tag; text of CDATA */
};

/* Scans the token at `at` (< bytes.size) and returns its kind. With `is_final`, the file ends with
 * these bytes, and the result is never XML_INCOMPLETE. */
enum xml_token_kind xml_scan(struct text bytes, size_t at, bool is_final, struct xml_token *token);

/* Takes the next attribute off *rest (the `content` of XML_START_TAG): its name without prefix and
 * its value, not decoded. False if there is none. Namespace declarations are skipped. */
bool xml_next_attribute(struct text *rest, struct text *name, struct text *value);

/* Decodes character references and XML's predefined entities into `decoded`, which has room for
 * raw.size bytes, and returns the size. Line ends become LF, control characters become blanks.
 * Other entities are kept. */
size_t xml_decode_text(struct text raw, char *decoded);

/* Whether `name` is HTML markup that occurs in texts and is often not closed: br, p, b, ... */
bool xml_is_inline_markup(struct text name);

#endif
