/* key_points.h - the saved key points that the records of an answer say. */
#ifndef JOBS_ASK_KEY_POINTS_H
#define JOBS_ASK_KEY_POINTS_H

#include "jobs/ask/question.h"

/* A key point of a group, and the records that say it. */
struct saved_point {
    struct text text, topic; /* topic: of the group; empty: none */
    struct compared_text compared;
    enum sentiment polarity;
    size_t first_record, record_count; /* in key_points.records */
};

struct key_points {
    struct saved_point *points;
    size_t count, capacity;
    size_t *records; /* indexes into corpus.records */
    size_t record_count, record_capacity;
    struct arena arena;
};

/* Loads the key points of all groups. Free is safe on a zeroed list and after a failure. */
bool key_points_load(struct key_points *points, struct store *store, const struct corpus *corpus,
                     struct error *error);
void key_points_free(struct key_points *points);

enum { MAX_ANSWER_POINTS = 3 };

/* A key point, and the records of the answer that say it, the newest first. */
struct answer_point {
    const struct saved_point *saved;
    const size_t *records;
    size_t count;
};

/* What an answer is about. All borrowed. */
struct answer_scope {
    const struct question *question;
    const struct taxonomy *taxonomy;
    const bool *is_about; /* [record]: belongs to the answer */
};

/* Chooses up to MAX_ANSWER_POINTS points that the most records of the answer say and that are about
 * the question's words or topic; without words, any points. A point needs two of these records, and
 * is left out if a chosen one has half of them. Returns their number; *chosen is in `arena`. */
size_t key_points_choose(const struct key_points *points, const struct answer_scope *scope,
                         struct answer_point **chosen, struct arena *arena);

#endif
