/* topic_scorer.c - two decoder passes for all texts: one for the topics, one for their polarities.
 */
#include "stages/tasks/topic_scorer.h"

#include <math.h>

/* ---- Loading ---- */

/* Sets *token to the only piece of `word`; `key` is the prompt that contains the word. */
static bool find_piece(const struct t5_model *model, const char *key, struct text word,
                       int32_t *token, struct error *error)
{
    size_t count = t5_tokenize(model, word, token, 1);
    return count == 1 ||
           error_set(error, ERROR_MODEL,
                     "the model's prompt %s: '%.*s' is %zu pieces of the vocabulary; topics.by = "
                     "scores needs words of one piece; import the model again with a corrected "
                     "prompts.ini",
                     key, TEXT_ARGUMENT(word), count);
}

static bool check_count(const char *key, size_t count, size_t topics, struct error *error)
{
    return count == topics ||
           error_set(error, ERROR_MODEL,
                     "the model's prompt %s has %zu values for the %zu topics of topics.topics: "
                     "expected one for each; import the model again with a corrected prompts.ini",
                     key, count, topics);
}

/* The label of each topic: `topics.labels`, or the names. NULL on failure. */
static const struct text *load_labels(const struct topic_prompts *prompts,
                                      const struct t5_model *model, struct arena *arena,
                                      struct error *error)
{
    struct text list = prompt_get_text(model, "topics.labels", "");
    if (list.size == 0)
        return prompts->names.items;
    size_t count;
    const struct text *labels = topic_prompts_split(list, arena, &count);
    return check_count("topics.labels", count, prompts->names.count, error) ? labels : NULL;
}

/* The bias of each topic: `topics.biases`, or 0. NULL on failure. */
static const double *load_biases(const struct topic_prompts *prompts, const struct t5_model *model,
                                 struct arena *arena, struct error *error)
{
    double *biases = arena_alloc(arena, prompts->names.count, sizeof(*biases));
    struct text list = prompt_get_text(model, "topics.biases", "");
    if (list.size == 0)
        return biases;
    size_t count;
    const struct text *numbers = topic_prompts_split(list, arena, &count);
    if (!check_count("topics.biases", count, prompts->names.count, error))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!text_to_real(numbers[i], &biases[i])) {
            error_set(error, ERROR_MODEL,
                      "the model's prompt topics.biases: '%.*s' is not a number; import the model "
                      "again with a corrected prompts.ini",
                      TEXT_ARGUMENT(numbers[i]));
            return NULL;
        }
    return biases;
}

static struct text join_words(struct text prefix, struct text word, struct arena *arena)
{
    return prefix.size > 0
               ? arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(prefix), TEXT_ARGUMENT(word))
               : word;
}

static bool load_topics(struct topic_scorer *scorer, const struct topic_prompts *prompts,
                        const struct t5_model *model, struct arena *arena, struct error *error)
{
    const struct taxonomy *taxonomy = scorer->taxonomy;
    const struct text *labels = load_labels(prompts, model, arena, error);
    const double *biases = labels ? load_biases(prompts, model, arena, error) : NULL;
    if (!biases)
        return false;
    scorer->names = taxonomy->is_user_list ? taxonomy->names : prompts->names;
    scorer->is_scored = arena_alloc(arena, scorer->names.count, sizeof(*scorer->is_scored));
    scorer->topics = arena_alloc(arena, prompts->names.count, sizeof(*scorer->topics));
    scorer->tokens = arena_alloc(arena, prompts->names.count + 1, sizeof(*scorer->tokens));
    for (size_t i = 0; i < prompts->names.count; i++) {
        int32_t token;
        if (!find_piece(model, "topics.labels", labels[i], &token, error))
            return false;
        size_t name = topic_names_find(&scorer->names, prompts->names.items[i]);
        if (name == scorer->names.count) /* not in the user's list */
            continue;
        scorer->is_scored[name] = true;
        scorer->tokens[scorer->topic_count] = token;
        scorer->topics[scorer->topic_count++] = (struct scored_topic){
            .name = name,
            .taxonomy_topic = topic_names_find(&taxonomy->names, prompts->names.items[i]),
            .decoder_prefix = join_words(prompts->prompt.decoder_prefix, labels[i], arena),
            .bias = biases[i],
        };
    }
    return find_piece(model, "topics.none", prompts->none, &scorer->tokens[scorer->topic_count],
                      error);
}

bool topic_scorer_load(struct topic_scorer *scorer, const struct topic_prompts *prompts,
                       const struct t5_model *model, struct arena *arena, struct error *error)
{
    scorer->decoder_prefix = prompts->prompt.decoder_prefix;
    scorer->max_items = prompts->max_items;
    for (size_t i = 0; i < TOPIC_POLARITIES; i++) {
        scorer->polarities[i] = prompts->polarities[i].sentiment;
        if (!find_piece(model, "topics.polarities", prompts->polarities[i].word,
                        &scorer->polarity_tokens[i], error))
            return false;
    }
    return prompt_get_number(model, "topics.phrase_bonus", 0, &scorer->phrase_bonus, error) &&
           prompt_get_number(model, "topics.exclude_penalty", 0, &scorer->exclude_penalty, error) &&
           load_topics(scorer, prompts, model, arena, error);
}

/* ---- Predicting ---- */

/* A topic of a text whose score is above 0. */
struct found_topic {
    size_t input, topic;
    double score;
};

/* All texts' topics, those of a text next to each other and highest first. */
struct found_topics {
    struct found_topic *items; /* in an arena */
    size_t count;
};

/* Inserts a topic of the text whose topics begin at `first`, after topics with the same score;
 * drops the last one if there are too many. */
static void insert_topic(struct found_topics *found, size_t first, size_t max_items,
                         struct found_topic topic)
{
    size_t at = found->count;
    if (found->count - first == max_items) {
        if (found->items[--at].score >= topic.score)
            return;
    } else {
        found->count++;
    }
    for (; at > first && found->items[at - 1].score < topic.score; at--)
        found->items[at] = found->items[at - 1];
    found->items[at] = topic;
}

/* `logits` are those of an input: the labels, then "none". */
static void find_topics_in_text(const struct topic_scorer *scorer, const float *logits,
                                struct text text, size_t input, struct found_topics *found)
{
    struct arena scratch = {0};
    const struct taxonomy *taxonomy = scorer->taxonomy;
    enum topic_match *matches = arena_alloc(&scratch, taxonomy->names.count, sizeof(*matches));
    if (scorer->phrase_bonus != 0 || scorer->exclude_penalty != 0)
        taxonomy_match_topics(taxonomy, text, matches);
    size_t first = found->count;
    for (size_t i = 0; i < scorer->topic_count; i++) {
        const struct scored_topic *topic = &scorer->topics[i];
        double score = (double)logits[i] - (double)logits[scorer->topic_count] + topic->bias;
        enum topic_match match = topic->taxonomy_topic < taxonomy->names.count
                                     ? matches[topic->taxonomy_topic]
                                     : TOPIC_MATCH_NONE;
        if (match == TOPIC_MATCH_PHRASE)
            score += scorer->phrase_bonus;
        else if (match == TOPIC_MATCH_EXCLUSION)
            score -= scorer->exclude_penalty;
        if (score > 0)
            insert_topic(found, first, scorer->max_items, (struct found_topic){input, i, score});
    }
    arena_free(&scratch);
}

static bool find_topics(const struct topic_scorer *scorer, struct t5_session *session,
                        struct text_array texts, struct found_topics *found, struct error *error)
{
    struct arena scratch = {0};
    size_t token_count = scorer->topic_count + 1;
    struct t5_place *places = arena_alloc(&scratch, texts.count, sizeof(*places));
    float *logits = arena_alloc(&scratch, texts.count * token_count, sizeof(*logits));
    for (size_t i = 0; i < texts.count; i++)
        places[i] = (struct t5_place){.input = i, .prefix = scorer->decoder_prefix};
    bool ok = t5_next_logits(
        session, &(struct t5_logits_query){places, texts.count, scorer->tokens, token_count},
        logits, error);
    for (size_t i = 0; ok && i < texts.count; i++)
        find_topics_in_text(scorer, logits + i * token_count, texts.items[i], i, found);
    arena_free(&scratch);
    return ok;
}

/* The polarity with the highest logit; of equal ones, the first. */
static enum sentiment choose_polarity(const struct topic_scorer *scorer, const float *logits)
{
    size_t best = 0;
    for (size_t i = 1; i < TOPIC_POLARITIES; i++)
        if (logits[i] > logits[best])
            best = i;
    return scorer->polarities[best];
}

struct mentions *topic_scorer_find(const struct topic_scorer *scorer, struct t5_session *session,
                                   struct text_array texts, struct arena *arena,
                                   struct error *error)
{
    struct mentions *answers = arena_alloc(arena, texts.count, sizeof(*answers));
    if (scorer->topic_count == 0) /* the user's list has none of the model's topics */
        return answers;
    struct arena scratch = {0};
    size_t max_items =
        scorer->max_items < scorer->topic_count ? scorer->max_items : scorer->topic_count;
    struct found_topics found = {
        .items = arena_alloc(&scratch, texts.count * max_items, sizeof(*found.items))};
    bool ok = find_topics(scorer, session, texts, &found, error);
    struct mention *mentions = arena_alloc(arena, found.count, sizeof(*mentions));
    for (size_t i = 0; i < found.count; i++)
        mentions[i] = (struct mention){.topic = scorer->topics[found.items[i].topic].name,
                                       .probability = 1 / (1 + exp(-found.items[i].score))};
    for (size_t i = 0, at = 0; ok && i < texts.count; i++) {
        answers[i].items = mentions + at;
        for (; at < found.count && found.items[at].input == i; at++)
            answers[i].count++;
    }
    arena_free(&scratch);
    return ok ? answers : NULL;
}

static struct text find_decoder_prefix(const struct topic_scorer *scorer, size_t name)
{
    size_t i = 0;
    while (scorer->topics[i].name != name)
        i++;
    return scorer->topics[i].decoder_prefix;
}

bool topic_scorer_read_polarities(const struct topic_scorer *scorer, struct t5_session *session,
                                  struct mentions *answers, size_t count, struct error *error)
{
    struct arena scratch = {0};
    size_t place_count = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        place_count += answers[i].count;
    struct t5_place *places = arena_alloc(&scratch, place_count, sizeof(*places));
    float *logits = arena_alloc(&scratch, place_count * TOPIC_POLARITIES, sizeof(*logits));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < answers[i].count; k++)
            places[at++] = (struct t5_place){
                .input = i, .prefix = find_decoder_prefix(scorer, answers[i].items[k].topic)};
    bool ok = t5_next_logits(
        session,
        &(struct t5_logits_query){places, place_count, scorer->polarity_tokens, TOPIC_POLARITIES},
        logits, error);
    at = 0;
    for (size_t i = 0; ok && i < count; i++)
        for (size_t k = 0; k < answers[i].count; k++, at++)
            answers[i].items[k].polarity = choose_polarity(scorer, logits + at * TOPIC_POLARITIES);
    arena_free(&scratch);
    return ok;
}
