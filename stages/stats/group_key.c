/* group_key.c - a row's segment and period. */
#include "stages/stats/group_key.h"

#include <stdio.h>

#include "base/table.h"

bool split_open(struct split *split, struct error *error)
{
    struct text rest = split->by, name;
    while (rest.size > 0 && text_split(&rest, ',', &name)) {
        if (text_trim(name).size == 0)
            continue;
        if (split->name_count == SPLIT_MOST_FIELDS)
            return error_set(error, ERROR_USAGE, "by = %.*s: expected at most %d columns",
                             TEXT_ARGUMENT(split->by), SPLIT_MOST_FIELDS);
        split->names[split->name_count++] = text_trim(name);
    }
    return true;
}

static struct text value_of(const struct row *row, struct text name, bool *found)
{
    for (size_t i = 0; i < row->field_count; i++)
        if (text_equal_name(row->fields[i].name, name)) {
            *found = true;
            return row->fields[i].value;
        }
    bool is_source = text_equal_name(name, TEXT("source")),
         is_lang = text_equal_name(name, TEXT("lang"));
    *found |= is_source || is_lang;
    return is_source ? row->source : is_lang ? row->lang : (struct text){0};
}

struct text split_segment(struct split *split, const struct row *row, struct arena *arena)
{
    struct text segment = {0};
    split->row_count++;
    for (size_t i = 0; i < split->name_count; i++) {
        struct text value = text_trim(value_of(row, split->names[i], &split->found[i]));
        if (value.size == 0)
            value = TEXT("(none)");
        segment = arena_format(arena, "%.*s%s%.*s=%.*s", TEXT_ARGUMENT(segment),
                               segment.size > 0 ? "; " : "", TEXT_ARGUMENT(split->names[i]),
                               TEXT_ARGUMENT(value));
    }
    return segment.size > 0 ? segment : TEXT("all");
}

struct text split_period(const struct split *split, const struct row *row, struct arena *arena)
{
    char period[16];
    calendar_period(row->created_at, split->period, period);
    return arena_copy(arena, text_of(period));
}

static bool note_names(void *user, const struct row *row, struct error *error)
{
    (void)error;
    struct names *names = user;
    for (size_t i = 0; i < row->field_count; i++)
        names_add(names, row->fields[i].name);
    return true;
}

bool split_check(const struct split *split, struct store *store, const struct selection *selection,
                 uint64_t model_key, const char *section, struct error *error)
{
    size_t missing = 0;
    while (missing < split->name_count && split->found[missing])
        missing++;
    if (missing == split->name_count || split->row_count == 0)
        return true;
    struct names names = {0};
    bool ok = store_each_row(store, selection, model_key, note_names, &names, error);
    struct text list = TEXT("source, lang");
    for (size_t i = 0; i < names.count && list.size < 600; i++)
        list = arena_format(&names.arena, "%.*s, %.*s", TEXT_ARGUMENT(list),
                            TEXT_ARGUMENT(names.texts[i]));
    if (ok)
        ok = error_set(error, ERROR_USAGE,
                       "[%s] by = %.*s: no row has a column '%.*s'; there are %.*s", section,
                       TEXT_ARGUMENT(split->by), TEXT_ARGUMENT(split->names[missing]),
                       TEXT_ARGUMENT(list));
    names_free(&names);
    return ok;
}
