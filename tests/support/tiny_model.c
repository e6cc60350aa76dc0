/* tiny_model.c - writes config.json and safetensors, or GGUF, with numbers from a fixed
 * generator. */
#include "tests/support/tiny_model.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "inference/model/tensors.h"
#include "inference/tokenizer/vocabulary.h"

static const struct t5_config tiny_config = {
    .model_width = 24,
    .head_width = 6,
    .feed_forward_width = 40,
    .heads = 3,
    .encoder_layers = 2,
    .decoder_layers = 1,
    .vocabulary_size = 660,
    .relative_buckets = 8,
    .relative_max_distance = 128, /* the value that GGUF implies */
    .norm_epsilon = 1e-6f,
    .end_id = 1,
    .output_scale = 1,
    .recommended_input_tokens = 64,
    .recommended_output_tokens = 16,
};

static FILE *create_file(const char *directory, const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    if (!file)
        abort();
    return file;
}

static void write_config(const char *directory, const struct tiny_model *tiny)
{
    FILE *file = create_file(directory, "config.json");
    fprintf(file,
            "{\"model_type\": \"t5\", \"d_model\": %u, \"d_kv\": %u, \"d_ff\": %u,\n"
            " \"num_heads\": %u, \"num_layers\": %u, \"num_decoder_layers\": %u,\n"
            " \"vocab_size\": %u, \"relative_attention_num_buckets\": %u,\n"
            " \"relative_attention_max_distance\": %u, \"feed_forward_proj\": \"%s\",\n"
            " \"tie_word_embeddings\": %s, \"eos_token_id\": 1, \"pad_token_id\": 0}\n",
            tiny_config.model_width, tiny_config.head_width, tiny_config.feed_forward_width,
            tiny_config.heads, tiny_config.encoder_layers, tiny_config.decoder_layers,
            tiny_config.vocabulary_size, tiny_config.relative_buckets,
            tiny_config.relative_max_distance, tiny->is_gated ? "gated-gelu" : "relu",
            tiny->untied ? "false" : "true");
    fclose(file);
}

static void write_tokenizer(const char *directory)
{
    char bytes[65536];
    FILE *source = fopen("tests/unit/data/tokenizer/spiece.model", "rb");
    if (!source)
        abort();
    size_t size = fread(bytes, 1, sizeof(bytes), source);
    fclose(source);
    FILE *file = create_file(directory, "spiece.model");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

static bool is_named(const char *name, const char *expected_name)
{
    return expected_name && strcmp(name, expected_name) == 0;
}

static float next_random(uint32_t *random_state)
{
    *random_state = *random_state * 1664525u + 1013904223u;
    return (float)(int32_t)*random_state * (1.0f / 4294967296.0f);
}

static void write_number(FILE *file, float value, const char *type)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    if (strcmp(type, "F32") == 0) {
        fwrite(&bits, 4, 1, file);
        return;
    }
    uint16_t half = (uint16_t)(bits >> 16);
    if (strcmp(type, "F16") == 0) {
        uint32_t exponent = bits >> 23 & 0xFF;
        half = (uint16_t)(bits >> 16 & 0x8000);
        if (exponent > 112 && exponent < 143)
            half |= (uint16_t)((exponent - 112) << 10 | (bits >> 13 & 0x3FF));
    }
    fwrite(&half, 2, 1, file);
}

static void write_tensor(FILE *file, const struct tiny_model *tiny, const struct tensor_list *list,
                         size_t index)
{
    const struct tensor_spec *slot = &list->specs[index];
    uint32_t random_state = (uint32_t)index * 7919u + 1;
    for (size_t k = 0; k < slot->rows * slot->columns; k++)
        write_number(file, slot->vector && !slot->is_bias_table ? 1.0f : next_random(&random_state),
                     tiny->type ? tiny->type : "F32");
}

/* Writes tensors [begin, end) as one safetensors file and closes it. */
static void write_weights(FILE *file, const struct tiny_model *tiny, const struct tensor_list *list,
                          size_t begin, size_t end)
{
    const char *type = tiny->type ? tiny->type : "F32";
    size_t width = strcmp(type, "F32") == 0 ? 4 : 2, offset = 0;
    char *header = NULL;
    size_t header_size = 0;
    FILE *stream = open_memstream(&header, &header_size);
    fprintf(stream, "{\"__metadata__\": {\"format\": \"pt\"}");
    for (size_t i = begin; i < end; i++) {
        const struct tensor_spec *slot = &list->specs[i];
        size_t bytes = slot->rows * slot->columns * width;
        bool is_vector = slot->vector && !slot->is_bias_table;
        if (is_named(slot->source, tiny->omitted_tensor))
            continue;
        fprintf(stream, ", \"%s\": {\"dtype\": \"%s\", \"shape\": ", slot->source, type);
        if (is_vector)
            fprintf(stream, "[%zu]", slot->columns);
        else if (is_named(slot->source, tiny->transposed))
            fprintf(stream, "[%zu, %zu]", slot->columns, slot->rows);
        else
            fprintf(stream, "[%zu, %zu]", slot->rows, slot->columns);
        fprintf(stream, ", \"data_offsets\": [%zu, %zu]}", offset, offset + bytes);
        offset += bytes;
    }
    fprintf(stream, "}");
    fclose(stream);
    uint64_t size = header_size;
    fwrite(&size, sizeof(size), 1, file);
    fwrite(header, 1, header_size, file);
    free(header);
    for (size_t i = begin; i < end; i++)
        if (!is_named(list->specs[i].source, tiny->omitted_tensor))
            write_tensor(file, tiny, list, i);
    fclose(file);
}

static void write_u32(FILE *file, uint32_t number)
{
    fwrite(&number, sizeof(number), 1, file);
}

static void write_u64(FILE *file, uint64_t number)
{
    fwrite(&number, sizeof(number), 1, file);
}

static void write_gguf_text(FILE *file, struct text text)
{
    write_u64(file, text.size);
    fwrite(text.bytes, 1, text.size, file);
}

static void write_gguf_text_setting(FILE *file, const char *key, const char *value)
{
    write_gguf_text(file, text_of(key));
    write_u32(file, 8);
    write_gguf_text(file, text_of(value));
}

static void write_gguf_u32_setting(FILE *file, const char *key, uint32_t value)
{
    write_gguf_text(file, text_of(key));
    write_u32(file, 4);
    write_u32(file, value);
}

static void write_gguf_array_header(FILE *file, const char *key, uint32_t type, size_t count)
{
    write_gguf_text(file, text_of(key));
    write_u32(file, 9);
    write_u32(file, type);
    write_u64(file, count);
}

/* The pieces of spiece.model, then a filler for each further row of the embedding. */
static void write_gguf_vocabulary(FILE *file)
{
    struct arena arena = {0};
    struct text bytes;
    struct vocabulary vocabulary = {0};
    const char *path = "tests/unit/data/tokenizer/spiece.model";
    if (!file_read(path, (struct file_limits){1 << 20, ERROR_MODEL}, &arena, &bytes, NULL) ||
        !sentencepiece_read(bytes, path, &vocabulary, NULL))
        abort();
    while (vocabulary.count < tiny_config.vocabulary_size)
        vocabulary_add_piece(&vocabulary, (struct vocabulary_piece){
                                              arena_format(&arena, "[PAD%zu]", vocabulary.count),
                                              -10000, PIECE_UNUSED});
    write_gguf_array_header(file, "tokenizer.ggml.tokens", 8, vocabulary.count);
    for (size_t i = 0; i < vocabulary.count; i++)
        write_gguf_text(file, vocabulary.pieces[i].text);
    write_gguf_array_header(file, "tokenizer.ggml.scores", 6, vocabulary.count);
    for (size_t i = 0; i < vocabulary.count; i++)
        write_number(file, (float)vocabulary.pieces[i].score, "F32");
    write_gguf_array_header(file, "tokenizer.ggml.token_type", 5, vocabulary.count);
    for (size_t i = 0; i < vocabulary.count; i++)
        write_u32(file, vocabulary.pieces[i].kind);
    write_gguf_array_header(file, "tokenizer.ggml.precompiled_charsmap", 1,
                            vocabulary.charsmap.size);
    fwrite(vocabulary.charsmap.bytes, 1, vocabulary.charsmap.size, file);
    vocabulary_free(&vocabulary);
    arena_free(&arena);
}

static void write_gguf_padding(FILE *file)
{
    while (ftell(file) % 32)
        putc(0, file);
}

static void write_gguf(const char *directory, const struct tiny_model *tiny,
                       const struct tensor_list *list)
{
    FILE *file = create_file(directory, "model.gguf");
    const char *type = tiny->type ? tiny->type : "F32";
    uint32_t number = strcmp(type, "F32") == 0 ? 0 : strcmp(type, "F16") == 0 ? 1 : 30;
    size_t offset = 0, width = number ? 2 : 4;
    fwrite("GGUF", 1, 4, file);
    write_u32(file, 3);
    write_u64(file, list->count);
    write_u64(file, 13);
    write_gguf_text_setting(file, "general.architecture", "t5");
    write_gguf_text_setting(file, "tokenizer.ggml.model", "t5");
    write_gguf_u32_setting(file, "t5.embedding_length", tiny_config.model_width);
    write_gguf_u32_setting(file, "t5.feed_forward_length", tiny_config.feed_forward_width);
    write_gguf_u32_setting(file, "t5.attention.head_count", tiny_config.heads);
    write_gguf_u32_setting(file, "t5.attention.key_length", tiny_config.head_width);
    write_gguf_u32_setting(file, "t5.block_count", tiny_config.encoder_layers);
    write_gguf_u32_setting(file, "t5.decoder_block_count", tiny_config.decoder_layers);
    write_gguf_u32_setting(file, "t5.attention.relative_buckets_count",
                           tiny_config.relative_buckets);
    write_gguf_vocabulary(file); /* four settings */
    for (size_t i = 0; i < list->count; i++) {
        const struct tensor_spec *slot = &list->specs[i];
        bool is_vector = slot->vector && !slot->is_bias_table;
        write_gguf_text(file, text_of(slot->gguf));
        write_u32(file, is_vector ? 1 : 2);
        write_u64(file, slot->columns);
        if (!is_vector)
            write_u64(file, slot->rows);
        write_u32(file, number);
        write_u64(file, offset);
        offset += (slot->rows * slot->columns * width + 31) / 32 * 32;
    }
    for (size_t i = 0; i < list->count; i++) {
        write_gguf_padding(file);
        write_tensor(file, tiny, list, i);
    }
    fclose(file);
}

char *tiny_model_create(const struct tiny_model *tiny)
{
    char *directory = strdup("/tmp/winnow-test-XXXXXX");
    if (!directory || !mkdtemp(directory))
        abort();
    struct t5_config config = tiny_config;
    struct t5_weights weights = {0};
    struct tensor_list list = {0};
    config.is_gated = tiny->is_gated;
    config.has_tied_embeddings = !tiny->untied;
    list_tensors(&config, &weights, &list);
    write_config(directory, tiny);
    write_tokenizer(directory);
    if (!tiny->sharded) {
        write_weights(create_file(directory, "model.safetensors"), tiny, &list, 0, list.count);
    } else {
        size_t half = list.count / 2;
        write_weights(create_file(directory, "model-1.safetensors"), tiny, &list, 0, half);
        write_weights(create_file(directory, "model-2.safetensors"), tiny, &list, half, list.count);
        FILE *index = create_file(directory, "model.safetensors.index.json");
        fprintf(index, "{\"weight_map\": {");
        for (size_t i = 0; i < list.count; i++)
            fprintf(index, "%s\"%s\": \"model-%d.safetensors\"", i ? ", " : "",
                    list.specs[i].source, i < half ? 1 : 2);
        fprintf(index, "}}");
        fclose(index);
    }
    if (tiny->gguf)
        write_gguf(directory, tiny, &list);
    tensor_list_free(&list);
    t5_weights_free(&weights);
    return directory;
}

void tiny_model_remove(char *directory)
{
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries)
        closedir(entries);
    rmdir(directory);
    free(directory);
}
