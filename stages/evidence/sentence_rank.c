/* sentence_rank.c - short questions about single sentences. */
#include "stages/evidence/sentence_rank.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

/* What a passage's score is multiplied with. */
static const double unread_factor = 0.1;        /* not among those that the model reads */
static const double contradicting_factor = 0.2; /* praise in a complaint, or the other way round */
static const double neutral_factor = 0.5;       /* neither praise nor complaint */
static const double off_topic_factor = 0.15;    /* of a group that has a topic */

enum {
    ENOUGH_PASSAGES = 8,       /* passages, for a summary and its quotes */
    MAX_CACHED_TEXTS = 1 << 16 /* kept in memory at a time */
};

bool sentence_ranker_open(struct sentence_ranker *sentence_ranker, struct text taxonomy,
                          const struct stage_context *stage_context, struct error *error)
{
    sentence_ranker->stage_context = stage_context;
    if (taxonomy.size == 0)
        taxonomy_read_from_model(&sentence_ranker->taxonomy, stage_context->model);
    else if (!taxonomy_read_file(&sentence_ranker->taxonomy, taxonomy, error))
        return false;
    return prompt_get_token_limits(&sentence_ranker->token_limits, stage_context->model, error) &&
           sentiment_load(&sentence_ranker->sentiment, stage_context->model, error) &&
           topics_load(&sentence_ranker->topics, stage_context->model, error);
}

void sentence_ranker_close(struct sentence_ranker *sentence_ranker)
{
    topics_close(&sentence_ranker->topics);
    taxonomy_close(&sentence_ranker->taxonomy);
    hash_table_free(&sentence_ranker->indices);
    free(sentence_ranker->sentiment_cache);
}

/* odds[i] of texts[i], each within the window. Groups have most of their sentences in common. */
static bool score_sentiment(struct sentence_ranker *sentence_ranker, const struct text *texts,
                            size_t count, struct sentiment_probabilities *sentiment_probabilities,
                            struct arena *arena, struct error *error)
{
    const struct stage_context *context = sentence_ranker->stage_context;
    struct text *inputs = arena_alloc(arena, count, sizeof(*inputs));
    size_t *indices = arena_alloc(arena, count, sizeof(*indices)), new_count = 0;
    if (sentence_ranker->sentiment_cache_count > MAX_CACHED_TEXTS) {
        hash_table_clear(&sentence_ranker->indices);
        sentence_ranker->sentiment_cache_count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        indices[i] =
            *hash_table_get_or_insert(&sentence_ranker->indices, hash_text(texts[i]),
                                      sentence_ranker->sentiment_cache_count + new_count, &is_new);
        if (is_new)
            inputs[new_count++] =
                prompt_format_input(&sentence_ranker->sentiment.prompt, texts[i], arena);
    }
    sentence_ranker->sentiment_cache =
        memory_grow(sentence_ranker->sentiment_cache, &sentence_ranker->sentiment_cache_capacity,
                    sentence_ranker->sentiment_cache_count + new_count,
                    sizeof(*sentence_ranker->sentiment_cache));
    for (size_t at = 0; at < new_count; at += context->session_batch) {
        size_t batch_count =
            new_count - at < context->session_batch ? new_count - at : context->session_batch;
        if (!stage_context_check_interrupt(context, error) ||
            !t5_encode(context->session, &inputs[at], batch_count, error) ||
            !sentiment_predict(
                &sentence_ranker->sentiment, context->session, &inputs[at], batch_count,
                &sentence_ranker->sentiment_cache[sentence_ranker->sentiment_cache_count + at],
                error))
            return false;
    }
    sentence_ranker->sentiment_cache_count += new_count;
    for (size_t i = 0; i < count; i++)
        sentiment_probabilities[i] = sentence_ranker->sentiment_cache[indices[i]];
    return true;
}

/* Whether the model names a topic in each of the texts. */
static bool model_names_topic(struct sentence_ranker *sentence_ranker, const struct text *texts,
                              size_t count, size_t topic, bool *named, struct arena *arena,
                              struct error *error)
{
    const struct stage_context *context = sentence_ranker->stage_context;
    struct text *inputs = arena_alloc(arena, count, sizeof(*inputs));
    struct mentions *mentions = arena_alloc(arena, count, sizeof(*mentions));
    for (size_t i = 0; i < count; i++)
        inputs[i] = prompt_format_input(&sentence_ranker->topics.prompt, texts[i], arena);
    for (size_t at = 0; at < count; at += context->session_batch) {
        size_t batch_count =
            count - at < context->session_batch ? count - at : context->session_batch;
        if (!stage_context_check_interrupt(context, error) ||
            !t5_encode(context->session, &inputs[at], batch_count, error) ||
            !topics_predict(&sentence_ranker->topics, context->session, batch_count, arena,
                            &mentions[at], error))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        named[i] = false;
        for (size_t k = 0; k < mentions[i].count; k++)
            named[i] |= mentions[i].items[k].topic == topic;
    }
    return true;
}

static bool fits_input(const struct sentence_ranker *sentence_ranker, struct text text,
                       struct arena *arena)
{
    const struct t5_model *model = sentence_ranker->stage_context->model;
    const struct prompt *prompts[] = {&sentence_ranker->sentiment.prompt,
                                      &sentence_ranker->topics.prompt};
    size_t count = prompt_shares_input(prompts[0], prompts[1]) ? 1 : 2;
    for (size_t i = 0; i < count; i++)
        if (prompt_count_tokens(model, prompt_format_input(prompts[i], text, arena)) >
            sentence_ranker->token_limits.input)
            return false;
    return true;
}

bool sentence_ranker_classify_polarities(struct sentence_ranker *sentence_ranker,
                                         const struct text *texts, size_t count,
                                         double min_confidence, enum sentiment *polarities,
                                         struct error *error)
{
    struct arena arena = {0};
    struct text *short_texts = arena_alloc(&arena, count, sizeof(*short_texts));
    size_t *indices = arena_alloc(&arena, count, sizeof(*indices)), short_count = 0;
    for (size_t i = 0; i < count; i++) {
        polarities[i] = SENTIMENT_UNDETECTED;
        indices[short_count] = i;
        if (fits_input(sentence_ranker, texts[i], &arena))
            short_texts[short_count++] = texts[i];
    }
    struct sentiment_probabilities *sentiment_probabilities =
        arena_alloc(&arena, count, sizeof(*sentiment_probabilities));
    bool ok = score_sentiment(sentence_ranker, short_texts, short_count, sentiment_probabilities,
                              &arena, error);
    for (size_t i = 0; ok && i < short_count; i++) {
        double probability;
        polarities[indices[i]] =
            sentiment_choose_label(sentiment_probabilities[i], min_confidence, &probability);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Passages ---- */

/* Which part of a text's topics the one is: 0 where no phrase of it stands there. */
static double compute_topic_share(const struct taxonomy *taxonomy, struct text text, size_t topic,
                                  enum topic_match *topic_matches)
{
    if (!taxonomy_matches_topic(taxonomy, text, topic)) /* most: no need to look for all others */
        return 0;
    size_t count = 0;
    taxonomy_match_topics(taxonomy, text, topic_matches);
    for (size_t i = 0; i < taxonomy->name_count; i++)
        count += topic_matches[i] == TOPIC_MATCH_PHRASE;
    return 1 / (double)count;
}

/* What phrases say, of all passages: a topic may be a small part of what its records speak of. One
 * that speaks of everything ("clean rooms, nice staff, good food") says little about each. */
static void weight_by_topic(const struct sentence_ranker *sentence_ranker,
                            struct sentence_index *sentence_index, size_t topic)
{
    const struct taxonomy *taxonomy = &sentence_ranker->taxonomy;
    double *shares = memory_alloc(sentence_index->count, sizeof(*shares));
    enum topic_match *topic_matches = memory_alloc(taxonomy->name_count, sizeof(*topic_matches));
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

static int compare_by_score(const void *a, const void *b)
{
    const struct passage_candidate *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->passage < right->passage ? -1 : 1;
}

static size_t get_record_side(const struct sentence_index *sentence_index,
                              const struct passage *passage)
{
    enum sentiment sentiment = sentence_index->members[passage->member].sentiment;
    return sentiment == SENTIMENT_POSITIVE ? 0 : sentiment == SENTIMENT_NEGATIVE ? 1 : 2;
}

/* The best passages of each side, in `chosen`; returns how many. */
static size_t choose_passages(const struct sentence_ranker *sentence_ranker,
                              const struct sentence_index *sentence_index, size_t max_count,
                              struct passage_candidate *chosen, struct arena *arena)
{
    size_t side_counts[3] = {0}, count = 0;
    struct passage_candidate *all = memory_alloc(sentence_index->count, sizeof(*all));
    for (size_t i = 0; i < sentence_index->count; i++)
        all[i] = (struct passage_candidate){i, sentence_index->passages[i].score};
    qsort(all, sentence_index->count, sizeof(*all), compare_by_score);
    for (size_t i = 0; i < sentence_index->count && count < max_count * 3; i++) {
        const struct passage *passage = &sentence_index->passages[all[i].passage];
        size_t side = get_record_side(sentence_index, passage);
        if (side_counts[side] == max_count || all[i].score <= 0 ||
            passage->end - passage->begin > 800 ||
            !fits_input(sentence_ranker, sentence_index_text(sentence_index, passage), arena))
            continue;
        side_counts[side]++;
        chosen[count++] = all[i];
    }
    free(all);
    return count;
}

static double compute_sentiment_factor(struct sentiment_probabilities sentiment_probabilities,
                                       size_t side)
{
    if (sentiment_probabilities.neutral > sentiment_probabilities.positive &&
        sentiment_probabilities.neutral > sentiment_probabilities.negative)
        return neutral_factor;
    if ((side == 0 && sentiment_probabilities.negative > sentiment_probabilities.positive) ||
        (side == 1 && sentiment_probabilities.positive > sentiment_probabilities.negative))
        return contradicting_factor;
    return 1;
}

bool sentence_ranker_score_passages(struct sentence_ranker *sentence_ranker,
                                    struct sentence_index *sentence_index, struct text topic,
                                    size_t max_count, struct error *error)
{
    struct arena arena = {0};
    struct passage_candidate *chosen = arena_alloc(&arena, max_count * 3, sizeof(*chosen));
    /* Phrases say which passages are about a topic, else the model does. */
    size_t named = taxonomy_find_index(&sentence_ranker->taxonomy, topic),
           decoder_topic = sentence_ranker->topics.name_count;
    if (named < sentence_ranker->taxonomy.name_count)
        weight_by_topic(sentence_ranker, sentence_index, named);
    else if (topic.size > 0)
        decoder_topic = topics_find_index(&sentence_ranker->topics, topic);
    size_t count = choose_passages(sentence_ranker, sentence_index, max_count, chosen, &arena);
    struct text *texts = arena_alloc(&arena, count, sizeof(*texts));
    struct sentiment_probabilities *sentiment_probabilities =
        arena_alloc(&arena, count, sizeof(*sentiment_probabilities));
    bool *named_by_model = arena_alloc(&arena, count, sizeof(*named_by_model));
    for (size_t i = 0; i < count; i++)
        texts[i] =
            sentence_index_text(sentence_index, &sentence_index->passages[chosen[i].passage]);
    bool uses_model = decoder_topic < sentence_ranker->topics.name_count;
    bool ok =
        score_sentiment(sentence_ranker, texts, count, sentiment_probabilities, &arena, error) &&
        (!uses_model || model_names_topic(sentence_ranker, texts, count, decoder_topic,
                                          named_by_model, &arena, error));
    for (size_t i = 0; ok && i < sentence_index->count; i++)
        sentence_index->passages[i].score *= unread_factor;
    for (size_t i = 0; ok && i < count; i++) {
        struct passage *passage = &sentence_index->passages[chosen[i].passage];
        passage->score = chosen[i].score *
                         compute_sentiment_factor(sentiment_probabilities[i],
                                                  get_record_side(sentence_index, passage)) *
                         (uses_model && !named_by_model[i] ? off_topic_factor : 1);
    }
    arena_free(&arena);
    return ok;
}
