/* prune.h - `winnow model prune`: a model without some of its layers, and what that costs. */
#ifndef JOBS_COMMANDS_PRUNE_H
#define JOBS_COMMANDS_PRUNE_H

#include "inference/t5.h"

struct prune {
    const char *source, *target;            /* no target: nothing is written */
    struct text drop_encoder, drop_decoder; /* "2,5-6"; may be empty */
    const char *text;     /* a file of lines input<TAB>target or input; NULL: nothing is compared */
    struct text prefix;   /* what the decoder is made to start with */
    size_t lines;         /* at most so many are read */
    size_t input_tokens;  /* of a line; a longer one is an error */
    size_t output_tokens; /* generated where a line has no target */
    size_t threads;
};

/* Without layers to drop it prints what each single one costs. */
bool prune_model(const struct prune *prune, struct error *error);

#endif
