/* prompt.c - reads prompts from the model file, so that every model runs the same pipeline. */
#include "stages/tasks/prompt.h"

#include <stdio.h>

enum { MIN_TOKEN_LIMIT = 16, MAX_TOKEN_LIMIT = 1 << 20 };

struct text prompt_get_text(const struct t5_model *model, const char *name,
                            const char *default_value)
{
    struct text value = t5_model_prompt(model, name);
    return value.size > 0 ? value : text_of(default_value);
}

bool prompt_get_number(const struct t5_model *model, const char *name, double default_value,
                       double *number, struct error *error)
{
    struct text value = prompt_get_text(model, name, "");
    *number = default_value;
    if (value.size == 0 || text_to_real(text_trim(value), number))
        return true;
    return error_set(error, ERROR_MODEL,
                     "the model's prompt %s = %.*s: expected a number; import the model again "
                     "with a corrected prompts.ini",
                     name, TEXT_ARGUMENT(value));
}

/* Splits a pattern at its placeholder; false if it has none. */
static bool split_pattern(struct text pattern, struct text placeholder, struct text *prefix,
                          struct text *suffix)
{
    size_t at = text_find(pattern, placeholder, 0);
    if (at == pattern.size)
        return false;
    *prefix = text_slice(pattern, 0, at);
    *suffix = text_slice(pattern, at + placeholder.size, pattern.size);
    return true;
}

bool prompt_load(struct prompt *prompt, const struct t5_model *model, const char *task,
                 struct error *error)
{
    char input_name[64], decoder_name[64];
    snprintf(input_name, sizeof(input_name), "%s.input", task);
    snprintf(decoder_name, sizeof(decoder_name), "%s.decoder", task);
    *prompt = (struct prompt){.decoder_prefix = prompt_get_text(model, decoder_name, "")};
    struct text question = prompt_get_text(model, "sentiment.question", "");
    prompt->reads_questions = question.size > 0;
    if (!split_pattern(prompt_get_text(model, input_name, ""), TEXT("{text}"), &prompt->prefix,
                       &prompt->suffix))
        return error_set(error, ERROR_MODEL,
                         "the model has no prompt for %s: %s must contain {text}; import the model "
                         "again with --prompts FILE",
                         task, input_name);
    if (prompt->reads_questions &&
        !split_pattern(question, TEXT("{question}"), &prompt->question_prefix,
                       &prompt->question_suffix))
        return error_set(error, ERROR_MODEL,
                         "the model's prompt sentiment.question = %.*s: expected {question} in it; "
                         "import the model again with a corrected prompts.ini",
                         TEXT_ARGUMENT(question));
    return true;
}

struct text prompt_format_input(const struct prompt *prompt, struct text text, struct arena *arena)
{
    if (prompt->prefix.size == 0 && prompt->suffix.size == 0)
        return text;
    return arena_format(arena, "%.*s%.*s%.*s", TEXT_ARGUMENT(prompt->prefix), TEXT_ARGUMENT(text),
                        TEXT_ARGUMENT(prompt->suffix));
}

struct text prompt_format_chunk_input(const struct prompt *prompt, struct text question,
                                      const struct record *record, const struct chunk *chunk,
                                      struct arena *arena)
{
    struct text text = text_slice(record->text, chunk->begin, chunk->end);
    if (chunk->has_title) {
        char last_byte = record->title.size > 0 ? record->title.bytes[record->title.size - 1] : '.';
        bool ends_sentence = last_byte == '.' || last_byte == '!' || last_byte == '?' ||
                             (unsigned char)last_byte >= 0x80;
        text = arena_format(arena, "%.*s%s %.*s", TEXT_ARGUMENT(record->title),
                            ends_sentence ? "" : ".", TEXT_ARGUMENT(text));
    }
    if (prompt->reads_questions && chunk->has_question)
        text = arena_format(arena, "%.*s%.*s%.*s %.*s", TEXT_ARGUMENT(prompt->question_prefix),
                            TEXT_ARGUMENT(question), TEXT_ARGUMENT(prompt->question_suffix),
                            TEXT_ARGUMENT(text));
    return prompt_format_input(prompt, text, arena);
}

bool prompt_shares_input(const struct prompt *a, const struct prompt *b)
{
    return text_equal(a->prefix, b->prefix) && text_equal(a->suffix, b->suffix);
}

size_t prompt_count_tokens(const struct t5_model *model, struct text input)
{
    return t5_tokenize(model, input, NULL, 0) + 1;
}

bool prompt_get_token_limits(struct token_limits *token_limits, const struct t5_model *model,
                             struct error *error)
{
    double input, output;
    if (!prompt_get_number(model, "window.input", 512, &input, error) ||
        !prompt_get_number(model, "window.output", 128, &output, error))
        return false;
    if (!(input >= MIN_TOKEN_LIMIT && input <= MAX_TOKEN_LIMIT && output >= MIN_TOKEN_LIMIT &&
          output <= MAX_TOKEN_LIMIT))
        return error_set(error, ERROR_MODEL,
                         "the model's window of %g input and %g output tokens is too small or "
                         "too large: expected %d or more of each",
                         input, output, MIN_TOKEN_LIMIT);
    *token_limits = (struct token_limits){(size_t)input, (size_t)output};
    return true;
}
