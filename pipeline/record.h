/* record.h - one piece of feedback, from the connector to the store. */
#ifndef PIPELINE_RECORD_H
#define PIPELINE_RECORD_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/text.h"

/* A column of the export and its value, for groups and filters: product = "kettle". */
struct field {
    struct text name, value;
};

/* Every row that is read gets one state, so the counts of all states add up to the rows read. */
enum record_state {
    RECORD_NEW,        /* its id is not saved yet */
    RECORD_UNCHANGED,  /* saved with the same content */
    RECORD_REVISED,    /* saved, and since then edited or read under other settings */
    RECORD_DUPLICATE,  /* repeats another record of the same source and author */
    RECORD_EMPTY,      /* has no text: blank, "n/a", a rating alone */
    RECORD_NO_OPINION, /* an answer that says nothing: "no" to "anything else?" */
    RECORD_ERASED,     /* erased for good by `winnow forget` or [retain]; not saved again */
    RECORD_REJECTED,   /* invalid; listed in rejects.csv */
    RECORD_STATE_COUNT
};

extern const char *const record_state_names[RECORD_STATE_COUNT]; /* "new", "unchanged", ... */

enum sentiment {
    SENTIMENT_UNDETECTED, /* the model is not confident enough */
    SENTIMENT_NEGATIVE,
    SENTIMENT_NEUTRAL,
    SENTIMENT_POSITIVE,
    SENTIMENT_MIXED, /* both positive and negative */
    SENTIMENT_COUNT
};

extern const char *const sentiment_names[SENTIMENT_COUNT]; /* "undetected", "negative", ... */

/* What a question or a column asks for: "Pros" for praise, "What could be better?" for complaints.
 */
enum asked_for { ASKED_FOR_ANYTHING, ASKED_FOR_PRAISE, ASKED_FOR_COMPLAINT, ASKED_FOR_COUNT };

extern const char *const asked_for_names[ASKED_FOR_COUNT]; /* "", "praise", "complaint" */

enum asked_for asked_for_parse(struct text name); /* ASKED_FOR_ANYTHING if it is none of them */

/* Personal data that a placeholder ("[email 1]") replaces before anything is saved. */
enum pii {
    PII_EMAIL,
    PII_PHONE,
    PII_CARD,
    PII_IBAN,
    PII_IP,
    PII_NATIONAL_ID,  /* of a person or a firm: a social security number */
    PII_NAME,         /* after the closing formula of a letter */
    PII_URL_QUERY,    /* the query string of a URL */
    PII_ORDER_NUMBER, /* matches of a pattern in the job file */
    PII_COUNT
};

extern const char *const pii_names[PII_COUNT]; /* "email", "phone", ... */

/* A part of a record's text that fits the model's window. Chunks are in order and do not overlap;
 * concatenated, they are the text. */
struct chunk {
    size_t begin, end; /* bytes of record.text */
    size_t tokens;     /* of the model's input, with prompt and end token */
    bool has_title;    /* the input includes the record's title: the first chunk, if it fits */
    bool has_question; /* the input includes a question: all chunks, if it fits and the model
                          reads questions */
    enum sentiment sentiment;
    /* Calibrated probabilities; their sum is 1. The database omits `mixed`, which is 0 if the model
     * does not have this label. */
    double negative, neutral, positive, mixed;
};

struct topic_mention {
    struct text topic;       /* its id in the taxonomy: "delivery" */
    enum sentiment polarity; /* negative, neutral or positive */
};

/* The model's analysis of a text. It belongs to the text (record.text_hash), not to the record, so
 * that equal texts are analysed once. */
struct analysis {
    enum sentiment sentiment;
    double score;      /* -1 to +1: P(positive) - P(negative), the mean of the chunks weighted by
                          their tokens */
    double confidence; /* 0 to 1: calibrated probability of the label */
    double coverage;   /* 0 to 1: tokens that the model read / tokens of the text */
    size_t tokens;     /* of the text */
    const struct topic_mention *topics;
    size_t topic_count;
};

/* The order of day, month and year in a date; decided from many rows, never from one. */
enum date_order {
    DATE_ORDER_UNKNOWN,
    DATE_ORDER_YMD,
    DATE_ORDER_MDY,
    DATE_ORDER_DMY,
    DATE_ORDER_COUNT
};

/* What a date such as 03/09/2026 leaves open until all rows of its source are read. Zeroed: the
 * record has no date, or its connector reads dates of one notation only. */
struct date_readings {
    uint64_t key;   /* identifies the date as it is written, whatever `dates =` and `zone =` are:
                       see record_date_key */
    uint64_t shape; /* hash of the column's name and the notation; 0: the order is certain */
    enum date_order given_order;     /* set by the user; UNKNOWN: `dates = auto` */
    enum date_order file_order;      /* shown by the first rows of its file; UNKNOWN: they do not */
    int64_t times[DATE_ORDER_COUNT]; /* created_at in each order; TIME_UNKNOWN: impossible */
    uint8_t numbers[3];              /* as written, from the left; the last two digits */
    char separator;                  /* of the first two numbers */
    bool has_long_year;              /* of four digits */
    struct text column, cell;        /* the column's name; the date as written */
};

/* What a rating says about the best possible one. */
struct rating_reading {
    uint64_t column;     /* hash of the column's name; 0: the record has no rating */
    double stated_scale; /* by the cell ("4/5") or the export; NAN: all rows decide */
    double given_scale;  /* by the user, for cells that do not state it; NAN: not set */
    double hinted_scale; /* by the column's name: 10 of "nps"; NAN: none */
    struct text column_name;
};

struct record {
    /* Set by the connector. Texts are valid UTF-8. */
    uint64_t line;           /* of its start, from 1; 0: unknown */
    uint64_t byte_offset;    /* of its start in the file */
    struct text external_id; /* its id in the export; empty if there is none */
    int64_t created_at;      /* seconds since 1970 UTC, of the latest edit; or TIME_UNKNOWN.
                                Provisional if date.shape is set and date.given_order is not */
    struct date_readings date;
    struct text author;
    double rating;       /* NAN: none */
    double rating_scale; /* the best rating: 5, 10 (NPS is 0 to 10), 100; NAN: unknown.
                            Provisional if only all rows decide it (rating_reading) */
    struct rating_reading rating_reading;
    struct text title, body;
    struct text question;       /* of a survey, or the column of a two-sided review; else empty */
    enum asked_for asked_for;   /* by the question */
    struct text reply;          /* of the company; empty if there is none */
    struct text lang;           /* ISO 639-1 code, from the export; empty if it has none */
    const struct field *fields; /* all columns, in order */
    size_t field_count;

    /* Set by the batch reader. */
    uint64_t columns_hash; /* of all columns, as they are in the file */
    uint64_t row_hash; /* of their values, and the number of rows before it in the file that have
                          the same; no setting changes it, except the character set and which
                          sheet or element is read */

    /* Set by the clean stage. Offsets of chunks and quotes refer to `text`. */
    struct text text; /* without markup, white space collapsed; the title if the body is empty */
    const char *lang_source; /* how `lang` was found: "detected", "hint"; NULL: not found */

    /* Set by the redact stage. */
    bool saves_author;    /* the author's name is saved, in addition to its hash */
    uint64_t author_hash; /* keyed; 0 without an author */

    /* Set by the dedupe stage. */
    enum record_state state;
    bool repeats_author; /* a duplicate of another record of its author, under another id: counts
                            after all if all rows show that the author is nobody */
    enum record_state state_if_nobody; /* the state that it has then */
    uint64_t id;                       /* the same on every run; docs/SCHEMA.md, "Identity" */
    uint64_t text_hash;                /* of title, text and question, which the model reads */
    uint64_t content_hash;
    uint64_t details_hash; /* of what decides everything that is saved and is not content: columns,
                              reply, language */
    bool may_have_new_details; /* saved with the same content, but perhaps other details */
    bool needs_analysis;       /* the model has not analysed this text: chunk and classify it */

    /* Set by the chunk and classify stages if needs_analysis is set. */
    struct chunk *chunks;
    size_t chunk_count;
    struct analysis analysis;
};

enum { REJECT_RAW_SIZE = 4096 };

/* A row that cannot become a record. */
struct reject {
    uint64_t line, byte_offset;
    struct text reason; /* for a person: what was expected */
    struct text raw;    /* its bytes in the file, at most REJECT_RAW_SIZE; `reason` counts the rest.
                           If they are not valid UTF-8 or contain a NUL, invalid bytes are written as
                           \xE9, and a backslash as two */
};

/* Records that are read, processed and saved together. Everything that records point to is
 * allocated from `arena`, so stages pass views on without copying. */
struct batch {
    struct arena arena;
    const char *path;   /* of the file of the records; borrowed */
    struct text source; /* name of the job's source; borrowed. Records of one source with the same
                           external id are the same record */
    uint64_t settings_hash; /* of the settings that the rows are read under; 0: of no job */
    bool replay;          /* the records were saved before an interruption: stages only update what
                             they remember from earlier rows, and do not analyse them again */
    bool defers_analysis; /* the model reads the texts later: they are only counted */
    struct record *records; /* owned */
    size_t count, capacity;
    struct reject *rejects;
    size_t reject_count, reject_capacity;
    size_t skipped; /* rows that are no feedback (spam, the company's own mail): neither records
                       nor rejects */
    size_t pii[PII_COUNT]; /* replaced by the redact stage */
    size_t read;           /* records and rejects from the connector; set before the stages run */
    struct text failure;   /* why the rest of the file cannot be read; empty: it can */
};

/* Whether the record has an opinion in words: it is not empty, without opinion or rejected. */
bool record_has_opinion(const struct record *record);

/* +1: a good rating (four of five stars, or more), -1: a bad one (two of five, or less); 0:
 * neither, or the best one is unknown. Either may be NAN. */
int record_rating_side(double rating, double rating_scale);

/* Identifies the record's date as it is written, for its id and its content: the numbers and the
 * time of day of a date such as 03/09/2026; of other dates the seconds since 1970, read without the
 * zone that the user set. Unlike created_at it depends on no other row and on no setting. */
uint64_t record_date_key(const struct record *record);

/* Adds a record: zeroed, with created_at, rating and rating_scale unknown. The pointer is valid
 * until the next call. */
struct record *batch_add_record(struct batch *batch);

/* Adds a reject. `reason` and `raw` are copied; `raw` may have any size. */
void batch_reject_row(struct batch *batch, uint64_t line, uint64_t byte_offset, struct text reason,
                      struct text raw);

/* Whether the batch has at least `records` records and rejects, or has reached its size limit. */
bool batch_is_full(const struct batch *batch, size_t records);

void batch_reset(struct batch *batch); /* removes records, rejects and counts */
void batch_free(struct batch *batch);  /* safe on a zeroed batch */

#endif
