/* huggingface.c - a Hugging Face directory: sizes from config.json, weights from safetensors,
 * the tokenizer from spiece.model or tokenizer.json. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "inference/import/import_source.h"

enum { MAX_CONFIG_BYTES = 1024 * 1024 };

/* Reads numbers of config.json. */
struct config_reader {
    const struct json *root;
    const char *name; /* of the file, for messages */
    struct error *error;
};

/* Reads a size; a default of 0 makes it required. */
static bool read_size(const struct config_reader *reader, const char *key, uint32_t default_value,
                      uint32_t *size)
{
    const struct json *value = json_member(reader->root, key);
    int64_t number;
    if (json_kind_of(value) == JSON_KIND_NULL && default_value) {
        *size = default_value;
        return true;
    }
    if (!json_to_integer(value, &number) || number < 1 || number > UINT32_MAX)
        return error_set(reader->error, ERROR_MODEL, "%s: '%s' is missing, or not a size",
                         reader->name, key);
    *size = (uint32_t)number;
    return true;
}

/* Reads an id; from a list of end ids, the first. */
static bool read_id(const struct config_reader *reader, const char *key, int32_t default_value,
                    int32_t *id)
{
    const struct json *value = json_member(reader->root, key);
    int64_t number;
    if (json_kind_of(value) == JSON_KIND_ARRAY)
        value = json_element(value, 0);
    *id = default_value;
    if (json_kind_of(value) == JSON_KIND_NULL)
        return true;
    if (!json_to_integer(value, &number) || number < 0 || number > INT32_MAX)
        return error_set(reader->error, ERROR_MODEL, "%s: '%s' is not an id", reader->name, key);
    *id = (int32_t)number;
    return true;
}

static bool read_activation(const struct json *root, const char *name, struct t5_config *config,
                            struct error *error)
{
    struct text projection = json_text(json_member(root, "feed_forward_proj"));
    if (projection.size == 0)
        projection = TEXT("relu");
    struct text inner = projection;
    config->is_gated = text_starts_with(projection, TEXT("gated-"));
    if (config->is_gated)
        inner = text_slice(projection, 6, projection.size);
    /* "gated-gelu" has always meant the tanh approximation; a plain "gelu" would be a different
     * function. */
    bool is_gelu_new = text_equal(inner, TEXT("gelu_new")) ||
                       (config->is_gated && text_equal(inner, TEXT("gelu")));
    config->activation = is_gelu_new ? T5_ACTIVATION_GELU_NEW : T5_ACTIVATION_RELU;
    return is_gelu_new || text_equal(inner, TEXT("relu")) ||
           error_set(error, ERROR_MODEL,
                     "%s: feed_forward_proj is '%.*s'; known are relu, gelu_new, gated-relu, "
                     "gated-gelu, gated-gelu_new",
                     name, TEXT_ARGUMENT(projection));
}

/* A missing key counts as true. */
static bool is_true_or_missing(const struct json *root, const char *key)
{
    const struct json *value = json_member(root, key);
    return json_kind_of(value) == JSON_KIND_NULL || json_is_true(value);
}

static bool read_sizes(const struct config_reader *reader, struct t5_config *config)
{
    return read_size(reader, "d_model", 0, &config->model_width) &&
           read_size(reader, "d_kv", 0, &config->head_width) &&
           read_size(reader, "d_ff", 0, &config->feed_forward_width) &&
           read_size(reader, "num_heads", 0, &config->heads) &&
           read_size(reader, "num_layers", 0, &config->encoder_layers) &&
           read_size(reader, "num_decoder_layers", config->encoder_layers,
                     &config->decoder_layers) &&
           read_size(reader, "vocab_size", 0, &config->vocabulary_size) &&
           read_size(reader, "relative_attention_num_buckets", 32, &config->relative_buckets) &&
           read_size(reader, "relative_attention_max_distance", 128,
                     &config->relative_max_distance) &&
           read_id(reader, "pad_token_id", 0, &config->pad_id) &&
           read_id(reader, "eos_token_id", 1, &config->end_id) &&
           read_id(reader, "decoder_start_token_id", config->pad_id, &config->start_id);
}

static bool check_architecture(const struct json *root, const char *name, struct error *error)
{
    struct text type = json_text(json_member(root, "model_type"));
    if (type.size == 0 || text_equal(type, TEXT("t5")) || text_equal(type, TEXT("mt5")))
        return true;
    if (text_equal(type, TEXT("umt5")))
        return error_set(error, ERROR_MODEL,
                         "%s: model_type is 'umt5', which has position biases in every layer; only "
                         "t5 and mt5, with one table per stack, are supported",
                         name);
    return error_set(error, ERROR_MODEL,
                     "%s: model_type is '%.*s'; only encoder-decoders of the T5 family (t5, mt5) "
                     "are supported",
                     name, TEXT_ARGUMENT(type));
}

/* Older files scale the output exactly if the layers are tied. Newer ones have a separate key
 * for the scale, and then set `tie_word_embeddings` to true in any case. */
static void read_output_layer(const struct json *root, struct import_source *source)
{
    struct t5_config *config = &source->config;
    bool has_scale_setting =
        json_kind_of(json_member(root, "scale_decoder_outputs")) != JSON_KIND_NULL;
    bool has_tied_embeddings = is_true_or_missing(root, "tie_word_embeddings");
    bool is_scaled =
        has_scale_setting ? is_true_or_missing(root, "scale_decoder_outputs") : has_tied_embeddings;
    const struct stored_tensor *output_layer = stored_list_find(source->tensors, "lm_head.weight");
    const struct tensor_spec embedding = {.source = "shared.weight"};
    config->has_tied_embeddings =
        (has_tied_embeddings && !has_scale_setting) || !output_layer ||
        stored_tensors_equal(output_layer, import_source_find(source, &embedding));
    config->output_scale = is_scaled ? 1.0f / sqrtf((float)config->model_width) : 1.0f;
}

static bool read_config(struct import_source *source, struct error *error)
{
    const char *name = source->config_path;
    struct error json_error = {0};
    struct text bytes;
    if (!file_read(name, (struct file_limits){MAX_CONFIG_BYTES, ERROR_MODEL}, &source->arena,
                   &bytes, error))
        return false;
    struct json *root = json_read(bytes, NULL, ERROR_MODEL, &json_error);
    if (!root)
        return error_set(error, ERROR_MODEL, "%s: %s", name, json_error.message);
    const struct config_reader reader = {root, name, error};
    double epsilon = 1e-6;
    json_to_real(json_member(root, "layer_norm_epsilon"), &epsilon);
    source->config.norm_epsilon = (float)epsilon;
    bool read = check_architecture(root, name, error) && read_sizes(&reader, &source->config) &&
                read_activation(root, name, &source->config, error);
    if (read)
        read_output_layer(root, source);
    json_free(root);
    return read;
}

bool import_directory_open(struct import_source *source, struct error *error)
{
    const char *path = source->path;
    source->config_path = arena_format(&source->arena, "%s/config.json", path).bytes;
    const char *prompts = arena_format(&source->arena, "%s/prompts.ini", path).bytes;
    if (access(prompts, F_OK) == 0)
        source->prompts = prompts;
    for (size_t i = 0; i < MODEL_TABLE_COUNT; i++) {
        const char *table = arena_format(&source->arena, "%s/%s.s8", path, model_tables[i]).bytes;
        if (access(table, F_OK) == 0)
            source->tables[i] = table;
    }
    if (!safetensors_open(&source->safetensors, path, error))
        return false;
    source->tensors = safetensors_tensors(source->safetensors);
    if (!read_config(source, error))
        return false;
    source->tokenizer = tokenizer_find(path, &source->arena, error).bytes;
    return source->tokenizer;
}
