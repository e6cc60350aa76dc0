/* answer_phrases.h - texts that a person should answer, by the phrases of data/answer_phrases.tsv.
 * A phrase that follows a negation is not meant, nor one in a sentence with a phrase that denies
 * the class. */
#ifndef STAGES_TEXT_ANSWER_PHRASES_H
#define STAGES_TEXT_ANSWER_PHRASES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* The most urgent first. */
enum answer_class {
    ANSWER_SAFETY,     /* somebody was or could be hurt */
    ANSWER_LEGAL,      /* the customer speaks of lawyers, courts or authorities */
    ANSWER_MONEY,      /* wrongly charged, or wants money back */
    ANSWER_CHURN,      /* the customer leaves, or has left */
    ANSWER_UNANSWERED, /* the customer asked, and got no answer */
    ANSWER_CLASS_COUNT
};

extern const char *const answer_class_names[ANSWER_CLASS_COUNT]; /* "safety", ... */

struct answer_finder;

bool answer_finder_open(struct answer_finder **finder, struct error *error);
void answer_finder_close(struct answer_finder *finder); /* NULL is fine */

struct answer_match {
    enum answer_class class;
    struct text words; /* the phrase, normalized; in the finder until the next call */
    size_t begin, end; /* of its sentence, in bytes of the text */
};

/* The first phrase of the most urgent class in a text; false if there is none. */
bool answer_finder_find(struct answer_finder *finder, struct text text, struct answer_match *match);

#endif
