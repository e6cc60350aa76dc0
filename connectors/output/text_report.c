/* text_report.c - the printed report: the strongest of each kind, in a page of plain text. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "connectors/connectors.h"
#include "connectors/output/report_facts.h"
#include "connectors/output/report_sentences.h"

enum { MAX_IN_SHORT = 5, MAX_TOPICS = 3, MAX_SUMMARIES = 3, MIN_MENTIONS = 10 };

struct printer {
    FILE *out;
    const struct document *document;
    enum document_language language;
    struct arena arena;
};

static void print_text(struct printer *printer, struct text text)
{
    fwrite(text.bytes, 1, text.size, printer->out);
}

static void print_word(struct printer *printer, enum word word)
{
    print_text(printer, words_get(printer->language, word));
}

static void print_words(struct printer *printer, enum word word, const struct text *arguments)
{
    print_text(printer, words_format(printer->language, word, arguments, &printer->arena));
}

static struct text count_text(struct printer *printer, uint64_t count)
{
    return words_count(count, &printer->arena);
}

static void print_count(struct printer *printer, enum word word, uint64_t count)
{
    struct text formatted = count_text(printer, count);
    print_words(printer, word, &formatted);
}

/* ---- Overview ---- */

/* "negative 61 % (56 to 66 %)" */
static void print_share(struct printer *printer, const struct label_share *label_share)
{
    const struct share *share = &label_share->share;
    struct text label = words_label(printer->language, label_share->label),
                percent = words_percent(printer->language, share->value, &printer->arena),
                range = words_interval(printer->language, share->low, share->high, &printer->arena);
    fprintf(printer->out, "%.*s %.*s (%.*s), ", TEXT_ARGUMENT(label), TEXT_ARGUMENT(percent),
            TEXT_ARGUMENT(range));
}

static void print_shares(struct printer *printer)
{
    const struct label_share *negative = document_find_share(printer->document, SENTIMENT_NEGATIVE);
    const struct label_share *positive = document_find_share(printer->document, SENTIMENT_POSITIVE);
    if (!negative || !positive || isnan(negative->share.value) || isnan(positive->share.value))
        return;
    print_share(printer, negative);
    print_share(printer, positive);
    if (negative->method == SHARE_PROBABILITIES)
        print_words(
            printer, WORD_SHARES_ESTIMATED,
            (struct text[]){
                words_percent(printer->language, negative->predicted_share, &printer->arena),
                words_percent(printer->language, positive->predicted_share, &printer->arena)});
    else
        print_word(printer, WORD_SHARES_UNCORRECTED);
    fputc('\n', printer->out);
}

static void print_overview(struct printer *printer)
{
    struct text selection = report_selection(printer->document, &printer->arena);
    print_text(printer, report_scope(printer->document, &printer->arena));
    fputc('\n', printer->out);
    if (selection.size) {
        print_words(printer, WORD_SELECTED, &selection);
        fputc('\n', printer->out);
    }
    print_shares(printer);
}

/* ---- Insights ---- */

/* One line: line breaks and other control characters, which a terminal would obey, become blanks.
 */
static void print_line(struct printer *printer, struct text text)
{
    bool follows_blank = true;
    for (size_t i = 0; i < text.size; i++) {
        char byte =
            (unsigned char)text.bytes[i] < ' ' || text.bytes[i] == 0x7F ? ' ' : text.bytes[i];
        if (byte != ' ' || !follows_blank)
            fputc(byte, printer->out);
        follows_blank = byte == ' ';
    }
}

static void print_quote(struct printer *printer, const struct saved_quote *quote)
{
    FILE *out = printer->out;
    struct text date = words_date(quote->created_at, &printer->arena);
    fputs(quote->is_cut_before ? "    \"… " : "    \"", out);
    print_line(printer, quote->text);
    fprintf(out, "%s\" (%.*s", quote->is_cut_after ? " …" : "", TEXT_ARGUMENT(quote->source));
    if (date.size)
        fprintf(out, ", %.*s", TEXT_ARGUMENT(date));
    if (printer->document->options.prints_row_ids) {
        char id[17];
        hash_format(quote->feedback_id, id);
        fprintf(out, ", %s", id);
    }
    fputs(")\n", out);
}

static void print_finding(struct printer *printer, const struct saved_insight *saved)
{
    fputs("  ", printer->out);
    print_line(printer, report_sentence(printer->document, saved, &printer->arena));
    fputc('\n', printer->out);
    for (size_t i = 0; i < saved->quote_count; i++)
        print_quote(printer, &saved->quotes[i]);
}

static void print_warnings(struct printer *printer)
{
    const struct document *document = printer->document;
    for (size_t i = 0; i < document->insight_count; i++) {
        const struct saved_insight *saved = &document->insights[i].saved;
        if (!report_is_without_topic(&saved->insight))
            continue;
        struct text sentence = report_sentence(printer->document, saved, &printer->arena);
        print_words(printer, WORD_WARNING, &sentence);
        if (saved->insight.phrase.size)
            print_words(printer, WORD_OFTEN_MENTIONED, &saved->insight.phrase);
        fputc('\n', printer->out);
    }
}

static void print_heading(struct printer *printer, enum word word)
{
    fputc('\n', printer->out);
    print_word(printer, word);
    fputc('\n', printer->out);
}

static void print_in_short(struct printer *printer)
{
    const struct document *document = printer->document;
    size_t count = 0;
    bool is_quiet = report_is_without_change(document);
    print_heading(printer, WORD_IN_SHORT);
    if (is_quiet) {
        fputs("  ", printer->out);
        print_word(printer, WORD_NOTHING_CHANGED);
        fputc('\n', printer->out);
    }
    for (size_t i = 0; i < document->insight_count && count < MAX_IN_SHORT; i++) {
        const struct saved_insight *saved = &document->insights[i].saved;
        if (!report_is_in_short(saved) || report_is_without_topic(&saved->insight))
            continue;
        print_finding(printer, saved);
        count++;
    }
    if (!is_quiet && count == 0) {
        fputs("  ", printer->out);
        print_word(printer, WORD_NOTHING_FOUND);
        fputc('\n', printer->out);
    }
}

/* ---- Topics ---- */

static uint64_t count_side(const struct document_topic *topic, enum sentiment side)
{
    return side == SENTIMENT_NEGATIVE ? topic->total.negative : topic->total.positive;
}

/* Whether a topic is listed under this side: it has enough mentions, and more of this side. */
static bool leans_to(const struct document_topic *topic, enum sentiment side)
{
    const struct document_counts *total = &topic->total;
    return total->mentions >= MIN_MENTIONS &&
           (side == SENTIMENT_NEGATIVE ? total->negative > total->positive
                                       : total->positive > total->negative);
}

/* The topics with the most mentions of one side; returns their number. */
static size_t find_side_topics(const struct document *document, enum sentiment side,
                               const struct document_topic *found[MAX_TOPICS])
{
    size_t count = 0;
    for (size_t i = 0; i < document->topic_count; i++) {
        const struct document_topic *topic = &document->topics[i];
        if (!leans_to(topic, side))
            continue;
        size_t position = count;
        while (position > 0 && count_side(found[position - 1], side) < count_side(topic, side))
            position--;
        if (position == MAX_TOPICS)
            continue;
        count += count < MAX_TOPICS;
        for (size_t j = count - 1; j > position; j--)
            found[j] = found[j - 1];
        found[position] = topic;
    }
    return count;
}

static void print_side(struct printer *printer, enum sentiment side, enum word title,
                       enum word mentions)
{
    const struct document_topic *topics[MAX_TOPICS];
    size_t count = find_side_topics(printer->document, side, topics);
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "  " : ", ", printer->out);
        if (i == 0) {
            print_word(printer, title);
            fputs(": ", printer->out);
        }
        print_words(printer, mentions,
                    (struct text[]){words_topic(printer->document, topics[i]->id),
                                    count_text(printer, count_side(topics[i], side)),
                                    count_text(printer, topics[i]->total.mentions)});
    }
    if (count > 0)
        fputc('\n', printer->out);
}

static void print_topics(struct printer *printer)
{
    const struct document_topic *topics[MAX_TOPICS];
    if (find_side_topics(printer->document, SENTIMENT_NEGATIVE, topics) == 0 &&
        find_side_topics(printer->document, SENTIMENT_POSITIVE, topics) == 0)
        return;
    print_heading(printer, WORD_TOPICS);
    print_side(printer, SENTIMENT_NEGATIVE, WORD_MOST_CRITICISED, WORD_NEGATIVE_MENTIONS);
    print_side(printer, SENTIMENT_POSITIVE, WORD_MOST_PRAISED, WORD_POSITIVE_MENTIONS);
}

/* ---- Summaries ---- */

struct latest_summary {
    struct group_key key;
    struct text period, text;
    uint64_t records;
};

struct summaries {
    struct arena *arena;
    struct latest_summary latest;                 /* of the group that is read now */
    struct latest_summary largest[MAX_SUMMARIES]; /* most records first */
    size_t count;                                 /* of `largest` */
    uint64_t groups, total;
};

static bool is_same_group(const struct group_key *a, const struct group_key *b)
{
    bool is_same = a->field_count == b->field_count;
    for (size_t i = 0; is_same && i < a->field_count; i++)
        is_same = text_equal(a->fields[i].name, b->fields[i].name) &&
                  text_equal(a->fields[i].value, b->fields[i].value);
    return is_same;
}

/* Keeps the latest summary of the group before, if it is one of the largest. */
static void finish_group(struct summaries *summaries)
{
    const struct latest_summary *latest = &summaries->latest;
    size_t position = summaries->count;
    if (latest->text.size == 0)
        return;
    summaries->groups++;
    while (position > 0 && summaries->largest[position - 1].records < latest->records)
        position--;
    if (position == MAX_SUMMARIES)
        return;
    summaries->count += summaries->count < MAX_SUMMARIES;
    for (size_t i = summaries->count - 1; i > position; i--)
        summaries->largest[i] = summaries->largest[i - 1];
    summaries->largest[position] = *latest;
}

/* Summaries are visited by group, then period. */
static bool read_summary(void *user, const struct saved_summary *summary, struct error *error)
{
    (void)error;
    struct summaries *summaries = user;
    summaries->total++;
    if (summary->key.topic.size > 0 || text_equal(summary->period, TEXT("undated")))
        return true;
    for (size_t i = 0; i < summary->key.field_count; i++)
        if (summary->key.fields[i].value.size == 0)
            return true;
    if (!is_same_group(&summaries->latest.key, &summary->key))
        finish_group(summaries);
    summaries->latest = (struct latest_summary){
        .key = group_key_copy(&summary->key, summaries->arena),
        .period = arena_copy_text(summaries->arena, summary->period),
        .text = arena_copy_text(summaries->arena, summary->text),
        .records = summary->records,
    };
    return true;
}

/* "Kettle", "Kettle; region=North", "All feedback". */
static struct text format_group_name(struct printer *printer, const struct group_key *key)
{
    if (key->field_count == 0)
        return words_get(printer->language, WORD_ALL_FEEDBACK);
    struct text name = group_key_format(key, &printer->arena);
    return text_slice(name, key->fields[0].name.size + 1, name.size);
}

static void print_summaries(struct printer *printer, const struct summaries *summaries)
{
    if (summaries->count == 0)
        return;
    fputc('\n', printer->out);
    print_word(printer, WORD_LATEST_SUMMARIES);
    if (summaries->groups > summaries->count) {
        fputs(" (", printer->out);
        print_count(printer, WORD_LARGEST_GROUPS, summaries->groups);
        fputc(')', printer->out);
    }
    fputc('\n', printer->out);
    for (size_t i = 0; i < summaries->count; i++) {
        const struct latest_summary *summary = &summaries->largest[i];
        bool is_all = text_equal(summary->period, TEXT("all"));
        struct text name = format_group_name(printer, &summary->key),
                    period = is_all ? words_get(printer->language, WORD_ALL_PERIODS)
                                    : words_period(printer->language, summary->period, false,
                                                   &printer->arena);
        fprintf(printer->out, "  %.*s, %.*s: %.*s\n", TEXT_ARGUMENT(name), TEXT_ARGUMENT(period),
                TEXT_ARGUMENT(summary->text));
    }
}

/* ---- The rest ---- */

static void print_rest(struct printer *printer, const struct summaries *summaries)
{
    const struct document *document = printer->document;
    uint64_t findings = 0, answers = 0;
    bool has_changes = false;
    for (size_t i = 0; i < document->insight_count; i++) {
        const struct insight *insight = &document->insights[i].saved.insight;
        answers += insight->kind == INSIGHT_ANSWER;
        findings +=
            report_is_in_short(&document->insights[i].saved) && !report_is_without_topic(insight);
        has_changes |= insight->kind == INSIGHT_CHANGE && insight->state != INSIGHT_OVER &&
                       insight->state != INSIGHT_SO_FAR;
    }
    findings -= findings < MAX_IN_SHORT ? findings : MAX_IN_SHORT;
    fputc('\n', printer->out);
    if (findings + answers > 0) {
        print_word(printer, WORD_MORE_INSIGHTS);
        fputc(' ', printer->out);
        if (findings)
            print_count(printer, WORD_OTHER_FINDINGS, findings);
        fputs(findings && answers ? ", " : "", printer->out);
        if (answers)
            print_count(printer, WORD_TEXTS_TO_ANSWER, answers);
        fputc('\n', printer->out);
    }
    print_count(printer, WORD_MORE_FILES, summaries->total);
    fputc('\n', printer->out);
    print_word(printer, WORD_INTERVALS_LINE);
    if (has_changes) {
        fputc(' ', printer->out);
        print_word(printer, WORD_CHANGES_LINE);
    }
    fputc('\n', printer->out);
}

static bool write(const struct document *document, const struct document_file *file,
                  struct arena *arena, struct text *note, struct error *error)
{
    (void)arena;
    (void)note; /* all of it is short, and says where the rest is */
    struct printer printer = {
        .out = file->stream, .document = document, .language = document->options.language};
    struct summaries summaries = {.arena = &printer.arena};
    bool ok = true;
    if (document->record_count == 0) {
        print_word(&printer, WORD_NO_FEEDBACK);
        fputc('\n', printer.out);
    } else {
        print_overview(&printer);
        print_warnings(&printer);
        print_in_short(&printer);
        print_topics(&printer);
        ok = store_for_each_summary(document->store,
                                    document->selection ? document->selection->view : 0,
                                    read_summary, &summaries, error);
        finish_group(&summaries);
        print_summaries(&printer, &summaries);
        print_rest(&printer, &summaries);
    }
    arena_free(&printer.arena);
    if (ok && ferror(file->stream))
        return error_set(error, ERROR_STORE, "the report cannot be written: %s", strerror(errno));
    return ok;
}

const struct document_format text_document = {
    .name = "text",
    .summary = "a page of plain text: the strongest findings, topics and summaries",
    .file_name = "report.txt",
    .write = write,
};
