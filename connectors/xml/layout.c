/* layout.c - counts the bytes of text in the elements of a sample. */
#include "connectors/xml/layout.h"

#include <stdlib.h>

#include "base/memory.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/column_words.h"
#include "connectors/columns/roles.h"
#include "connectors/xml/scan.h"

enum { MAX_ELEMENT_NAMES = 400, MAX_OPEN_ELEMENTS = 64, RECORD_WEIGHT = 64 };

struct element_counter {
    struct xml_layout layout;
    size_t *bytes;       /* per name: of attributes and of children that contain only text */
    size_t *occurrences; /* per name */
    bool *is_filled;     /* per name: contains a text or an element */
    bool *has_question;  /* per name: it is one answer of a survey, with its question */
    bool *is_reply;      /* per name: the company's words, or a part of them */
    size_t *parents;     /* per name: the element that contained it first; itself: the root */
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
    counter->parents[layout->count] = layout->count;
    return layout->count++;
}

static bool is_question(struct text name)
{
    static const char *const names[] = {
#define ROW(language, name) name,
#include "connectors/xml/data/question_elements.inc"
#undef ROW
        NULL};
    return text_is_one_of_ignore_case(name, names);
}

/* Marks the parent of a question, or the element that has it as an attribute. */
static void note_question(struct element_counter *counter, size_t kind, struct text name)
{
    if (is_question(name))
        counter->has_question[kind] = true;
}

static void begin_element(struct element_counter *counter, const struct xml_token *token)
{
    size_t kind = find_or_add_element(counter, token->name);
    struct text attributes = token->content, name, value;
    bool has_parent = counter->depth >= 1 && counter->depth <= MAX_OPEN_ELEMENTS;
    size_t parent =
        has_parent ? find_or_add_element(counter, counter->open_elements[counter->depth - 1]) : 0;
    if (counter->occurrences[kind]++ == 0 && has_parent)
        counter->parents[kind] = parent;
    if (has_parent)
        counter->is_filled[parent] = true;
    while (xml_next_attribute(&attributes, &name, &value)) {
        counter->bytes[kind] += value.size;
        note_question(counter, kind, name);
    }
    if (has_parent)
        note_question(counter, parent, token->name);
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

/* ---- What the company wrote below the customers' words ---- */

static bool is_company_name(struct text name)
{
    struct column_words words = column_words_find(name);
    return words.side == SIDE_COMPANY || words.is_answer;
}

/* Per name: whether an element or an attribute in it is called like a text or a date. */
static bool *find_elements_with_own_words(const struct element_counter *counter)
{
    bool *has_own_words = memory_alloc(counter->layout.count + 1, sizeof(*has_own_words));
    for (size_t i = 0; i < counter->layout.count; i++) {
        struct text name = counter->layout.names[i];
        if (column_name_score(ROLE_TEXT, name) >= COLUMN_NAME_EXACT ||
            column_name_score(ROLE_DATE, name) >= COLUMN_NAME_EXACT)
            has_own_words[counter->parents[i]] = true;
    }
    return has_own_words;
}

/* Whether the element is, or is in, one that is called like a reply and is itself in an element
 * with a text or a date: <review><date/><text/><reply><text/></reply></review>. */
static bool is_in_reply(const struct element_counter *counter, const bool *has_own_words,
                        size_t element)
{
    bool is_reply = false;
    for (size_t i = element, steps = 0; steps < MAX_OPEN_ELEMENTS; steps++) {
        size_t parent = counter->parents[i];
        bool is_only_root = text_equal(counter->layout.names[parent], counter->layout.root) &&
                            counter->occurrences[parent] == 1;
        if (parent == i || is_only_root)
            return false;
        is_reply = is_reply || is_company_name(counter->layout.names[i]);
        if (is_reply && has_own_words[parent])
            return true;
        i = parent;
    }
    return false;
}

static void mark_replies(struct element_counter *counter)
{
    bool *has_own_words = find_elements_with_own_words(counter);
    for (size_t i = 0; i < counter->layout.count; i++)
        counter->is_reply[i] = is_in_reply(counter, has_own_words, i);
    free(has_own_words);
}

/* The element with the most text; without `with_questions`, not one that is a single answer or a
 * reply. */
static struct text find_heaviest(const struct element_counter *counter, bool with_questions)
{
    struct text best = {0};
    size_t best_weight = 0;
    for (size_t i = 0; i < counter->layout.count; i++) {
        struct text name = counter->layout.names[i];
        size_t weight = counter->bytes[i] * (is_record_name(name) ? RECORD_WEIGHT : 1);
        bool is_root = text_equal(name, counter->layout.root) && counter->occurrences[i] == 1;
        bool is_answer = counter->has_question[i] || counter->is_reply[i];
        if (weight > best_weight && !is_root && (with_questions || !is_answer)) {
            best = name;
            best_weight = weight;
        }
    }
    return best;
}

/* The respondent is the record, not each answer, unless nothing is known about the respondent. */
static struct text find_record(const struct element_counter *counter)
{
    struct text best = find_heaviest(counter, false);
    if (best.size == 0)
        best = find_heaviest(counter, true);
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
        .is_filled = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(bool)),
        .has_question = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(bool)),
        .is_reply = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(bool)),
        .parents = arena_alloc(arena, MAX_ELEMENT_NAMES, sizeof(size_t))};
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
    mark_replies(&counter);
    counter.layout.record = find_missing_record(&counter, find_record(&counter));
    return counter.layout;
}
