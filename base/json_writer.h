/* json_writer.h - writing JSON to a stream, value by value. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include <stdio.h>

#include "base/text.h"

/* Begin with {.stream = out}, or {.stream = out, .pretty = true} for one member a line, indented by
 * two blanks. Faults of the stream stay in it: ask ferror at the end. Calls that are out of order
 * (a member without its key) are our own mistakes and asserted. Nobody else writes to the stream
 * meanwhile: it is not locked. */
struct json_writer {
    FILE *stream; /* borrowed */
    bool pretty;
    unsigned depth;         /* of open objects and arrays; at most 64 */
    uint64_t object_bits;   /* bit i: level i + 1 is an object, not an array */
    uint64_t nonempty_bits; /* bit i: level i + 1 holds something already */
    bool after_key;
};

void json_begin_object(struct json_writer *writer); /* opens one */
void json_begin_array(struct json_writer *writer);
void json_end(struct json_writer *writer); /* closes the innermost; the last ends the line */

/* Name of the next member of an object. */
void json_write_key(struct json_writer *writer, struct text key);

/* Invalid UTF-8 is written as U+FFFD, control characters as \u00XX. */
void json_write_text(struct json_writer *writer, struct text text);
void json_write_integer(struct json_writer *writer, int64_t number);
void json_write_unsigned(struct json_writer *writer, uint64_t number);
/* The fewest digits that read back as the same number; NAN and infinities are null. */
void json_write_real(struct json_writer *writer, double number);
void json_write_boolean(struct json_writer *writer, bool value);
void json_write_null(struct json_writer *writer);

/* "4.5", "-3", "1e+300": as json_write_real prints it; returns the size. */
size_t json_format_real(double number, char digits[32]);

#endif
