/* input.c - zlib or archive.h reads blocks, charset.h converts them into the window, and consumed
 * bytes advance the line and the offset. */
#include "connectors/input/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"
#include "connectors/input/archive.h"
#include "connectors/input/charset.h"

enum { BLOCK_SIZE = 64 * 1024 };

struct input {
    char *path;
    gzFile file; /* NULL: archive_reader is used instead */
    struct archive_reader *archive_reader;
    uint64_t packed_size;   /* of the file on disk */
    uint64_t unpacked_size; /* so far */
    int64_t max_ratio;
    struct charset *charset; /* NULL: bytes are not converted */

    char *raw; /* a block, after the rest of the last one: an incomplete character */
    size_t raw_size;
    bool raw_at_end;            /* `raw` is the end of the file */
    struct error pending_error; /* reported when the bytes before it are consumed */

    /* The unconverted bytes of the window and of what was consumed since the last peek; they begin
     * at offset history_offset. */
    char *history;
    size_t history_size, history_capacity;
    uint64_t history_offset;

    char *window;
    size_t begin, end, capacity; /* bytes ahead: [begin, end) */
    uint64_t position;           /* UTF-8 bytes consumed */

    uint64_t offset, line;
    bool after_carriage_return;     /* an LF now belongs to the same line end */
    struct charset_anchor *anchors; /* from next_anchor on: of bytes ahead */
    size_t next_anchor, anchor_count, anchor_capacity;
};

static bool open_file(struct input *input, struct error *error)
{
    if (!archive_reader_open(&input->archive_reader, input->path, error))
        return false;
    if (input->archive_reader) {
        input->packed_size = archive_reader_packed_size(input->archive_reader);
        return true;
    }
    int descriptor = open(input->path, O_RDONLY | O_CLOEXEC);
    struct stat status = {0};
    if (descriptor < 0)
        return error_set(error, ERROR_INPUT, "%s: %s", input->path, strerror(errno));
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(descriptor);
        return error_set(error, ERROR_INPUT, "%s: %s", input->path, strerror(EISDIR));
    }
    input->file = gzdopen(descriptor, "rb");
    if (!input->file) {
        close(descriptor);
        return error_set(error, ERROR_INPUT, "%s: cannot open", input->path);
    }
    gzbuffer(input->file, BLOCK_SIZE / 2); /* larger reads bypass zlib's own buffer */
    input->packed_size = (uint64_t)status.st_size;
    return true;
}

bool input_open(struct input **input, const char *path, struct text charset, bool is_raw,
                struct error *error)
{
    struct input *opened = memory_alloc(1, sizeof(*opened));
    struct archive_limits defaults;
    option_set_defaults(archive_options, &defaults);
    opened->path = memory_alloc(strlen(path) + 1, 1);
    strcpy(opened->path, path);
    opened->raw = memory_alloc(2 * BLOCK_SIZE, 1);
    opened->window = memory_grow(NULL, &opened->capacity, 2 * BLOCK_SIZE, 1);
    opened->line = 1;
    opened->max_ratio = defaults.ratio;
    if ((is_raw || charset_open(&opened->charset, charset, error)) && open_file(opened, error)) {
        *input = opened;
        return true;
    }
    input_close(opened);
    *input = NULL;
    return false;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->file)
        gzclose(input->file);
    archive_reader_close(input->archive_reader);
    charset_close(input->charset);
    free(input->path);
    free(input->raw);
    free(input->history);
    free(input->window);
    free(input->anchors);
    free(input);
}

/* Reads the next block with zlib and returns its size. Stores a fault in pending_error. */
static size_t read_gzip_block(struct input *input)
{
    int count = gzread(input->file, input->raw + input->raw_size, BLOCK_SIZE);
    if (count == BLOCK_SIZE)
        return BLOCK_SIZE;
    int code;
    const char *message = gzerror(input->file, &code);
    if (code == Z_ERRNO)
        error_set(&input->pending_error, ERROR_INPUT, "%s: %s", input->path, strerror(errno));
    else if (code == Z_BUF_ERROR)
        error_set(&input->pending_error, ERROR_INPUT,
                  "%s: truncated gzip file; copy it again from its source", input->path);
    else if (code != Z_OK && code != Z_STREAM_END) {
        const char *reason = strstr(message, ": "); /* zlib writes its own file name first */
        error_set(&input->pending_error, ERROR_INPUT, "%s: damaged gzip file (%s)", input->path,
                  reason ? reason + 2 : message);
    }
    return count > 0 ? (size_t)count : 0;
}

static size_t read_archive_block(struct input *input)
{
    size_t size = 0, count = 0;
    while (size < BLOCK_SIZE &&
           archive_reader_read(input->archive_reader, input->raw + input->raw_size + size,
                               BLOCK_SIZE - size, &count, &input->pending_error)) {
        if (count == 0)
            break;
        size += count;
    }
    return size;
}

static bool exceeds_max_ratio(const struct input *input)
{
    bool packed = input->archive_reader || !gzdirect(input->file);
    return packed && input->unpacked_size > ARCHIVE_RATIO_FREE_SIZE &&
           input->unpacked_size / (uint64_t)input->max_ratio > input->packed_size;
}

/* Appends a block to the rest of the last one. A fault ends the file; the bytes before it are still
 * used. */
static void read_block(struct input *input)
{
    size_t size = input->archive_reader ? read_archive_block(input) : read_gzip_block(input);
    input->raw_size += size;
    input->unpacked_size += size;
    input->raw_at_end = size < BLOCK_SIZE;
    if (!input->raw_at_end && exceeds_max_ratio(input)) {
        input->raw_at_end = true;
        error_set(&input->pending_error, ERROR_INPUT,
                  "%s: unpacked, it is more than %lld times its size, as in files made to fill a "
                  "disk; to read it, raise 'max_unpack_ratio'",
                  input->path, (long long)input->max_ratio);
    }
}

void input_set_max_ratio(struct input *input, int64_t max_ratio)
{
    input->max_ratio = max_ratio;
}

static void append_to_window(struct input *input, struct text bytes)
{
    if (input->begin > 0 && input->end + bytes.size > input->capacity) {
        memmove(input->window, input->window + input->begin, input->end - input->begin);
        input->end -= input->begin;
        input->begin = 0;
    }
    input->window = memory_grow(input->window, &input->capacity, input->end + bytes.size, 1);
    if (bytes.size > 0)
        memcpy(input->window + input->end, bytes.bytes, bytes.size);
    input->end += bytes.size;
}

static void append_anchors(struct input *input)
{
    size_t count;
    const struct charset_anchor *anchors = charset_anchors(input->charset, &count);
    if (input->next_anchor > 0) {
        input->anchor_count -= input->next_anchor;
        memmove(input->anchors, input->anchors + input->next_anchor,
                input->anchor_count * sizeof(*input->anchors));
        input->next_anchor = 0;
    }
    input->anchors = memory_grow(input->anchors, &input->anchor_capacity,
                                 input->anchor_count + count, sizeof(*input->anchors));
    memcpy(input->anchors + input->anchor_count, anchors, count * sizeof(*anchors));
    input->anchor_count += count;
}

/* Adds the raw bytes of the block and drops those that were consumed before the last peek. */
static void append_history(struct input *input, struct text raw)
{
    uint64_t old = input->offset - input->history_offset;
    if (old > 0) {
        size_t used = old < input->history_size ? (size_t)old : input->history_size;
        input->history_size -= used;
        input->history_offset += used;
        memmove(input->history, input->history + used, input->history_size);
    }
    input->history =
        memory_grow(input->history, &input->history_capacity, input->history_size + raw.size, 1);
    if (raw.size > 0)
        memcpy(input->history + input->history_size, raw.bytes, raw.size);
    input->history_size += raw.size;
}

/* Adds one block to the window. */
static void fill_window(struct input *input)
{
    read_block(input);
    struct text raw = {input->raw, input->raw_size};
    if (!input->charset) {
        append_to_window(input, raw);
        append_history(input, raw);
        input->raw_size = 0;
        return;
    }
    struct text converted;
    size_t used = charset_convert(input->charset, raw, input->raw_at_end, &converted);
    append_to_window(input, converted);
    append_anchors(input);
    append_history(input, text_slice(raw, 0, used));
    memmove(input->raw, input->raw + used, raw.size - used);
    input->raw_size = raw.size - used;
}

bool input_peek(struct input *input, size_t wanted, struct text *ahead, struct error *error)
{
    while (input->end - input->begin < wanted && !input->raw_at_end)
        fill_window(input);
    *ahead = (struct text){input->window + input->begin, input->end - input->begin};
    if (ahead->size < wanted && input->pending_error.kind != ERROR_NONE)
        return error_set(error, input->pending_error.kind, "%s", input->pending_error.message);
    return true;
}

/* U+FF61 to U+FF9F: one byte in CP932; the other double-byte charsets have none. */
static bool is_half_width_katakana(const char *bytes)
{
    unsigned char second = (unsigned char)bytes[1];
    return (unsigned char)bytes[0] == 0xEF &&
           ((second == 0xBD && (unsigned char)bytes[2] >= 0xA1) ||
            (second == 0xBE && (unsigned char)bytes[2] <= 0x9F));
}

/* Number of raw bytes that became [from, from + size) of the window. */
static uint64_t count_raw_bytes(const struct input *input, size_t from, size_t size)
{
    enum charset_width width = input->charset ? charset_width(input->charset) : CHARSET_WIDTH_UTF8;
    if (width == CHARSET_WIDTH_UTF8)
        return size;
    if (width == CHARSET_WIDTH_UNKNOWN)
        return 0;
    uint64_t bytes = 0;
    for (size_t i = from; i < from + size; i++) {
        unsigned char byte = (unsigned char)input->window[i];
        if ((byte & 0xC0) == 0x80)
            continue;
        switch (width) {
        case CHARSET_WIDTH_DOUBLE:
            bytes += byte < 0x80 || is_half_width_katakana(input->window + i) ? 1 : 2;
            break;
        case CHARSET_WIDTH_UTF16:
            bytes += byte >= 0xF0 ? 4 : 2;
            break;
        case CHARSET_WIDTH_UTF32:
            bytes += 4;
            break;
        default:
            bytes++;
            break;
        }
    }
    return bytes;
}

static size_t count_byte(const char *bytes, size_t size, char wanted)
{
    enum {
        BLOCK = 255
    }; /* the maximum of an unsigned char, so that the loop is vectorized on bytes */
    size_t count = 0;
    for (size_t from = 0; from < size; from += BLOCK) {
        unsigned char in_block = 0;
        size_t end = size - from < BLOCK ? size : from + BLOCK;
        for (size_t i = from; i < end; i++)
            in_block = (unsigned char)(in_block + (bytes[i] == wanted));
        count += in_block;
    }
    return count;
}

/* A line ends with LF, CR LF or CR. */
static void count_lines(struct input *input, size_t size)
{
    const char *bytes = input->window + input->begin;
    size_t lines =
        count_byte(bytes, size, '\n') - (bytes[0] == '\n' && input->after_carriage_return);
    for (const char *at = memchr(bytes, '\r', size); at;
         at = memchr(at + 1, '\r', size - (size_t)(at + 1 - bytes)))
        lines += at + 1 == bytes + size || at[1] != '\n';
    input->line += lines;
    input->after_carriage_return = bytes[size - 1] == '\r';
}

void input_consume(struct input *input, size_t size)
{
    if (size > input->end - input->begin)
        size = input->end - input->begin;
    if (size == 0)
        return;
    count_lines(input, size);
    uint64_t target = input->position + size;
    size_t from = input->begin;
    while (input->next_anchor < input->anchor_count &&
           input->anchors[input->next_anchor].position <= target) {
        const struct charset_anchor *anchor = &input->anchors[input->next_anchor++];
        from += (size_t)(anchor->position - input->position);
        input->position = anchor->position;
        input->offset = anchor->offset;
    }
    input->offset += count_raw_bytes(input, from, (size_t)(target - input->position));
    input->position = target;
    input->begin += size;
    if (input->begin == input->end)
        input->begin = input->end = 0;
}

uint64_t input_offset(const struct input *input)
{
    return input->offset;
}

struct text input_consumed_bytes(const struct input *input, uint64_t offset)
{
    struct text history = {input->history, input->history_size};
    return text_slice(history, (size_t)(offset - input->history_offset),
                      (size_t)(input->offset - input->history_offset));
}

uint64_t input_line(const struct input *input)
{
    return input->line;
}

struct text input_charset_description(const struct input *input)
{
    return input->charset ? charset_description(input->charset) : TEXT("not converted");
}

struct text input_decode_head(struct text head, struct arena *arena)
{
    struct charset *charset;
    struct text converted = {0};
    if (charset_open(&charset, (struct text){0}, NULL)) {
        charset_convert(charset, head, false, &converted);
        converted = arena_copy_text(arena, converted);
        charset_close(charset);
    }
    return converted;
}
