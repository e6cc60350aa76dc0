/* store_summaries.c - passes 2 and 3: what the model wrote and read, summaries with their points
 * and evidence, figures. */
#include "pipeline/store_private.h"

static const char *const point_author_names[] = {"customer", "model"};

bool store_load_generated_text(struct store *store, uint64_t key, struct arena *arena,
                               struct text *text, struct error *error)
{
    *text = (struct text){0};
    struct sql_statement *select =
        sql_prepare(store->sql, "SELECT text FROM generated WHERE key = ?", error);
    sql_bind_hash(select, 1, key);
    if (sql_next_row(select))
        *text = arena_copy_text(arena, sql_text(select, 0));
    return sql_finish(select, error);
}

bool store_save_generated_text(struct store *store, uint64_t key, struct text text,
                               struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT OR REPLACE INTO generated VALUES (?, ?)", error);
    sql_bind_hash(insert, 1, key);
    sql_bind_text(insert, 2, text);
    return sql_end(store->sql, sql_run(insert, error), error);
}

bool store_load_clause_reading(struct store *store, struct clause_reading *clause_reading,
                               bool *found, struct error *error)
{
    struct sql_statement *select = sql_prepare(
        store->sql, "SELECT first, second, third, fourth FROM clause_reading WHERE key = ?", error);
    sql_bind_hash(select, 1, clause_reading->key);
    *found = sql_next_row(select);
    for (int i = 0; *found && i < CLAUSE_READING_NUMBERS; i++)
        clause_reading->numbers[i] = sql_real(select, i);
    return sql_finish(select, error);
}

bool store_save_clause_readings(struct store *store, const struct clause_reading *clause_readings,
                                size_t count, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct sql_statement *insert = sql_prepare(
            store->sql, "INSERT OR REPLACE INTO clause_reading VALUES (?, ?, ?, ?, ?)", error);
        sql_bind_hash(insert, 1, clause_readings[i].key);
        for (int k = 0; k < CLAUSE_READING_NUMBERS; k++)
            sql_bind_real(insert, 2 + k, clause_readings[i].numbers[k]);
        ok = sql_run(insert, error);
    }
    return sql_end(store->sql, ok, error);
}

/* Binds segment, topic and period to three parameters from `first` on. The statement must run
 * before the next call. */
static void bind_group(struct store *store, struct sql_statement *statement, int first,
                       const struct group_key *key, struct text period)
{
    sql_bind_text(statement, first, store_format_fields(store, key->fields, key->field_count));
    sql_bind_text(statement, first + 1, key->topic);
    sql_bind_text(statement, first + 2, period);
}

bool store_summary_is_current(struct store *store, uint64_t view, const struct group_entry *entry,
                              bool *current, struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql,
                    "SELECT fingerprint FROM summary"
                    " WHERE view = ? AND segment = ? AND topic = ? AND period = ?",
                    error);
    sql_bind_hash(find, 1, view);
    bind_group(store, find, 2, &entry->key, entry->period);
    *current = sql_next_row(find) && sql_hash(find, 0) == entry->fingerprint;
    return sql_finish(find, error);
}

/* ---- Saving a summary ---- */

static bool delete_summary(struct store *store, int64_t id, struct error *error)
{
    static const char *const delete_statements[] = {
        "DELETE FROM key_point WHERE summary_id = ?", "DELETE FROM evidence WHERE summary_id = ?",
        "DELETE FROM quote WHERE summary_id = ?", "DELETE FROM example WHERE summary_id = ?",
        "DELETE FROM summary WHERE id = ?"};
    for (size_t i = 0; i < sizeof(delete_statements) / sizeof(*delete_statements); i++) {
        struct sql_statement *statement = sql_prepare(store->sql, delete_statements[i], error);
        sql_bind_integer(statement, 1, id);
        if (!sql_run(statement, error))
            return false;
    }
    return true;
}

static bool delete_previous_summary(struct store *store, uint64_t view, const struct group *group,
                                    struct error *error)
{
    struct sql_statement *find = sql_prepare(
        store->sql,
        "SELECT id FROM summary WHERE view = ? AND segment = ? AND topic = ? AND period = ?",
        error);
    sql_bind_hash(find, 1, view);
    bind_group(store, find, 2, &group->key, group->period);
    bool found = sql_next_row(find);
    int64_t id = found ? sql_integer(find, 0) : 0;
    return sql_finish(find, error) && (!found || delete_summary(store, id, error));
}

static bool insert_summary(struct store *store, uint64_t view, const struct group *group,
                           struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO summary (view, segment, topic, period, fingerprint, text, records, levels)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        error);
    sql_bind_hash(insert, 1, view);
    bind_group(store, insert, 2, &group->key, group->period);
    sql_bind_hash(insert, 5, group->fingerprint);
    sql_bind_text(insert, 6, group->summary);
    sql_bind_hash(insert, 7, group->member_count);
    sql_bind_hash(insert, 8, group->levels);
    return sql_run(insert, error);
}

static void bind_passage(struct sql_statement *statement, int first, const struct group *group,
                         const struct passage *passage)
{
    sql_bind_hash(statement, first, group->members[passage->member].feedback_id);
    sql_bind_hash(statement, first + 1, passage->begin);
    sql_bind_hash(statement, first + 2, passage->end);
}

static void bind_time(struct sql_statement *statement, int index, int64_t time)
{
    if (time != TIME_UNKNOWN)
        sql_bind_integer(statement, index, time);
}

static bool insert_point(struct store *store, int64_t id, const struct group *group, size_t number,
                         struct error *error)
{
    const struct key_point *point = &group->points[number];
    struct sql_statement *insert = sql_prepare(
        store->sql, "INSERT INTO key_point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
    sql_bind_integer(insert, 1, id);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, point->text);
    sql_bind_text(insert, 4, text_of(sentiment_names[point->polarity]));
    sql_bind_hash(insert, 5, point->records);
    if (group->has_previous)
        sql_bind_hash(insert, 6, point->previous_records);
    sql_bind_hash(insert, 7, point->opposite_records);
    bind_time(insert, 8, point->first_seen);
    bind_time(insert, 9, point->last_seen);
    sql_bind_text(insert, 10, text_of(point_author_names[point->author]));
    bool ok = sql_run(insert, error);
    for (size_t i = 0; ok && i < point->records; i++) {
        struct sql_statement *evidence =
            sql_prepare(store->sql, "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?)", error);
        sql_bind_integer(evidence, 1, id);
        sql_bind_hash(evidence, 2, number);
        sql_bind_hash(evidence, 3, i);
        if (evidence)
            bind_passage(evidence, 4, group, &point->evidence[i]);
        ok = sql_run(evidence, error);
    }
    return ok;
}

static bool insert_quote(struct store *store, int64_t id, const struct group *group, size_t number,
                         struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT INTO quote VALUES (?, ?, ?, ?, ?)", error);
    sql_bind_integer(insert, 1, id);
    sql_bind_hash(insert, 2, number);
    if (insert)
        bind_passage(insert, 3, group, &group->quotes[number]);
    return sql_run(insert, error);
}

static bool insert_example(struct store *store, int64_t id, const struct group *group,
                           size_t number, struct error *error)
{
    const struct quoted_example *example = &group->examples[number];
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT INTO example VALUES (?, ?, ?, ?, ?, ?, ?, ?)", error);
    sql_bind_integer(insert, 1, id);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, text_of(sentiment_names[example->polarity]));
    sql_bind_text(insert, 4, example->subject);
    sql_bind_hash(insert, 5, example->records);
    if (insert)
        bind_passage(insert, 6, group, &example->passage);
    return sql_run(insert, error);
}

bool store_save_summary(struct store *store, uint64_t view, const struct group *group,
                        struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = delete_previous_summary(store, view, group, error) &&
              insert_summary(store, view, group, error);
    int64_t id = sql_last_id(store->sql);
    for (size_t i = 0; ok && i < group->point_count; i++)
        ok = insert_point(store, id, group, i, error);
    for (size_t i = 0; ok && i < group->quote_count; i++)
        ok = insert_quote(store, id, group, i, error);
    for (size_t i = 0; ok && i < group->example_count; i++)
        ok = insert_example(store, id, group, i, error);
    return sql_end(store->sql, ok, error);
}

/* ---- Summaries of groups that no longer exist ---- */

static bool fill_listed_groups(struct store *store, const struct group_list *groups,
                               struct error *error)
{
    if (!sql_execute(store->sql,
                     "CREATE TEMP TABLE IF NOT EXISTS listed (segment TEXT, topic TEXT,"
                     " period TEXT, PRIMARY KEY (segment, topic, period)) WITHOUT ROWID;"
                     "DELETE FROM temp.listed",
                     error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < groups->count; i++) {
        struct sql_statement *insert =
            sql_prepare(store->sql, "INSERT OR IGNORE INTO temp.listed VALUES (?, ?, ?)", error);
        bind_group(store, insert, 1, &groups->groups[i].key, groups->groups[i].period);
        ok = sql_run(insert, error);
    }
    return ok;
}

static bool delete_unlisted(struct store *store, uint64_t view, struct error *error)
{
    struct sql_statement *select = sql_prepare(
        store->sql,
        "SELECT id FROM summary WHERE view = ?"
        " AND (segment, topic, period) NOT IN (SELECT segment, topic, period FROM temp.listed)",
        error);
    sql_bind_hash(select, 1, view);
    bool ok = true;
    while (ok && sql_next_row(select))
        ok = delete_summary(store, sql_integer(select, 0), error);
    return sql_finish(select, error) && ok;
}

bool store_delete_unlisted_summaries(struct store *store, uint64_t view,
                                     const struct group_list *groups, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = fill_listed_groups(store, groups, error) && delete_unlisted(store, view, error);
    return sql_end(store->sql, ok, error);
}

bool store_for_each_summary(struct store *store, uint64_t view,
                            bool (*visit)(void *user, const struct saved_summary *summary,
                                          struct error *error),
                            void *user, struct error *error)
{
    struct sql_statement *select =
        sql_prepare(store->sql,
                    "SELECT s.segment, s.topic, s.period, s.text, s.records, " STORE_SUMMARIES_GROUP
                    " FROM summary AS s WHERE view = ?" STORE_SUMMARIES_ORDER,
                    error);
    sql_bind_hash(select, 1, view);
    struct arena arena = {0};
    bool ok = true;
    while (ok && sql_next_row(select)) {
        arena_reset(&arena);
        struct saved_summary summary = {.key.topic = sql_text(select, 1),
                                        .period = sql_text(select, 2),
                                        .text = sql_text(select, 3),
                                        .records = sql_hash(select, 4)};
        ok = store_parse_fields(sql_text(select, 0), &arena, &summary.key.fields,
                                &summary.key.field_count, error) &&
             visit(user, &summary, error);
    }
    arena_free(&arena);
    return sql_finish(select, error) && ok;
}

/* ---- Figures ---- */

static void bind_share(struct sql_statement *statement, int first, struct share share)
{
    sql_bind_real(statement, first, share.value);
    sql_bind_real(statement, first + 1, share.low);
    sql_bind_real(statement, first + 2, share.high);
}

static struct share read_share(const struct sql_statement *row, int first)
{
    return (struct share){sql_real(row, first), sql_real(row, first + 1), sql_real(row, first + 2)};
}

static enum share_method parse_share_method(struct text name)
{
    return text_equal(name, text_of(share_method_names[SHARE_PROBABILITIES])) ? SHARE_PROBABILITIES
                                                                              : SHARE_PLAIN;
}

static bool insert_topic_stats(struct store *store, uint64_t view, size_t number,
                               const struct topic_stats *topic_stats, struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql,
        "INSERT INTO topic_stats (view, number, segment, topic, period, mentions, responses,"
        " positive, neutral, negative, mixed, undetected, net_sentiment, mean_rating,"
        " rating_low, rating_high, rating_scale, nps, nps_low, nps_high, csat, csat_low, csat_high,"
        " rating_n, nps_n, csat_n, top_quote_id, negative_share, negative_low, negative_high,"
        " positive_share, positive_low, positive_high, share_method) VALUES"
        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        "  ?, ?, ?, ?, ?, ?)",
        error);
    sql_bind_hash(insert, 1, view);
    sql_bind_hash(insert, 2, number);
    bind_group(store, insert, 3, &topic_stats->key, topic_stats->period);
    const uint64_t counts[] = {
        topic_stats->mentions, topic_stats->responses, topic_stats->positive,  topic_stats->neutral,
        topic_stats->negative, topic_stats->mixed,     topic_stats->undetected};
    for (int i = 0; i < 7; i++)
        sql_bind_hash(insert, 6 + i, counts[i]);
    sql_bind_real(insert, 13, topic_stats->net_sentiment);
    bind_share(insert, 14, topic_stats->mean_rating);
    sql_bind_real(insert, 17, topic_stats->rating_scale);
    bind_share(insert, 18, topic_stats->nps);
    bind_share(insert, 21, topic_stats->csat);
    sql_bind_hash(insert, 24, topic_stats->rating_n);
    sql_bind_hash(insert, 25, topic_stats->nps_n);
    sql_bind_hash(insert, 26, topic_stats->csat_n);
    sql_bind_hash(insert, 27, topic_stats->top_quote_id);
    bind_share(insert, 28, topic_stats->negative_share);
    bind_share(insert, 31, topic_stats->positive_share);
    sql_bind_text(insert, 34, text_of(share_method_names[topic_stats->share_method]));
    return sql_run(insert, error);
}

bool store_save_topic_stats(struct store *store, uint64_t view, const struct topic_stats *figures,
                            size_t count, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    struct sql_statement *delete =
        sql_prepare(store->sql, "DELETE FROM topic_stats WHERE view = ?", error);
    sql_bind_hash(delete, 1, view);
    bool ok = sql_run(delete, error);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_topic_stats(store, view, i, &figures[i], error);
    return sql_end(store->sql, ok, error);
}

static struct topic_stats read_topic_stats(const struct sql_statement *row)
{
    return (struct topic_stats){
        .key.topic = sql_text(row, 1),
        .period = sql_text(row, 2),
        .mentions = sql_hash(row, 3),
        .responses = sql_hash(row, 4),
        .positive = sql_hash(row, 5),
        .neutral = sql_hash(row, 6),
        .negative = sql_hash(row, 7),
        .mixed = sql_hash(row, 8),
        .undetected = sql_hash(row, 9),
        .net_sentiment = sql_real(row, 10),
        .mean_rating = read_share(row, 11),
        .rating_scale = sql_real(row, 14),
        .nps = read_share(row, 15),
        .csat = read_share(row, 18),
        .rating_n = sql_hash(row, 21),
        .nps_n = sql_hash(row, 22),
        .csat_n = sql_hash(row, 23),
        .top_quote_id = sql_hash(row, 24),
        .negative_share = read_share(row, 25),
        .positive_share = read_share(row, 28),
        .share_method = parse_share_method(sql_text(row, 31)),
    };
}

bool store_for_each_topic_stats(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct topic_stats *topic_stats,
                                              struct error *error),
                                void *user, struct error *error)
{
    struct sql_statement *select = sql_prepare(
        store->sql,
        "SELECT t.segment, t.topic, t.period, mentions, responses, positive, neutral, negative,"
        " mixed, undetected, net_sentiment, mean_rating, rating_low, rating_high, rating_scale,"
        " nps, nps_low, nps_high, csat, csat_low, csat_high, rating_n, nps_n, csat_n,"
        " top_quote_id, negative_share, negative_low, negative_high, positive_share, positive_low,"
        " positive_high, share_method, " STORE_TOPICS_SEGMENT
        " FROM topic_stats AS t WHERE view = ?" STORE_TOPICS_ORDER,
        error);
    sql_bind_hash(select, 1, view);
    struct arena arena = {0};
    bool ok = true;
    while (ok && sql_next_row(select)) {
        arena_reset(&arena);
        struct topic_stats topic_stats = read_topic_stats(select);
        ok = store_parse_fields(sql_text(select, 0), &arena, &topic_stats.key.fields,
                                &topic_stats.key.field_count, error) &&
             visit(user, &topic_stats, error);
    }
    arena_free(&arena);
    return sql_finish(select, error) && ok;
}

/* ---- Shares ---- */

static bool insert_label_share(struct store *store, uint64_t view, size_t number,
                               const struct label_share *label_share, struct error *error)
{
    struct sql_statement *insert = sql_prepare(
        store->sql, "INSERT INTO label_share VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
    sql_bind_hash(insert, 1, view);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, label_share->source);
    sql_bind_text(insert, 4, text_of(sentiment_names[label_share->label]));
    sql_bind_hash(insert, 5, label_share->records);
    sql_bind_real(insert, 6, label_share->predicted_share);
    bind_share(insert, 7, label_share->share);
    sql_bind_text(insert, 10, text_of(share_method_names[label_share->method]));
    return sql_run(insert, error);
}

bool store_save_label_shares(struct store *store, uint64_t view, const struct label_share *shares,
                             size_t count, struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    struct sql_statement *delete =
        sql_prepare(store->sql, "DELETE FROM label_share WHERE view = ?", error);
    sql_bind_hash(delete, 1, view);
    bool ok = sql_run(delete, error);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_label_share(store, view, i, &shares[i], error);
    return sql_end(store->sql, ok, error);
}

bool store_for_each_label_share(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct label_share *label_share,
                                              struct error *error),
                                void *user, struct error *error)
{
    struct sql_statement *select =
        sql_prepare(store->sql,
                    "SELECT source, label, records, predicted_share, share, low, high, method"
                    " FROM label_share WHERE view = ?" STORE_SHARES_ORDER,
                    error);
    sql_bind_hash(select, 1, view);
    bool ok = true;
    while (ok && sql_next_row(select)) {
        struct label_share label_share = {
            .source = sql_text(select, 0),
            .label = store_parse_sentiment(sql_text(select, 1)),
            .records = sql_hash(select, 2),
            .predicted_share = sql_real(select, 3),
            .share = read_share(select, 4),
            .method = parse_share_method(sql_text(select, 7)),
        };
        ok = visit(user, &label_share, error);
    }
    return sql_finish(select, error) && ok;
}

bool store_for_each_point_evidence(struct store *store,
                                   void (*visit)(void *user, const struct point_evidence *evidence),
                                   void *user, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT p.text, s.topic, p.polarity, e.feedback_id, s.id, p.number"
                    " FROM summary AS s JOIN key_point AS p ON p.summary_id = s.id"
                    " JOIN evidence AS e ON e.summary_id = s.id AND e.point = p.number"
                    " WHERE s.view = 0 ORDER BY s.id, p.number, e.number",
                    error);
    int64_t summary = -1, point = -1;
    while (sql_next_row(rows)) {
        int64_t new_summary = sql_integer(rows, 4), new_point = sql_integer(rows, 5);
        struct point_evidence evidence = {
            .is_first = new_summary != summary || new_point != point,
            .point = sql_text(rows, 0),
            .topic = sql_text(rows, 1),
            .polarity = store_parse_sentiment(sql_text(rows, 2)),
            .feedback_id = sql_hash(rows, 3),
        };
        visit(user, &evidence);
        summary = new_summary;
        point = new_point;
    }
    return sql_finish(rows, error);
}
