/* xlsx_findings.c - the sheets of insights and of quotes by topic. */
#include <math.h>

#include "connectors/output/report_sentences.h"
#include "connectors/output/xlsx_sheets.h"

static void write_quotes(struct cursor *cursor, struct text topic,
                         const struct document_quote *quotes, size_t count)
{
    struct book *book = cursor->book;
    for (size_t i = 0; i < count; i++) {
        xlsx_write_text(cursor, words_topic(book->document, topic), FORMAT_PLAIN);
        xlsx_write_text(cursor, words_label(book->language, quotes[i].polarity), FORMAT_PLAIN);
        xlsx_write_text(cursor, quotes[i].text, FORMAT_WRAP);
        xlsx_write_text(cursor, quotes[i].source, FORMAT_PLAIN);
        xlsx_write_date(cursor, quotes[i].created_at);
        xlsx_write_row_link(cursor, quotes[i].feedback_id);
        xlsx_next_row(cursor);
    }
}

void xlsx_write_quotes(struct book *book, uint32_t *first_rows)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_QUOTES);
    struct text heads[] = {xlsx_word(book, WORD_TOPIC), xlsx_word(book, WORD_SIDE),
                           xlsx_word(book, WORD_QUOTE), xlsx_word(book, WORD_SOURCE),
                           xlsx_word(book, WORD_DATE),  xlsx_word(book, WORD_ROW)};
    static const double widths[] = {XLSX_MEDIUM, XLSX_NARROW, XLSX_WIDE,
                                    XLSX_MEDIUM, 18,          XLSX_MEDIUM};
    struct table_layout layout = {"Quotes", heads, widths, 6};
    xlsx_begin_table(&cursor, &layout);
    for (size_t i = 0; i < document->topic_count; i++) {
        const struct document_topic *topic = &document->topics[i];
        first_rows[i] = topic->negative_count + topic->positive_count ? cursor.row : 0;
        write_quotes(&cursor, topic->id, topic->negative, topic->negative_count);
        write_quotes(&cursor, topic->id, topic->positive, topic->positive_count);
    }
    xlsx_end_table(&cursor, &layout);
}

static struct text format_topic(const struct book *book, struct text topic)
{
    if (text_equal(topic, group_key_all_topics))
        return xlsx_word(book, WORD_ALL_FEEDBACK);
    return text_equal(topic, group_key_no_topic) ? xlsx_word(book, WORD_NO_TOPIC)
                                                 : words_topic(book->document, topic);
}

static void write_insight_row(struct cursor *cursor, const struct saved_insight *saved)
{
    struct book *book = cursor->book;
    const struct insight *insight = &saved->insight;
    bool is_share =
        insight->measure == MEASURE_NEGATIVE_SHARE || insight->measure == MEASURE_RECORD_SHARE;
    enum cell_format format = is_share                              ? FORMAT_PERCENT
                              : insight->measure == MEASURE_RECORDS ? FORMAT_COUNT
                                                                    : FORMAT_DECIMAL;
    struct group_key segment = {insight->key.fields, insight->key.field_count, {NULL, 0}};
    xlsx_write_text(cursor, report_sentence(book->document, saved, &book->scratch), FORMAT_WRAP);
    xlsx_write_text(cursor, text_of(insight_kind_names[insight->kind]), FORMAT_PLAIN);
    xlsx_write_text(cursor, text_of(insight_state_names[insight->state]), FORMAT_PLAIN);
    xlsx_write_text(cursor, format_topic(book, insight->key.topic), FORMAT_PLAIN);
    xlsx_write_text(cursor,
                    segment.field_count ? group_key_format(&segment, &book->scratch)
                                        : xlsx_word(book, WORD_EVERYWHERE),
                    FORMAT_PLAIN);
    xlsx_write_text(cursor, insight->since, FORMAT_PLAIN);
    xlsx_write_text(cursor, insight->until, FORMAT_PLAIN);
    xlsx_write_text(cursor, text_of(insight_measure_names[insight->measure]), FORMAT_PLAIN);
    xlsx_write_number(cursor, insight->value.value, format);
    xlsx_write_number(cursor, insight->value.low, format);
    xlsx_write_number(cursor, insight->value.high, format);
    xlsx_write_count(cursor, insight->n);
    xlsx_write_number(cursor, insight->baseline, format);
    xlsx_write_number(cursor, insight->baseline_n ? (double)insight->baseline_n : NAN,
                      FORMAT_COUNT);
    xlsx_write_number(cursor, insight->q_value, FORMAT_PERCENT);
    for (size_t i = 0; i < INSIGHT_MAX_QUOTES; i++) {
        if (i < saved->quote_count) {
            xlsx_write_text(cursor, saved->quotes[i].text, FORMAT_WRAP);
            xlsx_write_row_link(cursor, saved->quotes[i].feedback_id);
        } else {
            cursor->column = (uint16_t)(cursor->column + 2);
        }
    }
    xlsx_next_row(cursor);
}

void xlsx_write_changes(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_CHANGES);
    struct text row = xlsx_word(book, WORD_ROW);
    struct text heads[] = {xlsx_word(book, WORD_FINDING),
                           xlsx_word(book, WORD_KIND),
                           xlsx_word(book, WORD_STATE),
                           xlsx_word(book, WORD_TOPIC),
                           xlsx_word(book, WORD_GROUP),
                           xlsx_word(book, WORD_SINCE),
                           xlsx_word(book, WORD_UNTIL),
                           xlsx_word(book, WORD_MEASURE),
                           xlsx_word(book, WORD_VALUE),
                           xlsx_word(book, WORD_LOW),
                           xlsx_word(book, WORD_HIGH),
                           xlsx_word(book, WORD_COUNT_OF),
                           xlsx_word(book, WORD_BASELINE),
                           xlsx_word(book, WORD_BASELINE_COUNT),
                           xlsx_word(book, WORD_CHANCE),
                           xlsx_word(book, WORD_QUOTE_1),
                           arena_format(&book->scratch, "%.*s 1", TEXT_ARGUMENT(row)),
                           xlsx_word(book, WORD_QUOTE_2),
                           arena_format(&book->scratch, "%.*s 2", TEXT_ARGUMENT(row))};
    static const double widths[] = {60,          XLSX_NARROW, XLSX_NARROW, XLSX_MEDIUM, XLSX_MEDIUM,
                                    XLSX_NARROW, XLSX_NARROW, 16,          XLSX_NARROW, XLSX_NARROW,
                                    XLSX_NARROW, XLSX_NARROW, XLSX_NARROW, XLSX_NARROW, XLSX_NARROW,
                                    50,          20,          50,          20};
    struct table_layout layout = {"Changes", heads, widths, sizeof(widths) / sizeof(*widths)};
    struct arena names = {0}; /* xlsx_begin_table resets the scratch */
    heads[16] = arena_copy_text(&names, heads[16]);
    heads[18] = arena_copy_text(&names, heads[18]);
    xlsx_begin_table(&cursor, &layout);
    for (size_t i = 0; i < document->insight_count; i++)
        write_insight_row(&cursor, &document->insights[i].saved);
    if (!document->insight_count)
        xlsx_write_word(&cursor, WORD_NOTHING_FOUND, FORMAT_PLAIN);
    xlsx_end_table(&cursor, &layout);
    arena_free(&names);
}
