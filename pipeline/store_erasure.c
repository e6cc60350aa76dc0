/* store_erasure.c - erases records for good: the rows themselves, what is derived from them, and
 * the free pages that still hold their bytes. Marks keep later runs from saving them again, since
 * exports are read again every night.
 *
 * Reports, summaries and figures quote many records at once, and a text that the model wrote shows
 * nobody's words but depends on everybody's. So all derived tables are emptied, not searched. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "pipeline/store_private.h"

const struct erasable_table store_erasable_tables[] = {
    {"setting", ERASE_NOTHING, NULL},
    {"run", ERASE_NOTHING, NULL},
    {"file", ERASE_NOTHING, NULL},
    {"reading", ERASE_NOTHING, NULL},
    {"pii", ERASE_NOTHING, NULL},
    {"date_fact", ERASE_NOTHING, NULL}, /* examples are dates */
    {"rating_fact", ERASE_NOTHING, NULL},
    {"language", ERASE_NOTHING, NULL},
    {"topic", ERASE_NOTHING, NULL},
    {"erased", ERASE_NOTHING, NULL},
    {"note", ERASE_NOTES, NULL}, /* before the records: it compares texts */
    {"reject", ERASE_REJECTS, NULL},
    {"seen", ERASE_RECORDS, "feedback_id"},
    {"seen_duplicate", ERASE_RECORDS, "feedback_id"},
    {"reread", ERASE_RECORDS, "feedback_id"},
    {"revision", ERASE_RECORDS, "feedback_id"},
    {"passage_words", ERASE_WORDS, NULL}, /* before the passages: it asks whose they are */
    {"passage", ERASE_RECORDS, "feedback_id"},
    {"duplicate", ERASE_RECORDS, "id"},
    {"feedback", ERASE_RECORDS, "id"},
    {"analysis", ERASE_ANALYSES, "text_hash"}, /* after the records: it asks who is left */
    {"deferred_analysis", ERASE_ANALYSES, "text_hash"},
    {"chunk", ERASE_ANALYSES, "analysis_id"},
    {"mention", ERASE_ANALYSES, "analysis_id"},
    {"generated", ERASE_ALL, NULL},
    {"summary", ERASE_ALL, NULL},
    {"key_point", ERASE_ALL, NULL},
    {"clause_reading", ERASE_ALL, NULL}, /* by a hash of words */
    {"evidence", ERASE_ALL, NULL},
    {"quote", ERASE_ALL, NULL},
    {"example", ERASE_ALL, NULL},
    {"topic_stats", ERASE_ALL, NULL},
    {"label_share", ERASE_ALL, NULL},
    {"insight", ERASE_ALL, NULL},
    {"insight_evidence", ERASE_ALL, NULL},
    {"insight_quote", ERASE_ALL, NULL},
    {"current_result", ERASE_ALL, NULL},
    {NULL, ERASE_NOTHING, NULL},
};

/* ---- What runs must not save ---- */

bool store_is_erased(struct store *store, const struct batch *batch, const struct record *record,
                     bool *found, struct error *error)
{
    *found = false;
    if (!store->has_erasures)
        return true;
    struct sql_statement *find = sql_prepare(
        store->sql,
        "SELECT 1 FROM erased WHERE kind = 'id' AND hash = ?1"
        " UNION ALL SELECT 1 FROM erased WHERE kind = 'row' AND hash = ?2 AND text_hash = ?3"
        "  AND source = ?4"
        " UNION ALL SELECT 1 FROM erased WHERE kind = 'author' AND hash = ?5 LIMIT 1",
        error);
    sql_bind_hash(find, 1, record->id);
    sql_bind_hash(find, 2, record->row_hash);
    sql_bind_hash(find, 3, record->text_hash);
    sql_bind_text(find, 4, batch->source);
    if (record->author_hash)
        sql_bind_hash(find, 5, record->author_hash);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

bool store_is_reject_erased(struct store *store, uint64_t raw_hash, bool *found,
                            struct error *error)
{
    *found = false;
    if (!store->has_erasures)
        return true;
    struct sql_statement *find =
        sql_prepare(store->sql, "SELECT 1 FROM erased WHERE kind = 'reject' AND hash = ?", error);
    sql_bind_hash(find, 1, raw_hash);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

/* ---- Collecting ---- */

bool store_begin_erasure(struct store *store, struct error *error)
{
    return sql_execute(store->sql,
                       "CREATE TEMP TABLE IF NOT EXISTS erasing (id INTEGER PRIMARY KEY);"
                       "CREATE TEMP TABLE IF NOT EXISTS erasing_author (hash INTEGER PRIMARY KEY);"
                       "CREATE TEMP TABLE IF NOT EXISTS erasing_reject (id INTEGER PRIMARY KEY,"
                       " hash INTEGER NOT NULL);"
                       "DELETE FROM temp.erasing; DELETE FROM temp.erasing_author;"
                       "DELETE FROM temp.erasing_reject",
                       error);
}

static bool add_authors(struct store *store, const struct erasure_wish *wish, struct error *error)
{
    struct sql_statement *add = sql_prepare(
        store->sql,
        "INSERT OR IGNORE INTO temp.erasing"
        " SELECT id FROM feedback WHERE author_hash = ?1 OR author = ?2 COLLATE NOCASE"
        " UNION SELECT id FROM duplicate WHERE author_hash = ?1 OR author = ?2 COLLATE NOCASE"
        " UNION SELECT feedback_id FROM revision WHERE author_hash = ?1",
        error);
    if (wish->author_hash)
        sql_bind_hash(add, 1, wish->author_hash);
    sql_bind_text_or_null(add, 2, wish->author);
    bool ok = sql_run(add, error);
    if (!ok || !wish->author_hash)
        return ok;
    struct sql_statement *mark =
        sql_prepare(store->sql, "INSERT OR IGNORE INTO temp.erasing_author VALUES (?)", error);
    sql_bind_hash(mark, 1, wish->author_hash);
    return sql_run(mark, error);
}

static bool add_ids(struct store *store, const struct erasure_wish *wish, struct error *error)
{
    if (!wish->id.size)
        return true;
    struct sql_statement *add = sql_prepare(
        store->sql,
        "INSERT OR IGNORE INTO temp.erasing SELECT id FROM"
        " (SELECT id, external_id FROM feedback UNION ALL SELECT id, external_id FROM duplicate)"
        " WHERE external_id = ?1 OR external_id = ?2 OR printf('%016x', id) = lower(?1)",
        error);
    sql_bind_text(add, 1, wish->id);
    sql_bind_text_or_null(add, 2, wish->hashed_id);
    return sql_run(add, error);
}

/* The LIKE pattern of texts that contain `phrase`. */
static struct text format_pattern(struct text phrase, struct arena *arena)
{
    char *bytes = arena_alloc(arena, 2 * phrase.size + 2, 1);
    size_t size = 0;
    bytes[size++] = '%';
    for (size_t i = 0; i < phrase.size; i++) {
        if (strchr("%_\\", phrase.bytes[i]))
            bytes[size++] = '\\';
        bytes[size++] = phrase.bytes[i];
    }
    bytes[size++] = '%';
    return (struct text){bytes, size};
}

#define CONTAINS(column) column " LIKE ?1 ESCAPE '\\'"
#define RECORDS_WITH_PHRASE(table)                                                                 \
    "SELECT id FROM " table " WHERE " CONTAINS("text") " OR " CONTAINS("title") " OR " CONTAINS(   \
        "author") " OR " CONTAINS("question") " OR " CONTAINS("reply") " OR " CONTAINS("fields")

static bool add_phrases(struct store *store, struct text phrase, struct error *error)
{
    struct arena arena = {0};
    if (!phrase.size)
        return true;
    struct sql_statement *add = sql_prepare(
        store->sql,
        "INSERT OR IGNORE INTO temp.erasing " RECORDS_WITH_PHRASE(
            "feedback") " UNION " RECORDS_WITH_PHRASE("duplicate") " UNION SELECT feedback_id FROM "
                                                                   "revision WHERE " CONTAINS(
                                                                       "text") " OR " CONTAINS("tit"
                                                                                               "l"
                                                                                               "e"),
        error);
    sql_bind_text(add, 1, format_pattern(phrase, &arena));
    bool ok = sql_run(add, error);
    arena_free(&arena);
    return ok;
}

/* Rejects have no columns: what they contain decides. */
static bool add_rejects(struct store *store, struct text needle, struct error *error)
{
    enum { MIN_NEEDLE = 3 }; /* a shorter one is in too many rows */
    struct arena arena = {0};
    if (needle.size < MIN_NEEDLE)
        return true;
    struct text pattern = format_pattern(needle, &arena);
    struct sql_statement *find = sql_prepare(
        store->sql, "SELECT id, raw FROM reject WHERE " CONTAINS("raw") " OR " CONTAINS("reason"),
        error);
    sql_bind_text(find, 1, pattern);
    bool ok = true;
    while (ok && sql_next_row(find)) {
        struct sql_statement *add = sql_prepare(
            store->sql, "INSERT OR IGNORE INTO temp.erasing_reject VALUES (?, ?)", error);
        sql_bind_integer(add, 1, sql_integer(find, 0));
        sql_bind_hash(add, 2, hash_text(sql_text(find, 1)));
        ok = sql_run(add, error);
    }
    ok = sql_finish(find, error) && ok;
    arena_free(&arena);
    return ok;
}

/* The same author with the same text: otherwise the text would stay, or come back as a record when
 * the one that it repeats is gone. */
static bool add_repetitions(struct store *store, struct error *error)
{
    return sql_execute(
        store->sql,
        "INSERT OR IGNORE INTO temp.erasing SELECT other.id FROM"
        " (SELECT source, author_hash, text_hash FROM feedback"
        "   WHERE id IN (SELECT id FROM temp.erasing) AND author_hash IS NOT NULL"
        "  UNION SELECT source, author_hash, text_hash FROM duplicate"
        "   WHERE id IN (SELECT id FROM temp.erasing) AND author_hash IS NOT NULL) AS one"
        " JOIN (SELECT id, source, author_hash, text_hash FROM feedback"
        "  UNION ALL SELECT id, source, author_hash, text_hash FROM duplicate) AS other"
        " USING (source, author_hash, text_hash)",
        error);
}

bool store_add_erasure(struct store *store, const struct erasure_wish *wish, struct error *error)
{
    return add_authors(store, wish, error) && add_ids(store, wish, error) &&
           add_phrases(store, wish->phrase, error) && add_repetitions(store, error) &&
           add_rejects(store, wish->author, error) && add_rejects(store, wish->id, error) &&
           add_rejects(store, wish->phrase, error);
}

bool store_add_expired(struct store *store, int64_t cutoff, struct error *error)
{
    struct sql_statement *add = sql_prepare(store->sql,
                                            "INSERT OR IGNORE INTO temp.erasing"
                                            " SELECT id FROM feedback WHERE created_at < ?1"
                                            " UNION SELECT id FROM duplicate WHERE created_at < ?1",
                                            error);
    sql_bind_integer(add, 1, cutoff);
    return sql_run(add, error);
}

/* ---- Showing ---- */

bool store_count_erasure(struct store *store, struct erasure_counts *counts, struct error *error)
{
    *counts = (struct erasure_counts){0};
    struct sql_statement *count = sql_prepare(
        store->sql,
        "SELECT (SELECT count(*) FROM feedback WHERE id IN (SELECT id FROM temp.erasing)),"
        " (SELECT count(*) FROM duplicate WHERE id IN (SELECT id FROM temp.erasing)),"
        " (SELECT count(*) FROM revision WHERE feedback_id IN (SELECT id FROM temp.erasing)),"
        " (SELECT count(*) FROM temp.erasing_reject),"
        " (SELECT count(DISTINCT summary_id) FROM"
        "  (SELECT summary_id, feedback_id FROM evidence"
        "   UNION ALL SELECT summary_id, feedback_id FROM quote)"
        "  WHERE feedback_id IN (SELECT id FROM temp.erasing))",
        error);
    if (sql_next_row(count))
        *counts = (struct erasure_counts){
            .records = sql_hash(count, 0),
            .duplicates = sql_hash(count, 1),
            .revisions = sql_hash(count, 2),
            .rejects = sql_hash(count, 3),
            .summaries = sql_hash(count, 4),
        };
    return sql_finish(count, error);
}

#define SHOWN_COLUMNS(is_duplicate)                                                                \
    "SELECT f.id, 0, f.created_at, " is_duplicate ", f.rating, f.rating_scale, f.source,"          \
    " f.external_id, f.author, f.title, f.text, f.question, f.reply, a.sentiment, f.fields"
#define SHOWN_FROM(table)                                                                          \
    " FROM " table " AS f LEFT JOIN analysis AS a ON a.text_hash = f.text_hash"                    \
    "  AND a.model_key = (SELECT number FROM setting WHERE name = 'model_key')"                    \
    " WHERE f.id IN (SELECT id FROM temp.erasing)"

bool store_for_each_erased_record(struct store *store,
                                  bool (*visit)(void *user, const struct erased_record *record,
                                                struct error *error),
                                  void *user, struct error *error)
{
    struct arena arena = {0};
    bool ok = true;
    struct sql_statement *find = sql_prepare(
        store->sql,
        SHOWN_COLUMNS("0") SHOWN_FROM("feedback") " UNION ALL " SHOWN_COLUMNS("1")
            SHOWN_FROM("duplicate") " UNION ALL SELECT r.feedback_id, r.number,"
                                    " r.created_at, 0, r.rating, f.rating_scale, f.source,"
                                    " f.external_id, f.author, r.title, r.text, NULL, NULL,"
                                    " NULL, NULL"
                                    " FROM revision AS r JOIN feedback AS f"
                                    " ON f.id = r.feedback_id"
                                    " WHERE f.id IN (SELECT id FROM temp.erasing)"
                                    " ORDER BY 1, 2",
        error);
    while (ok && sql_next_row(find)) {
        struct erased_record record = {
            .feedback_id = sql_hash(find, 0),
            .number = sql_hash(find, 1),
            .created_at = sql_is_null(find, 2) ? TIME_UNKNOWN : sql_integer(find, 2),
            .is_duplicate = sql_integer(find, 3),
            .rating = sql_real(find, 4),
            .rating_scale = sql_real(find, 5),
            .source = sql_text(find, 6),
            .external_id = sql_text(find, 7),
            .author = sql_text(find, 8),
            .title = sql_text(find, 9),
            .text = sql_text(find, 10),
            .question = sql_text(find, 11),
            .reply = sql_text(find, 12),
            .sentiment = sql_text(find, 13),
        };
        arena_reset(&arena);
        ok =
            (sql_is_null(find, 14) || store_parse_fields(sql_text(find, 14), &arena, &record.fields,
                                                         &record.field_count, error)) &&
            visit(user, &record, error);
    }
    ok = sql_finish(find, error) && ok;
    arena_free(&arena);
    return ok;
}

bool store_contains_text(struct store *store, struct text piece, bool *found, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT 1 FROM feedback WHERE instr(text, ?1) OR instr(title, ?1)"
                    " OR instr(reply, ?1) OR instr(question, ?1) OR instr(fields, ?1)"
                    " UNION ALL SELECT 1 FROM duplicate WHERE instr(text, ?1) OR instr(title, ?1)"
                    " OR instr(reply, ?1) OR instr(question, ?1) OR instr(fields, ?1)"
                    " UNION ALL SELECT 1 FROM revision WHERE instr(text, ?1) LIMIT 1",
                    error);
    sql_bind_text(find, 1, piece);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

/* ---- Erasing ---- */

static bool save_marks(struct store *store, struct error *error)
{
    store->has_erasures = true;
    return sql_execute(
        store->sql,
        "INSERT OR IGNORE INTO erased SELECT 'id', id, 0, '' FROM temp.erasing;"
        "INSERT OR IGNORE INTO erased SELECT 'row', row_hash, text_hash, source FROM feedback"
        " WHERE id IN (SELECT id FROM temp.erasing) AND row_hash <> 0;"
        "INSERT OR IGNORE INTO erased SELECT 'row', row_hash, text_hash, source FROM duplicate"
        " WHERE id IN (SELECT id FROM temp.erasing) AND row_hash <> 0;"
        "INSERT OR IGNORE INTO erased SELECT 'author', hash, 0, '' FROM temp.erasing_author;"
        "INSERT OR IGNORE INTO erased SELECT 'reject', hash, 0, '' FROM temp.erasing_reject",
        error);
}

/* The statement that erases from one table. */
static struct text format_erase(const struct erasable_table *table, struct arena *arena)
{
    switch (table->rule) {
    case ERASE_NOTHING:
        return TEXT("");
    case ERASE_ALL:
        return arena_format(arena, "DELETE FROM \"%s\"", table->name);
    case ERASE_RECORDS:
        return arena_format(arena,
                            "DELETE FROM \"%s\" WHERE \"%s\" IN (SELECT id FROM temp.erasing)",
                            table->name, table->column);
    case ERASE_WORDS: /* FTS5 keeps deleted words until its segments are merged */
        return arena_format(arena,
                            "DELETE FROM \"%s\" WHERE rowid IN (SELECT id FROM passage"
                            " WHERE feedback_id IN (SELECT id FROM temp.erasing));"
                            "INSERT INTO \"%s\" (\"%s\") VALUES ('optimize')",
                            table->name, table->name, table->name);
    case ERASE_ANALYSES:
        return arena_format(
            arena, "DELETE FROM \"%s\" WHERE \"%s\" NOT IN (%s)", table->name, table->column,
            strcmp(table->column, "text_hash") == 0
                ? "SELECT text_hash FROM feedback UNION SELECT text_hash FROM duplicate"
                : "SELECT id FROM analysis");
    case ERASE_REJECTS:
        return TEXT("UPDATE reject SET raw = '', reason = 'erased by `winnow forget`'"
                    " WHERE id IN (SELECT id FROM temp.erasing_reject)");
    case ERASE_NOTES:
        return TEXT("DELETE FROM note WHERE EXISTS (SELECT 1 FROM feedback WHERE id IN"
                    " (SELECT id FROM temp.erasing) AND instr(note.text, feedback.text))");
    }
    return TEXT("");
}

bool store_erase(struct store *store, struct error *error)
{
    struct arena arena = {0};
    if (!sql_execute(store->sql, "PRAGMA secure_delete = ON", error) ||
        !sql_begin(store->sql, error))
        return false;
    bool ok = save_marks(store, error);
    for (const struct erasable_table *table = store_erasable_tables; ok && table->name; table++)
        ok = sql_execute(store->sql, format_erase(table, &arena).bytes, error);
    ok = sql_end(store->sql, ok, error);
    arena_free(&arena);
    return ok;
}

bool store_compact(struct store *store, struct error *error)
{
    return sql_execute(store->sql, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", error);
}

/* ---- Retention ---- */

/* "product, region" as "\nproduct\nregion\n", for instr. */
static struct text format_kept_names(struct text keep, struct arena *arena)
{
    struct text names = TEXT("\n"), name;
    while (keep.size && text_split(&keep, ',', &name))
        names =
            arena_format(arena, "%.*s%.*s\n", TEXT_ARGUMENT(names), TEXT_ARGUMENT(text_trim(name)));
    return names;
}

#define IS_KEPT "instr(?2, char(10) || key || char(10))"
#define IS_PERSONAL                                                                                \
    "created_at < ?1 AND (author IS NOT NULL OR author_hash IS NOT NULL"                           \
    " OR external_id IS NOT NULL OR EXISTS (SELECT 1 FROM json_each(fields) WHERE NOT " IS_KEPT    \
    ") OR EXISTS (SELECT 1 FROM revision WHERE feedback_id = id))"
#define ANONYMISE(table)                                                                           \
    "UPDATE " table " SET author = NULL, author_hash = NULL, external_id = NULL,"                  \
    " fields = (SELECT json_group_object(key, value) FROM json_each(fields) WHERE " IS_KEPT        \
    ") WHERE " IS_PERSONAL

static bool execute_for_expired(struct store *store, const char *text, int64_t cutoff,
                                struct text keep, struct error *error)
{
    struct sql_statement *statement = sql_prepare(store->sql, text, error);
    sql_bind_integer(statement, 1, cutoff);
    if (keep.size)
        sql_bind_text(statement, 2, keep);
    return sql_run(statement, error);
}

bool store_anonymise_expired(struct store *store, int64_t cutoff, struct text keep,
                             uint64_t *records, struct error *error)
{
    struct arena arena = {0};
    struct text names = format_kept_names(keep, &arena);
    struct sql_statement *count =
        sql_prepare(store->sql, "SELECT count(*) FROM feedback WHERE " IS_PERSONAL, error);
    sql_bind_integer(count, 1, cutoff);
    sql_bind_text(count, 2, names);
    *records = sql_next_row(count) ? sql_hash(count, 0) : 0;
    bool ok = sql_finish(count, error) &&
              sql_execute(store->sql, "PRAGMA secure_delete = ON", error) &&
              sql_begin(store->sql, error);
    if (ok) {
        ok = execute_for_expired(store, ANONYMISE("feedback"), cutoff, names, error) &&
             execute_for_expired(store, ANONYMISE("duplicate"), cutoff, names, error) &&
             execute_for_expired(store,
                                 "DELETE FROM revision WHERE feedback_id IN"
                                 " (SELECT id FROM feedback WHERE created_at < ?1)",
                                 cutoff, (struct text){0}, error);
        ok = sql_end(store->sql, ok, error);
    }
    arena_free(&arena);
    return ok;
}

bool store_get_run_start(struct store *store, int64_t *started_at, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql, "SELECT unixepoch(started_at) FROM run WHERE id = ?", error);
    sql_bind_hash(find, 1, store->run_id);
    *started_at = sql_next_row(find) ? sql_integer(find, 0) : 0;
    return sql_finish(find, error);
}
