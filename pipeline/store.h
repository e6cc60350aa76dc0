/* store.h - what survives the run: records, analyses, summaries, figures, rejects, and how far we
 * got. One SQLite file, mode 0600; the schema is in docs/SCHEMA.md. */
#ifndef PIPELINE_STORE_H
#define PIPELINE_STORE_H

#include "base/error.h"
#include "pipeline/group.h"
#include "pipeline/record.h"

struct store;

/* Creates the file where there is none; ":memory:" keeps nothing. A damaged one, or one of a later
 * version, is ERROR_STORE with the remedy; nothing in it is touched then. */
bool store_open(struct store **store, const char *path, struct error *error);
void store_close(struct store *store); /* NULL is fine */

/* A hash of the key that personal values are hashed with (the redact stage), so that a run with
 * another key is refused; 0 before the first run. The key itself is never saved here. */
uint64_t store_key_check(const struct store *store);
bool store_set_key_check(struct store *store, uint64_t key_check, struct error *error);

/* ---- Runs and progress ---- */

struct row_totals {
    uint64_t read;                       /* records and rejects */
    uint64_t states[RECORD_STATE_COUNT]; /* they add up to `read` */
    uint64_t inferred, tokens;           /* texts, and tokens of them, that the model read */
    uint64_t skipped;                    /* rows that are no feedback: not in `read` */
    uint64_t pii[PII_COUNT];             /* personal data replaced */
};

/* Goes on with the last run when that was broken off under the same `job_hash`; else begins the
 * next. Run ids count from 1. */
bool store_begin_run(struct store *store, uint64_t job_hash, uint64_t *run_id, bool *resumed,
                     struct error *error);

/* Everything is written: a later run begins anew. */
bool store_finish_run(struct store *store, struct error *error);

/* A file as it lies on disk; a change between two tries of a run makes it begin the file again. */
struct file_signature {
    const char *path;
    const char *connector; /* its name */
    uint64_t size, modified;
};

/* How many connector reads of this file the run has saved already, and whether it is finished.
 * Where the file changed meanwhile, its part of the account and its rejects are dropped, and the
 * answer is 0. */
bool store_begin_file(struct store *store, const struct file_signature *signature,
                      uint64_t *saved_reads, bool *finished, struct error *error);

/* One transaction: the batch's records by their state, their analyses and chunks, rejects, and the
 * new progress. `reads` counts connector reads since the file's start. */
bool store_save_batch(struct store *store, struct batch *batch, uint64_t model_key, uint64_t reads,
                      bool file_finished, struct error *error);

/* The sum over the files of the present run (before store_begin_run: of the last one). One that
 * does not balance is ERROR_STORE. */
bool store_get_row_totals(struct store *store, struct row_totals *row_totals, struct error *error);

/* What the latest run made of one file. */
struct file_totals {
    struct text path, connector;
    struct text failure; /* why it could not be read to its end; empty: it was */
    uint64_t size;       /* bytes */
    bool finished;
    struct row_totals row_totals;
};

/* Visits the files of the latest run by path; what `file` points to is good during the call. */
bool store_for_each_file(struct store *store,
                         bool (*visit)(void *user, const struct file_totals *file,
                                       struct error *error),
                         void *user, struct error *error);

/* ---- Look-ups of pass 1 (dedupe) ---- */

/* Whether a record of this id is saved, and whether one of its revisions has this content. */
struct record_lookup {
    bool exists, same_content;
    bool seen_in_this_run; /* already read in this run: a second time makes it a duplicate */
    bool new_in_this_run;  /* saved as new in this very run (before an interruption) */
};

bool store_find_record(struct store *store, uint64_t id, uint64_t content_hash,
                       struct record_lookup *record_lookup, struct error *error);

/* Whether another record of this source and author says the same. */
bool store_find_same_author_duplicate(struct store *store, struct text source, uint64_t author_hash,
                                      uint64_t text_hash, uint64_t id, bool *found,
                                      struct error *error);

/* After pass 1: of every source, the language that most of its records with a known one are in, for
 * the others. From saved rows alone, so that it does not matter how they came. */
bool store_update_source_languages(struct store *store, struct error *error);

/* The model whose analyses the views show; 0 before any is saved. */
uint64_t store_model_key(const struct store *store);

/* Saved texts that this model has not read, `after` the id of the last one (0: from the first) and
 * at most `most`, as records to analyse in a batch that is empty. Moves `after` on. */
bool store_load_unanalysed(struct store *store, uint64_t model_key, uint64_t *last_id, size_t max,
                           struct batch *batch, struct error *error);

/* One transaction: what the model says of a batch of such records. */
bool store_save_analyses(struct store *store, const struct batch *batch, uint64_t model_key,
                         struct error *error);

bool store_count_unanalysed(struct store *store, uint64_t model_key, uint64_t *texts,
                            struct error *error);

bool store_has_analysis(struct store *store, uint64_t text_hash, uint64_t model_key, bool *found,
                        struct error *error);

/* ---- Pass 2 ---- */

/* A saved record as passes 2 and 3 see it. */
struct row {
    uint64_t feedback_id, text_hash, run_id;
    struct text source, external_id, lang, title, text;
    int64_t created_at;
    double rating, rating_scale;
    struct analysis analysis; /* sentiment undetected and no topics where there is none */
    const struct field *fields;
    size_t field_count;
};

/* Calls `visit` for every selected record (not empty, not duplicate: those are not saved as
 * feedback), ordered by created_at, then feedback_id. What `row` points to is good during the call.
 * False from `visit` stops it (error set). */
bool store_for_each_record(struct store *store, const struct selection *selection,
                           uint64_t model_key,
                           bool (*visit)(void *user, const struct row *row, struct error *error),
                           void *user, struct error *error);

/* Fills group->members from header->feedback_ids, into group->arena. */
bool store_load_group_members(struct store *store, const struct group_entry *header,
                              uint64_t model_key, struct group *group, struct error *error);

/* Texts that the model generated before: key is a hash of input, decoding and model_key. */
bool store_load_generated_text(struct store *store, uint64_t key, struct arena *arena,
                               struct text *text, struct text *finish_reason, bool *found,
                               struct error *error);
bool store_save_generated_text(struct store *store, uint64_t key, struct text text,
                               struct text finish_reason, struct error *error);

/* Whether the view holds a summary of this group with this fingerprint. */
bool store_summary_is_current(struct store *store, uint64_t view, const struct group_entry *header,
                              bool *current, struct error *error);

/* One transaction: the group's summary, sentences, evidence and quotes, in place of an older one.
 */
bool store_save_summary(struct store *store, uint64_t view, const struct group *group,
                        struct error *error);

/* Drops the view's summaries of groups that are not in the list. */
bool store_delete_unlisted_summaries(struct store *store, uint64_t view,
                                     const struct group_list *groups, struct error *error);

/* ---- Pass 3 ---- */

/* One row of topics.csv. Topic "(all)" stands for all records of the segment. */
struct topic_stats {
    struct text period, segment, topic;
    uint64_t mentions, responses; /* records with the topic; records of period and segment */
    uint64_t positive, neutral, negative, mixed, undetected;
    double net_sentiment;             /* -100 to +100: 100 (positive - negative) / mentions */
    double mean_rating, rating_scale; /* NAN where no record has one */
    double nps, csat;                 /* -100 to +100; 0 to 100 (top two boxes); NAN */
    uint64_t top_quote_id;            /* feedback id; 0 for none */
};

/* In one transaction, in place of the view's older figures. */
bool store_save_topic_stats(struct store *store, uint64_t view, const struct topic_stats *figures,
                            size_t count, struct error *error);

/* ---- Reports ---- */

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };

struct column {
    const char *name;
    enum column_kind kind;
};

/* Tables of a report: "feedback", "topics", "summaries", "rejects", with the columns of the
 * contract, in a fixed order of rows. */
extern const char *const store_tables[]; /* NULL-terminated */

/* `begin` gets the columns once, then `row` one text a column (numbers printed in the C locale,
 * empty for NULL), good during the call. */
struct table_visitor {
    bool (*begin)(void *user, const struct column *columns, size_t count, struct error *error);
    bool (*row)(void *user, const struct text *cells, size_t count, struct error *error);
    void *user;
};

bool store_for_each_table_row(struct store *store, const char *table,
                              const struct selection *selection, uint64_t model_key,
                              const struct table_visitor *visitor, struct error *error);

/* Makes the nth save from now fail, as a full disk would (tests); 0 switches it off. */
void store_set_fail_countdown(struct store *store, uint64_t saves);

#endif
