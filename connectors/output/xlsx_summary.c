/* xlsx_summary.c - the first sheet, figures, findings and charts, and the last one, About. */
#include <math.h>

#include "base/hash.h"
#include "connectors/output/report_facts.h"
#include "connectors/output/report_sentences.h"
#include "connectors/output/xlsx_sheets.h"

static void write_figure(struct cursor *cursor, struct text name, const struct share *figure,
                         uint64_t count, enum cell_format format)
{
    xlsx_write_text(cursor, name, FORMAT_PLAIN);
    xlsx_write_number(cursor, figure->value, format);
    xlsx_write_number(cursor, figure->low, format);
    xlsx_write_number(cursor, figure->high, format);
    xlsx_write_count(cursor, count);
    xlsx_next_row(cursor);
}

static void write_figures(struct cursor *cursor)
{
    struct book *book = cursor->book;
    const struct document *document = book->document;
    static const enum sentiment labels[] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE};
    xlsx_write_word(cursor, WORD_FIGURE, FORMAT_HEAD);
    xlsx_write_word(cursor, WORD_VALUE, FORMAT_HEAD);
    xlsx_write_word(cursor, WORD_LOW, FORMAT_HEAD);
    xlsx_write_word(cursor, WORD_HIGH, FORMAT_HEAD);
    xlsx_write_word(cursor, WORD_COUNT_OF, FORMAT_HEAD);
    xlsx_next_row(cursor);
    for (size_t i = 0; i < 2; i++) {
        const struct label_share *share = document_find_share(document, labels[i]);
        struct share figure = {NAN, NAN, NAN};
        if (share)
            figure = isnan(share->share.value) ? (struct share){share->predicted_share, NAN, NAN}
                                               : share->share;
        write_figure(cursor, words_label(book->language, labels[i]), &figure,
                     document->record_count, FORMAT_PERCENT);
    }
    const struct document_scores *scores = &document->scores;
    struct text scale = arena_format(&book->scratch, "%g", scores->rating_scale);
    if (scores->rating_n)
        write_figure(
            cursor,
            words_format(book->language, WORD_STARS, (struct text[]){scale}, &book->scratch),
            &scores->mean_rating, scores->rating_n, FORMAT_DECIMAL);
    if (scores->nps_n && !isnan(scores->nps.value))
        write_figure(cursor, xlsx_word(book, WORD_NPS), &scores->nps, scores->nps_n,
                     FORMAT_DECIMAL);
    if (scores->csat_n && !isnan(scores->csat.value)) {
        struct share csat = {scores->csat.value / 100, scores->csat.low / 100,
                             scores->csat.high / 100};
        write_figure(cursor, xlsx_word(book, WORD_CSAT), &csat, scores->csat_n, FORMAT_PERCENT);
    }
    xlsx_next_row(cursor);
}

static void write_in_short(struct cursor *cursor)
{
    enum { MAX_IN_SHORT = 5 };
    struct book *book = cursor->book;
    const struct document *document = book->document;
    xlsx_write_word(cursor, WORD_IN_SHORT, FORMAT_BOLD);
    xlsx_next_row(cursor);
    bool is_quiet = report_is_without_change(document);
    if (is_quiet) {
        xlsx_write_word(cursor, WORD_NOTHING_CHANGED, FORMAT_PLAIN);
        xlsx_next_row(cursor);
    }
    size_t count = 0;
    for (size_t i = 0; i < document->insight_count && count < MAX_IN_SHORT; i++) {
        const struct saved_insight *saved = &document->insights[i].saved;
        if (!report_is_in_short(saved))
            continue;
        xlsx_write_link(cursor, SHEET_CHANGES, (uint32_t)i + 1,
                        report_sentence(book->document, saved, &book->scratch));
        xlsx_next_row(cursor);
        count++;
    }
    if (!is_quiet && count == 0) {
        xlsx_write_word(cursor, WORD_NOTHING_FOUND, FORMAT_PLAIN);
        xlsx_next_row(cursor);
    }
    xlsx_next_row(cursor);
}

static void insert_charts(struct cursor *cursor, const struct chart_range *periods)
{
    enum { MAX_TOPICS = 12, COLUMN = 6, FIRST_ROW = 2, SECOND_ROW = 25 };
    size_t topics = cursor->book->document->topic_count;
    struct chart_range shares = {.sheet = SHEET_TOPICS,
                                 .begin = 1,
                                 .end = (uint32_t)(topics < MAX_TOPICS ? topics : MAX_TOPICS),
                                 .first = 2,
                                 .is_share = true,
                                 .title = WORD_SHARES_CHART};
    if (topics)
        xlsx_insert_chart(cursor, FIRST_ROW, COLUMN, &shares);
    if (periods->end > periods->begin)
        xlsx_insert_chart(cursor, SECOND_ROW, COLUMN, periods);
}

void xlsx_write_summary(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_SUMMARY);
    xlsx_set_columns(&cursor, 0, 0, 44, FORMAT_PLAIN);
    xlsx_set_columns(&cursor, 1, 4, 14, FORMAT_PLAIN);
    xlsx_hide_grid(&cursor);
    xlsx_set_page(&cursor);
    xlsx_write_text(&cursor, report_title(document), FORMAT_TITLE);
    xlsx_next_row(&cursor);
    xlsx_write_text(&cursor, report_scope(document, &book->scratch), FORMAT_PLAIN);
    xlsx_next_row(&cursor);
    /* Not earlier: xlsx_next_row resets the scratch arena. */
    struct text selection = report_selection(document, &book->scratch);
    if (selection.size) {
        xlsx_write_text(
            &cursor,
            words_format(book->language, WORD_SELECTED, (struct text[]){selection}, &book->scratch),
            FORMAT_PLAIN);
        xlsx_next_row(&cursor);
    }
    xlsx_next_row(&cursor);
    write_figures(&cursor);
    write_in_short(&cursor);
    struct chart_range range = {.sheet = SHEET_SUMMARY,
                                .head = cursor.row,
                                .begin = cursor.row + 1,
                                .first = 1,
                                .title = WORD_TIME_CHART};
    xlsx_write_word(&cursor, WORD_PERIOD, FORMAT_HEAD);
    xlsx_write_word(&cursor, WORD_NEGATIVE, FORMAT_HEAD);
    xlsx_write_word(&cursor, WORD_OTHER, FORMAT_HEAD);
    xlsx_write_word(&cursor, WORD_POSITIVE, FORMAT_HEAD);
    xlsx_next_row(&cursor);
    size_t count = document->period_count;
    for (size_t i = count > XLSX_MAX_PERIODS ? count - XLSX_MAX_PERIODS : 0; i < count; i++) {
        const struct document_counts *counts = &document->everything.periods[i];
        xlsx_write_text(&cursor, document->periods[i], FORMAT_PLAIN);
        xlsx_write_count(&cursor, counts->negative);
        xlsx_write_count(&cursor, document_count_others(counts));
        xlsx_write_count(&cursor, counts->positive);
        xlsx_next_row(&cursor);
    }
    range.end = cursor.row - 1;
    insert_charts(&cursor, &range);
}

void xlsx_write_about(struct book *book)
{
    const struct document *document = book->document;
    struct cursor cursor = xlsx_begin_sheet(book, SHEET_ABOUT);
    struct report_fact facts[REPORT_MAX_FACTS];
    struct arena arena = {0}; /* xlsx_next_row resets the scratch */
    char key[17];
    xlsx_set_columns(&cursor, 0, 0, 34, FORMAT_PLAIN);
    xlsx_set_columns(&cursor, 1, 1, 110, FORMAT_WRAP);
    xlsx_write_word(&cursor, WORD_SURE, FORMAT_TITLE);
    xlsx_next_row(&cursor);
    size_t count = report_facts_list(document, facts, &arena);
    for (size_t i = 0; i < count; i++) {
        xlsx_write_word(&cursor, facts[i].name, FORMAT_BOLD);
        xlsx_write_text(&cursor, facts[i].text, FORMAT_WRAP);
        xlsx_next_row(&cursor);
    }
    for (enum word method = WORD_METHOD_1; method <= WORD_METHOD_10; method++) {
        if (method == WORD_METHOD_1)
            xlsx_write_word(&cursor, WORD_METHODS, FORMAT_BOLD);
        cursor.column = 1;
        xlsx_write_word(&cursor, method, FORMAT_WRAP);
        xlsx_next_row(&cursor);
    }
    hash_format(store_get_model_key(document->store), key);
    cursor.column = 1;
    xlsx_write_text(&cursor,
                    words_format(book->language, WORD_MADE_BY,
                                 (struct text[]){TEXT(WINNOW_VERSION), text_of(key)}, &arena),
                    FORMAT_MUTED);
    arena_free(&arena);
}
