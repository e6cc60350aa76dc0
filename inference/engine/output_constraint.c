/* output_constraint.c - the allowed outputs, as a tree of the items' tokens. */
#include "inference/engine/output_constraint.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/model/model.h"

enum {
    MAX_ITEM_TOKENS = 512, /* maximum length of an item */
    MAX_PARSES = 16, /* maximum number of parses of an output; each parse can be completed, so more
                        may be dropped */
    NO_NODE = 0,     /* node 0 is the root, which has no parent */
    NO_ITEM = -1,
};

struct choice_node {
    int32_t id;
    int32_t item; /* the item that ends here, or NO_ITEM */
    uint32_t child, sibling;
};

struct t5_choices {
    struct choice_node *nodes; /* nodes[0] is the root */
    size_t node_count, node_capacity;
    struct arena arena; /* owns the texts of the items */
    struct text *items;
    size_t item_count, max_items;
    int32_t end_id;
};

struct item_parse {
    uint32_t node;
    size_t count;
    size_t *items; /* [max_items], completed items */
};

struct choice_state {
    size_t count;
    struct item_parse item_parses[2 * MAX_PARSES]; /* the second half is scratch space */
};

static uint32_t find_child(const struct t5_choices *choices, uint32_t node, int32_t id)
{
    uint32_t child = choices->nodes[node].child;
    while (child != NO_NODE && choices->nodes[child].id != id)
        child = choices->nodes[child].sibling;
    return child;
}

static uint32_t add_child(struct t5_choices *choices, uint32_t node, int32_t id)
{
    uint32_t child = find_child(choices, node, id);
    if (child != NO_NODE)
        return child;
    choices->nodes = memory_grow(choices->nodes, &choices->node_capacity, choices->node_count + 1,
                                 sizeof(*choices->nodes));
    child = (uint32_t)choices->node_count++;
    choices->nodes[child] =
        (struct choice_node){.id = id, .item = NO_ITEM, .sibling = choices->nodes[node].child};
    choices->nodes[node].child = child;
    return child;
}

static bool add_item(struct t5_choices *choices, const struct t5_model *model, size_t index,
                     struct error *error)
{
    struct text text = choices->items[index];
    int32_t ids[MAX_ITEM_TOKENS];
    size_t count = t5_tokenize(model, text, ids, MAX_ITEM_TOKENS);
    if (count == 0 || count > MAX_ITEM_TOKENS)
        return error_set(error, ERROR_USAGE,
                         "choice %zu (\"%.*s\") has %zu tokens; it must have 1 to %d", index + 1,
                         TEXT_ARGUMENT(text_slice(text, 0, 100)), count, MAX_ITEM_TOKENS);
    uint32_t node = 0;
    for (size_t i = 0; i < count; i++)
        node = add_child(choices, node, ids[i]);
    if (choices->nodes[node].item != NO_ITEM)
        return error_set(error, ERROR_USAGE, "choices %d and %zu (\"%.*s\") have the same tokens",
                         choices->nodes[node].item + 1, index + 1,
                         TEXT_ARGUMENT(text_slice(text, 0, 100)));
    choices->nodes[node].item = (int32_t)index;
    return true;
}

bool t5_choices_open(struct t5_choices **result, const struct t5_model *model,
                     const struct t5_choice_items *items, struct error *error)
{
    size_t count = items->count, max_items = items->max_items;
    *result = NULL;
    if (count == 0 || count > INT32_MAX || max_items == 0)
        return error_set(error, ERROR_USAGE, "constrained decoding requires at least one choice");
    struct t5_choices *choices = memory_alloc(1, sizeof(*choices));
    choices->max_items = max_items < count ? max_items : count;
    choices->item_count = count;
    choices->end_id = t5_model_config(model)->end_id;
    choices->items = memory_alloc(count, sizeof(*choices->items));
    choices->nodes =
        memory_grow(choices->nodes, &choices->node_capacity, 1, sizeof(*choices->nodes));
    choices->nodes[choices->node_count++] = (struct choice_node){.item = NO_ITEM};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        choices->items[i] = arena_copy_text(&choices->arena, items->items[i]);
        ok = add_item(choices, model, i, error);
    }
    if (!ok) {
        t5_choices_close(choices);
        return false;
    }
    *result = choices;
    return true;
}

void t5_choices_close(struct t5_choices *choices)
{
    if (!choices)
        return;
    arena_free(&choices->arena);
    free(choices->items);
    free(choices->nodes);
    free(choices);
}

struct choice_state *choices_start(const struct t5_choices *choices, struct arena *arena)
{
    struct choice_state *state = arena_alloc(arena, 1, sizeof(*state));
    state->count = 1;
    for (size_t i = 0; i < 2 * MAX_PARSES; i++)
        state->item_parses[i].items = arena_alloc(arena, choices->max_items, sizeof(size_t));
    return state;
}

size_t choices_max_allowed(const struct t5_choices *choices)
{
    return choices->node_count;
}

static bool has_item(const struct item_parse *item_parse, int32_t item)
{
    for (size_t i = 0; i < item_parse->count; i++)
        if (item_parse->items[i] == (size_t)item)
            return true;
    return false;
}

/* Whether an unused item ends at `node`, or within `remaining_tokens` tokens after it. */
static bool can_complete_item(const struct t5_choices *choices, const struct item_parse *item_parse,
                              uint32_t node, size_t remaining_tokens)
{
    int32_t item = choices->nodes[node].item;
    if (item != NO_ITEM && !has_item(item_parse, item))
        return true;
    for (uint32_t child = choices->nodes[node].child; remaining_tokens && child != NO_NODE;
         child = choices->nodes[child].sibling)
        if (can_complete_item(choices, item_parse, child, remaining_tokens - 1))
            return true;
    return false;
}

/* Makes the parse in which the item that ends at the current node is completed and the node is the
 * root. False if no item ends there or if it is used already. `complete` has its own room for
 * items. */
static bool complete_item(const struct t5_choices *choices, const struct item_parse *item_parse,
                          struct item_parse *complete)
{
    int32_t item = choices->nodes[item_parse->node].item;
    if (item == NO_ITEM || has_item(item_parse, item))
        return false;
    memcpy(complete->items, item_parse->items, item_parse->count * sizeof(*complete->items));
    complete->items[item_parse->count] = (size_t)item;
    complete->count = item_parse->count + 1;
    complete->node = 0;
    return true;
}

static size_t add_allowed_token(int32_t id, int32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return count;
    ids[count] = id;
    return count + 1;
}

static size_t add_allowed_children(const struct t5_choices *choices,
                                   const struct item_parse *item_parse, size_t remaining_tokens,
                                   int32_t *ids, size_t count)
{
    for (uint32_t child = choices->nodes[item_parse->node].child;
         remaining_tokens && child != NO_NODE; child = choices->nodes[child].sibling)
        if (can_complete_item(choices, item_parse, child, remaining_tokens - 1))
            count = add_allowed_token(choices->nodes[child].id, ids, count);
    return count;
}

size_t choices_allowed(const struct t5_choices *choices, const struct choice_state *state,
                       size_t remaining_tokens, int32_t *ids)
{
    size_t count = 0;
    for (size_t i = 0; i < state->count; i++) {
        const struct item_parse *item_parse = &state->item_parses[i];
        count = add_allowed_children(choices, item_parse, remaining_tokens, ids, count);
        struct item_parse complete = state->item_parses[MAX_PARSES];
        if (complete_item(choices, item_parse, &complete)) {
            count = add_allowed_token(choices->end_id, ids, count);
            if (complete.count < choices->max_items)
                count = add_allowed_children(choices, &complete, remaining_tokens, ids, count);
        }
    }
    return count;
}

/* One accepted token; `count` parses of the next state are in the second half of item_parses. */
struct constraint_step {
    const struct t5_choices *choices;
    struct choice_state *state;
    int32_t id;
    size_t remaining_tokens, count;
};

/* Appends the parse extended by the step's token, if the token can follow. */
static void advance_parse(struct constraint_step *step, const struct item_parse *item_parse)
{
    uint32_t child = find_child(step->choices, item_parse->node, step->id);
    if (child == NO_NODE || step->count == MAX_PARSES ||
        !can_complete_item(step->choices, item_parse, child, step->remaining_tokens - 1))
        return;
    struct item_parse *target = &step->state->item_parses[MAX_PARSES + step->count];
    memmove(target->items, item_parse->items, item_parse->count * sizeof(*target->items));
    target->count = item_parse->count;
    target->node = child;
    step->count++;
}

void choices_accept(const struct t5_choices *choices, struct choice_state *state, int32_t id,
                    size_t remaining_tokens)
{
    struct constraint_step step = {choices, state, id, remaining_tokens, 0};
    for (size_t i = 0; i < state->count; i++) {
        const struct item_parse *item_parse = &state->item_parses[i];
        advance_parse(&step, item_parse);
        struct item_parse complete = state->item_parses[2 * MAX_PARSES - 1];
        if (step.count < MAX_PARSES && complete_item(choices, item_parse, &complete) &&
            complete.count < choices->max_items)
            advance_parse(&step, &complete);
    }
    for (size_t i = 0; i < MAX_PARSES; i++) {
        struct item_parse spare_parse = state->item_parses[i];
        state->item_parses[i] = state->item_parses[MAX_PARSES + i];
        state->item_parses[MAX_PARSES + i] = spare_parse;
    }
    state->count = step.count;
}

const size_t *choices_items(const struct t5_choices *choices, const struct choice_state *state,
                            size_t *count)
{
    struct item_parse complete = state->item_parses[MAX_PARSES];
    for (size_t i = 0; i < state->count; i++) {
        if (complete_item(choices, &state->item_parses[i], &complete)) {
            *count = complete.count;
            return complete.items;
        }
    }
    *count = 0;
    return complete.items;
}

struct text choices_text(const struct t5_choices *choices, const size_t *items, size_t count,
                         struct arena *arena)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += choices->items[items[i]].size + 1;
    char *bytes = arena_alloc(arena, size + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (i)
            bytes[used++] = ' ';
        struct text item = choices->items[items[i]];
        memcpy(bytes + used, item.bytes, item.size);
        used += item.size;
    }
    return (struct text){bytes, used};
}
