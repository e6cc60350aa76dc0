/* point_writer.h - the model writes the text of a key point from the clauses that state it.
 * Decoding is constrained to words of these clauses and a closed list of function words, so that
 * nothing can be invented. Texts that the model wrote before are loaded from the store. */
#ifndef STAGES_TASKS_POINT_WRITER_H
#define STAGES_TASKS_POINT_WRITER_H

#include "pipeline/stage.h"
#include "stages/tasks/prompt.h"
#include "stages/text/texts.h"

struct point_writer {
    const struct stage_context *stage_context; /* borrowed */
    bool is_enabled; /* the model was trained to write: `summary.by = model` */
    struct token_limits token_limits;
    struct prompt prompt;
    struct text separator; /* including the blanks around it */
    size_t max_tokens;     /* of a text */
    struct arena arena;
};

/* Close is safe on a zeroed writer and after a failed open. */
bool point_writer_open(struct point_writer *writer, const struct stage_context *stage_context,
                       struct error *error);
void point_writer_close(struct point_writer *writer);

/* Writes a text from as many of the clauses, the clearest first, as fit the window. The caller
 * checks what it states. Empty if no clause fits. In `arena`. */
bool point_writer_write(const struct point_writer *writer, struct text_array clauses,
                        struct arena *arena, struct text *text, struct error *error);

#endif
