/* summarizer.c - pack, recall, ask for the rest, remember. */
#include "stages/tasks/summarizer.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "stages/text/text_split.h"
#include "stages/text/window_pack.h"

enum { LEAST_ROOM = 24 };

bool summarizer_open(struct summarizer *summarizer, const struct workbench *workbench,
                     struct error *error)
{
    const struct t5_model *model = workbench->model;
    double most, ngram;
    summarizer->workbench = workbench;
    if (!prompt_window(&summarizer->window, model, error) ||
        !prompt_load(&summarizer->prompt, model, "summary", error) ||
        !prompt_number(model, "summary", "max_tokens", 48, &most, error) ||
        !prompt_number(model, "summary", "no_repeat_ngram", 3, &ngram, error) ||
        !segmenter_open(&summarizer->segmenter, error))
        return false;
    summarizer->separator =
        arena_format(&summarizer->arena, " %.*s ",
                     TEXT_ARGUMENT(prompt_text(model, "summary", "separator", "|")));
    summarizer->separator_tokens = t5_tokens(model, summarizer->separator, NULL, 0);
    size_t prefix = t5_tokens(model, summarizer->prompt.decoder, NULL, 0);
    size_t room = summarizer_room(summarizer);
    if (prefix + 8 > summarizer->window.output ||
        room < LEAST_ROOM + 3 * summarizer->separator_tokens || !(most >= 1) ||
        !(ngram >= 0 && ngram < 100))
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [summary] leave no room for texts (%zu tokens) or "
                         "ask for the impossible; import the model again with --prompts FILE",
                         room);
    size_t output = summarizer->window.output - prefix - 2; /* the start and the end mark */
    summarizer->decoding = (struct t5_decoding){
        .prefix = summarizer->prompt.decoder,
        .most = most < (double)output ? (size_t)most : output,
        .no_repeat_ngram = (size_t)ngram,
    };
    return true;
}

void summarizer_close(struct summarizer *summarizer)
{
    segmenter_close(summarizer->segmenter);
    arena_free(&summarizer->arena);
    summarizer->segmenter = NULL;
}

size_t summarizer_room(const struct summarizer *summarizer)
{
    struct arena arena = {0};
    struct text empty = prompt_input(&summarizer->prompt, TEXT(""), &arena);
    size_t prompt = prompt_tokens(summarizer->workbench->model, empty);
    arena_free(&arena);
    return prompt < summarizer->window.input ? summarizer->window.input - prompt : 0;
}

struct measured_text {
    const struct t5_model *model;
    struct text text;
};

static size_t measure_piece(void *user, size_t begin, size_t end)
{
    const struct measured_text *measured = user;
    return t5_tokens(measured->model, text_slice(measured->text, begin, end), NULL, 0);
}

struct text *summarizer_cut(struct summarizer *summarizer, const struct text *texts, size_t count,
                            size_t room, struct arena *arena, size_t *piece_count)
{
    const struct t5_model *model = summarizer->workbench->model;
    struct arena scratch = {0};
    struct piece **pieces = arena_alloc(&scratch, count, sizeof(*pieces));
    size_t *counts = arena_alloc(&scratch, count, sizeof(*counts)), total = 0;
    for (size_t i = 0; i < count; i++) {
        struct measured_text measured = {model, texts[i]};
        struct cutter cutter = {model,    summarizer->segmenter, room,
                                room / 5, measure_piece,         &measured};
        pieces[i] = cut_text(&cutter, texts[i], &scratch, &counts[i]);
        total += counts[i];
    }
    struct text *cut = arena_alloc(arena, total, sizeof(*cut));
    *piece_count = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < counts[i]; k++)
            cut[(*piece_count)++] =
                text_trim(text_slice(texts[i], pieces[i][k].begin, pieces[i][k].end));
    arena_free(&scratch);
    return cut;
}

struct packed {
    const struct summarizer *summarizer;
    const struct text *texts;
    struct arena arena; /* reset from measure to measure */
};

static struct text join(const struct packed *packed, size_t first, size_t count,
                        struct arena *arena)
{
    struct text separator = packed->summarizer->separator;
    size_t size = 0;
    for (size_t i = first; i < first + count; i++)
        size += packed->texts[i].size + separator.size;
    char *bytes = arena_alloc(arena, size + 1, 1), *at = bytes;
    for (size_t i = first; i < first + count; i++) {
        if (i > first)
            at = (char *)memcpy(at, separator.bytes, separator.size) + separator.size;
        at = (char *)memcpy(at, packed->texts[i].bytes, packed->texts[i].size) +
             packed->texts[i].size;
    }
    return prompt_input(&packed->summarizer->prompt, (struct text){bytes, (size_t)(at - bytes)},
                        arena);
}

static size_t weigh(void *user, size_t index)
{
    const struct packed *packed = user;
    return t5_tokens(packed->summarizer->workbench->model, packed->texts[index], NULL, 0) +
           packed->summarizer->separator_tokens;
}

static size_t measure_pack(void *user, size_t first, size_t count)
{
    struct packed *packed = user;
    arena_reset(&packed->arena);
    return prompt_tokens(packed->summarizer->workbench->model,
                         join(packed, first, count, &packed->arena));
}

static uint64_t key_of(const struct summarizer *summarizer, struct text input)
{
    const struct t5_decoding *decoding = &summarizer->decoding;
    uint64_t key = hash_add_number(HASH_START, summarizer->workbench->model_key);
    key = hash_add(hash_add(key, decoding->prefix), input);
    return hash_add_number(hash_add_number(key, decoding->most), decoding->no_repeat_ngram);
}

/* Summaries of the inputs that the store does not recall: `missing` are their places. */
static bool ask(struct summarizer *summarizer, const struct text *inputs, const size_t *missing,
                size_t count, struct arena *arena, struct text *summaries, const char **reasons,
                struct error *error)
{
    const struct workbench *workbench = summarizer->workbench;
    struct arena scratch = {0};
    struct text *chosen = arena_alloc(&scratch, count, sizeof(*chosen));
    struct t5_output *outputs = arena_alloc(&scratch, count, sizeof(*outputs));
    for (size_t i = 0; i < count; i++) {
        chosen[i] = inputs[missing[i]];
        assert(prompt_tokens(workbench->model, chosen[i]) <= summarizer->window.input);
    }
    bool ok = t5_encode(workbench->session, chosen, count, error) &&
              t5_generate(workbench->session, &summarizer->decoding, &scratch, outputs, error);
    for (size_t i = 0; ok && i < count; i++) {
        const char *reason = outputs[i].finish == T5_FINISH_LENGTH ? "length" : "end";
        summaries[missing[i]] = arena_copy(arena, text_trim(outputs[i].text));
        reasons[missing[i]] = reason;
        ok = store_remember(workbench->store, key_of(summarizer, chosen[i]), summaries[missing[i]],
                            text_of(reason), error);
    }
    arena_free(&scratch);
    return ok;
}

static bool recall_or_ask(struct summarizer *summarizer, const struct text *inputs, size_t count,
                          struct arena *arena, struct text *summaries, const char **reasons,
                          struct error *error)
{
    struct arena scratch = {0};
    size_t *missing = arena_alloc(&scratch, count, sizeof(*missing)), missing_count = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        bool found;
        struct text reason;
        ok = store_recall(summarizer->workbench->store, key_of(summarizer, inputs[i]), arena,
                          &summaries[i], &reason, &found, error);
        if (ok && found)
            reasons[i] = text_equal(reason, TEXT("length")) ? "length" : "end";
        else
            missing[missing_count++] = i;
    }
    size_t batch = summarizer->workbench->session_batch;
    for (size_t at = 0; ok && at < missing_count; at += batch) {
        size_t left = missing_count - at;
        ok = workbench_go_on(summarizer->workbench, error) &&
             ask(summarizer, inputs, &missing[at], left < batch ? left : batch, arena, summaries,
                 reasons, error);
    }
    arena_free(&scratch);
    return ok;
}

bool summarizer_run(struct summarizer *summarizer, const struct text *texts, size_t count,
                    struct arena *arena, struct text **summaries, size_t *summary_count,
                    const char **finish_reason, struct error *error)
{
    struct arena scratch = {0};
    struct packed packed = {.summarizer = summarizer, .texts = texts};
    struct packing packing = {summarizer->window.input, weigh, measure_pack, &packed};
    size_t pack_count;
    const struct pack *packs = pack_units(&packing, count, &scratch, &pack_count);

    struct text *inputs = arena_alloc(&scratch, pack_count, sizeof(*inputs));
    for (size_t i = 0; i < pack_count; i++)
        inputs[i] = join(&packed, packs[i].first, packs[i].count, &scratch);
    struct text *answers = arena_alloc(arena, pack_count, sizeof(*answers));
    const char **reasons = arena_alloc(&scratch, pack_count, sizeof(*reasons));
    bool ok = recall_or_ask(summarizer, inputs, pack_count, arena, answers, reasons, error);
    *summaries = answers;
    *summary_count = 0;
    for (size_t i = 0; ok && i < pack_count; i++)
        if (answers[i].size > 0) {
            answers[(*summary_count)++] = answers[i];
            *finish_reason = reasons[i];
        }
    arena_free(&packed.arena);
    arena_free(&scratch);
    return ok;
}
