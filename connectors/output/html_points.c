/* html_points.c - key points: the latest summary of each group. */
#include "base/hash.h"
#include "connectors/output/html_parts.h"
#include "connectors/output/html_sections.h"

enum {
    MAX_POINT_GROUPS = 6,
    MAX_POINTS = 6,    /* of a group */
    MAX_EXAMPLES = 12, /* of a group: at most six a side */
};

/* Points of one summary are neighbours: those of one segment, topic and period. */
static bool is_same_summary(const struct document_point *a, const struct document_point *b)
{
    return text_equal(a->segment, b->segment) && text_equal(a->topic, b->topic) &&
           text_equal(a->period, b->period);
}

/* "product=(none)": a group of the records that do not tell their product. */
static bool is_without_value(struct text segment)
{
    return text_find(segment, TEXT("=(none)"), 0) < segment.size;
}

/* Whether the point begins the latest summary of its segment and topic. */
static bool begins_latest(const struct document *document, size_t number)
{
    const struct document_point *point = &document->points[number];
    if (text_equal(point->period, TEXT("undated")) || is_without_value(point->segment) ||
        (number > 0 && is_same_summary(point, point - 1)))
        return false;
    for (size_t i = number + 1; i < document->point_count; i++) {
        const struct document_point *other = &document->points[i];
        if (text_equal(other->segment, point->segment) && text_equal(other->topic, point->topic) &&
            !text_equal(other->period, TEXT("undated")) &&
            text_compare(other->period, point->period) > 0)
            return false;
    }
    return true;
}

/* In quotation marks; what it names is counted. */
static void write_example(struct page *page, const struct document_point *point)
{
    char id[17];
    hash_format(point->first_evidence, id);
    page_markup(page, " <bdi>“");
    page_text(page, point->text);
    fprintf(page->out, "”</bdi> <small><a href=\"#r%s\">", id);
    page_word(page, WORD_FULL_TEXT);
    page_markup(page, "</a>");
    if (point->subject.size > 0) {
        page_markup(page, ", ");
        page_format(page, WORD_POINT_SUBJECT, (struct text[]){point->records, point->subject});
    }
    page_markup(page, "</small></li>\n");
    arena_reset(&page->scratch);
}

static void write_point(struct page *page, const struct document_point *point)
{
    char id[17];
    hash_format(point->first_evidence, id);
    bool is_positive = text_equal(point->polarity, TEXT("positive")),
         is_negative = text_equal(point->polarity, TEXT("negative"));
    fprintf(page->out, "<li><b class=\"%s\">%s</b>",
            is_positive   ? "pos"
            : is_negative ? "neg"
                          : "other",
            is_positive   ? "+"
            : is_negative ? "–"
                          : "·");
    if (point->is_example) {
        write_example(page, point);
        return;
    }
    page_markup(page, " <bdi>");
    page_text(page, point->text);
    page_markup(page, "</bdi> <small>");
    if (point->first_evidence)
        fprintf(page->out, "<a href=\"#r%s\">", id);
    bool is_one = text_equal(point->records, TEXT("1"));
    page_format(page, is_one ? WORD_POINT_COUNT_ONE : WORD_POINT_COUNT,
                (struct text[]){point->records});
    if (point->first_evidence)
        page_markup(page, "</a>");
    if (point->previous_records.size) {
        page_markup(page, ", ");
        page_format(page,
                    text_equal(point->previous_records, TEXT("0")) ? WORD_POINT_NEW
                                                                   : WORD_POINT_BEFORE,
                    (struct text[]){point->previous_records});
    }
    if (point->opposite.size && !text_equal(point->opposite, TEXT("0"))) {
        page_markup(page, ", ");
        page_format(page, WORD_POINT_OPPOSITE, (struct text[]){point->opposite});
    }
    page_markup(page, "</small></li>\n");
    arena_reset(&page->scratch);
}

/* Counts the points and the examples of a summary; whether the page shows this one. */
static bool is_shown(const struct document_point *point, size_t counts[2])
{
    return ++counts[point->is_example] <= (point->is_example ? MAX_EXAMPLES : MAX_POINTS);
}

/* "Kettle, North" for "product=Kettle; region=North". */
static void write_segment_values(struct page *page, struct text segment)
{
    while (segment.size) {
        size_t end = text_find(segment, TEXT("; "), 0);
        struct text field = text_slice(segment, 0, end);
        size_t name = text_find(field, TEXT("="), 0);
        page_text(page, name < field.size ? text_slice(field, name + 1, field.size) : field);
        page_markup(page, end < segment.size ? ", " : "");
        segment = text_slice(segment, end < segment.size ? end + 2 : end, segment.size);
    }
}

/* The points of the summary that begins with `number`, under the name of its segment and period:
 * parts of a section with a heading of the level above. */
static void write_summary(struct page *page, size_t number)
{
    const struct document *document = page->document;
    const struct document_point *first = &document->points[number];
    const char *heading = first->topic.size ? "h4" : "h3";
    fprintf(page->out, "<div><%s>", heading);
    if (text_equal(first->segment, TEXT("all")))
        page_word(page, WORD_ALL_FEEDBACK);
    else
        write_segment_values(page, first->segment);
    if (!text_equal(first->period, TEXT("all"))) {
        page_markup(page, ", ");
        page_text(page, words_period(page->language, first->period, false, &page->scratch));
    }
    fprintf(page->out, "</%s><ul class=\"points\">\n", heading);
    size_t counts[2] = {0};
    for (size_t i = number;
         i < document->point_count && is_same_summary(first, &document->points[i]); i++)
        if (is_shown(&document->points[i], counts))
            write_point(page, &document->points[i]);
    page_markup(page, "</ul></div>\n");
}

/* Calls `visit` for the points that the page shows about a topic (empty: all topics). */
static void visit_shown_points(const struct document *document, struct text topic,
                               void (*visit)(void *user, size_t number), void *user)
{
    size_t groups = 0;
    for (size_t i = 0; i < document->point_count && groups < MAX_POINT_GROUPS; i++)
        if (text_equal(document->points[i].topic, topic) && begins_latest(document, i)) {
            groups++;
            visit(user, i);
        }
}

static void write_shown_points(void *user, size_t number)
{
    write_summary(user, number);
}

void html_write_topic_points(struct page *page, struct text topic)
{
    visit_shown_points(page->document, topic, write_shown_points, page);
}

void html_write_points(struct page *page)
{
    if (!page->document->point_count)
        return;
    html_begin_section(page, "points", WORD_KEY_POINTS, WORD_KEY_POINTS_TEXT);
    page_markup(page, "<div class=\"card sides\">\n");
    html_write_topic_points(page, (struct text){0});
    page_markup(page, "</div></section>\n");
}

/* What visit_shown_points visits. */
struct quoted_points {
    const struct document *document;
    struct hash_table *quoted;
};

static void list_point_evidence(void *user, size_t number)
{
    struct quoted_points *points = user;
    const struct document_point *first = &points->document->points[number];
    size_t counts[2] = {0};
    for (size_t i = number;
         i < points->document->point_count && is_same_summary(first, &points->document->points[i]);
         i++)
        if (is_shown(&points->document->points[i], counts))
            hash_table_get_or_insert(points->quoted, points->document->points[i].first_evidence, 0,
                                     NULL);
}

void html_list_point_evidence(const struct document *document, struct text topic,
                              struct hash_table *records)
{
    struct quoted_points points = {document, records};
    visit_shown_points(document, topic, list_point_evidence, &points);
}
