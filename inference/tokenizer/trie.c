/* trie.c - building a double array from sorted strings. */
#include "inference/tokenizer/trie.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* No node has this parent: the place is free. */
#define FREE UINT32_MAX

struct builder {
    struct trie_node *nodes;
    size_t count, capacity; /* places, used or free; behind `count` all are free */
    size_t first_free;      /* no free place is worth a look before it */
    const struct trie_key *keys;
};

/* The keys [begin, end) agree on their first `depth` bytes and hang below `node`. */
struct range {
    uint32_t node;
    size_t begin, end, depth;
};

struct range_stack {
    struct range *ranges;
    size_t count, capacity;
};

static void push(struct range_stack *stack, struct range range)
{
    stack->ranges =
        memory_grow(stack->ranges, &stack->capacity, stack->count + 1, sizeof(*stack->ranges));
    stack->ranges[stack->count++] = range;
}

static void make_room(struct builder *builder, size_t places)
{
    builder->nodes =
        memory_grow(builder->nodes, &builder->capacity, places, sizeof(*builder->nodes));
    for (; builder->count < places; builder->count++)
        builder->nodes[builder->count] = (struct trie_node){.parent = FREE, .value = -1};
}

static bool all_free(const struct builder *builder, size_t base, const unsigned char *labels,
                     size_t label_count)
{
    for (size_t i = 0; i < label_count; i++) {
        size_t place = base + labels[i];
        if (place < builder->count && builder->nodes[place].parent != FREE)
            return false;
    }
    return true;
}

/* A base that puts every label on a free place. Places passed over often are given up: a few per
 * cent of room for a build in linear time. */
static size_t find_base(struct builder *builder, const unsigned char *labels, size_t label_count)
{
    size_t passed = 0, place = builder->first_free;
    for (;; place++, passed++) {
        bool taken = place < builder->count && builder->nodes[place].parent != FREE;
        if (!taken && place > labels[0] &&
            all_free(builder, place - labels[0], labels, label_count))
            break;
    }
    if (passed > 256)
        builder->first_free = place;
    while (builder->first_free < builder->count &&
           builder->nodes[builder->first_free].parent != FREE)
        builder->first_free++;
    return place - labels[0];
}

static unsigned char label_of(const struct builder *builder, size_t key, size_t depth)
{
    return (unsigned char)builder->keys[key].text.bytes[depth];
}

static void place_children(struct builder *builder, struct range range, struct range_stack *stack)
{
    unsigned char labels[256];
    size_t begins[257], label_count = 0;
    for (size_t i = range.begin; i < range.end; i++)
        if (label_count == 0 || labels[label_count - 1] != label_of(builder, i, range.depth)) {
            begins[label_count] = i;
            labels[label_count++] = label_of(builder, i, range.depth);
        }
    begins[label_count] = range.end;
    size_t base = find_base(builder, labels, label_count);
    make_room(builder, base + 256);
    builder->nodes[range.node].base = (uint32_t)base;
    for (size_t i = 0; i < label_count; i++) {
        builder->nodes[base + labels[i]].parent = range.node;
        push(stack, (struct range){(uint32_t)(base + labels[i]), begins[i], begins[i + 1],
                                   range.depth + 1});
    }
}

static int compare_keys(const void *a, const void *b)
{
    const struct trie_key *first = a, *second = b;
    int order = text_compare(first->text, second->text);
    return order ? order : (first->value > second->value) - (first->value < second->value);
}

bool trie_build(struct trie *trie, struct trie_key *keys, size_t count, struct arena *arena,
                struct text *twice)
{
    bool distinct = true;
    struct builder builder = {.first_free = 1, .keys = keys};
    struct range_stack stack = {0};
    *trie = (struct trie){0};
    if (count == 0)
        return true;
    qsort(keys, count, sizeof(*keys), compare_keys);
    make_room(&builder, 1);
    builder.nodes[0].parent = 0;
    push(&stack, (struct range){.end = count});
    while (stack.count) {
        struct range range = stack.ranges[--stack.count];
        while (range.begin < range.end && keys[range.begin].text.size == range.depth) {
            if (builder.nodes[range.node].value >= 0) {
                distinct = false;
                if (twice)
                    *twice = keys[range.begin].text;
            }
            builder.nodes[range.node].value = keys[range.begin++].value;
        }
        if (range.begin < range.end)
            place_children(&builder, range, &stack);
    }
    struct trie_node *nodes = arena_alloc(arena, builder.count, sizeof(*nodes));
    memcpy(nodes, builder.nodes, builder.count * sizeof(*nodes));
    *trie = (struct trie){nodes, builder.count};
    free(builder.nodes);
    free(stack.ranges);
    return distinct;
}

size_t trie_longest(const struct trie *trie, struct text text, int32_t *value)
{
    size_t longest = 0;
    uint32_t node = 0;
    for (size_t i = 0; trie->count && i < text.size; i++) {
        if (!trie_step(trie, &node, text.bytes[i]))
            break;
        if (trie->nodes[node].value >= 0) {
            longest = i + 1;
            *value = trie->nodes[node].value;
        }
    }
    return longest;
}
