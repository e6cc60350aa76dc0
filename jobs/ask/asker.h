/* asker.h - opens what questions to a job need: its database, topics and records. */
#ifndef JOBS_ASK_ASKER_H
#define JOBS_ASK_ASKER_H

#include "jobs/ask/composer.h"
#include "jobs/ask/key_points.h"
#include "jobs/ask/passage_vectors.h"
#include "jobs/ask/search.h"
#include "jobs/job.h"

struct asker {
    struct job job;
    struct store *store;
    struct t5_model *model;
    struct composer composer;
    struct taxonomy taxonomy;
    struct related_words related;
    struct corpus corpus;
    struct passage_vectors vectors;
    struct key_points points;
    struct question_context context;
    uint64_t unindexed; /* records that the index does not have yet */
    struct arena arena;
};

/* Opens the job `path`, with `overrides` as job_load takes them. ERROR_STORE if nothing is saved or
 * indexed. Close is safe on a zeroed asker and after a failure. */
bool asker_open(struct asker *asker, const char *path, struct text overrides, struct error *error);
void asker_close(struct asker *asker);

/* A question with its answer. */
struct asked {
    struct question question;
    struct search_result result;
    struct answer_point *points; /* said by the records of an answer that was found */
    size_t point_count;
    struct arena arena; /* holds all */
};

/* Understands and answers a question; up to `max` findings. `asked` must be zeroed; free it also
 * after a failure. */
bool asker_ask(struct asker *asker, struct text text, size_t max, struct asked *asked,
               struct error *error);

/* Composes a sentence from the quotes of the answer, of which `max` are shown; in asked->arena.
 * Empty if there is none. */
bool asker_compose(const struct asker *asker, struct asked *asked, size_t max,
                   struct text *sentence, struct error *error);

void asked_free(struct asked *asked);

#endif
