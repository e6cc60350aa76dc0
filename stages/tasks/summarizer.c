/* summarizer.c - packs texts, loads saved summaries, generates and saves the missing ones. */
#include "stages/tasks/summarizer.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "stages/tasks/session_batch.h"
#include "stages/text/text_split.h"
#include "stages/text/window_pack.h"

enum { MIN_TEXT_TOKENS = 24 };

bool summarizer_open(struct summarizer *summarizer, const struct stage_context *stage_context,
                     struct error *error)
{
    const struct t5_model *model = stage_context->model;
    double max_tokens, ngram_size;
    summarizer->stage_context = stage_context;
    if (!prompt_get_token_limits(&summarizer->token_limits, model, error) ||
        !prompt_load(&summarizer->prompt, model, "summary", error) ||
        !prompt_get_number(model, "summary.max_tokens", 48, &max_tokens, error) ||
        !prompt_get_number(model, "summary.no_repeat_ngram", 3, &ngram_size, error) ||
        !segmenter_open(&summarizer->segmenter, error))
        return false;
    summarizer->separator =
        arena_format(&summarizer->arena, " %.*s ",
                     TEXT_ARGUMENT(prompt_get_text(model, "summary.separator", "|")));
    summarizer->separator_tokens = t5_tokenize(model, summarizer->separator, NULL, 0);
    size_t prefix = t5_tokenize(model, summarizer->prompt.decoder_prefix, NULL, 0);
    size_t token_budget = summarizer_token_budget(summarizer);
    if (prefix + 8 > summarizer->token_limits.output ||
        token_budget < MIN_TEXT_TOKENS + 3 * summarizer->separator_tokens || !(max_tokens >= 1) ||
        !(ngram_size >= 0 && ngram_size < 100))
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [summary] leave too few tokens for texts (%zu) or "
                         "have numbers out of range; import the model again with --prompts FILE",
                         token_budget);
    size_t output = summarizer->token_limits.output - prefix - 2; /* the start and the end mark */
    summarizer->decoding = (struct t5_decoding){
        .prefix = summarizer->prompt.decoder_prefix,
        .max_tokens = max_tokens < (double)output ? (size_t)max_tokens : output,
        .no_repeat_ngram = (size_t)ngram_size,
    };
    return true;
}

void summarizer_close(struct summarizer *summarizer)
{
    segmenter_close(summarizer->segmenter);
    arena_free(&summarizer->arena);
    summarizer->segmenter = NULL;
}

size_t summarizer_token_budget(const struct summarizer *summarizer)
{
    struct arena arena = {0};
    struct text empty = prompt_format_input(&summarizer->prompt, TEXT(""), &arena);
    size_t prompt = prompt_count_tokens(summarizer->stage_context->model, empty);
    arena_free(&arena);
    return prompt < summarizer->token_limits.input ? summarizer->token_limits.input - prompt : 0;
}

struct measured_text {
    const struct t5_model *model;
    struct text text;
};

static size_t count_piece_tokens(void *user, size_t begin, size_t end)
{
    const struct measured_text *measured = user;
    return t5_tokenize(measured->model, text_slice(measured->text, begin, end), NULL, 0);
}

struct text_array summarizer_split(struct summarizer *summarizer, struct text_array texts,
                                   size_t token_budget, struct arena *arena)
{
    const struct t5_model *model = summarizer->stage_context->model;
    struct arena scratch = {0};
    struct text_piece **pieces = arena_alloc(&scratch, texts.count, sizeof(*pieces));
    size_t *counts = arena_alloc(&scratch, texts.count, sizeof(*counts)), total = 0, filled = 0;
    for (size_t i = 0; i < texts.count; i++) {
        struct measured_text measured = {model, texts.items[i]};
        struct text_splitter text_splitter = {.model = model,
                                              .segmenter = summarizer->segmenter,
                                              .token_budget = token_budget,
                                              .min_last_tokens = token_budget / 5,
                                              .count_tokens = count_piece_tokens,
                                              .user = &measured};
        pieces[i] = text_split_pieces(&text_splitter, texts.items[i], &scratch, &counts[i]);
        total += counts[i];
    }
    struct text *split = arena_alloc(arena, total, sizeof(*split));
    for (size_t i = 0; i < texts.count; i++)
        for (size_t k = 0; k < counts[i]; k++)
            split[filled++] =
                text_trim(text_slice(texts.items[i], pieces[i][k].begin, pieces[i][k].end));
    arena_free(&scratch);
    return (struct text_array){split, filled};
}

struct pack_context {
    const struct summarizer *summarizer;
    struct text_array texts;
    struct arena arena; /* reset by each measurement */
};

static struct text format_pack_input(const struct pack_context *pack_context, size_t first,
                                     size_t count, struct arena *arena)
{
    struct text separator = pack_context->summarizer->separator;
    size_t size = 0;
    for (size_t i = first; i < first + count; i++)
        size += pack_context->texts.items[i].size + separator.size;
    char *bytes = arena_alloc(arena, size + 1, 1), *at = bytes;
    for (size_t i = first; i < first + count; i++) {
        if (i > first)
            at = (char *)memcpy(at, separator.bytes, separator.size) + separator.size;
        at = (char *)memcpy(at, pack_context->texts.items[i].bytes,
                            pack_context->texts.items[i].size) +
             pack_context->texts.items[i].size;
    }
    return prompt_format_input(&pack_context->summarizer->prompt,
                               (struct text){bytes, (size_t)(at - bytes)}, arena);
}

static size_t estimate_tokens(void *user, size_t index)
{
    const struct pack_context *pack_context = user;
    return t5_tokenize(pack_context->summarizer->stage_context->model,
                       pack_context->texts.items[index], NULL, 0) +
           pack_context->summarizer->separator_tokens;
}

static size_t count_pack_tokens(void *user, size_t first, size_t count)
{
    struct pack_context *pack_context = user;
    arena_reset(&pack_context->arena);
    return prompt_count_tokens(pack_context->summarizer->stage_context->model,
                               format_pack_input(pack_context, first, count, &pack_context->arena));
}

static uint64_t compute_cache_key(const struct summarizer *summarizer, struct text input)
{
    const struct t5_decoding *decoding = &summarizer->decoding;
    uint64_t key = hash_combine_number(HASH_SEED, summarizer->stage_context->model_key);
    key = hash_combine(hash_combine(key, decoding->prefix), input);
    return hash_combine_number(hash_combine_number(key, decoding->max_tokens),
                               decoding->no_repeat_ngram);
}

struct pack_summary {
    struct text input, summary;
    enum finish_reason finish_reason;
};

/* Generates and saves up to session_batch summaries. */
static bool generate_summaries(struct summarizer *summarizer, struct pack_summary **packs,
                               size_t count, struct arena *arena, struct error *error)
{
    const struct stage_context *stage_context = summarizer->stage_context;
    struct arena scratch = {0};
    struct text *inputs = arena_alloc(&scratch, count, sizeof(*inputs));
    struct t5_output *outputs = arena_alloc(&scratch, count, sizeof(*outputs));
    for (size_t i = 0; i < count; i++) {
        inputs[i] = packs[i]->input;
        assert(prompt_count_tokens(stage_context->model, inputs[i]) <=
               summarizer->token_limits.input);
    }
    bool ok = t5_encode(stage_context->session, inputs, count, error) &&
              t5_generate(stage_context->session, &summarizer->decoding, &scratch, outputs, error);
    for (size_t i = 0; ok && i < count; i++) {
        packs[i]->summary = arena_copy_text(arena, text_trim(outputs[i].text));
        packs[i]->finish_reason =
            outputs[i].finish_reason == T5_FINISH_LENGTH ? FINISH_LENGTH : FINISH_END;
        struct generated_text generated = {packs[i]->summary, packs[i]->finish_reason};
        ok = store_save_generated_text(stage_context->store,
                                       compute_cache_key(summarizer, inputs[i]), &generated, error);
    }
    arena_free(&scratch);
    return ok;
}

static bool load_summary(struct summarizer *summarizer, struct pack_summary *pack,
                         struct arena *arena, bool *found, struct error *error)
{
    struct generated_text generated;
    if (!store_load_generated_text(summarizer->stage_context->store,
                                   compute_cache_key(summarizer, pack->input), arena, &generated,
                                   error))
        return false;
    *found = generated.text.bytes != NULL;
    if (*found) {
        pack->summary = generated.text;
        pack->finish_reason = generated.finish_reason;
    }
    return true;
}

static bool load_or_generate(struct summarizer *summarizer, struct pack_summary *packs,
                             size_t count, struct arena *arena, struct error *error)
{
    const struct stage_context *context = summarizer->stage_context;
    struct arena scratch = {0};
    struct pack_summary **missing = arena_alloc(&scratch, count, sizeof(struct pack_summary *));
    size_t missing_count = 0;
    bool ok = true, found;
    for (size_t i = 0; ok && i < count; i++) {
        ok = load_summary(summarizer, &packs[i], arena, &found, error);
        if (ok && !found)
            missing[missing_count++] = &packs[i];
    }
    struct session_batch batch = {0};
    while (ok && session_batch_next(&batch, context, missing_count))
        ok = stage_context_check_interrupt(context, error) &&
             generate_summaries(summarizer, &missing[batch.first], batch.count, arena, error);
    arena_free(&scratch);
    return ok;
}

bool summarizer_summarize(struct summarizer *summarizer, struct text_array texts,
                          struct arena *arena, struct summaries *summaries, struct error *error)
{
    struct arena scratch = {0};
    struct pack_context pack_context = {.summarizer = summarizer, .texts = texts};
    struct packer packer = {summarizer->token_limits.input, estimate_tokens, count_pack_tokens,
                            &pack_context};
    size_t count;
    const struct text_pack *packs = packer_pack(&packer, texts.count, &scratch, &count);
    struct pack_summary *pack_summaries = arena_alloc(&scratch, count, sizeof(*pack_summaries));
    for (size_t i = 0; i < count; i++)
        pack_summaries[i].input =
            format_pack_input(&pack_context, packs[i].first, packs[i].count, &scratch);
    bool ok = load_or_generate(summarizer, pack_summaries, count, arena, error);
    *summaries = (struct summaries){.items = arena_alloc(arena, count, sizeof(*summaries->items))};
    for (size_t i = 0; ok && i < count; i++)
        if (pack_summaries[i].summary.size > 0) {
            summaries->items[summaries->count++] = pack_summaries[i].summary;
            summaries->finish_reason = pack_summaries[i].finish_reason;
        }
    arena_free(&pack_context.arena);
    arena_free(&scratch);
    return ok;
}
