/* test_date_names.c - connectors/columns: dates as ICU writes them in every language of the word
 * lists, and the names of all months, weekdays and halves of the day that ICU knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

#include "base/calendar.h"
#include "connectors/columns/roles.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const char *const locales[] = {
    "en", "en_GB", "en_AU", "en_CA", "de", "de_AT", "de_CH", "fr",    "fr_CA", "fr_CH",
    "es", "es_MX", "es_AR", "es_CO", "it", "it_CH", "pt",    "pt_PT", "nl",    "nl_BE",
    "pl", "ru",    "tr",    "ja",    "zh", "zh_TW", "zh_HK", "ko",    "da",    "sv",
    "nb", "nn",    "fi",    "cs",    "sk", "hu",    "ro",    "el",    "uk",    "bg",
    "ca", "id",    "ms",    "lv",    "lt", "et",    "sl",    "ar_EG",
};

/* 2026-01-03T14:05:06Z; every next one is a month and some days later. */
static int64_t moment_of_month(int month)
{
    int64_t seconds;
    struct civil_time civil = {2026, month, 2 + month % 9, 14, 5, 6};
    assert_true(calendar_to_seconds(civil, &seconds));
    return seconds;
}

static UDateFormat *open_format(const char *locale, UDateFormatStyle date, UDateFormatStyle time)
{
    UErrorCode status = U_ZERO_ERROR;
    UDateFormat *format = udat_open(time, date, locale, u"UTC", 3, NULL, 0, &status);
    assert_true(U_SUCCESS(status));
    return format;
}

/* The text that ICU writes for the moment; false if it does not fit. */
static void format_moment(const UDateFormat *format, int64_t seconds, char utf8[256])
{
    UChar utf16[128];
    UErrorCode status = U_ZERO_ERROR;
    udat_format(format, (UDate)seconds * 1000, utf16, COUNT(utf16), NULL, &status);
    u_strToUTF8(utf8, 256, NULL, utf16, -1, &status);
    assert_true(U_SUCCESS(status));
}

static int check(const char *locale, const char *written, int64_t expected)
{
    int64_t seconds = TIME_UNKNOWN;
    char printed[32], wanted[32];
    if (date_parse(text_of(written), DATE_ORDER_DMY, 0, &seconds) && seconds == expected)
        return 0;
    calendar_format(seconds, printed);
    calendar_format(expected, wanted);
    print_error("%s: '%s': '%s', expected %s\n", locale, written, printed, wanted);
    return 1;
}

static void dates_are_parsed_as_icu_writes_them(void **state)
{
    (void)state;
    static const UDateFormatStyle dates[] = {UDAT_FULL, UDAT_LONG, UDAT_MEDIUM};
    static const UDateFormatStyle times[] = {UDAT_MEDIUM, UDAT_SHORT, UDAT_NONE};
    int failures = 0;
    for (size_t i = 0; i < COUNT(locales) * COUNT(dates) * COUNT(times); i++) {
        const char *locale = locales[i / COUNT(dates) / COUNT(times)];
        UDateFormatStyle time = times[i % COUNT(times)];
        UDateFormat *format = open_format(locale, dates[i / COUNT(times) % COUNT(dates)], time);
        for (int month = 1; month <= 12; month++) {
            char written[256];
            int64_t expected = moment_of_month(month);
            format_moment(format, expected, written);
            expected -= time == UDAT_SHORT ? 6 : time == UDAT_NONE ? expected % 86400 : 0;
            failures += check(locale, written, expected);
        }
        udat_close(format);
    }
    assert_int_equal(failures, 0);
}

/* Whether the name is a word: neither "1月" nor "Th 2". */
static bool is_word(const char *name)
{
    return !strpbrk(name, "0123456789");
}

static void all_names_of_months_are_known(void **state)
{
    (void)state;
    static const UDateFormatSymbolType kinds[] = {
        UDAT_MONTHS, UDAT_SHORT_MONTHS, UDAT_STANDALONE_MONTHS, UDAT_STANDALONE_SHORT_MONTHS};
    int failures = 0;
    for (size_t i = 0; i < COUNT(locales) * COUNT(kinds); i++) {
        const char *locale = locales[i / COUNT(kinds)];
        UDateFormat *format = open_format(locale, UDAT_LONG, UDAT_NONE);
        for (int month = 1; month <= 12; month++) {
            UChar utf16[64];
            char name[192], cell[256];
            UErrorCode status = U_ZERO_ERROR;
            udat_getSymbols(format, kinds[i % COUNT(kinds)], month - 1, utf16, COUNT(utf16),
                            &status);
            u_strToUTF8(name, sizeof(name), NULL, utf16, -1, &status);
            snprintf(cell, sizeof(cell), "%d %s 2026", 2 + month % 9, name);
            int64_t moment = moment_of_month(month);
            if (is_word(name))
                failures += check(locale, cell, moment - moment % 86400);
        }
        udat_close(format);
    }
    assert_int_equal(failures, 0);
}

static void all_names_of_weekdays_are_known(void **state)
{
    (void)state;
    static const UDateFormatSymbolType kinds[] = {UDAT_WEEKDAYS, UDAT_SHORT_WEEKDAYS,
                                                  UDAT_STANDALONE_WEEKDAYS,
                                                  UDAT_STANDALONE_SHORT_WEEKDAYS};
    int failures = 0;
    for (size_t i = 0; i < COUNT(locales) * COUNT(kinds); i++) {
        const char *locale = locales[i / COUNT(kinds)];
        UDateFormat *format = open_format(locale, UDAT_LONG, UDAT_NONE);
        for (int day = 1; day <= 7; day++) {
            UChar utf16[64];
            char name[192], cell[256];
            UErrorCode status = U_ZERO_ERROR;
            udat_getSymbols(format, kinds[i % COUNT(kinds)], day, utf16, COUNT(utf16), &status);
            u_strToUTF8(name, sizeof(name), NULL, utf16, -1, &status);
            snprintf(cell, sizeof(cell), "%s, 01/03/2026", name);
            if (strlen(name) > 1) /* single letters mean too many things */
                failures += check(locale, cell, INT64_C(1772323200));
        }
        udat_close(format);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_parsed_as_icu_writes_them),
        cmocka_unit_test(all_names_of_months_are_known),
        cmocka_unit_test(all_names_of_weekdays_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
