/* key_points.c - loads saved key points, and chooses those of an answer. */
#include "jobs/ask/key_points.h"

#include <stdlib.h>

#include "base/memory.h"

enum { MIN_RECORDS = 2 };

/* How well a point's text must express a word of the question. */
static const double min_match = 0.5;

/* ---- Loading ---- */

struct loader {
    struct key_points *points;
    const struct corpus *corpus;
};

static void add_evidence(void *user, const struct point_evidence *evidence)
{
    struct loader *loader = user;
    struct key_points *points = loader->points;
    if (evidence->is_first) {
        points->points = memory_grow(points->points, &points->capacity, points->count + 1,
                                     sizeof(*points->points));
        struct text text = arena_copy_text(&points->arena, evidence->point);
        points->points[points->count++] = (struct saved_point){
            .text = text,
            .topic = arena_copy_text(&points->arena, evidence->topic),
            .compared = compared_text_make(text, &points->arena),
            .polarity = evidence->polarity,
            .first_record = points->record_count,
        };
    }
    size_t record = corpus_find(loader->corpus, evidence->feedback_id);
    if (record == loader->corpus->count)
        return;
    points->records = memory_grow(points->records, &points->record_capacity,
                                  points->record_count + 1, sizeof(*points->records));
    points->records[points->record_count++] = record;
    points->points[points->count - 1].record_count++;
}

bool key_points_load(struct key_points *points, struct store *store, const struct corpus *corpus,
                     struct error *error)
{
    struct loader loader = {points, corpus};
    return store_for_each_point_evidence(store, add_evidence, &loader, error);
}

void key_points_free(struct key_points *points)
{
    free(points->points);
    free(points->records);
    arena_free(&points->arena);
    *points = (struct key_points){0};
}

/* ---- Choosing ---- */

static bool is_about_concept(const struct saved_point *point, const struct concept *concept,
                             const struct taxonomy *taxonomy)
{
    if (concept_match(concept, &point->compared) >= min_match)
        return true;
    return concept->names_topic && text_equal(taxonomy->names.items[concept->topic], point->topic);
}

/* Whether the point is about all nouns of the question; or, if it has none, about another word. */
static bool is_about_question(const struct saved_point *point, const struct answer_scope *scope)
{
    const struct question *question = scope->question;
    bool has_noun = false, has_other = question->concept_count == 0;
    for (size_t i = 0; i < question->concept_count; i++) {
        const struct concept *concept = &question->concepts[i];
        bool is_about = is_about_concept(point, concept, scope->taxonomy);
        if (concept->is_light || concept->is_predicate) {
            has_other |= is_about;
            continue;
        }
        has_noun = true;
        if (!is_about)
            return false;
    }
    return has_noun || has_other;
}

static int compare_newest_first(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return left > right ? -1 : left < right;
}

/* The point's records that belong to the answer, the newest first; records are in the order of
 * time. */
static struct answer_point make_answer_point(const struct key_points *points,
                                             const struct saved_point *saved, const bool *is_about,
                                             struct arena *arena)
{
    size_t *records = arena_alloc(arena, saved->record_count + 1, sizeof(*records));
    struct answer_point made = {.saved = saved, .records = records};
    for (size_t i = 0; i < saved->record_count; i++) {
        size_t record = points->records[saved->first_record + i];
        if (is_about[record])
            records[made.count++] = record;
    }
    if (made.count > 0)
        qsort(records, made.count, sizeof(*records), compare_newest_first);
    return made;
}

/* Points of other groups may have the same text, or the same records. */
static bool repeats(const struct answer_point *point, const struct answer_point *chosen)
{
    size_t shared = 0;
    if (point->saved->polarity != chosen->saved->polarity)
        return false;
    if (text_equal(point->saved->text, chosen->saved->text))
        return true;
    for (size_t i = 0, k = 0; i < point->count && k < chosen->count;) {
        size_t a = point->records[i], b = chosen->records[k];
        shared += a == b;
        i += a >= b;
        k += b >= a;
    }
    return shared * 2 >= point->count;
}

static int compare_points(const void *first, const void *second)
{
    const struct answer_point *a = first, *b = second;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->saved < b->saved ? -1 : a->saved > b->saved; /* in the order of the groups */
}

size_t key_points_choose(const struct key_points *points, const struct answer_scope *scope,
                         struct answer_point **chosen, struct arena *arena)
{
    struct answer_point *found = arena_alloc(arena, points->count + 1, sizeof(*found));
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < points->count; i++) {
        if (!is_about_question(&points->points[i], scope))
            continue;
        found[count] = make_answer_point(points, &points->points[i], scope->is_about, arena);
        count += found[count].count >= MIN_RECORDS;
    }
    qsort(found, count, sizeof(*found), compare_points);
    for (size_t i = 0; i < count && kept < MAX_ANSWER_POINTS; i++) {
        bool is_new = true;
        for (size_t k = 0; k < kept; k++)
            is_new &= !repeats(&found[i], &found[k]);
        if (is_new)
            found[kept++] = found[i];
    }
    *chosen = found;
    return kept;
}
