/* group.h - records that are summarized together: those of a product, a period, a topic. */
#ifndef PIPELINE_GROUP_H
#define PIPELINE_GROUP_H

#include "base/arena.h"
#include "base/text.h"
#include "pipeline/group_key.h"
#include "pipeline/record.h"

/* The records that passes 2 and 3 use. Zeroed, with TIME_UNKNOWN for both times: all records. */
struct selection {
    int64_t since, until;      /* since <= created_at < until; TIME_UNKNOWN: no limit */
    const struct field *where; /* all must match: a column, or source, lang, sentiment, topic */
    size_t where_count;
    uint64_t view; /* hash of the above, under which summaries and figures are saved; 0: all
                      records */
};

/* Why a text ends where it does; saved under these names: end, length, extractive. */
enum finish_reason {
    FINISH_END,       /* the model ended it */
    FINISH_LENGTH,    /* the model's limit of tokens was reached */
    FINISH_EXTRACTIVE /* it consists of customers' own sentences */
};

/* A record as a member of a group. */
struct member {
    uint64_t feedback_id, text_hash;
    int64_t created_at;
    struct text title, text;
    enum sentiment
        sentiment; /* of the record; in a group about a topic, its polarity on that topic */
};

/* The bytes [begin, end) of a member's text. Passages are never copied, so they cannot differ from
 * the text. */
struct passage {
    size_t member; /* index into group.members */
    size_t begin, end;
    double score;
};

struct summary_sentence {
    struct text text;
    bool extractive; /* taken from a record, because the records did not support the sentence that
                        the model wrote */
    const struct passage *evidence;
    size_t evidence_count;
};

struct group {
    struct group_key key;
    struct text period;   /* "2026-03", or "all" */
    uint64_t fingerprint; /* hash of the members and of stage_context.summary_key: a saved summary
                             with an equal one is current */

    /* Loaded by the pipeline before process_group; ordered by created_at, then feedback_id. */
    const struct member *members;
    size_t member_count;

    /* Set by map, one text per pack of members; reduced by reduce to at most one. */
    struct text *partial_summaries;
    size_t partial_summary_count;
    size_t levels; /* of reduction */

    /* Set by ground. */
    const struct summary_sentence *sentences;
    size_t sentence_count;
    struct text summary;          /* the sentences as one text */
    const struct passage *quotes; /* the most typical passages, best first */
    size_t quote_count;

    enum finish_reason finish_reason;
    struct arena *arena; /* borrowed; holds everything above until the group is saved */
};

/* A group before its members are loaded. */
struct group_entry {
    struct group_key key;
    struct text period;
    uint64_t fingerprint;
    const uint64_t *feedback_ids; /* members, in the order in which they are loaded */
    size_t member_count;
};

struct group_list {
    struct arena arena;
    struct group_entry *groups; /* in the order in which they are summarized; in the arena */
    size_t count;
    size_t skipped; /* groups above the stage's limit, which are not summarized */
};

#endif
