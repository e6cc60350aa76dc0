/* file.h - reads whole files, and replaces files atomically. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* What a reader accepts, and the kind of its errors. */
struct file_limits {
    size_t max_size; /* bytes */
    enum error_kind error_kind;
};

/* Reads a whole file into memory of `arena`. A larger file than `limits` allows is an error. */
bool file_read(const char *path, struct file_limits limits, struct arena *arena, struct text *bytes,
               struct error *error);

/* Maps a file read-only; an empty file is the empty text. Release with file_unmap. */
bool file_map(const char *path, struct text *bytes, enum error_kind kind, struct error *error);
void file_unmap(struct text bytes);

/* Releases the memory of a part of a mapped file that will not be read again soon. */
void file_release_pages(struct text bytes);

/* Writes a temporary file (mode 0600) in the target's folder, which replaces the target only when
 * it is complete and on disk. Whatever happens, the target's name never refers to a partial file.
 */
struct file_writer {
    FILE *stream;
    char *path, *temporary_path; /* owned */
};

bool file_writer_open(struct file_writer *writer, const char *path, struct error *error);

/* Flushes, syncs and renames the file. On any error, including earlier errors of the stream,
 * removes the temporary file; the error is ERROR_STORE with the path and the reason. */
bool file_writer_commit(struct file_writer *writer, struct error *error);

/* Removes the temporary file. Safe on a zeroed or committed writer. */
void file_writer_abort(struct file_writer *writer);

#endif
