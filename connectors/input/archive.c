/* archive.c - members of archives (libarchive), as if they were files. */
#include "connectors/input/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/input/charset.h"

enum {
    BLOCK_SIZE = 64 * 1024,
    TAR_MARK_AT = 257,                  /* of "ustar" in a tar file */
    LARGEST_NESTED = 256 * 1024 * 1024, /* of a workbook within an archive: held in memory */
};

struct bundle {
    char *path;
    struct archive *archive;
    struct bundle *outer; /* a workbook within an archive: where its bytes came from */
    char *bytes;          /* and they themselves */
    size_t size;
    uint64_t packed_size;
    uint64_t declared; /* of the member; UINT64_MAX: not said */
    uint64_t produced;
};

const struct option bundle_options[] = {
    {.name = "max_members",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct bundle_limits, members),
     .fallback = "10000",
     .least = 1,
     .most = 10000000,
     .help = "files that an archive may hold; more is a fault"},
    {.name = "max_ratio",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct bundle_limits, ratio),
     .fallback = "200",
     .least = 1,
     .most = 1000000,
     .help = "times its size that a packed file may grow when unpacked; more is a fault"},
    {.name = NULL},
};

enum form {
    FORM_PLAIN, /* no bundle */
    FORM_ZIP,   /* an archive of files, or an office document */
    FORM_TAR,
    FORM_GZIP,   /* perhaps of a tar file */
    FORM_PACKED, /* bzip2, xz, zstd; perhaps of a tar file */
};

static enum form form_of(struct text head)
{
    static const struct {
        const char *mark;
        size_t size;
        enum form form;
    } forms[] = {{"PK\3\4", 4, FORM_ZIP},
                 {"PK\5\6", 4, FORM_ZIP},
                 {"\x1F\x8B", 2, FORM_GZIP},
                 {"BZh", 3, FORM_PACKED},
                 {"\xFD"
                  "7zXZ",
                  5, FORM_PACKED},
                 {"\x28\xB5\x2F\xFD", 4, FORM_PACKED}};
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (text_starts_with(head, (struct text){forms[i].mark, forms[i].size}))
            return forms[i].form;
    bool tar = text_starts_with(text_slice(head, TAR_MARK_AT, head.size), TEXT("ustar"));
    return tar ? FORM_TAR : FORM_PLAIN;
}

static enum form form_of_file(const char *path)
{
    char head[512];
    FILE *file = fopen(path, "rbe");
    if (!file)
        return FORM_PLAIN;
    size_t size = fread(head, 1, sizeof(head), file);
    fclose(file);
    return form_of((struct text){head, size});
}

/* Where "exports/march.zip/shop.csv" turns from a file into a member: the size of "exports/
 * march.zip"; 0 when no part of it is a file. */
static size_t size_of_file_part(const char *path)
{
    struct stat about;
    size_t size = strlen(path);
    char *part = memory_alloc(size + 1, 1);
    size_t found = 0;
    for (size_t at = 1; !found && at <= size; at++) {
        if (path[at] != '/' && path[at] != '\0')
            continue;
        memcpy(part, path, at);
        part[at] = '\0';
        if (stat(part, &about) == 0 && S_ISREG(about.st_mode))
            found = at;
    }
    free(part);
    return found;
}

/* ---- libarchive ---- */

static bool damaged(const struct bundle *bundle, struct error *error)
{
    const char *reason = archive_error_string(bundle->archive);
    if (reason && strstr(reason, "ncrypt"))
        return error_set(error, ERROR_INPUT,
                         "%s: the archive is encrypted; unpack it with its password first",
                         bundle->path);
    return error_set(error, ERROR_INPUT,
                     "%s: damaged archive (%s); copy it again from where it "
                     "came from",
                     bundle->path, reason ? reason : "no reason given");
}

static struct archive *new_archive(bool raw)
{
    struct archive *archive = archive_read_new();
    if (!archive)
        memory_alloc(SIZE_MAX / 2, 1); /* ends the run */
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_zip_seekable(archive);
    archive_read_support_format_tar(archive);
    if (raw)
        archive_read_support_format_raw(archive);
    return archive;
}

static struct bundle *new_bundle(const char *path, size_t size, bool raw)
{
    struct bundle *bundle = memory_alloc(1, sizeof(*bundle));
    bundle->path = memory_alloc(size + 1, 1);
    memcpy(bundle->path, path, size);
    bundle->archive = new_archive(raw);
    bundle->declared = UINT64_MAX;
    return bundle;
}

void bundle_close(struct bundle *bundle)
{
    if (!bundle)
        return;
    archive_read_free(bundle->archive);
    bundle_close(bundle->outer);
    free(bundle->bytes);
    free(bundle->path);
    free(bundle);
}

static bool open_file(struct bundle *bundle, struct error *error)
{
    struct stat about;
    if (stat(bundle->path, &about) == 0)
        bundle->packed_size = (uint64_t)about.st_size;
    return archive_read_open_filename(bundle->archive, bundle->path, BLOCK_SIZE) == ARCHIVE_OK ||
           damaged(bundle, error);
}

static bool convert(struct text raw, struct text name, struct arena *arena, struct text *converted)
{
    struct charset *charset;
    if (!charset_open(&charset, name, NULL))
        return false;
    charset_convert(charset, raw, true, converted);
    *converted = arena_copy(arena, *converted);
    bool clean = charset_replaced(charset) == 0;
    charset_close(charset);
    return clean;
}

/* The entry's name in UTF-8: as archives of today say it; else in CP949, as a Korean Windows writes
 * it, where it can be that (lone accents cannot), or in the charset that it looks like. */
static struct text name_of(struct archive_entry *entry, struct arena *arena)
{
    const char *name = archive_entry_pathname_utf8(entry);
    struct text raw = text_of(name ? name : archive_entry_pathname(entry)), converted;
    if (utf8_valid(raw))
        return arena_copy(arena, raw);
    if (!convert(raw, TEXT("CP949"), arena, &converted))
        convert(raw, (struct text){0}, arena, &converted);
    return converted;
}

/* What a Mac adds to every archive, and what is hidden, holds no feedback. */
static bool is_hidden(struct text name)
{
    if (text_starts_with(name, TEXT("__MACOSX/")))
        return true;
    size_t begin = name.size;
    while (begin > 0 && name.bytes[begin - 1] != '/')
        begin--;
    return begin < name.size && name.bytes[begin] == '.';
}

/* The next entry: false at the end and for a fault, which is then in *error. */
static bool next_entry(struct bundle *bundle, struct archive_entry **entry, struct error *error)
{
    int code = archive_read_next_header(bundle->archive, entry);
    if (code == ARCHIVE_EOF)
        return false;
    if (code < ARCHIVE_WARN)
        return damaged(bundle, error);
    bundle->declared =
        archive_entry_size_is_set(*entry) ? (uint64_t)archive_entry_size(*entry) : UINT64_MAX;
    return true;
}

/* ---- The list of members ---- */

struct listing {
    struct bundle *bundle;
    const struct bundle_limits *limits;
    struct arena *arena;
    struct text *members;
    size_t count, capacity;
    int64_t entries;
    uint64_t unpacked;
    bool is_office;
};

static bool within_limits(const struct listing *listing, struct error *error)
{
    const struct bundle_limits *limits = listing->limits;
    uint64_t most = (uint64_t)limits->ratio * listing->bundle->packed_size + BUNDLE_FREE_BYTES;
    if (listing->entries > limits->members)
        return error_set(error, ERROR_INPUT,
                         "%s: the archive holds more than %lld files; if that is right, raise "
                         "'max_members'",
                         listing->bundle->path, (long long)limits->members);
    if (listing->unpacked > most)
        return error_set(error, ERROR_INPUT,
                         "%s: unpacked it would be more than %lld times its size, as files made to "
                         "fill a disk are; if that is right, raise 'max_ratio'",
                         listing->bundle->path, (long long)limits->ratio);
    return true;
}

static bool add_entry(struct listing *listing, struct archive_entry *entry, struct error *error)
{
    struct text name = name_of(entry, listing->arena);
    uint64_t size = listing->bundle->declared;
    listing->entries++;
    listing->unpacked += size == UINT64_MAX ? 0 : size;
    if (!within_limits(listing, error))
        return false;
    listing->is_office |= text_equal(name, TEXT("[Content_Types].xml")) ||
                          (text_equal(name, TEXT("mimetype")) && listing->entries == 1);
    bool regular = archive_entry_filetype(entry) == AE_IFREG || archive_entry_filetype(entry) == 0;
    if (!regular || size == 0 || name.size == 0 || is_hidden(name) ||
        name.bytes[name.size - 1] == '/')
        return true;
    if (archive_entry_is_encrypted(entry))
        return error_set(error, ERROR_INPUT,
                         "%s: the archive is encrypted; unpack it with its password first",
                         listing->bundle->path);
    listing->members = memory_grow(listing->members, &listing->capacity, listing->count + 1,
                                   sizeof(*listing->members));
    listing->members[listing->count++] =
        arena_format(listing->arena, "%s/%.*s", listing->bundle->path, TEXT_ARGUMENT(name));
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Two members of one name could not be told apart afterwards. */
static bool all_different(const struct listing *listing, struct error *error)
{
    for (size_t i = 1; i < listing->count; i++)
        if (text_equal(listing->members[i - 1], listing->members[i]))
            return error_set(error, ERROR_INPUT,
                             "%.*s: the archive holds two files of this name; unpack it first",
                             TEXT_ARGUMENT(listing->members[i]));
    return true;
}

static bool list_entries(struct listing *listing, struct error *error)
{
    struct archive_entry *entry;
    struct error fault = {0};
    while (next_entry(listing->bundle, &entry, &fault))
        if (!add_entry(listing, entry, error))
            return false;
    if (fault.kind != ERROR_NONE)
        return error_set(error, fault.kind, "%s", fault.message);
    if (listing->is_office)
        listing->count = 0;
    if (listing->count > 0)
        qsort(listing->members, listing->count, sizeof(*listing->members), by_bytes);
    return all_different(listing, error);
}

bool bundle_list(const char *path, const struct bundle_limits *limits, struct arena *arena,
                 struct text **members, size_t *count, struct error *error)
{
    *members = NULL;
    *count = 0;
    enum form form = form_of_file(path);
    if (form == FORM_PLAIN)
        return true;
    struct listing listing = {
        .bundle = new_bundle(path, strlen(path), false), .limits = limits, .arena = arena};
    struct error fault = {0};
    bool ok = open_file(listing.bundle, &fault) && list_entries(&listing, &fault);
    /* A packed file that is no tar file is one input, read as such. */
    bool single = (form == FORM_GZIP || form == FORM_PACKED) && listing.entries == 0;
    if (ok && listing.count > 0) {
        *members = arena_alloc(arena, listing.count, sizeof(**members));
        memcpy(*members, listing.members, listing.count * sizeof(**members));
        *count = listing.count;
    }
    free(listing.members);
    bundle_close(listing.bundle);
    return ok || single || error_set(error, fault.kind, "%s", fault.message);
}

/* ---- One member ---- */

/* All bytes of a member that is itself an archive of members. */
static bool load_outer(struct bundle *bundle, struct error *error)
{
    size_t capacity = 0, count;
    do {
        bundle->bytes = memory_grow(bundle->bytes, &capacity, bundle->size + BLOCK_SIZE, 1);
        if (!bundle_read(bundle->outer, bundle->bytes + bundle->size, BLOCK_SIZE, &count, error))
            return false;
        bundle->size += count;
    } while (count > 0 && bundle->size <= LARGEST_NESTED);
    if (count > 0)
        return error_set(error, ERROR_INPUT,
                         "%s: too large to be read within an archive; unpack "
                         "the archive first",
                         bundle->outer->path);
    bundle->packed_size = bundle->size;
    return archive_read_open_memory(bundle->archive, bundle->bytes, bundle->size) == ARCHIVE_OK ||
           damaged(bundle, error);
}

/* Moves to the entry called `member`; *found is false when there is none. */
static bool find_member(struct bundle *bundle, const char *member, bool *found, struct error *error)
{
    struct archive_entry *entry;
    struct arena arena = {0};
    struct error fault = {0};
    *found = false;
    while (!*found && next_entry(bundle, &entry, &fault)) {
        *found = text_equal(name_of(entry, &arena), text_of(member));
        arena_reset(&arena);
    }
    arena_free(&arena);
    return fault.kind == ERROR_NONE || error_set(error, fault.kind, "%s", fault.message);
}

static bool open_member(struct bundle **bundle, const char *path, size_t file_size,
                        struct error *error)
{
    struct bundle *opened = new_bundle(path, file_size, false);
    const char *member = path + file_size + 1;
    bool found = false;
    bool ok = open_file(opened, error) && find_member(opened, member, &found, error);
    if (ok && !found)
        ok = error_set(error, ERROR_INPUT, "%s: holds no file '%s'", opened->path, member);
    if (ok)
        *bundle = opened;
    else
        bundle_close(opened);
    return ok;
}

static bool open_packed(struct bundle **bundle, const char *path, struct error *error)
{
    struct bundle *opened = new_bundle(path, strlen(path), true);
    struct archive_entry *entry;
    if (open_file(opened, error) && next_entry(opened, &entry, error)) {
        opened->declared = UINT64_MAX;
        *bundle = opened;
        return true;
    }
    bundle_close(opened);
    return false;
}

bool bundle_open(struct bundle **bundle, const char *path, struct error *error)
{
    struct stat about;
    *bundle = NULL;
    if (stat(path, &about) == 0)
        return !S_ISREG(about.st_mode) || form_of_file(path) != FORM_PACKED ||
               open_packed(bundle, path, error);
    size_t file_size = size_of_file_part(path);
    return file_size == 0 || open_member(bundle, path, file_size, error);
}

bool bundle_open_part(struct bundle **bundle, const char *path, const char *part,
                      struct error *error)
{
    struct stat about;
    struct bundle *opened = new_bundle(path, strlen(path), false);
    bool found = false, ok;
    if (stat(path, &about) == 0)
        ok = open_file(opened, error);
    else
        ok = bundle_open(&opened->outer, path, error) &&
             (opened->outer ? load_outer(opened, error)
                            : error_set(error, ERROR_INPUT, "%s: %s", path, strerror(ENOENT)));
    ok = ok && find_member(opened, part, &found, error);
    *bundle = found ? opened : NULL;
    if (!found)
        bundle_close(opened);
    return ok;
}

bool bundle_read(struct bundle *bundle, char *bytes, size_t size, size_t *count,
                 struct error *error)
{
    la_ssize_t read = archive_read_data(bundle->archive, bytes, size);
    *count = read > 0 ? (size_t)read : 0;
    bundle->produced += *count;
    if (read < 0)
        return damaged(bundle, error);
    if (bundle->produced > bundle->declared)
        return error_set(error, ERROR_INPUT,
                         "%s: a file in it is longer than the archive says; it was made to deceive",
                         bundle->path);
    return true;
}

uint64_t bundle_packed_size(const struct bundle *bundle)
{
    return bundle->packed_size;
}
