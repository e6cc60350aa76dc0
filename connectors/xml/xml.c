/* xml.c - the connector for XML: an element that repeats is a record, its attributes and children
 * are the columns. What services export is known (services.h); in other files the element is found.
 * Memory is bounded by one record; nothing outside the file is ever read. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/exports/schema.h"
#include "connectors/input/input.h"
#include "connectors/xml/fields.h"
#include "connectors/xml/layout.h"
#include "connectors/xml/scan.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes looked at before the first record is read */
    MAX_SAMPLES = 200,        /* elements of it */
    MAX_THREADS = 100 * 1000  /* titles of pages that are remembered */
};

struct xml_state {
    /* options */
    struct text charset, map, element_option;
    bool allow_missing_text;
    struct record_limits limits;
    int64_t max_ratio;

    struct input *input;
    struct arena arena;
    struct text element; /* of a record, without prefix */
    struct text
        thread_element; /* element with the title of the page that records stand under, if any */
    struct hash_table threads; /* id of a thread -> index into titles */
    struct text *titles;       /* owned list of texts in the arena */
    size_t title_count, title_capacity;
    struct xml_reader reader;
    struct fields record_fields; /* of the record that was read last */
    struct schema schema;
};

static const struct option options[] = {
    {.name = "element",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, element_option),
     .default_value = "",
     .help = "name, without prefix, of the element that is one record; empty: detect it"},
    {.name = "map",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, map),
     .default_value = "",
     .help = "roles of child elements: text=body,author=author.name (also id, date, rating, title, "
             "lang)"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, charset),
     .default_value = "",
     .help = "character set of the file, by its iconv name; empty: the declared one"},
    RECORD_LIMIT_OPTIONS(struct xml_state, limits),
    INPUT_MAX_RATIO_OPTION(struct xml_state, max_ratio),
    MAPPING_ALLOW_MISSING_TEXT_OPTION(struct xml_state, allow_missing_text),
    {.name = NULL},
};

/* ---- Finding the records ---- */

/* A stretch of the file that is a record, or ought to be one, or the title of a page. */
struct span {
    size_t begin, size;
    bool is_thread;
    struct error fault; /* none: read it */
};

enum xml_find_status { XML_FIND_FOUND, XML_FIND_END, XML_FIND_INCOMPLETE };

/* The first piece in `ahead`, and its members. With XML_FIND_INCOMPLETE, nothing stands before
 * piece->begin. */
static enum xml_find_status find_record_span(struct xml_state *state, struct text ahead,
                                             bool is_final, struct span *span,
                                             struct fields *record_fields)
{
    struct xml_token token;
    bool is_at_end = is_final || ahead.size > (size_t)state->limits.record_size;
    span->begin = 0;
    span->fault.kind = ERROR_NONE;
    for (; span->begin < ahead.size; span->begin += token.size) {
        enum xml_token_kind kind = xml_scan(ahead, span->begin, is_at_end, &token);
        if (kind == XML_INCOMPLETE)
            return XML_FIND_INCOMPLETE;
        if (kind != XML_START_TAG && kind != XML_MALFORMED)
            continue;
        span->is_thread =
            state->thread_element.size && text_equal(token.name, state->thread_element);
        if (span->is_thread || text_equal(token.name, state->element))
            break;
    }
    if (span->begin == ahead.size)
        return is_final ? XML_FIND_END : XML_FIND_INCOMPLETE;
    struct text rest = text_slice(ahead, span->begin, ahead.size);
    bool is_at_limit = rest.size > (size_t)state->limits.record_size;
    enum xml_record_status record_status = xml_record_read(
        &state->reader, rest, is_final || is_at_limit, record_fields, &span->size, &span->fault);
    if (record_status == XML_RECORD_INCOMPLETE)
        return XML_FIND_INCOMPLETE;
    if (span->is_thread && record_status == XML_RECORD_FAULTY) {
        span->size = token.size; /* a title less; what stands in it may be a record */
        span->fault.kind = ERROR_NONE;
    }
    if (span->size <= (size_t)state->limits.record_size)
        return XML_FIND_FOUND;
    span->fault.kind = ERROR_NONE; /* this says it better */
    error_set(&span->fault, ERROR_INPUT,
              "an element of more than %lld bytes; 'max_record_size' allows more",
              (long long)state->limits.record_size);
    return XML_FIND_FOUND;
}

/* The next piece; XML_FIND_INCOMPLETE: the file cannot be read on (error set). What place->raw
 * lends is good until the next call. */
static enum xml_find_status next_record_span(struct xml_state *state, struct span *span,
                                             struct location *location,
                                             struct fields *record_fields, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text ahead;
        bool good = input_peek(state->input, wanted, &ahead, error);
        enum xml_find_status kind =
            find_record_span(state, ahead, good && ahead.size < wanted, span, record_fields);
        input_consume(state->input, span->begin);
        if (kind == XML_FIND_FOUND) {
            location->line = input_line(state->input);
            location->byte_offset = input_offset(state->input);
            input_consume(state->input, span->size);
            location->raw = input_consumed_bytes(state->input, location->byte_offset);
            return kind;
        }
        if (kind == XML_FIND_END || !good)
            return kind;
        ahead.size -= span->begin;
        wanted = ahead.size + ahead.size / 2 + 1;
    }
}

/* ---- Titles of pages ---- */

/* Disqus tells the titles of pages before the comments that stand under them. */
static void store_thread_title(struct xml_state *state, const struct fields *thread_element)
{
    const struct text *id = fields_find(thread_element, TEXT("id"));
    const struct text *title = fields_find(thread_element, TEXT("title"));
    if (!id || !title || !title->size || state->title_count == MAX_THREADS)
        return;
    bool added;
    hash_table_get_or_insert(&state->threads, hash_text(*id), state->title_count, &added);
    if (!added)
        return;
    state->titles = memory_grow(state->titles, &state->title_capacity, state->title_count + 1,
                                sizeof(*state->titles));
    state->titles[state->title_count++] =
        arena_copy_text(&state->arena, text_slice(*title, 0, 1024));
}

static void add_thread_title(const struct xml_state *state, struct fields *record_fields)
{
    const struct text *id =
        state->thread_element.size ? fields_find(record_fields, TEXT("thread.id")) : NULL;
    const size_t *at = id ? hash_table_find(&state->threads, hash_text(*id)) : NULL;
    if (at)
        fields_set(record_fields, TEXT("thread.title"), state->titles[*at]);
}

/* ---- The connector ---- */

static struct recognition recognize(const struct candidate_file *candidate_file,
                                    struct arena *arena)
{
    if (candidate_file->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = input_decode_head(candidate_file->head, arena);
    size_t first = text_find(head, TEXT("<"), 0);
    struct text start = text_slice(head, first, head.size);
    struct text above = text_trim(text_slice(head, 0, first));
    bool cut = above.size > 0 && above.bytes[above.size - 1] == '>'; /* the end of a tag */
    if (start.size == 0 || (above.size > 0 && !cut))
        return (struct recognition){0, TEXT("does not begin with <")};
    struct xml_layout layout = xml_layout_detect(start, arena);
    const struct service *service =
        service_find_by_elements(layout.root, layout.names, layout.count);
    if (text_equal_ignore_case(layout.root, TEXT("html")))
        return (struct recognition){20, TEXT("a page of HTML")};
    if (cut)
        return (struct recognition){layout.record.size ? 40 : 0, TEXT("XML that begins in a tag")};
    if (service)
        return (struct recognition){97, text_of(service_name(service))};
    if (layout.record.size)
        return (struct recognition){
            90, arena_format(arena, "XML, records in <%.*s>", TEXT_ARGUMENT(layout.record))};
    return (struct recognition){layout.count ? 50 : 20, TEXT("XML without a record in it")};
}

/* Columns and samples from the records within `head`. */
static bool infer_columns(struct xml_state *state, struct text head, bool whole, const char *path,
                          struct error *error)
{
    struct fields *samples = arena_alloc(&state->arena, MAX_SAMPLES, sizeof(*samples));
    struct span span;
    size_t count = 0;
    while (count < MAX_SAMPLES) {
        samples[count].arena = &state->arena;
        if (find_record_span(state, head, whole, &span, &samples[count]) != XML_FIND_FOUND)
            break;
        head = text_slice(head, span.begin + span.size, head.size);
        if (span.is_thread)
            store_thread_title(state, &samples[count]);
        if (span.is_thread || span.fault.kind != ERROR_NONE)
            continue;
        xml_record_copy_values(&state->reader, &samples[count]);
        add_thread_title(state, &samples[count++]);
    }
    bool ok = schema_infer(&state->schema, samples, count, state->allow_missing_text, state->map,
                           path, &state->arena, error);
    for (size_t i = 0; i < MAX_SAMPLES; i++)
        fields_free(&samples[i]);
    return ok;
}

/* The charset that the XML declaration names, where it is not UTF-8 or UTF-16 (found by
 * themselves); the option overrides it. */
static bool choose_charset(const struct xml_state *state, const char *path, char charset[64],
                           struct error *error)
{
    struct input *input;
    struct text head;
    snprintf(charset, 64, "%.*s", TEXT_ARGUMENT(text_slice(state->charset, 0, 63)));
    if (charset[0])
        return true;
    if (!input_open(&input, path, (struct text){0}, true, error))
        return false;
    bool good = input_peek(input, 256, &head, error);
    struct text declaration = text_slice(head, 0, text_find(head, TEXT("?>"), 0));
    size_t at = text_find(declaration, TEXT("encoding="), 0) + strlen("encoding=");
    if (good && at < declaration.size) {
        char quote = declaration.bytes[at];
        struct text name = text_slice(declaration, at + 1, declaration.size), value;
        if ((quote == '"' || quote == '\'') && text_split(&name, quote, &value) &&
            value.size < 64 && strncasecmp(value.bytes, "utf", 3) != 0)
            snprintf(charset, 64, "%.*s", TEXT_ARGUMENT(value));
    }
    input_close(input);
    return good;
}

static bool open_xml(void *user, const char *path, struct error *error)
{
    struct xml_state *state = user;
    struct text head;
    char charset[64];
    state->reader.limits = &state->limits;
    if (!choose_charset(state, path, charset, error) ||
        !input_open(&state->input, path, text_of(charset), false, error))
        return false;
    input_set_max_ratio(state->input, state->max_ratio);
    struct error sample_error = {
        0}; /* a fault within the sample comes again when its place is reached */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &sample_error) && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    bool whole = head.size < SAMPLE_SIZE;
    head = arena_copy_text(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    struct xml_layout layout = xml_layout_detect(head, &state->arena);
    state->element = layout.record;
    if (!state->element_option.size)
        state->schema.service = service_find_by_elements(layout.root, layout.names, layout.count);
    else
        state->element = state->element_option;
    if (state->schema.service)
        state->element = service_element(state->schema.service);
    if (state->schema.service && text_equal(layout.root, TEXT("disqus")))
        state->thread_element = TEXT("thread");
    return infer_columns(state, head, whole, path, error);
}

/* The next element that may be a record; titles of pages are noted and passed by. */
static enum xml_find_status next_record(struct xml_state *state, struct span *span,
                                        struct location *location, struct error *error)
{
    for (;;) {
        enum xml_find_status kind =
            next_record_span(state, span, location, &state->record_fields, error);
        if (kind != XML_FIND_FOUND || span->fault.kind != ERROR_NONE || !span->is_thread)
            return kind;
        store_thread_title(state, &state->record_fields);
    }
}

static enum read_status read_xml(void *user, struct batch *batch, struct error *error)
{
    struct xml_state *state = user;
    struct span span;
    struct location location = {0};
    state->record_fields.arena = &batch->arena;
    enum xml_find_status kind = next_record(state, &span, &location, error);
    if (kind != XML_FIND_FOUND)
        return kind == XML_FIND_END ? READ_END : READ_FAILED;
    if (span.fault.kind == ERROR_NONE && !schema_accepts(&state->schema, &state->record_fields)) {
        batch->skipped++;
    } else if (span.fault.kind == ERROR_NONE) {
        xml_record_copy_values(&state->reader, &state->record_fields);
        add_thread_title(state, &state->record_fields);
        schema_add_record(&state->schema, &state->record_fields, batch, location);
    } else {
        batch_reject_row(batch, location.line, location.byte_offset, text_of(span.fault.message),
                         location.raw);
    }
    return READ_OK;
}

static struct text explain(void *user, struct arena *arena)
{
    struct xml_state *state = user;
    return arena_format(arena, "charset: %.*s\nlayout: a record is <%.*s>\n%.*s",
                        TEXT_ARGUMENT(input_charset_description(state->input)),
                        TEXT_ARGUMENT(state->element),
                        TEXT_ARGUMENT(schema_explain(&state->schema, arena)));
}

static void close_xml(void *user)
{
    struct xml_state *state = user;
    input_close(state->input);
    hash_table_free(&state->threads);
    free(state->titles);
    xml_reader_free(&state->reader);
    fields_free(&state->record_fields);
    schema_free(&state->schema);
    arena_free(&state->arena);
}

const struct connector xml_connector = {
    .name = "xml",
    .summary = "Disqus, WordPress, Apple, Zendesk, Stack Exchange, any repeated element",
    .options = options,
    .state_size = sizeof(struct xml_state),
    .recognize = recognize,
    .open = open_xml,
    .read = read_xml,
    .explain = explain,
    .close = close_xml,
};
