/* fuzz_taxonomy.c - any bytes as a user's list of topics: a topic is found in a text that is one of
 * its phrases, unless an excluded phrase prevents it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "stages/tasks/taxonomy.h"

static bool has_exclusions(const struct taxonomy *taxonomy, size_t topic)
{
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        if (taxonomy->phrases[i].topic == topic && taxonomy->phrases[i].is_exclusion)
            return true;
    return false;
}

static void find_phrases(const struct taxonomy *taxonomy)
{
    enum { TRIED = 64 };
    for (size_t i = 0; i < taxonomy->phrase_count && i < TRIED; i++) {
        const struct topic_phrase *phrase = &taxonomy->phrases[i];
        enum topic_match *topic_matches =
            memory_alloc(taxonomy->names.count, sizeof(*topic_matches));
        if (phrase->topic >= taxonomy->names.count || phrase->text.size == 0)
            abort();
        taxonomy_match_topics(taxonomy, phrase->text, topic_matches);
        if (topic_matches[phrase->topic] == TOPIC_MATCH_NONE ||
            (topic_matches[phrase->topic] == TOPIC_MATCH_EXCLUSION &&
             !has_exclusions(taxonomy, phrase->topic)))
            abort();
        free(topic_matches);
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
    if (taxonomy_read_file(&taxonomy, text_of(path), &error))
        find_phrases(&taxonomy);
    taxonomy_close(&taxonomy);
    close(descriptor);
    return 0;
}
