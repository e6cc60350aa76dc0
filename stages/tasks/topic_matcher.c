/* topic_matcher.c - classifies the clauses of all texts together, in batches. */
#include "stages/tasks/topic_matcher.h"

#include <stdlib.h>

#include "base/memory.h"
#include "stages/tasks/session_batch.h"
#include "stages/text/clause_split.h"

struct clause {
    size_t text_index;
    struct text words;
    enum topic_match *topic_matches; /* [topic] */
    bool has_phrase;                 /* a phrase of at least one topic */
    enum sentiment polarity;
};

/* ---- Similarity ---- */

/* The text that is embedded for a topic: its name and phrases. */
static struct text describe_topic(const struct taxonomy *taxonomy, size_t topic,
                                  struct arena *arena)
{
    struct text text = taxonomy->names.items[topic];
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        if (taxonomy->phrases[i].topic == topic && !taxonomy->phrases[i].is_exclusion)
            text = arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(text),
                                TEXT_ARGUMENT(taxonomy->phrases[i].text));
    return text;
}

static bool embed_topics(struct topic_matcher *topic_matcher, struct error *error)
{
    const struct stage_context *context = topic_matcher->stage_context;
    struct arena arena = {0};
    size_t count = topic_matcher->taxonomy.names.count;
    topic_matcher->embedding_size = t5_embedding_width(context->model);
    topic_matcher->embeddings =
        memory_alloc(count * topic_matcher->embedding_size, sizeof(*topic_matcher->embeddings));
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct text words =
            prompt_format_input(&topic_matcher->sentiment->prompt,
                                describe_topic(&topic_matcher->taxonomy, i, &arena), &arena);
        ok = t5_encode(context->session, &words, 1, error);
        if (ok)
            t5_embed(context->session,
                     &topic_matcher->embeddings[i * topic_matcher->embedding_size]);
    }
    arena_free(&arena);
    return ok;
}

static bool is_ignored(const struct topic_matcher *topic_matcher, size_t topic)
{
    return topic_matcher->ignored_topics && topic_matcher->ignored_topics[topic];
}

static void match_most_similar_topic(const struct topic_matcher *topic_matcher,
                                     const float *embedding, struct clause *clause)
{
    size_t best_topic = 0;
    double max_similarity = -1;
    for (size_t topic = 0; topic < topic_matcher->taxonomy.names.count; topic++) {
        double similarity = 0;
        for (size_t i = 0; i < topic_matcher->embedding_size; i++)
            similarity +=
                (double)embedding[i] *
                (double)topic_matcher->embeddings[topic * topic_matcher->embedding_size + i];
        if (similarity > max_similarity) {
            max_similarity = similarity;
            best_topic = topic;
        }
    }
    if (max_similarity >= topic_matcher->min_similarity && !is_ignored(topic_matcher, best_topic) &&
        clause->topic_matches[best_topic] == TOPIC_MATCH_NONE)
        clause->topic_matches[best_topic] = TOPIC_MATCH_PHRASE; /* as if it had a phrase */
}

bool topic_matcher_open(struct topic_matcher *topic_matcher, double min_similarity,
                        const struct sentiment_predictor *sentiment,
                        const struct stage_context *stage_context, struct error *error)
{
    topic_matcher->min_similarity = min_similarity;
    topic_matcher->sentiment = sentiment;
    topic_matcher->stage_context = stage_context;
    return segmenter_open(&topic_matcher->segmenter, error) &&
           (min_similarity > 1 || embed_topics(topic_matcher, error));
}

void topic_matcher_close(struct topic_matcher *topic_matcher)
{
    segmenter_close(topic_matcher->segmenter);
    free(topic_matcher->embeddings);
    taxonomy_close(&topic_matcher->taxonomy);
    topic_matcher->segmenter = NULL;
    topic_matcher->embeddings = NULL;
}

/* ---- Clauses ---- */

static bool is_about_topic(enum topic_match topic_match)
{
    return topic_match == TOPIC_MATCH_PHRASE;
}

/* The clauses that may be about a topic; allocated with malloc. */
static struct clause *find_clauses(const struct topic_matcher *topic_matcher,
                                   struct text_array texts, struct arena *arena, size_t *count)
{
    const struct taxonomy *taxonomy = &topic_matcher->taxonomy;
    struct clause *clauses = NULL;
    size_t capacity = 0;
    *count = 0;
    for (size_t i = 0; i < texts.count; i++) {
        size_t end_count, begin = 0;
        const size_t *ends =
            clause_split_ends(topic_matcher->segmenter, texts.items[i], arena, &end_count);
        for (size_t k = 0; k < end_count; begin = ends[k++]) {
            struct clause clause = {.text_index = i,
                                    .words = text_trim(text_slice(texts.items[i], begin, ends[k]))};
            clause.topic_matches =
                arena_alloc(arena, taxonomy->names.count, sizeof(*clause.topic_matches));
            taxonomy_match_topics(taxonomy, clause.words, clause.topic_matches);
            for (size_t topic = 0; topic < taxonomy->names.count; topic++)
                if (is_ignored(topic_matcher, topic))
                    clause.topic_matches[topic] = TOPIC_MATCH_NONE;
            for (size_t topic = 0; topic < taxonomy->names.count; topic++)
                clause.has_phrase |= is_about_topic(clause.topic_matches[topic]);
            if (clause.words.size == 0 || (!clause.has_phrase && !topic_matcher->embeddings))
                continue;
            clauses = memory_grow(clauses, &capacity, *count + 1, sizeof(*clauses));
            clauses[(*count)++] = clause;
        }
    }
    return clauses;
}

/* A clause about a topic is rarely neutral: it is only if the model is sure. */
static enum sentiment choose_clause_polarity(struct sentiment_probabilities probabilities)
{
    static const double min_neutral_probability = 0.7;
    if (probabilities.neutral >= min_neutral_probability)
        return SENTIMENT_NEUTRAL;
    return probabilities.positive >= probabilities.negative ? SENTIMENT_POSITIVE
                                                            : SENTIMENT_NEGATIVE;
}

static void match_by_similarity(const struct topic_matcher *topic_matcher, struct clause *clauses,
                                size_t count, struct arena *scratch)
{
    size_t size = topic_matcher->embedding_size;
    float *embeddings = arena_alloc(scratch, count * size, sizeof(*embeddings));
    t5_embed(topic_matcher->stage_context->session, embeddings);
    for (size_t i = 0; i < count; i++)
        if (!clauses[i].has_phrase)
            match_most_similar_topic(topic_matcher, &embeddings[i * size], &clauses[i]);
}

/* Sets the polarity of up to session_batch clauses, and the topic of those without phrases. */
static bool classify_clauses(const struct topic_matcher *topic_matcher, struct clause *clauses,
                             size_t count, struct error *error)
{
    struct t5_session *session = topic_matcher->stage_context->session;
    struct arena arena = {0};
    struct text *inputs = arena_alloc(&arena, count, sizeof(*inputs));
    struct sentiment_probabilities *probabilities =
        arena_alloc(&arena, count, sizeof(*probabilities));
    for (size_t i = 0; i < count; i++)
        inputs[i] =
            prompt_format_input(&topic_matcher->sentiment->prompt, clauses[i].words, &arena);
    bool ok = t5_encode(session, inputs, count, error);
    if (ok && topic_matcher->embeddings)
        match_by_similarity(topic_matcher, clauses, count, &arena);
    ok = ok && sentiment_predict(topic_matcher->sentiment, session,
                                 (struct text_array){inputs, count}, probabilities, error);
    for (size_t i = 0; ok && i < count; i++)
        clauses[i].polarity = choose_clause_polarity(probabilities[i]);
    arena_free(&arena);
    return ok;
}

/* Fills the mentions of each text, in the order of its clauses. */
static void collect_mentions(const struct topic_matcher *topic_matcher,
                             const struct clause *clauses, size_t count, struct arena *arena,
                             struct mentions *answers)
{
    size_t topics = topic_matcher->taxonomy.names.count, end;
    for (size_t first = 0; first < count; first = end) {
        for (end = first; end < count && clauses[end].text_index == clauses[first].text_index;)
            end++;
        struct mention *items = arena_alloc(arena, (end - first) * topics, sizeof(*items));
        size_t found = 0;
        for (size_t i = first; i < end; i++)
            for (size_t topic = 0; topic < topics; topic++)
                if (is_about_topic(clauses[i].topic_matches[topic]))
                    items[found++] =
                        (struct mention){.topic = topic, .polarity = clauses[i].polarity};
        answers[clauses[first].text_index] = (struct mentions){.items = items, .count = found};
    }
}

bool topic_matcher_find_mentions(const struct topic_matcher *topic_matcher, struct text_array texts,
                                 struct arena *arena, struct mentions *answers, struct error *error)
{
    const struct stage_context *context = topic_matcher->stage_context;
    struct arena scratch = {0};
    size_t clause_count;
    struct clause *clauses = find_clauses(topic_matcher, texts, &scratch, &clause_count);
    struct session_batch batch = {0};
    bool ok = true;
    for (size_t i = 0; i < texts.count; i++)
        answers[i] = (struct mentions){0};
    while (ok && session_batch_next(&batch, context, clause_count))
        ok = stage_context_check_interrupt(context, error) &&
             classify_clauses(topic_matcher, &clauses[batch.first], batch.count, error);
    if (ok)
        collect_mentions(topic_matcher, clauses, clause_count, arena, answers);
    free(clauses);
    arena_free(&scratch);
    return ok;
}
