/* corpus.h - what questions need to know of every saved record, in memory: 100,000 records take
 * some 20 MB and are filtered in a millisecond. Texts stay in the database. */
#ifndef JOBS_ASK_CORPUS_H
#define JOBS_ASK_CORPUS_H

#include "base/hash_table.h"
#include "pipeline/store.h"

/* A column with few different values, such as the product; also `source` and `lang`. */
struct corpus_column {
    struct text name;           /* the first spelling */
    struct name_set names;      /* all spellings: "Product" of one export, "product" of another */
    struct name_set values;     /* as they are written */
    bool is_categorical;        /* false: it has too many values, or long ones */
    bool is_about_things;       /* its values name products: a part of a name is enough */
    uint32_t *values_by_record; /* owned; [record]: index of the value + 1; 0: none */
    size_t capacity;
};

struct corpus_mention {
    uint32_t topic; /* index into corpus.topics */
    enum sentiment polarity;
};

struct corpus_record {
    uint64_t feedback_id;
    uint64_t person; /* the same for all records of a person; of a record without an author, its
                        own id */
    uint64_t text_hash;
    int64_t created_at;
    float stars; /* 1 to 5; 0: no rating of five stars */
    float confidence;
    enum sentiment sentiment;
    uint32_t first_mention, mention_count;
};

struct corpus {
    struct corpus_record *records; /* ordered by time, then id */
    size_t count, capacity;
    struct corpus_mention *mentions;
    size_t mention_count, mention_capacity;
    struct corpus_column *columns;
    size_t column_count, column_capacity;
    struct name_set topics;
    struct hash_table by_id; /* feedback_id: index of the record */
    int64_t newest;          /* TIME_UNKNOWN: no record has a date */
};

/* The columns that every corpus has, before those of the exports. */
enum { CORPUS_SOURCE, CORPUS_LANG, CORPUS_OWN_COLUMNS };

/* Loads all records that have an opinion. Safe to free a zeroed corpus and after a failure. */
bool corpus_load(struct corpus *corpus, struct store *store, struct error *error);
void corpus_free(struct corpus *corpus);

/* The index of the record, or corpus->count. */
size_t corpus_find(const struct corpus *corpus, uint64_t feedback_id);

/* The record's polarity on the topic, or SENTIMENT_UNDETECTED without a mention. */
enum sentiment corpus_polarity(const struct corpus *corpus, size_t record, size_t topic);

#endif
