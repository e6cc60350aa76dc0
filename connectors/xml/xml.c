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
    SAMPLE_MOST = 200,        /* elements of it */
    THREADS_MOST = 100 * 1000 /* titles of pages that are remembered */
};

struct xml_state {
    /* options */
    struct text charset, map, element_name;
    bool without_text;
    struct member_limits limits;
    int64_t max_ratio;

    struct input *input;
    struct arena arena;
    struct text element;  /* of a record, without prefix */
    struct text thread;   /* element with the title of the page that records stand under, if any */
    struct table threads; /* id of a thread -> index into titles */
    struct text *titles;  /* owned list of texts in the arena */
    size_t title_count, title_capacity;
    struct xml_reader reader;
    struct members own; /* of the record that was read last */
    struct schema schema;
};

static const struct option options[] = {
    {.name = "element",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, element_name),
     .fallback = "",
     .help = "the element that is one record, without prefix; empty: find it"},
    {.name = "map",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, map),
     .fallback = "",
     .help = "which child is what: text=body,author=author.name (id, date, rating, title, lang)"},
    {.name = "charset",
     .type = OPTION_TEXT,
     .offset = offsetof(struct xml_state, charset),
     .fallback = "",
     .help = "of the file, as iconv names it; empty: what it declares"},
    MEMBERS_LIMITS(struct xml_state, limits),
    INPUT_MAX_RATIO(struct xml_state, max_ratio),
    MAPPING_WITHOUT_TEXT(struct xml_state, without_text),
    {.name = NULL},
};

/* ---- Finding the records ---- */

/* A stretch of the file that is a record, or ought to be one, or the title of a page. */
struct piece {
    size_t begin, size;
    bool is_thread;
    struct error fault; /* none: read it */
};

enum piece_kind { PIECE_FOUND, PIECE_END, PIECE_MORE };

/* The first piece in `ahead`, and its members. With PIECE_MORE, nothing stands before
 * piece->begin. */
static enum piece_kind find_piece(struct xml_state *state, struct text ahead, bool last,
                                  struct piece *piece, struct members *own)
{
    struct xml_token token;
    bool enough = last || ahead.size > (size_t)state->limits.record_size;
    piece->begin = 0;
    piece->fault.kind = ERROR_NONE;
    for (; piece->begin < ahead.size; piece->begin += token.size) {
        enum xml_kind kind = xml_scan(ahead, piece->begin, enough, &token);
        if (kind == XML_MORE)
            return PIECE_MORE;
        if (kind != XML_BEGIN && kind != XML_BROKEN)
            continue;
        piece->is_thread = state->thread.size && text_equal(token.name, state->thread);
        if (piece->is_thread || text_equal(token.name, state->element))
            break;
    }
    if (piece->begin == ahead.size)
        return last ? PIECE_END : PIECE_MORE;
    struct text rest = text_slice(ahead, piece->begin, ahead.size);
    bool full = rest.size > (size_t)state->limits.record_size;
    enum xml_extent extent =
        xml_record_read(&state->reader, rest, last || full, own, &piece->size, &piece->fault);
    if (extent == XML_RECORD_MORE)
        return PIECE_MORE;
    if (piece->is_thread && extent == XML_RECORD_FAULTY) {
        piece->size = token.size; /* a title less; what stands in it may be a record */
        piece->fault.kind = ERROR_NONE;
    }
    if (piece->size <= (size_t)state->limits.record_size)
        return PIECE_FOUND;
    piece->fault.kind = ERROR_NONE; /* this says it better */
    error_set(&piece->fault, ERROR_INPUT,
              "an element of more than %lld bytes; 'longest_record' allows more",
              (long long)state->limits.record_size);
    return PIECE_FOUND;
}

/* The next piece; PIECE_MORE: the file cannot be read on (error set). What place->raw lends is good
 * until the next call. */
static enum piece_kind next_piece(struct xml_state *state, struct piece *piece, struct place *place,
                                  struct members *own, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text ahead;
        bool good = input_peek(state->input, wanted, &ahead, error);
        enum piece_kind kind = find_piece(state, ahead, good && ahead.size < wanted, piece, own);
        input_consume(state->input, piece->begin);
        if (kind == PIECE_FOUND) {
            place->line = input_line(state->input);
            place->byte_offset = input_offset(state->input);
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

/* ---- Titles of pages ---- */

/* Disqus tells the titles of pages before the comments that stand under them. */
static void note_thread(struct xml_state *state, const struct members *thread)
{
    const struct text *id = members_find(thread, TEXT("id"));
    const struct text *title = members_find(thread, TEXT("title"));
    if (!id || !title || !title->size || state->title_count == THREADS_MOST)
        return;
    bool added;
    table_at(&state->threads, hash_text(*id), state->title_count, &added);
    if (!added)
        return;
    state->titles = memory_grow(state->titles, &state->title_capacity, state->title_count + 1,
                                sizeof(*state->titles));
    state->titles[state->title_count++] = arena_copy(&state->arena, text_slice(*title, 0, 1024));
}

static void add_thread_title(const struct xml_state *state, struct members *own)
{
    const struct text *id = state->thread.size ? members_find(own, TEXT("thread.id")) : NULL;
    const size_t *at = id ? table_find(&state->threads, hash_text(*id)) : NULL;
    if (at)
        members_set(own, TEXT("thread.title"), state->titles[*at]);
}

/* ---- The connector ---- */

static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    if (candidate->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text head = input_decode(candidate->head, arena);
    size_t first = text_find(head, TEXT("<"), 0);
    struct text start = text_slice(head, first, head.size);
    struct text above = text_trim(text_slice(head, 0, first));
    bool cut = above.size > 0 && above.bytes[above.size - 1] == '>'; /* the end of a tag */
    if (start.size == 0 || (above.size > 0 && !cut))
        return (struct recognition){0, TEXT("does not begin with <")};
    struct xml_kinds kinds = xml_kinds_of(start, arena);
    const struct service *service = service_of_elements(kinds.root, kinds.names, kinds.count);
    if (text_equal_fold(kinds.root, TEXT("html")))
        return (struct recognition){20, TEXT("a page of HTML")};
    if (cut)
        return (struct recognition){kinds.record.size ? 40 : 0, TEXT("XML that begins in a tag")};
    if (service)
        return (struct recognition){97, text_of(service_name(service))};
    if (kinds.record.size)
        return (struct recognition){
            90, arena_format(arena, "XML, records in <%.*s>", TEXT_ARGUMENT(kinds.record))};
    return (struct recognition){kinds.count ? 50 : 20, TEXT("XML without a record in it")};
}

/* Columns and samples from the records within `head`. */
static bool learn_columns(struct xml_state *state, struct text head, bool whole, const char *path,
                          struct error *error)
{
    struct members *samples = arena_alloc(&state->arena, SAMPLE_MOST, sizeof(*samples));
    struct piece piece;
    size_t count = 0;
    while (count < SAMPLE_MOST) {
        samples[count].arena = &state->arena;
        if (find_piece(state, head, whole, &piece, &samples[count]) != PIECE_FOUND)
            break;
        head = text_slice(head, piece.begin + piece.size, head.size);
        if (piece.is_thread)
            note_thread(state, &samples[count]);
        if (piece.is_thread || piece.fault.kind != ERROR_NONE)
            continue;
        xml_record_keep(&state->reader, &samples[count]);
        add_thread_title(state, &samples[count++]);
    }
    bool ok = schema_learn(&state->schema, samples, count, state->without_text, state->map, path,
                           &state->arena, error);
    for (size_t i = 0; i < SAMPLE_MOST; i++)
        members_free(&samples[i]);
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
    input_limit(state->input, state->max_ratio);
    struct error early = {0}; /* a fault within the sample comes again when its place is reached */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &early) && head.size == 0)
        return error_set(error, early.kind, "%s", early.message);
    bool whole = head.size < SAMPLE_SIZE;
    head = arena_copy(&state->arena, text_slice(head, 0, SAMPLE_SIZE));
    struct xml_kinds kinds = xml_kinds_of(head, &state->arena);
    state->element = kinds.record;
    if (!state->element_name.size)
        state->schema.service = service_of_elements(kinds.root, kinds.names, kinds.count);
    else
        state->element = state->element_name;
    if (state->schema.service)
        state->element = service_element(state->schema.service);
    if (state->schema.service && text_equal(kinds.root, TEXT("disqus")))
        state->thread = TEXT("thread");
    return learn_columns(state, head, whole, path, error);
}

/* The next element that may be a record; titles of pages are noted and passed by. */
static enum piece_kind next_record(struct xml_state *state, struct piece *piece,
                                   struct place *place, struct error *error)
{
    for (;;) {
        enum piece_kind kind = next_piece(state, piece, place, &state->own, error);
        if (kind != PIECE_FOUND || piece->fault.kind != ERROR_NONE || !piece->is_thread)
            return kind;
        note_thread(state, &state->own);
    }
}

static enum reading read_xml(void *user, struct batch *batch, struct error *error)
{
    struct xml_state *state = user;
    struct piece piece;
    struct place place = {0};
    state->own.arena = &batch->arena;
    enum piece_kind kind = next_record(state, &piece, &place, error);
    if (kind != PIECE_FOUND)
        return kind == PIECE_END ? READING_DONE : READING_FAILED;
    if (piece.fault.kind == ERROR_NONE && !schema_takes(&state->schema, &state->own)) {
        batch->left_out++;
    } else if (piece.fault.kind == ERROR_NONE) {
        xml_record_keep(&state->reader, &state->own);
        add_thread_title(state, &state->own);
        schema_add_record(&state->schema, &state->own, batch, place);
    } else {
        batch_reject_row(batch, place.line, place.byte_offset, text_of(piece.fault.message),
                         place.raw);
    }
    return READING_MORE;
}

static struct text explain(void *user, struct arena *arena)
{
    struct xml_state *state = user;
    return arena_format(arena, "charset: %.*s\nlayout: a record is <%.*s>\n%.*s",
                        TEXT_ARGUMENT(input_charset(state->input)), TEXT_ARGUMENT(state->element),
                        TEXT_ARGUMENT(schema_explain(&state->schema, arena)));
}

static void close_xml(void *user)
{
    struct xml_state *state = user;
    input_close(state->input);
    table_free(&state->threads);
    free(state->titles);
    xml_reader_free(&state->reader);
    members_free(&state->own);
    schema_free(&state->schema);
    arena_free(&state->arena);
}

const struct connector xml_connector = {
    .name = "xml",
    .summary = "Disqus, WordPress, Apple, Zendesk, Stack Exchange, any element that repeats",
    .options = options,
    .state_size = sizeof(struct xml_state),
    .recognize = recognize,
    .open = open_xml,
    .read = read_xml,
    .explain = explain,
    .close = close_xml,
};
