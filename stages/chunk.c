/* chunk.c - the chunk stage: splits long feedback into chunks that fit the model's window. Nothing
 * is dropped silently: `coverage` shows how much of the text [chunk] max_chunks lets the model
 * read. */
#include <assert.h>
#include <string.h>

#include "stages/stages.h"
#include "stages/tasks/model_question.h"
#include "stages/tasks/prompt.h"
#include "stages/text/text_split.h"

enum {
    MIN_TEXT_TOKENS = 8, /* that prompts, question and title leave for text in every input */
    MAX_TOKEN_BYTES = 8, /* of a title or question whose tokens are worth counting */
};

struct chunk_state {
    int64_t max_tokens, max_chunks;
    double min_last_chunk_pct;
    bool title;
    const struct t5_model *model; /* borrowed */
    struct segmenter *segmenter;  /* owned */
    struct prompt sentiment, topics;
    size_t token_budget; /* maximum tokens of an input */
};

/* Counts the tokens of a piece of a record. */
struct chunk_measurer {
    const struct chunk_state *chunk;
    const struct record *record;
    bool has_title, has_question;
    struct arena arena; /* reset by each measurement */
};

static size_t count_prompt_tokens(struct chunk_measurer *measurer, const struct prompt *prompt,
                                  struct text question, size_t begin, size_t end)
{
    arena_reset(&measurer->arena);
    struct chunk chunk = {.begin = begin,
                          .end = end,
                          .has_title = measurer->has_title && begin == 0,
                          .has_question = measurer->has_question};
    struct text input =
        prompt_format_chunk_input(prompt, question, measurer->record, &chunk, &measurer->arena);
    return prompt_count_tokens(measurer->chunk->model, input);
}

/* Every chunk must fit both prompts, each with its question. */
static size_t count_tokens(void *user, size_t begin, size_t end)
{
    struct chunk_measurer *measurer = user;
    const struct chunk_state *chunk = measurer->chunk;
    const struct record *record = measurer->record;
    struct text question = model_question(record);
    size_t sentiment = count_prompt_tokens(measurer, &chunk->sentiment, question, begin, end);
    if (prompt_shares_input(&chunk->sentiment, &chunk->topics) &&
        (!measurer->has_question || text_equal(question, record->question)))
        return sentiment;
    size_t topics = count_prompt_tokens(measurer, &chunk->topics, record->question, begin, end);
    return sentiment > topics ? sentiment : topics;
}

static bool open_chunk(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct chunk_state *chunk = state;
    struct token_limits token_limits;
    chunk->model = stage_context->model;
    if (!prompt_get_token_limits(&token_limits, chunk->model, error) ||
        !prompt_load(&chunk->sentiment, chunk->model, "sentiment", error) ||
        !prompt_load(&chunk->topics, chunk->model, "topics", error) ||
        !segmenter_open(&chunk->segmenter, error))
        return false;
    chunk->token_budget = token_limits.input;
    if (chunk->max_tokens > 0 && (size_t)chunk->max_tokens < token_limits.input)
        chunk->token_budget = (size_t)chunk->max_tokens;
    const struct record empty_record = {0};
    struct chunk_measurer measurer = {.chunk = chunk, .record = &empty_record};
    size_t prompt = count_tokens(&measurer, 0, 0);
    arena_free(&measurer.arena);
    if (prompt + MIN_TEXT_TOKENS > chunk->token_budget)
        return error_set(error, ERROR_MODEL,
                         "the model's prompts take %zu of the %zu tokens of an input, which leaves "
                         "too few for feedback; raise [chunk] max_tokens or shorten the prompts",
                         prompt, chunk->token_budget);
    return true;
}

static void close_chunk(void *state)
{
    segmenter_close(((struct chunk_state *)state)->segmenter);
}

/* Whether prompts, question and title, without text, take at most half of the input. */
static bool is_half_free(struct chunk_measurer *measurer)
{
    size_t tokens = count_tokens(measurer, 0, 0), budget = measurer->chunk->token_budget;
    return tokens <= budget / 2 && tokens + MIN_TEXT_TOKENS <= budget;
}

/* Every chunk is read after a question, unless that would take more than half of the input. */
static bool can_prepend_question(struct chunk_measurer *measurer)
{
    struct text question = measurer->record->question;
    if (!measurer->chunk->sentiment.reads_questions || question.size == 0 ||
        question.size > measurer->chunk->token_budget * MAX_TOKEN_BYTES)
        return false;
    measurer->has_question = true;
    bool fits = is_half_free(measurer);
    measurer->has_question = false;
    return fits;
}

/* The title is read as the first sentence, unless the text begins with it or it would take more
 * than half of the input. */
static bool can_prepend_title(struct chunk_measurer *measurer)
{
    const struct record *record = measurer->record;
    struct text title = record->title;
    if (!measurer->chunk->title || title.size == 0 || text_starts_with(record->text, title))
        return false;
    if (title.size > measurer->chunk->token_budget * MAX_TOKEN_BYTES)
        return false;
    measurer->has_title = true;
    bool fits = is_half_free(measurer);
    measurer->has_title = false;
    return fits;
}

static void split_record(struct chunk_state *chunk, struct record *record, struct arena *arena)
{
    struct chunk_measurer measurer = {.chunk = chunk, .record = record};
    measurer.has_question = can_prepend_question(&measurer);
    measurer.has_title = can_prepend_title(&measurer);
    struct text_splitter text_splitter = {
        .model = chunk->model,
        .segmenter = chunk->segmenter,
        .token_budget = chunk->token_budget,
        .min_last_tokens = (size_t)((double)chunk->token_budget * chunk->min_last_chunk_pct / 100),
        .count_tokens = count_tokens,
        .user = &measurer,
    };
    size_t count;
    const struct text_piece *pieces =
        text_split_pieces(&text_splitter, record->text, arena, &count);
    size_t kept = count, tokens = 0, read_tokens = 0;
    if (chunk->max_chunks > 0 && count > (size_t)chunk->max_chunks)
        kept = (size_t)chunk->max_chunks;
    record->chunks = arena_alloc(arena, kept, sizeof(*record->chunks));
    record->chunk_count = kept;
    for (size_t i = 0; i < count; i++) {
        assert(pieces[i].tokens <= chunk->token_budget);
        tokens += pieces[i].tokens;
        if (i >= kept)
            continue;
        read_tokens += pieces[i].tokens;
        record->chunks[i] = (struct chunk){.begin = pieces[i].begin,
                                           .end = pieces[i].end,
                                           .tokens = pieces[i].tokens,
                                           .has_title = measurer.has_title && i == 0,
                                           .has_question = measurer.has_question};
    }
    record->analysis.tokens = tokens;
    record->analysis.coverage = tokens > 0 ? (double)read_tokens / (double)tokens : 0;
    arena_free(&measurer.arena);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].needs_analysis)
            split_record(state, &batch->records[i], &batch->arena);
    return true;
}

static const struct option options[] = {
    {.name = "max_tokens",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct chunk_state, max_tokens),
     .default_value = "0",
     .min = 0,
     .max = 1 << 20,
     .help = "maximum tokens of one input, including prompt and end token; 0: the model's window"},
    {.name = "min_last_chunk_pct",
     .type = OPTION_REAL,
     .offset = offsetof(struct chunk_state, min_last_chunk_pct),
     .default_value = "20",
     .min = 0,
     .max = 45,
     .help = "minimum size of a text's last chunk, as a percentage of an input, where possible"},
    {.name = "max_chunks",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct chunk_state, max_chunks),
     .default_value = "0",
     .min = 0,
     .max = 1 << 20,
     .help = "maximum chunks read of one text; `coverage` shows what was not read; 0: no limit"},
    {.name = "title",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct chunk_state, title),
     .default_value = "yes",
     .help = "let the model read the title as the first sentence of the text"},
    {0},
};

const struct stage chunk_stage = {
    .name = "chunk",
    .summary = "split long feedback into chunks that fit the model's window",
    .options = options,
    .state_size = sizeof(struct chunk_state),
    .open = open_chunk,
    .process = process,
    .handles_saved_texts = true,
    .close = close_chunk,
};
