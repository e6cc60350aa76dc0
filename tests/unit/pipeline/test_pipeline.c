/* test_pipeline.c - pipeline/pipeline.c with a connector and stages of its own: resuming,
 * repeating, row totals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/memory.h"
#include "pipeline/pipeline.h"
#include "tests/support/full_disk.h"

enum { MODEL = 11 };

/* ---- A connector: one record per line; "!" starts a reject, "#" an unreadable rest ---- */

struct lines {
    FILE *file;
    uint64_t line;
};

static bool open_lines(void *state, const char *path, struct error *error)
{
    struct lines *lines = state;
    *lines = (struct lines){.file = fopen(path, "r")};
    return lines->file || error_set(error, ERROR_INPUT, "%s: cannot be opened", path);
}

static enum read_status read_line(void *state, struct batch *batch, struct error *error)
{
    struct lines *lines = state;
    char line[80];
    if (!fgets(line, sizeof(line), lines->file))
        return READ_END;
    struct text text = text_trim(text_of(line));
    lines->line++;
    if (line[0] == '#') {
        error_set(error, ERROR_INPUT, "line %d: unreadable from here", (int)lines->line);
        return READ_FAILED;
    }
    if (line[0] == '!') {
        batch_reject_row(batch, lines->line, 0, TEXT("begins with !"), text);
        return READ_OK;
    }
    struct record *record = batch_add_record(batch);
    record->line = lines->line;
    record->body = record->text = arena_copy_text(&batch->arena, text);
    return READ_OK;
}

static void close_lines(void *state)
{
    struct lines *lines = state;
    if (lines->file)
        fclose(lines->file);
}

static const struct connector lines_connector = {
    .name = "lines",
    .state_size = sizeof(struct lines),
    .open = open_lines,
    .read = read_line,
    .close = close_lines,
};

/* ---- Stages: lines "id text" are looked up, counted, grouped by their first letter ---- */

struct counters {
    size_t inferred, replayed, summarized;
};

struct stage_state {
    const struct stage_context *stage_context;
    struct counters *counters;
};

static bool open_stage(void *state, const struct stage_context *stage_context, struct error *error)
{
    (void)error;
    ((struct stage_state *)state)->stage_context = stage_context;
    return true;
}

static bool recognize(struct stage_state *state, const struct batch *batch, struct record *record,
                      struct error *error)
{
    struct record_lookup record_lookup;
    bool analysed;
    size_t space = text_find(record->text, TEXT(" "), 0);
    if (space == record->text.size) {
        record->state = RECORD_EMPTY;
        return true;
    }
    record->id = hash_text(text_slice(record->text, 0, space));
    record->text_hash = record->content_hash = hash_text(record->text);
    bool in_batch = false;
    for (const struct record *other = batch->records; other < record; other++)
        in_batch |= other->id == record->id;
    if (!store_find_record(state->stage_context->store, batch, record, &record_lookup, error) ||
        !store_has_analysis(state->stage_context->store, record->text_hash, &analysed, error))
        return false;
    if (in_batch || record_lookup.seen_in_this_run)
        record->state = RECORD_DUPLICATE;
    else if (record_lookup.exists && !record_lookup.new_in_this_run)
        record->state = record_lookup.same_content ? RECORD_UNCHANGED : RECORD_REVISED;
    record->needs_analysis = !analysed && record->state != RECORD_DUPLICATE;
    return true;
}

static bool process(void *user, struct batch *batch, struct error *error)
{
    struct stage_state *state = user;
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (batch->replay) {
            state->counters->replayed++;
            continue;
        }
        if (!recognize(state, batch, record, error))
            return false;
    }
    return true;
}

static bool infer(void *user, struct batch *batch, struct error *error)
{
    (void)error;
    struct stage_state *state = user;
    for (size_t i = 0; !batch->replay && i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (!record->needs_analysis)
            continue;
        state->counters->inferred++;
        record->analysis = (struct analysis){.sentiment = SENTIMENT_NEUTRAL,
                                             .confidence = 0.5,
                                             .coverage = 1,
                                             .tokens = record->text.size};
    }
    return true;
}

struct gathering {
    struct group_list *groups;
    size_t capacity;
};

static bool gather(void *user, const struct saved_record *row, struct error *error)
{
    (void)error;
    struct gathering *gathering = user;
    struct group_list *list = gathering->groups;
    struct field field = {TEXT("letter"), text_slice(row->text, 0, 1)};
    struct group_key key = {.fields = &field, .field_count = 1};
    size_t at = 0;
    while (at < list->count && !text_equal(list->groups[at].key.fields[0].value, field.value))
        at++;
    if (at == list->count)
        list->groups[list->count++] = (struct group_entry){
            .key = group_key_copy(&key, &list->arena),
            .period = TEXT("all"),
            .fingerprint = HASH_SEED,
            .feedback_ids = arena_alloc(&list->arena, 100, sizeof(uint64_t)),
        };
    struct group_entry *header = &list->groups[at];
    ((uint64_t *)header->feedback_ids)[header->member_count++] = row->feedback_id;
    header->fingerprint = hash_combine_number(header->fingerprint, row->text_hash);
    return true;
}

static bool list_groups(void *user, struct group_list *groups, struct error *error)
{
    struct stage_state *state = user;
    struct gathering gathering = {.groups = groups};
    groups->groups = arena_alloc(&groups->arena, 100, sizeof(*groups->groups));
    return store_for_each_record(state->stage_context->store, state->stage_context->selection,
                                 gather, &gathering, error);
}

static bool process_group(void *user, struct group *group, struct error *error)
{
    struct stage_state *state = user;
    state->counters->summarized++;
    struct passage *quote = arena_alloc(group->arena, 1, sizeof(*quote));
    struct text text;
    if (!store_load_member_text(state->stage_context->store, &group->members[0], group->arena,
                                &text, error))
        return false;
    *quote = (struct passage){.end = text.size};
    struct key_point *point = arena_alloc(group->arena, 1, sizeof(*point));
    *point =
        (struct key_point){.text = arena_format(group->arena, "%zu say so.", group->member_count),
                           .polarity = SENTIMENT_POSITIVE,
                           .records = 1,
                           .evidence = quote};
    struct quoted_example *example = arena_alloc(group->arena, 1, sizeof(*example));
    *example = (struct quoted_example){.passage = *quote,
                                       .polarity = SENTIMENT_NEGATIVE,
                                       .subject = TEXT("voucher"),
                                       .records = 2};
    group->points = point;
    group->examples = example;
    group->example_count = 1;
    group->summary = point->text;
    group->quotes = quote;
    group->point_count = group->quote_count = 1;
    return true;
}

static bool finish(void *user, struct error *error)
{
    struct stage_state *state = user;
    struct topic_stats topic_stats = {
        .period = TEXT("all"), .key.topic = TEXT("(all)"), .mentions = 1, .responses = 3};
    return store_save_topic_stats(state->stage_context->store,
                                  state->stage_context->selection->view, &topic_stats, 1, error);
}

static const struct stage recognise_stage = {.name = "recognize",
                                             .state_size = sizeof(struct stage_state),
                                             .open = open_stage,
                                             .process = process},
                          infer_stage = {.name = "infer",
                                         .state_size = sizeof(struct stage_state),
                                         .open = open_stage,
                                         .process = infer,
                                         .handles_saved_texts = true},
                          group_stage_here = {.name = "group",
                                              .state_size = sizeof(struct stage_state),
                                              .open = open_stage,
                                              .list_groups = list_groups,
                                              .process_group = process_group,
                                              .finish = finish};

/* ---- A folder with two files ---- */

struct test_folder {
    char path[64], first[96], second[96], database[96];
};

static void write_file(const char *path, const char *bytes)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(bytes, file);
    fclose(file);
}

static int make_folder(void **state)
{
    struct test_folder *folder = calloc(1, sizeof(*folder));
    strcpy(folder->path, "/tmp/winnow-pipeline-XXXXXX");
    *state = folder;
    if (!mkdtemp(folder->path))
        return -1;
    snprintf(folder->first, sizeof(folder->first), "%s/first", folder->path);
    snprintf(folder->second, sizeof(folder->second), "%s/second", folder->path);
    snprintf(folder->database, sizeof(folder->database), "%s/db", folder->path);
    write_file(folder->first, "a1 apples\nb1 bread\n! broken\nblank\na2 avocado\na1 apples\n"
                              "c1 cheese\nc2 corn\n! again\n");
    write_file(folder->second, "b2 butter\na1 apples\nd1 dates\n");
    return 0;
}

static int remove_folder(void **state)
{
    struct test_folder *folder = *state;
    unlink(folder->first);
    unlink(folder->second);
    unlink(folder->database);
    int result = rmdir(folder->path);
    free(folder);
    return result;
}

/* ---- Running ---- */

struct attempt {
    uint64_t model;      /* 0: MODEL */
    bool without_files;  /* the files no longer exist */
    uint64_t fail_after; /* saves; 0: never */
    volatile sig_atomic_t *stop;
    size_t stop_after; /* updates, after which *stop is set */
    size_t updates, notes;
    struct counters counters;
    struct error error, file_error;
};

static void count_update(void *user, const struct progress_report *report)
{
    struct attempt *attempt = user;
    (void)report;
    if (attempt->stop && ++attempt->updates == attempt->stop_after)
        *attempt->stop = 1;
}

static void count_note(void *user, const char *message)
{
    (void)message;
    ((struct attempt *)user)->notes++;
}

static void add_step(struct pipeline *pipeline, const struct stage *stage, struct attempt *attempt)
{
    struct stage_state *state = memory_alloc(1, sizeof(*state));
    state->counters = &attempt->counters;
    pipeline->stage_instances[pipeline->stage_instance_count++] =
        (struct stage_instance){.stage = stage, .state = state};
}

/* Runs all passes, from opening the database to closing it. */
static bool run(const struct test_folder *folder, struct attempt *attempt)
{
    struct lines states[2] = {0};
    struct input_file files[2] = {
        {folder->first, "first", TEXT("shop"), &lines_connector, &states[0], NULL, 1},
        {folder->second, "second", TEXT("shop"), &lines_connector, &states[1], NULL, 1}};
    struct selection selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    struct pipeline pipeline = {
        .batch_records = 2,
        .progress = {count_update, count_note, attempt},
        .stage_instances = memory_alloc(3, sizeof(struct stage_instance)),
    };
    add_step(&pipeline, &recognise_stage, attempt);
    add_step(&pipeline, &infer_stage, attempt);
    add_step(&pipeline, &group_stage_here, attempt);
    struct store *store;
    uint64_t run_id;
    bool resumed;
    assert_true(store_open(&store, folder->database, &attempt->error));
    pipeline.stage_context =
        (struct stage_context){.store = store,
                               .model_key = attempt->model ? attempt->model : MODEL,
                               .selection = &selection,
                               .stop = attempt->stop};
    full_disk_at_commit(attempt->fail_after);
    bool ok = pipeline_open_stages(&pipeline, &attempt->error) &&
              store_begin_run(store, 1, &run_id, &resumed, &attempt->error) &&
              pipeline_read(&pipeline, files, attempt->without_files ? 0 : 2, &attempt->error) &&
              pipeline_summarize(&pipeline, &attempt->error) &&
              pipeline_aggregate(&pipeline, &attempt->error) &&
              store_finish_run(store, &attempt->error);
    full_disk_at_commit(0);
    pipeline_check_failed_files(&pipeline, &attempt->file_error);
    pipeline_close(&pipeline);
    store_close(store);
    return ok;
}

static bool print_begin(void *user, const struct column *columns, size_t count, struct error *error)
{
    (void)error;
    fprintf(user, "%s and %zu more\n", columns[0].name, count - 1);
    return true;
}

static bool print_cells(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++)
        fprintf(user, "%.*s|", TEXT_ARGUMENT(cells[i]));
    fputc('\n', user);
    return true;
}

static bool print_file(void *user, const struct file_totals *file, struct error *error)
{
    (void)error;
    fprintf(user, "%.*s:", TEXT_ARGUMENT(file->path));
    for (int i = 0; i < RECORD_STATE_COUNT; i++)
        fprintf(user, " %d", (int)file->row_totals.states[i]);
    fprintf(user, " inferred %d of %d\n", (int)file->row_totals.inferred,
            (int)file->row_totals.read);
    return true;
}

/* Prints every table and the row totals of the files. */
static char *dump(const struct test_folder *folder)
{
    struct error error = {0};
    struct store *store;
    char *bytes;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    assert_true(store_open(&store, folder->database, &error));
    store_set_model_key(store, MODEL);
    struct table_visitor visitor = {print_begin, print_cells, out};
    for (const char *const *table = store_tables; *table; table++)
        assert_true(store_for_each_table_row(store, *table, NULL, &visitor, &error));
    assert_true(store_for_each_file(store, print_file, out, &error));
    store_close(store);
    fclose(out);
    return bytes;
}

static const char expected_files[] = "first: 5 0 0 1 1 0 0 2 inferred 5 of 9\n"
                                     "second: 2 0 0 1 0 0 0 0 inferred 2 of 3\n";

/* What summaries say, for documents: each point, then the sentence that is quoted. */
static void examples_follow_their_points(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt attempt = {0};
    struct error error = {0};
    struct store *store;
    char *bytes;
    size_t size;
    assert_true(run(folder, &attempt));
    FILE *out = open_memstream(&bytes, &size);
    struct table_visitor visitor = {print_begin, print_cells, out};
    assert_true(store_open(&store, folder->database, &error));
    assert_true(store_for_each_table_row(store, "said", NULL, &visitor, &error));
    store_close(store);
    fclose(out);
    const char *point = strstr(bytes, "say so."), *example = strstr(bytes, "negative");
    assert_true(point && example && point < example);
    assert_non_null(strstr(example, "|voucher|1"));
    assert_non_null(strstr(example, "say so.")); /* of the next group */
    free(bytes);
}

static void every_row_gets_a_state(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt attempt = {0};
    assert_true(run(folder, &attempt));
    assert_int_equal(attempt.counters.inferred, 7);
    assert_int_equal(attempt.counters.summarized, 4);
    assert_int_equal(attempt.file_error.kind, ERROR_NONE);
    char *tables = dump(folder);
    assert_non_null(strstr(tables, expected_files));
    free(tables);
}

static void a_second_run_infers_nothing_and_gives_the_same_tables(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt first = {0}, second = {0};
    assert_true(run(folder, &first));
    char *before = dump(folder);
    assert_true(run(folder, &second));
    char *after = dump(folder);
    assert_int_equal(second.counters.inferred, 0);
    assert_int_equal(second.counters.summarized, 0);
    *strstr(before, "first:") = *strstr(after, "first:") = '\0'; /* row totals must differ */
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void only_edited_and_new_rows_are_analysed(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt first = {0}, second = {0};
    assert_true(run(folder, &first));
    write_file(folder->second, "b2 better butter\na1 apples\nd1 dates\ne1 eggs\n");
    assert_true(run(folder, &second));
    assert_int_equal(second.counters.inferred, 2);
    assert_int_equal(second.counters.summarized, 2);
    char *tables = dump(folder);
    assert_non_null(strstr(tables, "second: 1 1 1 1 0 0 0 0 inferred 2 of 4\n"));
    free(tables);
}

static uint64_t count_unread(const struct test_folder *folder, uint64_t model, uint64_t *shown)
{
    struct error error = {0};
    struct store *store;
    uint64_t texts;
    assert_true(store_open(&store, folder->database, &error));
    store_set_model_key(store, model);
    assert_true(store_count_unanalysed(store, (struct shard){0}, &texts, &error));
    *shown = store_get_saved_model_key(store);
    store_close(store);
    return texts;
}

static void another_model_analyses_saved_texts(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt first = {0}, none = {.without_files = true};
    uint64_t shown, model = MODEL;
    assert_true(run(folder, &first));
    assert_true(run(folder, &none));
    assert_int_equal(none.counters.inferred, 0);
    for (bool ok = false; !ok;) {
        model++;
        assert_int_equal(count_unread(folder, model, &shown), 7);
        struct attempt other = {.model = model, .without_files = true, .fail_after = model - MODEL},
                       resumed = {.model = model, .without_files = true};
        ok = run(folder, &other);
        assert_true(ok || run(folder, &resumed));
        size_t inferred = other.counters.inferred + resumed.counters.inferred;
        assert_true(inferred >= 7 && inferred <= 7 + 2); /* at most one batch is repeated */
        assert_int_equal(count_unread(folder, model, &shown), 0);
        assert_int_equal(shown, model);
    }
    assert_true(model - MODEL > 5);
    /* Back to the first model: nothing to analyse, but the views show its analyses again. */
    assert_true(run(folder, &none));
    assert_int_equal(none.counters.inferred, 0);
    count_unread(folder, MODEL, &shown);
    assert_int_equal(shown, MODEL);
}

/* The tables of an uninterrupted run. */
static char *dump_whole(const struct test_folder *folder)
{
    struct attempt attempt = {0};
    assert_true(run(folder, &attempt));
    char *tables = dump(folder);
    unlink(folder->database);
    return tables;
}

static void a_run_that_fails_at_any_save_and_resumes_gives_the_same_tables(void **state)
{
    const struct test_folder *folder = *state;
    char *whole = dump_whole(folder);
    size_t failures = 0;
    for (uint64_t save = 2;; save++) { /* the first save creates the tables */
        struct attempt broken = {.fail_after = save}, resumed = {0};
        bool ok = run(folder, &broken);
        if (!ok) {
            failures++;
            assert_int_equal(broken.error.kind, ERROR_STORE);
            assert_true(run(folder, &resumed));
            assert_true(broken.counters.inferred + resumed.counters.inferred <= 7 + 2);
        }
        char *tables = dump(folder);
        assert_string_equal(tables, whole);
        free(tables);
        unlink(folder->database);
        if (ok)
            break;
    }
    assert_true(failures > 10);
    free(whole);
}

static void a_run_that_stops_at_any_point_and_resumes_gives_the_same_tables(void **state)
{
    const struct test_folder *folder = *state;
    char *whole = dump_whole(folder);
    for (size_t updates = 1;; updates++) {
        volatile sig_atomic_t stop = 0;
        struct attempt stopped = {.stop = &stop, .stop_after = updates}, resumed = {0};
        bool ok = run(folder, &stopped);
        if (!ok) {
            assert_int_equal(stopped.error.kind, ERROR_INTERRUPTED);
            assert_true(run(folder, &resumed));
            assert_int_equal(stopped.counters.inferred + resumed.counters.inferred, 7);
        }
        char *tables = dump(folder);
        assert_string_equal(tables, whole);
        free(tables);
        unlink(folder->database);
        if (ok)
            break;
    }
    free(whole);
}

static void an_unreadable_rest_of_a_file_does_not_affect_other_files(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt attempt = {0};
    write_file(folder->first, "a1 apples\nb1 bread\nc1 cheese\n# torn\nd1 dates\n");
    assert_true(run(folder, &attempt));
    assert_int_equal(attempt.notes, 1);
    assert_int_equal(attempt.file_error.kind, ERROR_INPUT);
    assert_non_null(strstr(attempt.file_error.message, "first: line 4: unreadable from here"));
    char *tables = dump(folder);
    assert_non_null(strstr(tables, "first: 3 0 0 0 0 0 0 0 inferred 3 of 3\n"));
    assert_non_null(strstr(tables, "second: 2 0 0 1 0 0 0 0 inferred 2 of 3\n"));
    free(tables);
}

static void a_missing_file_is_reported_after_the_others_are_read(void **state)
{
    const struct test_folder *folder = *state;
    struct attempt attempt = {0};
    unlink(folder->first);
    assert_true(run(folder, &attempt));
    assert_int_equal(attempt.file_error.kind, ERROR_INPUT);
    write_file(folder->first, "");
}

/* One failure of each file would exceed the size of a message. */
static void a_long_list_of_failed_files_ends_with_their_number(void **state)
{
    enum { FILES = 300 };
    const struct test_folder *folder = *state;
    struct pipeline pipeline = {.batch_records = 2};
    struct input_file files[FILES];
    struct arena arena = {0};
    struct error error = {0};
    uint64_t run_id;
    bool resumed;
    assert_true(store_open(&pipeline.stage_context.store, folder->database, NULL));
    assert_true(store_begin_run(pipeline.stage_context.store, 1, &run_id, &resumed, NULL));
    for (size_t i = 0; i < FILES; i++)
        files[i] = (struct input_file){
            .path = folder->first,
            .name = arena_format(&arena, "inbox/export-number-%03zu.csv", i).bytes,
            .source = TEXT("shop"),
            .failure = "no known format matches"};
    assert_true(pipeline_read(&pipeline, files, FILES, NULL));
    assert_false(pipeline_check_failed_files(&pipeline, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.message, "300 files could not be read to the end"));
    size_t listed = 0;
    for (const char *at = error.message; (at = strstr(at, "no known format matches")); at++)
        listed++;
    assert_true(listed > 50);
    char more[40];
    snprintf(more, sizeof(more), "\n  and %zu more", FILES - listed);
    assert_string_equal(error.message + strlen(error.message) - strlen(more), more);
    store_close(pipeline.stage_context.store);
    arena_free(&arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(every_row_gets_a_state),
        TEST(examples_follow_their_points),
        TEST(a_second_run_infers_nothing_and_gives_the_same_tables),
        TEST(only_edited_and_new_rows_are_analysed),
        TEST(another_model_analyses_saved_texts),
        TEST(a_run_that_fails_at_any_save_and_resumes_gives_the_same_tables),
        TEST(a_run_that_stops_at_any_point_and_resumes_gives_the_same_tables),
        TEST(an_unreadable_rest_of_a_file_does_not_affect_other_files),
        TEST(a_missing_file_is_reported_after_the_others_are_read),
        TEST(a_long_list_of_failed_files_ends_with_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
