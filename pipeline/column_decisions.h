/* column_decisions.h - decides what only all rows of a source show (column_facts.h): the order of
 * day and month in its dates, the scale of its ratings, and whether an author is a person. */
#ifndef PIPELINE_COLUMN_DECISIONS_H
#define PIPELINE_COLUMN_DECISIONS_H

#include "base/error.h"
#include "pipeline/column_facts.h"

enum date_basis {
    DATE_BASIS_EQUAL,  /* all readings are equal so far */
    DATE_BASIS_NONE,   /* readings differ, and none is likelier */
    DATE_BASIS_LIKELY, /* one number varies more, or the notation is usual in one order */
    DATE_BASIS_MIXED,  /* the rows contradict each other: a row follows its file, if that shows an
                          order, otherwise this decision */
    DATE_BASIS_FUTURE, /* other orders give dates in the future */
    DATE_BASIS_SHOWN,  /* other orders are impossible */
    DATE_BASIS_GIVEN,  /* by the user */
};

struct date_decision {
    enum date_order order; /* never UNKNOWN */
    enum date_basis basis;
    unsigned open_pairs; /* the pairs of orders that a guess chose between: rows in which they
                            differ are undecided. 0: none is */
};

struct date_decision date_facts_decide(const struct date_facts *dates);

/* "day first, since 13/11/2026 has no other reading"; allocated from `arena`. */
struct text date_facts_explain(const struct date_facts *dates, struct arena *arena);

/* The best possible rating: the user's, the stated one, the one that the name implies, otherwise
 * the smallest of 5, 10 and 100 that holds all values; 1 if the values are 0 and 1. NAN: no
 * ratings. The largest value does not count if it is a slip (55 for 5): of at least 100 rows, at
 * most 1 % have it, and without it the scale is smaller. */
double rating_facts_decide(const struct rating_facts *ratings);

/* The time of a record by its order, otherwise by the only one that is possible. */
int64_t date_readings_choose(const struct date_readings *date, enum date_order order);

/* What the user should know about a decision. */
struct column_warning {
    struct text text;
    bool is_guess; /* the rows do not decide */
};

/* Calls `visit` for each warning about the columns of `place` ("source shop"), as far as counted
 * rows need it. */
bool column_facts_for_each_warning(const struct column_facts *facts, struct text place,
                                   bool (*visit)(void *user, const struct column_warning *warning,
                                                 struct error *error),
                                   void *user, struct error *error);

/* Sets created_at and rating_scale by the facts. A rating above its scale is none. */
void column_facts_apply(const struct column_facts *facts, struct record *record);

/* Whether later rows are unlikely to change a decision: every order is shown or given, and the
 * ratings come in no order and contain the best one. `with_ratings`: ratings count. */
bool column_facts_are_settled(const struct column_facts *facts, bool with_ratings);

/* Whether an author of so many of a source's records with an author is no person: "anonymous" in
 * nearly all rows. */
bool author_is_nobody(uint64_t records, uint64_t source_records);

#endif
