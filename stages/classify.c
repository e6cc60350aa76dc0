/* classify.c - the classify stage: sentiment by scoring the label words, topics by constrained
 * decoding, by scores or by phrases, so that every answer is one of the allowed ones. The model
 * reads chunks of many records in one batch; the results do not depend on which chunks share a
 * batch. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stages/stages.h"
#include "stages/tasks/asked_prior.h"
#include "stages/tasks/chunk_merge.h"
#include "stages/tasks/model_question.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/session_batch.h"
#include "stages/tasks/topic_matcher.h"
#include "stages/tasks/topics.h"

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
    bool uses_model;   /* asks the model for topics */
    bool uses_phrases; /* finds topics by phrases, too: those of chunks in which the model names
                          none, or, if the model scores topics, those that it does not know */
};

/* Reads a user's list of topics, or the model's own if it has phrases. */
static bool read_taxonomy(struct classify *classify, const struct t5_model *model,
                          struct error *error)
{
    struct taxonomy *taxonomy = &classify->topic_matcher.taxonomy;
    bool uses_scores = topics_use_scores(model);
    if (classify->taxonomy.size > 0) {
        if (!taxonomy_read_file(taxonomy, classify->taxonomy, error))
            return false;
        classify->uses_phrases = true;
        classify->uses_model = uses_scores;
    } else {
        classify->uses_phrases = taxonomy_read_from_model(taxonomy, model) && !uses_scores;
        classify->uses_model =
            !text_equal(prompt_get_text(model, "topics.by", "model"), TEXT("phrases"));
    }
    return true;
}

static bool open_topics(struct classify *classify, const struct stage_context *stage_context,
                        struct error *error)
{
    struct topic_matcher *matcher = &classify->topic_matcher;
    if ((classify->topics && !read_taxonomy(classify, stage_context->model, error)) ||
        !topics_load(&classify->topics_predictor, stage_context->model, &matcher->taxonomy, error))
        return false;
    if (classify->uses_model && classify->topics_predictor.uses_scores)
        matcher->ignored_topics = classify->topics_predictor.scorer.is_scored;
    return !classify->uses_phrases ||
           topic_matcher_open(matcher, classify->min_similarity, &classify->sentiment,
                              stage_context, error);
}

static bool open_classify(void *state, const struct stage_context *stage_context,
                          struct error *error)
{
    struct classify *classify = state;
    classify->stage_context = stage_context;
    if (!prompt_get_token_limits(&classify->token_limits, stage_context->model, error) ||
        !sentiment_load(&classify->sentiment, stage_context->model, error) ||
        !open_topics(classify, stage_context, error))
        return false;
    classify->rules.undetected_below = classify->undetected_below >= 0
                                           ? classify->undetected_below
                                           : classify->sentiment.undetected_below;
    classify->rules.has_mixed_label = sentiment_has_mixed_label(&classify->sentiment);
    return true;
}

static void close_classify(void *state)
{
    struct classify *classify = state;
    topics_close(&classify->topics_predictor);
    topic_matcher_close(&classify->topic_matcher);
}

/* A chunk to classify, and its topics. */
struct chunk_query {
    const struct record *record;
    struct chunk *chunk;
    size_t batch_index;  /* in the order of the batch */
    bool has_two_inputs; /* topics are found after another question than the sentiment */
    struct mentions mentions;
};

struct query_batch {
    struct chunk_query *items;
    size_t count;
};

/* By length: a short input in a batch of long ones would cost as much as they do. Chunks with two
 * inputs are last: a batch with one of them is encoded twice. */
static int compare_by_cost(const void *a, const void *b)
{
    const struct chunk_query *left = a, *right = b;
    if (left->has_two_inputs != right->has_two_inputs)
        return left->has_two_inputs ? 1 : -1;
    if (left->chunk->tokens != right->chunk->tokens)
        return left->chunk->tokens < right->chunk->tokens ? -1 : 1;
    return left->batch_index < right->batch_index ? -1 : 1;
}

static int compare_by_batch_index(const void *a, const void *b)
{
    const struct chunk_query *left = a, *right = b;
    return left->batch_index < right->batch_index ? -1 : 1;
}

/* Encodes the chunks with a prompt, after the questions for the model or the records' own; returns
 * the inputs, in `scratch`, or NULL on failure. */
static const struct text *encode_chunks(struct classify *classify, const struct prompt *prompt,
                                        bool own_questions, struct query_batch queries,
                                        struct arena *scratch, struct error *error)
{
    struct text *inputs = arena_alloc(scratch, queries.count, sizeof(*inputs));
    for (size_t i = 0; i < queries.count; i++) {
        const struct chunk_query *query = &queries.items[i];
        assert(query->chunk->tokens <= classify->token_limits.input);
        struct text question =
            own_questions ? query->record->question : model_question(query->record);
        inputs[i] =
            prompt_format_chunk_input(prompt, question, query->record, query->chunk, scratch);
    }
    return t5_encode(classify->stage_context->session, inputs, queries.count, error) ? inputs
                                                                                     : NULL;
}

/* The model also names topics in texts of a kind that it was not trained on. If its answer is
 * uncertain, only topics with a phrase in the text are kept; otherwise, topics with only an
 * excluded phrase are dropped. */
static struct mentions drop_unsupported_mentions(const struct classify *classify, struct text text,
                                                 struct mentions mentions, struct arena *arena)
{
    const struct taxonomy *taxonomy = &classify->topic_matcher.taxonomy;
    if (mentions.count == 0)
        return mentions;
    bool is_certain = mentions.answer_probability >= classify->topics_predictor.min_confidence;
    enum topic_match *topic_matches =
        arena_alloc(arena, taxonomy->names.count, sizeof(*topic_matches));
    struct mention *kept = arena_alloc(arena, mentions.count, sizeof(*kept));
    size_t count = 0;
    taxonomy_match_topics(taxonomy, text, topic_matches);
    for (size_t i = 0; i < mentions.count; i++) {
        enum topic_match topic_match = topic_matches[mentions.items[i].topic];
        if (topic_match == TOPIC_MATCH_PHRASE || (is_certain && topic_match == TOPIC_MATCH_NONE))
            kept[count++] = mentions.items[i];
    }
    return (struct mentions){.items = kept, .count = count};
}

/* The chunks' texts with their titles, without prompts; in `arena`. */
static struct text_array format_texts(struct query_batch queries, struct arena *arena)
{
    static const struct prompt empty_prompt = {0};
    struct text *texts = arena_alloc(arena, queries.count, sizeof(*texts));
    for (size_t i = 0; i < queries.count; i++)
        texts[i] =
            prompt_format_chunk_input(&empty_prompt, (struct text){0}, queries.items[i].record,
                                      queries.items[i].chunk, arena);
    return (struct text_array){texts, queries.count};
}

static struct mentions join_mentions(struct mentions a, struct mentions b, struct arena *arena)
{
    if (a.count == 0 || b.count == 0)
        return a.count == 0 ? b : a;
    struct mention *items = arena_alloc(arena, a.count + b.count, sizeof(*items));
    memcpy(items, a.items, a.count * sizeof(*items));
    memcpy(items + a.count, b.items, b.count * sizeof(*items));
    return (struct mentions){.items = items, .count = a.count + b.count};
}

/* Checks the topics that the model has listed against the phrases, and finds topics by phrases: in
 * chunks for which the model has listed none, and in all chunks if it scores topics. */
static bool match_phrases(struct classify *classify, struct query_batch queries,
                          struct arena *arena, struct error *error)
{
    struct arena scratch = {0};
    bool are_scored = classify->topic_matcher.ignored_topics != NULL;
    struct mentions *answers = arena_alloc(&scratch, queries.count, sizeof(*answers));
    struct text_array all_texts = format_texts(queries, &scratch);
    struct text *texts = arena_alloc(&scratch, queries.count, sizeof(*texts));
    struct chunk_query **matched =
        arena_alloc(&scratch, queries.count, sizeof(struct chunk_query *));
    size_t count = 0;
    for (size_t i = 0; i < queries.count; i++) {
        struct chunk_query *query = &queries.items[i];
        if (!are_scored)
            query->mentions =
                drop_unsupported_mentions(classify, all_texts.items[i], query->mentions, arena);
        if (query->mentions.count > 0 && !are_scored)
            continue;
        texts[count] = all_texts.items[i];
        matched[count++] = query;
    }
    bool ok = topic_matcher_find_mentions(&classify->topic_matcher,
                                          (struct text_array){texts, count}, arena, answers, error);
    for (size_t i = 0; ok && i < count; i++)
        matched[i]->mentions = join_mentions(matched[i]->mentions, answers[i], arena);
    arena_free(&scratch);
    return ok;
}

/* Finds the topics of chunks that the session has encoded. */
static bool find_topics(struct classify *classify, struct query_batch queries, struct arena *arena,
                        struct error *error)
{
    struct arena scratch = {0};
    const struct mentions *answers =
        topics_find(&classify->topics_predictor, classify->stage_context->session,
                    format_texts(queries, &scratch), arena, error);
    for (size_t i = 0; answers && i < queries.count; i++)
        queries.items[i].mentions = answers[i];
    arena_free(&scratch);
    return answers != NULL;
}

static bool read_polarities(struct classify *classify, struct query_batch queries,
                            struct error *error)
{
    struct arena scratch = {0};
    struct mentions *answers = arena_alloc(&scratch, queries.count, sizeof(*answers));
    for (size_t i = 0; i < queries.count; i++)
        answers[i] = queries.items[i].mentions; /* the same items */
    bool ok = topics_read_polarities(&classify->topics_predictor, classify->stage_context->session,
                                     answers, queries.count, error);
    arena_free(&scratch);
    return ok;
}

static bool predict_sentiment(struct classify *classify, struct query_batch queries,
                              struct error *error)
{
    struct arena scratch = {0};
    struct sentiment_probabilities *probabilities =
        arena_alloc(&scratch, queries.count, sizeof(*probabilities));
    const struct text *inputs =
        encode_chunks(classify, &classify->sentiment.prompt, false, queries, &scratch, error);
    bool ok = inputs &&
              sentiment_predict(&classify->sentiment, classify->stage_context->session,
                                (struct text_array){inputs, queries.count}, probabilities, error);
    for (size_t i = 0; ok && i < queries.count; i++) {
        struct chunk *chunk = queries.items[i].chunk;
        const struct record *record = queries.items[i].record;
        double probability, threshold = classify->rules.undetected_below;
        if (!chunk->has_question) /* otherwise the model has read what was asked for */
            probabilities[i] =
                asked_prior_apply(probabilities[i], record->asked_for,
                                  text_slice(record->text, chunk->begin, chunk->end), threshold);
        chunk->negative = probabilities[i].negative;
        chunk->neutral = probabilities[i].neutral;
        chunk->positive = probabilities[i].positive;
        chunk->mixed = probabilities[i].mixed;
        chunk->sentiment = sentiment_choose_label(probabilities[i], threshold, &probability);
    }
    arena_free(&scratch);
    return ok;
}

/* Topics, then sentiment and polarities, which are read after another question or with another
 * prompt. A record's own question may name the topic: "Excellent", of the food. */
static bool encode_twice(struct classify *classify, struct query_batch queries, struct arena *arena,
                         struct error *error)
{
    const struct prompt *prompt = &classify->topics_predictor.prompts.prompt;
    bool shares_prompt = prompt_shares_input(&classify->sentiment.prompt, prompt);
    struct arena scratch = {0};
    bool ok = encode_chunks(classify, prompt, true, queries, &scratch, error) &&
              find_topics(classify, queries, arena, error) &&
              (shares_prompt || read_polarities(classify, queries, error)) &&
              predict_sentiment(classify, queries, error) &&
              (!shares_prompt || read_polarities(classify, queries, error));
    arena_free(&scratch);
    return ok;
}

static bool have_two_inputs(const struct classify *classify, struct query_batch queries)
{
    bool found = !prompt_shares_input(&classify->sentiment.prompt,
                                      &classify->topics_predictor.prompts.prompt);
    for (size_t i = 0; i < queries.count && !found; i++)
        found = queries.items[i].has_two_inputs;
    return found;
}

static bool ask_model(struct classify *classify, struct query_batch queries, struct arena *arena,
                      struct error *error)
{
    bool asks_topics = classify->topics && classify->uses_model;
    if (asks_topics && have_two_inputs(classify, queries))
        return encode_twice(classify, queries, arena, error);
    return predict_sentiment(classify, queries, error) &&
           (!asks_topics || (find_topics(classify, queries, arena, error) &&
                             read_polarities(classify, queries, error)));
}

/* Sentiment and topics of up to session_batch chunks. */
static bool classify_chunks(struct classify *classify, struct query_batch queries,
                            struct arena *arena, struct error *error)
{
    return ask_model(classify, queries, arena, error) &&
           (!classify->topics || !classify->uses_phrases ||
            match_phrases(classify, queries, arena, error));
}

/* Merges the answers about a record's chunks, which are next to each other. */
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
    /* If both are used, both lists are the model's. */
    const struct topic_names *names = classify->uses_model
                                          ? &classify->topics_predictor.names
                                          : &classify->topic_matcher.taxonomy.names;
    record->analysis.topics =
        merge_topic_mentions((struct mentions){.items = mentions, .count = count}, names, arena,
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
                .record = record,
                .chunk = &record->chunks[k],
                .batch_index = batch_index,
                .has_two_inputs = record->chunks[k].has_question &&
                                  !text_equal(model_question(record), record->question)};
    }
    qsort(chunk_queries, count, sizeof(*chunk_queries), compare_by_cost);
    struct session_batch part = {0};
    bool ok = true;
    while (ok && session_batch_next(&part, classify->stage_context, count))
        ok = stage_context_check_interrupt(classify->stage_context, error) &&
             classify_chunks(classify, (struct query_batch){&chunk_queries[part.first], part.count},
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
     .help = "CSV file with topics of your own (columns topic, phrase, exclude) to use instead of "
             "the model's; see inference/models/topic_phrases.csv"},
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
