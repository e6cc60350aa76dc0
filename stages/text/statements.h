/* statements.h - what a text states, clause by clause: an opinion and what it is about, whatever
 * the words ("The rooms were spotless", "clean room"). Key point analysis counts records that state
 * the same (after Bar-Haim et al. 2020, "From arguments to key points"). Which statements a text
 * has depends on this text alone, so their counts add up over groups and periods. */
#ifndef STAGES_TEXT_STATEMENTS_H
#define STAGES_TEXT_STATEMENTS_H

#include "base/segment.h"
#include "stages/text/lexicon.h"

struct statement {
    uint64_t aspect;   /* identifies what it is about; 0: nothing in particular ("overpriced") */
    uint64_t opinion;  /* identifies what it says; 0: `aspect` identifies two neighboring words */
    uint64_t opposite; /* the opinion that says the opposite; 0: none is known */
    uint64_t whole;    /* without an aspect: the whole thing that the clause names ("The car is
                          comfortable"); 0: none */
    size_t begin, end; /* bytes of the text: the clause, without punctuation at its end */
    int polarity;      /* of the words: +1, -1; 0: they do not show it */
    bool is_open; /* the clause is about the aspect, but no listed word says how: "the update killed
                     it"; opinion is 0 */
    bool is_general;           /* the opinion says no more than its polarity: "good" */
    bool is_verdict;           /* the opinion judges the whole without a reason: "recommended" */
    bool stands_alone;         /* the opinion makes sense without an aspect */
    bool is_last;              /* no word of meaning follows the opinion in its clause */
    bool says_itself;          /* even as a single Korean word */
    bool is_listed;            /* the aspect is in aspect_words.tsv */
    bool is_whole;             /* the aspect is all that customers write about */
    bool is_implied;           /* the clause says more: "fast service" says "good service", too */
    unsigned char extra_words; /* words of meaning in the clause that are not part of the statement
                                */
};

/* The word lists, and what splits a text. */
struct statement_reader {
    struct segmenter *segmenter; /* owned */
    struct lexicon lexicon;
};

/* Close is safe on a zeroed reader and after a failed open. */
bool statement_reader_open(struct statement_reader *reader, struct error *error);
void statement_reader_close(struct statement_reader *reader);

/* The statements of `text`, in the order of its clauses; a clause may have several. Clauses that
 * wish or ask state nothing. In `arena`. */
const struct statement *statements_extract(const struct statement_reader *reader, struct text text,
                                           struct arena *arena, size_t *count);

/* The opinion of praise (+1) or blame (-1) in general. */
uint64_t statement_general_opinion(int polarity);

#endif
