/* classify.c - the classify stage: sentiment by scoring the label words, topics by constrained
 * decoding, so that every answer is one of those asked for. Chunks of many records go through the
 * model side by side; what comes out does not depend on their company. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stages/combine.h"
#include "stages/sentiment.h"
#include "stages/stages.h"

struct classify {
    double undetected_below;
    struct combine_rules rules;
    bool topics;

    struct t5_session *session; /* borrowed */
    size_t session_batch;
    struct window window;
    struct sentiment_question sentiment;
    struct prompt topics_prompt;
    struct t5_decoding decoding;
    struct t5_choices *choices; /* owned */
    struct text *names;         /* of topics, in the taxonomy's order; in `arena` */
    size_t name_count;
    struct mention *items; /* what each choice means; topic == name_count is "none". In `arena` */
    size_t item_count;
    struct arena arena;
};

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
static bool open_topics(struct classify *classify, const struct t5_model *model,
                        struct error *error)
{
    static const enum sentiment polarities[] = {SENTIMENT_POSITIVE, SENTIMENT_NEUTRAL,
                                                SENTIMENT_NEGATIVE};
    struct arena *arena = &classify->arena;
    double most_items;
    if (!prompt_load(&classify->topics_prompt, model, "topics", error) ||
        !prompt_number(model, "topics", "max_items", 4, &most_items, error))
        return false;
    struct text pattern = prompt_text(model, "topics", "item", "{topic} {polarity}");
    struct text words = prompt_text(model, "topics", "polarities", "positive,neutral,negative");
    size_t polarity_count;
    struct text *polarity = split_list(words, arena, &polarity_count);
    classify->names =
        split_list(prompt_text(model, "topics", "topics", ""), arena, &classify->name_count);
    if (classify->name_count == 0 || polarity_count != 3 || !(most_items >= 1) ||
        text_find(pattern, TEXT("{topic}"), 0) == pattern.size ||
        text_find(pattern, TEXT("{polarity}"), 0) == pattern.size)
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [topics] are incomplete: expected topics, three "
                         "polarities, an item with {topic} and {polarity}, and max_items; import "
                         "the model again with --prompts FILE");
    classify->item_count = classify->name_count * 3 + 1;
    classify->items = arena_alloc(arena, classify->item_count, sizeof(*classify->items));
    struct text *items = arena_alloc(arena, classify->item_count, sizeof(*items));
    for (size_t i = 0; i < classify->name_count * 3; i++) {
        items[i] = fill(pattern, classify->names[i / 3], polarity[i % 3], arena);
        classify->items[i] = (struct mention){i / 3, polarities[i % 3]};
    }
    items[classify->item_count - 1] = prompt_text(model, "topics", "none", "none");
    classify->items[classify->item_count - 1] = (struct mention){classify->name_count, 0};
    size_t prefix = t5_tokens(model, classify->topics_prompt.decoder, NULL, 0);
    if (prefix + 3 > classify->window.output)
        return error_set(error, ERROR_MODEL, "the model's topics.decoder fills its output window");
    classify->decoding = (struct t5_decoding){
        .prefix = classify->topics_prompt.decoder,
        .most = classify->window.output - prefix - 2, /* the start and the end mark */
    };
    return t5_choices_open(&classify->choices, model, items, classify->item_count,
                           (size_t)most_items, error);
}

static bool open_classify(void *state, const struct workbench *workbench, struct error *error)
{
    struct classify *classify = state;
    classify->session = workbench->session;
    classify->session_batch = workbench->session_batch;
    if (!prompt_window(&classify->window, workbench->model, error) ||
        !sentiment_load(&classify->sentiment, workbench->model, error) ||
        !open_topics(classify, workbench->model, error))
        return false;
    classify->rules.undetected_below = classify->undetected_below >= 0
                                           ? classify->undetected_below
                                           : classify->sentiment.undetected_below;
    classify->decoding.choices = classify->choices;
    return true;
}

static void close_classify(void *state)
{
    struct classify *classify = state;
    t5_choices_close(classify->choices);
    arena_free(&classify->arena);
}

/* A chunk to be asked about, and the answer about its topics. */
struct question {
    const struct record *record;
    struct chunk *chunk;
    size_t place; /* in the order of the batch */
    const struct mention *mentions;
    size_t mention_count;
};

/* By length: side by side with its like, a short input waits for no long one. */
static int by_length(const void *a, const void *b)
{
    const struct question *left = a, *right = b;
    if (left->chunk->tokens != right->chunk->tokens)
        return left->chunk->tokens < right->chunk->tokens ? -1 : 1;
    return left->place < right->place ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    const struct question *left = a, *right = b;
    return left->place < right->place ? -1 : 1;
}

static bool encode(struct classify *classify, const struct prompt *prompt,
                   const struct question *questions, size_t count, struct arena *scratch,
                   struct error *error)
{
    struct text *inputs = arena_alloc(scratch, count, sizeof(*inputs));
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk = questions[i].chunk;
        assert(chunk->tokens <= classify->window.input);
        inputs[i] = prompt_record_input(prompt, questions[i].record, chunk->begin, chunk->end,
                                        chunk->titled, scratch);
    }
    return t5_encode(classify->session, inputs, count, error);
}

static bool ask_topics(struct classify *classify, struct question *questions, size_t count,
                       struct arena *arena, struct arena *scratch, struct error *error)
{
    struct t5_output *outputs = arena_alloc(scratch, count, sizeof(*outputs));
    if (!t5_generate(classify->session, &classify->decoding, scratch, outputs, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct mention *mentions = arena_alloc(arena, outputs[i].item_count, sizeof(*mentions));
        questions[i].mentions = mentions;
        for (size_t k = 0; k < outputs[i].item_count; k++) {
            struct mention mention = classify->items[outputs[i].items[k]];
            if (mention.topic < classify->name_count)
                mentions[questions[i].mention_count++] = mention;
        }
    }
    return true;
}

/* Both questions about up to session_batch chunks. */
static bool ask(struct classify *classify, struct question *questions, size_t count,
                struct arena *arena, struct error *error)
{
    struct arena scratch = {0};
    struct odds *odds = arena_alloc(&scratch, count, sizeof(*odds));
    bool ok = encode(classify, &classify->sentiment.prompt, questions, count, &scratch, error) &&
              sentiment_ask(&classify->sentiment, classify->session, count, odds, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct chunk *chunk = questions[i].chunk;
        double probability;
        chunk->negative = odds[i].negative;
        chunk->neutral = odds[i].neutral;
        chunk->positive = odds[i].positive;
        chunk->sentiment = sentiment_label(odds[i], classify->rules.undetected_below, &probability);
    }
    if (ok && classify->topics) {
        bool shared = prompt_shares_input(&classify->sentiment.prompt, &classify->topics_prompt);
        ok = (shared ||
              encode(classify, &classify->topics_prompt, questions, count, &scratch, error)) &&
             ask_topics(classify, questions, count, arena, &scratch, error);
    }
    arena_free(&scratch);
    return ok;
}

/* The answers about a record's chunks, which stand together in `questions`. */
static void combine(struct classify *classify, struct record *record,
                    const struct question *questions, struct arena *arena)
{
    size_t count = 0;
    for (size_t i = 0; i < record->chunk_count; i++)
        count += questions[i].mention_count;
    struct mention *mentions = arena_alloc(arena, count, sizeof(*mentions));
    size_t at = 0;
    for (size_t i = 0; i < record->chunk_count; i++)
        for (size_t k = 0; k < questions[i].mention_count; k++)
            mentions[at++] = questions[i].mentions[k];
    record->analysis.topics = combine_topics(mentions, count, classify->names, classify->name_count,
                                             arena, &record->analysis.topic_count);
    combine_chunks(&classify->rules, record->chunks, record->chunk_count, &record->analysis);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    struct classify *classify = state;
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        count += batch->records[i].analyse ? batch->records[i].chunk_count : 0;
    struct question *questions = memory_alloc(count, sizeof(*questions));
    size_t place = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        for (size_t k = 0; record->analyse && k < record->chunk_count; k++, place++)
            questions[place] =
                (struct question){.record = record, .chunk = &record->chunks[k], .place = place};
    }
    qsort(questions, count, sizeof(*questions), by_length);
    bool ok = true;
    for (size_t at = 0; ok && at < count; at += classify->session_batch) {
        size_t left = count - at;
        ok = ask(classify, &questions[at],
                 left < classify->session_batch ? left : classify->session_batch, &batch->arena,
                 error);
    }
    qsort(questions, count, sizeof(*questions), by_place);
    place = 0;
    for (size_t i = 0; ok && i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (record->analyse && record->chunk_count > 0) {
            combine(classify, record, &questions[place], &batch->arena);
            place += record->chunk_count;
        }
    }
    free(questions);
    return ok;
}

static const struct option options[] = {
    {.name = "undetected_below",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, undetected_below),
     .fallback = "-1",
     .least = -1,
     .most = 1,
     .help = "a label less likely than this is `undetected`; -1: as the model's calibration says"},
    {.name = "mixed_at",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, rules.mixed_at),
     .fallback = "0.25",
     .least = 0,
     .most = 0.5,
     .help = "a text of several chunks is `mixed` when each pole holds this share of its tokens"},
    {.name = "one_sided_at",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, rules.one_sided_at),
     .fallback = "0.8",
     .least = 0,
     .most = 1,
     .help = "a text of one chunk that praises one topic and blames another is `mixed` unless a "
             "label is as likely as this"},
    {.name = "topics",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct classify, topics),
     .fallback = "yes",
     .help = "ask for topics too"},
    {0},
};

const struct stage classify_stage = {
    .name = "classify",
    .summary = "sentiment, topics with polarity",
    .options = options,
    .state_size = sizeof(struct classify),
    .open = open_classify,
    .process = process,
    .close = close_classify,
};
