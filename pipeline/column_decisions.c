/* column_decisions.c - decides the order of dates and the scale of ratings by what all rows show.
 */
#include "pipeline/column_decisions.h"

#include <math.h>

static const char *const order_names[DATE_ORDER_COUNT] = {[DATE_ORDER_YMD] = "year first",
                                                          [DATE_ORDER_MDY] = "month first",
                                                          [DATE_ORDER_DMY] = "day first"};

/* ---- The order of dates ---- */

static bool is_single(unsigned orders)
{
    return orders != 0 && (orders & (orders - 1)) == 0;
}

static enum date_order get_first_order(unsigned orders)
{
    return (enum date_order)__builtin_ctz(orders);
}

/* Different numbers above `limit` at a position. */
static int count_numbers_above(const struct date_facts *dates, size_t position, unsigned limit)
{
    int count = 0;
    for (unsigned number = limit + 1; number < 64 * DATE_NUMBER_WORDS; number++)
        count += (int)(dates->numbers[position][number / 64] >> number % 64 & 1);
    return count;
}

static int count_numbers(const struct date_facts *dates, size_t position)
{
    return __builtin_popcountll(dates->numbers[position][0]) +
           __builtin_popcountll(dates->numbers[position][1]);
}

static bool contains(unsigned orders, enum date_order order)
{
    return (orders >> order) & 1;
}

/* The pairs of these orders that differ in a row. */
static unsigned list_differing_pairs(const struct date_facts *dates, unsigned orders)
{
    unsigned pairs = 0;
    for (unsigned pair = 0; pair < DATE_PAIR_COUNT; pair++)
        if (contains(orders, date_order_pairs[pair][0]) &&
            contains(orders, date_order_pairs[pair][1]))
            pairs |= 1U << pair;
    return pairs & dates->differing;
}

/* Of several possible orders, the one that the numbers suggest: the day varies more than the month
 * or the year. */
static struct date_decision guess_order(const struct date_facts *dates, unsigned orders)
{
    int first = count_numbers(dates, 0), second = count_numbers(dates, 1),
        third = count_numbers(dates, 2);
    if (is_single(orders))
        return (struct date_decision){get_first_order(orders), DATE_BASIS_LIKELY, 0};
    bool has_day_or_month_first =
        contains(orders, DATE_ORDER_DMY) && contains(orders, DATE_ORDER_MDY);
    if (contains(orders, DATE_ORDER_YMD) && third > first)
        return (struct date_decision){DATE_ORDER_YMD, DATE_BASIS_LIKELY, 0};
    if (!has_day_or_month_first)
        return (struct date_decision){contains(orders, DATE_ORDER_DMY) ? DATE_ORDER_DMY
                                                                       : DATE_ORDER_MDY,
                                      first > third ? DATE_BASIS_LIKELY : DATE_BASIS_NONE, 0};
    if (dates->separator == '.' &&
        dates->has_long_years) /* nobody writes 11.05.2026 for 5 November */
        return (struct date_decision){DATE_ORDER_DMY, DATE_BASIS_LIKELY, 0};
    if (first != second)
        return (struct date_decision){first > second ? DATE_ORDER_DMY : DATE_ORDER_MDY,
                                      DATE_BASIS_LIKELY, 0};
    return (struct date_decision){dates->separator == '.' ? DATE_ORDER_DMY : DATE_ORDER_MDY,
                                  DATE_BASIS_NONE, 0};
}

/* Rows that contradict each other: the order that more different dates show. */
static struct date_decision decide_mixed(const struct date_facts *dates)
{
    int year_first = count_numbers_above(dates, 0, 31),
        day_first = count_numbers_above(dates, 0, 12) - year_first,
        month_first = count_numbers_above(dates, 1, 12);
    struct date_decision decision = guess_order(dates, ALL_DATE_ORDERS & ~(1U << DATE_ORDER_YMD));
    if (year_first > day_first && year_first > month_first)
        decision.order = DATE_ORDER_YMD;
    else if (day_first != month_first)
        decision.order = day_first > month_first ? DATE_ORDER_DMY : DATE_ORDER_MDY;
    decision.basis = DATE_BASIS_MIXED;
    decision.open_pairs = dates->differing;
    return decision;
}

/* Leaves out the order that takes for days what varies clearly less than its years: 15.08.25,
 * 16.08.25, 19.08.25 and 21.09.25 are not four years. */
static unsigned compare_days_and_years(const struct date_facts *dates, unsigned orders)
{
    enum { MIN_DIFFERENCE = 3, YEAR_FIRST = 1U << DATE_ORDER_YMD };
    int difference = count_numbers(dates, 0) - count_numbers(dates, 2);
    if (!(orders & YEAR_FIRST) || orders == YEAR_FIRST)
        return orders;
    return difference >= MIN_DIFFERENCE    ? orders & ~(unsigned)YEAR_FIRST
           : difference <= -MIN_DIFFERENCE ? YEAR_FIRST
                                           : orders;
}

struct date_decision date_facts_decide(const struct date_facts *dates)
{
    unsigned possible = ALL_DATE_ORDERS & ~dates->impossible, past = possible & ~dates->future;
    if (dates->given_order)
        return (struct date_decision){dates->given_order, DATE_BASIS_GIVEN, 0};
    if (!possible)
        return decide_mixed(dates);
    if (is_single(possible))
        return (struct date_decision){get_first_order(possible), DATE_BASIS_SHOWN, 0};
    if (is_single(past))
        return (struct date_decision){get_first_order(past), DATE_BASIS_FUTURE, 0};
    unsigned orders = compare_days_and_years(dates, past ? past : possible);
    struct date_decision decision = guess_order(dates, orders);
    decision.open_pairs = list_differing_pairs(dates, orders);
    if (!decision.open_pairs && !is_single(orders))
        decision.basis = DATE_BASIS_EQUAL;
    return decision;
}

static const char *describe_variation(const struct date_facts *dates, enum date_order order)
{
    if (order == DATE_ORDER_YMD)
        return "the last number varies more than the first";
    if (dates->separator == '.' && dates->has_long_years)
        return "that is usual with dots";
    return order == DATE_ORDER_DMY ? "the first number varies more"
                                   : "the second number varies more";
}

/* "13/11/2026 and 11/13/2026": dates of contradicting orders. */
static struct text list_examples(const struct date_facts *dates, struct arena *arena)
{
    struct text list = {0};
    for (int order = DATE_ORDER_COUNT - 1; order > DATE_ORDER_UNKNOWN; order--)
        if (dates->examples[order].size)
            list = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), list.size ? " and " : "",
                                TEXT_ARGUMENT(dates->examples[order]));
    return list;
}

struct text date_facts_explain(const struct date_facts *dates, struct arena *arena)
{
    struct date_decision decision = date_facts_decide(dates);
    const char *order = order_names[decision.order];
    switch (decision.basis) {
    case DATE_BASIS_GIVEN:
        return arena_format(arena, "%s, as set", order);
    case DATE_BASIS_SHOWN:
        return arena_format(arena, "%s, since %.*s has no other reading", order,
                            TEXT_ARGUMENT(dates->examples[decision.order]));
    case DATE_BASIS_FUTURE:
        return arena_format(arena, "%s, since other orders give dates in the future", order);
    case DATE_BASIS_LIKELY:
        return arena_format(arena, "%s, since %s; 'dates =' overrides", order,
                            describe_variation(dates, decision.order));
    case DATE_BASIS_MIXED:
        return arena_format(arena, "%s, but the orders are mixed: %.*s", order,
                            TEXT_ARGUMENT(list_examples(dates, arena)));
    default:
        return arena_format(
            arena, "the order of day and month is unclear, read as %s; 'dates =' sets it", order);
    }
}

/* Rows that a guess decides. */
static uint64_t count_open_rows(const struct date_facts *dates)
{
    unsigned open_pairs = date_facts_decide(dates).open_pairs;
    uint64_t rows = 0; /* of the pair with the most rows: a row may differ in several pairs */
    for (unsigned pair = 0; pair < DATE_PAIR_COUNT; pair++)
        if ((open_pairs >> pair & 1) && dates->differing_rows[pair] > rows)
            rows = dates->differing_rows[pair];
    return rows;
}

/* ---- The scale of ratings ---- */

/* The scale if `max` is the largest value. */
static double get_scale(const struct rating_facts *ratings, double max, bool has_others)
{
    if (isnan(max) || max <= ratings->stated_scale)
        return ratings->stated_scale;
    if (!has_others && ratings->min == 0 && max == 1)
        return 1;
    if (max <= ratings->hinted_scale)
        return ratings->hinted_scale;
    return max <= 5 ? 5 : max <= 10 ? 10 : 100;
}

/* The scale without the largest value, if that is a slip; NAN: it is none. */
static double get_scale_without_slip(const struct rating_facts *ratings)
{
    enum { MIN_ROWS = 100, MAX_SLIP_PCT = 1 };
    if (isnan(ratings->second) || !isnan(ratings->given_scale) || ratings->row_count < MIN_ROWS ||
        ratings->max_rows * 100 > ratings->row_count * MAX_SLIP_PCT)
        return NAN;
    double scale = get_scale(ratings, ratings->second, ratings->second != 1);
    return scale < get_scale(ratings, ratings->max, ratings->has_others) ? scale : NAN;
}

double rating_facts_decide(const struct rating_facts *ratings)
{
    double scale_without_slip = get_scale_without_slip(ratings);
    if (!isnan(ratings->given_scale))
        return ratings->given_scale;
    return isnan(scale_without_slip) ? get_scale(ratings, ratings->max, ratings->has_others)
                                     : scale_without_slip;
}

/* ---- Warnings ---- */

static struct text warn_of_mixed_orders(const struct date_facts *dates, struct text place,
                                        const char *choices, struct arena *arena)
{
    uint64_t rows = count_open_rows(dates);
    return arena_format(
        arena,
        "the orders of day and month are mixed in %.*s (column '%.*s': %.*s); %llu row%s of files "
        "that do not show theirs: read as %s; make a [source] of each kind of file and set its "
        "dates = %s",
        TEXT_ARGUMENT(place), TEXT_ARGUMENT(dates->column),
        TEXT_ARGUMENT(list_examples(dates, arena)), (unsigned long long)rows, rows == 1 ? "" : "s",
        order_names[date_facts_decide(dates).order], choices);
}

static struct text warn_of_dates(const struct date_facts *dates, struct text place,
                                 struct arena *arena)
{
    enum { YEAR_PAIRS = DATE_DMY_YMD | DATE_MDY_YMD };
    struct date_decision decision = date_facts_decide(dates);
    const char *choices = decision.open_pairs & YEAR_PAIRS ? "dmy, mdy or ymd" : "dmy or mdy";
    uint64_t rows = count_open_rows(dates);
    if (decision.basis == DATE_BASIS_MIXED && dates->row_count > 0)
        return warn_of_mixed_orders(dates, place, choices, arena);
    if (!decision.open_pairs || !rows)
        return (struct text){0};
    return arena_format(arena,
                        "the order of day and month is undecided in %llu row%s of %.*s "
                        "(column '%.*s', e.g. %.*s); read as %s; set [source] dates = %s",
                        (unsigned long long)rows, rows == 1 ? "" : "s", TEXT_ARGUMENT(place),
                        TEXT_ARGUMENT(dates->column),
                        TEXT_ARGUMENT(dates->examples[DATE_ORDER_UNKNOWN]),
                        order_names[decision.order], choices);
}

static struct text warn_of_slip(const struct rating_facts *ratings, struct text place,
                                struct arena *arena)
{
    double scale = get_scale_without_slip(ratings);
    if (isnan(scale) || ratings->max_rows == 0)
        return (struct text){0};
    return arena_format(arena,
                        "the rating %g in %llu row%s of %.*s (column '%.*s') is above the scale of "
                        "all other ratings (%g) and counts as none; set [source] rating_scale if "
                        "it is right",
                        ratings->max, (unsigned long long)ratings->max_rows,
                        ratings->max_rows == 1 ? "" : "s", TEXT_ARGUMENT(place),
                        TEXT_ARGUMENT(ratings->column_name), scale);
}

bool column_facts_for_each_warning(const struct column_facts *facts, struct text place,
                                   bool (*visit)(void *user, const struct column_warning *warning,
                                                 struct error *error),
                                   void *user, struct error *error)
{
    struct arena arena = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < facts->date_count; i++) {
        struct column_warning warning = {warn_of_dates(&facts->dates[i], place, &arena), true};
        ok = !warning.text.size || visit(user, &warning, error);
    }
    for (size_t i = 0; ok && i < facts->rating_count; i++) {
        struct column_warning warning = {warn_of_slip(&facts->ratings[i], place, &arena), false};
        ok = !warning.text.size || visit(user, &warning, error);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Applying ---- */

int64_t date_readings_choose(const struct date_readings *date, enum date_order order)
{
    if (date->times[order] != TIME_UNKNOWN)
        return date->times[order];
    for (int other = DATE_ORDER_COUNT - 1; other > DATE_ORDER_UNKNOWN; other--)
        if (date->times[other] != TIME_UNKNOWN)
            return date->times[other];
    return TIME_UNKNOWN;
}

void column_facts_apply(const struct column_facts *facts, struct record *record)
{
    const struct rating_reading *reading = &record->rating_reading;
    const struct date_facts *dates =
        record->date.shape ? column_facts_find_date(facts, record->date.shape) : NULL;
    const struct rating_facts *ratings = reading->column && isnan(reading->stated_scale)
                                             ? column_facts_find_rating(facts, reading->column)
                                             : NULL;
    if (dates) {
        struct date_decision decision = date_facts_decide(dates);
        bool follows_file = decision.basis == DATE_BASIS_MIXED && record->date.file_order;
        record->created_at = date_readings_choose(
            &record->date, follows_file ? record->date.file_order : decision.order);
    }
    if (ratings)
        record->rating_scale = rating_facts_decide(ratings);
    if (record->rating > record->rating_scale)
        record->rating = record->rating_scale = NAN;
}

bool column_facts_are_settled(const struct column_facts *facts, bool with_ratings)
{
    for (size_t i = 0; i < facts->date_count; i++)
        if (date_facts_decide(&facts->dates[i]).basis < DATE_BASIS_SHOWN)
            return false;
    for (size_t i = 0; with_ratings && i < facts->rating_count; i++) {
        const struct rating_facts *ratings = &facts->ratings[i];
        bool is_certain = isnan(ratings->max) || !isnan(ratings->given_scale);
        if (!is_certain && !(ratings->has_risen && ratings->has_fallen &&
                             ratings->max == rating_facts_decide(ratings)))
            return false;
    }
    return true;
}

/* ---- Authors ---- */

bool author_is_nobody(uint64_t records, uint64_t source_records)
{
    enum { MIN_RECORDS = 5, MIN_PCT = 80 };
    return records >= MIN_RECORDS && records * 100 >= source_records * MIN_PCT;
}
