/* layout.c - counts the bytes of text in the elements of a sample. */
#include "connectors/xml/layout.h"

#include "connectors/xml/scan.h"

enum { MAX_ELEMENT_NAMES = 400, MAX_OPEN_ELEMENTS = 64, RECORD_WEIGHT = 64 };

struct element_counter {
    struct xml_layout layout;
    size_t *bytes;       /* per name: of attributes and of children that contain only text */
    size_t *occurrences; /* per name */
    bool *is_filled;     /* per name: contains a text or an element */
    struct text open_elements[MAX_OPEN_ELEMENTS];
    size_t depth; /* may exceed MAX_OPEN_ELEMENTS */
};

static size_t find_or_add_element(struct element_counter *counter, struct text name)
{
    struct xml_layout *layout = &counter->layout;
    for (size_t i = 0; i < layout->count; i++)
        if (text_equal(layout->names[i], name))
            return i;
    if (layout->count == MAX_ELEMENT_NAMES)
        return 0;
    layout->names[layout->count] = name;
    return layout->count++;
}

static void begin_element(struct element_counter *counter, const struct xml_token *token)
{
    size_t kind = find_or_add_element(counter, token->name);
    struct text attributes = token->content, name, value;
    counter->occurrences[kind]++;
    if (counter->depth >= 1 && counter->depth <= MAX_OPEN_ELEMENTS)
        counter
            ->is_filled[find_or_add_element(counter, counter->open_elements[counter->depth - 1])] =
            true;
    while (xml_next_attribute(&attributes, &name, &value))
        counter->bytes[kind] += value.size;
    if (!counter->layout.root.size)
        counter->layout.root = token->name;
    if (token->is_empty || xml_is_inline_markup(token->name))
        return;
    if (counter->depth < MAX_OPEN_ELEMENTS)
        counter->open_elements[counter->depth] = token->name;
    counter->depth++;
}

/* Closes the innermost element of that name and the elements that are open within it. */
static void end_element(struct element_counter *counter, struct text name)
{
    size_t depth = counter->depth;
    if (depth > MAX_OPEN_ELEMENTS) {
        counter->depth--;
        return;
    }
    while (depth > 0 && !text_equal(counter->open_elements[depth - 1], name))
        depth--;
    if (depth > 0)
        counter->depth = depth - 1;
}

/* Text counts for the parent of the element that contains it. */
static void add_text(struct element_counter *counter, struct text text)
{
    if (counter->depth >= 1 && counter->depth <= MAX_OPEN_ELEMENTS && text_trim(text).size > 0)
        counter
            ->is_filled[find_or_add_element(counter, counter->open_elements[counter->depth - 1])] =
            true;
    if (counter->depth >= 2 && counter->depth <= MAX_OPEN_ELEMENTS)
        counter->bytes[find_or_add_element(counter, counter->open_elements[counter->depth - 2])] +=
            text_trim(text).size;
}

/* An element with the name of a piece of feedback needs less text to be the record. */
static bool is_record_name(struct text name)
{
    static const char *const names[] = {
#define ROW(language, name) name,
#include "connectors/xml/data/record_elements.inc"
#undef ROW
        NULL};
    return text_is_one_of_ignore_case(name, names);
}

static struct text find_record(const struct element_counter *counter)
{
    struct text best = {0};
    size_t best_weight = 0;
    for (size_t i = 0; i < counter->layout.count; i++) {
        struct text name = counter->layout.names[i];
        size_t weight = counter->bytes[i] * (is_record_name(name) ? RECORD_WEIGHT : 1);
        bool is_root = text_equal(name, counter->layout.root) && counter->occurrences[i] == 1;
        if (weight > best_weight && !is_root) {
            best = name;
            best_weight = weight;
        }
    }
    /* Otherwise the root is the only record. */
    return best.size || !counter->layout.count || !counter->bytes[0] ? best : counter->layout.root;
}

/* In a reply without any record, <reviews total="0"/>, the record is the element that is missing,
 * not the request that precedes the list. Returns `record` unless the file is such a reply. */
static struct text find_missing_record(const struct element_counter *counter, struct text record)
{
    struct text missing = record;
    for (size_t i = 0; i < counter->layout.count; i++) {
        struct text name = counter->layout.names[i], one = text_slice(name, 0, name.size - 1);
        size_t occurrences = counter->occurrences[i];
        bool is_root = text_equal(name, counter->layout.root) && !text_equal(name, record);
        if ((is_record_name(name) && !is_root) || (text_equal(name, record) && occurrences > 1))
            return record;
        if (text_ends_with(name, TEXT("s")) && is_record_name(one) && !counter->is_filled[i] &&
            occurrences == 1)
            missing = one;
    }
    return missing;
}

struct xml_layout xml_layout_detect(struct text sample, struct arena *arena)
{
    struct element_counter counter = {
        .layout = {.names = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(struct text))},
        .bytes = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(size_t)),
        .occurrences = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(size_t)),
        .is_filled = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(bool))};
    struct xml_token token;
    for (size_t at = 0; at < sample.size; at += token.size) {
        enum xml_token_kind kind = xml_scan(sample, at, false, &token);
        if (kind == XML_INCOMPLETE)
            break;
        if (kind == XML_START_TAG)
            begin_element(&counter, &token);
        else if (kind == XML_END_TAG)
            end_element(&counter, token.name);
        else if (kind == XML_CDATA)
            add_text(&counter, token.content);
        else if (kind == XML_TEXT)
            add_text(&counter, text_slice(sample, at, at + token.size));
    }
    counter.layout.record = find_missing_record(&counter, find_record(&counter));
    return counter.layout;
}
