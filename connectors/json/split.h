/* split.h - where the records of a JSON file lie, as its layout says, one behind the other. */
#ifndef CONNECTORS_JSON_SPLIT_H
#define CONNECTORS_JSON_SPLIT_H

#include "connectors/json/layout.h"

struct json_splitter {
    struct json_layout layout;
    size_t max_record_size; /* bytes of a record */
    bool is_between_pages;  /* pages: the next one is to be found; false at first */
};

/* A stretch of the file that is a record, or ought to be one. */
struct json_record_span {
    size_t begin, size;
    const char *fault; /* NULL: json_record_read reads it */
};

enum json_split_status { JSON_SPLIT_FOUND, JSON_SPLIT_END, JSON_SPLIT_INCOMPLETE };

/* The next record within `ahead`, which begins at layout.begin or behind the piece before; `last`:
 * the file ends with these bytes. JSON_SPLIT_INCOMPLETE: they end before it does; up to
 * piece->begin they are used up. */
enum json_split_status json_splitter_next(struct json_splitter *splitter, struct text ahead,
                                          bool is_final, struct json_record_span *span);

#endif
