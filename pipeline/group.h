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

/* A record as a member of a group. */
struct member {
    uint64_t feedback_id, text_hash;
    int64_t created_at;
    struct text text; /* no bytes: it is in the store; store_load_member_text loads it */
    enum sentiment
        sentiment; /* of the record; in a group about a topic, its polarity on that topic */
    signed char rating_side; /* record_rating_side of the record */
};

/* The bytes [begin, end) of a member's text. Passages are never copied, so they cannot differ from
 * the text. */
struct passage {
    size_t member; /* index into group.members */
    size_t begin, end;
};

/* A clause of a member that states something. Those with equal aspects and opinions state the same.
 * A group has several for each of its members, so this is small. */
struct occurrence {
    uint64_t aspect, opinion;  /* 0: none */
    uint32_t member;           /* index into the members */
    uint32_t begin, end;       /* bytes of the member's text */
    signed char polarity;      /* of the words: +1, -1; 0: they do not show it */
    unsigned char extra_words; /* words of meaning that are not part of the statement */
    bool is_general : 1;       /* praise or blame without a reason */
    bool is_verdict : 1;       /* its opinion judges the whole: "good", "recommended" */
    bool stands_alone : 1;     /* its opinion makes sense without an aspect */
    bool says_itself : 1;      /* its opinion says what it is about: "tasty" */
    bool is_listed : 1;        /* its aspect is a word that feedback often has */
    bool is_whole : 1;         /* its aspect is all that customers write about */
    bool is_implied : 1;       /* its clause says more ("fast service" for "good service"): counts,
                                  but makes no point of its own */
};

/* In the order of the members, and of their texts. */
struct occurrences {
    struct occurrence *items;
    size_t count;
};

/* A statement that several members make, before it is checked. */
struct point_candidate {
    uint64_t aspect, opinion; /* as in its occurrences */
    uint64_t opposite;        /* the opinion that says the opposite; 0: none */
    bool is_general;
    bool is_vague;           /* about nothing in particular, and not saying what: "comfortable" */
    bool is_unspecific;      /* a verdict on the whole: "worst hotel", "recommended" */
    enum sentiment polarity; /* positive or negative */
    size_t records;          /* members that make it */
};

/* Who wrote the text of a point; saved as "customer" and "model". */
enum point_author { POINT_BY_CUSTOMER, POINT_BY_MODEL };

/* What several customers say. */
struct key_point {
    struct text text;
    enum sentiment polarity; /* positive or negative */
    enum point_author author;
    size_t candidate;               /* that it was made from */
    bool is_unspecific;             /* a verdict on the whole: "worst hotel", "recommended" */
    uint64_t aspect;                /* what it is about; 0: nothing in particular */
    size_t records;                 /* members that say it, each counted once */
    double missed_records;          /* estimate: members that say it in words that do not count */
    size_t previous_records;        /* of the group's previous period */
    size_t opposite_records;        /* members that say the opposite */
    int64_t first_seen, last_seen;  /* created_at of these members; TIME_UNKNOWN: no dates */
    const struct passage *evidence; /* [records]: a clause or sentence; the clearest first */
};

/* A sentence of one record, which is quoted where a side has few points. */
struct quoted_example {
    struct passage passage;
    enum sentiment polarity; /* of the side: positive or negative; neutral: of neither */
    struct text text;        /* the passage's bytes */
    struct text subject;     /* what several records name; empty: none, or the group is too large */
    size_t records;          /* that name it: docs/SCHEMA.md, "Key points" */
};

struct hash_table;

struct group {
    struct group_key key;
    struct text period;   /* "2026-03", or "all" */
    bool has_previous;    /* there is a group with the same key and an earlier period */
    uint64_t fingerprint; /* hash of the members, of those of the previous period, and of
                             stage_context.summary_key: a saved summary with an equal one is
                             current */

    /* Loaded by the pipeline before process_group; ordered by created_at, then feedback_id. */
    const struct member *members;
    size_t member_count;
    const struct member *previous_members; /* of the previous period */
    size_t previous_member_count;

    /* Set by map. */
    struct occurrences occurrences, previous_occurrences;
    const struct hash_table *opposites; /* of opinions: the one that says the opposite; no entry, or
                                           0: none */
    bool is_korean;                     /* most members have Hangul */

    /* Set by reduce. */
    struct point_candidate *candidates; /* the most important first */
    size_t candidate_count;
    size_t levels; /* of merging */

    /* Set by ground. */
    struct key_point *points; /* most said first */
    size_t point_count;
    const struct quoted_example
        *examples; /* complaints, praise, or of neither; each with the best first */
    size_t example_count;
    struct text summary;          /* a paragraph of the points and examples */
    const struct passage *quotes; /* sentences with the clearest evidence, by point */
    size_t quote_count;

    struct arena *arena; /* borrowed; holds everything above until the group is saved */
};

/* A group before its members are loaded. */
struct group_entry {
    struct group_key key;
    struct text period;
    uint64_t fingerprint;
    const uint64_t *feedback_ids; /* members, in the order in which they are loaded */
    size_t member_count;
    const struct group_entry *previous; /* the same key in the period before; NULL: none */
};

struct group_list {
    struct arena arena;
    struct group_entry *groups; /* in the order in which they are summarized; in the arena */
    size_t count;
    size_t skipped; /* groups above the stage's limit, which are not summarized */
};

#endif
