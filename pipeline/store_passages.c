/* store_passages.c - the search index: the sentences of the saved records, and an FTS5 table of
 * their words.
 *
 * FTS5 keeps the words of deleted rows in its pages until it merges them, so store_finish_index
 * merges all of them after a deletion: what a person asked to delete must not stay on disk. */
#include "pipeline/store_private.h"

static bool clear_index(struct store *store, uint64_t version, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    struct sql_statement *update = sql_prepare(
        store->sql, "UPDATE setting SET number = ? WHERE name = 'index_version'", error);
    sql_bind_hash(update, 1, version);
    bool ok = sql_run(update, error) &&
              sql_execute(store->sql,
                          "DELETE FROM passage; DELETE FROM passage_words;"
                          "UPDATE setting SET number = 1 WHERE name = 'index_has_deletions'",
                          error);
    return sql_end(store->sql, ok, error);
}

bool store_check_index(struct store *store, uint64_t version, bool *is_current, struct error *error)
{
    struct sql_statement *select = sql_prepare(
        store->sql, "SELECT number = ? FROM setting WHERE name = 'index_version'", error);
    sql_bind_hash(select, 1, version);
    *is_current = sql_next_row(select) && sql_integer(select, 0);
    return sql_finish(select, error);
}

bool store_begin_index(struct store *store, uint64_t version, struct error *error)
{
    bool is_current;
    return store_check_index(store, version, &is_current, error) &&
           (is_current || clear_index(store, version, error));
}

#define UNINDEXED                                                                                  \
    " FROM feedback AS f WHERE f.no_opinion = 0"                                                   \
    " AND NOT EXISTS (SELECT 1 FROM passage WHERE feedback_id = f.id)"

bool store_load_unindexed(struct store *store, size_t max, struct arena *arena,
                          struct unindexed_record **records, size_t *count, struct error *error)
{
    *records = arena_alloc(arena, max, sizeof(**records));
    *count = 0;
    struct sql_statement *select = sql_prepare(
        store->sql, "SELECT f.id, f.title, f.text" UNINDEXED " ORDER BY f.id LIMIT ?", error);
    sql_bind_hash(select, 1, max);
    while (sql_next_row(select))
        (*records)[(*count)++] = (struct unindexed_record){
            .feedback_id = sql_hash(select, 0),
            .title = arena_copy_text(arena, sql_text(select, 1)),
            .text = arena_copy_text(arena, sql_text(select, 2)),
        };
    return sql_finish(select, error);
}

static bool save_passage(struct store *store, const struct passage_words *passage,
                         struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO passage (feedback_id, \"begin\", \"end\", vector) VALUES (?, ?, ?, ?)", error);
    sql_bind_hash(insert, 1, passage->feedback_id);
    sql_bind_hash(insert, 2, passage->begin);
    sql_bind_hash(insert, 3, passage->end);
    sql_bind_bytes(insert, 4, passage->vector);
    if (!sql_run(insert, error))
        return false;
    struct sql_statement *insert_words = sql_prepare(
        store->sql, "INSERT INTO passage_words (rowid, words, title) VALUES (?, ?, ?)", error);
    sql_bind_integer(insert_words, 1, sql_last_id(store->sql));
    sql_bind_text(insert_words, 2, passage->words);
    sql_bind_text(insert_words, 3, passage->title);
    return sql_run(insert_words, error);
}

bool store_save_passages(struct store *store, const struct passage_words *passages, size_t count,
                         struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = save_passage(store, &passages[i], error);
    return sql_end(store->sql, ok, error);
}

bool store_finish_index(struct store *store, struct error *error)
{
    struct sql_statement *select = sql_prepare(
        store->sql, "SELECT number FROM setting WHERE name = 'index_has_deletions'", error);
    bool is_needed = sql_next_row(select) && sql_integer(select, 0);
    bool ok = sql_finish(select, error);
    if (!ok || !is_needed)
        return ok;
    return sql_begin(store->sql, error) &&
           sql_end(store->sql,
                   sql_execute(store->sql,
                               "INSERT INTO passage_words (passage_words) VALUES ('optimize');"
                               "UPDATE setting SET number = 0 WHERE name = 'index_has_deletions'",
                               error),
                   error);
}

bool store_count_passages(struct store *store, uint64_t *passages, uint64_t *unindexed,
                          struct error *error)
{
    *passages = *unindexed = 0;
    struct sql_statement *count = sql_prepare(
        store->sql, "SELECT (SELECT count(*) FROM passage), (SELECT count(*)" UNINDEXED ")", error);
    if (sql_next_row(count)) {
        *passages = sql_hash(count, 0);
        *unindexed = sql_hash(count, 1);
    }
    return sql_finish(count, error);
}

/* Calls `visit` for rows of feedback_id, begin and end. */
static bool visit_passages(struct sql_statement *rows,
                           bool (*visit)(void *user, const struct passage_match *match), void *user,
                           struct error *error)
{
    bool goes_on = true;
    while (goes_on && sql_next_row(rows)) {
        struct passage_match match = {.feedback_id = sql_hash(rows, 0),
                                      .begin = (size_t)sql_integer(rows, 1),
                                      .end = (size_t)sql_integer(rows, 2)};
        goes_on = visit(user, &match);
    }
    return sql_finish(rows, error);
}

bool store_for_each_match(struct store *store, struct text query,
                          bool (*visit)(void *user, const struct passage_match *match), void *user,
                          struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT p.feedback_id, p.\"begin\", p.\"end\" FROM passage_words"
                    " JOIN passage AS p ON p.id = passage_words.rowid"
                    " WHERE passage_words MATCH ?",
                    error);
    sql_bind_text(rows, 1, query);
    return visit_passages(rows, visit, user, error);
}

bool store_for_each_ranked_match(struct store *store, struct text query,
                                 bool (*visit)(void *user, const struct passage_match *match),
                                 void *user, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT p.feedback_id, p.\"begin\", p.\"end\" FROM passage_words"
                    " JOIN passage AS p ON p.id = passage_words.rowid"
                    " WHERE passage_words MATCH ?"
                    " ORDER BY bm25(passage_words, 1.0, 0.5), p.feedback_id, p.\"begin\"",
                    error);
    sql_bind_text(rows, 1, query);
    return visit_passages(rows, visit, user, error);
}

bool store_for_each_passage(struct store *store, uint64_t feedback_id,
                            bool (*visit)(void *user, const struct passage_match *match),
                            void *user, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT feedback_id, \"begin\", \"end\" FROM passage WHERE feedback_id = ?"
                    " ORDER BY \"begin\"",
                    error);
    sql_bind_hash(rows, 1, feedback_id);
    return visit_passages(rows, visit, user, error);
}

bool store_for_each_vector(struct store *store,
                           void (*visit)(void *user, const struct passage_match *match,
                                         struct text vector),
                           void *user, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT feedback_id, \"begin\", \"end\", vector FROM passage"
                    " WHERE vector IS NOT NULL ORDER BY id",
                    error);
    while (sql_next_row(rows)) {
        struct passage_match match = {.feedback_id = sql_hash(rows, 0),
                                      .begin = (size_t)sql_integer(rows, 1),
                                      .end = (size_t)sql_integer(rows, 2)};
        visit(user, &match, sql_bytes(rows, 3));
    }
    return sql_finish(rows, error);
}

bool store_load_text(struct store *store, uint64_t feedback_id, struct arena *arena,
                     struct text *title, struct text *text, struct error *error)
{
    *title = *text = (struct text){0};
    struct sql_statement *select =
        sql_prepare(store->sql, "SELECT title, text FROM feedback WHERE id = ?", error);
    sql_bind_hash(select, 1, feedback_id);
    if (sql_next_row(select)) {
        *title = arena_copy_text(arena, sql_text(select, 0));
        *text = arena_copy_text(arena, sql_text(select, 1));
    }
    return sql_finish(select, error);
}
