/* headline.c - finds the headline insights of a report in the saved figures.
 *
 * For each part of a segment and each topic it tests whether the share of negative mentions rose at
 * some period, and whether it is higher than in the other parts. */
#include "jobs/report/headline.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "jobs/report/distinctive_words.h"
#include "jobs/report/time_series.h"
#include "stages/stats/grouping.h"

/* An insight needs MIN_MENTIONS negative mentions and a difference of two shares with this z score:
 * with a few hundred comparisons per report, about one in ten reports has a false insight. */
enum { MIN_MENTIONS = 5, MAX_INSIGHTS = 3, MAX_QUOTE_CHARACTERS = 160, MAX_WORDS = 6 };
enum { MAX_NEGATIVE_SEGMENTS = 8, MIN_NEGATIVE_RECORDS = 10 };
static const double min_z_score = 3.5;

/* For insights on all records of a part, which need far fewer comparisons. */
static const double min_z_score_all_topics = 3;

struct finding {
    struct field part;
    struct text topic;
    double strength;
    uint64_t quote_id;
    struct text since;                          /* change: its first period; empty otherwise */
    struct text text;                           /* the line to print */
    struct text quote, source;                  /* set when feedback is read */
    struct distinctive_words distinctive_words; /* of the records of the insight */
};

struct insights {
    const char *title;
    struct finding ranked[MAX_INSIGHTS]; /* strongest first, one per topic */
    size_t count;
};

/* The words of a part's negative records that other records do not use. */
struct negative_segment {
    struct field part;
    uint64_t negative, records;
    struct distinctive_words distinctive_words;
};

struct latest_summary {
    struct group_key key;
    struct text period, text;
    uint64_t records;
};

enum { FINDING_CHANGE, FINDING_DIFFERENCE, FINDING_PRAISE, FINDING_COMPLAINT, FINDING_KIND_COUNT };

struct headline {
    struct arena arena;
    struct series_table statistics;
    struct label_share negative_share, positive_share; /* of all sources */
    uint64_t labelled_records;
    struct insights insights[FINDING_KIND_COUNT];
    struct negative_segment
        negative_segments[MAX_NEGATIVE_SEGMENTS]; /* most negative records first */
    size_t negative_segment_count;
    struct latest_summary *summaries; /* owned; the latest of each group */
    size_t summary_count, summary_capacity;
};

/* ---- Insights ---- */

/* Keeps the strongest insights, and for each topic only the strongest one. */
static void insert_ranked(struct insights *insights, struct finding insight)
{
    size_t position = 0;
    while (position < insights->count &&
           !text_equal(insights->ranked[position].topic, insight.topic))
        position++;
    if (position < insights->count && insights->ranked[position].strength > insight.strength)
        return; /* if equal, the later one wins: it is about a part, not about all records */
    if (position == insights->count && insights->count < MAX_INSIGHTS)
        insights->count++;
    else if (position == insights->count)
        position = insights->ranked[MAX_INSIGHTS - 1].strength < insight.strength ? MAX_INSIGHTS - 1
                                                                                  : MAX_INSIGHTS;
    if (position == MAX_INSIGHTS)
        return;
    for (; position > 0 && insights->ranked[position - 1].strength < insight.strength; position--)
        insights->ranked[position] = insights->ranked[position - 1];
    insights->ranked[position] = insight;
}

/* "Larkspur kettle" for product "Larkspur kettle"; "everywhere" for all records. */
static struct text get_segment_name(struct field part)
{
    return part.name.size ? part.value : TEXT("everywhere");
}

/* Whether the topic has an insight, in any part; for all topics, in the same part. */
static bool is_already_reported(const struct insights *insights, struct text topic,
                                struct field part)
{
    bool all = text_equal(topic, group_key_all_topics);
    for (size_t i = 0; i < insights->count; i++)
        if (text_equal(insights->ranked[i].topic, topic) &&
            (!all || series_is_same_part(insights->ranked[i].part, part)))
            return true;
    return false;
}

static double get_min_z_score(struct text topic)
{
    return text_equal(topic, group_key_all_topics) ? min_z_score_all_topics : min_z_score;
}

/* "delivery, Scotland"; for all topics only the part. */
static struct text format_subject(const struct cell *cell, struct arena *arena)
{
    if (text_equal(cell->topic, group_key_all_topics))
        return get_segment_name(cell->part);
    return arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(cell->topic),
                        TEXT_ARGUMENT(get_segment_name(cell->part)));
}

static void find_change(struct headline *headline, struct series topic, struct series records)
{
    struct text none = {0};
    for (const struct cell *cell = records.begin + 1; cell < records.end; cell++) {
        struct text since = cell->period;
        uint64_t before = series_sum_counts(topic, none, since).negative;
        uint64_t before_records = series_sum_counts(records, none, since).mentions;
        uint64_t after = series_sum_counts(topic, since, none).negative;
        uint64_t after_records = series_sum_counts(records, since, none).mentions;
        double strength = two_proportion_z_score(after, after_records, before, before_records);
        if (after < MIN_MENTIONS || strength < get_min_z_score(topic.begin->topic))
            continue;
        insert_ranked(
            &headline->insights[FINDING_CHANGE],
            (struct finding){
                .part = topic.begin->part,
                .topic = topic.begin->topic,
                .since = since,
                .strength = strength,
                .quote_id = series_find_quote(topic, true, since),
                .text = arena_format(
                    &headline->arena,
                    "%.*s: negative in %llu of %llu records since %.*s, in %llu of %llu before",
                    TEXT_ARGUMENT(format_subject(topic.begin, &headline->arena)),
                    (unsigned long long)after, (unsigned long long)after_records,
                    TEXT_ARGUMENT(since), (unsigned long long)before,
                    (unsigned long long)before_records),
            });
    }
}

/* Records, and how many of them mention the topic negatively. */
struct negative_share {
    uint64_t negative, records;
};

/* Counts the same topic in the other parts of the same field. */
static struct negative_share count_elsewhere(const struct headline *headline, struct series topic)
{
    struct text none = {0};
    struct negative_share negative_share = {0};
    for (size_t i = 0; i < headline->statistics.count;) {
        struct series other = series_at(&headline->statistics, i);
        i += (size_t)(other.end - other.begin);
        if (!text_equal(other.begin->part.name, topic.begin->part.name) ||
            series_is_same_part(other.begin->part, topic.begin->part))
            continue;
        if (text_equal(other.begin->topic, topic.begin->topic))
            negative_share.negative += series_sum_counts(other, none, none).negative;
        if (text_equal(other.begin->topic, group_key_all_topics))
            negative_share.records += series_sum_counts(other, none, none).mentions;
    }
    return negative_share;
}

static void find_difference(struct headline *headline, struct series topic, struct series records)
{
    struct text none = {0};
    struct negative_share here = {series_sum_counts(topic, none, none).negative,
                                  series_sum_counts(records, none, none).mentions};
    struct negative_share others = count_elsewhere(headline, topic);
    double strength =
        two_proportion_z_score(here.negative, here.records, others.negative, others.records);
    if (!topic.begin->part.name.size || here.negative < MIN_MENTIONS ||
        strength < get_min_z_score(topic.begin->topic) ||
        is_already_reported(&headline->insights[FINDING_CHANGE], topic.begin->topic,
                            topic.begin->part))
        return;
    insert_ranked(&headline->insights[FINDING_DIFFERENCE],
                  (struct finding){
                      .part = topic.begin->part,
                      .topic = topic.begin->topic,
                      .strength = strength,
                      .quote_id = series_find_quote(topic, true, none),
                      .text = arena_format(
                          &headline->arena,
                          "%.*s: negative in %llu of %llu records, elsewhere in %llu of %llu",
                          TEXT_ARGUMENT(format_subject(topic.begin, &headline->arena)),
                          (unsigned long long)here.negative, (unsigned long long)here.records,
                          (unsigned long long)others.negative, (unsigned long long)others.records),
                  });
}

/* A topic with at least three times as many positive as negative mentions. */
static void find_praise(struct headline *headline, struct series topic, struct series records)
{
    (void)records;
    struct text none = {0};
    struct cell sum = series_sum_counts(topic, none, none);
    if (!text_equal(topic.begin->part.name, headline->statistics.first_segment_field) ||
        text_equal(topic.begin->topic, group_key_all_topics) || sum.positive < MIN_MENTIONS ||
        sum.positive < 3 * sum.negative)
        return;
    insert_ranked(&headline->insights[FINDING_PRAISE],
                  (struct finding){
                      .part = topic.begin->part,
                      .topic = topic.begin->topic,
                      .strength = (double)sum.positive - 2 * (double)sum.negative,
                      .quote_id = series_find_quote(topic, false, none),
                      .text = arena_format(
                          &headline->arena, "%.*s, %.*s: positive in %llu of %llu mentions",
                          TEXT_ARGUMENT(topic.begin->topic),
                          TEXT_ARGUMENT(get_segment_name(topic.begin->part)),
                          (unsigned long long)sum.positive, (unsigned long long)sum.mentions),
                  });
}

static void find_complaints(struct headline *headline, struct series topic, struct series records)
{
    (void)records;
    struct text none = {0};
    struct cell sum = series_sum_counts(topic, none, none);
    if (topic.begin->part.name.size || text_equal(topic.begin->topic, group_key_all_topics) ||
        sum.negative < MIN_MENTIONS || sum.negative <= sum.positive ||
        is_already_reported(&headline->insights[FINDING_CHANGE], topic.begin->topic,
                            topic.begin->part) ||
        is_already_reported(&headline->insights[FINDING_DIFFERENCE], topic.begin->topic,
                            topic.begin->part))
        return;
    insert_ranked(&headline->insights[FINDING_COMPLAINT],
                  (struct finding){
                      .part = topic.begin->part,
                      .topic = topic.begin->topic,
                      .strength = (double)sum.negative - (double)sum.positive,
                      .quote_id = series_find_quote(topic, true, none),
                      .text = arena_format(
                          &headline->arena, "%.*s: negative in %llu of %llu mentions",
                          TEXT_ARGUMENT(topic.begin->topic), (unsigned long long)sum.negative,
                          (unsigned long long)sum.mentions),
                  });
}

/* Calls `visit` for every part and topic. */
static void for_each_topic_series(struct headline *headline,
                                  void (*visit)(struct headline *, struct series topic,
                                                struct series records))
{
    for (size_t i = 0; i < headline->statistics.count;) {
        struct series topic = series_at(&headline->statistics, i);
        i += (size_t)(topic.end - topic.begin);
        struct series records = series_for_all_topics(&headline->statistics, topic.begin->part);
        if (records.begin < records.end && !text_equal(topic.begin->topic, TEXT("other")))
            visit(headline, topic, records);
    }
}

/* Keeps the parts with the most negative records, to list their distinctive words. */
static void find_negative_segments(struct headline *headline, struct series topic,
                                   struct series records)
{
    struct text none = {0};
    struct cell sum = series_sum_counts(records, none, none);
    if (!topic.begin->part.name.size || !text_equal(topic.begin->topic, group_key_all_topics) ||
        sum.negative < MIN_NEGATIVE_RECORDS)
        return;
    struct negative_segment negative_segment = {
        .part = topic.begin->part, .negative = sum.negative, .records = sum.mentions};
    struct negative_segment *negative_segments = headline->negative_segments;
    size_t position = headline->negative_segment_count;
    if (position < MAX_NEGATIVE_SEGMENTS)
        headline->negative_segment_count++;
    else if (negative_segments[--position].negative >= negative_segment.negative)
        return;
    for (; position > 0 && negative_segments[position - 1].negative < negative_segment.negative;
         position--)
        negative_segments[position] = negative_segments[position - 1];
    negative_segments[position] = negative_segment;
}

/* The order matters: an insight is not repeated under a later title. */
static void find_insights(struct headline *headline)
{
    headline->insights[FINDING_CHANGE].title = "What changed";
    for_each_topic_series(headline, find_change);
    headline->insights[FINDING_DIFFERENCE].title = "Where it differs";
    for_each_topic_series(headline, find_difference);
    headline->insights[FINDING_PRAISE].title = "What customers love";
    for_each_topic_series(headline, find_praise);
    headline->insights[FINDING_COMPLAINT].title = "What else they complain about";
    for_each_topic_series(headline, find_complaints);
    for_each_topic_series(headline, find_negative_segments);
}

/* ---- Quotes and summaries ---- */

/* The start of the first sentence that contains the topic's name; 0 if none does. */
static size_t find_topic_sentence(struct text text, struct text topic)
{
    size_t begin = 0, size;
    enum letter_class before = LETTER_NONE;
    for (size_t at = 0; at < text.size; at += size) {
        enum letter_class kind = normalize_letter_class(utf8_decode(text, at, &size));
        if (before == LETTER_NONE &&
            text_starts_with_ignore_case(text_slice(text, at, text.size), topic))
            return begin;
        char byte = text.bytes[at];
        bool is_sentence_end = byte == '.' || byte == '!' || byte == '?';
        if (byte == '\n' || (is_sentence_end && at + 1 < text.size && text.bytes[at + 1] == ' '))
            begin = at + 1; /* but not in "3.5" */
        before = kind;
    }
    return 0;
}

/* Makes one line of at most MAX_QUOTE_CHARACTERS, cut between words and marked with "...". It
 * starts at the beginning, or at the sentence that names the topic if that comes late in a long
 * text. */
static struct text shorten_quote(struct text text, struct text topic, struct arena *arena)
{
    size_t begin =
        utf8_count_code_points(text) > MAX_QUOTE_CHARACTERS ? find_topic_sentence(text, topic) : 0;
    if (begin < MAX_QUOTE_CHARACTERS / 2)
        begin = 0;
    struct text line = arena_copy_text(arena, text_trim(text_slice(text, begin, text.size)));
    char *bytes = arena_alloc(arena, line.size + 1, 1);
    size_t limit = line.size;
    if (utf8_count_code_points(line) > MAX_QUOTE_CHARACTERS) {
        limit = 0;
        for (size_t character_count = 0, size; character_count < MAX_QUOTE_CHARACTERS;
             character_count++, limit += size)
            utf8_decode(line, limit, &size);
        size_t word = limit;
        while (word > limit / 2 && line.bytes[word] != ' ')
            word--;
        limit = line.bytes[word] == ' ' ? word : limit;
    }
    size_t size = 0;
    for (size_t i = 0; i < limit; i++) {
        char byte = line.bytes[i] == '\n' ? ' ' : line.bytes[i];
        if (byte != ' ' || (size > 0 && bytes[size - 1] != ' '))
            bytes[size++] = byte;
    }
    return arena_format(arena, "%s%.*s%s", begin > 0 ? "... " : "", (int)size, bytes,
                        limit < line.size ? " ..." : "");
}

static void fill_quotes(struct headline *headline, const struct saved_record *record)
{
    char id[17];
    hash_format(record->feedback_id, id);
    for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
        for (size_t i = 0; i < headline->insights[kind].count; i++) {
            struct finding *insight = &headline->insights[kind].ranked[i];
            if (insight->quote_id != record->feedback_id)
                continue;
            insight->quote = shorten_quote(record->text, insight->topic, &headline->arena);
            insight->source = arena_format(
                &headline->arena, "%.*s %.*s", TEXT_ARGUMENT(record->source),
                TEXT_ARGUMENT(record->external_id.size ? record->external_id : text_of(id)));
        }
}

/* The granularity from which calendar_format_period made the text: "week" for "2026-W41". */
static struct text get_period_granularity(struct text period)
{
    return period.size == 10                               ? TEXT("day")
           : text_find(period, TEXT("W"), 0) < period.size ? TEXT("week")
           : text_find(period, TEXT("Q"), 0) < period.size ? TEXT("quarter")
           : period.size == 7                              ? TEXT("month")
                                                           : TEXT("year");
}

static bool is_negative_about(const struct analysis *analysis, struct text topic)
{
    if (text_equal(topic, group_key_all_topics))
        return analysis->sentiment == SENTIMENT_NEGATIVE;
    for (size_t i = 0; i < analysis->topic_count; i++)
        if (text_equal(analysis->topics[i].topic, topic))
            return analysis->topics[i].polarity == SENTIMENT_NEGATIVE;
    return false;
}

/* Adds a record to the insight's words. Targets are the negative records of the insight; references
 * are the records before a change, or those of other parts. */
static void add_insight_text(struct finding *insight, const struct saved_record *record,
                             struct arena *scratch)
{
    struct grouping grouping = {.period = get_period_granularity(insight->since)};
    bool has_field = false;
    struct text value = grouping_find_value(record, insight->part.name, &has_field);
    bool here = !insight->part.name.size || text_equal(value, insight->part.value);
    bool known = here || value.size;
    bool is_after_change =
        !insight->since.size ||
        text_compare(grouping_format_period(&grouping, record, scratch), insight->since) >= 0;
    bool is_target =
        here && is_after_change && is_negative_about(&record->analysis, insight->topic);
    bool is_reference = insight->since.size ? here && !is_after_change : known && !here;
    if ((is_target || is_reference) && record->created_at != TIME_UNKNOWN)
        distinctive_words_add_text(&insight->distinctive_words,
                                   arena_format(scratch, "%.*s\n%.*s", TEXT_ARGUMENT(record->title),
                                                TEXT_ARGUMENT(record->text)),
                                   is_target);
}

static void add_negative_segment_text(struct negative_segment *negative_segment,
                                      const struct saved_record *record)
{
    bool has_field = false;
    struct text value = grouping_find_value(record, negative_segment->part.name, &has_field);
    bool is_target = record->analysis.sentiment == SENTIMENT_NEGATIVE &&
                     text_equal(value, negative_segment->part.value);
    distinctive_words_add_text(&negative_segment->distinctive_words, record->text, is_target);
}

static bool read_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    struct arena scratch = {0};
    fill_quotes(headline, record);
    for (int kind = FINDING_CHANGE; kind <= FINDING_DIFFERENCE; kind++)
        for (size_t i = 0; i < headline->insights[kind].count; i++)
            add_insight_text(&headline->insights[kind].ranked[i], record, &scratch);
    for (size_t i = 0; i < headline->negative_segment_count; i++)
        add_negative_segment_text(&headline->negative_segments[i], record);
    arena_free(&scratch);
    return true;
}

static bool keep_shares(void *user, const struct label_share *label_share, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    if (!text_equal(label_share->source, label_share_all_sources))
        return true;
    headline->labelled_records += label_share->records;
    if (label_share->label == SENTIMENT_NEGATIVE)
        headline->negative_share = *label_share;
    if (label_share->label == SENTIMENT_POSITIVE)
        headline->positive_share = *label_share;
    return true;
}

static bool has_missing_value(const struct group_key *key)
{
    for (size_t i = 0; i < key->field_count; i++)
        if (!key->fields[i].value.size)
            return true;
    return false;
}

static bool is_same_group(const struct group_key *a, const struct group_key *b)
{
    bool is_same = a->field_count == b->field_count;
    for (size_t i = 0; is_same && i < a->field_count; i++)
        is_same = series_is_same_part(a->fields[i], b->fields[i]);
    return is_same;
}

/* Keeps the latest summary of every group that is not about one topic. Summaries are visited by
 * group, then period. */
static bool keep_latest_summary(void *user, const struct saved_summary *summary,
                                struct error *error)
{
    (void)error;
    struct headline *headline = user;
    if (summary->key.topic.size || text_equal(summary->period, TEXT("undated")) ||
        has_missing_value(&summary->key))
        return true;
    size_t known = headline->summary_count;
    if (!known || !is_same_group(&headline->summaries[known - 1].key, &summary->key)) {
        headline->summaries = memory_grow(headline->summaries, &headline->summary_capacity,
                                          ++headline->summary_count, sizeof(struct latest_summary));
        known++;
    }
    headline->summaries[known - 1] = (struct latest_summary){
        .key = group_key_copy(&summary->key, &headline->arena),
        .period = arena_copy_text(&headline->arena, summary->period),
        .text = arena_copy_text(&headline->arena, summary->text),
        .records = summary->records,
    };
    return true;
}

/* ---- Printing ---- */

static void print_overview(FILE *out, const struct headline *headline)
{
    struct text none = {0};
    struct cell sum = series_sum_counts(
        series_for_all_topics(&headline->statistics, (struct field){0}), none, none);
    if (!sum.mentions) {
        fprintf(out, "No feedback is saved for this selection.\n");
        return;
    }
    const struct series_table *statistics = &headline->statistics;
    double records = (double)sum.mentions;
    fprintf(out, "%llu pieces of feedback", (unsigned long long)sum.mentions);
    if (statistics->has_periods) {
        fprintf(out, ", %.*s", TEXT_ARGUMENT(statistics->first_period));
        if (!text_equal(statistics->first_period, statistics->last_period))
            fprintf(out, " to %.*s", TEXT_ARGUMENT(statistics->last_period));
        if (statistics->undated_records)
            fprintf(out, " (and %llu without a date)",
                    (unsigned long long)statistics->undated_records);
    }
    bool is_corrected = headline->negative_share.method == SHARE_EM;
    fprintf(out, ": %s%.0f %% positive, %.0f %% negative\n",
            is_corrected ? "the model labels " : "", 100 * (double)sum.positive / records,
            100 * (double)sum.negative / records);
}

/* "negative 61 % (56 to 66 %)". */
static void print_share(FILE *out, const struct label_share *label_share)
{
    struct share share = label_share->share;
    fprintf(out, "%s %.0f %% (%.0f to %.0f %%)", sentiment_names[label_share->label],
            100 * share.value, 100 * share.low, 100 * share.high);
}

static void print_shares(FILE *out, const struct headline *headline)
{
    const struct label_share *negative = &headline->negative_share,
                             *positive = &headline->positive_share;
    if (isnan(negative->share.value) || isnan(positive->share.value) || !headline->labelled_records)
        return;
    print_share(out, negative);
    fprintf(out, ", ");
    print_share(out, positive);
    fprintf(out, " of %llu texts; %s\n", (unsigned long long)headline->labelled_records,
            negative->method == SHARE_EM ? "corrected for labels that the model is known to confuse"
                                         : "not corrected for wrong labels");
}

static void print_insights(FILE *out, const struct insights *insights, struct arena *arena)
{
    if (insights->count)
        fprintf(out, "\n%s\n", insights->title);
    for (size_t i = 0; i < insights->count; i++) {
        const struct finding *insight = &insights->ranked[i];
        fprintf(out, "  %.*s\n", TEXT_ARGUMENT(insight->text));
        if (insight->quote.size)
            fprintf(out, "    \"%.*s\" (%.*s)\n", TEXT_ARGUMENT(insight->quote),
                    TEXT_ARGUMENT(insight->source));
        struct text words = distinctive_words_list(&insight->distinctive_words, MAX_WORDS,
                                                   get_segment_name(insight->part), arena);
        if (words.size)
            fprintf(out, "    in their words: %.*s\n", TEXT_ARGUMENT(words));
    }
}

static void print_negative_segments(FILE *out, const struct headline *headline, struct arena *arena)
{
    bool has_printed_title = false;
    for (size_t i = 0; i < headline->negative_segment_count; i++) {
        const struct negative_segment *negative_segment = &headline->negative_segments[i];
        struct text words = distinctive_words_list(&negative_segment->distinctive_words, MAX_WORDS,
                                                   get_segment_name(negative_segment->part), arena);
        if (!words.size)
            continue;
        if (!has_printed_title)
            fprintf(out, "\nWhat dissatisfied customers mention and others do not\n");
        has_printed_title = true;
        fprintf(out, "  %.*s, %llu of %llu records: %.*s\n",
                TEXT_ARGUMENT(get_segment_name(negative_segment->part)),
                (unsigned long long)negative_segment->negative,
                (unsigned long long)negative_segment->records, TEXT_ARGUMENT(words));
    }
}

/* The figures of a summary's records; zeros for groups of several fields, which have no series. */
static struct cell get_summary_statistics(const struct headline *headline,
                                          const struct latest_summary *latest_summary)
{
    const struct group_key *key = &latest_summary->key;
    struct text none = {0}, all = TEXT("all");
    if (key->field_count > 1)
        return (struct cell){0};
    struct field part = key->field_count ? key->fields[0] : (struct field){0};
    struct series records = series_for_all_topics(&headline->statistics, part);
    if (text_equal(latest_summary->period, all))
        return series_sum_counts(records, none, none);
    for (const struct cell *cell = records.begin; cell < records.end; cell++)
        if (text_equal(cell->period, latest_summary->period))
            return *cell;
    return (struct cell){0};
}

/* "Kettle", "Kettle; region=North", "Everything". */
static struct text format_group_name(const struct group_key *key, struct arena *arena)
{
    if (!key->field_count)
        return TEXT("Everything");
    size_t first_name_size = key->fields[0].name.size + 1;
    struct text name = group_key_format(key, arena);
    return text_slice(name, first_name_size, name.size);
}

static void print_summaries(FILE *out, struct headline *headline)
{
    if (headline->summary_count)
        fprintf(out, "\nLatest summaries\n");
    for (size_t i = 0; i < headline->summary_count; i++) {
        const struct latest_summary *latest_summary = &headline->summaries[i];
        struct text all = TEXT("all"), period = latest_summary->period,
                    name = format_group_name(&latest_summary->key, &headline->arena);
        period = text_equal(period, all) ? TEXT("all periods") : period;
        fprintf(out, "  %.*s, %.*s, %llu records", TEXT_ARGUMENT(name), TEXT_ARGUMENT(period),
                (unsigned long long)latest_summary->records);
        struct cell statistics = get_summary_statistics(headline, latest_summary);
        if (statistics.mentions)
            fprintf(out, " (%llu positive, %llu negative)", (unsigned long long)statistics.positive,
                    (unsigned long long)statistics.negative);
        fprintf(out, ": %.*s\n", TEXT_ARGUMENT(latest_summary->text));
    }
}

bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    struct error *error)
{
    struct headline headline = {0};
    uint64_t view = selection ? selection->view : 0;
    bool ok = series_load(&headline.statistics, store, view, error);
    find_insights(&headline);
    ok = ok && store_for_each_label_share(store, view, keep_shares, &headline, error) &&
         store_for_each_summary(store, view, keep_latest_summary, &headline, error) &&
         store_for_each_record(store, selection, read_record, &headline, error);
    if (ok) {
        print_overview(out, &headline);
        print_shares(out, &headline);
        for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
            print_insights(out, &headline.insights[kind], &headline.arena);
        print_negative_segments(out, &headline, &headline.arena);
        print_summaries(out, &headline);
    }
    for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
        for (size_t i = 0; i < headline.insights[kind].count; i++)
            distinctive_words_free(&headline.insights[kind].ranked[i].distinctive_words);
    for (size_t i = 0; i < headline.negative_segment_count; i++)
        distinctive_words_free(&headline.negative_segments[i].distinctive_words);
    series_free(&headline.statistics);
    free(headline.summaries);
    arena_free(&headline.arena);
    return ok;
}
