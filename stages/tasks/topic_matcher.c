/* topic_matcher.c - clauses that name topics go through the model together, whatever text they are
 * of. */
#include "stages/tasks/topic_matcher.h"

#include <stdlib.h>

#include "base/memory.h"
#include "stages/text/clause_split.h"

/* A clause to be felt, and the topics that it names. */
struct clause {
    size_t text; /* of the caller's */
    struct text words;
    enum topic_match *topic_matches; /* [topic] */
    bool has_phrase;                 /* one of them at least, by its phrases */
};

/* ---- Likeness ---- */

/* What the encoder is shown of a topic: its name and phrases. */
static struct text describe_topic(const struct taxonomy *taxonomy, size_t topic,
                                  struct arena *arena)
{
    struct text text = taxonomy->names[topic];
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        if (taxonomy->phrases[i].topic == topic && !taxonomy->phrases[i].is_exception)
            text = arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(text),
                                TEXT_ARGUMENT(taxonomy->phrases[i].text));
    return text;
}

static bool embed_topics(struct topic_matcher *topic_matcher, struct error *error)
{
    const struct stage_context *context = topic_matcher->stage_context;
    struct arena arena = {0};
    size_t count = topic_matcher->taxonomy.name_count;
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

static void match_most_similar_topic(const struct topic_matcher *topic_matcher,
                                     const float *embedding, struct clause *clause)
{
    size_t best_topic = 0;
    double max_similarity = -1;
    for (size_t topic = 0; topic < topic_matcher->taxonomy.name_count; topic++) {
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
    if (max_similarity >= topic_matcher->min_similarity &&
        clause->topic_matches[best_topic] == TOPIC_MATCH_NONE)
        clause->topic_matches[best_topic] = TOPIC_MATCH_PHRASE; /* as if it stood there */
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

/* ---- Asking ---- */

/* The clauses that may be about a topic. */
static struct clause *find_clauses(const struct topic_matcher *topic_matcher,
                                   const struct text *texts, size_t text_count, struct arena *arena,
                                   size_t *count)
{
    struct clause *clauses = NULL;
    size_t capacity = 0;
    *count = 0;
    for (size_t i = 0; i < text_count; i++) {
        size_t end_count, begin = 0;
        const size_t *ends =
            clause_split_ends(topic_matcher->segmenter, texts[i], arena, &end_count);
        for (size_t k = 0; k < end_count; begin = ends[k++]) {
            struct clause clause = {.text = i,
                                    .words = text_trim(text_slice(texts[i], begin, ends[k]))};
            clause.topic_matches = arena_alloc(arena, topic_matcher->taxonomy.name_count,
                                               sizeof(*clause.topic_matches));
            taxonomy_match_topics(&topic_matcher->taxonomy, clause.words, clause.topic_matches);
            for (size_t topic = 0; topic < topic_matcher->taxonomy.name_count; topic++)
                clause.has_phrase |= clause.topic_matches[topic] == TOPIC_MATCH_PHRASE;
            if (clause.words.size == 0 || (!clause.has_phrase && !topic_matcher->embeddings))
                continue;
            clauses = memory_grow(clauses, &capacity, *count + 1, sizeof(*clauses));
            clauses[(*count)++] = clause;
        }
    }
    return clauses;
}

/* Who names a topic mostly feels something about it: neutral only where that is sure. */
static enum sentiment choose_clause_polarity(struct sentiment_probabilities sentiment_probabilities)
{
    static const double min_neutral_probability = 0.7;
    if (sentiment_probabilities.neutral >= min_neutral_probability)
        return SENTIMENT_NEUTRAL;
    return sentiment_probabilities.positive >= sentiment_probabilities.negative
               ? SENTIMENT_POSITIVE
               : SENTIMENT_NEGATIVE;
}

/* How the model feels about up to session_batch clauses, and the topics of those that name none. */
static bool classify_clauses(const struct topic_matcher *topic_matcher, struct clause *clauses,
                             size_t count, enum sentiment *polarities, struct error *error)
{
    struct t5_session *session = topic_matcher->stage_context->session;
    struct arena arena = {0};
    struct text *inputs = arena_alloc(&arena, count, sizeof(*inputs));
    struct sentiment_probabilities *sentiment_probabilities =
        arena_alloc(&arena, count, sizeof(*sentiment_probabilities));
    for (size_t i = 0; i < count; i++)
        inputs[i] =
            prompt_format_input(&topic_matcher->sentiment->prompt, clauses[i].words, &arena);
    bool ok = t5_encode(session, inputs, count, error);
    if (ok && topic_matcher->embeddings) {
        float *embeddings =
            arena_alloc(&arena, count * topic_matcher->embedding_size, sizeof(*embeddings));
        t5_embed(session, embeddings);
        for (size_t i = 0; i < count; i++)
            if (!clauses[i].has_phrase)
                match_most_similar_topic(
                    topic_matcher, &embeddings[i * topic_matcher->embedding_size], &clauses[i]);
    }
    ok = ok && sentiment_predict(topic_matcher->sentiment, session, inputs, count,
                                 sentiment_probabilities, error);
    for (size_t i = 0; ok && i < count; i++)
        polarities[i] = choose_clause_polarity(sentiment_probabilities[i]);
    arena_free(&arena);
    return ok;
}

/* The mentions of each text, in the order of its clauses. */
static void collect_mentions(const struct topic_matcher *topic_matcher,
                             const struct clause *clauses, const enum sentiment *polarities,
                             size_t count, struct arena *arena, struct mentions *answers)
{
    size_t topics = topic_matcher->taxonomy.name_count, end;
    for (size_t first = 0; first < count; first = end) {
        for (end = first; end < count && clauses[end].text == clauses[first].text;)
            end++;
        struct mention *items = arena_alloc(arena, (end - first) * topics, sizeof(*items));
        size_t found = 0;
        for (size_t i = first; i < end; i++)
            for (size_t topic = 0; topic < topics; topic++)
                if (clauses[i].topic_matches[topic] == TOPIC_MATCH_PHRASE)
                    items[found++] = (struct mention){topic, polarities[i]};
        answers[clauses[first].text] = (struct mentions){.items = items, .count = found};
    }
}

bool topic_matcher_find_mentions(const struct topic_matcher *topic_matcher,
                                 const struct text *texts, size_t count, struct arena *arena,
                                 struct mentions *answers, struct error *error)
{
    struct arena scratch = {0};
    size_t clause_count, batch = topic_matcher->stage_context->session_batch;
    struct clause *clauses = find_clauses(topic_matcher, texts, count, &scratch, &clause_count);
    enum sentiment *polarities = arena_alloc(&scratch, clause_count, sizeof(*polarities));
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        answers[i] = (struct mentions){0};
    for (size_t at = 0; ok && at < clause_count; at += batch)
        ok = stage_context_check_interrupt(topic_matcher->stage_context, error) &&
             classify_clauses(topic_matcher, &clauses[at],
                              clause_count - at < batch ? clause_count - at : batch,
                              &polarities[at], error);
    if (ok)
        collect_mentions(topic_matcher, clauses, polarities, clause_count, arena, answers);
    free(clauses);
    arena_free(&scratch);
    return ok;
}
