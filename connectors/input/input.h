/* input.h - a file's bytes as UTF-8, a window at a time: unpacked where it is packed (gzip, or a
 * member of an archive, named as bundle.h says), charset found and converted. Memory is bounded by
 * the window, never by the file. */
#ifndef CONNECTORS_INPUT_INPUT_H
#define CONNECTORS_INPUT_INPUT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "base/text.h"

struct input;

/* `charset`: a name that iconv knows, or empty to find it: byte order mark, then
 * UTF-16 by its zeros, then strict UTF-8, then uchardet (with EUC-KR read as CP949, Shift_JIS as
 * CP932, ISO-8859-1 as windows-1252). A byte order mark is dropped. `raw` leaves the bytes as they
 * are (mail). */
bool input_open(struct input **input, const char *path, struct text charset, bool raw,
                struct error *error);
void input_close(struct input *input); /* NULL is fine */

/* How many times its size a packed file may grow; 200 at first. */
void input_set_max_ratio(struct input *input, int64_t max_ratio);

/* The option that goes with it: INPUT_MAX_RATIO_OPTION(struct state, field). */
#define INPUT_MAX_RATIO_OPTION(state, field)                                                       \
    {                                                                                              \
        .name = "max_unpack_ratio", .type = OPTION_INTEGER, .offset = offsetof(state, field),      \
        .default_value = "200", .min = 1, .max = 1000000,                                          \
        .help = "maximum ratio of unpacked to packed size; a file above it is not read"            \
    }

/* Lends what is buffered ahead, at least `wanted` bytes of it unless the file ends before; good
 * until the next peek. A fault of the disk or of gzip is false with ERROR_INPUT where it stands
 * between here and `wanted`; *ahead then holds what came before it. */
bool input_peek(struct input *input, size_t wanted, struct text *ahead, struct error *error);

/* Moves on by `size` bytes, at most what was lent. */
void input_consume(struct input *input, size_t size);

/* Where the next byte stands in the file (uncompressed, before conversion; exact for Unicode,
 * single-byte and Korean and Japanese Windows charsets, the start of the converted block
 * otherwise), and its line from 1. */
uint64_t input_offset(const struct input *input);
uint64_t input_line(const struct input *input);

/* The bytes from `offset` (of input_offset, before what was consumed since the last peek, not
 * earlier) up to here, as they lie in the file; good until the next peek. */
struct text input_consumed_bytes(const struct input *input, uint64_t offset);

/* The charset in use and how it was found: "UTF-16LE (byte order mark)". */
struct text input_charset_description(const struct input *input);

/* Sequences of bytes that were not valid in the charset and became U+FFFD, so far. */
uint64_t input_replaced_count(const struct input *input);

/* The head of a file (candidate.head) as UTF-8, without its byte order mark and without a last
 * character that the head's end cuts: for recognition. */
struct text input_decode_head(struct text head, struct arena *arena);

#endif
