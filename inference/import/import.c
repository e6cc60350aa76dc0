/* import.c - converts a model of another format to a model file, row by row, so that memory use
 * does not depend on the model's size. */
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

enum { MAX_TABLE_BYTES = 1 << 24 }; /* bytes */

struct import_job {
    const struct t5_import *import;
    struct arena arena;
    struct import_source source;
    struct tokenizer tokenizer;
    struct text prompts, tables[MODEL_TABLE_COUNT];
    struct t5_weights weights; /* only to list the tensors */
    struct tensor_list list;
    struct model_writer writer;
};

static bool read_prompts(struct import_job *import_job, struct error *error)
{
    const char *path =
        import_job->import->prompts ? import_job->import->prompts : import_job->source.prompts;
    if (!prompts_read(path, &import_job->arena, &import_job->prompts, error))
        return false;
    struct t5_config *config = &import_job->source.config;
    static const struct {
        const char *key;
        uint32_t default_value;
    } windows[] = {{"window.input", 512}, {"window.output", 64}};
    for (size_t i = 0; i < 2; i++) {
        struct text value = prompts_find(import_job->prompts, windows[i].key);
        int64_t number = windows[i].default_value;
        if (value.size && (!text_to_integer(value, &number) || number < 1 || number > INT32_MAX))
            return error_set(error, ERROR_MODEL, "%s: %s is '%.*s', expected a number of tokens",
                             path ? path : "prompts", windows[i].key, TEXT_ARGUMENT(value));
        *(i ? &config->recommended_output_tokens : &config->recommended_input_tokens) =
            (uint32_t)number;
    }
    return true;
}

static bool read_tables(struct import_job *import_job, struct error *error)
{
    for (size_t i = 0; i < MODEL_TABLE_COUNT; i++) {
        const char *path = import_job->source.tables[i];
        if (path && !file_read(path, (struct file_limits){MAX_TABLE_BYTES, ERROR_MODEL},
                               &import_job->arena, &import_job->tables[i], error))
            return false;
    }
    return true;
}

static bool read_tokenizer(struct import_job *import_job, struct error *error)
{
    const struct import_source *source = &import_job->source;
    if (!tokenizer_load(&import_job->tokenizer, source->tokenizer, error))
        return false;
    size_t pieces = tokenizer_count(&import_job->tokenizer);
    return pieces <= source->config.vocabulary_size ||
           error_set(
               error, ERROR_MODEL,
               "%s: %zu pieces, but %s says that the vocabulary has %u; do both belong to the "
               "same model?",
               source->tokenizer, pieces, source->config_path, source->config.vocabulary_size);
}

static bool check_tensor(const struct import_job *import_job, const struct tensor_spec *spec,
                         struct error *error)
{
    const struct import_source *source = &import_job->source;
    const struct stored_tensor *tensor = import_source_find(source, spec);
    const char *name = source->is_gguf ? spec->gguf : spec->source;
    bool is_vector = spec->vector && !spec->is_bias_table;
    char expected[64];
    if (is_vector)
        snprintf(expected, sizeof(expected), "[%zu]", spec->columns);
    else
        snprintf(expected, sizeof(expected), "[%zu, %zu]", spec->rows, spec->columns);
    if (!tensor)
        return error_set(error, ERROR_MODEL, "%s: no tensor '%s'; expected shape %s", source->path,
                         name, expected);
    if (tensor->type == STORED_OTHER)
        return error_set(error, ERROR_MODEL, "%s: tensor '%s' is %.*s; supported types are %s",
                         source->path, name, TEXT_ARGUMENT(tensor->type_name),
                         source->is_gguf ? "F32, F16, BF16, Q4_0 to Q8_0 and Q2_K to Q6_K"
                                         : "F32, F16 and BF16");
    bool fits = is_vector ? tensor->rank == 1 && tensor->shape[0] == spec->columns
                          : tensor->rank == 2 && tensor->shape[0] == spec->rows &&
                                tensor->shape[1] == spec->columns;
    if (fits)
        return true;
    char found[200] = "[";
    for (size_t i = 0, size = 1; i < tensor->rank && size < sizeof(found); i++)
        size += (size_t)snprintf(found + size, sizeof(found) - size, "%s%ju", i ? ", " : "",
                                 (uintmax_t)tensor->shape[i]);
    return error_set(error, ERROR_MODEL, "%s: tensor '%s' has shape %s], expected %s", source->path,
                     name, found, expected);
}

/* `section` has kind and shape; name and size are added. */
static void add_section(struct import_job *import_job, const char *name, const char *suffix,
                        struct model_section section)
{
    size_t rows = (size_t)section.rows, columns = (size_t)section.columns;
    snprintf(section.name, sizeof(section.name), "%s%s", name, suffix);
    section.size = section.kind >= SECTION_S8
                       ? model_matrix_size(section.kind, rows, columns)
                       : rows * columns * (section.kind == SECTION_F32 ? sizeof(float) : 1);
    model_writer_add_section(&import_job->writer, &section);
}

static void add_sections(struct import_job *import_job)
{
    for (size_t i = 0; i < TOKENIZER_TABLE_COUNT; i++)
        add_section(import_job, model_tokenizer_sections[i], "",
                    (struct model_section){.kind = SECTION_BYTES,
                                           .rows = import_job->tokenizer.tables[i].size,
                                           .columns = 1});
    add_section(import_job, MODEL_PROMPTS, "",
                (struct model_section){
                    .kind = SECTION_BYTES, .rows = import_job->prompts.size, .columns = 1});
    for (size_t i = 0; i < MODEL_TABLE_COUNT; i++)
        if (import_job->tables[i].size > 0)
            add_section(import_job, model_tables[i], "",
                        (struct model_section){.kind = SECTION_BYTES,
                                               .rows = import_job->tables[i].size,
                                               .columns = 1});
    for (size_t i = 0; i < import_job->list.count; i++) {
        const struct tensor_spec *spec = &import_job->list.specs[i];
        if (spec->vector) {
            add_section(import_job, spec->name, "",
                        (struct model_section){
                            .kind = SECTION_F32, .rows = spec->rows, .columns = spec->columns});
            continue;
        }
        add_section(import_job, spec->name, ".s8",
                    (struct model_section){.kind = s8_section_kind(spec),
                                           .rows = spec->rows,
                                           .columns = spec->columns});
        add_section(import_job, spec->name, ".scale",
                    (struct model_section){.kind = SECTION_F32, .rows = spec->rows, .columns = 1});
        if (!import_job->import->int8_only)
            add_section(import_job, spec->name, ".f32",
                        (struct model_section){
                            .kind = SECTION_F32, .rows = spec->rows, .columns = spec->columns});
    }
}

/* Symmetric quantization: the row's largest magnitude becomes 127; halves are rounded to even.
 * Returns the scale. */
static float quantize_row(const float *values, size_t count, int8_t *quantized_row)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmaxf(largest, fabsf(values[i]));
    float scale = largest / 127.0f;
    for (size_t i = 0; i < count; i++) {
        float steps = scale > 0 ? rintf(values[i] / scale) : 0;
        quantized_row[i] = (int8_t)fminf(127, fmaxf(-127, steps));
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

/* Row `index` of a tensor as float32. False if it contains a number that is not finite. */
static bool read_row(const struct stored_tensor *tensor, const struct tensor_spec *spec,
                     size_t index, float *row)
{
    stored_read_values(tensor, index * spec->columns, spec->columns, row);
    return all_finite(row, spec->columns);
}

/* Writes the int8 section, block by block, and then the scales. */
static bool write_packed(struct model_writer *writer, const struct tensor_spec *spec,
                         const struct stored_tensor *tensor)
{
    float *row = memory_alloc(spec->columns, sizeof(*row));
    float *scales = memory_alloc(spec->rows, sizeof(*scales));
    int8_t *quantized_row = memory_alloc(1, spec->columns);
    int8_t *group_rows = memory_alloc(PACKED_COLUMNS, spec->group_size);
    void *block = memory_alloc(1, packed_block_size(spec->group_size));
    bool is_finite = true;
    model_writer_start_section(writer);
    for (size_t group_begin = 0; group_begin < spec->columns; group_begin += spec->group_size) {
        size_t size = spec->columns - group_begin < spec->group_size ? spec->columns - group_begin
                                                                     : spec->group_size;
        for (size_t first = 0; first < spec->rows && is_finite; first += PACKED_COLUMNS) {
            size_t count = spec->rows - first;
            count = count < PACKED_COLUMNS ? count : PACKED_COLUMNS;
            for (size_t i = 0; i < count && is_finite; i++) {
                is_finite = read_row(tensor, spec, first + i, row);
                scales[first + i] = quantize_row(row, spec->columns, quantized_row);
                memcpy(group_rows + i * size, quantized_row + group_begin, size);
            }
            pack_block(count, size, group_rows, block);
            model_writer_write(writer, block, packed_block_size(size));
        }
    }
    if (is_finite) {
        model_writer_start_section(writer);
        model_writer_write(writer, scales, spec->rows * sizeof(*scales));
    }
    free(block);
    free(group_rows);
    free(quantized_row);
    free(scales);
    free(row);
    return is_finite;
}

static bool write_floats(struct model_writer *writer, const struct tensor_spec *spec,
                         const struct stored_tensor *tensor)
{
    float *row = memory_alloc(spec->columns, sizeof(*row));
    bool is_finite = true;
    model_writer_start_section(writer);
    for (size_t i = 0; i < spec->rows && is_finite; i++) {
        is_finite = read_row(tensor, spec, i, row);
        model_writer_write(writer, row, spec->columns * sizeof(*row));
    }
    free(row);
    return is_finite;
}

/* The sections of a tensor: int8, scales, float32; or float32 only. */
static bool write_tensor(struct import_job *import_job, const struct tensor_spec *spec,
                         struct error *error)
{
    const struct stored_tensor *tensor = import_source_find(&import_job->source, spec);
    bool has_floats = spec->vector || !import_job->import->int8_only;
    bool is_finite = (!spec->matrix || write_packed(&import_job->writer, spec, tensor)) &&
                     (!has_floats || write_floats(&import_job->writer, spec, tensor));
    file_release_pages(tensor->bytes);
    return is_finite ||
           error_set(error, ERROR_MODEL, "%s: tensor '%.*s' holds numbers that are not finite",
                     import_job->import->source, TEXT_ARGUMENT(tensor->name));
}

static void write_bytes(struct model_writer *writer, struct text bytes)
{
    model_writer_start_section(writer);
    model_writer_write(writer, bytes.bytes, bytes.size);
}

static bool write_model(struct import_job *import_job, struct error *error)
{
    struct model_writer *writer = &import_job->writer;
    model_writer_begin(writer);
    for (size_t i = 0; i < TOKENIZER_TABLE_COUNT; i++)
        write_bytes(writer, import_job->tokenizer.tables[i]);
    write_bytes(writer, import_job->prompts);
    for (size_t i = 0; i < MODEL_TABLE_COUNT; i++)
        if (import_job->tables[i].size > 0)
            write_bytes(writer, import_job->tables[i]);
    for (size_t i = 0; i < import_job->list.count; i++)
        if (!write_tensor(import_job, &import_job->list.specs[i], error))
            return false;
    model_writer_finish(writer, &import_job->source.config);
    return true;
}

bool import_model(const struct t5_import *import, FILE *stream, struct error *error)
{
    struct import_job import_job = {.import = import, .writer = {.stream = stream}};
    struct import_source *source = &import_job.source;
    bool imported = import_source_open(source, import->source, error) &&
                    read_prompts(&import_job, error) && read_tables(&import_job, error) &&
                    t5_config_check(&source->config, source->config_path, error) &&
                    read_tokenizer(&import_job, error);
    if (imported)
        list_tensors(&source->config, &import_job.weights, &import_job.list);
    for (size_t i = 0; i < import_job.list.count && imported; i++)
        imported = check_tensor(&import_job, &import_job.list.specs[i], error);
    if (imported) {
        add_sections(&import_job);
        imported = write_model(&import_job, error);
    }
    import_source_close(source);
    tokenizer_release(&import_job.tokenizer);
    tensor_list_free(&import_job.list);
    t5_weights_free(&import_job.weights);
    model_writer_close(&import_job.writer);
    arena_free(&import_job.arena);
    return imported;
}
