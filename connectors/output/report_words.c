/* report_words.c - fixed texts, numbers, dates and names of documents in English and Korean. */
#include "connectors/output/report_words.h"

#include <math.h>
#include <string.h>

#include "base/ascii.h"

static const struct {
    const char *english, *korean;
} words[WORD_COUNT] = {
#define ROW(word, en, ko) [word] = {en, ko},
#include "connectors/output/data/report_words.inc"
#undef ROW
};

static const struct topic_name {
    const char *topic, *english, *korean;
} topic_names[] = {
#define ROW(topic, en, ko) {topic, en, ko},
#include "connectors/output/data/topic_names.inc"
#undef ROW
};

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct text words_get(enum document_language language, enum word word)
{
    return text_of(language == DOCUMENT_KOREAN ? words[word].korean : words[word].english);
}

/* The argument that "{0}" at `at` names, or NULL. */
static const struct text *find_argument(struct text pattern, size_t at,
                                        const struct text *arguments)
{
    bool is_argument = at + 2 < pattern.size && pattern.bytes[at] == '{' &&
                       ascii_is_digit(pattern.bytes[at + 1]) && pattern.bytes[at + 2] == '}';
    return is_argument ? &arguments[pattern.bytes[at + 1] - '0'] : NULL;
}

struct text words_format(enum document_language language, enum word word,
                         const struct text *arguments, struct arena *arena)
{
    struct text pattern = words_get(language, word);
    size_t size = pattern.size, used = 0;
    for (size_t i = 0; i < pattern.size; i++) {
        const struct text *argument = find_argument(pattern, i, arguments);
        size += argument ? argument->size : 0;
    }
    char *bytes = arena_alloc(arena, size + 1, 1);
    for (size_t i = 0; i < pattern.size; i++) {
        const struct text *argument = find_argument(pattern, i, arguments);
        if (!argument) {
            bytes[used++] = pattern.bytes[i];
            continue;
        }
        if (argument->size)
            memcpy(bytes + used, argument->bytes, argument->size);
        used += argument->size;
        i += 2;
    }
    return (struct text){bytes, used};
}

/* NULL: not a topic of the default list. */
static const struct topic_name *find_topic_name(struct text topic)
{
    for (size_t i = 0; i < sizeof(topic_names) / sizeof(*topic_names); i++)
        if (text_equal(topic, text_of(topic_names[i].topic)))
            return &topic_names[i];
    return NULL;
}

struct text words_topic(const struct document *document, struct text topic)
{
    enum document_language language = document->options.language;
    const struct topic_name *usual = find_topic_name(topic);
    if (text_equal(topic, TEXT("other")))
        return words_get(language, WORD_NO_TOPIC);
    /* A registry made from the default list repeats its names, in one language. */
    for (size_t i = 0; i < document->topic_name_count; i++) {
        const struct shown_topic *named = &document->topic_names[i];
        if (text_equal(named->id, topic) && !text_equal(named->name, topic) &&
            (!usual || !text_equal_ignore_case(named->name, text_of(usual->english))))
            return named->name;
    }
    if (!usual)
        return topic;
    return text_of(language == DOCUMENT_KOREAN ? usual->korean : usual->english);
}

struct text words_label(enum document_language language, enum sentiment sentiment)
{
    static const enum word labels[SENTIMENT_COUNT] = {
        [SENTIMENT_UNDETECTED] = WORD_UNDETECTED, [SENTIMENT_NEGATIVE] = WORD_NEGATIVE,
        [SENTIMENT_NEUTRAL] = WORD_NEUTRAL,       [SENTIMENT_POSITIVE] = WORD_POSITIVE,
        [SENTIMENT_MIXED] = WORD_MIXED,
    };
    return words_get(language, labels[sentiment]);
}

struct text words_count(uint64_t number, struct arena *arena)
{
    char digits[32], grouped[48];
    int size = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number), at = 0;
    for (int i = 0; i < size; i++) {
        if (i && (size - i) % 3 == 0)
            grouped[at++] = ',';
        grouped[at++] = digits[i];
    }
    return arena_copy_text(arena, (struct text){grouped, (size_t)at});
}

struct text words_percent(enum document_language language, double share, struct arena *arena)
{
    if (isnan(share))
        return TEXT("–");
    return arena_format(arena, language == DOCUMENT_KOREAN ? "%.0f%%" : "%.0f %%", 100 * share);
}

struct text words_interval(enum document_language language, double low, double high,
                           struct arena *arena)
{
    struct text end = words_percent(language, high, arena),
                begin = isnan(low) ? TEXT("–") : arena_format(arena, "%.0f", 100 * low);
    return words_format(language, WORD_INTERVAL, (struct text[]){begin, end}, arena);
}

struct text words_decimal(double number, bool is_signed, struct arena *arena)
{
    if (isnan(number))
        return TEXT("–");
    return arena_format(arena, is_signed ? "%+.2f" : "%.2f", number);
}

struct text words_date(int64_t seconds, struct arena *arena)
{
    char formatted[32];
    calendar_format(seconds, formatted);
    return arena_copy_text(arena, text_slice(text_of(formatted), 0, 10));
}

/* The number in `digits` digits at `at`; -1 if there is none. */
static int read_number(struct text text, size_t at, size_t digits)
{
    int number = 0;
    if (at + digits > text.size)
        return -1;
    for (size_t i = at; i < at + digits; i++) {
        if (!ascii_is_digit(text.bytes[i]))
            return -1;
        number = 10 * number + (text.bytes[i] - '0');
    }
    return number;
}

/* The Monday of an ISO week: the week of 4 January is the first one. */
static bool find_monday(int year, int week, struct civil_time *monday)
{
    enum { DAY_SECONDS = 86400, MONDAY_EPOCH_DAYS = 3 }; /* 1970-01-01 was a Thursday */
    int64_t seconds;
    if (!calendar_to_seconds((struct civil_time){.year = year, .month = 1, .day = 4}, &seconds))
        return false;
    int64_t days = seconds / DAY_SECONDS, weekday = ((days + MONDAY_EPOCH_DAYS) % 7 + 7) % 7;
    *monday = calendar_from_seconds((days - weekday + 7 * (int64_t)(week - 1)) * DAY_SECONDS);
    return true;
}

static struct text format_short_day(enum document_language language, struct civil_time day,
                                    struct arena *arena)
{
    if (language == DOCUMENT_KOREAN)
        return arena_format(arena, "%d/%d", day.month, day.day);
    return arena_format(arena, "%d %s", day.day, month_names[day.month - 1]);
}

static struct text format_day(enum document_language language, struct civil_time day, bool is_week,
                              struct arena *arena)
{
    if (language == DOCUMENT_KOREAN)
        return arena_format(arena, "%d년 %d월 %d일%s", (int)day.year, day.month, day.day,
                            is_week ? " 주" : "");
    return arena_format(arena, "%s%d %s %d", is_week ? "week of " : "", day.day,
                        month_names[day.month - 1], (int)day.year);
}

struct text words_period(enum document_language language, struct text period, bool is_short,
                         struct arena *arena)
{
    struct civil_time day = {0};
    int year = read_number(period, 0, 4);
    if (period.size == 8 && period.bytes[5] == 'W' && read_number(period, 6, 2) > 0 &&
        find_monday(year, read_number(period, 6, 2), &day))
        return is_short ? format_short_day(language, day, arena)
                        : format_day(language, day, true, arena);
    int month = read_number(period, 5, 2);
    if (year < 0 || month < 1 || month > 12 || (period.size != 7 && period.size != 10))
        return period;
    if (period.size == 7 && language == DOCUMENT_KOREAN)
        return is_short ? arena_format(arena, "%d월", month)
                        : arena_format(arena, "%d년 %d월", year, month);
    if (period.size == 7)
        return is_short ? arena_format(arena, "%s", month_names[month - 1])
                        : arena_format(arena, "%s %d", month_names[month - 1], year);
    day = (struct civil_time){.year = year, .month = month, .day = read_number(period, 8, 2)};
    return is_short ? format_short_day(language, day, arena)
                    : format_day(language, day, false, arena);
}
