/* survey.h - survey exports, with a row for each respondent and a column for each question: their
 * header rows beyond the first, and the columns that hold answers in the respondent's own words. */
#ifndef CONNECTORS_TABLE_SURVEY_H
#define CONNECTORS_TABLE_SURVEY_H

#include "connectors/columns/answers.h"
#include "connectors/table/layout.h"

struct survey {
    const char *name;       /* "Qualtrics export"; NULL: no known survey tool */
    size_t header_rows;     /* in total */
    struct text *names;     /* of the columns, made from the header rows */
    struct text *questions; /* per column */
    size_t status_column;   /* of Qualtrics; SIZE_MAX: none */
    int zone_seconds;       /* of its dates, east of UTC */
    struct known_roles known_roles;
    const size_t *answer_columns; /* that the format marks */
    size_t answer_count;
};

/* Recognizes a survey by the header and the rows below it. Texts are allocated from `arena` or
 * borrowed from the layout. */
void survey_detect(struct survey *survey, const struct table_layout *table_layout,
                   struct arena *arena);

/* The sample rows below all header rows, with the survey's names. */
struct samples survey_data_rows(const struct survey *survey,
                                const struct table_layout *table_layout);

/* Finds the answers after mapping_find. */
void survey_find_answers(const struct survey *survey, const struct samples *samples,
                         const struct mapping *mapping, struct answers *answers,
                         struct arena *arena);

/* Whether the survey's author made the response to test it. */
bool survey_is_test_response(const struct survey *survey, const struct text *cells, size_t count);

#endif
