/* archive.h - reads members of .zip, .tar and .tgz archives, and single files compressed with
 * bzip2, xz or zstd (libarchive). The path of a member is the path of its archive and its own:
 * "exports/march.zip/reviews/shop.csv". Members are streamed, never unpacked to disk. */
#ifndef CONNECTORS_INPUT_ARCHIVE_H
#define CONNECTORS_INPUT_ARCHIVE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "base/text.h"

/* Limits that refuse zip bombs: small archives made to fill a disk. */
struct archive_limits {
    int64_t members; /* maximum number of files in an archive */
    int64_t ratio;   /* maximum unpacked size of all of them, in multiples of the archive's size */
};

/* The option of [source] that limits the ratio: ARCHIVE_MAX_RATIO_OPTION(struct state, field). */
#define ARCHIVE_MAX_RATIO_OPTION(state, field)                                                     \
    {                                                                                              \
        .name = "max_unpack_ratio", .type = OPTION_INTEGER, .offset = offsetof(state, field),      \
        .default_value = "200", .min = 1, .max = 1000000,                                          \
        .help = "times its size that a packed file may grow when unpacked; more is a fault"        \
    }

extern const struct option archive_options[]; /* keys of [source] that set struct archive_limits */

/* Unpacked bytes that are allowed whatever the ratio. */
enum { ARCHIVE_RATIO_FREE_SIZE = 16 * 1024 * 1024 };

struct archive_members {
    struct text *paths; /* as archive_reader_open and input_open take them */
    size_t count;
};

/* Lists the members of the file at `path` that may contain feedback, sorted by name, allocated from
 * `arena`. The list is empty if the file is no archive, an empty one, or an office document, which
 * users see as one file. ERROR_INPUT if the archive is damaged, encrypted or exceeds a limit. */
bool archive_list_members(const char *path, const struct archive_limits *limits,
                          struct arena *arena, struct archive_members *members,
                          struct error *error);

struct archive_reader;

/* Opens a member, as named by archive_list_members, or a single compressed file. Returns true and
 * *reader NULL if the path is neither. */
bool archive_reader_open(struct archive_reader **reader, const char *path, struct error *error);

/* Opens the member `part` of the archive at `path`, which may itself be a member of another
 * archive: a sheet of a workbook. Returns true and *reader NULL if there is no such part. */
bool archive_reader_open_part(struct archive_reader **reader, const char *path, const char *part,
                              struct error *error);

/* Reads the next *count bytes, at most `size`; 0 at the end. ERROR_INPUT if the archive is damaged.
 */
bool archive_reader_read(struct archive_reader *reader, char *bytes, size_t size, size_t *count,
                         struct error *error);

/* Size of the archive's own file in bytes. */
uint64_t archive_reader_packed_size(const struct archive_reader *reader);

void archive_reader_close(struct archive_reader *reader); /* may be NULL */

#endif
