/* headline.c - reads the saved results and prints the strongest of each kind. */
#include "jobs/report/headline.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"

enum { MAX_INSIGHTS = 5, MAX_TOPICS = 3, MAX_SUMMARIES = 3, MIN_MENTIONS = 10 };

/* A topic with the share of its mentions that is negative, or positive. */
struct side_topic {
    struct text topic;
    uint64_t hits, mentions;
};

/* The topics with the most mentions of one side, most first. */
struct side_topics {
    struct side_topic topics[MAX_TOPICS];
    size_t count;
};

struct latest_summary {
    struct group_key key;
    struct text period, text;
    uint64_t records;
};

struct summaries {
    struct latest_summary latest;                 /* of the group that is read now */
    struct latest_summary largest[MAX_SUMMARIES]; /* most records first */
    size_t count;                                 /* of `largest` */
    size_t groups;
};

struct headline {
    FILE *out;
    struct store *store;
    const struct headline_options *options;
    struct arena arena;
    struct label_share negative, positive; /* of all sources */
    uint64_t records, undated;
    struct text first_period, last_period;
    struct side_topics criticised, praised;
    struct summaries summaries;
    size_t insight_count, answer_count;
    bool has_changes;
};

/* ---- Overview ---- */

static bool read_share(void *user, const struct label_share *label_share, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    if (!text_equal(label_share->source, label_share_all_sources))
        return true;
    headline->records += label_share->records;
    if (label_share->label == SENTIMENT_NEGATIVE)
        headline->negative = *label_share;
    if (label_share->label == SENTIMENT_POSITIVE)
        headline->positive = *label_share;
    return true;
}

static void add_side_topic(struct headline *headline, struct side_topics *side,
                           const struct topic_stats *topic_stats, uint64_t hits)
{
    size_t position = side->count;
    while (position > 0 && side->topics[position - 1].hits < hits)
        position--;
    if (position == MAX_TOPICS)
        return;
    if (side->count < MAX_TOPICS)
        side->count++;
    for (size_t i = side->count - 1; i > position; i--)
        side->topics[i] = side->topics[i - 1];
    side->topics[position] = (struct side_topic){
        store_get_topic_name(headline->store, topic_stats->key.topic, &headline->arena, NULL), hits,
        topic_stats->mentions};
}

static void read_period(struct headline *headline, const struct topic_stats *topic_stats)
{
    struct text period = topic_stats->period;
    bool is_total = topic_stats->key.field_count == 0 &&
                    text_equal(topic_stats->key.topic, group_key_all_topics);
    if (text_equal(period, TEXT("all")))
        return;
    if (text_equal(period, TEXT("undated"))) {
        headline->undated += is_total ? topic_stats->mentions : 0;
        return;
    }
    if (headline->first_period.size == 0 || text_compare(period, headline->first_period) < 0)
        headline->first_period = arena_copy_text(&headline->arena, period);
    if (text_compare(period, headline->last_period) > 0)
        headline->last_period = arena_copy_text(&headline->arena, period);
}

static bool read_topic(void *user, const struct topic_stats *topic_stats, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    read_period(headline, topic_stats);
    bool is_total =
        topic_stats->key.field_count == 0 && text_equal(topic_stats->period, TEXT("all"));
    if (!is_total || topic_stats->mentions < MIN_MENTIONS ||
        text_equal(topic_stats->key.topic, group_key_all_topics))
        return true;
    if (topic_stats->negative > topic_stats->positive)
        add_side_topic(headline, &headline->criticised, topic_stats, topic_stats->negative);
    else if (topic_stats->positive > topic_stats->negative)
        add_side_topic(headline, &headline->praised, topic_stats, topic_stats->positive);
    return true;
}

static void print_overview(const struct headline *headline)
{
    FILE *out = headline->out;
    double records = (double)headline->records;
    fprintf(out, "%llu pieces of feedback", (unsigned long long)headline->records);
    if (headline->first_period.size > 0) {
        fprintf(out, ", %.*s", TEXT_ARGUMENT(headline->first_period));
        if (!text_equal(headline->first_period, headline->last_period))
            fprintf(out, " to %.*s", TEXT_ARGUMENT(headline->last_period));
        if (headline->undated > 0)
            fprintf(out, " (%llu without a date)", (unsigned long long)headline->undated);
    }
    fprintf(out, ": %s%.0f %% positive, %.0f %% negative\n",
            headline->negative.method == SHARE_PROBABILITIES ? "the model labels " : "",
            100 * (double)headline->positive.records / records,
            100 * (double)headline->negative.records / records);
}

/* "negative 61 % (56 to 66 %)". */
static void print_share(FILE *out, const struct label_share *label_share)
{
    struct share share = label_share->share;
    fprintf(out, "%s %.0f %% (%.0f to %.0f %%)", sentiment_names[label_share->label],
            100 * share.value, 100 * share.low, 100 * share.high);
}

static void print_shares(const struct headline *headline)
{
    const struct label_share *negative = &headline->negative, *positive = &headline->positive;
    if (isnan(negative->share.value) || isnan(positive->share.value))
        return;
    print_share(headline->out, negative);
    fprintf(headline->out, ", ");
    print_share(headline->out, positive);
    fprintf(headline->out, " of %llu texts%s\n", (unsigned long long)headline->records,
            negative->method == SHARE_PROBABILITIES ? ", estimated from the model's probabilities"
                                                    : "; not corrected for wrong labels");
}

/* ---- Insights ---- */

/* One line: line breaks become blanks. */
static struct text join_lines(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.bytes[i] == '\n' ? ' ' : text.bytes[i];
        if (byte != ' ' || (size > 0 && bytes[size - 1] != ' '))
            bytes[size++] = byte;
    }
    return (struct text){bytes, size};
}

static void print_quote(struct headline *headline, const struct saved_quote *quote)
{
    char time[32], id[17];
    FILE *out = headline->out;
    calendar_format(quote->created_at, time);
    fprintf(out, "    \"%.*s\" (%.*s", TEXT_ARGUMENT(join_lines(quote->text, &headline->arena)),
            TEXT_ARGUMENT(quote->source));
    if (time[0] != '\0')
        fprintf(out, ", %.10s", time);
    if (headline->options->prints_ids) {
        hash_format(quote->feedback_id, id);
        fprintf(out, ", %s", id);
    }
    fprintf(out, ")\n");
}

/* Of records without a topic. */
static bool is_warning(const struct insight *insight)
{
    return insight->kind == INSIGHT_THEME && text_equal(insight->key.topic, group_key_no_topic);
}

static bool print_warning(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    const struct insight *insight = &saved->insight;
    headline->has_changes |= insight->kind == INSIGHT_CHANGE && insight->state != INSIGHT_OVER &&
                             insight->state != INSIGHT_SO_FAR;
    if (is_warning(insight))
        fprintf(headline->out, "Warning: %.*s\n", TEXT_ARGUMENT(saved->sentence));
    return true;
}

static const char no_change[] = "  No topic rose or fell beyond chance in the latest periods\n";

/* Records of one period, or without dates, were compared with nothing. */
static bool has_two_periods(const struct headline *headline)
{
    return !text_equal(headline->first_period, headline->last_period);
}

static bool print_insight(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    const struct insight *insight = &saved->insight;
    if (is_warning(insight))
        return true;
    headline->insight_count++;
    headline->answer_count += insight->kind == INSIGHT_ANSWER;
    if (headline->insight_count > MAX_INSIGHTS || insight->kind == INSIGHT_ANSWER)
        return true;
    if (headline->insight_count == 1 && !headline->has_changes && has_two_periods(headline))
        fprintf(headline->out, "%s", no_change);
    fprintf(headline->out, "  %.*s\n", TEXT_ARGUMENT(saved->sentence));
    for (size_t i = 0; i < saved->quote_count; i++)
        print_quote(headline, &saved->quotes[i]);
    return true;
}

/* ---- Topics and summaries ---- */

static void print_side(const struct headline *headline, const struct side_topics *side,
                       const char *title, const char *polarity)
{
    if (side->count > 0)
        fprintf(headline->out, "  %s:", title);
    for (size_t i = 0; i < side->count; i++)
        fprintf(headline->out, "%s %.*s (%s in %llu of %llu mentions)", i > 0 ? "," : "",
                TEXT_ARGUMENT(side->topics[i].topic), polarity,
                (unsigned long long)side->topics[i].hits,
                (unsigned long long)side->topics[i].mentions);
    if (side->count > 0)
        fprintf(headline->out, "\n");
}

static void print_topics(const struct headline *headline)
{
    if (headline->criticised.count + headline->praised.count == 0)
        return;
    fprintf(headline->out, "\nTopics\n");
    print_side(headline, &headline->criticised, "criticised most", "negative");
    print_side(headline, &headline->praised, "praised most", "positive");
}

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
    if (summaries->count < MAX_SUMMARIES)
        summaries->count++;
    for (size_t i = summaries->count - 1; i > position; i--)
        summaries->largest[i] = summaries->largest[i - 1];
    summaries->largest[position] = *latest;
}

/* Summaries are visited by group, then period. */
static bool read_summary(void *user, const struct saved_summary *summary, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    struct summaries *summaries = &headline->summaries;
    if (summary->key.topic.size > 0 || text_equal(summary->period, TEXT("undated")))
        return true;
    for (size_t i = 0; i < summary->key.field_count; i++)
        if (summary->key.fields[i].value.size == 0)
            return true;
    if (!is_same_group(&summaries->latest.key, &summary->key))
        finish_group(summaries);
    summaries->latest = (struct latest_summary){
        .key = group_key_copy(&summary->key, &headline->arena),
        .period = arena_copy_text(&headline->arena, summary->period),
        .text = arena_copy_text(&headline->arena, summary->text),
        .records = summary->records,
    };
    return true;
}

/* "Kettle", "Kettle; region=North", "Everything". */
static struct text format_group_name(const struct group_key *key, struct arena *arena)
{
    if (key->field_count == 0)
        return TEXT("Everything");
    struct text name = group_key_format(key, arena);
    return text_slice(name, key->fields[0].name.size + 1, name.size);
}

static void print_summaries(struct headline *headline)
{
    struct summaries *summaries = &headline->summaries;
    finish_group(summaries);
    if (summaries->count > 0)
        fprintf(headline->out, "\nLatest summaries%s\n",
                summaries->groups > summaries->count ? " (of the groups with most records)" : "");
    for (size_t i = 0; i < summaries->count; i++) {
        const struct latest_summary *summary = &summaries->largest[i];
        struct text name = format_group_name(&summary->key, &headline->arena);
        bool is_all = text_equal(summary->period, TEXT("all"));
        fprintf(headline->out, "  %.*s, %.*s: %.*s\n", TEXT_ARGUMENT(name),
                TEXT_ARGUMENT(is_all ? TEXT("all periods") : summary->period),
                TEXT_ARGUMENT(summary->text));
    }
}

/* ---- The rest ---- */

static void print_rest(const struct headline *headline)
{
    FILE *out = headline->out;
    size_t told = headline->insight_count < MAX_INSIGHTS ? headline->insight_count : MAX_INSIGHTS;
    fprintf(out, "\nMore: ");
    if (headline->answer_count > 0)
        fprintf(out, "%zu rows to answer and ", headline->answer_count);
    if (headline->insight_count - headline->answer_count > told)
        fprintf(out, "%zu other insights in insights.csv, ",
                headline->insight_count - headline->answer_count - told);
    fprintf(out, "figures in topics.csv, %zu groups in summaries.csv, all rows in feedback.csv\n",
            headline->summaries.groups);
    fprintf(out, "Ranges in brackets are 95 %% intervals.%s\n",
            headline->has_changes ? " About 1 in 14 changes is chance." : "");
}

bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    const struct headline_options *options, struct error *error)
{
    struct headline headline = {.out = out, .store = store, .options = options};
    uint64_t view = selection ? selection->view : 0;
    bool ok = store_for_each_label_share(store, view, read_share, &headline, error) &&
              store_for_each_topic_stats(store, view, read_topic, &headline, error) &&
              store_for_each_summary(store, view, read_summary, &headline, error);
    if (ok && headline.records == 0) {
        fprintf(out, "No feedback is saved for this selection.\n");
    } else if (ok) {
        print_overview(&headline);
        print_shares(&headline);
        ok = store_for_each_insight(store, view, print_warning, &headline, error);
        fprintf(out, "\nIn short\n");
        ok = ok && store_for_each_insight(store, view, print_insight, &headline, error);
        if (headline.insight_count == 0)
            fprintf(out, "%s",
                    has_two_periods(&headline) ? no_change
                                               : "  Nothing stands out beyond chance\n");
        print_topics(&headline);
        print_summaries(&headline);
        print_rest(&headline);
    }
    arena_free(&headline.arena);
    return ok;
}
