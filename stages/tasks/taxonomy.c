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
#include "stages/text/phrase_match.h"

enum { MAX_FILE_SIZE = 1 << 20, MAX_COLUMNS = 64 };

const char *const topic_status_names[TOPIC_STATUS_COUNT] = {"active", "proposed", "merged",
                                                            "retired"};

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

/* The phrases of a model list the forms that it was calibrated with. */
static enum phrase_form get_form(const struct taxonomy *taxonomy, bool is_exclusion)
{
    if (!taxonomy->is_user_list)
        return PHRASE_AS_WRITTEN;
    return is_exclusion ? PHRASE_INFLECTED : PHRASE_LOOSE;
}

static size_t find_phrase_end(const struct taxonomy *taxonomy, struct text key, size_t at,
                              const struct topic_phrase *phrase)
{
    return phrase_find_end(key, at, phrase->text, get_form(taxonomy, phrase->is_exclusion));
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
        if (!phrase_can_begin(key, at, get_form(taxonomy, false)))
            continue;
        size_t byte = (unsigned char)key.bytes[at];
        for (size_t i = taxonomy->first[byte]; i < taxonomy->first[byte + 1]; i++) {
            const struct topic_phrase *topic_phrase = taxonomy->phrases_by_first_byte[i];
            if (topic_phrase->topic < begin || topic_phrase->topic >= end)
                continue;
            size_t topic = topic_phrase->topic - begin;
            if (topic_matches[topic] == TOPIC_MATCH_PHRASE)
                continue;
            size_t phrase_end = find_phrase_end(taxonomy, key, at, topic_phrase);
            if (phrase_end <= exclusion_ends[topic]) /* or it does not stand here */
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

void taxonomy_find_phrases(const struct taxonomy *taxonomy, struct text text, bool *found)
{
    struct arena arena = {0};
    struct text key = normalize_key(text, &arena);
    memset(found, 0, taxonomy->phrase_count * sizeof(*found));
    for (size_t at = 0, size; at < key.size; at += size) {
        utf8_decode(key, at, &size);
        if (!phrase_can_begin(key, at, get_form(taxonomy, false)))
            continue;
        size_t byte = (unsigned char)key.bytes[at];
        for (size_t i = taxonomy->first[byte]; i < taxonomy->first[byte + 1]; i++) {
            const struct topic_phrase *topic_phrase = taxonomy->phrases_by_first_byte[i];
            if (find_phrase_end(taxonomy, key, at, topic_phrase) > 0)
                found[topic_phrase - taxonomy->phrases] = true;
        }
    }
    arena_free(&arena);
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

/* MAX_COLUMNS: not in the file. */
struct list_columns {
    size_t topic, phrase, exclude;
    size_t id, parent, name_en, name_ko, description, phrases, owner, status, merged_into, since;
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
                                     .exclude = find_column(reader, TEXT("exclude")),
                                     .id = find_column(reader, TEXT("id")),
                                     .parent = find_column(reader, TEXT("parent")),
                                     .name_en = find_column(reader, TEXT("name_en")),
                                     .name_ko = find_column(reader, TEXT("name_ko")),
                                     .description = find_column(reader, TEXT("description")),
                                     .phrases = find_column(reader, TEXT("phrases")),
                                     .owner = find_column(reader, TEXT("owner")),
                                     .status = find_column(reader, TEXT("status")),
                                     .merged_into = find_column(reader, TEXT("merged_into")),
                                     .since = find_column(reader, TEXT("since"))};
    bool is_list = columns->topic < MAX_COLUMNS && columns->phrase < MAX_COLUMNS;
    bool is_registry = columns->id < MAX_COLUMNS && columns->phrases < MAX_COLUMNS;
    if (is_closed && (is_list || is_registry))
        return true;
    return error_set(error, ERROR_USAGE,
                     "%s:1: expected the column names topic, phrase and, optionally, exclude; or, "
                     "of a registry, id and phrases",
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

/* ---- A registry ---- */

/* An id is a name in the database and in the columns of reports. */
static bool is_topic_id(struct text id)
{
    for (size_t i = 0; i < id.size; i++)
        if (strchr(",;:\"\n()", id.bytes[i]))
            return false;
    return id.size > 0 && id.size <= 64;
}

/* "2026-10-31" */
static bool is_day(struct text day)
{
    for (size_t i = 0; i < day.size; i++)
        if (i == 4 || i == 7 ? day.bytes[i] != '-' : day.bytes[i] < '0' || day.bytes[i] > '9')
            return false;
    return day.size == 10;
}

static bool parse_status(const struct csv_reader *reader, struct text name,
                         enum topic_status *status, struct error *error)
{
    for (int i = 0; i < TOPIC_STATUS_COUNT; i++)
        if (text_equal_ignore_case(name, text_of(topic_status_names[i])) ||
            (i == TOPIC_ACTIVE && name.size == 0)) {
            *status = (enum topic_status)i;
            return true;
        }
    return error_set(error, ERROR_USAGE,
                     "%s:%zu: expected active, proposed, merged or retired in column 'status', "
                     "found '%.*s'",
                     reader->path, reader->row_line, TEXT_ARGUMENT(name));
}

static void add_phrases(struct taxonomy *taxonomy, size_t topic, struct text list,
                        bool is_exclusion)
{
    struct text phrase;
    while (list.size > 0 && text_split(&list, ';', &phrase))
        add_phrase(taxonomy, topic, phrase, is_exclusion);
}

static bool add_entry(struct taxonomy *taxonomy, const struct csv_reader *reader,
                      const struct list_columns *columns, struct hash_table *topics,
                      struct error *error)
{
    struct text id = get_field(reader, columns->id), since = get_field(reader, columns->since);
    struct topic_names *names = &taxonomy->names;
    bool is_new;
    if (!is_topic_id(id))
        return error_set(
            error, ERROR_USAGE,
            "%s:%zu: expected an id of at most 64 bytes without , ; : \" ( ) in column "
            "'id', found '%.*s'",
            reader->path, reader->row_line, TEXT_ARGUMENT(id));
    size_t topic = *hash_table_get_or_insert(topics, hash_text(id), names->count, &is_new);
    if (!is_new)
        return error_set(error, ERROR_USAGE, "%s:%zu: the id '%.*s' is used by another row",
                         reader->path, reader->row_line, TEXT_ARGUMENT(id));
    if (since.size > 0 && !is_day(since))
        return error_set(error, ERROR_USAGE,
                         "%s:%zu: expected a day like 2026-10-31 in column 'since', found '%.*s'",
                         reader->path, reader->row_line, TEXT_ARGUMENT(since));
    struct topic_entry *entry = &taxonomy->entries[topic];
    *entry = (struct topic_entry){
        .parent = get_field(reader, columns->parent),
        .name_en = get_field(reader, columns->name_en),
        .name_ko = get_field(reader, columns->name_ko),
        .description = get_field(reader, columns->description),
        .owner = get_field(reader, columns->owner),
        .merged_into = get_field(reader, columns->merged_into),
        .since = since,
    };
    names->items[names->count++] = id;
    if (!parse_status(reader, get_field(reader, columns->status), &entry->status, error))
        return false;
    if (entry->status == TOPIC_ACTIVE || entry->status == TOPIC_MERGED) {
        add_phrases(taxonomy, topic, get_field(reader, columns->phrases), false);
        add_phrases(taxonomy, topic, get_field(reader, columns->exclude), true);
    }
    return true;
}

/* Every merge must end at a topic that is not merged; a parent is a row without a parent. */
static bool check_links(const struct taxonomy *taxonomy, const char *path, struct error *error)
{
    const struct topic_names *names = &taxonomy->names;
    for (size_t i = 0; i < names->count; i++) {
        const struct topic_entry *entry = &taxonomy->entries[i];
        size_t parent = topic_names_find(names, entry->parent), target = i, steps = 0;
        if (entry->parent.size > 0 &&
            (parent == names->count || taxonomy->entries[parent].parent.size > 0))
            return error_set(error, ERROR_USAGE,
                             "%s: topic '%.*s': the parent '%.*s' is no topic of the first level",
                             path, TEXT_ARGUMENT(names->items[i]), TEXT_ARGUMENT(entry->parent));
        while (target < names->count && taxonomy->entries[target].status == TOPIC_MERGED &&
               steps++ <= names->count)
            target = topic_names_find(names, taxonomy->entries[target].merged_into);
        if (target == names->count || steps > names->count)
            return error_set(error, ERROR_USAGE,
                             "%s: topic '%.*s' is merged, but column 'merged_into' leads to no "
                             "topic",
                             path, TEXT_ARGUMENT(names->items[i]));
    }
    return true;
}

struct text taxonomy_get_reported_id(const struct taxonomy *taxonomy, size_t topic, struct text day)
{
    const struct topic_names *names = &taxonomy->names;
    while (taxonomy->entries && topic < names->count) {
        const struct topic_entry *entry = &taxonomy->entries[topic];
        bool has_begun =
            day.size == 0 || entry->since.size == 0 || text_compare(entry->since, day) <= 0;
        if (entry->status == TOPIC_PROPOSED || (entry->status == TOPIC_RETIRED && has_begun) ||
            (entry->status == TOPIC_ACTIVE && !has_begun))
            return (struct text){0};
        if (entry->status != TOPIC_MERGED || !has_begun)
            break;
        topic = topic_names_find(names, entry->merged_into);
    }
    return topic < names->count ? names->items[topic] : (struct text){0};
}

static bool read_rows(struct taxonomy *taxonomy, struct csv_reader *reader,
                      const struct list_columns *columns, struct error *error)
{
    struct hash_table topics = {0}; /* by name */
    bool ok = true;
    bool is_registry = columns->id < MAX_COLUMNS && columns->phrases < MAX_COLUMNS;
    size_t max_topics = 1;
    for (size_t i = 0; i < reader->rest.size; i++)
        max_topics += reader->rest.bytes[i] == '\n';
    taxonomy->names.items =
        arena_alloc(&taxonomy->arena, max_topics, sizeof(*taxonomy->names.items));
    if (is_registry)
        taxonomy->entries = arena_alloc(&taxonomy->arena, max_topics, sizeof(struct topic_entry));
    while (ok && reader->rest.size > 0) {
        if (!read_fields(reader))
            ok = error_set(error, ERROR_USAGE, "%s:%zu: the quote is never closed", reader->path,
                           reader->row_line);
        else if (reader->field_count > 1 || reader->fields[0].size > 0)
            ok = (is_registry ? add_entry : add_row)(taxonomy, reader, columns, &topics, error);
    }
    hash_table_free(&topics);
    return ok && (!is_registry || check_links(taxonomy, reader->path, error));
}

static bool read_contents(struct taxonomy *taxonomy, struct text contents, const char *path,
                          struct error *error)
{
    struct csv_reader reader = {.path = path, .line = 1, .rest = contents};
    struct list_columns columns;
    taxonomy->is_user_list = true;
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

bool taxonomy_read_file(struct taxonomy *taxonomy, struct text file, struct error *error)
{
    const char *path = arena_copy_text(&taxonomy->arena, file).bytes;
    struct text contents;
    return file_read(path, (struct file_limits){MAX_FILE_SIZE, ERROR_USAGE}, &taxonomy->arena,
                     &contents, error) &&
           read_contents(taxonomy, contents, path, error);
}

bool taxonomy_open(struct taxonomy *taxonomy, struct text path, const struct t5_model *model,
                   struct error *error)
{
    if (path.size > 0)
        return taxonomy_read_file(taxonomy, path, error);
    taxonomy_read_from_model(taxonomy, model);
    return true;
}

uint64_t taxonomy_hash_registry(struct text contents)
{
    struct taxonomy taxonomy = {0};
    uint64_t hash = 0;
    if (read_contents(&taxonomy, contents, "", NULL) && taxonomy.entries) {
        hash = hash_combine(HASH_SEED, TEXT("registry, forms of words"));
        for (size_t i = 0; i < taxonomy.names.count; i++)
            hash = hash_combine(hash, taxonomy.names.items[i]);
        for (size_t i = 0; i < taxonomy.phrase_count; i++) {
            const struct topic_phrase *phrase = &taxonomy.phrases[i];
            hash =
                hash_combine_number(hash_combine_number(hash, phrase->topic), phrase->is_exclusion);
            hash = hash_combine(hash, phrase->text);
        }
    }
    taxonomy_close(&taxonomy);
    return hash;
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
