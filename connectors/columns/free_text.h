/* free_text.h - tells columns in which people write in their own words from columns of choices, by
 * their sample cells. */
#ifndef CONNECTORS_COLUMNS_FREE_TEXT_H
#define CONNECTORS_COLUMNS_FREE_TEXT_H

#include "connectors/columns/column_profile.h"

/* Whether people answered in their own words. An open question needs less evidence: its cells may
 * be short, and many may be the same "no". `is_question`: the column's name is one. `profile`: of
 * the column. */
bool free_text_is_answered(const struct samples *samples, size_t column,
                           const struct column_profile *profile, bool is_question);

/* Whether the cells may answer a question in the respondent's own words even if they repeat, as
 * "Staff" and "Parking" do: they are no numbers, links, dates, ratings, nor "yes" and "no". */
bool free_text_is_open(const struct samples *samples, size_t column,
                       const struct column_profile *profile);

/* Whether the cells may be one side of a review, such as "Location, breakfast". Empty cells are
 * not. */
bool free_text_is_side(const struct samples *samples, size_t column,
                       const struct column_profile *profile);

#endif
