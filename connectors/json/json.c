/* json.c - the connector for JSON: an object a line, objects one behind the other, in an array or
 * in an object, there or deeper ({"reviews": [...]}), page after page; rows of a table as lists.
 * What services export is known (services.h). Memory is bounded by one record. */
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/exports/schema.h"
#include "connectors/input/input.h"
#include "connectors/json/fields.h"
#include "connectors/json/split.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes looked at before the first object is read */
    MAX_SAMPLES = 200,        /* records of it */
    MAX_NAME_SIZE = 64        /* of a column, in the first row of many */
};

struct json_state {
    /* options */
    struct text charset, map;
    bool allow_missing_text;
    int64_t max_ratio;
    struct json_reader reader; /* its limits are options, too */

    struct input *input;
    struct arena arena;
    struct json_splitter splitter;
    struct arena scratch; /* of what does not become a record */
    struct schema schema;
};

static const struct option options[] = {
    {.name = "map",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, map),
     .default_value = "",
     .help = "roles of members: text=body,author=author.name (also id, date, rating, title, lang)"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, charset),
     .default_value = "",
     .help = "character set of the file, by its iconv name; empty: detect it"},
    RECORD_LIMIT_OPTIONS(struct json_state, reader.limits),
    INPUT_MAX_RATIO_OPTION(struct json_state, max_ratio),
    MAPPING_ALLOW_MISSING_TEXT_OPTION(struct json_state, allow_missing_text),
    {.name = NULL},
};

/* The next object, its bytes as UTF-8 in `bytes`; PIECE_MORE: the file cannot be read on (error
 * set). What `bytes` and place->raw lend is good until the next call. */
static enum json_split_status next_record_span(struct json_state *state,
                                               struct json_record_span *span, struct text *bytes,
                                               struct location *location, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text ahead;
        bool good = input_peek(state->input, wanted, &ahead, error);
        enum json_split_status kind =
            json_splitter_next(&state->splitter, ahead, good && ahead.size < wanted, span);
        input_consume(state->input, span->begin);
        if (kind == JSON_SPLIT_FOUND) {
            location->line = input_line(state->input);
            location->byte_offset = input_offset(state->input);
            *bytes = text_slice(ahead, span->begin, span->begin + span->size);
            input_consume(state->input, span->size);
            location->raw = input_consumed_bytes(state->input, location->byte_offset);
            return kind;
        }
        if (kind == JSON_SPLIT_END || !good)
            return kind;
        ahead.size -= span->begin;
        wanted = ahead.size + ahead.size / 2 + 1;
    }
}

/* ---- The connector ---- */

/* Whether the first thing in it is a record, or a list of them, that reads as JSON. */
static struct recognition recognize(const struct candidate_file *candidate_file,
                                    struct arena *arena)
{
    if (candidate_file->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = text_trim(input_decode_head(candidate_file->head, arena));
    if (head.size == 0 || (head.bytes[0] != '{' && head.bytes[0] != '['))
        return (struct recognition){0, TEXT("begins with neither { nor [")};
    struct json_state state = {.splitter.shape = json_shape_detect(head)};
    struct json_shape *shape = &state.splitter.shape;
    struct json_record_span span = {0};
    option_set_defaults(options, &state);
    state.splitter.max_record_size = (size_t)state.reader.limits.record_size;
    struct text rest = text_slice(head, shape->begin, head.size);
    if (json_splitter_next(&state.splitter, rest, true, &span) != JSON_SPLIT_FOUND ||
        !strchr(shape->layout == JSON_ROWS ? "[" : "{\"", rest.bytes[span.begin]))
        return (struct recognition){10, TEXT("no object in it")};
    struct text raw = text_slice(rest, span.begin, span.begin + span.size);
    bool cut = candidate_file->head.size >= CONNECTOR_HEAD_SIZE &&
               raw.bytes + raw.size == head.bytes + head.size;
    struct fields record_fields = {.arena = arena};
    bool whole = json_record_read(&state.reader, raw, &record_fields, NULL);
    const struct service *service = whole ? service_find_by_fields(&record_fields) : NULL;
    fields_free(&record_fields);
    field_paths_free(&state.reader.field_paths);
    if (!whole && !cut)
        return (struct recognition){40, TEXT("its first object is broken")};
    if (service)
        return (struct recognition){97, text_of(service_name(service))};
    return (struct recognition){90, text_of(json_layout_names[shape->layout])};
}

/* The next record within `head`, which moves behind it; false at its end. */
static bool next_sample(struct json_state *state, struct text *head, struct json_record_span *span,
                        struct text *raw)
{
    if (json_splitter_next(&state->splitter, *head, true, span) != JSON_SPLIT_FOUND)
        return false;
    *raw = text_slice(*head, span->begin, span->begin + span->size);
    *head = text_slice(*head, span->begin + span->size, head->size);
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

/* The first of many rows, when it holds names: they are the columns'. Returns its size with what
 * stands before it. */
static size_t read_header_row(struct json_state *state, struct text head)
{
    struct text rest = head, raw;
    struct json_record_span span;
    struct fields row = {.arena = &state->arena};
    size_t size = 0;
    if (next_sample(state, &rest, &span, &raw) && !span.fault &&
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

/* Columns and samples from the records within `head`. */
static bool infer_columns(struct json_state *state, struct text head, const char *path,
                          struct error *error)
{
    struct fields *samples = arena_alloc(&state->arena, MAX_SAMPLES, sizeof(*samples));
    size_t count = 0;
    struct json_record_span span = {0};
    struct text raw;
    const struct json_splitter splitter = state->splitter;
    while (count < MAX_SAMPLES && next_sample(state, &head, &span, &raw)) {
        samples[count].arena = &state->arena;
        count += !span.fault && json_record_read(&state->reader, raw, &samples[count], NULL);
    }
    state->splitter = splitter;
    bool ok = schema_infer(&state->schema, samples, count, state->allow_missing_text, state->map,
                           path, &state->arena, error);
    for (size_t i = 0; i < count; i++)
        fields_free(&samples[i]);
    return ok;
}

static bool open_json(void *user, const char *path, struct error *error)
{
    struct json_state *state = user;
    struct text head;
    if (!input_open(&state->input, path, state->charset, false, error))
        return false;
    input_set_max_ratio(state->input, state->max_ratio);
    struct error sample_error = {
        0}; /* a fault within the sample comes again when its place is reached */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &sample_error) && head.size == 0)
        return error_set(error, sample_error.kind, "%s", sample_error.message);
    head = arena_copy_text(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    struct json_shape shape = json_shape_detect(head);
    state->splitter = (struct json_splitter){
        .shape = shape, .max_record_size = (size_t)state->reader.limits.record_size};
    size_t begin = shape.begin;
    if (shape.layout == JSON_ROWS)
        begin += read_header_row(state, text_slice(head, begin, head.size));
    input_consume(state->input, begin);
    return infer_columns(state, text_slice(head, begin, head.size), path, error);
}

static bool read_record_span(struct json_state *state, const struct json_record_span *span,
                             struct text raw, struct fields *record_fields, struct error *fault)
{
    return span->fault ? error_set(fault, ERROR_INPUT, "%s", span->fault)
                       : json_record_read(&state->reader, raw, record_fields, fault);
}

/* Whether the piece is to become a record: not the app above its reviews. */
static bool is_accepted_record(struct json_state *state, const struct json_record_span *span,
                               struct text raw)
{
    if (!schema_has_skip_rules(&state->schema))
        return true;
    struct fields record_fields = {.arena = &state->scratch};
    bool takes = !read_record_span(state, span, raw, &record_fields, NULL) ||
                 schema_accepts(&state->schema, &record_fields);
    fields_free(&record_fields);
    arena_reset(&state->scratch);
    return takes;
}

static enum read_status read_json(void *user, struct batch *batch, struct error *error)
{
    struct json_state *state = user;
    struct json_record_span span = {0};
    struct text bytes;
    struct location location;
    enum json_split_status kind = next_record_span(state, &span, &bytes, &location, error);
    if (kind != JSON_SPLIT_FOUND)
        return kind == JSON_SPLIT_END ? READ_END : READ_FAILED;
    if (!is_accepted_record(state, &span, bytes)) {
        batch->skipped++;
        return READ_OK;
    }
    struct error fault;
    fault.kind = ERROR_NONE;
    struct fields record_fields = {.arena = &batch->arena};
    if (read_record_span(state, &span, bytes, &record_fields, &fault))
        schema_add_record(&state->schema, &record_fields, batch, location);
    else
        batch_reject_row(batch, location.line, location.byte_offset, text_of(fault.message),
                         location.raw);
    fields_free(&record_fields);
    return READ_OK;
}

static struct text explain(void *user, struct arena *arena)
{
    struct json_state *state = user;
    struct text container_name = state->splitter.shape.container_name;
    return arena_format(arena, "charset: %.*s\nlayout: %s%s%.*s\n%.*s",
                        TEXT_ARGUMENT(input_charset_description(state->input)),
                        json_layout_names[state->splitter.shape.layout],
                        container_name.size ? ", in member " : "", TEXT_ARGUMENT(container_name),
                        TEXT_ARGUMENT(schema_explain(&state->schema, arena)));
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
