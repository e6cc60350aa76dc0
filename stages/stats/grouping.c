/* grouping.c - a record's segment and period. */
#include "stages/stats/grouping.h"

enum { MAX_COLUMN_LIST_SIZE = 600 }; /* bytes of column names in a message */

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

struct text grouping_find_value(const struct saved_record *record, struct text name, bool *found)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_name(record->fields[i].name, name)) {
            *found = true;
            struct text value = text_trim(record->fields[i].value);
            return text_equal(value, TEXT("(none)")) ? (struct text){0} : value;
        }
    bool is_source = text_equal_name(name, TEXT("source")),
         is_lang = text_equal_name(name, TEXT("lang"));
    *found |= is_source || is_lang;
    return text_trim(is_source ? record->source : is_lang ? record->lang : (struct text){0});
}

struct group_key grouping_make_key(struct grouping *grouping, const struct saved_record *record,
                                   struct arena *arena)
{
    struct field *fields = arena_alloc(arena, grouping->name_count, sizeof(*fields));
    grouping->record_count++;
    for (size_t i = 0; i < grouping->name_count; i++)
        fields[i] = (struct field){
            .name = grouping->names[i],
            .value = grouping_find_value(record, grouping->names[i], &grouping->found[i])};
    return (struct group_key){.fields = fields, .field_count = grouping->name_count};
}

struct text grouping_format_period(const struct grouping *grouping,
                                   const struct saved_record *record, struct arena *arena)
{
    char period[16];
    calendar_format_period(record->created_at, grouping->period, period);
    return arena_copy_text(arena, text_of(period));
}

static bool collect_field_names(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct name_set *names = user;
    for (size_t i = 0; i < record->field_count; i++)
        name_set_add(names, record->fields[i].name);
    return true;
}

static bool is_known_column(struct text name, const struct name_set *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        if (text_equal_name(columns->texts[i], name))
            return true;
    return text_equal_name(name, TEXT("source")) || text_equal_name(name, TEXT("lang"));
}

bool grouping_check_columns(const struct grouping *grouping, const struct name_set *columns,
                            const char *section, struct error *error)
{
    size_t missing = 0;
    while (missing < grouping->name_count && is_known_column(grouping->names[missing], columns))
        missing++;
    if (missing == grouping->name_count)
        return true;
    struct arena arena = {0};
    struct text column_list = TEXT("source, lang");
    for (size_t i = 0; i < columns->count && column_list.size < MAX_COLUMN_LIST_SIZE; i++)
        column_list = arena_format(&arena, "%.*s, %.*s", TEXT_ARGUMENT(column_list),
                                   TEXT_ARGUMENT(columns->texts[i]));
    error_set(error, ERROR_USAGE,
              "[%s] by = %.*s: no record has a column '%.*s'; the columns are %.*s", section,
              TEXT_ARGUMENT(grouping->by), TEXT_ARGUMENT(grouping->names[missing]),
              TEXT_ARGUMENT(column_list));
    arena_free(&arena);
    return false;
}

bool grouping_check_records(const struct grouping *grouping,
                            const struct stage_context *stage_context, const char *section,
                            struct error *error)
{
    size_t missing = 0;
    while (missing < grouping->name_count && grouping->found[missing])
        missing++;
    if (missing == grouping->name_count || grouping->record_count == 0)
        return true;
    struct name_set names = {0};
    bool ok = store_for_each_record(stage_context->store, stage_context->selection,
                                    collect_field_names, &names, error) &&
              grouping_check_columns(grouping, &names, section, error);
    name_set_free(&names);
    return ok;
}
