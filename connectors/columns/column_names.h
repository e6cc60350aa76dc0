/* column_names.h - the likely role of a column by its name; the word lists are in data/. */
#ifndef CONNECTORS_COLUMNS_COLUMN_NAMES_H
#define CONNECTORS_COLUMNS_COLUMN_NAMES_H

#include "connectors/columns/roles.h"

/* Scores from here on mean that the whole name is listed; lower ones that it contains a listed
 * word. */
enum { COLUMN_NAME_EXACT = 60 };

/* Scores from here on mean that the column probably has the role. */
enum { COLUMN_NAME_LIKELY = 40 };

/* The highest score of whole names that an author and a thing can have: "name", "nom". */
enum { COLUMN_NAME_MAX_THING = 61 };

enum { COLUMN_NAME_MAX_SIZE = 96 };

/* Normalizes "ReviewText", "review_text" and " Review  Text: " to "review text", and the case of
 * all scripts. A long name is cut. */
struct text column_name_normalize(struct text name, char normalized[COLUMN_NAME_MAX_SIZE]);

/* A bit for each byte of a normalized name, modulo 64; and whether a name with these bits may
 * contain the word, which saves most searches. */
uint64_t column_name_bytes(struct text name);
bool column_name_may_contain(uint64_t bytes, struct text word);

/* How likely a column of this name has each role: 0 (unknown or excluded) to 100 (certain). Case,
 * blanks, underscores and camelCase are ignored. Of a nested name, "a.b.c", the whole or the last
 * parts count. */
void column_name_scores(struct text name, int scores[ROLE_COUNT]);

/* The same for one role. */
int column_name_score(enum role role, struct text name);

/* Whether the name says that its cells do not belong to the role, whatever they look like: the date
 * of an annotation is no date of the feedback. */
bool column_name_forbids(enum role role, struct text name);

/* Whether words in the name say that it is something else, as in the date of a birth. */
bool column_name_excludes(enum role role, struct text name);

/* The first column of that name, or SIZE_MAX. */
size_t column_find_exactly(const struct text *names, size_t count, struct text name);

/* The same, ignoring case and blanks around the columns' names. */
size_t column_find_ignoring_case(const struct text *names, size_t count, struct text name);

#endif
