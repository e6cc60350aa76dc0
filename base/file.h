/* file.h - whole files, and files that appear at once. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* The whole of a file of at most `most` bytes, allocated from `arena`. Faults are `kind` errors. */
bool file_read(const char *path, size_t max_size, struct arena *arena, struct text *bytes,
               enum error_kind kind, struct error *error);

/* Maps a file read-only. An empty file gives the empty text. Undo with file_unmap. */
bool file_map(const char *path, struct text *bytes, enum error_kind kind, struct error *error);
void file_unmap(struct text bytes);

/* Part of a mapped file that will not be read again soon: gives its memory back. */
void file_release_pages(struct text bytes);

/* A file written beside its target (mode 0600), which it replaces only when all of it is on disk:
 * a reader, a full disk or a kill never leaves half a file under the target's name. */
struct file_writer {
    FILE *stream;
    char *path, *temporary_path; /* owned */
};

bool file_writer_open(struct file_writer *writer, const char *path, struct error *error);

/* Flushes, syncs, renames. On any failure (the stream's own included) removes the temporary file
 * and says ERROR_STORE with the path and the reason. */
bool file_writer_commit(struct file_writer *writer, struct error *error);

/* Gives up: removes the temporary file. Safe on a zeroed or committed writer. */
void file_writer_abort(struct file_writer *writer);

#endif
