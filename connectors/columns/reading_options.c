/* reading_options.c - interprets the keys of [source] about dates and ratings. */
#include "connectors/columns/reading_options.h"

#include <math.h>
#include <stdio.h>

/* Parses "+09:00", "-5" or "+0530", with the parser of dates. */
static bool parse_zone(struct text time_zone, int *seconds)
{
    int64_t local_midnight;
    char date[64];
    *seconds = 0;
    if (time_zone.size == 0)
        return true;
    snprintf(date, sizeof(date), "1970-01-02 00:00 %.*s",
             TEXT_ARGUMENT(text_slice(time_zone, 0, 20)));
    if ((time_zone.bytes[0] != '+' && time_zone.bytes[0] != '-') ||
        !date_parse(text_of(date), DATE_ORDER_YMD, 0, &local_midnight))
        return false;
    *seconds = (int)(86400 - local_midnight);
    return true;
}

static enum date_order parse_date_order(struct text date_order)
{
    return text_equal(date_order, TEXT("dmy"))   ? DATE_ORDER_DMY
           : text_equal(date_order, TEXT("mdy")) ? DATE_ORDER_MDY
           : text_equal(date_order, TEXT("ymd")) ? DATE_ORDER_YMD
                                                 : DATE_ORDER_UNKNOWN;
}

bool reading_options_apply(const struct reading_options *reading_options,
                           struct mapping_options *options, struct error *error)
{
    options->date_order = parse_date_order(reading_options->date_order);
    options->rating_scale = reading_options->rating_scale;
    return parse_zone(reading_options->time_zone, &options->date_zone_seconds) ||
           error_set(error, ERROR_USAGE,
                     "zone = %.*s: expected hours and minutes east of UTC, such as +09:00",
                     TEXT_ARGUMENT(reading_options->time_zone));
}
