/* session.c - opening a session: checks the limits and makes room for everything. */
#include "inference/engine/session.h"

#include <stdlib.h>

#include "base/memory.h"

enum { MOST_TOKENS = 1 << 20, MOST_BATCH = 1 << 20, MOST_THREADS = 1024, MOST_BEAM = 1024 };

static bool check_limit(const char *name, size_t value, size_t most, struct error *error)
{
    if (value >= 1 && value <= most)
        return true;
    return error_set(error, ERROR_USAGE, "%s must be from 1 to %zu, not %zu", name, most, value);
}

static bool check_limits(const struct t5_limits *limits, struct error *error)
{
    return check_limit("the batch", limits->batch, MOST_BATCH, error) &&
           check_limit("input tokens", limits->input_tokens, MOST_TOKENS, error) &&
           check_limit("output tokens", limits->output_tokens, MOST_TOKENS, error) &&
           check_limit("the number of threads", limits->threads, MOST_THREADS, error) &&
           check_limit("the beam", limits->beam, MOST_BEAM, error);
}

static float *room(size_t rows, size_t width)
{
    return memory_alloc_aligned(rows * width, sizeof(float));
}

void *session_room(void *bytes, size_t *capacity, size_t wanted)
{
    if (wanted <= *capacity)
        return bytes;
    free(bytes);
    *capacity = wanted + wanted / 4;
    return memory_alloc_aligned(*capacity, 1);
}

static size_t largest_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smallest_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The system gives memory only as it is first written: unused room costs nothing. */
static void worker_open(struct worker *worker, const struct t5_session *session)
{
    const struct t5_config *config = session->config;
    size_t width = config->model_width, hidden = config->hidden_width, inner = session->inner;
    size_t rows = largest_of(session->limits.input_tokens, ENCODER_ROWS);
    rows = largest_of(rows, session->decoder_rows);
    bool is_int8 = session->limits.precision == T5_INT8;
    size_t input = session->limits.input_tokens, output = session->limits.output_tokens;
    *worker = (struct worker){.session = session, .rows = rows};
    worker->x = room(rows, width);
    worker->normed = is_int8 ? NULL : room(rows, width);
    worker->query = room(rows, inner);
    worker->key = room(rows, inner);
    worker->value = room(rows, inner);
    worker->context = room(rows, inner);
    worker->hidden = room(rows, hidden);
    worker->gate = config->gated ? room(rows, hidden) : NULL;
    worker->quantized.scale = room(rows, hidden / T5_GROUP + 1);
    size_t widest = largest_of(largest_of(width, hidden), inner);
    worker->quantized.bytes = memory_alloc_aligned(rows, quantized_size(widest));
    worker->cache = memory_alloc_aligned(attention_size(session, input), 1);
    worker->work =
        memory_alloc_aligned(attention_s8_size(input, largest_of(width, config->head_width)), 1);
    worker->scores = room(1, largest_of(QUERY_ROWS * (input + COLUMN_GROUP), output));
    size_t cached = config->decoder_layers * session->nodes * inner;
    size_t number = is_int8 ? sizeof(uint16_t) : sizeof(float);
    worker->kept = memory_alloc_aligned(2 * cached, number);
    worker->carried = is_int8 ? room(config->heads * session->decoder_rows, width) : NULL;
    worker->soon_room = memory_alloc(2 * session->decoder_rows, sizeof(*worker->soon_room));
    worker->quantized.soon = &worker->soon;
    worker->final_states = room(session->decoder_rows, width);
    worker->logits = room(session->decoder_rows, OUTPUT_PIECE);
}

static void worker_close(struct worker *worker)
{
    void *owned[] = {worker->x,
                     worker->normed,
                     worker->query,
                     worker->key,
                     worker->value,
                     worker->context,
                     worker->hidden,
                     worker->gate,
                     worker->cache,
                     worker->quantized.scale,
                     worker->quantized.bytes,
                     worker->work,
                     worker->scores,
                     worker->kept,
                     worker->final_states,
                     worker->logits,
                     worker->carried,
                     worker->soon_room};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
}

static void fill_biases(struct t5_session *session)
{
    const struct t5_config *config = session->config;
    const struct t5_weights *weights = t5_model_weights(session->model);
    ptrdiff_t input = (ptrdiff_t)session->limits.input_tokens - 1;
    ptrdiff_t output = (ptrdiff_t)session->limits.output_tokens - 1;
    ptrdiff_t beyond = input + COLUMN_GROUP;
    session->bias_stride = (size_t)(input + beyond + 1);
    session->encoder_bias = room(config->heads, session->bias_stride);
    session->decoder_bias = room(config->heads, (size_t)(output + 1));
    relative_bias_fill(config, weights->encoder.relative_bias, true, -input, beyond,
                       session->encoder_bias);
    relative_bias_fill(config, weights->decoder.relative_bias, false, -output, 0,
                       session->decoder_bias);
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
    session->inner = (size_t)session->config->heads * session->config->head_width;
    session->decoder_rows = largest_of(limits->beam, DECODER_ROWS);
    size_t share = (limits->batch + limits->threads - 1) / limits->threads;
    session->slots = smallest_of(share, session->decoder_rows / limits->beam);
    session->nodes = largest_of(session->slots * limits->beam * limits->output_tokens,
                                2 * session->decoder_rows + limits->output_tokens);
    if (!weights_open(&session->weights, model, limits->precision, error) ||
        !workers_open(&session->pool, limits->threads, error)) {
        t5_session_close(session);
        return false;
    }
    fill_biases(session);
    session->inputs = memory_alloc(limits->batch, sizeof(*session->inputs));
    session->waves = memory_alloc(limits->batch, sizeof(*session->waves));
    session->workers = memory_alloc(limits->threads, sizeof(*session->workers));
    for (size_t i = 0; i < limits->threads; i++)
        worker_open(&session->workers[i], session);
    *result = session;
    return true;
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
                     session->waves,
                     session->ids,
                     session->states,
                     session->cross_keys.bytes,
                     session->cross_states.bytes,
                     session->carriers.over,
                     session->carriers.back,
                     session->carriers.room,
                     session->carriers.ones,
                     session};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
}

size_t session_prefix(const struct t5_session *session, struct text prefix, int32_t *tokens,
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
