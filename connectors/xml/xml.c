/* xml.c - the connector for XML: a repeated element is a record, its attributes and children are
 * the columns. Known exports are detected (exports.h); in other files the element is found by its
 * content. Memory is bounded by one record; nothing outside the file is ever read. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/memory.h"
#include "connectors/columns/reading_options.h"
#include "connectors/connectors.h"
#include "connectors/exports/schema.h"
#include "connectors/input/archive.h"
#include "connectors/input/input.h"
#include "connectors/input/record_span.h"
#include "connectors/xml/fields.h"
#include "connectors/xml/layout.h"
#include "connectors/xml/scan.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes examined before the first record is read */
    MAX_SAMPLES = 200,        /* records in these bytes */
    MAX_THREADS = 100 * 1000  /* titles of pages that are kept */
};

struct xml_state {
    /* options */
    struct text charset, map, element_option;
    bool allow_missing_text;
    struct reading_options reading_options;
    struct record_limits limits;
    int64_t max_ratio;

    struct input *input;
    struct arena arena;
    struct text element;        /* of a record, without prefix */
    struct text thread_element; /* with the title of the page that records belong to; or empty */
    struct hash_table threads;  /* hash of a thread's id -> index into titles */
    struct text *titles;        /* allocated with malloc; the texts are in the arena */
    size_t title_count, title_capacity;
    struct xml_reader reader;
    struct fields record_fields; /* of the last record */
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
             "lang, reply)"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, charset),
     .default_value = "",
     .help = "character set of the file, by its iconv name; empty: the declared one"},
    RECORD_LIMIT_OPTIONS(struct xml_state, limits),
    ARCHIVE_MAX_RATIO_OPTION(struct xml_state, max_ratio),
    READING_OPTIONS(struct xml_state, reading_options),
    MAPPING_ALLOW_MISSING_TEXT_OPTION(struct xml_state, allow_missing_text),
    {.name = NULL},
};

/* ---- Finding the records ---- */

/* A record, or the title of a page. */
struct xml_finder {
    struct xml_state *state;
    struct xml_record record;
    bool is_thread;
};

/* Sets *begin to the next element that is a record or a thread. False if `ahead` contains none. */
static bool find_element(struct xml_finder *finder, struct text ahead, bool is_final,
                         struct xml_token *token, size_t *begin)
{
    const struct xml_state *state = finder->state;
    bool is_at_end = is_final || ahead.size > (size_t)state->limits.record_size;
    for (*begin = 0; *begin < ahead.size; *begin += token->size) {
        enum xml_token_kind kind = xml_scan(ahead, *begin, is_at_end, token);
        if (kind == XML_INCOMPLETE)
            return false;
        if (kind != XML_START_TAG && kind != XML_MALFORMED)
            continue;
        finder->is_thread =
            state->thread_element.size && text_equal(token->name, state->thread_element);
        if (finder->is_thread || text_equal(token->name, state->element))
            return true;
    }
    return false;
}

/* A record_span_finder; `user` is a struct xml_finder. */
static enum span_status find_record_span(void *user, struct text ahead, bool is_final,
                                         struct record_span *span)
{
    struct xml_finder *finder = user;
    struct xml_record *record = &finder->record;
    size_t max_size = (size_t)finder->state->limits.record_size;
    struct xml_token token;
    if (!find_element(finder, ahead, is_final, &token, &span->begin))
        return span->begin == ahead.size && is_final ? SPAN_END : SPAN_INCOMPLETE;
    struct text rest = text_slice(ahead, span->begin, ahead.size);
    enum xml_record_status status =
        xml_record_read(&finder->state->reader, rest, is_final || rest.size > max_size, record);
    if (status == XML_RECORD_INCOMPLETE)
        return SPAN_INCOMPLETE;
    if (finder->is_thread && status == XML_RECORD_FAULTY) {
        record->size = token.size; /* without its title; records may follow in it */
        record->fault.kind = ERROR_NONE;
    }
    span->size = record->size;
    if (span->size > max_size) {
        record->fault.kind = ERROR_NONE; /* replaced by a clearer message */
        error_set(&record->fault, ERROR_INPUT,
                  "an element of more than %lld bytes; to read it, raise 'max_record_size'",
                  (long long)max_size);
    }
    return SPAN_FOUND;
}

/* ---- Titles of pages ---- */

/* In Disqus exports, the titles of pages precede the comments. */
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
    struct text before = text_trim(text_slice(head, 0, first));
    bool begins_in_tag = before.size > 0 && before.bytes[before.size - 1] == '>';
    if (start.size == 0 || (before.size > 0 && !begins_in_tag))
        return (struct recognition){0, TEXT("does not begin with <")};
    struct xml_layout layout = xml_layout_detect(start, arena);
    const struct known_export *known_export =
        exports_find_by_elements(layout.root, layout.names, layout.count);
    if (text_equal_ignore_case(layout.root, TEXT("html")))
        return (struct recognition){20, TEXT("an HTML page")};
    if (begins_in_tag)
        return (struct recognition){layout.record.size ? 40 : 0,
                                    TEXT("XML that begins within a tag")};
    if (known_export)
        return (struct recognition){97, text_of(known_export->name)};
    if (layout.record.size)
        return (struct recognition){
            90, arena_format(arena, "XML, records in <%.*s>", TEXT_ARGUMENT(layout.record))};
    return (struct recognition){layout.count ? 50 : 20, TEXT("XML without records")};
}

/* Infers the columns from the records in `head`. */
static bool infer_columns(struct xml_state *state, struct text head, bool is_whole_file,
                          const char *path, struct error *error)
{
    struct fields *samples = arena_alloc(&state->arena, MAX_SAMPLES, sizeof(*samples));
    struct xml_finder finder = {.state = state};
    size_t count = 0;
    while (count < MAX_SAMPLES) {
        struct record_span span = {0};
        samples[count].arena = &state->arena;
        finder.record.fields = &samples[count];
        if (find_record_span(&finder, head, is_whole_file, &span) != SPAN_FOUND)
            break;
        head = text_slice(head, span.begin + span.size, head.size);
        if (finder.is_thread)
            store_thread_title(state, &samples[count]);
        if (finder.is_thread || finder.record.fault.kind != ERROR_NONE)
            continue;
        xml_record_copy_values(&state->reader, &samples[count]);
        add_thread_title(state, &samples[count++]);
    }
    struct mapping_options mapping_options = {
        .path = path, .user_mapping = state->map, .allow_missing_text = state->allow_missing_text};
    bool ok = reading_options_apply(&state->reading_options, &mapping_options, error) &&
              schema_infer(&state->schema, (struct record_samples){samples, count},
                           &mapping_options, &state->arena, error);
    for (size_t i = 0; i < MAX_SAMPLES; i++)
        fields_free(&samples[i]);
    return ok;
}

/* Chooses the charset of the option, otherwise that of the XML declaration, or empty (detect it) if
 * the declaration has none, UTF-8 or UTF-16. */
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
    bool is_readable = input_peek(input, 256, &head, error);
    struct text declaration = text_slice(head, 0, text_find(head, TEXT("?>"), 0));
    size_t at = text_find(declaration, TEXT("encoding="), 0) + strlen("encoding=");
    if (is_readable && at < declaration.size) {
        char quote = declaration.bytes[at];
        struct text name = text_slice(declaration, at + 1, declaration.size), value;
        if ((quote == '"' || quote == '\'') && text_split(&name, quote, &value) &&
            value.size < 64 && strncasecmp(value.bytes, "utf", 3) != 0)
            snprintf(charset, 64, "%.*s", TEXT_ARGUMENT(value));
    }
    input_close(input);
    return is_readable;
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
    struct error sample_error = {0}; /* reported again when reading reaches the fault */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &sample_error) && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    bool is_whole_file = head.size < SAMPLE_SIZE;
    head = arena_copy_text(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    struct xml_layout layout = xml_layout_detect(head, &state->arena);
    state->element = layout.record;
    if (!state->element_option.size)
        state->schema.known_export =
            exports_find_by_elements(layout.root, layout.names, layout.count);
    else
        state->element = state->element_option;
    if (state->schema.known_export)
        state->element = text_of(state->schema.known_export->element);
    if (state->schema.known_export && text_equal(layout.root, TEXT("disqus")))
        state->thread_element = TEXT("thread");
    return infer_columns(state, head, is_whole_file, path, error);
}

/* Reads the next record; stores the titles of pages before it. */
static enum span_status next_record(struct xml_finder *finder, struct found_record *found,
                                    struct error *error)
{
    struct xml_state *state = finder->state;
    for (;;) {
        enum span_status status =
            record_span_read(state->input, find_record_span, finder, found, error);
        if (status != SPAN_FOUND || finder->record.fault.kind != ERROR_NONE || !finder->is_thread)
            return status;
        store_thread_title(state, finder->record.fields);
    }
}

static enum read_status read_xml(void *user, struct batch *batch, struct error *error)
{
    struct xml_state *state = user;
    struct fields *fields = &state->record_fields;
    struct xml_finder finder; /* not zeroed: the message of a fault is large */
    struct found_record found;
    finder.state = state;
    finder.record.fields = fields;
    finder.record.fault.kind = ERROR_NONE;
    fields->arena = &batch->arena;
    enum span_status status = next_record(&finder, &found, error);
    if (status != SPAN_FOUND)
        return status == SPAN_END ? READ_END : READ_FAILED;
    const struct error *fault = &finder.record.fault;
    if (fault->kind != ERROR_NONE) {
        batch_reject_row(batch, found.line, found.byte_offset, text_of(fault->message), found.raw);
    } else if (!schema_accepts(&state->schema, fields)) {
        batch->skipped++;
    } else {
        xml_record_copy_values(&state->reader, fields);
        add_thread_title(state, fields);
        schema_add_record(&state->schema, fields, batch,
                          (struct location){found.line, found.byte_offset, found.raw});
    }
    return READ_OK;
}

static struct text explain(void *user, const struct column_facts *facts, struct arena *arena)
{
    struct xml_state *state = user;
    return arena_format(arena, "charset: %.*s\nlayout: a record is <%.*s>\n%.*s",
                        TEXT_ARGUMENT(input_charset_description(state->input)),
                        TEXT_ARGUMENT(state->element),
                        TEXT_ARGUMENT(schema_explain(&state->schema, facts, arena)));
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
