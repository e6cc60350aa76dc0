/* document.h - the interface of a document: one file that shows all tables of a report to a person
 * (an HTML page, a workbook). Implemented in connectors/output/.
 *
 * Formats of tables (report.h) get one table at a time. A document gets `struct document`, which
 * holds the saved figures, and reads records from its store itself, one after another. */
#ifndef PIPELINE_DOCUMENT_H
#define PIPELINE_DOCUMENT_H

#include <stdio.h>

#include "base/error.h"
#include "pipeline/store.h"

enum {
    DOCUMENT_MAX_PARTS = 12,   /* values of one segment field that documents compare */
    DOCUMENT_MAX_FIELDS = 3,   /* segment fields */
    DOCUMENT_QUOTES_A_SIDE = 5 /* quotes of a topic: at most so many negative and positive ones */
};

/* AUTO becomes Korean if most records are, otherwise English. */
enum document_language { DOCUMENT_AUTO, DOCUMENT_ENGLISH, DOCUMENT_KOREAN };

/* Mentions of a topic, or records. The rest of `mentions` is neutral, mixed or undetected. */
struct document_counts {
    uint64_t mentions, positive, negative;
};

/* Those that are neither negative nor positive. */
uint64_t document_count_others(const struct document_counts *counts);

/* A value of a segment field: product "Kettle". */
struct document_part {
    struct field field;
    struct document_counts records;
};

/* A passage that a document prints: bytes [begin, end) of feedback.text. */
struct document_quote {
    uint64_t feedback_id;
    struct text text;                 /* the passage, at most 320 characters */
    bool is_cut_before, is_cut_after; /* the record's text goes on */
    struct text lang, source, external_id;
    int64_t created_at;
    enum sentiment polarity; /* on the topic */
    double rank;             /* higher is better */
};

struct document_topic {
    struct text id; /* "delivery"; "(all)": all records */
    struct document_counts total;
    struct share negative_share;     /* with its 95 % interval; NAN: not saved */
    struct document_counts *periods; /* as document.periods */
    struct document_counts *parts;   /* as document.parts */
    struct document_quote negative[DOCUMENT_QUOTES_A_SIDE], positive[DOCUMENT_QUOTES_A_SIDE];
    size_t negative_count, positive_count; /* best first */
};

/* A saved insight with its series over document.periods, for charts; NULL: no series is saved. */
struct document_insight {
    struct saved_insight saved;
    const struct document_counts *mentions; /* of its topic in its segment */
    const struct document_counts *records;  /* all of its segment */
};

/* A row of key_points.csv, or a sentence that the summary quotes after its points. */
struct document_point {
    struct text segment, topic, period; /* of its summary; an empty topic: all topics */
    struct text text, polarity;
    struct text records, previous_records, opposite; /* numbers; empty: unknown */
    struct text subject;     /* of a sentence: what `records` records name; empty: nothing */
    bool is_example;         /* a sentence of one record */
    uint64_t first_evidence; /* feedback id; 0: none */
};

/* The scores of all records, as saved. NAN and 0: unknown. */
struct document_scores {
    struct share mean_rating, nps, csat;
    double rating_scale;
    uint64_t rating_n, nps_n, csat_n;
};

/* How often the model agrees with readers, as its file says. 0: it does not say. */
struct document_card {
    double right;     /* 0 to 1: texts with the sentiment that readers gave them */
    int64_t texts;    /* that were read */
    double topics_f1; /* 0 to 1: F1 of the topics of these texts */
};

struct document_options {
    struct document_card card;
    struct text title; /* empty: the default title of the language */
    enum document_language language;
    bool shows_ids;      /* the ids of the export and authors' names may be printed */
    bool prints_row_ids; /* the text report also prints the feedback_id of quotes */
    int64_t max_rows;    /* of records in an HTML page, or one of: */
};

enum {
    DOCUMENT_FITTING_ROWS = -1, /* as many as keep the file small */
    DOCUMENT_ALL_ROWS = -2
};

/* What a document prints. All pointers are valid until document_free. */
struct document {
    struct document_options options;
    struct store *store; /* borrowed */
    const struct selection *selection;

    struct document_topic everything; /* of all records, "(all)" */
    struct document_topic *topics;    /* by negative mentions, then mentions, then id */
    size_t topic_count;
    uint64_t without_topic;                /* records */
    const struct shown_topic *topic_names; /* of a registry; the others have their usual names */
    size_t topic_name_count;

    const struct text *periods; /* in order, without "undated" */
    size_t period_count;
    struct document_part *parts; /* by field, then records */
    size_t part_count;
    struct text fields[DOCUMENT_MAX_FIELDS]; /* names of the segment fields that have parts */
    size_t field_count;

    const struct document_insight *insights; /* in the order of insights.csv */
    size_t insight_count;
    const struct document_point *points; /* in the order of key_points.csv, with sentences */
    size_t point_count;
    const struct label_share *shares;
    size_t share_count;
    struct row_totals row_totals;

    uint64_t record_count, dated_count;
    uint64_t label_counts[SENTIMENT_COUNT];
    uint64_t korean_count;
    int64_t first, last;  /* created_at; TIME_UNKNOWN: no record has a date */
    double coverage;      /* mean over records */
    uint64_t partly_read; /* records of which the model read only a part */
    struct document_scores scores;

    struct arena arena;
};

/* Loads what the store saved for the selection. document->options.language is never AUTO. */
bool document_load(struct document *document, struct store *store,
                   const struct selection *selection, const struct document_options *options,
                   struct error *error);
void document_free(struct document *document); /* safe on a zeroed document */

/* Whether the store has this table of a report (store_tables). */
bool document_has_table(const char *table);

/* The share of label `label` of all records, or NULL. */
const struct label_share *document_find_share(const struct document *document,
                                              enum sentiment label);

/* Where a document is written: an open file and its path, under which a library may open it
 * again. The caller replaces the target when the document is complete. */
struct document_file {
    FILE *stream;
    const char *path;
};

struct document_format {
    const char *name; /* `reports = html` under [output] */
    const char *summary;
    const char *file_name; /* "report.html" */

    /* Writes the document. The same saved rows give the same bytes. *note, allocated from `arena`,
     * is what the user should know (rows that are left out); it may be empty. */
    bool (*write)(const struct document *document, const struct document_file *file,
                  struct arena *arena, struct text *note, struct error *error);
};

#endif
