/* summarizer.h - one step of the map-reduce: texts packed into the model's window, a summary of
 * each pack. What the model said before is recalled, not asked again. */
#ifndef STAGES_TASKS_SUMMARIZER_H
#define STAGES_TASKS_SUMMARIZER_H

#include "base/segment.h"
#include "pipeline/stage.h"
#include "stages/tasks/prompt.h"

struct summarizer {
    const struct stage_context *stage_context; /* borrowed */
    struct segmenter *segmenter;               /* owned */
    struct token_limits token_limits;
    struct prompt prompt;
    struct text separator; /* blanks around it included */
    size_t separator_tokens;
    struct t5_decoding decoding;
    struct arena arena;
};

/* Safe to close when zeroed, or after a failed open. */
bool summarizer_open(struct summarizer *summarizer, const struct stage_context *stage_context,
                     struct error *error);
void summarizer_close(struct summarizer *summarizer);

/* `texts` in pieces of at most `room` tokens each, in order, joined being the same texts. */
struct text *summarizer_split(struct summarizer *summarizer, const struct text *texts, size_t count,
                              size_t token_budget, struct arena *arena, size_t *piece_count);

/* Tokens of an input that hold texts: the window without prompt and end mark. At least two texts of
 * a third of it each fit side by side. */
size_t summarizer_token_budget(const struct summarizer *summarizer);

/* A summary of each pack of `texts`, each of which fits an input; packs of which the model has
 * nothing to say leave none. *finish_reason is that of the last one: "end" or "length". */
bool summarizer_summarize(struct summarizer *summarizer, const struct text *texts, size_t count,
                          struct arena *arena, struct text **summaries, size_t *summary_count,
                          const char **finish_reason, struct error *error);

#endif
