/* sentence_rank.c - asks the model about single sentences, and caches the answers. */
#include "stages/evidence/sentence_rank.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "stages/evidence/side.h"
#include "stages/tasks/session_batch.h"

/* Factors of a passage's score. */
static const double unread_factor = 0.1;        /* not among those that the model reads */
static const double contradicting_factor = 0.2; /* of the opposite sentiment of its record */
static const double neutral_factor = 0.5;
static const double off_topic_factor = 0.15;

enum {
    ENOUGH_PASSAGES = 8,    /* passages on topic; others are then not needed */
    MAX_PASSAGE_SIZE = 800, /* bytes of a passage that the model reads */
    MAX_CACHED_TEXTS = 1 << 16,
};

bool sentence_ranker_open(struct sentence_ranker *ranker, struct text taxonomy,
                          const struct stage_context *stage_context, struct error *error)
{
    ranker->stage_context = stage_context;
    if (taxonomy.size == 0)
        taxonomy_read_from_model(&ranker->taxonomy, stage_context->model);
    else if (!taxonomy_read_file(&ranker->taxonomy, taxonomy, error))
        return false;
    return prompt_get_token_limits(&ranker->token_limits, stage_context->model, error) &&
           sentiment_load(&ranker->sentiment, stage_context->model, error) &&
           topics_load(&ranker->topics, stage_context->model, &ranker->taxonomy, error);
}

void sentence_ranker_close(struct sentence_ranker *ranker)
{
    topics_close(&ranker->topics);
    taxonomy_close(&ranker->taxonomy);
    hash_table_free(&ranker->cache_index);
    free(ranker->sentiment_cache);
}

/* Fills the indices of the texts in the cache, adding texts that are not in it, and returns the
 * inputs of the added ones. */
static struct text_array add_to_cache(struct sentence_ranker *ranker, struct text_array texts,
                                      size_t *indices, struct arena *arena)
{
    struct text *inputs = arena_alloc(arena, texts.count, sizeof(*inputs));
    size_t new_count = 0;
    if (ranker->sentiment_cache_count > MAX_CACHED_TEXTS) {
        hash_table_clear(&ranker->cache_index);
        ranker->sentiment_cache_count = 0;
    }
    for (size_t i = 0; i < texts.count; i++) {
        bool is_new;
        indices[i] = *hash_table_get_or_insert(&ranker->cache_index, hash_text(texts.items[i]),
                                               ranker->sentiment_cache_count + new_count, &is_new);
        if (is_new)
            inputs[new_count++] =
                prompt_format_input(&ranker->sentiment.prompt, texts.items[i], arena);
    }
    ranker->sentiment_cache =
        memory_grow(ranker->sentiment_cache, &ranker->sentiment_cache_capacity,
                    ranker->sentiment_cache_count + new_count, sizeof(*ranker->sentiment_cache));
    return (struct text_array){inputs, new_count};
}

/* Fills sentiment_probabilities[i] of texts[i], each of which fits the window. The cache pays off
 * because groups share most of their sentences. */
static bool score_sentiment(struct sentence_ranker *ranker, struct text_array texts,
                            struct sentiment_probabilities *sentiment_probabilities,
                            struct arena *arena, struct error *error)
{
    const struct stage_context *context = ranker->stage_context;
    size_t *indices = arena_alloc(arena, texts.count, sizeof(*indices));
    struct text_array inputs = add_to_cache(ranker, texts, indices, arena);
    struct session_batch batch = {0};
    while (session_batch_next(&batch, context, inputs.count)) {
        struct text_array batch_inputs = {&inputs.items[batch.first], batch.count};
        if (!stage_context_check_interrupt(context, error) ||
            !t5_encode(context->session, batch_inputs.items, batch.count, error) ||
            !sentiment_predict(
                &ranker->sentiment, context->session, batch_inputs,
                &ranker->sentiment_cache[ranker->sentiment_cache_count + batch.first], error))
            return false;
    }
    ranker->sentiment_cache_count += inputs.count;
    for (size_t i = 0; i < texts.count; i++)
        sentiment_probabilities[i] = ranker->sentiment_cache[indices[i]];
    return true;
}

static bool mentions_topic(const struct mentions *mentions, size_t topic)
{
    for (size_t i = 0; i < mentions->count; i++)
        if (mentions->items[i].topic == topic)
            return true;
    return false;
}

/* Sets named[i] if the model names the topic in texts[i]. */
static bool ask_for_topic(struct sentence_ranker *ranker, struct text_array texts, size_t topic,
                          bool *named, struct error *error)
{
    const struct stage_context *context = ranker->stage_context;
    struct arena arena = {0};
    struct text *inputs = arena_alloc(&arena, texts.count, sizeof(*inputs));
    for (size_t i = 0; i < texts.count; i++)
        inputs[i] = prompt_format_input(&ranker->topics.prompts.prompt, texts.items[i], &arena);
    struct session_batch batch = {0};
    bool ok = true;
    while (ok && session_batch_next(&batch, context, texts.count)) {
        const struct mentions *mentions = NULL;
        if (stage_context_check_interrupt(context, error) &&
            t5_encode(context->session, &inputs[batch.first], batch.count, error))
            mentions = topics_predict(&ranker->topics, context->session,
                                      (struct text_array){&texts.items[batch.first], batch.count},
                                      &arena, error);
        ok = mentions != NULL;
        for (size_t i = 0; ok && i < batch.count; i++)
            named[batch.first + i] = mentions_topic(&mentions[i], topic);
    }
    arena_free(&arena);
    return ok;
}

static bool fits_input(const struct sentence_ranker *ranker, struct text text, struct arena *arena)
{
    const struct t5_model *model = ranker->stage_context->model;
    const struct prompt *prompts[] = {&ranker->sentiment.prompt, &ranker->topics.prompts.prompt};
    size_t count = prompt_shares_input(prompts[0], prompts[1]) ? 1 : 2;
    for (size_t i = 0; i < count; i++)
        if (prompt_count_tokens(model, prompt_format_input(prompts[i], text, arena)) >
            ranker->token_limits.input)
            return false;
    return true;
}

bool sentence_ranker_classify_polarities(struct sentence_ranker *ranker, struct text_array texts,
                                         double min_confidence, enum sentiment *polarities,
                                         struct error *error)
{
    struct arena arena = {0};
    struct text *fitting = arena_alloc(&arena, texts.count, sizeof(*fitting));
    size_t *indices = arena_alloc(&arena, texts.count, sizeof(*indices)), count = 0;
    for (size_t i = 0; i < texts.count; i++) {
        polarities[i] = SENTIMENT_UNDETECTED;
        indices[count] = i;
        if (fits_input(ranker, texts.items[i], &arena))
            fitting[count++] = texts.items[i];
    }
    struct sentiment_probabilities *sentiment_probabilities =
        arena_alloc(&arena, count, sizeof(*sentiment_probabilities));
    bool ok = score_sentiment(ranker, (struct text_array){fitting, count}, sentiment_probabilities,
                              &arena, error);
    for (size_t i = 0; ok && i < count; i++) {
        double probability;
        polarities[indices[i]] =
            sentiment_choose_label(sentiment_probabilities[i], min_confidence, &probability);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Passages ---- */

/* 1 / the number of topics in the text; 0 if `topic` is not one of them. */
static double compute_topic_share(const struct taxonomy *taxonomy, struct text text, size_t topic,
                                  enum topic_match *topic_matches)
{
    if (!taxonomy_matches_topic(taxonomy, text, topic)) /* true for most texts, and faster */
        return 0;
    size_t count = 0;
    taxonomy_match_topics(taxonomy, text, topic_matches);
    for (size_t i = 0; i < taxonomy->names.count; i++)
        count += topic_matches[i] == TOPIC_MATCH_PHRASE;
    return 1 / (double)count;
}

/* Weights all passages by their phrases, since few passages may be about the topic. A sentence with
 * many topics ("clean rooms, nice staff, good food") says little about each. */
static void weight_by_topic(const struct sentence_ranker *ranker,
                            struct sentence_index *sentence_index, size_t topic)
{
    const struct taxonomy *taxonomy = &ranker->taxonomy;
    double *shares = memory_alloc(sentence_index->count, sizeof(*shares));
    enum topic_match *topic_matches = memory_alloc(taxonomy->names.count, sizeof(*topic_matches));
    size_t count = 0, enough_passages = sentence_index->member_count < ENOUGH_PASSAGES
                                            ? sentence_index->member_count
                                            : ENOUGH_PASSAGES;
    for (size_t i = 0; i < sentence_index->count; i++) {
        struct text text = sentence_index_text(sentence_index, &sentence_index->passages[i]);
        shares[i] = compute_topic_share(taxonomy, text, topic, topic_matches);
        count += shares[i] > 0;
    }
    for (size_t i = 0; i < sentence_index->count; i++)
        sentence_index->passages[i].score *= shares[i] > 0             ? shares[i]
                                             : count < enough_passages ? off_topic_factor
                                                                       : 0;
    free(shares);
    free(topic_matches);
}

struct passage_candidate {
    size_t passage;
    double score;
};

struct candidate_list {
    struct passage_candidate *items;
    size_t count;
};

static int compare_by_score(const void *a, const void *b)
{
    const struct passage_candidate *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->passage < right->passage ? -1 : 1;
}

/* Fills `chosen` with the best passages of each side, and returns their number. */
static size_t choose_passages(const struct sentence_ranker *ranker,
                              const struct sentence_index *sentence_index, size_t max_count,
                              struct passage_candidate *chosen, struct arena *arena)
{
    size_t side_counts[SIDE_COUNT] = {0}, count = 0;
    struct passage_candidate *all = memory_alloc(sentence_index->count, sizeof(*all));
    for (size_t i = 0; i < sentence_index->count; i++)
        all[i] = (struct passage_candidate){i, sentence_index->passages[i].score};
    qsort(all, sentence_index->count, sizeof(*all), compare_by_score);
    for (size_t i = 0; i < sentence_index->count && count < max_count * SIDE_COUNT; i++) {
        const struct passage *passage = &sentence_index->passages[all[i].passage];
        enum side side = sentence_index_side(sentence_index, passage);
        if (side_counts[side] == max_count || all[i].score <= 0 ||
            passage->end - passage->begin > MAX_PASSAGE_SIZE ||
            !fits_input(ranker, sentence_index_text(sentence_index, passage), arena))
            continue;
        side_counts[side]++;
        chosen[count++] = all[i];
    }
    free(all);
    return count;
}

static double compute_sentiment_factor(struct sentiment_probabilities probabilities, enum side side)
{
    if (probabilities.neutral > probabilities.positive &&
        probabilities.neutral > probabilities.negative)
        return neutral_factor;
    if ((side == SIDE_POSITIVE && probabilities.negative > probabilities.positive) ||
        (side == SIDE_NEGATIVE && probabilities.positive > probabilities.negative))
        return contradicting_factor;
    return 1;
}

/* The topic's number if the model is to name it; otherwise the number of its topics. Phrases are
 * preferred: they weight all passages here. */
static size_t apply_topic(const struct sentence_ranker *ranker,
                          struct sentence_index *sentence_index, struct text topic)
{
    size_t phrase_topic = topic_names_find(&ranker->taxonomy.names, topic);
    if (phrase_topic < ranker->taxonomy.names.count &&
        taxonomy_has_phrases(&ranker->taxonomy, phrase_topic)) {
        weight_by_topic(ranker, sentence_index, phrase_topic);
        return ranker->topics.names.count;
    }
    return topic.size > 0 ? topic_names_find(&ranker->topics.names, topic)
                          : ranker->topics.names.count;
}

/* Fills the factor of each chosen passage with what the model reads in it. */
static bool compute_factors(struct sentence_ranker *ranker,
                            const struct sentence_index *sentence_index,
                            struct candidate_list *chosen, size_t model_topic, struct error *error)
{
    struct arena arena = {0};
    size_t count = chosen->count;
    struct text *texts = arena_alloc(&arena, count, sizeof(*texts));
    struct sentiment_probabilities *sentiment_probabilities =
        arena_alloc(&arena, count, sizeof(*sentiment_probabilities));
    bool *named = arena_alloc(&arena, count, sizeof(*named));
    bool asks_model = model_topic < ranker->topics.names.count;
    for (size_t i = 0; i < count; i++)
        texts[i] = sentence_index_text(sentence_index,
                                       &sentence_index->passages[chosen->items[i].passage]);
    struct text_array text_array = {texts, count};
    bool ok = score_sentiment(ranker, text_array, sentiment_probabilities, &arena, error) &&
              (!asks_model || ask_for_topic(ranker, text_array, model_topic, named, error));
    for (size_t i = 0; ok && i < count; i++) {
        const struct passage *passage = &sentence_index->passages[chosen->items[i].passage];
        chosen->items[i].score *= compute_sentiment_factor(
            sentiment_probabilities[i], sentence_index_side(sentence_index, passage));
        chosen->items[i].score *= asks_model && !named[i] ? off_topic_factor : 1;
    }
    arena_free(&arena);
    return ok;
}

bool sentence_ranker_score_passages(struct sentence_ranker *ranker,
                                    struct sentence_index *sentence_index, struct text topic,
                                    size_t max_count, struct error *error)
{
    struct arena arena = {0};
    struct candidate_list chosen = {
        .items = arena_alloc(&arena, max_count * SIDE_COUNT, sizeof(*chosen.items))};
    size_t model_topic = apply_topic(ranker, sentence_index, topic);
    chosen.count = choose_passages(ranker, sentence_index, max_count, chosen.items, &arena);
    bool ok = compute_factors(ranker, sentence_index, &chosen, model_topic, error);
    for (size_t i = 0; ok && i < sentence_index->count; i++)
        sentence_index->passages[i].score *= unread_factor;
    for (size_t i = 0; ok && i < chosen.count; i++)
        sentence_index->passages[chosen.items[i].passage].score = chosen.items[i].score;
    arena_free(&arena);
    return ok;
}
