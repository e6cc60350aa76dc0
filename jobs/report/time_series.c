/* time_series.c - reads the saved figures and sums them into series. */
#include "jobs/report/time_series.h"

#include <stdlib.h>

#include "base/memory.h"

bool series_is_same_part(struct field a, struct field b)
{
    return text_equal(a.name, b.name) && text_equal(a.value, b.value);
}

static void add_cell(struct series_table *table, struct cell cell)
{
    table->cells = memory_grow(table->cells, &table->capacity, table->count + 1, sizeof(cell));
    table->cells[table->count++] = cell;
}

static bool add_topic_stats(void *user, const struct topic_stats *topic_stats, struct error *error)
{
    (void)error;
    struct series_table *table = user;
    struct text all = TEXT("all");
    struct group_key key = group_key_copy(&topic_stats->key, &table->arena);
    if (text_equal(topic_stats->period, TEXT("undated"))) {
        if (!key.field_count && text_equal(key.topic, group_key_all_topics))
            table->undated_records = topic_stats->mentions;
        return true;
    }
    struct cell cell = {
        .period = arena_copy_text(&table->arena, topic_stats->period),
        .topic = key.topic,
        .mentions = topic_stats->mentions,
        .positive = topic_stats->positive,
        .negative = topic_stats->negative,
        .quote_id = topic_stats->top_quote_id,
        .is_all_segments = !key.field_count,
        .is_all_periods = text_equal(topic_stats->period, all),
    };
    table->has_segments |= !cell.is_all_segments;
    table->has_periods |= !cell.is_all_periods;
    cell.is_quote_negative = cell.negative > cell.positive;
    cell.quote_weight = cell.is_quote_negative ? cell.negative : cell.positive;
    add_cell(table, cell);
    if (!table->first_segment_field.size && key.field_count)
        table->first_segment_field = key.fields[0].name;
    for (size_t i = 0; i < key.field_count; i++) {
        cell.part = key.fields[i];
        if (cell.part.value.size)
            add_cell(table, cell);
    }
    return true;
}

static int compare_cells(const void *first, const void *second)
{
    const struct cell *a = first, *b = second;
    int order = text_compare(a->part.name, b->part.name);
    order = order ? order : text_compare(a->part.value, b->part.value);
    order = order ? order : text_compare(a->topic, b->topic);
    return order ? order : text_compare(a->period, b->period);
}

static bool is_same_series(const struct cell *a, const struct cell *b)
{
    return series_is_same_part(a->part, b->part) && text_equal(a->topic, b->topic);
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

bool series_load(struct series_table *table, struct store *store, uint64_t view,
                 struct error *error)
{
    if (!store_for_each_topic_stats(store, view, add_topic_stats, table, error))
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

struct series series_for_all_topics(const struct series_table *table, struct field part)
{
    for (size_t i = 0; i < table->count; i++)
        if (series_is_same_part(table->cells[i].part, part) &&
            text_equal(table->cells[i].topic, group_key_all_topics))
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
