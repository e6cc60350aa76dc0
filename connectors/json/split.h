/* split.h - finds the records of a JSON file one after the other, according to its layout. */
#ifndef CONNECTORS_JSON_SPLIT_H
#define CONNECTORS_JSON_SPLIT_H

#include "connectors/input/record_span.h"
#include "connectors/json/layout.h"

struct json_splitter {
    struct json_layout layout;
    size_t max_record_size; /* bytes */
    bool is_between_pages;  /* the next page must be found first; initially false */
    const char *fault;      /* of the record found last; NULL: json_record_read can read it */
};

/* A record_span_finder for the bytes from layout.begin on; `user` is a struct json_splitter. */
enum span_status json_splitter_next(void *user, struct text ahead, bool is_final,
                                    struct record_span *span);

#endif
