/* prop_xml_blocks.c - the same records with the same positions are read wherever the blocks of the
 * input end; a truncated file loses only its last record; any bytes are read to their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/connectors.h"

enum { RECORDS = 400, RANDOM_FILES = 300 };

static char path[] = "/tmp/prop_xml_blocks.XXXXXX";

static void write_file(struct text bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.bytes, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

/* Records of different sizes after `blanks` blanks. The caller frees the result. */
static struct text make_file(size_t blanks)
{
    char *bytes;
    size_t size;
    FILE *file = open_memstream(&bytes, &size);
    for (size_t i = 0; i < blanks; i++)
        fputc(i % 50 == 49 ? '\n' : ' ', file);
    fputs("<reviews>\n", file);
    for (size_t i = 0; i < RECORDS; i++) {
        fprintf(file, "  <review id=\"%zu\" note='a > b'>\n    <!-- </review> --><text>R&amp;D ",
                i);
        for (size_t k = 0; k < i * 37 % 900; k++)
            fputs(k % 7 == 0 ? "\xEB\xB0\xB0" : k % 11 == 0 ? "&#233;" : "x", file);
        fputs(i % 3 == 0 ? "<![CDATA[</text> <b>&amp;]]>" : "<br>y<p>z", file);
        fputs("</text><empty/>\r\n  </review>\n", file);
    }
    fputs("</reviews>\n", file);
    fclose(file);
    return (struct text){bytes, size};
}

static enum read_status read_file(struct batch *batch)
{
    void *state = memory_alloc(1, xml_connector.state_size);
    option_set_defaults(xml_connector.options, state);
    assert_true(option_set(option_find(xml_connector.options, TEXT("allow_missing_text")), state,
                           TEXT("yes"), "", NULL));
    struct error error = {0};
    enum read_status read_status = READ_FAILED;
    *batch = (struct batch){.path = path, .source = TEXT("test")};
    assert_true(xml_connector.open(state, path, &error));
    while ((read_status = xml_connector.read(state, batch, &error)) == READ_OK)
        ;
    xml_connector.close(state);
    free(state);
    return read_status;
}

static void records_and_positions_do_not_depend_on_blocks(void **unused)
{
    (void)unused;
    for (size_t blanks = 0; blanks < 400; blanks += 61) {
        struct text bytes = make_file(blanks);
        struct batch batch;
        write_file(bytes);
        assert_int_equal(read_file(&batch), READ_END);
        assert_int_equal(batch.reject_count, 0);
        assert_int_equal(batch.count, RECORDS);
        size_t at = 0, line = 1;
        for (size_t i = 0; i < RECORDS; i++) {
            const struct record *record = &batch.records[i];
            int64_t id;
            assert_true(text_to_integer(record->external_id, &id));
            assert_int_equal(id, i);
            for (size_t next = text_find(bytes, TEXT("<review "), at + 1); at < next; at++)
                line += bytes.bytes[at] == '\n';
            assert_int_equal(record->byte_offset, at);
            assert_int_equal(record->line, line);
            assert_true(text_starts_with(record->body, TEXT("R&D ")));
        }
        batch_free(&batch);
        free((void *)(uintptr_t)bytes.bytes);
    }
}

static void a_truncated_file_loses_only_its_last_record(void **unused)
{
    (void)unused;
    struct text bytes = make_file(0);
    for (size_t size = bytes.size / 3; size < bytes.size; size += 997) {
        struct text cut = text_slice(bytes, 0, size);
        size_t whole = 0;
        for (size_t at = 0; (at = text_find(cut, TEXT("  </review>"), at)) < cut.size; at++)
            whole++;
        struct batch batch;
        write_file(cut);
        assert_int_equal(read_file(&batch), READ_END);
        assert_int_equal(batch.count, whole);
        assert_true(batch.reject_count <= 1);
        batch_free(&batch);
    }
    free((void *)(uintptr_t)bytes.bytes);
}

/* Random bytes, often markup. */
static size_t make_random(char *bytes, size_t room, unsigned *random)
{
    static const char *const parts[] = {
        "<review>", "</review>",      "<text>", "</text>",      "<a b='", "'",   "\"", ">",
        "/>",       "<![CDATA[",      "]]>",    "<!--",         "-->",    "<?x", "&",  ";",
        "<!",       "<!DOCTYPE x [",  "x",      "\xEB\xB0\xB0", "\xFF",   "\n",  "</", "<",
        "<b>",      "<review id='1'>"};
    size_t size = 0;
    while (size + 32 < room) {
        *random = *random * 1103515245u + 12345u;
        const char *part = parts[(*random >> 16) % (sizeof(parts) / sizeof(*parts))];
        memcpy(bytes + size, part, strlen(part));
        size += strlen(part);
    }
    return size;
}

static void any_bytes_are_read_to_their_end(void **unused)
{
    (void)unused;
    unsigned random = 1;
    char bytes[2000];
    for (size_t i = 0; i < RANDOM_FILES; i++) {
        struct batch batch;
        size_t size = make_random(bytes, 64 + i * 6, &random);
        write_file((struct text){bytes, size});
        assert_int_equal(read_file(&batch), READ_END);
        uint64_t last = 0;
        for (size_t k = 0; k < batch.reject_count; k++) {
            assert_true(batch.rejects[k].byte_offset >= last);
            assert_true(batch.rejects[k].byte_offset < size);
            last = batch.rejects[k].byte_offset;
        }
        batch_free(&batch);
    }
}

static int make_path(void **unused)
{
    (void)unused;
    return close(mkstemp(path));
}

static int remove_path(void **unused)
{
    (void)unused;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_positions_do_not_depend_on_blocks),
        cmocka_unit_test(a_truncated_file_loses_only_its_last_record),
        cmocka_unit_test(any_bytes_are_read_to_their_end),
    };
    return cmocka_run_group_tests_name("xml blocks", tests, make_path, remove_path);
}
