/* redact.c - the redact stage: replaces personal data with placeholders before anything is saved.
 *
 * It runs after clean, so that no address hides in markup, and before every stage that saves,
 * hashes or reads a text. The database, the reports and the model get the redacted text; offsets of
 * quotes count in it. Ids that are personal, and authors, are saved as keyed hashes. The key is in
 * a file of its own, so that a copy of the database or of a report cannot be searched with a list
 * of likely values. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_table.h"
#include "base/keyed_hash.h"
#include "pipeline/store.h"
#include "stages/stages.h"
#include "stages/text/pii.h"

struct redact {
    struct text kinds, order_pattern, authors, key_path; /* options */
    struct pii_search search;
    bool is_active, keeps_authors;
    struct pattern *pattern; /* owned */
    struct hash_key key;
    struct hash_table number_by_value; /* placeholder numbers of the current record's values */
    size_t value_counts[PII_COUNT];
};

/* ---- The key ---- */

/* Reads the key, or creates it if the database has none yet; a preview creates it in memory only. A
 * database keeps its key: with another one, the same author would get another hash. */
static bool open_key(struct redact *redact, const char *path,
                     const struct stage_context *stage_context, struct error *error)
{
    struct store *store = stage_context ? stage_context->store : NULL;
    bool is_preview = stage_context && stage_context->is_preview;
    uint64_t saved_check = store ? store_key_check(store) : 0;
    if (access(path, F_OK) == 0) {
        if (!hash_key_read(&redact->key, path, error))
            return false;
    } else if (saved_check) {
        return error_set(error, ERROR_STORE,
                         "%s: the key of the database's hashes is missing. Restore it from a "
                         "backup, name it with `key =` under [redact], or move the database away "
                         "and run the job again",
                         path);
    } else if (!hash_key_generate(&redact->key, error) ||
               (!is_preview && !hash_key_write(&redact->key, path, error))) {
        return false;
    }
    uint64_t check = keyed_hash(&redact->key, HASH_PURPOSE_CHECK, TEXT("winnow"));
    if (saved_check && saved_check != check)
        return error_set(error, ERROR_STORE,
                         "%s: not the key that the database's hashes were made with. Restore that "
                         "key, or choose another output folder",
                         path);
    return !store || saved_check || is_preview || store_set_key_check(store, check, error);
}

static bool load_key(struct redact *redact, const struct stage_context *stage_context,
                     struct error *error)
{
    struct arena arena = {0};
    const char *path = stage_context ? stage_context->key_path : NULL;
    if (redact->key_path.size)
        path = arena_copy_text(&arena, redact->key_path).bytes;
    bool ok = path ? open_key(redact, path, stage_context, error)
                   : hash_key_generate(&redact->key, error);
    arena_free(&arena);
    return ok;
}

/* ---- Options ---- */

static bool add_kind(struct redact *redact, struct text word, struct error *error)
{
    for (size_t i = 0; i < PII_COUNT; i++)
        if (i != PII_ORDER_NUMBER && text_equal_ignore_case(word, text_of(pii_names[i]))) {
            redact->search.kinds[i] = redact->is_active = true;
            return true;
        }
    return error_set(error, ERROR_USAGE,
                     "[redact] kinds: unknown kind '%.*s'; expected email, phone, card, iban, ip, "
                     "national_id, name, query or none",
                     TEXT_ARGUMENT(word));
}

static bool open_redact(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct redact *redact = state;
    struct text rest = redact->kinds, word;
    redact->keeps_authors = text_equal(redact->authors, TEXT("keep"));
    while (text_split(&rest, ',', &word)) {
        word = text_trim(word);
        if (word.size && !text_equal_ignore_case(word, TEXT("none")) &&
            !add_kind(redact, word, error))
            return false;
    }
    if (redact->order_pattern.size) {
        redact->search.kinds[PII_ORDER_NUMBER] = redact->is_active = true;
        if (!pattern_compile(&redact->pattern, redact->order_pattern, "[redact] order_pattern",
                             error))
            return false;
        redact->search.order_pattern = redact->pattern;
    }
    return load_key(redact, stage_context, error);
}

static void close_redact(void *state)
{
    struct redact *redact = state;
    pattern_free(redact->pattern);
    hash_table_free(&redact->number_by_value);
}

/* ---- Texts ---- */

/* The value's number among the distinct values of its kind in this record. */
static size_t get_placeholder_number(struct redact *redact, enum pii kind, struct text value,
                                     struct arena *arena)
{
    bool added;
    uint64_t hash =
        hash_combine(hash_combine_number(HASH_SEED, kind), pii_comparison_key(kind, value, arena));
    size_t *number = hash_table_get_or_insert(&redact->number_by_value, hash,
                                              redact->value_counts[kind] + 1, &added);
    redact->value_counts[kind] += added;
    return *number;
}

/* The text with placeholders; the same text if it has no personal data. */
static struct text redact_text(struct redact *redact, struct text text, bool is_cell,
                               struct batch *batch)
{
    enum { PLACEHOLDER_SIZE = 32 };
    struct arena *arena = &batch->arena;
    size_t count, size = 0, end = 0;
    redact->search.is_cell = is_cell;
    const struct pii_span *spans = pii_find(&redact->search, text, arena, &count);
    if (!count)
        return text;
    char *bytes = arena_alloc(arena, text.size + count * PLACEHOLDER_SIZE + 1, 1);
    for (size_t i = 0; i < count; i++) {
        const struct pii_span *span = &spans[i];
        size_t number = get_placeholder_number(redact, span->kind,
                                               text_slice(text, span->begin, span->end), arena);
        memcpy(bytes + size, text.bytes + end, span->begin - end);
        size += span->begin - end;
        size += (size_t)snprintf(bytes + size, PLACEHOLDER_SIZE, "[%s %zu]", pii_names[span->kind],
                                 number);
        end = span->end;
        batch->pii[span->kind]++;
    }
    memcpy(bytes + size, text.bytes + end, text.size - end);
    return (struct text){bytes, size + text.size - end};
}

static void reset_placeholder_numbers(struct redact *redact)
{
    hash_table_clear(&redact->number_by_value);
    memset(redact->value_counts, 0, sizeof(redact->value_counts));
}

/* ---- Records ---- */

/* A column called "name" may hold the product's name; if the author is an address, it holds the
 * author's. */
static bool is_author_name(const struct record *record, const struct field *field)
{
    return text_equal(field->value, record->author) || pii_is_name_column(field->name) ||
           (text_equal_ignore_case(field->name, TEXT("name")) &&
            text_find(record->author, TEXT("@"), 0) < record->author.size);
}

static struct text hash_external_id(const struct redact *redact, struct text external_id,
                                    struct arena *arena)
{
    char digits[17];
    hash_format(keyed_hash(&redact->key, HASH_PURPOSE_EXTERNAL_ID, external_id), digits);
    return arena_format(arena, "#%s", digits);
}

/* Columns are saved in addition to the text. Names are dropped, and so are copies of the body and
 * the title, which are redacted on their own. A record's own id may be personal, too: if its column
 * is redacted, the id is saved as a hash. */
static void redact_fields(struct redact *redact, struct record *record, struct text body,
                          struct text title, struct batch *batch)
{
    struct field *fields = arena_alloc(&batch->arena, record->field_count, sizeof(*fields));
    bool is_id_redacted = false;
    for (size_t i = 0; i < record->field_count; i++) {
        struct text value = record->fields[i].value;
        bool is_id = text_equal(value, record->external_id);
        fields[i] = record->fields[i];
        if (!redact->keeps_authors && is_author_name(record, &fields[i]))
            value = (struct text){0};
        if (redact->is_active && !(redact->keeps_authors && text_equal(value, record->author))) {
            if (text_equal(value, body) || text_equal(value, title))
                value = (struct text){0};
            else if (!text_equal_ignore_case(fields[i].name, TEXT("thread")))
                value = redact_text(redact, value, true, batch);
        }
        is_id_redacted |= is_id && value.size && !text_equal(value, record->external_id);
        fields[i].value = value;
    }
    record->fields = fields;
    if (is_id_redacted ||
        (record->external_id.size && redact->is_active && !redact->keeps_authors &&
         text_equal(record->external_id, record->author)))
        record->external_id = hash_external_id(redact, record->external_id, &batch->arena);
}

static void redact_record(struct redact *redact, struct record *record, struct batch *batch)
{
    struct text body = record->body, title = record->title;
    reset_placeholder_numbers(redact);
    record->saves_author = redact->keeps_authors;
    if (record->author.size)
        record->author_hash = keyed_hash(&redact->key, HASH_PURPOSE_AUTHOR, record->author);
    if (redact->is_active) {
        /* If the body is blank, clean made the title the text. */
        bool has_title =
            record->text.bytes == record->title.bytes && record->text.size == record->title.size;
        record->title = redact_text(redact, record->title, false, batch);
        record->text = has_title ? record->title : redact_text(redact, record->text, false, batch);
        record->question = redact_text(redact, record->question, false, batch);
        record->reply = redact_text(redact, record->reply, false, batch);
        record->body = record->text; /* later stages do not need the original */
    }
    redact_fields(redact, record, body, title, batch);
}

/* ---- Rejects ---- */

enum {
    MIN_ENCODED_SIZE = 60, /* bytes; a shorter run of base64 characters may be a word */
    MAX_TAIL_SIZE = 320,   /* bytes at the end of a cut row that may be part of a value */
};

static bool is_base64(char c)
{
    return ascii_is_alphanumeric(c) || c == '+' || c == '/' || c == '=';
}

/* Replaces base64, which cannot be searched for personal data. */
static struct text replace_encoded_runs(struct text raw, struct arena *arena)
{
    char *bytes = arena_alloc(arena, raw.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0, end; i < raw.size; i = end) {
        for (end = i; end < raw.size && is_base64(raw.bytes[end]); end++)
            ;
        if (end - i >= MIN_ENCODED_SIZE) {
            size += (size_t)sprintf(bytes + size, "[encoded]");
            continue;
        }
        end += end == i;
        memcpy(bytes + size, raw.bytes + i, end - i);
        size += end - i;
    }
    return (struct text){bytes, size};
}

/* A row that was cut may end inside an address or a number, which is then not recognized. */
static struct text cut_partial_tail(struct text raw)
{
    size_t min = raw.size > MAX_TAIL_SIZE ? raw.size - MAX_TAIL_SIZE : 0, size = raw.size;
    while (size > min && raw.bytes[size - 1] != '\n')
        size--;
    if (size > min)
        return text_slice(raw, 0, size);
    size = raw.size;
    while (size > min && !memchr(" \t,;\"", raw.bytes[size - 1], 5))
        size--;
    while (size > min && memchr("0123456789 +-./()", raw.bytes[size - 1], 17))
        size--;
    return text_slice(raw, 0, size);
}

static void redact_reject(struct redact *redact, struct reject *reject, struct batch *batch)
{
    reset_placeholder_numbers(redact);
    if (reject->raw.size + 4 > REJECT_RAW_SIZE) /* it was cut at the end of a character */
        reject->raw = cut_partial_tail(reject->raw);
    reject->raw = replace_encoded_runs(reject->raw, &batch->arena);
    redact->search.raw = true;
    reject->raw = redact_text(redact, reject->raw, false, batch);
    redact->search.raw = false;
    reject->reason = redact_text(redact, reject->reason, false, batch);
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    (void)error;
    struct redact *redact = state;
    for (size_t i = 0; i < batch->count; i++)
        if (record_has_opinion(&batch->records[i]))
            redact_record(redact, &batch->records[i], batch);
    for (size_t i = 0; redact->is_active && i < batch->reject_count; i++)
        redact_reject(redact, &batch->rejects[i], batch);
    return true;
}

static const struct option options[] = {
    {.name = "kinds",
     .type = OPTION_TEXT,
     .offset = offsetof(struct redact, kinds),
     .default_value = "email, phone, card, iban, ip, national_id, name, query",
     .help = "kinds of personal data to replace with placeholders such as [email 1] before "
             "anything is saved; none: replace nothing"},
    {.name = "order_pattern",
     .type = OPTION_TEXT,
     .offset = offsetof(struct redact, order_pattern),
     .default_value = "",
     .help = "regular expression for order or customer numbers to replace as well: "
             "\\bORD-\\d{6}\\b"},
    {.name = "authors",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct redact, authors),
     .default_value = "hash",
     .choices = "hash|keep",
     .help = "hash: save only a keyed hash of the author; keep: also save the name"},
    {.name = "key",
     .type = OPTION_FILE,
     .offset = offsetof(struct redact, key_path),
     .default_value = "",
     .help = "existing key file, such as another job's winnow.key, to give several databases the "
             "same hashes; default: winnow.key in the output folder, created by the first run"},
    {0},
};

const struct stage redact_stage = {
    .name = "redact",
    .summary = "remove personal data from texts, columns and rejects",
    .options = options,
    .state_size = sizeof(struct redact),
    .open = open_redact,
    .process = process,
    .reads_ahead = true,
    .close = close_redact,
};
