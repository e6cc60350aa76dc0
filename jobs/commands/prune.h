/* prune.h - `winnow model prune`: removes layers from a model and measures what that costs. */
#ifndef JOBS_COMMANDS_PRUNE_H
#define JOBS_COMMANDS_PRUNE_H

#include "inference/t5.h"

struct prune_options {
    const char *source, *target;            /* target NULL: write no model */
    struct text drop_encoder, drop_decoder; /* layers, "2,5-6"; may be empty */
    const char *text;     /* file of lines input<TAB>target or input; NULL: compare nothing */
    struct text prefix;   /* text that the decoder starts with */
    size_t max_lines;     /* read of the text file */
    size_t input_tokens;  /* maximum tokens of a line; a longer one is an error */
    size_t output_tokens; /* maximum tokens to generate for a line without a target */
    size_t threads;
};

/* Writes the pruned model and prints the comparison. Without layers to drop, prints the cost of
 * dropping each single layer. */
bool prune_model(const struct prune_options *options, struct error *error);

#endif
