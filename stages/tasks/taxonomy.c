/* taxonomy.c - reading a list of topics, and finding their phrases. */
#include "stages/tasks/taxonomy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum { MOST_BYTES = 1 << 20, MOST_COLUMNS = 64 };

/* ---- Phrases ---- */

static void add_phrases(struct taxonomy *taxonomy, size_t topic, struct text list)
{
    struct text rest = list, phrase;
    while (text_split(&rest, ';', &phrase)) {
        phrase = text_trim(phrase);
        bool is_exception = text_starts_with(phrase, TEXT("!"));
        phrase = text_trim(text_slice(phrase, is_exception, phrase.size));
        struct text key = normalize_key(phrase, &taxonomy->arena);
        if (key.size == 0)
            continue;
        taxonomy->phrases = memory_grow(taxonomy->phrases, &taxonomy->phrase_capacity,
                                        taxonomy->phrase_count + 1, sizeof(*taxonomy->phrases));
        taxonomy->phrases[taxonomy->phrase_count++] =
            (struct phrase){arena_copy(&taxonomy->arena, key), topic, is_exception};
    }
}

/* The kind of the character that ends before `at`, or that begins there. */
static enum letter kind_before(struct text text, size_t at)
{
    size_t begin = at, size;
    while (begin > 0 && ((unsigned char)text.bytes[--begin] & 0xC0) == 0x80)
        ;
    return at > 0 ? normalize_letter(utf8_decode(text, begin, &size)) : LETTER_NONE;
}

static enum letter kind_at(struct text text, size_t at)
{
    size_t size;
    return at < text.size ? normalize_letter(utf8_decode(text, at, &size)) : LETTER_NONE;
}

/* Whether a phrase may begin at `at`, or end at `end`. */
static bool may_begin(struct text text, size_t at)
{
    enum letter first = kind_at(text, at), before = kind_before(text, at);
    return first == LETTER_NONE || before == LETTER_NONE ||
           (before == LETTER_DIGIT && first == LETTER_DENSE);
}

static bool may_end(struct text text, size_t end)
{
    enum letter last = kind_before(text, end), next = kind_at(text, end);
    return last == LETTER_NONE || last == LETTER_DENSE || next == LETTER_NONE ||
           next == LETTER_DENSE;
}

static void index_phrases(struct taxonomy *taxonomy)
{
    size_t *first = taxonomy->first, next[256];
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        first[(unsigned char)taxonomy->phrases[i].text.bytes[0] + 1]++;
    for (size_t byte = 0; byte < 256; byte++)
        first[byte + 1] += next[byte] = first[byte];
    taxonomy->by_byte =
        arena_alloc(&taxonomy->arena, taxonomy->phrase_count, sizeof(const struct phrase *));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < taxonomy->phrase_count; i++) {
            const struct phrase *phrase = &taxonomy->phrases[i];
            if (phrase->is_exception == (pass == 0))
                taxonomy->by_byte[next[(unsigned char)phrase->text.bytes[0]]++] = phrase;
        }
}

/* namings[topic - begin] of each topic of [begin, end). */
static void find(const struct taxonomy *taxonomy, struct text text, size_t begin, size_t end,
                 enum naming *namings)
{
    struct arena arena = {0};
    struct text key = normalize_key(text, &arena);
    size_t *exempt = arena_alloc(&arena, end - begin, sizeof(*exempt)); /* up to here */
    for (size_t at = 0, size; at < key.size; at += size) {
        utf8_decode(key, at, &size);
        if (!may_begin(key, at))
            continue;
        struct text rest = text_slice(key, at, key.size);
        size_t byte = (unsigned char)key.bytes[at];
        for (size_t i = taxonomy->first[byte]; i < taxonomy->first[byte + 1]; i++) {
            const struct phrase *phrase = taxonomy->by_byte[i];
            if (phrase->topic < begin || phrase->topic >= end)
                continue;
            size_t topic = phrase->topic - begin, behind = at + phrase->text.size;
            if (namings[topic] == NAMING_PHRASE || behind <= exempt[topic] ||
                !text_starts_with(rest, phrase->text) || !may_end(key, behind))
                continue;
            namings[topic] = phrase->is_exception ? NAMING_EXCEPTION : NAMING_PHRASE;
            if (phrase->is_exception)
                exempt[topic] = behind;
        }
    }
    arena_free(&arena);
}

void taxonomy_find(const struct taxonomy *taxonomy, struct text text, enum naming *namings)
{
    memset(namings, 0, taxonomy->name_count * sizeof(*namings));
    find(taxonomy, text, 0, taxonomy->name_count, namings);
}

bool taxonomy_names(const struct taxonomy *taxonomy, struct text text, size_t topic)
{
    enum naming naming = NAMING_NONE;
    find(taxonomy, text, topic, topic + 1, &naming);
    return naming == NAMING_PHRASE;
}

size_t taxonomy_place(const struct taxonomy *taxonomy, struct text name)
{
    size_t place = 0;
    while (place < taxonomy->name_count && !text_equal(taxonomy->names[place], name))
        place++;
    return place;
}

bool taxonomy_of_model(struct taxonomy *taxonomy, const struct t5_model *model)
{
    struct text by = t5_model_prompt(model, "topics.by");
    if (!text_equal(by, TEXT("phrases")) && !text_equal(by, TEXT("both")))
        return false;
    struct text rest = t5_model_prompt(model, "topics.topics"), name;
    taxonomy->names = arena_alloc(&taxonomy->arena, rest.size + 1, sizeof(*taxonomy->names));
    while (text_split(&rest, ',', &name)) {
        name = text_trim(name);
        if (name.size == 0)
            continue;
        struct text key = arena_format(&taxonomy->arena, "phrases.%.*s", TEXT_ARGUMENT(name));
        taxonomy->names[taxonomy->name_count] = name;
        add_phrases(taxonomy, taxonomy->name_count++, t5_model_prompt(model, key.bytes));
    }
    index_phrases(taxonomy);
    return taxonomy->phrase_count > 0;
}

/* ---- A comma table ---- */

struct table_reader {
    struct text rest;
    char *out; /* where fields go, quotes resolved: never longer than the rest */
    size_t line;
};

/* The fields of one row; false when a quote never closes. */
static bool read_fields(struct table_reader *reader, struct text *fields, size_t *count)
{
    char *begin = reader->out;
    bool quoted = false, ended = false;
    size_t at = 0;
    *count = 0;
    for (; at < reader->rest.size && !ended; at++) {
        char byte = reader->rest.bytes[at];
        reader->line += byte == '\n';
        if (byte == '"' && quoted && at + 1 < reader->rest.size &&
            reader->rest.bytes[at + 1] == '"')
            *reader->out++ = reader->rest.bytes[at++];
        else if (byte == '"')
            quoted = !quoted;
        else if (!quoted && (byte == ',' || byte == '\n')) {
            if (*count < MOST_COLUMNS)
                fields[(*count)++] = text_trim((struct text){begin, (size_t)(reader->out - begin)});
            begin = reader->out;
            ended = byte == '\n';
        } else
            *reader->out++ = byte;
    }
    if (!ended && *count < MOST_COLUMNS)
        fields[(*count)++] = text_trim((struct text){begin, (size_t)(reader->out - begin)});
    reader->rest = text_slice(reader->rest, at, reader->rest.size);
    return !quoted;
}

/* The rows behind the line of names. */
static bool read_rows(struct taxonomy *taxonomy, const char *path, struct table_reader *reader,
                      const struct text *names, size_t column_count, size_t topic_column,
                      struct error *error)
{
    struct text fields[MOST_COLUMNS];
    taxonomy->names =
        arena_alloc(&taxonomy->arena, reader->rest.size + 1, sizeof(*taxonomy->names));
    while (reader->rest.size > 0) {
        size_t count, line = reader->line;
        if (!read_fields(reader, fields, &count))
            return error_set(error, ERROR_USAGE, "%s:%zu: a quote that never closes", path, line);
        if (count == 1 && fields[0].size == 0)
            continue;
        if (topic_column >= count || fields[topic_column].size == 0)
            return error_set(error, ERROR_USAGE, "%s:%zu: a topic without a name in column 'topic'",
                             path, line);
        size_t topic = taxonomy->name_count++;
        taxonomy->names[topic] = fields[topic_column];
        add_phrases(taxonomy, topic, fields[topic_column]);
        for (size_t i = 0; i < count && i < column_count; i++)
            if (text_starts_with(names[i], TEXT("phrases")))
                add_phrases(taxonomy, topic, fields[i]);
    }
    return true;
}

bool taxonomy_read(struct taxonomy *taxonomy, struct text file, struct error *error)
{
    const char *path = arena_copy(&taxonomy->arena, file).bytes;
    struct table_reader reader = {.line = 1};
    struct text names[MOST_COLUMNS];
    size_t count = 0, topic = 0;
    if (!file_read(path, MOST_BYTES, &taxonomy->arena, &reader.rest, ERROR_USAGE, error))
        return false;
    if (text_starts_with(reader.rest, TEXT("\xEF\xBB\xBF")))
        reader.rest = text_slice(reader.rest, 3, reader.rest.size);
    if (!utf8_valid(reader.rest))
        return error_set(error, ERROR_USAGE, "%s: not UTF-8; save the table as UTF-8", path);
    reader.out = arena_alloc(&taxonomy->arena, reader.rest.size + 1, 1);
    bool closed = read_fields(&reader, names, &count);
    while (topic < count && !text_equal_fold(names[topic], TEXT("topic")))
        topic++;
    if (!closed || topic == count)
        return error_set(error, ERROR_USAGE,
                         "%s:1: expected a line of column names with 'topic' and 'phrases' in it",
                         path);
    if (!read_rows(taxonomy, path, &reader, names, count, topic, error))
        return false;
    index_phrases(taxonomy);
    return taxonomy->name_count > 0 ||
           error_set(error, ERROR_USAGE, "%s: no topics behind the line of names", path);
}

void taxonomy_close(struct taxonomy *taxonomy)
{
    free(taxonomy->phrases);
    taxonomy->phrases = NULL;
    arena_free(&taxonomy->arena);
}
