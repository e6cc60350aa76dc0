/* question_list.c - finds the objects of a list by the paths of their members. */
#include "connectors/exports/question_list.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "connectors/columns/phrases.h"
#include "connectors/columns/questions.h"

enum member_kind { QUESTION, ANSWER, ID, REFERENCE, FALLBACK, MEMBER_KIND_COUNT };

static const struct {
    struct text member;
    enum member_kind kind;
} known_members[] = {
#define ROW(language, member, kind) {{member, sizeof(member) - 1}, kind},
#include "connectors/exports/data/question_members.inc"
#undef ROW
};

enum {
    KNOWN_MEMBER_COUNT = sizeof(known_members) / sizeof(*known_members),
    EMPTY_RANK = KNOWN_MEMBER_COUNT + 1 /* of an answer without a value */
};

/* An object: the path to it, and its members. */
struct item {
    struct text path;
    struct text values[MEMBER_KIND_COUNT]; /* of each kind, that of the best rank */
    size_t ranks[MEMBER_KIND_COUNT];       /* index into known_members, plus 1; 0: none */
    bool is_flattened;
};

struct item_list {
    struct item *items; /* allocated with malloc */
    size_t count, capacity;
    struct arena arena;
};

static struct item *find_item(struct item_list *list, struct text path)
{
    for (size_t i = list->count; i > 0; i--) /* members of an object are next to each other */
        if (text_equal(list->items[i - 1].path, path))
            return &list->items[i - 1];
    list->items = memory_grow(list->items, &list->capacity, list->count + 1, sizeof(*list->items));
    struct item *item = &list->items[list->count++];
    *item = (struct item){.path = path};
    return item;
}

/* Takes a value if its name is a member's. A text without a better name is the answer if another
 * member is the question, and the question if another one is the answer. */
static void add_member(struct item_list *list, struct text path, struct text member,
                       struct text value)
{
    struct text words = phrase_split_words(member, &list->arena);
    for (size_t i = 0; i < KNOWN_MEMBER_COUNT; i++) {
        enum member_kind kind = known_members[i].kind;
        bool is_empty = text_trim(value).size == 0;
        if (!text_equal(known_members[i].member, words) || (is_empty && kind != ANSWER))
            continue;
        struct item *item = find_item(list, path);
        size_t rank = is_empty ? EMPTY_RANK : i + 1;
        if (item->ranks[kind] != 0 && item->ranks[kind] <= rank)
            continue;
        item->ranks[kind] = rank;
        item->values[kind] = text_trim(value);
    }
}

static bool same_member(const struct item *item)
{
    return item->ranks[ANSWER] != EMPTY_RANK &&
           text_equal(known_members[item->ranks[QUESTION] - 1].member,
                      known_members[item->ranks[ANSWER] - 1].member);
}

static bool has_answer(const struct item *item)
{
    return item->ranks[ANSWER] != 0 && (item->ranks[QUESTION] == 0 || !same_member(item));
}

/* The words of a question that an answer refers to. */
static struct item *find_referenced(const struct item_list *list, const struct item *answer)
{
    for (size_t i = 0; answer->ranks[REFERENCE] != 0 && i < list->count; i++)
        if (&list->items[i] != answer && list->items[i].ranks[QUESTION] != 0 &&
            text_equal(list->items[i].values[ID], answer->values[REFERENCE]))
            return &list->items[i];
    return NULL;
}

/* An answer to a question whose words the record lacks is named by what it refers to. */
static void use_fallback(struct item *item)
{
    if (item->ranks[ANSWER] == 0 || item->ranks[FALLBACK] == 0 ||
        (item->ranks[QUESTION] != 0 && !same_member(item)))
        return;
    item->values[QUESTION] = item->values[FALLBACK];
    item->ranks[QUESTION] = item->ranks[FALLBACK];
}

/* Gives the answers that refer to a question its words. */
static void resolve_references(struct item_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct item *item = &list->items[i];
        struct item *question = find_referenced(list, item);
        if (!question)
            use_fallback(item);
        if (!question ||
            (item->ranks[QUESTION] != 0 && !same_member(item) && item->ranks[ANSWER] != 0))
            continue;
        item->values[QUESTION] = question->values[QUESTION];
        item->ranks[QUESTION] = question->ranks[QUESTION];
        question->is_flattened = item->is_flattened = true;
    }
}

static struct text parent_of(struct text path)
{
    size_t end = path.size;
    while (end > 0 && path.bytes[end - 1] != '.')
        end--;
    return text_slice(path, 0, end);
}

/* A question without an answer, next to those that have one: its words are no text of the
 * respondent. */
static void mark_unanswered(struct item_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct item *item = &list->items[i];
        bool is_answered = false;
        for (size_t k = 0; k < list->count && !item->is_flattened; k++)
            is_answered |= list->items[k].is_flattened && item->ranks[QUESTION] != 0 &&
                           item->ranks[QUESTION] == list->items[k].ranks[QUESTION] &&
                           text_equal(parent_of(item->path), parent_of(list->items[k].path));
        if (!is_answered)
            continue;
        item->is_flattened = true;
        item->ranks[ANSWER] = EMPTY_RANK;
        item->values[ANSWER] = (struct text){0};
    }
}

static bool ends_with_number(struct text path)
{
    return path.size > 0 && ascii_is_digit(path.bytes[path.size - 1]);
}

/* The objects in the record that hold an answer or a question. */
static struct item_list list_items(const struct fields *fields)
{
    enum { MAX_MEMBER_PARTS = 5 };
    struct item_list list = {0};
    for (size_t i = 0; i < fields->count; i++) {
        struct text name = fields->names[i];
        size_t parts = 0;
        if (ends_with_number(name)) /* {"label": "5"} is read as the value itself */
            add_member(&list, name, TEXT("label"), fields->cells[i]);
        for (size_t at = name.size; at > 0 && parts < MAX_MEMBER_PARTS; at--)
            if (name.bytes[at - 1] == '.') {
                add_member(&list, text_slice(name, 0, at - 1), text_slice(name, at, name.size),
                           fields->cells[i]);
                parts++;
            }
    }
    resolve_references(&list);
    for (size_t i = 0; i < list.count; i++)
        list.items[i].is_flattened |=
            list.items[i].ranks[QUESTION] != 0 && has_answer(&list.items[i]);
    mark_unanswered(&list);
    return list;
}

static void free_items(struct item_list *list)
{
    free(list->items);
    arena_free(&list->arena);
}

bool question_list_exists(const struct fields *fields)
{
    struct item_list list = list_items(fields);
    size_t answers = 0;
    bool asks = false;
    for (size_t i = 0; i < list.count; i++) {
        const struct item *item = &list.items[i];
        if (!item->is_flattened || item->ranks[ANSWER] == 0)
            continue;
        answers++;
        asks = asks || item->ranks[FALLBACK] != 0 ||
               question_classify(item->values[QUESTION]) == QUESTION_ASKED;
    }
    free_items(&list);
    return answers > 1 && asks;
}

/* Whether the field is a member of an object that is flattened. */
static bool is_consumed(const struct item_list *list, struct text name)
{
    for (size_t i = 0; i < list->count; i++) {
        struct text path = list->items[i].path;
        bool is_member = text_starts_with(name, path) &&
                         (name.size == path.size || name.bytes[path.size] == '.');
        if (list->items[i].is_flattened && is_member)
            return true;
    }
    return false;
}

static void add_answer(struct fields *fields, const struct item *item)
{
    const struct text *existing = fields_find(fields, item->values[QUESTION]);
    struct text answer = item->values[ANSWER];
    if (existing && existing->size > 0)
        answer = arena_format(fields->arena, "%.*s, %.*s", TEXT_ARGUMENT(*existing),
                              TEXT_ARGUMENT(answer));
    fields_set(fields, item->values[QUESTION], answer);
}

void question_list_flatten(struct fields *fields)
{
    struct item_list list = list_items(fields);
    size_t kept_count = 0;
    for (size_t i = 0; i < fields->count; i++) {
        if (is_consumed(&list, fields->names[i]))
            continue;
        fields->names[kept_count] = fields->names[i];
        fields->cells[kept_count++] = fields->cells[i];
    }
    fields->count = kept_count;
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].is_flattened && list.items[i].ranks[ANSWER] != 0)
            add_answer(fields, &list.items[i]);
    free_items(&list);
}
