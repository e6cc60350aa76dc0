/* assemble.h - builds the pipeline of a job: its files with their connectors, the model, the store,
 * the stages. */
#ifndef JOBS_ASSEMBLE_H
#define JOBS_ASSEMBLE_H

#include "inference/t5.h"
#include "jobs/file_finder.h"

/* The passes whose stages are opened. */
enum pass_set {
    PASSES_PREVIEW,  /* pass 1, and stages that check its columns */
    PASSES_ANALYSIS, /* the part of pass 1 that saved texts need */
    PASSES_REPORT,   /* passes 2 and 3 */
    PASSES_ALL,
};

struct assembly {
    struct found_files found;
    struct input_file *files; /* the ones that are not empty, for the pipeline */
    size_t file_count;
    struct selection selection; /* set by the caller before assemble_stages */
    struct store *store;
    const char *key_path; /* of the database's hash key; NULL for a database in memory */
    struct t5_model *model;
    struct t5_session *session;
    struct pipeline pipeline;
    struct arena arena;
};

/* Enters the sandbox of the job (jobs/sandbox.h), before its first input is opened. The output
 * folder, if it exists, and `folder` (NULL: none) stay writable. */
bool assemble_sandbox(const struct job *job, const char *folder, struct error *error);

/* Finds the files, as found_files_find. */
bool assemble_files(struct assembly *assembly, struct job *job, const struct progress *progress,
                    struct error *error);

/* Opens the model and a session with the job's limits. */
bool assemble_model(struct assembly *assembly, struct job *job, struct error *error);

/* What to do if the output folder has no database. */
enum store_mode {
    STORE_CREATE,     /* create it */
    STORE_MUST_EXIST, /* fail with ERROR_STORE */
    STORE_PREVIEW,    /* use an empty database in memory, so that all rows are new */
};

/* Opens the database of the output folder. */
bool assemble_store(struct assembly *assembly, const struct job *job, enum store_mode store_mode,
                    struct error *error);

/* Opens the stages with assembly->store and the model. */
bool assemble_stages(struct assembly *assembly, const struct job *job, enum pass_set pass_set,
                     const struct progress *progress, struct error *error);

/* Fails if the saved rows were analysed by another model: their analyses do not count, so every row
 * would be `undetected`. After assemble_stages. */
bool assemble_check_model_key(const struct assembly *assembly, const struct job *job,
                              struct error *error);

/* Closes everything, including the store. Safe on a zeroed assembly. */
void assemble_close(struct assembly *assembly);

/* Creates the folder and its missing parents with mode 0700. */
bool create_private_folder(const char *path, struct error *error);

#endif
