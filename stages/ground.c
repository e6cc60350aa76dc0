/* ground.c - the ground stage: nothing is invented. Each sentence of a summary is supported by rows
 * of its group, or replaced by a sentence of theirs; quotes are bytes of the rows themselves. */
#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "stages/evidence/sentence_rank.h"
#include "stages/evidence/sentence_select.h"
#include "stages/stages.h"
#include "stages/text/sentence_quality.h"

enum { MAX_SENTENCES = 8, MAX_EVIDENCE = 5, MAX_QUOTES = 8, RECORDS_PER_SENTENCE = 2 };

struct ground {
    int64_t sentences, quotes;
    double threshold, min_confidence;
    int64_t candidates;
    struct text taxonomy;
    struct sentence_ranker sentence_ranker;
    struct segmenter *segmenter; /* owned */
};

static bool open_ground(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct ground *ground = state;
    return sentence_ranker_open(&ground->sentence_ranker, ground->taxonomy, stage_context, error) &&
           segmenter_open(&ground->segmenter, error);
}

static void close_ground(void *state)
{
    struct ground *ground = state;
    sentence_ranker_close(&ground->sentence_ranker);
    segmenter_close(ground->segmenter);
}

/* A summary while it is checked. */
struct draft_summary {
    struct text sentences[MAX_SENTENCES]; /* of the model */
    enum sentiment polarities[MAX_SENTENCES];
    size_t count;
};

/* The readable sentences of what the model wrote. */
static void split_summary(struct ground *ground, const struct group *group,
                          struct draft_summary *draft_summary, struct arena *scratch)
{
    struct text summary =
        group->partial_summary_count > 0 ? group->partial_summaries[0] : (struct text){0};
    bool is_cut = strcmp(group->finish_reason, "length") == 0;
    size_t count, begin = 0;
    const size_t *ends = segment_sentences(ground->segmenter, summary, scratch, &count);
    for (size_t i = 0; i < count && draft_summary->count < (size_t)ground->sentences;
         begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(summary, begin, ends[i]));
        bool is_truncated = is_cut && i + 1 == count && !sentence_is_finished(sentence);
        bool is_repeated = false;
        for (size_t k = 0; k < draft_summary->count; k++)
            is_repeated |= text_equal(draft_summary->sentences[k], sentence);
        if (!is_repeated && !is_truncated && sentence_is_readable(sentence))
            draft_summary->sentences[draft_summary->count++] = sentence;
    }
}

/* A summary as it will be saved. */
struct summary_builder {
    struct summary_sentence *sentences; /* in the group's arena */
    struct text texts[MAX_SENTENCES];   /* of all sentences so far */
    enum sentiment polarities[MAX_SENTENCES];
    size_t passages[MAX_SENTENCES]; /* that stand in it word for word */
    size_t count, passage_count;
};

static void add_sentence(struct summary_builder *summary_builder, struct text text,
                         enum sentiment polarity, bool extractive, const struct passage *evidence,
                         size_t evidence_count, struct arena *arena)
{
    struct passage *kept = arena_alloc(arena, evidence_count, sizeof(*kept));
    if (evidence_count > 0)
        memcpy(kept, evidence, evidence_count * sizeof(*kept));
    summary_builder->texts[summary_builder->count] = arena_copy_text(arena, text);
    summary_builder->polarities[summary_builder->count] = polarity;
    summary_builder->sentences[summary_builder->count] =
        (struct summary_sentence){.text = summary_builder->texts[summary_builder->count],
                                  .extractive = extractive,
                                  .evidence = kept,
                                  .evidence_count = evidence_count};
    summary_builder->count++;
}

enum { SIDE_COUNT = 3 };

static const enum sentiment sides[SIDE_COUNT] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE,
                                                 SENTIMENT_NEUTRAL};

/* The side that the summary has said least of, measured by its records and the sentences that a
 * whole summary has. */
static enum sentiment choose_side(const struct sentence_index *sentence_index,
                                  const struct summary_builder *summary_builder, size_t sentences)
{
    double deficits[SIDE_COUNT] = {0};
    for (size_t i = 0; i < sentence_index->member_count; i++)
        deficits[sentiment_side_index(sentence_index->members[i].sentiment)] +=
            1 / (double)sentence_index->member_count;
    for (size_t i = 0; i < summary_builder->count; i++)
        deficits[sentiment_side_index(summary_builder->polarities[i])] -= 1 / (double)sentences;
    size_t max = 0;
    for (size_t side = 1; side < SIDE_COUNT; side++)
        if (deficits[side] > deficits[max])
            max = side;
    return sides[max];
}

/* The best sentence of the group's records that is not said yet, of the side that a summary of
 * `wanted` sentences owes where there is one; a long one is cut at a word. False when nothing is
 * left to say. */
static bool add_extracted_sentence(struct ground *ground,
                                   const struct sentence_index *sentence_index, size_t target_count,
                                   struct summary_builder *summary_builder, struct arena *arena)
{
    enum sentiment side = choose_side(sentence_index, summary_builder, target_count);
    struct sentence_filter filters[] = {
        {.min_length = 20, .max_length = 140, .polarity = side},
        {.min_length = 10, .max_length = 140, .polarity = side},
        {.min_length = 20, .max_length = 140, .any_polarity = true},
        {.min_length = 2, .max_length = 400, .any_polarity = true},
    };
    struct covered_content covered = {summary_builder->passages, summary_builder->passage_count,
                                      summary_builder->texts, summary_builder->count};
    size_t index = 0, filter_count = summary_builder->count > 0 ? 3 : 4, filter_index = 0;
    while (filter_index < filter_count &&
           !sentence_select_best(sentence_index, &filters[filter_index], &covered, &index))
        filter_index++;
    if (filter_index == filter_count && (summary_builder->count > 0 || sentence_index->count == 0))
        return false;
    struct passage passage = sentence_index->passages[index];
    struct text text = sentence_index_text(sentence_index, &passage);
    if (text.size > 1600)
        passage.end = passage.begin + segment_word_boundary_before(ground->segmenter, text, 1200);
    if (passage.end == passage.begin)
        passage.end = passage.begin + utf8_boundary_before(text, 1200);
    text = text_trim(sentence_index_text(sentence_index, &passage));

    struct passage evidence[MAX_EVIDENCE + 1];
    size_t count;
    enum sentiment polarity = sentence_index->members[passage.member].sentiment;
    sentence_index_find_support(sentence_index, text, polarity, ground->threshold, evidence + 1,
                                MAX_EVIDENCE - 1, &count);
    evidence[0] = passage;
    evidence[0].score = 1;
    size_t kept = 1;
    for (size_t i = 1; i <= count; i++)
        if (evidence[i].member != passage.member)
            evidence[kept++] = evidence[i];
    summary_builder->passages[summary_builder->passage_count++] = index;
    add_sentence(summary_builder, text, polarity, true, evidence, kept, arena);
    return true;
}

/* What one side says stands together, that of most records first; within a side, as picked. */
static void order_extracted_sentences(const struct sentence_index *sentence_index,
                                      struct summary_builder *summary_builder, size_t first)
{
    size_t records[SIDE_COUNT] = {0};
    for (size_t i = 0; i < sentence_index->member_count; i++)
        records[sentiment_side_index(sentence_index->members[i].sentiment)]++;
    struct summary_sentence ordered[MAX_SENTENCES];
    size_t count = first;
    for (bool done[SIDE_COUNT] = {false}; count < summary_builder->count;) {
        size_t next = SIDE_COUNT;
        for (size_t side = 0; side < SIDE_COUNT; side++)
            if (!done[side] && (next == SIDE_COUNT || records[side] > records[next]))
                next = side;
        done[next] = true;
        for (size_t i = first; i < summary_builder->count; i++)
            if (sentiment_side_index(summary_builder->polarities[i]) == next)
                ordered[count++] = summary_builder->sentences[i];
    }
    for (size_t i = first; i < count; i++)
        summary_builder->sentences[i] = ordered[i];
}

static void add_quotes(const struct ground *ground, const struct sentence_index *sentence_index,
                       const struct summary_builder *summary_builder, struct group *group)
{
    struct covered_content covered = {.passages = summary_builder->passages,
                                      .passage_count = summary_builder->passage_count};
    size_t chosen[MAX_QUOTES];
    group->quote_count =
        sentence_select_quotes(sentence_index, &covered, (size_t)ground->quotes, chosen);
    struct passage *quotes = arena_alloc(group->arena, group->quote_count, sizeof(*quotes));
    for (size_t i = 0; i < group->quote_count; i++)
        quotes[i] = sentence_index->passages[chosen[i]];
    group->quotes = quotes;
}

static void fill_summary(struct ground *ground, const struct sentence_index *sentence_index,
                         const struct draft_summary *draft_summary, struct group *group)
{
    struct summary_builder summary_builder = {0};
    summary_builder.sentences =
        arena_alloc(group->arena, MAX_SENTENCES, sizeof(*summary_builder.sentences));
    for (size_t i = 0; i < draft_summary->count; i++) {
        struct passage evidence[MAX_EVIDENCE];
        size_t count;
        if (sentence_index_find_support(sentence_index, draft_summary->sentences[i],
                                        draft_summary->polarities[i], ground->threshold, evidence,
                                        MAX_EVIDENCE, &count))
            add_sentence(&summary_builder, draft_summary->sentences[i],
                         draft_summary->polarities[i], false, evidence, count, group->arena);
    }
    /* What the model left unsaid, or said without support, customers say. */
    size_t generated_count = summary_builder.count, max = (size_t)ground->sentences;
    size_t target_count = 1 + group->member_count / RECORDS_PER_SENTENCE;
    if (target_count < draft_summary->count)
        target_count = draft_summary->count;
    if (target_count > max) /* one sentence does not sum up a hundred records, nor do many */
        target_count = max;
    while (summary_builder.count < target_count &&
           add_extracted_sentence(ground, sentence_index, target_count, &summary_builder,
                                  group->arena))
        continue;
    order_extracted_sentences(sentence_index, &summary_builder, generated_count);
    add_quotes(ground, sentence_index, &summary_builder, group);
    group->sentences = summary_builder.sentences;
    group->sentence_count = summary_builder.count;
    if (generated_count == 0)
        group->finish_reason = "extractive";
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct ground *ground = state;
    struct arena scratch = {0};
    struct draft_summary draft_summary = {0};
    split_summary(ground, group, &draft_summary, &scratch);
    bool ok = sentence_ranker_classify_polarities(&ground->sentence_ranker, draft_summary.sentences,
                                                  draft_summary.count, ground->min_confidence,
                                                  draft_summary.polarities, error);
    if (ok) {
        struct sentence_index sentence_index;
        sentence_index_open(&sentence_index, ground->segmenter, group->members,
                            group->member_count);
        ok = sentence_ranker_score_passages(&ground->sentence_ranker, &sentence_index,
                                            group->key.topic, (size_t)ground->candidates, error);
        if (ok)
            fill_summary(ground, &sentence_index, &draft_summary, group);
        sentence_index_close(&sentence_index);
    }
    arena_free(&scratch);
    return ok;
}

static const struct option options[] = {
    {.name = "threshold",
     .type = OPTION_REAL,
     .offset = offsetof(struct ground, threshold),
     .default_value = "0.6",
     .min = 0.1,
     .max = 1,
     .help = "minimum share of a sentence's words, weighted by rarity, that one record must "
             "contain to support it"},
    {.name = "min_confidence",
     .type = OPTION_REAL,
     .offset = offsetof(struct ground, min_confidence),
     .default_value = "0.6",
     .min = 0,
     .max = 1,
     .help = "minimum confidence in a sentence's polarity at which records of the opposite "
             "sentiment no longer support it"},
    {.name = "max_candidates",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, candidates),
     .default_value = "16",
     .min = 0,
     .max = 1000,
     .help = "maximum typical sentences of each polarity that the model reads to choose quotes"},
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct ground, taxonomy),
     .default_value = "",
     .help = "file of topic phrases that choose a topic's sentences; default: that of [classify]"},
    {.name = "max_sentences",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, sentences),
     .default_value = "5",
     .min = 1,
     .max = MAX_SENTENCES,
     .help = "maximum sentences of a summary: supported ones of the model, then customers' own"},
    {.name = "max_quotes",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct ground, quotes),
     .default_value = "3",
     .min = 0,
     .max = MAX_QUOTES,
     .help = "maximum quotes of a group"},
    {0},
};

const struct stage ground_stage = {
    .name = "ground",
    .summary = "check every sentence against the rows, copy quotes by byte offset",
    .options = options,
    .state_size = sizeof(struct ground),
    .open = open_ground,
    .process_group = process_group,
    .close = close_ground,
};
