/* survey.h - exports with a row a respondent and a column a question: header rows beyond the
 * first, and which questions were answered in the respondent's own words. */
#ifndef CONNECTORS_TABLE_SURVEY_H
#define CONNECTORS_TABLE_SURVEY_H

#include "connectors/columns/roles.h"
#include "connectors/table/layout.h"

struct survey {
    const char *name;       /* "Qualtrics export"; NULL: no survey */
    size_t header_rows;     /* all of them */
    struct text *names;     /* of the columns, made from the header rows; as many as the layout's */
    struct text *questions; /* what was asked */
    size_t status_column;   /* of Qualtrics; SIZE_MAX: none */
    int zone_seconds;       /* of its dates, east of UTC */
    struct text mapping;    /* roles known from the format, as `map =` says them */
    const size_t *answer_columns; /* columns in own words */
    size_t answer_count;
};

/* Looks at the header and the rows behind it. From `arena`; texts are borrowed from the layout. */
void survey_detect(struct survey *survey, const struct table_layout *table_layout,
                   struct arena *arena);

/* Fills in `answers` after mapping_find: the columns given as text=, those that the format names,
 * or, where no column's name says that it is the text, all that look written by people. */
void survey_select_answers(struct survey *survey, const struct table_layout *table_layout,
                           struct samples samples, const struct mapping *mapping,
                           struct arena *arena);

/* A test of the survey's author, not a respondent. */
bool survey_is_test_response(const struct survey *survey, const struct text *cells, size_t count);

#endif
