/* html_segments.c - topics by group as tables in shades. */
#include <math.h>

#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"
#include "connectors/output/report_facts.h"

enum { MAX_HEAT_TOPICS = 12, MAX_HEAT_PARTS = 8 };

static void write_heat_cell(struct page *page, const struct document_counts *counts,
                            const struct document_part *part, double max)
{
    uint64_t n = part->records.mentions;
    if (n == 0 || counts->negative == 0) {
        page_markup(page, "<td class=\"mu\">–</td>");
        return;
    }
    double share = (double)counts->negative / (double)n;
    int shade = n < REPORT_MIN_COUNT || max <= 0 ? 0 : (int)ceil(4 * share / max);
    fprintf(page->out, "<td class=\"%s%d\">", n < REPORT_MIN_COUNT ? "mu h" : "h",
            shade > 4 ? 4 : shade);
    page_text(page, words_percent(page->language, share, &page->scratch));
    page_markup(page, "<small>(");
    page_text(page, words_count(counts->negative, &page->scratch));
    page_markup(page, ")</small></td>");
}

/* The largest share of a topic in a part with enough records. */
static double find_max_share(const struct document *document, size_t begin, size_t end,
                             size_t topic_count)
{
    double max = 0;
    for (size_t topic = 0; topic < topic_count; topic++)
        for (size_t part = begin; part < end; part++) {
            uint64_t n = document->parts[part].records.mentions;
            if (n >= REPORT_MIN_COUNT)
                max = fmax(max, (double)document->topics[topic].parts[part].negative / (double)n);
        }
    return max;
}

static void write_heat_table(struct page *page, size_t begin, size_t end)
{
    const struct document *document = page->document;
    size_t topic_count =
        document->topic_count < MAX_HEAT_TOPICS ? document->topic_count : MAX_HEAT_TOPICS;
    double max = find_max_share(document, begin, end, topic_count);
    page_markup(page, "<h3>");
    page_format(page, WORD_DIFFERS_BY, (struct text[]){document->parts[begin].field.name});
    page_markup(page, "</h3>\n<div class=\"box\"><table class=\"heat\"><thead><tr>");
    html_write_column_head(page, WORD_TOPIC, "");
    for (size_t part = begin; part < end; part++) {
        page_markup(page, "<th scope=\"col\">");
        page_text_cut(page, document->parts[part].field.value, 40);
        page_markup(page, "<br/><small>n = ");
        page_text(page, words_count(document->parts[part].records.mentions, &page->scratch));
        page_markup(page, "</small></th>");
    }
    page_markup(page, "</tr></thead><tbody>\n<tr><th scope=\"row\">");
    page_word(page, WORD_ALL_FEEDBACK);
    page_markup(page, "</th>");
    for (size_t part = begin; part < end; part++)
        write_heat_cell(page, &document->parts[part].records, &document->parts[part], 0);
    page_markup(page, "</tr>\n");
    for (size_t topic = 0; topic < topic_count; topic++) {
        page_markup(page, "<tr><th scope=\"row\">");
        html_write_topic_link(page, document->topics[topic].id);
        page_markup(page, "</th>");
        for (size_t part = begin; part < end; part++)
            write_heat_cell(page, &document->topics[topic].parts[part], &document->parts[part],
                            max);
        page_markup(page, "</tr>\n");
    }
    page_markup(page, "</tbody></table></div>\n");
    arena_reset(&page->scratch);
}

void html_write_segments(struct page *page)
{
    const struct document *document = page->document;
    if (!document->part_count)
        return;
    html_begin_section(page, "groups", WORD_BY_GROUP, WORD_DIFFERS_TEXT);
    for (size_t begin = 0, end; begin < document->part_count; begin = end) {
        size_t shown = begin;
        for (end = begin;
             end < document->part_count &&
             text_equal(document->parts[end].field.name, document->parts[begin].field.name);
             end++)
            shown = end - begin < MAX_HEAT_PARTS ? end + 1 : shown;
        write_heat_table(page, begin, shown);
    }
    page_markup(page, "</section>\n");
}
