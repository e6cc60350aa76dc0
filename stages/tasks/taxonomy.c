/* taxonomy.c - reads lists of topics, and matches their phrases. */
#include "stages/tasks/taxonomy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum { MAX_FILE_SIZE = 1 << 20, MAX_COLUMNS = 64 };

/* ---- Phrases ---- */

static void add_phrase(struct taxonomy *taxonomy, size_t topic, struct text phrase,
                       bool is_exclusion)
{
    struct text key = normalize_key(text_trim(phrase), &taxonomy->arena);
    if (key.size == 0)
        return;
    taxonomy->phrases = memory_grow(taxonomy->phrases, &taxonomy->phrase_capacity,
                                    taxonomy->phrase_count + 1, sizeof(*taxonomy->phrases));
    taxonomy->phrases[taxonomy->phrase_count++] =
        (struct topic_phrase){arena_copy_text(&taxonomy->arena, key), topic, is_exclusion};
}

/* The class of the character that ends at `at`, or that begins there. */
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
            if (topic_phrase->is_exclusion == (pass == 0))
                taxonomy
                    ->phrases_by_first_byte[next[(unsigned char)topic_phrase->text.bytes[0]]++] =
                    topic_phrase;
        }
}

/* Sets topic_matches[topic - begin] for each topic in [begin, end). */
static void match_phrases(const struct taxonomy *taxonomy, struct text text, size_t begin,
                          size_t end, enum topic_match *topic_matches)
{
    struct arena arena = {0};
    struct text key = normalize_key(text, &arena);
    size_t *exclusion_ends =
        arena_alloc(&arena, end - begin,
                    sizeof(*exclusion_ends)); /* of a topic: end of its last excluded phrase */
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
            if (topic_matches[topic] == TOPIC_MATCH_PHRASE || phrase_end <= exclusion_ends[topic] ||
                !text_starts_with(rest, topic_phrase->text) || !can_phrase_end(key, phrase_end))
                continue;
            topic_matches[topic] =
                topic_phrase->is_exclusion ? TOPIC_MATCH_EXCLUSION : TOPIC_MATCH_PHRASE;
            if (topic_phrase->is_exclusion)
                exclusion_ends[topic] = phrase_end;
        }
    }
    arena_free(&arena);
}

void taxonomy_match_topics(const struct taxonomy *taxonomy, struct text text,
                           enum topic_match *topic_matches)
{
    memset(topic_matches, 0, taxonomy->names.count * sizeof(*topic_matches));
    match_phrases(taxonomy, text, 0, taxonomy->names.count, topic_matches);
}

bool taxonomy_matches_topic(const struct taxonomy *taxonomy, struct text text, size_t topic)
{
    enum topic_match topic_match = TOPIC_MATCH_NONE;
    match_phrases(taxonomy, text, topic, topic + 1, &topic_match);
    return topic_match == TOPIC_MATCH_PHRASE;
}

bool taxonomy_has_phrases(const struct taxonomy *taxonomy, size_t topic)
{
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        if (taxonomy->phrases[i].topic == topic && !taxonomy->phrases[i].is_exclusion)
            return true;
    return false;
}

/* ---- The model's list ---- */

/* "course;!of course" */
static void add_phrase_list(struct taxonomy *taxonomy, size_t topic, struct text list)
{
    struct text rest = list, phrase;
    while (text_split(&rest, ';', &phrase)) {
        phrase = text_trim(phrase);
        bool is_exclusion = text_starts_with(phrase, TEXT("!"));
        add_phrase(taxonomy, topic, text_slice(phrase, is_exclusion, phrase.size), is_exclusion);
    }
}

bool taxonomy_read_from_model(struct taxonomy *taxonomy, const struct t5_model *model)
{
    struct text by = t5_model_prompt(model, "topics.by");
    if (!text_equal(by, TEXT("phrases")) && !text_equal(by, TEXT("both")) &&
        !text_equal(by, TEXT("scores")))
        return false;
    struct text rest = t5_model_prompt(model, "topics.topics"), name;
    struct topic_names *names = &taxonomy->names;
    names->items = arena_alloc(&taxonomy->arena, rest.size + 1, sizeof(*names->items));
    while (text_split(&rest, ',', &name)) {
        name = text_trim(name);
        if (name.size == 0)
            continue;
        struct text key = arena_format(&taxonomy->arena, "phrases.%.*s", TEXT_ARGUMENT(name));
        names->items[names->count] = name;
        add_phrase_list(taxonomy, names->count++, t5_model_prompt(model, key.bytes));
    }
    index_phrases(taxonomy);
    return taxonomy->phrase_count > 0;
}

/* ---- A user's list ---- */

struct csv_reader {
    struct text rest;
    char *output; /* buffer for unquoted fields; as large as the rest */
    const char *path;
    size_t line, row_line;           /* the current line, and where the current row begins */
    struct text fields[MAX_COLUMNS]; /* of the current row */
    size_t field_count;
};

/* Reads the fields of one row; false if a quote is never closed. */
static bool read_fields(struct csv_reader *reader)
{
    char *begin = reader->output;
    bool is_quoted = false, is_row_end = false;
    size_t at = 0;
    reader->field_count = 0;
    reader->row_line = reader->line;
    for (; at < reader->rest.size && !is_row_end; at++) {
        char byte = reader->rest.bytes[at];
        reader->line += byte == '\n';
        if (byte == '"' && is_quoted && at + 1 < reader->rest.size &&
            reader->rest.bytes[at + 1] == '"')
            *reader->output++ = reader->rest.bytes[at++];
        else if (byte == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && (byte == ',' || byte == '\n')) {
            if (reader->field_count < MAX_COLUMNS)
                reader->fields[reader->field_count++] =
                    text_trim((struct text){begin, (size_t)(reader->output - begin)});
            begin = reader->output;
            is_row_end = byte == '\n';
        } else
            *reader->output++ = byte;
    }
    if (!is_row_end && reader->field_count < MAX_COLUMNS)
        reader->fields[reader->field_count++] =
            text_trim((struct text){begin, (size_t)(reader->output - begin)});
    reader->rest = text_slice(reader->rest, at, reader->rest.size);
    return !is_quoted;
}

static struct text get_field(const struct csv_reader *reader, size_t column)
{
    return column < reader->field_count ? reader->fields[column] : (struct text){0};
}

struct list_columns {
    size_t topic, phrase, exclude; /* MAX_COLUMNS: not in the file */
};

static size_t find_column(const struct csv_reader *reader, struct text name)
{
    for (size_t i = 0; i < reader->field_count; i++)
        if (text_equal_ignore_case(reader->fields[i], name))
            return i;
    return MAX_COLUMNS;
}

static bool read_header(struct csv_reader *reader, struct list_columns *columns,
                        struct error *error)
{
    bool is_closed = read_fields(reader);
    *columns = (struct list_columns){.topic = find_column(reader, TEXT("topic")),
                                     .phrase = find_column(reader, TEXT("phrase")),
                                     .exclude = find_column(reader, TEXT("exclude"))};
    if (is_closed && columns->topic < MAX_COLUMNS && columns->phrase < MAX_COLUMNS)
        return true;
    return error_set(error, ERROR_USAGE,
                     "%s:1: expected the column names topic, phrase and, optionally, exclude",
                     reader->path);
}

/* The number of the topic in the current row; a new name becomes a topic, and a phrase of it. */
static size_t add_topic(struct taxonomy *taxonomy, struct hash_table *topics, struct text name)
{
    struct topic_names *names = &taxonomy->names;
    bool is_new;
    size_t topic = *hash_table_get_or_insert(topics, hash_text(name), names->count, &is_new);
    if (is_new) {
        names->items[names->count++] = name;
        add_phrase(taxonomy, topic, name, false);
    }
    return topic;
}

static bool add_row(struct taxonomy *taxonomy, const struct csv_reader *reader,
                    const struct list_columns *columns, struct hash_table *topics,
                    struct error *error)
{
    struct text topic = get_field(reader, columns->topic),
                exclude = get_field(reader, columns->exclude);
    bool is_exclusion = text_equal_ignore_case(exclude, TEXT("yes"));
    if (topic.size == 0)
        return error_set(error, ERROR_USAGE, "%s:%zu: expected a name in column 'topic'",
                         reader->path, reader->row_line);
    if (!is_exclusion && exclude.size > 0 && !text_equal_ignore_case(exclude, TEXT("no")))
        return error_set(error, ERROR_USAGE,
                         "%s:%zu: expected yes or no in column 'exclude', found '%.*s'",
                         reader->path, reader->row_line, TEXT_ARGUMENT(exclude));
    add_phrase(taxonomy, add_topic(taxonomy, topics, topic), get_field(reader, columns->phrase),
               is_exclusion);
    return true;
}

static bool read_rows(struct taxonomy *taxonomy, struct csv_reader *reader,
                      const struct list_columns *columns, struct error *error)
{
    struct hash_table topics = {0}; /* by name */
    bool ok = true;
    taxonomy->names.items =
        arena_alloc(&taxonomy->arena, reader->rest.size + 1, sizeof(*taxonomy->names.items));
    while (ok && reader->rest.size > 0) {
        if (!read_fields(reader))
            ok = error_set(error, ERROR_USAGE, "%s:%zu: the quote is never closed", reader->path,
                           reader->row_line);
        else if (reader->field_count > 1 || reader->fields[0].size > 0)
            ok = add_row(taxonomy, reader, columns, &topics, error);
    }
    hash_table_free(&topics);
    return ok;
}

bool taxonomy_read_file(struct taxonomy *taxonomy, struct text file, struct error *error)
{
    const char *path = arena_copy_text(&taxonomy->arena, file).bytes;
    struct csv_reader reader = {.path = path, .line = 1};
    struct list_columns columns;
    taxonomy->is_user_list = true;
    if (!file_read(path, (struct file_limits){MAX_FILE_SIZE, ERROR_USAGE}, &taxonomy->arena,
                   &reader.rest, error))
        return false;
    if (text_starts_with(reader.rest, TEXT("\xEF\xBB\xBF")))
        reader.rest = text_slice(reader.rest, 3, reader.rest.size);
    if (!utf8_is_valid(reader.rest))
        return error_set(error, ERROR_USAGE, "%s: not UTF-8; save the table as UTF-8", path);
    reader.output = arena_alloc(&taxonomy->arena, reader.rest.size + 1, 1);
    if (!read_header(&reader, &columns, error) || !read_rows(taxonomy, &reader, &columns, error))
        return false;
    index_phrases(taxonomy);
    return taxonomy->names.count > 0 ||
           error_set(error, ERROR_USAGE, "%s: no topics after the column names", path);
}

void taxonomy_close(struct taxonomy *taxonomy)
{
    free(taxonomy->phrases);
    taxonomy->phrases = NULL;
    arena_free(&taxonomy->arena);
}

/* ---- Names ---- */

size_t topic_names_find(const struct topic_names *names, struct text name)
{
    size_t topic = 0;
    while (topic < names->count && !text_equal(names->items[topic], name))
        topic++;
    return topic;
}
