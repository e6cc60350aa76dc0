/* stages.h - every stage there is, in running order. */
#ifndef STAGES_STAGES_H
#define STAGES_STAGES_H

#include "pipeline/stage.h"

/* pass 1 */
extern const struct stage clean_stage;    /* markup, white space and blank answers */
extern const struct stage redact_stage;   /* personal data out of texts, columns and rejects */
extern const struct stage dedupe_stage;   /* new, unchanged, revised or duplicate */
extern const struct stage chunk_stage;    /* cut long feedback to the model's window */
extern const struct stage classify_stage; /* sentiment, topics with polarity */
/* pass 2 */
extern const struct stage group_stage;  /* which records are summarised together */
extern const struct stage map_stage;    /* pack texts into the window, summarise each pack */
extern const struct stage reduce_stage; /* merge summaries, level by level, until one is left */
extern const struct stage ground_stage; /* every sentence supported by rows, quotes by offset */
/* pass 3 */
extern const struct stage aggregate_stage; /* figures from saved rows */

extern const struct stage *const stages[]; /* NULL-terminated */

#endif
