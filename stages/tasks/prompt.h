/* prompt.h - what the model file says about a task: how to ask, how much fits. */
#ifndef STAGES_TASKS_PROMPT_H
#define STAGES_TASKS_PROMPT_H

#include "inference/t5.h"
#include "pipeline/record.h"

/* Texts are the model's, valid as long as it is open. */
struct prompt {
    struct text prefix, suffix; /* around the text, in the encoder's input */
    struct text decoder_prefix; /* what the decoder is made to start with; may be empty */
};

/* Reads `TASK.input` (with {text} in it) and `TASK.decoder`. ERROR_MODEL when the model has no such
 * task. */
bool prompt_load(struct prompt *prompt, const struct t5_model *model, const char *task,
                 struct error *error);

/* The encoder's input made of `text`, in `arena`; `text` itself when the prompt adds nothing. */
struct text prompt_format_input(const struct prompt *prompt, struct text text, struct arena *arena);

/* The input made of a record's text [begin, end), with its title as a first sentence if `titled`.
 */
struct text prompt_format_record_input(const struct prompt *prompt, const struct record *record,
                                       size_t begin, size_t end, bool has_title,
                                       struct arena *arena);

/* Whether two prompts make the same input, so that one encoder pass answers both. */
bool prompt_shares_input(const struct prompt *a, const struct prompt *b);

/* `TASK.KEY`, or `fallback` where the model does not say. A number that is none: ERROR_MODEL. */
struct text prompt_get_text(const struct t5_model *model, const char *task, const char *key,
                            const char *default_value);
bool prompt_get_number(const struct t5_model *model, const char *task, const char *key,
                       double default_value, double *number, struct error *error);

/* Tokens of an input, its end mark counted. */
size_t prompt_count_tokens(const struct t5_model *model, struct text input);

/* Most tokens of an input and of an output, end marks and the decoder's prefix counted. */
struct token_limits {
    size_t input, output;
};

/* `window.input` and `window.output`; T5's own 512 and 128 where the model does not say. */
bool prompt_get_token_limits(struct token_limits *token_limits, const struct t5_model *model,
                             struct error *error);

#endif
