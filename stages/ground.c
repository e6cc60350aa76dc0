/* ground.c - the ground stage: nothing is invented. Every point of a summary is a clause of a
 * customer, and every record that is counted under it has a clause that says so. The model reads
 * the clauses whose words and record do not agree. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/segment.h"
#include "stages/evidence/candidates.h"
#include "stages/evidence/examples.h"
#include "stages/evidence/paragraph.h"
#include "stages/evidence/point_matches.h"
#include "stages/evidence/point_text.h"
#include "stages/evidence/side.h"
#include "stages/evidence/stated_point.h"
#include "stages/stages.h"
#include "stages/tasks/clause_reader.h"
#include "stages/tasks/point_writer.h"
#include "stages/text/statements.h"
#include "stages/text/terms.h"

enum {
    MAX_POINTS = 7,
    MIN_POINTS = 4, /* if there are so many */
    MAX_QUOTES = 8,
    MAX_QUOTE_SIZE = 400,        /* bytes; of a longer sentence only the clause is quoted */
    MAX_SINGLE_EXTRA_WORDS = 10, /* of the text of a point that one record says */
    MAX_TEXTS = 6,               /* of a point, which the model reads */
    MAX_COMPARED = 2000,         /* clauses from which the text of a point is chosen */
};

/* So sure must the model be of a text that may have no opinion word. */
static const double min_probability = 0.6;

/* Points may differ from the group's share of praise by this much. */
static const double max_share_difference = 0.15;

/* Cost of each point below MIN_POINTS, in percentage points of that difference. */
static const double missing_cost = 30;

struct ground {
    const struct stage_context *stage_context; /* borrowed */
    int64_t max_points, max_quotes;
    struct text writer;
    struct text language;
    struct clause_reader clause_reader;
    struct statement_reader statement_reader;
    struct point_writer point_writer;
    struct text taxonomy_path;
    struct taxonomy taxonomy; /* the user's, or the model's if it has phrases */
};

static bool open_ground(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct ground *ground = state;
    ground->stage_context = stage_context;
    ground->language = stage_context->language;
    return clause_reader_open(&ground->clause_reader, stage_context, error) &&
           statement_reader_open(&ground->statement_reader, error) &&
           taxonomy_open(&ground->taxonomy, ground->taxonomy_path, stage_context->model, error) &&
           point_writer_open(&ground->point_writer, stage_context, error);
}

static void close_ground(void *state)
{
    struct ground *ground = state;
    statement_reader_close(&ground->statement_reader);
    point_writer_close(&ground->point_writer);
    taxonomy_close(&ground->taxonomy);
}

/* ---- Points ---- */

static struct stated_point make_stated_point(const struct ground *ground, const struct group *group,
                                             size_t candidate, bool is_single)
{
    return (struct stated_point){&ground->statement_reader,
                                 &group->candidates[candidate],
                                 is_single ? MAX_SINGLE_EXTRA_WORDS : 1,
                                 is_single,
                                 {0},
                                 0};
}

/* Whether the model reads the text as the point means it. */
static bool has_polarity(const struct point_candidate *candidate,
                         const struct sentiment_probabilities *probabilities)
{
    bool is_praise = candidate->polarity == SENTIMENT_POSITIVE;
    double own = is_praise ? probabilities->positive : probabilities->negative,
           other = is_praise ? probabilities->negative : probabilities->positive;
    return own > other && (!candidate->is_general || own >= min_probability);
}

/* The best of the customers' texts; empty if there is none. */
static bool choose_text(const struct ground *ground, struct point_matches *matches,
                        const struct group *group, size_t candidate, struct key_point *point,
                        struct error *error)
{
    enum { MAX_FALLBACK_WORDS = 2 };
    bool is_single = point->records == 1;
    struct stated_point stated_point = make_stated_point(ground, group, candidate, is_single);
    struct point_text_check check = {stated_point_count_extra_words, &stated_point, is_single,
                                     group->candidates[candidate].is_vague};
    struct arena scratch = {0};
    struct text_array clauses;
    struct text texts[MAX_TEXTS];
    struct sentiment_probabilities probabilities[MAX_TEXTS];
    size_t count = 0;
    bool ok = point_matches_clauses(matches, candidate, MAX_COMPARED, &scratch, &clauses, error);
    if (ok) {
        stated_point_count_wholes(&stated_point, clauses);
        count = point_text_choose(clauses, &check, texts, MAX_TEXTS, group->arena);
        if (count == 0 && !is_single) {
            stated_point.max_extra_words = MAX_FALLBACK_WORDS;
            count = point_text_choose(clauses, &check, texts, MAX_TEXTS, group->arena);
        }
        ok = clause_reader_predict(&ground->clause_reader, (struct text_array){texts, count},
                                   probabilities, error);
    }
    for (size_t i = 0; ok && i < count && point->text.size == 0; i++)
        if (has_polarity(&group->candidates[candidate], &probabilities[i]))
            point->text = texts[i];
    stated_point_free(&stated_point);
    arena_free(&scratch);
    return ok;
}

/* Replaces the point's text by one that the model writes, if that states the point and nothing
 * else.
 */
static bool write_text(const struct ground *ground, struct point_matches *matches,
                       const struct group *group, size_t candidate, struct key_point *point,
                       struct error *error)
{
    enum { MAX_CLAUSES = 24 };
    struct text clauses[MAX_CLAUSES], text = {0};
    struct arena scratch = {0};
    size_t count = point->records < MAX_CLAUSES ? point->records : MAX_CLAUSES;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = member_texts_copy(&matches->texts, &point->evidence[i], &scratch, &clauses[i], error);
    struct stated_point stated_point = make_stated_point(ground, group, candidate, false);
    struct sentiment_probabilities probabilities = {0};
    ok = ok && point_writer_write(&ground->point_writer, (struct text_array){clauses, count},
                                  group->arena, &text, error);
    if (ok)
        text = point_text_shorten(text, group->arena);
    bool states = text.size > 0 && stated_point_count_extra_words(&stated_point, text) < SIZE_MAX;
    ok = ok &&
         (!states || clause_reader_predict(&ground->clause_reader, (struct text_array){&text, 1},
                                           &probabilities, error));
    if (ok && states && has_polarity(&group->candidates[candidate], &probabilities)) {
        point->text = text;
        point->author = POINT_BY_MODEL;
    }
    arena_free(&scratch);
    return ok;
}

static void set_dates(struct key_point *point, const struct group *group)
{
    point->first_seen = point->last_seen = TIME_UNKNOWN;
    for (size_t i = 0; i < point->records; i++) {
        int64_t time = group->members[point->evidence[i].member].created_at;
        if (time == TIME_UNKNOWN)
            continue;
        if (point->first_seen == TIME_UNKNOWN || time < point->first_seen)
            point->first_seen = time;
        if (point->last_seen == TIME_UNKNOWN || time > point->last_seen)
            point->last_seen = time;
    }
}

static bool uses_writer(const struct ground *ground)
{
    return ground->point_writer.is_enabled && text_equal(ground->writer, TEXT("auto"));
}

/* What the members of a group and of its previous period say. */
struct group_matches {
    struct point_matches present, previous;
};

/* Appends the candidate to points[0..*count), unless too few records say it, or nobody says it in a
 * way that can stand for others. */
static bool add_point(const struct ground *ground, struct group_matches *matches, size_t candidate,
                      struct group *group, size_t *count, struct error *error)
{
    struct key_point *point = &group->points[*count];
    size_t records = point_matches_count(&matches->present, candidate, false);
    if (records < candidates_min_records(group))
        return true;
    *point = (struct key_point){
        .records = records,
        .polarity = group->candidates[candidate].polarity,
        .author = POINT_BY_CUSTOMER,
        .is_unspecific = group->candidates[candidate].is_unspecific,
        .aspect = group->candidates[candidate].aspect,
        .previous_records = point_matches_count(&matches->previous, candidate, false),
        .opposite_records = point_matches_count(&matches->present, candidate, true),
    };
    if (!choose_text(ground, &matches->present, group, candidate, point, error))
        return false;
    if (point->text.size == 0)
        return true;
    point->evidence = point_matches_evidence(&matches->present, candidate, records, group->arena,
                                             &point->records);
    set_dates(point, group);
    (*count)++;
    return !uses_writer(ground) ||
           write_text(ground, &matches->present, group, candidate, point, error);
}

/* Whether every word of meaning of one text is in the other. */
static bool have_same_words(struct text a, struct text b)
{
    struct arena scratch = {0};
    size_t a_count, b_count, shared = 0;
    const struct term *a_terms = terms_extract(a, &scratch, &a_count),
                      *b_terms = terms_extract(b, &scratch, &b_count);
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++)
            if (a_terms[i].hash == b_terms[k].hash) {
                shared++;
                break;
            }
    arena_free(&scratch);
    return shared > 0 && shared >= (a_count < b_count ? a_count : b_count);
}

/* ---- The shape of a summary ---- */

static int compare_points(const void *a, const void *b)
{
    const struct key_point *left = a, *right = b;
    if (left->records != right->records)
        return left->records > right->records ? -1 : 1;
    return left->polarity != right->polarity ? (left->polarity < right->polarity ? -1 : 1)
                                             : text_compare(left->text, right->text);
}

/* How many points praise and how many complain: as many as there may be of which the shares are
 * close to those of the group; of equally many, the closest. Where one side has too few points,
 * four points that are farther from these shares are better than two. */
static void choose_counts(const struct group *group, const size_t available[SIDE_COUNT],
                          size_t max_points, size_t counts[SIDE_COUNT])
{
    double sides[SIDE_COUNT] = {0}, best = INFINITY;
    for (size_t i = 0; i < group->member_count; i++)
        sides[side_of(group->members[i].sentiment)]++;
    double polar = sides[SIDE_POSITIVE] + sides[SIDE_NEGATIVE],
           share = polar > 0 ? sides[SIDE_POSITIVE] / polar : 0.5;
    counts[SIDE_POSITIVE] = counts[SIDE_NEGATIVE] = 0;
    for (size_t positive = 0; positive <= available[SIDE_POSITIVE]; positive++)
        for (size_t negative = 0; negative <= available[SIDE_NEGATIVE]; negative++) {
            size_t total = positive + negative;
            if (total == 0 || total > max_points)
                continue;
            double difference = fabs((double)positive / (double)total - share);
            double excess = difference > max_share_difference ? difference : 0;
            double missing = total < MIN_POINTS ? (double)(MIN_POINTS - total) : 0;
            double cost = 100 * excess + missing_cost * missing - (double)total + difference;
            if (cost < best) {
                best = cost;
                counts[SIDE_POSITIVE] = positive;
                counts[SIDE_NEGATIVE] = negative;
            }
        }
}

/* "The worst hotel" tells no more than the group's counts: it is left out of a side with as many
 * other points as this. Returns how many points are left. */
static size_t drop_unspecific(struct key_point *points, size_t count)
{
    enum { ENOUGH_POINTS = 2 };
    size_t specific[SIDE_COUNT] = {0}, kept = 0;
    for (size_t i = 0; i < count; i++)
        specific[side_of(points[i].polarity)] += !points[i].is_unspecific;
    for (size_t i = 0; i < count; i++)
        if (!points[i].is_unspecific || specific[side_of(points[i].polarity)] < ENOUGH_POINTS)
            points[kept++] = points[i];
    return kept;
}

/* Keeps the points that most records say, of each polarity as many as fit the group. */
static void shape_summary(const struct ground *ground, struct group *group, size_t count)
{
    struct key_point *points = group->points;
    size_t available[SIDE_COUNT] = {0}, counts[SIDE_COUNT], kept = 0;
    qsort(points, count, sizeof(*points), compare_points);
    for (size_t i = 0; i < count; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < kept && !is_repeated; k++)
            is_repeated = points[k].polarity == points[i].polarity &&
                          have_same_words(points[k].text, points[i].text);
        if (!is_repeated)
            points[kept++] = points[i];
    }
    kept = drop_unspecific(points, kept);
    for (size_t i = 0; i < kept; i++)
        available[side_of(points[i].polarity)]++;
    choose_counts(group, available, (size_t)ground->max_points, counts);
    for (size_t i = 0; i < kept; i++)
        if (counts[side_of(points[i].polarity)] > 0) {
            counts[side_of(points[i].polarity)]--;
            points[group->point_count++] = points[i];
        }
}

/* ---- Quotes ---- */

/* The sentence around a clause. */
static bool expand_to_sentence(const struct ground *ground, struct member_texts *texts,
                               struct passage *clause, struct error *error)
{
    struct arena scratch = {0};
    struct text text;
    size_t count, begin = 0;
    if (!member_texts_read(texts, clause->member, &text, error))
        return false;
    const size_t *ends =
        segment_sentences(ground->statement_reader.segmenter, text, &scratch, &count);
    for (size_t i = 0; i < count && ends[i] < clause->end; i++)
        if (ends[i] <= clause->begin)
            begin = ends[i];
    size_t end = text.size;
    for (size_t i = count; i > 0 && ends[i - 1] >= clause->end; i--)
        end = ends[i - 1];
    arena_free(&scratch);
    struct text sentence = text_trim(text_slice(text, begin, end));
    if (sentence.size > 0 && sentence.size <= MAX_QUOTE_SIZE) {
        clause->begin = (size_t)(sentence.bytes - text.bytes);
        clause->end = clause->begin + sentence.size;
    }
    return true;
}

/* The examples, then one quote of each point, of different members, as long as there are some. */
static bool add_quotes(const struct ground *ground, struct member_texts *texts, struct group *group,
                       const struct examples *examples, struct error *error)
{
    struct passage *quotes = arena_alloc(group->arena, MAX_QUOTES, sizeof(*quotes));
    bool ok = true;
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < examples[side].count; i++)
            if (group->quote_count < (size_t)ground->max_quotes)
                quotes[group->quote_count++] = examples[side].items[i].passage;
    for (size_t i = 0; ok && i < group->point_count; i++)
        for (size_t k = 0; ok && k < group->points[i].records; k++) {
            struct passage clause = group->points[i].evidence[k];
            bool is_used = false;
            for (size_t n = 0; n < group->quote_count; n++)
                is_used |= quotes[n].member == clause.member;
            if (is_used)
                continue;
            if (group->quote_count < (size_t)ground->max_quotes) {
                ok = expand_to_sentence(ground, texts, &clause, error);
                quotes[group->quote_count++] = clause;
            }
            break;
        }
    group->quotes = quotes;
    return ok;
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct ground *ground = state;
    struct store *store = ground->stage_context->store;
    struct group_matches matches = {
        .present = {.texts = {.store = store, .members = group->members}},
        .previous = {.texts = {.store = store, .members = group->previous_members}}};
    bool ok = point_matches_find(&matches.present, group, &group->occurrences,
                                 &ground->clause_reader, error) &&
              point_matches_find(&matches.previous, group, &group->previous_occurrences,
                                 &ground->clause_reader, error);
    size_t count = 0;
    group->points = arena_alloc(group->arena, group->candidate_count, sizeof(*group->points));
    for (size_t i = 0; ok && i < group->candidate_count; i++)
        ok = add_point(ground, &matches, i, group, &count, error);
    struct example_finder finder = {&ground->statement_reader, &ground->clause_reader,
                                    &ground->taxonomy};
    struct examples examples[2]; /* of criticism, of praise */
    if (ok) {
        shape_summary(ground, group, count);
        ok = examples_find(&finder, group, SENTIMENT_NEGATIVE, &matches.present.texts, &examples[0],
                           error) &&
             examples_find(&finder, group, SENTIMENT_POSITIVE, &matches.present.texts, &examples[1],
                           error) &&
             add_quotes(ground, &matches.present.texts, group, examples, error);
    }
    if (ok)
        group->summary = paragraph_compose(group, &examples[1], &examples[0], ground->language);
    point_matches_free(&matches.present);
    point_matches_free(&matches.previous);
    return ok;
}

static const struct option options[] = {
    {.name = "writer",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct ground, writer),
     .default_value = "auto",
     .choices = "auto|customers",
     .help = "who writes the texts of points. auto: the model, if it was trained to and what it "
             "writes is true; customers: only customers, in their own words"},
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct ground, taxonomy_path),
     .default_value = "",
     .help = "file of topic phrases that a sentence about a topic must have; default: that of "
             "[classify]"},
    {.name = "max_points",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, max_points),
     .default_value = "7",
     .min = 1,
     .max = MAX_POINTS,
     .help = "maximum key points of a group"},
    {.name = "max_quotes",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, max_quotes),
     .default_value = "3",
     .min = 0,
     .max = MAX_QUOTES,
     .help = "maximum quotes of a group"},
    {0},
};

const struct stage ground_stage = {
    .name = "ground",
    .summary = "check which records say each point, and compose the summary",
    .options = options,
    .state_size = sizeof(struct ground),
    .open = open_ground,
    .process_group = process_group,
    .close = close_ground,
};
