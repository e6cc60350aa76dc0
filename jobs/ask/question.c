/* question.c - understands a question: first the period, then stars, values of columns and the
 * language, then words of praise and complaint; the words that are left are searched for. */
#include "jobs/ask/question.h"

#include "jobs/ask/question_concepts.h"
#include "jobs/ask/value_filters.h"

static const struct {
    enum sentiment polarity;
    struct text word;
} polarity_words[] = {
#define ROW(language, polarity, word) {polarity, {word, sizeof(word) - 1}},
#include "jobs/ask/data/polarity_words.inc"
#undef ROW
};

static const struct {
    struct text code, word;
} language_words[] = {
#define ROW(code, word) {{code, sizeof(code) - 1}, {word, sizeof(word) - 1}},
#include "jobs/ask/data/language_words.inc"
#undef ROW
};

/* What the question asks about, without the words of filters. */
static struct text join_unused(const struct parser *parser)
{
    struct text joined = {0};
    for (size_t i = 0; i < parser->tokens.count; i++) {
        const struct token *token = parser_get_token(parser, i);
        if (!token->is_used)
            joined = arena_format(parser->arena, "%.*s%s%.*s", TEXT_ARGUMENT(joined),
                                  token->follows_blank && joined.size > 0 ? " " : "",
                                  TEXT_ARGUMENT(token->original));
    }
    return joined;
}

static int64_t parse_stars(const struct token *token)
{
    static const char *const words[] = {"one", "two", "three", "four", "five"};
    int64_t number = 0;
    if (text_to_integer(token->text, &number))
        return number >= 1 && number <= 5 ? number : 0;
    for (int64_t i = 0; i < 5; i++)
        if (token_is(token, text_of(words[i])))
            return i + 1;
    return 0;
}

/* "one-star reviews", "5 stars", "별점 1점" */
static void find_stars(struct parser *parser)
{
    for (size_t i = 0; i + 1 < parser->tokens.count; i++) {
        const struct token *next = parser_get_token(parser, i + 1);
        bool is_english = token_is(next, TEXT("star")) || token_is(next, TEXT("stars"));
        bool is_korean =
            i > 0 && text_starts_with(parser_get_token(parser, i - 1)->text, TEXT("별")) &&
            (text_starts_with(next->text, TEXT("점")) || text_starts_with(next->text, TEXT("개")));
        int64_t stars = parse_stars(parser_get_token(parser, i));
        if (!stars || (!is_english && !is_korean))
            continue;
        parser->question->stars = stars;
        parser_mark_used(parser, is_korean ? i - 1 : i, i + 2);
    }
}

static void find_language(struct parser *parser)
{
    const struct corpus_column *column = &parser->context->corpus->columns[CORPUS_LANG];
    for (size_t i = 0; i < parser->tokens.count; i++)
        for (size_t k = 0; k < sizeof(language_words) / sizeof(*language_words); k++) {
            if (parser_get_token(parser, i)->is_used ||
                (!token_is(parser_get_token(parser, i), language_words[k].word) &&
                 !text_equal(token_stem(parser_get_token(parser, i)), language_words[k].word)))
                continue;
            bool is_plural = text_ends_with(language_words[k].word, TEXT("ns"));
            bool follows_in = i > 1 && token_is(parser_get_token(parser, i - 1), TEXT("in")) &&
                              token_names_feedback(parser_get_token(parser, i - 2));
            for (size_t value = 0; value < column->values.count; value++)
                if (text_equal(column->values.texts[value], language_words[k].code) &&
                    (is_plural || follows_in ||
                     token_names_feedback(parser_get_token(parser, i + 1)))) {
                    value_filters_add(parser, CORPUS_LANG, value);
                    parser_mark_used(parser, i, i + 1);
                }
        }
}

static enum sentiment get_polarity(const struct token *token)
{
    for (size_t i = 0; i < sizeof(polarity_words) / sizeof(*polarity_words); i++)
        if (token_is(token, polarity_words[i].word) ||
            (token->kind == LETTER_UNSPACED_SCRIPT &&
             text_starts_with(token->text, polarity_words[i].word)))
            return polarity_words[i].polarity;
    return SENTIMENT_UNDETECTED;
}

static void find_polarity(struct parser *parser)
{
    bool has_negative = false, has_positive = false;
    for (size_t i = 0; i < parser->tokens.count; i++) {
        struct token *token = &parser->tokens.items[i];
        enum sentiment polarity = token->is_used ? SENTIMENT_UNDETECTED : get_polarity(token);
        has_negative |= polarity == SENTIMENT_NEGATIVE;
        has_positive |= polarity == SENTIMENT_POSITIVE;
        token->is_used |= polarity != SENTIMENT_UNDETECTED;
    }
    if (has_negative != has_positive)
        parser->question->polarity = has_negative ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE;
}

void question_parse(struct question *question, struct text text,
                    const struct question_context *context, struct arena *arena)
{
    *question = (struct question){.text = arena_copy_text(arena, text)};
    struct parser parser = {.question = question,
                            .context = context,
                            .tokens = tokens_split(question->text, arena),
                            .arena = arena};
    question->time_span = time_span_find(&parser.tokens, context->corpus->newest);
    find_stars(&parser);
    value_filters_find(&parser);
    find_language(&parser);
    question->unfiltered = join_unused(&parser);
    find_polarity(&parser);
    question_concepts_find(&parser);
}
