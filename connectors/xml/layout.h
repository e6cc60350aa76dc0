/* layout.h - which element of an XML file is one record, from a sample of it. */
#ifndef CONNECTORS_XML_LAYOUT_H
#define CONNECTORS_XML_LAYOUT_H

#include "base/arena.h"
#include "base/text.h"

/* Different elements of a sample, names without prefix. */
struct xml_layout {
    struct text *names; /* slices of the sample, or of `arena` */
    size_t count;
    struct text root;   /* the first element */
    struct text record; /* the element whose children and attributes hold most of the text, one that
                           is called review, comment, post and the like before others; empty when
                           there is none */
};

/* Looks through a sample, which as a rule ends in the middle of something. */
struct xml_layout xml_layout_detect(struct text sample, struct arena *arena);

#endif
