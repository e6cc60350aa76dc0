/* store_schema.c - the statements that create tables and views; docs/SCHEMA.md describes them. */
#include "pipeline/store_private.h"

#define CURRENT_MODEL_KEY "(SELECT number FROM setting WHERE name = 'model_key')"
#define LATEST_RUN_ID "(SELECT max(id) FROM run)"

/* Of saved records and of duplicates. */
#define FEEDBACK_COLUMNS                                                                           \
    "(id INTEGER PRIMARY KEY, source TEXT NOT NULL, external_id TEXT,"                             \
    " author_hash INTEGER, created_at INTEGER, lang TEXT, rating REAL, rating_scale REAL,"         \
    " title TEXT, text TEXT NOT NULL, question TEXT, asked_for TEXT, reply TEXT, fields TEXT,"     \
    " text_hash INTEGER NOT NULL, content_hash INTEGER NOT NULL,"                                  \
    " revision INTEGER NOT NULL DEFAULT 1, first_run INTEGER NOT NULL,"                            \
    " run_id INTEGER NOT NULL, lang_source TEXT, author TEXT, date_shape INTEGER,"                 \
    " date_ymd INTEGER, date_mdy INTEGER, date_dmy INTEGER, rating_column INTEGER,"                \
    " details_hash INTEGER NOT NULL, row_hash INTEGER NOT NULL, settings_hash INTEGER NOT NULL,"   \
    " date_file_order INTEGER, no_opinion INTEGER NOT NULL DEFAULT 0)"

#define DELETE_PASSAGES                                                                            \
    "UPDATE setting SET number = 1 WHERE name = 'index_has_deletions' AND number = 0"              \
    " AND EXISTS (SELECT 1 FROM passage WHERE feedback_id = old.id);"                              \
    "DELETE FROM passage_words WHERE rowid IN"                                                     \
    " (SELECT id FROM passage WHERE feedback_id = old.id);"                                        \
    "DELETE FROM passage WHERE feedback_id = old.id;"

/* Results depend on all columns of records, and on analyses, which are inserted as a whole. */
#define DROP_RESULTS(name, event)                                                                  \
    "CREATE TRIGGER " name " AFTER " event " BEGIN DELETE FROM current_result; END;"

#define RESULT_TRIGGERS                                                                            \
    DROP_RESULTS("results_of_new_record", "INSERT ON feedback")                                    \
    DROP_RESULTS("results_of_changed_record", "UPDATE ON feedback")                                \
    DROP_RESULTS("results_of_deleted_record", "DELETE ON feedback")                                \
    DROP_RESULTS("results_of_new_analysis", "INSERT ON analysis")                                  \
    DROP_RESULTS("results_of_changed_analysis", "UPDATE ON analysis")                              \
    DROP_RESULTS("results_of_deleted_analysis", "DELETE ON analysis")

#define ANALYSIS_TABLES                                                                            \
    "CREATE TABLE analysis (id INTEGER PRIMARY KEY, text_hash INTEGER NOT NULL,"                   \
    " model_key INTEGER NOT NULL, sentiment TEXT NOT NULL, score REAL NOT NULL,"                   \
    " confidence REAL NOT NULL, coverage REAL NOT NULL, tokens INTEGER NOT NULL,"                  \
    " UNIQUE (text_hash, model_key)) STRICT;"                                                      \
    "CREATE TABLE chunk (analysis_id INTEGER NOT NULL REFERENCES analysis,"                        \
    " number INTEGER NOT NULL, \"begin\" INTEGER NOT NULL, \"end\" INTEGER NOT NULL,"              \
    " tokens INTEGER NOT NULL, sentiment TEXT NOT NULL, negative REAL, neutral REAL,"              \
    " positive REAL, PRIMARY KEY (analysis_id, number)) STRICT, WITHOUT ROWID;"                    \
    "CREATE TABLE mention (analysis_id INTEGER NOT NULL REFERENCES analysis,"                      \
    " number INTEGER NOT NULL, topic TEXT NOT NULL, polarity TEXT NOT NULL,"                       \
    " PRIMARY KEY (analysis_id, number)) STRICT, WITHOUT ROWID;"

const char store_analysis_schema[] = ANALYSIS_TABLES;

const char store_schema[] =
    "CREATE TABLE setting (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE run (id INTEGER PRIMARY KEY, job_hash INTEGER NOT NULL,"
    " started_at TEXT NOT NULL, finished_at TEXT) STRICT;"

    /* One file of one run: how far it was read, and its row totals. */
    "CREATE TABLE file (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run,"
    " path TEXT NOT NULL, connector TEXT NOT NULL, size INTEGER NOT NULL,"
    " modified INTEGER NOT NULL, reads INTEGER NOT NULL DEFAULT 0,"
    " finished INTEGER NOT NULL DEFAULT 0, read INTEGER NOT NULL DEFAULT 0,"
    " new INTEGER NOT NULL DEFAULT 0, unchanged INTEGER NOT NULL DEFAULT 0,"
    " revised INTEGER NOT NULL DEFAULT 0, duplicate INTEGER NOT NULL DEFAULT 0,"
    " empty INTEGER NOT NULL DEFAULT 0, no_opinion INTEGER NOT NULL DEFAULT 0,"
    " erased INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,"
    " inferred INTEGER NOT NULL DEFAULT 0, tokens INTEGER NOT NULL DEFAULT 0, failure TEXT,"
    " skipped INTEGER NOT NULL DEFAULT 0, settings_hash INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (run_id, path)) STRICT;"

    /* The settings under which rows of a source were read: saved rows, or rows of the latest run.
     * More than one for a source: some saved rows were read under other settings. run_id: the
     * latest run that read a file under them. */
    "CREATE TABLE reading (settings_hash INTEGER PRIMARY KEY, source TEXT NOT NULL,"
    " run_id INTEGER NOT NULL) STRICT;"

    /* What the latest run told its user, in order. */
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"

    /* Personal data that was replaced in the rows of a file, by kind. */
    "CREATE TABLE pii (file_id INTEGER NOT NULL REFERENCES file, kind TEXT NOT NULL,"
    " count INTEGER NOT NULL, PRIMARY KEY (file_id, kind)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE reject (id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL REFERENCES file,"
    " line INTEGER, byte_offset INTEGER NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL) STRICT;"
    "CREATE INDEX reject_file ON reject (file_id);"

    "CREATE TABLE feedback " FEEDBACK_COLUMNS " STRICT;"
    "CREATE INDEX feedback_row ON feedback (row_hash);"
    "CREATE INDEX feedback_author_text ON feedback (author_hash, text_hash)"
    " WHERE author_hash IS NOT NULL;"

    /* Records that repeat another record of the same author: they are restored if all rows show
     * that the author is nobody. The latest file that contained them, and their state then. */
    "CREATE TABLE duplicate " FEEDBACK_COLUMNS " STRICT;"
    "CREATE INDEX duplicate_row ON duplicate (row_hash);"
    "CREATE TABLE seen_duplicate (feedback_id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL,"
    " state TEXT NOT NULL) STRICT;"

    /* What the rows of a source, as read under these settings, show about the dates of one
     * notation (column_facts.h). */
    "CREATE TABLE date_fact (source TEXT NOT NULL, settings_hash INTEGER NOT NULL,"
    " shape INTEGER NOT NULL,"
    " \"column\" TEXT NOT NULL, separator INTEGER NOT NULL, long_years INTEGER NOT NULL,"
    " given_order INTEGER NOT NULL, impossible INTEGER NOT NULL, future INTEGER NOT NULL,"
    " differing INTEGER NOT NULL, first_low INTEGER NOT NULL, first_high INTEGER NOT NULL,"
    " second_low INTEGER NOT NULL, second_high INTEGER NOT NULL, third_low INTEGER NOT NULL,"
    " third_high INTEGER NOT NULL, open_example TEXT, ymd_example TEXT, mdy_example TEXT,"
    " dmy_example TEXT, PRIMARY KEY (source, settings_hash, shape)) STRICT, WITHOUT ROWID;"

    /* And about the ratings of a column. */
    "CREATE TABLE rating_fact (source TEXT NOT NULL, settings_hash INTEGER NOT NULL,"
    " rating_column INTEGER NOT NULL,"
    " name TEXT NOT NULL, min REAL, max REAL, has_others INTEGER NOT NULL, stated_scale REAL,"
    " given_scale REAL, hinted_scale REAL, second REAL, PRIMARY KEY (source, settings_hash, "
    "rating_column))"
    " STRICT, WITHOUT ROWID;"

    /* The language of most records of a source, for its records without a language. */
    "CREATE TABLE language (source TEXT PRIMARY KEY, lang TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    /* The earlier contents of a record that was edited. */
    "CREATE TABLE revision (feedback_id INTEGER NOT NULL REFERENCES feedback,"
    " number INTEGER NOT NULL, content_hash INTEGER NOT NULL, created_at INTEGER, rating REAL,"
    " title TEXT, text TEXT NOT NULL, text_hash INTEGER NOT NULL, author_hash INTEGER,"
    " run_id INTEGER NOT NULL, PRIMARY KEY (feedback_id, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX revision_author_text ON revision (author_hash, text_hash)"
    " WHERE author_hash IS NOT NULL;"

    /* The latest file that contained a record. If it is a file of the present run, reading the
     * record again makes a duplicate. */
    "CREATE TABLE seen (feedback_id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL,"
    " row_hash INTEGER NOT NULL) STRICT;"

    /* Records whose rows the present run reads under other settings. Unless it sees them too, they
     * are deleted at the end of pass 1. */
    "CREATE TABLE reread (feedback_id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL) STRICT;"

    /* What was erased and must not be saved again, as hashes. kind: 'id' (hash: feedback id), 'row'
     * (of this source: the row and the text that it gave, whatever its id is now), 'author' or
     * 'reject' (hash: of its raw bytes). */
    "CREATE TABLE erased (kind TEXT NOT NULL, hash INTEGER NOT NULL, text_hash INTEGER NOT NULL,"
    " source TEXT NOT NULL, PRIMARY KEY (kind, hash, text_hash, source)) STRICT, WITHOUT ROWID;"

    ANALYSIS_TABLES

    /* Texts whose analysis `winnow run --until read` left to a later run. The rows that have them
     * are counted already, so the text counts as analysed. */
    "CREATE TABLE deferred_analysis (text_hash INTEGER NOT NULL, model_key INTEGER NOT NULL,"
    " PRIMARY KEY (text_hash, model_key)) STRICT, WITHOUT ROWID;"

    /* How reports count and name the topics of a registry. reported: the id that a topic is counted
     * under; empty: it is not counted. */
    "CREATE TABLE topic (id TEXT PRIMARY KEY, number INTEGER NOT NULL, reported TEXT NOT NULL,"
    " name TEXT NOT NULL, parent TEXT NOT NULL, owner TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    /* Mentions as reports count them. */
    "CREATE VIEW shown_mention AS SELECT m.analysis_id AS analysis_id, min(m.number) AS number,"
    " " STORE_SHOWN_TOPIC " AS topic, " STORE_SHOWN_POLARITY " AS polarity" STORE_SHOWN_MENTIONS
    " GROUP BY m.analysis_id, " STORE_SHOWN_TOPIC ";"

    /* Generated texts by a hash of everything that determines them. */
    "CREATE TABLE generated (key INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"

    /* view: 0 for all records, else a hash of the report's selection. segment: the group's columns
     * and values as a JSON object, {} for all records; null for records without a value. topic:
     * empty if the group is not about one topic. */
    "CREATE TABLE summary (id INTEGER PRIMARY KEY, view INTEGER NOT NULL, segment TEXT NOT NULL,"
    " topic TEXT NOT NULL, period TEXT NOT NULL, fingerprint INTEGER NOT NULL, text TEXT NOT NULL,"
    " records INTEGER NOT NULL, levels INTEGER NOT NULL,"
    " UNIQUE (view, segment, topic, period)) STRICT;"

    /* What several customers of a group say. previous_records: NULL if there is no earlier period.
     */
    "CREATE TABLE key_point (summary_id INTEGER NOT NULL REFERENCES summary,"
    " number INTEGER NOT NULL, text TEXT NOT NULL, polarity TEXT NOT NULL,"
    " records INTEGER NOT NULL, previous_records INTEGER, opposite_records INTEGER NOT NULL,"
    " first_seen INTEGER, last_seen INTEGER, written_by TEXT NOT NULL,"
    " PRIMARY KEY (summary_id, number)) STRICT, WITHOUT ROWID;"

    /* The clause of every record that is counted under a point, the clearest first. */
    "CREATE TABLE evidence (summary_id INTEGER NOT NULL REFERENCES summary,"
    " point INTEGER NOT NULL, number INTEGER NOT NULL, feedback_id INTEGER NOT NULL,"
    " \"begin\" INTEGER NOT NULL, \"end\" INTEGER NOT NULL,"
    " PRIMARY KEY (summary_id, point, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE quote (summary_id INTEGER NOT NULL REFERENCES summary,"
    " number INTEGER NOT NULL, feedback_id INTEGER NOT NULL, \"begin\" INTEGER NOT NULL,"
    " \"end\" INTEGER NOT NULL,"
    " PRIMARY KEY (summary_id, number)) STRICT, WITHOUT ROWID;"

    /* A sentence of one record where a side has few points. subject: what several records name, or
     * empty; records: that name it. */
    "CREATE TABLE example (summary_id INTEGER NOT NULL REFERENCES summary,"
    " number INTEGER NOT NULL, polarity TEXT NOT NULL, subject TEXT NOT NULL,"
    " records INTEGER NOT NULL, feedback_id INTEGER NOT NULL, \"begin\" INTEGER NOT NULL,"
    " \"end\" INTEGER NOT NULL,"
    " PRIMARY KEY (summary_id, number)) STRICT, WITHOUT ROWID;"

    /* What the model read in clauses, by a hash of everything that determines it: probabilities of
     * the answers to a question (clause_reader.c). */
    "CREATE TABLE clause_reading (key INTEGER PRIMARY KEY, first REAL NOT NULL,"
    " second REAL NOT NULL, third REAL NOT NULL, fourth REAL NOT NULL) STRICT;"

    "CREATE TABLE topic_stats (view INTEGER NOT NULL, number INTEGER NOT NULL, period TEXT NOT "
    "NULL,"
    " segment TEXT NOT NULL, topic TEXT NOT NULL, mentions INTEGER NOT NULL,"
    " responses INTEGER NOT NULL, positive INTEGER NOT NULL, neutral INTEGER NOT NULL,"
    " negative INTEGER NOT NULL, mixed INTEGER NOT NULL, undetected INTEGER NOT NULL,"
    " net_sentiment REAL, mean_rating REAL, rating_low REAL, rating_high REAL, rating_scale REAL,"
    " rating_n INTEGER NOT NULL, nps REAL, nps_low REAL, nps_high REAL, nps_n INTEGER NOT NULL,"
    " csat REAL, csat_low REAL, csat_high REAL, csat_n INTEGER NOT NULL,"
    " top_quote_id INTEGER NOT NULL, negative_share REAL, negative_low REAL, negative_high REAL,"
    " positive_share REAL, positive_low REAL, positive_high REAL, share_method TEXT NOT NULL,"
    " PRIMARY KEY (view, number)) STRICT, WITHOUT ROWID;"

    /* The labels of each source, and of "(all)". share, low, high: NULL if the method does not
     * estimate the label. */
    "CREATE TABLE label_share (view INTEGER NOT NULL, number INTEGER NOT NULL,"
    " source TEXT NOT NULL, label TEXT NOT NULL, records INTEGER NOT NULL,"
    " predicted_share REAL NOT NULL, share REAL, low REAL, high REAL, method TEXT NOT NULL,"
    " PRIMARY KEY (view, number)) STRICT, WITHOUT ROWID;"

    /* Insights, the strongest first; the first and the last period, empty for all periods. */
    "CREATE TABLE insight (view INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,"
    " state TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, segment TEXT NOT NULL,"
    " topic TEXT NOT NULL, phrase TEXT NOT NULL, measure TEXT NOT NULL, sentence TEXT NOT NULL,"
    " value REAL, low REAL, high REAL, n INTEGER NOT NULL, baseline REAL,"
    " baseline_n INTEGER NOT NULL, q_value REAL, rating_scale REAL,"
    " PRIMARY KEY (view, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE insight_evidence (view INTEGER NOT NULL, insight INTEGER NOT NULL,"
    " number INTEGER NOT NULL, feedback_id INTEGER NOT NULL,"
    " PRIMARY KEY (view, insight, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE insight_quote (view INTEGER NOT NULL, insight INTEGER NOT NULL,"
    " number INTEGER NOT NULL, feedback_id INTEGER NOT NULL, \"begin\" INTEGER NOT NULL,"
    " \"end\" INTEGER NOT NULL, PRIMARY KEY (view, insight, number)) STRICT, WITHOUT ROWID;"

    /* What need not be computed again: a report file, or (file: '') what passes 2 and 3 saved about
     * all records. key: a hash of all that determines it except records and analyses; if these
     * change, nothing is current. number: rows of the file; groups that are not summarized. */
    "CREATE TABLE current_result (file TEXT PRIMARY KEY, key INTEGER NOT NULL,"
    " number INTEGER NOT NULL, note TEXT NOT NULL, size INTEGER NOT NULL,"
    " modified INTEGER NOT NULL) STRICT, WITHOUT ROWID;" RESULT_TRIGGERS

    /* The search index: one row a sentence of a record, and its words as index_words.h folds them.
     * vector: as sentence_vectors.h computes it; NULL if the model has none.
     * Triggers delete it with the record, and when the record's text changes. index_has_deletions:
     * passage_words still holds deleted words. */
    "CREATE TABLE passage (id INTEGER PRIMARY KEY, feedback_id INTEGER NOT NULL,"
    " \"begin\" INTEGER NOT NULL, \"end\" INTEGER NOT NULL, vector BLOB) STRICT;"
    "CREATE INDEX passage_feedback ON passage (feedback_id);"
    "CREATE VIRTUAL TABLE passage_words USING fts5"
    " (words, title, tokenize = 'porter unicode61');"
    "CREATE TRIGGER passage_of_deleted_record AFTER DELETE ON feedback BEGIN " DELETE_PASSAGES
    "END;"
    "CREATE TRIGGER passage_of_changed_record AFTER UPDATE OF title, text ON feedback"
    " WHEN old.text IS NOT new.text OR old.title IS NOT new.title BEGIN " DELETE_PASSAGES "END;";

const char store_views[] = "CREATE VIEW v_feedback AS " STORE_FEEDBACK_QUERY(
    CURRENT_MODEL_KEY) ";"
                       "CREATE VIEW v_topics AS " STORE_TOPICS_QUERY " WHERE view = 0;"
                       "CREATE VIEW v_shares AS " STORE_SHARES_QUERY
                       " WHERE view = 0" STORE_SHARES_ORDER ";"
                       "CREATE VIEW v_insights AS " STORE_INSIGHTS_QUERY
                       " WHERE i.view = 0" STORE_INSIGHTS_ORDER ";"
                       "CREATE VIEW v_summaries AS " STORE_SUMMARIES_QUERY " WHERE view = 0;"
                       "CREATE VIEW v_key_points AS " STORE_KEY_POINTS_QUERY
                       " WHERE s.view = 0" STORE_KEY_POINTS_ORDER ";"
                       "CREATE VIEW v_rejects AS " STORE_REJECTS_QUERY
                       " WHERE file.run_id = " LATEST_RUN_ID ";"
                       "CREATE VIEW v_account AS SELECT run.id AS run_id, started_at, finished_at,"
                       " coalesce(sum(read), 0) AS read, coalesce(sum(new), 0) AS new,"
                       " coalesce(sum(unchanged), 0) AS unchanged, coalesce(sum(revised), 0) AS "
                       "revised,"
                       " coalesce(sum(duplicate), 0) AS duplicate, coalesce(sum(empty), 0) AS "
                       "empty,"
                       " coalesce(sum(no_opinion), 0) AS no_opinion,"
                       " coalesce(sum(erased), 0) AS erased,"
                       " coalesce(sum(rejected), 0) AS rejected, coalesce(sum(inferred), 0) AS "
                       "inferred,"
                       " coalesce(sum(tokens), 0) AS tokens,"
                       " coalesce(sum(skipped), 0) AS skipped"
                       " FROM run LEFT JOIN file ON file.run_id = run.id GROUP BY run.id;";
