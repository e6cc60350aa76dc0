/* prop_dedupe.c - states do not depend on how the rows of a file are divided into batches; reading
 * the file again finds nothing new; and a run under other settings decides, and leaves, what a run
 * into an empty database does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>

#include "base/hash.h"
#include "pipeline/store.h"
#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"
#include "tests/support/random.h"

enum { ROWS = 300, FILES = 2, MAX_RUNS = 4, MAX_STATES = MAX_RUNS * FILES * ROWS };

/* A row and what it says under two settings. */
struct row_source {
    char ids[2][8], author[8], texts[2][16];
    int64_t day;
    uint64_t row_hash;
};

static void fill_id(char id[8], uint64_t *seed)
{
    if (random_next(seed) % 3)
        snprintf(id, 8, "r%u", (unsigned)(random_next(seed) % 60));
}

static uint64_t hash_row(const struct row_source *rows, size_t row)
{
    size_t identical = 0;
    for (size_t i = 0; i < row; i++)
        identical += memcmp(&rows[i], &rows[row], offsetof(struct row_source, row_hash)) == 0;
    struct text bytes = {(const char *)&rows[row], offsetof(struct row_source, row_hash)};
    return hash_combine_number(hash_text(bytes), identical);
}

/* Few different values, so that ids, authors and texts coincide often. A text may be empty. */
static void make_rows(uint64_t seed, struct row_source rows[ROWS])
{
    memset(rows, 0, ROWS * sizeof(*rows));
    for (size_t i = 0; i < ROWS; i++) {
        rows[i].day = (int64_t)(random_next(&seed) % 3);
        fill_id(rows[i].ids[0], &seed);
        memcpy(rows[i].ids[1], rows[i].ids[0], 8);
        if (random_next(&seed) % 4 == 0)
            fill_id(rows[i].ids[1], &seed);
        if (random_next(&seed) % 2)
            snprintf(rows[i].author, sizeof(rows[i].author), "a%u",
                     (unsigned)(random_next(&seed) % 6));
        for (int settings = 0; settings < 2; settings++)
            if (random_next(&seed) % 20)
                snprintf(rows[i].texts[settings], sizeof(rows[i].texts[settings]), "text %u",
                         (unsigned)(random_next(&seed) % 25));
        if (random_next(&seed) % 2)
            memcpy(rows[i].texts[1], rows[i].texts[0], sizeof(rows[i].texts[1]));
        rows[i].row_hash = hash_row(rows, i);
    }
}

static void fill(struct batch *batch, const struct row_source *row)
{
    size_t settings = (size_t)batch->settings_hash - 1;
    struct record *record = batch_add_record(batch);
    record->external_id = text_of(row->ids[settings]);
    record->author = text_of(row->author);
    record->author_hash = row->author[0] ? hash_text(record->author) : 0;
    record->body = record->text = text_of(row->texts[settings]);
    record->state = record->text.size ? RECORD_NEW : RECORD_EMPTY;
    record->created_at = row->day + (int64_t)settings * 10; /* such as another zone */
    record->date.key = 100 + (uint64_t)row->day;
    record->row_hash = row->row_hash;
}

/* What the runs found, in order, and the records that they left. */
struct result {
    size_t count;
    enum record_state states[MAX_STATES];
    uint64_t ids[MAX_STATES];
    char *records; /* owned */
};

static void read_file(struct store *store, void *dedupe, struct batch *batch,
                      const struct row_source rows[ROWS], size_t batch_size, struct result *result)
{
    for (size_t row = 0; row < ROWS;) {
        for (size_t i = 0; i < batch_size && row < ROWS; i++)
            fill(batch, &rows[row++]);
        batch->read = batch->count;
        assert_true(dedupe_stage.process(dedupe, batch, NULL));
        for (size_t i = 0; i < batch->count; i++, result->count++) {
            result->states[result->count] = batch->records[i].state;
            result->ids[result->count] = batch->records[i].id;
        }
        assert_true(store_save_batch(store, batch, row, row == ROWS, NULL));
        batch_reset(batch);
    }
}

static bool print_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    fprintf(user, "%016llx %d %.*s\n", (unsigned long long)record->feedback_id,
            (int)record->created_at, TEXT_ARGUMENT(record->text));
    return true;
}

/* Reads both files in each run, under the settings of the run: '1' or '2'. In the second half of
 * the runs the files are not the same bytes as before, although their rows are. */
static void ingest(struct row_source rows[FILES][ROWS], size_t batch_size, const char *settings,
                   struct result *result)
{
    struct database database;
    database_make(&database);
    struct stage_context context = {.store = database.store};
    *result = (struct result){0};
    for (uint64_t run = 0; settings[run]; run++) {
        uint64_t run_id;
        bool resumed;
        assert_true(store_begin_run(database.store, run, &run_id, &resumed, NULL));
        void *dedupe = stage_start(&dedupe_stage, "", &context, NULL);
        for (size_t file = 0; file < FILES; file++) {
            struct batch batch = {.path = file ? "b.csv" : "a.csv",
                                  .source = TEXT("shop"),
                                  .settings_hash = (uint64_t)(settings[run] - '0')};
            struct file_signature mark = {.path = batch.path,
                                          .connector = "csv",
                                          .size = 1 + run / 2,
                                          .source = batch.source,
                                          .settings_hash = batch.settings_hash};
            uint64_t reads_done;
            bool finished;
            assert_true(store_begin_file(database.store, &mark, &reads_done, &finished, NULL));
            read_file(database.store, dedupe, &batch, rows[file], batch_size, result);
            batch_free(&batch);
        }
        stage_end(&dedupe_stage, dedupe);
        assert_true(store_replace_corrected(database.store, NULL));
        assert_true(store_finish_run(database.store, NULL));
    }
    size_t size;
    FILE *out = open_memstream(&result->records, &size);
    assert_true(store_for_each_record(database.store, NULL, print_record, out, NULL));
    fclose(out);
    database_remove(&database);
}

static const size_t sizes[] = {1, 7, 64, ROWS};
enum { SIZES = sizeof(sizes) / sizeof(*sizes), SEEDS = 3 };

static void states_do_not_depend_on_batches(void **state)
{
    (void)state;
    static struct row_source rows[FILES][ROWS];
    static struct result expected, result;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        make_rows(seed, rows[0]);
        make_rows(seed + 100, rows[1]);
        ingest(rows, ROWS, "1121", &expected);
        for (size_t i = 0; i < SIZES; i++) {
            ingest(rows, sizes[i], "1121", &result);
            for (size_t row = 0; row < expected.count; row++) {
                if (result.states[row] != expected.states[row])
                    fail_msg("seed %d, batches of %zu: row %zu is %d, not %d", (int)seed, sizes[i],
                             row, result.states[row], expected.states[row]);
                assert_int_equal(result.ids[row], expected.ids[row]);
            }
            assert_string_equal(result.records, expected.records);
            free(result.records);
        }
        free(expected.records);
    }
}

static void reading_again_finds_nothing_new(void **state)
{
    (void)state;
    static struct row_source rows[FILES][ROWS];
    static struct result result;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        make_rows(seed, rows[0]);
        make_rows(seed + 100, rows[1]);
        ingest(rows, ROWS, "111", &result);
        free(result.records);
        /* Where one id has several texts in one file, and a twin, the second run may still find an
         * edit; never a new record, and in the end nothing. */
        for (size_t row = FILES * ROWS; row < result.count; row++) {
            assert_int_not_equal(result.states[row], RECORD_NEW);
            assert_true(row < 2 * FILES * ROWS || result.states[row] != RECORD_REVISED);
        }
    }
}

/* One run under settings 2 after runs under settings 1, over the same files or over files with the
 * same rows. */
static void a_run_under_other_settings_decides_as_a_first_run(void **state)
{
    (void)state;
    static const char *const runs[] = {"12", "112", "1112", "1212"};
    static struct row_source rows[FILES][ROWS];
    static struct result first, result;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        make_rows(seed, rows[0]);
        make_rows(seed + 100, rows[1]);
        ingest(rows, ROWS, "2", &first);
        for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
            ingest(rows, sizes[i % SIZES], runs[i], &result);
            assert_string_equal(result.records, first.records);
            size_t begin = result.count - first.count;
            for (size_t row = 0; row < first.count; row++) {
                enum record_state before = first.states[row], now = result.states[begin + row];
                assert_int_equal(result.ids[begin + row], first.ids[row]);
                assert_int_equal(now == RECORD_DUPLICATE, before == RECORD_DUPLICATE);
                assert_int_equal(now == RECORD_EMPTY, before == RECORD_EMPTY);
            }
            free(result.records);
        }
        free(first.records);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_do_not_depend_on_batches),
        cmocka_unit_test(reading_again_finds_nothing_new),
        cmocka_unit_test(a_run_under_other_settings_decides_as_a_first_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
