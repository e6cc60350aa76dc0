/* unigram.c - text to ids: normalization, then the segmentation with the best score (Viterbi).
 *
 * Both use a window that moves along the text, so memory does not grow with it: a segmentation
 * is final up to the last position that every best path passes. Sums of scores equal those of
 * libsentencepiece 0.1.97 to the bit (with TOKENIZER_SPLIT_WORDS, those of the Hugging Face
 * tokenizers), so that ties are broken in the same way. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "inference/tokenizer/vocabulary.h"

enum { WINDOW_SIZE = 4096, MAX_CHARACTER_SIZE = 4 };

/* Paths that have not joined after this many bytes (of "ababab...") never will: the best one is
 * taken. This is the only case where bounded memory matters more than libsentencepiece's exact
 * choice. */
enum { MAX_WINDOW_SIZE = 1 << 20 };

#define NO_NODE UINT32_MAX

/* The best path to the position before a byte of the window. */
struct lattice_node {
    double score;       /* rounded to float, except with TOKENIZER_SPLIT_WORDS */
    int32_t piece;      /* last piece of the path */
    uint32_t start;     /* start of that piece; NO_NODE: no path reaches this position */
    uint32_t next_node; /* while a final path is read: the end of the piece that starts here */
};

/* Receives the ids. */
struct token_sink {
    int32_t *ids;
    size_t *ends;
    size_t capacity, count;
    bool is_after_unknown; /* consecutive unknown characters are one token */
    size_t unclosed_count; /* last tokens that end within a character: their end offset is not
                            * known yet */
};

struct lattice_window {
    const struct tokenizer *tokenizer;
    struct text text;
    size_t consumed;     /* bytes of the text that have been normalized */
    bool is_after_space; /* following spaces are dropped */

    char *bytes;                        /* the normalized text */
    size_t *ends;                       /* offset in the text of the character that each byte
                                         * comes from */
    struct lattice_node *lattice_nodes; /* one more than bytes */
    size_t size, capacity;
    size_t trimmed_size; /* everything from here on is spaces, which are dropped if the text
                          * ends */
    size_t position;     /* edges from all earlier positions have been added */
};

static bool has_flag(const struct tokenizer *tokenizer, enum tokenizer_flag flag)
{
    return (tokenizer->settings->flags & flag) != 0;
}

/* The longest charsmap rule at the front of `text`, found as Darts does. Returns its size, or 0
 * if none matches. */
static size_t find_charsmap_rule(const struct tokenizer *tokenizer, struct text text,
                                 uint32_t *value)
{
    const uint32_t *units = tokenizer->charsmap_units;
    size_t count = tokenizer->charsmap_unit_count, longest = 0, node = 0;
    if (count == 0)
        return 0;
    uint32_t unit = units[0];
    node ^= (unit >> 10) << ((unit & (1u << 9)) >> 6);
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        node ^= byte;
        if (node >= count)
            break;
        unit = units[node];
        if ((unit & (1u << 31 | 0xFF)) != byte)
            break;
        node ^= (unit >> 10) << ((unit & (1u << 9)) >> 6);
        if (node >= count)
            break;
        if (unit >> 8 & 1) {
            longest = i + 1;
            *value = units[node] & ((1u << 31) - 1);
        }
    }
    return longest;
}

/* The replacement for the front of `text` (not empty); returns how many bytes it replaces. */
static size_t normalize_front(const struct tokenizer *tokenizer, struct text text,
                              struct text *replacement)
{
    int32_t symbol;
    size_t size = trie_longest(&tokenizer->symbols, text, &symbol);
    if (size) {
        *replacement = text_slice(text, 0, size);
        return size;
    }
    uint32_t value;
    size = find_charsmap_rule(tokenizer, text, &value);
    if (size && value < tokenizer->replacements.size) {
        *replacement = text_of(tokenizer->replacements.bytes + value);
        return size;
    }
    uint32_t point = utf8_decode(text, 0, &size);
    *replacement = text_slice(text, 0, size);
    if (point == 0xFFFD && !text_equal(*replacement, TEXT("\xEF\xBF\xBD"))) {
        *replacement = TEXT("\xEF\xBF\xBD");
        return 1;
    }
    return size;
}

static void reserve_bytes(struct lattice_window *window, size_t more)
{
    size_t needed = window->size + more + 1;
    if (needed <= window->capacity)
        return;
    size_t capacity = window->capacity * 2 > needed ? window->capacity * 2 : needed;
    window->bytes = memory_resize(window->bytes, capacity, sizeof(*window->bytes));
    window->ends = memory_resize(window->ends, capacity, sizeof(*window->ends));
    window->lattice_nodes =
        memory_resize(window->lattice_nodes, capacity, sizeof(*window->lattice_nodes));
    window->capacity = capacity;
}

/* Appends normalized text in which spaces are already replaced by `tokenizer->space`. */
static void append(struct lattice_window *window, struct text text, size_t end)
{
    reserve_bytes(window, text.size);
    for (size_t i = 0; i < text.size; i++) {
        window->bytes[window->size] = text.bytes[i];
        window->ends[window->size++] = end;
        window->lattice_nodes[window->size].start = NO_NODE;
    }
}

/* Appends the normalized form of one character (or rule, or symbol). */
static void append_replacement(struct lattice_window *window, struct text replacement, size_t end)
{
    struct text space = window->tokenizer->space;
    size_t begin = window->size;
    for (size_t i = 0; i < replacement.size; i++) {
        struct text byte = text_slice(replacement, i, i + 1);
        append(window, byte.bytes[0] == ' ' ? space : byte, end);
    }
    size_t trimmed_size = window->size;
    while (has_flag(window->tokenizer, TOKENIZER_STRIP_TRAILING) &&
           trimmed_size >= begin + space.size &&
           memcmp(window->bytes + trimmed_size - space.size, space.bytes, space.size) == 0)
        trimmed_size -= space.size;
    if (trimmed_size > begin || !has_flag(window->tokenizer, TOKENIZER_STRIP_TRAILING))
        window->trimmed_size = trimmed_size;
}

/* Normalizes the next character. */
static void normalize_next_character(struct lattice_window *window)
{
    const struct tokenizer *tokenizer = window->tokenizer;
    struct text replacement;
    struct text rest = text_slice(window->text, window->consumed, window->text.size);
    window->consumed += normalize_front(tokenizer, rest, &replacement);
    while (window->is_after_space && text_starts_with(replacement, TEXT(" ")))
        replacement = text_slice(replacement, 1, replacement.size);
    if (replacement.size == 0)
        return;
    append_replacement(window, replacement, window->consumed);
    window->is_after_space = has_flag(tokenizer, TOKENIZER_COLLAPSE_SPACES) &&
                             replacement.bytes[replacement.size - 1] == ' ';
}

/* Drops leading spaces and adds the space that every text starts with. */
static void normalize_text_start(struct lattice_window *window, bool with_prefix)
{
    const struct tokenizer *tokenizer = window->tokenizer;
    struct text replacement;
    while (has_flag(tokenizer, TOKENIZER_STRIP_LEADING) && window->consumed < window->text.size) {
        struct text rest = text_slice(window->text, window->consumed, window->text.size);
        size_t size = normalize_front(tokenizer, rest, &replacement);
        if (!text_equal(replacement, TEXT(" ")))
            break;
        window->consumed += size;
    }
    window->is_after_space = has_flag(tokenizer, TOKENIZER_STRIP_LEADING);
    if (!with_prefix)
        return;
    /* The first character that normalization keeps. */
    size_t position = window->consumed;
    replacement = (struct text){NULL, 0};
    while (position < window->text.size && replacement.size == 0)
        position += normalize_front(
            tokenizer, text_slice(window->text, position, window->text.size), &replacement);
    bool begins_with_space =
        text_starts_with(replacement, TEXT(" ")) || text_starts_with(replacement, tokenizer->space);
    bool skips_prefix_space = has_flag(tokenizer, TOKENIZER_PREFIX_UNLESS_SPACE) &&
                              (begins_with_space || replacement.size == 0);
    if (window->consumed < window->text.size && !skips_prefix_space)
        append_replacement(window, TEXT(" "), window->consumed);
}

static size_t character_size(char first)
{
    static const unsigned char sizes[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
    return sizes[(unsigned char)first >> 4];
}

/* Offers `lattice_node` the edge by `piece` from `start`. It replaces the known one if it is
 * better: the exact sum is compared with the rounded one, as in SentencePiece. */
static void update_node(const struct tokenizer *tokenizer, struct lattice_node *lattice_node,
                        double score, int32_t piece, size_t start)
{
    if (lattice_node->start != NO_NODE && !(score > lattice_node->score))
        return;
    *lattice_node = (struct lattice_node){
        .score = has_flag(tokenizer, TOKENIZER_SPLIT_WORDS) ? score : (double)(float)score,
        .piece = piece,
        .start = (uint32_t)start,
    };
}

/* User-defined pieces win through a bonus. */
static double piece_score(const struct tokenizer *tokenizer, int32_t piece, size_t length)
{
    if (tokenizer->kinds[piece] == PIECE_USER_DEFINED)
        return (double)((float)length * (float)tokenizer->settings->max_score) - 0.1;
    return tokenizer->scores[piece];
}

static bool begins_word(const struct lattice_window *window, size_t node_index, size_t size)
{
    struct text space = window->tokenizer->space;
    return size - node_index >= space.size &&
           memcmp(window->bytes + node_index, space.bytes, space.size) == 0;
}

/* Adds the edges from one position: one for each matching piece of the vocabulary, and one for
 * an unknown character if no piece matches a single character. */
static void extend_paths(struct lattice_window *window, size_t start, size_t size)
{
    const struct tokenizer *tokenizer = window->tokenizer;
    const struct tokenizer_settings *settings = tokenizer->settings;
    const bool by_words = has_flag(tokenizer, TOKENIZER_SPLIT_WORDS);
    const double score_here =
        by_words && begins_word(window, start, size) ? 0 : window->lattice_nodes[start].score;
    size_t remaining = size - start, character = character_size(window->bytes[start]);
    bool has_character = false;
    if (character > remaining)
        character = remaining;
    uint32_t node = 0;
    for (size_t length = 1; length <= remaining && tokenizer->pieces.count; length++) {
        if (by_words && length > 1 && begins_word(window, start + length - 1, size))
            break;
        if (!trie_step(&tokenizer->pieces, &node, window->bytes[start + length - 1]))
            break;
        int32_t piece = tokenizer->pieces.nodes[node].value;
        if (piece < 0 || tokenizer->kinds[piece] == PIECE_UNUSED)
            continue;
        update_node(tokenizer, &window->lattice_nodes[start + length],
                    piece_score(tokenizer, piece, length) + score_here, piece, start);
        has_character = has_character || length == character;
    }
    if (has_character)
        return;
    double score = settings->min_score - 10 + score_here;
    if (!by_words) /* SentencePiece adds floats here */
        score = (double)((float)settings->min_score - 10.0f + (float)score_here);
    update_node(tokenizer, &window->lattice_nodes[start + character], score, settings->unknown_id,
                start);
}

/* Adds edges as far as the bytes in the window determine them. */
static void extend_lattice(struct lattice_window *window, bool is_at_end)
{
    size_t longest = window->tokenizer->settings->max_piece_size;
    if (longest < MAX_CHARACTER_SIZE)
        longest = MAX_CHARACTER_SIZE;
    while (is_at_end ? window->position < window->trimmed_size
                     : window->position + longest <= window->trimmed_size) {
        size_t start = window->position, remaining = window->trimmed_size - start;
        size_t character = character_size(window->bytes[start]);
        extend_paths(window, start, window->trimmed_size);
        window->position += character < remaining ? character : remaining;
    }
}

/* The last position that all paths pass that may still become the best. From each position that
 * a path has reached and that has no edges yet, the paths are followed back until they join. */
static size_t find_common_node(struct lattice_window *window)
{
    size_t longest = window->tokenizer->settings->max_piece_size, marked_count = 0;
    size_t last_index =
        window->position + (longest > MAX_CHARACTER_SIZE ? longest : MAX_CHARACTER_SIZE);
    if (last_index > window->size)
        last_index = window->size;
    for (size_t node_index = 0; node_index <= last_index; node_index++)
        window->lattice_nodes[node_index].next_node = 0;
    for (size_t node_index = window->position; node_index <= last_index; node_index++)
        if (window->lattice_nodes[node_index].start != NO_NODE) {
            window->lattice_nodes[node_index].next_node = 1;
            marked_count++;
        }
    for (size_t node_index = last_index; node_index > 0; node_index--) {
        struct lattice_node *lattice_node = &window->lattice_nodes[node_index];
        if (!lattice_node->next_node)
            continue;
        if (marked_count == 1 && node_index <= window->position)
            return node_index;
        marked_count -= window->lattice_nodes[lattice_node->start].next_node; /* two paths join */
        window->lattice_nodes[lattice_node->start].next_node = 1;
    }
    return 0;
}

static void emit(struct token_sink *sink, int32_t id)
{
    if (sink->ids && sink->count < sink->capacity)
        sink->ids[sink->count] = id;
    sink->count++;
    sink->unclosed_count++;
}

/* Sets the end offset of the open tokens. */
static void set_token_ends(struct token_sink *sink, size_t end)
{
    for (; sink->unclosed_count; sink->unclosed_count--)
        if (sink->ends && sink->count - sink->unclosed_count < sink->capacity)
            sink->ends[sink->count - sink->unclosed_count] = end;
}

static void emit_piece(const struct lattice_window *window, size_t begin, size_t end, int32_t piece,
                       struct token_sink *sink)
{
    const struct tokenizer_settings *settings = window->tokenizer->settings;
    bool is_unknown = piece == settings->unknown_id;
    if (is_unknown && has_flag(window->tokenizer, TOKENIZER_BYTE_FALLBACK)) {
        for (size_t i = begin; i < end; i++)
            emit(sink, settings->byte_ids[(unsigned char)window->bytes[i]]);
    } else if (is_unknown && sink->is_after_unknown) {
        sink->unclosed_count += sink->unclosed_count == 0; /* the previous token continues */
    } else {
        emit(sink, piece);
    }
    sink->is_after_unknown = is_unknown;
    /* The text cannot be cut within the normalized form of one character. */
    bool is_within_character = end < window->size && window->ends[end] == window->ends[end - 1];
    if (!is_within_character)
        set_token_ends(sink, window->ends[end - 1]);
}

/* Emits the path to `node_index`, and moves the window so that it starts there. */
static void emit_best_path(struct lattice_window *window, size_t node_index,
                           struct token_sink *sink)
{
    for (size_t end = node_index; end > 0; end = window->lattice_nodes[end].start)
        window->lattice_nodes[window->lattice_nodes[end].start].next_node = (uint32_t)end;
    for (size_t begin = 0; begin < node_index; begin = window->lattice_nodes[begin].next_node) {
        size_t end = window->lattice_nodes[begin].next_node;
        emit_piece(window, begin, end, window->lattice_nodes[end].piece, sink);
    }
    window->size -= node_index;
    window->trimmed_size -= node_index;
    window->position -= node_index;
    memmove(window->bytes, window->bytes + node_index, window->size);
    memmove(window->ends, window->ends + node_index, window->size * sizeof(*window->ends));
    memmove(window->lattice_nodes, window->lattice_nodes + node_index,
            (window->size + 1) * sizeof(*window->lattice_nodes));
    for (size_t i = 1; i <= window->size; i++) {
        /* Paths around the position are dropped. */
        struct lattice_node *lattice_node = &window->lattice_nodes[i];
        lattice_node->start = lattice_node->start == NO_NODE || lattice_node->start < node_index
                                  ? NO_NODE
                                  : lattice_node->start - (uint32_t)node_index;
    }
}

/* Tokens of a text without added tokens; ends are relative to its start. */
static void encode_plain_text(const struct tokenizer *tokenizer, struct text text, bool with_prefix,
                              struct token_sink *sink)
{
    struct lattice_window window = {.tokenizer = tokenizer, .text = text};
    size_t target = WINDOW_SIZE;
    reserve_bytes(&window, (text.size < WINDOW_SIZE ? text.size : WINDOW_SIZE) +
                               text.size / 4 % WINDOW_SIZE + 16);
    window.lattice_nodes[0] = (struct lattice_node){.start = 0};
    sink->is_after_unknown = false;
    normalize_text_start(&window, with_prefix);
    while (window.consumed < text.size) {
        while (window.consumed < text.size && window.size < target)
            normalize_next_character(&window);
        if (window.consumed == text.size)
            break;
        extend_lattice(&window, false);
        size_t node_index = find_common_node(&window);
        if (window.size - node_index > MAX_WINDOW_SIZE)
            node_index = window.position;
        emit_best_path(&window, node_index, sink);
        if (window.size > target / 2)
            target *= 2;
    }
    extend_lattice(&window, true);
    if (window.trimmed_size > 0) {
        window.size = window.trimmed_size;
        emit_best_path(&window, window.trimmed_size, sink);
    }
    free(window.bytes);
    free(window.ends);
    free(window.lattice_nodes);
}

/* Tokens of a slice that starts at `begin` of the text; ends are relative to the start of the text.
 */
static void encode_slice(const struct tokenizer *tokenizer, struct text slice, size_t begin,
                         bool with_prefix, struct token_sink *sink)
{
    size_t first = sink->count;
    encode_plain_text(tokenizer, slice, with_prefix, sink);
    for (size_t i = first; sink->ends && i < sink->count && i < sink->capacity; i++)
        sink->ends[i] += begin;
}

static size_t encode_text(const struct tokenizer *tokenizer, struct text text, bool with_prefix,
                          struct token_sink *sink)
{
    size_t begin = 0;
    for (size_t position = 0; position < text.size && tokenizer->added.count;) {
        int32_t id;
        size_t size = trie_longest(&tokenizer->added, text_slice(text, position, text.size), &id);
        if (size == 0) {
            position++;
            continue;
        }
        encode_slice(tokenizer, text_slice(text, begin, position), begin, with_prefix, sink);
        position += size;
        emit(sink, id);
        set_token_ends(sink, position);
        begin = position;
    }
    encode_slice(tokenizer, text_slice(text, begin, text.size), begin, with_prefix, sink);
    if (sink->ends && sink->count && sink->count <= sink->capacity) {
        /* Trailing spaces belong to the last token: to all tokens that its last character
         * produced. */
        size_t last_end = sink->ends[sink->count - 1];
        for (size_t i = sink->count; i > 0 && sink->ends[i - 1] == last_end; i--)
            sink->ends[i - 1] = text.size;
    }
    return sink->count;
}

size_t tokenizer_encode(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                        size_t *ends, size_t capacity)
{
    struct token_sink sink = {.ids = ids, .ends = ends, .capacity = capacity};
    return encode_text(tokenizer, text, has_flag(tokenizer, TOKENIZER_ADD_PREFIX_SPACE), &sink);
}

size_t tokenizer_encode_prefix(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                               size_t capacity)
{
    int32_t symbol;
    bool begins_with_symbol = trie_longest(&tokenizer->symbols, text, &symbol) > 0;
    struct token_sink sink = {.ids = ids, .capacity = capacity};
    return encode_text(tokenizer, text,
                       has_flag(tokenizer, TOKENIZER_ADD_PREFIX_SPACE) && !begins_with_symbol,
                       &sink);
}
