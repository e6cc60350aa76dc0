/* insight.h - what a report tells in a sentence, with its figures, its interval and its records:
 * rows of insights.csv.
 *
 * A stage of pass 3 adds insights to stage_context.insights in `finish`; the `insights` stage,
 * which runs last, ranks them, finds records and quotes, and saves all of a view in one
 * transaction. An insight holds structured fields only; its sentence is composed from them
 * (insight_sentence.h). */
#ifndef PIPELINE_INSIGHT_H
#define PIPELINE_INSIGHT_H

#include "pipeline/group_key.h"
#include "pipeline/share.h"

enum insight_kind {
    INSIGHT_CHANGE,  /* a share that rose or fell beyond chance */
    INSIGHT_MOVED,   /* a part of the change of the mean rating, NPS or CSAT */
    INSIGHT_SEGMENT, /* a share that is higher in a segment than elsewhere */
    INSIGHT_IMPACT,  /* how much a topic goes with the mean rating, NPS or CSAT */
    INSIGHT_THEME,   /* records without a topic that have phrases in common */
    INSIGHT_PHRASE,  /* a phrase that is more frequent than elsewhere or before */
    INSIGHT_ANSWER,  /* records that need an answer */
    INSIGHT_KIND_COUNT
};

extern const char *const insight_kind_names[INSIGHT_KIND_COUNT]; /* "change", "moved", ... */

/* Compared with the period before: a change that was found then is not news. */
enum insight_state {
    INSIGHT_NO_STATE,
    INSIGHT_NEW,
    INSIGHT_STILL,
    INSIGHT_OVER,
    INSIGHT_SO_FAR, /* of a period that is not over: not tested */
    INSIGHT_STATE_COUNT
};

extern const char *const insight_state_names[INSIGHT_STATE_COUNT]; /* "", "new", ... */

/* What `value` and `baseline` are. */
enum insight_measure {
    MEASURE_NEGATIVE_SHARE, /* 0 to 1: records that mention the topic negatively, of all records */
    MEASURE_RECORD_SHARE,   /* 0 to 1: records with the phrase, of all records */
    MEASURE_RATING,         /* points on rating_scale */
    MEASURE_NPS,            /* -100 to +100 */
    MEASURE_CSAT,           /* 0 to 100 */
    MEASURE_RECORDS,        /* a number of records */
    MEASURE_COUNT
};

extern const char *const insight_measure_names[MEASURE_COUNT]; /* "negative_share", ... */

/* A passage of a record: bytes [begin, end) of feedback.text. */
struct insight_quote {
    uint64_t feedback_id;
    size_t begin, end;
};

enum { INSIGHT_MAX_EVIDENCE = 20, INSIGHT_MAX_QUOTES = 2 };

struct insight {
    enum insight_kind kind;
    enum insight_state state;
    enum insight_measure measure;
    struct group_key key; /* no fields: all segments; an empty topic: no topic; "(all)": texts */
    struct text phrase; /* of a phrase or theme; why a record needs an answer; of a moved score: the
                           topic of the largest part, of its parts: "tone" or "volume"; or empty */
    struct text since, until; /* the first and the last period, "2026-W41"; empty: all periods */
    struct share value;       /* with its 95 % interval; NAN: unknown */
    double baseline;          /* what `value` is compared with; NAN: nothing */
    uint64_t n, baseline_n;   /* records that `value` and `baseline` are computed from */
    double q_value;           /* expected share of chance among insights as clear as this; NAN: not
                                 tested */
    double rating_scale;      /* of MEASURE_RATING; else 0 or NAN */

    /* Rank: insights with a higher strength come first among those of their kind; by convention the
     * number of records that the insight is about beyond what was expected. */
    double strength;

    /* The records of the insight. Either a scope: those of the key's segment and topic ... */
    enum sentiment polarity; /* ... with this polarity; SENTIMENT_COUNT: any */
    int64_t from, to;        /* ... and from <= created_at < to; TIME_UNKNOWN: no limit */
    /* ... or a list; NULL: the scope. The `insights` stage sets both lists. */
    const uint64_t *evidence_ids; /* the clearest first; at most INSIGHT_MAX_EVIDENCE are saved */
    size_t evidence_count;
    const struct insight_quote *quotes; /* NULL: the stage finds them among the records */
    size_t quote_count;
};

/* A zeroed list is empty. */
struct insight_list {
    struct insight *insights; /* owned */
    size_t count, capacity;
    struct arena arena; /* holds what insights point to */
};

/* An insight without figures and limits: times unknown, numbers NAN, any polarity. */
struct insight insight_make(enum insight_kind kind);

/* Adds a copy, with everything that it points to. */
void insight_list_add(struct insight_list *list, const struct insight *insight);

void insight_list_free(struct insight_list *list);

#endif
