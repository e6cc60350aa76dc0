/* topic_decoder.c - constrained decoding: the answer always is a list of known topics. */
#include "stages/tasks/topic_decoder.h"

#include <math.h>

/* "{topic} {polarity}" filled in. */
static struct text fill(struct text pattern, struct text topic, struct text polarity,
                        struct arena *arena)
{
    struct text topic_mark = TEXT("{topic}"), polarity_mark = TEXT("{polarity}");
    size_t at = text_find(pattern, topic_mark, 0);
    size_t polarity_at = text_find(pattern, polarity_mark, 0);
    if (at < polarity_at)
        return arena_format(
            arena, "%.*s%.*s%.*s%.*s%.*s", TEXT_ARGUMENT(text_slice(pattern, 0, at)),
            TEXT_ARGUMENT(topic),
            TEXT_ARGUMENT(text_slice(pattern, at + topic_mark.size, polarity_at)),
            TEXT_ARGUMENT(polarity),
            TEXT_ARGUMENT(text_slice(pattern, polarity_at + polarity_mark.size, pattern.size)));
    return arena_format(arena, "%.*s%.*s%.*s%.*s%.*s",
                        TEXT_ARGUMENT(text_slice(pattern, 0, polarity_at)), TEXT_ARGUMENT(polarity),
                        TEXT_ARGUMENT(text_slice(pattern, polarity_at + polarity_mark.size, at)),
                        TEXT_ARGUMENT(topic),
                        TEXT_ARGUMENT(text_slice(pattern, at + topic_mark.size, pattern.size)));
}

static struct text *split_list(struct text list, struct arena *arena, size_t *count)
{
    struct text *parts = arena_alloc(arena, list.size + 1, sizeof(*parts)), rest = list, part;
    *count = 0;
    while (text_split(&rest, ',', &part))
        if (text_trim(part).size > 0)
            parts[(*count)++] = text_trim(part);
    return parts;
}

/* Every topic with every polarity, and "none". */
static bool open_choices(struct topics_question *question, const struct t5_model *model,
                         double most_items, struct error *error)
{
    static const enum sentiment polarities[] = {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL,
                                                SENTIMENT_NEGATIVE};
    struct arena *arena = &question->arena;
    struct text pattern = prompt_text(model, "topics", "item", "{topic} {polarity}");
    struct text words = prompt_text(model, "topics", "polarities", "positive,neutral,negative");
    size_t polarity_count;
    struct text *polarity = split_list(words, arena, &polarity_count);
    question->names =
        split_list(prompt_text(model, "topics", "topics", ""), arena, &question->name_count);
    if (question->name_count == 0 || polarity_count != 3 || !(most_items >= 1) ||
        text_find(pattern, TEXT("{topic}"), 0) == pattern.size ||
        text_find(pattern, TEXT("{polarity}"), 0) == pattern.size)
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [topics] are incomplete: expected topics, three "
                         "polarities, an item with {topic} and {polarity}, and max_items; import "
                         "the model again with --prompts FILE");
    size_t count = question->name_count * 3 + 1;
    question->items = arena_alloc(arena, count, sizeof(*question->items));
    struct text *items = arena_alloc(arena, count, sizeof(*items));
    for (size_t i = 0; i + 1 < count; i++) {
        items[i] = fill(pattern, question->names[i / 3], polarity[i % 3], arena);
        question->items[i] = (struct mention){i / 3, polarities[i % 3]};
    }
    items[count - 1] = prompt_text(model, "topics", "none", "none");
    question->items[count - 1] = (struct mention){.topic = question->name_count};
    return t5_choices_open(&question->choices, model, items, count, (size_t)most_items, error);
}

bool topics_load(struct topics_question *question, const struct t5_model *model,
                 struct error *error)
{
    struct window window;
    double most_items;
    if (!prompt_window(&window, model, error) ||
        !prompt_load(&question->prompt, model, "topics", error) ||
        !prompt_number(model, "topics", "max_items", 4, &most_items, error) ||
        !prompt_number(model, "topics", "sure_at", 0, &question->sure_at, error) ||
        !open_choices(question, model, most_items, error))
        return false;
    size_t prefix = t5_tokens(model, question->prompt.decoder, NULL, 0);
    if (prefix + 3 > window.output)
        return error_set(error, ERROR_MODEL, "the model's topics.decoder fills its output window");
    question->decoding = (struct t5_decoding){
        .prefix = question->prompt.decoder,
        .most = window.output - prefix - 2, /* the start and the end mark */
        .choices = question->choices,
    };
    return true;
}

void topics_close(struct topics_question *question)
{
    t5_choices_close(question->choices);
    question->choices = NULL;
    arena_free(&question->arena);
}

bool topics_ask(const struct topics_question *question, struct t5_session *session, size_t count,
                struct arena *arena, struct mentions *answers, struct error *error)
{
    struct arena scratch = {0};
    struct t5_output *outputs = arena_alloc(&scratch, count, sizeof(*outputs));
    bool ok = t5_generate(session, &question->decoding, &scratch, outputs, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct mention *mentions = arena_alloc(arena, outputs[i].item_count, sizeof(*mentions));
        answers[i] = (struct mentions){.items = mentions,
                                       .likelihood = exp((double)outputs[i].log_probability)};
        for (size_t k = 0; k < outputs[i].item_count; k++) {
            struct mention mention = question->items[outputs[i].items[k]];
            if (mention.topic < question->name_count)
                mentions[answers[i].count++] = mention;
        }
    }
    arena_free(&scratch);
    return ok;
}

size_t topics_find(const struct topics_question *question, struct text name)
{
    size_t place = 0;
    while (place < question->name_count && !text_equal(question->names[place], name))
        place++;
    return place;
}
