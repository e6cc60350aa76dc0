/* members.h - walks the members of JSON objects in the first bytes of a file, which may cut them.
 */
#ifndef CONNECTORS_JSON_MEMBERS_H
#define CONNECTORS_JSON_MEMBERS_H

#include "base/text.h"

struct object_member {
    struct text name;
    size_t value, end; /* of its value; the end of the head if that cuts it */
};

/* The byte at `at`; '\0' after the end. */
char json_byte_at(struct text text, size_t at);

/* The end of the string that opens at `at`, or of the object or array that does; 0 if it is not
 * closed. */
size_t json_find_string_end(struct text text, size_t at);
size_t json_find_value_end(struct text text, size_t at);

/* Reads the member after the '{' or ',' at *at and moves *at to its end. False if there is none. */
bool json_take_member(struct text head, size_t *at, struct object_member *object_member);

/* Moves *at, a position in a list or in a sequence of objects, to the next object and sets *end to
 * its end, or to the end of the head if that cuts it. False if something else follows. The first
 * call begins after the '[', each further one at *end. */
bool json_take_object(struct text head, size_t *at, size_t *end);

#endif
