/* t5.h - text in, text and scores out: encoder-decoder models of the T5 family, on the CPU.
 *
 * The only header of inference/ that others include. Reference for the arithmetic: `transformers`,
 * T5ForConditionalGeneration; the tensors, shapes and the quantisation are in docs/MODEL.md.
 *
 * Promise: what a session returns for an input depends on the model, the precision and the kernel
 * table, never on what else is in the batch, on the number of threads, or on earlier calls. */
#ifndef INFERENCE_T5_H
#define INFERENCE_T5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Weights, vocabulary and prompts. Read-only once open, so threads share it. */
struct t5_model;

/* Activations and caches of `threads` workers; outlived by its model. */
struct t5_session;

enum t5_precision { T5_INT8, T5_F32 };

/* Opens a model: one of Winnow's files (mapped, not parsed), or a Hugging Face directory or GGUF
 * file, which is imported into memory, with its float32 weights only if `precision` is T5_F32.
 * Every fault of the file is ERROR_MODEL with the remedy. */
bool t5_model_open(struct t5_model **model, const char *path, enum t5_precision precision,
                   struct error *error);
void t5_model_close(struct t5_model *model); /* NULL is fine */

/* 16 hexadecimal digits: a hash of weights, vocabulary and prompts; marks saved results. Valid as
 * long as the model. */
struct text t5_model_id(const struct t5_model *model);

/* A key of the model's prompts ("sentiment.decoder"), or the empty text when it has none. */
struct text t5_model_prompt(const struct t5_model *model, const char *key);

/* A table that lies beside the weights in the model's file, which the engine itself does not read:
 * how much n-grams count for sentiment (stages/tasks/ngrams.h). Empty when the model has none;
 * valid as long as it. */
struct text t5_model_ngrams(const struct t5_model *model);

/* Token ids of `text` without the end mark. Returns how many there are, which may exceed
 * `capacity`; only the first `capacity` are written. */
size_t t5_tokenize(const struct t5_model *model, struct text text, int32_t *ids, size_t capacity);

/* As t5_tokenize, and where in `text` each token's bytes end. Offsets never fall: tokens that share
 * a character share its end, and a token for the space put before the text may end at 0. The last
 * is text.size. Cutting `text` at ends[i] splits no token. `ends` has room for `capacity`. */
size_t t5_token_ends(const struct t5_model *model, struct text text, size_t *ends, size_t capacity);

/* A tokenizer alone: of one of Winnow's files, of a Hugging Face directory or GGUF file, or a bare
 * spiece.model or tokenizer.json. */
struct t5_tokenizer;

bool t5_tokenizer_open(struct t5_tokenizer **tokenizer, const char *path, struct error *error);
void t5_tokenizer_close(struct t5_tokenizer *tokenizer); /* NULL is fine */

/* As t5_tokenize and t5_token_ends: either of `ids` and `ends` may be NULL. */
size_t t5_tokenizer_encode(const struct t5_tokenizer *tokenizer, struct text text, int32_t *ids,
                           size_t *ends, size_t capacity);

/* The id of the end mark, or -1. */
int32_t t5_tokenizer_end_id(const struct t5_tokenizer *tokenizer);

struct t5_limits {
    size_t batch;         /* inputs encoded side by side, at least 1 */
    size_t input_tokens;  /* of one input, end mark included */
    size_t output_tokens; /* of one output, prefix and end mark included */
    size_t threads;       /* workers; at least 1 */
    size_t beam;          /* widest beam asked for; 1 is greedy */
    enum t5_precision precision;
    const char *kernels; /* "scalar", "avx2", "avx512vnni"; NULL: the fastest this CPU has */
};

/* Allocates everything that grows with the limits up front. */
bool t5_session_open(struct t5_session **session, const struct t5_model *model,
                     const struct t5_limits *limits, struct error *error);
void t5_session_close(struct t5_session *session); /* NULL is fine */

/* The name of the kernel table in use. */
const char *t5_session_kernels(const struct t5_session *session);

/* Encodes inputs[0..count), count <= limits.batch, each with its end mark added. They stay in the
 * session until the next call, so that several questions share one encoder pass. An input longer
 * than limits.input_tokens is ERROR_MODEL: callers cut beforehand, nothing is cut here. */
bool t5_encode(struct t5_session *session, const struct text *inputs, size_t count,
               struct error *error);

/* One candidate to score: the end-marked `text`, after `prefix`, given an encoded input. */
struct t5_target {
    size_t input;       /* index into the inputs last encoded */
    struct text prefix; /* what the decoder is made to start with; may be empty */
    struct text text;
    float *tokens; /* NULL, or room for the log-probability of each of text's tokens and the end
                      mark: t5_tokenize(text) + 1 numbers */
};

/* scores[i]: natural-log probability of targets[i].text and the end mark, summed over tokens. */
bool t5_score(struct t5_session *session, const struct t5_target *targets, size_t count,
              float *scores, struct error *error);

/* The same where nothing but an input's targets can be said: a token's probability is among those
 * that some target of its input goes on with. Rows of the output layer that no target has, and what
 * all targets have in common, are not computed. The `tokens` of targets are not filled. */
bool t5_score_closed_set(struct t5_session *session, const struct t5_target *targets, size_t count,
                         float *scores, struct error *error);

/* A set of allowed outputs: sequences of 1 to `most` of `items`, none twice, joined by a space.
 * Constrained decoding computes the allowed rows of the output layer only. */
struct t5_choices;

bool t5_choices_open(struct t5_choices **choices, const struct t5_model *model,
                     const struct text *items, size_t count, size_t max_tokens,
                     struct error *error);
void t5_choices_close(struct t5_choices *choices); /* NULL is fine */

struct t5_decoding {
    struct text prefix;            /* what the decoder is made to start with; may be empty */
    size_t max_tokens, min_tokens; /* tokens generated after the prefix, end mark not counted;
                           `least` is for unconstrained decoding */
    size_t beam;                   /* 0 and 1: greedy; at most limits.beam */
    double length_penalty; /* beam: score = log-probability / length ^ penalty; as `transformers` */
    size_t no_repeat_ngram;           /* no n-gram of tokens twice; 0: off; as `transformers` */
    const struct t5_choices *choices; /* NULL: any text; constrained decoding is greedy */
};

/* LENGTH: `most` tokens came before the end mark did. Constrained outputs always end. */
enum t5_finish_reason { T5_FINISH_END, T5_FINISH_LENGTH };

struct t5_output {
    struct text text; /* prefix and end mark left out */
    enum t5_finish_reason finish;
    size_t tokens;         /* generated, end mark not counted */
    float log_probability; /* of the generated tokens, end mark included; over the whole vocabulary,
                              constrained: among the tokens allowed at each step */
    const size_t *items;   /* constrained: indices into the choices' items, in order */
    size_t item_count;
};

/* Decodes every input last encoded: outputs[0..count of t5_encode). Texts and items are allocated
 * from `arena`. */
bool t5_generate(struct t5_session *session, const struct t5_decoding *decoding,
                 struct arena *arena, struct t5_output *outputs, struct error *error);

/* The mean of the encoder's last hidden states of each encoded input, scaled to length 1:
 * vectors[input * width], width = t5_embedding_width(model). */
size_t t5_embedding_width(const struct t5_model *model);
void t5_embed(const struct t5_session *session, float *vectors);

/* ---- Leaving layers out: `winnow model prune` ---- */

enum { T5_MAX_LAYERS = 256 };

/* Layers of each stack, by number from 0. */
struct t5_layer_mask {
    bool encoder[T5_MAX_LAYERS], decoder[T5_MAX_LAYERS];
};

size_t t5_encoder_layer_count(const struct t5_model *model);
size_t t5_decoder_layer_count(const struct t5_model *model);
size_t t5_parameter_count(const struct t5_model *model); /* those shared counted once */

/* `model` without these layers: a view that is outlived by it and closed like any other model. The
 * position biases belong to the stack and stay, whichever layer goes. A layer that is not there, or
 * a stack without any, is ERROR_USAGE. */
bool t5_model_prune(struct t5_model **pruned, const struct t5_model *model,
                    const struct t5_layer_mask *removed_layers, struct error *error);

/* Writes an open model as a model file: beside the target, then renamed into place. */
bool t5_model_save(const struct t5_model *model, const char *target, struct error *error);

/* ---- Model files: `winnow model import|info|verify` ---- */

struct t5_import {
    const char *source;  /* Hugging Face directory: config.json, *.safetensors, spiece.model or
                            tokenizer.json; an optional prompts.ini overrides the family's own,
                            ngrams.s8 may lie beside it. Or a GGUF file of a T5 */
    const char *target;  /* written beside and renamed into place */
    const char *prompts; /* an INI file that takes the place of the directory's; NULL: none */
    bool int8_only;      /* leave out the float32 weights that `--precision f32` reads */
};

bool t5_import(const struct t5_import *import, struct error *error);

/* Facts as "name value" lines for a person, appended to what `arena` holds. */
struct text t5_model_describe(const struct t5_model *model, struct arena *arena);

/* Reads the whole file and compares its checksum and every bound. */
bool t5_model_verify(const char *path, struct error *error);

#endif
