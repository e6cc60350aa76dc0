/* export_files.h - the exports in a folder, and which of them are parts of one source. */
#ifndef JOBS_EXPORT_FILES_H
#define JOBS_EXPORT_FILES_H

#include "base/arena.h"
#include "base/error.h"
#include "connectors/connectors.h"

/* A file, or a folder that is one input, such as a Maildir. */
struct export_file {
    struct text path;                  /* relative to the folder */
    const struct connector *connector; /* NULL: it cannot be read */
    struct text recognition;           /* "csv 90: ..."; or why it cannot be read */
    bool is_in_source;                 /* for the caller */
};

/* Zeroed except for the folder, which is borrowed. */
struct export_files {
    const char *folder;
    struct export_file *items; /* owned; in the order of their names */
    size_t count, capacity;
    struct arena arena; /* holds texts and paths */
};

/* Finds the files of the folder, and of the folders in it. Skips output folders of Winnow, lists of
 * topics, empty and hidden files, *.ini and *.md. */
bool export_files_find(struct export_files *files, struct error *error);
void export_files_free(struct export_files *files);

/* The path of a file in the folder; in files->arena. */
const char *export_files_join(struct export_files *files, struct text path);

/* Whether one source reads both: their names differ only in what follows the first digit. */
bool export_files_belong_together(const struct export_file *a, const struct export_file *b);

/* The path up to the first digit of the name ("in/reviews_2026-01.csv": "in/reviews_"), which later
 * exports will share; the path without its extension if that would leave too little. */
struct text export_path_prefix(struct text path);

/* From the first dot of the name on: ".csv", ".csv.gz". */
struct text export_path_extension(struct text path);

/* The offset of the name in the path. */
size_t export_path_name(struct text path);

#endif
