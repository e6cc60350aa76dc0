/* pattern.h - regular expressions that a job file brings along (over PCRE2). */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include "base/error.h"
#include "base/text.h"

struct pattern;

/* Perl's syntax; `\d`, `\b` and case know Unicode. One that cannot be read is ERROR_USAGE; `where`
 * begins the message. */
bool pattern_compile(struct pattern **pattern, struct text expression, const char *where,
                     struct error *error);
void pattern_free(struct pattern *pattern); /* NULL is fine */

/* The first match at or after `from`, never empty; bytes that are no UTF-8 match nothing. The work
 * is bounded: a text on which the expression would run for long has no match. */
bool pattern_find(const struct pattern *pattern, struct text text, size_t from, size_t *begin,
                  size_t *end);

#endif
