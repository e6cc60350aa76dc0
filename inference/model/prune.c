/* prune.c - a model without some of its layers, as a view of the whole model and as a file.
 *
 * Sections are copied unchanged, so this file does not depend on the layout of weights. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "inference/model/model_writer.h"

/* The number of layers that stay. */
static uint32_t count_remaining_layers(const bool *removed_layers, uint32_t layers)
{
    uint32_t kept_count = 0;
    for (uint32_t i = 0; i < layers; i++)
        kept_count += !removed_layers[i];
    return kept_count;
}

static bool check_removed_layers(const char *stack, const bool *removed_layers, uint32_t layers,
                                 struct error *error)
{
    for (uint32_t i = layers; i < T5_MAX_LAYERS; i++)
        if (removed_layers[i])
            return error_set(error, ERROR_USAGE,
                             "%s layer %u cannot be left out: the %s has layers 0 to %u", stack, i,
                             stack, layers - 1);
    return count_remaining_layers(removed_layers, layers) ||
           error_set(error, ERROR_USAGE, "the %s needs one layer at least", stack);
}

/* The stack of the layers that stay; borrows their weights. */
static struct t5_stack prune_stack(const struct t5_stack *unpruned, const bool *removed_layers)
{
    struct t5_stack stack = *unpruned;
    stack.layers = memory_alloc(unpruned->layer_count, sizeof(*stack.layers));
    stack.layer_count = 0;
    for (size_t i = 0; i < unpruned->layer_count; i++)
        if (!removed_layers[i])
            stack.layers[stack.layer_count++] = unpruned->layers[i];
    return stack;
}

bool t5_model_prune(struct t5_model **pruned, const struct t5_model *model,
                    const struct t5_layer_mask *removed_layers, struct error *error)
{
    *pruned = NULL;
    if (model->unpruned)
        return error_set(error, ERROR_USAGE, "the model has layers left out already");
    if (!check_removed_layers("encoder", removed_layers->encoder, model->config.encoder_layers,
                              error) ||
        !check_removed_layers("decoder", removed_layers->decoder, model->config.decoder_layers,
                              error))
        return false;
    struct t5_model *pruned_model = memory_alloc(1, sizeof(*pruned_model));
    *pruned_model = *model;
    pruned_model->unpruned = model;
    pruned_model->removed_layers = *removed_layers;
    pruned_model->weights.encoder = prune_stack(&model->weights.encoder, removed_layers->encoder);
    pruned_model->weights.decoder = prune_stack(&model->weights.decoder, removed_layers->decoder);
    pruned_model->config.encoder_layers = (uint32_t)pruned_model->weights.encoder.layer_count;
    pruned_model->config.decoder_layers = (uint32_t)pruned_model->weights.decoder.layer_count;
    uint64_t id = hash_combine(HASH_SEED, text_of(model->id));
    hash_format(
        hash_combine(id, (struct text){(const char *)removed_layers, sizeof(*removed_layers)}),
        pruned_model->id);
    *pruned = pruned_model;
    return true;
}

/* Renumbers a section's layer: "decoder.7.ff.wo.s8" becomes "decoder.5.ff.wo.s8" if two layers
 * before it are removed. False if its own layer is removed. */
static bool renumber_section(struct model_section *section,
                             const struct t5_layer_mask *removed_layers)
{
    static const size_t number_offset = sizeof("encoder.") - 1;
    bool is_encoder = strncmp(section->name, "encoder.", number_offset) == 0;
    bool is_layer = is_encoder || strncmp(section->name, "decoder.", number_offset) == 0;
    if (!is_layer || !isdigit((unsigned char)section->name[number_offset]))
        return true;
    const bool *layers = is_encoder ? removed_layers->encoder : removed_layers->decoder;
    char *name_suffix, name[sizeof(section->name)] = {0};
    unsigned long layer = strtoul(section->name + number_offset, &name_suffix, 10);
    if (layer >= T5_MAX_LAYERS || layers[layer])
        return false;
    snprintf(name, sizeof(name), "%.*s%u%s", (int)number_offset, section->name,
             count_remaining_layers(layers, (uint32_t)layer), name_suffix);
    memcpy(section->name, name, sizeof(name));
    return true;
}

static void write_sections(const struct t5_model *model, FILE *stream)
{
    struct model_writer writer = {.stream = stream};
    size_t count = model->header->section_count, kept_count = 0;
    const struct model_section **source_sections = memory_alloc(count, sizeof(*source_sections));
    for (size_t i = 0; i < count; i++) {
        struct model_section section = model->sections[i];
        if (!renumber_section(&section, &model->removed_layers))
            continue;
        source_sections[kept_count++] = &model->sections[i];
        model_writer_add_section(&writer, &section);
    }
    model_writer_begin(&writer);
    for (size_t i = 0; i < kept_count; i++) {
        struct text bytes =
            text_slice(model->file, (size_t)source_sections[i]->offset,
                       (size_t)(source_sections[i]->offset + source_sections[i]->size));
        model_writer_start_section(&writer);
        model_writer_write(&writer, bytes.bytes, bytes.size);
        file_release_pages(bytes);
    }
    model_writer_finish(&writer, &model->config);
    model_writer_close(&writer);
    free(source_sections);
}

bool t5_model_save(const struct t5_model *model, const char *target, struct error *error)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, target, error))
        return false;
    write_sections(model, writer.stream);
    return file_writer_commit(&writer, error);
}
