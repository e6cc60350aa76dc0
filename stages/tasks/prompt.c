/* prompt.c - prompts live with the model, so that every model runs the same pipeline. */
#include "stages/tasks/prompt.h"

#include <stdio.h>

enum { SMALLEST_WINDOW = 16, LARGEST_WINDOW = 1 << 20 };

struct text prompt_text(const struct t5_model *model, const char *task, const char *key,
                        const char *fallback)
{
    char name[96];
    snprintf(name, sizeof(name), "%s.%s", task, key);
    struct text value = t5_model_prompt(model, name);
    return value.size > 0 ? value : text_of(fallback);
}

bool prompt_number(const struct t5_model *model, const char *task, const char *key, double fallback,
                   double *number, struct error *error)
{
    struct text value = prompt_text(model, task, key, "");
    *number = fallback;
    if (value.size == 0 || text_real(text_trim(value), number))
        return true;
    return error_set(error, ERROR_MODEL,
                     "the model's prompt %s.%s = %.*s: expected a number; import the model again "
                     "with a corrected prompts.ini",
                     task, key, TEXT_ARGUMENT(value));
}

bool prompt_load(struct prompt *prompt, const struct t5_model *model, const char *task,
                 struct error *error)
{
    struct text input = prompt_text(model, task, "input", ""), mark = TEXT("{text}");
    size_t at = text_find(input, mark, 0);
    if (at == input.size)
        return error_set(error, ERROR_MODEL,
                         "the model does not say how to ask for %s: its prompt %s.input needs a "
                         "{text}; import the model again with --prompts FILE",
                         task, task);
    *prompt = (struct prompt){
        .before = text_slice(input, 0, at),
        .after = text_slice(input, at + mark.size, input.size),
        .decoder = prompt_text(model, task, "decoder", ""),
    };
    return true;
}

struct text prompt_input(const struct prompt *prompt, struct text text, struct arena *arena)
{
    if (prompt->before.size == 0 && prompt->after.size == 0)
        return text;
    return arena_format(arena, "%.*s%.*s%.*s", TEXT_ARGUMENT(prompt->before), TEXT_ARGUMENT(text),
                        TEXT_ARGUMENT(prompt->after));
}

struct text prompt_record_input(const struct prompt *prompt, const struct record *record,
                                size_t begin, size_t end, bool titled, struct arena *arena)
{
    struct text text = text_slice(record->text, begin, end);
    if (titled) {
        char last = record->title.size > 0 ? record->title.bytes[record->title.size - 1] : '.';
        bool ended = last == '.' || last == '!' || last == '?' || (unsigned char)last >= 0x80;
        text = arena_format(arena, "%.*s%s %.*s", TEXT_ARGUMENT(record->title), ended ? "" : ".",
                            TEXT_ARGUMENT(text));
    }
    return prompt_input(prompt, text, arena);
}

bool prompt_shares_input(const struct prompt *a, const struct prompt *b)
{
    return text_equal(a->before, b->before) && text_equal(a->after, b->after);
}

size_t prompt_tokens(const struct t5_model *model, struct text input)
{
    return t5_tokens(model, input, NULL, 0) + 1;
}

bool prompt_window(struct window *window, const struct t5_model *model, struct error *error)
{
    double input, output;
    if (!prompt_number(model, "window", "input", 512, &input, error) ||
        !prompt_number(model, "window", "output", 128, &output, error))
        return false;
    if (!(input >= SMALLEST_WINDOW && input <= LARGEST_WINDOW && output >= SMALLEST_WINDOW &&
          output <= LARGEST_WINDOW))
        return error_set(error, ERROR_MODEL,
                         "the model's window of %g input and %g output tokens cannot be worked "
                         "with: expected %d or more of each",
                         input, output, SMALLEST_WINDOW);
    *window = (struct window){(size_t)input, (size_t)output};
    return true;
}
