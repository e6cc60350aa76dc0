/* topic_prompts.c - reads the model's prompts of [topics]. */
#include "stages/tasks/topic_prompts.h"

bool topic_prompts_refuse(struct error *error)
{
    return error_set(error, ERROR_MODEL,
                     "the model's prompts of [topics] are incomplete: expected topics, three "
                     "polarities, an item with {topic} and {polarity}, and max_items; import "
                     "the model again with --prompts FILE");
}

struct text *topic_prompts_split(struct text list, struct arena *arena, size_t *count)
{
    struct text *parts = arena_alloc(arena, list.size + 1, sizeof(*parts)), rest = list, part;
    *count = 0;
    while (text_split(&rest, ',', &part))
        if (text_trim(part).size > 0)
            parts[(*count)++] = text_trim(part);
    return parts;
}

static bool is_polarity(enum sentiment sentiment)
{
    return sentiment == SENTIMENT_NEGATIVE || sentiment == SENTIMENT_NEUTRAL ||
           sentiment == SENTIMENT_POSITIVE;
}

/* Words that are the names themselves count as such in any order. */
static void assign_polarities(struct topic_prompts *prompts, const struct text *words)
{
    static const enum sentiment order[TOPIC_POLARITIES] = {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL,
                                                           SENTIMENT_NEGATIVE};
    enum sentiment named[TOPIC_POLARITIES] = {0};
    bool are_names = true;
    for (size_t i = 0; i < TOPIC_POLARITIES; i++) {
        for (enum sentiment known = 0; known < SENTIMENT_COUNT; known++)
            if (is_polarity(known) && text_equal(words[i], text_of(sentiment_names[known])))
                named[i] = known;
        are_names &= named[i] != SENTIMENT_UNDETECTED;
    }
    for (size_t i = 0; i < TOPIC_POLARITIES; i++) {
        prompts->polarities[i].word = words[i];
        prompts->polarities[i].sentiment = are_names ? named[i] : order[i];
    }
}

bool topic_prompts_load(struct topic_prompts *prompts, const struct t5_model *model,
                        struct arena *arena, struct error *error)
{
    struct token_limits token_limits;
    double max_items;
    if (!prompt_get_token_limits(&token_limits, model, error) ||
        !prompt_load(&prompts->prompt, model, "topics", error) ||
        !prompt_get_number(model, "topics.max_items", 4, &max_items, error))
        return false;
    size_t polarity_count;
    const struct text *words = topic_prompts_split(
        prompt_get_text(model, "topics.polarities", "positive,neutral,negative"), arena,
        &polarity_count);
    prompts->names.items = topic_prompts_split(prompt_get_text(model, "topics.topics", ""), arena,
                                               &prompts->names.count);
    if (prompts->names.count == 0 || polarity_count != TOPIC_POLARITIES || !(max_items >= 1))
        return topic_prompts_refuse(error);
    assign_polarities(prompts, words);
    prompts->none = prompt_get_text(model, "topics.none", "none");
    prompts->max_items = (size_t)max_items;
    prompts->prefix_tokens = t5_tokenize(model, prompts->prompt.decoder_prefix, NULL, 0);
    prompts->output_tokens = token_limits.output;
    if (prompts->prefix_tokens + 3 > token_limits.output)
        return error_set(error, ERROR_MODEL, "the model's topics.decoder fills its output window");
    return true;
}
