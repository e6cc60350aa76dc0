/* session.h - the inside of a session, shared by encoder, decoder, scoring and generation.
 *
 * Shapes: width = d_model, inner = heads * d_kv, hidden = d_ff. Every buffer is row-major. A worker
 * runs whole inputs on its own buffers, so nothing it computes depends on the other workers. */
#ifndef INFERENCE_ENGINE_SESSION_H
#define INFERENCE_ENGINE_SESSION_H

#include "base/workers.h"
#include "inference/model/weights.h"

enum {
    MAX_ENCODER_ROWS = 256, /* tokens that a worker encodes together, unless one input is longer */
    MAX_PANEL_ROWS = 96, /* of them, those that go through linear layers together: their activations
                        stay in the second-level cache */
    DECODER_PASS_ROWS = 48, /* rows that a worker decodes together, unless one beam is wider */
    MAX_STATE_ATTENTION_ROWS = 32, /* up to so many rows of the decoder an input, cross-attention
                               looks at the encoder's states themselves */
    LOGITS_CHUNK = 2048, /* tokens of the vocabulary whose logits are made and judged together */
    F32_QUERY_ROWS = 16, /* queries that float32 attention takes together */
    KEY_PADDING = 16,    /* lengths are padded to a multiple of this where keys are transposed */
};

/* One input as it was last encoded. */
struct encoded_input {
    size_t first, length; /* rows of session->states; length counts the end mark */
    uint8_t *keys;        /* keys and values for the decoder's layers; in session->cross_keys */
    uint8_t *states;      /* itself in int8; in session->cross_states */
};

/* Inputs that one worker encodes together: input_first .. input_first + input_count. */
struct input_batch {
    size_t input_first, input_count;
};

struct worker {
    const struct t5_session *session;     /* borrowed */
    size_t rows;                          /* room of the buffers below */
    float *x;                             /* [rows][width], the residual stream */
    float *normalized;                    /* [rows][width], T5_F32 only */
    float *query, *key, *value;           /* [rows][inner] */
    float *context;                       /* [rows][inner] */
    float *hidden, *up_projection;        /* [rows][hidden] */
    struct rows_s8 quantized;             /* [rows][the widest operand] */
    struct prefetch_list prefetch;        /* its: what the decoder's next layer attends to */
    struct memory_range *prefetch_ranges; /* [2 * decoder_rows] */
    void *cache;                          /* keys and values of one head of one input */
    void *scratch;                        /* room that attention works in */
    float *scores;                        /* [F32_QUERY_ROWS][padded input], or one decoder row's */

    void *self_attention_cache; /* [decoder layer][node][keys, values][inner]: bfloat16, or float in
                                   T5_F32 */
    float *state_attention; /* [heads][rows of the decoder][width]: queries among the states, their
                               means */
    float *final_states;    /* [decoder_rows][width], ready for the output layer */
    float *logits;          /* [decoder_rows][LOGITS_CHUNK] */
};

/* What cross-attention reads, of all inputs. */
struct cross_cache {
    uint8_t *bytes;
    size_t capacity;
    bool ready; /* made when something is first decoded */
};

/* Cross-attention's matrices cut by heads: [layer][head]. */
struct cross_projections {
    struct weights_s8 *to_states;   /* transposed keys, without scales: queries to states */
    struct weights_s8 *from_states; /* values: means of states to context */
    void *room;                     /* of both */
    float *unit_scales;             /* the scales of `over` */
};

struct t5_session {
    const struct t5_model *model; /* borrowed */
    const struct t5_config *config;
    const struct kernels *kernels;
    struct t5_limits limits;
    size_t inner_width;
    size_t slots;        /* beams of limits.beam that a worker's caches hold */
    size_t decoder_rows; /* rows of one pass through the decoder */
    size_t nodes;        /* positions that a worker's key and value caches hold */
    struct weights weights;
    float *encoder_bias; /* [heads][bias_stride], by key - query + input_tokens - 1 */
    float *decoder_bias; /* [heads][output_tokens], by key - query + output_tokens - 1 */
    size_t bias_stride;  /* 2 * input_tokens - 1, and room to read beyond the last key */

    struct workers *pool;
    struct worker *workers; /* limits.threads of them */

    struct encoded_input *inputs; /* [limits.batch] */
    size_t input_count;
    struct input_batch *input_batches; /* [limits.batch] */
    size_t input_batch_count;
    int32_t *ids; /* of all inputs, one behind the other */
    size_t id_count, id_capacity;
    float *states; /* [tokens of all inputs][width], the encoder's output */
    size_t state_capacity;
    struct cross_cache cross_keys, cross_states;
    bool uses_state_attention;                  /* which of the two is in use */
    struct cross_projections cross_projections; /* made when first needed */
};

/* One token in the decoder. Its keys and values go to cache node path[position]; it sees those of
 * path[0..position], which were computed in an earlier call or earlier in this one. */
struct decoder_row {
    int32_t token;
    size_t input; /* index of the encoded input that it looks at */
    size_t position;
    const uint32_t *path;
    bool wanted; /* its final state is asked for */
};

/* Room for `wanted` bytes, aligned; what was there before is lost when it has to grow. */
void *session_grow_buffer(void *bytes, size_t *capacity, size_t wanted);

/* What the decoder is made to start with: the start token, then those of `prefix`. Returns how
 * many; only the first `capacity` are written. */
size_t session_encode_prefix(const struct t5_session *session, struct text prefix, int32_t *tokens,
                             size_t capacity);

/* ---- linear.c ---- */

/* Rows that enter one or more linear layers. */
struct linear_input {
    size_t rows, depth;
    const float *x; /* [rows][depth] */
    /* Float32 products run over the rows of one input at a time, so that company never changes
     * them: group_rows[0..group_count), or every row alone when NULL. */
    const size_t *group_rows;
    size_t group_count;
};

/* Makes `operand` the one that linear_apply multiplies: quantised once in T5_INT8, after which its
 * x may be overwritten, with a scale for each `group` numbers of a row (as the linear layer has
 * it). */
void linear_prepare(struct worker *worker, const struct linear_input *linear_input,
                    size_t group_size);

/* The same of the normalised rows of x [rows][model width]; sets operand's depth and x. */
void linear_prepare_norm(struct worker *worker, struct linear_input *linear_input,
                         const float *norm, const float *x);

/* y [rows][columns of linear] = operand * transpose(linear), added to y when `add`. */
void linear_apply(struct worker *worker, const struct linear_input *linear_input,
                  const struct linear *linear, float *y, bool add);

/* x += wo(activation(wi(norm(x)))), x [rows][model width], with `shape`'s rows and groups. */
void feed_forward_apply(struct worker *worker, const struct feed_forward *layer,
                        struct linear_input shape, float *x);

/* The token's row of the embedding, as row `row` of worker->x. */
void embed_token(struct worker *worker, size_t row, int32_t token);

/* ---- attention.c: both precisions. T5_INT8 works on keys and values in int8 (cache_s8), T5_F32 on
 * transposed keys [head width][padded length] and values [length][head width]. ---- */

/* Bytes of the keys and values of one head over `length` positions, a multiple of 64. */
size_t attention_cache_size(const struct t5_session *session, size_t length);

/* Fills `cache`, attention_cache_size bytes, with one head's keys and values: rows `inner` apart.
 */
void attention_fill_cache(const struct t5_session *session, size_t length, const float *keys,
                          const float *values, void *cache);

/* context = softmax(query * keys + bias) * values for one head, rows of query and context `inner`
 * apart; bias, when not NULL, is that of the first query and moves one step back for each further
 * one. */
void attention_apply(struct worker *worker, size_t length, const void *cache, size_t queries,
                     const float *query, const float *bias, float *context);

/* Puts keys and values [inner] of a decoder's row into cache node `node` of a layer. */
void attention_store(struct worker *worker, size_t layer, size_t node, const float *key,
                     const float *value);

/* worker->context = attention of worker->query, rows of the decoder, to the nodes of their paths.
 */
void attention_apply_paths(struct worker *worker, size_t layer, const struct decoder_row *rows,
                           size_t count);

/* Appends to worker->soon what attention_apply_paths will read, of at most decoder_rows rows;
 * T5_INT8. */
void attention_queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                              size_t count);

/* ---- relative_bias.c ---- */

/* bias [heads][least..most], the value for key - query = d at d - least; table is
 * [buckets][heads]. */
void relative_bias_fill(const struct t5_config *config, const float *table, bool bidirectional,
                        ptrdiff_t min_distance, ptrdiff_t max_distance, float *bias);

/* The row of the table for key - query = distance, as `transformers` computes it. */
size_t relative_bucket(ptrdiff_t distance, bool bidirectional, size_t buckets, size_t max_distance);

/* ---- decoder.c and cross.c ---- */

/* Makes what cross-attention reads of all inputs, if it is not there yet, and chooses the way in
 * which it does for `rows` rows of the decoder an input: call it before decoder_run. */
void cross_prepare(struct t5_session *session, size_t rows);

/* worker->context = attention of worker->query to the inputs' states, of at most decoder_rows. */
void cross_attend(struct worker *worker, size_t layer, const struct decoder_row *rows,
                  size_t count);

/* Appends to worker->soon what cross_attend will read. */
void cross_queue_prefetch(struct worker *worker, size_t layer, const struct decoder_row *rows,
                          size_t count);

/* Runs rows of any number through the decoder, in their order. The final states of the wanted ones,
 * at most session->decoder_rows, end up in worker->final_states one behind the other. Returns how
 * many. */
size_t decoder_run(struct worker *worker, const struct decoder_row *rows, size_t count);

/* Gets the logits of tokens [first, first + count) for final state `row`; may change them. */
typedef void logits_callback(void *context, size_t row, size_t first, size_t count, float *logits);

/* Makes the logits of the first `count` final states, a piece of the vocabulary after the other,
 * and hands each row of each piece on: they are judged while they are near, and never kept. */
void decoder_logits(struct worker *worker, size_t count, logits_callback *callback, void *context);

/* log(exp(a) + exp(b)): joins the normalisers of two pieces; -INFINITY is that of none. */
double log_add_exp(double a, double b);

/* logits[i] of token wanted[i] for final state `row`. */
void decoder_select_logits(struct worker *worker, size_t row, const int32_t *wanted, size_t count,
                           float *logits);

#endif
