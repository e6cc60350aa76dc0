/* layout.h - detects from a sample which element of an XML file is a record. */
#ifndef CONNECTORS_XML_LAYOUT_H
#define CONNECTORS_XML_LAYOUT_H

#include "base/arena.h"
#include "base/text.h"

/* The distinct elements of a sample; names have no namespace prefix. */
struct xml_layout {
    struct text *names; /* array in the arena; the names borrow from the sample */
    size_t count;
    struct text root;   /* the first element */
    struct text record; /* the element whose attributes and children contain the most text; names
                           such as review, comment and post have priority; empty if there is none */
};

/* `sample` may end anywhere. */
struct xml_layout xml_layout_detect(struct text sample, struct arena *arena);

#endif
