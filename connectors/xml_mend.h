/* xml_mend.h - what exporters write into XML against its rules, mended on the way to the parser. */
#ifndef CONNECTORS_XML_MEND_H
#define CONNECTORS_XML_MEND_H

#include "base/text.h"

/* Where the bytes stand; a zeroed one is at the begin of a file. */
struct xml_mend {
    enum { XML_MEND_MARKUP, XML_MEND_DATA, XML_MEND_COMMENT } within;
};

/* Writes `bytes` to `mended` (room for at least 8) as far as that goes, returns the bytes written
 * and tells those *used. An "&" that begins none of XML's own entities becomes "&amp;", a "<" that
 * begins no tag "&lt;", a control character a blank. CDATA and comments stay as they are. Unless
 * these are the `last` bytes, some at the end are kept back until more is known. */
size_t xml_mend(struct xml_mend *mend, struct text bytes, bool last, char *mended, size_t room,
                size_t *used);

#endif
