/* stages.c - the list. */
#include "stages/stages.h"

#include <stddef.h>

const struct stage *const stages[] = {
    &topics_stage,   &clean_stage, &redact_stage, &dedupe_stage, &chunk_stage,     &classify_stage,
    &group_stage,    &map_stage,   &reduce_stage, &ground_stage, &aggregate_stage, &changes_stage,
    &segments_stage, &moved_stage, &impact_stage, &themes_stage, &phrases_stage,   &answers_stage,
    &insights_stage, &index_stage, NULL,
};
