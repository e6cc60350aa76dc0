/* xml.c - the connector for XML: an element that repeats is a record, its attributes and children
 * are the columns. Disqus, WordPress, Atom (Apple's reviews) and Stack Exchange are known; in other
 * files the element is found. Nothing outside the file is ever read, and files that define entities
 * are refused. */
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/html.h"
#include "base/memory.h"
#include "base/table.h"
#include "connectors/connectors.h"
#include "connectors/input.h"
#include "connectors/members.h"
#include "connectors/xml_mend.h"

enum {
    SAMPLE_SIZE = 256 * 1024, /* bytes looked at before the first record is read */
    SAMPLE_MOST = 200,        /* elements of it */
    NEST_MOST = 12,           /* deeper children are left out */
    KINDS_MOST = 400,         /* different elements of a sample */
    MEND_SIZE = 4096          /* bytes mended at a time */
};

/* An export that is known by its root and its record element. */
struct dialect {
    const char *name, *root, *element; /* names without prefix */
    const char *map;                   /* what `map =` would say */
    const char *skip[5];               /* "isSpam=true": records that are not feedback */
};

static const struct dialect dialects[] = {
    {"Disqus export",
     "disqus",
     "post",
     "text=message,id=id,date=createdAt,author=author.name",
     {"isDeleted=true", "isSpam=true"}},
    {"WordPress export",
     "rss",
     "comment",
     "text=comment_content,id=comment_id,date=comment_date_gmt,author=comment_author",
     {"comment_approved=spam", "comment_approved=trash", "comment_type=pingback",
      "comment_type=trackback"}},
    {"Atom feed of reviews",
     "feed",
     "entry",
     "text=content,id=id,date=updated,author=author.name",
     {NULL}},
    {"Stack Exchange dump", "posts", "row", "text=Body,id=Id,date=CreationDate", {NULL}},
};

/* The messages of the parser, the first of each reading. */
struct complaint {
    char message[256];
    int line;
    bool refused;
};

/* Where records come from: a parser over bytes. */
struct source {
    xmlTextReaderPtr reader;
    struct complaint complaint;
};

struct xml_state {
    /* options */
    struct text charset, map, element_name;
    bool without_text;

    struct input *input;
    struct error input_error; /* met while the parser asked for more */
    struct arena arena;
    struct source source;
    const struct dialect *dialect; /* NULL: none that is known */
    struct text element;           /* of a record, without prefix */
    struct schema schema;
    struct table threads; /* Disqus: id of a thread -> index into titles */
    struct text *titles;  /* owned list of texts in the arena */
    size_t title_count, title_capacity;
    size_t skipped;
    struct xml_mend mend;
    char mended[MEND_SIZE]; /* not yet given to the parser: [mended_at, mended_size) */
    size_t mended_at, mended_size;
    bool rootless;       /* records without an element round them all: one is put there */
    bool opened, closed; /* that element was given to the parser */
    int blank_lines;     /* above the XML declaration, where the parser does not want them */
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
    MAPPING_WITHOUT_TEXT(struct xml_state, without_text),
    {.name = NULL},
};

/* ---- The parser ---- */

static void complain(void *user, xmlErrorPtr fault)
{
    struct complaint *complaint = user;
    if (complaint->line || !fault->message || fault->level < XML_ERR_ERROR)
        return;
    complaint->line = fault->line ? fault->line : 1;
    snprintf(complaint->message, sizeof(complaint->message), "%s", fault->message);
    complaint->message[strcspn(complaint->message, "\n")] = '\0';
}

/* No network, no DTD from elsewhere, entities not replaced; the library's limits on depth and size
 * stay in force. */
enum { READER_OPTIONS = XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES };

static bool source_listen(struct source *source)
{
    source->complaint = (struct complaint){0};
    if (source->reader)
        xmlTextReaderSetStructuredErrorHandler(source->reader, complain, &source->complaint);
    return source->reader != NULL;
}

static bool source_open_memory(struct source *source, struct text bytes)
{
    source->reader = xmlReaderForMemory(bytes.bytes ? bytes.bytes : "", (int)bytes.size, NULL,
                                        "UTF-8", READER_OPTIONS);
    return source_listen(source);
}

static const struct text root_begin = {"<records>", 9}, root_end = {"</records>", 10};

/* More bytes for the parser, into state->mended: none at the end. False on a fault of the input. */
static bool mend_more(struct xml_state *state)
{
    struct text ahead, root = {0};
    state->mended_at = state->mended_size = 0;
    bool good = input_peek(state->input, MEND_SIZE, &ahead, &state->input_error);
    if (state->rootless && !state->opened)
        root = root_begin;
    else if (state->rootless && !state->closed && good && ahead.size == 0)
        root = root_end;
    state->opened = true;
    state->closed = state->closed || (good && ahead.size == 0);
    if (root.size) {
        memcpy(state->mended, root.bytes, root.size);
        state->mended_size = root.size;
        return true;
    }
    size_t used;
    state->mended_size = xml_mend(&state->mend, ahead, ahead.size < MEND_SIZE, state->mended,
                                  sizeof(state->mended), &used);
    input_consume(state->input, used);
    return good || ahead.size > 0;
}

static int give_bytes(void *user, char *buffer, int size)
{
    struct xml_state *state = user;
    if (state->mended_at == state->mended_size && !mend_more(state))
        return -1;
    size_t left = state->mended_size - state->mended_at;
    size_t count = left < (size_t)size ? left : (size_t)size;
    memcpy(buffer, state->mended + state->mended_at, count);
    state->mended_at += count;
    return (int)count;
}

/* The head as the parser will get it. */
static struct text mend_head(struct text head, bool rootless, struct arena *arena)
{
    struct xml_mend mend = {0};
    size_t room = 5 * head.size + 32, used, size = rootless ? root_begin.size : 0;
    char *mended = arena_alloc(arena, room, 1);
    memcpy(mended, root_begin.bytes, size);
    size += xml_mend(&mend, head, true, mended + size, room - size, &used);
    return (struct text){mended, size};
}

static bool source_open_input(struct source *source, struct xml_state *state)
{
    source->reader = xmlReaderForIO(give_bytes, NULL, state, NULL, "UTF-8", READER_OPTIONS);
    return source_listen(source);
}

static void source_close(struct source *source)
{
    xmlFreeTextReader(source->reader);
    source->reader = NULL;
}

static struct text name_here(xmlTextReaderPtr reader)
{
    return text_of((const char *)xmlTextReaderConstLocalName(reader));
}

static struct text value_here(xmlTextReaderPtr reader)
{
    return text_of((const char *)xmlTextReaderConstValue(reader));
}

/* Whether the document declares entities of its own: bombs do, exports do not. */
static bool declares_entities(xmlTextReaderPtr reader)
{
    xmlNodePtr node = xmlTextReaderCurrentNode(reader);
    if (!node || node->type != XML_DTD_NODE)
        return false;
    const struct _xmlDtd *dtd = (const struct _xmlDtd *)node;
    return dtd->entities || dtd->pentities;
}

/* The next node: 1, or 0 at the end, or -1 on a fault, told by the complaint. */
static int step(struct source *source)
{
    int read = xmlTextReaderRead(source->reader);
    if (read == 1 && xmlTextReaderNodeType(source->reader) == XML_READER_TYPE_DOCUMENT_TYPE &&
        declares_entities(source->reader)) {
        source->complaint =
            (struct complaint){.message = "it defines entities of its own; such files are refused",
                               .line = 1,
                               .refused = true};
        return -1;
    }
    return read;
}

/* ---- An element as members ---- */

struct walk {
    struct source *source;
    struct members *members;
    struct text path[NEST_MOST + 1]; /* "author.name", by depth below the record */
    int base;                        /* the record's own depth */
    char *bytes;                     /* text of the element being read; allocated with malloc */
    size_t size, capacity;
    int inline_depth; /* of the element whose text holds markup; -1: none */
    bool has_children;
    bool is_html; /* type="html" stands on it */
};

static struct text join_path(struct walk *walk, int depth, struct text name)
{
    struct arena *arena = walk->members->arena;
    struct text above = depth > 1 ? walk->path[depth - 1] : (struct text){0};
    return above.size ? arena_format(arena, "%.*s.%.*s", TEXT_ARGUMENT(above), TEXT_ARGUMENT(name))
                      : arena_copy(arena, name);
}

/* Elements of one name are joined, "a, b"; of a text given as plain and as HTML the plain stays. */
static void set_value(struct walk *walk, struct text name, struct text value)
{
    struct arena *arena = walk->members->arena;
    const struct text *known = members_find(walk->members, name);
    if (known && known->size && (value.size == 0 || walk->is_html))
        return;
    if (known && known->size && value.size && !text_equal(name, TEXT("content")))
        value = arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(*known), TEXT_ARGUMENT(value));
    else
        value = arena_copy(arena, value);
    members_set(walk->members, name, value);
}

/* Attributes as columns beside the children: `id` of the record, `thread.id` of a child. */
static void add_attributes(struct walk *walk, struct text prefix)
{
    xmlTextReaderPtr reader = walk->source->reader;
    walk->is_html = false;
    while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
        if (xmlTextReaderIsNamespaceDecl(reader) == 1)
            continue;
        struct text name = name_here(reader), value = value_here(reader);
        if (text_equal(name, TEXT("type")))
            walk->is_html = text_equal(value, TEXT("html"));
        struct arena *arena = walk->members->arena;
        struct text column = prefix.size ? arena_format(arena, "%.*s.%.*s", TEXT_ARGUMENT(prefix),
                                                        TEXT_ARGUMENT(name))
                                         : arena_copy(arena, name);
        if (!members_find(walk->members, column))
            members_set(walk->members, column, arena_copy(arena, value));
    }
    xmlTextReaderMoveToElement(reader);
}

static void add_bytes(struct walk *walk, struct text bytes)
{
    walk->bytes = memory_grow(walk->bytes, &walk->capacity, walk->size + bytes.size + 1, 1);
    if (bytes.size)
        memcpy(walk->bytes + walk->size, bytes.bytes, bytes.size);
    walk->size += bytes.size;
}

static void begin_child(struct walk *walk, int depth)
{
    bool empty = xmlTextReaderIsEmptyElement(walk->source->reader) == 1;
    if (depth > NEST_MOST || walk->inline_depth >= 0)
        return;
    bool words = text_trim((struct text){walk->bytes, walk->size}).size > 0;
    if (words && (depth > 1 || !walk->has_children)) {
        walk->inline_depth = depth - 1; /* words, then markup: all of it is the text */
        return;
    }
    walk->has_children = true;
    walk->size = 0;
    walk->path[depth] = join_path(walk, depth, name_here(walk->source->reader));
    add_attributes(walk, walk->path[depth]);
    if (empty)
        set_value(walk, walk->path[depth], (struct text){0});
}

static void end_child(struct walk *walk, int depth)
{
    if (depth > NEST_MOST || (walk->inline_depth >= 0 && depth > walk->inline_depth))
        return;
    walk->inline_depth = -1;
    struct text value = text_trim((struct text){walk->bytes, walk->size});
    if (value.size > 0)
        set_value(walk, depth > 0 ? walk->path[depth] : TEXT("text"), value);
    else if (depth > 0 &&
             xmlTextReaderNodeType(walk->source->reader) == XML_READER_TYPE_END_ELEMENT &&
             !members_find(walk->members, walk->path[depth]))
        set_value(walk, walk->path[depth], value);
    walk->size = 0;
    walk->is_html = false;
}

/* Reads the element that the parser stands on, to its end: 1, or -1 on a fault. */
static int read_element(struct source *source, struct members *members)
{
    xmlTextReaderPtr reader = source->reader;
    struct walk walk = {.source = source,
                        .members = members,
                        .base = xmlTextReaderDepth(reader),
                        .inline_depth = -1};
    bool empty = xmlTextReaderIsEmptyElement(reader) == 1;
    int read = 1;
    add_attributes(&walk, (struct text){0});
    while (!empty && (read = step(source)) == 1) {
        int depth = xmlTextReaderDepth(reader) - walk.base;
        int type = xmlTextReaderNodeType(reader);
        if (type == XML_READER_TYPE_ELEMENT)
            begin_child(&walk, depth);
        else if (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
                 type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE)
            add_bytes(&walk, value_here(reader));
        else if (type == XML_READER_TYPE_END_ELEMENT)
            end_child(&walk, depth);
        if (type == XML_READER_TYPE_END_ELEMENT && depth == 0)
            break;
    }
    free(walk.bytes);
    return read == 1 ? 1 : -1;
}

/* ---- Finding the record element ---- */

/* What a sample says of the elements of one name. */
struct kind {
    struct text name;
    size_t count, bytes; /* of attributes and of children that hold nothing but text */
};

struct kinds {
    struct arena *arena;
    struct kind *kinds;
    size_t count;
    struct text root;
    bool refused; /* it defines entities */
    bool extra;   /* something stands behind the root */
    size_t below; /* elements right below the root */
};

static struct kind *kind_called(struct kinds *kinds, struct text name)
{
    for (size_t i = 0; i < kinds->count; i++)
        if (text_equal(kinds->kinds[i].name, name))
            return &kinds->kinds[i];
    if (kinds->count == KINDS_MOST)
        return &kinds->kinds[0];
    struct kind *kind = &kinds->kinds[kinds->count++];
    *kind = (struct kind){.name = arena_copy(kinds->arena, name)};
    return kind;
}

static void count_element(struct kinds *kinds, xmlTextReaderPtr reader)
{
    struct kind *kind = kind_called(kinds, name_here(reader));
    kind->count++;
    while (xmlTextReaderMoveToNextAttribute(reader) == 1)
        if (xmlTextReaderIsNamespaceDecl(reader) != 1)
            kind->bytes += value_here(reader).size;
    xmlTextReaderMoveToElement(reader);
}

/* Counts until the sample ends, as a rule in the middle of something. */
static void count_kinds(struct kinds *kinds, struct text head)
{
    enum { DEEPEST = 64 };
    struct text names[DEEPEST] = {{0}};
    struct source source = {0};
    if (!source_open_memory(&source, head))
        return;
    while (step(&source) == 1) {
        int type = xmlTextReaderNodeType(source.reader), depth = xmlTextReaderDepth(source.reader);
        if (depth >= DEEPEST)
            continue;
        if (type == XML_READER_TYPE_ELEMENT) {
            struct text name = name_here(source.reader);
            count_element(kinds, source.reader);
            names[depth] = kind_called(kinds, name)->name;
            if (depth == 0)
                kinds->root = names[0];
            kinds->below += depth == 1;
        } else if ((type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA) && depth > 1) {
            kind_called(kinds, names[depth - 2])->bytes += value_here(source.reader).size;
        }
    }
    kinds->refused = source.complaint.refused;
    kinds->extra = strncmp(source.complaint.message, "Extra content", 13) == 0;
    source_close(&source);
}

/* Words for one piece of feedback; an element called so needs less text to be the record. */
static bool means_record(struct text name)
{
    static const char *const words[] = {"review", "comment", "post",   "entry",    "item",    "row",
                                        "record", "ticket",  "answer", "response", "feedback"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (text_equal_fold(name, text_of(words[i])))
            return true;
    return false;
}

/* The element whose children and attributes hold most of the text; empty when there is none. */
static struct text find_element(const struct kinds *kinds)
{
    struct text best = {0};
    size_t best_weight = 0;
    for (size_t i = 0; i < kinds->count; i++) {
        const struct kind *kind = &kinds->kinds[i];
        size_t weight = kind->bytes * (means_record(kind->name) ? 64 : 1);
        if (weight > best_weight && !text_equal(kind->name, kinds->root)) {
            best = kind->name;
            best_weight = weight;
        }
    }
    return best;
}

static const struct dialect *find_dialect(const struct kinds *kinds)
{
    for (size_t i = 0; i < sizeof(dialects) / sizeof(*dialects); i++)
        if (text_equal(kinds->root, text_of(dialects[i].root)))
            for (size_t k = 0; k < kinds->count; k++)
                if (text_equal(kinds->kinds[k].name, text_of(dialects[i].element)))
                    return &dialects[i];
    return NULL;
}

static struct kinds look_within(struct text head, bool rootless, struct arena *arena)
{
    struct kinds kinds = {.arena = arena,
                          .kinds = arena_alloc(arena, KINDS_MOST, sizeof(struct kind))};
    count_kinds(&kinds, mend_head(head, rootless, arena));
    return kinds;
}

/* Counts, with an element put round the records where they have none (*rootless). */
static struct kinds look_at(struct text head, bool *rootless, struct arena *arena)
{
    struct kinds kinds = look_within(head, false, arena);
    *rootless = false;
    if (!kinds.extra)
        return kinds;
    struct kinds wrapped = look_within(head, true, arena);
    *rootless = wrapped.below > 1;
    return *rootless ? wrapped : kinds;
}

static struct recognition recognize(const struct candidate *candidate, struct arena *arena)
{
    if (candidate->is_directory)
        return (struct recognition){0, TEXT("a folder")};
    struct text start = text_trim(input_decode(candidate->head, arena));
    if (start.size == 0 || start.bytes[0] != '<')
        return (struct recognition){0, TEXT("does not begin with <")};
    if (text_find(text_slice(start, 0, 1024), TEXT("<html"), 0) < 1024 && start.size >= 1024)
        return (struct recognition){20, TEXT("a page of HTML")};
    bool rootless;
    struct kinds kinds = look_at(start, &rootless, arena);
    const struct dialect *dialect = find_dialect(&kinds);
    struct text element = find_element(&kinds);
    if (kinds.refused)
        return (struct recognition){90, TEXT("XML that defines entities")};
    if (dialect)
        return (struct recognition){97, text_of(dialect->name)};
    if (element.size)
        return (struct recognition){
            90, arena_format(arena, "XML, records in <%.*s>", TEXT_ARGUMENT(element))};
    return (struct recognition){kinds.count ? 50 : 20, TEXT("XML without a record in it")};
}

/* ---- The connector ---- */

/* Whether the record is left out: spam, a deleted post. */
static bool is_skipped(const struct xml_state *state, struct members *own)
{
    const struct dialect *dialect = state->dialect;
    for (size_t i = 0; dialect && i < 5 && dialect->skip[i]; i++) {
        struct text rule = text_of(dialect->skip[i]);
        size_t sign = text_find(rule, TEXT("="), 0);
        const struct text *value = members_find(own, text_slice(rule, 0, sign));
        if (value && text_equal_fold(*value, text_slice(rule, sign + 1, rule.size)))
            return true;
    }
    return false;
}

static void note_thread(struct xml_state *state, struct members *thread)
{
    const struct text *id = members_find(thread, TEXT("id"));
    const struct text *title = members_find(thread, TEXT("title"));
    if (!id || !title || !title->size)
        return;
    bool added;
    table_at(&state->threads, hash_text(*id), state->title_count, &added);
    if (!added)
        return;
    state->titles = memory_grow(state->titles, &state->title_capacity, state->title_count + 1,
                                sizeof(*state->titles));
    state->titles[state->title_count++] = arena_copy(&state->arena, *title);
}

/* The title of the page that a Disqus comment stands under, as a column of its own. */
static void add_thread_title(const struct xml_state *state, struct members *own)
{
    const struct text *id = members_find(own, TEXT("thread.id"));
    const size_t *at = id ? table_find(&state->threads, hash_text(*id)) : NULL;
    if (at)
        members_set(own, TEXT("thread.title"), state->titles[*at]);
}

/* The next record element: 1 (its members are filled), 0 at the end, -1 on a fault. */
static int next_element(struct xml_state *state, struct source *source, struct members *own,
                        int *line)
{
    bool disqus = state->dialect && strcmp(state->dialect->root, "disqus") == 0;
    int read;
    while ((read = step(source)) == 1) {
        if (xmlTextReaderNodeType(source->reader) != XML_READER_TYPE_ELEMENT)
            continue;
        struct text name = name_here(source->reader);
        if (text_equal(name, state->element)) {
            xmlNodePtr node = xmlTextReaderCurrentNode(source->reader);
            *line = (int)xmlGetLineNo(node);
            read = read_element(source, own);
            if (disqus)
                add_thread_title(state, own);
            return read;
        }
        if (disqus && text_equal(name, TEXT("thread"))) {
            struct members thread = {.arena = own->arena};
            read = read_element(source, &thread);
            note_thread(state, &thread);
            members_free(&thread);
            if (read != 1)
                return read;
        }
    }
    return read;
}

/* What the dialect says of columns that are there, and behind it what the user says. */
static struct text add_known_map(struct xml_state *state, struct members *samples, size_t count)
{
    struct text wanted = {0}, rest, part;
    rest = text_of(state->dialect && count ? state->dialect->map : NULL);
    while (rest.size && text_split(&rest, ',', &part)) {
        struct text name = text_slice(part, text_find(part, TEXT("="), 0) + 1, part.size);
        for (size_t i = 0; i < count; i++)
            if (members_find(&samples[i], name)) {
                wanted = arena_format(&state->arena, "%.*s%s%.*s", TEXT_ARGUMENT(wanted),
                                      wanted.size ? "," : "", TEXT_ARGUMENT(part));
                break;
            }
    }
    struct text given = count ? state->map : (struct text){0};
    return arena_format(&state->arena, "%.*s%s%.*s", TEXT_ARGUMENT(wanted),
                        wanted.size && given.size ? "," : "", TEXT_ARGUMENT(given));
}

static bool learn(struct xml_state *state, struct text head, const char *path, struct error *error)
{
    struct members *samples = arena_alloc(&state->arena, SAMPLE_MOST, sizeof(*samples));
    struct source source = {0};
    size_t count = 0;
    int line;
    if (source_open_memory(&source, head)) {
        for (; count < SAMPLE_MOST; count++) {
            samples[count].arena = &state->arena;
            if (next_element(state, &source, &samples[count], &line) != 1)
                break;
        }
        /* What the end of the sample cuts off may still be the only record. */
        count += count < SAMPLE_MOST && count == 0 && samples[0].count > 0;
    }
    source_close(&source);
    struct text wanted = add_known_map(state, samples, count);
    bool ok = schema_learn(&state->schema, samples, count, state->without_text, wanted, path,
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
    if (!choose_charset(state, path, charset, error) ||
        !input_open(&state->input, path, text_of(charset), false, error))
        return false;
    struct error early = {0}; /* a fault within the sample comes again when its place is reached */
    if (!input_peek(state->input, SAMPLE_SIZE, &head, &early) && head.size == 0)
        return error_set(error, early.kind, "%s", early.message);
    size_t blanks = 0;
    for (; blanks < head.size && strchr(" \t\r\n", head.bytes[blanks]); blanks++)
        state->blank_lines += head.bytes[blanks] == '\n';
    head = arena_copy(&state->arena, text_slice(head, blanks, SAMPLE_SIZE));
    input_consume(state->input, blanks);
    struct kinds kinds = look_at(head, &state->rootless, &state->arena);
    if (state->element_name.size) {
        state->element = state->element_name;
    } else {
        state->dialect = find_dialect(&kinds);
        state->element = state->dialect ? text_of(state->dialect->element) : find_element(&kinds);
    }
    if (!learn(state, mend_head(head, state->rootless, &state->arena), path, error))
        return false;
    if (!source_open_input(&state->source, state))
        return error_set(error, ERROR_INPUT, "%s: cannot be read as XML", path);
    return true;
}

/* Bodies that are HTML, as comments of web pages are, read as text. */
static struct text plain_text(struct text text, struct arena *arena)
{
    for (size_t i = text_find(text, TEXT("<"), 0); i + 1 < text.size;
         i = text_find(text, TEXT("<"), i + 1)) {
        char next = text.bytes[i + 1];
        bool tag = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/';
        if (tag && text_find(text, TEXT(">"), i) < text.size)
            return html_to_text(text, arena);
    }
    return text;
}

static enum reading read_xml(void *user, struct batch *batch, struct error *error)
{
    struct xml_state *state = user;
    for (;;) {
        struct members own = {.arena = &batch->arena};
        int line = 0, read = next_element(state, &state->source, &own, &line);
        size_t count = batch->count;
        bool skipped = read == 1 && is_skipped(state, &own);
        if (read == 1 && !skipped) {
            long offset = xmlTextReaderByteConsumed(state->source.reader);
            schema_add_record(&state->schema, &own, batch, (uint64_t)(line + state->blank_lines),
                              offset > 0 ? (uint64_t)offset : 0, (struct text){0});
            if (batch->count > count) {
                struct record *record = &batch->records[count];
                record->body = plain_text(record->body, &batch->arena);
                record->title = plain_text(record->title, &batch->arena);
            }
        }
        members_free(&own);
        state->skipped += skipped;
        if (skipped)
            continue;
        if (read == 1)
            return READING_MORE;
        if (read == 0)
            return READING_DONE;
        if (state->input_error.kind != ERROR_NONE)
            error_set(error, state->input_error.kind, "%s", state->input_error.message);
        else
            error_set(error, ERROR_INPUT, "%s:%d: %s; what stands behind it cannot be read",
                      batch->path, state->source.complaint.line + state->blank_lines,
                      state->source.complaint.message);
        return READING_FAILED;
    }
}

static struct text explain(void *user, struct arena *arena)
{
    struct xml_state *state = user;
    struct text lines =
        arena_format(arena, "charset: %.*s\nlayout: a record is <%.*s>",
                     TEXT_ARGUMENT(input_charset(state->input)), TEXT_ARGUMENT(state->element));
    if (state->dialect)
        lines =
            arena_format(arena, "%.*s\nrecognised: %s", TEXT_ARGUMENT(lines), state->dialect->name);
    if (state->skipped)
        lines = arena_format(arena, "%.*s\nleft out: %zu deleted, or spam", TEXT_ARGUMENT(lines),
                             state->skipped);
    return arena_format(arena, "%.*s\n%.*s", TEXT_ARGUMENT(lines),
                        TEXT_ARGUMENT(mapping_explain(&state->schema.mapping, state->schema.names,
                                                      state->schema.count, arena)));
}

static void close_xml(void *user)
{
    struct xml_state *state = user;
    source_close(&state->source);
    input_close(state->input);
    table_free(&state->threads);
    free(state->titles);
    arena_free(&state->arena);
}

const struct connector xml_connector = {
    .name = "xml",
    .summary = "Disqus, WordPress, Atom, Stack Exchange, any element that repeats",
    .options = options,
    .state_size = sizeof(struct xml_state),
    .recognize = recognize,
    .open = open_xml,
    .read = read_xml,
    .explain = explain,
    .close = close_xml,
};
