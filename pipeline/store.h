/* store.h - what a run saves: records, analyses, summaries, figures, rejects, and how far each file
 * was read. One SQLite file, mode 0600; docs/SCHEMA.md describes its tables.
 *
 * Every function that returns false has set an ERROR_STORE with the file, the reason and the
 * remedy. */
#ifndef PIPELINE_STORE_H
#define PIPELINE_STORE_H

#include "base/error.h"
#include "pipeline/column_decisions.h"
#include "pipeline/group.h"
#include "pipeline/insight.h"
#include "pipeline/record.h"
#include "pipeline/shard.h"
#include "pipeline/share.h"

struct store;

/* Opens the database at `path`, or creates it; ":memory:" is never written to disk. A damaged file
 * and a file of another schema version are refused and not changed. */
bool store_open(struct store **store, const char *path, struct error *error);

/* Opens an existing database, which is not changed: machines that share a disk may read it at the
 * same time. ERROR_LOCKED while a run uses it. */
bool store_open_read_only(struct store **store, const char *path, struct error *error);
void store_close(struct store *store); /* NULL is fine */

/* A hash of the key that personal values are hashed with (the redact stage), so that a run with
 * another key is refused; 0 before the first run. The key itself is never saved here. */
uint64_t store_key_check(const struct store *store);
bool store_set_key_check(struct store *store, uint64_t key_check, struct error *error);

/* ---- Health ---- */

/* Checks every page of the file. */
bool store_check_integrity(struct store *store, struct error *error);

struct last_run {
    uint64_t run_id;                 /* 0: there is none */
    int64_t started_at, finished_at; /* seconds since 1970; finished_at 0: it was interrupted */
    uint64_t runs, finished_runs;    /* of the database */
    uint64_t records;                /* saved now */
};

bool store_get_last_run(struct store *store, struct last_run *last_run, struct error *error);

/* ---- The model ---- */

/* Which model's analyses are loaded and saved from now on (stage_context.model_key); 0 before the
 * first call. */
void store_set_model_key(struct store *store, uint64_t model_key);
uint64_t store_get_model_key(const struct store *store);

/* The model of the latest save, whose analyses the views show; 0 before the first save. */
uint64_t store_get_saved_model_key(const struct store *store);

/* ---- Runs and progress ---- */

struct row_totals {
    uint64_t read;                       /* records and rejects */
    uint64_t states[RECORD_STATE_COUNT]; /* the sum is `read` */
    uint64_t inferred, tokens;           /* texts that the model read, and their tokens */
    uint64_t skipped;                    /* rows that are no feedback; not in `read` */
    uint64_t pii[PII_COUNT];             /* replaced personal data */
};

/* Resumes the last run if it was interrupted under the same `job_hash`; otherwise starts a new one.
 * Run ids count from 1. */
bool store_begin_run(struct store *store, uint64_t job_hash, uint64_t *run_id, bool *resumed,
                     struct error *error);

/* A result that is current: a report file, or (`file` is empty) what passes 2 and 3 saved about all
 * records. A change of a record or an analysis ends that, also one by another program. */
struct current_result {
    struct text file;
    uint64_t key;            /* of everything else that determines it */
    uint64_t number;         /* rows of the file; groups that exceed [group] max_groups */
    struct text note;        /* of the file's format; may be empty */
    uint64_t size, modified; /* of the file: bytes, nanoseconds since 1970 */
};

/* Whether the result of result->file and result->key is current. Sets the other members; `note` is
 * allocated from `arena`. */
bool store_find_result(struct store *store, struct current_result *result, struct arena *arena,
                       bool *found, struct error *error);
bool store_save_result(struct store *store, const struct current_result *result,
                       struct error *error);

/* No result is current any more: to be called before the first of them is replaced. */
bool store_drop_results(struct store *store, struct error *error);

/* Marks the run as finished: the next store_begin_run starts a new one. */
bool store_finish_run(struct store *store, struct error *error);

/* Saves what the user should know about this run: run.json lists it. A run that starts or resumes
 * deletes all notes first. */
bool store_save_note(struct store *store, struct text note, struct error *error);

/* Calls `visit` for the notes of the latest run, in the order of saving. */
bool store_for_each_note(struct store *store, void (*visit)(void *user, struct text note),
                         void *user, struct error *error);

/* An input file on disk. If it changes before an interrupted run resumes, it is read again from its
 * start. */
struct file_signature {
    const char *path;
    const char *connector; /* its name */
    uint64_t size;         /* bytes */
    uint64_t modified;     /* nanoseconds since 1970 */
    struct text source;
    uint64_t settings_hash; /* as batch.settings_hash */
};

/* Starts or resumes a file of the present run: *saved_reads is the number of connector reads saved
 * so far, *finished whether the file was read to its end. If the file changed, its row totals and
 * rejects are deleted, and *saved_reads is 0. */
bool store_begin_file(struct store *store, const struct file_signature *signature,
                      uint64_t *saved_reads, bool *finished, struct error *error);

/* Prepares look-ups for a file whose batches are not saved (`winnow plan`). */
bool store_preview_file(struct store *store, const struct file_signature *signature,
                        struct error *error);

/* Saves, in one transaction, the batch's records by their state, their analyses and chunks, its
 * rejects, and the progress of the file. `reads` counts connector reads since the file's start. */
bool store_save_batch(struct store *store, struct batch *batch, uint64_t reads, bool file_finished,
                      struct error *error);

/* The sum over the files of the present run; before store_begin_run, of the last run. Fails if the
 * states do not add up to the rows read. */
bool store_get_row_totals(struct store *store, struct row_totals *row_totals, struct error *error);

/* What the latest run read of one file. */
struct file_totals {
    struct text path, connector;
    struct text failure; /* why the file could not be read to its end; empty: it was */
    uint64_t size;       /* bytes */
    bool finished;
    struct row_totals row_totals;
};

/* Calls `visit` for the files of the latest run, ordered by path. What `file` points to is valid
 * during the call. */
bool store_for_each_file(struct store *store,
                         bool (*visit)(void *user, const struct file_totals *file,
                                       struct error *error),
                         void *user, struct error *error);

/* How reports count and name a topic (a row of a registry). */
struct shown_topic {
    struct text id;       /* as mentions have it */
    struct text reported; /* the id that it is counted under; empty: not counted */
    struct text name, parent, owner;
};

/* Replaces the rows. A topic without a row is counted as itself. What passes 2 and 3 and reports
 * read has the reported topics; a record that mentions several topics with one reported topic
 * mentions it once, and neutrally if they contradict each other. */
bool store_save_shown_topics(struct store *store, const struct shown_topic *topics, size_t count,
                             struct error *error);

/* Calls `visit` for the saved rows in their order. What `topic` points to is valid during the call.
 */
bool store_for_each_shown_topic(struct store *store,
                                bool (*visit)(void *user, const struct shown_topic *topic,
                                              struct error *error),
                                void *user, struct error *error);

/* The name of a reported topic, in `arena`; the id itself if it has none. Empty on an error. */
struct text store_get_topic_name(struct store *store, struct text id, struct arena *arena,
                                 struct error *error);

/* ---- Pass 1 ---- */

struct record_lookup {
    bool exists;           /* a record of this id is saved */
    bool same_content;     /* one of its revisions has this content; if it was saved under other
                              settings, only its latest one, or one of this run, counts */
    bool same_details;     /* its details_hash is the same */
    bool is_outdated;      /* saved under other settings, and not read in this run yet */
    bool seen_in_this_run; /* read before in this run: reading it again makes a duplicate */
    bool new_in_this_run;  /* saved as new in this run, before an interruption */
};

/* Looks up the record's id, content_hash and details_hash. */
bool store_find_record(struct store *store, const struct batch *batch, const struct record *record,
                       struct record_lookup *record_lookup, struct error *error);

/* Whether the record was erased, by its id, its row or its author. */
bool store_is_erased(struct store *store, const struct batch *batch, const struct record *record,
                     bool *found, struct error *error);

/* Whether another record of the source has the author and the text of `record`. Outdated records do
 * not count, so that a run under other settings decides as one into an empty database. */
bool store_find_same_author_duplicate(struct store *store, const struct batch *batch,
                                      const struct record *record, bool *found,
                                      struct error *error);

/* Whether the record's row was read before under other settings, into another record. */
bool store_find_other_reading(struct store *store, const struct batch *batch,
                              const struct record *record, bool *found, struct error *error);

/* Called after every file of pass 1 is read. Deletes the records that a row gave under other
 * settings, if the run read the row again and it does not give them any more; with their revisions
 * and with all summaries that cite them. One transaction; nothing is left to do if it is repeated.
 */
bool store_replace_corrected(struct store *store, struct error *error);

/* Then: the records that were read under other settings and are in none of the run's files, if this
 * run is the first one under its settings; otherwise 0. */
bool store_count_outdated(struct store *store, uint64_t *records, struct error *error);

/* Whether the model has analysed the text of this hash, or is to do it later: its rows are counted.
 */
bool store_has_analysis(struct store *store, uint64_t text_hash, bool *found, struct error *error);

/* Computes the language of most records of every source, for its records without a language. Called
 * after pass 1; depends on saved records only, so their order does not matter. */
bool store_update_source_languages(struct store *store, struct error *error);

struct id_collision {
    struct text source;
    uint64_t records; /* that others with the same id replaced in this run */
};

/* Calls `visit` for every source whose files seem to number their rows on their own, so that
 * records replaced each other in this run: their texts and their dates differ. Called after
 * pass 1. What `id_collision` points to is valid during the call. */
bool store_for_each_id_collision(struct store *store,
                                 bool (*visit)(void *user, const struct id_collision *id_collision,
                                               struct error *error),
                                 void *user, struct error *error);

/* Decides what only all rows of a source show (column_decisions.h), and updates created_at and
 * rating_scale of the saved records. Records that were taken for duplicates of their author's are
 * restored if that author is nobody: "anonymous", in nearly all rows. Called after pass 1; depends
 * on saved rows only. */
bool store_decide_columns(struct store *store, struct error *error);

/* Calls `visit` with each warning about the columns of the saved records, by source. */
bool store_for_each_warning(struct store *store,
                            bool (*visit)(void *user, const struct column_warning *warning,
                                          struct error *error),
                            void *user, struct error *error);

/* Adds the saved facts of a source, and the counts of its saved ratings. */
bool store_load_column_facts(struct store *store, struct text source, struct column_facts *facts,
                             struct error *error);

/* Marks the records whose text a program wrote for customers who wrote none ("The customer left no
 * comment."): it is frequent in its source and always the same, and has no clear opinion. Passes 2
 * and 3 and the reports leave these records out. Called after pass 1; depends on saved records
 * only. */
bool store_mark_stock_texts(struct store *store, struct error *error);

struct stock_text {
    struct text source, text;
    uint64_t records;
};

/* Calls `visit` for every marked text, by source, the most frequent first. What `stock_text` points
 * to is valid during the call. */
bool store_for_each_stock_text(struct store *store,
                               bool (*visit)(void *user, const struct stock_text *stock_text,
                                             struct error *error),
                               void *user, struct error *error);

/* A position among the saved texts that the model has not analysed. */
struct unanalysed_texts {
    struct shard shard; /* the texts to load */
    size_t max;         /* of a batch */
    uint64_t last_id;   /* of the record loaded last; 0: none */
};

/* Loads the next of these texts into an empty batch, as records to analyse, and advances `texts`.
 * The batch stays empty after the last one. */
bool store_load_unanalysed(struct store *store, struct unanalysed_texts *texts, struct batch *batch,
                           struct error *error);

/* Saves the analyses of a batch from store_load_unanalysed in one transaction. */
bool store_save_analyses(struct store *store, const struct batch *batch, struct error *error);

/* The number of saved texts of the shard that the model has not analysed. */
bool store_count_unanalysed(struct store *store, struct shard shard, uint64_t *texts,
                            struct error *error);

/* ---- Pass 2 ---- */

/* A saved record, as passes 2 and 3 read it. */
struct saved_record {
    uint64_t feedback_id, text_hash, run_id;
    uint64_t
        respondent; /* the same for all answers of a survey's row; 0: the record is no answer */
    uint64_t author_hash; /* 0: unknown */
    struct text source, external_id, lang, title, text;
    int64_t created_at;
    double rating, rating_scale;
    bool has_reply;           /* the company has replied */
    struct analysis analysis; /* undetected, without topics, if the model has not read the text */
    uint64_t analysis_id;     /* 0: the model has not read the text */
    double probabilities[SENTIMENT_COUNT]; /* NAN until store_load_probabilities */
    const struct field *fields;
    size_t field_count;
};

/* Calls `visit` for every selected record, ordered by created_at, then feedback_id; NULL selects
 * all. Empty and duplicate records are not saved, so they are not visited; nor are stock texts.
 * What `record` points to is valid during the call. If `visit` returns false, with its error set,
 * the iteration stops. */
bool store_for_each_record(struct store *store, const struct selection *selection,
                           bool (*visit)(void *user, const struct saved_record *record,
                                         struct error *error),
                           void *user, struct error *error);

/* Sets the record's calibrated probabilities of the labels, the means of the chunks weighted by
 * their tokens; they stay NAN if the model has not read the text. Few readers of records need them,
 * and they take a third of the time. */
bool store_load_probabilities(struct store *store, struct saved_record *record,
                              struct error *error);

/* ERROR_USAGE if no record is selected because a column of selection->where, or its value, is in no
 * record; the message lists the columns or values that there are. */
bool store_check_selection(struct store *store, const struct selection *selection,
                           struct error *error);

/* Calls `visit` for the names that a selection may use, or, if `column` is not empty, for the
 * values of that column; at most 200, from the first records. For completion. */
bool store_for_each_filter(struct store *store, struct text column,
                           void (*visit)(void *user, struct text name), void *user,
                           struct error *error);

/* Loads the text of a member, in `arena`; or returns member->text if that has bytes. */
bool store_load_member_text(struct store *store, const struct member *member, struct arena *arena,
                            struct text *text, struct error *error);

/* Loads the members of entry->feedback_ids without their texts, allocated from `arena`. */
bool store_load_group_members(struct store *store, const struct group_entry *entry,
                              struct arena *arena, const struct member **members,
                              struct error *error);

enum { CLAUSE_READING_NUMBERS = 4 };

/* What the model reads in a clause: the probabilities of the answers to a question, in the order of
 * its caller. */
struct clause_reading {
    uint64_t key; /* hash of the clause, the question and the model key */
    double numbers[CLAUSE_READING_NUMBERS];
};

/* Loads the reading with this key; *found is false if the model has not read the clause. */
bool store_load_clause_reading(struct store *store, struct clause_reading *clause_reading,
                               bool *found, struct error *error);

/* Saves them in one transaction. */
bool store_save_clause_readings(struct store *store, const struct clause_reading *clause_readings,
                                size_t count, struct error *error);

/* Loads a text that the model generated before. `key` is a hash of its input, the decoding settings
 * and the model key. Allocated from `arena`; text->bytes is NULL if there is none. */
bool store_load_generated_text(struct store *store, uint64_t key, struct arena *arena,
                               struct text *text, struct error *error);
bool store_save_generated_text(struct store *store, uint64_t key, struct text text,
                               struct error *error);

/* Whether the view has a summary of this group with the same fingerprint. */
bool store_summary_is_current(struct store *store, uint64_t view, const struct group_entry *entry,
                              bool *current, struct error *error);

/* Replaces the group's summary, key points, evidence and quotes in one transaction. */
bool store_save_summary(struct store *store, uint64_t view, const struct group *group,
                        struct error *error);

/* Deletes the view's summaries of groups that are not in the list. */
bool store_delete_unlisted_summaries(struct store *store, uint64_t view,
                                     const struct group_list *groups, struct error *error);

struct saved_summary {
    struct group_key key;
    struct text period, text;
    uint64_t records; /* members of the group */
};

/* Calls `visit` for the view's summaries in the order of summaries.csv: by key, then period. What
 * `summary` points to is valid during the call. */
bool store_for_each_summary(struct store *store, uint64_t view,
                            bool (*visit)(void *user, const struct saved_summary *summary,
                                          struct error *error),
                            void *user, struct error *error);

/* ---- Pass 3 ---- */

/* Below this number of answers, NPS and CSAT are not told. */
enum { TOPIC_STATS_MIN_ANSWERS = 10 };

/* One row of topics.csv. Intervals are of 95 %. */
struct topic_stats {
    struct group_key key; /* topic "(all)": all records with these fields */
    struct text period;
    uint64_t mentions;  /* records with the topic */
    uint64_t responses; /* records with the same fields and period */
    uint64_t positive, neutral, negative, mixed, undetected;
    double net_sentiment;             /* -100 to +100: 100 (positive - negative) / mentions */
    struct share mean_rating;         /* NAN if no record has one; the interval below two */
    double rating_scale;              /* of the most frequent scale; NAN: unknown */
    struct share nps, csat;           /* -100 to +100; 0 to 100 (top two boxes). NAN: unknown, or
                                         fewer than TOPIC_STATS_MIN_ANSWERS */
    uint64_t rating_n, nps_n, csat_n; /* ratings or answers; a respondent counts once */
    uint64_t top_quote_id;            /* feedback id; 0: none */
    struct share negative_share, positive_share;
    enum share_method share_method;
};

/* Replaces the view's figures in one transaction. */
bool store_save_topic_stats(struct store *store, uint64_t view, const struct topic_stats *figures,
                            size_t count, struct error *error);

/* Calls `visit` for the view's figures in the order of topics.csv. What `topic_stats` points to is
 * valid during the call. */
bool store_for_each_topic_stats(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct topic_stats *topic_stats,
                                              struct error *error),
                                void *user, struct error *error);

/* Replaces the view's shares in one transaction. */
bool store_save_label_shares(struct store *store, uint64_t view, const struct label_share *shares,
                             size_t count, struct error *error);

/* Calls `visit` for the view's shares in the order of shares.csv. What `label_share` points to is
 * valid during the call. */
bool store_for_each_label_share(struct store *store, uint64_t view,
                                bool (*visit)(void *user, const struct label_share *label_share,
                                              struct error *error),
                                void *user, struct error *error);

/* Replaces the view's insights with their evidence and quotes in one transaction. The first one
 * ranks highest. */
bool store_save_insights(struct store *store, uint64_t view, const struct insight *insights,
                         size_t count, struct error *error);

struct saved_quote {
    struct text text, source;
    int64_t created_at; /* or TIME_UNKNOWN */
    uint64_t feedback_id;
    struct text external_id;
    bool is_cut_before, is_cut_after; /* the record's text goes on */
};

struct saved_insight {
    struct insight insight; /* without its scope and lists */
    struct text sentence;
    struct saved_quote quotes[INSIGHT_MAX_QUOTES];
    size_t quote_count;
};

/* Calls `visit` for the view's insights in the order of insights.csv. What `insight` points to is
 * valid during the call. */
bool store_for_each_insight(struct store *store, uint64_t view,
                            bool (*visit)(void *user, const struct saved_insight *insight,
                                          struct error *error),
                            void *user, struct error *error);

/* ---- The search index ---- */

/* Prepares the index for passages of this version of words and vectors: passages of another version
 * are deleted. */
bool store_begin_index(struct store *store, uint64_t version, struct error *error);

/* Whether the index has this version. */
bool store_check_index(struct store *store, uint64_t version, bool *is_current,
                       struct error *error);

/* A record that is not indexed yet. */
struct unindexed_record {
    uint64_t feedback_id;
    struct text title, text;
};

/* Loads up to `max` records that have an opinion and are not indexed; in `arena`. */
bool store_load_unindexed(struct store *store, size_t max, struct arena *arena,
                          struct unindexed_record **records, size_t *count, struct error *error);

/* A sentence as it is indexed: bytes [begin, end) of the record's text. The words are tokens,
 * joined by blanks; `vector`: bytes, empty without one. */
struct passage_words {
    uint64_t feedback_id;
    size_t begin, end;
    struct text words, title, vector;
};

/* Saves passages in one transaction; all those of a record in one call. */
bool store_save_passages(struct store *store, const struct passage_words *passages, size_t count,
                         struct error *error);

/* Removes the words of deleted records from the index's pages, if there are any. */
bool store_finish_index(struct store *store, struct error *error);

/* The indexed sentences, and the records with an opinion that are not indexed. */
bool store_count_passages(struct store *store, uint64_t *passages, uint64_t *unindexed,
                          struct error *error);

/* A sentence. Queries are those of FTS5 (sqlite.org/fts5.html). */
struct passage_match {
    uint64_t feedback_id;
    size_t begin, end;
};

/* Calls `visit` for every sentence that has a vector; those of a record follow each other, in their
 * order. `vector` is valid during the call. */
bool store_for_each_vector(struct store *store,
                           void (*visit)(void *user, const struct passage_match *match,
                                         struct text vector),
                           void *user, struct error *error);

/* Calls `visit` for the sentences that match `query`, in any order, until it returns false. */
bool store_for_each_match(struct store *store, struct text query,
                          bool (*visit)(void *user, const struct passage_match *match), void *user,
                          struct error *error);

/* The same, the best first by BM25 (the title counts half), then by record and place. */
bool store_for_each_ranked_match(struct store *store, struct text query,
                                 bool (*visit)(void *user, const struct passage_match *match),
                                 void *user, struct error *error);

/* The indexed sentences of a record, in order, as store_for_each_match. */
bool store_for_each_passage(struct store *store, uint64_t feedback_id,
                            bool (*visit)(void *user, const struct passage_match *match),
                            void *user, struct error *error);

/* The title and text of a record; in `arena`. Empty if it is not saved. */
bool store_load_text(struct store *store, uint64_t feedback_id, struct arena *arena,
                     struct text *title, struct text *text, struct error *error);

/* A record that says a saved key point of a group, in the summaries of all records. */
struct point_evidence {
    bool is_first; /* of the point's records, which follow each other */
    struct text point, topic;
    enum sentiment polarity;
    uint64_t feedback_id;
};

/* Calls `visit` for every record of every key point. Texts are valid during the call. */
bool store_for_each_point_evidence(struct store *store,
                                   void (*visit)(void *user, const struct point_evidence *evidence),
                                   void *user, struct error *error);

/* ---- Erasing (store_erasure.c) ----
 *
 * The store collects records by wishes, shows them, and erases them for good: with everything that
 * is derived from them, and with a mark by which later runs do not save them again. */

/* Whom or what to erase; a part that is empty or 0 matches nothing. */
struct erasure_wish {
    struct text author;    /* the name, where it is saved, and in rejects; ignores ASCII case */
    uint64_t author_hash;  /* keyed; future records of this author are erased, too */
    struct text id;        /* an external id, or a feedback id of 16 hexadecimal digits */
    struct text hashed_id; /* as an external id that is personal is saved */
    struct text phrase;    /* part of a text, title, reply or column; ignores ASCII case */
};

/* Forgets the wishes so far. */
bool store_begin_erasure(struct store *store, struct error *error);

/* Adds the records that the wish matches, those that repeat them, and rejects. */
bool store_add_erasure(struct store *store, const struct erasure_wish *wish, struct error *error);

/* Adds the records from before `cutoff`, seconds since 1970. */
bool store_add_expired(struct store *store, int64_t cutoff, struct error *error);

struct erasure_counts {
    uint64_t records, duplicates, revisions, rejects, summaries; /* summaries that cite them */
};

bool store_count_erasure(struct store *store, struct erasure_counts *counts, struct error *error);

/* A record to be erased, or, with number > 0, an earlier revision of one. */
struct erased_record {
    uint64_t feedback_id;
    int64_t created_at; /* TIME_UNKNOWN: it has none */
    uint64_t number;    /* of the revision; 0: the latest one */
    bool is_duplicate;
    double rating, rating_scale; /* NAN: none */
    struct text source, external_id, author, title, text, question, reply, sentiment;
    const struct field *fields;
    size_t field_count;
};

/* Calls `visit` for the records, their duplicates and their revisions, by id. What `record` points
 * to is valid during the call. */
bool store_for_each_erased_record(struct store *store,
                                  bool (*visit)(void *user, const struct erased_record *record,
                                                struct error *error),
                                  void *user, struct error *error);

/* Whether a record that is saved contains `piece`. */
bool store_contains_text(struct store *store, struct text piece, bool *found, struct error *error);

/* Erases in one transaction. Figures and summaries are gone afterwards: run passes 2 and 3. */
bool store_erase(struct store *store, struct error *error);

/* Removes author, author hash, external id, columns other than `keep` (names separated by commas)
 * and earlier revisions of the records from before `cutoff`. *records: how many had any. */
bool store_anonymise_expired(struct store *store, int64_t cutoff, struct text keep,
                             uint64_t *records, struct error *error);

/* Rewrites the file without its free pages, so that no byte of erased rows is left in it. */
bool store_compact(struct store *store, struct error *error);

/* When the present run started, seconds since 1970; a resumed run keeps its start. */
bool store_get_run_start(struct store *store, int64_t *started_at, struct error *error);

/* ---- Reports ---- */

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };

struct column {
    const char *name;
    enum column_kind kind;
};

/* The tables of a report: "feedback", "topics", "shares", "insights", "summaries",
 * "key_points", "rejects".
 * Columns and the order of rows are fixed: docs/SCHEMA.md documents them. NULL-terminated. */
extern const char *const store_tables[];

/* Receives a table: `begin` gets the columns once, then `row` one text per column, valid during the
 * call. Numbers are printed as in the C locale; NULL is the empty text. */
struct table_visitor {
    bool (*begin)(void *user, const struct column *columns, size_t count, struct error *error);
    bool (*row)(void *user, const struct text *cells, size_t count, struct error *error);
    void *user;
};

bool store_for_each_table_row(struct store *store, const char *table,
                              const struct selection *selection,
                              const struct table_visitor *visitor, struct error *error);

#endif
