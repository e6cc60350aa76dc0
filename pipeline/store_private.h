/* store_private.h - what the files of the store and of packs share; only they include it. */
#ifndef PIPELINE_STORE_PRIVATE_H
#define PIPELINE_STORE_PRIVATE_H

#include <stdio.h>

#include "pipeline/sql.h"
#include "pipeline/store.h"

enum { STORE_VERSION = 14 }; /* of the schema: PRAGMA user_version */

/* store_schema.c: the statements that create every table and every view; those of the tables of
 * analyses, which packs have, too. */
extern const char store_schema[];
extern const char store_analysis_schema[];
extern const char store_views[];

struct store {
    struct sql *sql;
    bool merges_log;         /* store_close does: the file was prepared for writing */
    uint64_t key_check;      /* of store_set_key_check; 0 before */
    uint64_t run_id;         /* 0 before store_begin_run */
    int64_t first_file_id;   /* files from this id on belong to the run */
    int64_t file_id;         /* of the file begun last */
    bool has_other_settings; /* saved rows of its source were read under other settings, ... */
    bool was_read_under_other_settings; /* ... and so was the same file, byte for byte */
    bool has_erasures;                  /* the table `erased` is not empty */
    uint64_t model_key;                 /* set by store_set_model_key */
    uint64_t saved_model_key;           /* as the views know it */
    struct column_facts facts;          /* of the source and settings of the batch saved last */
    struct text facts_source;
    uint64_t facts_settings_hash;
    bool has_plain_topics; /* no topic is reported under another id */
    FILE *json;            /* writes to json_buffer */
    char *json_buffer;
    size_t json_size;
};

/* Fields as a JSON object, and back. The JSON text is valid until the next call; an empty value is
 * null. The fields are allocated from `arena`. */
struct text store_format_fields(struct store *store, const struct field *fields, size_t count);
bool store_parse_fields(struct text json, struct arena *arena, const struct field **fields,
                        size_t *count, struct error *error);

/* The sentiment of this name; undetected if there is none. */
enum sentiment store_parse_sentiment(struct text name);

/* store_analyses.c, in a transaction: the views show the analyses of the model that is set; a text
 * that it has analysed is not saved again. */
bool store_save_model_key(struct store *store, struct error *error);
bool store_save_analysis(struct store *store, const struct record *record, struct error *error);

/* Notes that the text is counted, and not analysed yet. */
bool store_defer_analysis(struct store *store, const struct record *record, struct error *error);

/* store_corrections.c: called while a batch is saved, for each record of a source with rows that
 * were read under other settings. Notes which saved records the row gave then. */
bool store_mark_reread(struct store *store, const struct batch *batch, const struct record *record,
                       struct error *error);

/* In a transaction, after the files of a run are read: the records that it saw are from now on
 * records of its settings. */
bool store_update_settings(struct store *store, uint64_t run_id, struct error *error);

/* Adds what the batch's records show to the facts of their source. Part of store_save_batch. */
bool store_save_column_facts(struct store *store, const struct batch *batch, struct error *error);

/* store_nobodies.c, in a transaction after pass 1: duplicates of authors that are nobody become
 * records. */
bool store_restore_duplicates(struct store *store, struct error *error);

/* store_erasure.c: whether the reject was erased. */
bool store_is_reject_erased(struct store *store, uint64_t raw_hash, bool *found,
                            struct error *error);

/* Every table of the schema, with what `winnow forget` does to it; tests compare it with the
 * schema. */
enum erase_rule {
    ERASE_NOTHING,  /* it holds no word of a customer */
    ERASE_RECORDS,  /* rows of the erased records, by `column` */
    ERASE_WORDS,    /* the search index, by the table `passage` */
    ERASE_ANALYSES, /* rows of texts that no record has any more, by `column` */
    ERASE_REJECTS,
    ERASE_NOTES, /* that quote an erased text */
    ERASE_ALL, /* derived from records: deleted as a whole, and computed again by passes 2 and 3 */
};

struct erasable_table {
    const char *name;
    enum erase_rule rule;
    const char *column;
};

extern const struct erasable_table store_erasable_tables[]; /* ends with a NULL name */

/* Whether the record has every value of selection->where; case is ignored. */
bool store_matches_selection(const struct selection *selection, const struct saved_record *record);

/* Fills the table temp.selected with the ids of the selected records. */
bool store_fill_selected_ids(struct store *store, const struct selection *selection,
                             struct error *error);

/* A rating above the scale that all rows decide is none. */
#define STORE_RATING "iif(f.rating_column IS NOT NULL AND f.rating_scale IS NULL, NULL, f.rating)"

/* A mention m, joined with its row n of the table topic, as reports count it; grouped by topic. Not
 * the view shown_mention: SQLite would compute all of it for every row of a query that it is part
 * of. */
#define STORE_SHOWN_TOPIC "coalesce(n.reported, m.topic)"
#define STORE_SHOWN_POLARITY                                                                       \
    "CASE WHEN max(m.polarity = 'negative')"                                                       \
    " THEN iif(max(m.polarity = 'positive'), 'neutral', 'negative')"                               \
    " WHEN max(m.polarity = 'positive') THEN 'positive' ELSE 'neutral' END"
#define STORE_SHOWN_MENTIONS                                                                       \
    " FROM mention AS m LEFT JOIN topic AS n ON n.id = m.topic WHERE " STORE_SHOWN_TOPIC " <> ''"

/* The queries of the report tables, shared by store_for_each_table_row and the views. The caller
 * appends further conditions and the order of rows; `model_key` is an SQL expression. */
#define STORE_FEEDBACK_QUERY(model_key)                                                            \
    "SELECT printf('%016x', f.id) AS feedback_id, f.source AS source,"                             \
    " f.external_id AS external_id,"                                                               \
    " strftime('%Y-%m-%dT%H:%M:%SZ', f.created_at, 'unixepoch') AS created_at, "                   \
    " coalesce(f.lang, (SELECT lang FROM language WHERE source = f.source)) AS lang,"              \
    " " STORE_RATING " AS rating, f.rating_scale AS rating_scale, f.text AS text,"                 \
    " coalesce(a.sentiment, 'undetected') AS sentiment,"                                           \
    " round(a.score, 4) AS sentiment_score, round(a.confidence, 4) AS confidence,"                 \
    " round(a.coverage, 4) AS coverage,"                                                           \
    " (SELECT group_concat(t.item, ';') FROM (SELECT " STORE_SHOWN_TOPIC                           \
    " || ':' || " STORE_SHOWN_POLARITY " AS item" STORE_SHOWN_MENTIONS                             \
    " AND m.analysis_id = a.id GROUP BY " STORE_SHOWN_TOPIC                                        \
    " ORDER BY min(m.number)) AS t) AS topics,"                                                    \
    " f.run_id AS run_id, f.title AS title, f.revision AS revision,"                               \
    " iif(f.lang IS NULL, (SELECT 'majority' FROM language WHERE source = f.source),"              \
    "  f.lang_source) AS lang_source, f.author AS author,"                                         \
    " f.question AS question, f.asked_for AS asked_for, f.reply AS reply"                          \
    " FROM feedback AS f LEFT JOIN analysis AS a"                                                  \
    " ON a.text_hash = f.text_hash AND a.model_key = " model_key " WHERE f.no_opinion = 0"

/* A segment as group_key_format prints it; NULL for the segment of all records. */
#define SEGMENT_TEXT(segment)                                                                      \
    "(SELECT group_concat(v.key || '=' || coalesce(v.value, '(none)'), '; ')"                      \
    " FROM (SELECT key, value FROM json_each(" segment ") ORDER BY id) AS v)"

#define STORE_TOPICS_SEGMENT "coalesce(" SEGMENT_TEXT("t.segment") ", 'all') AS segment"

#define STORE_TOPICS_QUERY                                                                         \
    "SELECT t.period AS period, " STORE_TOPICS_SEGMENT ","                                         \
    " t.topic AS topic, mentions,"                                                                 \
    " round(100.0 * mentions / responses, 2) AS share_pct, positive, neutral, negative,"           \
    " round(net_sentiment, 2) AS net_sentiment, round(mean_rating, 3) AS mean_rating,"             \
    " CASE top_quote_id WHEN 0 THEN NULL ELSE printf('%016x', top_quote_id) END AS top_quote_id,"  \
    " responses, mixed, undetected, rating_scale, round(nps, 2) AS nps, round(csat, 2) AS csat,"   \
    " round(negative_share, 4) AS negative_share, round(negative_low, 4) AS negative_low,"         \
    " round(negative_high, 4) AS negative_high, round(positive_share, 4) AS positive_share,"       \
    " round(positive_low, 4) AS positive_low, round(positive_high, 4) AS positive_high,"           \
    " share_method, rating_n, round(rating_low, 3) AS rating_low,"                                 \
    " round(rating_high, 3) AS rating_high, nps_n, round(nps_low, 2) AS nps_low,"                  \
    " round(nps_high, 2) AS nps_high, csat_n, round(csat_low, 2) AS csat_low,"                     \
    " round(csat_high, 2) AS csat_high, coalesce(n.name, t.topic) AS topic_name,"                  \
    " n.parent AS parent, n.owner AS owner"                                                        \
    " FROM topic_stats AS t LEFT JOIN topic AS n ON n.id = t.topic"

/* `t.segment` orders segments that print alike. */
#define STORE_TOPICS_ORDER " ORDER BY t.period, segment, t.segment, mentions DESC, t.topic"

#define STORE_SHARES_QUERY                                                                         \
    "SELECT source, label, records, round(predicted_share, 4) AS predicted_share,"                 \
    " round(share, 4) AS share, round(low, 4) AS low, round(high, 4) AS high, method"              \
    " FROM label_share"

#define STORE_SHARES_ORDER " ORDER BY number"

#define STORE_SUMMARIES_GROUP                                                                      \
    "coalesce(" SEGMENT_TEXT(                                                                      \
        "s.segment") " || iif(s.topic = '', '', '; topic=' || s.topic),"                           \
                     " iif(s.topic = '', 'all', 'topic=' || s.topic)) AS \"group\""

/* The bytes of a record that a row of evidence or quote names: substr counts bytes in a blob, and
 * characters in a text. */
#define PASSAGE_TEXT(passage)                                                                      \
    "cast(substr(cast(f.text AS BLOB), " passage ".\"begin\" + 1, " passage ".\"end\" - " passage  \
    ".\"begin\") AS TEXT)"

/* Most evidence that a cell lists; the table `evidence` has all. */
#define MAX_LISTED_EVIDENCE "5"

#define STORE_SUMMARIES_QUERY                                                                      \
    "SELECT " STORE_SUMMARIES_GROUP ","                                                            \
    " s.period AS period, s.text AS summary, s.records AS records,"                                \
    " (SELECT group_concat(printf('%016x', e.feedback_id), ';') FROM"                              \
    "  (SELECT feedback_id FROM evidence WHERE summary_id = s.id"                                  \
    "   AND number < " MAX_LISTED_EVIDENCE                                                         \
    " GROUP BY feedback_id ORDER BY min(point * " MAX_LISTED_EVIDENCE                              \
    " + number)) AS e) AS evidence_ids,"                                                           \
    " (SELECT group_concat(q.text, ' | ') FROM"                                                    \
    "  (SELECT " PASSAGE_TEXT(                                                                     \
        "q") " AS text FROM quote AS q JOIN feedback AS f"                                         \
             "   ON f.id = q.feedback_id WHERE q.summary_id = s.id ORDER BY q.number) AS q) AS "   \
             "quotes,"                                                                             \
             " iif((SELECT count(*) FROM key_point AS k WHERE k.summary_id = s.id"                 \
             "  AND written_by = 'model') > 0, 'end', 'extractive') AS finish_reason,"             \
             " (SELECT count(*) FROM key_point AS k WHERE k.summary_id = s.id"                     \
             "  AND written_by = 'customer') AS extractive_sentences, levels"                      \
             " FROM summary AS s"

#define STORE_DATE(time) "strftime('%Y-%m-%d', " time ", 'unixepoch')"

#define STORE_KEY_POINTS_QUERY                                                                     \
    "SELECT " STORE_SUMMARIES_GROUP ", s.period AS period,"                                        \
    " coalesce(" SEGMENT_TEXT(                                                                     \
        "s.segment") ", 'all') AS segment, s.topic AS topic,"                                      \
                     " p.text AS point, p.polarity AS polarity, p.records AS records,"             \
                     " round(100.0 * p.records / s.records, 2) AS share_pct,"                      \
                     " previous_records, opposite_records AS opposite,"                            \
                     " " STORE_DATE("first_seen") " AS first_seen, " STORE_DATE(                   \
                         "last_seen") " AS last_seen,"                                             \
                                      " (SELECT group_concat(printf('%016x', e.feedback_id), "     \
                                      "';') FROM"                                                  \
                                      "  (SELECT feedback_id FROM evidence WHERE summary_id = "    \
                                      "s.id AND point = p.number"                                  \
                                      "   AND number < " MAX_LISTED_EVIDENCE                       \
                                      " ORDER BY number) AS e) AS evidence_ids,"                   \
                                      " (SELECT group_concat(e.text, ' | ') FROM"                  \
                                      "  (SELECT " PASSAGE_TEXT(                                   \
                                          "e") " AS text FROM evidence AS e JOIN feedback AS f"    \
                                               "   ON f.id = e.feedback_id WHERE e.summary_id = "  \
                                               "s.id AND e.point = p.number"                       \
                                               "   AND e.number < " MAX_LISTED_EVIDENCE            \
                                               " ORDER BY e.number) AS e) AS quotes, written_by"   \
                                               " FROM key_point AS p JOIN summary AS s ON s.id = " \
                                               "p.summary_id"

/* What the summaries say, for documents: the points, then the examples of each. */
#define STORE_SAID_QUERY                                                                           \
    "SELECT " STORE_SUMMARIES_GROUP ", s.period AS period,"                                        \
    " coalesce(" SEGMENT_TEXT(                                                                     \
        "s.segment") ", 'all') AS segment, s.topic AS topic,"                                      \
                     " p.text AS point, p.polarity AS polarity, p.records AS records,"             \
                     " previous_records, opposite_records AS opposite, evidence_ids, quotes,"      \
                     " subject, is_example"                                                        \
                     " FROM (SELECT summary_id, number, text, polarity, records,"                  \
                     "  previous_records, opposite_records,"                                       \
                     "  (SELECT group_concat(printf('%016x', e.feedback_id), ';') FROM"            \
                     "   (SELECT feedback_id FROM evidence WHERE summary_id = k.summary_id"        \
                     "    AND point = k.number AND number < " MAX_LISTED_EVIDENCE                  \
                     " ORDER BY number) AS e) AS evidence_ids,"                                    \
                     "  (SELECT group_concat(e.text, ' | ') FROM (SELECT " PASSAGE_TEXT(           \
                         "e") " AS text FROM evidence AS e JOIN feedback AS f"                     \
                              "    ON f.id = e.feedback_id WHERE e.summary_id = k.summary_id"      \
                              "    AND e.point = k.number AND e.number < " MAX_LISTED_EVIDENCE     \
                              " ORDER BY e.number) AS e) AS quotes,"                               \
                              "  '' AS subject, 0 AS is_example FROM key_point AS k"               \
                              " UNION ALL SELECT summary_id, number, " PASSAGE_TEXT(               \
                                  "x") ", polarity, records, NULL, NULL,"                          \
                                       "  printf('%016x', x.feedback_id), " PASSAGE_TEXT(          \
                                           "x") ","                                                \
                                                "  subject, 1 FROM example AS x JOIN feedback"     \
                                                "  AS f ON f.id = x.feedback_id) AS p"             \
                                                " JOIN summary AS s ON s.id = p.summary_id"

#define STORE_SAID_ORDER " ORDER BY \"group\", s.segment, s.topic, s.period, p.is_example, p.number"

#define STORE_KEY_POINTS_ORDER " ORDER BY \"group\", s.segment, s.topic, s.period, p.number"

/* Passages are bytes of a record's text: substr counts bytes in a blob. */
#define STORE_INSIGHT_QUOTES                                                                       \
    "SELECT p.view, p.insight, p.number, p.feedback_id, f.source, f.external_id, f.created_at,"    \
    " cast(substr(cast(f.text AS BLOB), p.\"begin\" + 1, p.\"end\" - p.\"begin\") AS TEXT)"        \
    "  AS text, p.\"begin\" > 0 AS is_cut_before,"                                                 \
    " p.\"end\" < length(cast(f.text AS BLOB)) AS is_cut_after"                                    \
    "  FROM insight_quote AS p JOIN feedback AS f ON f.id = p.feedback_id"

#define STORE_INSIGHTS_QUERY                                                                       \
    "SELECT i.kind AS kind, i.state AS state,"                                                     \
    " iif(i.since = i.until, i.since, i.since || ' to ' || i.until) AS period,"                    \
    " coalesce(" SEGMENT_TEXT(                                                                     \
        "i.segment") ", 'all') AS segment,"                                                        \
                     " i.topic AS topic, i.sentence AS sentence, round(i.value, 4) AS value,"      \
                     " round(i.low, 4) AS low, round(i.high, 4) AS high, i.n AS n,"                \
                     " round(i.baseline, 4) AS baseline, i.baseline_n AS baseline_n,"              \
                     " round(i.q_value, 4) AS q_value,"                                            \
                     " (SELECT group_concat(q.text, ' | ') FROM (SELECT text FROM"                 \
                     "  (" STORE_INSIGHT_QUOTES ") AS p WHERE p.view = i.view"                     \
                     "  AND p.insight = i.number ORDER BY p.number) AS q) AS quotes,"              \
                     " (SELECT group_concat(printf('%016x', e.feedback_id), ';') FROM"             \
                     "  (SELECT feedback_id FROM insight_evidence WHERE view = i.view"             \
                     "   AND insight = i.number ORDER BY number) AS e) AS evidence_ids,"           \
                     " i.measure AS measure, i.phrase AS phrase"                                   \
                     " FROM insight AS i"

#define STORE_INSIGHTS_ORDER " ORDER BY i.number"

#define STORE_SUMMARIES_ORDER " ORDER BY \"group\", s.segment, s.topic, s.period"

#define STORE_REJECTS_QUERY                                                                        \
    "SELECT file.path AS file, reject.line AS line, reject.byte_offset AS byte_offset,"            \
    " reject.reason AS reason, reject.raw AS raw"                                                  \
    " FROM reject JOIN file ON file.id = reject.file_id"

#endif
