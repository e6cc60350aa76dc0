/* ground.c - the ground stage: nothing is invented. Every point of a summary is a clause of a
 * customer, and every record that is counted under it has a clause that says so. The model reads
 * the clauses whose words and record do not agree. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash_table.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/segment.h"
#include "base/utf8.h"
#include "stages/evidence/candidates.h"
#include "stages/evidence/paragraph.h"
#include "stages/evidence/point_text.h"
#include "stages/evidence/side.h"
#include "stages/stages.h"
#include "stages/tasks/clause_reader.h"
#include "stages/tasks/point_writer.h"
#include "stages/text/clause_words.h"
#include "stages/text/sentence_quality.h"
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

/* A clause without an opinion word says it if the model is this sure. */
static const double min_open_probability = 0.75;

/* So sure must the model be of a text that may have no opinion word. */
static const double min_probability = 0.6;

/* Points may differ from the group's share of praise by this much. */
static const double max_share_difference = 0.15;

/* What a point below MIN_POINTS is worth, in percents of that difference. */
static const double missing_cost = 30;

struct ground {
    int64_t max_points, max_quotes;
    struct text writer;
    struct text language;
    struct clause_reader clause_reader;
    struct statement_reader statement_reader;
    struct point_writer point_writer;
};

static bool open_ground(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct ground *ground = state;
    ground->language = stage_context->language;
    return clause_reader_open(&ground->clause_reader, stage_context, error) &&
           statement_reader_open(&ground->statement_reader, error) &&
           point_writer_open(&ground->point_writer, stage_context, error);
}

static void close_ground(void *state)
{
    struct ground *ground = state;
    statement_reader_close(&ground->statement_reader);
    point_writer_close(&ground->point_writer);
}

/* ---- Which records say it ---- */

/* An occurrence that a candidate counts, or that says the opposite. */
struct match {
    const struct occurrence *occurrence;
    size_t candidate;
    int side;
    bool is_opposite, needs_model, is_accepted;
};

struct match_list {
    const struct member *members;
    struct match *items; /* owned; in the order of the occurrences */
    size_t count, capacity;
};

/* The words and the record's sentiment, which the model found, agree: the clause need not be read.
 */
static bool needs_model(const struct occurrence *occurrence, const struct member *members, int side)
{
    enum sentiment sentiment = members[occurrence->member].sentiment;
    return occurrence->polarity != side ||
           sentiment != (side > 0 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE);
}

static void find_matches(const struct group *group, const struct occurrences *occurrences,
                         struct match_list *list)
{
    for (size_t i = 0; i < occurrences->count; i++) {
        const struct occurrence *occurrence = &occurrences->items[i];
        int side = occurrence_side(occurrence, list->members);
        for (size_t k = 0; side != 0 && k < group->candidate_count; k++) {
            const struct point_candidate *candidate = &group->candidates[k];
            bool same_side = (candidate->polarity == SENTIMENT_POSITIVE) == (side > 0);
            bool is_opposite = candidate_is_contradicted(candidate, occurrence, side);
            if (!is_opposite && (!same_side || candidate->key != occurrence->key))
                continue;
            list->items =
                memory_grow(list->items, &list->capacity, list->count + 1, sizeof(*list->items));
            list->items[list->count++] =
                (struct match){.occurrence = occurrence,
                               .candidate = k,
                               .side = side,
                               .is_opposite = is_opposite,
                               .needs_model = needs_model(occurrence, list->members, side)};
        }
    }
}

static struct text clause_text(const struct member *members, const struct occurrence *occurrence)
{
    return text_slice(members[occurrence->member].text, occurrence->begin, occurrence->end);
}

/* If the words show a side, the model must not read the opposite; otherwise it must read the side.
 */
static bool agrees(const struct match *match, const struct sentiment_probabilities *probabilities)
{
    double own = match->side > 0 ? probabilities->positive : probabilities->negative,
           other = match->side > 0 ? probabilities->negative : probabilities->positive;
    return match->occurrence->polarity == match->side ? own >= other
                                                      : own > other && own >= min_open_probability;
}

static bool check_matches(const struct ground *ground, struct match_list *list, struct error *error)
{
    struct text *clauses = memory_alloc(list->count, sizeof(*clauses));
    struct sentiment_probabilities *probabilities =
        memory_alloc(list->count, sizeof(*probabilities));
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].needs_model)
            clauses[count++] = clause_text(list->members, list->items[i].occurrence);
    bool ok = clause_reader_predict(&ground->clause_reader, (struct text_array){clauses, count},
                                    probabilities, error);
    count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct match *match = &list->items[i];
        match->is_accepted = !match->needs_model || agrees(match, &probabilities[count]);
        count += match->needs_model;
    }
    free(clauses);
    free(probabilities);
    return ok;
}

/* The members with an accepted match, each once. */
static size_t count_members(const struct match_list *list, size_t candidate, bool opposite)
{
    size_t count = 0, last = SIZE_MAX;
    for (size_t i = 0; i < list->count; i++) {
        const struct match *match = &list->items[i];
        if (match->candidate == candidate && match->is_accepted && match->is_opposite == opposite &&
            match->occurrence->member != last) {
            last = match->occurrence->member;
            count++;
        }
    }
    return count;
}

/* ---- Points ---- */

struct ranked_passage {
    struct passage passage;
    size_t extra_words;
};

static int compare_passages(const void *a, const void *b)
{
    const struct ranked_passage *left = a, *right = b;
    if (left->extra_words != right->extra_words)
        return left->extra_words < right->extra_words ? -1 : 1;
    return left->passage.member < right->passage.member ? -1 : 1;
}

/* The clearest clause of each member, the clearest first. */
static struct passage *collect_evidence(const struct match_list *list, size_t candidate,
                                        size_t max_count, struct arena *arena, size_t *count)
{
    struct ranked_passage *ranked = memory_alloc(max_count, sizeof(*ranked));
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct match *match = &list->items[i];
        const struct occurrence *occurrence = match->occurrence;
        if (match->candidate != candidate || !match->is_accepted || match->is_opposite)
            continue;
        struct ranked_passage found = {{occurrence->member, occurrence->begin, occurrence->end},
                                       occurrence->extra_words};
        struct ranked_passage *last = *count ? &ranked[*count - 1] : NULL;
        if (!last || last->passage.member != occurrence->member)
            ranked[(*count)++] = found;
        else if (found.extra_words < last->extra_words)
            *last = found;
    }
    qsort(ranked, *count, sizeof(*ranked), compare_passages);
    struct passage *evidence = arena_alloc(arena, *count, sizeof(*evidence));
    for (size_t i = 0; i < *count; i++)
        evidence[i] = ranked[i].passage;
    free(ranked);
    return evidence;
}

/* What a text must state to stand for a point. */
struct stated_point {
    const struct statement_reader *reader;
    const struct point_candidate *candidate;
    size_t max_extra_words;
    bool is_single;           /* one record says it: it need not have an opinion word */
    struct hash_table wholes; /* owned; whole thing: clauses that say the point of it */
    size_t clause_count;
};

enum { CLAUSES_OF_A_WHOLE = 4, FOREIGN_WORDS = 2, SPECIFIC_WORDS = 2 };

/* Counts what the clauses say the point of, if it is not about an aspect. */
static void count_wholes(struct stated_point *point, const struct text *clauses, size_t count)
{
    struct arena scratch = {0};
    point->clause_count = count;
    for (size_t i = 0; i < count && point->candidate->aspect == 0; i++) {
        size_t statement_count;
        arena_reset(&scratch);
        const struct statement *statements =
            statements_extract(point->reader, clauses[i], &scratch, &statement_count);
        for (size_t k = 0; k < statement_count; k++)
            if (statements[k].aspect == 0 && statements[k].opinion == point->candidate->opinion &&
                statements[k].whole) {
                ++*hash_table_get_or_insert(&point->wholes, statements[k].whole, 0, NULL);
                break;
            }
    }
    arena_free(&scratch);
}

/* "The app is clean" does not stand for clauses that say it of other things: one in four must say
 * it of the app. */
static size_t count_foreign_words(const struct stated_point *point,
                                  const struct statement *statement)
{
    if (statement->whole == 0 || point->is_single)
        return 0;
    const size_t *found = hash_table_find(&point->wholes, statement->whole);
    return found && *found * CLAUSES_OF_A_WHOLE >= point->clause_count ? 0 : FOREIGN_WORDS;
}

/* A text begins with a capital, so that its first word may be a name: if nothing lists it. */
static bool may_begin_with_name(const struct statement_reader *reader, struct text text)
{
    size_t size = 0, letter;
    while (size < text.size && text.bytes[size] != ' ' && text.bytes[size] != ',')
        size++;
    if (normalize_letter_class(utf8_decode(text, 0, &letter)) != LETTER_SPACED_SCRIPT)
        return false;
    return !clause_words_knows(&reader->lexicon, text_slice(text, 0, size));
}

/* A shortened clause may have lost what the point says, or its negation. */
static size_t count_extra_words(void *user, struct text text)
{
    const struct stated_point *point = user;
    const struct point_candidate *candidate = point->candidate;
    struct arena scratch = {0};
    bool is_praise = candidate->polarity == SENTIMENT_POSITIVE, is_mixed = false,
         is_specific = false, is_word = text_find(text, TEXT(" "), 0) == text.size;
    size_t count, extra = SIZE_MAX;
    const struct statement *statements = statements_extract(point->reader, text, &scratch, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_same_side =
            statements[i].polarity == 0 || (statements[i].polarity > 0) == is_praise;
        is_mixed |= !is_same_side;
        if (is_same_side && (!is_word || statements[i].says_itself) &&
            statements[i].aspect == candidate->aspect &&
            (statements[i].opinion == candidate->opinion ||
             (point->is_single && statements[i].is_open && candidate->is_general &&
              !sentence_is_first_person(text))) &&
            statements[i].extra_words <= point->max_extra_words)
            extra = statements[i].extra_words + (size_t)statements[i].is_open +
                    count_foreign_words(point, &statements[i]);
        is_specific |= candidate->is_general && !statements[i].is_general && is_same_side &&
                       statements[i].aspect == candidate->aspect && statements[i].opinion;
    }
    arena_free(&scratch);
    /* "The delivery was good and fast" does not say what "good delivery" does. */
    if (is_specific && extra < SIZE_MAX)
        extra += SPECIFIC_WORDS;
    /* "The staircase is dirty" does not say that all is. */
    if (candidate->aspect == 0 && !point->is_single && extra < SIZE_MAX)
        extra *= 2;
    return is_mixed || may_begin_with_name(point->reader, text) ? SIZE_MAX : extra;
}

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
static bool choose_text(const struct ground *ground, const struct match_list *list,
                        const struct group *group, size_t candidate, struct key_point *point,
                        struct error *error)
{
    bool is_single = point->records == 1;
    struct stated_point stated_point = make_stated_point(ground, group, candidate, is_single);
    struct point_text_check check = {count_extra_words, &stated_point, is_single};
    enum { MAX_FALLBACK_WORDS = 2 };
    struct text *clauses = memory_alloc(MAX_COMPARED, sizeof(*clauses));
    size_t count = 0;
    for (size_t i = 0; i < list->count && count < MAX_COMPARED; i++) {
        const struct match *match = &list->items[i];
        if (match->candidate == candidate && match->is_accepted && !match->is_opposite)
            clauses[count++] = clause_text(list->members, match->occurrence);
    }
    count_wholes(&stated_point, clauses, count);
    struct text texts[MAX_TEXTS];
    struct sentiment_probabilities probabilities[MAX_TEXTS];
    size_t text_count = point_text_choose(clauses, count, &check, texts, MAX_TEXTS, group->arena);
    if (text_count == 0 && !is_single) {
        stated_point.max_extra_words = MAX_FALLBACK_WORDS;
        text_count = point_text_choose(clauses, count, &check, texts, MAX_TEXTS, group->arena);
    }
    bool ok = clause_reader_predict(&ground->clause_reader, (struct text_array){texts, text_count},
                                    probabilities, error);
    for (size_t i = 0; ok && i < text_count && point->text.size == 0; i++)
        if (has_polarity(&group->candidates[candidate], &probabilities[i]))
            point->text = texts[i];
    hash_table_free(&stated_point.wholes);
    free(clauses);
    return ok;
}

/* Replaces the point's text by one that the model writes, if that states the point and nothing
 * else.
 */
static bool write_text(const struct ground *ground, const struct group *group, size_t candidate,
                       struct key_point *point, struct error *error)
{
    enum { MAX_CLAUSES = 24 };
    struct text clauses[MAX_CLAUSES], text;
    size_t count = point->records < MAX_CLAUSES ? point->records : MAX_CLAUSES;
    for (size_t i = 0; i < count; i++) {
        const struct passage *passage = &point->evidence[i];
        clauses[i] = text_slice(group->members[passage->member].text, passage->begin, passage->end);
    }
    struct stated_point stated_point = make_stated_point(ground, group, candidate, false);
    struct sentiment_probabilities probabilities = {0};
    if (!point_writer_write(&ground->point_writer, (struct text_array){clauses, count},
                            group->arena, &text, error))
        return false;
    text = point_text_shorten(text, group->arena);
    if (text.size == 0 || count_extra_words(&stated_point, text) == SIZE_MAX)
        return true;
    if (!clause_reader_predict(&ground->clause_reader, (struct text_array){&text, 1},
                               &probabilities, error))
        return false;
    if (has_polarity(&group->candidates[candidate], &probabilities)) {
        point->text = text;
        point->author = POINT_BY_MODEL;
    }
    return true;
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

/* Appends the candidate to points[0..*count), unless too few records say it, or nobody says it in a
 * way that can stand for others. */
static bool add_point(const struct ground *ground, const struct match_list *present,
                      const struct match_list *previous, size_t candidate,
                      const struct group *group, struct key_point *points, size_t *count,
                      struct error *error)
{
    struct key_point *point = &points[*count];
    size_t records = count_members(present, candidate, false);
    if (records < candidates_min_records(group))
        return true;
    *point = (struct key_point){
        .records = records,
        .polarity = group->candidates[candidate].polarity,
        .author = POINT_BY_CUSTOMER,
        .previous_records = count_members(previous, candidate, false),
        .opposite_records = count_members(present, candidate, true),
    };
    if (!choose_text(ground, present, group, candidate, point, error))
        return false;
    if (point->text.size == 0)
        return true;
    point->evidence = collect_evidence(present, candidate, records, group->arena, &point->records);
    set_dates(point, group);
    (*count)++;
    return !uses_writer(ground) || write_text(ground, group, candidate, point, error);
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

/* Keeps the points that most records say, of each polarity as many as fit the group. */
static void shape_summary(const struct ground *ground, struct group *group,
                          struct key_point *points, size_t count)
{
    size_t available[SIDE_COUNT] = {0}, counts[SIDE_COUNT], kept = 0;
    qsort(points, count, sizeof(*points), compare_points);
    for (size_t i = 0; i < count; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < kept && !is_repeated; k++)
            is_repeated = points[k].polarity == points[i].polarity &&
                          have_same_words(points[k].text, points[i].text);
        if (!is_repeated) {
            available[side_of(points[i].polarity)]++;
            points[kept++] = points[i];
        }
    }
    choose_counts(group, available, (size_t)ground->max_points, counts);
    group->points = points;
    for (size_t i = 0; i < kept; i++)
        if (counts[side_of(points[i].polarity)] > 0) {
            counts[side_of(points[i].polarity)]--;
            points[group->point_count++] = points[i];
        }
}

/* ---- Quotes ---- */

/* The sentence around a clause. */
static struct passage expand_to_sentence(const struct ground *ground, const struct group *group,
                                         struct passage clause)
{
    struct arena scratch = {0};
    struct text text = group->members[clause.member].text;
    size_t count, begin = 0;
    const size_t *ends =
        segment_sentences(ground->statement_reader.segmenter, text, &scratch, &count);
    for (size_t i = 0; i < count && ends[i] < clause.end; i++)
        if (ends[i] <= clause.begin)
            begin = ends[i];
    size_t end = text.size;
    for (size_t i = count; i > 0 && ends[i - 1] >= clause.end; i--)
        end = ends[i - 1];
    arena_free(&scratch);
    struct text sentence = text_trim(text_slice(text, begin, end));
    if (sentence.size == 0 || sentence.size > MAX_QUOTE_SIZE)
        return clause;
    begin = (size_t)(sentence.bytes - text.bytes);
    return (struct passage){clause.member, begin, begin + sentence.size};
}

/* One quote of each point, of different members, as long as there are some. */
static void add_quotes(const struct ground *ground, struct group *group)
{
    struct passage *quotes = arena_alloc(group->arena, MAX_QUOTES, sizeof(*quotes));
    for (size_t i = 0; i < group->point_count; i++)
        for (size_t k = 0; k < group->points[i].records; k++) {
            struct passage clause = group->points[i].evidence[k];
            bool is_used = false;
            for (size_t n = 0; n < group->quote_count; n++)
                is_used |= quotes[n].member == clause.member;
            if (is_used)
                continue;
            if (group->quote_count < (size_t)ground->max_quotes)
                quotes[group->quote_count++] = expand_to_sentence(ground, group, clause);
            break;
        }
    group->quotes = quotes;
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct ground *ground = state;
    struct match_list present = {.members = group->members},
                      previous = {.members = group->previous_members};
    find_matches(group, &group->occurrences, &present);
    find_matches(group, &group->previous_occurrences, &previous);
    bool ok = check_matches(ground, &present, error) && check_matches(ground, &previous, error);
    struct key_point *points = arena_alloc(group->arena, group->candidate_count, sizeof(*points));
    size_t count = 0;
    for (size_t i = 0; ok && i < group->candidate_count; i++)
        ok = add_point(ground, &present, &previous, i, group, points, &count, error);
    if (ok) {
        shape_summary(ground, group, points, count);
        add_quotes(ground, group);
        group->summary = paragraph_compose(group, ground->language);
    }
    free(present.items);
    free(previous.items);
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
