/* session.h - the internals of a session, shared by encoder, decoder, scoring and generation.
 *
 * Shapes: width = d_model, inner = heads * d_kv, hidden = d_ff. Every buffer is row-major. A worker
 * processes whole inputs in its own buffers, so its results do not depend on the other workers. */
#ifndef INFERENCE_ENGINE_SESSION_H
#define INFERENCE_ENGINE_SESSION_H

#include "base/workers.h"
#include "inference/model/weights.h"

enum {
    MAX_ENCODER_ROWS = 256, /* tokens that a worker encodes together, unless one input is longer */
    MAX_PANEL_ROWS = 96, /* rows that go through linear layers together, so that their activations
                            stay in the second-level cache */
    DECODER_PASS_ROWS = 48, /* rows that a worker decodes together, unless one beam is wider */
    MAX_STATE_ATTENTION_ROWS =
        32, /* maximum number of decoder rows per input for which cross-attention reads the
               encoder's states instead of keys and values */
    LOGITS_CHUNK = 2048, /* tokens of the vocabulary whose logits are computed and used together */
    F32_QUERY_ROWS = 16, /* queries that float32 attention processes together */
    KEY_PADDING = 16,    /* transposed keys are padded to a multiple of this length */
};

/* An encoded input. */
struct encoded_input {
    size_t first, length; /* rows of session->states; length includes the end token */
    uint8_t *keys;        /* keys and values for the decoder's layers; in session->cross_keys */
    uint8_t *states;      /* the encoder's states in int8; in session->cross_states */
};

/* Inputs that one worker encodes together: input_first .. input_first + input_count - 1. */
struct input_batch {
    size_t input_first, input_count;
};

struct worker {
    const struct t5_session *session;     /* borrowed */
    size_t rows;                          /* capacity of the following buffers */
    float *x;                             /* [rows][width], the residual stream */
    float *normalized;                    /* [rows][width], T5_F32 only */
    float *query, *key, *value;           /* [rows][inner] */
    float *context;                       /* [rows][inner] */
    float *hidden, *up_projection;        /* [rows][hidden] */
    struct rows_s8 quantized;             /* [rows][widest input of a linear layer] */
    struct prefetch_list prefetch;        /* memory that the decoder's next layer attends to */
    struct memory_range *prefetch_ranges; /* [2 * decoder_rows] */
    void *cache;                          /* keys and values of one head of one input */
    void *scratch;                        /* scratch space for attention */
    float *scores; /* [F32_QUERY_ROWS][padded input length], or the scores of one decoder row */

    void *self_attention_cache; /* [decoder layer][node][keys, values][inner]: bfloat16, or float in
                                   T5_F32 */
    float *state_attention; /* [heads][decoder rows][width]: queries projected to the states, then
                               means of the states */
    float *final_states;    /* [decoder_rows][width], inputs of the output layer */
    float *logits;          /* [decoder_rows][LOGITS_CHUNK] */
};

/* The memory that cross-attention reads, for all inputs. */
struct cross_cache {
    uint8_t *bytes;
    size_t capacity;
    bool ready; /* filled for the current inputs */
};

/* The key and value matrices of cross-attention, split by head: [layer][head]. */
struct cross_projections {
    struct weights_s8
        *to_states; /* transposed key matrices without scales: project queries to the states */
    struct weights_s8 *from_states; /* value matrices: project means of states to context */
    void *memory;                   /* memory of both */
    float *unit_scales;             /* the scales of to_states: all 1 */
};

struct t5_session {
    const struct t5_model *model; /* borrowed */
    const struct t5_config *config;
    const struct kernels *kernels;
    struct t5_limits limits;
    size_t inner_width;
    size_t slots;        /* beams of width limits.beam that fit into a worker's caches */
    size_t decoder_rows; /* rows of one pass through the decoder */
    size_t nodes;        /* positions that fit into a worker's key and value caches */
    struct weights weights;
    float *encoder_bias; /* [heads][bias_stride], by key - query + input_tokens - 1 */
    float *decoder_bias; /* [heads][output_tokens], by key - query + output_tokens - 1 */
    size_t bias_stride;  /* 2 * input_tokens - 1, and padding to read past the last key */

    struct workers *pool;
    struct worker *workers; /* [limits.threads] */

    struct encoded_input *inputs; /* [limits.batch] */
    size_t input_count;
    struct input_batch *input_batches; /* [limits.batch] */
    size_t input_batch_count;
    int32_t *ids; /* of all inputs, one after another */
    size_t id_count, id_capacity;
    float *states; /* [tokens of all inputs][width], the encoder's output */
    size_t state_capacity;
    struct cross_cache cross_keys, cross_states;
    bool uses_state_attention;                  /* reads cross_states, not cross_keys */
    struct cross_projections cross_projections; /* created at the first use */
};

/* One token in the decoder. Its keys and values are stored in cache node path[position]. It attends
 * to the nodes path[0..position], which earlier calls or earlier rows of this call have
 * computed. */
struct decoder_row {
    int32_t token;
    size_t input; /* index of the encoded input */
    size_t position;
    const uint32_t *path;
    bool needs_logits; /* return its final state */
};

/* Returns an aligned buffer of at least `size` bytes; its contents are lost if it has to grow. */
void *session_grow_buffer(void *bytes, size_t *capacity, size_t size);

/* Writes the start token and the tokens of `prefix`. Returns their number; only the first
 * `capacity` are written. */
size_t session_encode_prefix(const struct t5_session *session, struct text prefix, int32_t *tokens,
                             size_t capacity);

/* ---- linear.c ---- */

/* The input rows of one or more linear layers. */
struct linear_input {
    size_t rows, depth;
    const float *x; /* [rows][depth] */
    /* A float32 product runs over the rows of one input at a time, so that other inputs never
     * change its result: group_rows[0..group_count) rows each, or one row each if NULL. */
    const size_t *group_rows;
    size_t group_count;
};

/* Prepares `linear_input` for linear_apply. In T5_INT8 it is quantized once, with a scale per
 * `group_size` values of a row (the group size of the linear layer), and its x may be overwritten
 * afterwards. */
void linear_prepare(struct worker *worker, const struct linear_input *linear_input,
                    size_t group_size);

/* Like linear_prepare, for the normalized rows of x [rows][model width]; sets depth and x of
 * `linear_input`. */
void linear_prepare_norm(struct worker *worker, struct linear_input *linear_input,
                         const float *norm, const float *x);

/* y [rows][columns] = input * transpose(linear); added to y if `add`. */
void linear_apply(struct worker *worker, const struct linear_input *linear_input,
                  const struct linear *linear, float *y, bool add);

/* x += wo(activation(wi(norm(x)))), x [rows][model width]; `shape` gives rows and groups. */
void feed_forward_apply(struct worker *worker, const struct feed_forward *layer,
                        struct linear_input shape, float *x);

/* Writes the token's embedding to row `row` of worker->x. */
void embed_token(struct worker *worker, size_t row, int32_t token);

/* ---- attention.c: both precisions. T5_INT8 uses int8 keys and values (struct cache_s8). T5_F32
 * uses transposed keys [head width][padded length] and values [length][head width]. ---- */

/* Bytes for the keys and values of one head over `length` positions; a multiple of 64. */
size_t attention_cache_size(const struct t5_session *session, size_t length);

/* Fills `cache` (attention_cache_size bytes) with the keys and values of one head; their rows are
 * inner_width floats apart. */
void attention_fill_cache(const struct t5_session *session, size_t length, const float *keys,
                          const float *values, void *cache);

/* context = softmax(query * keys + bias) * values for one head; their stride is inner_width. */
void attention_apply(struct worker *worker, size_t length, const void *cache,
                     const struct attention_queries *queries);

/* Stores the keys and values [inner] of a decoder row in cache node `node` of a layer. */
void attention_store(struct worker *worker, size_t layer, size_t node, const float *key,
                     const float *value);

/* worker->context = attention of worker->query (decoder rows) to the nodes of their paths. */
void attention_apply_paths(struct worker *worker, size_t layer, const struct decoder_row *rows,
                           size_t count);

/* Appends to worker->prefetch the memory that attention_apply_paths will read, for at most
 * decoder_rows rows; T5_INT8 only. */
void attention_queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                              size_t count);

/* ---- relative_bias.c ---- */

/* Distances key - query, from min to max. */
struct distance_range {
    ptrdiff_t min, max;
};

/* bias [heads][distances], indexed by key - query - range.min; table is [buckets][heads]. */
void relative_bias_fill(const struct t5_config *config, const float *table, bool bidirectional,
                        struct distance_range range, float *bias);

/* The bucket (row of the table) of key - query = distance, as in `transformers`. */
size_t relative_bucket(ptrdiff_t distance, bool bidirectional, size_t buckets, size_t max_distance);

/* ---- decoder.c and cross_attention.c ---- */

/* Chooses how cross-attention works for `rows` decoder rows per input, and computes what it reads
 * unless that exists for the current inputs. Call it before decoder_run. */
void cross_prepare(struct t5_session *session, size_t rows);

/* worker->context = attention of worker->query to the inputs' states, for at most decoder_rows
 * rows. */
void cross_attend(struct worker *worker, size_t layer, const struct decoder_row *rows,
                  size_t count);

/* Appends to worker->prefetch the memory that cross_attend will read. */
void cross_queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                          size_t count);

/* Runs any number of rows through the decoder, in order. Writes the final states of the rows that
 * need logits, at most session->decoder_rows, to worker->final_states. Returns their number. */
size_t decoder_run(struct worker *worker, const struct decoder_row *rows, size_t count);

/* Receives the logits of tokens [first, first + count) for final state `row`; may change them. */
typedef void logits_callback(void *context, size_t row, size_t first, size_t count, float *logits);

/* Computes the logits of the first `count` final states, one chunk of the vocabulary at a time, and
 * passes each row of a chunk to `callback` while it is cached. Logits are not kept. */
void decoder_logits(struct worker *worker, size_t count, logits_callback *callback, void *context);

/* log(exp(a) + exp(b)); -INFINITY is the logarithm of an empty sum. */
double log_add_exp(double a, double b);

/* logits[i] = logit of tokens[i] for final state `row`. */
void decoder_select_logits(struct worker *worker, size_t row, const int32_t *tokens, size_t count,
                           float *logits);

#endif
