/* layout.c - counts what the elements of a sample hold. */
#include "connectors/xml/layout.h"

#include "connectors/xml/scan.h"

enum { KINDS_MOST = 400, DEEPEST = 64, RECORD_WEIGHT = 64 };

struct counts {
    struct xml_kinds kinds;
    size_t *bytes;  /* by kind: of attributes, and of children that hold nothing but text */
    size_t *places; /* by kind: how often it was met */
    struct text open[DEEPEST];
    size_t depth; /* may lie beyond DEEPEST */
};

static size_t kind_called(struct counts *counts, struct text name)
{
    struct xml_kinds *kinds = &counts->kinds;
    for (size_t i = 0; i < kinds->count; i++)
        if (text_equal(kinds->names[i], name))
            return i;
    if (kinds->count == KINDS_MOST)
        return 0;
    kinds->names[kinds->count] = name;
    return kinds->count++;
}

static void begin_element(struct counts *counts, const struct xml_token *token)
{
    size_t kind = kind_called(counts, token->name);
    struct text attributes = token->inside, name, value;
    counts->places[kind]++;
    while (xml_attribute(&attributes, &name, &value))
        counts->bytes[kind] += value.size;
    if (!counts->kinds.root.size)
        counts->kinds.root = token->name;
    if (token->empty || xml_is_markup(token->name))
        return;
    if (counts->depth < DEEPEST)
        counts->open[counts->depth] = token->name;
    counts->depth++;
}

/* Ends the innermost element of that name, and what was left open within it. */
static void end_element(struct counts *counts, struct text name)
{
    size_t depth = counts->depth;
    if (depth > DEEPEST) {
        counts->depth--;
        return;
    }
    while (depth > 0 && !text_equal(counts->open[depth - 1], name))
        depth--;
    if (depth > 0)
        counts->depth = depth - 1;
}

/* Text counts for the element above the one that it stands in. */
static void add_text(struct counts *counts, struct text text)
{
    if (counts->depth >= 2 && counts->depth <= DEEPEST)
        counts->bytes[kind_called(counts, counts->open[counts->depth - 2])] += text_trim(text).size;
}

/* Words for one piece of feedback; an element called so needs less text to be the record. */
static bool means_record(struct text name)
{
    static const char *const words[] = {"review",   "comment", "post",   "entry",  "item",
                                        "row",      "record",  "ticket", "answer", "response",
                                        "feedback", "리뷰",    "후기",   "댓글",   "의견"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (text_equal_fold(name, text_of(words[i])))
            return true;
    return false;
}

static struct text find_record(const struct counts *counts)
{
    struct text best = {0};
    size_t best_weight = 0;
    for (size_t i = 0; i < counts->kinds.count; i++) {
        struct text name = counts->kinds.names[i];
        size_t weight = counts->bytes[i] * (means_record(name) ? RECORD_WEIGHT : 1);
        bool is_root = text_equal(name, counts->kinds.root) && counts->places[i] == 1;
        if (weight > best_weight && !is_root) {
            best = name;
            best_weight = weight;
        }
    }
    /* A file of one record, which is its root. */
    return best.size || !counts->kinds.count || !counts->bytes[0] ? best : counts->kinds.root;
}

struct xml_kinds xml_kinds_of(struct text sample, struct arena *arena)
{
    struct counts counts = {.kinds = {.names = arena_alloc(arena, KINDS_MOST, sizeof(struct text))},
                            .bytes = arena_alloc(arena, KINDS_MOST, sizeof(size_t)),
                            .places = arena_alloc(arena, KINDS_MOST, sizeof(size_t))};
    struct xml_token token;
    for (size_t at = 0; at < sample.size; at += token.size) {
        enum xml_kind kind = xml_scan(sample, at, false, &token);
        if (kind == XML_MORE)
            break;
        if (kind == XML_BEGIN)
            begin_element(&counts, &token);
        else if (kind == XML_END)
            end_element(&counts, token.name);
        else if (kind == XML_DATA)
            add_text(&counts, token.inside);
        else if (kind == XML_TEXT)
            add_text(&counts, text_slice(sample, at, at + token.size));
    }
    counts.kinds.record = find_record(&counts);
    return counts.kinds;
}
