/* classify.c - the classify stage: sentiment by scoring the label words, topics by constrained
 * decoding, so that every answer is one of those asked for. Chunks of many records go through the
 * model side by side; what comes out does not depend on their company. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stages/stages.h"
#include "stages/tasks/chunk_merge.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/topic_matcher.h"

struct classify {
    double undetected_below;
    struct merge_rules rules;
    bool topics;
    struct text taxonomy;
    double min_similarity;

    const struct stage_context *stage_context;
    struct token_limits token_limits;
    struct sentiment_predictor sentiment;
    struct topics_predictor topics_predictor;
    struct topic_matcher topic_matcher;
    bool uses_model, uses_phrases; /* both: phrases tell where the model names no topic */
};

/* A user's list of topics, or the model's own where its topics are told by phrases too. */
static bool open_topic_matcher(struct classify *classify, const struct stage_context *stage_context,
                               struct error *error)
{
    struct taxonomy *taxonomy = &classify->topic_matcher.taxonomy;
    if (classify->taxonomy.size > 0) {
        if (!taxonomy_read_file(taxonomy, classify->taxonomy, error))
            return false;
        classify->uses_phrases = true;
    } else {
        classify->uses_phrases = taxonomy_read_from_model(taxonomy, stage_context->model);
        classify->uses_model = !text_equal(
            prompt_get_text(stage_context->model, "topics", "by", "model"), TEXT("phrases"));
    }
    return !classify->uses_phrases ||
           topic_matcher_open(&classify->topic_matcher, classify->min_similarity,
                              &classify->sentiment, stage_context, error);
}

static bool open_classify(void *state, const struct stage_context *stage_context,
                          struct error *error)
{
    struct classify *classify = state;
    classify->stage_context = stage_context;
    if (!prompt_get_token_limits(&classify->token_limits, stage_context->model, error) ||
        !sentiment_load(&classify->sentiment, stage_context->model, error) ||
        !topics_load(&classify->topics_predictor, stage_context->model, error) ||
        (classify->topics && !open_topic_matcher(classify, stage_context, error)))
        return false;
    classify->rules.undetected_below = classify->undetected_below >= 0
                                           ? classify->undetected_below
                                           : classify->sentiment.undetected_below;
    return true;
}

static void close_classify(void *state)
{
    struct classify *classify = state;
    topics_close(&classify->topics_predictor);
    topic_matcher_close(&classify->topic_matcher);
}

/* A chunk to be asked about, and the answer about its topics. */
struct chunk_query {
    const struct record *record;
    struct chunk *chunk;
    size_t batch_index; /* in the order of the batch */
    struct mentions mentions;
};

/* By length: side by side with its like, a short input waits for no long one. */
static int compare_by_length(const void *a, const void *b)
{
    const struct chunk_query *left = a, *right = b;
    if (left->chunk->tokens != right->chunk->tokens)
        return left->chunk->tokens < right->chunk->tokens ? -1 : 1;
    return left->batch_index < right->batch_index ? -1 : 1;
}

static int compare_by_batch_index(const void *a, const void *b)
{
    const struct chunk_query *left = a, *right = b;
    return left->batch_index < right->batch_index ? -1 : 1;
}

static bool encode_chunks(struct classify *classify, const struct prompt *prompt,
                          const struct chunk_query *chunk_queries, size_t count,
                          struct text *inputs, struct arena *scratch, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk = chunk_queries[i].chunk;
        assert(chunk->tokens <= classify->token_limits.input);
        inputs[i] = prompt_format_record_input(prompt, chunk_queries[i].record, chunk->begin,
                                               chunk->end, chunk->has_title, scratch);
    }
    return t5_encode(classify->stage_context->session, inputs, count, error);
}

/* Topics of an unsure answer stand only where their phrases do: of what it was not taught about,
 * the model says something all the same. Of a sure one, those stay out that only an exception
 * suggests. */
static struct mentions drop_unsupported_mentions(const struct classify *classify, struct text text,
                                                 struct mentions mentions, struct arena *arena)
{
    const struct taxonomy *taxonomy = &classify->topic_matcher.taxonomy;
    if (mentions.count == 0)
        return mentions;
    bool is_sure = mentions.answer_probability >= classify->topics_predictor.min_confidence;
    enum topic_match *topic_matches =
        arena_alloc(arena, taxonomy->name_count, sizeof(*topic_matches));
    struct mention *kept = arena_alloc(arena, mentions.count, sizeof(*kept));
    size_t count = 0;
    taxonomy_match_topics(taxonomy, text, topic_matches);
    for (size_t i = 0; i < mentions.count; i++) {
        enum topic_match topic_match = topic_matches[mentions.items[i].topic];
        if (topic_match == TOPIC_MATCH_PHRASE || (is_sure && topic_match == TOPIC_MATCH_NONE))
            kept[count++] = mentions.items[i];
    }
    return (struct mentions){.items = kept, .count = count};
}

/* What the phrases say of those that have no topic yet. */
static bool match_phrases(struct classify *classify, struct chunk_query *chunk_queries,
                          size_t count, struct arena *arena, struct error *error)
{
    static const struct prompt empty_prompt = {0};
    struct arena scratch = {0};
    struct mentions *answers = arena_alloc(&scratch, count, sizeof(*answers));
    struct text *texts = arena_alloc(&scratch, count, sizeof(*texts));
    struct chunk_query **unanswered = arena_alloc(&scratch, count, sizeof(struct chunk_query *));
    size_t unanswered_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk = chunk_queries[i].chunk;
        struct text text =
            prompt_format_record_input(&empty_prompt, chunk_queries[i].record, chunk->begin,
                                       chunk->end, chunk->has_title, &scratch);
        chunk_queries[i].mentions =
            drop_unsupported_mentions(classify, text, chunk_queries[i].mentions, arena);
        if (chunk_queries[i].mentions.count > 0)
            continue;
        texts[unanswered_count] = text;
        unanswered[unanswered_count++] = &chunk_queries[i];
    }
    bool ok = topic_matcher_find_mentions(&classify->topic_matcher, texts, unanswered_count, arena,
                                          answers, error);
    for (size_t i = 0; ok && i < unanswered_count; i++)
        unanswered[i]->mentions = answers[i];
    arena_free(&scratch);
    return ok;
}

/* What the model says of chunks whose sentiment has just been asked. */
static bool predict_topics(struct classify *classify, struct chunk_query *chunk_queries,
                           size_t count, struct arena *arena, struct error *error)
{
    const struct prompt *prompt = &classify->topics_predictor.prompt;
    struct arena scratch = {0};
    struct mentions *answers = arena_alloc(&scratch, count, sizeof(*answers));
    struct text *inputs = arena_alloc(&scratch, count, sizeof(*inputs));
    bool ok = (prompt_shares_input(&classify->sentiment.prompt, prompt) ||
               encode_chunks(classify, prompt, chunk_queries, count, inputs, &scratch, error)) &&
              topics_predict(&classify->topics_predictor, classify->stage_context->session, count,
                             arena, answers, error);
    for (size_t i = 0; ok && i < count; i++)
        chunk_queries[i].mentions = answers[i];
    arena_free(&scratch);
    return ok;
}

/* Both questions about up to session_batch chunks. */
static bool classify_chunks(struct classify *classify, struct chunk_query *chunk_queries,
                            size_t count, struct arena *arena, struct error *error)
{
    struct arena scratch = {0};
    struct sentiment_probabilities *sentiment_probabilities =
        arena_alloc(&scratch, count, sizeof(*sentiment_probabilities));
    struct text *inputs = arena_alloc(&scratch, count, sizeof(*inputs));
    bool ok = encode_chunks(classify, &classify->sentiment.prompt, chunk_queries, count, inputs,
                            &scratch, error) &&
              sentiment_predict(&classify->sentiment, classify->stage_context->session, inputs,
                                count, sentiment_probabilities, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct chunk *chunk = chunk_queries[i].chunk;
        double probability;
        chunk->negative = sentiment_probabilities[i].negative;
        chunk->neutral = sentiment_probabilities[i].neutral;
        chunk->positive = sentiment_probabilities[i].positive;
        chunk->sentiment = sentiment_choose_label(sentiment_probabilities[i],
                                                  classify->rules.undetected_below, &probability);
    }
    if (ok && classify->topics && classify->uses_model)
        ok = predict_topics(classify, chunk_queries, count, arena, error);
    if (ok && classify->topics && classify->uses_phrases)
        ok = match_phrases(classify, chunk_queries, count, arena, error);
    arena_free(&scratch);
    return ok;
}

/* The answers about a record's chunks, which stand together in `questions`. */
static void merge_record_chunks(struct classify *classify, struct record *record,
                                const struct chunk_query *chunk_queries, struct arena *arena)
{
    size_t count = 0;
    for (size_t i = 0; i < record->chunk_count; i++)
        count += chunk_queries[i].mentions.count;
    struct mention *mentions = arena_alloc(arena, count, sizeof(*mentions));
    size_t at = 0;
    for (size_t i = 0; i < record->chunk_count; i++)
        for (size_t k = 0; k < chunk_queries[i].mentions.count; k++)
            mentions[at++] = chunk_queries[i].mentions.items[k];
    /* Where both tell, both lists are the model's. */
    const struct text *names = classify->uses_model ? classify->topics_predictor.names
                                                    : classify->topic_matcher.taxonomy.names;
    size_t name_count = classify->uses_model ? classify->topics_predictor.name_count
                                             : classify->topic_matcher.taxonomy.name_count;
    record->analysis.topics = merge_topic_mentions(mentions, count, names, name_count, arena,
                                                   &record->analysis.topic_count);
    merge_chunks(&classify->rules, record->chunks, record->chunk_count, &record->analysis);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    struct classify *classify = state;
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        count += batch->records[i].needs_analysis ? batch->records[i].chunk_count : 0;
    struct chunk_query *chunk_queries = memory_alloc(count, sizeof(*chunk_queries));
    size_t batch_index = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        for (size_t k = 0; record->needs_analysis && k < record->chunk_count; k++, batch_index++)
            chunk_queries[batch_index] = (struct chunk_query){
                .record = record, .chunk = &record->chunks[k], .batch_index = batch_index};
    }
    qsort(chunk_queries, count, sizeof(*chunk_queries), compare_by_length);
    size_t max = classify->stage_context->session_batch;
    bool ok = true;
    for (size_t at = 0; ok && at < count; at += max)
        ok = stage_context_check_interrupt(classify->stage_context, error) &&
             classify_chunks(classify, &chunk_queries[at], count - at < max ? count - at : max,
                             &batch->arena, error);
    qsort(chunk_queries, count, sizeof(*chunk_queries), compare_by_batch_index);
    batch_index = 0;
    for (size_t i = 0; ok && i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (record->needs_analysis && record->chunk_count > 0) {
            merge_record_chunks(classify, record, &chunk_queries[batch_index], &batch->arena);
            batch_index += record->chunk_count;
        }
    }
    free(chunk_queries);
    return ok;
}

static const struct option options[] = {
    {.name = "undetected_below",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, undetected_below),
     .default_value = "-1",
     .min = -1,
     .max = 1,
     .help = "label a text `undetected` below this probability; -1: the model's own threshold"},
    {.name = "min_mixed_share",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, rules.min_mixed_share),
     .default_value = "0.25",
     .min = 0,
     .max = 0.5,
     .help =
         "label a text of several chunks `mixed` if positive and negative each have this share of "
         "its tokens"},
    {.name = "max_mixed_confidence",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, rules.max_mixed_confidence),
     .default_value = "0.8",
     .min = 0,
     .max = 1,
     .help = "label a text of one chunk that praises one topic and criticises another `mixed` "
             "unless a label reaches this probability"},
    {.name = "topics",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct classify, topics),
     .default_value = "yes",
     .help = "also find topics"},
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct classify, taxonomy),
     .default_value = "",
     .help = "file of your own topics and phrases to use instead of the model's; the format is "
             "that of inference/models/topics.csv"},
    {.name = "min_similarity",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, min_similarity),
     .default_value = "2",
     .min = -1,
     .max = 2,
     .help = "minimum cosine similarity for a clause that matches no phrase; above 1 disables it"},
    {0},
};

const struct stage classify_stage = {
    .name = "classify",
    .summary = "find sentiment, and topics with their polarity",
    .options = options,
    .state_size = sizeof(struct classify),
    .open = open_classify,
    .process = process,
    .handles_saved_texts = true,
    .runs_model = true,
    .close = close_classify,
};
