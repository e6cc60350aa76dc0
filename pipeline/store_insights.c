/* store_insights.c - insights with their records and quotes. */
#include "pipeline/insight_sentence.h"
#include "pipeline/store_private.h"

static bool delete_insights(struct store *store, uint64_t view, struct error *error)
{
    static const char *const delete_statements[] = {"DELETE FROM insight WHERE view = ?",
                                                    "DELETE FROM insight_evidence WHERE view = ?",
                                                    "DELETE FROM insight_quote WHERE view = ?"};
    for (size_t i = 0; i < sizeof(delete_statements) / sizeof(*delete_statements); i++) {
        struct sql_statement *statement = sql_prepare(store->sql, delete_statements[i], error);
        sql_bind_hash(statement, 1, view);
        if (!sql_run(statement, error))
            return false;
    }
    return true;
}

/* With the topic's name: only sentences have it. */
static struct text format_sentence(struct store *store, const struct insight *insight,
                                   struct arena *arena, struct error *error)
{
    struct insight named = *insight;
    if (insight->kind != INSIGHT_ANSWER && insight->key.topic.size > 0)
        named.key.topic = store_get_topic_name(store, insight->key.topic, arena, error);
    return insight_format_sentence(&named, arena);
}

static bool insert_insight(struct store *store, uint64_t view, size_t number,
                           const struct insight *insight, struct error *error)
{
    struct arena arena = {0};
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO insight VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        error);
    sql_bind_hash(insert, 1, view);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, text_of(insight_kind_names[insight->kind]));
    sql_bind_text(insert, 4, text_of(insight_state_names[insight->state]));
    sql_bind_text(insert, 5, insight->since);
    sql_bind_text(insert, 6, insight->until);
    sql_bind_text(insert, 7,
                  store_format_fields(store, insight->key.fields, insight->key.field_count));
    sql_bind_text(insert, 8, insight->key.topic);
    sql_bind_text(insert, 9, insight->phrase);
    sql_bind_text(insert, 10, text_of(insight_measure_names[insight->measure]));
    sql_bind_text(insert, 11, format_sentence(store, insight, &arena, error));
    sql_bind_real(insert, 12, insight->value.value);
    sql_bind_real(insert, 13, insight->value.low);
    sql_bind_real(insert, 14, insight->value.high);
    sql_bind_hash(insert, 15, insight->n);
    sql_bind_real(insert, 16, insight->baseline);
    sql_bind_hash(insert, 17, insight->baseline_n);
    sql_bind_real(insert, 18, insight->q_value);
    sql_bind_real(insert, 19, insight->rating_scale);
    bool ok = sql_run(insert, error);
    arena_free(&arena);
    return ok;
}

static bool insert_records(struct store *store, uint64_t view, size_t number,
                           const struct insight *insight, struct error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < insight->evidence_count && i < INSIGHT_MAX_EVIDENCE; i++) {
        struct sql_statement *insert =
            sql_prepare(store->sql, "INSERT INTO insight_evidence VALUES (?, ?, ?, ?)", error);
        sql_bind_hash(insert, 1, view);
        sql_bind_hash(insert, 2, number);
        sql_bind_hash(insert, 3, i);
        sql_bind_hash(insert, 4, insight->evidence_ids[i]);
        ok = sql_run(insert, error);
    }
    for (size_t i = 0; ok && i < insight->quote_count && i < INSIGHT_MAX_QUOTES; i++) {
        struct sql_statement *insert =
            sql_prepare(store->sql, "INSERT INTO insight_quote VALUES (?, ?, ?, ?, ?, ?)", error);
        sql_bind_hash(insert, 1, view);
        sql_bind_hash(insert, 2, number);
        sql_bind_hash(insert, 3, i);
        sql_bind_hash(insert, 4, insight->quotes[i].feedback_id);
        sql_bind_hash(insert, 5, insight->quotes[i].begin);
        sql_bind_hash(insert, 6, insight->quotes[i].end);
        ok = sql_run(insert, error);
    }
    return ok;
}

bool store_save_insights(struct store *store, uint64_t view, const struct insight *insights,
                         size_t count, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = delete_insights(store, view, error);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_insight(store, view, i, &insights[i], error) &&
             insert_records(store, view, i, &insights[i], error);
    return sql_end(store->sql, ok, error);
}

/* ---- Loading ---- */

static int find_name(const char *const *names, int count, struct text name)
{
    for (int i = 0; i < count; i++)
        if (text_equal(text_of(names[i]), name))
            return i;
    return 0;
}

static bool load_quotes(struct store *store, uint64_t view, uint64_t number, struct arena *arena,
                        struct saved_insight *insight, struct error *error)
{
    struct sql_statement *quotes =
        sql_prepare(store->sql,
                    "SELECT q.text, q.source, q.created_at, q.feedback_id, q.external_id,"
                    " q.is_cut_before, q.is_cut_after"
                    " FROM (" STORE_INSIGHT_QUOTES ") AS q WHERE q.view = ?1 AND q.insight = ?2"
                    " ORDER BY q.number",
                    error);
    sql_bind_hash(quotes, 1, view);
    sql_bind_hash(quotes, 2, number);
    insight->quote_count = 0;
    while (sql_next_row(quotes) && insight->quote_count < INSIGHT_MAX_QUOTES)
        insight->quotes[insight->quote_count++] = (struct saved_quote){
            .text = arena_copy_text(arena, sql_text(quotes, 0)),
            .source = arena_copy_text(arena, sql_text(quotes, 1)),
            .created_at = sql_is_null(quotes, 2) ? TIME_UNKNOWN : sql_integer(quotes, 2),
            .feedback_id = sql_hash(quotes, 3),
            .external_id = arena_copy_text(arena, sql_text(quotes, 4)),
            .is_cut_before = sql_integer(quotes, 5) != 0,
            .is_cut_after = sql_integer(quotes, 6) != 0,
        };
    return sql_finish(quotes, error);
}

static void read_insight(const struct sql_statement *row, struct insight *insight)
{
    *insight = insight_make(
        (enum insight_kind)find_name(insight_kind_names, INSIGHT_KIND_COUNT, sql_text(row, 1)));
    insight->state =
        (enum insight_state)find_name(insight_state_names, INSIGHT_STATE_COUNT, sql_text(row, 2));
    insight->since = sql_text(row, 3);
    insight->until = sql_text(row, 4);
    insight->key.topic = sql_text(row, 6);
    insight->phrase = sql_text(row, 7);
    insight->measure =
        (enum insight_measure)find_name(insight_measure_names, MEASURE_COUNT, sql_text(row, 8));
    insight->value = (struct share){sql_real(row, 10), sql_real(row, 11), sql_real(row, 12)};
    insight->n = sql_hash(row, 13);
    insight->baseline = sql_real(row, 14);
    insight->baseline_n = sql_hash(row, 15);
    insight->q_value = sql_real(row, 16);
    insight->rating_scale = sql_real(row, 17);
}

bool store_for_each_insight(struct store *store, uint64_t view,
                            bool (*visit)(void *user, const struct saved_insight *insight,
                                          struct error *error),
                            void *user, struct error *error)
{
    struct sql_statement *select =
        sql_prepare(store->sql,
                    "SELECT number, kind, state, since, until, segment, topic, phrase, measure,"
                    " sentence, value, low, high, n, baseline, baseline_n, q_value, rating_scale"
                    " FROM insight WHERE view = ? ORDER BY number",
                    error);
    sql_bind_hash(select, 1, view);
    struct arena arena = {0};
    bool ok = true;
    while (ok && sql_next_row(select)) {
        arena_reset(&arena);
        struct saved_insight insight = {.sentence = sql_text(select, 9)};
        read_insight(select, &insight.insight);
        ok = store_parse_fields(sql_text(select, 5), &arena, &insight.insight.key.fields,
                                &insight.insight.key.field_count, error) &&
             load_quotes(store, view, sql_hash(select, 0), &arena, &insight, error) &&
             visit(user, &insight, error);
    }
    arena_free(&arena);
    return sql_finish(select, error) && ok;
}
