/* json.c - the connector for JSON: an object a line, objects one behind the other, an array of
 * objects, or such an array within an object ({"reviews": [...]}). Nested members become columns
 * with names like author.name. Memory is bounded by one object. */
#include <string.h>

#include "base/json.h"
#include "base/json_writer.h"
#include "connectors/connectors.h"
#include "connectors/input.h"
#include "connectors/json_scan.h"
#include "connectors/members.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes looked at before the first object is read */
    SAMPLE_MOST = 200,        /* objects of it */
    OBJECT_MOST = 16 * 1024 * 1024,
    NEST_MOST = 12, /* deeper members are left out */
    LIST_MOST = 32  /* so are further objects of a list within an object */
};

enum shape { SHAPE_LINES, SHAPE_OBJECTS, SHAPE_ARRAY };

static const char *const shape_names[] = {"an object a line", "objects", "an array of objects"};

struct json_state {
    /* options */
    struct text charset, map;
    bool without_text;

    struct input *input;
    struct arena arena;
    enum shape shape;
    struct text within; /* name of the member that holds the array; empty: the array is the file */
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
    MAPPING_WITHOUT_TEXT(struct json_state, without_text),
    {.name = NULL},
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t skip_blanks(struct text text, size_t at)
{
    while (at < text.size && is_blank(text.bytes[at]))
        at++;
    return at;
}

/* Where the string that opens at `at` ends, behind its closing quote; 0 when it does not. */
static size_t string_end(struct text text, size_t at)
{
    for (at++; at < text.size; at++) {
        if (text.bytes[at] == '\\')
            at++;
        else if (text.bytes[at] == '"')
            return at + 1;
    }
    return 0;
}

/* Behind the byte at `at`, or behind the string that opens there; one that never ends goes to the
 * end of its line. */
static size_t skip_byte(struct text text, size_t at)
{
    if (text.bytes[at] != '"')
        return at + 1;
    size_t end = string_end(text, at);
    return end ? end : text_find(text, TEXT("\n"), at);
}

/* Where the object or array that opens at `at` ends; 0 when it does not. */
static size_t value_end(struct text text, size_t at)
{
    size_t depth = 0;
    while (at < text.size) {
        char byte = text.bytes[at];
        if (byte == '"') {
            at = string_end(text, at);
            if (at == 0)
                return 0;
            continue;
        }
        at++;
        depth += byte == '{' || byte == '[';
        if ((byte == '}' || byte == ']') && --depth == 0)
            return at;
    }
    return 0;
}

/* ---- Objects as columns ---- */

static struct text print_scalar(const struct json *value, struct arena *arena)
{
    int64_t integer;
    double real;
    switch (json_kind_of(value)) {
    case JSON_KIND_STRING:
        return arena_copy(arena, json_text(value));
    case JSON_KIND_BOOLEAN:
        return json_is_true(value) ? TEXT("true") : TEXT("false");
    case JSON_KIND_INTEGER:
        json_to_integer(value, &integer);
        return arena_format(arena, "%lld", (long long)integer);
    case JSON_KIND_REAL: {
        char digits[32];
        json_to_real(value, &real);
        return arena_copy(arena, (struct text){digits, json_print_real(real, digits)});
    }
    default:
        return (struct text){0};
    }
}

static bool is_nested(const struct json *value)
{
    enum json_kind kind = json_kind_of(value);
    return kind == JSON_KIND_OBJECT || kind == JSON_KIND_ARRAY;
}

/* What feeds wrap a value in ({"label": "5"}) is the value itself. */
static struct text name_within(struct text prefix, struct text name, struct arena *arena)
{
    if (prefix.size == 0)
        return arena_copy(arena, name);
    if (text_equal(name, TEXT("label")))
        return prefix;
    return arena_format(arena, "%.*s.%.*s", TEXT_ARGUMENT(prefix), TEXT_ARGUMENT(name));
}

static void flatten(struct members *members, struct text prefix, const struct json *value,
                    int depth);

/* Words become one cell, "a, b"; objects become columns of their own, from 1. */
static void flatten_list(struct members *members, struct text prefix, const struct json *list,
                         int depth)
{
    struct text joined = {0};
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_element(list, i);
        if (is_nested(item)) {
            if (i < LIST_MOST)
                flatten(members,
                        arena_format(members->arena, "%.*s.%zu", TEXT_ARGUMENT(prefix), i + 1),
                        item, depth + 1);
            continue;
        }
        joined = arena_format(members->arena, "%.*s%s%.*s", TEXT_ARGUMENT(joined),
                              joined.size ? ", " : "",
                              TEXT_ARGUMENT(print_scalar(item, members->arena)));
    }
    if (joined.size || json_count(list) == 0)
        members_set(members, prefix, joined);
}

static void flatten(struct members *members, struct text prefix, const struct json *value,
                    int depth)
{
    void *position = NULL;
    struct text key;
    const struct json *member;
    if (depth > NEST_MOST)
        return;
    if (json_kind_of(value) == JSON_KIND_ARRAY) {
        flatten_list(members, prefix, value, depth);
    } else if (json_kind_of(value) == JSON_KIND_OBJECT) {
        while (json_next(value, &position, &key, &member))
            flatten(members, name_within(prefix, key, members->arena), member, depth + 1);
    } else {
        members_set(members, prefix, print_scalar(value, members->arena));
    }
}

/* ---- Finding the objects ---- */

/* The largest array of objects in the object at `at`: where it opens, and the name of its member.
 * It may lie deeper, and need not end within `head`. */
static size_t find_array(struct text head, size_t at, struct text *name)
{
    size_t best = 0, best_size = 0;
    at = skip_blanks(head, at + 1);
    while (at < head.size && head.bytes[at] == '"') {
        size_t end = string_end(head, at);
        if (end == 0)
            break;
        struct text key = text_slice(head, at + 1, end - 1);
        at = skip_blanks(head, end);
        if (at == head.size || head.bytes[at] != ':')
            break;
        at = skip_blanks(head, at + 1);
        bool nested = at < head.size && (head.bytes[at] == '{' || head.bytes[at] == '[');
        size_t value = at;
        at = nested ? value_end(head, at) : at;
        size_t size = (at ? at : head.size) - value;
        if (nested && size > best_size) {
            struct text inner = key;
            size_t inside = skip_blanks(head, value + 1);
            size_t array = head.bytes[value] == '{' ? find_array(head, value, &inner)
                           : inside < head.size && head.bytes[inside] == '{' ? value
                                                                             : 0;
            best = array ? array : best;
            best_size = array ? size : best_size;
            *name = array ? inner : *name;
        }
        if (nested && at == 0)
            break;
        while (at < head.size && head.bytes[at] != ',' && head.bytes[at] != '}')
            at = skip_byte(head, at);
        if (at >= head.size || head.bytes[at] == '}')
            break;
        at = skip_blanks(head, at + 1);
    }
    return best;
}

/* Decides the shape; returns where the objects begin: at the first one, or behind the '['. */
static size_t find_shape(struct json_state *state, struct text head)
{
    size_t at = skip_blanks(head, 0);
    state->shape = SHAPE_LINES;
    if (at == head.size)
        return at;
    if (head.bytes[at] == '[') {
        state->shape = SHAPE_ARRAY;
        return at + 1;
    }
    size_t end = head.bytes[at] == '{' ? value_end(head, at) : 0;
    size_t line = text_find(head, TEXT("\n"), at);
    bool alone = end == 0 || skip_blanks(head, end) == head.size;
    bool one_line = line < head.size && skip_blanks(head, line) < head.size && !alone;
    if (head.bytes[at] == '{' && alone) {
        size_t array = find_array(head, at, &state->within);
        bool most = end == 0 || (array && (value_end(head, array) - array) * 2 > end - at);
        if (array && most) {
            state->shape = SHAPE_ARRAY;
            return array + 1;
        }
    }
    state->within = (struct text){0};
    /* Broken lines, too, are read line by line: only an object over several lines says otherwise.
     */
    if (end > line || (end > 0 && !one_line && !alone))
        state->shape = SHAPE_OBJECTS;
    return at;
}

/* A stretch of the file that is an object, or ought to be one. */
struct piece {
    struct text raw;
    uint64_t line, offset;
    const char *fault; /* NULL: read it */
};

enum piece_kind { PIECE_FOUND, PIECE_END, PIECE_MORE };

static enum piece_kind find_line(struct text ahead, bool last, struct piece *piece, size_t *begin)
{
    size_t at = 0;
    for (;;) {
        at = skip_blanks(ahead, at);
        size_t end = text_find(ahead, TEXT("\n"), at);
        if (end == ahead.size && !last)
            return PIECE_MORE;
        struct text line = text_trim(text_slice(ahead, at, end));
        if (line.size > 0 && line.bytes[line.size - 1] == ',')
            line.size--;
        bool bracket = text_equal(line, TEXT("[")) || text_equal(line, TEXT("]"));
        if (line.size > 0 && !bracket) {
            *begin = at;
            piece->raw = line;
            piece->fault = line.bytes[0] == '{' ? NULL : "expected an object, {...}";
            return PIECE_FOUND;
        }
        if (end == ahead.size)
            return PIECE_END;
        at = end + 1;
    }
}

static enum piece_kind find_object(struct text ahead, bool last, bool array, struct piece *piece,
                                   size_t *begin)
{
    size_t at = 0;
    for (;;) {
        while (at < ahead.size && (is_blank(ahead.bytes[at]) || ahead.bytes[at] == ','))
            at++;
        *begin = at;
        if (at == ahead.size)
            return last ? PIECE_END : PIECE_MORE;
        if (!array || ahead.bytes[at] != ']')
            break;
        /* Pages of an export, one array behind the other, go on. */
        size_t next = skip_blanks(ahead, at + 1);
        if (next == ahead.size && !last)
            return PIECE_MORE;
        if (next == ahead.size || ahead.bytes[next] != '[')
            return PIECE_END;
        at = next + 1;
    }
    size_t end = 0;
    if (ahead.bytes[at] == '{') {
        struct text rest = text_slice(ahead, at, ahead.size);
        enum json_scan scan = json_scan(rest, &end);
        piece->fault =
            scan == JSON_SCAN_WHOLE ? NULL : "the object that begins here is never closed";
        if (scan == JSON_SCAN_BROKEN || (scan == JSON_SCAN_MORE && last)) {
            size_t size = json_scan_broken(rest); /* the next one may be whole */
            end = size == SIZE_MAX ? 0 : size;
        }
        end += end ? at : 0;
    } else {
        end = at;
        while (end < ahead.size && !strchr(",\n]", ahead.bytes[end]))
            end = skip_byte(ahead, end);
        end = end < ahead.size ? end : 0;
        piece->fault = "expected an object, {...}";
    }
    if (end == 0 && !last)
        return PIECE_MORE;
    piece->raw = text_slice(ahead, at, end ? end : ahead.size);
    return PIECE_FOUND;
}

/* The next object; PIECE_MORE: the file cannot be read on (error set). What is lent is good until
 * the next call. */
static enum piece_kind next_piece(struct json_state *state, const char *path, struct piece *piece,
                                  struct error *error)
{
    size_t wanted = 1, begin = 0;
    struct text ahead;
    enum piece_kind kind;
    bool good;
    do {
        good = input_peek(state->input, wanted, &ahead, error);
        bool last = good && ahead.size < wanted;
        kind = state->shape == SHAPE_LINES
                   ? find_line(ahead, last, piece, &begin)
                   : find_object(ahead, last, state->shape == SHAPE_ARRAY, piece, &begin);
        wanted = ahead.size + ahead.size / 2 + 1;
        if (kind == PIECE_MORE && good && ahead.size > OBJECT_MOST) {
            error_set(error, ERROR_INPUT, "%s:%llu: an object of more than %d bytes", path,
                      (unsigned long long)input_line(state->input), OBJECT_MOST);
            return PIECE_MORE;
        }
    } while (kind == PIECE_MORE && good);
    if (kind != PIECE_FOUND)
        return kind;
    input_consume(state->input, begin);
    piece->line = input_line(state->input);
    piece->offset = input_offset(state->input);
    input_consume(state->input, piece->raw.size);
    return PIECE_FOUND;
}

/* ---- The connector ---- */

/* Whether the first thing in it is an object, or an array of them, that reads as JSON. */
static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    if (candidate->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = input_decode(candidate->head, arena);
    struct json_state state = {0};
    struct piece piece = {0};
    size_t begin, first = skip_blanks(head, 0);
    if (first == head.size || (head.bytes[first] != '{' && head.bytes[first] != '['))
        return (struct recognition){0, TEXT("begins with neither { nor [")};
    struct text rest = text_slice(head, find_shape(&state, head), head.size);
    enum piece_kind kind =
        state.shape == SHAPE_LINES
            ? find_line(rest, true, &piece, &begin)
            : find_object(rest, true, state.shape == SHAPE_ARRAY, &piece, &begin);
    if (kind != PIECE_FOUND || piece.raw.size == 0 || piece.raw.bytes[0] != '{')
        return (struct recognition){10, TEXT("no object in it")};
    bool cut = candidate->head.size >= CONNECTOR_HEAD_SIZE &&
               piece.raw.bytes + piece.raw.size == head.bytes + head.size;
    struct json *value = json_read(piece.raw, NULL, ERROR_INPUT, NULL);
    json_free(value);
    if (!value && !cut)
        return (struct recognition){40, TEXT("its first object is broken")};
    return (struct recognition){90, text_of(shape_names[state.shape])};
}

/* What the parser refuses is tried again, mended. */
static struct json *read_object(struct text raw, struct arena *arena, struct error *error)
{
    struct json *value = json_read(raw, NULL, ERROR_INPUT, error);
    return value ? value : json_read(json_mend(raw, arena), NULL, ERROR_INPUT, NULL);
}

/* Columns and samples from the objects within `head`. */
static bool learn_columns(struct json_state *state, struct text head, const char *path,
                          struct error *error)
{
    struct members *samples = arena_alloc(&state->arena, SAMPLE_MOST, sizeof(*samples));
    size_t sample_count = 0, begin;
    struct piece piece = {0};
    while (sample_count < SAMPLE_MOST) {
        enum piece_kind kind =
            state->shape == SHAPE_LINES
                ? find_line(head, true, &piece, &begin)
                : find_object(head, true, state->shape == SHAPE_ARRAY, &piece, &begin);
        if (kind != PIECE_FOUND)
            break;
        head = text_slice(head, begin + piece.raw.size, head.size);
        struct json *value = piece.fault ? NULL : read_object(piece.raw, &state->arena, NULL);
        if (!value)
            continue;
        struct members *sample = &samples[sample_count++];
        sample->arena = &state->arena;
        flatten(sample, (struct text){0}, value, 0);
        json_free(value);
    }
    bool ok = schema_learn(&state->schema, samples, sample_count, state->without_text, state->map,
                           path, &state->arena, error);
    for (size_t i = 0; i < sample_count; i++)
        members_free(&samples[i]);
    return ok;
}

static bool open_json(void *user, const char *path, struct error *error)
{
    struct json_state *state = user;
    struct text head;
    if (!input_open(&state->input, path, state->charset, false, error))
        return false;
    struct error early = {0}; /* a fault within the sample comes again when its place is reached */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &early) && head.size == 0)
        return error_set(error, early.kind, "%s", early.message);
    head = arena_copy(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    size_t begin = find_shape(state, head);
    if (!learn_columns(state, text_slice(head, begin, head.size), path, error))
        return false;
    if (state->shape == SHAPE_ARRAY) {
        if (!input_peek(state->input, begin, &head, error))
            return false;
        input_consume(state->input, begin);
    }
    return true;
}

static enum reading read_json(void *user, struct batch *batch, struct error *error)
{
    struct json_state *state = user;
    struct piece piece = {0};
    switch (next_piece(state, batch->path, &piece, error)) {
    case PIECE_END:
        return READING_DONE;
    case PIECE_MORE:
        return READING_FAILED;
    default:
        break;
    }
    struct error fault = {0};
    struct json *value = piece.fault ? NULL : read_object(piece.raw, &batch->arena, &fault);
    struct members own = {.arena = &batch->arena};
    if (value) {
        flatten(&own, (struct text){0}, value, 0);
        schema_add_record(&state->schema, &own, batch, piece.line, piece.offset, piece.raw);
        members_free(&own);
    } else {
        batch_reject_row(batch, piece.line, piece.offset,
                         text_of(piece.fault ? piece.fault : fault.message), piece.raw);
    }
    json_free(value);
    return READING_MORE;
}

static struct text explain(void *user, struct arena *arena)
{
    struct json_state *state = user;
    return arena_format(arena, "charset: %.*s\nlayout: %s%s%.*s\n%.*s",
                        TEXT_ARGUMENT(input_charset(state->input)), shape_names[state->shape],
                        state->within.size ? ", in member " : "", TEXT_ARGUMENT(state->within),
                        TEXT_ARGUMENT(mapping_explain(&state->schema.mapping, state->schema.names,
                                                      state->schema.count, arena)));
}

static void close_json(void *user)
{
    struct json_state *state = user;
    input_close(state->input);
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
