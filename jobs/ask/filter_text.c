/* filter_text.c - the filter of a question, in words and as SQL. */
#include "jobs/ask/filter_text.h"

static struct text append(struct text list, const char *separator, struct text item,
                          struct arena *arena)
{
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), list.size ? separator : "",
                        TEXT_ARGUMENT(item));
}

static struct text format_day(int64_t seconds, struct arena *arena)
{
    char text[32];
    calendar_format(seconds, text);
    return arena_copy_text(arena, text_slice(text_of(text), 0, 10));
}

struct text filter_text_describe(const struct question *question, const struct corpus *corpus,
                                 struct arena *arena)
{
    struct text list = {0};
    for (size_t i = 0; i < question->filter_count; i++) {
        const struct value_filter *filter = &question->filters[i];
        const struct corpus_column *column = &corpus->columns[filter->column];
        struct text values = {0};
        for (size_t k = 0; k < filter->value_count; k++)
            values = append(values, " or ", column->values.texts[filter->values[k]], arena);
        list = append(
            list, "; ",
            arena_format(arena, "%.*s = %.*s", TEXT_ARGUMENT(column->name), TEXT_ARGUMENT(values)),
            arena);
    }
    if (question->stars)
        list = append(list, "; ",
                      arena_format(arena, "%lld star%s", (long long)question->stars,
                                   question->stars == 1 ? "" : "s"),
                      arena);
    struct time_span span = question->time_span;
    if (span.since != TIME_UNKNOWN)
        list = append(
            list, "; ",
            arena_format(arena, "since %.*s", TEXT_ARGUMENT(format_day(span.since, arena))), arena);
    if (span.until != TIME_UNKNOWN) /* the last day that counts */
        list = append(
            list, "; ",
            arena_format(arena, "until %.*s", TEXT_ARGUMENT(format_day(span.until - 1, arena))),
            arena);
    return list;
}

/* As an SQL string: quotes are doubled. */
static struct text quote_sql(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size * 2 + 3, 1);
    size_t size = 0;
    bytes[size++] = '\'';
    for (size_t i = 0; i < text.size; i++) {
        bytes[size++] = text.bytes[i];
        if (text.bytes[i] == '\'')
            bytes[size++] = '\'';
    }
    bytes[size++] = '\'';
    return (struct text){bytes, size};
}

static struct text format_column_sql(const struct corpus *corpus, size_t column,
                                     struct arena *arena)
{
    if (column == CORPUS_SOURCE)
        return TEXT("f.source");
    if (column == CORPUS_LANG)
        return TEXT("coalesce(f.lang, (SELECT lang FROM language WHERE source = f.source))");
    struct text spellings = {0};
    const struct name_set *names = &corpus->columns[column].names;
    for (size_t i = 0; i < names->count; i++) {
        struct text path = arena_format(arena, "$.\"%.*s\"", TEXT_ARGUMENT(names->texts[i]));
        spellings = append(spellings, ", ",
                           arena_format(arena, "json_extract(f.fields, %.*s)",
                                        TEXT_ARGUMENT(quote_sql(path, arena))),
                           arena);
    }
    return names->count == 1 ? spellings
                             : arena_format(arena, "coalesce(%.*s)", TEXT_ARGUMENT(spellings));
}

static struct text format_value_sql(const struct value_filter *filter, const struct corpus *corpus,
                                    struct arena *arena)
{
    struct text column = format_column_sql(corpus, filter->column, arena), values = {0};
    for (size_t i = 0; i < filter->value_count; i++)
        values = append(
            values, ", ",
            quote_sql(corpus->columns[filter->column].values.texts[filter->values[i]], arena),
            arena);
    struct text condition =
        arena_format(arena, "%.*s IN (%.*s)", TEXT_ARGUMENT(column), TEXT_ARGUMENT(values));
    if (filter->mention_query.size == 0)
        return condition;
    return arena_format(arena,
                        "(%.*s\n   OR (%.*s IS NULL AND f.id IN (SELECT p.feedback_id"
                        " FROM passage_words JOIN passage AS p ON p.id = passage_words.rowid"
                        "\n    WHERE passage_words MATCH %.*s)))",
                        TEXT_ARGUMENT(condition), TEXT_ARGUMENT(column),
                        TEXT_ARGUMENT(quote_sql(filter->mention_query, arena)));
}

struct text filter_text_format_sql(const struct question *question, const struct corpus *corpus,
                                   struct arena *arena)
{
    struct text where = TEXT("f.no_opinion = 0");
    for (size_t i = 0; i < question->filter_count; i++)
        where = append(where, "\n  AND ", format_value_sql(&question->filters[i], corpus, arena),
                       arena);
    if (question->stars)
        where = append(where, "\n  AND ",
                       arena_format(arena, "f.rating_scale = 5 AND f.rating = %lld",
                                    (long long)question->stars),
                       arena);
    if (question->time_span.since != TIME_UNKNOWN)
        where = append(
            where, "\n  AND ",
            arena_format(arena, "f.created_at >= %lld", (long long)question->time_span.since),
            arena);
    if (question->time_span.until != TIME_UNKNOWN)
        where =
            append(where, "\n  AND ",
                   arena_format(arena, "f.created_at < %lld", (long long)question->time_span.until),
                   arena);
    return arena_format(arena,
                        "SELECT printf('%%016x', f.id) AS feedback_id, f.text FROM feedback AS f\n"
                        "WHERE %.*s\nORDER BY f.created_at DESC, f.id;",
                        TEXT_ARGUMENT(where));
}
