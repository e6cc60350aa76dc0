/* gguf.c - reads GGUF: magic, version, tensor and setting counts, the settings, the tensor
 * descriptions, then the tensors' bytes, which start at the next multiple of the alignment.
 * Little-endian. */
#include "inference/formats/gguf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { MIN_VERSION = 2, MAX_VERSION = 3, MAX_ALIGNMENT = 1 << 20, MAX_ENTRIES = 100000 };

/* Names may have any size; messages print only their start. */
enum { MAX_SHOWN_BYTES = 256 };

/* The type numbers of the format for settings. */
enum value_type {
    VALUE_UINT8,
    VALUE_INT8,
    VALUE_UINT16,
    VALUE_INT16,
    VALUE_UINT32,
    VALUE_INT32,
    VALUE_FLOAT32,
    VALUE_BOOLEAN,
    VALUE_STRING,
    VALUE_ARRAY,
    VALUE_UINT64,
    VALUE_INT64,
    VALUE_FLOAT64,
};

struct metadata_entry {
    struct text key;
    enum value_type type; /* element type of a list */
    bool is_list;
    uint64_t count;    /* elements of a list */
    struct text bytes; /* the value, or the elements */
};

struct gguf {
    struct metadata_entry *metadata_entries;
    size_t metadata_count, metadata_capacity;
    struct stored_list list;
    uint64_t *offsets; /* offset in the tensor data, from the first tensor's first byte */
    size_t offset_capacity;
};

/* The unread rest of the file. */
struct reader {
    struct text rest;
    const char *name;
};

static bool set_damaged_error(const struct reader *reader, const char *what, struct error *error)
{
    return error_set(error, ERROR_MODEL, "%s: damaged GGUF file (%s); download it again",
                     reader->name, what);
}

static bool take_bytes(struct text *rest, uint64_t size, struct text *bytes)
{
    if (size > rest->size)
        return false;
    *bytes = text_slice(*rest, 0, (size_t)size);
    *rest = text_slice(*rest, (size_t)size, rest->size);
    return true;
}

static bool take_number(struct text *rest, void *number, size_t size)
{
    struct text bytes;
    if (!take_bytes(rest, size, &bytes))
        return false;
    memcpy(number, bytes.bytes, size);
    return true;
}

static bool take_text(struct text *rest, struct text *text)
{
    uint64_t size;
    return take_number(rest, &size, sizeof(size)) && take_bytes(rest, size, text);
}

/* Bytes of a value of fixed size; 0 for texts, lists and unknown types. */
static size_t value_size(uint32_t type)
{
    static const uint8_t sizes[] = {
        [VALUE_UINT8] = 1,   [VALUE_INT8] = 1,  [VALUE_UINT16] = 2,  [VALUE_INT16] = 2,
        [VALUE_UINT32] = 4,  [VALUE_INT32] = 4, [VALUE_FLOAT32] = 4, [VALUE_BOOLEAN] = 1,
        [VALUE_STRING] = 0,  [VALUE_ARRAY] = 0, [VALUE_UINT64] = 8,  [VALUE_INT64] = 8,
        [VALUE_FLOAT64] = 8,
    };
    return type < sizeof(sizes) ? sizes[type] : 0;
}

/* Reads `count` consecutive texts; *texts becomes all their bytes, including the sizes. */
static bool take_texts(struct text *rest, uint64_t count, struct text *texts)
{
    struct text text, begin = *rest;
    for (uint64_t i = 0; i < count; i++)
        if (!take_text(rest, &text))
            return false;
    *texts = text_slice(begin, 0, begin.size - rest->size);
    return true;
}

static bool take_values(struct text *rest, uint32_t type, uint64_t count, struct text *bytes)
{
    uint64_t size;
    if (type == VALUE_STRING)
        return take_texts(rest, count, bytes);
    return value_size(type) && !__builtin_mul_overflow(count, value_size(type), &size) &&
           take_bytes(rest, size, bytes);
}

static bool read_metadata_entry(struct gguf *gguf, struct reader *reader, struct error *error)
{
    struct metadata_entry metadata_entry = {.count = 1};
    uint32_t type;
    if (!take_text(&reader->rest, &metadata_entry.key) ||
        !take_number(&reader->rest, &type, sizeof(type)))
        return set_damaged_error(reader, "it ends within its settings", error);
    metadata_entry.is_list = type == VALUE_ARRAY;
    if (metadata_entry.is_list &&
        (!take_number(&reader->rest, &type, sizeof(type)) ||
         !take_number(&reader->rest, &metadata_entry.count, sizeof(metadata_entry.count))))
        return set_damaged_error(reader, "it ends within its settings", error);
    metadata_entry.type = (enum value_type)type;
    if (!take_values(&reader->rest, type, metadata_entry.count, &metadata_entry.bytes))
        return error_set(
            error, ERROR_MODEL,
            "%s: damaged GGUF file: the setting '%.*s' has an unknown type or is longer "
            "than the file; download it again",
            reader->name, TEXT_ARGUMENT(text_slice(metadata_entry.key, 0, MAX_SHOWN_BYTES)));
    gguf->metadata_entries = memory_grow(gguf->metadata_entries, &gguf->metadata_capacity,
                                         gguf->metadata_count + 1, sizeof(*gguf->metadata_entries));
    gguf->metadata_entries[gguf->metadata_count++] = metadata_entry;
    return true;
}

/* The type numbers of ggml for tensors. */
static const struct {
    uint32_t number;
    enum stored_type type;
    const char *name;
} tensor_types[] = {
    {0, STORED_F32, "F32"},    {1, STORED_F16, "F16"},    {30, STORED_BF16, "BF16"},
    {2, STORED_Q4_0, "Q4_0"},  {3, STORED_Q4_1, "Q4_1"},  {6, STORED_Q5_0, "Q5_0"},
    {7, STORED_Q5_1, "Q5_1"},  {8, STORED_Q8_0, "Q8_0"},  {10, STORED_Q2_K, "Q2_K"},
    {11, STORED_Q3_K, "Q3_K"}, {12, STORED_Q4_K, "Q4_K"}, {13, STORED_Q5_K, "Q5_K"},
    {14, STORED_Q6_K, "Q6_K"},
};

static void set_tensor_type(struct stored_tensor *tensor, uint32_t number, char *name_buffer,
                            size_t size)
{
    snprintf(name_buffer, size, "of ggml type %u", number);
    tensor->type_name = text_of(name_buffer);
    for (size_t i = 0; i < sizeof(tensor_types) / sizeof(*tensor_types); i++)
        if (tensor_types[i].number == number) {
            tensor->type = tensor_types[i].type;
            tensor->type_name = text_of(tensor_types[i].name);
        }
}

static bool read_tensor(struct gguf *gguf, struct reader *reader, struct error *error)
{
    struct stored_tensor tensor = {0};
    uint32_t rank, number;
    uint64_t offset;
    char type_name[32];
    if (!take_text(&reader->rest, &tensor.name) || !take_number(&reader->rest, &rank, sizeof(rank)))
        return set_damaged_error(reader, "it ends within its list of tensors", error);
    if (rank > STORED_MAX_RANK)
        return set_damaged_error(reader, "a tensor has too many dimensions", error);
    tensor.rank = rank;
    for (size_t i = rank; i-- > 0;)
        if (!take_number(&reader->rest, &tensor.shape[i], sizeof(tensor.shape[i])))
            return set_damaged_error(reader, "it ends within its list of tensors", error);
    if (!take_number(&reader->rest, &number, sizeof(number)) ||
        !take_number(&reader->rest, &offset, sizeof(offset)))
        return set_damaged_error(reader, "it ends within its list of tensors", error);
    set_tensor_type(&tensor, number, type_name, sizeof(type_name));
    gguf->offsets = memory_grow(gguf->offsets, &gguf->offset_capacity, gguf->list.count + 1,
                                sizeof(*gguf->offsets));
    gguf->offsets[gguf->list.count] = offset;
    stored_list_add(&gguf->list, tensor);
    return true;
}

static bool bind_tensor_data(struct stored_tensor *tensor, uint64_t offset, struct text data,
                             size_t alignment)
{
    uint64_t elements = 1, size = 0;
    for (size_t i = 0; i < tensor->rank; i++)
        if (__builtin_mul_overflow(elements, tensor->shape[i], &elements))
            return false;
    if (tensor->type != STORED_OTHER &&
        (!stored_byte_size(tensor->type, elements, &size) ||
         (tensor->rank && tensor->shape[tensor->rank - 1] % stored_block_values(tensor->type))))
        return false;
    if (offset % alignment || offset > data.size || size > data.size - offset)
        return false;
    tensor->bytes = text_slice(data, (size_t)offset, (size_t)(offset + size));
    return true;
}

static bool bind_tensors(struct gguf *gguf, struct text file, struct reader *reader,
                         struct error *error)
{
    int64_t alignment = 32;
    gguf_get_integer(gguf, "general.alignment", &alignment);
    if (alignment < 1 || alignment > MAX_ALIGNMENT)
        return set_damaged_error(reader, "its alignment", error);
    size_t step = (size_t)alignment, begin = file.size - reader->rest.size;
    struct text data = text_slice(file, (begin + step - 1) / step * step, file.size);
    for (size_t i = 0; i < gguf->list.count; i++) {
        struct stored_tensor *tensor = &gguf->list.tensors[i];
        if (!bind_tensor_data(tensor, gguf->offsets[i], data, step))
            return error_set(error, ERROR_MODEL,
                             "%s: damaged GGUF file: the tensor '%.*s' has a wrong shape or is "
                             "outside the file; download it again",
                             reader->name,
                             TEXT_ARGUMENT(text_slice(tensor->name, 0, MAX_SHOWN_BYTES)));
    }
    return true;
}

static bool check_version(struct reader *reader, struct error *error)
{
    uint32_t version;
    struct text magic;
    if (!take_bytes(&reader->rest, 4, &magic) || !gguf_has_magic(magic) ||
        !take_number(&reader->rest, &version, sizeof(version)))
        return set_damaged_error(reader, "its magic number or version is missing", error);
    if (version >= MIN_VERSION && version <= MAX_VERSION)
        return true;
    if (version & 0xFFFF)
        return error_set(
            error, ERROR_MODEL,
            "%s: GGUF of version %u; supported versions are %d and %d; convert the model again",
            reader->name, version, MIN_VERSION, MAX_VERSION);
    return error_set(error, ERROR_MODEL,
                     "%s: a GGUF file for big-endian machines, which is not read", reader->name);
}

static bool parse_gguf(struct gguf *gguf, struct text bytes, const char *name, struct error *error)
{
    struct reader reader = {bytes, name};
    uint64_t tensors, metadata_entries;
    if (!check_version(&reader, error))
        return false;
    if (!take_number(&reader.rest, &tensors, sizeof(tensors)) ||
        !take_number(&reader.rest, &metadata_entries, sizeof(metadata_entries)))
        return set_damaged_error(&reader, "it ends within its header", error);
    if (tensors > MAX_ENTRIES || metadata_entries > MAX_ENTRIES)
        return set_damaged_error(&reader, "it counts too many tensors or settings", error);
    for (uint64_t i = 0; i < metadata_entries; i++)
        if (!read_metadata_entry(gguf, &reader, error))
            return false;
    for (uint64_t i = 0; i < tensors; i++)
        if (!read_tensor(gguf, &reader, error))
            return false;
    return bind_tensors(gguf, bytes, &reader, error);
}

bool gguf_has_magic(struct text bytes)
{
    return text_starts_with(bytes, TEXT("GGUF"));
}

bool gguf_read(struct gguf **gguf, struct text bytes, const char *name, struct error *error)
{
    *gguf = memory_alloc(1, sizeof(**gguf));
    if (parse_gguf(*gguf, bytes, name, error))
        return true;
    gguf_close(*gguf);
    *gguf = NULL;
    return false;
}

void gguf_close(struct gguf *gguf)
{
    if (!gguf)
        return;
    stored_list_free(&gguf->list);
    free(gguf->offsets);
    free(gguf->metadata_entries);
    free(gguf);
}

const struct stored_list *gguf_tensors(const struct gguf *gguf)
{
    return &gguf->list;
}

static const struct metadata_entry *find_metadata(const struct gguf *gguf, const char *key,
                                                  bool is_list)
{
    for (size_t i = 0; i < gguf->metadata_count; i++)
        if (text_equal(gguf->metadata_entries[i].key, text_of(key)))
            return gguf->metadata_entries[i].is_list == is_list ? &gguf->metadata_entries[i] : NULL;
    return NULL;
}

/* A single value is read as a list of one. */
static bool find_scalar(const struct gguf *gguf, const char *key, struct gguf_list *list)
{
    const struct metadata_entry *metadata_entry = find_metadata(gguf, key, false);
    if (metadata_entry)
        *list = (struct gguf_list){metadata_entry->type, 1, metadata_entry->bytes};
    return metadata_entry;
}

bool gguf_get_text(const struct gguf *gguf, const char *key, struct text *value)
{
    struct gguf_list list;
    return find_scalar(gguf, key, &list) && gguf_next_text(&list, value);
}

bool gguf_get_integer(const struct gguf *gguf, const char *key, int64_t *value)
{
    struct gguf_list list;
    return find_scalar(gguf, key, &list) && gguf_next_integer(&list, value);
}

bool gguf_get_real(const struct gguf *gguf, const char *key, double *value)
{
    struct gguf_list list;
    return find_scalar(gguf, key, &list) && gguf_next_real(&list, value);
}

bool gguf_list(const struct gguf *gguf, const char *key, struct gguf_list *list)
{
    const struct metadata_entry *metadata_entry = find_metadata(gguf, key, true);
    if (metadata_entry)
        *list =
            (struct gguf_list){metadata_entry->type, metadata_entry->count, metadata_entry->bytes};
    return metadata_entry;
}

bool gguf_next_text(struct gguf_list *list, struct text *value)
{
    if (list->type != VALUE_STRING || list->count == 0)
        return false;
    list->count--;
    return take_text(&list->bytes, value);
}

bool gguf_next_integer(struct gguf_list *list, int64_t *value)
{
    struct text bytes;
    uint64_t number = 0;
    if (list->count == 0 || list->type == VALUE_FLOAT32 || list->type == VALUE_FLOAT64 ||
        !value_size(list->type) || !take_bytes(&list->bytes, value_size(list->type), &bytes))
        return false;
    list->count--;
    memcpy(&number, bytes.bytes, bytes.size);
    switch ((enum value_type)list->type) {
    case VALUE_INT8:
        *value = (int8_t)number;
        return true;
    case VALUE_INT16:
        *value = (int16_t)number;
        return true;
    case VALUE_INT32:
        *value = (int32_t)number;
        return true;
    default:
        *value = (int64_t)number;
        return list->type == VALUE_INT64 || number <= INT64_MAX;
    }
}

bool gguf_next_real(struct gguf_list *list, double *value)
{
    float single;
    if (list->count == 0)
        return false;
    if (list->type == VALUE_FLOAT32 && take_number(&list->bytes, &single, sizeof(single)))
        *value = (double)single;
    else if (list->type != VALUE_FLOAT64 || !take_number(&list->bytes, value, sizeof(*value)))
        return false;
    list->count--;
    return true;
}
