/* html_pack.c - packs records with zlib, and samples them if they are too many. */
#include "connectors/output/html_pack.h"

#include <math.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/hash.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/utf8.h"

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, MAX_TRIES = 4 };

static const double safety = 0.93; /* of the estimated size of a sample */

struct packer {
    struct page *page;
    struct packed_rows *packed;
    z_stream stream;
    FILE *text; /* JSON; its bytes go through `stream` */
    struct json_writer json;
    size_t max_bytes;                 /* of packed->bytes */
    bool is_too_large;                /* the rest is only counted */
    uint64_t packed_text, total_text; /* bytes of the texts of rows: packed ones, all */
    double share;                     /* of the records to pack, 0 to 1 */
    struct hash_table strata;         /* records so far by source and label */
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

/* Takes every record of a stratum with which the number of taken ones falls behind its share. */
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
    for (size_t characters = 0, size; end < text.size && characters < HTML_MAX_TEXT_CHARACTERS;
         characters++, end += size)
        utf8_decode(text, end, &size);
    return text_slice(text, 0, end);
}

/* The number of a part that the record has; part_count: none. */
static bool has_part(const struct saved_record *record, const struct document_part *part)
{
    struct text name = part->field.name, value = part->field.value;
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_name(record->fields[i].name, name))
            return text_equal(record->fields[i].value, value);
    if (text_equal_name(name, TEXT("source")))
        return text_equal(record->source, value);
    return text_equal_name(name, TEXT("lang")) && text_equal(record->lang, value);
}

static void write_topics(struct packer *packer, const struct analysis *analysis)
{
    struct arena *arena = &packer->page->scratch;
    struct text topics = {0};
    for (size_t i = 0; i < analysis->topic_count; i++)
        topics = arena_format(arena, "%.*s%s%.*s:%s", TEXT_ARGUMENT(topics), i ? ";" : "",
                              TEXT_ARGUMENT(analysis->topics[i].topic),
                              sentiment_names[analysis->topics[i].polarity]);
    json_write_text(&packer->json, topics);
}

/* The order of the cells is known to report.js. */
static void pack_record(struct packer *packer, const struct saved_record *record)
{
    struct json_writer *json = &packer->json;
    const struct document *document = packer->page->document;
    char id[17];
    hash_format(record->feedback_id, id);
    json_begin_array(json);
    json_write_text(json, text_of(id));
    json_write_text(json, words_date(record->created_at, &packer->page->scratch));
    json_write_text(json, record->source);
    json_write_text(json, text_of(sentiment_names[record->analysis.sentiment]));
    write_topics(packer, &record->analysis);
    json_write_real(json, record->rating);
    json_write_real(json, record->rating_scale);
    json_begin_array(json);
    for (size_t i = 0; i < document->part_count; i++)
        if (has_part(record, &document->parts[i]))
            json_write_unsigned(json, i);
    json_end(json);
    json_write_text(json, record->lang);
    json_write_text(json, cut_text(record->text));
    if (document->options.shows_ids)
        json_write_text(json, record->external_id);
    json_end(json);
    packer->packed->row_count++;
    arena_reset(&packer->page->scratch);
}

static bool visit_for_packing(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct packer *packer = user;
    size_t size = cut_text(record->text).size + 60; /* and the other cells */
    packer->total_text += size;
    if (packer->is_too_large || !is_sampled(packer, record))
        return true;
    pack_record(packer, record);
    packer->packed_text += size;
    packer->is_too_large = packer->packed->size > packer->max_bytes;
    return true;
}

static void write_names(struct packer *packer)
{
    const struct document *document = packer->page->document;
    enum document_language language = packer->page->language;
    json_write_key(&packer->json, TEXT("names"));
    json_begin_object(&packer->json);
    for (size_t i = 0; i < document->topic_count; i++) {
        json_write_key(&packer->json, document->topics[i].id);
        json_write_text(&packer->json, words_topic(language, document->topics[i].id));
    }
    for (enum sentiment label = 0; label < SENTIMENT_COUNT; label++) {
        json_write_key(&packer->json, text_of(sentiment_names[label]));
        json_write_text(&packer->json, words_label(language, label));
    }
    json_end(&packer->json);
}

/* One attempt with packer->share of the records. */
static bool pack_share(struct packer *packer, struct error *error)
{
    const struct document *document = packer->page->document;
    packer->packed->size = packer->packed->row_count = 0;
    packer->packed_text = packer->total_text = 0;
    packer->is_too_large = false;
    hash_table_clear(&packer->strata);
    packer->stream = (z_stream){0};
    packer->text = fopencookie(packer, "w", (cookie_io_functions_t){.write = deflate_bytes});
    if (!packer->text || deflateInit2(&packer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                      GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        if (packer->text)
            fclose(packer->text);
        return error_set(error, ERROR_STORE, "report.html: the rows cannot be compressed");
    }
    packer->json = (struct json_writer){.stream = packer->text};
    json_begin_object(&packer->json);
    write_names(packer);
    json_write_key(&packer->json, TEXT("rows"));
    json_begin_array(&packer->json);
    bool ok = store_for_each_record(document->store, document->selection, visit_for_packing, packer,
                                    error);
    json_end(&packer->json);
    json_end(&packer->json);
    fclose(packer->text);
    append_packed(packer, Z_FINISH);
    deflateEnd(&packer->stream);
    packer->is_too_large |= packer->packed->size > packer->max_bytes;
    return ok;
}

bool html_pack(struct page *page, size_t max_size, struct packed_rows *packed, struct error *error)
{
    const struct document *document = page->document;
    struct packer packer = {
        .page = page, .packed = packed, .max_bytes = max_size / 4 * 3, .share = 1};
    bool ok = true;
    *packed = (struct packed_rows){0};
    int64_t max_rows = document->options.max_rows;
    if (max_rows >= 0 && (uint64_t)max_rows < document->record_count)
        packer.share = (double)max_rows / (double)document->record_count;
    for (int try = 0; ok && try < MAX_TRIES && (try == 0 || packer.is_too_large); try++) {
        if (try > 0)
            packer.share *= safety * fmin(1, (double)packer.packed_text /
                                                 ((double)packer.total_text * packer.share) *
                                                 (double)packer.max_bytes / (double)packed->size);
        ok = pack_share(&packer, error);
    }
    if (packer.is_too_large)
        packed->row_count = packed->size = 0;
    hash_table_free(&packer.strata);
    return ok;
}

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
