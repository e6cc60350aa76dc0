/* document_loader.h - the parts of document_load. */
#ifndef PIPELINE_DOCUMENT_LOADER_H
#define PIPELINE_DOCUMENT_LOADER_H

#include "base/hash_table.h"
#include "pipeline/document.h"

/* A saved figure, or a part of one: the counts of a topic in one period and one part. */
struct figure {
    struct text topic, period;
    struct field part; /* without a name: all segments */
    struct document_counts counts;
};

struct figures {
    struct arena arena;
    struct figure *items; /* owned */
    size_t count, capacity;
    bool has_totals, has_all_periods; /* rows over all segments; rows over all periods */
    bool has_periods, has_segments;
    struct name_set topics, periods;
};

/* What is being loaded. */
struct document_loader {
    struct document *document;
    struct figures figures;
    struct name_set topics;     /* of document->topics, in their order */
    struct hash_table evidence; /* a topic and a record: 1 + the number of the clause */
    struct text *clauses;       /* owned; of key points, in the document's arena */
    size_t clause_count, clause_capacity;
    double coverage;
    struct document_insight *insights; /* owned */
    size_t insight_capacity;
    struct shown_topic *names; /* owned */
    size_t name_capacity;
};

/* The figures of topics, periods and parts (document_figures.c). */
bool document_load_figures(struct document_loader *loader, struct error *error);

/* The topic with this id, or NULL if it has no figures. */
struct document_topic *document_add_topic(struct document_loader *loader, struct text id);

/* The counts of the key's segment and of a topic over the periods; NULL: they are not saved. */
struct document_counts *document_find_series(struct document_loader *loader,
                                             const struct group_key *key, struct text topic);

/* The key points, and what their records say (document_quotes.c). */
bool document_load_points(struct document_loader *loader, struct error *error);

/* Keeps the best of the quotes of a topic's side; of equal texts only the first. */
void document_offer_quote(struct document_loader *loader, struct text topic,
                          struct document_quote *quotes, size_t *count,
                          const struct saved_record *record, enum sentiment polarity);

#endif
