/* answers.h - which columns of a survey, or of a two-sided review, hold text in the respondent's
 * own words, and a record for each filled one. Used for tables, objects and elements alike. */
#ifndef CONNECTORS_COLUMNS_ANSWERS_H
#define CONNECTORS_COLUMNS_ANSWERS_H

#include "connectors/columns/roles.h"

/* What the format says about a column. */
enum answer_mark {
    ANSWER_UNMARKED,
    ANSWER_LIKELY, /* the name says "free text" */
    ANSWER_MARKED  /* the format marks it as an answer in free text */
};

/* Texts are borrowed. */
struct answer_search {
    const struct samples *samples;
    const struct mapping *mapping; /* of mapping_find */
    const struct text *questions;  /* per column; NULL: the names */
    const enum answer_mark *marks; /* per column; NULL: the format has no marks */
    bool is_survey;                /* a survey tool is known to have written the file */
};

struct answer {
    size_t column;
    struct text name, question;
    enum asked_for asked_for;
};

/* A question of a table with a row for each answer. */
struct asked_question {
    uint64_t hash;
    enum asked_for asked_for;
};

struct answers {
    const struct answer *list; /* in the order of the columns */
    size_t count;              /* 0: the table has a single text column */
    bool has_title;            /* a two-sided review; its first filled answer gets the title */
    struct translations translations;
    struct answer text;       /* without a list: question of the text column; empty if none */
    bool has_question_column; /* without a list: a column holds the question of each row */
    size_t question_column;
    const struct asked_question *asked_questions; /* of the sample rows */
    size_t asked_question_count;
    size_t second_text; /* without a list: column of the text in rows whose text is empty */
    struct text unread; /* a line for each other column of free text, for answers_explain */
};

/* Finds the answers: the columns that the user or the export gives as text= (several); the two
 * sides of a review with the column of its general text; those that the format marks; and columns
 * of free text, if several ask or no other column holds the text. Columns with another role,
 * choices, ratings and facts such as names are no answers. Allocated from `arena`. */
void answers_find(struct answers *answers, const struct answer_search *search, struct arena *arena);

/* Replaces the batch's last record, the respondent's, by one for each answer in `cells`: with the
 * column's question, and the column's name appended to the id. A respondent without any answer is
 * one empty record. Without a list, the record stays and gets the question of its row or column,
 * and the second text if it has no other. */
void answers_split_record(const struct answers *answers, struct batch *batch,
                          const struct text *cells);

/* The lines of mapping_explain, with a line for each answer instead of that of the text, and for
 * each column of free text that is not read. */
struct text answers_explain(const struct answers *answers, struct text roles, struct arena *arena);

#endif
