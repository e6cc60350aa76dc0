/* html_pack.c - packs records with zlib, and samples them if they are too many. */
#include "connectors/output/html_pack.h"

#include <math.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/output/html_parts.h"

enum {
    GZIP_WINDOW = 15 + 16,
    GZIP_MEMORY = 8,
    MAX_TRIES = 4,
    COLUMN_BYTES = 14, /* estimated packed size of a row's columns; most of it is the id */
    RECORD_SEPARATOR = 0x1E,
    GROUP_SEPARATOR = 0x1D,
};

static const double safety = 0.95; /* of the estimated size of a sample */

/* The order is known to report.js. */
enum packed_column {
    COLUMN_DATE,
    COLUMN_SOURCE,
    COLUMN_SENTIMENT,
    COLUMN_TOPICS,
    COLUMN_RATING,
    COLUMN_PARTS,
    COLUMN_LANGUAGE,
    COLUMN_NAME,
    COLUMN_COUNT
};

struct row {
    uint64_t id;
    uint32_t values[COLUMN_COUNT]; /* numbers of packer->values */
};

struct packer {
    struct page *page;
    struct packed_rows *packed;
    z_stream stream;
    FILE *text; /* its bytes go through `stream` */
    struct row *rows;
    size_t row_capacity;
    struct name_set values[COLUMN_COUNT];
    size_t max_bytes;                 /* of packed->bytes */
    bool is_too_large;                /* the rest is only counted */
    uint64_t packed_text, total_text; /* bytes of the texts of rows: packed ones, all */
    double share;                     /* of the records to pack, 0 to 1 */
    struct hash_table strata;         /* records so far by source and label */
    int tries;
};

static void append_packed(struct packer *packer, int flush)
{
    struct packed_rows *packed = packer->packed;
    do {
        packed->bytes = memory_grow(packed->bytes, &packed->capacity, packed->size + 65536, 1);
        packer->stream.next_out = packed->bytes + packed->size;
        packer->stream.avail_out = 65536;
        deflate(&packer->stream, flush);
        packed->size += 65536 - packer->stream.avail_out;
    } while (packer->stream.avail_out == 0);
}

static ssize_t deflate_bytes(void *cookie, const char *bytes, size_t size)
{
    struct packer *packer = cookie;
    packer->stream.next_in = (unsigned char *)(uintptr_t)bytes; /* zlib only reads it */
    packer->stream.avail_in = (unsigned)size;
    append_packed(packer, Z_NO_FLUSH);
    return (ssize_t)size;
}

/* Takes a record if its stratum has fewer sampled records than its share. */
static bool is_sampled(struct packer *packer, const struct saved_record *record)
{
    uint64_t key = hash_combine_number(hash_combine(HASH_SEED, record->source),
                                       (uint64_t)record->analysis.sentiment);
    size_t *count = hash_table_get_or_insert(&packer->strata, key, 0, NULL);
    double before = floor((double)*count * packer->share + 0.5);
    (*count)++;
    return floor((double)*count * packer->share + 0.5) > before;
}

static struct text cut_text(struct text text)
{
    size_t end = 0;
    if (text.size <= HTML_MAX_TEXT_CHARACTERS)
        return text;
    for (size_t characters = 0, size; end < text.size && characters < HTML_MAX_TEXT_CHARACTERS;
         characters++, end += size)
        utf8_decode(text, end, &size);
    return text_slice(text, 0, end);
}

/* Control characters, among them the separators, become U+FFFD; the script's decoder does the same
 * with invalid UTF-8. */
static void write_text(struct packer *packer, struct text text)
{
    size_t begin = 0;
    for (size_t at = 0; at < text.size; at++) {
        unsigned char byte = (unsigned char)text.bytes[at];
        if (byte >= 0x20 || byte == '\n' || byte == '\t')
            continue;
        fwrite(text.bytes + begin, 1, at - begin, packer->text);
        fputs("\xEF\xBF\xBD", packer->text);
        begin = at + 1;
    }
    if (begin < text.size)
        fwrite(text.bytes + begin, 1, text.size - begin, packer->text);
}

/* ---- Columns ---- */

/* The record's value of a segment field; empty if it has none. */
static struct text find_value(const struct saved_record *record, struct text name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_name(record->fields[i].name, name))
            return record->fields[i].value;
    if (text_equal_name(name, TEXT("source")))
        return record->source;
    return text_equal_name(name, TEXT("lang")) ? record->lang : TEXT("");
}

/* The numbers of the document's parts that the record has: "0;7". Parts are in the order of their
 * fields. */
static struct text format_parts(struct packer *packer, const struct saved_record *record)
{
    const struct document *document = packer->page->document;
    struct text parts = {0}, name = {0}, value = {0};
    for (size_t i = 0; i < document->part_count; i++) {
        const struct field *field = &document->parts[i].field;
        if (!text_equal(field->name, name)) {
            name = field->name;
            value = find_value(record, name);
        }
        if (text_equal(field->value, value))
            parts = arena_format(&packer->page->scratch, "%.*s%s%zu", TEXT_ARGUMENT(parts),
                                 parts.size ? ";" : "", i);
    }
    return parts;
}

/* "delivery:negative;price:positive" */
static struct text format_topics(struct packer *packer, const struct analysis *analysis)
{
    struct text topics = {0};
    for (size_t i = 0; i < analysis->topic_count; i++)
        topics = arena_format(&packer->page->scratch, "%.*s%s%.*s:%s", TEXT_ARGUMENT(topics),
                              i ? ";" : "", TEXT_ARGUMENT(analysis->topics[i].topic),
                              sentiment_names[analysis->topics[i].polarity]);
    return topics;
}

static void pack_record(struct packer *packer, const struct saved_record *record)
{
    struct page *page = packer->page;
    uint64_t *count = &packer->packed->row_count;
    const struct text values[COLUMN_COUNT] = {
        [COLUMN_DATE] = words_date(record->created_at, &page->scratch),
        [COLUMN_SOURCE] = record->source,
        [COLUMN_SENTIMENT] = text_of(sentiment_names[record->analysis.sentiment]),
        [COLUMN_TOPICS] = format_topics(packer, &record->analysis),
        [COLUMN_RATING] = html_format_rating(record, &page->scratch),
        [COLUMN_PARTS] = format_parts(packer, record),
        [COLUMN_LANGUAGE] = record->lang,
        [COLUMN_NAME] = page->document->options.shows_ids ? record->external_id : TEXT(""),
    };
    packer->rows = memory_grow(packer->rows, &packer->row_capacity, *count + 1, sizeof(struct row));
    struct row *row = &packer->rows[*count];
    row->id = record->feedback_id;
    for (enum packed_column column = 0; column < COLUMN_COUNT; column++)
        row->values[column] = (uint32_t)name_set_add(&packer->values[column], values[column]);
    if (*count > 0)
        fputc(RECORD_SEPARATOR, packer->text);
    write_text(packer, cut_text(record->text));
    (*count)++;
    arena_reset(&page->scratch);
}

static void write_names(struct packer *packer, struct json_writer *json)
{
    const struct document *document = packer->page->document;
    enum document_language language = packer->page->language;
    json_write_key(json, TEXT("names"));
    json_begin_object(json);
    for (size_t i = 0; i < document->topic_count; i++) {
        json_write_key(json, document->topics[i].id);
        json_write_text(json, words_topic(document, document->topics[i].id));
    }
    for (enum sentiment label = 0; label < SENTIMENT_COUNT; label++) {
        json_write_key(json, text_of(sentiment_names[label]));
        json_write_text(json, words_label(language, label));
    }
    json_end(json);
}

static void write_column(struct packer *packer, struct json_writer *json, enum packed_column column)
{
    const struct name_set *values = &packer->values[column];
    json_begin_object(json);
    json_write_key(json, TEXT("values"));
    json_begin_array(json);
    for (size_t i = 0; i < values->count; i++)
        json_write_text(json, values->texts[i]);
    json_end(json);
    json_write_key(json, TEXT("rows"));
    json_begin_array(json);
    for (size_t i = 0; i < packer->packed->row_count; i++)
        json_write_unsigned(json, packer->rows[i].values[column]);
    json_end(json);
    json_end(json);
}

static void write_ids(struct packer *packer, struct json_writer *json)
{
    size_t count = packer->packed->row_count;
    char *ids = memory_alloc(16 * count + 1, 1);
    for (size_t i = 0; i < count; i++)
        hash_format(packer->rows[i].id, ids + 16 * i);
    json_write_key(json, TEXT("ids"));
    json_write_text(json, (struct text){ids, 16 * count});
    free(ids);
}

static void write_columns(struct packer *packer)
{
    struct json_writer json = {.stream = packer->text};
    fputc(GROUP_SEPARATOR, packer->text);
    json_begin_object(&json);
    write_names(packer, &json);
    json_write_key(&json, TEXT("columns"));
    json_begin_array(&json);
    for (enum packed_column column = 0; column < COLUMN_COUNT; column++)
        write_column(packer, &json, column);
    json_end(&json);
    write_ids(packer, &json);
    json_end(&json);
}

/* ---- Attempts ---- */

struct packer *html_packer_open(struct page *page, struct packed_rows *packed)
{
    const struct document *document = page->document;
    int64_t max_rows = document->options.max_rows;
    struct packer *packer = memory_alloc(1, sizeof(*packer));
    *packed = (struct packed_rows){0};
    *packer = (struct packer){.page = page, .packed = packed, .share = 1};
    if (max_rows >= 0 && (uint64_t)max_rows < document->record_count)
        packer->share = (double)max_rows / (double)document->record_count;
    return packer;
}

static void forget_values(struct packer *packer)
{
    for (enum packed_column column = 0; column < COLUMN_COUNT; column++) {
        name_set_free(&packer->values[column]);
        packer->values[column] = (struct name_set){0};
    }
}

bool html_packer_begin(struct packer *packer, size_t max_size, struct error *error)
{
    packer->max_bytes = max_size / 4 * 3;
    packer->packed->size = packer->packed->row_count = 0;
    packer->packed_text = packer->total_text = 0;
    packer->is_too_large = false;
    packer->tries++;
    hash_table_clear(&packer->strata);
    forget_values(packer);
    packer->stream = (z_stream){0};
    if (deflateInit2(&packer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return error_set(error, ERROR_STORE, "report.html: the rows cannot be compressed");
    packer->text = fopencookie(packer, "w", (cookie_io_functions_t){.write = deflate_bytes});
    return packer->text ||
           error_set(error, ERROR_STORE, "report.html: the rows cannot be compressed");
}

/* With the estimated size of columns. */
static size_t estimate_size(const struct packer *packer)
{
    return packer->packed->size + packer->packed->row_count * COLUMN_BYTES;
}

void html_packer_add(struct packer *packer, const struct saved_record *record)
{
    size_t size = cut_text(record->text).size + 60; /* and the other cells */
    packer->total_text += size;
    if (packer->is_too_large || !is_sampled(packer, record))
        return;
    pack_record(packer, record);
    packer->packed_text += size;
    packer->is_too_large = estimate_size(packer) > packer->max_bytes;
}

static void end_stream(struct packer *packer)
{
    if (packer->text)
        fclose(packer->text);
    packer->text = NULL;
    if (packer->stream.state)
        append_packed(packer, Z_FINISH);
    deflateEnd(&packer->stream);
    packer->stream = (z_stream){0};
}

bool html_packer_end(struct packer *packer, size_t max_size)
{
    struct packed_rows *packed = packer->packed;
    size_t size = estimate_size(packer);
    packer->max_bytes = max_size / 4 * 3;
    if (!packer->is_too_large)
        write_columns(packer);
    end_stream(packer);
    if (!packer->is_too_large) {
        if (packed->size <= packer->max_bytes)
            return true;
        size = packed->size; /* the columns took more than COLUMN_BYTES a row */
    }
    double wanted = (double)packer->packed_text / ((double)packer->total_text * packer->share) *
                    (double)packer->max_bytes / (double)size;
    packer->share *= safety * fmin(1, wanted);
    if (packer->tries < MAX_TRIES)
        return false;
    packed->row_count = packed->size = 0;
    return true;
}

void html_packer_close(struct packer *packer)
{
    end_stream(packer);
    forget_values(packer);
    hash_table_free(&packer->strata);
    free(packer->rows);
    free(packer);
}

/* ---- Packed rows ---- */

void html_pack_write(struct page *page, const struct packed_rows *packed)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < packed->size; i += 3) {
        const unsigned char *bytes = packed->bytes + i;
        size_t rest = packed->size - i;
        uint32_t group = (uint32_t)bytes[0] << 16 | (rest > 1 ? (uint32_t)bytes[1] << 8 : 0) |
                         (rest > 2 ? bytes[2] : 0);
        char out[4] = {digits[group >> 18], digits[group >> 12 & 63],
                       rest > 1 ? digits[group >> 6 & 63] : '=',
                       rest > 2 ? digits[group & 63] : '='};
        fwrite(out, 1, sizeof(out), page->out);
    }
}

void html_pack_free(struct packed_rows *packed)
{
    free(packed->bytes);
}
