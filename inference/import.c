/* import.c - a model of another format becomes a model file. Row by row: memory does not grow with
 * the model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "inference/import_source.h"
#include "inference/kernels/packed.h"
#include "inference/model_format.h"
#include "inference/prompts.h"
#include "inference/vocabulary.h"

struct importing {
    const struct t5_import *import;
    struct arena arena;
    struct import_source source;
    struct tokenizer tokenizer;
    struct text prompts;
    struct t5_weights weights; /* only for the list's sake */
    struct tensor_list list;
    struct model_section *sections;
    size_t section_count, section_capacity;

    FILE *stream;
    uint64_t written; /* bytes of the file */
    struct hash_stream *checksum;
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

static struct model_section *add_section(struct importing *importing, const char *name,
                                         const char *suffix, enum section_kind kind, size_t rows,
                                         size_t columns)
{
    importing->sections = memory_grow(importing->sections, &importing->section_capacity,
                                      importing->section_count + 1, sizeof(*importing->sections));
    struct model_section *section = &importing->sections[importing->section_count++];
    *section = (struct model_section){.kind = kind, .rows = rows, .columns = columns};
    snprintf(section->name, sizeof(section->name), "%s%s", name, suffix);
    section->size = kind == SECTION_S8 ? packed_size(rows, columns)
                                       : rows * columns * (kind == SECTION_F32 ? sizeof(float) : 1);
    return section;
}

/* The section table; sections are written in its order. */
static void plan_sections(struct importing *importing)
{
    for (size_t i = 0; i < TOKENIZER_TABLES; i++)
        add_section(importing, model_tokenizer_sections[i], "", SECTION_BYTES,
                    importing->tokenizer.tables[i].size, 1);
    add_section(importing, MODEL_PROMPTS, "", SECTION_BYTES, importing->prompts.size, 1);
    for (size_t i = 0; i < importing->list.count; i++) {
        const struct tensor_slot *slot = &importing->list.slots[i];
        if (slot->vector) {
            add_section(importing, slot->name, "", SECTION_F32, slot->rows, slot->columns);
            continue;
        }
        add_section(importing, slot->name, ".s8", SECTION_S8, slot->rows, slot->columns);
        add_section(importing, slot->name, ".scale", SECTION_F32, slot->rows, 1);
        if (!importing->import->int8_only)
            add_section(importing, slot->name, ".f32", SECTION_F32, slot->rows, slot->columns);
    }
    uint64_t offset =
        sizeof(struct model_header) + importing->section_count * sizeof(struct model_section);
    for (size_t i = 0; i < importing->section_count; i++) {
        offset = (offset + MODEL_ALIGNMENT - 1) / MODEL_ALIGNMENT * MODEL_ALIGNMENT;
        importing->sections[i].offset = offset;
        offset += importing->sections[i].size;
    }
}

static void put(struct importing *importing, const void *bytes, size_t size)
{
    if (size)
        fwrite(bytes, 1, size, importing->stream);
    hash_stream_add(importing->checksum, (struct text){bytes, size});
    importing->written += size;
}

/* Fills up to where the next section begins. */
static void begin_section(struct importing *importing, size_t section)
{
    static const char zeros[MODEL_ALIGNMENT];
    put(importing, zeros, (size_t)(importing->sections[section].offset - importing->written));
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
static bool write_packed(struct importing *importing, const struct tensor_slot *slot,
                         const struct stored_tensor *tensor, size_t section)
{
    float *row = memory_alloc(slot->columns, sizeof(*row));
    float *scales = memory_alloc(slot->rows, sizeof(*scales));
    int8_t *quantised = memory_alloc(PACKED_COLUMNS, slot->columns);
    void *block = memory_alloc(1, packed_block_size(slot->columns));
    bool finite = true;
    begin_section(importing, section);
    for (size_t first = 0; first < slot->rows && finite; first += PACKED_COLUMNS) {
        size_t count = slot->rows - first < PACKED_COLUMNS ? slot->rows - first : PACKED_COLUMNS;
        for (size_t i = 0; i < count && finite; i++) {
            finite = read_row(tensor, slot, first + i, row);
            scales[first + i] = quantise_row(row, slot->columns, quantised + i * slot->columns);
        }
        packed_block(count, slot->columns, quantised, block);
        put(importing, block, packed_block_size(slot->columns));
    }
    if (finite) {
        begin_section(importing, section + 1);
        put(importing, scales, slot->rows * sizeof(*scales));
    }
    free(block);
    free(quantised);
    free(scales);
    free(row);
    return finite;
}

static bool write_floats(struct importing *importing, const struct tensor_slot *slot,
                         const struct stored_tensor *tensor, size_t section)
{
    float *row = memory_alloc(slot->columns, sizeof(*row));
    bool finite = true;
    begin_section(importing, section);
    for (size_t i = 0; i < slot->rows && finite; i++) {
        finite = read_row(tensor, slot, i, row);
        put(importing, row, slot->columns * sizeof(*row));
    }
    free(row);
    return finite;
}

/* Writes a tensor's sections from number *section on: int8, scales, float32; or float32 alone. */
static bool write_tensor(struct importing *importing, const struct tensor_slot *slot,
                         size_t *section, struct error *error)
{
    const struct stored_tensor *tensor = import_source_find(&importing->source, slot);
    bool finite = true;
    if (slot->matrix) {
        finite = write_packed(importing, slot, tensor, *section);
        *section += 2;
    }
    if (finite && (slot->vector || !importing->import->int8_only))
        finite = write_floats(importing, slot, tensor, (*section)++);
    file_forget(tensor->bytes);
    return finite ||
           error_set(error, ERROR_MODEL, "%s: tensor '%.*s' holds numbers that are not finite",
                     importing->import->source, TEXT_ARGUMENT(tensor->name));
}

static bool write_sections(struct importing *importing, struct error *error)
{
    size_t section = 0;
    for (size_t i = 0; i < TOKENIZER_TABLES; i++) {
        begin_section(importing, section++);
        put(importing, importing->tokenizer.tables[i].bytes, importing->tokenizer.tables[i].size);
    }
    begin_section(importing, section++);
    put(importing, importing->prompts.bytes, importing->prompts.size);
    for (size_t i = 0; i < importing->list.count; i++)
        if (!write_tensor(importing, &importing->list.slots[i], &section, error))
            return false;
    return true;
}

static bool write_model(struct importing *importing, struct error *error)
{
    struct model_header header = {.version = MODEL_VERSION};
    memcpy(header.magic, MODEL_MAGIC, sizeof(header.magic));
    header.section_count = (uint32_t)importing->section_count;
    size_t table_size = importing->section_count * sizeof(struct model_section);
    header.header_size = (uint32_t)(sizeof(header) + table_size);
    model_header_from_config(&header, &importing->source.config);
    importing->written = header.header_size;
    importing->checksum = hash_stream_open();
    fseeko(importing->stream, header.header_size, SEEK_SET);
    bool written = write_sections(importing, error);
    hash_stream_close(importing->checksum, header.payload_checksum);
    header.file_size = importing->written;
    header.header_checksum = model_header_checksum(&header, importing->sections);
    rewind(importing->stream);
    fwrite(&header, sizeof(header), 1, importing->stream);
    fwrite(importing->sections, 1, table_size, importing->stream);
    return written;
}

bool import_model(const struct t5_import *import, FILE *stream, struct error *error)
{
    struct importing importing = {.import = import, .stream = stream};
    struct import_source *source = &importing.source;
    bool imported = import_source_open(source, import->source, error) &&
                    read_prompts(&importing, error) &&
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
    free(importing.sections);
    arena_free(&importing.arena);
    return imported;
}
