/* ground.c - the ground stage: nothing is invented. It keeps the sentences of a summary that
 * records of the group support, and replaces the others with customers' own sentences. Quotes are
 * copied from the records. */
#include <string.h>

#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/evidence/sentence_rank.h"
#include "stages/evidence/sentence_select.h"
#include "stages/stages.h"
#include "stages/text/sentence_quality.h"

enum {
    MAX_SENTENCES = 8,
    MAX_EVIDENCE = 5,
    MAX_QUOTES = 8,
    RECORDS_PER_SENTENCE = 2,
    MAX_SENTENCE_SIZE = 1600, /* bytes; a longer sentence is cut ... */
    CUT_SENTENCE_SIZE = 1200, /* ... to at most this size */
};

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

/* The summary that the model wrote. */
struct draft_summary {
    struct text sentences[MAX_SENTENCES];
    enum sentiment polarities[MAX_SENTENCES];
    size_t count;
};

/* Splits the model's summary into its readable, distinct, complete sentences. */
static void split_summary(struct ground *ground, const struct group *group,
                          struct draft_summary *draft, struct arena *scratch)
{
    struct text summary =
        group->partial_summary_count > 0 ? group->partial_summaries[0] : (struct text){0};
    bool is_cut = group->finish_reason == FINISH_LENGTH;
    size_t count, begin = 0;
    const size_t *ends = segment_sentences(ground->segmenter, summary, scratch, &count);
    for (size_t i = 0; i < count && draft->count < (size_t)ground->sentences; begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(summary, begin, ends[i]));
        bool is_truncated = is_cut && i + 1 == count && !sentence_is_finished(sentence);
        bool is_repeated = false;
        for (size_t k = 0; k < draft->count; k++)
            is_repeated |= text_equal(draft->sentences[k], sentence);
        if (!is_repeated && !is_truncated && sentence_is_readable(sentence))
            draft->sentences[draft->count++] = sentence;
    }
}

/* The summary that will be saved. */
struct summary_builder {
    struct summary_sentence *sentences; /* in the group's arena */
    struct text texts[MAX_SENTENCES];   /* of all sentences so far */
    enum sentiment polarities[MAX_SENTENCES];
    size_t passages[MAX_SENTENCES]; /* that it quotes in full */
    size_t count, passage_count;
};

static void add_sentence(struct summary_builder *builder, const struct summary_sentence *sentence,
                         enum sentiment polarity, struct arena *arena)
{
    struct summary_sentence *added = &builder->sentences[builder->count];
    struct passage *evidence = arena_alloc(arena, sentence->evidence_count, sizeof(*evidence));
    if (sentence->evidence_count > 0)
        memcpy(evidence, sentence->evidence, sentence->evidence_count * sizeof(*evidence));
    *added = *sentence;
    added->text = arena_copy_text(arena, sentence->text);
    added->evidence = evidence;
    builder->texts[builder->count] = added->text;
    builder->polarities[builder->count++] = polarity;
}

/* ---- Sentences of customers ---- */

/* The side that is most under-represented in the summary, compared with its share of the records.
 * `target_count`: the sentences of the finished summary. */
static enum side choose_side(const struct sentence_index *sentence_index,
                             const struct summary_builder *builder, size_t target_count)
{
    double deficits[SIDE_COUNT] = {0};
    for (size_t i = 0; i < sentence_index->member_count; i++)
        deficits[side_of(sentence_index->members[i].sentiment)] +=
            1 / (double)sentence_index->member_count;
    for (size_t i = 0; i < builder->count; i++)
        deficits[side_of(builder->polarities[i])] -= 1 / (double)target_count;
    enum side max = 0;
    for (enum side side = 1; side < SIDE_COUNT; side++)
        if (deficits[side] > deficits[max])
            max = side;
    return max;
}

/* Finds the best passage that the summary does not cover yet, of the side that it needs if
 * possible. The first sentence of a summary may be of any length. */
static bool find_passage(const struct sentence_index *sentence_index,
                         const struct summary_builder *builder, size_t target_count, size_t *index)
{
    enum side side = choose_side(sentence_index, builder, target_count);
    struct sentence_filter filters[] = {
        {.min_length = 20, .max_length = 140, .side = side},
        {.min_length = 10, .max_length = 140, .side = side},
        {.min_length = 20, .max_length = 140, .any_side = true},
        {.min_length = 2, .max_length = 400, .any_side = true},
    };
    struct covered_content covered = {builder->passages, builder->passage_count, builder->texts,
                                      builder->count};
    size_t filter_count = builder->count > 0 ? 3 : 4;
    for (size_t i = 0; i < filter_count; i++)
        if (sentence_select_best(sentence_index, &filters[i], &covered, index))
            return true;
    *index = 0;
    return builder->count == 0 && sentence_index->count > 0;
}

/* Shortens a long passage at a word, and drops white space at its end. */
static struct text trim_passage(struct ground *ground, const struct sentence_index *sentence_index,
                                struct passage *passage)
{
    struct text text = sentence_index_text(sentence_index, passage);
    if (text.size > MAX_SENTENCE_SIZE)
        passage->end = passage->begin +
                       segment_word_boundary_before(ground->segmenter, text, CUT_SENTENCE_SIZE);
    if (passage->end == passage->begin)
        passage->end = passage->begin + utf8_boundary_before(text, CUT_SENTENCE_SIZE);
    return text_trim(sentence_index_text(sentence_index, passage));
}

/* Adds a customer's sentence; false if there is none left. */
static bool add_extracted_sentence(struct ground *ground,
                                   const struct sentence_index *sentence_index, size_t target_count,
                                   struct summary_builder *builder, struct arena *arena)
{
    size_t index;
    if (!find_passage(sentence_index, builder, target_count, &index))
        return false;
    struct passage passage = sentence_index->passages[index];
    struct text text = trim_passage(ground, sentence_index, &passage);
    enum sentiment polarity = sentence_index->members[passage.member].sentiment;

    struct passage passages[MAX_EVIDENCE + 1];
    struct evidence evidence = {.passages = passages + 1, .max_count = MAX_EVIDENCE - 1};
    struct claim claim = {text, polarity, ground->threshold};
    sentence_index_find_support(sentence_index, &claim, &evidence);
    passages[0] = passage; /* the first evidence is the passage itself */
    passages[0].score = 1;
    size_t kept = 1;
    for (size_t i = 1; i <= evidence.count; i++)
        if (passages[i].member != passage.member)
            passages[kept++] = passages[i];
    builder->passages[builder->passage_count++] = index;
    struct summary_sentence sentence = {
        .text = text, .extractive = true, .evidence = passages, .evidence_count = kept};
    add_sentence(builder, &sentence, polarity, arena);
    return true;
}

/* Orders the sentences from `first` on by side, the side of most records first. Within a side they
 * keep their order. */
static void order_extracted_sentences(const struct sentence_index *sentence_index,
                                      struct summary_builder *builder, size_t first)
{
    size_t records[SIDE_COUNT] = {0};
    for (size_t i = 0; i < sentence_index->member_count; i++)
        records[side_of(sentence_index->members[i].sentiment)]++;
    struct summary_sentence ordered[MAX_SENTENCES];
    size_t count = first;
    for (bool done[SIDE_COUNT] = {false}; count < builder->count;) {
        enum side next = SIDE_COUNT;
        for (enum side side = 0; side < SIDE_COUNT; side++)
            if (!done[side] && (next == SIDE_COUNT || records[side] > records[next]))
                next = side;
        done[next] = true;
        for (size_t i = first; i < builder->count; i++)
            if (side_of(builder->polarities[i]) == next)
                ordered[count++] = builder->sentences[i];
    }
    for (size_t i = first; i < count; i++)
        builder->sentences[i] = ordered[i];
}

/* ---- The summary ---- */

static void add_supported_sentences(struct ground *ground,
                                    const struct sentence_index *sentence_index,
                                    const struct draft_summary *draft,
                                    struct summary_builder *builder, struct arena *arena)
{
    for (size_t i = 0; i < draft->count; i++) {
        struct passage passages[MAX_EVIDENCE];
        struct evidence evidence = {.passages = passages, .max_count = MAX_EVIDENCE};
        struct claim claim = {draft->sentences[i], draft->polarities[i], ground->threshold};
        if (!sentence_index_find_support(sentence_index, &claim, &evidence))
            continue;
        struct summary_sentence sentence = {
            .text = draft->sentences[i], .evidence = passages, .evidence_count = evidence.count};
        add_sentence(builder, &sentence, draft->polarities[i], arena);
    }
}

static void add_quotes(const struct ground *ground, const struct sentence_index *sentence_index,
                       const struct summary_builder *builder, struct group *group)
{
    struct covered_content covered = {.passages = builder->passages,
                                      .passage_count = builder->passage_count};
    size_t chosen[MAX_QUOTES];
    group->quote_count =
        sentence_select_quotes(sentence_index, &covered, (size_t)ground->quotes, chosen);
    struct passage *quotes = arena_alloc(group->arena, group->quote_count, sizeof(*quotes));
    for (size_t i = 0; i < group->quote_count; i++)
        quotes[i] = sentence_index->passages[chosen[i]];
    group->quotes = quotes;
}

/* What separates a sentence from the next one: many customers omit the full stop. */
static const char *separator_after(struct text sentence)
{
    size_t size;
    if (sentence.size == 0)
        return "";
    uint32_t last_code_point =
        utf8_decode(sentence, utf8_boundary_before(sentence, sentence.size - 1), &size);
    return normalize_letter_class(last_code_point) == LETTER_NONE ? " " : ". ";
}

static struct text join_sentences(const struct summary_builder *builder, struct arena *arena)
{
    struct text summary = {0};
    for (size_t i = 0; i < builder->count; i++)
        summary = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(summary),
                               separator_after(summary), TEXT_ARGUMENT(builder->sentences[i].text));
    return summary;
}

/* The number of sentences of the summary: more records give more, and all supported sentences of
 * the model are kept. */
static size_t choose_target_count(const struct ground *ground, const struct draft_summary *draft,
                                  const struct group *group)
{
    size_t max = (size_t)ground->sentences,
           target_count = 1 + group->member_count / RECORDS_PER_SENTENCE;
    if (target_count < draft->count)
        target_count = draft->count;
    return target_count < max ? target_count : max;
}

static void fill_summary(struct ground *ground, const struct sentence_index *sentence_index,
                         const struct draft_summary *draft, struct group *group)
{
    struct summary_builder builder = {0};
    builder.sentences = arena_alloc(group->arena, MAX_SENTENCES, sizeof(*builder.sentences));
    add_supported_sentences(ground, sentence_index, draft, &builder, group->arena);
    size_t generated_count = builder.count,
           target_count = choose_target_count(ground, draft, group);
    while (builder.count < target_count &&
           add_extracted_sentence(ground, sentence_index, target_count, &builder, group->arena))
        continue;
    order_extracted_sentences(sentence_index, &builder, generated_count);
    add_quotes(ground, sentence_index, &builder, group);
    group->sentences = builder.sentences;
    group->sentence_count = builder.count;
    if (generated_count == 0)
        group->finish_reason = FINISH_EXTRACTIVE;
    group->summary = join_sentences(&builder, group->arena);
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct ground *ground = state;
    struct arena scratch = {0};
    struct draft_summary draft = {0};
    split_summary(ground, group, &draft, &scratch);
    bool ok = sentence_ranker_classify_polarities(&ground->sentence_ranker,
                                                  (struct text_array){draft.sentences, draft.count},
                                                  ground->min_confidence, draft.polarities, error);
    if (ok) {
        struct sentence_index sentence_index;
        sentence_index_open(&sentence_index, ground->segmenter, group->members,
                            group->member_count);
        ok = sentence_ranker_score_passages(&ground->sentence_ranker, &sentence_index,
                                            group->key.topic, (size_t)ground->candidates, error);
        if (ok)
            fill_summary(ground, &sentence_index, &draft, group);
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
