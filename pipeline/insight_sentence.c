/* insight_sentence.c - sentences of insights in English, one function a kind. No sentence says why:
 * a topic "goes with" a rating. */
#include "pipeline/insight_sentence.h"

#include <math.h>

static bool is_about_all_topics(const struct insight *insight)
{
    return insight->key.topic.size == 0 || text_equal(insight->key.topic, group_key_all_topics);
}

/* "Scotland", "Kettle, North"; empty for all records. */
static struct text format_segment_values(const struct insight *insight, struct arena *arena)
{
    struct text values = {0};
    for (size_t i = 0; i < insight->key.field_count; i++) {
        struct text value = insight->key.fields[i].value;
        values = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(values), i > 0 ? ", " : "",
                              TEXT_ARGUMENT(value.size > 0 ? value : TEXT("(none)")));
    }
    return values;
}

/* "Complaints about delivery", "Negative records". */
static struct text format_complaints(const struct insight *insight, struct arena *arena)
{
    return is_about_all_topics(insight)
               ? TEXT("Negative records")
               : arena_format(arena, "Complaints about %.*s", TEXT_ARGUMENT(insight->key.topic));
}

/* "20 %"; "under 1 %" for what rounds to 0. */
static struct text format_percentage(double share, struct arena *arena)
{
    return share > 0 && share < 0.005 ? TEXT("under 1 %")
                                      : arena_format(arena, "%.0f %%", 100 * share);
}

/* "12 of 60 records" */
static struct text format_count(double share, uint64_t records, struct arena *arena)
{
    return arena_format(arena, "%.0f of %llu", nearbyint(share * (double)records),
                        (unsigned long long)records);
}

/* "12 of 60 records (20 %, 12 to 32 %)". */
static struct text format_share(const struct insight *insight, struct arena *arena)
{
    struct share share = insight->value;
    return arena_format(arena, "%.*s records (%.*s, %.0f to %.0f %%)",
                        TEXT_ARGUMENT(format_count(share.value, insight->n, arena)),
                        TEXT_ARGUMENT(format_percentage(share.value, arena)), 100 * share.low,
                        100 * share.high);
}

/* "9 of 240 before (4 %)". */
static struct text format_baseline(const struct insight *insight, const char *where,
                                   struct arena *arena)
{
    return arena_format(arena, "%.*s %s (%.*s)",
                        TEXT_ARGUMENT(format_count(insight->baseline, insight->baseline_n, arena)),
                        where, TEXT_ARGUMENT(format_percentage(insight->baseline, arena)));
}

/* "since 2026-W41", "in 2026-W43". */
static struct text format_period(const struct insight *insight, struct arena *arena)
{
    bool is_one = text_equal(insight->since, insight->until);
    return insight->state == INSIGHT_OVER && !is_one
               ? arena_format(arena, "from %.*s to %.*s", TEXT_ARGUMENT(insight->since),
                              TEXT_ARGUMENT(insight->until))
               : arena_format(arena, "%s %.*s", is_one ? "in" : "since",
                              TEXT_ARGUMENT(insight->since));
}

/* Of the period that is not over: "Complaints about delivery so far in 2026-W44: ...". */
static struct text format_so_far(const struct insight *insight, struct arena *arena)
{
    struct text segment = format_segment_values(insight, arena);
    return arena_format(arena, "%.*s%s%.*s so far in %.*s: %.*s, %.*s",
                        TEXT_ARGUMENT(format_complaints(insight, arena)),
                        segment.size > 0 ? " in " : "", TEXT_ARGUMENT(segment),
                        TEXT_ARGUMENT(insight->since), TEXT_ARGUMENT(format_share(insight, arena)),
                        TEXT_ARGUMENT(format_baseline(insight, "before", arena)));
}

static struct text format_change(const struct insight *insight, struct arena *arena)
{
    if (insight->state == INSIGHT_SO_FAR)
        return format_so_far(insight, arena);
    bool rises = insight->value.value > insight->baseline;
    const char *verb = insight->state == INSIGHT_OVER    ? "are back to normal"
                       : insight->state == INSIGHT_STILL ? (rises ? "are still up" : "stay down")
                       : rises                           ? "rose"
                                                         : "fell";
    struct text segment = format_segment_values(insight, arena);
    return arena_format(
        arena, "%.*s %s%s%.*s: %.*s %.*s, %.*s", TEXT_ARGUMENT(format_complaints(insight, arena)),
        verb, segment.size > 0 ? " in " : "", TEXT_ARGUMENT(segment),
        TEXT_ARGUMENT(format_share(insight, arena)), TEXT_ARGUMENT(format_period(insight, arena)),
        TEXT_ARGUMENT(format_baseline(insight, "before", arena)));
}

static struct text format_segment(const struct insight *insight, struct arena *arena)
{
    return arena_format(arena, "%.*s are more frequent in %.*s: %.*s, %.*s",
                        TEXT_ARGUMENT(format_complaints(insight, arena)),
                        TEXT_ARGUMENT(format_segment_values(insight, arena)),
                        TEXT_ARGUMENT(format_share(insight, arena)),
                        TEXT_ARGUMENT(format_baseline(insight, "elsewhere", arena)));
}

/* ---- Scores ---- */

/* "3.99 of 5", "+21", "64 %". */
static struct text format_score(const struct insight *insight, double score, struct arena *arena)
{
    if (insight->measure == MEASURE_NPS)
        return arena_format(arena, "%+.0f", score);
    if (insight->measure == MEASURE_CSAT)
        return arena_format(arena, "%.0f %%", score);
    return arena_format(arena, "%.2f of %g", score, insight->rating_scale);
}

/* "0.26 (0.17 to 0.35)", without signs, the smaller end first if both have the same sign. */
static struct text format_difference(const struct insight *insight, struct arena *arena)
{
    struct share value = insight->value;
    int digits = insight->measure == MEASURE_RATING ? 2 : 0;
    double sign = value.value < 0 ? -1 : 1;
    double low = sign * value.low, high = sign * value.high;
    return arena_format(arena, "%.*f (%.*f to %.*f)", digits, sign * value.value, digits,
                        low < high ? low : high, digits, low < high ? high : low);
}

/* "-0.01 (-0.06 to +0.04)". */
static struct text format_signed(const struct insight *insight, struct arena *arena)
{
    struct share value = insight->value;
    int digits = insight->measure == MEASURE_RATING ? 2 : 0;
    return arena_format(arena, "%+.*f (%+.*f to %+.*f)", digits, value.value, digits, value.low,
                        digits, value.high);
}

static const char *get_score_name(const struct insight *insight)
{
    return insight->measure == MEASURE_NPS    ? "NPS"
           : insight->measure == MEASURE_CSAT ? "percentage of 4 and 5"
                                              : "mean rating";
}

static const char *get_impact_verb(const struct insight *insight)
{
    bool is_lower = insight->value.value < 0;
    if (insight->measure == MEASURE_NPS)
        return is_lower ? "have a lower NPS" : "have a higher NPS";
    if (insight->measure == MEASURE_CSAT)
        return is_lower ? "have fewer ratings of 4 and 5" : "have more ratings of 4 and 5";
    return is_lower ? "rate lower" : "rate higher";
}

static struct text format_impact(const struct insight *insight, struct arena *arena)
{
    double n = (double)insight->n, all = n + (double)insight->baseline_n;
    double with = insight->baseline + insight->value.value * all / n;
    return arena_format(
        arena,
        "Records about %.*s %s: %.*s (%llu records), others %.*s (%llu); with them, the %s is %s "
        "by %.*s",
        TEXT_ARGUMENT(insight->key.topic), get_impact_verb(insight),
        TEXT_ARGUMENT(format_score(insight, with, arena)), (unsigned long long)insight->n,
        TEXT_ARGUMENT(format_score(insight, insight->baseline, arena)),
        (unsigned long long)insight->baseline_n, get_score_name(insight),
        insight->value.value < 0 ? "lower" : "higher",
        TEXT_ARGUMENT(format_difference(insight, arena)));
}

static struct text format_moved(const struct insight *insight, struct arena *arena)
{
    bool falls = insight->value.value < 0;
    struct text difference = format_difference(insight, arena),
                period = format_period(insight, arena);
    if (is_about_all_topics(insight))
        return arena_format(
            arena, "The %s %s by %.*s %.*s: %.*s (%llu records), %.*s before (%llu)%s%.*s",
            get_score_name(insight), falls ? "fell" : "rose", TEXT_ARGUMENT(difference),
            TEXT_ARGUMENT(period),
            TEXT_ARGUMENT(format_score(insight, insight->baseline + insight->value.value, arena)),
            (unsigned long long)insight->n,
            TEXT_ARGUMENT(format_score(insight, insight->baseline, arena)),
            (unsigned long long)insight->baseline_n,
            insight->phrase.size > 0 ? "; among topics, the largest part goes with " : "",
            TEXT_ARGUMENT(insight->phrase));
    bool is_tone = text_equal(insight->phrase, TEXT("tone")),
         is_other = text_equal(insight->key.topic, TEXT("other")),
         is_clear = insight->value.low > 0 || insight->value.high < 0;
    struct text records =
        is_other ? TEXT("All other records")
                 : arena_format(arena, "Records about %.*s", TEXT_ARGUMENT(insight->key.topic));
    if (!is_clear)
        return arena_format(arena, "%.*s have no clear part in the change of the %s %.*s: %.*s",
                            TEXT_ARGUMENT(records), get_score_name(insight), TEXT_ARGUMENT(period),
                            TEXT_ARGUMENT(format_signed(insight, arena)));
    return arena_format(arena, "%.*s go with a %s of the %s by %.*s %.*s: %s",
                        TEXT_ARGUMENT(records), falls ? "fall" : "rise", get_score_name(insight),
                        TEXT_ARGUMENT(difference), TEXT_ARGUMENT(period),
                        is_tone ? (falls ? "they rate lower" : "they rate higher")
                                : "their share changed");
}

/* ---- Words ---- */

/* Of a theme, or, with a topic, of all records without one. */
static struct text format_theme(const struct insight *insight, struct arena *arena)
{
    if (insight->key.topic.size > 0)
        return arena_format(arena, "No topic was found in %.*s%s%.*s",
                            TEXT_ARGUMENT(format_share(insight, arena)),
                            insight->phrase.size > 0 ? "; they often mention " : "",
                            TEXT_ARGUMENT(insight->phrase));
    return arena_format(arena,
                        "No topic covers \"%.*s\": %.*s texts without a topic mention it (%.*s)",
                        TEXT_ARGUMENT(insight->phrase),
                        TEXT_ARGUMENT(format_count(insight->value.value, insight->n, arena)),
                        TEXT_ARGUMENT(format_percentage(insight->value.value, arena)));
}

static struct text format_phrase(const struct insight *insight, struct arena *arena)
{
    struct share share = insight->value;
    bool is_recent = insight->since.size > 0;
    struct text value = arena_format(
        arena, "\"%.*s\" is in %.*s %s (%.*s, %.0f to %.0f %%)", TEXT_ARGUMENT(insight->phrase),
        TEXT_ARGUMENT(format_count(share.value, insight->n, arena)),
        is_recent ? "texts" : "negative texts",
        TEXT_ARGUMENT(format_percentage(share.value, arena)), 100 * share.low, 100 * share.high);
    if (!is_recent)
        return arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(value),
                            TEXT_ARGUMENT(format_baseline(insight, "others", arena)));
    return arena_format(arena, "%.*s %.*s, %.*s", TEXT_ARGUMENT(value),
                        TEXT_ARGUMENT(format_period(insight, arena)),
                        TEXT_ARGUMENT(format_baseline(insight, "before", arena)));
}

static struct text format_answer(const struct insight *insight, struct arena *arena)
{
    return arena_format(arena, "To answer (%.*s), %.*s: \"%.*s\"",
                        TEXT_ARGUMENT(insight->key.topic),
                        TEXT_ARGUMENT(insight->since.size > 0 ? insight->since : TEXT("undated")),
                        TEXT_ARGUMENT(insight->phrase));
}

struct text insight_format_sentence(const struct insight *insight, struct arena *arena)
{
    switch (insight->kind) {
    case INSIGHT_CHANGE:
        return format_change(insight, arena);
    case INSIGHT_SEGMENT:
        return format_segment(insight, arena);
    case INSIGHT_IMPACT:
        return format_impact(insight, arena);
    case INSIGHT_MOVED:
        return format_moved(insight, arena);
    case INSIGHT_THEME:
        return format_theme(insight, arena);
    case INSIGHT_PHRASE:
        return format_phrase(insight, arena);
    case INSIGHT_ANSWER:
        return format_answer(insight, arena);
    case INSIGHT_KIND_COUNT:
        break;
    }
    return (struct text){0};
}
