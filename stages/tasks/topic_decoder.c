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

static struct text *split_comma_list(struct text list, struct arena *arena, size_t *count)
{
    struct text *parts = arena_alloc(arena, list.size + 1, sizeof(*parts)), rest = list, part;
    *count = 0;
    while (text_split(&rest, ',', &part))
        if (text_trim(part).size > 0)
            parts[(*count)++] = text_trim(part);
    return parts;
}

/* The choices: every topic with every polarity, and "none". */
static bool build_choices(struct topics_predictor *predictor, const struct t5_model *model,
                          double max_items, struct error *error)
{
    static const enum sentiment polarities[] = {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL,
                                                SENTIMENT_NEGATIVE};
    struct arena *arena = &predictor->arena;
    struct text pattern = prompt_get_text(model, "topics.item", "{topic} {polarity}");
    struct text polarity_list =
        prompt_get_text(model, "topics.polarities", "positive,neutral,negative");
    size_t polarity_count;
    struct text *polarity = split_comma_list(polarity_list, arena, &polarity_count);
    predictor->names.items = split_comma_list(prompt_get_text(model, "topics.topics", ""), arena,
                                              &predictor->names.count);
    if (predictor->names.count == 0 || polarity_count != 3 || !(max_items >= 1) ||
        text_find(pattern, TEXT("{topic}"), 0) == pattern.size ||
        text_find(pattern, TEXT("{polarity}"), 0) == pattern.size)
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [topics] are incomplete: expected topics, three "
                         "polarities, an item with {topic} and {polarity}, and max_items; import "
                         "the model again with --prompts FILE");
    size_t count = predictor->names.count * 3 + 1;
    predictor->items = arena_alloc(arena, count, sizeof(*predictor->items));
    struct text *items = arena_alloc(arena, count, sizeof(*items));
    for (size_t i = 0; i + 1 < count; i++) {
        items[i] = format_item(pattern, predictor->names.items[i / 3], polarity[i % 3], arena);
        predictor->items[i] = (struct mention){i / 3, polarities[i % 3]};
    }
    items[count - 1] = prompt_get_text(model, "topics.none", "none");
    predictor->items[count - 1] = (struct mention){.topic = predictor->names.count};
    return t5_choices_open(&predictor->choices, model,
                           &(struct t5_choice_items){items, count, (size_t)max_items}, error);
}

bool topics_load(struct topics_predictor *predictor, const struct t5_model *model,
                 struct error *error)
{
    struct token_limits token_limits;
    double max_items;
    if (!prompt_get_token_limits(&token_limits, model, error) ||
        !prompt_load(&predictor->prompt, model, "topics", error) ||
        !prompt_get_number(model, "topics.max_items", 4, &max_items, error) ||
        !prompt_get_number(model, "topics.sure_at", 0, &predictor->min_confidence, error) ||
        !build_choices(predictor, model, max_items, error))
        return false;
    size_t prefix = t5_tokenize(model, predictor->prompt.decoder_prefix, NULL, 0);
    if (prefix + 3 > token_limits.output)
        return error_set(error, ERROR_MODEL, "the model's topics.decoder fills its output window");
    predictor->decoding = (struct t5_decoding){
        .prefix = predictor->prompt.decoder_prefix,
        .max_tokens = token_limits.output - prefix - 2, /* the start and the end mark */
        .choices = predictor->choices,
    };
    return true;
}

void topics_close(struct topics_predictor *predictor)
{
    t5_choices_close(predictor->choices);
    predictor->choices = NULL;
    arena_free(&predictor->arena);
}

const struct mentions *topics_predict(const struct topics_predictor *predictor,
                                      struct t5_session *session, size_t count, struct arena *arena,
                                      struct error *error)
{
    struct arena scratch = {0};
    struct t5_output *outputs = arena_alloc(&scratch, count, sizeof(*outputs));
    struct mentions *answers = arena_alloc(arena, count, sizeof(*answers));
    bool ok = t5_generate(session, &predictor->decoding, &scratch, outputs, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct mention *mentions = arena_alloc(arena, outputs[i].item_count, sizeof(*mentions));
        answers[i] = (struct mentions){
            .items = mentions, .answer_probability = exp((double)outputs[i].log_probability)};
        for (size_t k = 0; k < outputs[i].item_count; k++) {
            struct mention mention = predictor->items[outputs[i].items[k]];
            if (mention.topic < predictor->names.count)
                mentions[answers[i].count++] = mention;
        }
    }
    arena_free(&scratch);
    return ok ? answers : NULL;
}
