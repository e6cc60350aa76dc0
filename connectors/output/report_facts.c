/* report_facts.c - facts about a report, and sentences of insights. */
#include "connectors/output/report_facts.h"

#include <math.h>

#include "pipeline/insight_sentence.h"

/* ---- Facts ---- */

static struct text format_totals(enum document_language language, const struct row_totals *totals,
                                 struct arena *arena)
{
    struct text line =
        words_format(language, WORD_READ_LINE,
                     (struct text[]){words_count(totals->read, arena),
                                     words_count(totals->states[RECORD_NEW], arena),
                                     words_count(totals->states[RECORD_UNCHANGED], arena),
                                     words_count(totals->states[RECORD_REVISED], arena),
                                     words_count(totals->states[RECORD_DUPLICATE], arena),
                                     words_count(totals->states[RECORD_EMPTY], arena),
                                     words_count(totals->states[RECORD_NO_OPINION], arena),
                                     words_count(totals->states[RECORD_REJECTED], arena)},
                     arena);
    return arena_format(arena, "%.*s (%.*s)", TEXT_ARGUMENT(line),
                        TEXT_ARGUMENT(words_get(language, WORD_READ_NOTE)));
}

static struct text format_redacted(enum document_language language, const struct row_totals *totals,
                                   struct arena *arena)
{
    uint64_t count = 0;
    for (size_t i = 0; i < PII_COUNT; i++)
        count += totals->pii[i];
    return words_format(language, WORD_REDACTED_LINE, (struct text[]){words_count(count, arena)},
                        arena);
}

/* {0}: the count; {1}: the records; {2}: the share. */
static struct text format_share(const struct document *document, enum word line, uint64_t count,
                                struct arena *arena)
{
    enum document_language language = document->options.language;
    uint64_t total = document->record_count;
    double share = total ? (double)count / (double)total : NAN;
    return words_format(language, line,
                        (struct text[]){words_count(count, arena), words_count(total, arena),
                                        words_percent(language, share, arena)},
                        arena);
}

static struct text format_labels(const struct document *document, struct arena *arena)
{
    enum document_language language = document->options.language;
    const struct label_share *share = document_find_share(document, SENTIMENT_NEGATIVE);
    bool is_estimated = share && share->method == SHARE_PROBABILITIES;
    struct text labelled =
        words_percent(language, is_estimated ? share->predicted_share : NAN, arena);
    return words_format(language, is_estimated ? WORD_LABELS_PROBABILITIES : WORD_LABELS_PLAIN,
                        (struct text[]){labelled}, arena);
}

/* What the model's file says about its quality; empty if it does not. */
static struct text format_card(const struct document *document, struct arena *arena)
{
    enum document_language language = document->options.language;
    const struct document_card *card = &document->options.card;
    if (card->right <= 0 || card->texts == 0)
        return (struct text){0};
    struct text right = words_format(language, WORD_RIGHT_LINE,
                                     (struct text[]){words_percent(language, card->right, arena),
                                                     words_count((uint64_t)card->texts, arena)},
                                     arena);
    if (card->topics_f1 <= 0)
        return right;
    struct text topics =
        words_format(language, WORD_TOPICS_F1_LINE,
                     (struct text[]){words_percent(language, card->topics_f1, arena)}, arena);
    return arena_format(arena, "%.*s %.*s", TEXT_ARGUMENT(right), TEXT_ARGUMENT(topics));
}

size_t report_facts_list(const struct document *document, struct report_fact *facts,
                         struct arena *arena)
{
    enum document_language language = document->options.language;
    uint64_t undated = document->record_count - document->dated_count;
    struct text coverage =
        words_format(language, WORD_COVERAGE_LINE,
                     (struct text[]){words_percent(language, document->coverage, arena),
                                     words_count(document->partly_read, arena),
                                     words_count(document->record_count, arena)},
                     arena);
    size_t count = 0;
    facts[count++] =
        (struct report_fact){WORD_READ, format_totals(language, &document->row_totals, arena)};
    facts[count++] = (struct report_fact){WORD_REDACTED,
                                          format_redacted(language, &document->row_totals, arena)};
    facts[count++] = (struct report_fact){WORD_COVERAGE, coverage};
    facts[count++] = (struct report_fact){
        WORD_UNDETECTED_TEXTS, format_share(document, WORD_UNDETECTED_LINE,
                                            document->label_counts[SENTIMENT_UNDETECTED], arena)};
    facts[count++] = (struct report_fact){
        WORD_NO_TOPIC_TEXTS, format_share(document, WORD_SHARE_OF, document->without_topic, arena)};
    if (undated)
        facts[count++] = (struct report_fact){
            WORD_UNDATED, format_share(document, WORD_UNDATED_LINE, undated, arena)};
    facts[count++] = (struct report_fact){WORD_LABELS, format_labels(document, arena)};
    struct text card = format_card(document, arena);
    if (card.size)
        facts[count++] = (struct report_fact){WORD_RIGHT, card};
    return count;
}

struct text report_title(const struct document *document)
{
    struct text title = document->options.title;
    return title.size ? title : words_get(document->options.language, WORD_DEFAULT_TITLE);
}

struct text report_scope(const struct document *document, struct arena *arena)
{
    struct text count = words_count(document->record_count, arena);
    if (!document->dated_count)
        return words_format(document->options.language, WORD_PIECES, (struct text[]){count}, arena);
    return words_format(document->options.language, WORD_PIECES_FROM,
                        (struct text[]){count, words_date(document->first, arena),
                                        words_date(document->last, arena)},
                        arena);
}

static struct text add_condition(struct text list, struct text name, const char *comparison,
                                 struct text value, struct arena *arena)
{
    return arena_format(arena, "%.*s%s%.*s %s %.*s", TEXT_ARGUMENT(list), list.size ? "; " : "",
                        TEXT_ARGUMENT(name), comparison, TEXT_ARGUMENT(value));
}

struct text report_selection(const struct document *document, struct arena *arena)
{
    const struct selection *selection = document->selection;
    struct text date = words_get(document->options.language, WORD_DATE), list = TEXT("");
    if (!selection)
        return list;
    if (selection->since != TIME_UNKNOWN)
        list = add_condition(list, date, "≥", words_date(selection->since, arena), arena);
    if (selection->until != TIME_UNKNOWN)
        list = add_condition(list, date, "<", words_date(selection->until, arena), arena);
    for (size_t i = 0; i < selection->where_count; i++)
        list = add_condition(list, selection->where[i].name, "=", selection->where[i].value, arena);
    return list;
}

/* ---- Insights ---- */

/* "software, Wander vacuum", with the topic's name in the language. */
static struct text format_subject(enum document_language language, const struct insight *insight,
                                  struct arena *arena)
{
    struct text subject = TEXT(""), topic = insight->key.topic;
    if (topic.size && !text_equal(topic, group_key_all_topics))
        subject = words_topic(language, topic);
    for (size_t i = 0; i < insight->key.field_count; i++)
        subject =
            arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(subject), subject.size ? ", " : "",
                         TEXT_ARGUMENT(insight->key.fields[i].value));
    return subject.size ? subject : words_get(language, WORD_EVERYWHERE);
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

static struct text format_shares(enum document_language language, const struct insight *insight,
                                 struct arena *arena)
{
    struct text subject = format_subject(language, insight, arena),
                negative = format_part(insight->value.value, insight->n, arena),
                n = words_count(insight->n, arena),
                before = format_part(insight->baseline, insight->baseline_n, arena),
                n_before = words_count(insight->baseline_n, arena);
    if (insight->kind == INSIGHT_SEGMENT)
        return words_format(language, WORD_SEGMENT_LINE,
                            (struct text[]){subject, negative, n, before, n_before}, arena);
    enum word line = insight->state == INSIGHT_SO_FAR ? WORD_SO_FAR_LINE : WORD_CHANGE_LINE;
    return words_format(language, line,
                        (struct text[]){subject, negative, n,
                                        words_period(language, insight->since, false, arena),
                                        before, n_before},
                        arena);
}

static struct text format_score(enum document_language language, const struct insight *insight,
                                struct arena *arena)
{
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
                        (struct text[]){format_subject(language, insight, arena), measure, effect,
                                        low, high, words_count(insight->n, arena)},
                        arena);
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

static struct text format_korean(const struct saved_insight *saved, struct arena *arena)
{
    enum document_language language = DOCUMENT_KOREAN;
    const struct insight *insight = &saved->insight;
    switch (insight->kind) {
    case INSIGHT_CHANGE:
    case INSIGHT_SEGMENT:
        return insight->measure == MEASURE_NEGATIVE_SHARE && !isnan(insight->baseline)
                   ? format_shares(language, insight, arena)
                   : saved->sentence;
    case INSIGHT_MOVED:
    case INSIGHT_IMPACT:
        return report_measure(language, insight->measure).size
                   ? format_score(language, insight, arena)
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
static struct text format_english(const struct saved_insight *saved, struct arena *arena)
{
    struct insight copy = saved->insight;
    if (copy.kind == INSIGHT_ANSWER)
        return format_answer(DOCUMENT_ENGLISH, &copy, arena);
    bool is_score_change = copy.kind == INSIGHT_MOVED && !is_topic_name(copy.key.topic);
    if (is_topic_name(copy.key.topic))
        copy.key.topic = words_topic(DOCUMENT_ENGLISH, copy.key.topic);
    if (is_score_change && copy.phrase.size)
        copy.phrase = words_topic(DOCUMENT_ENGLISH, copy.phrase);
    if (report_is_without_topic(&copy))
        copy.phrase = (struct text){0}; /* the themes follow */
    copy.since = format_since(copy.since, arena);
    copy.until = format_since(copy.until, arena);
    return insight_format_sentence(&copy, arena);
}

struct text report_sentence(enum document_language language, const struct saved_insight *saved,
                            struct arena *arena)
{
    return language == DOCUMENT_KOREAN ? format_korean(saved, arena) : format_english(saved, arena);
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
