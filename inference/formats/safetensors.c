/* safetensors.c - reads safetensors: an eight-byte size, a JSON header, then the tensors'
 * bytes. */
#include "inference/formats/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

enum { MAX_HEADER_BYTES = 100 * 1024 * 1024, MAX_INDEX_BYTES = 64 * 1024 * 1024 };

struct safetensors {
    struct stored_list list;
    struct text *mapped_files; /* the files */
    size_t map_count, map_capacity;
    struct arena paths;
};

static bool set_damaged_error(const char *file, const char *what, struct error *error)
{
    return error_set(error, ERROR_MODEL, "%s: damaged safetensors file (%s); download it again",
                     file, what);
}

static enum stored_type stored_type_of(struct text name)
{
    if (text_equal(name, TEXT("F32")))
        return STORED_F32;
    if (text_equal(name, TEXT("F16")))
        return STORED_F16;
    return text_equal(name, TEXT("BF16")) ? STORED_BF16 : STORED_OTHER;
}

/* A non-negative integer. */
static bool read_unsigned(const struct json *value, uint64_t *number)
{
    int64_t integer;
    if (!json_to_integer(value, &integer) || integer < 0)
        return false;
    *number = (uint64_t)integer;
    return true;
}

static bool read_tensor(const struct json *entry, struct text data, struct stored_tensor *tensor)
{
    const struct json *shape = json_member(entry, "shape");
    const struct json *offsets = json_member(entry, "data_offsets");
    uint64_t begin, end, elements = 1, size;
    tensor->rank = json_count(shape);
    if (json_kind_of(shape) != JSON_KIND_ARRAY || tensor->rank > STORED_MAX_RANK ||
        !read_unsigned(json_element(offsets, 0), &begin) ||
        !read_unsigned(json_element(offsets, 1), &end) || begin > end || end > data.size)
        return false;
    for (size_t i = 0; i < tensor->rank; i++)
        if (!read_unsigned(json_element(shape, i), &tensor->shape[i]) ||
            __builtin_mul_overflow(elements, tensor->shape[i], &elements))
            return false;
    tensor->bytes = text_slice(data, (size_t)begin, (size_t)end);
    if (tensor->type == STORED_OTHER)
        return true;
    return stored_byte_size(tensor->type, elements, &size) && size == end - begin;
}

static bool read_tensors(struct safetensors *tensors, const struct json *header, struct text data,
                         const char *file, struct error *error)
{
    void *position = NULL;
    struct text name;
    const struct json *entry;
    while (json_next_member(header, &position, &name, &entry)) {
        if (text_equal(name, TEXT("__metadata__")))
            continue;
        struct text type = json_text(json_member(entry, "dtype"));
        struct stored_tensor tensor = {
            .name = name, .type = stored_type_of(type), .type_name = type};
        if (!read_tensor(entry, data, &tensor))
            return error_set(error, ERROR_MODEL,
                             "%s: damaged safetensors file: the tensor '%.*s' has a wrong shape or "
                             "is outside the file",
                             file, TEXT_ARGUMENT(name));
        stored_list_add(&tensors->list, tensor);
    }
    return true;
}

static bool add_file(struct safetensors *tensors, struct text bytes, const char *file,
                     struct error *error)
{
    uint64_t size;
    if (bytes.size < sizeof(size))
        return set_damaged_error(file, "shorter than its header", error);
    memcpy(&size, bytes.bytes, sizeof(size));
    if (size > bytes.size - sizeof(size) || size > MAX_HEADER_BYTES)
        return set_damaged_error(file, "shorter than its header", error);
    size_t begin = sizeof(size) + (size_t)size;
    struct error json_error = {0};
    struct json *header =
        json_read(text_slice(bytes, sizeof(size), begin), NULL, ERROR_MODEL, &json_error);
    if (!header)
        return set_damaged_error(file, json_error.message, error);
    bool read = json_kind_of(header) == JSON_KIND_OBJECT ||
                set_damaged_error(file, "its header is not an object", error);
    read = read && read_tensors(tensors, header, text_slice(bytes, begin, bytes.size), file, error);
    json_free(header);
    return read;
}

static bool map_file(struct safetensors *tensors, const char *directory, struct text name,
                     struct error *error)
{
    struct text bytes;
    const char *path =
        arena_format(&tensors->paths, "%s/%.*s", directory, TEXT_ARGUMENT(name)).bytes;
    if (!file_map(path, &bytes, ERROR_MODEL, error))
        return false;
    tensors->mapped_files = memory_grow(tensors->mapped_files, &tensors->map_capacity,
                                        tensors->map_count + 1, sizeof(*tensors->mapped_files));
    tensors->mapped_files[tensors->map_count++] = bytes;
    return add_file(tensors, bytes, path, error);
}

static bool has_name(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(names[i], name))
            return true;
    return false;
}

/* Maps each shard that the index names, in order of first mention. */
static bool map_shards(struct safetensors *tensors, const char *directory, const char *index_path,
                       struct error *error)
{
    struct text bytes;
    struct error json_error = {0};
    if (!file_read(index_path, (struct file_limits){MAX_INDEX_BYTES, ERROR_MODEL}, &tensors->paths,
                   &bytes, error))
        return false;
    struct json *index = json_read(bytes, NULL, ERROR_MODEL, &json_error);
    if (!index)
        return error_set(error, ERROR_MODEL, "%s: %s", index_path, json_error.message);
    struct text *shards = NULL, tensor;
    size_t count = 0, capacity = 0;
    void *position = NULL;
    const struct json *value;
    bool mapped = true;
    while (mapped &&
           json_next_member(json_member(index, "weight_map"), &position, &tensor, &value)) {
        struct text shard = json_text(value);
        if (has_name(shards, count, shard))
            continue;
        if (shard.size == 0 || memchr(shard.bytes, '/', shard.size)) {
            mapped = error_set(error, ERROR_MODEL,
                               "%s: '%.*s' is not the name of a file in the same folder",
                               index_path, TEXT_ARGUMENT(shard));
            break;
        }
        shards = memory_grow(shards, &capacity, count + 1, sizeof(*shards));
        shards[count++] = shard;
        mapped = map_file(tensors, directory, shard, error);
    }
    if (mapped && count == 0)
        mapped = error_set(error, ERROR_MODEL, "%s: weight_map names no files", index_path);
    free(shards);
    json_free(index);
    return mapped;
}

static bool open_directory(struct safetensors *tensors, const char *directory, struct error *error)
{
    struct text single_file_name = TEXT("model.safetensors");
    const char *path = arena_format(&tensors->paths, "%s/model.safetensors", directory).bytes;
    const char *index =
        arena_format(&tensors->paths, "%s/model.safetensors.index.json", directory).bytes;
    if (access(path, F_OK) == 0)
        return map_file(tensors, directory, single_file_name, error);
    if (access(index, F_OK) == 0)
        return map_shards(tensors, directory, index, error);
    const char *pytorch_path =
        arena_format(&tensors->paths, "%s/pytorch_model.bin", directory).bytes;
    if (access(pytorch_path, F_OK) == 0)
        return error_set(error, ERROR_MODEL,
                         "%s: the weights are there as pytorch_model.bin only, which is not read; "
                         "save the model again with safe_serialization=True",
                         directory);
    return error_set(error, ERROR_MODEL,
                     "%s: neither model.safetensors nor model.safetensors.index.json is there",
                     directory);
}

bool safetensors_open(struct safetensors **tensors, const char *directory, struct error *error)
{
    *tensors = memory_alloc(1, sizeof(**tensors));
    if (open_directory(*tensors, directory, error))
        return true;
    safetensors_close(*tensors);
    *tensors = NULL;
    return false;
}

bool safetensors_read(struct safetensors **tensors, struct text bytes, const char *name,
                      struct error *error)
{
    *tensors = memory_alloc(1, sizeof(**tensors));
    if (add_file(*tensors, bytes, name, error))
        return true;
    safetensors_close(*tensors);
    *tensors = NULL;
    return false;
}

void safetensors_close(struct safetensors *tensors)
{
    if (!tensors)
        return;
    for (size_t i = 0; i < tensors->map_count; i++)
        file_unmap(tensors->mapped_files[i]);
    stored_list_free(&tensors->list);
    arena_free(&tensors->paths);
    free(tensors->mapped_files);
    free(tensors);
}

const struct stored_list *safetensors_tensors(const struct safetensors *tensors)
{
    return &tensors->list;
}
