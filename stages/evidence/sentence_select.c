/* sentence_select.c - picking passages. */
#include "stages/evidence/sentence_select.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum {
    SHORTEST_QUOTE = 8,
    LONGEST_QUOTE = 200,
    MOST_QUOTES = 16,
};

static const double freshness =
    0.5; /* a passage of which less than this is new is the same again */

static enum sentiment side_of(enum sentiment sentiment)
{
    bool has_side = sentiment == SENTIMENT_POSITIVE || sentiment == SENTIMENT_NEGATIVE;
    return has_side ? sentiment : SENTIMENT_NEUTRAL;
}

/* A character of a dense script says as much as two letters. */
static size_t length_of(struct text text)
{
    size_t length = 0, size;
    for (size_t at = 0; at < text.size; at += size)
        length += normalize_letter(utf8_decode(text, at, &size)) == LETTER_DENSE ? 2 : 1;
    return length;
}

static bool fits(const struct support *support, const struct typical_rules *rules, size_t index)
{
    const struct passage *passage = &support->passages[index];
    struct text text = support_text(support, passage);
    if (passage->score <= 0 || text.size < rules->shortest || text.size > rules->longest * 4)
        return false;
    if (!rules->any_polarity &&
        side_of(support->members[passage->member].sentiment) != rules->polarity)
        return false;
    size_t length = length_of(text);
    return length >= rules->shortest && length <= rules->longest;
}

/* What has been said, concept by concept. */
static bool *marks_of(const struct support *support, const struct typical_said *said)
{
    bool *marks = memory_alloc(support->concepts.count, sizeof(*marks));
    for (size_t i = 0; i < said->passage_count; i++)
        concepts_say(&support->concepts, said->passages[i], marks);
    for (size_t i = 0; i < said->sentence_count; i++)
        concepts_say_text(&support->concepts, said->sentences[i], marks);
    return marks;
}

bool typical_pick(const struct support *support, const struct typical_rules *rules,
                  const struct typical_said *said, size_t *passage)
{
    const struct concepts *concepts = &support->concepts;
    bool *marks = marks_of(support, said), *nothing = memory_alloc(concepts->count, sizeof(bool));
    double best = 0;
    for (size_t i = 0; i < support->count; i++) {
        double score = support->passages[i].score;
        if (score <= best || !fits(support, rules, i))
            continue;
        score *= concepts_gain(concepts, i, marks) / concepts_gain(concepts, i, nothing);
        if (score > best && concepts_unsaid(concepts, i, marks) > freshness) {
            best = score;
            *passage = i;
        }
    }
    free(marks);
    free(nothing);
    return best > 0;
}

enum { SIDES = 3 };

static const enum sentiment sides[SIDES] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE,
                                            SENTIMENT_NEUTRAL};

size_t typical_side(enum sentiment sentiment)
{
    return sentiment == SENTIMENT_NEGATIVE ? 0 : sentiment == SENTIMENT_POSITIVE ? 1 : 2;
}

/* Quotes for each side, by the largest remainder; a fifth of the records earns one. */
static void share_out(const struct support *support, size_t most, size_t quotas[SIDES])
{
    double members[SIDES] = {0}, rests[SIDES];
    for (size_t i = 0; i < support->member_count; i++)
        for (size_t side = 0; side < SIDES; side++)
            members[side] += side_of(support->members[i].sentiment) == sides[side];
    size_t given = 0, largest = 0;
    for (size_t side = 0; side < SIDES; side++) {
        double share = members[side] * (double)most / (double)support->member_count;
        quotas[side] = (size_t)share;
        rests[side] = share - (double)quotas[side];
        given += quotas[side];
    }
    for (; given < most; given++) {
        size_t next = 0;
        for (size_t side = 1; side < SIDES; side++)
            if (rests[side] > rests[next])
                next = side;
        quotas[next]++;
        rests[next] = -1;
    }
    for (size_t side = 1; side < SIDES; side++)
        if (quotas[side] > quotas[largest])
            largest = side;
    for (size_t side = 0; side < SIDES; side++)
        if (sides[side] != SENTIMENT_NEUTRAL && quotas[side] == 0 && quotas[largest] > 1 &&
            members[side] * 5 >= (double)support->member_count) {
            quotas[side]++;
            quotas[largest]--;
        }
}

size_t typical_quotes(const struct support *support, const struct typical_said *said, size_t most,
                      size_t *passages)
{
    size_t used[MOST_QUOTES + MOST_QUOTES], used_count = 0, count = 0;
    size_t quotas[SIDES];
    most = most < MOST_QUOTES ? most : MOST_QUOTES;
    for (size_t i = 0; i < said->passage_count && i < MOST_QUOTES; i++)
        used[used_count++] = said->passages[i];
    struct typical_rules rules = {.shortest = SHORTEST_QUOTE, .longest = LONGEST_QUOTE};
    share_out(support, most, quotas);
    /* First each side's own, in the end anyone's. */
    for (size_t side = 0; side <= SIDES; side++) {
        rules.any_polarity = side == SIDES;
        rules.polarity = sides[side % SIDES];
        size_t wanted = side < SIDES ? count + quotas[side] : most;
        while (count < wanted) {
            struct typical_said all = {.passages = used, .passage_count = used_count};
            struct typical_said quoted = {.passages = passages, .passage_count = count};
            if (!typical_pick(support, &rules, &all, &passages[count]) &&
                !typical_pick(support, &rules, &quoted, &passages[count]))
                break;
            used[used_count++] = passages[count++];
        }
    }
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && support->passages[passages[k]].score >
                                        support->passages[passages[k - 1]].score;
             k--) {
            size_t swap = passages[k];
            passages[k] = passages[k - 1];
            passages[k - 1] = swap;
        }
    return count;
}
