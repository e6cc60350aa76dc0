/* parser.c - looks up the words of questions. */
#include "jobs/ask/parser.h"

#include "base/utf8.h"
#include "jobs/ask/cue_words.h"

static const struct {
    enum word_weight weight;
    struct text word;
} question_words[] = {
#define ROW(language, weight, word) {weight, {word, sizeof(word) - 1}},
#include "jobs/ask/data/question_words.inc"
#undef ROW
};

const struct token *parser_get_token(const struct parser *parser, size_t index)
{
    static const struct token none = {0};
    return index < parser->tokens.count ? &parser->tokens.items[index] : &none;
}

void parser_mark_used(struct parser *parser, size_t begin, size_t end)
{
    for (size_t i = begin; i < end && i < parser->tokens.count; i++)
        parser->tokens.items[i].is_used = true;
}

/* Whether an English word is a form of the basic one: "billed" of "bill", "applies" of "apply". */
static bool is_english_form(struct text word, struct text base)
{
    static const char *const endings[] = {"",   "s",   "es", "d",    "ed",   "n",
                                          "en", "ing", "ly", "able", "ment", NULL};
    static const char *const endings_of_stem[] = {"ing", "able", "ies", "ied", "ily", NULL};
    if (base.size < 3)
        return text_equal(word, base);
    char last = base.bytes[base.size - 1];
    struct text rest = text_slice(word, base.size < word.size ? base.size : word.size, word.size);
    if (text_starts_with(word, base)) {
        bool is_doubled = rest.size > 1 && rest.bytes[0] == last; /* "dropped" */
        return text_is_one_of(text_slice(rest, is_doubled ? 1 : 0, rest.size), endings);
    }
    struct text stem = text_slice(base, 0, base.size - 1);
    return (last == 'e' || last == 'y') && text_starts_with(word, stem) &&
           text_is_one_of(text_slice(word, stem.size, word.size), endings_of_stem);
}

/* Whether a Korean word is a form of a verb, an adjective or a noun of action: "거절된" of "거절".
 */
static bool is_korean_form(struct text word, struct text base)
{
    if (!text_starts_with(word, base) || utf8_count_code_points(base) < 2)
        return false;
    struct text rest = text_slice(word, base.size, word.size);
    size_t first = 0;
    if (rest.size > 0)
        utf8_decode(rest, 0, &first);
    return rest.size == 0 || cue_words_contain(CUE_VERB_BEGINNING, text_slice(rest, 0, first));
}

static bool is_form(const struct token *token, struct text base)
{
    return token->kind == LETTER_UNSPACED_SCRIPT ? is_korean_form(token->text, base)
                                                 : is_english_form(token->text, base);
}

enum word_weight token_get_weight(const struct token *token)
{
    struct text stem = token_stem(token);
    for (size_t i = 0; i < sizeof(question_words) / sizeof(*question_words); i++) {
        struct text word = question_words[i].word;
        if (token_is(token, word) || text_equal(stem, word) ||
            (question_words[i].weight != WORD_SAYS_NOTHING && is_form(token, word)))
            return question_words[i].weight;
    }
    return WORD_IS_UNLISTED;
}

bool token_says_nothing(const struct token *token)
{
    return token_get_weight(token) == WORD_SAYS_NOTHING;
}

bool token_names_feedback(const struct token *token)
{
    return cue_words_contain(CUE_FEEDBACK, token->text) ||
           cue_words_contain(CUE_FEEDBACK, token_stem(token));
}
