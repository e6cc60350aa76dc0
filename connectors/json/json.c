/* json.c - the connector for JSON: an object per line, consecutive objects, arrays or objects of
 * objects, also nested ({"reviews": [...]}) and page after page, or table rows as arrays. Known
 * exports are detected (exports.h). Memory is bounded by one record. */
#include <string.h>

#include "connectors/columns/reading_options.h"
#include "connectors/connectors.h"
#include "connectors/exports/schema.h"
#include "connectors/input/archive.h"
#include "connectors/input/input.h"
#include "connectors/input/record_span.h"
#include "connectors/json/column_lists.h"
#include "connectors/json/fields.h"
#include "connectors/json/members.h"
#include "connectors/json/split.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes examined before the first record is read */
    MAX_SAMPLES = 200,        /* records in these bytes */
    MAX_NAME_SIZE = 64,       /* bytes of a column name in the header row */
    MAX_REPLY_DEPTH = 64      /* of records within records; deeper ones are fields */
};

struct json_state {
    /* options */
    struct text charset, map, element;
    bool allow_missing_text;
    struct reading_options reading_options;
    int64_t max_ratio;
    struct json_reader reader; /* its limits are options */

    struct input *input;
    struct arena arena;
    struct json_splitter splitter;
    struct json_columns columns; /* of JSON_COLUMNS */
    struct arena scratch;        /* of records that are skipped */
    bool has_nested_records;     /* in the samples: replies to a comment are records, too */
    struct schema schema;
};

static const struct option options[] = {
    {.name = "map",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, map),
     .default_value = "",
     .help = "roles of members: text=body,author=author.name (also id, date, rating, title, lang, "
             "reply)"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, charset),
     .default_value = "",
     .help = "character set of the file, by its iconv name; empty: detect it"},
    {.name = "element",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, element),
     .default_value = "",
     .help = "member that is the list of records: messages, data.children; empty: detect it"},
    RECORD_LIMIT_OPTIONS(struct json_state, reader.limits),
    ARCHIVE_MAX_RATIO_OPTION(struct json_state, max_ratio),
    READING_OPTIONS(struct json_state, reading_options),
    MAPPING_ALLOW_MISSING_TEXT_OPTION(struct json_state, allow_missing_text),
    {.name = NULL},
};

/* ---- The connector ---- */

/* Checks that the first value is a record, or a list of records, of valid JSON. */
static struct recognition recognize(const struct candidate_file *file, struct arena *arena)
{
    if (file->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = text_trim(input_decode_head(file->head, arena));
    if (head.size == 0 || (head.bytes[0] != '{' && head.bytes[0] != '['))
        return (struct recognition){0, TEXT("begins with neither { nor [")};
    struct json_state state = {.splitter.layout = json_layout_detect(head)};
    struct json_layout *layout = &state.splitter.layout;
    if (layout->kind == JSON_COLUMNS)
        return (struct recognition){90, text_of(json_layout_kind_names[layout->kind])};
    struct record_span span = {0};
    option_set_defaults(options, &state);
    state.splitter.max_record_size = (size_t)state.reader.limits.record_size;
    struct text rest = text_slice(head, layout->begin, head.size);
    enum span_status status = json_splitter_next(&state.splitter, rest, true, &span);
    if (status == SPAN_END && layout->container_name.size > 0)
        return (struct recognition){90, TEXT("an empty list")};
    if (status != SPAN_FOUND ||
        !strchr(layout->kind == JSON_ROWS ? "[" : "{\"", rest.bytes[span.begin]))
        return (struct recognition){10, TEXT("no object in it")};
    struct text raw = text_slice(rest, span.begin, span.begin + span.size);
    bool cut =
        file->head.size >= CONNECTOR_HEAD_SIZE && raw.bytes + raw.size == head.bytes + head.size;
    struct fields record_fields = {.arena = arena};
    bool whole = json_record_read(&state.reader, raw, &record_fields, NULL);
    const struct known_export *known_export = whole ? exports_find_by_fields(&record_fields) : NULL;
    fields_free(&record_fields);
    field_paths_free(&state.reader.field_paths);
    if (!whole && !cut)
        return (struct recognition){40, TEXT("its first object is malformed")};
    if (known_export)
        return (struct recognition){97, text_of(known_export->name)};
    return (struct recognition){90, text_of(json_layout_kind_names[layout->kind])};
}

/* Takes the next record off the front of *head; false at the end. */
static bool next_sample(struct json_state *state, struct text *head, struct text *raw)
{
    struct record_span span = {0};
    if (state->columns.count > 0)
        return json_columns_next(&state->columns, &state->arena, raw) == JSON_COLUMNS_ROW;
    if (json_splitter_next(&state->splitter, *head, true, &span) != SPAN_FOUND)
        return false;
    *raw = text_slice(*head, span.begin, span.begin + span.size);
    *head = text_slice(*head, span.begin + span.size, head->size);
    return true;
}

static bool looks_like_header(const struct fields *row)
{
    double number;
    for (size_t i = 0; i < row->count; i++) {
        struct text cell = text_trim(row->cells[i]);
        if (cell.size == 0 || cell.size > MAX_NAME_SIZE || text_to_real(cell, &number))
            return false;
    }
    return row->count > 0;
}

/* Takes column names from the list that the layout found: of strings, or of objects with a name. */
static void read_header_member(struct json_state *state, struct text header)
{
    struct fields list = {.arena = &state->arena};
    struct error fault;
    if (!json_record_read(&state->reader, header, &list, &fault))
        return;
    struct text *names = arena_alloc(&state->arena, list.count + 1, sizeof(*names));
    size_t count = 0;
    for (size_t i = 0; i < list.count; i++)
        if (text_find(list.names[i], TEXT("."), 0) == list.names[i].size ||
            text_ends_with(list.names[i], TEXT(".name")))
            names[count++] = list.cells[i];
    state->reader.columns = names;
    state->reader.column_count = count;
    fields_free(&list);
}

/* Takes column names from the first row if it is a header. Returns the size of the bytes up to its
 * end, 0 if it is none. */
static size_t read_header_row(struct json_state *state, struct text head)
{
    struct text rest = head, raw;
    struct fields row = {.arena = &state->arena};
    size_t size = 0;
    if (next_sample(state, &rest, &raw) && !state->splitter.fault &&
        json_record_read(&state->reader, raw, &row, NULL) && looks_like_header(&row)) {
        struct text *names = arena_alloc(&state->arena, row.count, sizeof(*names));
        memcpy(names, row.cells, row.count * sizeof(*names));
        state->reader.columns = names;
        state->reader.column_count = row.count;
        size = head.size - rest.size;
    }
    fields_free(&row);
    return size;
}

/* The record without the records that are nested in it. */
static struct text remove_nested_records(struct json_state *state, struct text raw,
                                         struct arena *arena)
{
    struct nested_list list;
    size_t size = 0, from = 0;
    if (state->splitter.layout.container_name.size == 0 ||
        !json_layout_find_nested_list(raw, 0, state->splitter.layout, &list))
        return raw;
    size_t nested_size = 0;
    for (; json_layout_find_nested_list(raw, from, state->splitter.layout, &list); from = list.end)
        nested_size += list.end - list.begin;
    char *bytes = arena_alloc(arena, raw.size - nested_size + 1, 1);
    for (from = 0; json_layout_find_nested_list(raw, from, state->splitter.layout, &list);
         from = list.end) {
        memcpy(bytes + size, raw.bytes + from, list.begin - from);
        size += list.begin - from;
    }
    memcpy(bytes + size, raw.bytes + from, raw.size - from);
    return (struct text){bytes, size + raw.size - from};
}

/* Infers the columns from the records in `head`. */
static bool infer_columns(struct json_state *state, struct text head, const char *path,
                          struct error *error)
{
    struct fields *samples = arena_alloc(&state->arena, MAX_SAMPLES, sizeof(*samples));
    size_t count = 0;
    struct text raw;
    const struct json_splitter splitter = state->splitter;
    while (count < MAX_SAMPLES && next_sample(state, &head, &raw)) {
        samples[count].arena = &state->arena;
        struct text outer = remove_nested_records(state, raw, &state->arena);
        state->has_nested_records = state->has_nested_records || outer.size < raw.size;
        count += !state->splitter.fault &&
                 json_record_read(&state->reader, outer, &samples[count], NULL);
    }
    state->splitter = splitter;
    struct mapping_options mapping_options = {
        .path = path, .user_mapping = state->map, .allow_missing_text = state->allow_missing_text};
    bool ok = reading_options_apply(&state->reading_options, &mapping_options, error) &&
              schema_infer(&state->schema, (struct record_samples){samples, count},
                           &mapping_options, &state->arena, error);
    for (size_t i = 0; i < count; i++)
        fields_free(&samples[i]);
    return ok;
}

static bool find_layout(struct json_state *state, struct text head, const char *path,
                        struct json_layout *layout, struct error *error)
{
    struct text element = text_trim(state->element);
    if (element.size == 0) {
        *layout = json_layout_detect(head);
        return true;
    }
    return json_layout_find_element(head, element, layout) ||
           error_set(error, ERROR_USAGE,
                     "%s: no list or object '%.*s' in the first %d KiB; correct 'element ='", path,
                     TEXT_ARGUMENT(element), SAMPLE_SIZE / 1024);
}

/* Keeps the whole file: each row has a cell at the beginning of it and one at its end. */
static bool open_columns(struct json_state *state, const char *path, size_t begin,
                         struct error *error)
{
    size_t max_size = (size_t)state->reader.limits.record_size;
    struct text bytes;
    if (!input_peek(state->input, max_size + 1, &bytes, error))
        return false;
    if (bytes.size > max_size)
        return error_set(error, ERROR_INPUT,
                         "%s: lists of columns of more than %zu bytes; to read them, raise "
                         "'max_record_size', or export a list of objects",
                         path, max_size);
    size_t size = bytes.size;
    json_columns_begin(&state->columns, arena_copy_text(&state->arena, bytes), begin,
                       &state->arena);
    input_consume(state->input, size);
    const struct json_columns columns = state->columns;
    struct json_column *list =
        arena_alloc(&state->arena, columns.count + 1, sizeof(*list)); /* the samples move on */
    memcpy(list, columns.list, columns.count * sizeof(*list));
    bool ok = infer_columns(state, columns.bytes, path, error);
    state->columns = columns;
    state->columns.list = list;
    return ok;
}

static bool open_json(void *user, const char *path, struct error *error)
{
    struct json_state *state = user;
    struct text head;
    if (!input_open(&state->input, path, state->charset, false, error))
        return false;
    input_set_max_ratio(state->input, state->max_ratio);
    struct error sample_error = {0}; /* reported again when reading reaches the fault */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &sample_error) && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    head = arena_copy_text(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    struct json_layout layout;
    if (!find_layout(state, head, path, &layout, error))
        return false;
    state->splitter = (struct json_splitter){
        .layout = layout, .max_record_size = (size_t)state->reader.limits.record_size};
    size_t begin = layout.begin;
    if (layout.kind == JSON_COLUMNS)
        return open_columns(state, path, begin, error);
    if (layout.header.size)
        read_header_member(state, layout.header);
    else if (layout.kind == JSON_ROWS)
        begin += read_header_row(state, text_slice(head, begin, head.size));
    input_consume(state->input, begin);
    return infer_columns(state, text_slice(head, begin, head.size), path, error);
}

static bool read_fields(struct json_state *state, struct text raw, struct fields *record_fields,
                        struct error *fault)
{
    return state->splitter.fault ? error_set(fault, ERROR_INPUT, "%s", state->splitter.fault)
                                 : json_record_read(&state->reader, raw, record_fields, fault);
}

/* False for objects that are not feedback, such as the app that precedes its reviews. */
static bool is_accepted_record(struct json_state *state, struct text raw)
{
    if (!schema_has_skip_rules(&state->schema))
        return true;
    struct fields record_fields = {.arena = &state->scratch};
    bool is_accepted = !read_fields(state, raw, &record_fields, NULL) ||
                       schema_accepts(&state->schema, &record_fields);
    fields_free(&record_fields);
    arena_reset(&state->scratch);
    return is_accepted;
}

static void add_record(struct json_state *state, struct text raw, struct location location,
                       struct batch *batch)
{
    if (!is_accepted_record(state, raw)) {
        batch->skipped++;
        return;
    }
    struct error fault;
    fault.kind = ERROR_NONE;
    struct fields record_fields = {.arena = &batch->arena};
    if (read_fields(state, raw, &record_fields, &fault))
        schema_add_record(&state->schema, &record_fields, batch, location);
    else
        batch_reject_row(batch, location.line, location.byte_offset, text_of(fault.message),
                         location.raw);
    fields_free(&record_fields);
}

/* Adds the record, then those that are nested in it. */
static void add_nested_records(struct json_state *state, struct text raw, struct location location,
                               struct batch *batch, unsigned depth)
{
    struct nested_list list;
    struct text outer =
        depth < MAX_REPLY_DEPTH ? remove_nested_records(state, raw, &batch->arena) : raw;
    add_record(state, outer, location, batch);
    if (outer.size == raw.size)
        return;
    size_t from = 0, line_at = 0, at, end;
    for (; json_layout_find_nested_list(raw, from, state->splitter.layout, &list); from = list.end)
        for (at = list.begin; json_take_object(raw, &at, &end); at = end) {
            struct text nested = text_slice(raw, at, end);
            for (; line_at < at; line_at++)
                location.line += raw.bytes[line_at] == '\n';
            add_nested_records(state, nested, location, batch, depth + 1);
        }
}

static enum read_status read_row_of_columns(struct json_state *state, struct batch *batch)
{
    struct text row;
    enum json_columns_status status = json_columns_next(&state->columns, &batch->arena, &row);
    if (status == JSON_COLUMNS_END)
        return READ_END;
    struct location location = {state->columns.line, state->columns.line_at, row};
    if (status == JSON_COLUMNS_ROW)
        add_record(state, row, location, batch);
    else
        batch_reject_row(batch, location.line, location.byte_offset,
                         TEXT("the list of a column is malformed here"), text_slice(row, 0, 100));
    return READ_OK;
}

static enum read_status read_json(void *user, struct batch *batch, struct error *error)
{
    struct json_state *state = user;
    struct found_record found;
    if (state->splitter.layout.kind == JSON_COLUMNS)
        return read_row_of_columns(state, batch);
    enum span_status status =
        record_span_read(state->input, json_splitter_next, &state->splitter, &found, error);
    if (status != SPAN_FOUND)
        return status == SPAN_END ? READ_END : READ_FAILED;
    struct location location = {found.line, found.byte_offset, found.raw};
    if (state->has_nested_records && !state->splitter.fault)
        add_nested_records(state, found.bytes, location, batch, 0);
    else
        add_record(state, found.bytes, location, batch);
    return READ_OK;
}

static struct text explain(void *user, const struct column_facts *facts, struct arena *arena)
{
    struct json_state *state = user;
    struct text container_name = state->splitter.layout.container_name;
    return arena_format(arena, "charset: %.*s\nlayout: %s%s%.*s\n%.*s",
                        TEXT_ARGUMENT(input_charset_description(state->input)),
                        json_layout_kind_names[state->splitter.layout.kind],
                        container_name.size ? ", in member " : "", TEXT_ARGUMENT(container_name),
                        TEXT_ARGUMENT(schema_explain(&state->schema, facts, arena)));
}

static void close_json(void *user)
{
    struct json_state *state = user;
    input_close(state->input);
    field_paths_free(&state->reader.field_paths);
    schema_free(&state->schema);
    arena_free(&state->scratch);
    arena_free(&state->arena);
}

const struct connector json_connector = {
    .name = "json",
    .summary = "JSON lines, arrays and objects of objects, rows as lists",
    .options = options,
    .state_size = sizeof(struct json_state),
    .recognize = recognize,
    .open = open_json,
    .read = read_json,
    .explain = explain,
    .close = close_json,
};
