/* report_sentences.c - sentences of insights: composed from their fields in Korean, and in English
 * with the names that documents use. */
#include "connectors/output/report_sentences.h"

#include <math.h>

#include "pipeline/insight_sentence.h"

/* "software, Wander vacuum", with the topic's name in the language. */
static struct text format_subject(const struct document *document, const struct insight *insight,
                                  struct arena *arena)
{
    struct text subject = TEXT(""), topic = insight->key.topic;
    if (topic.size && !text_equal(topic, group_key_all_topics))
        subject = words_topic(document, topic);
    for (size_t i = 0; i < insight->key.field_count; i++)
        subject =
            arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(subject), subject.size ? ", " : "",
                         TEXT_ARGUMENT(insight->key.fields[i].value));
    return subject.size ? subject : words_get(document->options.language, WORD_EVERYWHERE);
}

static struct text format_part(double share, uint64_t n, struct arena *arena)
{
    return words_count((uint64_t)llround(share * (double)n), arena);
}

struct text report_measure(enum document_language language, enum insight_measure measure)
{
    switch (measure) {
    case MEASURE_RATING:
        return words_get(language, WORD_MEAN_RATING);
    case MEASURE_NPS:
        return words_get(language, WORD_NPS_SHORT);
    case MEASURE_CSAT:
        return words_get(language, WORD_TOP_RATINGS);
    default:
        return TEXT("");
    }
}

static struct text format_shares(const struct document *document, const struct insight *insight,
                                 struct arena *arena)
{
    enum document_language language = document->options.language;
    struct text subject = format_subject(document, insight, arena),
                negative = format_part(insight->value.value, insight->n, arena),
                n = words_count(insight->n, arena),
                before = format_part(insight->baseline, insight->baseline_n, arena),
                n_before = words_count(insight->baseline_n, arena),
                share = words_percent(language, insight->value.value, arena),
                share_before = words_percent(language, insight->baseline, arena);
    if (insight->kind == INSIGHT_SEGMENT)
        return words_format(
            language, WORD_SEGMENT_LINE,
            (struct text[]){subject, negative, n, before, n_before, share, share_before}, arena);
    enum word line = insight->state == INSIGHT_SO_FAR ? WORD_SO_FAR_LINE : WORD_CHANGE_LINE;
    return words_format(language, line,
                        (struct text[]){subject, negative, n,
                                        words_period(language, insight->since, false, arena),
                                        before, n_before, share, share_before},
                        arena);
}

static struct text format_score(const struct document *document, const struct insight *insight,
                                struct arena *arena)
{
    enum document_language language = document->options.language;
    const struct share *value = &insight->value;
    struct text measure = report_measure(language, insight->measure),
                effect = words_decimal(value->value, true, arena),
                low = words_decimal(value->low, true, arena),
                high = words_decimal(value->high, true, arena), topic = insight->key.topic;
    bool is_whole = !topic.size || text_equal(topic, group_key_all_topics);
    if (insight->kind == INSIGHT_MOVED && is_whole)
        return words_format(
            language, WORD_MOVED_LINE,
            (struct text[]){measure, words_decimal(insight->baseline, false, arena),
                            words_decimal(insight->baseline + value->value, false, arena),
                            words_period(language, insight->since, false, arena), effect, low,
                            high},
            arena);
    return words_format(language, WORD_IMPACT_LINE,
                        (struct text[]){format_subject(document, insight, arena), measure, effect,
                                        low, high, words_count(insight->n, arena)},
                        arena);
}

bool report_is_in_short(const struct saved_insight *saved)
{
    return saved->insight.kind != INSIGHT_ANSWER && saved->sentence.size > 0;
}

bool report_is_without_topic(const struct insight *insight)
{
    return insight->kind == INSIGHT_THEME && text_equal(insight->key.topic, group_key_no_topic);
}

/* Themes and phrases. {0}: the words; {1} of {2} texts; {3}: their share; {4} of {5} other texts;
 * {6}: since when. */
static struct text format_words(enum document_language language, const struct insight *insight,
                                struct arena *arena)
{
    bool is_compared = !isnan(insight->baseline);
    enum word line =
        insight->kind == INSIGHT_THEME
            ? report_is_without_topic(insight) ? WORD_WITHOUT_TOPIC_LINE : WORD_THEME_LINE
        : insight->since.size ? WORD_PHRASE_SINCE_LINE
                              : WORD_PHRASE_LINE;
    return words_format(
        language, line,
        (struct text[]){
            insight->phrase, format_part(insight->value.value, insight->n, arena),
            words_count(insight->n, arena), words_percent(language, insight->value.value, arena),
            is_compared ? format_part(insight->baseline, insight->baseline_n, arena) : TEXT("–"),
            words_count(insight->baseline_n, arena),
            words_period(language, insight->since, false, arena)},
        arena);
}

struct text report_answer_reason(enum document_language language, const struct insight *insight)
{
    static const struct {
        const char *name;
        enum word word;
    } reasons[] = {{"safety", WORD_ANSWER_SAFETY},
                   {"legal", WORD_ANSWER_LEGAL},
                   {"money", WORD_ANSWER_MONEY},
                   {"churn", WORD_ANSWER_CHURN},
                   {"unanswered", WORD_ANSWER_UNANSWERED}};
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (text_equal(insight->key.topic, text_of(reasons[i].name)))
            return words_get(language, reasons[i].word);
    return insight->key.topic;
}

static struct text format_answer(enum document_language language, const struct insight *insight,
                                 struct arena *arena)
{
    struct text date = words_get(language, WORD_NO_DATE);
    if (insight->since.size)
        date = words_period(language, insight->since, false, arena);
    return words_format(
        language, WORD_ANSWER_LINE,
        (struct text[]){report_answer_reason(language, insight), date, insight->phrase}, arena);
}

static struct text format_korean(const struct document *document, const struct saved_insight *saved,
                                 struct arena *arena)
{
    enum document_language language = DOCUMENT_KOREAN;
    const struct insight *insight = &saved->insight;
    switch (insight->kind) {
    case INSIGHT_CHANGE:
    case INSIGHT_SEGMENT:
        return insight->measure == MEASURE_NEGATIVE_SHARE && !isnan(insight->baseline)
                   ? format_shares(document, insight, arena)
                   : saved->sentence;
    case INSIGHT_MOVED:
    case INSIGHT_IMPACT:
        return report_measure(language, insight->measure).size
                   ? format_score(document, insight, arena)
                   : saved->sentence;
    case INSIGHT_THEME:
    case INSIGHT_PHRASE:
        return format_words(language, insight, arena);
    case INSIGHT_ANSWER:
        return format_answer(language, insight, arena);
    case INSIGHT_KIND_COUNT:
        break;
    }
    return saved->sentence;
}

/* "the week of 5 Oct 2026". */
static struct text format_since(struct text period, struct arena *arena)
{
    struct text name = words_period(DOCUMENT_ENGLISH, period, false, arena);
    return text_starts_with(name, TEXT("week "))
               ? arena_format(arena, "the %.*s", TEXT_ARGUMENT(name))
               : name;
}

static bool is_topic_name(struct text topic)
{
    return topic.size && !text_equal(topic, group_key_all_topics) &&
           !text_equal(topic, group_key_no_topic);
}

/* The saved sentence has topics and periods as tables name them; the composed one names them as
 * the rest of the document does. */
static struct text format_english(const struct document *document,
                                  const struct saved_insight *saved, struct arena *arena)
{
    struct insight copy = saved->insight;
    if (copy.kind == INSIGHT_ANSWER)
        return format_answer(DOCUMENT_ENGLISH, &copy, arena);
    bool is_score_change = copy.kind == INSIGHT_MOVED && !is_topic_name(copy.key.topic);
    if (is_topic_name(copy.key.topic))
        copy.key.topic = words_topic(document, copy.key.topic);
    if (is_score_change && copy.phrase.size)
        copy.phrase = words_topic(document, copy.phrase);
    if (report_is_without_topic(&copy))
        copy.phrase = (struct text){0}; /* the themes follow */
    copy.since = format_since(copy.since, arena);
    copy.until = format_since(copy.until, arena);
    return insight_format_sentence(&copy, arena);
}

struct text report_sentence(const struct document *document, const struct saved_insight *saved,
                            struct arena *arena)
{
    return document->options.language == DOCUMENT_KOREAN ? format_korean(document, saved, arena)
                                                         : format_english(document, saved, arena);
}

struct text report_chance(enum document_language language, const struct insight *insight,
                          struct arena *arena)
{
    if (isnan(insight->q_value))
        return TEXT("");
    if (insight->q_value < 0.01)
        return words_get(language, WORD_Q_SMALL);
    struct text percent = arena_format(arena, "%.0f", 100 * insight->q_value);
    return words_format(language, WORD_Q_VALUE, (struct text[]){percent}, arena);
}
