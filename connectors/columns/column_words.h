/* column_words.h - whose words a column holds and what its numbers count, by the words in its name;
 * the word list is data/column_words.tsv. */
#ifndef CONNECTORS_COLUMNS_COLUMN_WORDS_H
#define CONNECTORS_COLUMNS_COLUMN_WORDS_H

#include "base/text.h"

enum column_side {
    SIDE_CUSTOMER,
    SIDE_UNCLEAR, /* "response": the company's if the customer's text is in another column */
    SIDE_COMPANY
};

struct column_words {
    enum column_side side;
    bool is_answer;       /* names a reply or an answer: "owner_response", "reply.date" */
    bool is_about_seller; /* SIDE_COMPANY only because it names the seller: "seller_rating" */
    bool names_company;   /* or its people: no author */
    bool is_question;     /* the question that a survey asked */
    bool counts_votes;    /* "likes", "helpful_votes" */
    bool is_in_forum;     /* the same, as forums have them: "upvotes", "num_comments" */
    bool may_count_votes; /* "score", "points": votes next to those */
};

/* Of a nested name, "a.b.c", every part counts: what is in "reply" is the company's. A name that is
 * a whole question is the customer's. */
struct column_words column_words_find(struct text name);

#endif
