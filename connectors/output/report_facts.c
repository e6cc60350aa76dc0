/* report_facts.c - title, period and facts of a report. */
#include "connectors/output/report_facts.h"

#include <math.h>

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
