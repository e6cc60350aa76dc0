/* tensors.c - lists the tensors of an encoder-decoder of the T5 family, given its sizes. */
#include "inference/model/tensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

/* A sum of `columns` int8 products must fit int32: 127 * 127 * 131072 < 2^31. */
enum { MAX_WIDTH = 131072, MAX_HEADS = 1024, MAX_VOCABULARY = 1 << 21 };

static bool check_id(const char *setting_name, int32_t id, uint32_t vocabulary_size,
                     const char *name, struct error *error)
{
    return (id >= 0 && (uint32_t)id < vocabulary_size) ||
           error_set(error, ERROR_MODEL, "%s: %s is %d, outside the vocabulary of %u", name,
                     setting_name, id, vocabulary_size);
}

bool t5_config_check(const struct t5_config *config, const char *name, struct error *error)
{
    uint32_t vocabulary_size = config->vocabulary_size;
    const struct {
        const char *setting;
        uint32_t value, min, max;
    } sizes[] = {
        {"d_model", config->model_width, 1, MAX_WIDTH},
        {"d_kv", config->head_width, 1, 4096},
        {"d_ff", config->feed_forward_width, 1, MAX_WIDTH},
        {"num_heads", config->heads, 1, MAX_HEADS},
        {"d_kv times num_heads", config->head_width * config->heads, 1, MAX_WIDTH},
        {"num_layers", config->encoder_layers, 1, T5_MAX_LAYERS},
        {"num_decoder_layers", config->decoder_layers, 1, T5_MAX_LAYERS},
        {"vocab_size", vocabulary_size, 1, MAX_VOCABULARY},
        {"relative_attention_num_buckets", config->relative_buckets, 4, 4096},
        {"relative_attention_max_distance", config->relative_max_distance,
         config->relative_buckets / 2 + 1, 1 << 20},
        {"window.input", config->recommended_input_tokens, 8, 1 << 20},
        {"window.output", config->recommended_output_tokens, 2, 1 << 20},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        if (sizes[i].value < sizes[i].min || sizes[i].value > sizes[i].max)
            return error_set(error, ERROR_MODEL, "%s: %s is %u, expected %u to %u", name,
                             sizes[i].setting, sizes[i].value, sizes[i].min, sizes[i].max);
    return check_id("pad_token_id", config->pad_id, vocabulary_size, name, error) &&
           check_id("eos_token_id", config->end_id, vocabulary_size, name, error) &&
           check_id("decoder_start_token_id", config->start_id, vocabulary_size, name, error) &&
           ((isfinite(config->norm_epsilon) && config->norm_epsilon > 0 &&
             isfinite(config->output_scale)) ||
            error_set(error, ERROR_MODEL, "%s: layer_norm_epsilon is not a small number", name));
}

static struct tensor_spec *add_tensor_spec(struct tensor_list *list, size_t rows, size_t columns)
{
    list->specs = memory_grow(list->specs, &list->capacity, list->count + 1, sizeof(*list->specs));
    struct tensor_spec *spec = &list->specs[list->count++];
    *spec = (struct tensor_spec){.rows = rows, .columns = columns, .group_size = columns};
    return spec;
}

/* The name prefixes of the next tensors in each format. */
struct tensor_path {
    const char *stack;
    size_t layer, sublayer;
    const char *part, *source_part, *gguf_part; /* "self", "SelfAttention", "attn" */
};

/* The name of a stack in a GGUF file. */
static const char *gguf_stack_name(const char *stack)
{
    return stack[0] == 'e' ? "enc" : "dec";
}

/* A matrix of a layer: its shape, and the last part of its name in each format. */
struct matrix_spec {
    size_t rows, columns;
    const char *name, *source, *gguf;
};

static void add_matrix(struct tensor_list *list, struct t5_matrix *matrix,
                       const struct tensor_path *tensor_path, struct matrix_spec matrix_spec)
{
    struct tensor_spec *spec = add_tensor_spec(list, matrix_spec.rows, matrix_spec.columns);
    spec->matrix = matrix;
    snprintf(spec->name, sizeof(spec->name), "%s.%zu.%s.%s", tensor_path->stack, tensor_path->layer,
             tensor_path->part, matrix_spec.name);
    snprintf(spec->source, sizeof(spec->source), "%s.block.%zu.layer.%zu.%s.%s.weight",
             tensor_path->stack, tensor_path->layer, tensor_path->sublayer,
             tensor_path->source_part, matrix_spec.source);
    snprintf(spec->gguf, sizeof(spec->gguf), "%s.blk.%zu.%s_%s.weight",
             gguf_stack_name(tensor_path->stack), tensor_path->layer, tensor_path->gguf_part,
             matrix_spec.gguf);
}

static void add_norm(struct tensor_list *list, const float **vector, size_t width,
                     const struct tensor_path *tensor_path)
{
    struct tensor_spec *spec = add_tensor_spec(list, 1, width);
    spec->vector = vector;
    snprintf(spec->name, sizeof(spec->name), "%s.%zu.%s.norm", tensor_path->stack,
             tensor_path->layer, tensor_path->part);
    snprintf(spec->source, sizeof(spec->source), "%s.block.%zu.layer.%zu.layer_norm.weight",
             tensor_path->stack, tensor_path->layer, tensor_path->sublayer);
    snprintf(spec->gguf, sizeof(spec->gguf), "%s.blk.%zu.%s_norm.weight",
             gguf_stack_name(tensor_path->stack), tensor_path->layer, tensor_path->gguf_part);
}

static void add_attention(struct tensor_list *list, const struct t5_config *config,
                          struct t5_attention *attention, const struct tensor_path *tensor_path)
{
    size_t width = config->model_width, inner_width = (size_t)config->heads * config->head_width;
    add_norm(list, &attention->norm, width, tensor_path);
    add_matrix(list, &attention->query, tensor_path,
               (struct matrix_spec){inner_width, width, "query", "q", "q"});
    add_matrix(list, &attention->key, tensor_path,
               (struct matrix_spec){inner_width, width, "key", "k", "k"});
    add_matrix(list, &attention->value, tensor_path,
               (struct matrix_spec){inner_width, width, "value", "v", "v"});
    add_matrix(list, &attention->output, tensor_path,
               (struct matrix_spec){width, inner_width, "output", "o", "o"});
}

static void add_feed_forward(struct tensor_list *list, const struct t5_config *config,
                             struct t5_feed_forward *feed_forward,
                             const struct tensor_path *tensor_path)
{
    size_t width = config->model_width, hidden = config->feed_forward_width;
    add_norm(list, &feed_forward->norm, width, tensor_path);
    if (config->is_gated) {
        add_matrix(list, &feed_forward->wi, tensor_path,
                   (struct matrix_spec){hidden, width, "wi", "wi_0", "gate"});
        add_matrix(list, &feed_forward->linear, tensor_path,
                   (struct matrix_spec){hidden, width, "linear", "wi_1", "up"});
    } else {
        add_matrix(list, &feed_forward->wi, tensor_path,
                   (struct matrix_spec){hidden, width, "wi", "wi", "up"});
    }
    add_matrix(list, &feed_forward->wo, tensor_path,
               (struct matrix_spec){width, hidden, "wo", "wo", "down"});
    list->specs[list->count - 1].group_size =
        hidden < T5_QUANTIZATION_GROUP ? hidden : T5_QUANTIZATION_GROUP;
}

static void add_stack(struct tensor_list *list, const struct t5_config *config,
                      struct t5_stack *stack, const char *name, bool is_decoder)
{
    struct tensor_spec *spec = add_tensor_spec(list, config->relative_buckets, config->heads);
    spec->vector = &stack->relative_bias;
    spec->is_bias_table = true;
    snprintf(spec->name, sizeof(spec->name), "%s.relative_bias", name);
    snprintf(spec->source, sizeof(spec->source),
             "%s.block.0.layer.0.SelfAttention.relative_attention_bias.weight", name);
    snprintf(spec->gguf, sizeof(spec->gguf), "%s.blk.0.attn_rel_b.weight", gguf_stack_name(name));
    for (size_t i = 0; i < stack->layer_count; i++) {
        struct tensor_path tensor_path = {name, i, 0, "self", "SelfAttention", "attn"};
        add_attention(list, config, &stack->layers[i].self, &tensor_path);
        if (is_decoder) {
            tensor_path =
                (struct tensor_path){name, i, 1, "cross", "EncDecAttention", "cross_attn"};
            add_attention(list, config, &stack->layers[i].cross, &tensor_path);
        }
        tensor_path =
            (struct tensor_path){name, i, is_decoder ? 2 : 1, "ff", "DenseReluDense", "ffn"};
        add_feed_forward(list, config, &stack->layers[i].feed_forward, &tensor_path);
    }
    spec = add_tensor_spec(list, 1, config->model_width);
    spec->vector = &stack->final_norm;
    snprintf(spec->name, sizeof(spec->name), "%s.norm", name);
    snprintf(spec->source, sizeof(spec->source), "%s.final_layer_norm.weight", name);
    snprintf(spec->gguf, sizeof(spec->gguf), "%s.output_norm.weight", gguf_stack_name(name));
}

void list_tensors(const struct t5_config *config, struct t5_weights *weights,
                  struct tensor_list *list)
{
    weights->encoder.layer_count = config->encoder_layers;
    weights->decoder.layer_count = config->decoder_layers;
    weights->encoder.layers = memory_alloc(config->encoder_layers, sizeof(struct t5_layer));
    weights->decoder.layers = memory_alloc(config->decoder_layers, sizeof(struct t5_layer));
    struct tensor_spec *spec = add_tensor_spec(list, config->vocabulary_size, config->model_width);
    spec->matrix = &weights->embedding;
    snprintf(spec->name, sizeof(spec->name), "embedding");
    snprintf(spec->source, sizeof(spec->source), "shared.weight");
    snprintf(spec->gguf, sizeof(spec->gguf), "token_embd.weight");
    if (!config->has_tied_embeddings) {
        spec = add_tensor_spec(list, config->vocabulary_size, config->model_width);
        spec->matrix = &weights->output;
        snprintf(spec->name, sizeof(spec->name), "output");
        snprintf(spec->source, sizeof(spec->source), "lm_head.weight");
        snprintf(spec->gguf, sizeof(spec->gguf), "output.weight");
    }
    add_stack(list, config, &weights->encoder, "encoder", false);
    add_stack(list, config, &weights->decoder, "decoder", true);
}

void tensor_list_free(struct tensor_list *list)
{
    free(list->specs);
    *list = (struct tensor_list){0};
}

void t5_weights_free(struct t5_weights *weights)
{
    free(weights->encoder.layers);
    free(weights->decoder.layers);
    *weights = (struct t5_weights){0};
}
