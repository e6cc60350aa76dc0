/* store_records.c - pass 1: looking up records, and saving batches. */
#include <math.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "pipeline/store_private.h"

enum {
    MAX_FIELD_SIZE = 200, /* bytes; longer values are of no use for groups and filters */
};

/* ---- Look-ups ---- */

bool store_find_record(struct store *store, const struct batch *batch, const struct record *record,
                       struct record_lookup *record_lookup, struct error *error)
{
    *record_lookup = (struct record_lookup){0};
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT f.content_hash = ?2 OR EXISTS (SELECT 1 FROM revision AS r"
                    "  WHERE r.feedback_id = f.id AND r.content_hash = ?2"
                    "  AND (f.settings_hash = ?4 OR r.run_id = ?3)),"
                    " EXISTS (SELECT 1 FROM seen WHERE feedback_id = f.id AND file_id >= ?5),"
                    " f.first_run = ?3, f.details_hash = ?6, f.settings_hash <> ?4"
                    " FROM feedback AS f WHERE f.id = ?1",
                    error);
    sql_bind_hash(find, 1, record->id);
    sql_bind_hash(find, 2, record->content_hash);
    sql_bind_hash(find, 3, store->run_id);
    sql_bind_hash(find, 4, batch->settings_hash);
    sql_bind_integer(find, 5, store->first_file_id);
    sql_bind_hash(find, 6, record->details_hash);
    if (sql_next_row(find)) {
        record_lookup->exists = true;
        record_lookup->same_content = sql_integer(find, 0);
        record_lookup->seen_in_this_run = sql_integer(find, 1);
        record_lookup->new_in_this_run = sql_integer(find, 2);
        record_lookup->same_details = sql_integer(find, 3);
        record_lookup->is_outdated = sql_integer(find, 4) && !record_lookup->seen_in_this_run;
    }
    return sql_finish(find, error);
}

bool store_find_same_author_duplicate(struct store *store, const struct batch *batch,
                                      const struct record *record, bool *found, struct error *error)
{
    *found = false;
    if (!record->author_hash)
        return true;
    struct sql_statement *find = sql_prepare(
        store->sql,
        "SELECT 1 FROM feedback AS f WHERE author_hash = ?1 AND text_hash = ?2"
        " AND rating IS ?8 AND source = ?3 AND id <> ?4 AND (settings_hash = ?5 OR EXISTS"
        "  (SELECT 1 FROM seen WHERE feedback_id = f.id AND file_id >= ?6))"
        /* Earlier revisions count too: otherwise the answer would depend on whether
         * the edit is saved yet. */
        " UNION ALL SELECT 1 FROM revision AS r JOIN feedback AS f"
        " ON f.id = r.feedback_id WHERE r.author_hash = ?1 AND r.text_hash = ?2"
        " AND r.rating IS ?8 AND f.source = ?3 AND f.id <> ?4"
        " AND (f.settings_hash = ?5 OR r.run_id = ?7) LIMIT 1",
        error);
    sql_bind_hash(find, 1, record->author_hash);
    sql_bind_hash(find, 2, record->text_hash);
    sql_bind_text(find, 3, batch->source);
    sql_bind_hash(find, 4, record->id);
    sql_bind_hash(find, 5, batch->settings_hash);
    sql_bind_integer(find, 6, store->first_file_id);
    sql_bind_hash(find, 7, store->run_id);
    sql_bind_real(find, 8, record->rating);
    *found = sql_next_row(find);
    return sql_finish(find, error);
}

/* ---- Saving ---- */

/* Other columns of a record that earlier files gave it. */
struct saved_details {
    bool is_outdated; /* read under other settings: to be replaced, not added to */
    const struct field *fields;
    size_t field_count;
};

/* Groups and filters may use these columns. The author's name, long values, and values that are
 * saved in a column of their own are not among them. */
static bool is_kept(const struct record *record, const struct field *field)
{
    bool is_author = text_equal(field->value, record->author) && !record->saves_author;
    return field->value.size && field->value.size <= MAX_FIELD_SIZE && !is_author &&
           !text_equal(field->value, record->body) && !text_equal(field->value, record->title);
}

static bool has_column(const struct record *record, struct text name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal(record->fields[i].name, name))
            return true;
    return false;
}

/* The record's columns, then the saved ones that its row does not have. */
static struct text format_record_fields(struct store *store, const struct record *record,
                                        const struct saved_details *saved, struct arena *arena)
{
    struct field *kept =
        arena_alloc(arena, record->field_count + saved->field_count, sizeof(*kept));
    size_t count = 0;
    for (size_t i = 0; i < record->field_count; i++)
        if (is_kept(record, &record->fields[i]))
            kept[count++] = record->fields[i];
    for (size_t i = 0; i < saved->field_count; i++)
        if (!has_column(record, saved->fields[i].name))
            kept[count++] = saved->fields[i];
    return store_format_fields(store, kept, count);
}

static bool load_saved_details(struct store *store, struct batch *batch,
                               const struct record *record, struct saved_details *saved,
                               struct error *error)
{
    *saved = (struct saved_details){0};
    struct sql_statement *load =
        sql_prepare(store->sql,
                    "SELECT fields, settings_hash <> ?2 AND NOT EXISTS (SELECT 1 FROM seen"
                    "  WHERE feedback_id = f.id AND file_id >= ?3)"
                    " FROM feedback AS f WHERE id = ?1",
                    error);
    sql_bind_hash(load, 1, record->id);
    sql_bind_hash(load, 2, batch->settings_hash);
    sql_bind_integer(load, 3, store->first_file_id);
    bool ok = true;
    if (sql_next_row(load)) {
        saved->is_outdated = sql_integer(load, 1);
        ok = saved->is_outdated || store_parse_fields(sql_text(load, 0), &batch->arena,
                                                      &saved->fields, &saved->field_count, error);
    }
    return sql_finish(load, error) && ok;
}

/* Keeps the saved content before save_feedback overwrites it, if the new content differs. */
static bool save_revision(struct store *store, const struct record *record, struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO revision SELECT id, revision, content_hash, created_at, rating, title, text,"
        " text_hash, author_hash, run_id FROM feedback WHERE id = ? AND content_hash <> ?",
        error);
    sql_bind_hash(insert, 1, record->id);
    sql_bind_hash(insert, 2, record->content_hash);
    return sql_run(insert, error);
}

/* What only all rows of the source decide; NULL if it is certain. */
static void bind_readings(struct sql_statement *save, int first, const struct record *record)
{
    if (record->date.shape)
        sql_bind_hash(save, first, record->date.shape);
    for (int order = DATE_ORDER_YMD; order < DATE_ORDER_COUNT; order++)
        if (record->date.shape && record->date.times[order] != TIME_UNKNOWN)
            sql_bind_integer(save, first + order, record->date.times[order]);
    if (!isnan(record->rating) && record->rating_reading.column &&
        isnan(record->rating_reading.stated_scale))
        sql_bind_hash(save, first + DATE_ORDER_COUNT, record->rating_reading.column);
}

/* The order that the record's file shows; NULL without one. */
static void bind_file_order(struct sql_statement *save, int index, const struct record *record)
{
    if (record->date.shape && record->date.file_order)
        sql_bind_integer(save, index, record->date.file_order);
}

/* Inserts a record into the table, or updates it. */
#define SAVE_RECORD(table)                                                                         \
    "INSERT INTO " table " (id, source, external_id, author_hash, created_at, lang, rating,"       \
    " rating_scale, title, text, question, fields, text_hash, content_hash, first_run, run_id,"    \
    " lang_source, author, asked_for, reply, date_shape, date_ymd, date_mdy, date_dmy,"            \
    " rating_column, details_hash, row_hash, settings_hash, date_file_order)"                      \
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17,"    \
    " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)"                                      \
    " ON CONFLICT (id) DO UPDATE SET author_hash = ?4, created_at = ?5, lang = ?6,"                \
    " rating = ?7, rating_scale = ?8, title = ?9, text = ?10, question = ?11, fields = ?12,"       \
    " text_hash = ?13, revision = revision + (content_hash <> ?14), content_hash = ?14,"           \
    " run_id = ?15, lang_source = ?16, author = ?17, asked_for = ?18, reply = ?19,"                \
    " date_shape = ?20, date_ymd = ?21, date_mdy = ?22, date_dmy = ?23, rating_column = ?24, "     \
    "date_file_order = ?28,"                                                                       \
    " details_hash = ?25,"

static void bind_record(struct store *store, struct sql_statement *save, struct batch *batch,
                        const struct record *record)
{
    sql_bind_hash(save, 1, record->id);
    sql_bind_text(save, 2, batch->source);
    sql_bind_text_or_null(save, 3, record->external_id);
    if (record->author_hash)
        sql_bind_hash(save, 4, record->author_hash);
    if (record->created_at != TIME_UNKNOWN)
        sql_bind_integer(save, 5, record->created_at);
    sql_bind_text_or_null(save, 6, record->lang);
    sql_bind_real(save, 7, record->rating);
    sql_bind_real(save, 8, record->rating_scale);
    sql_bind_text_or_null(save, 9, record->title);
    sql_bind_text(save, 10, record->text);
    sql_bind_text_or_null(save, 11, record->question);
    sql_bind_hash(save, 13, record->text_hash);
    sql_bind_hash(save, 14, record->content_hash);
    sql_bind_hash(save, 15, store->run_id);
    sql_bind_text_or_null(save, 16, text_of(record->lang_source));
    if (record->saves_author)
        sql_bind_text_or_null(save, 17, record->author);
    sql_bind_text_or_null(save, 18, text_of(asked_for_names[record->asked_for]));
    sql_bind_text_or_null(save, 19, record->reply);
    bind_readings(save, 20, record);
    bind_file_order(save, 28, record);
    sql_bind_hash(save, 25, record->details_hash);
    sql_bind_hash(save, 26, record->row_hash);
    sql_bind_hash(save, 27, batch->settings_hash);
}

static bool save_feedback(struct store *store, struct batch *batch, const struct record *record,
                          struct error *error)
{
    struct saved_details saved = {0};
    if (record->state == RECORD_REVISED && !load_saved_details(store, batch, record, &saved, error))
        return false;
    struct sql_statement *save = sql_prepare(
        store->sql, SAVE_RECORD("feedback") " row_hash = iif(settings_hash = ?27, ?26, row_hash)",
        error);
    bind_record(store, save, batch, record);
    sql_bind_text(save, 12, format_record_fields(store, record, &saved, &batch->arena));
    return sql_run(save, error);
}

/* Brings the other columns of a record with the same content up to date; a row with an earlier
 * revision changes nothing. What the row does not have is kept, unless it was read under other
 * settings. The author stays, since duplicates depend on it.
 */
static bool update_details(struct store *store, struct batch *batch, const struct record *record,
                           struct error *error)
{
    struct saved_details saved;
    if (!load_saved_details(store, batch, record, &saved, error))
        return false;
    struct sql_statement *update =
        sql_prepare(store->sql,
                    "UPDATE feedback SET fields = ?3, author_hash = iif(?10, ?4, author_hash),"
                    " lang = coalesce(?5, iif(?10, NULL, lang)),"
                    " lang_source = iif(?10 OR ?5 IS NOT NULL, ?6, lang_source),"
                    " author = iif(?10, ?7, author),"
                    " asked_for = coalesce(?8, iif(?10, NULL, asked_for)),"
                    " reply = coalesce(?9, iif(?10, NULL, reply)), details_hash = ?2,"
                    " row_hash = iif(settings_hash = ?12, ?11, row_hash)"
                    " WHERE id = ?1 AND details_hash <> ?2 AND content_hash = ?13",
                    error);
    sql_bind_hash(update, 1, record->id);
    sql_bind_hash(update, 2, record->details_hash);
    sql_bind_text(update, 3, format_record_fields(store, record, &saved, &batch->arena));
    if (record->author_hash)
        sql_bind_hash(update, 4, record->author_hash);
    sql_bind_text_or_null(update, 5, record->lang);
    sql_bind_text_or_null(update, 6, text_of(record->lang_source));
    if (record->saves_author)
        sql_bind_text_or_null(update, 7, record->author);
    sql_bind_text_or_null(update, 8, text_of(asked_for_names[record->asked_for]));
    sql_bind_text_or_null(update, 9, record->reply);
    sql_bind_integer(update, 10, saved.is_outdated);
    sql_bind_hash(update, 11, record->row_hash);
    sql_bind_hash(update, 12, batch->settings_hash);
    sql_bind_hash(update, 13, record->content_hash);
    return sql_run(update, error);
}

/* Which row gave the record: the first one of the run, or a later one that changed it. */
static bool save_seen(struct store *store, const struct record *record, struct error *error)
{
    struct sql_statement *save =
        sql_prepare(store->sql, "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", error);
    sql_bind_hash(save, 1, record->id);
    sql_bind_integer(save, 2, store->file_id);
    sql_bind_hash(save, 3, record->row_hash);
    return sql_run(save, error);
}

static bool save_seen_again(struct store *store, const struct record *record, struct error *error)
{
    struct sql_statement *save =
        sql_prepare(store->sql,
                    "INSERT OR REPLACE INTO seen SELECT id, ?2, ?3 FROM feedback"
                    " WHERE id = ?1 AND content_hash = ?4 AND details_hash = ?5",
                    error);
    sql_bind_hash(save, 1, record->id);
    sql_bind_integer(save, 2, store->file_id);
    sql_bind_hash(save, 3, record->row_hash);
    sql_bind_hash(save, 4, record->content_hash);
    sql_bind_hash(save, 5, record->details_hash);
    return sql_run(save, error);
}

/* Saves a record that repeats another one of its author among the duplicates. If it was saved under
 * other settings as a record of its own, it is both until the end of pass 1. */
static bool save_duplicate(struct store *store, struct batch *batch, const struct record *record,
                           struct error *error)
{
    struct saved_details saved = {0};
    struct sql_statement *save =
        sql_prepare(store->sql,
                    SAVE_RECORD("duplicate") " row_hash = ?26, settings_hash = ?27"
                                             " WHERE content_hash <> ?14 OR details_hash <> ?25"
                                             " OR settings_hash <> ?27",
                    error);
    bind_record(store, save, batch, record);
    sql_bind_text(save, 12, format_record_fields(store, record, &saved, &batch->arena));
    struct sql_statement *see =
        sql_prepare(store->sql, "INSERT OR REPLACE INTO seen_duplicate VALUES (?, ?, ?)", error);
    sql_bind_hash(see, 1, record->id);
    sql_bind_integer(see, 2, store->file_id);
    sql_bind_text(see, 3, text_of(record_state_names[record->state_if_nobody]));
    bool ok = sql_run(save, error);
    return sql_run(see, error) && ok;
}

static bool save_record(struct store *store, struct batch *batch, const struct record *record,
                        struct error *error)
{
    bool is_changed = record->state == RECORD_NEW || record->state == RECORD_REVISED;
    if (store->has_other_settings && !store_mark_reread(store, batch, record, error))
        return false;
    if (record->may_have_new_details &&
        !(update_details(store, batch, record, error) && save_seen_again(store, record, error)))
        return false;
    if (record->state == RECORD_DUPLICATE && record->repeats_author)
        return save_duplicate(store, batch, record, error);
    if (!is_changed && record->state != RECORD_UNCHANGED)
        return true;
    return (!is_changed ||
            (save_revision(store, record, error) && save_feedback(store, batch, record, error))) &&
           save_seen(store, record, error) &&
           (!record->needs_analysis ||
            (batch->defers_analysis ? store_defer_analysis(store, record, error)
                                    : store_save_analysis(store, record, error)));
}

/* An erased reject counts and is listed, without its bytes. */
static bool save_reject(struct store *store, const struct reject *reject, struct arena *arena,
                        struct error *error)
{
    bool is_erased;
    struct text raw = utf8_repair(reject->raw, arena, NULL);
    if (!store_is_reject_erased(store, hash_text(raw), &is_erased, error))
        return false;
    struct sql_statement *save = sql_prepare(
        store->sql,
        "INSERT INTO reject (file_id, line, byte_offset, reason, raw) VALUES (?, ?, ?, ?, ?)",
        error);
    sql_bind_integer(save, 1, store->file_id);
    if (reject->line)
        sql_bind_hash(save, 2, reject->line);
    sql_bind_hash(save, 3, reject->byte_offset);
    sql_bind_text(save, 4, is_erased ? TEXT("erased by `winnow forget`") : reject->reason);
    sql_bind_text(save, 5, is_erased ? TEXT("") : raw);
    return sql_run(save, error);
}

static bool save_progress(struct store *store, const struct batch *batch, uint64_t reads,
                          bool file_finished, struct error *error)
{
    uint64_t states[RECORD_STATE_COUNT] = {[RECORD_REJECTED] = batch->reject_count};
    uint64_t inferred = 0;
    double tokens = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        if (record->state != RECORD_REJECTED)
            states[record->state]++;
        if (record->needs_analysis) {
            inferred++;
            tokens += round((double)record->analysis.tokens * record->analysis.coverage);
        }
    }
    struct sql_statement *save = sql_prepare(
        store->sql,
        "UPDATE file SET reads = ?1, finished = ?2, read = read + ?3, new = new + ?4,"
        " unchanged = unchanged + ?5, revised = revised + ?6, duplicate = duplicate + ?7,"
        " empty = empty + ?8, no_opinion = no_opinion + ?9, erased = erased + ?10,"
        " rejected = rejected + ?11, inferred = inferred + ?12, tokens = tokens + ?13,"
        " failure = ?14, skipped = skipped + ?15 WHERE id = ?16",
        error);
    sql_bind_hash(save, 1, reads);
    sql_bind_integer(save, 2, file_finished);
    sql_bind_hash(save, 3, batch->read);
    for (int state = 0; state < RECORD_STATE_COUNT; state++)
        sql_bind_hash(save, 4 + state, states[state]);
    sql_bind_hash(save, 12, inferred);
    sql_bind_integer(save, 13, (int64_t)tokens);
    sql_bind_text_or_null(save, 14, batch->failure);
    sql_bind_hash(save, 15, batch->skipped);
    sql_bind_integer(save, 16, store->file_id);
    return sql_run(save, error);
}

static bool save_pii_counts(struct store *store, const struct batch *batch, struct error *error)
{
    bool ok = true;
    for (size_t kind = 0; ok && kind < PII_COUNT; kind++) {
        if (!batch->pii[kind])
            continue;
        struct sql_statement *save =
            sql_prepare(store->sql,
                        "INSERT INTO pii (file_id, kind, count) VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (file_id, kind) DO UPDATE SET count = count + ?3",
                        error);
        sql_bind_integer(save, 1, store->file_id);
        sql_bind_text(save, 2, text_of(pii_names[kind]));
        sql_bind_hash(save, 3, batch->pii[kind]);
        ok = sql_run(save, error);
    }
    return ok;
}

bool store_save_batch(struct store *store, struct batch *batch, uint64_t reads, bool file_finished,
                      struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = store_save_model_key(store, error);
    for (size_t i = 0; ok && i < batch->count; i++)
        ok = save_record(store, batch, &batch->records[i], error);
    for (size_t i = 0; ok && i < batch->reject_count; i++)
        ok = save_reject(store, &batch->rejects[i], &batch->arena, error);
    ok = ok && store_save_column_facts(store, batch, error) &&
         save_pii_counts(store, batch, error) &&
         save_progress(store, batch, reads, file_finished, error);
    ok = sql_end(store->sql, ok, error);
    if (ok)
        store->saved_model_key = store->model_key;
    return ok;
}

bool store_update_source_languages(struct store *store, struct error *error)
{
    return sql_begin(store->sql, error) &&
           sql_end(store->sql,
                   sql_execute(store->sql,
                               "DELETE FROM language;"
                               "INSERT INTO language SELECT source, lang FROM"
                               " (SELECT source, lang, count(*) AS records,"
                               "  sum(count(*)) OVER (PARTITION BY source) AS total FROM feedback"
                               "  WHERE lang IS NOT NULL GROUP BY source, lang)"
                               " WHERE records * 2 > total",
                               error),
                   error);
}
