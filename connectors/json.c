/* json.c - the connector for JSON: an object a line, objects one behind the other, an array of
 * objects, or such an array within an object ({"reviews": [...]}), page after page. What services
 * export is known (services.h). Memory is bounded by one object. */
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/input.h"
#include "connectors/json_members.h"
#include "connectors/json_scan.h"
#include "connectors/json_shape.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes looked at before the first object is read */
    SAMPLE_MOST = 200         /* objects of it */
};

struct json_state {
    /* options */
    struct text charset, map;
    bool without_text;
    struct member_limits limits;
    int64_t max_ratio;

    struct input *input;
    struct arena arena;
    struct json_shape shape;
    bool between; /* pages: the next one is to be found */
    struct paths paths;
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
    MEMBERS_LIMITS(struct json_state, limits),
    INPUT_MAX_RATIO(struct json_state, max_ratio),
    MAPPING_WITHOUT_TEXT(struct json_state, without_text),
    {.name = NULL},
};

static const char not_an_object[] = "expected an object, {...}";

/* ---- Finding the objects ---- */

/* A stretch of the file that is an object, or ought to be one. */
struct piece {
    size_t begin, size;
    const char *fault; /* NULL: read it */
};

enum piece_kind { PIECE_FOUND, PIECE_END, PIECE_MORE };

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\x1E';
}

static size_t skip_blanks(struct text text, size_t at)
{
    while (at < text.size && is_blank(text.bytes[at]))
        at++;
    return at;
}

static enum piece_kind found(struct piece *piece, size_t begin, size_t end, const char *fault)
{
    *piece = (struct piece){begin, end - begin, fault};
    return PIECE_FOUND;
}

/* The first object of a line on which another follows it, or all of the line. */
static struct text first_on_line(struct text line)
{
    size_t size = 0;
    bool maybe =
        text_find(line, TEXT("}{"), 0) < line.size || text_find(line, TEXT("} {"), 0) < line.size ||
        text_find(line, TEXT("},{"), 0) < line.size || text_find(line, TEXT("}, {"), 0) < line.size;
    if (!maybe || json_scan(line, &size) != JSON_SCAN_WHOLE)
        return line;
    size_t next = skip_blanks(line, size);
    next += next < line.size && line.bytes[next] == ',';
    next = skip_blanks(line, next);
    return next < line.size && line.bytes[next] == '{' ? text_slice(line, 0, size) : line;
}

static enum piece_kind find_line(struct text ahead, bool last, struct piece *piece)
{
    for (size_t at = 0;;) {
        while (at < ahead.size && (is_blank(ahead.bytes[at]) || ahead.bytes[at] == ','))
            at++;
        piece->begin = at;
        size_t end = text_find(ahead, TEXT("\n"), at);
        if (end == ahead.size && !last)
            return PIECE_MORE;
        struct text line = text_trim(text_slice(ahead, at, end));
        if (line.size > 0 && line.bytes[line.size - 1] == ',')
            line.size--;
        bool bracket = text_equal(line, TEXT("[")) || text_equal(line, TEXT("]"));
        if (line.size > 0 && line.bytes[0] == '{')
            return found(piece, at, at + first_on_line(line).size, NULL);
        if (line.size > 0 && !bracket)
            return found(piece, at, at + line.size, not_an_object);
        if (end == ahead.size)
            return PIECE_END;
        at = end + 1;
    }
}

/* The object that opens at `at`; a broken one ends where the next may be whole. */
static enum piece_kind find_end(struct text ahead, size_t at, bool last, struct piece *piece)
{
    struct text rest = text_slice(ahead, at, ahead.size);
    size_t size = 0;
    piece->begin = at;
    enum json_scan scan = json_scan(rest, &size);
    if (scan == JSON_SCAN_WHOLE)
        return found(piece, at, at + size, NULL);
    if (scan == JSON_SCAN_MORE && !last)
        return PIECE_MORE;
    size = json_scan_broken(rest);
    if (size == SIZE_MAX && !last)
        return PIECE_MORE;
    return found(piece, at, at + (size == SIZE_MAX ? rest.size : size),
                 "the object that begins here is never closed");
}

/* What stands where an object ought to, up to the next comma, line or bracket. */
static enum piece_kind find_stray(struct text ahead, size_t at, bool last, struct piece *piece)
{
    size_t end = at + 1, size;
    while (end < ahead.size && !strchr(",\n]{", ahead.bytes[end])) {
        struct text rest = text_slice(ahead, end, ahead.size);
        bool string = ahead.bytes[end] == '"' && json_scan(rest, &size) == JSON_SCAN_WHOLE;
        end += string ? size : 1;
    }
    piece->begin = at;
    return end == ahead.size && !last ? PIECE_MORE : found(piece, at, end, not_an_object);
}

/* Behind the last object of a page, that ends at `at`: where the next page's objects begin. */
static enum piece_kind turn_page(struct json_state *state, struct text ahead, bool last, size_t *at)
{
    state->between = true;
    if (state->shape.within.size > 0) {
        if (!json_shape_next(ahead, at, &state->shape)) {
            *at = last ? ahead.size : *at;
            return last ? PIECE_END : PIECE_MORE;
        }
        *at = state->shape.begin;
    } else {
        *at = skip_blanks(ahead, *at);
        if (*at == ahead.size)
            return last ? PIECE_END : PIECE_MORE;
        *at += ahead.bytes[*at] == '['; /* anything else is a stray */
    }
    state->between = false;
    return PIECE_FOUND;
}

static enum piece_kind find_object(struct json_state *state, struct text ahead, bool last,
                                   struct piece *piece)
{
    bool array = state->shape.layout == JSON_ARRAY;
    size_t at = 0;
    for (;;) {
        enum piece_kind page = state->between ? turn_page(state, ahead, last, &at) : PIECE_FOUND;
        piece->begin = at;
        if (page != PIECE_FOUND)
            return page;
        while (at < ahead.size && (is_blank(ahead.bytes[at]) || ahead.bytes[at] == ','))
            at++;
        piece->begin = at;
        if (at == ahead.size)
            return last ? PIECE_END : PIECE_MORE;
        if (!array || ahead.bytes[at] != ']')
            break;
        at++;
        state->between = true;
    }
    enum piece_kind kind = ahead.bytes[at] == '{' ? find_end(ahead, at, last, piece)
                                                  : find_stray(ahead, at, last, piece);
    state->between = kind == PIECE_FOUND && state->shape.one;
    return kind;
}

static enum piece_kind find_piece(struct json_state *state, struct text ahead, bool last,
                                  struct piece *piece)
{
    static const char too_large[] = "an object of more bytes than 'longest_record' allows";
    bool full = ahead.size > (size_t)state->limits.record_size;
    piece->begin = 0;
    enum piece_kind kind = state->shape.layout == JSON_LINES
                               ? find_line(ahead, last || full, piece)
                               : find_object(state, ahead, last || full, piece);
    if (kind == PIECE_END && !last)
        kind = PIECE_MORE;
    if (kind == PIECE_FOUND && piece->size > (size_t)state->limits.record_size)
        piece->fault = too_large;
    return kind;
}

/* The next object, its bytes as UTF-8 in `bytes`; PIECE_MORE: the file cannot be read on (error
 * set). What `bytes` and place->raw lend is good until the next call. */
static enum piece_kind next_piece(struct json_state *state, struct piece *piece, struct text *bytes,
                                  struct place *place, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text ahead;
        bool good = input_peek(state->input, wanted, &ahead, error);
        enum piece_kind kind = find_piece(state, ahead, good && ahead.size < wanted, piece);
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

/* Whether the first thing in it is an object, or an array of them, that reads as JSON. */
static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    if (candidate->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = input_decode(candidate->head, arena);
    size_t first = skip_blanks(head, 0);
    if (first == head.size || (head.bytes[first] != '{' && head.bytes[first] != '['))
        return (struct recognition){0, TEXT("begins with neither { nor [")};
    struct json_state state = {.shape = json_shape_of(head)};
    struct piece piece = {0};
    option_defaults(options, &state);
    struct text rest = text_slice(head, state.shape.begin, head.size);
    if (find_piece(&state, rest, true, &piece) != PIECE_FOUND || rest.bytes[piece.begin] != '{')
        return (struct recognition){10, TEXT("no object in it")};
    struct text raw = text_slice(rest, piece.begin, piece.begin + piece.size);
    bool cut = candidate->head.size >= CONNECTOR_HEAD_SIZE &&
               raw.bytes + raw.size == head.bytes + head.size;
    struct members own = {.arena = arena};
    bool whole = json_members_read(raw, &state.limits, &state.paths, &own, NULL);
    const struct service *service = whole ? service_of_members(&own) : NULL;
    members_free(&own);
    paths_free(&state.paths);
    if (!whole && !cut)
        return (struct recognition){40, TEXT("its first object is broken")};
    if (service)
        return (struct recognition){97, text_of(service_name(service))};
    return (struct recognition){90, text_of(json_layout_names[state.shape.layout])};
}

/* Columns and samples from the objects within `head`. */
static bool learn_columns(struct json_state *state, struct text head, const char *path,
                          struct error *error)
{
    struct members *samples = arena_alloc(&state->arena, SAMPLE_MOST, sizeof(*samples));
    size_t count = 0;
    struct piece piece = {0};
    const struct json_shape shape = state->shape;
    while (count < SAMPLE_MOST && find_piece(state, head, true, &piece) == PIECE_FOUND) {
        struct text raw = text_slice(head, piece.begin, piece.begin + piece.size);
        head = text_slice(head, piece.begin + piece.size, head.size);
        samples[count].arena = &state->arena;
        count += !piece.fault &&
                 json_members_read(raw, &state->limits, &state->paths, &samples[count], NULL);
    }
    state->shape = shape;
    state->between = false;
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
    state->shape = json_shape_of(head);
    input_consume(state->input, state->shape.begin);
    return learn_columns(state, text_slice(head, state->shape.begin, head.size), path, error);
}

static bool read_piece(struct json_state *state, const struct piece *piece, struct text raw,
                       struct members *own, struct error *fault)
{
    return piece->fault ? error_set(fault, ERROR_INPUT, "%s", piece->fault)
                        : json_members_read(raw, &state->limits, &state->paths, own, fault);
}

/* Whether the piece is to become a record: not the app above its reviews. */
static bool is_record(struct json_state *state, const struct piece *piece, struct text raw)
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
    struct piece piece = {0};
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
    struct text within = state->shape.within;
    return arena_format(
        arena, "charset: %.*s\nlayout: %s%s%.*s\n%.*s", TEXT_ARGUMENT(input_charset(state->input)),
        json_layout_names[state->shape.layout], within.size ? ", in member " : "",
        TEXT_ARGUMENT(within), TEXT_ARGUMENT(schema_explain(&state->schema, arena)));
}

static void close_json(void *user)
{
    struct json_state *state = user;
    input_close(state->input);
    paths_free(&state->paths);
    schema_free(&state->schema);
    arena_free(&state->scratch);
    arena_free(&state->arena);
}

const struct connector json_connector = {
    .name = "json",
    .summary = "JSON lines, arrays of objects, objects that hold one",
    .options = options,
    .state_size = sizeof(struct json_state),
    .recognize = recognize,
    .open = open_json,
    .read = read_json,
    .explain = explain,
    .close = close_json,
};
