/* import.c - a model of another format becomes a model file. Row by row: memory does not grow with
 * the model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "inference/import/import_source.h"
#include "inference/kernels/packed.h"
#include "inference/model/model_writer.h"
#include "inference/model/prompts.h"
#include "inference/tokenizer/vocabulary.h"

enum { MOST_NGRAMS = 1 << 24 }; /* bytes */

struct importing {
    const struct t5_import *import;
    struct arena arena;
    struct import_source source;
    struct tokenizer tokenizer;
    struct text prompts, ngrams;
    struct t5_weights weights; /* only for the list's sake */
    struct tensor_list list;
    struct model_writer writer;
};

static bool read_prompts(struct importing *importing, struct error *error)
{
    const char *path =
        importing->import->prompts ? importing->import->prompts : importing->source.prompts;
    if (!prompts_read(path, &importing->arena, &importing->prompts, error))
        return false;
    struct t5_config *config = &importing->source.config;
    static const struct {
        const char *key;
        uint32_t fallback;
    } windows[] = {{"window.input", 512}, {"window.output", 64}};
    for (size_t i = 0; i < 2; i++) {
        struct text value = prompts_find(importing->prompts, windows[i].key);
        int64_t number = windows[i].fallback;
        if (value.size && (!text_integer(value, &number) || number < 1 || number > INT32_MAX))
            return error_set(error, ERROR_MODEL, "%s: %s is '%.*s', expected a number of tokens",
                             path ? path : "prompts", windows[i].key, TEXT_ARGUMENT(value));
        *(i ? &config->window_output : &config->window_input) = (uint32_t)number;
    }
    return true;
}

static bool read_ngrams(struct importing *importing, struct error *error)
{
    const char *path = importing->source.ngrams;
    return !path ||
           file_read(path, MOST_NGRAMS, &importing->arena, &importing->ngrams, ERROR_MODEL, error);
}

static bool read_tokenizer(struct importing *importing, struct error *error)
{
    const struct import_source *source = &importing->source;
    if (!tokenizer_load(&importing->tokenizer, source->tokenizer, error))
        return false;
    size_t pieces = tokenizer_count(&importing->tokenizer);
    return pieces <= source->config.vocabulary ||
           error_set(error, ERROR_MODEL,
                     "%s: %zu pieces, but %s says that the vocabulary has %u; are the two of one "
                     "model?",
                     source->tokenizer, pieces, source->config_path, source->config.vocabulary);
}

static bool check_tensor(const struct importing *importing, const struct tensor_slot *slot,
                         struct error *error)
{
    const struct import_source *source = &importing->source;
    const struct stored_tensor *tensor = import_source_find(source, slot);
    const char *name = source->is_gguf ? slot->gguf : slot->source;
    bool is_vector = slot->vector && !slot->is_table;
    char expected[64];
    if (is_vector)
        snprintf(expected, sizeof(expected), "[%zu]", slot->columns);
    else
        snprintf(expected, sizeof(expected), "[%zu, %zu]", slot->rows, slot->columns);
    if (!tensor)
        return error_set(error, ERROR_MODEL, "%s: no tensor '%s'; expected shape %s", source->path,
                         name, expected);
    if (tensor->type == STORED_OTHER)
        return error_set(error, ERROR_MODEL, "%s: tensor '%s' is %.*s; read are %s", source->path,
                         name, TEXT_ARGUMENT(tensor->type_name),
                         source->is_gguf ? "F32, F16, BF16, Q4_0 to Q8_0 and Q2_K to Q6_K"
                                         : "F32, F16 and BF16");
    bool fits = is_vector ? tensor->rank == 1 && tensor->shape[0] == slot->columns
                          : tensor->rank == 2 && tensor->shape[0] == slot->rows &&
                                tensor->shape[1] == slot->columns;
    if (fits)
        return true;
    char found[200] = "[";
    for (size_t i = 0, size = 1; i < tensor->rank && size < sizeof(found); i++)
        size += (size_t)snprintf(found + size, sizeof(found) - size, "%s%ju", i ? ", " : "",
                                 (uintmax_t)tensor->shape[i]);
    return error_set(error, ERROR_MODEL, "%s: tensor '%s' has shape %s], expected %s", source->path,
                     name, found, expected);
}

static void add_section(struct importing *importing, const char *name, const char *suffix,
                        enum section_kind kind, size_t rows, size_t columns)
{
    struct model_section section = {.kind = kind, .rows = rows, .columns = columns};
    snprintf(section.name, sizeof(section.name), "%s%s", name, suffix);
    section.size = kind >= SECTION_S8 ? model_matrix_size(kind, rows, columns)
                                      : rows * columns * (kind == SECTION_F32 ? sizeof(float) : 1);
    model_writer_add(&importing->writer, &section);
}

static void plan_sections(struct importing *importing)
{
    for (size_t i = 0; i < TOKENIZER_TABLES; i++)
        add_section(importing, model_tokenizer_sections[i], "", SECTION_BYTES,
                    importing->tokenizer.tables[i].size, 1);
    add_section(importing, MODEL_PROMPTS, "", SECTION_BYTES, importing->prompts.size, 1);
    if (importing->ngrams.size > 0)
        add_section(importing, MODEL_NGRAMS, "", SECTION_BYTES, importing->ngrams.size, 1);
    for (size_t i = 0; i < importing->list.count; i++) {
        const struct tensor_slot *slot = &importing->list.slots[i];
        if (slot->vector) {
            add_section(importing, slot->name, "", SECTION_F32, slot->rows, slot->columns);
            continue;
        }
        add_section(importing, slot->name, ".s8",
                    slot->group < slot->columns ? SECTION_S8_GROUPS : SECTION_S8, slot->rows,
                    slot->columns);
        add_section(importing, slot->name, ".scale", SECTION_F32, slot->rows, 1);
        if (!importing->import->int8_only)
            add_section(importing, slot->name, ".f32", SECTION_F32, slot->rows, slot->columns);
    }
}

/* Symmetric: the row's largest magnitude becomes 127, halves round to even. Returns the scale. */
static float quantise_row(const float *values, size_t count, int8_t *quantised)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(values[i]));
    float scale = largest / 127.0f;
    for (size_t i = 0; i < count; i++) {
        float steps = scale > 0 ? rintf(values[i] / scale) : 0;
        quantised[i] = (int8_t)fminf(127, fmaxf(-127, steps));
    }
    return scale;
}

static bool all_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

/* Row `index` of a tensor as float32. False when it holds a number that is not finite. */
static bool read_row(const struct stored_tensor *tensor, const struct tensor_slot *slot,
                     size_t index, float *row)
{
    stored_values(tensor, index * slot->columns, slot->columns, row);
    return all_finite(row, slot->columns);
}

/* The int8 section, block by block, and the scales behind it. */
static bool write_packed(struct model_writer *writer, const struct tensor_slot *slot,
                         const struct stored_tensor *tensor)
{
    float *row = memory_alloc(slot->columns, sizeof(*row));
    float *scales = memory_alloc(slot->rows, sizeof(*scales));
    int8_t *quantised = memory_alloc(1, slot->columns);
    int8_t *parts = memory_alloc(PACKED_COLUMNS, slot->group);
    void *block = memory_alloc(1, packed_block_size(slot->group));
    bool finite = true;
    model_writer_section(writer);
    for (size_t begin = 0; begin < slot->columns; begin += slot->group) {
        size_t size = slot->columns - begin < slot->group ? slot->columns - begin : slot->group;
        for (size_t first = 0; first < slot->rows && finite; first += PACKED_COLUMNS) {
            size_t count = slot->rows - first;
            count = count < PACKED_COLUMNS ? count : PACKED_COLUMNS;
            for (size_t i = 0; i < count && finite; i++) {
                finite = read_row(tensor, slot, first + i, row);
                scales[first + i] = quantise_row(row, slot->columns, quantised);
                memcpy(parts + i * size, quantised + begin, size);
            }
            packed_block(count, size, parts, block);
            model_writer_put(writer, block, packed_block_size(size));
        }
    }
    if (finite) {
        model_writer_section(writer);
        model_writer_put(writer, scales, slot->rows * sizeof(*scales));
    }
    free(block);
    free(parts);
    free(quantised);
    free(scales);
    free(row);
    return finite;
}

static bool write_floats(struct model_writer *writer, const struct tensor_slot *slot,
                         const struct stored_tensor *tensor)
{
    float *row = memory_alloc(slot->columns, sizeof(*row));
    bool finite = true;
    model_writer_section(writer);
    for (size_t i = 0; i < slot->rows && finite; i++) {
        finite = read_row(tensor, slot, i, row);
        model_writer_put(writer, row, slot->columns * sizeof(*row));
    }
    free(row);
    return finite;
}

/* A tensor's sections: int8, scales, float32; or float32 alone. */
static bool write_tensor(struct importing *importing, const struct tensor_slot *slot,
                         struct error *error)
{
    const struct stored_tensor *tensor = import_source_find(&importing->source, slot);
    bool has_floats = slot->vector || !importing->import->int8_only;
    bool finite = (!slot->matrix || write_packed(&importing->writer, slot, tensor)) &&
                  (!has_floats || write_floats(&importing->writer, slot, tensor));
    file_forget(tensor->bytes);
    return finite ||
           error_set(error, ERROR_MODEL, "%s: tensor '%.*s' holds numbers that are not finite",
                     importing->import->source, TEXT_ARGUMENT(tensor->name));
}

static void write_bytes(struct model_writer *writer, struct text bytes)
{
    model_writer_section(writer);
    model_writer_put(writer, bytes.bytes, bytes.size);
}

static bool write_model(struct importing *importing, struct error *error)
{
    struct model_writer *writer = &importing->writer;
    model_writer_begin(writer);
    for (size_t i = 0; i < TOKENIZER_TABLES; i++)
        write_bytes(writer, importing->tokenizer.tables[i]);
    write_bytes(writer, importing->prompts);
    if (importing->ngrams.size > 0)
        write_bytes(writer, importing->ngrams);
    for (size_t i = 0; i < importing->list.count; i++)
        if (!write_tensor(importing, &importing->list.slots[i], error))
            return false;
    model_writer_end(writer, &importing->source.config);
    return true;
}

bool import_model(const struct t5_import *import, FILE *stream, struct error *error)
{
    struct importing importing = {.import = import, .writer = {.stream = stream}};
    struct import_source *source = &importing.source;
    bool imported = import_source_open(source, import->source, error) &&
                    read_prompts(&importing, error) && read_ngrams(&importing, error) &&
                    t5_config_check(&source->config, source->config_path, error) &&
                    read_tokenizer(&importing, error);
    if (imported)
        tensors_list(&source->config, &importing.weights, &importing.list);
    for (size_t i = 0; i < importing.list.count && imported; i++)
        imported = check_tensor(&importing, &importing.list.slots[i], error);
    if (imported) {
        plan_sections(&importing);
        imported = write_model(&importing, error);
    }
    import_source_close(source);
    tokenizer_release(&importing.tokenizer);
    tensors_free(&importing.list);
    weights_free(&importing.weights);
    model_writer_close(&importing.writer);
    arena_free(&importing.arena);
    return imported;
}
