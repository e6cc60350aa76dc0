/* tokens.c - splits a question into words, numbers and runs of Hangul. */
#include "jobs/ask/tokens.h"

#include "base/ascii.h"
#include "base/utf8.h"

static const struct ending {
    bool is_of_predicate;
    struct text text;
} endings[] = {
#define ROW(is_of_predicate, ending) {is_of_predicate, {ending, sizeof(ending) - 1}},
#include "jobs/ask/data/korean_endings.inc"
#undef ROW
};

static enum letter_class class_at(struct text text, size_t at, size_t *size)
{
    *size = 0;
    return at < text.size ? normalize_letter_class(utf8_decode(text, at, size)) : LETTER_NONE;
}

/* Whether the character at `at` belongs to a token of this kind. */
static bool goes_on(struct text text, size_t at, enum letter_class kind, size_t *size)
{
    size_t next_size;
    enum letter_class here = class_at(text, at, size);
    if (here == kind || (kind == LETTER_SPACED_SCRIPT && here == LETTER_DIGIT))
        return true;
    if (*size == 0 || class_at(text, at + *size, &next_size) != kind)
        return false;
    uint32_t code_point = utf8_decode(text, at, size);
    return (kind == LETTER_DIGIT && code_point == '.') ||
           (kind == LETTER_SPACED_SCRIPT && (code_point == '\'' || code_point == 0x2019));
}

struct tokens tokens_split(struct text question, struct arena *arena)
{
    struct tokens tokens = {.items = arena_alloc(arena, question.size + 1, sizeof(struct token))};
    bool follows_blank = true;
    for (size_t at = 0, size; at < question.size;) {
        enum letter_class kind = class_at(question, at, &size);
        if (kind == LETTER_NONE) {
            follows_blank = true;
            at += size;
            continue;
        }
        size_t begin = at;
        while (goes_on(question, at, kind, &size))
            at += size;
        struct text original = text_slice(question, begin, at);
        tokens.items[tokens.count] = (struct token){
            .text = normalize_key(original, arena),
            .original = original,
            .kind = kind,
            .follows_blank = follows_blank,
            .is_capitalized = tokens.count > 0 && ascii_is_upper(original.bytes[0]),
        };
        tokens.count++;
        follows_blank = false;
    }
    return tokens;
}

bool token_is(const struct token *token, struct text word)
{
    return text_equal(token->text, word);
}

/* A single syllable is left only before an ending of several: "늦나요" is "늦", but "차이" may be a
 * word of its own. */
static bool can_strip(struct text text, struct text ending)
{
    size_t left = text.size - ending.size;
    size_t syllables = utf8_count_code_points(text_slice(text, 0, left));
    return syllables >= 2 || (syllables == 1 && utf8_count_code_points(ending) >= 2);
}

/* The longest ending that can be stripped, or NULL. */
static const struct ending *find_ending(struct text text)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (text.size > endings[i].text.size && text_ends_with(text, endings[i].text) &&
            can_strip(text, endings[i].text))
            return &endings[i];
    return NULL;
}

bool token_is_predicate(const struct token *token)
{
    const struct ending *ending =
        token->kind == LETTER_UNSPACED_SCRIPT ? find_ending(token->text) : NULL;
    return ending && ending->is_of_predicate;
}

struct text token_stem(const struct token *token)
{
    struct text stem = token->text;
    if (token->kind != LETTER_UNSPACED_SCRIPT)
        return stem;
    for (int round = 0; round < 2; round++) {
        const struct ending *ending = find_ending(stem);
        if (!ending)
            break;
        stem.size -= ending->text.size;
    }
    return stem;
}
