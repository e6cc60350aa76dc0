/* word_weights.c - finds the records with the words of a question, and weighs the words. */
#include <math.h>

#include "jobs/ask/searcher.h"

const double named_topic_strength = 0.6;

/* Words of manner and general verbs, of which it says little that no record has them. */
static const double light_weight = 0.3, max_light_weight = 2;

/* How much it counts that a record lacks a word. Less for a verb, an adjective or an adverb:
 * customers have many words for it. If no record has the word, it counts more if the list knows
 * many words for it, since none of them was found, and less otherwise. */
static const double absent_predicate = 0.4, absent_noun = 1, unknown_noun = 1.5,
                    unlisted_noun = 0.8;

enum { MANY_WAYS = 8 };

static double judge_absence(const struct concept *concept, bool is_unknown)
{
    return concept->is_predicate || concept->is_light ? absent_predicate
           : !is_unknown                              ? absent_noun
           : concept->way_count >= MANY_WAYS          ? unknown_noun
                                                      : unlisted_noun;
}

static size_t count_positive(const float *strengths, size_t count)
{
    size_t positive = 0;
    for (size_t i = 0; i < count; i++)
        positive += strengths[i] > 0;
    return positive;
}

struct match_collector {
    const struct corpus *corpus;
    float *strengths; /* [record] */
    float strength;
};

static bool collect_match(void *user, const struct passage_match *match)
{
    struct match_collector *collector = user;
    size_t record = corpus_find(collector->corpus, match->feedback_id);
    if (record < collector->corpus->count && collector->strengths[record] < collector->strength)
        collector->strengths[record] = collector->strength;
    return true;
}

bool searcher_collect_matches(const struct searcher *searcher, struct text query, double strength,
                              float *strengths)
{
    struct match_collector collector = {searcher->corpus, strengths, (float)strength};
    return query.size == 0 ||
           store_for_each_match(searcher->store, query, collect_match, &collector, searcher->error);
}

/* The ways whose strength is above `low` and at most `high`, as one query. */
static struct text format_query(const struct concept *concept, double low, double high,
                                struct arena *arena)
{
    struct text query = {0};
    for (size_t i = 0; i < concept->way_count; i++) {
        const struct way *way = &concept->ways[i];
        if (way->strength > low && way->strength <= high &&
            (way_is_korean(way) || way->stem_count > 0))
            query =
                arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(query), query.size ? " OR " : "",
                             TEXT_ARGUMENT(way_format_query(way, arena)));
    }
    return query;
}

static size_t find_topic(const struct searcher *searcher, const struct concept *concept)
{
    const struct name_set *topics = &searcher->corpus->topics;
    size_t topic = 0;
    if (concept->topic == SIZE_MAX)
        return topics->count;
    struct text name = searcher->taxonomy->names.items[concept->topic];
    while (topic < topics->count && !text_equal(topics->texts[topic], name))
        topic++;
    return topic;
}

double searcher_get_topic_strength(const struct concept *concept)
{
    return concept->names_topic ? named_topic_strength : topic_strength;
}

/* The records that the model found to be about the topic. */
static void add_topic(const struct searcher *searcher, size_t index)
{
    const struct corpus *corpus = searcher->corpus;
    double strength = searcher_get_topic_strength(&searcher->question->concepts[index]);
    for (size_t i = 0; i < corpus->count; i++)
        for (size_t k = 0; k < corpus->records[i].mention_count; k++)
            if (corpus->mentions[corpus->records[i].first_mention + k].topic ==
                    searcher->topics[index] &&
                (double)searcher->strengths[index][i] < strength)
                searcher->strengths[index][i] = (float)strength;
}

static bool weigh_concept(struct searcher *searcher, size_t index, bool *is_unknown)
{
    const struct concept *concept = &searcher->question->concepts[index];
    const struct corpus *corpus = searcher->corpus;
    struct arena *arena = searcher->arena;
    float *strengths = arena_alloc(arena, corpus->count + 1, sizeof(*strengths));
    searcher->strengths[index] = strengths;
    if (!searcher_collect_matches(searcher, format_query(concept, related_strength, 1, arena), 1,
                                  strengths))
        return false;
    searcher->own_words[index] = count_positive(strengths, corpus->count);
    if (!searcher_collect_matches(searcher,
                                  format_query(concept, loose_strength, related_strength, arena),
                                  related_strength, strengths))
        return false;
    size_t with_word = count_positive(strengths, corpus->count);
    *is_unknown = with_word == 0;
    if (*is_unknown && /* only then are there no better candidates */
        !searcher_collect_matches(searcher, format_query(concept, 0, loose_strength, arena),
                                  loose_strength, strengths))
        return false;
    double weight = log(1 + (double)corpus->count / (1 + (double)with_word));
    if (concept->is_light)
        weight = light_weight * fmin(weight, max_light_weight);
    searcher->weights[index] = weight;
    searcher->weight_sum += searcher->weights[index];
    searcher->topics[index] = find_topic(searcher, concept);
    add_topic(searcher, index);
    searcher->absences[index] = judge_absence(concept, *is_unknown);
    return true;
}

bool searcher_weigh_concepts(struct searcher *searcher, struct search_result *result)
{
    size_t count = searcher->question->concept_count;
    struct text *unknown_words = arena_alloc(searcher->arena, count + 1, sizeof(*unknown_words));
    searcher->strengths = arena_alloc(searcher->arena, count + 1, sizeof(*searcher->strengths));
    searcher->weights = arena_alloc(searcher->arena, count + 1, sizeof(*searcher->weights));
    searcher->own_words = arena_alloc(searcher->arena, count + 1, sizeof(*searcher->own_words));
    searcher->absences = arena_alloc(searcher->arena, count + 1, sizeof(*searcher->absences));
    searcher->topics = arena_alloc(searcher->arena, count + 1, sizeof(*searcher->topics));
    for (size_t i = 0; i < count; i++) {
        bool is_unknown;
        if (!weigh_concept(searcher, i, &is_unknown))
            return false;
        if (is_unknown)
            unknown_words[result->unknown_count++] = searcher->question->concepts[i].word;
    }
    result->unknown_words = unknown_words;
    return true;
}
