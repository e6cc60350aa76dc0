/* mbox.c - one pass over the lines of a file, with one message in memory. */
#include "connectors/mail/mbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

enum {
    MAX_LINE_PIECE_SIZE = 32 * 1024, /* longer lines are read in pieces */
    LOOKAHEAD_SIZE = 1000,           /* bytes of the next line that are examined */
    MIN_ENCODED_LINE_SIZE = 40,      /* bytes */
};

static struct text next_word(struct text *rest)
{
    size_t i = 0;
    while (i < rest->size && rest->bytes[i] == ' ')
        i++;
    size_t begin = i;
    while (i < rest->size && rest->bytes[i] != ' ')
        i++;
    struct text word = text_slice(*rest, begin, i);
    *rest = text_slice(*rest, i, rest->size);
    return word;
}

static bool is_one_of(struct text word, const char *words)
{
    struct text rest = text_of(words), one;
    while (text_split(&rest, ' ', &one))
        if (text_equal(word, one))
            return true;
    return false;
}

/* Whether `word` consists of `min` to `max_size` digits and bytes of `other_bytes`. */
static bool is_number(struct text word, const char *other_bytes, size_t min, size_t max)
{
    if (word.size < min || word.size > max)
        return false;
    for (size_t i = 0; i < word.size; i++)
        if (!ascii_is_digit(word.bytes[i]) && !strchr(other_bytes, word.bytes[i]))
            return false;
    return true;
}

static bool is_zone(struct text word)
{
    if (word.size == 5 && (word.bytes[0] == '+' || word.bytes[0] == '-'))
        return is_number(text_slice(word, 1, 5), "0", 4, 4);
    for (size_t i = 0; i < word.size; i++)
        if (word.bytes[i] < 'A' || word.bytes[i] > 'Z')
            return false;
    return word.size >= 3 && word.size <= 4;
}

/* "Sep  7 07:40:41 2026", "Mar 22 02:19:17 +0000 2020" */
static bool is_date(struct text rest)
{
    if (!is_one_of(next_word(&rest), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec") ||
        !is_number(next_word(&rest), "0", 1, 2) || !is_number(next_word(&rest), ":", 4, 8))
        return false;
    struct text word = next_word(&rest);
    if (is_zone(word))
        word = next_word(&rest);
    return is_number(word, "0", 4, 4);
}

bool mbox_is_header_line(struct text line)
{
    size_t i = 0;
    while (i < line.size && line.bytes[i] > ' ' && line.bytes[i] < 127 && line.bytes[i] != ':')
        i++;
    size_t name = i;
    while (i < line.size && (line.bytes[i] == ' ' || line.bytes[i] == '\t'))
        i++;
    return name > 0 && i < line.size && line.bytes[i] == ':';
}

bool mbox_is_envelope_line(struct text line, struct text next)
{
    if (!text_starts_with(line, TEXT("From ")) || !mbox_is_header_line(next))
        return false;
    line = text_trim(line);
    struct text rest = text_slice(line, 5, line.size < 400 ? line.size : 400);
    /* The sender may contain spaces ("ann at post.example"). */
    for (bool has_sender = false; rest.size; has_sender = true) {
        struct text word = next_word(&rest);
        if (has_sender && is_one_of(word, "Mon Tue Wed Thu Fri Sat Sun") && is_date(rest))
            return true;
    }
    return false;
}

/* ">From ", ">>From ": an escaped "From " in a body. */
static bool is_escaped_from_line(struct text line)
{
    size_t marks = 0;
    while (marks < line.size && line.bytes[marks] == '>')
        marks++;
    return marks > 0 && text_starts_with(text_slice(line, marks, line.size), TEXT("From "));
}

static void append_bytes(struct mbox *mbox, struct text bytes)
{
    size_t room = mbox->max_size - mbox->size;
    size_t size = bytes.size < room ? bytes.size : room;
    mbox->skipped_bytes += bytes.size - size;
    if (size == 0)
        return;
    mbox->bytes = memory_grow(mbox->bytes, &mbox->capacity, mbox->size + size, 1);
    memcpy(mbox->bytes + mbox->size, bytes.bytes, size);
    mbox->size += size;
}

/* A long line without a space, in a block larger than the text of a mail in base64. */
static bool is_in_attachment(struct mbox *mbox, struct text line)
{
    if (line.size < MIN_ENCODED_LINE_SIZE || memchr(line.bytes, ' ', line.size))
        mbox->encoded_size = 0;
    else
        mbox->encoded_size += line.size;
    return mbox->encoded_size > MBOX_MAX_ENCODED_SIZE;
}

static void store_raw_line(struct mbox *mbox, struct text line)
{
    size_t room = sizeof(mbox->raw_bytes) - mbox->raw.size;
    size_t size = line.size < room ? line.size : room;
    if (size)
        memcpy(mbox->raw_bytes + mbox->raw.size, line.bytes, size);
    mbox->raw = (struct text){mbox->raw_bytes, mbox->raw.size + size};
    mbox->raw_size += line.size;
}

static struct text strip_line_end(struct text line)
{
    if (line.size && line.bytes[line.size - 1] == '\n')
        line.size--;
    if (line.size && line.bytes[line.size - 1] == '\r')
        line.size--;
    return line;
}

/* The first line of `ahead` with its line end, at most max_size bytes. */
static struct text first_line(struct text ahead, size_t max_size)
{
    size_t limit = ahead.size < max_size ? ahead.size : max_size;
    const char *end = limit ? memchr(ahead.bytes, '\n', limit) : NULL;
    return text_slice(ahead, 0, end ? (size_t)(end - ahead.bytes) + 1 : limit);
}

/* Reads blank lines and the "From " line before a message. False if no message follows. */
static bool read_envelope(struct mbox *mbox, struct input *input, struct error *error)
{
    struct text ahead, line;
    for (;;) {
        if (!input_peek(input, MAX_LINE_PIECE_SIZE + LOOKAHEAD_SIZE, &ahead, error) &&
            ahead.size == 0)
            return false;
        line = first_line(ahead, MAX_LINE_PIECE_SIZE);
        if (line.size == 0 || strip_line_end(line).size > 0)
            break;
        input_consume(input, line.size);
    }
    mbox->line = input_line(input);
    mbox->byte_offset = input_offset(input);
    if (!mbox->is_single_message && text_starts_with(line, TEXT("From "))) {
        struct text envelope =
            text_slice(strip_line_end(line), 5, 5 + sizeof(mbox->envelope_bytes));
        memcpy(mbox->envelope_bytes, envelope.bytes, envelope.size);
        mbox->envelope = (struct text){mbox->envelope_bytes, envelope.size};
        store_raw_line(mbox, line);
        input_consume(input, line.size);
    }
    return line.size > 0;
}

enum read_status mbox_read(struct mbox *mbox, struct input *input, struct error *error)
{
    struct error fault = {0};
    mbox->size = mbox->encoded_size = 0;
    mbox->skipped_bytes = mbox->raw_size = 0;
    mbox->envelope = mbox->raw = (struct text){0};
    if (!read_envelope(mbox, input, &fault)) {
        if (fault.kind == ERROR_NONE)
            return READ_END;
        error_set(error, fault.kind, "%s", fault.message);
        return READ_FAILED;
    }
    struct text ahead, line = {0}, trailing_empty_line = {0};
    bool at_line_start = true, after_empty_line = false;
    for (;; input_consume(input, line.size)) {
        /* The next call reports a fault, when the bytes before it are consumed. */
        input_peek(input, MAX_LINE_PIECE_SIZE + LOOKAHEAD_SIZE, &ahead, NULL);
        line = first_line(ahead, MAX_LINE_PIECE_SIZE);
        if (line.size == 0)
            break;
        bool is_whole_line = line.bytes[line.size - 1] == '\n' || line.size == ahead.size;
        if (at_line_start && after_empty_line && !mbox->is_single_message &&
            text_starts_with(line, TEXT("From ")) && is_whole_line) {
            struct text next = first_line(text_slice(ahead, line.size, ahead.size), LOOKAHEAD_SIZE);
            if (mbox_is_envelope_line(strip_line_end(line), strip_line_end(next)))
                break;
        }
        store_raw_line(mbox, line);
        if (is_in_attachment(mbox, line))
            mbox->skipped_bytes += line.size;
        else
            append_bytes(mbox, text_slice(line,
                                          at_line_start && !mbox->is_single_message &&
                                              is_escaped_from_line(line),
                                          line.size));
        after_empty_line = at_line_start && strip_line_end(line).size == 0;
        trailing_empty_line = after_empty_line ? line : (struct text){0};
        at_line_start = is_whole_line;
    }
    if (!mbox->is_single_message && !mbox->skipped_bytes && mbox->size >= trailing_empty_line.size)
        mbox->size -= trailing_empty_line.size; /* the empty line belongs to the mbox format */
    mbox->message = (struct text){mbox->bytes, mbox->size};
    return READ_OK;
}

void mbox_free(struct mbox *mbox)
{
    free(mbox->bytes);
    mbox->bytes = NULL;
    mbox->capacity = 0;
}
