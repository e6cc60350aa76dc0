/* taxonomy.c - reading a list of topics, and finding their phrases. */
#include "stages/tasks/taxonomy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum { MAX_FILE_SIZE = 1 << 20, MAX_COLUMNS = 64 };

/* ---- Phrases ---- */

static void add_phrases(struct taxonomy *taxonomy, size_t topic, struct text list)
{
    struct text rest = list, topic_phrase;
    while (text_split(&rest, ';', &topic_phrase)) {
        topic_phrase = text_trim(topic_phrase);
        bool is_exception = text_starts_with(topic_phrase, TEXT("!"));
        topic_phrase = text_trim(text_slice(topic_phrase, is_exception, topic_phrase.size));
        struct text key = normalize_key(topic_phrase, &taxonomy->arena);
        if (key.size == 0)
            continue;
        taxonomy->phrases = memory_grow(taxonomy->phrases, &taxonomy->phrase_capacity,
                                        taxonomy->phrase_count + 1, sizeof(*taxonomy->phrases));
        taxonomy->phrases[taxonomy->phrase_count++] =
            (struct topic_phrase){arena_copy_text(&taxonomy->arena, key), topic, is_exception};
    }
}

/* The kind of the character that ends before `at`, or that begins there. */
static enum letter_class letter_class_before(struct text text, size_t at)
{
    size_t begin = at, size;
    while (begin > 0 && ((unsigned char)text.bytes[--begin] & 0xC0) == 0x80)
        ;
    return at > 0 ? normalize_letter_class(utf8_decode(text, begin, &size)) : LETTER_NONE;
}

static enum letter_class letter_class_at(struct text text, size_t at)
{
    size_t size;
    return at < text.size ? normalize_letter_class(utf8_decode(text, at, &size)) : LETTER_NONE;
}

/* Whether a phrase may begin at `at`, or end at `end`. */
static bool can_phrase_start(struct text text, size_t at)
{
    enum letter_class first = letter_class_at(text, at), before = letter_class_before(text, at);
    return first == LETTER_NONE || before == LETTER_NONE ||
           (before == LETTER_DIGIT && first == LETTER_UNSPACED_SCRIPT);
}

static bool can_phrase_end(struct text text, size_t end)
{
    enum letter_class last = letter_class_before(text, end), next = letter_class_at(text, end);
    return last == LETTER_NONE || last == LETTER_UNSPACED_SCRIPT || next == LETTER_NONE ||
           next == LETTER_UNSPACED_SCRIPT;
}

static void index_phrases(struct taxonomy *taxonomy)
{
    size_t *first = taxonomy->first, next[256];
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        first[(unsigned char)taxonomy->phrases[i].text.bytes[0] + 1]++;
    for (size_t byte = 0; byte < 256; byte++)
        first[byte + 1] += next[byte] = first[byte];
    taxonomy->phrases_by_first_byte =
        arena_alloc(&taxonomy->arena, taxonomy->phrase_count, sizeof(const struct topic_phrase *));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < taxonomy->phrase_count; i++) {
            const struct topic_phrase *topic_phrase = &taxonomy->phrases[i];
            if (topic_phrase->is_exception == (pass == 0))
                taxonomy
                    ->phrases_by_first_byte[next[(unsigned char)topic_phrase->text.bytes[0]]++] =
                    topic_phrase;
        }
}

/* namings[topic - begin] of each topic of [begin, end). */
static void match_phrases(const struct taxonomy *taxonomy, struct text text, size_t begin,
                          size_t end, enum topic_match *topic_matches)
{
    struct arena arena = {0};
    struct text key = normalize_key(text, &arena);
    size_t *exception_ends =
        arena_alloc(&arena, end - begin, sizeof(*exception_ends)); /* up to here */
    for (size_t at = 0, size; at < key.size; at += size) {
        utf8_decode(key, at, &size);
        if (!can_phrase_start(key, at))
            continue;
        struct text rest = text_slice(key, at, key.size);
        size_t byte = (unsigned char)key.bytes[at];
        for (size_t i = taxonomy->first[byte]; i < taxonomy->first[byte + 1]; i++) {
            const struct topic_phrase *topic_phrase = taxonomy->phrases_by_first_byte[i];
            if (topic_phrase->topic < begin || topic_phrase->topic >= end)
                continue;
            size_t topic = topic_phrase->topic - begin, phrase_end = at + topic_phrase->text.size;
            if (topic_matches[topic] == TOPIC_MATCH_PHRASE || phrase_end <= exception_ends[topic] ||
                !text_starts_with(rest, topic_phrase->text) || !can_phrase_end(key, phrase_end))
                continue;
            topic_matches[topic] =
                topic_phrase->is_exception ? TOPIC_MATCH_EXCEPTION : TOPIC_MATCH_PHRASE;
            if (topic_phrase->is_exception)
                exception_ends[topic] = phrase_end;
        }
    }
    arena_free(&arena);
}

void taxonomy_match_topics(const struct taxonomy *taxonomy, struct text text,
                           enum topic_match *topic_matches)
{
    memset(topic_matches, 0, taxonomy->name_count * sizeof(*topic_matches));
    match_phrases(taxonomy, text, 0, taxonomy->name_count, topic_matches);
}

bool taxonomy_matches_topic(const struct taxonomy *taxonomy, struct text text, size_t topic)
{
    enum topic_match topic_match = TOPIC_MATCH_NONE;
    match_phrases(taxonomy, text, topic, topic + 1, &topic_match);
    return topic_match == TOPIC_MATCH_PHRASE;
}

size_t taxonomy_find_index(const struct taxonomy *taxonomy, struct text name)
{
    size_t topic_index = 0;
    while (topic_index < taxonomy->name_count && !text_equal(taxonomy->names[topic_index], name))
        topic_index++;
    return topic_index;
}

bool taxonomy_read_from_model(struct taxonomy *taxonomy, const struct t5_model *model)
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

struct csv_reader {
    struct text rest;
    char *output; /* where fields go, quotes resolved: never longer than the rest */
    size_t line;
};

/* The fields of one row; false when a quote never closes. */
static bool read_fields(struct csv_reader *reader, struct text *fields, size_t *count)
{
    char *begin = reader->output;
    bool is_quoted = false, is_row_end = false;
    size_t at = 0;
    *count = 0;
    for (; at < reader->rest.size && !is_row_end; at++) {
        char byte = reader->rest.bytes[at];
        reader->line += byte == '\n';
        if (byte == '"' && is_quoted && at + 1 < reader->rest.size &&
            reader->rest.bytes[at + 1] == '"')
            *reader->output++ = reader->rest.bytes[at++];
        else if (byte == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && (byte == ',' || byte == '\n')) {
            if (*count < MAX_COLUMNS)
                fields[(*count)++] =
                    text_trim((struct text){begin, (size_t)(reader->output - begin)});
            begin = reader->output;
            is_row_end = byte == '\n';
        } else
            *reader->output++ = byte;
    }
    if (!is_row_end && *count < MAX_COLUMNS)
        fields[(*count)++] = text_trim((struct text){begin, (size_t)(reader->output - begin)});
    reader->rest = text_slice(reader->rest, at, reader->rest.size);
    return !is_quoted;
}

/* The rows behind the line of names. */
static bool read_rows(struct taxonomy *taxonomy, const char *path, struct csv_reader *reader,
                      const struct text *names, size_t column_count, size_t topic_column,
                      struct error *error)
{
    struct text fields[MAX_COLUMNS];
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

bool taxonomy_read_file(struct taxonomy *taxonomy, struct text file, struct error *error)
{
    const char *path = arena_copy_text(&taxonomy->arena, file).bytes;
    struct csv_reader reader = {.line = 1};
    struct text names[MAX_COLUMNS];
    size_t count = 0, topic = 0;
    if (!file_read(path, MAX_FILE_SIZE, &taxonomy->arena, &reader.rest, ERROR_USAGE, error))
        return false;
    if (text_starts_with(reader.rest, TEXT("\xEF\xBB\xBF")))
        reader.rest = text_slice(reader.rest, 3, reader.rest.size);
    if (!utf8_is_valid(reader.rest))
        return error_set(error, ERROR_USAGE, "%s: not UTF-8; save the table as UTF-8", path);
    reader.output = arena_alloc(&taxonomy->arena, reader.rest.size + 1, 1);
    bool is_closed = read_fields(&reader, names, &count);
    while (topic < count && !text_equal_ignore_case(names[topic], TEXT("topic")))
        topic++;
    if (!is_closed || topic == count)
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
