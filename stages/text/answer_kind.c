/* answer_kind.c - compares an answer with a list, ignoring case and punctuation. */
#include "stages/text/answer_kind.h"

#include "base/arena.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum meaning {
    MEANING_EMPTY,
    MEANING_NO_OPINION,
    MEANING_NOTHING,  /* no opinion, but a complaint if praise was asked for */
    MEANING_COURTESY, /* says nothing after one of the others: "no, thanks" */
};

static const struct listed_answer {
    struct text words;
    enum meaning meaning;
} listed_answers[] = {
#define ROW(language, answer, meaning) {TEXT(answer), MEANING_##meaning},
#include "stages/text/data/empty_answers.inc"
#undef ROW
};

enum { MAX_ANSWER_SIZE = 120 };

/* Punctuation that says nothing by itself. Brackets and colons make smileys. */
static bool is_filler_character(uint32_t code_point)
{
    static const struct text fillers = {" \n-_.,!?/\\|*~'\"`#+=", 19};
    if (code_point < 0x80)
        return memchr(fillers.bytes, (int)code_point, fillers.size) != NULL;
    return (code_point >= 0x2010 && code_point <= 0x2027) || code_point == 0xB7 ||
           code_point == 0x3002 || code_point == 0x3001 || code_point == 0x30FB ||
           code_point == 0x2212 || code_point == 0xFF5E;
}

static size_t skip_filler(struct text text, size_t at)
{
    size_t size;
    while (at < text.size && is_filler_character(utf8_decode(text, at, &size)))
        at += size;
    return at;
}

/* Where the words end in the text, whose runs of punctuation may differ; 0 if it does not begin
 * with them. */
static size_t match_words(struct text text, struct text words)
{
    size_t at = 0, word = 0;
    while (word < words.size) {
        size_t next = skip_filler(words, word);
        size_t next_at = skip_filler(text, at);
        if ((next > word) != (next_at > at) || next_at == text.size ||
            words.bytes[next] != text.bytes[next_at])
            return 0;
        word = next + 1;
        at = next_at + 1;
    }
    return at == text.size || skip_filler(text, at) > at ? at : 0;
}

/* The listed answer with most words at the start of the text; NULL if there is none. */
static const struct listed_answer *find_longest(struct text text, size_t *end)
{
    const struct listed_answer *longest = NULL;
    *end = 0;
    for (size_t i = 0; i < sizeof(listed_answers) / sizeof(*listed_answers); i++) {
        if (listed_answers[i].words.bytes[0] != text.bytes[0])
            continue;
        size_t size = match_words(text, listed_answers[i].words);
        if (size > *end) {
            *end = size;
            longest = &listed_answers[i];
        }
    }
    return longest;
}

/* All of the words must belong to listed answers. */
static enum answer_kind classify_words(struct text text, enum asked_for asked_for)
{
    bool is_empty = true, has_courtesy_only = true;
    while (text.size) {
        size_t end;
        const struct listed_answer *answer = find_longest(text, &end);
        if (!answer || (answer->meaning == MEANING_NOTHING && asked_for == ASKED_FOR_PRAISE))
            return ANSWER_OPINION;
        is_empty &= answer->meaning == MEANING_EMPTY;
        has_courtesy_only &= answer->meaning == MEANING_COURTESY;
        text = text_slice(text, skip_filler(text, end), text.size);
    }
    return is_empty ? ANSWER_EMPTY : has_courtesy_only ? ANSWER_OPINION : ANSWER_NO_OPINION;
}

static struct text make_key(struct text text, struct arena *arena)
{
    struct text key = normalize_key(text, arena);
    return text_slice(key, skip_filler(key, 0), key.size);
}

static bool is_extra_answer(struct text key, struct text extra_answers, struct arena *arena)
{
    struct text word;
    while (text_split(&extra_answers, ',', &word)) {
        word = make_key(text_trim(word), arena);
        if (word.size && skip_filler(key, match_words(key, word)) == key.size)
            return true;
    }
    return false;
}

enum answer_kind answer_classify(struct text text, enum asked_for asked_for,
                                 struct text extra_answers)
{
    text = text_slice(text, skip_filler(text, 0), text.size);
    if (!text.size)
        return ANSWER_EMPTY;
    if (text.size > MAX_ANSWER_SIZE)
        return ANSWER_OPINION;
    struct arena arena = {0};
    struct text key = make_key(text, &arena);
    enum answer_kind kind = classify_words(key, asked_for);
    if (!key.size || is_extra_answer(key, extra_answers, &arena))
        kind = ANSWER_EMPTY;
    arena_free(&arena);
    return kind;
}
