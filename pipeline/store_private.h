/* store_private.h - what the files of the store share; nobody else includes it. */
#ifndef PIPELINE_STORE_PRIVATE_H
#define PIPELINE_STORE_PRIVATE_H

#include <stdio.h>

#include "pipeline/sql.h"
#include "pipeline/store.h"

enum { STORE_VERSION = 2 }; /* of the schema: PRAGMA user_version */

/* store_schema.c */
extern const char store_schema[];  /* creates every table */
extern const char store_views[];   /* and every view */
extern const char store_upgrade[]; /* the tables of version 1 become those of version 2 */

struct store {
    struct sql *sql;
    bool is_prepared;   /* the file is ours */
    uint64_t key_check; /* tells whether a hash key is this database's; 0 before it has one */
    uint64_t run_id;    /* 0 before store_begin_run */
    int64_t file_id;    /* of the file begun last */
    uint64_t model_key; /* as saved last for the views */
    uint64_t fail_countdown;
    FILE *fields; /* a buffer for records' fields as JSON */
    char *fields_buffer;
    size_t fields_size;
};

/* Begins and ends one saving transaction; the end is where store_set_fail_countdown strikes. `ok`
 * false rolls back. */
bool store_begin_transaction(struct store *store, struct error *error);
bool store_end_transaction(struct store *store, bool ok, struct error *error);

/* Fills the table temp.selected with the ids of the selected records. */
bool store_fill_selected_ids(struct store *store, const struct selection *selection,
                             uint64_t model_key, struct error *error);

/* Queries of the report tables, shared by store_for_each_table_row and the views: the model key is
 * an expression, the rest of the WHERE clause and the order follow. */
#define STORE_FEEDBACK_QUERY(model_key)                                                            \
    "SELECT printf('%016x', f.id) AS feedback_id, f.source AS source,"                             \
    " f.external_id AS external_id,"                                                               \
    " strftime('%Y-%m-%dT%H:%M:%SZ', f.created_at, 'unixepoch') AS created_at, "                   \
    " coalesce(f.lang, (SELECT lang FROM language WHERE source = f.source)) AS lang,"              \
    " f.rating AS rating, f.rating_scale AS rating_scale, f.text AS text,"                         \
    " coalesce(a.sentiment, 'undetected') AS sentiment,"                                           \
    " round(a.score, 4) AS sentiment_score, round(a.confidence, 4) AS confidence,"                 \
    " round(a.coverage, 4) AS coverage,"                                                           \
    " (SELECT group_concat(t.item, ';') FROM (SELECT topic || ':' || polarity AS item"             \
    "  FROM mention WHERE analysis_id = a.id ORDER BY number) AS t) AS topics,"                    \
    " f.run_id AS run_id, f.title AS title, f.revision AS revision,"                               \
    " iif(f.lang IS NULL, (SELECT 'majority' FROM language WHERE source = f.source),"              \
    "  f.lang_source) AS lang_source, f.author AS author"                                          \
    " FROM feedback AS f LEFT JOIN analysis AS a"                                                  \
    " ON a.text_hash = f.text_hash AND a.model_key = " model_key

#define STORE_TOPICS_QUERY                                                                         \
    "SELECT period, segment, topic, mentions,"                                                     \
    " round(100.0 * mentions / responses, 2) AS share_pct, positive, neutral, negative,"           \
    " round(net_sentiment, 2) AS net_sentiment, round(mean_rating, 3) AS mean_rating,"             \
    " CASE top_quote_id WHEN 0 THEN NULL ELSE printf('%016x', top_quote_id) END AS top_quote_id,"  \
    " responses, mixed, undetected, rating_scale, round(nps, 2) AS nps, round(csat, 2) AS csat"    \
    " FROM topic_stats"

/* substr counts bytes of a blob, characters of a text. */
#define STORE_SUMMARIES_QUERY                                                                      \
    "SELECT key AS \"group\", period, text AS summary, records,"                                   \
    " (SELECT group_concat(printf('%016x', e.feedback_id), ';') FROM"                              \
    "  (SELECT feedback_id FROM evidence WHERE summary_id = s.id GROUP BY feedback_id"             \
    "   ORDER BY min(sentence * 1000 + number)) AS e) AS evidence_ids,"                            \
    " (SELECT group_concat(q.text, ' | ') FROM"                                                    \
    "  (SELECT cast(substr(cast(f.text AS BLOB), q.\"begin\" + 1, q.\"end\" - q.\"begin\")"        \
    "   AS TEXT) AS text FROM quote AS q JOIN feedback AS f ON f.id = q.feedback_id"               \
    "   WHERE q.summary_id = s.id ORDER BY q.number) AS q) AS quotes,"                             \
    " finish_reason, extractive AS extractive_sentences, levels"                                   \
    " FROM summary AS s"

#define STORE_REJECTS_QUERY                                                                        \
    "SELECT file.path AS file, reject.line AS line, reject.byte_offset AS byte_offset,"            \
    " reject.reason AS reason, reject.raw AS raw"                                                  \
    " FROM reject JOIN file ON file.id = reject.file_id"

#endif
