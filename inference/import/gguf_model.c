/* gguf_model.c - a GGUF file of a T5, as llama.cpp converts it: sizes from its settings; the
 * kind of feed-forward layer, and whether the output layer is tied, from the tensors it
 * contains. */
#include <math.h>

#include "base/file.h"
#include "inference/import/import_source.h"

/* Reads a size; a default of 0 makes it required. */
static bool read_size(const struct import_source *source, const char *key, uint32_t default_value,
                      uint32_t *size, struct error *error)
{
    int64_t number = default_value;
    gguf_get_integer(source->gguf, key, &number);
    if (number < 1 || number > UINT32_MAX)
        return error_set(error, ERROR_MODEL, "%s: the setting %s is missing, or not a size",
                         source->path, key);
    *size = (uint32_t)number;
    return true;
}

static bool read_id(const struct import_source *source, const char *key, int32_t default_value,
                    int32_t *id, struct error *error)
{
    int64_t number = default_value;
    gguf_get_integer(source->gguf, key, &number);
    if (number < 0 || number > INT32_MAX)
        return error_set(error, ERROR_MODEL, "%s: the setting %s is not an id", source->path, key);
    *id = (int32_t)number;
    return true;
}

static bool check_architecture(const struct import_source *source, struct error *error)
{
    struct text architecture = {NULL, 0};
    int64_t split_count = 1;
    gguf_get_text(source->gguf, "general.architecture", &architecture);
    gguf_get_integer(source->gguf, "split.count", &split_count);
    if (text_equal(architecture, TEXT("t5encoder")))
        return error_set(error, ERROR_MODEL,
                         "%s: an encoder alone (t5encoder), without the decoder that answers; "
                         "convert the whole model",
                         source->path);
    if (!text_equal(architecture, TEXT("t5")))
        return error_set(error, ERROR_MODEL,
                         "%s: the architecture is '%.*s'; only 't5' is supported in GGUF files",
                         source->path, TEXT_ARGUMENT(architecture));
    if (split_count > 1)
        return error_set(error, ERROR_MODEL,
                         "%s: one of %jd parts of a model; join them first with `llama-gguf-split "
                         "--merge`",
                         source->path, (intmax_t)split_count);
    if (stored_list_find(source->tensors, "enc.blk.1.attn_rel_b.weight"))
        return error_set(error, ERROR_MODEL,
                         "%s: position biases in every layer (umT5); only models with "
                         "one table per stack are supported",
                         source->path);
    return true;
}

static bool read_sizes(struct import_source *source, struct error *error)
{
    struct t5_config *config = &source->config;
    return read_size(source, "t5.embedding_length", 0, &config->model_width, error) &&
           read_size(source, "t5.feed_forward_length", 0, &config->feed_forward_width, error) &&
           read_size(source, "t5.attention.head_count", 0, &config->heads, error) &&
           read_size(source, "t5.attention.key_length", config->model_width / config->heads,
                     &config->head_width, error) &&
           read_size(source, "t5.block_count", 0, &config->encoder_layers, error) &&
           read_size(source, "t5.decoder_block_count", config->encoder_layers,
                     &config->decoder_layers, error) &&
           read_size(source, "t5.attention.relative_buckets_count", 32, &config->relative_buckets,
                     error) &&
           read_id(source, "tokenizer.ggml.padding_token_id", 0, &config->pad_id, error) &&
           read_id(source, "tokenizer.ggml.eos_token_id", 1, &config->end_id, error) &&
           read_id(source, "t5.decoder_start_token_id", config->pad_id, &config->start_id, error);
}

static bool read_config(struct import_source *source, struct error *error)
{
    struct t5_config *config = &source->config;
    double epsilon = 1e-6;
    if (!check_architecture(source, error) || !read_sizes(source, error))
        return false;
    gguf_get_real(source->gguf, "t5.attention.layer_norm_rms_epsilon", &epsilon);
    config->norm_epsilon = (float)epsilon;
    config->relative_max_distance =
        128; /* no setting gives it: the value of every model of the family */
    config->is_gated = stored_list_find(source->tensors, "enc.blk.0.ffn_gate.weight");
    config->activation = config->is_gated ? T5_ACTIVATION_GELU_NEW : T5_ACTIVATION_RELU;
    const struct stored_tensor *embedding = stored_list_find(source->tensors, "token_embd.weight");
    const struct stored_tensor *output_layer = stored_list_find(source->tensors, "output.weight");
    if (!embedding || embedding->rank != 2 || embedding->shape[0] > UINT32_MAX)
        return error_set(error, ERROR_MODEL, "%s: no tensor 'token_embd.weight' of two dimensions",
                         source->path);
    config->vocabulary_size = (uint32_t)embedding->shape[0];
    config->has_tied_embeddings = !output_layer || stored_tensors_equal(output_layer, embedding);
    config->output_scale =
        config->has_tied_embeddings ? 1.0f / sqrtf((float)config->model_width) : 1.0f;
    return true;
}

bool import_gguf_open(struct import_source *source, struct error *error)
{
    const char *path = source->path;
    source->config_path = source->tokenizer = path;
    source->is_gguf = true;
    if (!file_map(path, &source->file, ERROR_MODEL, error))
        return false;
    if (!gguf_has_magic(source->file))
        return error_set(error, ERROR_MODEL, "%s: neither a Hugging Face directory nor a GGUF file",
                         path);
    if (!gguf_read(&source->gguf, source->file, path, error))
        return false;
    source->tensors = gguf_tensors(source->gguf);
    return read_config(source, error);
}
