/* time_series.c - reads the saved figures and sums them into series. */
#include "jobs/report/time_series.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

const struct text series_all_topics = {"(all)", 5};

bool series_map_columns(struct series_columns *found, const struct column *columns, size_t count,
                        const char *const *names, struct error *error)
{
    for (size_t i = 0; names[i]; i++) {
        size_t at = 0;
        while (at < count && !text_equal(text_of(columns[at].name), text_of(names[i])))
            at++;
        if (at == count)
            return error_set(error, ERROR_STORE, "a table of the database has no column '%s'",
                             names[i]);
        found->at[i] = at;
    }
    return true;
}

static uint64_t parse_count(struct text cell)
{
    int64_t number = 0;
    return text_to_integer(cell, &number) && number > 0 ? (uint64_t)number : 0;
}

static void add_cell(struct series_table *table, struct cell cell)
{
    table->cells = memory_grow(table->cells, &table->capacity, table->count + 1, sizeof(cell));
    table->cells[table->count++] = cell;
}

static bool begin_topic_stats(void *user, const struct column *columns, size_t count,
                              struct error *error)
{
    struct series_table *table = user;
    static const char *const names[] = {"period",   "segment",  "topic",        "mentions",
                                        "positive", "negative", "top_quote_id", NULL};
    return series_map_columns(&table->columns, columns, count, names, error);
}

static bool read_topic_stats_row(void *user, const struct text *cells, size_t count,
                                 struct error *error)
{
    (void)count;
    (void)error;
    struct series_table *table = user;
    const size_t *at = table->columns.at;
    struct text all = TEXT("all");
    if (text_equal(cells[at[0]], TEXT("undated"))) {
        if (text_equal(cells[at[1]], all) && text_equal(cells[at[2]], series_all_topics))
            table->undated_records = parse_count(cells[at[3]]);
        return true;
    }
    table->has_segments |= !text_equal(cells[at[1]], all);
    table->has_periods |= !text_equal(cells[at[0]], all);
    struct cell cell = {
        .period = arena_copy_text(&table->arena, cells[at[0]]),
        .topic = arena_copy_text(&table->arena, cells[at[2]]),
        .mentions = parse_count(cells[at[3]]),
        .positive = parse_count(cells[at[4]]),
        .negative = parse_count(cells[at[5]]),
        .is_all_segments = text_equal(cells[at[1]], all),
        .is_all_periods = text_equal(cells[at[0]], all),
    };
    hash_parse(cells[at[6]], &cell.quote_id);
    cell.is_quote_negative = cell.negative > cell.positive;
    cell.quote_weight = cell.is_quote_negative ? cell.negative : cell.positive;
    struct text segment = arena_copy_text(&table->arena, cells[at[1]]), part;
    add_cell(table, cell);
    while (text_split(&segment, ';', &part)) {
        cell.part = text_trim(part);
        size_t sign = text_find(cell.part, TEXT("="), 0);
        if (!table->first_segment_field.size && sign < cell.part.size)
            table->first_segment_field = text_slice(cell.part, 0, sign);
        struct text value = text_slice(cell.part, sign + 1, cell.part.size);
        if (value.size && !text_equal(value, TEXT("(none)")))
            add_cell(table, cell);
    }
    return true;
}

static int compare_cells(const void *first, const void *second)
{
    const struct cell *a = first, *b = second;
    int order = text_compare(a->part, b->part);
    order = order ? order : text_compare(a->topic, b->topic);
    return order ? order : text_compare(a->period, b->period);
}

static bool is_same_series(const struct cell *a, const struct cell *b)
{
    return text_equal(a->part, b->part) && text_equal(a->topic, b->topic);
}

/* Removes the saved totals, which would count records twice: series are summed from the rest. */
static void drop_totals(struct series_table *table)
{
    size_t kept_count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct cell *cell = &table->cells[i];
        if (!(cell->is_all_segments && table->has_segments) &&
            !(cell->is_all_periods && table->has_periods))
            table->cells[kept_count++] = *cell;
    }
    table->count = kept_count;
}

/* Sorts the cells and merges those of the same part, topic and period. */
static void sum_cells(struct series_table *table)
{
    size_t kept_count = 0;
    drop_totals(table);
    if (table->count)
        qsort(table->cells, table->count, sizeof(*table->cells), compare_cells);
    for (size_t i = 0; i < table->count; i++) {
        struct cell *cell = &table->cells[i],
                    *sum = kept_count ? &table->cells[kept_count - 1] : NULL;
        if (!sum || compare_cells(sum, cell) != 0) {
            table->cells[kept_count++] = *cell;
            continue;
        }
        sum->mentions += cell->mentions;
        sum->positive += cell->positive;
        sum->negative += cell->negative;
        if (cell->quote_weight > sum->quote_weight) {
            sum->quote_id = cell->quote_id;
            sum->quote_weight = cell->quote_weight;
            sum->is_quote_negative = cell->is_quote_negative;
        }
    }
    table->count = kept_count;
    for (size_t i = 0; i < kept_count; i++) {
        struct text period = table->cells[i].period;
        if (!table->first_period.size || text_compare(period, table->first_period) < 0)
            table->first_period = period;
        if (text_compare(period, table->last_period) > 0)
            table->last_period = period;
    }
}

bool series_load(struct series_table *table, struct store *store, const struct selection *selection,
                 uint64_t model_key, struct error *error)
{
    struct table_visitor visitor = {begin_topic_stats, read_topic_stats_row, table};
    if (!store_for_each_table_row(store, "topics", selection, model_key, &visitor, error))
        return false;
    sum_cells(table);
    return true;
}

void series_free(struct series_table *table)
{
    free(table->cells);
    arena_free(&table->arena);
}

struct series series_at(const struct series_table *table, size_t index)
{
    struct series series = {table->cells + index, table->cells + index};
    while (series.end < table->cells + table->count && is_same_series(series.begin, series.end))
        series.end++;
    return series;
}

struct series series_for_all_topics(const struct series_table *table, struct text part)
{
    for (size_t i = 0; i < table->count; i++)
        if (text_equal(table->cells[i].part, part) &&
            text_equal(table->cells[i].topic, series_all_topics))
            return series_at(table, i);
    return (struct series){0};
}

struct cell series_sum_counts(struct series series, struct text from, struct text until)
{
    struct cell sum = {0};
    for (const struct cell *cell = series.begin; cell < series.end; cell++) {
        if ((from.size && text_compare(cell->period, from) < 0) ||
            (until.size && text_compare(cell->period, until) >= 0))
            continue;
        sum.mentions += cell->mentions;
        sum.positive += cell->positive;
        sum.negative += cell->negative;
    }
    return sum;
}

uint64_t series_find_quote(struct series series, bool is_negative, struct text from)
{
    const struct cell *best = NULL;
    for (const struct cell *cell = series.begin; cell < series.end; cell++)
        if (cell->is_quote_negative == is_negative && text_compare(cell->period, from) >= 0 &&
            (!best || cell->quote_weight > best->quote_weight))
            best = cell;
    return best ? best->quote_id : 0;
}
