/* t5.h - the inference engine: encoder-decoder models of the T5 family, on the CPU.
 *
 * This is the only header of inference/ that other folders include. The reference for the
 * arithmetic is T5ForConditionalGeneration of `transformers`. docs/MODEL.md describes tensors,
 * shapes and quantization.
 *
 * Guarantee: the results for an input depend on the model, the precision and the kernel table only.
 * They do not depend on the other inputs of the batch, the number of threads or earlier calls. */
#ifndef INFERENCE_T5_H
#define INFERENCE_T5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Weights, vocabulary and prompts. Read-only after opening, so threads can share it. */
struct t5_model;

/* Activations and caches of `threads` workers. The model must outlive its sessions. */
struct t5_session;

enum t5_precision { T5_INT8, T5_F32 };

/* The kernel tables, as the choices of an option. Each CPU can run some of them; auto is the
 * fastest one of this CPU. */
#define T5_KERNEL_CHOICES "auto|scalar|avx2|avxvnni|avx512vnni|neon|i8mm"

/* Opens a model: a Winnow model file (mapped, not parsed), or a Hugging Face directory or GGUF
 * file, which is imported into memory. An import keeps float32 weights only if `precision` is
 * T5_F32. Every defect of the file is ERROR_MODEL, and the message names the remedy. */
bool t5_model_open(struct t5_model **model, const char *path, enum t5_precision precision,
                   struct error *error);
void t5_model_close(struct t5_model *model); /* accepts NULL */

/* Hash of weights, vocabulary and prompts as 16 hexadecimal digits; saved results refer to it.
 * Valid as long as the model. */
struct text t5_model_id(const struct t5_model *model);

/* The model's prompt with this key ("sentiment.decoder"), or an empty text if it has none. */
struct text t5_model_prompt(const struct t5_model *model, const char *key);

/* The bytes of a section of the model file, for data that the engine itself does not read. Empty if
 * the file has no section of this name that contains bytes; valid as long as the model. */
struct text t5_model_section(const struct t5_model *model, const char *name);

/* The number of token ids. */
size_t t5_vocabulary_size(const struct t5_model *model);

/* Writes the token ids of `text` without the end token. Returns their number, which may exceed
 * `capacity`; only the first `capacity` are written. */
size_t t5_tokenize(const struct t5_model *model, struct text text, int32_t *ids, size_t capacity);

/* Like t5_tokenize, but writes the byte offset in `text` at which each token ends. Offsets never
 * decrease: tokens that share a character have the same end, and the token for the space put before
 * the text may end at 0. The last offset is text.size. Cutting `text` at ends[i] splits no token.
 * `ends` has room for `capacity` offsets. */
size_t t5_token_ends(const struct t5_model *model, struct text text, size_t *ends, size_t capacity);

/* A tokenizer without its model: from a Winnow model file, a Hugging Face directory, a GGUF file,
 * or a spiece.model or tokenizer.json alone. */
struct t5_tokenizer;

bool t5_tokenizer_open(struct t5_tokenizer **tokenizer, const char *path, struct error *error);
void t5_tokenizer_close(struct t5_tokenizer *tokenizer); /* accepts NULL */

/* t5_tokenize and t5_token_ends in one call; `ids` and `ends` may each be NULL. */
size_t t5_tokenizer_encode(const struct t5_tokenizer *tokenizer, struct text text, int32_t *ids,
                           size_t *ends, size_t capacity);

/* The id of the end token, or -1. */
int32_t t5_tokenizer_end_id(const struct t5_tokenizer *tokenizer);

struct t5_limits {
    size_t batch;         /* inputs encoded together, at least 1 */
    size_t input_tokens;  /* per input, including the end token */
    size_t output_tokens; /* per output, including prefix and end token */
    size_t threads;       /* worker threads, at least 1 */
    size_t beam;          /* maximum beam width; 1: greedy decoding */
    enum t5_precision precision;
    struct text kernels; /* one of T5_KERNEL_CHOICES, borrowed; empty: auto */
};

/* Allocates all memory that depends on the limits. */
bool t5_session_open(struct t5_session **session, const struct t5_model *model,
                     const struct t5_limits *limits, struct error *error);
void t5_session_close(struct t5_session *session); /* accepts NULL */

/* Forgets the encoded inputs and gives their memory back, which the next ones take again. */
void t5_session_release_inputs(struct t5_session *session);

/* The name of the kernel table in use. */
const char *t5_session_kernels(const struct t5_session *session);

/* Encodes inputs[0..count), count <= limits.batch; appends the end token to each. The session keeps
 * the encoded inputs until the next call, so several questions share one encoder pass. An input
 * longer than limits.input_tokens is ERROR_MODEL: the engine does not truncate, callers do. */
bool t5_encode(struct t5_session *session, const struct text *inputs, size_t count,
               struct error *error);

/* A text to score as the output for an encoded input: `text` and the end token, after `prefix`. */
struct t5_target {
    size_t input;       /* index into the inputs last encoded */
    struct text prefix; /* forced start of the output; may be empty */
    struct text text;
    float *token_logprobs; /* NULL, or room for t5_tokenize(text) + 1 log-probabilities: those of
                      the text's tokens and of the end token */
};

/* scores[i] = natural logarithm of the probability of targets[i].text and the end token, summed
 * over tokens. */
bool t5_score(struct t5_session *session, const struct t5_target *targets, size_t count,
              float *scores, struct error *error);

/* Like t5_score, but the output can only be one of the input's targets: the probability of a token
 * is relative to the tokens with which some target continues. Computes no other rows of the output
 * layer, and none for the tokens that all targets share. Does not fill `token_logprobs`. */
bool t5_score_closed_set(struct t5_session *session, const struct t5_target *targets, size_t count,
                         float *scores, struct error *error);

/* A place in the output for an encoded input: after the start token and `prefix`. */
struct t5_place {
    size_t input;       /* index into the inputs last encoded; several places may share one */
    struct text prefix; /* forced start of the output; may be empty */
};

/* Which logits to compute: those of each token at each place. Borrowed. */
struct t5_logits_query {
    const struct t5_place *places;
    size_t place_count;
    const int32_t *tokens; /* ids of the vocabulary, in any order */
    size_t token_count;
};

/* logits[place * token_count + i] = logit of tokens[i] as the token that follows places[place].
 * `logits` has room for place_count * token_count numbers and belongs to the caller. Logits are the
 * raw outputs of the model: only their differences at one place mean something, and equal
 * differences of log-probabilities (natural logarithm). Computes no other rows of the output layer.
 * Prefixes that places of an input share at their start are computed once. An input that was not
 * encoded, or a token outside the vocabulary, is ERROR_USAGE; a prefix that leaves no room for a
 * token in limits.output_tokens is ERROR_MODEL. */
bool t5_next_logits(struct t5_session *session, const struct t5_logits_query *query, float *logits,
                    struct error *error);

/* states[place * width] = the input of the output layer after places[place] (the decoder's last
 * hidden state after the final norm, times the output scale), for a classifier of the caller's own;
 * width = t5_embedding_width(model). `states` has room for count * width numbers and belongs to the
 * caller. Errors as above. */
bool t5_next_states(struct t5_session *session, const struct t5_place *places, size_t count,
                    float *states, struct error *error);

/* A set of allowed outputs: sequences of different items, joined by a space. Constrained decoding
 * computes only the allowed rows of the output layer. */
struct t5_choices;

struct t5_choice_items {
    const struct text *items; /* copied */
    size_t count;
    size_t max_items; /* of one output, at least 1 */
};

bool t5_choices_open(struct t5_choices **choices, const struct t5_model *model,
                     const struct t5_choice_items *items, struct error *error);
void t5_choices_close(struct t5_choices *choices); /* accepts NULL */

struct t5_decoding {
    struct text prefix;            /* forced start of the output; may be empty */
    size_t max_tokens, min_tokens; /* tokens after the prefix, without the end token; min_tokens
                                      applies to unconstrained decoding only */
    size_t beam;                   /* 0 and 1: greedy; at most limits.beam */
    double length_penalty;         /* beam search: score = log-probability / length ^ penalty, as in
                                      `transformers` */
    size_t no_repeat_ngram;        /* length of n-grams that may not occur twice; 0: off; as in
                                      `transformers` */
    const struct t5_choices *choices; /* NULL: any text; constrained decoding is greedy */
};

/* LENGTH: the output reached max_tokens before the end token. Constrained outputs always reach the
 * end token. */
enum t5_finish_reason { T5_FINISH_END, T5_FINISH_LENGTH };

struct t5_output {
    struct text text; /* without prefix and end token */
    enum t5_finish_reason finish_reason;
    size_t tokens;         /* generated tokens, without the end token */
    float log_probability; /* of the generated tokens and the end token; over the whole vocabulary,
                              or over the tokens allowed at each step if constrained */
    const size_t *items;   /* constrained: indices of the choices' items, in order */
    size_t item_count;
};

/* Decodes all inputs last encoded into outputs[0..count), with the count of t5_encode. Texts and
 * items are allocated from `arena`. */
bool t5_generate(struct t5_session *session, const struct t5_decoding *decoding,
                 struct arena *arena, struct t5_output *outputs, struct error *error);

/* Writes the mean of the encoder's last hidden states of each encoded input, scaled to length 1, to
 * vectors[input * width], width = t5_embedding_width(model). */
size_t t5_embedding_width(const struct t5_model *model);
void t5_embed(const struct t5_session *session, float *vectors);

/* ---- Removing layers: `winnow model prune` ---- */

enum { T5_MAX_LAYERS = 256 };

/* Layers of each stack, numbered from 0. */
struct t5_layer_mask {
    bool encoder[T5_MAX_LAYERS], decoder[T5_MAX_LAYERS];
};

size_t t5_encoder_layer_count(const struct t5_model *model);
size_t t5_decoder_layer_count(const struct t5_model *model);
size_t t5_parameter_count(const struct t5_model *model); /* shared weights count once */

/* Makes a view of `model` without these layers. `model` must outlive it; close it like any other
 * model. The position biases belong to the stack and stay. ERROR_USAGE if a layer does not exist or
 * a stack would have no layers. */
bool t5_model_prune(struct t5_model **pruned, const struct t5_model *model,
                    const struct t5_layer_mask *removed_layers, struct error *error);

/* Writes an open model as a model file, through a temporary file next to `target`. */
bool t5_model_save(const struct t5_model *model, const char *target, struct error *error);

/* ---- Model files: `winnow model import|info|verify` ---- */

struct t5_import {
    const char *source;  /* a Hugging Face directory: config.json, *.safetensors, spiece.model or
                            tokenizer.json, optionally prompts.ini (replaces the family's prompts),
                            ngrams.s8, vectors.s8, quotes.s8, points.s8 and point_texts.s8; or a GGUF
                            file of a T5 model */
    const char *target;  /* written through a temporary file next to it */
    const char *prompts; /* an INI file used instead of the directory's prompts.ini; NULL: none */
    bool int8_only;      /* omit the float32 weights, which `--precision f32` needs */
};

bool t5_import(const struct t5_import *import, struct error *error);

/* Facts about the model as "name value" lines for a person, appended to the contents of `arena`. */
struct text t5_model_describe(const struct t5_model *model, struct arena *arena);

/* Reads the whole file and checks its checksum and all bounds. */
bool t5_model_verify(const char *path, struct error *error);

#endif
