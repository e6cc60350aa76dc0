/* examples.c - ranks the sentences in which records of a side state something. */
#include "stages/evidence/examples.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "stages/evidence/candidates.h"
#include "stages/evidence/side.h"
#include "stages/text/sentence_quality.h"

enum {
    MIN_RECORDS = 2,       /* of the side */
    MIN_SHARE = 10,        /* of the side: one in so many records of the group */
    MAX_READ = 2000,       /* statements whose sentences are compared */
    MIN_LENGTH = 12,       /* code points of a sentence */
    MAX_LENGTH = 110,      /* a longer sentence is not read in a list */
    TYPICAL_LENGTH = 50,   /* shorter and longer ones are worse */
    GENERAL_PENALTY = 100, /* "bad" says less than any sentence about something */
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

/* The sentence around a clause, without its full stop. */
static struct text find_sentence(const struct statement_reader *reader, struct text text,
                                 const struct occurrence *occurrence, struct arena *scratch)
{
    size_t count, begin = 0, end = text.size;
    const size_t *ends = segment_sentences(reader->segmenter, text, scratch, &count);
    for (size_t i = 0; i < count && ends[i] <= occurrence->begin; i++)
        begin = ends[i];
    for (size_t i = count; i > 0 && ends[i - 1] >= occurrence->end; i--)
        end = ends[i - 1];
    struct text sentence = text_trim(text_slice(text, begin, end));
    while (sentence.size > 0 && sentence.bytes[sentence.size - 1] == '.')
        sentence.size--;
    return sentence;
}

/* A capital letter within the sentence may begin the name of a person; "I" does not. */
static bool may_have_name(struct text sentence)
{
    for (size_t i = 1; i + 1 < sentence.size; i++)
        if (ascii_is_space(sentence.bytes[i - 1]) && sentence.bytes[i] >= 'A' &&
            sentence.bytes[i] <= 'Z' &&
            !(sentence.bytes[i] == 'I' && !ascii_is_letter(sentence.bytes[i + 1])))
            return true;
    return false;
}

static bool has_mark(struct text sentence)
{
    return text_find(sentence, TEXT("@"), 0) < sentence.size ||
           text_find(sentence, TEXT("["), 0) < sentence.size ||
           text_find(sentence, TEXT("://"), 0) < sentence.size ||
           text_find(sentence, TEXT("\n"), 0) < sentence.size;
}

static bool can_be_shown(struct text sentence, size_t length)
{
    return length >= MIN_LENGTH && length <= MAX_LENGTH && !has_mark(sentence) &&
           !may_have_name(sentence) && sentence_is_readable(sentence) &&
           sentence_is_self_contained(sentence) && !sentence_expects_continuation(sentence);
}

static size_t get_cost(const struct occurrence *occurrence, size_t length)
{
    size_t distance = length > TYPICAL_LENGTH ? length - TYPICAL_LENGTH : TYPICAL_LENGTH - length;
    return distance + (occurrence->is_general || !occurrence->aspect ? GENERAL_PENALTY : 0);
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->cost != right->cost)
        return left->cost < right->cost ? -1 : 1;
    return left->passage.member < right->passage.member
               ? -1
               : left->passage.member > right->passage.member;
}

/* The best of different records and about different things. */
static bool choose_examples(const struct candidate *candidates, size_t count,
                            struct member_texts *texts, struct arena *arena,
                            struct examples *examples, struct error *error)
{
    uint64_t aspects[MAX_EXAMPLES] = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < count && examples->count < MAX_EXAMPLES; i++) {
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

bool examples_find(const struct group *group, enum sentiment polarity,
                   const struct statement_reader *reader, struct member_texts *texts,
                   struct examples *examples, struct error *error)
{
    struct arena scratch = {0};
    struct candidate *candidates = NULL;
    size_t count = 0, capacity = 0, read = 0, counted;
    bool *is_counted = memory_alloc(group->member_count, sizeof(*is_counted));
    size_t records = count_side(group, polarity, is_counted, &counted);
    bool is_told = records < MIN_RECORDS || records * MIN_SHARE < group->member_count ||
                   counted * 3 >= records;
    bool ok = true;
    int side = polarity == SENTIMENT_POSITIVE ? 1 : -1;
    for (size_t i = 0; ok && !is_told && i < group->occurrences.count && read < MAX_READ; i++) {
        const struct occurrence *occurrence = &group->occurrences.items[i];
        struct text text;
        if (is_counted[occurrence->member] || occurrence->polarity != side ||
            group->members[occurrence->member].sentiment != polarity)
            continue;
        read++;
        ok = member_texts_read(texts, occurrence->member, &text, error);
        if (!ok)
            break;
        arena_reset(&scratch);
        struct text sentence = find_sentence(reader, text, occurrence, &scratch);
        size_t length = utf8_count_code_points(sentence);
        if (!can_be_shown(sentence, length))
            continue;
        size_t begin = (size_t)(sentence.bytes - text.bytes);
        candidates = memory_grow(candidates, &capacity, count + 1, sizeof(*candidates));
        candidates[count++] = (struct candidate){
            {occurrence->member, begin, begin + sentence.size},
            occurrence->aspect,
            get_cost(occurrence, length),
        };
    }
    if (count > 0)
        qsort(candidates, count, sizeof(*candidates), compare_candidates);
    *examples = (struct examples){0};
    ok = ok && choose_examples(candidates, count, texts, group->arena, examples, error);
    free(candidates);
    free(is_counted);
    arena_free(&scratch);
    return ok;
}
