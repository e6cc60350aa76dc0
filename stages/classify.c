/* classify.c - the classify stage: sentiment by scoring the label words, topics by constrained
 * decoding, so that every answer is one of those asked for. Chunks of many records go through the
 * model side by side; what comes out does not depend on their company. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stages/stages.h"
#include "stages/tasks/chunk_merge.h"
#include "stages/tasks/sentiment.h"
#include "stages/tasks/topic_matcher.h"

struct classify {
    double undetected_below;
    struct combine_rules rules;
    bool topics;
    struct text taxonomy;
    double likeness;

    const struct workbench *workbench;
    struct window window;
    struct sentiment_question sentiment;
    struct topics_question topics_question;
    struct tagger tagger;
    bool by_model, by_phrases; /* both: phrases tell where the model names no topic */
};

/* A user's list of topics, or the model's own where its topics are told by phrases too. */
static bool open_tagger(struct classify *classify, const struct workbench *workbench,
                        struct error *error)
{
    struct taxonomy *taxonomy = &classify->tagger.taxonomy;
    if (classify->taxonomy.size > 0) {
        if (!taxonomy_read(taxonomy, classify->taxonomy, error))
            return false;
        classify->by_phrases = true;
    } else {
        classify->by_phrases = taxonomy_of_model(taxonomy, workbench->model);
        classify->by_model =
            !text_equal(prompt_text(workbench->model, "topics", "by", "model"), TEXT("phrases"));
    }
    return !classify->by_phrases || tagger_open(&classify->tagger, classify->likeness,
                                                &classify->sentiment, workbench, error);
}

static bool open_classify(void *state, const struct workbench *workbench, struct error *error)
{
    struct classify *classify = state;
    classify->workbench = workbench;
    if (!prompt_window(&classify->window, workbench->model, error) ||
        !sentiment_load(&classify->sentiment, workbench->model, error) ||
        !topics_load(&classify->topics_question, workbench->model, error) ||
        (classify->topics && !open_tagger(classify, workbench, error)))
        return false;
    classify->rules.undetected_below = classify->undetected_below >= 0
                                           ? classify->undetected_below
                                           : classify->sentiment.undetected_below;
    return true;
}

static void close_classify(void *state)
{
    struct classify *classify = state;
    topics_close(&classify->topics_question);
    tagger_close(&classify->tagger);
}

/* A chunk to be asked about, and the answer about its topics. */
struct question {
    const struct record *record;
    struct chunk *chunk;
    size_t place; /* in the order of the batch */
    struct mentions mentions;
};

/* By length: side by side with its like, a short input waits for no long one. */
static int by_length(const void *a, const void *b)
{
    const struct question *left = a, *right = b;
    if (left->chunk->tokens != right->chunk->tokens)
        return left->chunk->tokens < right->chunk->tokens ? -1 : 1;
    return left->place < right->place ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    const struct question *left = a, *right = b;
    return left->place < right->place ? -1 : 1;
}

static bool encode(struct classify *classify, const struct prompt *prompt,
                   const struct question *questions, size_t count, struct text *inputs,
                   struct arena *scratch, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk = questions[i].chunk;
        assert(chunk->tokens <= classify->window.input);
        inputs[i] = prompt_record_input(prompt, questions[i].record, chunk->begin, chunk->end,
                                        chunk->titled, scratch);
    }
    return t5_encode(classify->workbench->session, inputs, count, error);
}

/* Topics of an unsure answer stand only where their phrases do: of what it was not taught about,
 * the model says something all the same. Of a sure one, those stay out that only an exception
 * suggests. */
static struct mentions drop_doubtful(const struct classify *classify, struct text text,
                                     struct mentions mentions, struct arena *arena)
{
    const struct taxonomy *taxonomy = &classify->tagger.taxonomy;
    if (mentions.count == 0)
        return mentions;
    bool is_sure = mentions.likelihood >= classify->topics_question.sure_at;
    enum naming *namings = arena_alloc(arena, taxonomy->name_count, sizeof(*namings));
    struct mention *kept = arena_alloc(arena, mentions.count, sizeof(*kept));
    size_t count = 0;
    taxonomy_find(taxonomy, text, namings);
    for (size_t i = 0; i < mentions.count; i++) {
        enum naming naming = namings[mentions.items[i].topic];
        if (naming == NAMING_PHRASE || (is_sure && naming == NAMING_NONE))
            kept[count++] = mentions.items[i];
    }
    return (struct mentions){.items = kept, .count = count};
}

/* What the phrases say of those that have no topic yet. */
static bool ask_phrases(struct classify *classify, struct question *questions, size_t count,
                        struct arena *arena, struct error *error)
{
    static const struct prompt bare = {0};
    struct arena scratch = {0};
    struct mentions *answers = arena_alloc(&scratch, count, sizeof(*answers));
    struct text *texts = arena_alloc(&scratch, count, sizeof(*texts));
    struct question **asked = arena_alloc(&scratch, count, sizeof(struct question *));
    size_t asked_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct chunk *chunk = questions[i].chunk;
        struct text text = prompt_record_input(&bare, questions[i].record, chunk->begin, chunk->end,
                                               chunk->titled, &scratch);
        questions[i].mentions = drop_doubtful(classify, text, questions[i].mentions, arena);
        if (questions[i].mentions.count > 0)
            continue;
        texts[asked_count] = text;
        asked[asked_count++] = &questions[i];
    }
    bool ok = tagger_ask(&classify->tagger, texts, asked_count, arena, answers, error);
    for (size_t i = 0; ok && i < asked_count; i++)
        asked[i]->mentions = answers[i];
    arena_free(&scratch);
    return ok;
}

/* What the model says of chunks whose sentiment has just been asked. */
static bool ask_model(struct classify *classify, struct question *questions, size_t count,
                      struct arena *arena, struct error *error)
{
    const struct prompt *prompt = &classify->topics_question.prompt;
    struct arena scratch = {0};
    struct mentions *answers = arena_alloc(&scratch, count, sizeof(*answers));
    struct text *inputs = arena_alloc(&scratch, count, sizeof(*inputs));
    bool ok = (prompt_shares_input(&classify->sentiment.prompt, prompt) ||
               encode(classify, prompt, questions, count, inputs, &scratch, error)) &&
              topics_ask(&classify->topics_question, classify->workbench->session, count, arena,
                         answers, error);
    for (size_t i = 0; ok && i < count; i++)
        questions[i].mentions = answers[i];
    arena_free(&scratch);
    return ok;
}

/* Both questions about up to session_batch chunks. */
static bool ask(struct classify *classify, struct question *questions, size_t count,
                struct arena *arena, struct error *error)
{
    struct arena scratch = {0};
    struct odds *odds = arena_alloc(&scratch, count, sizeof(*odds));
    struct text *inputs = arena_alloc(&scratch, count, sizeof(*inputs));
    bool ok =
        encode(classify, &classify->sentiment.prompt, questions, count, inputs, &scratch, error) &&
        sentiment_ask(&classify->sentiment, classify->workbench->session, inputs, count, odds,
                      error);
    for (size_t i = 0; ok && i < count; i++) {
        struct chunk *chunk = questions[i].chunk;
        double probability;
        chunk->negative = odds[i].negative;
        chunk->neutral = odds[i].neutral;
        chunk->positive = odds[i].positive;
        chunk->sentiment = sentiment_label(odds[i], classify->rules.undetected_below, &probability);
    }
    if (ok && classify->topics && classify->by_model)
        ok = ask_model(classify, questions, count, arena, error);
    if (ok && classify->topics && classify->by_phrases)
        ok = ask_phrases(classify, questions, count, arena, error);
    arena_free(&scratch);
    return ok;
}

/* The answers about a record's chunks, which stand together in `questions`. */
static void combine(struct classify *classify, struct record *record,
                    const struct question *questions, struct arena *arena)
{
    size_t count = 0;
    for (size_t i = 0; i < record->chunk_count; i++)
        count += questions[i].mentions.count;
    struct mention *mentions = arena_alloc(arena, count, sizeof(*mentions));
    size_t at = 0;
    for (size_t i = 0; i < record->chunk_count; i++)
        for (size_t k = 0; k < questions[i].mentions.count; k++)
            mentions[at++] = questions[i].mentions.items[k];
    /* Where both tell, both lists are the model's. */
    const struct text *names =
        classify->by_model ? classify->topics_question.names : classify->tagger.taxonomy.names;
    size_t name_count = classify->by_model ? classify->topics_question.name_count
                                           : classify->tagger.taxonomy.name_count;
    record->analysis.topics =
        combine_topics(mentions, count, names, name_count, arena, &record->analysis.topic_count);
    combine_chunks(&classify->rules, record->chunks, record->chunk_count, &record->analysis);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    struct classify *classify = state;
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        count += batch->records[i].analyse ? batch->records[i].chunk_count : 0;
    struct question *questions = memory_alloc(count, sizeof(*questions));
    size_t place = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        for (size_t k = 0; record->analyse && k < record->chunk_count; k++, place++)
            questions[place] =
                (struct question){.record = record, .chunk = &record->chunks[k], .place = place};
    }
    qsort(questions, count, sizeof(*questions), by_length);
    size_t most = classify->workbench->session_batch;
    bool ok = true;
    for (size_t at = 0; ok && at < count; at += most)
        ok = workbench_go_on(classify->workbench, error) &&
             ask(classify, &questions[at], count - at < most ? count - at : most, &batch->arena,
                 error);
    qsort(questions, count, sizeof(*questions), by_place);
    place = 0;
    for (size_t i = 0; ok && i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (record->analyse && record->chunk_count > 0) {
            combine(classify, record, &questions[place], &batch->arena);
            place += record->chunk_count;
        }
    }
    free(questions);
    return ok;
}

static const struct option options[] = {
    {.name = "undetected_below",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, undetected_below),
     .fallback = "-1",
     .least = -1,
     .most = 1,
     .help = "a label less likely than this is `undetected`; -1: as the model's calibration says"},
    {.name = "mixed_at",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, rules.mixed_at),
     .fallback = "0.25",
     .least = 0,
     .most = 0.5,
     .help = "a text of several chunks is `mixed` when each pole holds this share of its tokens"},
    {.name = "one_sided_at",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, rules.one_sided_at),
     .fallback = "0.8",
     .least = 0,
     .most = 1,
     .help = "a text of one chunk that praises one topic and blames another is `mixed` unless a "
             "label is as likely as this"},
    {.name = "topics",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct classify, topics),
     .fallback = "yes",
     .help = "ask for topics too"},
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct classify, taxonomy),
     .fallback = "",
     .help = "a table of your own topics and their phrases (`course;!of course`), in place of the "
             "model's; see inference/models/topics.csv"},
    {.name = "likeness",
     .type = OPTION_REAL,
     .offset = offsetof(struct classify, likeness),
     .fallback = "2",
     .least = -1,
     .most = 2,
     .help = "a clause without phrases is about the topic that is as like it as this (cosine of "
             "the encoder's means); above 1: phrases alone"},
    {0},
};

const struct stage classify_stage = {
    .name = "classify",
    .summary = "sentiment, topics with polarity",
    .options = options,
    .state_size = sizeof(struct classify),
    .open = open_classify,
    .process = process,
    .for_saved = true,
    .close = close_classify,
};
