/* store_selection.c - which records a selection selects, and why it selects none. */
#include "base/hash_table.h"
#include "pipeline/store_private.h"

enum {
    MAX_LISTED_VALUES = 40,
    MAX_LIST_SIZE = 600, /* bytes of names in a message */
};

/* Calls `visit` for each value that the record has under that name; returns whether the record can
 * have one at all. */
static bool visit_values(const struct saved_record *record, struct text name,
                         void (*visit)(void *user, struct text value), void *user)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_name(name, record->fields[i].name)) {
            visit(user, record->fields[i].value);
            return true;
        }
    if (text_equal_name(name, TEXT("source")))
        visit(user, record->source);
    else if (text_equal_name(name, TEXT("lang")))
        visit(user, record->lang);
    else if (text_equal_name(name, TEXT("sentiment")))
        visit(user, text_of(sentiment_names[record->analysis.sentiment]));
    else if (text_equal_name(name, TEXT("topic")))
        for (size_t i = 0; i < record->analysis.topic_count; i++)
            visit(user, record->analysis.topics[i].topic);
    else
        return false;
    return true;
}

struct value_match {
    struct text wanted;
    bool found;
};

static void compare_value(void *user, struct text value)
{
    struct value_match *match = user;
    match->found |= text_equal_ignore_case(match->wanted, value);
}

bool store_matches_selection(const struct selection *selection, const struct saved_record *record)
{
    bool matches = true;
    for (size_t i = 0; matches && i < selection->where_count; i++) {
        struct value_match match = {.wanted = selection->where[i].value};
        visit_values(record, selection->where[i].name, compare_value, &match);
        matches = match.found;
    }
    return matches;
}

/* What the saved records have under the names of a selection. */
struct condition_check {
    struct value_match match;
    bool has_column;
    struct name_set values; /* the first MAX_LISTED_VALUES */
};

struct selection_check {
    const struct selection *selection;
    struct condition_check *conditions; /* one for each of selection->where */
    struct name_set columns;
    bool is_matched; /* some record is selected */
    bool is_empty;   /* no record is saved */
};

static void check_value(void *user, struct text value)
{
    struct condition_check *condition = user;
    compare_value(&condition->match, value);
    if (value.size > 0 && condition->values.count < MAX_LISTED_VALUES)
        name_set_add(&condition->values, value);
}

static bool find_match(void *user, const struct saved_record *record, struct error *error)
{
    (void)record;
    (void)error;
    struct selection_check *check = user;
    check->is_matched = true;
    return false; /* one is enough */
}

static bool check_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct selection_check *check = user;
    check->is_empty = false;
    for (size_t i = 0; i < record->field_count; i++)
        name_set_add(&check->columns, record->fields[i].name);
    for (size_t i = 0; i < check->selection->where_count; i++)
        check->conditions[i].has_column |= visit_values(record, check->selection->where[i].name,
                                                        check_value, &check->conditions[i]);
    return true;
}

static struct text list_names(const struct name_set *names, struct text list, struct arena *arena)
{
    for (size_t i = 0; i < names->count && list.size < MAX_LIST_SIZE; i++)
        list = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), list.size ? ", " : "",
                            TEXT_ARGUMENT(names->texts[i]));
    return list;
}

static bool report_condition(const struct selection_check *check, size_t i, struct arena *arena,
                             struct error *error)
{
    const struct condition_check *condition = &check->conditions[i];
    const struct field *where = &check->selection->where[i];
    if (!condition->has_column) {
        struct text columns =
            list_names(&check->columns, TEXT("source, lang, sentiment, topic"), arena);
        return error_set(error, ERROR_USAGE,
                         "%.*s=%.*s: no saved row has a column '%.*s'; the columns are %.*s",
                         TEXT_ARGUMENT(where->name), TEXT_ARGUMENT(where->value),
                         TEXT_ARGUMENT(where->name), TEXT_ARGUMENT(columns));
    }
    struct text values = list_names(&condition->values, (struct text){0}, arena);
    return condition->match.found ||
           error_set(error, ERROR_USAGE,
                     "%.*s=%.*s: no saved row has this value; %.*s is one of: %.*s",
                     TEXT_ARGUMENT(where->name), TEXT_ARGUMENT(where->value),
                     TEXT_ARGUMENT(where->name), TEXT_ARGUMENT(values));
}

bool store_check_selection(struct store *store, const struct selection *selection,
                           struct error *error)
{
    if (selection->where_count == 0)
        return true;
    struct arena arena = {0};
    struct selection_check check = {
        .selection = selection,
        .is_empty = true,
        .conditions = arena_alloc(&arena, selection->where_count, sizeof(*check.conditions))};
    for (size_t i = 0; i < selection->where_count; i++)
        check.conditions[i].match.wanted = selection->where[i].value;
    struct error fault = {0};
    bool ok = store_for_each_record(store, selection, find_match, &check, &fault) ||
              check.is_matched || error_set(error, fault.kind, "%s", fault.message);
    if (ok && !check.is_matched) {
        ok = store_for_each_record(store, NULL, check_record, &check, error);
        for (size_t i = 0; ok && !check.is_empty && i < selection->where_count; i++)
            ok = report_condition(&check, i, &arena, error);
    }
    for (size_t i = 0; i < selection->where_count; i++)
        name_set_free(&check.conditions[i].values);
    name_set_free(&check.columns);
    arena_free(&arena);
    return ok;
}

/* ---- Completion ---- */

bool store_for_each_filter(struct store *store, struct text column,
                           void (*visit)(void *user, struct text name), void *user,
                           struct error *error)
{
    /* The first records are enough for a suggestion. */
    static const char columns[] =
        "SELECT 'source' UNION SELECT 'lang' UNION SELECT 'sentiment' UNION SELECT 'topic'"
        " UNION SELECT key FROM (SELECT fields FROM feedback LIMIT 20000) AS f,"
        " json_each(f.fields) AS j";
    static const char values[] =
        "SELECT DISTINCT value FROM"
        " (SELECT source AS value FROM feedback WHERE lower(?1) = 'source'"
        "  UNION SELECT lang FROM feedback WHERE lower(?1) = 'lang'"
        "  UNION SELECT sentiment FROM analysis WHERE lower(?1) = 'sentiment'"
        "  UNION SELECT topic FROM mention WHERE lower(?1) = 'topic'"
        "  UNION SELECT j.value FROM (SELECT fields FROM feedback LIMIT 20000) AS f,"
        "   json_each(f.fields) AS j WHERE lower(j.key) = lower(?1))"
        " WHERE value IS NOT NULL ORDER BY value LIMIT 200";
    struct sql_statement *find = sql_prepare(store->sql, column.size ? values : columns, error);
    if (column.size)
        sql_bind_text(find, 1, column);
    while (sql_next_row(find))
        visit(user, sql_text(find, 0));
    return sql_finish(find, error);
}
