/* examples.c - ranks the sentences in which records of a side state something. */
#include "stages/evidence/examples.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "stages/evidence/point_text.h"
#include "stages/text/sentence_quality.h"

enum {
    MIN_RECORDS = 2,         /* of the side */
    MIN_SHARE = 10,          /* of the side: one in so many records of the group */
    FEW_RECORDS = 40,        /* a group of so many repeats itself too little for points alone */
    MAX_READ = 1000,         /* records whose sentences are compared */
    MIN_LENGTH = 12,         /* code points of a sentence */
    MAX_LENGTH = 160,        /* a longer sentence is not read in a list */
    TYPICAL_LENGTH = 50,     /* shorter and longer ones are worse */
    GENERAL_COST = 60,       /* "bad" says less than a sentence about something */
    SILENT_COST = 120,       /* no listed word shows the side */
    CONTRADICTED_COST = 300, /* "Nice, but it broke" is no praise */
};

struct candidate {
    struct passage passage;
    uint64_t aspect;
    size_t cost; /* the lowest is best */
};

/* Marks the members that points of the side count; returns how many members of the side there are,
 * and how many of them are marked. */
static size_t count_side(const struct group *group, enum sentiment polarity, bool *is_counted,
                         size_t *counted)
{
    size_t records = 0;
    *counted = 0;
    for (size_t i = 0; i < group->point_count; i++)
        for (size_t k = 0; group->points[i].polarity == polarity && k < group->points[i].records;
             k++)
            is_counted[group->points[i].evidence[k].member] = true;
    for (size_t i = 0; i < group->member_count; i++)
        if (group->members[i].sentiment == polarity) {
            records++;
            *counted += is_counted[i];
        }
    return records;
}

static bool can_be_shown(struct text sentence, size_t length)
{
    return length >= MIN_LENGTH && length <= MAX_LENGTH && !point_text_is_personal(sentence) &&
           !text_ends_with(sentence, TEXT("?")) &&
           text_find(sentence, TEXT("\n"), 0) == sentence.size && sentence_is_readable(sentence) &&
           sentence_is_self_contained(sentence) && !sentence_expects_continuation(sentence);
}

/* The statements of one record, in the order of its text. */
struct record_statements {
    const struct occurrence *items;
    size_t count;
};

/* What a sentence of bytes [begin, end) is worth as an example, and what it is about. */
static void rate(const struct record_statements *statements, int side, struct candidate *candidate,
                 size_t length)
{
    size_t distance = length > TYPICAL_LENGTH ? length - TYPICAL_LENGTH : TYPICAL_LENGTH - length,
           silence = SILENT_COST, contradiction = 0;
    for (size_t i = 0; i < statements->count; i++) {
        const struct occurrence *occurrence = &statements->items[i];
        if (occurrence->begin < candidate->passage.begin ||
            occurrence->end > candidate->passage.end)
            continue;
        bool is_own = occurrence->polarity == side;
        if (occurrence->polarity == -side)
            contradiction = CONTRADICTED_COST;
        if (is_own && occurrence->aspect && !occurrence->is_general) {
            silence = 0;
            candidate->aspect = occurrence->aspect;
        } else if (is_own && silence == SILENT_COST) {
            silence = GENERAL_COST;
        }
    }
    candidate->cost = distance + silence + contradiction;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->cost != right->cost)
        return left->cost < right->cost ? -1 : 1;
    if (left->passage.member != right->passage.member)
        return left->passage.member < right->passage.member ? -1 : 1;
    return left->passage.begin < right->passage.begin ? -1 : 1;
}

/* The best of different records and about different things. */
static bool choose_examples(const struct candidate *candidates, size_t count, size_t max_examples,
                            struct member_texts *texts, struct arena *arena,
                            struct examples *examples, struct error *error)
{
    uint64_t aspects[MAX_EXAMPLES] = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < count && examples->count < max_examples; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < examples->count; k++)
            is_repeated |= examples->passages[k].member == candidates[i].passage.member ||
                           (aspects[k] && aspects[k] == candidates[i].aspect);
        if (is_repeated)
            continue;
        ok = member_texts_copy(texts, &candidates[i].passage, arena,
                               &examples->texts[examples->count], error);
        examples->passages[examples->count] = candidates[i].passage;
        aspects[examples->count++] = candidates[i].aspect;
    }
    return ok;
}

struct candidates {
    struct candidate *items; /* owned */
    size_t count, capacity;
};

/* Adds the sentences of a record that can be shown; a full stop at the end is left out. */
static void add_sentences(struct candidates *candidates, const struct statement_reader *reader,
                          const struct record_statements *statements, size_t member, int side,
                          struct text text)
{
    struct arena scratch = {0};
    size_t count, begin = 0;
    const size_t *ends = segment_sentences(reader->segmenter, text, &scratch, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(text, begin, ends[i]));
        while (sentence.size > 0 && sentence.bytes[sentence.size - 1] == '.')
            sentence.size--;
        size_t length = utf8_count_code_points(sentence);
        if (!can_be_shown(sentence, length))
            continue;
        size_t at = (size_t)(sentence.bytes - text.bytes);
        struct candidate candidate = {.passage = {member, at, at + sentence.size}};
        rate(statements, side, &candidate, length);
        candidates->items = memory_grow(candidates->items, &candidates->capacity,
                                        candidates->count + 1, sizeof(candidate));
        candidates->items[candidates->count++] = candidate;
    }
    arena_free(&scratch);
}

/* Reads the records of the side that no point counts. */
static bool read_candidates(const struct group *group, enum sentiment polarity,
                            const bool *is_counted, const struct statement_reader *reader,
                            struct member_texts *texts, struct candidates *candidates,
                            struct error *error)
{
    const struct occurrences *all = &group->occurrences;
    size_t at = 0, read = 0;
    for (size_t i = 0; i < group->member_count && read < MAX_READ; i++) {
        struct record_statements statements;
        struct text text;
        while (at < all->count && all->items[at].member < i)
            at++;
        statements.items = at < all->count ? &all->items[at] : NULL;
        for (statements.count = 0; at < all->count && all->items[at].member == i; at++)
            statements.count++;
        if (group->members[i].sentiment != polarity || is_counted[i])
            continue;
        read++;
        if (!member_texts_read(texts, i, &text, error))
            return false;
        add_sentences(candidates, reader, &statements, i, polarity == SENTIMENT_POSITIVE ? 1 : -1,
                      text);
    }
    return true;
}

bool examples_find(const struct group *group, enum sentiment polarity,
                   const struct statement_reader *reader, struct member_texts *texts,
                   struct examples *examples, struct error *error)
{
    bool *is_counted = memory_alloc(group->member_count, sizeof(*is_counted));
    size_t counted, records = count_side(group, polarity, is_counted, &counted);
    bool is_small = group->member_count <= FEW_RECORDS;
    bool is_told = records < MIN_RECORDS || records * MIN_SHARE < group->member_count ||
                   counted * (is_small ? 2 : 3) >= records;
    struct candidates candidates = {0};
    *examples = (struct examples){0};
    bool ok =
        is_told || read_candidates(group, polarity, is_counted, reader, texts, &candidates, error);
    if (candidates.count > 0)
        qsort(candidates.items, candidates.count, sizeof(*candidates.items), compare_candidates);
    ok = ok && choose_examples(candidates.items, candidates.count,
                               is_small ? MAX_EXAMPLES : MAX_EXAMPLES - 1, texts, group->arena,
                               examples, error);
    free(candidates.items);
    free(is_counted);
    return ok;
}
