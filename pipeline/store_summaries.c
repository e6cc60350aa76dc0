/* store_summaries.c - passes 2 and 3: generated texts, summaries with their evidence, figures. */
#include <math.h>

#include "base/normalize.h"
#include "base/utf8.h"
#include "pipeline/store_private.h"

bool store_recall(struct store *store, uint64_t key, struct arena *arena, struct text *text,
                  struct text *finish_reason, bool *found, struct error *error)
{
    struct sql_statement *recall =
        sql_prepare(store->sql, "SELECT text, finish_reason FROM generated WHERE key = ?", error);
    sql_bind_hash(recall, 1, key);
    *found = sql_row(recall);
    if (*found) {
        *text = arena_copy(arena, sql_text(recall, 0));
        *finish_reason = arena_copy(arena, sql_text(recall, 1));
    }
    return sql_finish(recall, error);
}

bool store_remember(struct store *store, uint64_t key, struct text text, struct text finish_reason,
                    struct error *error)
{
    if (!store_begin_save(store, error))
        return false;
    struct sql_statement *remember =
        sql_prepare(store->sql, "INSERT OR REPLACE INTO generated VALUES (?, ?, ?)", error);
    sql_bind_hash(remember, 1, key);
    sql_bind_text(remember, 2, text);
    sql_bind_text(remember, 3, finish_reason);
    return store_end_save(store, sql_run(remember, error), error);
}

bool store_summary_is_current(struct store *store, uint64_t view, const struct group_header *header,
                              bool *current, struct error *error)
{
    struct sql_statement *find = sql_prepare(
        store->sql, "SELECT fingerprint FROM summary WHERE view = ? AND key = ? AND period = ?",
        error);
    sql_bind_hash(find, 1, view);
    sql_bind_text(find, 2, header->key);
    sql_bind_text(find, 3, header->period);
    *current = sql_row(find) && sql_hash(find, 0) == header->fingerprint;
    return sql_finish(find, error);
}

/* ---- Saving a summary ---- */

static bool delete_summary(struct store *store, int64_t id, struct error *error)
{
    static const char *const deletes[] = {
        "DELETE FROM sentence WHERE summary_id = ?", "DELETE FROM evidence WHERE summary_id = ?",
        "DELETE FROM quote WHERE summary_id = ?", "DELETE FROM summary WHERE id = ?"};
    for (size_t i = 0; i < sizeof(deletes) / sizeof(*deletes); i++) {
        struct sql_statement *statement = sql_prepare(store->sql, deletes[i], error);
        sql_bind_integer(statement, 1, id);
        if (!sql_run(statement, error))
            return false;
    }
    return true;
}

static bool delete_older(struct store *store, uint64_t view, const struct group *group,
                         struct error *error)
{
    struct sql_statement *find = sql_prepare(
        store->sql, "SELECT id FROM summary WHERE view = ? AND key = ? AND period = ?", error);
    sql_bind_hash(find, 1, view);
    sql_bind_text(find, 2, group->key);
    sql_bind_text(find, 3, group->period);
    bool found = sql_row(find);
    int64_t id = found ? sql_integer(find, 0) : 0;
    return sql_finish(find, error) && (!found || delete_summary(store, id, error));
}

/* What goes between a sentence and the next: many customers leave the full stop out. */
static const char *joint_behind(struct text sentence)
{
    size_t size;
    if (sentence.size == 0)
        return "";
    uint32_t last = utf8_decode(sentence, utf8_floor(sentence, sentence.size - 1), &size);
    return normalize_letter(last) == LETTER_NONE ? " " : ". ";
}

/* The sentences in one line; what reduce left where no stage cut it into sentences. */
static struct text summary_text(const struct group *group)
{
    struct text text = {0};
    if (!group->sentence_count && group->part_count)
        return group->parts[0];
    for (size_t i = 0; i < group->sentence_count; i++)
        text = arena_format(group->arena, "%.*s%s%.*s", TEXT_ARGUMENT(text), joint_behind(text),
                            TEXT_ARGUMENT(group->sentences[i].text));
    return text;
}

static bool insert_summary(struct store *store, uint64_t view, const struct group *group,
                           struct error *error)
{
    int64_t extractive = 0;
    for (size_t i = 0; i < group->sentence_count; i++)
        extractive += group->sentences[i].extractive;
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO summary (view, key, period, fingerprint, text, records, levels, extractive,"
        " finish_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        error);
    sql_bind_hash(insert, 1, view);
    sql_bind_text(insert, 2, group->key);
    sql_bind_text(insert, 3, group->period);
    sql_bind_hash(insert, 4, group->fingerprint);
    sql_bind_text(insert, 5, summary_text(group));
    sql_bind_hash(insert, 6, group->member_count);
    sql_bind_hash(insert, 7, group->levels);
    sql_bind_integer(insert, 8, extractive);
    sql_bind_text(insert, 9, text_of(group->finish_reason ? group->finish_reason : "end"));
    return sql_run(insert, error);
}

static void bind_passage(struct sql_statement *statement, int first, const struct group *group,
                         const struct passage *passage)
{
    sql_bind_hash(statement, first, group->members[passage->member].feedback_id);
    sql_bind_hash(statement, first + 1, passage->begin);
    sql_bind_hash(statement, first + 2, passage->end);
    sql_bind_real(statement, first + 3, passage->score);
}

static bool insert_sentence(struct store *store, int64_t id, const struct group *group,
                            size_t number, struct error *error)
{
    const struct summary_sentence *sentence = &group->sentences[number];
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT INTO sentence VALUES (?, ?, ?, ?)", error);
    sql_bind_integer(insert, 1, id);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, sentence->text);
    sql_bind_integer(insert, 4, sentence->extractive);
    bool ok = sql_run(insert, error);
    for (size_t i = 0; ok && i < sentence->evidence_count; i++) {
        struct sql_statement *evidence =
            sql_prepare(store->sql, "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)", error);
        sql_bind_integer(evidence, 1, id);
        sql_bind_hash(evidence, 2, number);
        sql_bind_hash(evidence, 3, i);
        if (evidence)
            bind_passage(evidence, 4, group, &sentence->evidence[i]);
        ok = sql_run(evidence, error);
    }
    return ok;
}

static bool insert_quote(struct store *store, int64_t id, const struct group *group, size_t number,
                         struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT INTO quote VALUES (?, ?, ?, ?, ?, ?)", error);
    sql_bind_integer(insert, 1, id);
    sql_bind_hash(insert, 2, number);
    if (insert)
        bind_passage(insert, 3, group, &group->quotes[number]);
    return sql_run(insert, error);
}

bool store_save_summary(struct store *store, uint64_t view, const struct group *group,
                        struct error *error)
{
    if (!store_begin_save(store, error))
        return false;
    bool ok = delete_older(store, view, group, error) && insert_summary(store, view, group, error);
    int64_t id = sql_last_id(store->sql);
    for (size_t i = 0; ok && i < group->sentence_count; i++)
        ok = insert_sentence(store, id, group, i, error);
    for (size_t i = 0; ok && i < group->quote_count; i++)
        ok = insert_quote(store, id, group, i, error);
    return store_end_save(store, ok, error);
}

/* ---- What is no longer a group ---- */

static bool list_groups(struct store *store, const struct group_list *groups, struct error *error)
{
    if (!sql_execute(store->sql,
                     "CREATE TEMP TABLE IF NOT EXISTS listed (key TEXT, period TEXT,"
                     " PRIMARY KEY (key, period)) WITHOUT ROWID;"
                     "DELETE FROM temp.listed",
                     error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < groups->count; i++) {
        struct sql_statement *insert =
            sql_prepare(store->sql, "INSERT OR IGNORE INTO temp.listed VALUES (?, ?)", error);
        sql_bind_text(insert, 1, groups->groups[i].key);
        sql_bind_text(insert, 2, groups->groups[i].period);
        ok = sql_run(insert, error);
    }
    return ok;
}

static bool delete_unlisted(struct store *store, uint64_t view, struct error *error)
{
    struct sql_statement *unlisted =
        sql_prepare(store->sql,
                    "SELECT id FROM summary WHERE view = ?"
                    " AND (key, period) NOT IN (SELECT key, period FROM temp.listed)",
                    error);
    sql_bind_hash(unlisted, 1, view);
    bool ok = true;
    while (ok && sql_row(unlisted))
        ok = delete_summary(store, sql_integer(unlisted, 0), error);
    return sql_finish(unlisted, error) && ok;
}

bool store_keep_summaries(struct store *store, uint64_t view, const struct group_list *groups,
                          struct error *error)
{
    if (!store_begin_save(store, error))
        return false;
    bool ok = list_groups(store, groups, error) && delete_unlisted(store, view, error);
    return store_end_save(store, ok, error);
}

/* ---- Figures ---- */

static bool insert_figure(struct store *store, uint64_t view, size_t number,
                          const struct figure *figure, struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO figure VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
    sql_bind_hash(insert, 1, view);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, figure->period);
    sql_bind_text(insert, 4, figure->segment);
    sql_bind_text(insert, 5, figure->topic);
    const uint64_t counts[] = {figure->mentions,  figure->responses, figure->positive,
                               figure->neutral,   figure->negative,  figure->mixed,
                               figure->undetected};
    for (int i = 0; i < 7; i++)
        sql_bind_hash(insert, 6 + i, counts[i]);
    const double figures[] = {figure->net_sentiment, figure->mean_rating, figure->rating_scale,
                              figure->nps, figure->csat};
    for (int i = 0; i < 5; i++)
        sql_bind_real(insert, 13 + i, figures[i]);
    sql_bind_hash(insert, 18, figure->top_quote_id);
    return sql_run(insert, error);
}

bool store_save_figures(struct store *store, uint64_t view, const struct figure *figures,
                        size_t count, struct error *error)
{
    if (!store_begin_save(store, error))
        return false;
    struct sql_statement *delete =
        sql_prepare(store->sql, "DELETE FROM figure WHERE view = ?", error);
    sql_bind_hash(delete, 1, view);
    bool ok = sql_run(delete, error);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_figure(store, view, i, &figures[i], error);
    return store_end_save(store, ok, error);
}
