/* model_format.h - the binary format of a model file: header, section table, sections.
 * Little-endian, mapped and used in place. docs/MODEL.md describes it in words. */
#ifndef INFERENCE_MODEL_MODEL_FORMAT_H
#define INFERENCE_MODEL_MODEL_FORMAT_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "inference/model/model.h"
#include "inference/tokenizer/vocabulary.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "model files are mapped and used in place");

#define MODEL_MAGIC "WINNOW\0\x1A" /* 8 bytes, not NUL-terminated */

enum { MODEL_VERSION = 2, MODEL_ALIGNMENT = 64, MODEL_MAX_SECTIONS = 100000 };

enum section_kind {
    SECTION_BYTES = 1,     /* rows bytes; columns is 1 */
    SECTION_F32 = 2,       /* float [rows][columns] */
    SECTION_S8 = 3,        /* int8 [rows][columns] in [-127, 127], laid out as kernels/packed.h
                            * describes */
    SECTION_S8_GROUPS = 4, /* the same in groups of T5_QUANTIZATION_GROUP columns */
};

enum model_flag { MODEL_GATED = 1, MODEL_TIED = 2 };

struct model_header {
    char magic[8];
    uint32_t version;
    uint32_t header_size;         /* size of header and section table; the sections follow */
    uint64_t header_checksum;     /* hash_combine of header and table, with this field as 0 */
    uint64_t payload_checksum[2]; /* xxh3-128 (low, high) of all bytes from header_size on */
    uint64_t file_size;
    uint32_t section_count;
    uint32_t model_width, head_width, feed_forward_width, heads;
    uint32_t encoder_layers, decoder_layers, vocabulary_size;
    uint32_t relative_buckets, relative_max_distance;
    uint32_t activation, flags;
    float output_scale, norm_epsilon;
    int32_t pad_id, end_id, start_id;
    uint32_t recommended_input_tokens, recommended_output_tokens;
    uint32_t reserved[5]; /* reserved: 0 */
};

static_assert(sizeof(struct model_header) == 144, "no hidden padding");

struct model_section {
    char name[48]; /* NUL-terminated */
    uint32_t kind, reserved;
    uint64_t rows, columns;
    uint64_t offset; /* from the start of the file, a multiple of MODEL_ALIGNMENT */
    uint64_t size;   /* bytes */
};

static_assert(sizeof(struct model_section) == 88, "no hidden padding");

/* An open model. */
struct t5_model {
    struct text file; /* the mapped file */
    const struct model_header *header;
    const struct model_section *sections;
    struct t5_config config;
    struct t5_weights weights;
    struct tokenizer tokenizer;
    struct text prompts;
    char id[17];
    /* If this model is a pruned view: the whole model, which owns file and tokenizer; otherwise
     * NULL. Then the layers that the view leaves out. */
    const struct t5_model *unpruned;
    struct t5_layer_mask removed_layers;
};

/* The sections of the tokenizer's tables, by enum tokenizer_table. */
extern const char *const model_tokenizer_sections[];

#define MODEL_PROMPTS "prompts" /* lines `section.key=value`, in file order */

/* Optional sections of bytes that the engine does not read; stages do (t5_model_section). */
enum model_table {
    MODEL_NGRAMS,
    MODEL_VECTORS,
    MODEL_QUOTES,
    MODEL_POINTS,
    MODEL_POINT_TEXTS,
    MODEL_TABLE_COUNT
};

/* Their names, which are also those of the files in a model's directory, without ".s8". */
extern const char *const model_tables[];

/* The kind of the section with the int8 values of a matrix. */
struct tensor_spec;
enum section_kind s8_section_kind(const struct tensor_spec *spec);

/* The size in bytes of an int8 matrix in a section of this kind. */
size_t model_matrix_size(enum section_kind kind, size_t rows, size_t columns);

/* hash_combine (base/hash.h) of a header and its table, computed with the checksum field as 0. */
uint64_t model_header_checksum(const struct model_header *header,
                               const struct model_section *sections);

void model_header_from_config(struct model_header *header, const struct t5_config *config);

/* Writes the model of a Hugging Face directory or a GGUF file to a seekable stream (t5_import's
 * `target` is ignored). Errors of the stream itself are left in it. */
bool import_model(const struct t5_import *import, FILE *stream, struct error *error);

#endif
