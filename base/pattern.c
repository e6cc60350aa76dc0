/* pattern.c - regular expressions through PCRE2. */
#include "base/pattern.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"

enum {
    MAX_MATCH_STEPS = 1000000, /* of one call: some milliseconds */
    MAX_MATCH_DEPTH = 1000,
};

struct pattern {
    pcre2_code *code;
    pcre2_match_context *match_context;
    pcre2_match_data *match_data;
};

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_data_free(pattern->match_data);
    pcre2_match_context_free(pattern->match_context);
    pcre2_code_free(pattern->code);
    free(pattern);
}

bool pattern_compile(struct pattern **pattern, struct text expression, const char *where,
                     struct error *error)
{
    int code;
    PCRE2_SIZE error_offset;
    *pattern = NULL;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)expression.bytes, expression.size,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &error_offset, NULL);
    if (!compiled) {
        PCRE2_UCHAR message[200] = "";
        pcre2_get_error_message(code, message, sizeof(message));
        return error_set(error, ERROR_USAGE, "%s: invalid regular expression: %s at character %zu",
                         where, (const char *)message, error_offset + 1);
    }
    struct pattern *created = memory_alloc(1, sizeof(*created));
    created->code = compiled;
    created->match_context = pcre2_match_context_create(NULL);
    created->match_data = pcre2_match_data_create_from_pattern(compiled, NULL);
    if (!created->match_context || !created->match_data) {
        pattern_free(created);
        return error_set(error, ERROR_USAGE, "%s: out of memory", where);
    }
    pcre2_set_match_limit(created->match_context, MAX_MATCH_STEPS);
    pcre2_set_depth_limit(created->match_context, MAX_MATCH_DEPTH);
    *pattern = created;
    return true;
}

bool pattern_find(const struct pattern *pattern, struct text text, size_t from, size_t *begin,
                  size_t *end)
{
    if (!text.size)
        return false;
    int count = pcre2_match(pattern->code, (PCRE2_SPTR)text.bytes, text.size, from, PCRE2_NOTEMPTY,
                            pattern->match_data, pattern->match_context);
    if (count < 0)
        return false;
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(pattern->match_data);
    *begin = offsets[0];
    *end = offsets[1];
    return *end > *begin; /* \K can swap them */
}
