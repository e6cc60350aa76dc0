/* insight_sentence.c - sentences of insights in English, one function a kind. */
#include "pipeline/insight_sentence.h"

#include <math.h>

/* "delivery in Scotland", "delivery", "all topics in Scotland". */
static struct text format_subject(const struct insight *insight, struct arena *arena)
{
    struct text topic = insight->key.topic, subject = topic;
    if (!topic.size || text_equal(topic, group_key_all_topics))
        subject = TEXT("all topics");
    for (size_t i = 0; i < insight->key.field_count; i++) {
        struct text value = insight->key.fields[i].value;
        subject = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(subject), i ? ", " : " in ",
                               TEXT_ARGUMENT(value.size ? value : TEXT("(none)")));
    }
    return subject;
}

/* "12 of 60 records (20 %, 12 to 32 %)". */
static struct text format_share(const struct insight *insight, struct arena *arena)
{
    struct share share = insight->value;
    return arena_format(arena, "%.0f of %llu records (%.0f %%, %.0f to %.0f %%)",
                        share.value * (double)insight->n, (unsigned long long)insight->n,
                        100 * share.value, 100 * share.low, 100 * share.high);
}

static struct text format_baseline(const struct insight *insight, struct arena *arena)
{
    return arena_format(arena, "%.0f of %llu (%.0f %%)",
                        insight->baseline * (double)insight->baseline_n,
                        (unsigned long long)insight->baseline_n, 100 * insight->baseline);
}

static struct text format_change(const struct insight *insight, struct arena *arena)
{
    bool is_over = insight->state == INSIGHT_OVER;
    struct text value = format_share(insight, arena), before = format_baseline(insight, arena);
    return arena_format(arena, "%.*s: negative in %.*s %s %.*s, before in %.*s%s",
                        TEXT_ARGUMENT(format_subject(insight, arena)), TEXT_ARGUMENT(value),
                        text_equal(insight->since, insight->until) ? "in" : "since",
                        TEXT_ARGUMENT(insight->since), TEXT_ARGUMENT(before),
                        is_over ? "; back to normal" : "");
}

static struct text format_segment(const struct insight *insight, struct arena *arena)
{
    struct text value = format_share(insight, arena), others = format_baseline(insight, arena);
    return arena_format(arena, "%.*s: negative in %.*s, elsewhere in %.*s",
                        TEXT_ARGUMENT(format_subject(insight, arena)), TEXT_ARGUMENT(value),
                        TEXT_ARGUMENT(others));
}

static struct text format_theme(const struct insight *insight, struct arena *arena)
{
    struct share share = insight->value;
    double texts = share.value * (double)insight->n;
    if (insight->key.topic.size) {
        struct text value = format_share(insight, arena);
        return arena_format(arena, "%.*s have no topic%s%.*s", TEXT_ARGUMENT(value),
                            insight->phrase.size ? "; many of them mention " : "",
                            TEXT_ARGUMENT(insight->phrase));
    }
    return arena_format(
        arena, "no topic covers \"%.*s\": in %.0f of %llu texts without a topic (%.0f %%)",
        TEXT_ARGUMENT(insight->phrase), texts, (unsigned long long)insight->n, 100 * share.value);
}

static struct text format_phrase(const struct insight *insight, struct arena *arena)
{
    struct text others = format_baseline(insight, arena);
    struct share share = insight->value;
    struct text value = arena_format(
        arena, "\"%.*s\": in %.0f of %llu %s (%.0f %%, %.0f to %.0f %%)",
        TEXT_ARGUMENT(insight->phrase), share.value * (double)insight->n,
        (unsigned long long)insight->n, insight->since.size ? "texts" : "negative texts",
        100 * share.value, 100 * share.low, 100 * share.high);
    if (!insight->since.size)
        return arena_format(arena, "%.*s, in %.*s of the others", TEXT_ARGUMENT(value),
                            TEXT_ARGUMENT(others));
    return arena_format(arena, "%.*s %s %.*s, before in %.*s", TEXT_ARGUMENT(value),
                        text_equal(insight->since, insight->until) ? "in" : "since",
                        TEXT_ARGUMENT(insight->since), TEXT_ARGUMENT(others));
}

static struct text format_answer(const struct insight *insight, struct arena *arena)
{
    return arena_format(arena, "%.*s: \"%.*s\"%s%.*s", TEXT_ARGUMENT(insight->key.topic),
                        TEXT_ARGUMENT(insight->phrase), insight->since.size ? ", " : "",
                        TEXT_ARGUMENT(insight->since));
}

struct text insight_format_sentence(const struct insight *insight, struct arena *arena)
{
    switch (insight->kind) {
    case INSIGHT_CHANGE:
        return format_change(insight, arena);
    case INSIGHT_SEGMENT:
        return format_segment(insight, arena);
    case INSIGHT_THEME:
        return format_theme(insight, arena);
    case INSIGHT_PHRASE:
        return format_phrase(insight, arena);
    case INSIGHT_MOVED:
    case INSIGHT_IMPACT:
    case INSIGHT_ANSWER:
        return format_answer(insight, arena);
    case INSIGHT_KIND_COUNT:
        break;
    }
    return (struct text){0};
}
