/* group.h - records that are summarised together: a product, a period, a topic. */
#ifndef PIPELINE_GROUP_H
#define PIPELINE_GROUP_H

#include "base/arena.h"
#include "base/text.h"
#include "pipeline/group_key.h"
#include "pipeline/record.h"

/* The rows that passes 2 and 3 look at; zeroed (times TIME_UNKNOWN) is all of them. */
struct selection {
    int64_t since, until;      /* created_at >= since, < until; TIME_UNKNOWN: no bound */
    const struct field *where; /* every one must hold: a field, or source, lang, sentiment, topic */
    size_t where_count;
    uint64_t view; /* hash of the above; 0 for all rows. Summaries and figures are saved by it */
};

/* One record as a member of a group. */
struct member {
    uint64_t feedback_id, text_hash;
    int64_t created_at;
    struct text title, text;
    enum sentiment sentiment; /* of the record; in a group about a topic, what it says of that */
};

/* A stretch of a member's text, by byte offset: never a copy that could drift. */
struct passage {
    size_t member;     /* index into group.members */
    size_t begin, end; /* bytes of the member's text */
    double score;
};

struct summary_sentence {
    struct text text;
    bool extractive; /* not supported by the group, so replaced by a sentence of its records */
    const struct passage *evidence;
    size_t evidence_count;
};

struct group {
    struct group_key key;
    struct text period;   /* "2026-03", or "all" */
    uint64_t fingerprint; /* hash of the members and of stage_context.summary_key: a saved summary
                             with an equal one is current */

    /* Loaded by the pipeline before process_group, ordered by created_at, then feedback_id. */
    const struct member *members;
    size_t member_count;

    /* map: one text a pack; reduce leaves exactly one. */
    struct text *partial_summaries;
    size_t partial_summary_count;
    size_t levels; /* of reduction */

    /* ground */
    const struct summary_sentence *sentences;
    size_t sentence_count;
    const struct passage *quotes; /* the most typical passages, best first */
    size_t quote_count;

    const char *finish_reason; /* "end", "length" (the model's limit was met), "extractive" */
    struct arena *arena;       /* borrowed: everything above lives here, until the group is saved */
};

struct group_entry {
    struct group_key key;
    struct text period;
    uint64_t fingerprint;
    const uint64_t *feedback_ids; /* members, in the order in which they are loaded */
    size_t member_count;
};

struct group_list {
    struct arena arena;
    struct group_entry *groups; /* in the order in which they are summarised; in the arena */
    size_t count;
    size_t skipped; /* groups beyond the stage's limit: not summarised; told as a note */
};

#endif
