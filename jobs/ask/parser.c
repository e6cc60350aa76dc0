/* parser.c - looks up the words of questions. */
#include "jobs/ask/parser.h"

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

enum word_weight token_get_weight(const struct token *token)
{
    struct text stem = token_stem(token);
    for (size_t i = 0; i < sizeof(question_words) / sizeof(*question_words); i++)
        if (token_is(token, question_words[i].word) || text_equal(stem, question_words[i].word))
            return question_words[i].weight;
    return WORD_IS_UNLISTED;
}

bool token_says_nothing(const struct token *token)
{
    return token_get_weight(token) == WORD_SAYS_NOTHING;
}

bool token_names_feedback(const struct token *token)
{
    const char *const words[] = {"reviews",  "review",    "answers",     "comments",  "mails",
                                 "emails",   "responses", "respondents", "customers", "feedback",
                                 "tickets",  "users",     "buyers",      "people",    "guests",
                                 "speakers", "고객",      "리뷰",        "후기",      NULL};
    return text_is_one_of(token->text, words) ||
           (token->kind == LETTER_UNSPACED_SCRIPT && text_is_one_of(token_stem(token), words));
}
