/* composer.h - one sentence composed from the quotes of an answer, if the job's model writes
 * (`summary.by` in docs/MODEL.md). As in summaries, decoding is constrained to words of the quotes
 * and function words, and a sentence that says something else than they do is left out. */
#ifndef JOBS_ASK_COMPOSER_H
#define JOBS_ASK_COMPOSER_H

#include "stages/tasks/clause_reader.h"
#include "stages/tasks/point_writer.h"
#include "stages/text/statements.h"

struct composer {
    struct stage_context
        context; /* owns a session, and a store in memory: questions save nothing */
    struct point_writer writer;
    struct clause_reader reader;
    struct statement_reader statements;
};

/* Opens a session with these limits, except those of tokens, if the model writes. The model is
 * borrowed. Close is safe on a zeroed composer and after a failed open. */
bool composer_open(struct composer *composer, const struct t5_model *model,
                   const struct t5_limits *limits, struct error *error);
void composer_close(struct composer *composer);

/* What the quotes say together, which all praise or all complain, as `polarity` says; in `arena`.
 * Empty if the model does not write, there are fewer than two quotes, or what it wrote is not what
 * they say. */
bool composer_write(const struct composer *composer, struct text_array quotes,
                    enum sentiment polarity, struct arena *arena, struct text *sentence,
                    struct error *error);

#endif
