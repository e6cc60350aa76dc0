/* headline.c - the headline insights of a report, found in the saved figures.
 *
 * Every part of the segments and every topic is asked: did its share of negative mentions rise at
 * some period? Is it higher than in the other parts? */
#include "jobs/report/headline.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "jobs/report/contrast.h"
#include "jobs/report/time_series.h"
#include "stages/stats/group_key.h"

/* A claim needs this many negative mentions, and a difference of two shares this many standard
 * errors away from zero: with a few hundred comparisons, about one false claim in ten reports. */
enum { LEAST_MENTIONS = 5, MOST_CLAIMS = 3, QUOTE_MOST = 160, MOST_WORDS = 6 };
enum { MOST_VOICES = 8, LEAST_NEGATIVE = 10 };
static const double least_deviation = 3.5;

/* What is claimed of all records of a part was asked far less often. */
static const double least_deviation_of_all = 3;

struct claim {
    struct text part, topic;
    double strength;
    uint64_t quote_id;
    struct text since;         /* of a change: its first period */
    struct text text;          /* the line to print */
    struct text quote, source; /* filled from feedback */
    struct contrast contrast;  /* of what is claimed, to the other records */
};

struct claims {
    const char *title;
    struct claim best[MOST_CLAIMS]; /* strongest first, no topic twice */
    size_t count;
};

/* What the unhappy records of a part speak of, and all others do not. */
struct voice {
    struct text part;
    uint64_t negative, records;
    struct contrast contrast;
};

struct summary {
    struct text group, period, text, records;
};

enum { CHANGED, DIFFERS, LOVED, DISLIKED, CLAIM_KINDS };

struct headline {
    struct arena arena;
    struct series_table figures;
    struct claims claims[CLAIM_KINDS];
    struct voice voices[MOST_VOICES]; /* of most negative records first */
    size_t voice_count;
    struct summary *summaries; /* of each group the latest */
    size_t summary_count, summary_capacity;
    struct series_columns columns; /* of the table now being read */
};

/* ---- Claims ---- */

/* Keeps the strongest claims; of several about one topic the strongest. */
static void offer(struct claims *claims, struct claim claim)
{
    size_t at = 0;
    while (at < claims->count && !text_equal(claims->best[at].topic, claim.topic))
        at++;
    if (at < claims->count && claims->best[at].strength > claim.strength)
        return; /* of equals the later one, which is about less than everything */
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

/* Of a topic anywhere; of all topics in the same part. */
static bool is_claimed(const struct claims *claims, struct text topic, struct text part)
{
    bool all = text_equal(topic, series_all_topics);
    for (size_t i = 0; i < claims->count; i++)
        if (text_equal(claims->best[i].topic, topic) &&
            (!all || text_equal(claims->best[i].part, part)))
            return true;
    return false;
}

static double least_strength(struct text topic)
{
    return text_equal(topic, series_all_topics) ? least_deviation_of_all : least_deviation;
}

/* "delivery, Scotland"; of all topics the part alone. */
static struct text subject_of(const struct cell *cell, struct arena *arena)
{
    if (text_equal(cell->topic, series_all_topics))
        return name_of(cell->part);
    return arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(cell->topic),
                        TEXT_ARGUMENT(name_of(cell->part)));
}

static void look_for_change(struct headline *headline, struct series topic, struct series records)
{
    struct text none = {0};
    for (const struct cell *cell = records.begin + 1; cell < records.end; cell++) {
        struct text since = cell->period;
        uint64_t before = series_sum(topic, none, since).negative;
        uint64_t before_records = series_sum(records, none, since).mentions;
        uint64_t after = series_sum(topic, since, none).negative;
        uint64_t after_records = series_sum(records, since, none).mentions;
        double strength = contrast_deviation(after, after_records, before, before_records);
        if (after < LEAST_MENTIONS || strength < least_strength(topic.begin->topic))
            continue;
        offer(&headline->claims[CHANGED],
              (struct claim){
                  .part = topic.begin->part,
                  .topic = topic.begin->topic,
                  .since = since,
                  .strength = strength,
                  .quote_id = series_quote(topic, true, since),
                  .text = arena_format(
                      &headline->arena,
                      "%.*s: negative in %llu of %llu records since %.*s, in %llu of %llu before",
                      TEXT_ARGUMENT(subject_of(topic.begin, &headline->arena)),
                      (unsigned long long)after, (unsigned long long)after_records,
                      TEXT_ARGUMENT(since), (unsigned long long)before,
                      (unsigned long long)before_records),
              });
    }
}

/* Records, and those with a negative mention of the topic. */
struct share {
    uint64_t negative, records;
};

/* The same topic in the other parts of the same field. */
static struct share elsewhere(const struct headline *headline, struct series topic)
{
    struct text none = {0};
    struct share share = {0};
    for (size_t i = 0; i < headline->figures.count;) {
        struct series other = series_at(&headline->figures, i);
        i += (size_t)(other.end - other.begin);
        if (!text_equal(field_of(other.begin->part), field_of(topic.begin->part)) ||
            text_equal(other.begin->part, topic.begin->part))
            continue;
        if (text_equal(other.begin->topic, topic.begin->topic))
            share.negative += series_sum(other, none, none).negative;
        if (text_equal(other.begin->topic, series_all_topics))
            share.records += series_sum(other, none, none).mentions;
    }
    return share;
}

static void look_for_difference(struct headline *headline, struct series topic,
                                struct series records)
{
    struct text none = {0};
    struct share here = {series_sum(topic, none, none).negative,
                         series_sum(records, none, none).mentions};
    struct share others = elsewhere(headline, topic);
    double strength =
        contrast_deviation(here.negative, here.records, others.negative, others.records);
    if (!topic.begin->part.size || here.negative < LEAST_MENTIONS ||
        strength < least_strength(topic.begin->topic) ||
        is_claimed(&headline->claims[CHANGED], topic.begin->topic, topic.begin->part))
        return;
    offer(&headline->claims[DIFFERS],
          (struct claim){
              .part = topic.begin->part,
              .topic = topic.begin->topic,
              .strength = strength,
              .quote_id = series_quote(topic, true, none),
              .text = arena_format(
                  &headline->arena,
                  "%.*s: negative in %llu of %llu records, elsewhere in %llu of %llu",
                  TEXT_ARGUMENT(subject_of(topic.begin, &headline->arena)),
                  (unsigned long long)here.negative, (unsigned long long)here.records,
                  (unsigned long long)others.negative, (unsigned long long)others.records),
          });
}

/* What many mention and nearly all of them praise. */
static void look_for_love(struct headline *headline, struct series topic, struct series records)
{
    (void)records;
    struct text none = {0};
    struct cell sum = series_sum(topic, none, none);
    if (!text_equal(field_of(topic.begin->part), headline->figures.first_field) ||
        text_equal(topic.begin->topic, series_all_topics) || sum.positive < LEAST_MENTIONS ||
        sum.positive < 3 * sum.negative)
        return;
    offer(&headline->claims[LOVED],
          (struct claim){
              .part = topic.begin->part,
              .topic = topic.begin->topic,
              .strength = (double)sum.positive - 2 * (double)sum.negative,
              .quote_id = series_quote(topic, false, none),
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
    struct cell sum = series_sum(topic, none, none);
    if (topic.begin->part.size || text_equal(topic.begin->topic, series_all_topics) ||
        sum.negative < LEAST_MENTIONS || sum.negative <= sum.positive ||
        is_claimed(&headline->claims[CHANGED], topic.begin->topic, topic.begin->part) ||
        is_claimed(&headline->claims[DIFFERS], topic.begin->topic, topic.begin->part))
        return;
    offer(&headline->claims[DISLIKED],
          (struct claim){
              .part = topic.begin->part,
              .topic = topic.begin->topic,
              .strength = (double)sum.negative - (double)sum.positive,
              .quote_id = series_quote(topic, true, none),
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
    for (size_t i = 0; i < headline->figures.count;) {
        struct series topic = series_at(&headline->figures, i);
        i += (size_t)(topic.end - topic.begin);
        struct series records = series_of_records(&headline->figures, topic.begin->part);
        if (records.begin < records.end && !text_equal(topic.begin->topic, TEXT("other")))
            look(headline, topic, records);
    }
}

/* The parts with most negative records, whose words are worth a look. */
static void look_for_voices(struct headline *headline, struct series topic, struct series records)
{
    struct text none = {0};
    struct cell sum = series_sum(records, none, none);
    if (!topic.begin->part.size || !text_equal(topic.begin->topic, series_all_topics) ||
        sum.negative < LEAST_NEGATIVE)
        return;
    struct voice voice = {
        .part = topic.begin->part, .negative = sum.negative, .records = sum.mentions};
    struct voice *voices = headline->voices;
    size_t at = headline->voice_count;
    if (at < MOST_VOICES)
        headline->voice_count++;
    else if (voices[--at].negative >= voice.negative)
        return;
    for (; at > 0 && voices[at - 1].negative < voice.negative; at--)
        voices[at] = voices[at - 1];
    voices[at] = voice;
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
    each_topic(headline, look_for_voices);
}

/* ---- Quotes and summaries ---- */

static bool begin_feedback(void *user, const struct column *columns, size_t count,
                           struct error *error)
{
    struct headline *headline = user;
    static const char *const names[] = {"feedback_id", "source", "external_id", "text", NULL};
    return series_find_columns(&headline->columns, columns, count, names, error);
}

/* Where the sentence begins in which a topic's name stands first; 0 where none has it. */
static size_t names_at(struct text text, struct text topic)
{
    size_t begin = 0, size;
    enum letter before = LETTER_NONE;
    for (size_t at = 0; at < text.size; at += size) {
        enum letter kind = normalize_letter(utf8_decode(text, at, &size));
        if (before == LETTER_NONE && text_starts_with_fold(text_slice(text, at, text.size), topic))
            return begin;
        char byte = text.bytes[at];
        bool ends = byte == '.' || byte == '!' || byte == '?';
        if (byte == '\n' || (ends && at + 1 < text.size && text.bytes[at + 1] == ' '))
            begin = at + 1; /* not at "3.5" */
        before = kind;
    }
    return 0;
}

/* One line, cut at a word with a mark when it is long: its beginning, or where the topic is named.
 */
static struct text shorten(struct text text, struct text topic, struct arena *arena)
{
    size_t begin = utf8_length(text) > QUOTE_MOST ? names_at(text, topic) : 0;
    if (begin < QUOTE_MOST / 2)
        begin = 0;
    struct text line = arena_copy(arena, text_trim(text_slice(text, begin, text.size)));
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
    size_t size = 0;
    for (size_t i = 0; i < limit; i++) {
        char byte = line.bytes[i] == '\n' ? ' ' : line.bytes[i];
        if (byte != ' ' || (size > 0 && bytes[size - 1] != ' '))
            bytes[size++] = byte;
    }
    return arena_format(arena, "%s%.*s%s", begin > 0 ? "... " : "", (int)size, bytes,
                        limit < line.size ? " ..." : "");
}

static bool read_feedback(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct headline *headline = user;
    const size_t *at = headline->columns.at;
    uint64_t id;
    if (!hash_parse(cells[at[0]], &id))
        return true;
    for (int kind = 0; kind < CLAIM_KINDS; kind++)
        for (size_t i = 0; i < headline->claims[kind].count; i++) {
            struct claim *claim = &headline->claims[kind].best[i];
            if (claim->quote_id != id)
                continue;
            claim->quote = shorten(cells[at[3]], claim->topic, &headline->arena);
            claim->source =
                arena_format(&headline->arena, "%.*s %.*s", TEXT_ARGUMENT(cells[at[1]]),
                             TEXT_ARGUMENT(cells[at[2]].size ? cells[at[2]] : cells[at[0]]));
        }
    return true;
}

/* "week" of "2026-W41": what calendar_period made it from. */
static struct text length_of(struct text period)
{
    return period.size == 10                               ? TEXT("day")
           : text_find(period, TEXT("W"), 0) < period.size ? TEXT("week")
           : text_find(period, TEXT("Q"), 0) < period.size ? TEXT("quarter")
           : period.size == 7                              ? TEXT("month")
                                                           : TEXT("year");
}

static bool speaks_ill(const struct analysis *analysis, struct text topic)
{
    if (text_equal(topic, series_all_topics))
        return analysis->sentiment == SENTIMENT_NEGATIVE;
    for (size_t i = 0; i < analysis->topic_count; i++)
        if (text_equal(analysis->topics[i].topic, topic))
            return analysis->topics[i].polarity == SENTIMENT_NEGATIVE;
    return false;
}

/* Negative records of the claim against those before it (a change) or of other parts. */
static void add_words(struct claim *claim, const struct row *row, struct arena *scratch)
{
    struct split split = {.by = field_of(claim->part), .period = length_of(claim->since)};
    split_open(&split, NULL);
    struct text segment = claim->part.size ? split_segment(&split, row, scratch) : claim->part;
    bool here = text_equal(segment, claim->part);
    bool known = here || text_find(segment, TEXT("=(none)"), 0) == segment.size;
    bool late =
        !claim->since.size || text_compare(split_period(&split, row, scratch), claim->since) >= 0;
    bool inside = here && late && speaks_ill(&row->analysis, claim->topic);
    bool outside = claim->since.size ? here && !late : known && !here;
    if ((inside || outside) && row->created_at != TIME_UNKNOWN)
        contrast_add(&claim->contrast,
                     arena_format(scratch, "%.*s\n%.*s", TEXT_ARGUMENT(row->title),
                                  TEXT_ARGUMENT(row->text)),
                     inside);
}

static void add_voice(struct voice *voice, const struct row *row, struct arena *scratch)
{
    struct split split = {.by = field_of(voice->part), .period = TEXT("all")};
    split_open(&split, NULL);
    bool inside = row->analysis.sentiment == SENTIMENT_NEGATIVE &&
                  text_equal(split_segment(&split, row, scratch), voice->part);
    contrast_add(&voice->contrast, row->text, inside);
}

static bool read_row(void *user, const struct row *row, struct error *error)
{
    (void)error;
    struct headline *headline = user;
    struct arena scratch = {0};
    for (int kind = CHANGED; kind <= DIFFERS; kind++)
        for (size_t i = 0; i < headline->claims[kind].count; i++)
            add_words(&headline->claims[kind].best[i], row, &scratch);
    for (size_t i = 0; i < headline->voice_count; i++)
        add_voice(&headline->voices[i], row, &scratch);
    arena_free(&scratch);
    return true;
}

static bool begin_summaries(void *user, const struct column *columns, size_t count,
                            struct error *error)
{
    struct headline *headline = user;
    static const char *const names[] = {"group", "period", "summary", "records", NULL};
    return series_find_columns(&headline->columns, columns, count, names, error);
}

/* Keeps the latest of every group that is not about one topic: rows come by group, then period. */
static bool read_summary(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct headline *headline = user;
    const size_t *at = headline->columns.at;
    struct text group = cells[at[0]];
    if (text_find(group, TEXT("topic="), 0) < group.size ||
        text_equal(cells[at[1]], TEXT("undated")) ||
        text_find(group, TEXT("=(none)"), 0) < group.size)
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
    struct cell sum = series_sum(series_of_records(&headline->figures, none), none, none);
    if (!sum.mentions) {
        fprintf(out, "No feedback is saved for this selection.\n");
        return;
    }
    const struct series_table *figures = &headline->figures;
    double records = (double)sum.mentions;
    fprintf(out, "%llu pieces of feedback", (unsigned long long)sum.mentions);
    if (figures->has_periods) {
        fprintf(out, ", %.*s", TEXT_ARGUMENT(figures->first_period));
        if (!text_equal(figures->first_period, figures->last_period))
            fprintf(out, " to %.*s", TEXT_ARGUMENT(figures->last_period));
        if (figures->undated)
            fprintf(out, " (and %llu without a date)", (unsigned long long)figures->undated);
    }
    fprintf(out, ": %.0f %% positive, %.0f %% negative\n", 100 * (double)sum.positive / records,
            100 * (double)sum.negative / records);
}

static void print_claims(FILE *out, const struct claims *claims, struct arena *arena)
{
    if (claims->count)
        fprintf(out, "\n%s\n", claims->title);
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *claim = &claims->best[i];
        fprintf(out, "  %.*s\n", TEXT_ARGUMENT(claim->text));
        if (claim->quote.size)
            fprintf(out, "    \"%.*s\" (%.*s)\n", TEXT_ARGUMENT(claim->quote),
                    TEXT_ARGUMENT(claim->source));
        struct text words =
            contrast_words(&claim->contrast, MOST_WORDS, name_of(claim->part), arena);
        if (words.size)
            fprintf(out, "    in their words: %.*s\n", TEXT_ARGUMENT(words));
    }
}

static void print_voices(FILE *out, const struct headline *headline, struct arena *arena)
{
    bool titled = false;
    for (size_t i = 0; i < headline->voice_count; i++) {
        const struct voice *voice = &headline->voices[i];
        struct text words =
            contrast_words(&voice->contrast, MOST_WORDS, name_of(voice->part), arena);
        if (!words.size)
            continue;
        if (!titled)
            fprintf(out, "\nWhat the unhappy speak of, and the others do not\n");
        titled = true;
        fprintf(out, "  %.*s, %llu of %llu records: %.*s\n", TEXT_ARGUMENT(name_of(voice->part)),
                (unsigned long long)voice->negative, (unsigned long long)voice->records,
                TEXT_ARGUMENT(words));
    }
}

/* How many of a summary's records praise and complain. Figures of the parts of several fields at
 * once are not at hand. */
static struct cell figures_of(const struct headline *headline, const struct summary *summary)
{
    struct text none = {0}, all = TEXT("all");
    struct text part = text_equal(summary->group, all) ? none : summary->group;
    struct series records = series_of_records(&headline->figures, part);
    if (text_equal(summary->period, all))
        return series_sum(records, none, none);
    for (const struct cell *cell = records.begin; cell < records.end; cell++)
        if (text_equal(cell->period, summary->period))
            return *cell;
    return (struct cell){0};
}

static void print_summaries(FILE *out, const struct headline *headline)
{
    if (headline->summary_count)
        fprintf(out, "\nThe latest summaries\n");
    for (size_t i = 0; i < headline->summary_count; i++) {
        const struct summary *summary = &headline->summaries[i];
        struct text all = TEXT("all"), name = name_of(summary->group), period = summary->period;
        name = text_equal(name, all) ? TEXT("Everything") : name;
        period = text_equal(period, all) ? TEXT("all of the time") : period;
        fprintf(out, "  %.*s, %.*s, %.*s records", TEXT_ARGUMENT(name), TEXT_ARGUMENT(period),
                TEXT_ARGUMENT(summary->records));
        struct cell figures = figures_of(headline, summary);
        if (figures.mentions)
            fprintf(out, " (%llu positive, %llu negative)", (unsigned long long)figures.positive,
                    (unsigned long long)figures.negative);
        fprintf(out, ": %.*s\n", TEXT_ARGUMENT(summary->text));
    }
}

bool headline_print(FILE *out, struct store *store, const struct selection *selection,
                    uint64_t model_key, struct error *error)
{
    struct headline headline = {0};
    struct table_visitor feedback = {begin_feedback, read_feedback, &headline};
    struct table_visitor summaries = {begin_summaries, read_summary, &headline};
    bool ok = series_read(&headline.figures, store, selection, model_key, error);
    find_claims(&headline);
    ok = ok && store_each_table_row(store, "feedback", selection, model_key, &feedback, error) &&
         store_each_table_row(store, "summaries", selection, model_key, &summaries, error) &&
         store_each_row(store, selection, model_key, read_row, &headline, error);
    if (ok) {
        print_overview(out, &headline);
        for (int kind = 0; kind < CLAIM_KINDS; kind++)
            print_claims(out, &headline.claims[kind], &headline.arena);
        print_voices(out, &headline, &headline.arena);
        print_summaries(out, &headline);
    }
    for (int kind = 0; kind < CLAIM_KINDS; kind++)
        for (size_t i = 0; i < headline.claims[kind].count; i++)
            contrast_free(&headline.claims[kind].best[i].contrast);
    for (size_t i = 0; i < headline.voice_count; i++)
        contrast_free(&headline.voices[i].contrast);
    series_free(&headline.figures);
    free(headline.summaries);
    arena_free(&headline.arena);
    return ok;
}
