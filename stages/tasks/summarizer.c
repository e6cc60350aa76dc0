/* summarizer.c - pack, recall, ask for the rest, remember. */
#include "stages/tasks/summarizer.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "pipeline/store.h"
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
        !prompt_get_number(model, "summary", "max_tokens", 48, &max_tokens, error) ||
        !prompt_get_number(model, "summary", "no_repeat_ngram", 3, &ngram_size, error) ||
        !segmenter_open(&summarizer->segmenter, error))
        return false;
    summarizer->separator =
        arena_format(&summarizer->arena, " %.*s ",
                     TEXT_ARGUMENT(prompt_get_text(model, "summary", "separator", "|")));
    summarizer->separator_tokens = t5_tokenize(model, summarizer->separator, NULL, 0);
    size_t prefix = t5_tokenize(model, summarizer->prompt.decoder_prefix, NULL, 0);
    size_t token_budget = summarizer_token_budget(summarizer);
    if (prefix + 8 > summarizer->token_limits.output ||
        token_budget < MIN_TEXT_TOKENS + 3 * summarizer->separator_tokens || !(max_tokens >= 1) ||
        !(ngram_size >= 0 && ngram_size < 100))
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [summary] leave no room for texts (%zu tokens) or "
                         "ask for the impossible; import the model again with --prompts FILE",
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

struct text *summarizer_split(struct summarizer *summarizer, const struct text *texts, size_t count,
                              size_t token_budget, struct arena *arena, size_t *piece_count)
{
    const struct t5_model *model = summarizer->stage_context->model;
    struct arena scratch = {0};
    struct text_piece **pieces = arena_alloc(&scratch, count, sizeof(*pieces));
    size_t *counts = arena_alloc(&scratch, count, sizeof(*counts)), total = 0;
    for (size_t i = 0; i < count; i++) {
        struct measured_text measured = {model, texts[i]};
        struct text_splitter text_splitter = {
            model,    summarizer->segmenter, token_budget, token_budget / 5, count_piece_tokens,
            &measured};
        pieces[i] = text_split_pieces(&text_splitter, texts[i], &scratch, &counts[i]);
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

struct pack_context {
    const struct summarizer *summarizer;
    const struct text *texts;
    struct arena arena; /* reset from measure to measure */
};

static struct text format_pack_input(const struct pack_context *pack_context, size_t first,
                                     size_t count, struct arena *arena)
{
    struct text separator = pack_context->summarizer->separator;
    size_t size = 0;
    for (size_t i = first; i < first + count; i++)
        size += pack_context->texts[i].size + separator.size;
    char *bytes = arena_alloc(arena, size + 1, 1), *at = bytes;
    for (size_t i = first; i < first + count; i++) {
        if (i > first)
            at = (char *)memcpy(at, separator.bytes, separator.size) + separator.size;
        at = (char *)memcpy(at, pack_context->texts[i].bytes, pack_context->texts[i].size) +
             pack_context->texts[i].size;
    }
    return prompt_format_input(&pack_context->summarizer->prompt,
                               (struct text){bytes, (size_t)(at - bytes)}, arena);
}

static size_t estimate_tokens(void *user, size_t index)
{
    const struct pack_context *pack_context = user;
    return t5_tokenize(pack_context->summarizer->stage_context->model, pack_context->texts[index],
                       NULL, 0) +
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

/* Summaries of the inputs that the store does not recall: `missing` are their places. */
static bool generate_missing(struct summarizer *summarizer, const struct text *inputs,
                             const size_t *missing_indices, size_t count, struct arena *arena,
                             struct text *summaries, const char **finish_reasons,
                             struct error *error)
{
    const struct stage_context *stage_context = summarizer->stage_context;
    struct arena scratch = {0};
    struct text *chosen = arena_alloc(&scratch, count, sizeof(*chosen));
    struct t5_output *outputs = arena_alloc(&scratch, count, sizeof(*outputs));
    for (size_t i = 0; i < count; i++) {
        chosen[i] = inputs[missing_indices[i]];
        assert(prompt_count_tokens(stage_context->model, chosen[i]) <=
               summarizer->token_limits.input);
    }
    bool ok = t5_encode(stage_context->session, chosen, count, error) &&
              t5_generate(stage_context->session, &summarizer->decoding, &scratch, outputs, error);
    for (size_t i = 0; ok && i < count; i++) {
        const char *reason = outputs[i].finish_reason == T5_FINISH_LENGTH ? "length" : "end";
        summaries[missing_indices[i]] = arena_copy_text(arena, text_trim(outputs[i].text));
        finish_reasons[missing_indices[i]] = reason;
        struct generated_text generated = {summaries[missing_indices[i]], text_of(reason)};
        ok = store_save_generated_text(stage_context->store,
                                       compute_cache_key(summarizer, chosen[i]), &generated, error);
    }
    arena_free(&scratch);
    return ok;
}

static bool load_or_generate(struct summarizer *summarizer, const struct text *inputs, size_t count,
                             struct arena *arena, struct text *summaries,
                             const char **finish_reasons, struct error *error)
{
    struct arena scratch = {0};
    size_t *missing_indices = arena_alloc(&scratch, count, sizeof(*missing_indices)),
           missing_count = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        bool found;
        struct generated_text generated;
        ok = store_load_generated_text(summarizer->stage_context->store,
                                       compute_cache_key(summarizer, inputs[i]), arena, &generated,
                                       &found, error);
        if (!ok || !found) {
            missing_indices[missing_count++] = i;
            continue;
        }
        summaries[i] = generated.text;
        finish_reasons[i] = text_equal(generated.finish_reason, TEXT("length")) ? "length" : "end";
    }
    size_t batch = summarizer->stage_context->session_batch;
    for (size_t at = 0; ok && at < missing_count; at += batch) {
        size_t remaining = missing_count - at;
        ok = stage_context_check_interrupt(summarizer->stage_context, error) &&
             generate_missing(summarizer, inputs, &missing_indices[at],
                              remaining < batch ? remaining : batch, arena, summaries,
                              finish_reasons, error);
    }
    arena_free(&scratch);
    return ok;
}

bool summarizer_summarize(struct summarizer *summarizer, const struct text *texts, size_t count,
                          struct arena *arena, struct text **summaries, size_t *summary_count,
                          const char **finish_reason, struct error *error)
{
    struct arena scratch = {0};
    struct pack_context pack_context = {.summarizer = summarizer, .texts = texts};
    struct packer packer = {summarizer->token_limits.input, estimate_tokens, count_pack_tokens,
                            &pack_context};
    size_t pack_count;
    const struct text_pack *packs = packer_pack(&packer, count, &scratch, &pack_count);

    struct text *inputs = arena_alloc(&scratch, pack_count, sizeof(*inputs));
    for (size_t i = 0; i < pack_count; i++)
        inputs[i] = format_pack_input(&pack_context, packs[i].first, packs[i].count, &scratch);
    struct text *answers = arena_alloc(arena, pack_count, sizeof(*answers));
    const char **finish_reasons = arena_alloc(&scratch, pack_count, sizeof(*finish_reasons));
    bool ok =
        load_or_generate(summarizer, inputs, pack_count, arena, answers, finish_reasons, error);
    *summaries = answers;
    *summary_count = 0;
    for (size_t i = 0; ok && i < pack_count; i++)
        if (answers[i].size > 0) {
            answers[(*summary_count)++] = answers[i];
            *finish_reason = finish_reasons[i];
        }
    arena_free(&pack_context.arena);
    arena_free(&scratch);
    return ok;
}
