/* output_constraint.h - the tokens that may follow when only certain outputs are allowed. */
#ifndef INFERENCE_ENGINE_OUTPUT_CONSTRAINT_H
#define INFERENCE_ENGINE_OUTPUT_CONSTRAINT_H

#include "inference/t5.h"

/* All parses of the tokens so far into items. There are several if an item is the start of another
 * ("good" and "good value"). */
struct choice_state;

/* The state before the first token; allocated from `arena`. */
struct choice_state *choices_start(const struct t5_choices *choices, struct arena *arena);

/* Maximum number of different tokens that choices_allowed can return, including the end token. */
size_t choices_max_allowed(const struct t5_choices *choices);

/* Writes the tokens that may come next if at most `remaining_tokens` more may follow, not counting
 * the end token. The end token is among them if the output may end here. Returns their number; 0:
 * no item fits. */
size_t choices_allowed(const struct t5_choices *choices, const struct choice_state *state,
                       size_t remaining_tokens, int32_t *ids);

/* Appends a token that choices_allowed returned for the same `remaining_tokens`; not the end
 * token. */
void choices_accept(const struct t5_choices *choices, struct choice_state *state, int32_t id,
                    size_t remaining_tokens);

/* The items of a complete output, in order: items[0..count), owned by the state. */
const size_t *choices_items(const struct t5_choices *choices, const struct choice_state *state,
                            size_t *count);

/* The texts of the items, joined by a space. */
struct text choices_text(const struct t5_choices *choices, const size_t *items, size_t count,
                         struct arena *arena);

#endif
