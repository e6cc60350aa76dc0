/* fields.c - one pass over the tokens of a record, with account of the elements that are open.
 * Values are decoded one behind the other into the reader's buffer, and copied when all is well. */
#include "connectors/xml/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/xml/scan.h"

enum {
    LONGEST_SHOWN = 64,
    LONGEST_OPENING = 9
}; /* bytes in a message: of a name, of "<![CDATA[" */

/* An open element; the record is the first. */
struct level {
    struct path path;
    struct text name;
    size_t inside; /* where it begins to have content */
    bool has_children;
    bool is_html;        /* type="html" stands on it */
    uint64_t last_child; /* hash of the way to it */
    size_t last_count;   /* of its like, one behind the other */
};

/* A record on its way. */
struct walk {
    struct xml_reader *reader;
    struct text record; /* and what follows it */
    bool last;
    struct members *members;
    struct level *levels;
    size_t depth;      /* of the innermost level that is open */
    size_t markup;     /* of the level whose text holds markup; SIZE_MAX: none */
    size_t begin, end; /* in the reader's bytes: the words since the last tag */
    size_t attributes; /* members that are the record's own */
    struct error *fault;
};

/* ---- Values ---- */

static struct text words_of(const struct walk *walk)
{
    return text_trim((struct text){walk->reader->bytes + walk->begin, walk->end - walk->begin});
}

/* Elements of one name are joined, "a, b"; of a text given as plain and as HTML the plain stays; an
 * attribute of the record (Disqus: dsq:id) and a child of its name (<id>) are two values. */
static void set_value(struct walk *walk, struct text name, struct text value, bool is_html)
{
    struct members *members = walk->members;
    struct text *known = members_find(members, name);
    if (known && (size_t)(known - members->cells) < walk->attributes && value.size > 0) {
        name = arena_format(members->arena, "%.*s.2", TEXT_ARGUMENT(name));
        known = members_find(members, name);
    }
    if (!known) {
        members_add(members, name, value);
        return;
    }
    if (known->size && (value.size == 0 || is_html))
        return;
    if (known->size && !text_equal(name, TEXT("content")))
        value = arena_format(&walk->reader->scratch, "%.*s, %.*s", TEXT_ARGUMENT(*known),
                             TEXT_ARGUMENT(value));
    *known = value;
}

/* The words that were gathered become the value of the level. */
static void flush_words(struct walk *walk, struct level *level)
{
    struct text words = words_of(walk);
    bool is_record = level == walk->levels;
    if (words.size > 0 || (!level->has_children && !is_record))
        set_value(walk, is_record ? TEXT("text") : level->path.text, words, level->is_html);
    walk->begin = walk->end;
}

static void add_words(struct walk *walk, struct text raw, bool as_they_are)
{
    char *bytes = walk->reader->bytes + walk->end;
    if (as_they_are)
        memcpy(bytes, raw.bytes, raw.size);
    walk->end += as_they_are ? raw.size : xml_decode(raw, bytes);
}

/* Of the attributes that say how a value is written, as Rails and Atom do; no columns. */
static bool describes_value(struct text name, struct text value)
{
    static const char *const types[] = {"array", "boolean", "date",    "datetime", "decimal",
                                        "float", "html",    "integer", "text",     "xhtml"};
    if (text_equal(name, TEXT("nil")))
        return true;
    for (size_t i = 0; text_equal(name, TEXT("type")) && i < sizeof(types) / sizeof(*types); i++)
        if (text_equal_fold(value, text_of(types[i])))
            return true;
    return false;
}

/* Attributes as columns beside the children: `id` of the record, `thread.id` of a child. */
static void add_attributes(struct walk *walk, struct level *level, struct text attributes)
{
    struct text name, raw;
    while (xml_attribute(&attributes, &name, &raw)) {
        struct text value = {walk->reader->bytes + walk->end, 0};
        value.size = xml_decode(raw, walk->reader->bytes + walk->end);
        if (level != walk->levels && describes_value(name, value)) {
            level->is_html = level->is_html || text_equal_fold(value, TEXT("html"));
            continue;
        }
        walk->end += value.size;
        struct path path = path_join(&walk->reader->paths, level->path, name, walk->members->arena);
        if (!members_find(walk->members, path.text))
            members_add(walk->members, path.text, value);
    }
    walk->begin = walk->end;
}

/* ---- Elements ---- */

/* Whether the next thing behind `at` but blanks is an element of its own. */
static bool has_child(const struct walk *walk, size_t at)
{
    struct xml_token token = {.kind = XML_OTHER};
    if (at < walk->record.size)
        xml_scan(walk->record, at, walk->last, &token);
    size_t next = at + token.size;
    if (token.kind == XML_TEXT && text_trim(text_slice(walk->record, at, next)).size == 0 &&
        next < walk->record.size)
        xml_scan(walk->record, next, walk->last, &token);
    return token.kind == XML_BEGIN;
}

static struct path path_of_child(struct walk *walk, const struct xml_token *token, size_t after)
{
    struct arena *arena = walk->members->arena;
    struct level *above = &walk->levels[walk->depth];
    struct path path = path_join(&walk->reader->paths, above->path, token->name, arena);
    above->last_count = path.hash == above->last_child ? above->last_count + 1 : 1;
    above->last_child = path.hash;
    if (above->last_count > 1 && !token->empty && has_child(walk, after))
        path = path_number(&walk->reader->paths, path, above->last_count, arena);
    return path;
}

/* Whether what begins within `above` is markup of its text, not a member. */
static bool begins_markup(const struct walk *walk, const struct level *above, struct text name)
{
    bool words = words_of(walk).size > 0;
    return walk->depth > 0 ? words || xml_is_markup(name) : words && !above->has_children;
}

/* False, with the fault, when that is one level too many. */
static bool begin_element(struct walk *walk, const struct xml_token *token, size_t at)
{
    struct level *above = &walk->levels[walk->depth], *level = above + 1;
    if (walk->markup == SIZE_MAX && begins_markup(walk, above, token->name))
        walk->markup = walk->depth;
    if (walk->markup != SIZE_MAX && (token->empty || xml_is_markup(token->name)))
        return true;
    if (walk->depth + 1 >= (size_t)walk->reader->limits->depth)
        return error_set(walk->fault, ERROR_INPUT,
                         "nested deeper than %lld levels; 'deepest_record' allows more",
                         (long long)walk->reader->limits->depth);
    *level = (struct level){.name = token->name, .inside = at + token->size};
    if (walk->markup == SIZE_MAX) {
        if (walk->end > walk->begin && words_of(walk).size > 0)
            flush_words(walk, above);
        above->has_children = true;
        level->path = path_of_child(walk, token, at + token->size);
        walk->begin = walk->end;
        add_attributes(walk, level, token->inside);
        if (token->empty)
            flush_words(walk, level);
    }
    walk->depth += !token->empty;
    return true;
}

/* Words and markup as they stand, which is HTML: but CDATA as HTML would write its letters. */
static struct text read_markup(struct walk *walk, struct text inside)
{
    char *html = memory_alloc(5 * inside.size + 1, 1);
    size_t size = 0;
    struct xml_token token;
    for (size_t at = 0; at < inside.size; at += token.size) {
        if (xml_scan(inside, at, true, &token) != XML_DATA) {
            memcpy(html + size, inside.bytes + at, token.size);
            size += token.size;
            continue;
        }
        for (size_t i = 0; i < token.inside.size; i++) {
            char byte = token.inside.bytes[i];
            struct text letter = byte == '<'   ? TEXT("&lt;")
                                 : byte == '&' ? TEXT("&amp;")
                                               : text_slice(token.inside, i, i + 1);
            memcpy(html + size, letter.bytes, letter.size);
            size += letter.size;
        }
    }
    struct text text = arena_copy(&walk->reader->scratch, (struct text){html, size});
    free(html);
    return text;
}

/* All of the level that holds words and markup becomes its value. */
static void flush_markup(struct walk *walk, size_t at)
{
    const struct level *level = &walk->levels[walk->markup];
    struct text text = read_markup(walk, text_slice(walk->record, level->inside, at));
    set_value(walk, walk->markup ? level->path.text : TEXT("text"), text, level->is_html);
    walk->markup = SIZE_MAX;
    walk->begin = walk->end;
}

/* Ends the element called `name`; markup may still be open within it. False, with the fault, when
 * another is, or when it is not open itself. *done: that was the record. */
static bool end_element(struct walk *walk, struct text name, size_t at, bool *done)
{
    size_t depth = walk->depth;
    while (depth > 0 && !text_equal(walk->levels[depth].name, name) &&
           xml_is_markup(walk->levels[depth].name))
        depth--;
    if (!text_equal(walk->levels[depth].name, name)) {
        if (xml_is_markup(name))
            return true; /* the end of markup that nobody opened */
        bool open = false;
        for (size_t i = 0; i < depth; i++)
            open = open || text_equal(walk->levels[i].name, name);
        return open ? error_set(
                          walk->fault, ERROR_INPUT, "<%.*s> is never closed",
                          TEXT_ARGUMENT(text_slice(walk->levels[depth].name, 0, LONGEST_SHOWN)))
                    : error_set(walk->fault, ERROR_INPUT, "</%.*s> closes nothing that is open",
                                TEXT_ARGUMENT(text_slice(name, 0, LONGEST_SHOWN)));
    }
    if (walk->markup == SIZE_MAX)
        flush_words(walk, &walk->levels[depth]);
    else if (depth <= walk->markup)
        flush_markup(walk, at);
    *done = depth == 0;
    walk->depth = depth ? depth - 1 : 0;
    return true;
}

/* ---- Records ---- */

/* The record is faulty: it goes up to where the next element called `name` begins, at or after
 * `from`. */
static enum xml_extent leave_out(const struct walk *walk, size_t from, struct text name,
                                 size_t *size)
{
    struct xml_token token;
    for (*size = from; *size < walk->record.size; *size += token.size) {
        enum xml_kind kind = xml_scan(walk->record, *size, walk->last, &token);
        if (kind == XML_MORE)
            return XML_RECORD_MORE;
        if ((kind == XML_BEGIN || kind == XML_BROKEN) && text_equal(token.name, name))
            break;
    }
    if (*size == walk->record.size && !walk->last)
        return XML_RECORD_MORE;
    while (*size > 1 && strchr(" \t\r\n", walk->record.bytes[*size - 1]))
        --*size; /* blanks before the next one are nobody's */
    return XML_RECORD_FAULTY;
}

/* Takes the token at `at` into account; false, with the fault, when it has no place there. */
static bool take(struct walk *walk, const struct xml_token *token, size_t at, bool *done)
{
    if (token->cut)
        return error_set(walk->fault, ERROR_INPUT, "%.*s... is never closed",
                         TEXT_ARGUMENT(text_slice(walk->record, at, at + LONGEST_OPENING)));
    switch (token->kind) {
    case XML_BEGIN:
        return begin_element(walk, token, at);
    case XML_END:
        return end_element(walk, token->name, at, done);
    case XML_TEXT:
    case XML_BROKEN:
    case XML_DATA:
        if (walk->markup == SIZE_MAX)
            add_words(walk,
                      token->kind == XML_DATA ? token->inside
                                              : text_slice(walk->record, at, at + token->size),
                      token->kind == XML_DATA);
        return true;
    default:
        return true;
    }
}

static bool begin_record(struct walk *walk, const struct xml_token *token, bool *done)
{
    walk->levels[0] = (struct level){.name = token->name, .inside = token->size};
    if (token->kind != XML_BEGIN)
        return error_set(walk->fault, ERROR_INPUT, "the tag <%.*s is broken",
                         TEXT_ARGUMENT(text_slice(token->name, 0, LONGEST_SHOWN)));
    add_attributes(walk, &walk->levels[0], token->inside);
    walk->attributes = walk->members->count;
    *done = token->empty;
    return true;
}

enum xml_extent xml_record_read(struct xml_reader *reader, struct text bytes, bool last,
                                struct members *members, size_t *size, struct error *fault)
{
    /* One more for markup that is a member (<row><b>2</b></row>). */
    struct level levels[MEMBERS_DEPTH_MOST + 2];
    struct walk walk = {.reader = reader,
                        .record = bytes,
                        .last = last,
                        .members = members,
                        .levels = levels,
                        .markup = SIZE_MAX,
                        .fault = fault};
    struct xml_token token;
    size_t next = 0, at = 0; /* next: where another element of this name begins within it */
    bool done = false;
    reader->bytes = memory_grow(reader->bytes, &reader->capacity, bytes.size + 1, 1);
    arena_reset(&reader->scratch);
    members->count = 0;
    if (xml_scan(bytes, 0, last, &token) == XML_MORE)
        return XML_RECORD_MORE;
    bool good = begin_record(&walk, &token, &done);
    for (at = token.size; good && !done && at < bytes.size; at += token.size) {
        if (xml_scan(bytes, at, last, &token) == XML_MORE)
            return XML_RECORD_MORE;
        if (next == 0 && token.kind == XML_BEGIN && text_equal(token.name, levels[0].name))
            next = at;
        good = take(&walk, &token, at, &done);
    }
    *size = at;
    if (good && !done && !last)
        return XML_RECORD_MORE;
    if (done && (int64_t)members->count > reader->limits->members) {
        error_set(fault, ERROR_INPUT, "more than %lld members; 'most_members' allows more",
                  (long long)reader->limits->members);
        return XML_RECORD_FAULTY;
    }
    reader->used = walk.end;
    if (done)
        return XML_RECORD_WHOLE;
    if (good || next > 0) {
        fault->kind = ERROR_NONE; /* this says it better */
        error_set(fault, ERROR_INPUT, "the element that begins here is never closed");
    }
    return leave_out(&walk, next ? next : 1, levels[0].name, size);
}

void xml_record_keep(const struct xml_reader *reader, struct members *members)
{
    const char *from = reader->bytes, *end = from + reader->used;
    struct text kept = arena_copy(members->arena, (struct text){from, reader->used});
    for (size_t i = 0; i < members->count; i++) {
        struct text *cell = &members->cells[i];
        if (cell->bytes >= from && cell->bytes <= end)
            cell->bytes = kept.bytes + (cell->bytes - from);
        else
            *cell = arena_copy(members->arena, *cell);
    }
}

void xml_reader_free(struct xml_reader *reader)
{
    paths_free(&reader->paths);
    arena_free(&reader->scratch);
    free(reader->bytes);
    *reader = (struct xml_reader){0};
}
