/* prompts.h - the prompts of a model: settings that are stored in its file. Keys:
 * docs/MODEL.md. */
#ifndef INFERENCE_MODEL_PROMPTS_H
#define INFERENCE_MODEL_PROMPTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Lines `section.key=value` of an INI file, in file order; unknown keys are kept. If `path` is
 * NULL: the prompts for the instruction-tuned Flan-T5 family. */
bool prompts_read(const char *path, struct arena *arena, struct text *lines, struct error *error);

/* The value of "section.key", or the empty text. */
struct text prompts_find(struct text lines, const char *key);

#endif
