/* column_facts.c - collects what all rows of a source show about dates and ratings. */
#include "pipeline/column_facts.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

const enum date_order date_order_pairs[DATE_PAIR_COUNT][2] = {{DATE_ORDER_DMY, DATE_ORDER_MDY},
                                                              {DATE_ORDER_DMY, DATE_ORDER_YMD},
                                                              {DATE_ORDER_MDY, DATE_ORDER_YMD}};

int64_t column_facts_future(int64_t now)
{
    enum { DAY = 24 * 60 * 60 };
    return (now / DAY + 2) * DAY;
}

/* ---- Collecting ---- */

/* The index of a new or known key; *added tells which. */
static size_t get_index(struct column_facts *facts, uint64_t key, size_t next, bool *added)
{
    return *hash_table_get_or_insert(&facts->indexes, key, next, added);
}

/* Keys of ratings differ from those of dates: one column may have both. */
static uint64_t get_rating_key(uint64_t column)
{
    return ~column;
}

struct date_facts *column_facts_get_date(struct column_facts *facts, uint64_t shape)
{
    bool added;
    size_t index = get_index(facts, shape, facts->date_count, &added);
    if (added) {
        facts->dates = memory_grow(facts->dates, &facts->date_capacity, ++facts->date_count,
                                   sizeof(*facts->dates));
        facts->dates[index] = (struct date_facts){.shape = shape};
    }
    return &facts->dates[index];
}

struct rating_facts *column_facts_get_rating(struct column_facts *facts, uint64_t column)
{
    bool added;
    size_t index = get_index(facts, get_rating_key(column), facts->rating_count, &added);
    if (added) {
        facts->ratings = memory_grow(facts->ratings, &facts->rating_capacity, ++facts->rating_count,
                                     sizeof(*facts->ratings));
        facts->ratings[index] = (struct rating_facts){.column = column,
                                                      .min = NAN,
                                                      .max = NAN,
                                                      .second = NAN,
                                                      .stated_scale = NAN,
                                                      .given_scale = NAN,
                                                      .hinted_scale = NAN,
                                                      .last = NAN};
    }
    return &facts->ratings[index];
}

const struct date_facts *column_facts_find_date(const struct column_facts *facts, uint64_t shape)
{
    const size_t *index = hash_table_find(&facts->indexes, shape);
    return index ? &facts->dates[*index] : NULL;
}

const struct rating_facts *column_facts_find_rating(const struct column_facts *facts,
                                                    uint64_t column)
{
    const size_t *index = hash_table_find(&facts->indexes, get_rating_key(column));
    return index ? &facts->ratings[*index] : NULL;
}

/* The orders in which the date is one, as bits. */
static unsigned list_possible_orders(const struct date_readings *date)
{
    unsigned possible = 0;
    for (int order = DATE_ORDER_YMD; order < DATE_ORDER_COUNT; order++)
        if (date->times[order] != TIME_UNKNOWN)
            possible |= 1U << order;
    return possible;
}

static unsigned list_future_orders(const struct date_readings *date, int64_t future_begins)
{
    unsigned future = 0;
    for (int order = DATE_ORDER_YMD; order < DATE_ORDER_COUNT; order++)
        if (date->times[order] != TIME_UNKNOWN && date->times[order] >= future_begins)
            future |= 1U << order;
    return future;
}

/* Adds bits to a set. */
static void add_bits(struct date_facts *dates, unsigned *set, unsigned bits)
{
    dates->is_changed |= (*set & bits) != bits;
    *set |= bits;
}

static void add_number(struct date_facts *dates, size_t position, uint8_t number)
{
    uint64_t *word = &dates->numbers[position][number / 64];
    uint64_t bit = UINT64_C(1) << number % 64;
    dates->is_changed |= (*word & bit) == 0;
    *word |= bit;
}

static void add_example(struct column_facts *facts, struct date_facts *dates, enum date_order order,
                        struct text cell)
{
    struct text *example = &dates->examples[order];
    if (example->size > 0 && text_compare(cell, *example) >= 0)
        return;
    *example = arena_copy_text(&facts->arena, cell);
    dates->is_changed = true;
}

/* Whether the record is saved, as far as is known. */
static bool counts(const struct record *record)
{
    return record->state == RECORD_NEW || record->state == RECORD_UNCHANGED ||
           record->state == RECORD_REVISED;
}

static void add_differing_readings(struct column_facts *facts, struct date_facts *dates,
                                   const struct record *record)
{
    const struct date_readings *date = &record->date;
    bool is_open = counts(record) && date->file_order == DATE_ORDER_UNKNOWN;
    for (unsigned pair = 0; pair < DATE_PAIR_COUNT; pair++) {
        int64_t a = date->times[date_order_pairs[pair][0]],
                b = date->times[date_order_pairs[pair][1]];
        if (a == TIME_UNKNOWN || b == TIME_UNKNOWN || a == b)
            continue;
        dates->differing_rows[pair] += is_open;
        add_bits(dates, &dates->differing, 1U << pair);
        add_example(facts, dates, DATE_ORDER_UNKNOWN, date->cell);
    }
}

static void describe_dates(struct column_facts *facts, struct date_facts *dates,
                           const struct date_readings *date)
{
    if (dates->column.size == 0 && date->column.size > 0) {
        dates->column = arena_copy_text(&facts->arena, date->column);
        dates->is_changed = true;
    }
    dates->separator = date->separator;
    dates->has_long_years = date->has_long_year;
    dates->is_changed |= dates->given_order != date->given_order;
    dates->given_order = date->given_order;
}

static void add_date(struct column_facts *facts, const struct record *record)
{
    const struct date_readings *date = &record->date;
    struct date_facts *dates = column_facts_get_date(facts, date->shape);
    unsigned possible = list_possible_orders(date);
    unsigned future = list_future_orders(date, facts->future_begins);
    describe_dates(facts, dates, date);
    dates->row_count += counts(record);
    for (size_t i = 0; i < 3; i++)
        add_number(dates, i, date->numbers[i]);
    add_bits(dates, &dates->impossible, ALL_DATE_ORDERS & ~possible);
    if (future != possible)
        add_bits(dates, &dates->future, future);
    if (__builtin_popcount(possible) == 1)
        add_example(facts, dates, (enum date_order)__builtin_ctz(possible), date->cell);
    else
        add_differing_readings(facts, dates, record);
}

static void set_real(struct rating_facts *ratings, double *fact, double number)
{
    if (*fact == number || (isnan(*fact) && isnan(number)))
        return;
    *fact = number;
    ratings->is_changed = true;
}

static void add_extremes(struct rating_facts *ratings, double value)
{
    double max = ratings->max;
    set_real(ratings, &ratings->min, fmin(ratings->min, value));
    set_real(ratings, &ratings->max, fmax(max, value));
    if (value > max)
        ratings->max_rows = 0;
    if (value != max && !isnan(max))
        set_real(ratings, &ratings->second, fmax(ratings->second, fmin(value, max)));
}

static void add_value(struct rating_facts *ratings, double value, bool is_counted)
{
    add_extremes(ratings, value);
    ratings->row_count += is_counted;
    ratings->max_rows += is_counted && value == ratings->max;
    bool is_other = value != 0 && value != 1;
    ratings->is_changed |= is_other && !ratings->has_others;
    ratings->has_others |= is_other;
    ratings->has_risen |= value > ratings->last;
    ratings->has_fallen |= value < ratings->last;
    ratings->last = value;
}

static void add_rating(struct column_facts *facts, const struct record *record)
{
    const struct rating_reading *reading = &record->rating_reading;
    struct rating_facts *ratings = column_facts_get_rating(facts, reading->column);
    if (ratings->column_name.size == 0 && reading->column_name.size > 0) {
        ratings->column_name = arena_copy_text(&facts->arena, reading->column_name);
        ratings->is_changed = true;
    }
    set_real(ratings, &ratings->given_scale, reading->given_scale);
    set_real(ratings, &ratings->hinted_scale, reading->hinted_scale);
    if (isnan(reading->stated_scale))
        add_value(ratings, record->rating, counts(record));
    else
        set_real(ratings, &ratings->stated_scale,
                 fmax(ratings->stated_scale, reading->stated_scale));
}

void column_facts_add(struct column_facts *facts, const struct record *record)
{
    if (record->date.shape)
        add_date(facts, record);
    if (record->rating_reading.column && !isnan(record->rating))
        add_rating(facts, record);
}

/* ---- Merging ---- */

void column_facts_merge_dates(struct column_facts *facts, const struct date_facts *other)
{
    struct date_facts *dates = column_facts_get_date(facts, other->shape);
    dates->column = arena_copy_text(&facts->arena, other->column);
    dates->separator = other->separator;
    dates->has_long_years = other->has_long_years;
    dates->given_order = other->given_order;
    dates->impossible |= other->impossible;
    dates->future |= other->future;
    dates->differing |= other->differing;
    for (int i = 0; i < 3 * DATE_NUMBER_WORDS; i++)
        dates->numbers[i / DATE_NUMBER_WORDS][i % DATE_NUMBER_WORDS] |=
            other->numbers[i / DATE_NUMBER_WORDS][i % DATE_NUMBER_WORDS];
    for (int order = 0; order < DATE_ORDER_COUNT; order++)
        if (other->examples[order].size > 0)
            add_example(facts, dates, (enum date_order)order, other->examples[order]);
}

void column_facts_merge_ratings(struct column_facts *facts, const struct rating_facts *other)
{
    struct rating_facts *ratings = column_facts_get_rating(facts, other->column);
    const double values[] = {other->min, other->second, other->max};
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
        if (!isnan(values[i]))
            add_extremes(ratings, values[i]);
    ratings->column_name = arena_copy_text(&facts->arena, other->column_name);
    ratings->has_others |= other->has_others;
    ratings->stated_scale = fmax(ratings->stated_scale, other->stated_scale);
    ratings->given_scale = other->given_scale;
    ratings->hinted_scale = other->hinted_scale;
}

void column_facts_free(struct column_facts *facts)
{
    free(facts->dates);
    free(facts->ratings);
    hash_table_free(&facts->indexes);
    arena_free(&facts->arena);
    *facts = (struct column_facts){0};
}
