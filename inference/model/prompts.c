/* prompts.c - reads a model's prompts from an INI file, or takes those of the Flan-T5 family. */
#include "inference/model/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/memory.h"

enum { MAX_PROMPTS_BYTES = 1024 * 1024 };

static const char flan_t5_prompts[] =
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
    "summary.max_tokens=80\n";

struct line_buffer {
    char *bytes;
    size_t size, capacity;
};

static void append_text(struct line_buffer *line_buffer, struct text text)
{
    line_buffer->bytes = memory_grow(line_buffer->bytes, &line_buffer->capacity,
                                     line_buffer->size + text.size + 1, 1);
    if (text.size)
        memcpy(line_buffer->bytes + line_buffer->size, text.bytes, text.size);
    line_buffer->size += text.size;
}

static bool append_setting(void *user, const struct ini_setting *setting, struct error *error)
{
    struct line_buffer *line_buffer = user;
    (void)error;
    if (setting->section.size) {
        append_text(line_buffer, setting->section);
        append_text(line_buffer, TEXT("."));
    }
    append_text(line_buffer, setting->key);
    append_text(line_buffer, TEXT("="));
    append_text(line_buffer, setting->value);
    append_text(line_buffer, TEXT("\n"));
    return true;
}

bool prompts_read(const char *path, struct arena *arena, struct text *lines, struct error *error)
{
    struct ini_source source = {.name = path, .error_kind = ERROR_MODEL};
    if (!path) {
        *lines = TEXT(flan_t5_prompts);
        return true;
    }
    struct line_buffer line_buffer = {0};
    bool read = file_read(path, (struct file_limits){MAX_PROMPTS_BYTES, ERROR_MODEL}, arena,
                          &source.bytes, error) &&
                ini_read(&source, append_setting, &line_buffer, error);
    if (read)
        *lines = arena_copy_text(arena, (struct text){line_buffer.bytes, line_buffer.size});
    free(line_buffer.bytes);
    return read;
}

struct text prompts_find(struct text lines, const char *key)
{
    struct text line, key_text = text_of(key);
    while (text_split(&lines, '\n', &line))
        if (text_starts_with(line, key_text) && line.size > key_text.size &&
            line.bytes[key_text.size] == '=')
            return text_slice(line, key_text.size + 1, line.size);
    return (struct text){NULL, 0};
}
