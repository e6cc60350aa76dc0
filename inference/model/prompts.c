/* prompts.c - a model's prompts: from an INI file, or those of the Flan-T5 family. */
#include "inference/model/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/memory.h"

enum { MOST_PROMPTS_BYTES = 1024 * 1024 };

static const char flan_prompts[] =
    "window.input=512\n"
    "window.output=96\n"
    "sentiment.input=Review: {text} Is this review positive, neutral or negative?\n"
    "sentiment.decoder=\n"
    "sentiment.positive=positive\n"
    "sentiment.neutral=neutral\n"
    "sentiment.negative=negative\n"
    "sentiment.temperature=1.0\n"
    "sentiment.bias_positive=0\n"
    "sentiment.bias_neutral=0\n"
    "sentiment.bias_negative=0\n"
    "sentiment.undetected_below=0.45\n"
    "topics.input=Review: {text} Which topics does this review mention, and is each positive, "
    "neutral or negative?\n"
    "topics.decoder=\n"
    "topics.none=none\n"
    "topics.item={topic} {polarity}\n"
    "topics.polarities=positive,neutral,negative\n"
    "topics.topics=price,quality,durability,delivery,packaging,size,comfort,look,performance,"
    "battery,screen,sound,usability,software,account,payment,refund,service,staff,waiting,food,"
    "drink,cleanliness,location,room,facilities,atmosphere,communication,safety\n"
    "topics.max_items=4\n"
    "summary.input=Customer reviews: {text} Summarize what the customers say in one or two "
    "sentences.\n"
    "summary.separator=|\n"
    "summary.decoder=\n"
    "summary.max_tokens=80\n"
    "summary.no_repeat_ngram=3\n";

struct collected {
    char *bytes;
    size_t size, capacity;
};

static void collect(struct collected *collected, struct text text)
{
    collected->bytes =
        memory_grow(collected->bytes, &collected->capacity, collected->size + text.size + 1, 1);
    if (text.size)
        memcpy(collected->bytes + collected->size, text.bytes, text.size);
    collected->size += text.size;
}

static bool collect_setting(void *user, struct text section, struct text key, struct text value,
                            size_t line, struct error *error)
{
    struct collected *collected = user;
    (void)line;
    (void)error;
    if (section.size) {
        collect(collected, section);
        collect(collected, TEXT("."));
    }
    collect(collected, key);
    collect(collected, TEXT("="));
    collect(collected, value);
    collect(collected, TEXT("\n"));
    return true;
}

bool prompts_read(const char *path, struct arena *arena, struct text *lines, struct error *error)
{
    struct text bytes;
    if (!path) {
        *lines = TEXT(flan_prompts);
        return true;
    }
    struct collected collected = {0};
    bool read = file_read(path, MOST_PROMPTS_BYTES, arena, &bytes, ERROR_MODEL, error) &&
                ini_read(bytes, path, ERROR_MODEL, collect_setting, &collected, error);
    if (read)
        *lines = arena_copy(arena, (struct text){collected.bytes, collected.size});
    free(collected.bytes);
    return read;
}

struct text prompts_find(struct text lines, const char *key)
{
    struct text line, wanted = text_of(key);
    while (text_split(&lines, '\n', &line))
        if (text_starts_with(line, wanted) && line.size > wanted.size &&
            line.bytes[wanted.size] == '=')
            return text_slice(line, wanted.size + 1, line.size);
    return (struct text){NULL, 0};
}
