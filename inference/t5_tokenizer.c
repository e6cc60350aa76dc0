/* t5_tokenizer.c - opens a tokenizer without its model, from any file or directory that contains
 * one. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "inference/model/model_format.h"

struct t5_tokenizer {
    struct t5_model *model; /* NULL if the file contains only a tokenizer */
    struct tokenizer *standalone;
};

/* False if the file cannot be opened: the attempt to open it as a tokenizer reports the reason. */
static bool is_model_file(const char *path)
{
    char magic[8];
    FILE *file = fopen(path, "rb");
    bool is_model = file && fread(magic, sizeof(magic), 1, file) == 1 &&
                    memcmp(magic, MODEL_MAGIC, sizeof(magic)) == 0;
    if (file)
        fclose(file);
    return is_model;
}

static bool open_directory_tokenizer(struct tokenizer **tokenizer, const char *directory,
                                     struct error *error)
{
    struct arena arena = {0};
    struct text path = tokenizer_find(directory, &arena, error);
    bool result = path.size && tokenizer_open(tokenizer, path.bytes, error);
    arena_free(&arena);
    return result;
}

bool t5_tokenizer_open(struct t5_tokenizer **tokenizer, const char *path, struct error *error)
{
    struct stat status;
    struct t5_tokenizer result = {0};
    bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    *tokenizer = NULL;
    if (!(is_directory          ? open_directory_tokenizer(&result.standalone, path, error)
          : is_model_file(path) ? t5_model_open(&result.model, path, T5_INT8, error)
                                : tokenizer_open(&result.standalone, path, error)))
        return false;
    *tokenizer = memory_alloc(1, sizeof(**tokenizer));
    **tokenizer = result;
    return true;
}

void t5_tokenizer_close(struct t5_tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    t5_model_close(tokenizer->model);
    tokenizer_close(tokenizer->standalone);
    free(tokenizer);
}

static const struct tokenizer *underlying_tokenizer(const struct t5_tokenizer *tokenizer)
{
    return tokenizer->standalone ? tokenizer->standalone : t5_model_tokenizer(tokenizer->model);
}

size_t t5_tokenizer_encode(const struct t5_tokenizer *tokenizer, struct text text, int32_t *ids,
                           size_t *ends, size_t capacity)
{
    return tokenizer_encode(underlying_tokenizer(tokenizer), text, ids, ends, capacity);
}

int32_t t5_tokenizer_end_id(const struct t5_tokenizer *tokenizer)
{
    return tokenizer->model ? t5_model_config(tokenizer->model)->end_id
                            : tokenizer_end_id(tokenizer->standalone);
}
