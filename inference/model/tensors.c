/* tensors.c - the tensors of an encoder-decoder of the T5 family, from its sizes. */
#include "inference/model/tensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

/* A sum of `columns` products of int8 must fit int32: 127 * 127 * 131072 < 2^31. */
enum { MOST_WIDTH = 131072, MOST_HEADS = 1024, MOST_VOCABULARY = 1 << 21 };

static bool check_size(const char *what, uint32_t value, uint32_t least, uint32_t most,
                       const char *name, struct error *error)
{
    return (value >= least && value <= most) ||
           error_set(error, ERROR_MODEL, "%s: %s is %u, expected %u to %u", name, what, value,
                     least, most);
}

static bool check_id(const char *what, int32_t id, uint32_t vocabulary, const char *name,
                     struct error *error)
{
    return (id >= 0 && (uint32_t)id < vocabulary) ||
           error_set(error, ERROR_MODEL, "%s: %s is %d, outside the vocabulary of %u", name, what,
                     id, vocabulary);
}

bool t5_config_check(const struct t5_config *config, const char *name, struct error *error)
{
    return check_size("d_model", config->model_width, 1, MOST_WIDTH, name, error) &&
           check_size("d_kv", config->head_width, 1, 4096, name, error) &&
           check_size("d_ff", config->hidden_width, 1, MOST_WIDTH, name, error) &&
           check_size("num_heads", config->heads, 1, MOST_HEADS, name, error) &&
           check_size("d_kv times num_heads", config->head_width * config->heads, 1, MOST_WIDTH,
                      name, error) &&
           check_size("num_layers", config->encoder_layers, 1, T5_MOST_LAYERS, name, error) &&
           check_size("num_decoder_layers", config->decoder_layers, 1, T5_MOST_LAYERS, name,
                      error) &&
           check_size("vocab_size", config->vocabulary, 1, MOST_VOCABULARY, name, error) &&
           check_size("relative_attention_num_buckets", config->relative_buckets, 4, 4096, name,
                      error) &&
           check_size("relative_attention_max_distance", config->relative_distance,
                      config->relative_buckets / 2 + 1, 1 << 20, name, error) &&
           check_size("window.input", config->window_input, 8, 1 << 20, name, error) &&
           check_size("window.output", config->window_output, 2, 1 << 20, name, error) &&
           check_id("pad_token_id", config->pad_id, config->vocabulary, name, error) &&
           check_id("eos_token_id", config->end_id, config->vocabulary, name, error) &&
           check_id("decoder_start_token_id", config->start_id, config->vocabulary, name, error) &&
           ((isfinite(config->norm_epsilon) && config->norm_epsilon > 0 &&
             isfinite(config->output_scale)) ||
            error_set(error, ERROR_MODEL, "%s: layer_norm_epsilon is not a small number", name));
}

static struct tensor_slot *add(struct tensor_list *list, size_t rows, size_t columns)
{
    list->slots = memory_grow(list->slots, &list->capacity, list->count + 1, sizeof(*list->slots));
    struct tensor_slot *slot = &list->slots[list->count++];
    *slot = (struct tensor_slot){.rows = rows, .columns = columns, .group = columns};
    return slot;
}

/* Where in the model the next tensors are: their names begin with these. */
struct place {
    const char *stack;
    size_t layer, sublayer;
    const char *part, *source_part, *gguf_part; /* "self", "SelfAttention", "attn" */
};

/* What a GGUF file calls a stack. */
static const char *gguf_stack(const char *stack)
{
    return stack[0] == 'e' ? "enc" : "dec";
}

static void add_matrix(struct tensor_list *list, struct t5_matrix *matrix, size_t rows,
                       size_t columns, const struct place *place, const char *name,
                       const char *source, const char *gguf)
{
    struct tensor_slot *slot = add(list, rows, columns);
    slot->matrix = matrix;
    snprintf(slot->name, sizeof(slot->name), "%s.%zu.%s.%s", place->stack, place->layer,
             place->part, name);
    snprintf(slot->source, sizeof(slot->source), "%s.block.%zu.layer.%zu.%s.%s.weight",
             place->stack, place->layer, place->sublayer, place->source_part, source);
    snprintf(slot->gguf, sizeof(slot->gguf), "%s.blk.%zu.%s_%s.weight", gguf_stack(place->stack),
             place->layer, place->gguf_part, gguf);
}

static void add_norm(struct tensor_list *list, const float **vector, size_t width,
                     const struct place *place)
{
    struct tensor_slot *slot = add(list, 1, width);
    slot->vector = vector;
    snprintf(slot->name, sizeof(slot->name), "%s.%zu.%s.norm", place->stack, place->layer,
             place->part);
    snprintf(slot->source, sizeof(slot->source), "%s.block.%zu.layer.%zu.layer_norm.weight",
             place->stack, place->layer, place->sublayer);
    snprintf(slot->gguf, sizeof(slot->gguf), "%s.blk.%zu.%s_norm.weight", gguf_stack(place->stack),
             place->layer, place->gguf_part);
}

static void add_attention(struct tensor_list *list, const struct t5_config *config,
                          struct t5_attention *attention, const struct place *place)
{
    size_t width = config->model_width, inner = (size_t)config->heads * config->head_width;
    add_norm(list, &attention->norm, width, place);
    add_matrix(list, &attention->query, inner, width, place, "query", "q", "q");
    add_matrix(list, &attention->key, inner, width, place, "key", "k", "k");
    add_matrix(list, &attention->value, inner, width, place, "value", "v", "v");
    add_matrix(list, &attention->output, width, inner, place, "output", "o", "o");
}

static void add_feed_forward(struct tensor_list *list, const struct t5_config *config,
                             struct t5_feed_forward *feed_forward, const struct place *place)
{
    size_t width = config->model_width, hidden = config->hidden_width;
    add_norm(list, &feed_forward->norm, width, place);
    if (config->gated) {
        add_matrix(list, &feed_forward->wi, hidden, width, place, "wi", "wi_0", "gate");
        add_matrix(list, &feed_forward->linear, hidden, width, place, "linear", "wi_1", "up");
    } else {
        add_matrix(list, &feed_forward->wi, hidden, width, place, "wi", "wi", "up");
    }
    add_matrix(list, &feed_forward->wo, width, hidden, place, "wo", "wo", "down");
    list->slots[list->count - 1].group = hidden < T5_GROUP ? hidden : T5_GROUP;
}

static void add_stack(struct tensor_list *list, const struct t5_config *config,
                      struct t5_stack *stack, const char *name, bool is_decoder)
{
    struct tensor_slot *slot = add(list, config->relative_buckets, config->heads);
    slot->vector = &stack->relative_bias;
    slot->is_table = true;
    snprintf(slot->name, sizeof(slot->name), "%s.relative_bias", name);
    snprintf(slot->source, sizeof(slot->source),
             "%s.block.0.layer.0.SelfAttention.relative_attention_bias.weight", name);
    snprintf(slot->gguf, sizeof(slot->gguf), "%s.blk.0.attn_rel_b.weight", gguf_stack(name));
    for (size_t i = 0; i < stack->layer_count; i++) {
        struct place place = {name, i, 0, "self", "SelfAttention", "attn"};
        add_attention(list, config, &stack->layers[i].self, &place);
        if (is_decoder) {
            place = (struct place){name, i, 1, "cross", "EncDecAttention", "cross_attn"};
            add_attention(list, config, &stack->layers[i].cross, &place);
        }
        place = (struct place){name, i, is_decoder ? 2 : 1, "ff", "DenseReluDense", "ffn"};
        add_feed_forward(list, config, &stack->layers[i].feed_forward, &place);
    }
    slot = add(list, 1, config->model_width);
    slot->vector = &stack->final_norm;
    snprintf(slot->name, sizeof(slot->name), "%s.norm", name);
    snprintf(slot->source, sizeof(slot->source), "%s.final_layer_norm.weight", name);
    snprintf(slot->gguf, sizeof(slot->gguf), "%s.output_norm.weight", gguf_stack(name));
}

void tensors_list(const struct t5_config *config, struct t5_weights *weights,
                  struct tensor_list *list)
{
    weights->encoder.layer_count = config->encoder_layers;
    weights->decoder.layer_count = config->decoder_layers;
    weights->encoder.layers = memory_alloc(config->encoder_layers, sizeof(struct t5_layer));
    weights->decoder.layers = memory_alloc(config->decoder_layers, sizeof(struct t5_layer));
    struct tensor_slot *slot = add(list, config->vocabulary, config->model_width);
    slot->matrix = &weights->embedding;
    snprintf(slot->name, sizeof(slot->name), "embedding");
    snprintf(slot->source, sizeof(slot->source), "shared.weight");
    snprintf(slot->gguf, sizeof(slot->gguf), "token_embd.weight");
    if (!config->tied) {
        slot = add(list, config->vocabulary, config->model_width);
        slot->matrix = &weights->output;
        snprintf(slot->name, sizeof(slot->name), "output");
        snprintf(slot->source, sizeof(slot->source), "lm_head.weight");
        snprintf(slot->gguf, sizeof(slot->gguf), "output.weight");
    }
    add_stack(list, config, &weights->encoder, "encoder", false);
    add_stack(list, config, &weights->decoder, "decoder", true);
}

void tensors_free(struct tensor_list *list)
{
    free(list->slots);
    *list = (struct tensor_list){0};
}

void weights_free(struct t5_weights *weights)
{
    free(weights->encoder.layers);
    free(weights->decoder.layers);
    *weights = (struct t5_weights){0};
}
