/* html_charts.c - charts as inline SVG. Each has its numbers as text, too. */
#include "connectors/output/html_charts.h"

#include <math.h>

enum {
    MAX_COLUMNS = 26,
    CHART_WIDTH = 340,
    CHART_HEIGHT = 120,
    CHART_TOP = 12,
    CHART_BOTTOM = 100, /* the axis */
    CHART_LEFT = 36,    /* "12,000" */
    MAX_AXIS_LABELS = 6,
    MAX_AXIS_LABEL = 40, /* width of the longest, "30 Sep" */
    MIN_TREND_SCALE = 5, /* one complaint shall not look like many */
};

static void write_rectangle(struct page *page, const char *class, double x, double y, double width,
                            double height)
{
    if (width > 0 && height > 0)
        fprintf(page->out,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", class,
                x, y, width, height);
}

void chart_shares(struct page *page, const struct document_counts *counts)
{
    struct arena *arena = &page->scratch;
    double total = counts->mentions ? (double)counts->mentions : 1;
    double negative = 200 * (double)counts->negative / total,
           others = 200 * (double)document_count_others(counts) / total,
           positive = 200 * (double)counts->positive / total;
    page_markup(page, "<svg class=\"bar\" role=\"img\" viewBox=\"0 0 200 10\" "
                      "preserveAspectRatio=\"none\" aria-label=\"");
    page_format(page, WORD_SHARES_LINE,
                (struct text[]){words_count(counts->negative, arena),
                                words_count(document_count_others(counts), arena),
                                words_count(counts->positive, arena)});
    page_markup(page, "\">");
    write_rectangle(page, "neg", 0, 0, negative, 10);
    write_rectangle(page, "neu", negative, 0, others, 10);
    write_rectangle(page, "pos", negative + others, 0, positive, 10);
    page_markup(page, "</svg>");
}

/* Skips all but the last MAX_COLUMNS. */
static size_t first_shown(size_t count)
{
    return count > MAX_COLUMNS ? count - MAX_COLUMNS : 0;
}

void chart_trend(struct page *page, const struct document_counts *periods, size_t count)
{
    size_t first = first_shown(count), shown = count - first;
    uint64_t max = MIN_TREND_SCALE;
    if (shown < 2)
        return;
    struct text numbers = {0};
    for (size_t i = first; i < count; i++) {
        max = periods[i].negative > max ? periods[i].negative : max;
        numbers = arena_format(&page->scratch, "%.*s%s%llu", TEXT_ARGUMENT(numbers),
                               i > first ? ", " : "", (unsigned long long)periods[i].negative);
    }
    double step = 104.0 / (double)shown;
    page_markup(page, "<svg class=\"spark\" role=\"img\" viewBox=\"0 0 104 29\" aria-label=\"");
    page_format(page, WORD_TREND_LINE, (struct text[]){numbers});
    page_markup(page, "\">");
    for (size_t i = 0; i < shown; i++) {
        double height = 26 * (double)periods[first + i].negative / (double)max;
        write_rectangle(page, "neg", step * (double)i, 27 - height, step * 0.75, height);
        write_rectangle(page, "neu", step * (double)i, 27.5, step * 0.75, 1);
    }
    page_markup(page, "</svg>");
}

/* The 95 % range of a count of `n` records, each a hit with probability `share`: normal
 * approximation. */
static void predict_range(double share, double n, double *low, double *high)
{
    double margin = 1.959963985 * sqrt(n * share * (1 - share));
    *low = fmax(0, n * share - margin);
    *high = n * share + margin;
}

struct scale {
    double max, step;
    size_t first, count;
};

/* A round number at or above `max`. */
static double round_up(double max)
{
    static const double steps[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10};
    double unit = 1;
    while (unit * 10 < max)
        unit *= 10;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        double rounded = unit * steps[i];
        if (rounded >= max && rounded == floor(rounded))
            return rounded;
    }
    return max;
}

static double get_height(const struct column_chart *chart, size_t i)
{
    if (!chart->records)
        return (double)chart->counts[i].mentions;
    double low, high = 0;
    if (!isnan(chart->baseline))
        predict_range(chart->baseline, (double)chart->records[i].mentions, &low, &high);
    return fmax(high, (double)chart->counts[i].negative);
}

static void write_description(struct page *page, const struct column_chart *chart, size_t first)
{
    const struct document *document = page->document;
    struct arena *arena = &page->scratch;
    for (size_t i = first; i < document->period_count; i++) {
        const struct document_counts *counts = &chart->counts[i];
        struct text period = words_period(page->language, document->periods[i], false, arena);
        if (i > first)
            page_markup(page, "; ");
        if (chart->records)
            page_format(page, WORD_PERIOD_OF_TOPIC,
                        (struct text[]){period, words_count(counts->negative, arena),
                                        words_count(chart->records[i].mentions, arena)});
        else
            page_format(page, WORD_PERIOD_LINE,
                        (struct text[]){period, words_count(counts->negative, arena),
                                        words_count(document_count_others(counts), arena),
                                        words_count(counts->positive, arena)});
    }
}

static void write_axis(struct page *page, const struct scale *scale)
{
    const struct document *document = page->document;
    struct text max = words_count((uint64_t)scale->max, &page->scratch);
    fprintf(page->out,
            "<line class=\"ax\" x1=\"%d\" x2=\"%d\" y1=\"%d.5\" y2=\"%d.5\"/>"
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.*s</text>"
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>",
            CHART_LEFT, CHART_WIDTH, CHART_BOTTOM, CHART_BOTTOM, CHART_LEFT - 4, CHART_TOP + 4,
            TEXT_ARGUMENT(max), CHART_LEFT - 4, CHART_BOTTOM);
    size_t every = (scale->count + MAX_AXIS_LABELS - 1) / MAX_AXIS_LABELS;
    for (size_t i = 0; i < scale->count; i += every) {
        struct text label =
            words_period(page->language, document->periods[scale->first + i], true, &page->scratch);
        double x = CHART_LEFT + scale->step * ((double)i + 0.5);
        bool fits = x + MAX_AXIS_LABEL / 2.0 <= CHART_WIDTH;
        fprintf(page->out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", fits ? x : CHART_WIDTH,
                CHART_BOTTOM + 14, fits ? "middle" : "end");
        page_text(page, label);
        page_markup(page, "</text>");
    }
}

static void write_column(struct page *page, const struct column_chart *chart, size_t i,
                         const struct scale *scale)
{
    const struct document_counts *counts = &chart->counts[scale->first + i];
    double unit = (CHART_BOTTOM - CHART_TOP) / scale->max, x = CHART_LEFT + scale->step * (double)i;
    double width = scale->step * 0.72, left = x + scale->step * 0.14;
    double negative = (double)counts->negative * unit, top = CHART_BOTTOM - negative;
    if (chart->records) {
        if (!isnan(chart->baseline)) {
            double low, high;
            predict_range(chart->baseline, (double)chart->records[scale->first + i].mentions, &low,
                          &high);
            write_rectangle(page, "band", x, CHART_BOTTOM - high * unit, scale->step,
                            (high - low) * unit);
        }
        write_rectangle(page, "neg", left, top, width, negative);
        return;
    }
    double others = (double)document_count_others(counts) * unit,
           positive = (double)counts->positive * unit;
    write_rectangle(page, "neg", left, top, width, negative);
    write_rectangle(page, "neu", left, top - others, width, others);
    write_rectangle(page, "pos", left, top - others - positive, width, positive);
}

void chart_columns(struct page *page, const struct column_chart *chart)
{
    size_t count = page->document->period_count;
    struct scale scale = {.max = 1, .first = first_shown(count)};
    scale.count = count - scale.first;
    for (size_t i = scale.first; i < count; i++)
        scale.max = fmax(scale.max, get_height(chart, i));
    scale.max = round_up(scale.max);
    scale.step = (CHART_WIDTH - CHART_LEFT) / (double)scale.count;
    unsigned number = ++page->chart_number;
    fprintf(page->out,
            "<svg class=\"cols\" role=\"img\" viewBox=\"0 0 %d %d\" aria-labelledby=\"c%u d%u\">"
            "<title id=\"c%u\">",
            CHART_WIDTH, CHART_HEIGHT, number, number, number);
    page_word(page, chart->title);
    fprintf(page->out, "</title><desc id=\"d%u\">", number);
    write_description(page, chart, scale.first);
    page_markup(page, "</desc>");
    for (size_t i = 0; i < scale.count; i++)
        write_column(page, chart, i, &scale);
    write_axis(page, &scale);
    page_markup(page, "</svg>");
}

void chart_effect(struct page *page, const struct share *effect, double limit)
{
    const char *class = effect->low > 0 ? "pos" : effect->high < 0 ? "neg" : "neu";
    struct arena *arena = &page->scratch;
    double unit = limit > 0 ? 96 / limit : 0;
    page_markup(page, "<svg class=\"dot\" role=\"img\" viewBox=\"0 0 200 16\" aria-label=\"");
    page_text(page, words_decimal(effect->value, true, arena));
    page_markup(page, " (");
    page_format(page, WORD_INTERVAL,
                (struct text[]){words_decimal(effect->low, true, arena),
                                words_decimal(effect->high, true, arena)});
    fprintf(page->out,
            ")\"><line class=\"ax\" x1=\"100\" x2=\"100\" y1=\"0\" y2=\"16\"/>"
            "<line class=\"ci\" x1=\"%.1f\" x2=\"%.1f\" y1=\"8\" y2=\"8\"/>"
            "<circle class=\"%s\" cx=\"%.1f\" cy=\"8\" r=\"5\"/></svg>",
            100 + unit * effect->low, 100 + unit * effect->high, class, 100 + unit * effect->value);
}
