/* headline.c - the headline insights of a report, found in the saved figures.
 *
 * Figures come by period, segment ("product=Kettle; region=North") and topic. They are summed over
 * each part of the segment alone, and over everything; then every part and topic is asked:
 *   did its share of negative mentions rise at some period?  is it higher than in the other parts?
 */
#include "jobs/headline.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"

/* A claim needs this many negative mentions, and a difference of two shares this many standard
 * errors away from zero: with a few hundred comparisons, about one false claim in ten reports. */
enum { LEAST_MENTIONS = 5, MOST_CLAIMS = 3, QUOTE_MOST = 160 };
static const double least_deviation = 3.5;

static const struct text all_topics = {"(all)", 5};

/* Mentions of a topic in a part of the segments ("product=Kettle"; empty: everything). */
struct cell {
    struct text part, topic, period;
    uint64_t mentions, positive, negative;
    uint64_t quote_id, quote_weight; /* of the figure with most mentions of one polarity */
    bool quote_negative;
    bool all_segments, all_periods; /* a total of others, if there are others */
};

struct claim {
    struct text part, topic;
    double strength;
    uint64_t quote_id;
    struct text text;          /* the line to print */
    struct text quote, source; /* filled from feedback */
};

struct claims {
    const char *title;
    struct claim best[MOST_CLAIMS]; /* strongest first, no topic twice */
    size_t count;
};

struct summary {
    struct text group, period, text, records;
};

enum { CHANGED, DIFFERS, LOVED, DISLIKED, CLAIM_KINDS };

struct headline {
    struct arena arena;
    struct cell *cells; /* sorted by part, topic, period once all are read */
    size_t count, capacity;
    bool has_segments, has_periods;
    struct text first_period, last_period;
    struct claims claims[CLAIM_KINDS];
    struct summary *summaries; /* of each group the latest */
    size_t summary_count, summary_capacity;
    size_t columns[8]; /* of the table now being read, in the order of its names */
};

/* ---- Reading tables ---- */

static bool find_columns(struct headline *headline, const struct column *columns, size_t count,
                         const char *const *names, struct error *error)
{
    for (size_t wanted = 0; names[wanted]; wanted++) {
        size_t at = 0;
        while (at < count && !text_equal(text_of(columns[at].name), text_of(names[wanted])))
            at++;
        if (at == count)
            return error_set(error, ERROR_STORE, "a report has no column '%s'", names[wanted]);
        headline->columns[wanted] = at;
    }
    return true;
}

static uint64_t number_of(struct text cell)
{
    int64_t number = 0;
    return text_integer(cell, &number) && number > 0 ? (uint64_t)number : 0;
}

static void add_cell(struct headline *headline, struct cell cell)
{
    headline->cells =
        memory_grow(headline->cells, &headline->capacity, headline->count + 1, sizeof(cell));
    headline->cells[headline->count++] = cell;
}

static bool begin_figures(void *user, const struct column *columns, size_t count,
                          struct error *error)
{
    static const char *const names[] = {"period",   "segment",  "topic",        "mentions",
                                        "positive", "negative", "top_quote_id", NULL};
    return find_columns(user, columns, count, names, error);
}

static bool read_figure(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct headline *headline = user;
    const size_t *at = headline->columns;
    struct text all = TEXT("all");
    if (text_equal(cells[at[0]], TEXT("undated")))
        return true;
    headline->has_segments |= !text_equal(cells[at[1]], all);
    headline->has_periods |= !text_equal(cells[at[0]], all);
    struct cell cell = {
        .period = arena_copy(&headline->arena, cells[at[0]]),
        .topic = arena_copy(&headline->arena, cells[at[2]]),
        .mentions = number_of(cells[at[3]]),
        .positive = number_of(cells[at[4]]),
        .negative = number_of(cells[at[5]]),
        .all_segments = text_equal(cells[at[1]], all),
        .all_periods = text_equal(cells[at[0]], all),
    };
    hash_parse(cells[at[6]], &cell.quote_id);
    cell.quote_negative = cell.negative > cell.positive;
    cell.quote_weight = cell.quote_negative ? cell.negative : cell.positive;
    struct text segment = arena_copy(&headline->arena, cells[at[1]]), part;
    add_cell(headline, cell);
    while (text_split(&segment, ';', &part)) {
        cell.part = text_trim(part);
        struct text value =
            text_slice(cell.part, text_find(cell.part, TEXT("="), 0) + 1, cell.part.size);
        if (value.size && !text_equal(value, TEXT("(none)")))
            add_cell(headline, cell);
    }
    return true;
}

static int compare_cells(const void *first, const void *second)
{
    const struct cell *a = first, *b = second;
    int order = text_compare(a->part, b->part);
    order = order ? order : text_compare(a->topic, b->topic);
    return order ? order : text_compare(a->period, b->period);
}

static bool same_series(const struct cell *a, const struct cell *b)
{
    return text_equal(a->part, b->part) && text_equal(a->topic, b->topic);
}

/* Totals are made here again, part by part; those of the table would count twice. */
static void drop_totals(struct headline *headline)
{
    size_t kept = 0;
    for (size_t i = 0; i < headline->count; i++) {
        const struct cell *cell = &headline->cells[i];
        if (!(cell->all_segments && headline->has_segments) &&
            !(cell->all_periods && headline->has_periods))
            headline->cells[kept++] = *cell;
    }
    headline->count = kept;
}

/* Sorted, and one cell for each part, topic and period. */
static void sum_cells(struct headline *headline)
{
    size_t kept = 0;
    drop_totals(headline);
    if (headline->count)
        qsort(headline->cells, headline->count, sizeof(*headline->cells), compare_cells);
    for (size_t i = 0; i < headline->count; i++) {
        struct cell *cell = &headline->cells[i], *sum = kept ? &headline->cells[kept - 1] : NULL;
        if (!sum || compare_cells(sum, cell) != 0) {
            headline->cells[kept++] = *cell;
            continue;
        }
        sum->mentions += cell->mentions;
        sum->positive += cell->positive;
        sum->negative += cell->negative;
        if (cell->quote_weight > sum->quote_weight) {
            sum->quote_id = cell->quote_id;
            sum->quote_weight = cell->quote_weight;
            sum->quote_negative = cell->quote_negative;
        }
    }
    headline->count = kept;
    for (size_t i = 0; i < kept; i++) {
        struct text period = headline->cells[i].period;
        if (!headline->first_period.size || text_compare(period, headline->first_period) < 0)
            headline->first_period = period;
        if (text_compare(period, headline->last_period) > 0)
            headline->last_period = period;
    }
}

/* ---- Claims ---- */

/* Records, and those with a negative mention of the topic. */
struct share {
    uint64_t negative, records;
};

/* How many standard errors the share in `a` lies above that in `b`; 0 when either is empty. */
static double deviation(struct share a, struct share b)
{
    if (!a.records || !b.records)
        return 0;
    double records_a = (double)a.records, records_b = (double)b.records;
    double pooled = (double)(a.negative + b.negative) / (records_a + records_b);
    double error = sqrt(pooled * (1 - pooled) * (1 / records_a + 1 / records_b));
    return error > 0 ? ((double)a.negative / records_a - (double)b.negative / records_b) / error
                     : 0;
}

/* Keeps the strongest claims; of several about one topic the strongest. */
static void offer(struct claims *claims, struct claim claim)
{
    size_t at = 0;
    while (at < claims->count && !text_equal(claims->best[at].topic, claim.topic))
        at++;
    if (at < claims->count && claims->best[at].strength >= claim.strength)
        return;
    if (at == claims->count && claims->count < MOST_CLAIMS)
        claims->count++;
    else if (at == claims->count)
        at =
            claims->best[MOST_CLAIMS - 1].strength < claim.strength ? MOST_CLAIMS - 1 : MOST_CLAIMS;
    if (at == MOST_CLAIMS)
        return;
    for (; at > 0 && claims->best[at - 1].strength < claim.strength; at--)
        claims->best[at] = claims->best[at - 1];
    claims->best[at] = claim;
}

static bool is_claimed(const struct claims *claims, struct text topic)
{
    for (size_t i = 0; i < claims->count; i++)
        if (text_equal(claims->best[i].topic, topic))
            return true;
    return false;
}

/* "product=Larkspur kettle" -> "Larkspur kettle"; everything -> "everywhere". */
static struct text name_of(struct text part)
{
    size_t at = text_find(part, TEXT("="), 0);
    if (!part.size)
        return TEXT("everywhere");
    return at < part.size ? text_slice(part, at + 1, part.size) : part;
}

static struct text field_of(struct text part)
{
    return text_slice(part, 0, text_find(part, TEXT("="), 0));
}

/* All cells of one part and topic are at [begin, end). */
struct series {
    const struct cell *begin, *end;
};

static struct series series_at(const struct headline *headline, size_t at)
{
    struct series series = {headline->cells + at, headline->cells + at};
    while (series.end < headline->cells + headline->count && same_series(series.begin, series.end))
        series.end++;
    return series;
}

/* The series of all topics of a part: its mentions are the records. */
static struct series records_of(const struct headline *headline, struct text part)
{
    for (size_t i = 0; i < headline->count; i++)
        if (text_equal(headline->cells[i].part, part) &&
            text_equal(headline->cells[i].topic, all_topics))
            return series_at(headline, i);
    return (struct series){0};
}

/* Sums the cells with from <= period < until; an empty bound is none. */
static struct cell sum_between(struct series series, struct text from, struct text until)
{
    struct cell sum = {0};
    for (const struct cell *cell = series.begin; cell < series.end; cell++) {
        if ((from.size && text_compare(cell->period, from) < 0) ||
            (until.size && text_compare(cell->period, until) >= 0))
            continue;
        sum.mentions += cell->mentions;
        sum.positive += cell->positive;
        sum.negative += cell->negative;
    }
    return sum;
}

static uint64_t best_quote(struct series series, bool negative, struct text from)
{
    const struct cell *best = NULL;
    for (const struct cell *cell = series.begin; cell < series.end; cell++)
        if (cell->quote_negative == negative && text_compare(cell->period, from) >= 0 &&
            (!best || cell->quote_weight > best->quote_weight))
            best = cell;
    return best ? best->quote_id : 0;
}

static void look_for_change(struct headline *headline, struct series topic, struct series records)
{
    struct text none = {0};
    for (const struct cell *cell = records.begin + 1; cell < records.end; cell++) {
        struct share before = {sum_between(topic, none, cell->period).negative,
                               sum_between(records, none, cell->period).mentions};
        struct share since = {sum_between(topic, cell->period, none).negative,
                              sum_between(records, cell->period, none).mentions};
        double strength = deviation(since, before);
        if (since.negative < LEAST_MENTIONS || strength < least_deviation)
            continue;
        offer(&headline->claims[CHANGED],
              (struct claim){
                  .part = topic.begin->part,
                  .topic = topic.begin->topic,
                  .strength = strength,
                  .quote_id = best_quote(topic, true, cell->period),
                  .text = arena_format(
                      &headline->arena,
                      "%.*s, %.*s: negative in %llu of %llu records since %.*s, in %llu of %llu "
                      "before",
                      TEXT_ARGUMENT(topic.begin->topic), TEXT_ARGUMENT(name_of(topic.begin->part)),
                      (unsigned long long)since.negative, (unsigned long long)since.records,
                      TEXT_ARGUMENT(cell->period), (unsigned long long)before.negative,
                      (unsigned long long)before.records),
              });
    }
}

/* The same topic in the other parts of the same field. */
static struct share elsewhere(const struct headline *headline, struct series topic)
{
    struct text none = {0};
    struct share share = {0};
    for (size_t i = 0; i < headline->count;) {
        struct series other = series_at(headline, i);
        i += (size_t)(other.end - other.begin);
        if (!text_equal(field_of(other.begin->part), field_of(topic.begin->part)) ||
            text_equal(other.begin->part, topic.begin->part))
            continue;
        if (text_equal(other.begin->topic, topic.begin->topic))
            share.negative += sum_between(other, none, none).negative;
        else if (text_equal(other.begin->topic, all_topics))
            share.records += sum_between(other, none, none).mentions;
    }
    return share;
}

static void look_for_difference(struct headline *headline, struct series topic,
                                struct series records)
{
    struct text none = {0};
    struct share here = {sum_between(topic, none, none).negative,
                         sum_between(records, none, none).mentions};
    struct share others = elsewhere(headline, topic);
    double strength = deviation(here, others);
    if (!topic.begin->part.size || here.negative < LEAST_MENTIONS || strength < least_deviation ||
        is_claimed(&headline->claims[CHANGED], topic.begin->topic))
        return;
    offer(&headline->claims[DIFFERS],
          (struct claim){
              .part = topic.begin->part,
              .topic = topic.begin->topic,
              .strength = strength,
              .quote_id = best_quote(topic, true, none),
              .text = arena_format(
                  &headline->arena,
                  "%.*s, %.*s: negative in %llu of %llu records, elsewhere in "
                  "%llu of %llu",
                  TEXT_ARGUMENT(topic.begin->topic), TEXT_ARGUMENT(name_of(topic.begin->part)),
                  (unsigned long long)here.negative, (unsigned long long)here.records,
                  (unsigned long long)others.negative, (unsigned long long)others.records),
          });
}

/* What many mention and nearly all of them praise. */
static void look_for_love(struct headline *headline, struct series topic, struct series records)
{
    (void)records;
    struct text none = {0};
    struct cell sum = sum_between(topic, none, none);
    if (!topic.begin->part.size || sum.positive < LEAST_MENTIONS || sum.positive < 3 * sum.negative)
        return;
    offer(&headline->claims[LOVED],
          (struct claim){
              .part = topic.begin->part,
              .topic = topic.begin->topic,
              .strength = (double)sum.positive - 2 * (double)sum.negative,
              .quote_id = best_quote(topic, false, none),
              .text = arena_format(
                  &headline->arena, "%.*s, %.*s: positive in %llu of %llu mentions",
                  TEXT_ARGUMENT(topic.begin->topic), TEXT_ARGUMENT(name_of(topic.begin->part)),
                  (unsigned long long)sum.positive, (unsigned long long)sum.mentions),
          });
}

static void look_for_complaints(struct headline *headline, struct series topic,
                                struct series records)
{
    (void)records;
    struct text none = {0};
    struct cell sum = sum_between(topic, none, none);
    if (topic.begin->part.size || sum.negative < LEAST_MENTIONS || sum.negative <= sum.positive ||
        is_claimed(&headline->claims[CHANGED], topic.begin->topic) ||
        is_claimed(&headline->claims[DIFFERS], topic.begin->topic))
        return;
    offer(&headline->claims[DISLIKED],
          (struct claim){
              .part = topic.begin->part,
              .topic = topic.begin->topic,
              .strength = (double)sum.negative - (double)sum.positive,
              .quote_id = best_quote(topic, true, none),
              .text =
                  arena_format(&headline->arena, "%.*s: negative in %llu of %llu mentions",
                               TEXT_ARGUMENT(topic.begin->topic), (unsigned long long)sum.negative,
                               (unsigned long long)sum.mentions),
          });
}

/* Calls `look` for every part and topic. */
static void each_topic(struct headline *headline,
                       void (*look)(struct headline *, struct series topic, struct series records))
{
    for (size_t i = 0; i < headline->count;) {
        struct series topic = series_at(headline, i);
        i += (size_t)(topic.end - topic.begin);
        struct series records = records_of(headline, topic.begin->part);
        if (records.begin < records.end && !text_equal(topic.begin->topic, all_topics) &&
            !text_equal(topic.begin->topic, TEXT("other")))
            look(headline, topic, records);
    }
}

/* In this order: what is told once is not told again under a later title. */
static void find_claims(struct headline *headline)
{
    headline->claims[CHANGED].title = "What changed";
    each_topic(headline, look_for_change);
    headline->claims[DIFFERS].title = "Where it differs";
    each_topic(headline, look_for_difference);
    headline->claims[LOVED].title = "What customers love";
    each_topic(headline, look_for_love);
    headline->claims[DISLIKED].title = "What else they complain about";
    each_topic(headline, look_for_complaints);
}

/* ---- Quotes and summaries ---- */

static bool begin_feedback(void *user, const struct column *columns, size_t count,
                           struct error *error)
{
    static const char *const names[] = {"feedback_id", "source", "external_id", "text", NULL};
    return find_columns(user, columns, count, names, error);
}

/* One line, cut at a word with a mark when it is long. */
static struct text shorten(struct text text, struct arena *arena)
{
    struct text line = arena_copy(arena, text);
    char *bytes = arena_alloc(arena, line.size + 1, 1);
    size_t limit = line.size;
    if (utf8_length(line) > QUOTE_MOST) {
        limit = 0;
        for (size_t points = 0, size; points < QUOTE_MOST; points++, limit += size)
            utf8_decode(line, limit, &size);
        size_t word = limit;
        while (word > limit / 2 && line.bytes[word] != ' ')
            word--;
        limit = line.bytes[word] == ' ' ? word : limit;
    }
    for (size_t i = 0; i < limit; i++)
        bytes[i] = line.bytes[i] == '\n' ? ' ' : line.bytes[i];
    return arena_format(arena, "%.*s%s", (int)limit, bytes, limit < line.size ? " ..." : "");
}

static bool read_feedback(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct headline *headline = user;
    const size_t *at = headline->columns;
    uint64_t id;
    if (!hash_parse(cells[at[0]], &id))
        return true;
    for (int kind = 0; kind < CLAIM_KINDS; kind++)
        for (size_t i = 0; i < headline->claims[kind].count; i++) {
            struct claim *claim = &headline->claims[kind].best[i];
            if (claim->quote_id != id)
                continue;
            claim->quote = shorten(cells[at[3]], &headline->arena);
            claim->source =
                arena_format(&headline->arena, "%.*s %.*s", TEXT_ARGUMENT(cells[at[1]]),
                             TEXT_ARGUMENT(cells[at[2]].size ? cells[at[2]] : cells[at[0]]));
        }
    return true;
}

static bool begin_summaries(void *user, const struct column *columns, size_t count,
                            struct error *error)
{
    static const char *const names[] = {"group", "period", "summary", "records", NULL};
    return find_columns(user, columns, count, names, error);
}

/* Keeps the latest of every group that is not about one topic: rows come by group, then period. */
static bool read_summary(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct headline *headline = user;
    const size_t *at = headline->columns;
    struct text group = cells[at[0]];
    if (text_find(group, TEXT("topic="), 0) < group.size ||
        text_equal(cells[at[1]], TEXT("undated")))
        return true;
    size_t known = headline->summary_count;
    if (!known || !text_equal(headline->summaries[known - 1].group, group)) {
        headline->summaries = memory_grow(headline->summaries, &headline->summary_capacity,
                                          ++headline->summary_count, sizeof(struct summary));
        known++;
    }
    headline->summaries[known - 1] = (struct summary){
        .group = arena_copy(&headline->arena, group),
        .period = arena_copy(&headline->arena, cells[at[1]]),
        .text = arena_copy(&headline->arena, cells[at[2]]),
        .records = arena_copy(&headline->arena, cells[at[3]]),
    };
    return true;
}

/* ---- Printing ---- */

static void print_overview(FILE *out, const struct headline *headline)
{
    struct text none = {0};
    struct cell sum = sum_between(records_of(headline, none), none, none);
    if (!sum.mentions) {
        fprintf(out, "No feedback is saved for this selection.\n");
        return;
    }
    double records = (double)sum.mentions;
    fprintf(out, "%llu pieces of feedback, %.*s to %.*s: %.0f %% positive, %.0f %% negative\n",
            (unsigned long long)sum.mentions, TEXT_ARGUMENT(headline->first_period),
            TEXT_ARGUMENT(headline->last_period), 100 * (double)sum.positive / records,
            100 * (double)sum.negative / records);
}

static void print_claims(FILE *out, const struct claims *claims)
{
    if (claims->count)
        fprintf(out, "\n%s\n", claims->title);
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *claim = &claims->best[i];
        fprintf(out, "  %.*s\n", TEXT_ARGUMENT(claim->text));
        if (claim->quote.size)
            fprintf(out, "    \"%.*s\" (%.*s)\n", TEXT_ARGUMENT(claim->quote),
                    TEXT_ARGUMENT(claim->source));
    }
}

static void print_summaries(FILE *out, const struct headline *headline)
{
    if (headline->summary_count)
        fprintf(out, "\nThe latest summaries\n");
    for (size_t i = 0; i < headline->summary_count; i++) {
        const struct summary *summary = &headline->summaries[i];
        struct text name = name_of(summary->group);
        fprintf(out, "  %.*s, %.*s, %.*s records: %.*s\n", TEXT_ARGUMENT(name),
                TEXT_ARGUMENT(summary->period), TEXT_ARGUMENT(summary->records),
                TEXT_ARGUMENT(summary->text));
    }
}

bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    uint64_t model_key, struct error *error)
{
    struct headline headline = {0};
    struct table_visitor figures = {begin_figures, read_figure, &headline};
    struct table_visitor feedback = {begin_feedback, read_feedback, &headline};
    struct table_visitor summaries = {begin_summaries, read_summary, &headline};
    bool ok = store_each_table_row(store, "topics", selection, model_key, &figures, error);
    sum_cells(&headline);
    find_claims(&headline);
    ok = ok && store_each_table_row(store, "feedback", selection, model_key, &feedback, error) &&
         store_each_table_row(store, "summaries", selection, model_key, &summaries, error);
    if (ok) {
        print_overview(out, &headline);
        for (int kind = 0; kind < CLAIM_KINDS; kind++)
            print_claims(out, &headline.claims[kind]);
        print_summaries(out, &headline);
    }
    free(headline.cells);
    free(headline.summaries);
    arena_free(&headline.arena);
    return ok;
}
