/* test_pack.c - pipeline/pack*.c and shard.c: packs are whole, resumable, checked and merged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "pipeline/pack.h"

enum { MODEL = 7, TEXTS = 12 };

struct test_folder {
    char path[64], database[96], pack[96], part[112], other[96];
};

static int make_folder(void **state)
{
    struct test_folder *folder = calloc(1, sizeof(*folder));
    strcpy(folder->path, "/tmp/winnow-pack-XXXXXX");
    *state = folder;
    if (!mkdtemp(folder->path))
        return -1;
    snprintf(folder->database, sizeof(folder->database), "%s/winnow.db", folder->path);
    snprintf(folder->pack, sizeof(folder->pack), "%s/pack.db", folder->path);
    snprintf(folder->part, sizeof(folder->part), "%s.part", folder->pack);
    snprintf(folder->other, sizeof(folder->other), "%s/other.db", folder->path);
    return 0;
}

static int remove_folder(void **state)
{
    struct test_folder *folder = *state;
    const char *files[] = {folder->database, folder->pack, folder->part, folder->other};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        unlink(files[i]);
    int left = rmdir(folder->path); /* fails if a pack left another file */
    free(folder);
    return left;
}

static struct pack_identity identity_of(uint64_t number, uint64_t count)
{
    return (struct pack_identity){.version = TEXT("1.2.3"),
                                  .model_id = TEXT("0123456789abcdef"),
                                  .model_key = MODEL,
                                  .shard = {number, count}};
}

/* ---- Texts and analyses ---- */

static struct text name_text(size_t i, struct arena *arena)
{
    return arena_format(arena, "text number %zu", i);
}

/* The record of text i with its analysis, which depends on i only. */
static void add_text(struct batch *batch, size_t i)
{
    static const struct topic_mention topics[] = {{{"battery", 7}, SENTIMENT_NEGATIVE},
                                                  {{"배송", 6}, SENTIMENT_POSITIVE}};
    struct record *record = batch_add_record(batch);
    record->state = RECORD_NEW;
    record->id = i + 1;
    record->text = record->body = name_text(i, &batch->arena);
    record->text_hash = record->content_hash = hash_text(record->text);
    record->needs_analysis = true;
    record->chunk_count = i % 3 + 1;
    record->chunks = arena_alloc(&batch->arena, record->chunk_count, sizeof(*record->chunks));
    for (size_t k = 0; k < record->chunk_count; k++)
        record->chunks[k] = (struct chunk){.begin = 2 * k,
                                           .end = 2 * k + 2,
                                           .tokens = i + k,
                                           .sentiment = SENTIMENT_NEUTRAL,
                                           .negative = 0.1 * (double)k,
                                           .neutral = 1.0 / 3,
                                           .positive = 0.25};
    record->analysis = (struct analysis){.sentiment = SENTIMENT_POSITIVE,
                                         .score = 1.0 / (double)(i + 1),
                                         .confidence = 0.75,
                                         .coverage = 1,
                                         .tokens = 4 + i,
                                         .topics = topics,
                                         .topic_count = i % 3};
}

static void write_texts(struct pack *pack, size_t first, size_t last)
{
    struct batch batch = {0};
    struct error error = {0};
    for (size_t i = first; i < last; i++)
        add_text(&batch, i);
    assert_true(pack_drop_known(pack, &batch, &error));
    assert_true(pack_save(pack, &batch, &error));
    batch_free(&batch);
}

static struct pack *begin(const struct test_folder *folder, uint64_t number)
{
    struct error error = {0};
    struct pack *pack;
    struct pack_identity identity = identity_of(number, 4);
    if (!pack_begin(&pack, folder->pack, &identity, &error))
        fail_msg("%s", error.message);
    return pack;
}

static uint64_t count(struct pack *pack)
{
    uint64_t texts;
    assert_true(pack_count(pack, &texts, NULL));
    return texts;
}

static void finish(struct pack *pack)
{
    struct error error = {0};
    if (!pack_finish(pack, &error))
        fail_msg("%s", error.message);
    pack_close(pack);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* A database whose records have all texts, saved and counted, but not analysed. */
static struct store *make_store(const struct test_folder *folder)
{
    struct batch batch = {.source = TEXT("shop"), .settings_hash = 1, .defers_analysis = true};
    struct store *store;
    uint64_t run, reads;
    bool flag;
    struct file_signature file = {.path = "a.csv", .connector = "csv", .source = TEXT("shop")};
    assert_true(store_open(&store, folder->database, NULL));
    store_set_model_key(store, MODEL);
    assert_true(store_begin_run(store, 1, &run, &flag, NULL));
    assert_true(store_begin_file(store, &file, &reads, &flag, NULL));
    for (size_t i = 0; i < TEXTS; i++)
        add_text(&batch, i);
    batch.read = batch.count;
    assert_true(store_save_batch(store, &batch, TEXTS, true, NULL));
    batch_free(&batch);
    return store;
}

static uint64_t count_missing(struct store *store, struct shard shard)
{
    uint64_t texts;
    assert_true(store_count_unanalysed(store, shard, &texts, NULL));
    return texts;
}

/* ---- Tests ---- */

static void shards_are_numbered_from_one(void **state)
{
    (void)state;
    struct shard shard;
    assert_true(shard_parse(TEXT("2/4"), &shard));
    assert_int_equal(shard.number, 2);
    assert_int_equal(shard.count, 4);
    static const char *const faults[] = {"",    "1",   "0/4",  "5/4",  "-1/4", "1/",
                                         "/4",  "a/4", "1/4/", "1 /4", "1/4x", "1/99999999999",
                                         "1/0", "0/0"};
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        if (shard_parse(text_of(faults[i]), &shard))
            fail_msg("'%s' is a shard", faults[i]);
}

static void every_text_is_in_one_shard(void **state)
{
    struct store *store = make_store(*state);
    for (uint64_t shards = 1; shards <= 5; shards++) {
        uint64_t sum = 0;
        for (uint64_t number = 1; number <= shards; number++)
            sum += count_missing(store, (struct shard){number, shards});
        assert_int_equal(sum, TEXTS);
    }
    store_close(store);
}

static void deferred_texts_count_as_analysed(void **state)
{
    struct store *store = make_store(*state);
    struct arena arena = {0};
    struct row_totals totals;
    bool found;
    assert_true(store_has_analysis(store, hash_text(name_text(0, &arena)), &found, NULL) && found);
    assert_int_equal(count_missing(store, (struct shard){0}), TEXTS);
    assert_true(store_get_row_totals(store, &totals, NULL));
    assert_int_equal(totals.inferred, TEXTS);
    store_set_model_key(store, MODEL + 1);
    assert_true(store_has_analysis(store, hash_text(name_text(0, &arena)), &found, NULL) && !found);
    arena_free(&arena);
    store_close(store);
}

static void packs_merge_in_any_order_and_twice(void **state)
{
    struct test_folder *folder = *state;
    struct store *store = make_store(folder);
    struct pack_totals totals;
    struct error error = {0};
    static const struct {
        size_t first, last;
        uint64_t added, missing;
    } steps[] = {{6, 9, 3, 9}, {0, 7, 6, 3}, {6, 9, 0, 3}, {8, 20, 3, 0}};
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        struct pack *pack = begin(folder, i + 1);
        write_texts(pack, steps[i].first, steps[i].last);
        finish(pack);
        if (!pack_open(&pack, folder->pack, &error) || !pack_merge(pack, store, &totals, &error))
            fail_msg("%s", error.message);
        pack_close(pack);
        assert_int_equal(totals.texts, steps[i].last - steps[i].first);
        assert_int_equal(totals.added, steps[i].added);
        assert_int_equal(count_missing(store, (struct shard){0}), steps[i].missing);
        unlink(folder->pack);
    }
    store_close(store);
}

static void a_pack_resumes(void **state)
{
    struct test_folder *folder = *state;
    struct pack *pack = begin(folder, 1);
    write_texts(pack, 0, 5);
    pack_close(pack);
    assert_int_equal(access(folder->pack, F_OK), -1);
    pack = begin(folder, 1);
    assert_int_equal(count(pack), 5);
    write_texts(pack, 3, TEXTS);
    assert_int_equal(count(pack), TEXTS);
    finish(pack);
    assert_int_equal(access(folder->part, F_OK), -1);
    pack = begin(folder, 1); /* complete, and continued */
    assert_int_equal(count(pack), TEXTS);
    finish(pack);
    assert_true(pack_open(&pack, folder->pack, NULL));
    pack_close(pack);
}

static void a_part_of_another_kind_is_replaced(void **state)
{
    struct test_folder *folder = *state;
    struct pack *pack = begin(folder, 1);
    write_texts(pack, 0, 5);
    pack_close(pack);
    pack = begin(folder, 2);
    assert_int_equal(count(pack), 0);
    pack_close(pack);
    write_file(folder->part, "no database", 11);
    pack = begin(folder, 2);
    assert_int_equal(count(pack), 0);
    finish(pack);
}

static void a_part_has_one_writer(void **state)
{
    struct test_folder *folder = *state;
    struct error error = {0};
    struct pack *pack = begin(folder, 1), *second;
    struct pack_identity identity = identity_of(1, 4);
    assert_false(pack_begin(&second, folder->pack, &identity, &error));
    assert_int_equal(error.kind, ERROR_LOCKED);
    assert_null(second);
    write_texts(pack, 0, 2);
    finish(pack);
}

static void another_identity_is_refused(void **state)
{
    struct test_folder *folder = *state;
    struct pack *pack = begin(folder, 1);
    write_texts(pack, 0, 2);
    finish(pack);
    assert_true(pack_open(&pack, folder->pack, NULL));
    struct pack_identity identity = identity_of(3, 9); /* the shard may be any */
    assert_true(pack_check_identity(pack, &identity, NULL));
    struct pack_identity others[] = {identity, identity, identity};
    others[0].version = TEXT("1.2.4");
    others[1].model_id = TEXT("fedcba9876543210");
    others[2].model_key++;
    static const char *const words[] = {"made by winnow 1.2.3, but this is 1.2.4",
                                        "another model (0123456789abcdef", "other settings"};
    for (size_t i = 0; i < 3; i++) {
        struct error error = {0};
        assert_false(pack_check_identity(pack, &others[i], &error));
        assert_int_equal(error.kind, ERROR_INPUT);
        assert_non_null(strstr(error.message, words[i]));
        assert_non_null(strstr(error.message, "Analyse its shard again, or leave it out"));
    }
    pack_close(pack);
}

/* Opens the bytes as a pack. */
static bool can_open(const struct test_folder *folder, const char *bytes, size_t size)
{
    struct error error = {0};
    struct pack *pack;
    write_file(folder->other, bytes, size);
    bool ok = pack_open(&pack, folder->other, &error);
    pack_close(pack);
    if (!ok && error.kind != ERROR_INPUT)
        fail_msg("kind %d: %s", error.kind, error.message);
    return ok;
}

/* A pack that can be opened has the contents that its digest says. */
static void damaged_packs_are_refused(void **state)
{
    struct test_folder *folder = *state;
    struct pack *pack = begin(folder, 1);
    size_t size, refused = 0, tried = 0;
    write_texts(pack, 0, TEXTS);
    finish(pack);
    char *bytes = read_file(folder->pack, &size);
    assert_true(can_open(folder, bytes, size));
    for (size_t cut = 0; cut < size; cut += 512)
        assert_false(can_open(folder, bytes, cut));
    for (size_t at = 0; at < size; at += 97, tried++) {
        bytes[at] = (char)(bytes[at] ^ 0x55);
        refused += !can_open(folder, bytes, size);
        bytes[at] = (char)(bytes[at] ^ 0x55);
    }
    assert_true(refused > 0 && refused < tried); /* pages have free bytes */
    /* Every byte of the values themselves. */
    size_t found = 0;
    for (size_t at = 0; at + 7 < size; at++)
        if (memcmp(bytes + at, "battery", 7) == 0) {
            bytes[at] = 'c';
            assert_false(can_open(folder, bytes, size));
            bytes[at] = 'b';
            found++;
        }
    assert_true(found > 0);
    free(bytes);
}

static void only_packs_are_opened(void **state)
{
    struct test_folder *folder = *state;
    struct error error = {0};
    struct pack *pack;
    assert_false(pack_open(&pack, folder->pack, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.message, "cannot be opened"));
    pack_close(pack);
    store_close(make_store(folder));
    error = (struct error){0};
    assert_false(pack_open(&pack, folder->database, &error));
    assert_non_null(strstr(error.message, "not a pack"));
}

static void a_database_in_use_is_not_read(void **state)
{
    struct test_folder *folder = *state;
    struct store *store = make_store(folder), *reader;
    struct error error = {0};
    assert_false(store_open_read_only(&reader, folder->database, &error));
    assert_int_equal(error.kind, ERROR_LOCKED);
    store_close(store);
    if (!store_open_read_only(&reader, folder->database, NULL))
        fail();
    store_set_model_key(reader, MODEL);
    assert_int_equal(count_missing(reader, (struct shard){0}), TEXTS);
    assert_false(store_save_note(reader, TEXT("x"), NULL));
    store_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_are_numbered_from_one),
        cmocka_unit_test_setup_teardown(every_text_is_in_one_shard, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(deferred_texts_count_as_analysed, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(packs_merge_in_any_order_and_twice, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_pack_resumes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_part_of_another_kind_is_replaced, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_part_has_one_writer, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(another_identity_is_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(damaged_packs_are_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(only_packs_are_opened, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_database_in_use_is_not_read, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
