/* point_evidence.c - compares sentences of the members with the points. */
#include "stages/evidence/point_evidence.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"

/* Minimum probability of the network for a member whose words state the point. */
static const float min_stated = 0.85F;

/* The probability that a member says the point, from that of the network and from its words:
 * logistic regression on records that were read (training/point_counts.py). */
static const double says_bias = -2.44, says_stated = 2.64, says_logit = 0.59;

/* Pairs below this similarity are not compared, to save time. */
static const double min_nearest = 0.3;

enum {
    NOT_STATED = UINT8_MAX + 1,
    MAX_PART_SIZE = 400, /* bytes */
};

/* A clause of a member that states a point. There may be many. */
struct found_record {
    uint32_t member, begin, end; /* as in struct passage */
    float probability;
    uint16_t extra_words; /* of the clause that states the point, or NOT_STATED */
};

/* What members say of a point, while it is collected. */
struct record_list {
    struct found_record *items; /* owned; in the order of the members */
    size_t count, capacity;
    double missed;               /* as in struct found_evidence */
    struct found_record present; /* of the member that is read */
};

struct search {
    const struct searched_points *searched;
    struct point_matches *matches;
    struct matched_text *texts; /* [point] */
    struct record_list *lists;  /* [point] */
    size_t next_match;          /* the first of the member that is read next */
    size_t sample_step;         /* every so many-th member is read for other words; 0: none */
    bool is_sampled;            /* the member that is read */
    struct arena scratch;       /* of the sentence that is compared */
};

/* Begins a member: takes the clauses that state points. */
static void begin_member(struct search *search, size_t member)
{
    const struct point_matches *matches = search->matches;
    search->is_sampled = search->sample_step > 0 && member % search->sample_step == 0;
    for (size_t k = 0; k < search->searched->count; k++)
        search->lists[k].present =
            (struct found_record){.member = (uint32_t)member, .extra_words = NOT_STATED};
    for (; search->next_match < matches->count; search->next_match++) {
        const struct point_match *match = &matches->items[search->next_match];
        if (match->occurrence->member != member)
            break;
        for (size_t k = 0; k < search->searched->count; k++) {
            struct found_record *present = &search->lists[k].present;
            if (match->candidate == search->searched->points[k].candidate && match->is_accepted &&
                !match->is_opposite && match->occurrence->extra_words < present->extra_words)
                *present = (struct found_record){.member = match->occurrence->member,
                                                 .begin = match->occurrence->begin,
                                                 .end = match->occurrence->end,
                                                 .extra_words = match->occurrence->extra_words};
        }
    }
}

static struct match_facts find_facts(const struct key_point *point, const struct member *member)
{
    bool is_praise = point->polarity == SENTIMENT_POSITIVE;
    enum sentiment other = is_praise ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE;
    return (struct match_facts){.side = is_praise ? 1 : -1,
                                .agrees = member->sentiment == point->polarity,
                                .contradicts = member->sentiment == other};
}

static bool is_stated(const struct found_record *record)
{
    return record->extra_words < NOT_STATED;
}

/* Whether more sentences of the member can change what is known of the point. */
static bool is_open(const struct search *search, size_t point)
{
    const struct found_record *present = &search->lists[point].present;
    return is_stated(present) ? present->probability < min_stated : search->is_sampled;
}

static bool has_open_point(const struct search *search)
{
    for (size_t k = 0; k < search->searched->count; k++)
        if (is_open(search, k))
            return true;
    return false;
}

/* Compares a sentence, or a part of a long one, with the open points. */
static void compare_part(struct search *search, struct text part, const struct member *member)
{
    struct point_matcher *matcher = search->searched->matcher;
    arena_reset(&search->scratch);
    struct matched_text text = point_matcher_read(matcher, part, &search->scratch);
    for (size_t k = 0; k < search->searched->count; k++) {
        struct found_record *present = &search->lists[k].present;
        if (!is_open(search, k))
            continue;
        struct match_facts facts = find_facts(&search->searched->points[k], member);
        float probability =
            (float)point_matcher_compare(matcher, &search->texts[k], &text, &facts, min_nearest);
        if (probability > present->probability)
            present->probability = probability;
    }
}

/* A long sentence, or a text without ends of sentences, is compared in parts, so that memory and
 * quotes are bounded. They end at a blank, if there is one. */
static size_t find_part_end(struct text text, size_t begin, size_t end)
{
    if (end - begin <= MAX_PART_SIZE)
        return end;
    size_t limit = utf8_boundary_before(text, begin + MAX_PART_SIZE), at = limit;
    while (at > begin && text.bytes[at - 1] != ' ')
        at--;
    return at > begin ? at : limit;
}

static bool read_member(struct search *search, size_t member, struct error *error)
{
    struct arena scratch = {0};
    struct member_texts *texts = &search->matches->texts;
    struct text text;
    size_t count, begin = 0;
    if (!has_open_point(search))
        return true;
    if (!member_texts_read(texts, member, &text, error))
        return false;
    const size_t *ends =
        segment_sentences(search->searched->reader->segmenter, text, &scratch, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        size_t end = begin;
        while (end < ends[i] && has_open_point(search)) {
            size_t first = end;
            end = find_part_end(text, first, ends[i]);
            struct text part = text_trim(text_slice(text, first, end));
            while (text_ends_with(part, TEXT(".")))
                part.size--;
            compare_part(search, part, &texts->members[member]);
        }
    }
    arena_free(&scratch);
    return true;
}

/* The probability that the member says the point. */
static double estimate(const struct found_record *record)
{
    static const double limit = 1e-4; /* of certainty */
    double odds = (record->probability + limit) / (1 - record->probability + limit);
    double stated = is_stated(record) ? says_stated : 0;
    return 1 / (1 + exp(-(says_bias + stated + says_logit * log(odds))));
}

/* Adds the member to the points that it says. */
static void end_member(struct search *search)
{
    for (size_t k = 0; k < search->searched->count; k++) {
        struct record_list *list = &search->lists[k];
        if (!is_stated(&list->present)) {
            if (list->present.probability > 0)
                list->missed += (double)search->sample_step * estimate(&list->present);
            continue;
        }
        if (list->present.probability < min_stated) {
            list->missed += estimate(&list->present);
            continue;
        }
        list->items =
            memory_grow(list->items, &list->capacity, list->count + 1, sizeof(*list->items));
        list->items[list->count++] = list->present;
    }
}

static int compare_records(const void *a, const void *b)
{
    const struct found_record *left = a, *right = b;
    if (left->extra_words != right->extra_words)
        return left->extra_words < right->extra_words ? -1 : 1;
    return left->member < right->member ? -1 : 1;
}

static struct found_evidence sort_records(const struct record_list *list, struct arena *arena)
{
    struct found_evidence evidence = {arena_alloc(arena, list->count, sizeof(*evidence.passages)),
                                      list->count, list->missed};
    if (list->count > 0)
        qsort(list->items, list->count, sizeof(*list->items), compare_records);
    for (size_t i = 0; i < list->count; i++)
        evidence.passages[i] =
            (struct passage){list->items[i].member, list->items[i].begin, list->items[i].end};
    return evidence;
}

static size_t find_sample_step(size_t member_count, size_t max_sample)
{
    return max_sample > 0 ? (member_count + max_sample - 1) / max_sample : 0;
}

bool point_evidence_find(const struct searched_points *searched, struct point_matches *matches,
                         size_t member_count, struct found_evidence *evidence, struct arena *arena,
                         struct error *error)
{
    struct arena scratch = {0};
    struct search search = {
        .searched = searched,
        .matches = matches,
        .texts = arena_alloc(&scratch, searched->count, sizeof(*search.texts)),
        .lists = arena_alloc(&scratch, searched->count, sizeof(*search.lists)),
        .sample_step = find_sample_step(member_count, searched->max_sample),
    };
    bool ok = true;
    for (size_t k = 0; k < searched->count; k++)
        search.texts[k] = point_matcher_read(searched->matcher, searched->points[k].text, &scratch);
    for (size_t i = 0; ok && i < member_count; i++) {
        begin_member(&search, i);
        ok = read_member(&search, i, error);
        end_member(&search);
    }
    for (size_t k = 0; k < searched->count; k++) {
        evidence[k] = sort_records(&search.lists[k], arena);
        free(search.lists[k].items);
    }
    arena_free(&search.scratch);
    arena_free(&scratch);
    return ok;
}
