/* archive.c - lists and streams members with libarchive. */
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
    TAR_MAGIC_OFFSET = 257, /* "ustar" in a tar file */
    MAX_NESTED_SIZE =
        256 * 1024 * 1024, /* bytes of a workbook within an archive, which is held in memory */
};

struct archive_reader {
    char *path;
    struct archive *archive;
    struct archive_reader *enclosing; /* of a workbook within an archive; NULL if none */
    char *bytes;                      /* content of that workbook */
    size_t size;
    uint64_t packed_size;
    uint64_t declared_size; /* of the member; UINT64_MAX: unknown */
    uint64_t unpacked_size;
};

const struct option archive_options[] = {
    {.name = "max_archive_files",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct archive_limits, members),
     .default_value = "10000",
     .min = 1,
     .max = 10000000,
     .help = "maximum files in an archive; an archive with more is not read"},
    ARCHIVE_MAX_RATIO_OPTION(struct archive_limits, ratio),
    {.name = NULL},
};

enum container_format {
    CONTAINER_NONE, /* neither archive nor compressed */
    CONTAINER_ZIP,  /* an archive of files, or an office document */
    CONTAINER_TAR,
    CONTAINER_GZIP,       /* may contain a tar file */
    CONTAINER_COMPRESSED, /* bzip2, xz, zstd; may contain a tar file */
};

static enum container_format detect_container_format(struct text head)
{
    static const struct {
        const char *magic;
        size_t size;
        enum container_format container_format;
    } container_formats[] = {{"PK\3\4", 4, CONTAINER_ZIP},
                             {"PK\5\6", 4, CONTAINER_ZIP},
                             {"\x1F\x8B", 2, CONTAINER_GZIP},
                             {"BZh", 3, CONTAINER_COMPRESSED},
                             {"\xFD"
                              "7zXZ",
                              5, CONTAINER_COMPRESSED},
                             {"\x28\xB5\x2F\xFD", 4, CONTAINER_COMPRESSED}};
    for (size_t i = 0; i < sizeof(container_formats) / sizeof(*container_formats); i++)
        if (text_starts_with(head,
                             (struct text){container_formats[i].magic, container_formats[i].size}))
            return container_formats[i].container_format;
    bool tar = text_starts_with(text_slice(head, TAR_MAGIC_OFFSET, head.size), TEXT("ustar"));
    return tar ? CONTAINER_TAR : CONTAINER_NONE;
}

static enum container_format detect_file_container_format(const char *path)
{
    char head[512];
    FILE *file = fopen(path, "rbe");
    if (!file)
        return CONTAINER_NONE;
    size_t size = fread(head, 1, sizeof(head), file);
    fclose(file);
    return detect_container_format((struct text){head, size});
}

/* The size of the part of `path` that is a file: of "exports/march.zip" in
 * "exports/march.zip/shop.csv". 0 if there is none. */
static size_t find_archive_path_size(const char *path)
{
    struct stat status;
    size_t size = strlen(path);
    char *part = memory_alloc(size + 1, 1);
    size_t found = 0;
    for (size_t at = 1; !found && at <= size; at++) {
        if (path[at] != '/' && path[at] != '\0')
            continue;
        memcpy(part, path, at);
        part[at] = '\0';
        if (stat(part, &status) == 0 && S_ISREG(status.st_mode))
            found = at;
    }
    free(part);
    return found;
}

/* ---- libarchive ---- */

static bool set_damaged_error(const struct archive_reader *reader, struct error *error)
{
    const char *reason = archive_error_string(reader->archive);
    if (reason && strstr(reason, "ncrypt"))
        return error_set(error, ERROR_INPUT,
                         "%s: the archive is encrypted; unpack it with its password first",
                         reader->path);
    return error_set(error, ERROR_INPUT, "%s: damaged archive (%s); copy it again from its source",
                     reader->path, reason ? reason : "no reason given");
}

static struct archive *create_archive(bool raw)
{
    struct archive *archive = archive_read_new();
    if (!archive)
        memory_alloc(SIZE_MAX / 2, 1); /* out of memory: ends the run */
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

static struct archive_reader *create_archive_reader(const char *path, size_t size, bool raw)
{
    struct archive_reader *reader = memory_alloc(1, sizeof(*reader));
    reader->path = memory_alloc(size + 1, 1);
    memcpy(reader->path, path, size);
    reader->archive = create_archive(raw);
    reader->declared_size = UINT64_MAX;
    return reader;
}

void archive_reader_close(struct archive_reader *reader)
{
    if (!reader)
        return;
    archive_read_free(reader->archive);
    archive_reader_close(reader->enclosing);
    free(reader->bytes);
    free(reader->path);
    free(reader);
}

static bool open_file(struct archive_reader *reader, struct error *error)
{
    struct stat status;
    if (stat(reader->path, &status) == 0)
        reader->packed_size = (uint64_t)status.st_size;
    return archive_read_open_filename(reader->archive, reader->path, BLOCK_SIZE) == ARCHIVE_OK ||
           set_damaged_error(reader, error);
}

static bool convert_name(struct text raw, struct text name, struct arena *arena,
                         struct text *converted)
{
    struct charset *charset;
    if (!charset_open(&charset, name, NULL))
        return false;
    charset_convert(charset, raw, true, converted);
    *converted = arena_copy_text(arena, *converted);
    bool clean = charset_replaced_count(charset) == 0;
    charset_close(charset);
    return clean;
}

/* Returns the entry's name in UTF-8. Names in older archives are tried as CP949, which a Korean
 * Windows writes, then in the detected charset. */
static struct text read_entry_name(struct archive_entry *entry, struct arena *arena)
{
    const char *name = archive_entry_pathname_utf8(entry);
    struct text raw = text_of(name ? name : archive_entry_pathname(entry)), converted;
    if (utf8_is_valid(raw))
        return arena_copy_text(arena, raw);
    if (!convert_name(raw, TEXT("CP949"), arena, &converted))
        convert_name(raw, (struct text){0}, arena, &converted);
    return converted;
}

/* Files that macOS adds to archives, and hidden files, contain no feedback. */
static bool is_hidden(struct text name)
{
    if (text_starts_with(name, TEXT("__MACOSX/")))
        return true;
    size_t begin = name.size;
    while (begin > 0 && name.bytes[begin - 1] != '/')
        begin--;
    return begin < name.size && name.bytes[begin] == '.';
}

/* Moves to the next entry. False at the end, or on a fault, which sets *error. */
static bool next_entry(struct archive_reader *reader, struct archive_entry **entry,
                       struct error *error)
{
    int code = archive_read_next_header(reader->archive, entry);
    if (code == ARCHIVE_EOF)
        return false;
    if (code < ARCHIVE_WARN)
        return set_damaged_error(reader, error);
    reader->declared_size =
        archive_entry_size_is_set(*entry) ? (uint64_t)archive_entry_size(*entry) : UINT64_MAX;
    return true;
}

/* ---- List of members ---- */

struct archive_listing {
    struct archive_reader *reader;
    const struct archive_limits *limits;
    struct arena *arena;
    struct text *members;
    size_t count, capacity;
    int64_t entries;
    uint64_t total_unpacked_size;
    bool is_office;
};

static bool check_limits(const struct archive_listing *listing, struct error *error)
{
    const struct archive_limits *limits = listing->limits;
    uint64_t max = (uint64_t)limits->ratio * listing->reader->packed_size + ARCHIVE_RATIO_FREE_SIZE;
    if (listing->entries > limits->members)
        return error_set(error, ERROR_INPUT,
                         "%s: the archive contains more than %lld files; to read it, raise "
                         "'max_archive_files'",
                         listing->reader->path, (long long)limits->members);
    if (listing->total_unpacked_size > max)
        return error_set(error, ERROR_INPUT,
                         "%s: unpacked, it is more than %lld times its size, as in files made to "
                         "fill a disk; to read it, raise 'max_unpack_ratio'",
                         listing->reader->path, (long long)limits->ratio);
    return true;
}

static bool add_entry(struct archive_listing *listing, struct archive_entry *entry,
                      struct error *error)
{
    struct text name = read_entry_name(entry, listing->arena);
    uint64_t size = listing->reader->declared_size;
    listing->entries++;
    listing->total_unpacked_size += size == UINT64_MAX ? 0 : size;
    if (!check_limits(listing, error))
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
                         listing->reader->path);
    listing->members = memory_grow(listing->members, &listing->capacity, listing->count + 1,
                                   sizeof(*listing->members));
    listing->members[listing->count++] =
        arena_format(listing->arena, "%s/%.*s", listing->reader->path, TEXT_ARGUMENT(name));
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Members of the same name would be the same file in paths and reports. */
static bool check_names_differ(const struct archive_listing *listing, struct error *error)
{
    for (size_t i = 1; i < listing->count; i++)
        if (text_equal(listing->members[i - 1], listing->members[i]))
            return error_set(error, ERROR_INPUT,
                             "%.*s: the archive contains two files of this name; unpack it first",
                             TEXT_ARGUMENT(listing->members[i]));
    return true;
}

static bool list_entries(struct archive_listing *listing, struct error *error)
{
    struct archive_entry *entry;
    struct error fault = {0};
    while (next_entry(listing->reader, &entry, &fault))
        if (!add_entry(listing, entry, error))
            return false;
    if (fault.kind != ERROR_NONE)
        return error_set(error, fault.kind, "%s", fault.message);
    if (listing->is_office)
        listing->count = 0;
    if (listing->count > 0)
        qsort(listing->members, listing->count, sizeof(*listing->members), compare_texts);
    return check_names_differ(listing, error);
}

bool archive_list_members(const char *path, const struct archive_limits *limits,
                          struct arena *arena, struct archive_members *members, struct error *error)
{
    *members = (struct archive_members){0};
    enum container_format container_format = detect_file_container_format(path);
    if (container_format == CONTAINER_NONE)
        return true;
    struct archive_listing listing = {.reader = create_archive_reader(path, strlen(path), false),
                                      .limits = limits,
                                      .arena = arena};
    struct error fault = {0};
    bool ok = open_file(listing.reader, &fault) && list_entries(&listing, &fault);
    /* A compressed file that is no tar file is one input; input.c reads it. */
    bool is_single_file =
        (container_format == CONTAINER_GZIP || container_format == CONTAINER_COMPRESSED) &&
        listing.entries == 0;
    if (ok && listing.count > 0) {
        members->paths = arena_alloc(arena, listing.count, sizeof(*members->paths));
        memcpy(members->paths, listing.members, listing.count * sizeof(*members->paths));
        members->count = listing.count;
    }
    free(listing.members);
    archive_reader_close(listing.reader);
    return ok || is_single_file || error_set(error, fault.kind, "%s", fault.message);
}

/* ---- Read a member ---- */

/* Loads a member that is itself an archive. */
static bool load_enclosing_member(struct archive_reader *reader, struct error *error)
{
    size_t capacity = 0, count;
    do {
        reader->bytes = memory_grow(reader->bytes, &capacity, reader->size + BLOCK_SIZE, 1);
        if (!archive_reader_read(reader->enclosing, reader->bytes + reader->size, BLOCK_SIZE,
                                 &count, error))
            return false;
        reader->size += count;
    } while (count > 0 && reader->size <= MAX_NESTED_SIZE);
    if (count > 0)
        return error_set(error, ERROR_INPUT,
                         "%s: too large to be read within an archive; unpack the archive first",
                         reader->enclosing->path);
    reader->packed_size = reader->size;
    return archive_read_open_memory(reader->archive, reader->bytes, reader->size) == ARCHIVE_OK ||
           set_damaged_error(reader, error);
}

/* Moves to the entry called `member`; sets *found to whether it exists. */
static bool find_member(struct archive_reader *reader, const char *member, bool *found,
                        struct error *error)
{
    struct archive_entry *entry;
    struct arena arena = {0};
    struct error fault = {0};
    *found = false;
    while (!*found && next_entry(reader, &entry, &fault)) {
        *found = text_equal(read_entry_name(entry, &arena), text_of(member));
        arena_reset(&arena);
    }
    arena_free(&arena);
    return fault.kind == ERROR_NONE || error_set(error, fault.kind, "%s", fault.message);
}

static bool open_member(struct archive_reader **reader, const char *path, size_t file_size,
                        struct error *error)
{
    struct archive_reader *opened = create_archive_reader(path, file_size, false);
    const char *member = path + file_size + 1;
    bool found = false;
    bool ok = open_file(opened, error) && find_member(opened, member, &found, error);
    if (ok && !found)
        ok = error_set(error, ERROR_INPUT, "%s: contains no file '%s'", opened->path, member);
    if (ok)
        *reader = opened;
    else
        archive_reader_close(opened);
    return ok;
}

static bool open_compressed_file(struct archive_reader **reader, const char *path,
                                 struct error *error)
{
    struct archive_reader *opened = create_archive_reader(path, strlen(path), true);
    struct archive_entry *entry;
    if (open_file(opened, error) && next_entry(opened, &entry, error)) {
        opened->declared_size = UINT64_MAX;
        *reader = opened;
        return true;
    }
    archive_reader_close(opened);
    return false;
}

bool archive_reader_open(struct archive_reader **reader, const char *path, struct error *error)
{
    struct stat status;
    *reader = NULL;
    if (stat(path, &status) == 0)
        return !S_ISREG(status.st_mode) ||
               detect_file_container_format(path) != CONTAINER_COMPRESSED ||
               open_compressed_file(reader, path, error);
    size_t file_size = find_archive_path_size(path);
    return file_size == 0 || open_member(reader, path, file_size, error);
}

bool archive_reader_open_part(struct archive_reader **reader, const char *path, const char *part,
                              struct error *error)
{
    struct stat status;
    struct archive_reader *opened = create_archive_reader(path, strlen(path), false);
    bool found = false, ok;
    if (stat(path, &status) == 0)
        ok = open_file(opened, error);
    else
        ok = archive_reader_open(&opened->enclosing, path, error) &&
             (opened->enclosing ? load_enclosing_member(opened, error)
                                : error_set(error, ERROR_INPUT, "%s: %s", path, strerror(ENOENT)));
    ok = ok && find_member(opened, part, &found, error);
    *reader = found ? opened : NULL;
    if (!found)
        archive_reader_close(opened);
    return ok;
}

bool archive_reader_read(struct archive_reader *reader, char *bytes, size_t size, size_t *count,
                         struct error *error)
{
    la_ssize_t read = archive_read_data(reader->archive, bytes, size);
    *count = read > 0 ? (size_t)read : 0;
    reader->unpacked_size += *count;
    if (read < 0)
        return set_damaged_error(reader, error);
    if (reader->unpacked_size > reader->declared_size)
        return error_set(
            error, ERROR_INPUT,
            "%s: a file in it is longer than the archive states; do not trust this archive",
            reader->path);
    return true;
}

uint64_t archive_reader_packed_size(const struct archive_reader *reader)
{
    return reader->packed_size;
}
