/* huggingface.c - a Hugging Face directory: sizes from config.json, weights from safetensors,
 * spiece.model or tokenizer.json. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "inference/import/import_source.h"

enum { MOST_CONFIG_BYTES = 1024 * 1024 };

/* A size; `fallback` 0 means that it must be there. */
static bool read_size(const struct json *root, const char *key, uint32_t fallback, uint32_t *size,
                      const char *name, struct error *error)
{
    const struct json *value = json_member(root, key);
    int64_t number;
    if (json_kind_of(value) == JSON_KIND_NULL && fallback) {
        *size = fallback;
        return true;
    }
    if (!json_to_integer(value, &number) || number < 1 || number > UINT32_MAX)
        return error_set(error, ERROR_MODEL, "%s: '%s' is missing, or not a size", name, key);
    *size = (uint32_t)number;
    return true;
}

/* An id; of a list of end marks the first counts. */
static bool read_id(const struct json *root, const char *key, int32_t fallback, int32_t *id,
                    const char *name, struct error *error)
{
    const struct json *value = json_member(root, key);
    int64_t number;
    if (json_kind_of(value) == JSON_KIND_ARRAY)
        value = json_element(value, 0);
    *id = fallback;
    if (json_kind_of(value) == JSON_KIND_NULL)
        return true;
    if (!json_to_integer(value, &number) || number < 0 || number > INT32_MAX)
        return error_set(error, ERROR_MODEL, "%s: '%s' is not an id", name, key);
    *id = (int32_t)number;
    return true;
}

static bool read_activation(const struct json *root, const char *name, struct t5_config *config,
                            struct error *error)
{
    struct text kind = json_text(json_member(root, "feed_forward_proj"));
    if (kind.size == 0)
        kind = TEXT("relu");
    struct text inner = kind;
    config->gated = text_starts_with(kind, TEXT("gated-"));
    if (config->gated)
        inner = text_slice(kind, 6, kind.size);
    /* "gated-gelu" has always meant the tanh form; a plain "gelu" would be another one. */
    bool is_gelu_new =
        text_equal(inner, TEXT("gelu_new")) || (config->gated && text_equal(inner, TEXT("gelu")));
    config->activation = is_gelu_new ? T5_ACTIVATION_GELU_NEW : T5_ACTIVATION_RELU;
    return is_gelu_new || text_equal(inner, TEXT("relu")) ||
           error_set(error, ERROR_MODEL,
                     "%s: feed_forward_proj is '%.*s'; known are relu, gelu_new, gated-relu, "
                     "gated-gelu, gated-gelu_new",
                     name, TEXT_ARGUMENT(kind));
}

/* A key that is absent counts as true. */
static bool is_on(const struct json *root, const char *key)
{
    const struct json *value = json_member(root, key);
    return json_kind_of(value) == JSON_KIND_NULL || json_is_true(value);
}

static bool read_sizes(const struct json *root, const char *name, struct t5_config *config,
                       struct error *error)
{
    return read_size(root, "d_model", 0, &config->model_width, name, error) &&
           read_size(root, "d_kv", 0, &config->head_width, name, error) &&
           read_size(root, "d_ff", 0, &config->hidden_width, name, error) &&
           read_size(root, "num_heads", 0, &config->heads, name, error) &&
           read_size(root, "num_layers", 0, &config->encoder_layers, name, error) &&
           read_size(root, "num_decoder_layers", config->encoder_layers, &config->decoder_layers,
                     name, error) &&
           read_size(root, "vocab_size", 0, &config->vocabulary, name, error) &&
           read_size(root, "relative_attention_num_buckets", 32, &config->relative_buckets, name,
                     error) &&
           read_size(root, "relative_attention_max_distance", 128, &config->relative_distance, name,
                     error) &&
           read_id(root, "pad_token_id", 0, &config->pad_id, name, error) &&
           read_id(root, "eos_token_id", 1, &config->end_id, name, error) &&
           read_id(root, "decoder_start_token_id", config->pad_id, &config->start_id, name, error);
}

static bool check_family(const struct json *root, const char *name, struct error *error)
{
    struct text type = json_text(json_member(root, "model_type"));
    if (type.size == 0 || text_equal(type, TEXT("t5")) || text_equal(type, TEXT("mt5")))
        return true;
    if (text_equal(type, TEXT("umt5")))
        return error_set(error, ERROR_MODEL,
                         "%s: model_type is 'umt5', which has position biases in every layer; read "
                         "are t5 and mt5, which share one table a stack",
                         name);
    return error_set(error, ERROR_MODEL,
                     "%s: model_type is '%.*s'; only encoder-decoders of the T5 family (t5, mt5) "
                     "are read",
                     name, TEXT_ARGUMENT(type));
}

/* Older files scale the output exactly where the layers are tied; newer ones say it apart and then
 * write `tie_word_embeddings` true in any case. */
static void read_output(const struct json *root, struct import_source *source)
{
    struct t5_config *config = &source->config;
    bool says_scale = json_kind_of(json_member(root, "scale_decoder_outputs")) != JSON_KIND_NULL;
    bool tied = is_on(root, "tie_word_embeddings");
    bool scaled = says_scale ? is_on(root, "scale_decoder_outputs") : tied;
    const struct stored_tensor *own = stored_find(source->tensors, "lm_head.weight");
    const struct tensor_slot embedding = {.source = "shared.weight"};
    config->tied = (tied && !says_scale) || !own ||
                   import_same_numbers(own, import_source_find(source, &embedding));
    config->output_scale = scaled ? 1.0f / sqrtf((float)config->model_width) : 1.0f;
}

static bool read_config(struct import_source *source, struct error *error)
{
    const char *name = source->config_path;
    struct error fault = {0};
    struct text bytes;
    if (!file_read(name, MOST_CONFIG_BYTES, &source->arena, &bytes, ERROR_MODEL, error))
        return false;
    struct json *root = json_read(bytes, NULL, ERROR_MODEL, &fault);
    if (!root)
        return error_set(error, ERROR_MODEL, "%s: %s", name, fault.message);
    double epsilon = 1e-6;
    json_to_real(json_member(root, "layer_norm_epsilon"), &epsilon);
    source->config.norm_epsilon = (float)epsilon;
    bool read = check_family(root, name, error) && read_sizes(root, name, &source->config, error) &&
                read_activation(root, name, &source->config, error);
    if (read)
        read_output(root, source);
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
    const char *ngrams = arena_format(&source->arena, "%s/ngrams.s8", path).bytes;
    if (access(ngrams, F_OK) == 0)
        source->ngrams = ngrams;
    if (!safetensors_open(&source->safetensors, path, error))
        return false;
    source->tensors = safetensors_list(source->safetensors);
    if (!read_config(source, error))
        return false;
    source->tokenizer = tokenizer_find(path, &source->arena, error).bytes;
    return source->tokenizer;
}
