/* ground.c - the ground stage: nothing is invented. Each sentence of a summary is supported by rows
 * of its group, or replaced by a sentence of theirs; quotes are bytes of the rows themselves. */
#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "stages/evidence/sentence_rank.h"
#include "stages/evidence/sentence_select.h"
#include "stages/stages.h"
#include "stages/text/sentence_quality.h"

enum { MOST_SENTENCES = 8, MOST_EVIDENCE = 5, MOST_QUOTES = 8, RECORDS_A_SENTENCE = 2 };

struct ground {
    int64_t sentences, quotes;
    double threshold, sure_at;
    int64_t candidates;
    struct text taxonomy;
    struct judge judge;
    struct segmenter *segmenter; /* owned */
};

static bool open_ground(void *state, const struct workbench *workbench, struct error *error)
{
    struct ground *ground = state;
    return judge_open(&ground->judge, ground->taxonomy, workbench, error) &&
           segmenter_open(&ground->segmenter, error);
}

static void close_ground(void *state)
{
    struct ground *ground = state;
    judge_close(&ground->judge);
    segmenter_close(ground->segmenter);
}

/* A summary while it is checked. */
struct draft {
    struct text sentences[MOST_SENTENCES]; /* of the model */
    enum sentiment polarities[MOST_SENTENCES];
    size_t count;
};

/* The readable sentences of what the model wrote. */
static void split_summary(struct ground *ground, const struct group *group, struct draft *draft,
                          struct arena *scratch)
{
    struct text summary = group->part_count > 0 ? group->parts[0] : (struct text){0};
    bool is_cut = strcmp(group->finish_reason, "length") == 0;
    size_t count, begin = 0;
    const size_t *ends = segment_sentences(ground->segmenter, summary, scratch, &count);
    for (size_t i = 0; i < count && draft->count < (size_t)ground->sentences; begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(summary, begin, ends[i]));
        bool is_broken = is_cut && i + 1 == count && !readable_is_finished(sentence);
        bool repeats = false;
        for (size_t k = 0; k < draft->count; k++)
            repeats |= text_equal(draft->sentences[k], sentence);
        if (!repeats && !is_broken && readable_check(sentence))
            draft->sentences[draft->count++] = sentence;
    }
}

/* A summary as it will be saved. */
struct outcome {
    struct summary_sentence *sentences; /* in the group's arena */
    struct text texts[MOST_SENTENCES];  /* of all sentences so far */
    enum sentiment polarities[MOST_SENTENCES];
    size_t passages[MOST_SENTENCES]; /* that stand in it word for word */
    size_t count, passage_count;
};

static void add_sentence(struct outcome *outcome, struct text text, enum sentiment polarity,
                         bool extractive, const struct passage *evidence, size_t evidence_count,
                         struct arena *arena)
{
    struct passage *kept = arena_alloc(arena, evidence_count, sizeof(*kept));
    if (evidence_count > 0)
        memcpy(kept, evidence, evidence_count * sizeof(*kept));
    outcome->texts[outcome->count] = arena_copy(arena, text);
    outcome->polarities[outcome->count] = polarity;
    outcome->sentences[outcome->count] =
        (struct summary_sentence){.text = outcome->texts[outcome->count],
                                  .extractive = extractive,
                                  .evidence = kept,
                                  .evidence_count = evidence_count};
    outcome->count++;
}

enum { SIDES = 3 };

static const enum sentiment sides[SIDES] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE,
                                            SENTIMENT_NEUTRAL};

/* The side that the summary has said least of, measured by its records and the sentences that a
 * whole summary has. */
static enum sentiment side_wanted(const struct support *support, const struct outcome *outcome,
                                  size_t sentences)
{
    double owed[SIDES] = {0};
    for (size_t i = 0; i < support->member_count; i++)
        owed[typical_side(support->members[i].sentiment)] += 1 / (double)support->member_count;
    for (size_t i = 0; i < outcome->count; i++)
        owed[typical_side(outcome->polarities[i])] -= 1 / (double)sentences;
    size_t most = 0;
    for (size_t side = 1; side < SIDES; side++)
        if (owed[side] > owed[most])
            most = side;
    return sides[most];
}

/* The best sentence of the group's records that is not said yet, of the side that a summary of
 * `wanted` sentences owes where there is one; a long one is cut at a word. False when nothing is
 * left to say. */
static bool add_extract(struct ground *ground, const struct support *support, size_t wanted,
                        struct outcome *outcome, struct arena *arena)
{
    enum sentiment side = side_wanted(support, outcome, wanted);
    struct typical_rules wishes[] = {
        {.shortest = 20, .longest = 140, .polarity = side},
        {.shortest = 10, .longest = 140, .polarity = side},
        {.shortest = 20, .longest = 140, .any_polarity = true},
        {.shortest = 2, .longest = 400, .any_polarity = true},
    };
    struct typical_said said = {outcome->passages, outcome->passage_count, outcome->texts,
                                outcome->count};
    size_t index = 0, tries = outcome->count > 0 ? 3 : 4, wish = 0;
    while (wish < tries && !typical_pick(support, &wishes[wish], &said, &index))
        wish++;
    if (wish == tries && (outcome->count > 0 || support->count == 0))
        return false;
    struct passage passage = support->passages[index];
    struct text text = support_text(support, &passage);
    if (text.size > 1600)
        passage.end = passage.begin + segment_word_floor(ground->segmenter, text, 1200);
    if (passage.end == passage.begin)
        passage.end = passage.begin + utf8_floor(text, 1200);
    text = text_trim(support_text(support, &passage));

    struct passage evidence[MOST_EVIDENCE + 1];
    size_t count;
    enum sentiment polarity = support->members[passage.member].sentiment;
    support_find(support, text, polarity, ground->threshold, evidence + 1, MOST_EVIDENCE - 1,
                 &count);
    evidence[0] = passage;
    evidence[0].score = 1;
    size_t kept = 1;
    for (size_t i = 1; i <= count; i++)
        if (evidence[i].member != passage.member)
            evidence[kept++] = evidence[i];
    outcome->passages[outcome->passage_count++] = index;
    add_sentence(outcome, text, polarity, true, evidence, kept, arena);
    return true;
}

/* What one side says stands together, that of most records first; within a side, as picked. */
static void order_extracts(const struct support *support, struct outcome *outcome, size_t first)
{
    size_t records[SIDES] = {0};
    for (size_t i = 0; i < support->member_count; i++)
        records[typical_side(support->members[i].sentiment)]++;
    struct summary_sentence ordered[MOST_SENTENCES];
    size_t count = first;
    for (bool done[SIDES] = {false}; count < outcome->count;) {
        size_t next = SIDES;
        for (size_t side = 0; side < SIDES; side++)
            if (!done[side] && (next == SIDES || records[side] > records[next]))
                next = side;
        done[next] = true;
        for (size_t i = first; i < outcome->count; i++)
            if (typical_side(outcome->polarities[i]) == next)
                ordered[count++] = outcome->sentences[i];
    }
    for (size_t i = first; i < count; i++)
        outcome->sentences[i] = ordered[i];
}

static void add_quotes(const struct ground *ground, const struct support *support,
                       const struct outcome *outcome, struct group *group)
{
    struct typical_said said = {.passages = outcome->passages,
                                .passage_count = outcome->passage_count};
    size_t chosen[MOST_QUOTES];
    group->quote_count = typical_quotes(support, &said, (size_t)ground->quotes, chosen);
    struct passage *quotes = arena_alloc(group->arena, group->quote_count, sizeof(*quotes));
    for (size_t i = 0; i < group->quote_count; i++)
        quotes[i] = support->passages[chosen[i]];
    group->quotes = quotes;
}

static void fill_summary(struct ground *ground, const struct support *support,
                         const struct draft *draft, struct group *group)
{
    struct outcome outcome = {0};
    outcome.sentences = arena_alloc(group->arena, MOST_SENTENCES, sizeof(*outcome.sentences));
    for (size_t i = 0; i < draft->count; i++) {
        struct passage evidence[MOST_EVIDENCE];
        size_t count;
        if (support_find(support, draft->sentences[i], draft->polarities[i], ground->threshold,
                         evidence, MOST_EVIDENCE, &count))
            add_sentence(&outcome, draft->sentences[i], draft->polarities[i], false, evidence,
                         count, group->arena);
    }
    /* What the model left unsaid, or said without support, customers say. */
    size_t written = outcome.count, most = (size_t)ground->sentences;
    size_t wanted = 1 + group->member_count / RECORDS_A_SENTENCE;
    if (wanted < draft->count)
        wanted = draft->count;
    if (wanted > most) /* one sentence does not sum up a hundred records, nor do many */
        wanted = most;
    while (outcome.count < wanted && add_extract(ground, support, wanted, &outcome, group->arena))
        continue;
    order_extracts(support, &outcome, written);
    add_quotes(ground, support, &outcome, group);
    group->sentences = outcome.sentences;
    group->sentence_count = outcome.count;
    if (written == 0)
        group->finish_reason = "extractive";
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct ground *ground = state;
    struct arena scratch = {0};
    struct draft draft = {0};
    split_summary(ground, group, &draft, &scratch);
    bool ok = judge_polarities(&ground->judge, draft.sentences, draft.count, ground->sure_at,
                               draft.polarities, error);
    if (ok) {
        struct support support;
        support_open(&support, ground->segmenter, group->members, group->member_count);
        ok = judge_passages(&ground->judge, &support, group->topic, (size_t)ground->candidates,
                            error);
        if (ok)
            fill_summary(ground, &support, &draft, group);
        support_close(&support);
    }
    arena_free(&scratch);
    return ok;
}

static const struct option options[] = {
    {.name = "threshold",
     .type = OPTION_REAL,
     .offset = offsetof(struct ground, threshold),
     .fallback = "0.6",
     .least = 0.1,
     .most = 1,
     .help = "share of a sentence's words, weighted by how rare they are, that one record must "
             "hold to support it"},
    {.name = "sure_at",
     .type = OPTION_REAL,
     .offset = offsetof(struct ground, sure_at),
     .fallback = "0.6",
     .least = 0,
     .most = 1,
     .help = "a sentence as surely positive or negative as this is not supported by records of "
             "the opposite sentiment"},
    {.name = "candidates",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, candidates),
     .fallback = "16",
     .least = 0,
     .most = 1000,
     .help = "typical sentences of each polarity that the model reads to pick quotes"},
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct ground, taxonomy),
     .fallback = "",
     .help = "phrases that tell which sentences are about a topic; [classify] says, unless set"},
    {.name = "sentences",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, sentences),
     .fallback = "5",
     .least = 1,
     .most = MOST_SENTENCES,
     .help = "sentences of a summary at most: the model's that are supported, then customers' own"},
    {.name = "quotes",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, quotes),
     .fallback = "3",
     .least = 0,
     .most = MOST_QUOTES,
     .help = "quotes of a group at most"},
    {0},
};

const struct stage ground_stage = {
    .name = "ground",
    .summary = "every sentence supported by rows, quotes by offset",
    .options = options,
    .state_size = sizeof(struct ground),
    .open = open_ground,
    .process_group = process_group,
    .close = close_ground,
};
