/* fuzz_taxonomy.c - any bytes as a user's table of topics: names and phrases are read, and each
 * topic is found in a text that is its first phrase. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "stages/taxonomy.h"

static void find_phrases(const struct taxonomy *taxonomy)
{
    enum { TRIED = 64 };
    for (size_t i = 0; i < taxonomy->phrase_count && i < TRIED; i++) {
        const struct phrase *phrase = &taxonomy->phrases[i];
        bool *found = memory_alloc(taxonomy->name_count, sizeof(*found));
        if (phrase->topic >= taxonomy->name_count || phrase->text.size == 0)
            abort();
        taxonomy_find(taxonomy, phrase->text, found);
        if (!found[phrase->topic])
            abort();
        free(found);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct taxonomy taxonomy = {0};
    struct error error = {0};
    char path[64];
    int descriptor = memfd_create("fuzz", 0);
    if (write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    if (taxonomy_read(&taxonomy, text_of(path), &error))
        find_phrases(&taxonomy);
    taxonomy_close(&taxonomy);
    close(descriptor);
    return 0;
}
