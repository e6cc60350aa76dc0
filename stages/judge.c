/* judge.c - short questions about single sentences. */
#include "stages/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What a passage's score is multiplied with. */
static const double unread = 0.1;        /* not among those that the model reads */
static const double contradicting = 0.2; /* praise in a complaint, or the other way round */
static const double without_side = 0.5;  /* neither praise nor complaint */
static const double off_topic = 0.15;    /* of a group that has a topic */

enum { PLENTY = 8 }; /* passages, for a summary and its quotes */

bool judge_open(struct judge *judge, struct text taxonomy, const struct workbench *workbench,
                struct error *error)
{
    judge->workbench = workbench;
    if (taxonomy.size == 0)
        taxonomy_of_model(&judge->taxonomy, workbench->model);
    else if (!taxonomy_read(&judge->taxonomy, taxonomy, error))
        return false;
    return prompt_window(&judge->window, workbench->model, error) &&
           sentiment_load(&judge->sentiment, workbench->model, error) &&
           topics_load(&judge->topics, workbench->model, error);
}

void judge_close(struct judge *judge)
{
    topics_close(&judge->topics);
    taxonomy_close(&judge->taxonomy);
}

/* What the model says of one text. */
struct opinion {
    struct odds odds;
    struct mentions mentions;
};

/* Opinions of up to session_batch texts, each within the window. */
static bool ask(struct judge *judge, const struct text *texts, size_t count, bool topics,
                struct opinion *opinions, struct arena *arena, struct error *error)
{
    struct t5_session *session = judge->workbench->session;
    struct text *inputs = arena_alloc(arena, count, sizeof(*inputs));
    struct odds *odds = arena_alloc(arena, count, sizeof(*odds));
    struct mentions *mentions = arena_alloc(arena, count, sizeof(*mentions));
    for (size_t i = 0; i < count; i++)
        inputs[i] = prompt_input(&judge->sentiment.prompt, texts[i], arena);
    if (!t5_encode(session, inputs, count, error) ||
        !sentiment_ask(&judge->sentiment, session, count, odds, error))
        return false;
    for (size_t i = 0; i < count; i++)
        opinions[i].odds = odds[i];
    if (!topics)
        return true;
    if (!prompt_shares_input(&judge->sentiment.prompt, &judge->topics.prompt)) {
        for (size_t i = 0; i < count; i++)
            inputs[i] = prompt_input(&judge->topics.prompt, texts[i], arena);
        if (!t5_encode(session, inputs, count, error))
            return false;
    }
    if (!topics_ask(&judge->topics, session, count, arena, mentions, error))
        return false;
    for (size_t i = 0; i < count; i++)
        opinions[i].mentions = mentions[i];
    return true;
}

static bool ask_all(struct judge *judge, const struct text *texts, size_t count, bool topics,
                    struct opinion *opinions, struct arena *arena, struct error *error)
{
    size_t batch = judge->workbench->session_batch;
    for (size_t at = 0; at < count; at += batch) {
        size_t left = count - at;
        if (!workbench_go_on(judge->workbench, error) ||
            !ask(judge, &texts[at], left < batch ? left : batch, topics, &opinions[at], arena,
                 error))
            return false;
    }
    return true;
}

static bool fits(const struct judge *judge, struct text text, struct arena *arena)
{
    const struct t5_model *model = judge->workbench->model;
    struct text sentiment = prompt_input(&judge->sentiment.prompt, text, arena);
    struct text topics = prompt_input(&judge->topics.prompt, text, arena);
    return prompt_tokens(model, sentiment) <= judge->window.input &&
           prompt_tokens(model, topics) <= judge->window.input;
}

bool judge_polarities(struct judge *judge, const struct text *texts, size_t count, double sure_at,
                      enum sentiment *polarities, struct error *error)
{
    struct arena arena = {0};
    struct text *short_texts = arena_alloc(&arena, count, sizeof(*short_texts));
    size_t *places = arena_alloc(&arena, count, sizeof(*places)), short_count = 0;
    for (size_t i = 0; i < count; i++) {
        polarities[i] = SENTIMENT_UNDETECTED;
        places[short_count] = i;
        if (fits(judge, texts[i], &arena))
            short_texts[short_count++] = texts[i];
    }
    struct opinion *opinions = arena_alloc(&arena, count, sizeof(*opinions));
    bool ok = ask_all(judge, short_texts, short_count, false, opinions, &arena, error);
    for (size_t i = 0; ok && i < short_count; i++) {
        double probability;
        polarities[places[i]] = sentiment_label(opinions[i].odds, sure_at, &probability);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Passages ---- */

/* What phrases say, of all passages: a topic may be a small part of what its records speak of. */
static void keep_to_topic(const struct judge *judge, struct support *support, size_t topic)
{
    bool *names = memory_alloc(support->count, sizeof(*names));
    size_t count = 0, plenty = support->member_count < PLENTY ? support->member_count : PLENTY;
    for (size_t i = 0; i < support->count; i++) {
        names[i] =
            taxonomy_names(&judge->taxonomy, support_text(support, &support->passages[i]), topic);
        count += names[i];
    }
    for (size_t i = 0; i < support->count; i++)
        if (!names[i])
            support->passages[i].score *= count < plenty ? off_topic : 0;
    free(names);
}

struct candidate {
    size_t passage;
    double score;
};

static int by_score(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->passage < right->passage ? -1 : 1;
}

static size_t side_of(const struct support *support, const struct passage *passage)
{
    enum sentiment sentiment = support->members[passage->member].sentiment;
    return sentiment == SENTIMENT_POSITIVE ? 0 : sentiment == SENTIMENT_NEGATIVE ? 1 : 2;
}

/* The best passages of each side, in `chosen`; returns how many. */
static size_t choose(const struct judge *judge, const struct support *support, size_t most,
                     struct candidate *chosen, struct arena *arena)
{
    size_t taken[3] = {0}, count = 0;
    struct candidate *all = memory_alloc(support->count, sizeof(*all));
    for (size_t i = 0; i < support->count; i++)
        all[i] = (struct candidate){i, support->passages[i].score};
    qsort(all, support->count, sizeof(*all), by_score);
    for (size_t i = 0; i < support->count && count < most * 3; i++) {
        const struct passage *passage = &support->passages[all[i].passage];
        size_t side = side_of(support, passage);
        if (taken[side] == most || all[i].score <= 0 || passage->end - passage->begin > 800 ||
            !fits(judge, support_text(support, passage), arena))
            continue;
        taken[side]++;
        chosen[count++] = all[i];
    }
    free(all);
    return count;
}

static double weigh(const struct judge *judge, const struct opinion *opinion, size_t side,
                    size_t topic)
{
    double weight = 1;
    const struct odds *odds = &opinion->odds;
    if (odds->neutral > odds->positive && odds->neutral > odds->negative)
        weight *= without_side;
    else if ((side == 0 && odds->negative > odds->positive) ||
             (side == 1 && odds->positive > odds->negative))
        weight *= contradicting;
    bool on_topic = topic == judge->topics.name_count;
    for (size_t i = 0; i < opinion->mentions.count; i++)
        on_topic |= opinion->mentions.items[i].topic == topic;
    return on_topic ? weight : weight * off_topic;
}

bool judge_passages(struct judge *judge, struct support *support, struct text topic, size_t most,
                    struct error *error)
{
    struct arena arena = {0};
    struct candidate *chosen = arena_alloc(&arena, most * 3, sizeof(*chosen));
    /* Phrases say which passages are about a topic, else the model does. */
    size_t named = taxonomy_place(&judge->taxonomy, topic), place = judge->topics.name_count;
    if (named < judge->taxonomy.name_count)
        keep_to_topic(judge, support, named);
    else if (topic.size > 0)
        place = topics_find(&judge->topics, topic);
    size_t count = choose(judge, support, most, chosen, &arena);
    struct text *texts = arena_alloc(&arena, count, sizeof(*texts));
    struct opinion *opinions = arena_alloc(&arena, count, sizeof(*opinions));
    for (size_t i = 0; i < count; i++)
        texts[i] = support_text(support, &support->passages[chosen[i].passage]);
    bool ok =
        ask_all(judge, texts, count, place < judge->topics.name_count, opinions, &arena, error);
    for (size_t i = 0; ok && i < support->count; i++)
        support->passages[i].score *= unread;
    for (size_t i = 0; ok && i < count; i++) {
        struct passage *passage = &support->passages[chosen[i].passage];
        passage->score =
            chosen[i].score * weigh(judge, &opinions[i], side_of(support, passage), place);
    }
    arena_free(&arena);
    return ok;
}
