/* topic_stats.c - counts, means, and the row that says it best. */
#include "stages/stats/topic_stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"

enum { SHORTEST_QUOTE = 20, LONGEST_QUOTE = 300 };

static struct tally *tally_at(struct figures *figures, struct text period, struct text segment,
                              struct text topic)
{
    struct arena scratch = {0};
    struct text name = arena_format(&scratch, "%.*s\n%.*s\n%.*s", TEXT_ARGUMENT(period),
                                    TEXT_ARGUMENT(segment), TEXT_ARGUMENT(topic));
    size_t before = figures->names.count, number = names_add(&figures->names, name);
    arena_free(&scratch);
    if (number == before) {
        figures->tallies = memory_grow(figures->tallies, &figures->capacity, number + 1,
                                       sizeof(*figures->tallies));
        figures->tallies[number] = (struct tally){
            .period = arena_copy(&figures->arena, period),
            .segment = arena_copy(&figures->arena, segment),
            .topic = arena_copy(&figures->arena, topic),
        };
    }
    return &figures->tallies[number];
}

static bool holds(struct text name, struct text word)
{
    for (size_t at = 0; at + word.size <= name.size; at++)
        if (text_equal_fold(text_slice(name, at, at + word.size), word))
            return true;
    return false;
}

/* "How likely are you to recommend us", from 0 to 10. */
static bool is_recommendation(const struct row *row)
{
    if (row->rating_scale != 10)
        return false;
    for (size_t i = 0; i < row->field_count; i++) {
        struct text name = row->fields[i].name;
        double value;
        if ((holds(name, TEXT("nps")) || holds(name, TEXT("recommend")) ||
             holds(name, TEXT("추천"))) &&
            text_real(text_trim(row->fields[i].value), &value) && value == row->rating)
            return true;
    }
    return false;
}

static void add_rating(struct tally *tally, const struct row *row)
{
    if (isnan(row->rating))
        return;
    size_t at = 0;
    while (at < tally->scale_count && tally->ratings[at].scale != row->rating_scale &&
           !(isnan(tally->ratings[at].scale) && isnan(row->rating_scale)))
        at++;
    if (at == FIGURES_SCALES)
        return;
    if (at == tally->scale_count)
        tally->ratings[tally->scale_count++].scale = row->rating_scale;
    tally->ratings[at].count++;
    tally->ratings[at].sum += row->rating;
    tally->ratings[at].top += row->rating >= 4;
    if (is_recommendation(row)) {
        tally->recommendations++;
        tally->promoters += row->rating >= 9;
        tally->detractors += row->rating <= 6;
    }
}

/* The clearest mention: of a length that reads well, and as far to its side as there is. */
static void add_quotable(struct quotable *best, enum sentiment polarity, const struct row *row)
{
    size_t length = utf8_length(row->text);
    double distance = fabs(row->analysis.score);
    bool has_side = polarity == SENTIMENT_POSITIVE || polarity == SENTIMENT_NEGATIVE;
    struct quotable candidate = {
        .id = row->feedback_id,
        .is_handy = length >= SHORTEST_QUOTE && length <= LONGEST_QUOTE,
        .clarity = has_side ? distance : 1 - distance,
    };
    if (polarity == SENTIMENT_POSITIVE && row->analysis.score < 0)
        candidate.clarity = 0;
    if (polarity == SENTIMENT_NEGATIVE && row->analysis.score > 0)
        candidate.clarity = 0;
    if (best->id != 0) {
        if (best->is_handy != candidate.is_handy) {
            if (best->is_handy)
                return;
        } else if (candidate.clarity < best->clarity ||
                   (candidate.clarity == best->clarity && candidate.id > best->id)) {
            return;
        }
    }
    *best = candidate;
}

void figures_add(struct figures *figures, struct text period, struct text segment,
                 struct text topic, enum sentiment polarity, const struct row *row)
{
    struct tally *tally = tally_at(figures, period, segment, topic);
    tally->mentions++;
    tally->polarities[polarity]++;
    add_rating(tally, row);
    add_quotable(&tally->best[polarity], polarity, row);
}

/* Of the polarity that most mentions have; of equals the worse news. */
static uint64_t top_quote(const struct tally *tally)
{
    static const enum sentiment order[] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE, SENTIMENT_MIXED,
                                           SENTIMENT_NEUTRAL, SENTIMENT_UNDETECTED};
    enum sentiment most = order[0];
    for (size_t i = 1; i < sizeof(order) / sizeof(*order); i++)
        if (tally->polarities[order[i]] > tally->polarities[most])
            most = order[i];
    return tally->best[most].id;
}

static const struct rating_tally *usual_scale(const struct tally *tally)
{
    const struct rating_tally *usual = NULL;
    for (size_t i = 0; i < tally->scale_count; i++)
        if (!usual || tally->ratings[i].count > usual->count)
            usual = &tally->ratings[i];
    return usual;
}

static double share(size_t part, size_t whole)
{
    return 100 * (double)part / (double)whole;
}

static struct figure figure_of(const struct tally *tally)
{
    const size_t *polarities = tally->polarities;
    struct figure figure = {
        .period = tally->period,
        .segment = tally->segment,
        .topic = tally->topic,
        .mentions = tally->mentions,
        .positive = polarities[SENTIMENT_POSITIVE],
        .neutral = polarities[SENTIMENT_NEUTRAL],
        .negative = polarities[SENTIMENT_NEGATIVE],
        .mixed = polarities[SENTIMENT_MIXED],
        .undetected = polarities[SENTIMENT_UNDETECTED],
        .net_sentiment = share(polarities[SENTIMENT_POSITIVE], tally->mentions) -
                         share(polarities[SENTIMENT_NEGATIVE], tally->mentions),
        .mean_rating = NAN,
        .rating_scale = NAN,
        .nps = NAN,
        .csat = NAN,
        .top_quote_id = top_quote(tally),
    };
    const struct rating_tally *usual = usual_scale(tally);
    if (usual) {
        figure.mean_rating = usual->sum / (double)usual->count;
        figure.rating_scale = usual->scale;
        if (usual->scale == 5)
            figure.csat = share(usual->top, usual->count);
    }
    if (tally->recommendations > 0)
        figure.nps = share(tally->promoters, tally->recommendations) -
                     share(tally->detractors, tally->recommendations);
    return figure;
}

static int by_name(const void *a, const void *b)
{
    const struct figure *left = a, *right = b;
    int order = text_compare(left->period, right->period);
    order = order ? order : text_compare(left->segment, right->segment);
    return order ? order : text_compare(left->topic, right->topic);
}

struct figure *figures_finish(struct figures *figures, size_t *count)
{
    *count = figures->names.count;
    struct figure *finished = arena_alloc(&figures->arena, *count, sizeof(*finished));
    for (size_t i = 0; i < *count; i++)
        finished[i] = figure_of(&figures->tallies[i]);
    if (*count > 0)
        qsort(finished, *count, sizeof(*finished), by_name);
    /* "(all)" sorts before every name of a topic. */
    uint64_t responses = 0;
    for (size_t i = 0; i < *count; i++) {
        if (text_equal(finished[i].topic, TEXT("(all)")))
            responses = finished[i].mentions;
        finished[i].responses = responses;
    }
    return finished;
}

void figures_free(struct figures *figures)
{
    names_free(&figures->names);
    free(figures->tallies);
    arena_free(&figures->arena);
    *figures = (struct figures){0};
}
