/* topic_decoder.c - constrained decoding, so that the answer is always a list of known topics. */
#include "stages/tasks/topic_decoder.h"

#include <math.h>

/* Fills in "{topic} {polarity}"; either may come first. */
static struct text format_item(struct text pattern, struct text topic, struct text polarity,
                               struct arena *arena)
{
    struct text topic_placeholder = TEXT("{topic}"), polarity_placeholder = TEXT("{polarity}");
    size_t topic_at = text_find(pattern, topic_placeholder, 0);
    size_t polarity_at = text_find(pattern, polarity_placeholder, 0);
    if (topic_at < polarity_at)
        return arena_format(
            arena, "%.*s%.*s%.*s%.*s%.*s", TEXT_ARGUMENT(text_slice(pattern, 0, topic_at)),
            TEXT_ARGUMENT(topic),
            TEXT_ARGUMENT(text_slice(pattern, topic_at + topic_placeholder.size, polarity_at)),
            TEXT_ARGUMENT(polarity),
            TEXT_ARGUMENT(
                text_slice(pattern, polarity_at + polarity_placeholder.size, pattern.size)));
    return arena_format(
        arena, "%.*s%.*s%.*s%.*s%.*s", TEXT_ARGUMENT(text_slice(pattern, 0, polarity_at)),
        TEXT_ARGUMENT(polarity),
        TEXT_ARGUMENT(text_slice(pattern, polarity_at + polarity_placeholder.size, topic_at)),
        TEXT_ARGUMENT(topic),
        TEXT_ARGUMENT(text_slice(pattern, topic_at + topic_placeholder.size, pattern.size)));
}

/* The choices: every topic with every polarity, and "none". */
static bool build_choices(struct topic_decoder *decoder, const struct topic_prompts *prompts,
                          const struct t5_model *model, struct arena *arena, struct error *error)
{
    struct text pattern = prompt_get_text(model, "topics.item", "{topic} {polarity}");
    if (text_find(pattern, TEXT("{topic}"), 0) == pattern.size ||
        text_find(pattern, TEXT("{polarity}"), 0) == pattern.size)
        return topic_prompts_refuse(error);
    decoder->topic_count = prompts->names.count;
    size_t count = decoder->topic_count * TOPIC_POLARITIES + 1;
    decoder->items = arena_alloc(arena, count, sizeof(*decoder->items));
    struct text *items = arena_alloc(arena, count, sizeof(*items));
    for (size_t i = 0; i + 1 < count; i++) {
        size_t topic = i / TOPIC_POLARITIES, polarity = i % TOPIC_POLARITIES;
        items[i] = format_item(pattern, prompts->names.items[topic],
                               prompts->polarities[polarity].word, arena);
        decoder->items[i] =
            (struct mention){.topic = topic, .polarity = prompts->polarities[polarity].sentiment};
    }
    items[count - 1] = prompts->none;
    decoder->items[count - 1] = (struct mention){.topic = decoder->topic_count};
    return t5_choices_open(&decoder->choices, model,
                           &(struct t5_choice_items){items, count, prompts->max_items}, error);
}

bool topic_decoder_load(struct topic_decoder *decoder, const struct topic_prompts *prompts,
                        const struct t5_model *model, struct arena *arena, struct error *error)
{
    if (!build_choices(decoder, prompts, model, arena, error))
        return false;
    decoder->decoding = (struct t5_decoding){
        .prefix = prompts->prompt.decoder_prefix,
        /* without the start and the end mark */
        .max_tokens = prompts->output_tokens - prompts->prefix_tokens - 2,
        .choices = decoder->choices,
    };
    return true;
}

void topic_decoder_close(struct topic_decoder *decoder)
{
    t5_choices_close(decoder->choices);
    decoder->choices = NULL;
}

struct mentions *topic_decoder_predict(const struct topic_decoder *decoder,
                                       struct t5_session *session, size_t count,
                                       struct arena *arena, struct error *error)
{
    struct arena scratch = {0};
    struct mentions *answers = arena_alloc(arena, count, sizeof(*answers));
    struct t5_output *outputs = arena_alloc(&scratch, count, sizeof(*outputs));
    bool ok = t5_generate(session, &decoder->decoding, &scratch, outputs, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct mention *mentions = arena_alloc(arena, outputs[i].item_count, sizeof(*mentions));
        answers[i] = (struct mentions){
            .items = mentions, .answer_probability = exp((double)outputs[i].log_probability)};
        for (size_t k = 0; k < outputs[i].item_count; k++) {
            struct mention mention = decoder->items[outputs[i].items[k]];
            if (mention.topic < decoder->topic_count)
                mentions[answers[i].count++] = mention;
        }
    }
    arena_free(&scratch);
    return ok ? answers : NULL;
}
