/* grouping.c - a row's segment and period. */
#include "stages/stats/grouping.h"

#include <stdio.h>

#include "base/hash_table.h"

bool grouping_parse_columns(struct grouping *grouping, struct error *error)
{
    struct text rest = grouping->by, name;
    while (rest.size > 0 && text_split(&rest, ',', &name)) {
        if (text_trim(name).size == 0)
            continue;
        if (grouping->name_count == GROUPING_MAX_COLUMNS)
            return error_set(error, ERROR_USAGE, "by = %.*s: expected at most %d columns",
                             TEXT_ARGUMENT(grouping->by), GROUPING_MAX_COLUMNS);
        grouping->names[grouping->name_count++] = text_trim(name);
    }
    return true;
}

static struct text find_field_value(const struct saved_record *row, struct text name, bool *found)
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

struct text grouping_format_segment(struct grouping *grouping, const struct saved_record *row,
                                    struct arena *arena)
{
    struct text segment = {0};
    grouping->row_count++;
    for (size_t i = 0; i < grouping->name_count; i++) {
        struct text value =
            text_trim(find_field_value(row, grouping->names[i], &grouping->found[i]));
        if (value.size == 0)
            value = TEXT("(none)");
        segment = arena_format(arena, "%.*s%s%.*s=%.*s", TEXT_ARGUMENT(segment),
                               segment.size > 0 ? "; " : "", TEXT_ARGUMENT(grouping->names[i]),
                               TEXT_ARGUMENT(value));
    }
    return segment.size > 0 ? segment : TEXT("all");
}

struct text grouping_format_period(const struct grouping *grouping, const struct saved_record *row,
                                   struct arena *arena)
{
    char period[16];
    calendar_format_period(row->created_at, grouping->period, period);
    return arena_copy_text(arena, text_of(period));
}

static bool collect_field_names(void *user, const struct saved_record *row, struct error *error)
{
    (void)error;
    struct name_set *names = user;
    for (size_t i = 0; i < row->field_count; i++)
        name_set_add(names, row->fields[i].name);
    return true;
}

bool grouping_check_columns(const struct grouping *grouping, struct store *store,
                            const struct selection *selection, uint64_t model_key,
                            const char *section, struct error *error)
{
    size_t missing = 0;
    while (missing < grouping->name_count && grouping->found[missing])
        missing++;
    if (missing == grouping->name_count || grouping->row_count == 0)
        return true;
    struct name_set names = {0};
    bool ok =
        store_for_each_record(store, selection, model_key, collect_field_names, &names, error);
    struct text column_list = TEXT("source, lang");
    for (size_t i = 0; i < names.count && column_list.size < 600; i++)
        column_list = arena_format(&names.arena, "%.*s, %.*s", TEXT_ARGUMENT(column_list),
                                   TEXT_ARGUMENT(names.texts[i]));
    if (ok)
        ok = error_set(error, ERROR_USAGE,
                       "[%s] by = %.*s: no row has a column '%.*s'; there are %.*s", section,
                       TEXT_ARGUMENT(grouping->by), TEXT_ARGUMENT(grouping->names[missing]),
                       TEXT_ARGUMENT(column_list));
    name_set_free(&names);
    return ok;
}
