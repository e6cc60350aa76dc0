/* wishes.c - hashes the names and ids of the command line as the redact stage does. */
#include "jobs/commands/wishes.h"

#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/keyed_hash.h"

enum { MAX_LIST_BYTES = 1 << 20 };

bool wishes_check(const struct command *command, const struct wish_options *options,
                  struct error *error)
{
    return options->authors.size || options->ids.size || options->phrases.size ||
           options->list.size ||
           error_set(error, ERROR_USAGE,
                     "winnow %s: name the records: --author NAME, --id ID, --text PHRASE or --file "
                     "LIST",
                     command->name);
}

struct collector {
    struct assembly *assembly;
    struct hash_key key;
    bool has_key;
};

/* The database has no hashes before its first run, and its key may be a file of the job's. */
static bool read_key(struct collector *collector, const struct job *job, struct error *error)
{
    struct text named = {0};
    static const struct option options[] = {{"key", OPTION_FILE, 0, "", .help = ""}, {0}};
    const char *path = collector->assembly->key_path;
    job_apply_without_defaults(job, "redact", (struct text){0}, options, &named);
    if (named.size)
        path = arena_copy_text(&collector->assembly->arena, named).bytes;
    uint64_t check = store_key_check(collector->assembly->store);
    if (!check || !path)
        return true;
    if (!hash_key_read(&collector->key, path, error))
        return false;
    collector->has_key = true;
    return keyed_hash(&collector->key, HASH_PURPOSE_CHECK, TEXT("winnow")) == check ||
           error_set(error, ERROR_STORE,
                     "%s: not the key that the database's hashes were made with", path);
}

static void set_author(const struct collector *collector, struct text name,
                       struct erasure_wish *wish)
{
    wish->author = name;
    if (collector->has_key)
        wish->author_hash = keyed_hash(&collector->key, HASH_PURPOSE_AUTHOR, name);
}

static void set_id(const struct collector *collector, struct text id, struct erasure_wish *wish)
{
    char digits[17];
    wish->id = id;
    if (!collector->has_key)
        return;
    hash_format(keyed_hash(&collector->key, HASH_PURPOSE_EXTERNAL_ID, id), digits);
    wish->hashed_id = arena_format(&collector->assembly->arena, "#%s", digits);
}

enum wish_kind { WISH_AUTHOR = 1, WISH_ID = 2, WISH_PHRASE = 4 };

/* Each line is a wish of these kinds. */
static bool collect_lines(const struct collector *collector, struct text lines, int kinds,
                          struct error *error)
{
    struct text line;
    bool ok = true;
    while (ok && lines.size && text_split(&lines, '\n', &line)) {
        struct erasure_wish wish = {0};
        line = text_trim(line);
        if (!line.size)
            continue;
        if (kinds & WISH_AUTHOR)
            set_author(collector, line, &wish);
        if (kinds & WISH_ID)
            set_id(collector, line, &wish);
        if (kinds & WISH_PHRASE)
            wish.phrase = line;
        ok = store_add_erasure(collector->assembly->store, &wish, error);
    }
    return ok;
}

bool wishes_collect(const struct wish_options *options, struct assembly *assembly,
                    const struct job *job, struct error *error)
{
    struct collector collector = {.assembly = assembly};
    struct text list = {0};
    return (!options->list.size ||
            file_read(options->list.bytes, (struct file_limits){MAX_LIST_BYTES, ERROR_USAGE},
                      &assembly->arena, &list, error)) &&
           read_key(&collector, job, error) && store_begin_erasure(assembly->store, error) &&
           collect_lines(&collector, options->authors, WISH_AUTHOR, error) &&
           collect_lines(&collector, options->ids, WISH_ID, error) &&
           collect_lines(&collector, options->phrases, WISH_PHRASE, error) &&
           collect_lines(&collector, list, WISH_AUTHOR | WISH_ID, error);
}
