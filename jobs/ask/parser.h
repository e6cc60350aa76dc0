/* parser.h - a question while it is being understood: each step marks the tokens that it used. */
#ifndef JOBS_ASK_PARSER_H
#define JOBS_ASK_PARSER_H

#include "jobs/ask/question.h"

struct parser {
    struct question *question; /* what is understood so far */
    const struct question_context *context;
    struct tokens tokens;
    struct arena *arena;
};

/* The token at `index`; outside the question, an empty one. */
const struct token *parser_get_token(const struct parser *parser, size_t index);

void parser_mark_used(struct parser *parser, size_t begin, size_t end);

/* How much a word says about what a question asks for (data/question_words.tsv). */
enum word_weight {
    WORD_SAYS_NOTHING,
    WORD_IS_GENERAL,   /* a word of manner or a general verb */
    WORD_IS_PREDICATE, /* a verb, an adjective or an adverb */
    WORD_IS_UNLISTED,
};

enum word_weight token_get_weight(const struct token *token);
bool token_says_nothing(const struct token *token);

/* "reviews", "customers", "리뷰": the feedback or those who wrote it. */
bool token_names_feedback(const struct token *token);

#endif
