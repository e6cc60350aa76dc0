/* questions.h - which names of columns are open questions. The phrases are in
 * data/question_phrases.tsv and data/fact_phrases.tsv. */
#ifndef CONNECTORS_COLUMNS_QUESTIONS_H
#define CONNECTORS_COLUMNS_QUESTIONS_H

#include "base/text.h"

enum question_kind {
    QUESTION_NONE,
    QUESTION_HINTED, /* a name of remarks next to questions: "Comments", "Other" */
    QUESTION_ASKED,  /* "What could be better?", "Please explain", "아쉬운 점" */
    QUESTION_FACT    /* asks for a fact, not an opinion: "What is your name?" */
};

enum question_kind question_classify(struct text name);

/* Whether the name asks for an answer in the respondent's own words, rather than being a few words
 * such as "Favorite product". */
bool question_asks_openly(struct text name);

/* Whether only words can answer: "Why?", "Please explain", not "How often?" or "Which?". */
bool question_needs_words(struct text name);

/* Whether the name has a question mark of any script. */
bool question_has_mark(struct text name);

/* Whether a column of this name holds the questions: "Question", "질문". */
bool question_is_column_name(struct text name);

#endif
