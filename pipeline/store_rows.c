/* store_rows.c - saved records, as passes 2 and 3 read them. */
#include <math.h>

#include "pipeline/store_private.h"

enum sentiment store_parse_sentiment(struct text name)
{
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        if (text_equal(name, text_of(sentiment_names[i])))
            return (enum sentiment)i;
    return SENTIMENT_UNDETECTED;
}

static bool read_topics(struct store *store, int64_t analysis_id, struct arena *arena,
                        struct analysis *analysis, struct error *error)
{
    struct sql_statement *mentions = sql_prepare(
        store->sql,
        store->has_plain_topics
            ? "SELECT topic, polarity, count(*) OVER () FROM mention WHERE analysis_id = ?"
              " ORDER BY number"
            : "SELECT topic, polarity, count(*) OVER () FROM shown_mention WHERE analysis_id = ?"
              " ORDER BY number",
        error);
    sql_bind_integer(mentions, 1, analysis_id);
    struct topic_mention *topics = NULL;
    while (sql_next_row(mentions)) {
        if (!topics)
            topics = arena_alloc(arena, (size_t)sql_integer(mentions, 2), sizeof(*topics));
        topics[analysis->topic_count++] = (struct topic_mention){
            .topic = arena_copy_text(arena, sql_text(mentions, 0)),
            .polarity = store_parse_sentiment(sql_text(mentions, 1)),
        };
    }
    analysis->topics = topics;
    return sql_finish(mentions, error);
}

static bool read_record(struct store *store, const struct sql_statement *rows, struct arena *arena,
                        struct saved_record *record, struct error *error)
{
    *record = (struct saved_record){
        .feedback_id = sql_hash(rows, 0),
        .text_hash = sql_hash(rows, 1),
        .run_id = sql_hash(rows, 2),
        .source = sql_text(rows, 3),
        .external_id = sql_text(rows, 4),
        .lang = sql_text(rows, 5),
        .title = sql_text(rows, 6),
        .text = sql_text(rows, 7),
        .created_at = sql_is_null(rows, 8) ? TIME_UNKNOWN : sql_integer(rows, 8),
        .rating = sql_real(rows, 9),
        .rating_scale = sql_real(rows, 10),
        .respondent = sql_hash(rows, 18),
        .author_hash = sql_hash(rows, 19),
        .has_reply = sql_integer(rows, 20) != 0,
        .analysis_id = sql_hash(rows, 12),
    };
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        record->probabilities[i] = NAN;
    if (!store_parse_fields(sql_text(rows, 11), arena, &record->fields, &record->field_count,
                            error))
        return false;
    if (sql_is_null(rows, 12))
        return true;
    record->analysis = (struct analysis){
        .sentiment = store_parse_sentiment(sql_text(rows, 13)),
        .score = sql_real(rows, 14),
        .confidence = sql_real(rows, 15),
        .coverage = sql_real(rows, 16),
        .tokens = (size_t)sql_integer(rows, 17),
    };
    return read_topics(store, sql_integer(rows, 12), arena, &record->analysis, error);
}

bool store_for_each_record(struct store *store, const struct selection *selection,
                           bool (*visit)(void *user, const struct saved_record *record,
                                         struct error *error),
                           void *user, struct error *error)
{
    struct sql_statement *rows = sql_prepare(
        store->sql,
        "SELECT f.id, f.text_hash, f.run_id, f.source, f.external_id,"
        " coalesce(f.lang, l.lang), f.title, f.text,"
        " f.created_at, " STORE_RATING ", f.rating_scale, f.fields, a.id, a.sentiment, a.score,"
        " a.confidence, a.coverage, a.tokens,"
        " iif(f.question IS NULL, NULL, f.row_hash), f.author_hash, f.reply IS NOT NULL"
        " FROM feedback AS f"
        " LEFT JOIN analysis AS a ON a.text_hash = f.text_hash AND a.model_key = ?1"
        " LEFT JOIN language AS l ON l.source = f.source"
        " WHERE f.no_opinion = 0 AND (?2 IS NULL OR f.created_at >= ?2) AND (?3 IS "
        "NULL OR f.created_at < ?3)"
        " ORDER BY f.created_at, f.id < 0, f.id",
        error);
    sql_bind_hash(rows, 1, store->model_key);
    if (selection && selection->since != TIME_UNKNOWN)
        sql_bind_integer(rows, 2, selection->since);
    if (selection && selection->until != TIME_UNKNOWN)
        sql_bind_integer(rows, 3, selection->until);
    struct arena arena = {0};
    bool ok = true;
    while (ok && sql_next_row(rows)) {
        struct saved_record record;
        arena_reset(&arena);
        ok = read_record(store, rows, &arena, &record, error);
        if (ok && (!selection || store_matches_selection(selection, &record)))
            ok = visit(user, &record, error);
    }
    arena_free(&arena);
    return sql_finish(rows, error) && ok;
}

bool store_load_probabilities(struct store *store, struct saved_record *record, struct error *error)
{
    struct sql_statement *chunks =
        sql_prepare(store->sql,
                    "SELECT tokens, negative, neutral, positive FROM chunk WHERE analysis_id = ?"
                    " ORDER BY number",
                    error);
    sql_bind_hash(chunks, 1, record->analysis_id);
    double negative = 0, neutral = 0, positive = 0, tokens = 0;
    while (sql_next_row(chunks)) {
        double weight = sql_real(chunks, 0);
        negative += weight * sql_real(chunks, 1);
        neutral += weight * sql_real(chunks, 2);
        positive += weight * sql_real(chunks, 3);
        tokens += weight;
    }
    if (tokens > 0) {
        double mixed = 1 - (negative + neutral + positive) / tokens;
        record->probabilities[SENTIMENT_NEGATIVE] = negative / tokens;
        record->probabilities[SENTIMENT_NEUTRAL] = neutral / tokens;
        record->probabilities[SENTIMENT_POSITIVE] = positive / tokens;
        record->probabilities[SENTIMENT_MIXED] = mixed > 1e-9 ? mixed : 0; /* rounding */
        record->probabilities[SENTIMENT_UNDETECTED] = 0;
    }
    return sql_finish(chunks, error);
}

static bool insert_selected_id(void *user, const struct saved_record *record, struct error *error)
{
    struct store *store = user;
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT INTO temp.selected VALUES (?)", error);
    sql_bind_hash(insert, 1, record->feedback_id);
    return sql_run(insert, error);
}

bool store_fill_selected_ids(struct store *store, const struct selection *selection,
                             struct error *error)
{
    return sql_execute(store->sql,
                       "CREATE TEMP TABLE IF NOT EXISTS selected (id INTEGER PRIMARY KEY);"
                       "DELETE FROM temp.selected",
                       error) &&
           store_for_each_record(store, selection, insert_selected_id, store, error);
}

static bool check_is_saved(bool found, uint64_t id, struct error *error)
{
    return found || error_set(error, ERROR_STORE, "internal fault: feedback %016llx is not saved",
                              (unsigned long long)id);
}

/* The member's sentiment is its polarity on the topic, unless that is empty. */
static bool load_member(struct store *store, uint64_t id, struct text topic, struct member *member,
                        struct error *error)
{
    struct sql_statement *load =
        sql_prepare(store->sql,
                    "SELECT f.text_hash, f.created_at, coalesce("
                    "(SELECT " STORE_SHOWN_POLARITY STORE_SHOWN_MENTIONS
                    " AND m.analysis_id = a.id AND " STORE_SHOWN_TOPIC
                    " = ?3 GROUP BY " STORE_SHOWN_TOPIC "), a.sentiment),"
                    " f.rating, f.rating_scale FROM feedback AS f"
                    " LEFT JOIN analysis AS a ON a.text_hash = f.text_hash AND a.model_key = ?2"
                    " WHERE f.id = ?1",
                    error);
    sql_bind_hash(load, 1, id);
    sql_bind_hash(load, 2, store->model_key);
    sql_bind_text(load, 3, topic);
    bool found = sql_next_row(load);
    if (found)
        *member = (struct member){
            .feedback_id = id,
            .text_hash = sql_hash(load, 0),
            .created_at = sql_is_null(load, 1) ? TIME_UNKNOWN : sql_integer(load, 1),
            .sentiment = store_parse_sentiment(sql_text(load, 2)),
            .rating_side = (signed char)record_rating_side(sql_real(load, 3), sql_real(load, 4)),
        };
    return sql_finish(load, error) && check_is_saved(found, id, error);
}

bool store_load_member_text(struct store *store, const struct member *member, struct arena *arena,
                            struct text *text, struct error *error)
{
    *text = member->text;
    if (text->bytes)
        return true;
    struct sql_statement *load =
        sql_prepare(store->sql, "SELECT text FROM feedback WHERE id = ?", error);
    sql_bind_hash(load, 1, member->feedback_id);
    bool found = sql_next_row(load);
    if (found)
        *text = arena_copy_text(arena, sql_text(load, 0));
    return sql_finish(load, error) && check_is_saved(found, member->feedback_id, error);
}

bool store_load_group_members(struct store *store, const struct group_entry *entry,
                              struct arena *arena, const struct member **members,
                              struct error *error)
{
    struct member *loaded = arena_alloc(arena, entry->member_count, sizeof(*loaded));
    for (size_t i = 0; i < entry->member_count; i++)
        if (!load_member(store, entry->feedback_ids[i], entry->key.topic, &loaded[i], error))
            return false;
    *members = loaded;
    return true;
}
