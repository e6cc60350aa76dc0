/* pattern.c - the shim over PCRE2. */
#include "base/pattern.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"

enum {
    MOST_STEPS = 1000000, /* of the matcher, a call: some milliseconds */
    MOST_DEPTH = 1000,
};

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *match;
};

void pattern_close(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_data_free(pattern->match);
    pcre2_match_context_free(pattern->limits);
    pcre2_code_free(pattern->code);
    free(pattern);
}

bool pattern_open(struct pattern **pattern, struct text expression, const char *where,
                  struct error *error)
{
    int code;
    PCRE2_SIZE at;
    *pattern = NULL;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)expression.bytes, expression.size,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &at, NULL);
    if (!compiled) {
        PCRE2_UCHAR words[200] = "";
        pcre2_get_error_message(code, words, sizeof(words));
        return error_set(error, ERROR_USAGE, "%s: not a regular expression: %s at character %zu",
                         where, (const char *)words, at + 1);
    }
    struct pattern *opened = memory_alloc(1, sizeof(*opened));
    opened->code = compiled;
    opened->limits = pcre2_match_context_create(NULL);
    opened->match = pcre2_match_data_create_from_pattern(compiled, NULL);
    if (!opened->limits || !opened->match) {
        pattern_close(opened);
        return error_set(error, ERROR_USAGE, "%s: out of memory", where);
    }
    pcre2_set_match_limit(opened->limits, MOST_STEPS);
    pcre2_set_depth_limit(opened->limits, MOST_DEPTH);
    *pattern = opened;
    return true;
}

bool pattern_find(const struct pattern *pattern, struct text text, size_t from, size_t *begin,
                  size_t *end)
{
    if (!text.size)
        return false;
    int count = pcre2_match(pattern->code, (PCRE2_SPTR)text.bytes, text.size, from, PCRE2_NOTEMPTY,
                            pattern->match, pattern->limits);
    if (count < 0)
        return false;
    const PCRE2_SIZE *place = pcre2_get_ovector_pointer(pattern->match);
    *begin = place[0];
    *end = place[1];
    return *end > *begin; /* \K can turn them round */
}
