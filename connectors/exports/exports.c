/* exports.c - the list of known exports, and what is the same for all of them. */
#include "connectors/exports/exports.h"

#include <math.h>

#include "connectors/columns/column_names.h"

/* Where several match, the first one counts. */
static const struct known_export *const export_lists[] = {
    google_play_exports,     trustpilot_exports,
    apple_exports,           app_store_connect_exports,
    google_business_exports, google_places_exports,
    amazon_exports,          yelp_exports,
    freshdesk_exports,       gorgias_exports,
    zendesk_exports,         intercom_exports,
    help_scout_exports,      typeform_exports,
    lime_survey_exports,     outlook_exports,
    disqus_exports,          wordpress_exports,
    stack_exchange_exports,  smartstore_exports,
    booking_exports,         employers_exports,
    shopify_exports,         woo_commerce_exports,
    steam_exports,           tripadvisor_exports,
    telegram_exports,        slack_exports,
    messenger_exports,       discourse_exports,
    reddit_exports,          kakao_talk_exports,
    youtube_exports,         annotation_exports,
};

enum { EXPORT_LIST_COUNT = sizeof(export_lists) / sizeof(*export_lists) };

/* The column of the first alternative in "A|B" that exists; SIZE_MAX if none does. */
static size_t find_column(enum export_form form, const char *alternatives, const struct text *names,
                          size_t count)
{
    struct text rest = text_of(alternatives), name;
    size_t column = SIZE_MAX;
    while (column == SIZE_MAX && text_split(&rest, '|', &name)) {
        column = column_find_exactly(names, count, name);
        if (column == SIZE_MAX && form == EXPORT_TABLE)
            column = column_find_ignoring_case(names, count, name);
    }
    return column;
}

static bool has_required_columns(const struct known_export *known_export, const struct text *names,
                                 size_t count)
{
    for (const char *const *required = known_export->required; *required; required++)
        if (find_column(known_export->form, *required, names, count) == SIZE_MAX)
            return false;
    return true;
}

static const struct known_export *find_by_columns(enum export_form form, const struct text *names,
                                                  size_t count)
{
    for (size_t i = 0; i < EXPORT_LIST_COUNT; i++)
        for (const struct known_export *next = export_lists[i]; next->name; next++)
            if (next->form == form && has_required_columns(next, names, count))
                return next;
    return NULL;
}

const struct known_export *exports_find_by_header(const struct text *names, size_t count)
{
    return find_by_columns(EXPORT_TABLE, names, count);
}

const struct known_export *exports_find_by_fields(const struct fields *fields)
{
    return find_by_columns(EXPORT_OBJECTS, fields->names, fields->count);
}

const struct known_export *exports_find_by_elements(struct text root, const struct text *elements,
                                                    size_t count)
{
    for (size_t i = 0; i < EXPORT_LIST_COUNT; i++)
        for (const struct known_export *next = export_lists[i]; next->name; next++)
            if (next->form == EXPORT_ELEMENTS && text_equal(root, text_of(next->root)) &&
                column_find_exactly(elements, count, text_of(next->element)) != SIZE_MAX)
                return next;
    return NULL;
}

struct known_roles export_find_roles(const struct known_export *known_export,
                                     const struct text *names, size_t count)
{
    struct known_roles known_roles = {.rating_scale = known_export->rating_scale};
    for (size_t i = 0; i < ROLE_COUNT && known_export->roles[i].role != ROLE_NONE; i++) {
        const char *columns = known_export->roles[i].columns;
        size_t column = find_column(known_export->form, columns, names, count);
        if (column != SIZE_MAX || columns[0] == '\0' || known_export->form == EXPORT_TABLE)
            known_roles_set(&known_roles, known_export->roles[i].role, column);
    }
    return known_roles;
}

bool export_accepts_fields(const struct known_export *known_export, const struct fields *fields)
{
    for (size_t i = 0; i < MAX_SKIP_RULES && known_export->skip_rules[i]; i++) {
        struct text rule = text_of(known_export->skip_rules[i]);
        size_t equals = text_find(rule, TEXT("="), 0);
        const struct text *value = fields_find(fields, text_slice(rule, 0, equals));
        if (value && (equals == rule.size ||
                      text_equal_ignore_case(*value, text_slice(rule, equals + 1, rule.size))))
            return false;
    }
    return true;
}

struct text export_field_value(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_ignore_case(text_trim(record->fields[i].name), text_of(name)))
            return text_trim(record->fields[i].value);
    return (struct text){0};
}

void export_use_rating_word(struct record *record, const char *name)
{
    static const struct {
        const char *word;
        double rating;
    } words[] = {{"great", 3}, {"good", 3}, {"okay", 2}, {"not good", 1}, {"bad", 1}};
    struct text cell = export_field_value(record, name);
    for (size_t i = 0; isnan(record->rating) && i < sizeof(words) / sizeof(*words); i++)
        if (text_equal_ignore_case(cell, text_of(words[i].word))) {
            record->rating = words[i].rating;
            record->rating_scale = 3;
        }
}

void export_use_first_date(struct record *record, const char *const *names)
{
    for (; *names && record->created_at == TIME_UNKNOWN; names++)
        if (!date_parse(export_field_value(record, *names), DATE_ORDER_YMD, 0, &record->created_at))
            record->created_at = TIME_UNKNOWN;
}

struct text exports_explain(const char *name, enum mojibake mojibake, struct text answers,
                            struct arena *arena)
{
    struct text lines = {0};
    if (name)
        lines = arena_format(arena, "recognized: %s\n", name);
    if (mojibake != MOJIBAKE_NONE)
        lines = arena_format(arena, "%.*sletters: UTF-8 that was read as %s is repaired\n",
                             TEXT_ARGUMENT(lines), mojibake_name(mojibake));
    return arena_format(arena, "%.*s%.*s", TEXT_ARGUMENT(lines), TEXT_ARGUMENT(answers));
}
