/* tokenizer.c - opens a tokenizer, checks its tables, and converts ids back to text. */
#include "inference/tokenizer/tokenizer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "inference/formats/gguf.h"
#include "inference/tokenizer/vocabulary.h"

enum { MAX_FILE_BYTES = 256 * 1024 * 1024 };

static const struct text escaped_space = {"\xE2\x96\x81", 3};

static bool set_damaged_error(const char *name, const char *what, struct error *error)
{
    return error_set(error, ERROR_MODEL, "%s: damaged tokenizer (%s); make the file again", name,
                     what);
}

/* A trie whose values are ids below `count`. */
static bool attach_trie(struct trie *trie, struct text table, uint32_t count)
{
    if (table.size % sizeof(struct trie_node) || table.size / sizeof(struct trie_node) > UINT32_MAX)
        return false;
    *trie =
        (struct trie){(const struct trie_node *)table.bytes, table.size / sizeof(struct trie_node)};
    for (size_t i = 0; i < trie->count; i++)
        if (trie->nodes[i].value >= (int64_t)count)
            return false;
    return true;
}

/* The uint32 size of the double array, the array, then the strings. */
static bool attach_charsmap(struct tokenizer *tokenizer, struct text table)
{
    uint32_t size;
    if (table.size == 0)
        return true;
    if (table.size < sizeof(size))
        return false;
    memcpy(&size, table.bytes, sizeof(size));
    if (size % 4 || size > table.size - sizeof(size) || table.bytes[table.size - 1] != '\0')
        return false;
    tokenizer->charsmap_units = (const uint32_t *)(table.bytes + sizeof(size));
    tokenizer->charsmap_unit_count = size / 4;
    tokenizer->replacements = text_slice(table, sizeof(size) + size, table.size);
    return tokenizer->replacements.size > 0;
}

static bool check_settings(const struct tokenizer_settings *settings)
{
    bool bytes = settings->flags & TOKENIZER_BYTE_FALLBACK;
    for (size_t i = 0; i < 256 && bytes; i++)
        if (settings->byte_ids[i] < 0 || settings->byte_ids[i] >= (int64_t)settings->count)
            return false;
    return settings->count >= 1 && settings->count <= MAX_PIECES &&
           settings->max_piece_size <= MAX_PIECE_BYTES && settings->unknown_id >= 0 &&
           settings->unknown_id < (int64_t)settings->count && settings->end_id >= -1 &&
           settings->end_id < (int64_t)settings->count;
}

static bool attach_pieces(struct tokenizer *tokenizer, const struct text *tables, size_t count)
{
    if (tables[TOKENIZER_OFFSETS].size != (count + 1) * sizeof(uint32_t) ||
        tables[TOKENIZER_SCORES].size != count * sizeof(double) ||
        tables[TOKENIZER_KINDS].size != count)
        return false;
    tokenizer->offsets = (const uint32_t *)tables[TOKENIZER_OFFSETS].bytes;
    tokenizer->scores = (const double *)tables[TOKENIZER_SCORES].bytes;
    tokenizer->kinds = (const uint8_t *)tables[TOKENIZER_KINDS].bytes;
    tokenizer->bytes = tables[TOKENIZER_PIECES].bytes;
    for (size_t i = 0; i < count; i++)
        if (tokenizer->offsets[i] > tokenizer->offsets[i + 1])
            return false;
    return tokenizer->offsets[count] == tables[TOKENIZER_PIECES].size;
}

bool tokenizer_attach(struct tokenizer *tokenizer, const struct text tables[TOKENIZER_TABLE_COUNT],
                      const char *name, struct error *error)
{
    const struct text *settings = &tables[TOKENIZER_SETTINGS];
    if (settings->size != sizeof(*tokenizer->settings))
        return set_damaged_error(name, "settings", error);
    tokenizer->settings = (const struct tokenizer_settings *)settings->bytes;
    if (!check_settings(tokenizer->settings))
        return set_damaged_error(name, "settings", error);
    uint32_t count = tokenizer->settings->count;
    if (!attach_pieces(tokenizer, tables, count))
        return set_damaged_error(name, "pieces", error);
    if (!attach_trie(&tokenizer->pieces, tables[TOKENIZER_TRIE], count) ||
        !attach_trie(&tokenizer->symbols, tables[TOKENIZER_SYMBOLS], count) ||
        !attach_trie(&tokenizer->added, tables[TOKENIZER_ADDED], count))
        return set_damaged_error(name, "index", error);
    if (!attach_charsmap(tokenizer, tables[TOKENIZER_CHARSMAP]))
        return set_damaged_error(name, "normalization", error);
    tokenizer->space =
        tokenizer->settings->flags & TOKENIZER_ESCAPE_SPACES ? escaped_space : TEXT(" ");
    memcpy(tokenizer->tables, tables, sizeof(tokenizer->tables));
    return true;
}

/* The format is detected from the content. */
static bool read_vocabulary(struct text bytes, const char *name, struct arena *arena,
                            struct vocabulary *vocabulary, struct error *error)
{
    if (gguf_has_magic(bytes))
        return tokenizer_gguf_read(bytes, name, arena, vocabulary, error);
    if (bytes.size > MAX_FILE_BYTES)
        return error_set(error, ERROR_MODEL, "%s: %zu bytes, too many for a tokenizer", name,
                         bytes.size);
    struct text trimmed = text_trim(bytes);
    return trimmed.size && trimmed.bytes[0] == '{'
               ? tokenizer_json_read(bytes, name, arena, vocabulary, error)
               : sentencepiece_read(bytes, name, vocabulary, error);
}

bool tokenizer_load(struct tokenizer *tokenizer, const char *path, struct error *error)
{
    struct arena arena = {0};
    struct text bytes;
    struct vocabulary vocabulary = {0};
    struct text tables[TOKENIZER_TABLE_COUNT];
    if (!file_map(path, &bytes, ERROR_MODEL, error))
        return false;
    bool loaded = read_vocabulary(bytes, path, &arena, &vocabulary, error) &&
                  vocabulary_build(&vocabulary, path, &tokenizer->arena, tables, error) &&
                  tokenizer_attach(tokenizer, tables, path, error);
    vocabulary_free(&vocabulary);
    arena_free(&arena);
    file_unmap(bytes);
    return loaded;
}

void tokenizer_release(struct tokenizer *tokenizer)
{
    arena_free(&tokenizer->arena);
}

bool tokenizer_open(struct tokenizer **tokenizer, const char *path, struct error *error)
{
    *tokenizer = memory_alloc(1, sizeof(**tokenizer));
    if (tokenizer_load(*tokenizer, path, error))
        return true;
    tokenizer_close(*tokenizer);
    *tokenizer = NULL;
    return false;
}

void tokenizer_close(struct tokenizer *tokenizer)
{
    if (tokenizer)
        tokenizer_release(tokenizer);
    free(tokenizer);
}

struct text tokenizer_find(const char *directory, struct arena *arena, struct error *error)
{
    static const char *const names[] = {"spiece.model", "tokenizer.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct text path = arena_format(arena, "%s/%s", directory, names[i]);
        if (access(path.bytes, F_OK) == 0)
            return path;
    }
    error_set(error, ERROR_MODEL, "%s: neither spiece.model nor tokenizer.json is there",
              directory);
    return (struct text){NULL, 0};
}

size_t tokenizer_count(const struct tokenizer *tokenizer)
{
    return tokenizer->settings->count;
}

int32_t tokenizer_end_id(const struct tokenizer *tokenizer)
{
    return tokenizer->settings->end_id;
}

struct text tokenizer_piece(const struct tokenizer *tokenizer, int32_t id)
{
    uint32_t begin = tokenizer->offsets[id];
    return (struct text){tokenizer->bytes + begin, tokenizer->offsets[id + 1] - begin};
}

/* The bytes of the text that is being built, with capacity for the rest. */
struct decoded_text {
    char *bytes;
    size_t size;
};

static void append_text(struct decoded_text *decoded_text, struct text text)
{
    memcpy(decoded_text->bytes + decoded_text->size, text.bytes, text.size);
    decoded_text->size += text.size;
}

/* The value of a byte piece such as <0x41>. */
static char byte_of_piece(struct text piece)
{
    char digits[3] = {piece.bytes[3], piece.bytes[4], '\0'};
    return (char)strtoul(digits, NULL, 16);
}

/* Joins the byte pieces at the front of ids; each byte that is not UTF-8 becomes U+FFFD.
 * Returns the number of ids joined. */
static size_t append_byte_run(const struct tokenizer *tokenizer, const int32_t *ids, size_t count,
                              struct decoded_text *decoded_text)
{
    size_t run = 0;
    while (run < count && ids[run] >= 0 && (uint32_t)ids[run] < tokenizer->settings->count &&
           tokenizer->kinds[ids[run]] == PIECE_BYTE)
        run++;
    for (size_t i = 0; i < run;) {
        char character[4];
        size_t available = 0;
        for (; available < 4 && i + available < run; available++)
            character[available] = byte_of_piece(tokenizer_piece(tokenizer, ids[i + available]));
        size_t size;
        bool valid = utf8_decode((struct text){character, available}, 0, &size) != 0xFFFD ||
                     (size == 3 && memcmp(character, "\xEF\xBF\xBD", 3) == 0);
        append_text(decoded_text, valid ? (struct text){character, size} : TEXT("\xEF\xBF\xBD"));
        i += valid ? size : 1;
    }
    return run;
}

/* A piece's text with spaces restored, without the space at the very start. */
static void append_piece(const struct tokenizer *tokenizer, struct text piece,
                         struct decoded_text *decoded_text)
{
    struct text space = tokenizer->space;
    size_t position = 0;
    if (decoded_text->size == 0 && text_starts_with(piece, space))
        position = space.size;
    while (position < piece.size) {
        size_t next = text_find(piece, space, position);
        append_text(decoded_text, text_slice(piece, position, next));
        if (next < piece.size)
            append_text(decoded_text, TEXT(" "));
        position = next + space.size;
    }
}

struct text tokenizer_decode(const struct tokenizer *tokenizer, const int32_t *ids, size_t count,
                             struct arena *arena)
{
    static const struct text unknown_text = {" \xE2\x81\x87 ", 5};
    size_t max_size = 0;
    for (size_t i = 0; i < count; i++)
        if (ids[i] >= 0 && (uint32_t)ids[i] < tokenizer->settings->count)
            max_size += tokenizer_piece(tokenizer, ids[i]).size + unknown_text.size;
    struct decoded_text decoded_text = {.bytes = arena_alloc(arena, max_size + 1, 1)};
    for (size_t i = 0; i < count;) {
        if (ids[i] < 0 || (uint32_t)ids[i] >= tokenizer->settings->count) {
            i++;
            continue;
        }
        enum piece_kind kind = tokenizer->kinds[ids[i]];
        if (kind == PIECE_BYTE) {
            i += append_byte_run(tokenizer, ids + i, count - i, &decoded_text);
            continue;
        }
        if (kind == PIECE_UNKNOWN)
            append_text(&decoded_text, unknown_text);
        else if (kind != PIECE_CONTROL)
            append_piece(tokenizer, tokenizer_piece(tokenizer, ids[i]), &decoded_text);
        i++;
    }
    return (struct text){decoded_text.bytes, decoded_text.size};
}
