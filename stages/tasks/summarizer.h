/* summarizer.h - one step of the map-reduce: packs texts into the model's window and summarizes
 * each pack. Summaries that the model generated before are loaded from the store. */
#ifndef STAGES_TASKS_SUMMARIZER_H
#define STAGES_TASKS_SUMMARIZER_H

#include "base/segment.h"
#include "pipeline/stage.h"
#include "stages/tasks/prompt.h"
#include "stages/text/texts.h"

struct summarizer {
    const struct stage_context *stage_context; /* borrowed */
    struct segmenter *segmenter;               /* owned */
    struct token_limits token_limits;
    struct prompt prompt;
    struct text separator; /* including the blanks around it */
    size_t separator_tokens;
    struct t5_decoding decoding;
    struct arena arena;
};

/* Close is safe on a zeroed summarizer and after a failed open. */
bool summarizer_open(struct summarizer *summarizer, const struct stage_context *stage_context,
                     struct error *error);
void summarizer_close(struct summarizer *summarizer);

/* Splits texts into pieces of at most `token_budget` tokens, in order; in `arena`. */
struct text_array summarizer_split(struct summarizer *summarizer, struct text_array texts,
                                   size_t token_budget, struct arena *arena);

/* The tokens of an input that are left for texts: the window without prompt and end mark. At least
 * two texts of a third of it each fit into one input. */
size_t summarizer_token_budget(const struct summarizer *summarizer);

struct summaries {
    struct text *items;
    size_t count;
    enum finish_reason finish_reason; /* of the last summary, if there is one */
};

/* Summarizes each pack of `texts`, each of which fits an input; in `arena`. Empty summaries are
 * dropped. */
bool summarizer_summarize(struct summarizer *summarizer, struct text_array texts,
                          struct arena *arena, struct summaries *summaries, struct error *error);

#endif
