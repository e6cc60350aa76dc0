/* filter_text.h - which records a question selects, for people and for SQLite. */
#ifndef JOBS_ASK_FILTER_TEXT_H
#define JOBS_ASK_FILTER_TEXT_H

#include "jobs/ask/question.h"

/* The filter in words: "product = Kettle; since 2026-09-01"; empty without one. In `arena`. */
struct text filter_text_describe(const struct question *question, const struct corpus *corpus,
                                 struct arena *arena);

/* The same as a query of winnow.db that selects the records. In `arena`. */
struct text filter_text_format_sql(const struct question *question, const struct corpus *corpus,
                                   struct arena *arena);

#endif
