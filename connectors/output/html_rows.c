/* html_rows.c - the section of records: quoted ones as a table that needs no script, and the fields
 * by which the script finds packed ones. */
#include <stdlib.h>

#include "base/hash.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"

enum { MAX_QUOTED_ROWS = 2000 };

static void write_option(struct page *page, struct text value, struct text name)
{
    page_markup(page, "<option value=\"");
    page_text(page, value);
    page_markup(page, "\">");
    page_text_cut(page, name, 60);
    page_markup(page, "</option>");
}

static void begin_select(struct page *page, const char *name, enum word label)
{
    page_markup(page, "<label>");
    page_word(page, label);
    fprintf(page->out, "<select name=\"%s\"><option value=\"\">", name);
    page_word(page, WORD_ANY);
    page_markup(page, "</option>");
}

static void write_filters(struct page *page)
{
    const struct document *document = page->document;
    page_markup(page, "<form id=\"find\" role=\"search\" hidden=\"hidden\"><label>");
    page_word(page, WORD_SEARCH);
    page_markup(page, "<input type=\"search\" name=\"q\"/></label>");
    begin_select(page, "sentiment", WORD_SENTIMENT);
    for (enum sentiment label = 0; label < SENTIMENT_COUNT; label++)
        write_option(page, text_of(sentiment_names[label]), words_label(page->language, label));
    page_markup(page, "</select></label>");
    begin_select(page, "topic", WORD_TOPIC);
    for (size_t i = 0; i < document->topic_count; i++)
        write_option(page, document->topics[i].id,
                     words_topic(page->document, document->topics[i].id));
    page_markup(page, "</select></label>");
    begin_select(page, "source", WORD_SOURCE);
    for (size_t i = 0; i < document->share_count; i++)
        if (document->shares[i].label == SENTIMENT_NEGATIVE &&
            !text_equal(document->shares[i].source, label_share_all_sources))
            write_option(page, document->shares[i].source, document->shares[i].source);
    page_markup(page, "</select></label>");
    if (document->part_count) {
        begin_select(page, "part", WORD_GROUP);
        for (size_t i = 0; i < document->part_count; i++)
            write_option(page, arena_format(&page->scratch, "%zu", i),
                         arena_format(&page->scratch, "%.*s = %.*s",
                                      TEXT_ARGUMENT(document->parts[i].field.name),
                                      TEXT_ARGUMENT(document->parts[i].field.value)));
        page_markup(page, "</select></label>");
    }
    page_markup(page, "<button type=\"reset\">");
    page_word(page, WORD_RESET);
    page_markup(page, "</button><output id=\"count\" aria-live=\"polite\" data-text=\"");
    page_word(page, WORD_FOUND);
    page_markup(page, "\"></output></form>\n");
    arena_reset(&page->scratch);
}

static void write_row_heads(struct page *page, bool can_sort)
{
    static const struct {
        const char *key;
        enum word word;
    } columns[] = {{"date", WORD_DATE},           {"source", WORD_SOURCE},
                   {"sentiment", WORD_SENTIMENT}, {"rating", WORD_RATING},
                   {NULL, WORD_TOPICS_COLUMN},    {NULL, WORD_TEXT}};
    page_markup(page, "<thead><tr>");
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
        if (!can_sort || !columns[i].key) {
            html_write_column_head(page, columns[i].word, "");
            continue;
        }
        fprintf(page->out, "<th scope=\"col\" data-key=\"%s\"><button type=\"button\">",
                columns[i].key);
        page_word(page, columns[i].word);
        page_markup(page, "</button></th>");
    }
    page_markup(page, "</tr></thead>");
}

static const char *label_class(enum sentiment label)
{
    return label == SENTIMENT_NEGATIVE ? "neg" : label == SENTIMENT_POSITIVE ? "pos" : "mu";
}

static void write_quoted_row(struct page *page, const struct saved_record *record)
{
    const struct analysis *analysis = &record->analysis;
    char id[17];
    hash_format(record->feedback_id, id);
    fprintf(page->out, "<tr id=\"r%s\"><td><time>", id);
    page_text(page, words_date(record->created_at, &page->scratch));
    page_markup(page, "</time></td><td>");
    page_text(page, record->source);
    if (page->document->options.shows_ids && record->external_id.size) {
        page_markup(page, " ");
        page_text_cut(page, record->external_id, 60);
    }
    fprintf(page->out, "</td><td><span class=\"%s\">", label_class(analysis->sentiment));
    page_text(page, words_label(page->language, analysis->sentiment));
    page_markup(page, "</span></td><td class=\"n\">");
    page_text(page, html_format_rating(record, &page->scratch));
    page_markup(page, "</td><td>");
    for (size_t i = 0; i < analysis->topic_count; i++) {
        fprintf(page->out, "<span class=\"tag %s\">", label_class(analysis->topics[i].polarity));
        page_text(page, words_topic(page->document, analysis->topics[i].topic));
        page_markup(page, "</span> ");
    }
    page_markup(page, "</td><td><bdi");
    if (record->lang.size) {
        page_markup(page, " lang=\"");
        page_text(page, record->lang);
        page_markup(page, "\"");
    }
    page_markup(page, ">");
    page_text_cut(page, record->text, HTML_MAX_TEXT_CHARACTERS);
    page_markup(page, "</bdi></td></tr>\n");
    arena_reset(&page->scratch);
}

/* The ids of all quoted records. */
static void list_quoted(const struct document *document, struct hash_table *quoted)
{
    html_list_point_evidence(document, (struct text){0}, quoted);
    for (size_t i = 0; i < html_count_topic_pages(document); i++)
        html_list_point_evidence(document, document->topics[i].id, quoted);
    for (size_t i = 0; i < document->insight_count; i++)
        for (size_t j = 0; j < document->insights[i].saved.quote_count; j++)
            hash_table_get_or_insert(quoted, document->insights[i].saved.quotes[j].feedback_id, 0,
                                     NULL);
    for (size_t i = 0; i < html_count_topic_pages(document); i++) {
        const struct document_topic *topic = &document->topics[i];
        for (size_t j = 0; j < topic->negative_count; j++)
            hash_table_get_or_insert(quoted, topic->negative[j].feedback_id, 0, NULL);
        for (size_t j = 0; j < topic->positive_count; j++)
            hash_table_get_or_insert(quoted, topic->positive[j].feedback_id, 0, NULL);
    }
}

/* The records, as they are read one after another. */
struct row_reading {
    struct page quoted_page; /* into memory: its size decides how many rows can be packed */
    struct hash_table quoted;
    size_t quoted_count;
    char *markup; /* of the quoted rows, when quoted_page.out is closed */
    size_t markup_size;
    struct packer *packer;
};

static bool visit_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct row_reading *reading = user;
    if (reading->quoted_page.out && reading->quoted_count < MAX_QUOTED_ROWS &&
        hash_table_find(&reading->quoted, record->feedback_id)) {
        reading->quoted_count++;
        write_quoted_row(&reading->quoted_page, record);
    }
    html_packer_add(reading->packer, record);
    return true;
}

/* Reads all records, once for each attempt to pack them; the quoted ones in the first. `limit`:
 * bytes of both. */
static bool read_rows(struct page *page, struct row_reading *reading, size_t limit,
                      struct error *error)
{
    const struct document *document = page->document;
    reading->quoted_page.out = open_memstream(&reading->markup, &reading->markup_size);
    if (!reading->quoted_page.out)
        return error_set(error, ERROR_STORE, "report.html: out of memory");
    for (;;) {
        size_t rest = reading->markup_size < limit ? limit - reading->markup_size : 0;
        bool ok = html_packer_begin(reading->packer, rest, error) &&
                  store_for_each_record(document->store, document->selection, visit_record, reading,
                                        error);
        if (reading->quoted_page.out)
            fclose(reading->quoted_page.out);
        reading->quoted_page.out = NULL;
        if (!ok)
            return false;
        rest = reading->markup_size < limit ? limit - reading->markup_size : 0;
        if (html_packer_end(reading->packer, rest))
            return true;
    }
}

static void write_row_count(struct page *page, const struct packed_rows *packed)
{
    const struct document *document = page->document;
    struct arena *arena = &page->scratch;
    struct text total = words_count(document->record_count, arena);
    page_markup(page, "<p class=\"mu\">");
    if (packed->row_count == document->record_count)
        page_format(page, WORD_ROWS_ALL, (struct text[]){total});
    else if (packed->row_count)
        page_format(page, WORD_ROWS_SAMPLE,
                    (struct text[]){words_count(packed->row_count, arena), total});
    else
        page_format(page, WORD_ROWS_NONE, (struct text[]){total});
    page_markup(page, "</p>\n");
}

/* All rows, for the script. */
static void write_packed_table(struct page *page)
{
    write_filters(page);
    page_markup(page, "<div class=\"box\" id=\"all\" hidden=\"hidden\"><table class=\"rows\">");
    write_row_heads(page, true);
    page_markup(page, "<tbody></tbody></table><p><button type=\"button\" id=\"more\">");
    page_word(page, WORD_MORE);
    page_markup(page, "</button></p></div>\n");
}

static void write_quoted_table(struct page *page, struct text rows)
{
    page_markup(page, "<h3>");
    page_word(page, WORD_ROWS_QUOTED);
    page_markup(page, "</h3><p class=\"mu\">");
    page_word(page, WORD_ROWS_QUOTED_TEXT);
    page_markup(page, "</p>\n<div class=\"box\"><table class=\"rows\">");
    write_row_heads(page, false);
    page_markup(page, "<tbody>\n");
    fwrite(rows.bytes, 1, rows.size, page->out);
    page_markup(page, "</tbody></table></div>");
}

bool html_write_rows(struct page *page, struct packed_rows *packed, struct error *error)
{
    enum { REST_SIZE = 12000 }; /* bytes of what follows the rows */
    struct row_reading reading = {
        .quoted_page = {.document = page->document, .language = page->language},
        .packer = html_packer_open(page, packed)};
    long written = ftell(page->out);
    size_t used = (written > 0 ? (size_t)written : 0) + REST_SIZE;
    size_t limit = page->document->options.max_rows == DOCUMENT_FITTING_ROWS
                       ? (size_t)HTML_MAX_SIZE
                       : (size_t)HTML_LIMIT_SIZE;
    list_quoted(page->document, &reading.quoted);
    bool ok = read_rows(page, &reading, used < limit ? limit - used : 0, error);
    html_begin_section(page, "rows", WORD_ROWS, WORD_COUNT);
    write_row_count(page, packed);
    if (packed->row_count)
        write_packed_table(page);
    write_quoted_table(page, (struct text){reading.markup, reading.markup_size});
    page_markup(page, "</section>\n");
    html_packer_close(reading.packer);
    hash_table_free(&reading.quoted);
    arena_free(&reading.quoted_page.scratch);
    free(reading.markup);
    return ok;
}
