/* json_writer.h - writes JSON to a stream, value by value. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include <stdio.h>

#include "base/text.h"

/* Initialise with {.stream = out}; add .pretty = true for one member per line, indented by two
 * spaces. Check ferror(out) at the end. Calls in a wrong order, such as a member without a key,
 * fail an assertion. The stream is not locked: no other thread may write to it. */
struct json_writer {
    FILE *stream; /* borrowed */
    bool pretty;
    unsigned depth;         /* of open objects and arrays; at most 64 */
    uint64_t object_bits;   /* bit i: level i + 1 is an object, not an array */
    uint64_t nonempty_bits; /* bit i: level i + 1 is not empty */
    bool after_key;
};

void json_begin_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end(struct json_writer *writer); /* closes the innermost object or array; a line feed
                                              follows the outermost */

/* The name of the next member of an object. */
void json_write_key(struct json_writer *writer, struct text key);

/* Invalid UTF-8 is written as U+FFFD, control characters as \u00XX. */
void json_write_text(struct json_writer *writer, struct text text);
void json_write_integer(struct json_writer *writer, int64_t number);
void json_write_unsigned(struct json_writer *writer, uint64_t number);
/* The fewest digits that parse to the same number; NAN and infinities are null. */
void json_write_real(struct json_writer *writer, double number);
void json_write_boolean(struct json_writer *writer, bool value);
void json_write_null(struct json_writer *writer);

/* Prints a number as json_write_real does ("4.5", "-3", "1e+300"); returns its size. */
size_t json_format_real(double number, char digits[32]);

#endif
