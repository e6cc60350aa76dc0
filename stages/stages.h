/* stages.h - every stage, in the order in which they run. `summary` says what each one does. */
#ifndef STAGES_STAGES_H
#define STAGES_STAGES_H

#include "pipeline/stage.h"

/* pass 1 */
extern const struct stage clean_stage;
extern const struct stage redact_stage;
extern const struct stage dedupe_stage;
extern const struct stage chunk_stage;
extern const struct stage classify_stage;
/* pass 2 */
extern const struct stage group_stage;
extern const struct stage map_stage;
extern const struct stage reduce_stage;
extern const struct stage ground_stage;
/* pass 3 */
extern const struct stage aggregate_stage;
extern const struct stage index_stage;
extern const struct stage changes_stage;
extern const struct stage segments_stage;
extern const struct stage moved_stage;
extern const struct stage impact_stage;
extern const struct stage insights_stage; /* the last one */

extern const struct stage *const stages[]; /* NULL-terminated */

#endif
