/* record.h - one piece of feedback, from the connector to the store. */
#ifndef PIPELINE_RECORD_H
#define PIPELINE_RECORD_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/text.h"

/* A column of the export, kept for grouping and filters: product = "kettle". */
struct field {
    struct text name, value;
};

/* The row account: read = new + unchanged + revised + duplicate + empty + rejected. */
enum record_state {
    RECORD_NEW,       /* never seen */
    RECORD_UNCHANGED, /* already saved with this very content */
    RECORD_REVISED,   /* saved before under the same id, and edited since */
    RECORD_DUPLICATE, /* says what another record of the same source and author says */
    RECORD_EMPTY,     /* nothing in it to read: blank, "n/a", a rating alone */
    RECORD_REJECTED,  /* broken; stands in rejects.csv */
    RECORD_STATE_COUNT
};

extern const char *const record_state_names[RECORD_STATE_COUNT]; /* "new", "unchanged", ... */

enum sentiment {
    SENTIMENT_UNDETECTED, /* the model is not sure enough to say */
    SENTIMENT_NEGATIVE,
    SENTIMENT_NEUTRAL,
    SENTIMENT_POSITIVE,
    SENTIMENT_MIXED, /* both poles strong */
    SENTIMENT_COUNT
};

extern const char *const sentiment_names[SENTIMENT_COUNT]; /* "undetected", "negative", ... */

/* Personal data that is replaced before anything is saved ("[email 1]"). */
enum pii {
    PII_EMAIL,
    PII_PHONE,
    PII_CARD,
    PII_IBAN,
    PII_IP,
    PII_URL_QUERY,    /* what stands behind the "?" of an address in the web */
    PII_ORDER_NUMBER, /* what the job's own pattern finds */
    PII_COUNT
};

extern const char *const pii_names[PII_COUNT]; /* "email", "phone", ... */

/* A part of a record's text that fits the model's window. Chunks are in order, do not overlap, and
 * joined they are the text. */
struct chunk {
    size_t begin, end; /* bytes of record.text */
    size_t tokens;     /* of the model's input made from it, prompt and end mark included */
    bool has_title;    /* the record's title is read before it: the first chunk, where it fits */
    enum sentiment sentiment;
    double negative, neutral, positive; /* calibrated probabilities, sum 1 */
};

struct topic_mention {
    struct text topic;       /* permanent name: "delivery" */
    enum sentiment polarity; /* negative, neutral or positive */
};

/* What the model said of a text. Belongs to the text (record.text_hash), not to the record: fifty
 * people who write "Great!" cost one inference. */
struct analysis {
    enum sentiment sentiment;
    double score;      /* -1 to +1: P(positive) - P(negative), weighted by the chunks' tokens */
    double confidence; /* 0 to 1: calibrated probability of the label */
    double coverage;   /* 0 to 1: tokens the model read / tokens present */
    size_t tokens;     /* present */
    const struct topic_mention *topics;
    size_t topic_count;
};

struct record {
    /* Set by the connector. Texts are valid UTF-8. */
    uint64_t line;           /* where it starts, 1-based; 0 when unknown */
    uint64_t byte_offset;    /* in the file as it lies on disk */
    struct text external_id; /* the export's own id; empty when it has none */
    int64_t created_at;      /* seconds since 1970 UTC, of the latest edit; or TIME_UNKNOWN */
    struct text author;
    double rating;       /* NAN when there is none */
    double rating_scale; /* its best value: 5, 10 (NPS counts from 0), 100; NAN when unknown */
    struct text title, body;
    struct text question;       /* what was asked; empty outside surveys */
    struct text lang;           /* ISO 639-1, the export's hint; empty when it has none */
    const struct field *fields; /* every column, in its order */
    size_t field_count;

    /* Set by the clean stage. Byte offsets of chunks and quotes count in `text`. */
    struct text text; /* without markup, white space folded; the title when the body is empty */
    const char *lang_source; /* how `lang` was found: "detected", "hint"; NULL: not at all */

    /* Set by the redact stage. */
    bool saves_author; /* the author's name is saved, beside its hash */

    /* Set by the dedupe stage. */
    enum record_state state;
    uint64_t id;        /* the same on every run: see docs/SCHEMA.md, "Identity" */
    uint64_t text_hash; /* of what the model reads: title, text, question */
    uint64_t content_hash;
    bool needs_analysis; /* no saved analysis of this text by this model: chunk and classify it */

    /* Set by the chunk and classify stages, where `analyse` says so. */
    struct chunk *chunks;
    size_t chunk_count;
    struct analysis analysis;
};

enum { REJECT_RAW_SIZE = 4096 };

/* A row left behind, and why. */
struct reject {
    uint64_t line, byte_offset;
    struct text reason; /* for a person: what was expected */
    struct text raw;    /* the bytes as they lie in the file, cut at REJECT_RAW_SIZE with the rest
                           counted in `reason`; where they are not all UTF-8, those that are not
                           stand as \xE9, and a backslash as two */
};

/* One unit of work: read together, saved together. Every byte that records point to lives in
 * `arena`, so stages pass views along. Reset by the pipeline after each save. */
struct batch {
    struct arena arena;
    const char *path;       /* of the file that the records come from; borrowed */
    struct text source;     /* the name of the job's source: records with the same external id
                               under one source are the same record. Borrowed */
    bool replay;            /* saved before an interruption: stages only take note of what they
                               remember from row to row (identical rows of a file); nothing of it is
                               inferred or saved again */
    struct record *records; /* allocated with malloc: kept from batch to batch */
    size_t count, capacity;
    struct reject *rejects;
    size_t reject_count, reject_capacity;
    size_t skipped; /* rows that are no feedback (spam, the company's own mails), as the connector
                        found them: neither records nor rejects */
    size_t pii[PII_COUNT]; /* replaced by the redact stage */
    size_t read; /* records and rejects that the connector gave; set before the stages run */
    struct text failure; /* why the rest of the file cannot be read; empty: it can */
};

/* A new record, zeroed, with created_at, rating and rating_scale unknown. The pointer is good until
 * the next call. */
struct record *batch_add_record(struct batch *batch);

/* A row that never became a record. `reason` and `raw` are copied; `raw` may be of any size. */
void batch_reject_row(struct batch *batch, uint64_t line, uint64_t byte_offset, struct text reason,
                      struct text raw);

/* A record that a stage refuses: its state becomes RECORD_REJECTED. */
void batch_reject_record(struct batch *batch, struct record *record, struct text reason);

/* Whether the batch holds `records` of records and rejects, or enough bytes. */
bool batch_is_full(const struct batch *batch, size_t records);

void batch_reset(struct batch *batch);
void batch_free(struct batch *batch); /* safe on a zeroed batch */

#endif
