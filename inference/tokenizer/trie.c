/* trie.c - builds a double array from sorted strings. */
#include "inference/tokenizer/trie.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Marks a free slot: no node has this parent. */
#define FREE_NODE UINT32_MAX

struct trie_builder {
    struct trie_node *nodes;
    size_t count, capacity; /* slots, used or free; slots from `count` on are free */
    size_t first_free;      /* there is no useful free slot before it */
    const struct trie_key *keys;
};

/* The keys [begin, end) share their first `depth` bytes and are below `node`. */
struct key_range {
    uint32_t node;
    size_t begin, end, depth;
};

struct key_range_stack {
    struct key_range *key_ranges;
    size_t count, capacity;
};

static void push_key_range(struct key_range_stack *stack, struct key_range key_range)
{
    stack->key_ranges = memory_grow(stack->key_ranges, &stack->capacity, stack->count + 1,
                                    sizeof(*stack->key_ranges));
    stack->key_ranges[stack->count++] = key_range;
}

static void reserve_nodes(struct trie_builder *trie_builder, size_t node_count)
{
    trie_builder->nodes = memory_grow(trie_builder->nodes, &trie_builder->capacity, node_count,
                                      sizeof(*trie_builder->nodes));
    for (; trie_builder->count < node_count; trie_builder->count++)
        trie_builder->nodes[trie_builder->count] =
            (struct trie_node){.parent = FREE_NODE, .value = -1};
}

static bool are_free(const struct trie_builder *trie_builder, size_t base,
                     const unsigned char *labels, size_t label_count)
{
    for (size_t i = 0; i < label_count; i++) {
        size_t node_index = base + labels[i];
        if (node_index < trie_builder->count && trie_builder->nodes[node_index].parent != FREE_NODE)
            return false;
    }
    return true;
}

/* Finds a base that puts every label on a free slot. Slots that were passed over often are
 * given up: this wastes a few per cent of space, but makes the build take linear time. */
static size_t find_base(struct trie_builder *trie_builder, const unsigned char *labels,
                        size_t label_count)
{
    size_t scanned_count = 0, node_index = trie_builder->first_free;
    for (;; node_index++, scanned_count++) {
        bool is_taken =
            node_index < trie_builder->count && trie_builder->nodes[node_index].parent != FREE_NODE;
        if (!is_taken && node_index > labels[0] &&
            are_free(trie_builder, node_index - labels[0], labels, label_count))
            break;
    }
    if (scanned_count > 256)
        trie_builder->first_free = node_index;
    while (trie_builder->first_free < trie_builder->count &&
           trie_builder->nodes[trie_builder->first_free].parent != FREE_NODE)
        trie_builder->first_free++;
    return node_index - labels[0];
}

static unsigned char label_of(const struct trie_builder *trie_builder, size_t key, size_t depth)
{
    return (unsigned char)trie_builder->keys[key].text.bytes[depth];
}

static void place_children(struct trie_builder *trie_builder, struct key_range key_range,
                           struct key_range_stack *stack)
{
    unsigned char labels[256];
    size_t begins[257], label_count = 0;
    for (size_t i = key_range.begin; i < key_range.end; i++)
        if (label_count == 0 ||
            labels[label_count - 1] != label_of(trie_builder, i, key_range.depth)) {
            begins[label_count] = i;
            labels[label_count++] = label_of(trie_builder, i, key_range.depth);
        }
    begins[label_count] = key_range.end;
    size_t base = find_base(trie_builder, labels, label_count);
    reserve_nodes(trie_builder, base + 256);
    trie_builder->nodes[key_range.node].base = (uint32_t)base;
    for (size_t i = 0; i < label_count; i++) {
        trie_builder->nodes[base + labels[i]].parent = key_range.node;
        push_key_range(stack, (struct key_range){(uint32_t)(base + labels[i]), begins[i],
                                                 begins[i + 1], key_range.depth + 1});
    }
}

static int compare_keys(const void *a, const void *b)
{
    const struct trie_key *first = a, *second = b;
    int order = text_compare(first->text, second->text);
    return order ? order : (first->value > second->value) - (first->value < second->value);
}

bool trie_build(struct trie *trie, struct trie_key *keys, size_t count, struct arena *arena,
                struct text *duplicate)
{
    bool are_unique = true;
    struct trie_builder trie_builder = {.first_free = 1, .keys = keys};
    struct key_range_stack stack = {0};
    *trie = (struct trie){0};
    if (count == 0)
        return true;
    qsort(keys, count, sizeof(*keys), compare_keys);
    reserve_nodes(&trie_builder, 1);
    trie_builder.nodes[0].parent = 0;
    push_key_range(&stack, (struct key_range){.end = count});
    while (stack.count) {
        struct key_range key_range = stack.key_ranges[--stack.count];
        while (key_range.begin < key_range.end &&
               keys[key_range.begin].text.size == key_range.depth) {
            if (trie_builder.nodes[key_range.node].value >= 0) {
                are_unique = false;
                if (duplicate)
                    *duplicate = keys[key_range.begin].text;
            }
            trie_builder.nodes[key_range.node].value = keys[key_range.begin++].value;
        }
        if (key_range.begin < key_range.end)
            place_children(&trie_builder, key_range, &stack);
    }
    struct trie_node *nodes = arena_alloc(arena, trie_builder.count, sizeof(*nodes));
    memcpy(nodes, trie_builder.nodes, trie_builder.count * sizeof(*nodes));
    *trie = (struct trie){nodes, trie_builder.count};
    free(trie_builder.nodes);
    free(stack.key_ranges);
    return are_unique;
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
