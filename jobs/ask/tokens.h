/* tokens.h - the words of a question. */
#ifndef JOBS_ASK_TOKENS_H
#define JOBS_ASK_TOKENS_H

#include "base/arena.h"
#include "base/normalize.h"
#include "base/text.h"

struct token {
    struct text text;       /* normalized by normalize_key */
    struct text original;   /* as it is in the question */
    enum letter_class kind; /* a word, a number, or a run of Hangul or Han */
    bool follows_blank;     /* the token is the first of its group: false for 월 of "9월" */
    bool is_capitalized;    /* begins with a capital and is not the question's first word */
    bool is_used;           /* it is part of a date or a filter, or says nothing */
};

struct tokens {
    struct token *items; /* in the order of the question */
    size_t count;
};

/* The tokens of a question; in `arena`. */
struct tokens tokens_split(struct text question, struct arena *arena);

bool token_is(const struct token *token, struct text word);

/* Whether a Korean token is a verb or an adjective by its ending: "가나요", "싶어하는지". */
bool token_is_predicate(const struct token *token);

/* A Korean token without particles and endings (data/korean_endings.tsv): at least one syllable is
 * left. A view; the token's text if it has none or is not Korean. */
struct text token_stem(const struct token *token);

#endif
