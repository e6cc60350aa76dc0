/* xlsx_topics.c - the sheets of topics: all, by period, by group. */
#include "connectors/output/xlsx_sheets.h"

void xlsx_write_topics(struct book *book, const uint32_t *quote_rows)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_TOPICS);
    struct text heads[] = {xlsx_word(book, WORD_TOPIC),
                           xlsx_word(book, WORD_MENTIONS),
                           xlsx_word(book, WORD_NEGATIVE),
                           xlsx_word(book, WORD_OTHER),
                           xlsx_word(book, WORD_POSITIVE),
                           xlsx_word(book, WORD_RECORD_SHARE),
                           xlsx_word(book, WORD_NEGATIVE_SHARE),
                           xlsx_word(book, WORD_LOW),
                           xlsx_word(book, WORD_HIGH)};
    static const double widths[] = {XLSX_MEDIUM, 14, 14, 14, 14, 18, 16, 14, 14};
    struct table_layout layout = {"Topics", heads, widths, sizeof(widths) / sizeof(*widths)};
    xlsx_begin_table(&cursor, &layout);
    for (size_t i = 0; i < document->topic_count; i++) {
        const struct document_topic *topic = &document->topics[i];
        struct text name = words_topic(book->document, topic->id);
        if (quote_rows[i])
            xlsx_write_link(&cursor, SHEET_QUOTES, quote_rows[i], name);
        else
            xlsx_write_text(&cursor, name, FORMAT_PLAIN);
        xlsx_write_count(&cursor, topic->total.mentions);
        xlsx_write_count(&cursor, topic->total.negative);
        xlsx_write_count(&cursor, document_count_others(&topic->total));
        xlsx_write_count(&cursor, topic->total.positive);
        xlsx_write_share(&cursor, topic->total.mentions, document->record_count);
        xlsx_write_number(&cursor, topic->negative_share.value, FORMAT_PERCENT);
        xlsx_write_number(&cursor, topic->negative_share.low, FORMAT_PERCENT);
        xlsx_write_number(&cursor, topic->negative_share.high, FORMAT_PERCENT);
        xlsx_next_row(&cursor);
    }
    xlsx_end_table(&cursor, &layout);
    xlsx_add_data_bars(&cursor, 1);
    xlsx_add_color_scale(&cursor, 6);
    xlsx_grey_small_counts(&cursor, 1, 8);
}

static void write_period_row(struct cursor *cursor, const struct document_topic *topic,
                             struct text name, bool is_negative, size_t first)
{
    const struct document *document = cursor->book->document;
    xlsx_write_text(cursor, name, FORMAT_PLAIN);
    xlsx_write_word(cursor, is_negative ? WORD_NEGATIVE : WORD_MENTIONS, FORMAT_PLAIN);
    for (size_t i = first; i < document->period_count; i++)
        xlsx_write_count(cursor,
                         is_negative ? topic->periods[i].negative : topic->periods[i].mentions);
    xlsx_next_row(cursor);
}

void xlsx_write_periods(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_PERIODS);
    size_t first =
        document->period_count > XLSX_MAX_PERIODS ? document->period_count - XLSX_MAX_PERIODS : 0;
    struct text heads[XLSX_MAX_PERIODS + 2] = {xlsx_word(book, WORD_TOPIC),
                                               xlsx_word(book, WORD_MEASURE)};
    double widths[XLSX_MAX_PERIODS + 2] = {XLSX_MEDIUM, XLSX_NARROW};
    struct table_layout layout = {"TopicsByPeriod", heads, widths,
                                  2 + document->period_count - first};
    for (size_t i = first; i < document->period_count; i++) {
        heads[2 + i - first] = document->periods[i];
        widths[2 + i - first] = XLSX_NARROW;
    }
    xlsx_begin_table(&cursor, &layout);
    write_period_row(&cursor, &document->everything, xlsx_word(book, WORD_ALL_FEEDBACK), false,
                     first);
    write_period_row(&cursor, &document->everything, xlsx_word(book, WORD_ALL_FEEDBACK), true,
                     first);
    for (size_t i = 0; i < document->topic_count; i++) {
        struct text name = words_topic(book->document, document->topics[i].id);
        write_period_row(&cursor, &document->topics[i], name, false, first);
        write_period_row(&cursor, &document->topics[i], name, true, first);
    }
    xlsx_end_table(&cursor, &layout);
}

void xlsx_write_segments(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_SEGMENTS);
    struct text heads[] = {
        xlsx_word(book, WORD_GROUP),         xlsx_word(book, WORD_GROUP_VALUE),
        xlsx_word(book, WORD_GROUP_RECORDS), xlsx_word(book, WORD_TOPIC),
        xlsx_word(book, WORD_MENTIONS),      xlsx_word(book, WORD_NEGATIVE),
        xlsx_word(book, WORD_POSITIVE),      xlsx_word(book, WORD_SHARE_NEGATIVE_OF_GROUP)};
    static const double widths[] = {16, XLSX_MEDIUM, 20, XLSX_MEDIUM, 14, 14, 14, 24};
    struct table_layout layout = {"Segments", heads, widths, sizeof(widths) / sizeof(*widths)};
    xlsx_begin_table(&cursor, &layout);
    for (size_t part = 0; part < document->part_count; part++)
        for (size_t i = 0; i <= document->topic_count; i++) {
            const struct document_part *group = &document->parts[part];
            const struct document_counts *counts =
                i ? &document->topics[i - 1].parts[part] : &group->records;
            if (!counts->mentions)
                continue;
            xlsx_write_text(&cursor, group->field.name, FORMAT_PLAIN);
            xlsx_write_text(&cursor, group->field.value, FORMAT_PLAIN);
            xlsx_write_count(&cursor, group->records.mentions);
            xlsx_write_text(&cursor,
                            i ? words_topic(book->document, document->topics[i - 1].id)
                              : xlsx_word(book, WORD_ALL_FEEDBACK),
                            FORMAT_PLAIN);
            xlsx_write_count(&cursor, counts->mentions);
            xlsx_write_count(&cursor, counts->negative);
            xlsx_write_count(&cursor, counts->positive);
            xlsx_write_share(&cursor, counts->negative, group->records.mentions);
            xlsx_next_row(&cursor);
        }
    xlsx_end_table(&cursor, &layout);
    xlsx_add_color_scale(&cursor, 7);
    xlsx_grey_small_counts(&cursor, 2, 7);
}
