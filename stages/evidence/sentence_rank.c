/* sentence_rank.c - short questions about single sentences. */
#include "stages/evidence/sentence_rank.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

/* What a passage's score is multiplied with. */
static const double unread = 0.1;        /* not among those that the model reads */
static const double contradicting = 0.2; /* praise in a complaint, or the other way round */
static const double without_side = 0.5;  /* neither praise nor complaint */
static const double off_topic = 0.15;    /* of a group that has a topic */

enum {
    PLENTY = 8,         /* passages, for a summary and its quotes */
    MOST_FELT = 1 << 16 /* kept in memory at a time */
};

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
    table_free(&judge->places);
    free(judge->felt);
}

/* odds[i] of texts[i], each within the window. Groups have most of their sentences in common. */
static bool feel(struct judge *judge, const struct text *texts, size_t count, struct odds *odds,
                 struct arena *arena, struct error *error)
{
    const struct workbench *bench = judge->workbench;
    struct text *inputs = arena_alloc(arena, count, sizeof(*inputs));
    size_t *places = arena_alloc(arena, count, sizeof(*places)), fresh = 0;
    if (judge->felt_count > MOST_FELT) {
        table_clear(&judge->places);
        judge->felt_count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        places[i] =
            *table_at(&judge->places, hash_text(texts[i]), judge->felt_count + fresh, &is_new);
        if (is_new)
            inputs[fresh++] = prompt_input(&judge->sentiment.prompt, texts[i], arena);
    }
    judge->felt = memory_grow(judge->felt, &judge->felt_capacity, judge->felt_count + fresh,
                              sizeof(*judge->felt));
    for (size_t at = 0; at < fresh; at += bench->session_batch) {
        size_t some = fresh - at < bench->session_batch ? fresh - at : bench->session_batch;
        if (!workbench_go_on(bench, error) ||
            !t5_encode(bench->session, &inputs[at], some, error) ||
            !sentiment_ask(&judge->sentiment, bench->session, &inputs[at], some,
                           &judge->felt[judge->felt_count + at], error))
            return false;
    }
    judge->felt_count += fresh;
    for (size_t i = 0; i < count; i++)
        odds[i] = judge->felt[places[i]];
    return true;
}

/* Whether the model names a topic in each of the texts. */
static bool name(struct judge *judge, const struct text *texts, size_t count, size_t topic,
                 bool *named, struct arena *arena, struct error *error)
{
    const struct workbench *bench = judge->workbench;
    struct text *inputs = arena_alloc(arena, count, sizeof(*inputs));
    struct mentions *mentions = arena_alloc(arena, count, sizeof(*mentions));
    for (size_t i = 0; i < count; i++)
        inputs[i] = prompt_input(&judge->topics.prompt, texts[i], arena);
    for (size_t at = 0; at < count; at += bench->session_batch) {
        size_t some = count - at < bench->session_batch ? count - at : bench->session_batch;
        if (!workbench_go_on(bench, error) ||
            !t5_encode(bench->session, &inputs[at], some, error) ||
            !topics_ask(&judge->topics, bench->session, some, arena, &mentions[at], error))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        named[i] = false;
        for (size_t k = 0; k < mentions[i].count; k++)
            named[i] |= mentions[i].items[k].topic == topic;
    }
    return true;
}

static bool fits(const struct judge *judge, struct text text, struct arena *arena)
{
    const struct t5_model *model = judge->workbench->model;
    const struct prompt *prompts[] = {&judge->sentiment.prompt, &judge->topics.prompt};
    size_t count = prompt_shares_input(prompts[0], prompts[1]) ? 1 : 2;
    for (size_t i = 0; i < count; i++)
        if (prompt_tokens(model, prompt_input(prompts[i], text, arena)) > judge->window.input)
            return false;
    return true;
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
    struct odds *odds = arena_alloc(&arena, count, sizeof(*odds));
    bool ok = feel(judge, short_texts, short_count, odds, &arena, error);
    for (size_t i = 0; ok && i < short_count; i++) {
        double probability;
        polarities[places[i]] = sentiment_label(odds[i], sure_at, &probability);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Passages ---- */

/* Which part of a text's topics the one is: 0 where no phrase of it stands there. */
static double share_of_topic(const struct taxonomy *taxonomy, struct text text, size_t topic,
                             enum naming *namings)
{
    if (!taxonomy_names(taxonomy, text, topic)) /* most: no need to look for all others */
        return 0;
    size_t count = 0;
    taxonomy_find(taxonomy, text, namings);
    for (size_t i = 0; i < taxonomy->name_count; i++)
        count += namings[i] == NAMING_PHRASE;
    return 1 / (double)count;
}

/* What phrases say, of all passages: a topic may be a small part of what its records speak of. One
 * that speaks of everything ("clean rooms, nice staff, good food") says little about each. */
static void keep_to_topic(const struct judge *judge, struct support *support, size_t topic)
{
    const struct taxonomy *taxonomy = &judge->taxonomy;
    double *shares = memory_alloc(support->count, sizeof(*shares));
    enum naming *namings = memory_alloc(taxonomy->name_count, sizeof(*namings));
    size_t count = 0, plenty = support->member_count < PLENTY ? support->member_count : PLENTY;
    for (size_t i = 0; i < support->count; i++) {
        struct text text = support_text(support, &support->passages[i]);
        shares[i] = share_of_topic(taxonomy, text, topic, namings);
        count += shares[i] > 0;
    }
    for (size_t i = 0; i < support->count; i++)
        support->passages[i].score *= shares[i] > 0 ? shares[i] : count < plenty ? off_topic : 0;
    free(shares);
    free(namings);
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

static double weigh(struct odds odds, size_t side)
{
    if (odds.neutral > odds.positive && odds.neutral > odds.negative)
        return without_side;
    if ((side == 0 && odds.negative > odds.positive) ||
        (side == 1 && odds.positive > odds.negative))
        return contradicting;
    return 1;
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
    struct odds *odds = arena_alloc(&arena, count, sizeof(*odds));
    bool *named_by_model = arena_alloc(&arena, count, sizeof(*named_by_model));
    for (size_t i = 0; i < count; i++)
        texts[i] = support_text(support, &support->passages[chosen[i].passage]);
    bool by_model = place < judge->topics.name_count;
    bool ok = feel(judge, texts, count, odds, &arena, error) &&
              (!by_model || name(judge, texts, count, place, named_by_model, &arena, error));
    for (size_t i = 0; ok && i < support->count; i++)
        support->passages[i].score *= unread;
    for (size_t i = 0; ok && i < count; i++) {
        struct passage *passage = &support->passages[chosen[i].passage];
        passage->score = chosen[i].score * weigh(odds[i], side_of(support, passage)) *
                         (by_model && !named_by_model[i] ? off_topic : 1);
    }
    arena_free(&arena);
    return ok;
}
