/* output_constraint.h - which tokens may follow, when only certain outputs are allowed. */
#ifndef INFERENCE_ENGINE_OUTPUT_CONSTRAINT_H
#define INFERENCE_ENGINE_OUTPUT_CONSTRAINT_H

#include "inference/t5.h"

/* The ways to read what has been decoded so far as items; more than one when an item begins another
 * ("good" and "good value"). */
struct choice_state;

/* At the begin of an output; allocated from `arena`. */
struct choice_state *choices_start(const struct t5_choices *choices, struct arena *arena);

/* Largest number of different tokens that choices_allowed can give, the end mark counted. */
size_t choices_max_allowed(const struct t5_choices *choices);

/* The tokens that may come next when at most `budget` more are left, the end mark not counted; the
 * end mark is among them when the output may end here. None: no item fits. */
size_t choices_allowed(const struct t5_choices *choices, const struct choice_state *state,
                       size_t remaining_tokens, int32_t *ids);

/* Takes one of the tokens that choices_allowed gave for the same budget, not the end mark. */
void choices_accept(const struct t5_choices *choices, struct choice_state *state, int32_t id,
                    size_t remaining_tokens);

/* The items of a complete output, in order: items[0..count), owned by the state. */
const size_t *choices_items(const struct t5_choices *choices, const struct choice_state *state,
                            size_t *count);

/* The items' texts joined by a space. */
struct text choices_text(const struct t5_choices *choices, const size_t *items, size_t count,
                         struct arena *arena);

#endif
