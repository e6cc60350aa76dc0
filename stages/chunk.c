/* chunk.c - the chunk stage: long feedback in parts that the model can read whole. Nothing is cut
 * off: what a limit of the job leaves unread is counted in `coverage`. */
#include <assert.h>
#include <string.h>

#include "stages/stages.h"
#include "stages/tasks/prompt.h"
#include "stages/text/text_split.h"

struct chunk_state {
    int64_t most_tokens, most_chunks;
    double smallest_pct;
    bool title;
    const struct t5_model *model; /* borrowed */
    struct segmenter *segmenter;  /* owned */
    struct prompt sentiment, topics;
    size_t room; /* tokens of an input */
};

/* What a piece of a record costs. */
struct measuring {
    const struct chunk_state *chunk;
    const struct record *record;
    bool titled;
    struct arena arena; /* reset from piece to piece */
};

static size_t measure_prompt(struct measuring *measuring, const struct prompt *prompt, size_t begin,
                             size_t end)
{
    arena_reset(&measuring->arena);
    struct text input = prompt_record_input(prompt, measuring->record, begin, end,
                                            measuring->titled && begin == 0, &measuring->arena);
    return prompt_tokens(measuring->chunk->model, input);
}

/* Both questions are asked of every chunk. */
static size_t measure(void *user, size_t begin, size_t end)
{
    struct measuring *measuring = user;
    const struct chunk_state *chunk = measuring->chunk;
    size_t sentiment = measure_prompt(measuring, &chunk->sentiment, begin, end);
    if (prompt_shares_input(&chunk->sentiment, &chunk->topics))
        return sentiment;
    size_t topics = measure_prompt(measuring, &chunk->topics, begin, end);
    return sentiment > topics ? sentiment : topics;
}

static bool open_chunk(void *state, const struct workbench *workbench, struct error *error)
{
    struct chunk_state *chunk = state;
    struct window window;
    chunk->model = workbench->model;
    if (!prompt_window(&window, chunk->model, error) ||
        !prompt_load(&chunk->sentiment, chunk->model, "sentiment", error) ||
        !prompt_load(&chunk->topics, chunk->model, "topics", error) ||
        !segmenter_open(&chunk->segmenter, error))
        return false;
    chunk->room = window.input;
    if (chunk->most_tokens > 0 && (size_t)chunk->most_tokens < window.input)
        chunk->room = (size_t)chunk->most_tokens;
    const struct record nothing = {0};
    struct measuring measuring = {.chunk = chunk, .record = &nothing};
    size_t prompt = measure(&measuring, 0, 0);
    arena_free(&measuring.arena);
    if (prompt + 8 > chunk->room)
        return error_set(error, ERROR_MODEL,
                         "the model's prompts take %zu of the %zu tokens of an input, which leaves "
                         "no room for feedback; raise [chunk] most_tokens or shorten the prompts",
                         prompt, chunk->room);
    return true;
}

static void close_chunk(void *state)
{
    segmenter_close(((struct chunk_state *)state)->segmenter);
}

/* A title is read as the first sentence, unless the text begins with it or it would take half the
 * room. */
static bool is_titled(struct measuring *measuring)
{
    const struct record *record = measuring->record;
    struct text title = record->title;
    if (!measuring->chunk->title || title.size == 0 || text_starts_with(record->text, title))
        return false;
    if (title.size > measuring->chunk->room * 8)
        return false;
    measuring->titled = true;
    bool fits = measure(measuring, 0, 0) <= measuring->chunk->room / 2;
    measuring->titled = false;
    return fits;
}

static void chunk_record(struct chunk_state *chunk, struct record *record, struct arena *arena)
{
    struct measuring measuring = {.chunk = chunk, .record = record};
    measuring.titled = is_titled(&measuring);
    struct cutter cutter = {
        .model = chunk->model,
        .segmenter = chunk->segmenter,
        .room = chunk->room,
        .smallest = (size_t)((double)chunk->room * chunk->smallest_pct / 100),
        .measure = measure,
        .user = &measuring,
    };
    size_t count;
    const struct piece *pieces = cut_text(&cutter, record->text, arena, &count);
    size_t kept = count, tokens = 0, read = 0;
    if (chunk->most_chunks > 0 && count > (size_t)chunk->most_chunks)
        kept = (size_t)chunk->most_chunks;
    record->chunks = arena_alloc(arena, kept, sizeof(*record->chunks));
    record->chunk_count = kept;
    for (size_t i = 0; i < count; i++) {
        assert(pieces[i].tokens <= chunk->room);
        tokens += pieces[i].tokens;
        if (i >= kept)
            continue;
        read += pieces[i].tokens;
        record->chunks[i] = (struct chunk){.begin = pieces[i].begin,
                                           .end = pieces[i].end,
                                           .tokens = pieces[i].tokens,
                                           .titled = measuring.titled && i == 0};
    }
    record->analysis.tokens = tokens;
    record->analysis.coverage = tokens > 0 ? (double)read / (double)tokens : 0;
    arena_free(&measuring.arena);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].analyse)
            chunk_record(state, &batch->records[i], &batch->arena);
    return true;
}

static const struct option options[] = {
    {.name = "most_tokens",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct chunk_state, most_tokens),
     .fallback = "0",
     .least = 0,
     .most = 1 << 20,
     .help = "tokens of one input, prompt and end mark counted; 0: the model's window"},
    {.name = "smallest_pct",
     .type = OPTION_REAL,
     .offset = offsetof(struct chunk_state, smallest_pct),
     .fallback = "20",
     .least = 0,
     .most = 45,
     .help = "the last chunk of a text gets at least this share of an input, where it can"},
    {.name = "most_chunks",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct chunk_state, most_chunks),
     .fallback = "0",
     .least = 0,
     .most = 1 << 20,
     .help = "chunks read of one text, the rest shows in its coverage; 0: all"},
    {.name = "title",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct chunk_state, title),
     .fallback = "yes",
     .help = "the model reads the title as the first sentence of the text"},
    {0},
};

const struct stage chunk_stage = {
    .name = "chunk",
    .summary = "cut long feedback to the model's window",
    .options = options,
    .state_size = sizeof(struct chunk_state),
    .open = open_chunk,
    .process = process,
    .for_saved = true,
    .close = close_chunk,
};
