/* import_source.c - opens a model in another format and finds its tensors. */
#include "inference/import/import_source.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

/* The names that the embedding may have; a file needs one of them. */
static const char *const embedding_names[] = {"shared.weight", "encoder.embed_tokens.weight",
                                              "decoder.embed_tokens.weight"};

const struct stored_tensor *import_source_find(const struct import_source *source,
                                               const struct tensor_spec *spec)
{
    if (source->is_gguf)
        return stored_list_find(source->tensors, spec->gguf);
    const struct stored_tensor *found = stored_list_find(source->tensors, spec->source);
    for (size_t i = 0; i < 3 && !found && strcmp(spec->source, embedding_names[0]) == 0; i++)
        found = stored_list_find(source->tensors, embedding_names[i]);
    return found;
}

bool stored_tensors_equal(const struct stored_tensor *a, const struct stored_tensor *b)
{
    return a && b && a->type == b->type && text_equal(a->bytes, b->bytes);
}

void import_source_close(struct import_source *source)
{
    safetensors_close(source->safetensors);
    gguf_close(source->gguf);
    file_unmap(source->file);
    arena_free(&source->arena);
    *source = (struct import_source){0};
}

bool import_source_open(struct import_source *source, const char *path, struct error *error)
{
    struct stat status;
    source->path = path;
    bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return is_directory ? import_directory_open(source, error) : import_gguf_open(source, error);
}
