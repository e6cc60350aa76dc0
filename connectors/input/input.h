/* input.h - reads a file as UTF-8 through a window: decompresses gzip, reads members of archives
 * (paths as in archive.h), detects and converts the charset. Memory is bounded by the window, not
 * by the file. */
#ifndef CONNECTORS_INPUT_INPUT_H
#define CONNECTORS_INPUT_INPUT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct input;

/* `charset` is a name for iconv, or empty to detect it: byte order mark, UTF-16 by its zero bytes,
 * strict UTF-8, then uchardet (EUC-KR is read as CP949, Shift_JIS as CP932, ISO-8859-1 as
 * windows-1252). A byte order mark is removed. With `is_raw`, bytes are not converted (mail). */
bool input_open(struct input **input, const char *path, struct text charset, bool is_raw,
                struct error *error);
void input_close(struct input *input); /* may be NULL */

/* Sets how many times its size a compressed file may grow; the initial value is the default of
 * ARCHIVE_MAX_RATIO_OPTION. */
void input_set_max_ratio(struct input *input, int64_t max_ratio);

/* Borrows the buffered bytes in *ahead until the next peek: at least `wanted` bytes unless the file
 * ends earlier. Returns false with ERROR_INPUT if a fault of the disk or the compression occurs
 * within `wanted` bytes; *ahead then contains the bytes before it. */
bool input_peek(struct input *input, size_t wanted, struct text *ahead, struct error *error);

/* Advances by `size` bytes, at most the size of the last *ahead. */
void input_consume(struct input *input, size_t size);

/* Offset of the next byte in the decompressed, unconverted file, and its line, counted from 1. The
 * offset is exact for Unicode, single-byte, and Korean and Japanese Windows charsets; otherwise it
 * is the start of the converted block. */
uint64_t input_offset(const struct input *input);
uint64_t input_line(const struct input *input);

/* The unconverted bytes from `offset` to the current position, borrowed until the next peek.
 * `offset` is a value of input_offset since the last peek. */
struct text input_consumed_bytes(const struct input *input, uint64_t offset);

/* The charset in use and how it was detected: "UTF-16LE (byte order mark)". */
struct text input_charset_description(const struct input *input);

/* For recognition: the first bytes of a file as UTF-8, without a byte order mark and without a last
 * character that is incomplete. Allocated from `arena`. */
struct text input_decode_head(struct text head, struct arena *arena);

#endif
