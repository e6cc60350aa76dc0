/* html_report.c - report.html: one file that needs no network and, to be read, no script. The order
 * of its sections, and what the user should know about its size. */
#include <errno.h>
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/output/html_sections.h"

static bool write(const struct document *document, const struct document_file *file,
                  struct arena *arena, struct text *note, struct error *error)
{
    struct page page = {
        .out = file->stream, .document = document, .language = document->options.language};
    struct packed_rows packed = {0};
    html_write_head(&page);
    html_write_header(&page);
    html_write_figures(&page);
    page_markup(&page, "<div class=\"two\">\n");
    html_write_in_short(&page);
    html_write_over_time(&page);
    page_markup(&page, "</div>\n");
    html_write_points(&page);
    html_write_insights(&page);
    html_write_topics(&page);
    html_write_segments(&page);
    html_write_topic_pages(&page);
    bool ok = html_write_rows(&page, &packed, error);
    html_write_sure(&page);
    html_write_footer(&page, &packed);
    if (packed.row_count < document->record_count)
        *note = arena_format(arena,
                             "%llu of %llu records are in this file; all are in "
                             "feedback.csv and report.xlsx",
                             (unsigned long long)packed.row_count,
                             (unsigned long long)document->record_count);
    if (ftell(file->stream) > HTML_LARGE_SIZE)
        *note =
            arena_format(arena, "%.*s%sthe file has more than %d MB, which browsers open slowly",
                         TEXT_ARGUMENT(*note), note->size ? "; " : "", HTML_LARGE_SIZE / 1000000);
    html_pack_free(&packed);
    arena_free(&page.scratch);
    if (ok && ferror(file->stream))
        return error_set(error, ERROR_STORE, "the report cannot be written: %s", strerror(errno));
    return ok;
}

const struct document_format html_document = {
    .name = "html",
    .summary = "a page for people: figures, changes, topics, quotes and rows in one file",
    .file_name = "report.html",
    .write = write,
};
