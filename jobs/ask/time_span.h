/* time_span.h - the period that a question names: "since September", "last month", "9월 이후".
 *
 * Dates are relative to the newest record, not to the clock, so that the same question to the same
 * database has the same answer. "Last month" is the calendar month before that of the newest
 * record; "the last 3 months" end with its day. A month without a year is the latest one that does
 * not begin after the newest record. */
#ifndef JOBS_ASK_TIME_SPAN_H
#define JOBS_ASK_TIME_SPAN_H

#include "base/calendar.h"
#include "jobs/ask/tokens.h"

struct time_span {
    int64_t since, until; /* since <= time < until; TIME_UNKNOWN: no limit */
};

/* Finds the period and marks its tokens as used. `newest` is the time of the newest record;
 * TIME_UNKNOWN: there are no dates, and no period is found. */
struct time_span time_span_find(struct tokens *tokens, int64_t newest);

#endif
