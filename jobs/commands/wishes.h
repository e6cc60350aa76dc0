/* wishes.h - whose records `winnow forget` and `winnow export` are about: the options that both
 * have, and the search for the records. */
#ifndef JOBS_COMMANDS_WISHES_H
#define JOBS_COMMANDS_WISHES_H

#include "jobs/assemble.h"
#include "jobs/command.h"

/* Must be the first member of the command's own options: WISH_FLAGS count their offsets from here.
 * Several values of an option are separated by line feeds. */
struct wish_options {
    struct text overrides, authors, ids, phrases, list;
};

#define WISH_FLAGS                                                                                 \
    {.option = {"author", OPTION_TEXT, offsetof(struct wish_options, authors), "",                 \
                .help = "records of this author, written as in the export"},                       \
     .value_name = "NAME",                                                                         \
     .is_repeatable = true},                                                                       \
        {.option = {"id", OPTION_TEXT, offsetof(struct wish_options, ids), "",                     \
                    .help = "the record with this id: of the export, or feedback_id"},             \
         .value_name = "ID",                                                                       \
         .is_repeatable = true},                                                                   \
        {.option = {"text", OPTION_TEXT, offsetof(struct wish_options, phrases), "",               \
                    .help = "records that contain this phrase; ignores the case of a to z"},       \
         .value_name = "PHRASE",                                                                   \
         .is_repeatable = true},                                                                   \
        {.option = {"file", OPTION_TEXT, offsetof(struct wish_options, list), "",                  \
                    .help = "file of authors and ids, one a line"},                                \
         .value_name = "LIST"},                                                                    \
    {                                                                                              \
        .option = {"set", OPTION_TEXT, offsetof(struct wish_options, overrides), "",               \
                   .help = "section.key=value that overrides the job file"},                       \
        .short_name = 's', .value_name = "KEY=VALUE", .is_repeatable = true                        \
    }

/* ERROR_USAGE if the options name nothing. */
bool wishes_check(const struct command *command, const struct wish_options *options,
                  struct error *error);

/* Collects the records in assembly->store (store_begin_erasure). Reads the key of the database, so
 * that authors are found whose names are not saved. */
bool wishes_collect(const struct wish_options *options, struct assembly *assembly,
                    const struct job *job, struct error *error);

#endif
