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

struct text insight_format_sentence(const struct insight *insight, struct arena *arena)
{
    switch (insight->kind) {
    case INSIGHT_CHANGE:
        return format_change(insight, arena);
    case INSIGHT_SEGMENT:
        return format_segment(insight, arena);
    case INSIGHT_MOVED:
    case INSIGHT_IMPACT:
    case INSIGHT_THEME:
    case INSIGHT_PHRASE:
    case INSIGHT_ANSWER:
    case INSIGHT_KIND_COUNT:
        break;
    }
    return (struct text){0};
}
