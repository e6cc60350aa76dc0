/* fields.h - reads an element that is a record: its end, and its attributes and children as values.
 */
#ifndef CONNECTORS_XML_FIELDS_H
#define CONNECTORS_XML_FIELDS_H

#include "base/error.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/field_paths.h"

/* Buffers and names that are kept from record to record. Zeroed, with `limits` set, it is ready. */
struct xml_reader {
    const struct record_limits *limits; /* borrowed */
    struct field_paths field_paths;
    char *bytes; /* decoded values of the last record */
    size_t used_size, capacity;
    struct arena scratch; /* values of the last record that are not in `bytes` */
};

struct xml_record {
    struct fields *fields; /* borrowed; set by the caller */
    size_t size;           /* of the element in bytes */
    struct error fault;    /* of XML_RECORD_FAULTY */
};

enum xml_record_status { XML_RECORD_COMPLETE, XML_RECORD_FAULTY, XML_RECORD_INCOMPLETE };

/* Reads the element at the front of `bytes` into *record. Attributes and children become fields. A
 * child has the names on the path to it ("author.name"); several children of one name that have
 * children themselves are numbered ("comment.2.body"), others are joined, "a, b". Inline markup may
 * stay open (xml_is_inline_markup). Any other missing tag makes the record faulty, as does an
 * exceeded limit; it then ends where the next element of its name begins. XML_RECORD_INCOMPLETE
 * means that more bytes are needed; never with `is_final`, when the file ends with these bytes.
 * Values are borrowed until the next record is read; names belong to the reader and to
 * fields->arena. */
enum xml_record_status xml_record_read(struct xml_reader *reader, struct text bytes, bool is_final,
                                       struct xml_record *record);

/* Copies the values of the last record into fields->arena. */
void xml_record_copy_values(const struct xml_reader *reader, struct fields *fields);

void xml_reader_free(struct xml_reader *reader); /* safe on a zeroed one */

#endif
