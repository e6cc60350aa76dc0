/* session.c - opens a session: checks the limits and allocates all buffers. */
#include "inference/engine/session.h"

#include <stdlib.h>

#include "base/memory.h"

enum { MAX_TOKENS = 1 << 20, MAX_BATCH = 1 << 20, MAX_THREADS = 1024, MAX_BEAM = 1024 };

static bool check_limit(const char *name, size_t value, size_t max, struct error *error)
{
    if (value >= 1 && value <= max)
        return true;
    return error_set(error, ERROR_USAGE, "%s must be from 1 to %zu, not %zu", name, max, value);
}

static bool check_limits(const struct t5_limits *limits, struct error *error)
{
    return check_limit("the batch size", limits->batch, MAX_BATCH, error) &&
           check_limit("the number of input tokens", limits->input_tokens, MAX_TOKENS, error) &&
           check_limit("the number of output tokens", limits->output_tokens, MAX_TOKENS, error) &&
           check_limit("the number of threads", limits->threads, MAX_THREADS, error) &&
           check_limit("the beam width", limits->beam, MAX_BEAM, error);
}

static float *alloc_floats(size_t rows, size_t width)
{
    return memory_alloc_aligned(rows * width, sizeof(float));
}

void *session_grow_buffer(void *bytes, size_t *capacity, size_t size)
{
    if (size <= *capacity)
        return bytes;
    free(bytes);
    *capacity = size + size / 4;
    return memory_alloc_aligned(*capacity, 1);
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The operating system provides memory at the first write, so unused parts of the buffers are
 * free. */
static void worker_open(struct worker *worker, const struct t5_session *session)
{
    const struct t5_config *config = session->config;
    size_t width = config->model_width, hidden = config->feed_forward_width,
           inner_width = session->inner_width;
    size_t rows = max_size(session->limits.input_tokens, MAX_ENCODER_ROWS);
    rows = max_size(rows, session->decoder_rows);
    bool is_int8 = session->limits.precision == T5_INT8;
    size_t input = session->limits.input_tokens, output = session->limits.output_tokens;
    *worker = (struct worker){.session = session, .rows = rows};
    worker->x = alloc_floats(rows, width);
    worker->normalized = is_int8 ? NULL : alloc_floats(rows, width);
    worker->query = alloc_floats(rows, inner_width);
    worker->key = alloc_floats(rows, inner_width);
    worker->value = alloc_floats(rows, inner_width);
    worker->context = alloc_floats(rows, inner_width);
    worker->hidden = alloc_floats(rows, hidden);
    worker->up_projection = config->is_gated ? alloc_floats(rows, hidden) : NULL;
    worker->quantized.scale = alloc_floats(rows, hidden / T5_QUANTIZATION_GROUP + 1);
    size_t max_width = max_size(max_size(width, hidden), inner_width);
    worker->quantized.bytes = memory_alloc_aligned(rows, quantized_row_size(max_width));
    worker->cache = memory_alloc_aligned(attention_cache_size(session, input), 1);
    worker->scratch = memory_alloc_aligned(
        attention_s8_scratch_size(input, max_size(width, config->head_width)), 1);
    worker->scores = alloc_floats(1, max_size(F32_QUERY_ROWS * (input + KEY_PADDING), output));
    size_t cached_values = config->decoder_layers * session->nodes * inner_width;
    size_t element_size = is_int8 ? sizeof(uint16_t) : sizeof(float);
    worker->self_attention_cache = memory_alloc_aligned(2 * cached_values, element_size);
    worker->state_attention =
        is_int8 ? alloc_floats(config->heads * session->decoder_rows, width) : NULL;
    worker->prefetch_ranges =
        memory_alloc(2 * session->decoder_rows, sizeof(*worker->prefetch_ranges));
    worker->quantized.prefetch = &worker->prefetch;
    worker->final_states = alloc_floats(session->decoder_rows, width);
    worker->logits = alloc_floats(session->decoder_rows, LOGITS_CHUNK);
}

static void worker_close(struct worker *worker)
{
    void *owned[] = {worker->x,
                     worker->normalized,
                     worker->query,
                     worker->key,
                     worker->value,
                     worker->context,
                     worker->hidden,
                     worker->up_projection,
                     worker->cache,
                     worker->quantized.scale,
                     worker->quantized.bytes,
                     worker->scratch,
                     worker->scores,
                     worker->self_attention_cache,
                     worker->final_states,
                     worker->logits,
                     worker->state_attention,
                     worker->prefetch_ranges};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
}

static void fill_biases(struct t5_session *session)
{
    const struct t5_config *config = session->config;
    const struct t5_weights *weights = t5_model_weights(session->model);
    ptrdiff_t input = (ptrdiff_t)session->limits.input_tokens - 1;
    ptrdiff_t output = (ptrdiff_t)session->limits.output_tokens - 1;
    ptrdiff_t max_distance = input + KEY_PADDING;
    session->bias_stride = (size_t)(input + max_distance + 1);
    session->encoder_bias = alloc_floats(config->heads, session->bias_stride);
    session->decoder_bias = alloc_floats(config->heads, (size_t)(output + 1));
    relative_bias_fill(config, weights->encoder.relative_bias, true,
                       (struct distance_range){-input, max_distance}, session->encoder_bias);
    relative_bias_fill(config, weights->decoder.relative_bias, false,
                       (struct distance_range){-output, 0}, session->decoder_bias);
}

bool t5_session_open(struct t5_session **result, const struct t5_model *model,
                     const struct t5_limits *limits, struct error *error)
{
    *result = NULL;
    const struct kernels *kernels = kernels_select(limits->kernels, error);
    if (!kernels || !check_limits(limits, error))
        return false;
    struct t5_session *session = memory_alloc(1, sizeof(*session));
    session->model = model;
    session->config = t5_model_config(model);
    session->kernels = kernels;
    session->limits = *limits;
    session->inner_width = (size_t)session->config->heads * session->config->head_width;
    session->decoder_rows = max_size(limits->beam, DECODER_PASS_ROWS);
    size_t inputs_per_thread = (limits->batch + limits->threads - 1) / limits->threads;
    session->slots = min_size(inputs_per_thread, session->decoder_rows / limits->beam);
    session->nodes = max_size(session->slots * limits->beam * limits->output_tokens,
                              2 * session->decoder_rows + limits->output_tokens);
    if (!weights_open(&session->weights, model, limits->precision, error) ||
        !workers_open(&session->pool, limits->threads, error)) {
        t5_session_close(session);
        return false;
    }
    fill_biases(session);
    session->inputs = memory_alloc(limits->batch, sizeof(*session->inputs));
    session->input_batches = memory_alloc(limits->batch, sizeof(*session->input_batches));
    session->workers = memory_alloc(limits->threads, sizeof(*session->workers));
    for (size_t i = 0; i < limits->threads; i++)
        worker_open(&session->workers[i], session);
    *result = session;
    return true;
}

static void free_cross_cache(struct cross_cache *cross_cache)
{
    free(cross_cache->bytes);
    *cross_cache = (struct cross_cache){0};
}

void t5_session_release_inputs(struct t5_session *session)
{
    session->input_count = 0;
    free(session->states);
    session->states = NULL;
    session->state_capacity = 0;
    free_cross_cache(&session->cross_keys);
    free_cross_cache(&session->cross_states);
    for (size_t i = 0; i < session->limits.threads; i++) {
        worker_close(&session->workers[i]);
        worker_open(&session->workers[i], session);
    }
}

void t5_session_close(struct t5_session *session)
{
    if (!session)
        return;
    workers_close(session->pool);
    for (size_t i = 0; session->workers && i < session->limits.threads; i++)
        worker_close(&session->workers[i]);
    weights_close(&session->weights);
    void *owned[] = {session->encoder_bias,
                     session->decoder_bias,
                     session->workers,
                     session->inputs,
                     session->input_batches,
                     session->ids,
                     session->states,
                     session->cross_keys.bytes,
                     session->cross_states.bytes,
                     session->cross_projections.to_states,
                     session->cross_projections.from_states,
                     session->cross_projections.memory,
                     session->cross_projections.unit_scales,
                     session};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
}

size_t session_encode_prefix(const struct t5_session *session, struct text prefix, int32_t *tokens,
                             size_t capacity)
{
    tokens[0] = session->config->start_id;
    if (!prefix.size)
        return 1;
    return 1 + tokenizer_encode_prefix(t5_model_tokenizer(session->model), prefix, tokens + 1,
                                       capacity - 1);
}

const char *t5_session_kernels(const struct t5_session *session)
{
    return session->kernels->name;
}
