/* store_facts.c - what only all rows of a source show: collected with every batch, decided after
 * pass 1, and applied to the saved records. */
#include <math.h>

#include "pipeline/store_private.h"

/* ---- Loading ---- */

static void read_date_fact(const struct sql_statement *row, struct column_facts *facts)
{
    struct date_facts dates = {
        .shape = sql_hash(row, 0),
        .column = sql_text(row, 1),
        .separator = (char)sql_integer(row, 2),
        .has_long_years = sql_integer(row, 3),
        .given_order = (enum date_order)sql_integer(row, 4),
        .impossible = (unsigned)sql_integer(row, 5),
        .future = (unsigned)sql_integer(row, 6),
        .differing = (unsigned)sql_integer(row, 7),
    };
    for (int i = 0; i < 3 * DATE_NUMBER_WORDS; i++)
        dates.numbers[i / DATE_NUMBER_WORDS][i % DATE_NUMBER_WORDS] = sql_hash(row, 8 + i);
    for (int order = 0; order < DATE_ORDER_COUNT; order++)
        dates.examples[order] = sql_text(row, 14 + order);
    column_facts_merge_dates(facts, &dates);
}

/* What to load: the facts of a source under one setting, or under all of them. */
struct fact_selection {
    struct text source;
    const uint64_t *settings_hash; /* NULL: all */
};

/* The latest settings last: they count. */
#define SELECTED_FACTS                                                                             \
    " WHERE source = ?1 AND (?2 IS NULL OR settings_hash = ?2) ORDER BY coalesce((SELECT run_id"   \
    " FROM reading WHERE reading.settings_hash = fact.settings_hash), 0)"

static void bind_selection(struct sql_statement *rows, const struct fact_selection *selection)
{
    sql_bind_text(rows, 1, selection->source);
    if (selection->settings_hash)
        sql_bind_hash(rows, 2, *selection->settings_hash);
}

static bool load_date_facts(struct store *store, const struct fact_selection *selection,
                            struct column_facts *facts, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT shape, \"column\", separator, long_years, given_order, impossible,"
                    " future, differing, first_low, first_high, second_low, second_high, third_low,"
                    " third_high, open_example, ymd_example, mdy_example, dmy_example"
                    " FROM date_fact AS fact" SELECTED_FACTS ", settings_hash, shape",
                    error);
    bind_selection(rows, selection);
    while (sql_next_row(rows))
        read_date_fact(rows, facts);
    for (size_t i = 0; i < facts->date_count; i++)
        facts->dates[i].is_changed = false;
    return sql_finish(rows, error);
}

static bool load_rating_facts(struct store *store, const struct fact_selection *selection,
                              struct column_facts *facts, struct error *error)
{
    struct sql_statement *rows = sql_prepare(
        store->sql,
        "SELECT rating_column, name, min, max, second, has_others, stated_scale, given_scale,"
        " hinted_scale FROM rating_fact AS fact" SELECTED_FACTS ", settings_hash, rating_column",
        error);
    bind_selection(rows, selection);
    while (sql_next_row(rows)) {
        struct rating_facts ratings = {
            .column = sql_hash(rows, 0),
            .column_name = sql_text(rows, 1),
            .min = sql_real(rows, 2),
            .max = sql_real(rows, 3),
            .second = sql_real(rows, 4),
            .has_others = sql_integer(rows, 5),
            .stated_scale = sql_real(rows, 6),
            .given_scale = sql_real(rows, 7),
            .hinted_scale = sql_real(rows, 8),
        };
        column_facts_merge_ratings(facts, &ratings);
    }
    for (size_t i = 0; i < facts->rating_count; i++)
        facts->ratings[i].is_changed = false;
    return sql_finish(rows, error);
}

static bool load_facts(struct store *store, const struct fact_selection *selection,
                       struct column_facts *facts, struct error *error)
{
    return load_date_facts(store, selection, facts, error) &&
           load_rating_facts(store, selection, facts, error);
}

static bool count_dates(struct store *store, struct text source, struct column_facts *facts,
                        struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT date_shape, count(*),"
                    " count(nullif(date_dmy <> date_mdy AND date_file_order IS NULL, 0)),"
                    " count(nullif(date_dmy <> date_ymd AND date_file_order IS NULL, 0)),"
                    " count(nullif(date_mdy <> date_ymd AND date_file_order IS NULL, 0))"
                    " FROM feedback WHERE source = ? AND date_shape IS NOT NULL GROUP BY 1",
                    error);
    sql_bind_text(rows, 1, source);
    while (sql_next_row(rows)) {
        struct date_facts *dates = column_facts_get_date(facts, sql_hash(rows, 0));
        dates->row_count = sql_hash(rows, 1);
        for (int pair = 0; pair < DATE_PAIR_COUNT; pair++)
            dates->differing_rows[pair] = sql_hash(rows, 2 + pair);
    }
    return sql_finish(rows, error);
}

static bool count_ratings(struct store *store, struct text source, struct column_facts *facts,
                          struct error *error)
{
    struct sql_statement *rows = sql_prepare(
        store->sql,
        "SELECT f.rating_column, count(*), count(nullif(f.rating = r.max, 0)) FROM feedback AS f"
        " JOIN (SELECT rating_column, max(max) AS max FROM rating_fact WHERE source = ?1"
        "  GROUP BY 1) AS r ON r.rating_column = f.rating_column"
        " WHERE f.source = ?1 GROUP BY 1",
        error);
    sql_bind_text(rows, 1, source);
    while (sql_next_row(rows)) {
        struct rating_facts *ratings = column_facts_get_rating(facts, sql_hash(rows, 0));
        ratings->row_count = sql_hash(rows, 1);
        ratings->max_rows = sql_hash(rows, 2);
    }
    return sql_finish(rows, error);
}

bool store_load_column_facts(struct store *store, struct text source, struct column_facts *facts,
                             struct error *error)
{
    return load_facts(store, &(struct fact_selection){.source = source}, facts, error) &&
           count_ratings(store, source, facts, error);
}

/* Where the future begins for this run: its start decides, so that it may be resumed later. */
static bool load_future(struct store *store, int64_t *future_begins, struct error *error)
{
    struct sql_statement *select = sql_prepare(
        store->sql, "SELECT cast(strftime('%s', started_at) AS INTEGER) FROM run WHERE id = ?",
        error);
    sql_bind_hash(select, 1, store->run_id);
    *future_begins = sql_next_row(select) ? column_facts_future(sql_integer(select, 0)) : INT64_MAX;
    return sql_finish(select, error);
}

/* ---- Saving ---- */

static bool save_date_fact(struct store *store, const struct date_facts *dates, struct error *error)
{
    struct sql_statement *save = sql_prepare(
        store->sql,
        "INSERT OR REPLACE INTO date_fact (source, shape, \"column\", separator, long_years,"
        " given_order, impossible, future, differing, first_low, first_high, second_low,"
        " second_high, third_low, third_high, open_example, ymd_example, mdy_example, dmy_example,"
        " settings_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        error);
    sql_bind_text(save, 1, store->facts_source);
    sql_bind_hash(save, 2, dates->shape);
    sql_bind_text(save, 3, dates->column);
    sql_bind_integer(save, 4, dates->separator);
    sql_bind_integer(save, 5, dates->has_long_years);
    sql_bind_integer(save, 6, dates->given_order);
    sql_bind_integer(save, 7, dates->impossible);
    sql_bind_integer(save, 8, dates->future);
    sql_bind_integer(save, 9, dates->differing);
    for (int i = 0; i < 3 * DATE_NUMBER_WORDS; i++)
        sql_bind_hash(save, 10 + i, dates->numbers[i / DATE_NUMBER_WORDS][i % DATE_NUMBER_WORDS]);
    for (int order = 0; order < DATE_ORDER_COUNT; order++)
        sql_bind_text_or_null(save, 16 + order, dates->examples[order]);
    sql_bind_hash(save, 16 + DATE_ORDER_COUNT, store->facts_settings_hash);
    return sql_run(save, error);
}

static bool save_rating_fact(struct store *store, const struct rating_facts *ratings,
                             struct error *error)
{
    struct sql_statement *save =
        sql_prepare(store->sql,
                    "INSERT OR REPLACE INTO rating_fact (source, rating_column, name, min, max,"
                    " has_others, stated_scale, given_scale, hinted_scale, second,"
                    " settings_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    error);
    sql_bind_text(save, 1, store->facts_source);
    sql_bind_hash(save, 2, ratings->column);
    sql_bind_text(save, 3, ratings->column_name);
    sql_bind_real(save, 4, ratings->min);
    sql_bind_real(save, 5, ratings->max);
    sql_bind_integer(save, 6, ratings->has_others);
    sql_bind_real(save, 7, ratings->stated_scale);
    sql_bind_real(save, 8, ratings->given_scale);
    sql_bind_real(save, 9, ratings->hinted_scale);
    sql_bind_real(save, 10, ratings->second);
    sql_bind_hash(save, 11, store->facts_settings_hash);
    return sql_run(save, error);
}

static bool save_changed_facts(struct store *store, struct error *error)
{
    struct column_facts *facts = &store->facts;
    bool ok = true;
    for (size_t i = 0; ok && i < facts->date_count; i++) {
        if (facts->dates[i].is_changed)
            ok = save_date_fact(store, &facts->dates[i], error);
        facts->dates[i].is_changed = false;
    }
    for (size_t i = 0; ok && i < facts->rating_count; i++) {
        if (facts->ratings[i].is_changed)
            ok = save_rating_fact(store, &facts->ratings[i], error);
        facts->ratings[i].is_changed = false;
    }
    return ok;
}

/* Makes store->facts those of the batch's source and settings. */
static bool select_facts(struct store *store, const struct batch *batch, struct error *error)
{
    if (store->facts.future_begins && text_equal(store->facts_source, batch->source) &&
        store->facts_settings_hash == batch->settings_hash)
        return true;
    column_facts_free(&store->facts);
    store->facts_source = arena_copy_text(&store->facts.arena, batch->source);
    store->facts_settings_hash = batch->settings_hash;
    struct fact_selection selection = {batch->source, &batch->settings_hash};
    return load_future(store, &store->facts.future_begins, error) &&
           load_facts(store, &selection, &store->facts, error);
}

bool store_save_column_facts(struct store *store, const struct batch *batch, struct error *error)
{
    if (!select_facts(store, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        column_facts_add(&store->facts, &batch->records[i]);
    return save_changed_facts(store, error);
}

/* ---- Deciding ---- */

/* As date_readings_choose, for the order ?3; of rows that contradict each other (?4), for that of
 * the file. */
#define CHOSEN_TIME                                                                                \
    "coalesce(CASE iif(?4, coalesce(date_file_order, ?3), ?3)"                                     \
    " WHEN 1 THEN date_ymd WHEN 2 THEN date_mdy ELSE date_dmy END, date_dmy, date_mdy, date_ymd)"

static bool update_dates(struct store *store, struct text source, const struct date_facts *dates,
                         struct error *error)
{
    struct date_decision decision = date_facts_decide(dates);
    struct sql_statement *update =
        sql_prepare(store->sql,
                    "UPDATE feedback SET created_at = " CHOSEN_TIME
                    " WHERE source = ?1 AND date_shape = ?2 AND created_at IS NOT " CHOSEN_TIME,
                    error);
    sql_bind_text(update, 1, source);
    sql_bind_hash(update, 2, dates->shape);
    sql_bind_integer(update, 3, decision.order);
    sql_bind_integer(update, 4, decision.basis == DATE_BASIS_MIXED);
    return sql_run(update, error);
}

/* A rating above the scale is none: it has no scale, and the views do not show it. */
static bool update_scales(struct store *store, struct text source,
                          const struct rating_facts *ratings, struct error *error)
{
    struct sql_statement *update =
        sql_prepare(store->sql,
                    "UPDATE feedback SET rating_scale = iif(rating <= ?3, ?3, NULL)"
                    " WHERE source = ?1 AND rating_column = ?2"
                    " AND rating_scale IS NOT iif(rating <= ?3, ?3, NULL)",
                    error);
    sql_bind_text(update, 1, source);
    sql_bind_hash(update, 2, ratings->column);
    sql_bind_real(update, 3, rating_facts_decide(ratings));
    return sql_run(update, error);
}

static bool apply_facts(struct store *store, struct text source, const struct column_facts *facts,
                        struct error *error)
{
    for (size_t i = 0; i < facts->date_count; i++)
        if (!update_dates(store, source, &facts->dates[i], error))
            return false;
    for (size_t i = 0; i < facts->rating_count; i++)
        if (!update_scales(store, source, &facts->ratings[i], error))
            return false;
    return true;
}

/* Calls `visit` for the facts of every source, with counts of its saved records; by name. */
static bool for_each_source(struct store *store,
                            bool (*visit)(struct store *store, struct text source,
                                          const struct column_facts *facts, void *user,
                                          struct error *error),
                            void *user, struct error *error)
{
    struct sql_statement *sources = sql_prepare(
        store->sql, "SELECT source FROM date_fact UNION SELECT source FROM rating_fact", error);
    bool ok = true;
    while (ok && sql_next_row(sources)) {
        struct column_facts facts = {.future_begins = INT64_MAX};
        struct text source = arena_copy_text(&facts.arena, sql_text(sources, 0));
        ok = load_facts(store, &(struct fact_selection){.source = source}, &facts, error) &&
             count_dates(store, source, &facts, error) &&
             count_ratings(store, source, &facts, error) &&
             visit(store, source, &facts, user, error);
        column_facts_free(&facts);
    }
    return sql_finish(sources, error) && ok;
}

static bool apply_source_facts(struct store *store, struct text source,
                               const struct column_facts *facts, void *user, struct error *error)
{
    (void)user;
    return apply_facts(store, source, facts, error);
}

/* ---- All decisions ---- */

bool store_decide_columns(struct store *store, struct error *error)
{
    return sql_begin(store->sql, error) &&
           sql_end(store->sql,
                   store_restore_duplicates(store, error) &&
                       for_each_source(store, apply_source_facts, NULL, error),
                   error);
}

/* ---- Warnings ---- */

struct warning_list {
    bool (*visit)(void *user, const struct column_warning *warning, struct error *error);
    void *user;
};

static bool visit_warnings(struct store *store, struct text source,
                           const struct column_facts *facts, void *user, struct error *error)
{
    (void)store;
    const struct warning_list *list = user;
    struct arena arena = {0};
    struct text place = arena_format(&arena, "source %.*s", TEXT_ARGUMENT(source));
    bool ok = column_facts_for_each_warning(facts, place, list->visit, list->user, error);
    arena_free(&arena);
    return ok;
}

bool store_for_each_warning(struct store *store,
                            bool (*visit)(void *user, const struct column_warning *warning,
                                          struct error *error),
                            void *user, struct error *error)
{
    struct warning_list list = {visit, user};
    return for_each_source(store, visit_warnings, &list, error);
}
