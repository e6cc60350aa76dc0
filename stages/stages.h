/* stages.h - every stage, in the order in which they run. `summary` says what each one does. */
#ifndef STAGES_STAGES_H
#define STAGES_STAGES_H

#include "pipeline/stage.h"

/* before all passes */
extern const struct stage topics_stage;
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
extern const struct stage themes_stage;
extern const struct stage phrases_stage;
extern const struct stage answers_stage;
extern const struct stage insights_stage; /* the last one */

extern const struct stage *const stages[]; /* NULL-terminated */

/* Raised when `chunk` or `classify` make another analysis of the same text with the same model and
 * settings: saved texts are then analysed again. */
enum { ANALYSIS_RULES = 1 };

/* A hash of what decides the answers of a registry of topics; 0 if the contents are none. Names,
 * owners and merges do not count. */
uint64_t stages_hash_registry(struct text contents);

#endif
