/* model_file.c - opens, checks and describes model files. Opening reads the header, the section
 * table and the tokenizer's tables; the weights are only mapped. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "inference/formats/gguf.h"
#include "inference/kernels/packed.h"
#include "inference/model/model_format.h"
#include "inference/model/prompts.h"
#include "inference/model/tensors.h"
#include "inference/tokenizer/vocabulary.h"

const char *const model_tokenizer_sections[TOKENIZER_TABLE_COUNT] = {
    [TOKENIZER_SETTINGS] = "tokenizer.settings", [TOKENIZER_OFFSETS] = "tokenizer.offsets",
    [TOKENIZER_PIECES] = "tokenizer.pieces",     [TOKENIZER_SCORES] = "tokenizer.scores",
    [TOKENIZER_KINDS] = "tokenizer.kinds",       [TOKENIZER_TRIE] = "tokenizer.trie",
    [TOKENIZER_SYMBOLS] = "tokenizer.symbols",   [TOKENIZER_ADDED] = "tokenizer.added",
    [TOKENIZER_CHARSMAP] = "tokenizer.charsmap",
};

const char *const model_tables[MODEL_TABLE_COUNT] = {
    [MODEL_NGRAMS] = "ngrams", [MODEL_VECTORS] = "vectors",         [MODEL_QUOTES] = "quotes",
    [MODEL_POINTS] = "points", [MODEL_POINT_TEXTS] = "point_texts",
};

size_t model_matrix_size(enum section_kind kind, size_t rows, size_t columns)
{
    return grouped_size(rows, columns, kind == SECTION_S8_GROUPS ? T5_QUANTIZATION_GROUP : columns);
}

uint64_t model_header_checksum(const struct model_header *header,
                               const struct model_section *sections)
{
    struct model_header header_copy = *header;
    header_copy.header_checksum = 0;
    uint64_t hash =
        hash_combine(HASH_SEED, (struct text){(const char *)&header_copy, sizeof(header_copy)});
    return hash_combine(
        hash, (struct text){(const char *)sections, header->section_count * sizeof(*sections)});
}

void model_header_from_config(struct model_header *header, const struct t5_config *config)
{
    header->model_width = config->model_width;
    header->head_width = config->head_width;
    header->feed_forward_width = config->feed_forward_width;
    header->heads = config->heads;
    header->encoder_layers = config->encoder_layers;
    header->decoder_layers = config->decoder_layers;
    header->vocabulary_size = config->vocabulary_size;
    header->relative_buckets = config->relative_buckets;
    header->relative_max_distance = config->relative_max_distance;
    header->activation = config->activation;
    header->flags =
        (config->is_gated ? MODEL_GATED : 0) | (config->has_tied_embeddings ? MODEL_TIED : 0);
    header->output_scale = config->output_scale;
    header->norm_epsilon = config->norm_epsilon;
    header->pad_id = config->pad_id;
    header->end_id = config->end_id;
    header->start_id = config->start_id;
    header->recommended_input_tokens = config->recommended_input_tokens;
    header->recommended_output_tokens = config->recommended_output_tokens;
}

static void config_from_header(struct t5_config *config, const struct model_header *header)
{
    *config = (struct t5_config){
        .model_width = header->model_width,
        .head_width = header->head_width,
        .feed_forward_width = header->feed_forward_width,
        .heads = header->heads,
        .encoder_layers = header->encoder_layers,
        .decoder_layers = header->decoder_layers,
        .vocabulary_size = header->vocabulary_size,
        .relative_buckets = header->relative_buckets,
        .relative_max_distance = header->relative_max_distance,
        .activation = (enum t5_activation)header->activation,
        .is_gated = header->flags & MODEL_GATED,
        .has_tied_embeddings = header->flags & MODEL_TIED,
        .output_scale = header->output_scale,
        .norm_epsilon = header->norm_epsilon,
        .pad_id = header->pad_id,
        .end_id = header->end_id,
        .start_id = header->start_id,
        .recommended_input_tokens = header->recommended_input_tokens,
        .recommended_output_tokens = header->recommended_output_tokens,
    };
}

static bool set_damaged_error(const char *path, const char *what, struct error *error)
{
    return error_set(error, ERROR_MODEL,
                     "%s: the model file is damaged (%s); copy it again, or create it again with "
                     "`winnow model import`",
                     path, what);
}

static bool check_header(struct t5_model *model, const char *path, struct error *error)
{
    struct text file = model->file;
    const struct model_header *header = (const struct model_header *)file.bytes;
    if (file.size < sizeof(header->magic) ||
        memcmp(file.bytes, MODEL_MAGIC, sizeof(header->magic)) != 0)
        return error_set(error, ERROR_MODEL,
                         "%s: not a Winnow model file; create one with "
                         "`winnow model import SOURCE FILE`",
                         path);
    if (file.size < sizeof(*header))
        return set_damaged_error(path, "it ends within its header", error);
    if (header->version != MODEL_VERSION)
        return error_set(error, ERROR_MODEL,
                         "%s: model file of version %u, this winnow reads version %d; create it "
                         "again with `winnow model import`",
                         path, header->version, MODEL_VERSION);
    if (header->section_count > MODEL_MAX_SECTIONS ||
        header->header_size !=
            sizeof(*header) + header->section_count * sizeof(struct model_section) ||
        header->header_size > file.size)
        return set_damaged_error(path, "the section table's size", error);
    model->header = header;
    model->sections = (const struct model_section *)(file.bytes + sizeof(*header));
    if (model_header_checksum(header, model->sections) != header->header_checksum)
        return set_damaged_error(path, "the header's checksum", error);
    if (header->file_size != file.size)
        return set_damaged_error(path, "not the size that it had when it was written", error);
    return true;
}

/* The size in bytes of a section of this kind and shape; false on overflow. */
static bool section_size(const struct model_section *section, uint64_t *size)
{
    static const uint64_t widths[] = {[SECTION_BYTES] = 1,
                                      [SECTION_F32] = sizeof(float),
                                      [SECTION_S8] = 1,
                                      [SECTION_S8_GROUPS] = 1};
    if (__builtin_mul_overflow(section->rows, section->columns, size) ||
        __builtin_mul_overflow(*size, widths[section->kind], size) || *size > INT64_MAX / 128)
        return false;
    if (section->kind >= SECTION_S8 && *size)
        *size = model_matrix_size(section->kind, (size_t)section->rows, (size_t)section->columns);
    return true;
}

static bool check_section(const struct t5_model *model, const struct model_section *section,
                          const char *path, struct error *error)
{
    uint64_t size;
    if (!memchr(section->name, '\0', sizeof(section->name)))
        return set_damaged_error(path, "a section's name", error);
    if (section->kind < SECTION_BYTES || section->kind > SECTION_S8_GROUPS)
        return error_set(error, ERROR_MODEL,
                         "%s: section '%s' is of kind %u, which this winnow does not know", path,
                         section->name, section->kind);
    bool is_valid =
        section_size(section, &size) && size == section->size &&
        (section->kind != SECTION_BYTES || section->columns == 1) &&
        section->offset % MODEL_ALIGNMENT == 0 && section->offset >= model->header->header_size &&
        section->offset <= model->file.size && section->size <= model->file.size - section->offset;
    return is_valid || set_damaged_error(path, section->name, error);
}

static const struct model_section *find_section(const struct t5_model *model, const char *name,
                                                const char *suffix)
{
    char section_name[64];
    snprintf(section_name, sizeof(section_name), "%s%s", name, suffix);
    for (uint32_t i = 0; i < model->header->section_count; i++)
        if (strcmp(model->sections[i].name, section_name) == 0)
            return &model->sections[i];
    return NULL;
}

/* A section that a model must have, or may have if it `is_optional`. */
struct section_spec {
    const char *name, *suffix;
    enum section_kind kind;
    size_t rows, columns;
    bool is_optional;
};

/* The bytes of a section; NULL (error set) if its kind or shape is wrong, or if a required one is
 * missing. A missing optional one is NULL without an error. */
static const void *find_section_data(const struct t5_model *model, const struct section_spec *spec,
                                     const char *path, struct error *error)
{
    const struct model_section *section = find_section(model, spec->name, spec->suffix);
    if (!section) {
        if (!spec->is_optional)
            error_set(error, ERROR_MODEL, "%s: damaged model file: no section '%s%s'", path,
                      spec->name, spec->suffix);
        return NULL;
    }
    if (section->kind == spec->kind && section->rows == spec->rows &&
        section->columns == spec->columns)
        return model->file.bytes + section->offset;
    error_set(error, ERROR_MODEL,
              "%s: damaged model file: section '%s%s' is %ju x %ju, expected %zu x %zu", path,
              spec->name, spec->suffix, (uintmax_t)section->rows, (uintmax_t)section->columns,
              spec->rows, spec->columns);
    return NULL;
}

enum section_kind s8_section_kind(const struct tensor_spec *spec)
{
    return spec->group_size < spec->columns ? SECTION_S8_GROUPS : SECTION_S8;
}

static bool attach_tensor(const struct t5_model *model, const struct tensor_spec *spec,
                          const char *path, struct error *error)
{
    size_t rows = spec->rows, columns = spec->columns;
    if (spec->vector) {
        struct section_spec vector = {spec->name, "", SECTION_F32, rows, columns, false};
        *spec->vector = find_section_data(model, &vector, path, error);
        return *spec->vector != NULL;
    }
    struct section_spec packed = {spec->name, ".s8", s8_section_kind(spec), rows, columns, false};
    struct section_spec scale = {spec->name, ".scale", SECTION_F32, rows, 1, false};
    struct section_spec f32 = {spec->name, ".f32", SECTION_F32, rows, columns, true};
    struct error section_error = {0};
    *spec->matrix = (struct t5_matrix){
        .rows = rows,
        .columns = columns,
        .group_size = spec->group_size,
        .packed = find_section_data(model, &packed, path, &section_error),
        .scale = find_section_data(model, &scale, path, &section_error),
        .f32 = find_section_data(model, &f32, path, &section_error),
    };
    return section_error.kind == ERROR_NONE ||
           error_set(error, section_error.kind, "%s", section_error.message);
}

static bool attach_weights(struct t5_model *model, const char *path, struct error *error)
{
    struct tensor_list list = {0};
    list_tensors(&model->config, &model->weights, &list);
    bool attached = true;
    for (size_t i = 0; i < list.count && attached; i++)
        attached = attach_tensor(model, &list.specs[i], path, error);
    tensor_list_free(&list);
    if (model->config.has_tied_embeddings)
        model->weights.output = model->weights.embedding;
    return attached;
}

static struct text section_text(const struct t5_model *model, const struct model_section *section)
{
    return text_slice(model->file, (size_t)section->offset,
                      (size_t)(section->offset + section->size));
}

static bool find_section_text(const struct t5_model *model, const char *name, struct text *text,
                              const char *path, struct error *error)
{
    const struct model_section *section = find_section(model, name, "");
    if (!section || section->kind != SECTION_BYTES)
        return set_damaged_error(path, name, error);
    *text = section_text(model, section);
    return true;
}

static bool attach_tokenizer(struct t5_model *model, const char *path, struct error *error)
{
    struct text tables[TOKENIZER_TABLE_COUNT];
    for (size_t i = 0; i < TOKENIZER_TABLE_COUNT; i++)
        if (!find_section_text(model, model_tokenizer_sections[i], &tables[i], path, error))
            return false;
    if (!tokenizer_attach(&model->tokenizer, tables, path, error))
        return false;
    return tokenizer_count(&model->tokenizer) <= model->config.vocabulary_size ||
           set_damaged_error(path, "more pieces than the embedding has rows", error);
}

/* Fills a zeroed model whose file is mapped. */
static bool attach_sections(struct t5_model *model, const char *path, struct error *error)
{
    if (!check_header(model, path, error))
        return false;
    for (uint32_t i = 0; i < model->header->section_count; i++)
        if (!check_section(model, &model->sections[i], path, error))
            return false;
    config_from_header(&model->config, model->header);
    if (model->config.activation > T5_ACTIVATION_GELU_NEW)
        return error_set(error, ERROR_MODEL, "%s: activation %d is not known to this winnow", path,
                         (int)model->config.activation);
    hash_format(model->header->header_checksum, model->id);
    for (size_t i = 0; i < MODEL_TABLE_COUNT; i++) {
        const struct model_section *table = find_section(model, model_tables[i], "");
        if (table && table->kind != SECTION_BYTES)
            return set_damaged_error(path, model_tables[i], error);
    }
    return find_section_text(model, MODEL_PROMPTS, &model->prompts, path, error) &&
           t5_config_check(&model->config, path, error) && attach_weights(model, path, error) &&
           attach_tokenizer(model, path, error);
}

/* Imports a model of another format into an unnamed file and maps that file. */
static bool import_to_memory(const char *path, enum t5_precision precision, struct text *file,
                             struct error *error)
{
    int descriptor = memfd_create("winnow-model", MFD_CLOEXEC);
    FILE *stream = descriptor >= 0 ? fdopen(descriptor, "w+b") : NULL;
    if (!stream) {
        int saved_errno = errno;
        if (descriptor >= 0)
            close(descriptor);
        return error_set(error, ERROR_MODEL, "%s: no memory for the model: %s", path,
                         strerror(saved_errno));
    }
    struct stat status = {0};
    struct t5_import import = {.source = path, .int8_only = precision == T5_INT8};
    bool is_written = import_model(&import, stream, error);
    if (is_written && (fflush(stream) != 0 || fstat(descriptor, &status) != 0))
        is_written =
            error_set(error, ERROR_MODEL, "%s: no memory for the model: %s", path, strerror(errno));
    if (is_written) {
        void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
        if (memory == MAP_FAILED)
            is_written = error_set(error, ERROR_MODEL, "%s: %s", path, strerror(errno));
        else
            *file = (struct text){memory, (size_t)status.st_size};
    }
    fclose(stream);
    return is_written;
}

/* A hint for file systems with large pages: every step of the decoder reads all of its weights,
 * which would otherwise go through thousands of small pages. Not used if float32 weights are in
 * between, which would be read as well. */
static void advise_huge_pages(const struct t5_model *model)
{
    if (!model->weights.embedding.f32)
        madvise((void *)(uintptr_t)model->file.bytes, model->file.size, MADV_HUGEPAGE);
}

bool t5_model_open(struct t5_model **model, const char *path, enum t5_precision precision,
                   struct error *error)
{
    struct stat status;
    struct text file = {NULL, 0};
    *model = NULL;
    bool is_import = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (!is_import && !file_map(path, &file, ERROR_MODEL, error))
        return false;
    if (gguf_has_magic(file)) {
        file_unmap(file);
        is_import = true;
    }
    if (is_import && !import_to_memory(path, precision, &file, error))
        return false;
    *model = memory_alloc(1, sizeof(**model));
    (*model)->file = file;
    if (attach_sections(*model, path, error)) {
        advise_huge_pages(*model);
        return true;
    }
    t5_model_close(*model);
    *model = NULL;
    return false;
}

void t5_model_close(struct t5_model *model)
{
    if (!model)
        return;
    t5_weights_free(&model->weights);
    if (!model->unpruned) {
        tokenizer_release(&model->tokenizer);
        file_unmap(model->file);
    }
    free(model);
}

const struct t5_config *t5_model_config(const struct t5_model *model)
{
    return &model->config;
}

const struct t5_weights *t5_model_weights(const struct t5_model *model)
{
    return &model->weights;
}

const struct tokenizer *t5_model_tokenizer(const struct t5_model *model)
{
    return &model->tokenizer;
}

struct text t5_model_id(const struct t5_model *model)
{
    return text_of(model->id);
}

struct text t5_model_prompt(const struct t5_model *model, const char *key)
{
    return prompts_find(model->prompts, key);
}

struct text t5_model_section(const struct t5_model *model, const char *name)
{
    const struct model_section *section = find_section(model, name, "");
    return section && section->kind == SECTION_BYTES ? section_text(model, section)
                                                     : (struct text){0};
}

size_t t5_tokenize(const struct t5_model *model, struct text text, int32_t *ids, size_t capacity)
{
    return tokenizer_encode(&model->tokenizer, text, ids, NULL, capacity);
}

size_t t5_token_ends(const struct t5_model *model, struct text text, size_t *ends, size_t capacity)
{
    return tokenizer_encode(&model->tokenizer, text, NULL, ends, capacity);
}

size_t t5_vocabulary_size(const struct t5_model *model)
{
    return model->config.vocabulary_size;
}

size_t t5_embedding_width(const struct t5_model *model)
{
    return model->config.model_width;
}

size_t t5_encoder_layer_count(const struct t5_model *model)
{
    return model->config.encoder_layers;
}

size_t t5_decoder_layer_count(const struct t5_model *model)
{
    return model->config.decoder_layers;
}

/* The number of weights: matrices and vectors; shared ones are counted once. */
size_t t5_parameter_count(const struct t5_model *model)
{
    struct t5_weights weights = {0};
    struct tensor_list list = {0};
    size_t count = 0;
    list_tensors(&model->config, &weights, &list);
    for (size_t i = 0; i < list.count; i++)
        count += list.specs[i].rows * list.specs[i].columns;
    tensor_list_free(&list);
    t5_weights_free(&weights);
    return count;
}

struct text t5_model_describe(const struct t5_model *model, struct arena *arena)
{
    const struct t5_config *config = &model->config;
    const char *activation = config->activation == T5_ACTIVATION_RELU ? "relu" : "gelu_new";
    return arena_format(
        arena,
        "id %s\nformat_version %u\nfile_bytes %zu\nparameters %zu\nweights %s\n"
        "d_model %u\nd_kv %u\nd_ff %u\nheads %u\nencoder_layers %u\ndecoder_layers %u\n"
        "vocabulary %u\npieces %zu\nrelative_buckets %u\nrelative_distance %u\n"
        "activation %s%s\noutput_layer %s\noutput_scale %g\nnorm_epsilon %g\n"
        "pad_id %d\nend_id %d\nstart_id %d\nwindow_input %u\nwindow_output %u\nngrams "
        "%zu\nvectors %zu\nquotes %zu\npoints %zu\npoint_texts %zu\nprompts\n%.*s",
        model->id, model->header->version, model->file.size, t5_parameter_count(model),
        model->weights.embedding.f32 ? "int8 and float32" : "int8", config->model_width,
        config->head_width, config->feed_forward_width, config->heads, config->encoder_layers,
        config->decoder_layers, config->vocabulary_size, tokenizer_count(&model->tokenizer),
        config->relative_buckets, config->relative_max_distance, config->is_gated ? "gated-" : "",
        activation, config->has_tied_embeddings ? "the embedding" : "its own",
        (double)config->output_scale, (double)config->norm_epsilon, config->pad_id, config->end_id,
        config->start_id, config->recommended_input_tokens, config->recommended_output_tokens,
        t5_model_section(model, model_tables[MODEL_NGRAMS]).size,
        t5_model_section(model, model_tables[MODEL_VECTORS]).size,
        t5_model_section(model, model_tables[MODEL_QUOTES]).size,
        t5_model_section(model, model_tables[MODEL_POINTS]).size,
        t5_model_section(model, model_tables[MODEL_POINT_TEXTS]).size,
        TEXT_ARGUMENT(model->prompts));
}

bool t5_model_verify(const char *path, struct error *error)
{
    struct t5_model *model;
    if (!t5_model_open(&model, path, T5_INT8, error))
        return false;
    uint64_t digest[2];
    struct hash_stream *stream = hash_stream_create();
    hash_stream_update(stream,
                       text_slice(model->file, model->header->header_size, model->file.size));
    hash_stream_finish(stream, digest);
    bool is_valid = memcmp(digest, model->header->payload_checksum, sizeof(digest)) == 0 ||
                    set_damaged_error(path, "the checksum of its contents", error);
    t5_model_close(model);
    return is_valid;
}

bool t5_import(const struct t5_import *import, struct error *error)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, import->target, error))
        return false;
    if (import_model(import, writer.stream, error))
        return file_writer_commit(&writer, error);
    file_writer_abort(&writer);
    return false;
}
