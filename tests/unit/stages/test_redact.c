/* test_redact.c - stages/redact.c: what remains of the personal data of records and rejects, and
 * the key of its hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/keyed_hash.h"
#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"

static const struct {
    const char *settings, *title, *text; /* read */
    const char *kept_title, *kept;       /* redacted */
    size_t emails, phones;
} examples[] = {
    {"", "Call +49 30 123456", "Or 0049-30-123456, or a@b.org, A@B.ORG, c@d.org.", "Call [phone 1]",
     "Or [phone 2], or [email 1], [email 1], [email 2].", 3, 2},
    {"", "", "Again: +49 (30) 1234-56 and +4930123456", "", "Again: [phone 1] and [phone 1]", 0, 2},
    {"", "", "배송은 010-1234-5678로", "", "배송은 [phone 1]로", 0, 1},
    {"kinds=none", "a@b.org", "a@b.org", "a@b.org", "a@b.org", 0, 0},
    {"kinds=phone", "", "a@b.org +49 30 123456", "", "a@b.org [phone 1]", 0, 1},
    {"order_pattern=[A-Z]{3}-\\d+", "Order ABC-123", "ABC-123, DEF-1", "Order [order 1]",
     "[order 1], [order 2]", 0, 0},
    {"", "", "https://x.example/a?user=7 is slow", "", "https://x.example/a?[query 1] is slow", 0,
     0},
};

static void texts_are_redacted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        void *redact = stage_start(&redact_stage, examples[i].settings, NULL, &error);
        assert_non_null(redact);
        struct batch batch = {0};
        struct record *record = batch_add_record(&batch);
        record->title = text_of(examples[i].title);
        record->text = record->body = text_of(examples[i].text);
        assert_true(redact_stage.process(redact, &batch, &error));
        if (!text_equal(record->text, text_of(examples[i].kept)) ||
            !text_equal(record->title, text_of(examples[i].kept_title)))
            fail_msg("%s\n%.*s | %.*s", examples[i].text, TEXT_ARGUMENT(record->title),
                     TEXT_ARGUMENT(record->text));
        assert_int_equal(batch.pii[PII_EMAIL], examples[i].emails);
        assert_int_equal(batch.pii[PII_PHONE], examples[i].phones);
        batch_free(&batch);
        stage_end(&redact_stage, redact);
    }
}

static const struct field fields[] = {{TEXT("id"), TEXT("kim@post.example")},
                                      {TEXT("Reviewer Name"), TEXT("Kim Lee")},
                                      {TEXT("name"), TEXT("Kim")},
                                      {TEXT("product"), TEXT("Kettle")},
                                      {TEXT("Email"), TEXT("k@post.example")},
                                      {TEXT("IP Address"), TEXT("10.1.2.3")},
                                      {TEXT("text"), TEXT("raw <b>text</b>")},
                                      {TEXT("title"), TEXT("Title")},
                                      {TEXT("thread"), TEXT("1@mail.example")}};

static struct text process_fields(const char *settings, struct batch *batch)
{
    struct error error = {0};
    void *redact = stage_start(&redact_stage, settings, NULL, &error);
    struct record *record = batch_add_record(batch);
    *record = (struct record){.external_id = fields[0].value,
                              .author = TEXT("Kim"),
                              .title = TEXT("Title"),
                              .body = fields[6].value,
                              .text = TEXT("raw text"),
                              .fields = fields,
                              .field_count = sizeof(fields) / sizeof(*fields)};
    assert_true(redact_stage.process(redact, batch, &error));
    stage_end(&redact_stage, redact);
    struct text row = record->external_id;
    for (size_t i = 0; i < record->field_count; i++)
        row = arena_format(&batch->arena, "%.*s|%.*s", TEXT_ARGUMENT(row),
                           TEXT_ARGUMENT(record->fields[i].value));
    return row;
}

/* Names, and copies of the text and title, are dropped; an id that is an address becomes a hash. */
static void columns_are_redacted(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *row;
    } cases[] = {
        {"", "#*|[email 1]|||Kettle|[email 2]|[ip 1]|||1@mail.example"},
        {"authors=keep", "#*|[email 1]|Kim Lee|Kim|Kettle|[email 2]|[ip 1]|||1@mail.example"},
        {"kinds=none", "kim@post.example|kim@post.example|||Kettle|k@post.example|10.1.2.3|"
                       "raw <b>text</b>|Title|1@mail.example"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct batch batch = {0};
        struct text row = process_fields(cases[i].settings, &batch);
        if (text_starts_with(row, TEXT("#"))) {
            assert_int_equal(text_find(row, TEXT("|"), 0), 17);
            row = arena_format(&batch.arena, "#*%.*s", (int)row.size - 17, row.bytes + 17);
        }
        if (!text_equal(row, text_of(cases[i].row)))
            fail_msg("%s: %.*s", cases[i].settings, TEXT_ARGUMENT(row));
        assert_int_equal(batch.records[0].saves_author, i == 1);
        batch_free(&batch);
    }
}

static void rejects_are_redacted(void **state)
{
    (void)state;
    struct error error = {0};
    struct batch batch = {0};
    void *redact = stage_start(&redact_stage, "", NULL, &error);
    struct text filler = {arena_alloc(&batch.arena, REJECT_RAW_SIZE, 1), REJECT_RAW_SIZE - 12};
    memset((char *)(uintptr_t)filler.bytes, '-', filler.size);
    struct text cut =
        arena_format(&batch.arena, "%.*s\nme: anna@post.example", TEXT_ARGUMENT(filler));
    batch_reject_row(&batch, 1, 0, TEXT("expected a date, found 'a@b.org'"),
                     TEXT("5,\"a@b.org\"\xFF,+49 30 123456"));
    batch_reject_row(&batch, 2, 40, TEXT("x"), cut);
    batch_reject_row(&batch, 3, 80, TEXT("x"),
                     TEXT("hello\nYW5uYUBwb3N0LmV4YW1wbGUgYW5uYUBwb3N0LmV4YW1wbGUgYW5uYUBwb3N0\n"));
    assert_true(redact_stage.process(redact, &batch, &error));
    assert_true(text_equal(batch.rejects[0].reason, TEXT("expected a date, found '[email 1]'")));
    assert_true(text_equal(batch.rejects[0].raw, TEXT("5,\"[email 1]\"\\xFF,[phone 1]")));
    assert_int_equal(batch.rejects[1].raw.size, filler.size + 1); /* half an address goes */
    assert_true(text_equal(batch.rejects[2].raw, TEXT("hello\n[encoded]\n")));
    batch_free(&batch);
    stage_end(&redact_stage, redact);
}

/* ---- The key ---- */

/* Opens the stage over a database; empty if it opens, else the message. */
static struct text open_in(struct stage_context context, struct error *error)
{
    *error = (struct error){0};
    void *redact = stage_start(&redact_stage, "", &context, error);
    if (redact)
        stage_end(&redact_stage, redact);
    return text_of(error->message);
}

static struct text open_with_key(const struct database *database, const char *key_path,
                                 struct error *error)
{
    return open_in((struct stage_context){.store = database->store, .key_path = key_path}, error);
}

static bool contains(struct text text, const char *part)
{
    return text_find(text, text_of(part), 0) < text.size;
}

static void a_database_keeps_its_key(void **state)
{
    (void)state;
    struct database database;
    struct error error;
    struct hash_key key, other;
    char path[128], other_path[128];
    database_make(&database);
    snprintf(path, sizeof(path), "%s/winnow.key", database.folder);
    snprintf(other_path, sizeof(other_path), "%s/other.key", database.folder);

    struct stage_context preview = {.store = database.store, .key_path = path, .is_preview = true};
    assert_int_equal(open_in(preview, &error).size, 0); /* creates no file */
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(store_key_check(database.store), 0);
    assert_int_equal(open_with_key(&database, path, &error).size, 0); /* creates it */
    assert_true(hash_key_read(&key, path, NULL));
    assert_int_equal(open_with_key(&database, path, &error).size, 0); /* keeps it */
    assert_true(hash_key_read(&other, path, NULL));
    assert_memory_equal(&key, &other, sizeof(key));

    assert_true(hash_key_generate(&other, NULL) && hash_key_write(&other, other_path, NULL));
    assert_true(contains(open_with_key(&database, other_path, &error), "not the key"));
    assert_int_equal(error.kind, ERROR_STORE);
    unlink(path);
    assert_true(contains(open_with_key(&database, path, &error), "Restore it from a backup"));
    assert_int_equal(access(path, F_OK), -1);

    unlink(other_path);
    database_remove(&database);
}

static uint64_t hash_kim(const char *settings)
{
    struct error error = {0};
    struct batch batch = {0};
    void *redact = stage_start(&redact_stage, settings, NULL, &error);
    assert_non_null(redact);
    batch_add_record(&batch)->author = TEXT("Kim");
    batch_add_record(&batch);
    assert_true(redact_stage.process(redact, &batch, &error));
    uint64_t hash = batch.records[0].author_hash;
    assert_int_equal(batch.records[1].author_hash, 0);
    stage_end(&redact_stage, redact);
    batch_free(&batch);
    return hash;
}

static void authors_are_hashed_with_the_key(void **state)
{
    (void)state;
    struct hash_key key;
    char path[] = "/tmp/winnow-key-XXXXXX", setting[64];
    close(mkstemp(path));
    assert_true(hash_key_generate(&key, NULL) && hash_key_write(&key, path, NULL));
    snprintf(setting, sizeof(setting), "key=%s", path);
    uint64_t hash = hash_kim(setting);
    assert_true(hash == keyed_hash(&key, "author", TEXT("Kim")));
    assert_true(hash != hash_kim("")); /* without a key file: a key for this run alone */
    unlink(path);
}

static void mistakes_are_reported_before_anything_is_read(void **state)
{
    (void)state;
    struct error error = {0};
    assert_null(stage_start(&redact_stage, "kinds=email, phones", NULL, &error));
    assert_non_null(strstr(error.message, "unknown kind 'phones'; expected email, phone"));
    assert_null(stage_start(&redact_stage, "order_pattern=(", NULL, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_redacted),
        cmocka_unit_test(columns_are_redacted),
        cmocka_unit_test(rejects_are_redacted),
        cmocka_unit_test(a_database_keeps_its_key),
        cmocka_unit_test(authors_are_hashed_with_the_key),
        cmocka_unit_test(mistakes_are_reported_before_anything_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
