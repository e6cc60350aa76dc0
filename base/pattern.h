/* pattern.h - regular expressions from a job file (over PCRE2). */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include "base/error.h"
#include "base/text.h"

struct pattern;

/* Perl syntax; `\d`, `\b` and case use Unicode. An invalid expression is ERROR_USAGE; the message
 * begins with `where`. */
bool pattern_compile(struct pattern **pattern, struct text expression, const char *where,
                     struct error *error);
void pattern_free(struct pattern *pattern); /* NULL is fine */

/* Finds the first match at or after `from`; a match is never empty, and invalid UTF-8 never
 * matches. The work is limited: if the expression would run for too long on a text, there is no
 * match. */
bool pattern_find(const struct pattern *pattern, struct text text, size_t from, size_t *begin,
                  size_t *end);

#endif
