/* assemble.h - from a job to a pipeline that is ready to run: its files with their connectors, the
 * model, the store, the stages. */
#ifndef JOBS_ASSEMBLE_H
#define JOBS_ASSEMBLE_H

#include "inference/t5.h"
#include "jobs/job.h"
#include "pipeline/pipeline.h"

/* A file that the patterns of a source name, and how it was recognised. */
struct found_file {
    struct input_file input; /* connector NULL: why is in input.failure */
    struct text recognition; /* "csv 90: comma-separated, header of ..."; for `winnow plan` */
    struct text explanation; /* the connector's own words on columns, charset and the like */
    bool is_empty;           /* of no bytes: nothing to read, and no fault */
};

/* Where the work may not go beyond. */
enum pass_set {
    PASSES_PREVIEW, /* stages of pass 1 */
    PASSES_REPORT,  /* stages of passes 2 and 3 */
    PASSES_ALL,     /* all of them */
};

struct assembly {
    struct found_file *found; /* in the order of the sources, sorted by path in each pattern */
    size_t found_count;
    struct input_file *files; /* those of them that are not empty, for the pipeline */
    size_t file_count;
    struct selection selection; /* all rows, unless the caller narrows it before assemble_stages */
    struct store *store;
    const char *key_path; /* of the database's hash key; NULL for a database in memory */
    struct t5_model *model;
    struct t5_session *session;
    struct pipeline pipeline;
    struct arena arena;
};

/* Expands the patterns and recognises every file. A mapping that a file cannot have is ERROR_USAGE;
 * a file that cannot be read is kept with its failure; patterns without a file are noted. */
bool assemble_files(struct assembly *assembly, struct job *job, const struct progress *progress,
                    struct error *error);

/* Opens the model and a session of the job's limits. */
bool assemble_model(struct assembly *assembly, struct job *job, struct error *error);

/* The database of the job's output folder. */
enum store_mode {
    STORE_CREATE,     /* where there is none */
    STORE_MUST_EXIST, /* ERROR_STORE where there is none: nothing to report on */
    STORE_PREVIEW,    /* where there is none, one in memory, so that all rows are new */
};

bool assemble_store(struct assembly *assembly, const struct job *job, enum store_mode store_mode,
                    struct error *error);

/* Opens the stages over assembly->store and the model. */
bool assemble_stages(struct assembly *assembly, const struct job *job, enum pass_set pass_set,
                     const struct progress *progress, struct error *error);

/* Closes everything, the store too. Safe on a zeroed assembly. */
void assemble_close(struct assembly *assembly);

/* The model file to use where none is named: beside the program, or in ../share/winnow; in `arena`.
 * NULL and ERROR_MODEL when it is not there. */
const char *find_default_model(struct arena *arena, struct error *error);

/* The folder and those above it, made where they are missing; private. */
bool create_private_folder(const char *path, struct error *error);

#endif
