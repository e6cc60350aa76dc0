/* fuzz_huggingface.c - any bytes as the JSON files of a Hugging Face directory, whose weights and
 * vocabulary are those of a tiny model: config.json up to the first byte 0xFF, then
 * model.safetensors.index.json. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inference/t5.h"

static char directory[] = "/tmp/winnow-fuzz-XXXXXX";

static void link_file(const char *name, const char *link)
{
    char from[4096], to[256];
    if (!realpath(name, from))
        abort();
    snprintf(to, sizeof(to), "%s/%s", directory, link);
    if (symlink(from, to) != 0)
        abort();
}

static void write_file(const char *name, struct text bytes)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes.bytes, 1, bytes.size, file) != bytes.size)
        abort();
    fclose(file);
}

static void remove_directory(void)
{
    static const char *const names[] = {"weights", "spiece.model", "config.json",
                                        "model.safetensors.index.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
        remove(path);
    }
    rmdir(directory);
}

static void make_directory(void)
{
    if (!mkdtemp(directory))
        abort();
    atexit(remove_directory);
    link_file("tests/unit/data/tiny-gated/model.safetensors", "weights");
    link_file("tests/unit/data/tiny-gated/spiece.model", "spiece.model");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static bool is_made;
    if (!is_made)
        make_directory();
    is_made = true;
    struct text all = {(const char *)bytes, size};
    size_t cut = text_find(all, TEXT("\xFF"), 0);
    write_file("config.json", text_slice(all, 0, cut));
    write_file("model.safetensors.index.json", text_slice(all, cut + 1, size));
    struct error error = {0};
    struct t5_model *model;
    if (t5_model_open(&model, directory, T5_F32, &error)) {
        struct arena arena = {0};
        t5_model_describe(model, &arena);
        t5_model_close(model);
        arena_free(&arena);
    } else if (error.kind != ERROR_MODEL || !error.message[0]) {
        abort();
    }
    return 0;
}
