/* insights.c - the insights stage: ranks what the stages before it found, finds the records and
 * quotes of each insight, and saves all of them. */
#include <math.h>
#include <stdlib.h>

#include "base/hash_table.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "stages/evidence/quote_passage.h"
#include "stages/stages.h"
#include "stages/stats/grouping.h"

enum { MIN_QUOTE_LENGTH = 20 }; /* code points */

/* A record of an insight. */
struct candidate {
    uint64_t id, text_hash;
    bool is_about, is_readable; /* the passage has a phrase of the topic; is long enough */
    double clarity;             /* 0 to 1 */
    size_t begin, end;
};

/* The clearest records of an insight, best first. */
struct candidates {
    struct candidate items[INSIGHT_MAX_EVIDENCE];
    size_t count;
};

struct insights {
    const struct stage_context *stage_context; /* borrowed */
    struct text taxonomy_path;                 /* option */
    struct taxonomy taxonomy;
    struct segmenter *segmenter;   /* owned */
    struct candidates *candidates; /* owned; one for each insight of the list */
    struct arena scratch;          /* reset for every record */
    struct hash_table quoted;      /* ids and text hashes that are quoted already */
};

static bool open_insights(void *state, const struct stage_context *stage_context,
                          struct error *error)
{
    struct insights *insights = state;
    insights->stage_context = stage_context;
    return taxonomy_open(&insights->taxonomy, insights->taxonomy_path, stage_context->model,
                         error) &&
           segmenter_open(&insights->segmenter, error);
}

static void close_insights(void *state)
{
    struct insights *insights = state;
    taxonomy_close(&insights->taxonomy);
    segmenter_close(insights->segmenter);
    free(insights->candidates);
    arena_free(&insights->scratch);
    hash_table_free(&insights->quoted);
}

/* ---- Records ---- */

static bool has_segment(const struct insight *insight, const struct saved_record *record)
{
    bool found = false;
    for (size_t i = 0; i < insight->key.field_count; i++) {
        const struct field *field = &insight->key.fields[i];
        if (!text_equal(grouping_find_value(record, field->name, &found), field->value))
            return false;
    }
    return true;
}

static bool has_topic(const struct insight *insight, const struct saved_record *record)
{
    struct text topic = insight->key.topic;
    const struct analysis *analysis = &record->analysis;
    enum sentiment polarity = insight->polarity;
    if (!topic.size || text_equal(topic, group_key_all_topics))
        return polarity == SENTIMENT_COUNT || analysis->sentiment == polarity;
    for (size_t i = 0; i < analysis->topic_count; i++)
        if (text_equal(analysis->topics[i].topic, topic))
            return polarity == SENTIMENT_COUNT || analysis->topics[i].polarity == polarity;
    return false;
}

static bool is_listed(const struct insight *insight, uint64_t id)
{
    for (size_t i = 0; i < insight->evidence_count; i++)
        if (insight->evidence_ids[i] == id)
            return true;
    return false;
}

/* Of ratings: records without one say nothing about it. */
static bool is_score(enum insight_measure measure)
{
    return measure == MEASURE_RATING || measure == MEASURE_NPS || measure == MEASURE_CSAT;
}

static bool is_record_of(const struct insight *insight, const struct saved_record *record)
{
    if (insight->evidence_ids)
        return is_listed(insight, record->feedback_id);
    if (is_score(insight->measure) && isnan(record->rating))
        return false;
    bool has_limit = insight->from != TIME_UNKNOWN || insight->to != TIME_UNKNOWN;
    if (has_limit && record->created_at == TIME_UNKNOWN)
        return false;
    return (insight->from == TIME_UNKNOWN || record->created_at >= insight->from) &&
           (insight->to == TIME_UNKNOWN || record->created_at < insight->to) &&
           has_topic(insight, record) && has_segment(insight, record);
}

/* Prefers passages about the topic, then those that are not too short, then records with the
 * clearest sentiment, then the lowest id. */
static bool is_clearer(const struct candidate *a, const struct candidate *b)
{
    if (a->is_about != b->is_about)
        return a->is_about;
    if (a->is_readable != b->is_readable)
        return a->is_readable;
    return a->clarity != b->clarity ? a->clarity > b->clarity : a->id < b->id;
}

static double get_clarity(enum sentiment polarity, double score)
{
    if (polarity == SENTIMENT_NEGATIVE)
        return score < 0 ? -score : 0;
    if (polarity == SENTIMENT_POSITIVE)
        return score > 0 ? score : 0;
    return fabs(score);
}

static void add_candidate(struct insights *insights, struct candidates *candidates,
                          const struct insight *insight, const struct saved_record *record)
{
    struct candidate best = {
        .id = record->feedback_id,
        .is_about = true,
        .is_readable = true,
        .clarity = get_clarity(insight->polarity, record->analysis.score),
    };
    if (candidates->count == INSIGHT_MAX_EVIDENCE &&
        !is_clearer(&best, &candidates->items[INSIGHT_MAX_EVIDENCE - 1]))
        return; /* whatever its passage is: most records end here */
    const struct quote_finder finder = {insights->segmenter, &insights->taxonomy,
                                        &insights->scratch};
    /* The `phrase` of a moved score is its topic, or how a topic moved it. */
    bool is_moved = insight->kind == INSIGHT_MOVED;
    bool is_total = is_moved && text_equal(insight->key.topic, group_key_all_topics);
    struct quote_range range =
        quote_passage_find(&finder, record->text, is_total ? insight->phrase : insight->key.topic,
                           is_moved ? (struct text){0} : insight->phrase);
    struct text passage = text_slice(record->text, range.begin, range.end);
    struct candidate candidate = {
        .id = record->feedback_id,
        .text_hash = record->text_hash,
        .is_about = range.is_about,
        .is_readable = utf8_count_code_points(passage) >= MIN_QUOTE_LENGTH,
        .clarity = get_clarity(insight->polarity, record->analysis.score),
        .begin = range.begin,
        .end = range.end,
    };
    size_t position = candidates->count;
    while (position > 0 && is_clearer(&candidate, &candidates->items[position - 1]))
        position--;
    if (position == INSIGHT_MAX_EVIDENCE)
        return;
    if (candidates->count < INSIGHT_MAX_EVIDENCE)
        candidates->count++;
    for (size_t i = candidates->count - 1; i > position; i--)
        candidates->items[i] = candidates->items[i - 1];
    candidates->items[position] = candidate;
}

static bool find_candidates(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct insights *insights = user;
    const struct insight_list *list = insights->stage_context->insights;
    arena_reset(&insights->scratch);
    for (size_t i = 0; i < list->count; i++)
        if (is_record_of(&list->insights[i], record))
            add_candidate(insights, &insights->candidates[i], &list->insights[i], record);
    return true;
}

/* ---- Quotes ---- */

/* Whether neither the record nor another one with the same text is quoted yet. */
static bool take_quote(struct hash_table *quoted, const struct candidate *candidate)
{
    if (hash_table_find(quoted, candidate->id) || hash_table_find(quoted, candidate->text_hash))
        return false;
    hash_table_get_or_insert(quoted, candidate->id, 1, NULL);
    hash_table_get_or_insert(quoted, candidate->text_hash, 1, NULL);
    return true;
}

static void choose_quotes(struct insights *insights, struct insight *insight,
                          const struct candidates *candidates)
{
    struct arena *arena = &insights->stage_context->insights->arena;
    struct insight_quote *quotes = arena_alloc(arena, INSIGHT_MAX_QUOTES, sizeof(*quotes));
    insight->quote_count = 0;
    for (size_t i = 0; i < candidates->count && insight->quote_count < INSIGHT_MAX_QUOTES; i++) {
        const struct candidate *candidate = &candidates->items[i];
        if (take_quote(&insights->quoted, candidate))
            quotes[insight->quote_count++] =
                (struct insight_quote){candidate->id, candidate->begin, candidate->end};
    }
    insight->quotes = quotes;
}

static void set_evidence(struct insights *insights, struct insight *insight,
                         const struct candidates *candidates)
{
    struct arena *arena = &insights->stage_context->insights->arena;
    uint64_t *ids = arena_alloc(arena, INSIGHT_MAX_EVIDENCE, sizeof(*ids));
    for (size_t i = 0; i < candidates->count; i++)
        ids[i] = candidates->items[i].id;
    insight->evidence_ids = ids;
    insight->evidence_count = candidates->count;
}

/* ---- Rank ---- */

/* A new change with a higher q value comes after the insights of other kinds. */
static const double max_leading_q_value = 0.01;

/* A fall that continues is not news, a rise that continues is. Changes that are over or not tested
 * come last. Phrases and rows to answer have their own lists. */
static int get_order(const struct insight *insight)
{
    bool is_last = insight->state == INSIGHT_OVER || insight->state == INSIGHT_SO_FAR,
         rises = insight->value.value > insight->baseline;
    bool is_later = insight->state == INSIGHT_STILL
                        ? !rises
                        : insight->state == INSIGHT_NEW && insight->q_value > max_leading_q_value;
    return is_last    ? INSIGHT_KIND_COUNT + (int)insight->kind
           : is_later ? INSIGHT_THEME
                      : (int)insight->kind;
}

static int compare_insights(const void *a, const void *b)
{
    const struct insight *left = *(const struct insight *const *)a,
                         *right = *(const struct insight *const *)b;
    int order = get_order(left) - get_order(right);
    if (order != 0)
        return order;
    if (left->state != right->state)
        return left->state < right->state ? -1 : 1;
    if (left->strength != right->strength)
        return left->strength > right->strength ? -1 : 1;
    return left < right ? -1 : left > right; /* the order in which the stage added them */
}

/* Whether an insight before `index` tells about the same topic. Themes and phrases have no topic,
 * but words of their own. */
static bool is_told(struct insight *const *order, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (text_equal(order[i]->key.topic, order[index]->key.topic) &&
            text_equal(order[i]->phrase, order[index]->phrase))
            return true;
    return false;
}

enum { MAX_LEADING_EFFECTS = 2 };

/* Topics that go with the score are the same every month: many of them would hide what is new. */
static bool is_one_of_many_effects(struct insight *const *order, size_t index)
{
    size_t before = 0;
    for (size_t i = 0; i < index; i++)
        before += order[i]->kind == INSIGHT_IMPACT && !is_told(order, i);
    return order[index]->kind == INSIGHT_IMPACT && before >= MAX_LEADING_EFFECTS;
}

/* The parts of a changed score explain it and do not lead; nor do the lists of words and of rows to
 * answer. */
static bool leads(struct insight *const *order, size_t index)
{
    const struct insight *insight = order[index];
    bool is_part =
        insight->kind == INSIGHT_MOVED && !text_equal(insight->key.topic, group_key_all_topics);
    return !is_part && !is_one_of_many_effects(order, index) &&
           get_order(insight) < (int)INSIGHT_PHRASE && !is_told(order, index);
}

/* Sorts the list: first the strongest insight of each topic, then the others. */
static void rank_insights(struct insight_list *list)
{
    struct insight **order = arena_alloc(&list->arena, list->count, sizeof(*order));
    struct insight *ranked = arena_alloc(&list->arena, list->count, sizeof(*ranked));
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        order[i] = &list->insights[i];
    if (list->count > 0)
        qsort(order, list->count, sizeof(*order), compare_insights);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < list->count; i++)
            if (leads(order, i) == (pass == 0))
                ranked[count++] = *order[i];
    for (size_t i = 0; i < count; i++)
        list->insights[i] = ranked[i];
}

static bool finish(void *state, struct error *error)
{
    struct insights *insights = state;
    const struct stage_context *context = insights->stage_context;
    struct insight_list *list = context->insights;
    rank_insights(list);
    insights->candidates = memory_alloc(list->count, sizeof(*insights->candidates));
    if (list->count && !store_for_each_record(context->store, context->selection, find_candidates,
                                              insights, error))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        struct insight *insight = &list->insights[i];
        if (!insight->quotes)
            choose_quotes(insights, insight, &insights->candidates[i]);
        if (!insight->evidence_ids)
            set_evidence(insights, insight, &insights->candidates[i]);
    }
    uint64_t view = context->selection ? context->selection->view : 0;
    return store_save_insights(context->store, view, list->insights, list->count, error);
}

static const struct option options[] = {
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct insights, taxonomy_path),
     .default_value = "",
     .help = "file of topic phrases that choose what is quoted; default: that of [classify]"},
    {0},
};

const struct stage insights_stage = {
    .name = "insights",
    .summary = "rank insights, find their records and quotes",
    .options = options,
    .state_size = sizeof(struct insights),
    .open = open_insights,
    .finish = finish,
    .close = close_insights,
};
