/* prune.c - a model without some of its layers: as a view of the whole one, and as a file.
 *
 * Sections are copied as they lie, so nothing here knows how weights are laid out. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "inference/model/model_writer.h"

/* Layers that stay. */
static uint32_t count_kept(const bool *left_out, uint32_t layers)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < layers; i++)
        kept += !left_out[i];
    return kept;
}

static bool check(const char *stack, const bool *left_out, uint32_t layers, struct error *error)
{
    for (uint32_t i = layers; i < T5_MOST_LAYERS; i++)
        if (left_out[i])
            return error_set(error, ERROR_USAGE,
                             "%s layer %u cannot be left out: the %s has layers 0 to %u", stack, i,
                             stack, layers - 1);
    return count_kept(left_out, layers) ||
           error_set(error, ERROR_USAGE, "the %s needs one layer at least", stack);
}

/* A stack of the layers that stay, borrowing their weights. */
static struct t5_stack keep(const struct t5_stack *whole, const bool *left_out)
{
    struct t5_stack stack = *whole;
    stack.layers = memory_alloc(whole->layer_count, sizeof(*stack.layers));
    stack.layer_count = 0;
    for (size_t i = 0; i < whole->layer_count; i++)
        if (!left_out[i])
            stack.layers[stack.layer_count++] = whole->layers[i];
    return stack;
}

bool t5_model_without(struct t5_model **pruned, const struct t5_model *model,
                      const struct t5_layers *left_out, struct error *error)
{
    *pruned = NULL;
    if (model->whole)
        return error_set(error, ERROR_USAGE, "the model has layers left out already");
    if (!check("encoder", left_out->encoder, model->config.encoder_layers, error) ||
        !check("decoder", left_out->decoder, model->config.decoder_layers, error))
        return false;
    struct t5_model *view = memory_alloc(1, sizeof(*view));
    *view = *model;
    view->whole = model;
    view->left_out = *left_out;
    view->weights.encoder = keep(&model->weights.encoder, left_out->encoder);
    view->weights.decoder = keep(&model->weights.decoder, left_out->decoder);
    view->config.encoder_layers = (uint32_t)view->weights.encoder.layer_count;
    view->config.decoder_layers = (uint32_t)view->weights.decoder.layer_count;
    uint64_t id = hash_add(HASH_START, text_of(model->id));
    hash_print(hash_add(id, (struct text){(const char *)left_out, sizeof(*left_out)}), view->id);
    *pruned = view;
    return true;
}

/* Where the section's layer stands among those that stay: "decoder.7.ff.wo.s8" becomes
 * "decoder.5.ff.wo.s8" when two before it go. False when its own layer goes. */
static bool rename_section(struct model_section *section, const struct t5_layers *left_out)
{
    static const size_t digits = sizeof("encoder.") - 1;
    bool is_encoder = strncmp(section->name, "encoder.", digits) == 0;
    bool is_layer = is_encoder || strncmp(section->name, "decoder.", digits) == 0;
    if (!is_layer || !isdigit((unsigned char)section->name[digits]))
        return true;
    const bool *layers = is_encoder ? left_out->encoder : left_out->decoder;
    char *rest, name[sizeof(section->name)] = {0};
    unsigned long layer = strtoul(section->name + digits, &rest, 10);
    if (layer >= T5_MOST_LAYERS || layers[layer])
        return false;
    snprintf(name, sizeof(name), "%.*s%u%s", (int)digits, section->name,
             count_kept(layers, (uint32_t)layer), rest);
    memcpy(section->name, name, sizeof(name));
    return true;
}

static void write_sections(const struct t5_model *model, FILE *stream)
{
    struct model_writer writer = {.stream = stream};
    size_t count = model->header->section_count, kept = 0;
    const struct model_section **from = memory_alloc(count, sizeof(*from));
    for (size_t i = 0; i < count; i++) {
        struct model_section section = model->sections[i];
        if (!rename_section(&section, &model->left_out))
            continue;
        from[kept++] = &model->sections[i];
        model_writer_add(&writer, &section);
    }
    model_writer_begin(&writer);
    for (size_t i = 0; i < kept; i++) {
        struct text bytes = text_slice(model->file, (size_t)from[i]->offset,
                                       (size_t)(from[i]->offset + from[i]->size));
        model_writer_section(&writer);
        model_writer_put(&writer, bytes.bytes, bytes.size);
        file_forget(bytes);
    }
    model_writer_end(&writer, &model->config);
    model_writer_close(&writer);
    free(from);
}

bool t5_model_save(const struct t5_model *model, const char *target, struct error *error)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, target, error))
        return false;
    write_sections(model, writer.stream);
    return file_writer_commit(&writer, error);
}
