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
    SAMPLE_MOST = 200,        /* records of it */
    LONGEST_NAME = 64         /* of a column, in the first row of many */
};

struct json_state {
    /* options */
    struct text charset, map;
    bool without_text;
    int64_t max_ratio;
    struct json_reader reader; /* its limits are options, too */

    struct input *input;
    struct arena arena;
    struct json_pieces pieces;
    struct arena scratch; /* of what does not become a record */
    struct schema schema;
};

static const struct option options[] = {
    {.name = "map",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, map),
     .fallback = "",
     .help = "which member is what: text=body,author=author.name (id, date, rating, title, lang)"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct json_state, charset),
     .fallback = "",
     .help = "of the file, as iconv names it; empty: find it"},
    MEMBERS_LIMITS(struct json_state, reader.limits),
    INPUT_MAX_RATIO(struct json_state, max_ratio),
    MAPPING_WITHOUT_TEXT(struct json_state, without_text),
    {.name = NULL},
};

/* The next object, its bytes as UTF-8 in `bytes`; PIECE_MORE: the file cannot be read on (error
 * set). What `bytes` and place->raw lend is good until the next call. */
static enum piece_kind next_piece(struct json_state *state, struct json_piece *piece,
                                  struct text *bytes, struct place *place, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text ahead;
        bool good = input_peek(state->input, wanted, &ahead, error);
        enum piece_kind kind =
            json_pieces_next(&state->pieces, ahead, good && ahead.size < wanted, piece);
        input_consume(state->input, piece->begin);
        if (kind == PIECE_FOUND) {
            place->line = input_line(state->input);
            place->byte_offset = input_offset(state->input);
            *bytes = text_slice(ahead, piece->begin, piece->begin + piece->size);
            input_consume(state->input, piece->size);
            place->raw = input_consumed(state->input, place->byte_offset);
            return kind;
        }
        if (kind == PIECE_END || !good)
            return kind;
        ahead.size -= piece->begin;
        wanted = ahead.size + ahead.size / 2 + 1;
    }
}

/* ---- The connector ---- */

/* Whether the first thing in it is a record, or a list of them, that reads as JSON. */
static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    if (candidate->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = text_trim(input_decode(candidate->head, arena));
    if (head.size == 0 || (head.bytes[0] != '{' && head.bytes[0] != '['))
        return (struct recognition){0, TEXT("begins with neither { nor [")};
    struct json_state state = {.pieces.shape = json_shape_of(head)};
    struct json_shape *shape = &state.pieces.shape;
    struct json_piece piece = {0};
    option_defaults(options, &state);
    state.pieces.longest = (size_t)state.reader.limits.record_size;
    struct text rest = text_slice(head, shape->begin, head.size);
    if (json_pieces_next(&state.pieces, rest, true, &piece) != PIECE_FOUND ||
        !strchr(shape->layout == JSON_ROWS ? "[" : "{\"", rest.bytes[piece.begin]))
        return (struct recognition){10, TEXT("no object in it")};
    struct text raw = text_slice(rest, piece.begin, piece.begin + piece.size);
    bool cut = candidate->head.size >= CONNECTOR_HEAD_SIZE &&
               raw.bytes + raw.size == head.bytes + head.size;
    struct members own = {.arena = arena};
    bool whole = json_members_read(&state.reader, raw, &own, NULL);
    const struct service *service = whole ? service_of_members(&own) : NULL;
    members_free(&own);
    paths_free(&state.reader.paths);
    if (!whole && !cut)
        return (struct recognition){40, TEXT("its first object is broken")};
    if (service)
        return (struct recognition){97, text_of(service_name(service))};
    return (struct recognition){90, text_of(json_layout_names[shape->layout])};
}

/* The next record within `head`, which moves behind it; false at its end. */
static bool next_sample(struct json_state *state, struct text *head, struct json_piece *piece,
                        struct text *raw)
{
    if (json_pieces_next(&state->pieces, *head, true, piece) != PIECE_FOUND)
        return false;
    *raw = text_slice(*head, piece->begin, piece->begin + piece->size);
    *head = text_slice(*head, piece->begin + piece->size, head->size);
    return true;
}

static bool are_names(const struct members *row)
{
    double number;
    for (size_t i = 0; i < row->count; i++) {
        struct text cell = text_trim(row->cells[i]);
        if (cell.size == 0 || cell.size > LONGEST_NAME || text_real(cell, &number))
            return false;
    }
    return row->count > 0;
}

/* The first of many rows, when it holds names: they are the columns'. Returns its size with what
 * stands before it. */
static size_t take_header(struct json_state *state, struct text head)
{
    struct text rest = head, raw;
    struct json_piece piece;
    struct members row = {.arena = &state->arena};
    size_t size = 0;
    if (next_sample(state, &rest, &piece, &raw) && !piece.fault &&
        json_members_read(&state->reader, raw, &row, NULL) && are_names(&row)) {
        struct text *names = arena_alloc(&state->arena, row.count, sizeof(*names));
        memcpy(names, row.cells, row.count * sizeof(*names));
        state->reader.columns = names;
        state->reader.column_count = row.count;
        size = head.size - rest.size;
    }
    members_free(&row);
    return size;
}

/* Columns and samples from the records within `head`. */
static bool learn_columns(struct json_state *state, struct text head, const char *path,
                          struct error *error)
{
    struct members *samples = arena_alloc(&state->arena, SAMPLE_MOST, sizeof(*samples));
    size_t count = 0;
    struct json_piece piece = {0};
    struct text raw;
    const struct json_pieces pieces = state->pieces;
    while (count < SAMPLE_MOST && next_sample(state, &head, &piece, &raw)) {
        samples[count].arena = &state->arena;
        count += !piece.fault && json_members_read(&state->reader, raw, &samples[count], NULL);
    }
    state->pieces = pieces;
    bool ok = schema_learn(&state->schema, samples, count, state->without_text, state->map, path,
                           &state->arena, error);
    for (size_t i = 0; i < count; i++)
        members_free(&samples[i]);
    return ok;
}

static bool open_json(void *user, const char *path, struct error *error)
{
    struct json_state *state = user;
    struct text head;
    if (!input_open(&state->input, path, state->charset, false, error))
        return false;
    input_limit(state->input, state->max_ratio);
    struct error early = {0}; /* a fault within the sample comes again when its place is reached */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &early) && head.size == 0)
        return error_set(error, early.kind, "%s", early.message);
    head = arena_copy(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    struct json_shape shape = json_shape_of(head);
    state->pieces =
        (struct json_pieces){.shape = shape, .longest = (size_t)state->reader.limits.record_size};
    size_t begin = shape.begin;
    if (shape.layout == JSON_ROWS)
        begin += take_header(state, text_slice(head, begin, head.size));
    input_consume(state->input, begin);
    return learn_columns(state, text_slice(head, begin, head.size), path, error);
}

static bool read_piece(struct json_state *state, const struct json_piece *piece, struct text raw,
                       struct members *own, struct error *fault)
{
    return piece->fault ? error_set(fault, ERROR_INPUT, "%s", piece->fault)
                        : json_members_read(&state->reader, raw, own, fault);
}

/* Whether the piece is to become a record: not the app above its reviews. */
static bool is_record(struct json_state *state, const struct json_piece *piece, struct text raw)
{
    if (!schema_is_choosy(&state->schema))
        return true;
    struct members own = {.arena = &state->scratch};
    bool takes = !read_piece(state, piece, raw, &own, NULL) || schema_takes(&state->schema, &own);
    members_free(&own);
    arena_reset(&state->scratch);
    return takes;
}

static enum reading read_json(void *user, struct batch *batch, struct error *error)
{
    struct json_state *state = user;
    struct json_piece piece = {0};
    struct text bytes;
    struct place place;
    enum piece_kind kind = next_piece(state, &piece, &bytes, &place, error);
    if (kind != PIECE_FOUND)
        return kind == PIECE_END ? READING_DONE : READING_FAILED;
    if (!is_record(state, &piece, bytes)) {
        batch->left_out++;
        return READING_MORE;
    }
    struct error fault;
    fault.kind = ERROR_NONE;
    struct members own = {.arena = &batch->arena};
    if (read_piece(state, &piece, bytes, &own, &fault))
        schema_add_record(&state->schema, &own, batch, place);
    else
        batch_reject_row(batch, place.line, place.byte_offset, text_of(fault.message), place.raw);
    members_free(&own);
    return READING_MORE;
}

static struct text explain(void *user, struct arena *arena)
{
    struct json_state *state = user;
    struct text within = state->pieces.shape.within;
    return arena_format(
        arena, "charset: %.*s\nlayout: %s%s%.*s\n%.*s", TEXT_ARGUMENT(input_charset(state->input)),
        json_layout_names[state->pieces.shape.layout], within.size ? ", in member " : "",
        TEXT_ARGUMENT(within), TEXT_ARGUMENT(schema_explain(&state->schema, arena)));
}

static void close_json(void *user)
{
    struct json_state *state = user;
    input_close(state->input);
    paths_free(&state->reader.paths);
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
