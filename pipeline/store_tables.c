/* store_tables.c - the tables of a report, row by row. */
#include <string.h>

#include "base/json_writer.h"
#include "pipeline/store_private.h"

const char *const store_tables[] = {"feedback",  "topics",     "shares",  "insights",
                                    "summaries", "key_points", "rejects", NULL};

/* Parameters: ?1 is the model key, ?2 the view. */
static const struct report_table {
    const char *name;
    const char *query;
    const char *selection_query; /* the same for temp.selected; NULL: the view selects the rows */
} report_tables[] = {
    {"feedback", STORE_FEEDBACK_QUERY("?1") " ORDER BY f.source, f.created_at, f.id < 0, f.id",
     STORE_FEEDBACK_QUERY("?1") " AND f.id IN (SELECT id FROM temp.selected)"
                                " ORDER BY f.source, f.created_at, f.id < 0, f.id"},
    {"topics", STORE_TOPICS_QUERY " WHERE view = ?2" STORE_TOPICS_ORDER, NULL},
    {"shares", STORE_SHARES_QUERY " WHERE view = ?2" STORE_SHARES_ORDER, NULL},
    {"insights", STORE_INSIGHTS_QUERY " WHERE i.view = ?2" STORE_INSIGHTS_ORDER, NULL},
    {"summaries", STORE_SUMMARIES_QUERY " WHERE view = ?2" STORE_SUMMARIES_ORDER, NULL},
    {"key_points", STORE_KEY_POINTS_QUERY " WHERE s.view = ?2" STORE_KEY_POINTS_ORDER, NULL},
    {"said", STORE_SAID_QUERY " WHERE s.view = ?2" STORE_SAID_ORDER, NULL}, /* of no file */
    {"rejects",
     STORE_REJECTS_QUERY " WHERE file.run_id = (SELECT max(id) FROM run)"
                         " ORDER BY file.path, line, byte_offset, reject.id",
     NULL},
};

static const struct report_table *find_report_table(const char *name)
{
    for (size_t i = 0; i < sizeof(report_tables) / sizeof(*report_tables); i++)
        if (strcmp(report_tables[i].name, name) == 0)
            return &report_tables[i];
    return NULL;
}

/* All other columns hold numbers. */
static bool is_text_column(const char *name)
{
    static const char *const text_columns[] = {
        "feedback_id",  "source",        "external_id", "created_at",
        "lang",         "text",          "sentiment",   "topics",
        "title",        "period",        "segment",     "topic",
        "top_quote_id", "group",         "summary",     "evidence_ids",
        "quotes",       "finish_reason", "file",        "reason",
        "raw",          "lang_source",   "author",      "question",
        "asked_for",    "label",         "method",      "share_method",
        "kind",         "state",         "sentence",    "topic_name",
        "parent",       "owner",         "measure",     "phrase",
        "point",        "polarity",      "first_seen",  "last_seen",
        "written_by",   "subject",       NULL};
    for (const char *const *text = text_columns; *text; text++)
        if (strcmp(*text, name) == 0)
            return true;
    return false;
}

/* SQLite itself would print the real 5 as "5.0". */
static struct text format_cell(const struct sql_statement *rows, int column, char digits[32])
{
    if (!sql_is_real(rows, column))
        return sql_text(rows, column);
    return (struct text){digits, json_format_real(sql_real(rows, column), digits)};
}

static bool visit_result_rows(struct sql_statement *rows, const struct table_visitor *visitor,
                              struct error *error)
{
    size_t count = (size_t)sql_column_count(rows);
    struct arena arena = {0};
    struct column *columns = arena_alloc(&arena, count, sizeof(*columns));
    struct text *cells = arena_alloc(&arena, count, sizeof(*cells));
    char(*digits)[32] = arena_alloc(&arena, count, sizeof(*digits));
    for (size_t i = 0; i < count; i++) {
        const char *name = sql_column_name(rows, (int)i);
        columns[i] = (struct column){name, is_text_column(name) ? COLUMN_TEXT : COLUMN_NUMBER};
    }
    bool ok = visitor->begin(visitor->user, columns, count, error);
    while (ok && sql_next_row(rows)) {
        for (size_t i = 0; i < count; i++)
            cells[i] = format_cell(rows, (int)i, digits[i]);
        ok = visitor->row(visitor->user, cells, count, error);
    }
    arena_free(&arena);
    return ok;
}

bool store_for_each_table_row(struct store *store, const char *name,
                              const struct selection *selection,
                              const struct table_visitor *visitor, struct error *error)
{
    const struct report_table *report_table = find_report_table(name);
    if (!report_table)
        return error_set(error, ERROR_USAGE, "there is no table '%s'", name);
    bool is_filtered = report_table->selection_query && selection && selection->view;
    if (is_filtered && !store_fill_selected_ids(store, selection, error))
        return false;
    struct sql_statement *rows = sql_prepare(
        store->sql, is_filtered ? report_table->selection_query : report_table->query, error);
    if (!rows)
        return false;
    if (report_table->selection_query) /* only this table depends on the model */
        sql_bind_hash(rows, 1, store->model_key);
    else if (strcmp(name, "rejects") != 0)
        sql_bind_hash(rows, 2, selection ? selection->view : 0);
    bool ok = visit_result_rows(rows, visitor, error);
    return sql_finish(rows, error) && ok;
}
