/* prompt.h - what the model file says about a task: how to ask, and how much fits. */
#ifndef STAGES_TASKS_PROMPT_H
#define STAGES_TASKS_PROMPT_H

#include "inference/t5.h"
#include "pipeline/record.h"

/* The texts belong to the model and are valid as long as it is open. */
struct prompt {
    struct text prefix, suffix; /* around the text, in the encoder's input */
    bool reads_questions;       /* the text follows the question that it answers */
    struct text question_prefix, question_suffix; /* around the question */
    struct text decoder_prefix; /* the beginning of the decoder's output; may be empty */
};

/* Reads `TASK.input`, which contains {text}; `TASK.decoder`; and `sentiment.question`, which is
 * optional, contains {question} and applies to all tasks that read chunks of records. ERROR_MODEL
 * if the model does not have the task. */
bool prompt_load(struct prompt *prompt, const struct t5_model *model, const char *task,
                 struct error *error);

/* The encoder's input for `text`, in `arena`; `text` itself if the prompt adds nothing. */
struct text prompt_format_input(const struct prompt *prompt, struct text text, struct arena *arena);

/* The input for a chunk of a record, after `question` if the prompt reads questions and
 * `chunk->has_question`, and after its title if `chunk->has_title`. */
struct text prompt_format_chunk_input(const struct prompt *prompt, struct text question,
                                      const struct record *record, const struct chunk *chunk,
                                      struct arena *arena);

/* Whether two prompts make the same input, so that one encoder pass answers both. */
bool prompt_shares_input(const struct prompt *a, const struct prompt *b);

/* The prompt called `name` ("topics.max_items"), or a default. ERROR_MODEL if a number is expected
 * and the prompt is something else. */
struct text prompt_get_text(const struct t5_model *model, const char *name,
                            const char *default_value);
bool prompt_get_number(const struct t5_model *model, const char *name, double default_value,
                       double *number, struct error *error);

/* Tokens of an input, including the end mark. */
size_t prompt_count_tokens(const struct t5_model *model, struct text input);

/* The maximum tokens of an input and of an output, including end marks and the decoder's prefix. */
struct token_limits {
    size_t input, output;
};

/* Reads `window.input` and `window.output`; the defaults are T5's own 512 and 128. */
bool prompt_get_token_limits(struct token_limits *token_limits, const struct t5_model *model,
                             struct error *error);

#endif
