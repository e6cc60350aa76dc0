/* store_case.h - a database in a folder of its own, for tests of pipeline/store*.c. What fails
 * fails the test. */
#ifndef TESTS_SUPPORT_STORE_CASE_H
#define TESTS_SUPPORT_STORE_CASE_H

#include "pipeline/store.h"

enum { STORE_CASE_MODEL = 7, STORE_CASE_AUTHOR = 4 /* hashes of a model, and of an author */ };

/* The hash of the settings under which rows are read next; 1 in a new folder. */
extern uint64_t store_case_settings;

/* A fresh folder, and the path of a database in it. */
struct test_folder {
    char path[64], database[96];
};

/* A test with a folder as its state. Removing the folder fails if another file is left in it. */
#define STORE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_case_make_folder, store_case_remove_folder)

int store_case_make_folder(void **state);
int store_case_remove_folder(void **state);

/* Opens or makes the database, for the model STORE_CASE_MODEL. */
struct store *store_case_open(const struct test_folder *folder);

/* Returns whether the run resumes an earlier one. */
bool store_case_begin_run(struct store *store, uint64_t job);
void store_case_finish_run(struct store *store);

/* Returns how many reads of the file are saved, or UINT64_MAX if it is finished. */
uint64_t store_case_begin_file(struct store *store, const char *path, uint64_t size);

/* Adds a record with a positive analysis to the batch. */
struct record *store_case_add(struct batch *batch, enum record_state state, uint64_t id,
                              const char *text);

/* Saves the batch, and empties it. */
void store_case_save(struct store *store, struct batch *batch, uint64_t reads, bool finished);

/* What the store knows of a record with this id and text. */
struct record_lookup store_case_find(struct store *store, uint64_t id, const char *text);

/* Saves a run with three records: one with columns and topics, one with a language, and one without
 * date and analysis. */
void store_case_save_three(struct store *store);

/* A summary with the point `text`, which the records 1 to `records` say in that order, and one that
 * the first of them says. */
void store_case_save_summary(struct store *store, const struct group_key *key, const char *text,
                             size_t records);

/* Compares the table with lines of cells between bars, the names first. */
void store_case_assert_table(struct store *store, const char *name,
                             const struct selection *selection, const char *expected);

/* Compares the records with lines: text, sentiment, topics, columns. */
void store_case_assert_rows(struct store *store, const struct selection *selection,
                            const char *expected);

/* Compares the summaries with lines: columns, topic, period and text. */
void store_case_assert_summaries(struct store *store, const char *expected);

#endif
