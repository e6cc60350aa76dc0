/* fields.h - an element that is one record: where it ends, and what is in it. */
#ifndef CONNECTORS_XML_FIELDS_H
#define CONNECTORS_XML_FIELDS_H

#include "base/error.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/field_paths.h"

/* What is kept from record to record. A zeroed one with its limits set is ready. */
struct xml_reader {
    const struct record_limits *limits; /* borrowed */
    struct field_paths field_paths;
    char *bytes; /* decoded values of the record that was read */
    size_t used_size, capacity;
    struct arena scratch; /* and those that are not a stretch of it */
};

enum xml_record_status { XML_RECORD_COMPLETE, XML_RECORD_FAULTY, XML_RECORD_INCOMPLETE };

/* Reads the element that begins at the front of `bytes`: its *size, and its attributes and children
 * as members. Children are called by their way from it ("author.name"), those of several alike with
 * children of their own by their number ("comment.2.body"); several plain ones are joined, "a, b".
 * Markup within texts may stay open (xml_is_inline_markup); any other tag that is missing makes the
 * record faulty, as do the limits (the error says how); *size then goes up to where the next
 * element of its name begins. XML_RECORD_INCOMPLETE: the bytes end before that is known; never with
 * `last`. Values are lent until the next record is read; names live in the reader and in
 * members->arena. */
enum xml_record_status xml_record_read(struct xml_reader *reader, struct text bytes, bool is_final,
                                       struct fields *fields, size_t *size, struct error *fault);

/* Copies the values of the record that was read last into members->arena. */
void xml_record_copy_values(const struct xml_reader *reader, struct fields *fields);

void xml_reader_free(struct xml_reader *reader); /* safe on a zeroed one */

#endif
