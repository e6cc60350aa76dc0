/* fuzz_xlsx.c - a workbook, one part of which (chosen by the first byte) is any bytes: every row is
 * a record or a reject, or reading ends with a message. */
#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/connectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PARTS = 4 };

/* The parts that are not fuzzed. */
static const char *const parts[PARTS][2] = {
    {"xl/workbook.xml", "<workbook><sheets><sheet name='a' id='rId1'/></sheets></workbook>"},
    {"xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs>"
                      "</styleSheet>"},
    {"xl/sharedStrings.xml", "<sst><si><t>text</t></si><si><t>it works</t></si></sst>"},
    {"xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c t='s'><v>0</v></c></row><row><c "
                                 "t='s'><v>1</v></c><c s='1'><v>46090</v></c></row></sheetData>"
                                 "</worksheet>"},
};
static const char relations[] =
    "<Relationships><Relationship Id='rId1' Type='x/worksheet' Target='worksheets/sheet1.xml'/>"
    "</Relationships>";

static void add(struct archive *archive, const char *name, const void *bytes, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    if (archive_write_header(archive, entry) != ARCHIVE_OK ||
        archive_write_data(archive, bytes, size) != (la_ssize_t)size)
        abort();
    archive_entry_free(entry);
}

static void check_batch(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!utf8_is_valid(batch->records[i].body) || batch->records[i].line == 0)
            abort();
    batch_reset(batch);
}

static void read_all(const char *path)
{
    struct error error = {0};
    struct batch batch = {.path = path};
    void *state = memory_alloc(1, xlsx_connector.state_size);
    option_set_defaults(xlsx_connector.options, state);
    option_set(option_find(xlsx_connector.options, TEXT("allow_missing_text")), state, TEXT("yes"),
               "", NULL);
    if (xlsx_connector.open(state, path, &error)) {
        while (xlsx_connector.read(state, &batch, &error) == READ_OK)
            check_batch(&batch);
        check_batch(&batch);
    }
    if (error.kind == ERROR_USAGE)
        abort(); /* the job has no setting that could be wrong */
    xlsx_connector.close(state);
    free(state);
    batch_free(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char path[64];
    if (size == 0)
        return 0;
    snprintf(path, sizeof(path), "/tmp/winnow-fuzz-xlsx-%d", (int)getpid());
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_zip_set_compression_store(archive);
    if (archive_write_open_filename(archive, path) != ARCHIVE_OK)
        abort();
    for (size_t i = 0; i < PARTS; i++) {
        if (bytes[0] % PARTS == i)
            add(archive, parts[i][0], bytes + 1, size - 1);
        else
            add(archive, parts[i][0], parts[i][1], strlen(parts[i][1]));
    }
    add(archive, "xl/_rels/workbook.xml.rels", relations, strlen(relations));
    archive_write_free(archive);
    read_all(path);
    unlink(path);
    return 0;
}
