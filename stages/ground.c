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
#include "stages/evidence/point_evidence.h"
#include "stages/evidence/point_matches.h"
#include "stages/evidence/point_ranking.h"
#include "stages/evidence/point_rating.h"
#include "stages/evidence/point_text.h"
#include "stages/evidence/side.h"
#include "stages/evidence/stated_point.h"
#include "stages/evidence/summary_shape.h"
#include "stages/stages.h"
#include "stages/tasks/clause_reader.h"
#include "stages/tasks/point_writer.h"
#include "stages/text/statements.h"
#include "stages/text/terms.h"

enum {
    MAX_POINTS = 7,
    MAX_QUOTES = 8,
    MAX_QUOTE_SIZE = 400,        /* bytes; of a longer sentence only the clause is quoted */
    MAX_SINGLE_EXTRA_WORDS = 10, /* of the text of a point that one record says */
    MAX_SAMPLE = 150,            /* members that are read for what they say in other words */
    MAX_COMPARED = 2000,         /* clauses from which the text of a point is chosen */
};

struct ground {
    const struct stage_context *stage_context; /* borrowed */
    int64_t max_points, max_quotes;
    struct text writer;
    struct text language;
    struct clause_reader clause_reader;
    struct statement_reader statement_reader;
    struct point_writer point_writer;
    struct point_matcher point_matcher;
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
           point_writer_open(&ground->point_writer, stage_context, error) &&
           point_matcher_open(&ground->point_matcher, stage_context->model, error);
}

static void close_ground(void *state)
{
    struct ground *ground = state;
    statement_reader_close(&ground->statement_reader);
    point_writer_close(&ground->point_writer);
    point_matcher_close(&ground->point_matcher);
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

/* The best of the customers' texts; empty if there is none. */
static bool choose_text(struct ground *ground, struct point_matches *matches,
                        const struct group *group, size_t candidate, struct key_point *point,
                        struct error *error)
{
    enum { MAX_FALLBACK_WORDS = 2 };
    bool is_single = point->records == 1;
    struct stated_point stated_point = make_stated_point(ground, group, candidate, is_single);
    struct point_check check = {stated_point_count_extra_words, &stated_point,
                                group->candidates[candidate].aspect != 0, is_single,
                                group->candidates[candidate].is_vague};
    struct arena scratch = {0};
    struct text_array clauses;
    struct text texts[MAX_RATED_TEXTS];
    size_t count = 0;
    bool ok = point_matches_clauses(matches, candidate, MAX_COMPARED, &scratch, &clauses, error);
    if (ok) {
        stated_point_count_wholes(&stated_point, clauses);
        count = point_ranking_choose(clauses, &check, texts, MAX_RATED_TEXTS, group->arena);
        if (count == 0 && !is_single) {
            stated_point.max_extra_words = MAX_FALLBACK_WORDS;
            count = point_ranking_choose(clauses, &check, texts, MAX_RATED_TEXTS, group->arena);
        }
        const struct point_rater rater = {&ground->clause_reader, &ground->point_matcher};
        ok = point_rating_choose(&rater, &group->candidates[candidate],
                                 (struct text_array){texts, count}, clauses, is_single,
                                 &point->text, error);
    }
    stated_point_free(&stated_point);
    arena_free(&scratch);
    return ok;
}

/* Replaces the point's text by one that the model writes, if that states the point and nothing
 * else.
 */
static bool write_text(const struct ground *ground, struct point_matches *matches,
                       const struct group *group, struct key_point *point, struct error *error)
{
    enum { MAX_CLAUSES = 24 };
    struct text clauses[MAX_CLAUSES], text = {0};
    struct arena scratch = {0};
    size_t count = point->records < MAX_CLAUSES ? point->records : MAX_CLAUSES;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = member_texts_copy(&matches->texts, &point->evidence[i], &scratch, &clauses[i], error);
    struct stated_point stated_point = make_stated_point(ground, group, point->candidate, false);
    struct sentiment_probabilities probabilities = {0};
    ok = ok && point_writer_write(&ground->point_writer, (struct text_array){clauses, count},
                                  group->arena, &text, error);
    if (ok)
        text = point_text_shorten(text, group->arena);
    bool states = text.size > 0 && stated_point_count_extra_words(&stated_point, text) < SIZE_MAX;
    ok = ok &&
         (!states || clause_reader_predict(&ground->clause_reader, (struct text_array){&text, 1},
                                           &probabilities, error));
    if (ok && states &&
        point_rating_has_polarity(&group->candidates[point->candidate], &probabilities)) {
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

/* Adds the candidate to the points, unless the words of too few records state it, or nobody says it
 * in a way that can stand for others. */
static bool add_point(struct ground *ground, struct group_matches *matches, size_t candidate,
                      struct group *group, struct error *error)
{
    struct key_point *point = &group->points[group->point_count];
    size_t records = point_matches_count(&matches->present, candidate, false);
    if (records < candidates_min_records(group))
        return true;
    *point = (struct key_point){
        .records = records,
        .polarity = group->candidates[candidate].polarity,
        .author = POINT_BY_CUSTOMER,
        .candidate = candidate,
        .is_unspecific = group->candidates[candidate].is_unspecific,
        .aspect = group->candidates[candidate].aspect,
        .previous_records = point_matches_count(&matches->previous, candidate, false),
        .opposite_records = point_matches_count(&matches->present, candidate, true),
    };
    if (!choose_text(ground, &matches->present, group, candidate, point, error))
        return false;
    group->point_count += point->text.size > 0;
    return true;
}

/* Finds whose words state the points. */
static bool find_evidence(const struct ground *ground, struct point_matches *matches,
                          struct group *group, struct error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < group->point_count; i++) {
        struct key_point *point = &group->points[i];
        point->evidence = point_matches_evidence(matches, point->candidate, point->records,
                                                 group->arena, &point->records);
        set_dates(point, group);
        ok = !uses_writer(ground) || write_text(ground, matches, group, point, error);
    }
    return ok;
}

/* Leaves out who does not mean what their words state, and estimates who says the points in other
 * words. */
static bool recount_points(struct ground *ground, struct group_matches *matches,
                           struct group *group, struct error *error)
{
    struct searched_points searched = {&ground->point_matcher, &ground->statement_reader,
                                       group->points, group->point_count, MAX_SAMPLE};
    struct arena scratch = {0};
    size_t count = group->point_count;
    struct found_evidence *present = arena_alloc(&scratch, count, sizeof(*present)),
                          *previous = arena_alloc(&scratch, count, sizeof(*previous));
    bool ok = point_evidence_find(&searched, &matches->present, group->member_count, present,
                                  group->arena, error);
    searched.max_sample = 0;
    ok = ok && point_evidence_find(&searched, &matches->previous, group->previous_member_count,
                                   previous, &scratch, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct key_point *point = &group->points[i];
        point->evidence = present[i].passages;
        point->records = present[i].count;
        point->previous_records = previous[i].count;
        point->missed_records = present[i].missed;
        set_dates(point, group);
    }
    arena_free(&scratch);
    if (ok)
        summary_shape_sort_recounted(group, candidates_min_records(group));
    return ok;
}

/* Chooses the points of the summary. A scattered group keeps what its words state. */
static bool choose_points(struct ground *ground, struct group_matches *matches, struct group *group,
                          bool *is_scattered, struct error *error)
{
    size_t max_points = (size_t)ground->max_points;
    bool is_counted_again = ground->point_matcher.cache != NULL,
         can_be_scattered = summary_shape_can_be_scattered(group);
    summary_shape_rank_points(group, max_points);
    if ((!is_counted_again || can_be_scattered || uses_writer(ground)) &&
        !find_evidence(ground, &matches->present, group, error))
        return false;
    size_t count = group->point_count;
    struct key_point *ranked = arena_alloc(group->arena, count, sizeof(*ranked));
    if (count > 0)
        memcpy(ranked, group->points, count * sizeof(*ranked));
    summary_shape_choose_points(group, max_points);
    *is_scattered = can_be_scattered && summary_shape_is_scattered(group);
    if (*is_scattered || !is_counted_again)
        return true;
    group->points = ranked;
    group->point_count = count;
    if (!recount_points(ground, matches, group, error))
        return false;
    summary_shape_choose_points(group, max_points);
    return true;
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
                       struct error *error)
{
    struct passage *quotes = arena_alloc(group->arena, MAX_QUOTES, sizeof(*quotes));
    bool ok = true;
    for (size_t i = 0; i < group->example_count; i++)
        if (group->quote_count < (size_t)ground->max_quotes)
            quotes[group->quote_count++] = group->examples[i].passage;
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

/* Of both sides; of a scattered group of neither. */
static bool find_examples(const struct ground *ground, struct group *group, bool is_scattered,
                          struct member_texts *texts, struct examples examples[SIDE_COUNT],
                          struct error *error)
{
    const struct example_finder finder = {&ground->statement_reader, &ground->clause_reader,
                                          &ground->taxonomy};
    if (is_scattered) {
        summary_shape_drop_rare(group);
        return examples_find_subjects(&finder, group, texts, &examples[SIDE_NEUTRAL], error);
    }
    bool ok =
        examples_find(&finder, group, SENTIMENT_POSITIVE, texts, &examples[SIDE_POSITIVE], error) &&
        examples_find(&finder, group, SENTIMENT_NEGATIVE, texts, &examples[SIDE_NEGATIVE], error);
    if (ok)
        summary_shape_examples(group, examples);
    return ok;
}

/* The best of each side first, as there may be fewer quotes. */
static void set_examples(struct group *group, const struct examples examples[SIDE_COUNT])
{
    struct quoted_example *all =
        arena_alloc(group->arena, SIDE_COUNT * (size_t)MAX_EXAMPLES, sizeof(*all));
    group->example_count = 0;
    for (size_t i = 0; i < MAX_EXAMPLES; i++)
        for (size_t side = 0; side < SIDE_COUNT; side++)
            if (i < examples[side].count)
                all[group->example_count++] = examples[side].items[i];
    group->examples = all;
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
    group->points = arena_alloc(group->arena, group->candidate_count, sizeof(*group->points));
    for (size_t i = 0; ok && i < group->candidate_count; i++)
        ok = add_point(ground, &matches, i, group, error);
    struct examples examples[SIDE_COUNT] = {0};
    bool is_scattered = false;
    ok = ok && choose_points(ground, &matches, group, &is_scattered, error);
    if (ok)
        ok = find_examples(ground, group, is_scattered, &matches.present.texts, examples, error);
    if (ok) {
        set_examples(group, examples);
        ok = add_quotes(ground, &matches.present.texts, group, error);
    }
    if (ok)
        group->summary = paragraph_compose(group, ground->language);
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
