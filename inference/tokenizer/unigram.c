/* unigram.c - text to ids: normalise, then the best way to cut it into pieces (Viterbi).
 *
 * Both go through a window that moves along the text, so memory does not grow with it: the pieces
 * are settled up to the last place through which every best way leads. The sums of scores are those
 * of libsentencepiece 0.1.97 to the bit (with TOKENIZER_WORDS those of the Hugging Face
 * tokenizers), so that ties fall as they fall there. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "inference/tokenizer/vocabulary.h"

enum { WINDOW = 4096, LONGEST_CHARACTER = 4 };

/* Ways that have not met in so many bytes (of "ababab...") never will: the best one is taken. The
 * one place where memory comes before the last bit of libsentencepiece's choice. */
enum { MOST_WINDOW = 1 << 20 };

#define NONE UINT32_MAX

/* The best way to the place before a byte of the window. */
struct step {
    double score;   /* rounded to float, but for TOKENIZER_WORDS */
    int32_t piece;  /* the last one, */
    uint32_t start; /* from here; NONE: no way leads here */
    uint32_t next;  /* while a settled way is read: the end of the piece that starts here */
};

/* Where ids go. */
struct sink {
    int32_t *ids;
    size_t *ends;
    size_t capacity, count;
    bool after_unknown; /* runs of unknown characters are one token */
    size_t open_count;  /* last tokens that end within a character: their end is yet to come */
};

struct window {
    const struct tokenizer *tokenizer;
    struct text text;
    size_t consumed;     /* bytes of the text that are normalised */
    bool previous_space; /* spaces that follow are dropped */

    char *bytes;        /* the normalised text */
    size_t *ends;       /* of the character of the text that each byte comes from */
    struct step *steps; /* one more than bytes */
    size_t size, capacity;
    size_t firm; /* what lies behind is spaces that may turn out to end the text */
    size_t at;   /* ways from the places before this one are drawn */
};

static bool has_flag(const struct tokenizer *tokenizer, enum tokenizer_flag flag)
{
    return (tokenizer->settings->flags & flag) != 0;
}

/* The longest rule of the charsmap at the front of `text`, found as Darts does. Returns its size,
 * 0 when none fits. */
static size_t find_rule(const struct tokenizer *tokenizer, struct text text, uint32_t *value)
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

/* What the front of `text` (not empty) is replaced by; returns how many bytes it takes. */
static size_t normalise_front(const struct tokenizer *tokenizer, struct text text,
                              struct text *replacement)
{
    int32_t symbol;
    size_t size = trie_longest(&tokenizer->symbols, text, &symbol);
    if (size) {
        *replacement = text_slice(text, 0, size);
        return size;
    }
    uint32_t value;
    size = find_rule(tokenizer, text, &value);
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

static void make_room(struct window *window, size_t more)
{
    size_t wanted = window->size + more + 1;
    if (wanted <= window->capacity)
        return;
    size_t capacity = window->capacity * 2 > wanted ? window->capacity * 2 : wanted;
    window->bytes = memory_resize(window->bytes, capacity, sizeof(*window->bytes));
    window->ends = memory_resize(window->ends, capacity, sizeof(*window->ends));
    window->steps = memory_resize(window->steps, capacity, sizeof(*window->steps));
    window->capacity = capacity;
}

/* Appends normalised text in which spaces are already what they are written as. */
static void append(struct window *window, struct text text, size_t end)
{
    make_room(window, text.size);
    for (size_t i = 0; i < text.size; i++) {
        window->bytes[window->size] = text.bytes[i];
        window->ends[window->size++] = end;
        window->steps[window->size].start = NONE;
    }
}

/* Appends what one character (or rule, or symbol) of the text became. */
static void append_replacement(struct window *window, struct text replacement, size_t end)
{
    struct text space = window->tokenizer->space;
    size_t begin = window->size;
    for (size_t i = 0; i < replacement.size; i++) {
        struct text byte = text_slice(replacement, i, i + 1);
        append(window, byte.bytes[0] == ' ' ? space : byte, end);
    }
    size_t firm = window->size;
    while (has_flag(window->tokenizer, TOKENIZER_STRIP_BACK) && firm >= begin + space.size &&
           memcmp(window->bytes + firm - space.size, space.bytes, space.size) == 0)
        firm -= space.size;
    if (firm > begin || !has_flag(window->tokenizer, TOKENIZER_STRIP_BACK))
        window->firm = firm;
}

/* Normalises the next character. */
static void take_character(struct window *window)
{
    const struct tokenizer *tokenizer = window->tokenizer;
    struct text replacement;
    struct text rest = text_slice(window->text, window->consumed, window->text.size);
    window->consumed += normalise_front(tokenizer, rest, &replacement);
    while (window->previous_space && text_starts_with(replacement, TEXT(" ")))
        replacement = text_slice(replacement, 1, replacement.size);
    if (replacement.size == 0)
        return;
    append_replacement(window, replacement, window->consumed);
    window->previous_space =
        has_flag(tokenizer, TOKENIZER_COLLAPSE) && replacement.bytes[replacement.size - 1] == ' ';
}

/* Drops spaces at the front and puts the space there that every text begins with. */
static void begin_text(struct window *window, bool with_prefix)
{
    const struct tokenizer *tokenizer = window->tokenizer;
    struct text replacement;
    while (has_flag(tokenizer, TOKENIZER_STRIP_FRONT) && window->consumed < window->text.size) {
        struct text rest = text_slice(window->text, window->consumed, window->text.size);
        size_t size = normalise_front(tokenizer, rest, &replacement);
        if (!text_equal(replacement, TEXT(" ")))
            break;
        window->consumed += size;
    }
    window->previous_space = has_flag(tokenizer, TOKENIZER_STRIP_FRONT);
    if (!with_prefix)
        return;
    /* What comes first, but for characters that normalisation drops. */
    size_t at = window->consumed;
    replacement = (struct text){NULL, 0};
    while (at < window->text.size && replacement.size == 0)
        at += normalise_front(tokenizer, text_slice(window->text, at, window->text.size),
                              &replacement);
    bool begins_with_space =
        text_starts_with(replacement, TEXT(" ")) || text_starts_with(replacement, tokenizer->space);
    bool spared = has_flag(tokenizer, TOKENIZER_PREFIX_SPARED) &&
                  (begins_with_space || replacement.size == 0);
    if (window->consumed < window->text.size && !spared)
        append_replacement(window, TEXT(" "), window->consumed);
}

static size_t character_size(char first)
{
    static const unsigned char sizes[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
    return sizes[(unsigned char)first >> 4];
}

/* A way that leads to `step` by `piece`, from `start`. It is taken if it is better than the one
 * known: the exact sum is compared with the rounded one, as SentencePiece has it. */
static void offer(const struct tokenizer *tokenizer, struct step *step, double score, int32_t piece,
                  size_t start)
{
    if (step->start != NONE && !(score > step->score))
        return;
    *step = (struct step){
        .score = has_flag(tokenizer, TOKENIZER_WORDS) ? score : (double)(float)score,
        .piece = piece,
        .start = (uint32_t)start,
    };
}

/* User-defined pieces win by a bonus. */
static double score_of(const struct tokenizer *tokenizer, int32_t piece, size_t length)
{
    if (tokenizer->kinds[piece] == PIECE_USER_DEFINED)
        return (double)((float)length * (float)tokenizer->settings->highest_score) - 0.1;
    return tokenizer->scores[piece];
}

static bool begins_word(const struct window *window, size_t place, size_t size)
{
    struct text space = window->tokenizer->space;
    return size - place >= space.size &&
           memcmp(window->bytes + place, space.bytes, space.size) == 0;
}

/* Draws the ways that lead on from one place by a piece of the vocabulary, or by an unknown
 * character where no piece is one character long. */
static void draw_ways(struct window *window, size_t start, size_t size)
{
    const struct tokenizer *tokenizer = window->tokenizer;
    const struct tokenizer_settings *settings = tokenizer->settings;
    const bool by_words = has_flag(tokenizer, TOKENIZER_WORDS);
    const double score_here =
        by_words && begins_word(window, start, size) ? 0 : window->steps[start].score;
    size_t left = size - start, character = character_size(window->bytes[start]);
    bool has_character = false;
    if (character > left)
        character = left;
    uint32_t node = 0;
    for (size_t length = 1; length <= left && tokenizer->pieces.count; length++) {
        if (by_words && length > 1 && begins_word(window, start + length - 1, size))
            break;
        if (!trie_step(&tokenizer->pieces, &node, window->bytes[start + length - 1]))
            break;
        int32_t piece = tokenizer->pieces.nodes[node].value;
        if (piece < 0 || tokenizer->kinds[piece] == PIECE_UNUSED)
            continue;
        offer(tokenizer, &window->steps[start + length],
              score_of(tokenizer, piece, length) + score_here, piece, start);
        has_character = has_character || length == character;
    }
    if (has_character)
        return;
    double score = settings->lowest_score - 10 + score_here;
    if (!by_words) /* here SentencePiece adds floats */
        score = (double)((float)settings->lowest_score - 10.0f + (float)score_here);
    offer(tokenizer, &window->steps[start + character], score, settings->unknown_id, start);
}

/* Draws ways as far as the bytes in the window decide them. */
static void draw(struct window *window, bool whole)
{
    size_t longest = window->tokenizer->settings->longest_piece;
    if (longest < LONGEST_CHARACTER)
        longest = LONGEST_CHARACTER;
    while (whole ? window->at < window->firm : window->at + longest <= window->firm) {
        size_t start = window->at, left = window->firm - start;
        size_t character = character_size(window->bytes[start]);
        draw_ways(window, start, window->firm);
        window->at += character < left ? character : left;
    }
}

/* The last place through which all ways lead that may still become the best: from each place that
 * a way has reached and that is not drawn from yet, the ways are followed back until they meet. */
static size_t meeting_place(struct window *window)
{
    size_t longest = window->tokenizer->settings->longest_piece, marks = 0;
    size_t top = window->at + (longest > LONGEST_CHARACTER ? longest : LONGEST_CHARACTER);
    if (top > window->size)
        top = window->size;
    for (size_t place = 0; place <= top; place++)
        window->steps[place].next = 0;
    for (size_t place = window->at; place <= top; place++)
        if (window->steps[place].start != NONE) {
            window->steps[place].next = 1;
            marks++;
        }
    for (size_t place = top; place > 0; place--) {
        struct step *step = &window->steps[place];
        if (!step->next)
            continue;
        if (marks == 1 && place <= window->at)
            return place;
        marks -= window->steps[step->start].next; /* two ways become one */
        window->steps[step->start].next = 1;
    }
    return 0;
}

static void emit(struct sink *sink, int32_t id)
{
    if (sink->ids && sink->count < sink->capacity)
        sink->ids[sink->count] = id;
    sink->count++;
    sink->open_count++;
}

/* Gives the open tokens their end. */
static void close_tokens(struct sink *sink, size_t end)
{
    for (; sink->open_count; sink->open_count--)
        if (sink->ends && sink->count - sink->open_count < sink->capacity)
            sink->ends[sink->count - sink->open_count] = end;
}

static void emit_piece(const struct window *window, size_t begin, size_t end, int32_t piece,
                       struct sink *sink)
{
    const struct tokenizer_settings *settings = window->tokenizer->settings;
    bool unknown = piece == settings->unknown_id;
    if (unknown && has_flag(window->tokenizer, TOKENIZER_BYTES)) {
        for (size_t i = begin; i < end; i++)
            emit(sink, settings->byte_ids[(unsigned char)window->bytes[i]]);
    } else if (unknown && sink->after_unknown) {
        sink->open_count += sink->open_count == 0; /* the token before goes on */
    } else {
        emit(sink, piece);
    }
    sink->after_unknown = unknown;
    /* Within what one character became, the text cannot be cut. */
    bool within = end < window->size && window->ends[end] == window->ends[end - 1];
    if (!within)
        close_tokens(sink, window->ends[end - 1]);
}

/* Emits the way to `place`, and moves the window so that it begins there. */
static void settle(struct window *window, size_t place, struct sink *sink)
{
    for (size_t end = place; end > 0; end = window->steps[end].start)
        window->steps[window->steps[end].start].next = (uint32_t)end;
    for (size_t begin = 0; begin < place; begin = window->steps[begin].next) {
        size_t end = window->steps[begin].next;
        emit_piece(window, begin, end, window->steps[end].piece, sink);
    }
    window->size -= place;
    window->firm -= place;
    window->at -= place;
    memmove(window->bytes, window->bytes + place, window->size);
    memmove(window->ends, window->ends + place, window->size * sizeof(*window->ends));
    memmove(window->steps, window->steps + place, (window->size + 1) * sizeof(*window->steps));
    for (size_t i = 1; i <= window->size; i++) { /* ways around the place are given up */
        struct step *step = &window->steps[i];
        step->start =
            step->start == NONE || step->start < place ? NONE : step->start - (uint32_t)place;
    }
}

/* Tokens of a text without added tokens; ends count from its begin. */
static void encode_run(const struct tokenizer *tokenizer, struct text text, bool with_prefix,
                       struct sink *sink)
{
    struct window window = {.tokenizer = tokenizer, .text = text};
    size_t target = WINDOW;
    make_room(&window, (text.size < WINDOW ? text.size : WINDOW) + text.size / 4 % WINDOW + 16);
    window.steps[0] = (struct step){.start = 0};
    sink->after_unknown = false;
    begin_text(&window, with_prefix);
    while (window.consumed < text.size) {
        while (window.consumed < text.size && window.size < target)
            take_character(&window);
        if (window.consumed == text.size)
            break;
        draw(&window, false);
        size_t place = meeting_place(&window);
        if (window.size - place > MOST_WINDOW)
            place = window.at;
        settle(&window, place, sink);
        if (window.size > target / 2)
            target *= 2;
    }
    draw(&window, true);
    if (window.firm > 0) {
        window.size = window.firm;
        settle(&window, window.firm, sink);
    }
    free(window.bytes);
    free(window.ends);
    free(window.steps);
}

/* Tokens of a stretch of the text, their ends counted from the text's begin. */
static void encode_stretch(const struct tokenizer *tokenizer, struct text text, size_t begin,
                           size_t end, bool with_prefix, struct sink *sink)
{
    size_t first = sink->count;
    encode_run(tokenizer, text_slice(text, begin, end), with_prefix, sink);
    for (size_t i = first; sink->ends && i < sink->count && i < sink->capacity; i++)
        sink->ends[i] += begin;
}

static size_t encode(const struct tokenizer *tokenizer, struct text text, bool with_prefix,
                     struct sink *sink)
{
    size_t begin = 0;
    for (size_t at = 0; at < text.size && tokenizer->added.count;) {
        int32_t id;
        size_t size = trie_longest(&tokenizer->added, text_slice(text, at, text.size), &id);
        if (size == 0) {
            at++;
            continue;
        }
        encode_stretch(tokenizer, text, begin, at, with_prefix, sink);
        at += size;
        emit(sink, id);
        close_tokens(sink, at);
        begin = at;
    }
    encode_stretch(tokenizer, text, begin, text.size, with_prefix, sink);
    if (sink->ends && sink->count && sink->count <= sink->capacity) {
        /* Spaces at the end belong to the last token: to all that its last character became. */
        size_t last_end = sink->ends[sink->count - 1];
        for (size_t i = sink->count; i > 0 && sink->ends[i - 1] == last_end; i--)
            sink->ends[i - 1] = text.size;
    }
    return sink->count;
}

size_t tokenizer_encode(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                        size_t *ends, size_t capacity)
{
    struct sink sink = {.ids = ids, .ends = ends, .capacity = capacity};
    return encode(tokenizer, text, has_flag(tokenizer, TOKENIZER_PREFIX), &sink);
}

size_t tokenizer_encode_prefix(const struct tokenizer *tokenizer, struct text text, int32_t *ids,
                               size_t capacity)
{
    int32_t symbol;
    bool begins_with_symbol = trie_longest(&tokenizer->symbols, text, &symbol) > 0;
    struct sink sink = {.ids = ids, .capacity = capacity};
    return encode(tokenizer, text, has_flag(tokenizer, TOKENIZER_PREFIX) && !begins_with_symbol,
                  &sink);
}
