/* archive.h - files that hold files: .zip, .tar and .tgz, and single files packed with bzip2, xz or
 * zstd (libarchive). A member is named by the path of its bundle and its own:
 * "exports/march.zip/reviews/shop.csv". Members are streamed, never unpacked to disk. */
#ifndef CONNECTORS_INPUT_ARCHIVE_H
#define CONNECTORS_INPUT_ARCHIVE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "base/text.h"

/* What a bundle may unpack to, so that a few kilobytes made to fill a disk or a night (a zip bomb)
 * are refused. */
struct archive_limits {
    int64_t members; /* at most so many */
    int64_t ratio;   /* all of them together at most so many times the size of the bundle */
};

extern const struct option archive_options[]; /* the keys of [source] that set them */

/* Unpacked bytes that no limit on the ratio forbids. */
enum { ARCHIVE_RATIO_FREE_SIZE = 16 * 1024 * 1024 };

/* The members of the file at `path` that may hold feedback, sorted by name, each as the path that
 * archive_reader_open and input_open take, in `arena`. None (and true) when it is no bundle, when
 * it is an office document, which is one file to people, and when it is empty. ERROR_INPUT when it
 * is damaged, encrypted or beyond a limit. */
bool archive_list_members(const char *path, const struct archive_limits *limits,
                          struct arena *arena, struct text **members, size_t *count,
                          struct error *error);

struct archive_reader;

/* Opens a member for reading: `path` as archive_list_members names it, or a single packed file.
 * *bundle is NULL (and the answer true) when the path names neither. */
bool archive_reader_open(struct archive_reader **reader, const char *path, struct error *error);

/* Opens `part` of the archive at `path`, which may itself be a member of another: a sheet of a
 * workbook. *bundle is NULL (and the answer true) when there is no such part. */
bool archive_reader_open_part(struct archive_reader **reader, const char *path, const char *part,
                              struct error *error);

/* The next bytes, at most `size`; *count 0 at the end. ERROR_INPUT when the bundle is damaged. */
bool archive_reader_read(struct archive_reader *reader, char *bytes, size_t size, size_t *count,
                         struct error *error);

/* Bytes of the bundle's own file. */
uint64_t archive_reader_packed_size(const struct archive_reader *reader);

void archive_reader_close(struct archive_reader *reader); /* NULL is fine */

#endif
