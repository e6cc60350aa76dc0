/* clause_words.h - the words of a clause: what each is by the lexicon, and which are negated. */
#ifndef STAGES_TEXT_CLAUSE_WORDS_H
#define STAGES_TEXT_CLAUSE_WORDS_H

#include "base/arena.h"
#include "stages/text/lexicon.h"

struct clause_word {
    size_t begin, end; /* bytes of the text */
    enum lexicon_kind kind;
    uint64_t id;                         /* of an aspect or a content word */
    const struct opinion_family *family; /* of an opinion */
    const char *aspect;                  /* of an aspect; NULL: it is not listed */
    bool is_whole;
    uint64_t action; /* a verb whose negation says something: "안 잡혀요", "won't open"; 0: none */
    bool is_negated;   /* by itself or a neighbor */
    bool is_missing;   /* what is negated is a noun: "no parking", "답변 없음" */
    bool is_secondary; /* after a preposition: "the food at this hotel" */
    bool has_break;    /* a comma, or a word like "and", stands before it */
};

struct clause_words {
    struct clause_word *items;
    size_t count;
};

/* The words of the bytes [begin, end) of `text`, without those that only separate others ("and").
 * In `arena`. */
struct clause_words clause_words_read(const struct lexicon *lexicon, struct text text, size_t begin,
                                      size_t end, struct arena *arena);

/* A word that is not empty, a negation or a wish. */
bool clause_word_has_meaning(const struct clause_word *word);

/* Whether the word is listed, or a stop word. English in any case. */
bool clause_words_knows(const struct lexicon *lexicon, struct text word);

#endif
