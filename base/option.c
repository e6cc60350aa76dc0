/* option.c - sets a component's state from its option table. */
#include "base/option.h"

#include <math.h>
#include <string.h>

static bool is_in_range(const struct option *option, double number)
{
    return option->min == option->max || (number >= option->min && number <= option->max);
}

static bool set_number(const struct option *option, void *field, struct text value,
                       const char *where, struct error *error)
{
    double number;
    int64_t integer = 0;
    bool is_integer = option->type == OPTION_INTEGER;
    bool is_parsed = is_integer ? text_to_integer(value, &integer) : text_to_real(value, &number);
    if (is_integer)
        number = (double)integer;
    if (!is_parsed || !isfinite(number) || !is_in_range(option, number)) {
        if (option->min == option->max)
            return error_set(error, ERROR_USAGE, "%s: %s = %.*s: expected a%s number", where,
                             option->name, TEXT_ARGUMENT(value), is_integer ? " whole" : "");
        return error_set(error, ERROR_USAGE, "%s: %s = %.*s: expected a%s number from %g to %g",
                         where, option->name, TEXT_ARGUMENT(value), is_integer ? " whole" : "",
                         option->min, option->max);
    }
    if (is_integer)
        *(int64_t *)field = integer;
    else
        *(double *)field = number;
    return true;
}

static bool set_boolean(const struct option *option, bool *field, struct text value,
                        const char *where, struct error *error)
{
    static const char *const true_words[] = {"yes", "true", "on", "1", NULL};
    static const char *const false_words[] = {"no", "false", "off", "0", NULL};
    bool is_true = text_is_one_of_ignore_case(value, true_words);
    if (is_true || text_is_one_of_ignore_case(value, false_words)) {
        *field = is_true;
        return true;
    }
    return error_set(error, ERROR_USAGE, "%s: %s = %.*s: expected yes or no", where, option->name,
                     TEXT_ARGUMENT(value));
}

static bool set_choice(const struct option *option, struct text *field, struct text value,
                       const char *where, struct error *error)
{
    struct text rest = text_of(option->choices), choice;
    while (text_split(&rest, '|', &choice))
        if (text_equal(choice, value)) {
            *field = choice;
            return true;
        }
    return error_set(error, ERROR_USAGE, "%s: %s = %.*s: expected one of %s", where, option->name,
                     TEXT_ARGUMENT(value), option->choices);
}

bool option_set(const struct option *option, void *state, struct text value, const char *where,
                struct error *error)
{
    void *field = (char *)state + option->offset;
    switch (option->type) {
    case OPTION_TEXT:
    case OPTION_FILE:
        *(struct text *)field = value;
        return true;
    case OPTION_INTEGER:
    case OPTION_REAL:
        return set_number(option, field, value, where, error);
    case OPTION_BOOLEAN:
        return set_boolean(option, field, value, where, error);
    case OPTION_CHOICE:
        return set_choice(option, field, value, where, error);
    }
    return error_set(error, ERROR_USAGE, "%s: %s: unknown option type", where, option->name);
}

void option_set_defaults(const struct option *options, void *state)
{
    for (const struct option *option = options; option && option->name; option++)
        if (option->default_value)
            option_set(option, state, text_of(option->default_value), "default", NULL);
}

const struct option *option_find(const struct option *options, struct text name)
{
    for (const struct option *option = options; option && option->name; option++)
        if (text_equal(text_of(option->name), name))
            return option;
    return NULL;
}

enum { MAX_NAME_SIZE = 40 };

/* Levenshtein distance; long names count as far apart. */
static size_t edit_distance(struct text a, struct text b)
{
    if (a.size > MAX_NAME_SIZE || b.size > MAX_NAME_SIZE)
        return MAX_NAME_SIZE;
    size_t row[MAX_NAME_SIZE + 1];
    for (size_t j = 0; j <= b.size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t best = diagonal + (a.bytes[i - 1] != b.bytes[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.size];
}

const char *option_find_closest_name(const char *const *names, struct text word)
{
    const char *closest = NULL;
    size_t closest_distance = word.size / 3 + 2;
    for (; *names; names++) {
        size_t distance = edit_distance(text_of(*names), word);
        if (distance < closest_distance) {
            closest_distance = distance;
            closest = *names;
        }
    }
    return closest;
}
