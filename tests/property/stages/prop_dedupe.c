/* prop_dedupe.c - states do not depend on how the rows of a file fall into batches, and reading
 * again finds nothing new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "pipeline/store.h"
#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"
#include "tests/support/random.h"

enum { ROWS = 300, FILES = 2, RUNS = 3 };

struct row_source {
    char id[8], author[8], text[16];
    int64_t day;
};

/* Few different values, so that ids, authors and texts meet often. */
static void make_rows(uint64_t seed, struct row_source rows[ROWS])
{
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (struct row_source){.day = (int64_t)(random_next(&seed) % 3)};
        if (random_next(&seed) % 3)
            snprintf(rows[i].id, sizeof(rows[i].id), "r%u", (unsigned)(random_next(&seed) % 60));
        if (random_next(&seed) % 2)
            snprintf(rows[i].author, sizeof(rows[i].author), "a%u",
                     (unsigned)(random_next(&seed) % 6));
        snprintf(rows[i].text, sizeof(rows[i].text), "text %u",
                 (unsigned)(random_next(&seed) % 25));
    }
}

static void fill(struct batch *batch, const struct row_source *row)
{
    struct record *record = batch_add_record(batch);
    record->external_id = text_of(row->id);
    record->author = text_of(row->author);
    record->body = record->text = text_of(row->text);
    record->created_at = row->day;
}

/* Reads both files in each run; `states` and `ids` of every row, in order. */
static void ingest(struct row_source rows[FILES][ROWS], size_t batch_size,
                   enum record_state *states, uint64_t *ids)
{
    struct database database;
    database_make(&database);
    struct stage_context bench = {.store = database.store};
    size_t at = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        uint64_t run_id;
        bool resumed;
        assert_true(store_begin_run(database.store, run, &run_id, &resumed, NULL));
        void *dedupe = stage_start(&dedupe_stage, "", &bench, NULL);
        for (size_t file = 0; file < FILES; file++) {
            const char *path = file ? "b.csv" : "a.csv";
            struct file_signature mark = {.path = path, .connector = "csv"};
            uint64_t reads_done;
            bool finished;
            assert_true(store_begin_file(database.store, &mark, &reads_done, &finished, NULL));
            struct batch batch = {.path = path, .source = TEXT("shop")};
            for (size_t row = 0; row < ROWS;) {
                for (size_t i = 0; i < batch_size && row < ROWS; i++)
                    fill(&batch, &rows[file][row++]);
                batch.read = batch.count;
                assert_true(dedupe_stage.process(dedupe, &batch, NULL));
                for (size_t i = 0; i < batch.count; i++, at++) {
                    states[at] = batch.records[i].state;
                    ids[at] = batch.records[i].id;
                }
                assert_true(store_save_batch(database.store, &batch, row, row == ROWS, NULL));
                batch_reset(&batch);
            }
            batch_free(&batch);
        }
        stage_end(&dedupe_stage, dedupe);
        assert_true(store_finish_run(database.store, NULL));
    }
    database_remove(&database);
}

static void states_do_not_depend_on_batches(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 64, ROWS};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        static struct row_source rows[FILES][ROWS];
        static enum record_state expected[RUNS * FILES * ROWS], states[RUNS * FILES * ROWS];
        static uint64_t expected_ids[RUNS * FILES * ROWS], ids[RUNS * FILES * ROWS];
        make_rows(seed, rows[0]);
        make_rows(seed + 100, rows[1]);
        ingest(rows, ROWS, expected, expected_ids);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            ingest(rows, sizes[i], states, ids);
            for (size_t row = 0; row < RUNS * FILES * ROWS; row++) {
                if (states[row] != expected[row])
                    fail_msg("seed %d, batches of %zu: row %zu is %d, not %d", (int)seed, sizes[i],
                             row, states[row], expected[row]);
                assert_int_equal(ids[row], expected_ids[row]);
            }
        }
        /* Where one id has several texts in one file, and a twin, the second run may still find an
         * edit; never a new record, and in the end nothing. */
        for (size_t row = FILES * ROWS; row < RUNS * FILES * ROWS; row++) {
            assert_int_not_equal(expected[row], RECORD_NEW);
            assert_true(row < 2 * FILES * ROWS || expected[row] != RECORD_REVISED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(states_do_not_depend_on_batches)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
