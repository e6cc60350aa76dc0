/* t5.h - a fake model in place of inference/, for tests of the stages: defines what inference/t5.h
 * declares. Include it in one file of a program.
 *
 * A token is up to four code points of a word. "good" is positive, "bad" is negative; a topic is
 * mentioned if its name is in the input; a summary is the first sentences of the texts. */
#ifndef TESTS_FAKES_T5_H
#define TESTS_FAKES_T5_H

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "inference/t5.h"

struct t5_model {
    const char *const *prompts; /* key, value, ... NULL */
    struct text quotes;         /* the section of this name */
};

struct t5_session {
    const struct t5_model *model;
    size_t batch, input_tokens;
    struct text inputs[64];
    size_t count;
    size_t encoded, generated; /* in total */
    struct arena arena;
};

static const char *const fake_prompts[] = {"window.input",
                                           "48",
                                           "window.output",
                                           "24",
                                           "sentiment.input",
                                           "{text}",
                                           "sentiment.decoder",
                                           "<sentiment>",
                                           "sentiment.positive",
                                           "positive",
                                           "sentiment.neutral",
                                           "neutral",
                                           "sentiment.negative",
                                           "negative",
                                           "sentiment.undetected_below",
                                           "0.45",
                                           "topics.input",
                                           "{text}",
                                           "topics.decoder",
                                           "<topics>",
                                           "topics.topics",
                                           "price,delivery,battery",
                                           "topics.polarities",
                                           "positive,neutral,negative",
                                           "topics.item",
                                           "{topic} {polarity}",
                                           "topics.none",
                                           "none",
                                           "topics.max_items",
                                           "3",
                                           "summary.input",
                                           "{text}",
                                           "summary.decoder",
                                           "<summary>",
                                           "summary.separator",
                                           "|",
                                           "summary.max_tokens",
                                           "12",
                                           NULL};

struct t5_choices {
    struct text items[256];
    size_t count, max_items;
};

struct text t5_model_section(const struct t5_model *model, const char *name)
{
    return strcmp(name, "quotes") == 0 ? model->quotes : (struct text){0};
}

size_t t5_vocabulary_size(const struct t5_model *model)
{
    (void)model;
    return 256;
}

struct text t5_model_prompt(const struct t5_model *model, const char *key)
{
    for (size_t i = 0; model->prompts[i]; i += 2)
        if (strcmp(model->prompts[i], key) == 0)
            return text_of(model->prompts[i + 1]);
    return (struct text){0};
}

struct text t5_model_id(const struct t5_model *model)
{
    (void)model;
    return TEXT("00000000fa4e0000");
}

static bool fake_blank(char byte)
{
    return byte == ' ' || byte == '\n';
}

/* The work of the tokenizer: the bytes of all texts that it was given. */
static size_t fake_tokenized_bytes;

size_t t5_token_ends(const struct t5_model *model, struct text text, size_t *ends, size_t capacity)
{
    (void)model;
    fake_tokenized_bytes += text.size;
    size_t count = 0, at = 0, size;
    while (at < text.size) {
        while (at < text.size && fake_blank(text.bytes[at]))
            at++;
        if (at == text.size)
            break;
        for (int i = 0; i < 4 && at < text.size && !fake_blank(text.bytes[at]); i++, at += size)
            utf8_decode(text, at, &size);
        if (count < capacity)
            ends[count] = at;
        count++;
    }
    if (count > 0 && count <= capacity)
        ends[count - 1] = text.size;
    return count;
}

/* The id of a token of ASCII characters is its bytes. */
size_t t5_tokenize(const struct t5_model *model, struct text text, int32_t *ids, size_t capacity)
{
    size_t ends[16] = {0}, count = t5_token_ends(model, text, ends, 16), at = 0;
    assert(capacity <= 16);
    for (size_t i = 0; i < capacity && i < count; at = ends[i++]) {
        while (at < text.size && fake_blank(text.bytes[at]))
            at++;
        ids[i] = 0;
        for (size_t k = 0; k < 4 && at + k < text.size && !fake_blank(text.bytes[at + k]); k++)
            ids[i] |= (int32_t)((uint32_t)(unsigned char)text.bytes[at + k] << 8 * k);
    }
    return count;
}

bool t5_encode(struct t5_session *session, const struct text *inputs, size_t count,
               struct error *error)
{
    if (count > session->batch)
        return error_set(error, ERROR_MODEL, "%zu inputs are too many", count);
    arena_reset(&session->arena);
    for (size_t i = 0; i < count; i++) {
        if (t5_tokenize(session->model, inputs[i], NULL, 0) + 1 > session->input_tokens)
            return error_set(error, ERROR_MODEL, "an input is too long: %.*s",
                             TEXT_ARGUMENT(inputs[i]));
        session->inputs[i] = arena_copy_text(&session->arena, inputs[i]);
    }
    session->count = count;
    session->encoded += count;
    return true;
}

static size_t fake_count(struct text text, const char *word)
{
    size_t count = 0;
    struct text needle = text_of(word);
    for (size_t at = text_find(text, needle, 0); at < text.size;
         at = text_find(text, needle, at + 1))
        count++;
    return count;
}

bool t5_score_closed_set(struct t5_session *session, const struct t5_target *targets, size_t count,
                         float *scores, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        struct text input = session->inputs[targets[i].input], label = targets[i].text;
        float good = (float)fake_count(input, "good"), bad = (float)fake_count(input, "bad");
        scores[i] = text_equal(label, TEXT("positive"))   ? 2 * good - bad
                    : text_equal(label, TEXT("negative")) ? 2 * bad - good
                                                          : 1 - good - bad;
    }
    return true;
}

/* After a prefix of one word, the logit of a token is the number of times that the input contains
 * it; after more, that it contains it before the last word of the prefix ("good batt"). */
bool t5_next_logits(struct t5_session *session, const struct t5_logits_query *query, float *logits,
                    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < query->place_count; i++) {
        struct text rest = query->places[i].prefix, word;
        size_t words = 0;
        for (; text_split(&rest, ' ', &word); words++)
            ;
        for (size_t k = 0; k < query->token_count; k++) {
            char wanted[80] = "";
            for (int byte = 0; byte < 4; byte++)
                wanted[byte] = (char)((uint32_t)query->tokens[k] >> 8 * byte & 0xFF);
            wanted[4] = 0;
            if (words > 1)
                snprintf(wanted + strlen(wanted), 60, " %.*s", TEXT_ARGUMENT(word));
            logits[i * query->token_count + k] =
                (float)fake_count(session->inputs[query->places[i].input], wanted);
        }
    }
    return true;
}

/* A state is how often the input contains "good", and "bad". */
bool t5_next_states(struct t5_session *session, const struct t5_place *places, size_t count,
                    float *states, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        struct text input = session->inputs[places[i].input];
        states[2 * i] = (float)fake_count(input, "good");
        states[2 * i + 1] = (float)fake_count(input, "bad");
    }
    return true;
}

bool t5_choices_open(struct t5_choices **choices, const struct t5_model *model,
                     const struct t5_choice_items *items, struct error *error)
{
    (void)model;
    (void)error;
    static struct t5_choices only;
    assert(items->count <= 256);
    only.count = items->count;
    only.max_items = items->max_items;
    for (size_t i = 0; i < items->count; i++)
        only.items[i] = items->items[i];
    *choices = &only;
    return true;
}

void t5_choices_close(struct t5_choices *choices)
{
    (void)choices;
}

static void fake_choose(const struct t5_choices *choices, struct text input, struct arena *arena,
                        struct t5_output *output)
{
    size_t *items = arena_alloc(arena, choices->max_items, sizeof(*items));
    bool is_good = fake_count(input, "good") >= fake_count(input, "bad");
    for (size_t i = 0; i < choices->count && output->item_count < choices->max_items; i++) {
        struct text item = choices->items[i], topic, rest = item;
        text_split(&rest, ' ', &topic);
        if (text_find(input, topic, 0) < input.size &&
            text_equal(rest, is_good ? TEXT("positive") : TEXT("negative")))
            items[output->item_count++] = i;
    }
    if (output->item_count == 0)
        items[output->item_count++] = choices->count - 1; /* none */
    output->items = items;
}

/* What t5_generate writes with choices; NULL: items of the choices. */
static const char *fake_written;

static struct text fake_summary(struct text input, size_t max_tokens, struct arena *arena)
{
    struct text summary = {0}, part, rest = input;
    while (text_split(&rest, '|', &part)) {
        part = text_trim(part);
        size_t end = text_find(part, TEXT("."), 0);
        struct text sentence = text_slice(part, 0, end + 1);
        struct text longer = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(summary),
                                          summary.size ? " " : "", TEXT_ARGUMENT(sentence));
        if (t5_tokenize(NULL, longer, NULL, 0) > max_tokens)
            break;
        summary = longer;
    }
    return summary;
}

bool t5_generate(struct t5_session *session, const struct t5_decoding *decoding,
                 struct arena *arena, struct t5_output *outputs, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < session->count; i++) {
        outputs[i] = (struct t5_output){.finish_reason = T5_FINISH_END};
        if (decoding->choices && fake_written)
            outputs[i].text = text_of(fake_written);
        else if (decoding->choices)
            fake_choose(decoding->choices, session->inputs[i], arena, &outputs[i]);
        else
            outputs[i].text = fake_summary(session->inputs[i], decoding->max_tokens, arena);
        session->generated++;
    }
    return true;
}

/* The embedding depends only on the length of the text. */
size_t t5_embedding_width(const struct t5_model *model)
{
    (void)model;
    return 2;
}

void t5_embed(const struct t5_session *session, float *vectors)
{
    for (size_t i = 0; i < session->count; i++) {
        bool is_long = session->inputs[i].size > 20;
        vectors[2 * i] = is_long;
        vectors[2 * i + 1] = !is_long;
    }
}

#endif
