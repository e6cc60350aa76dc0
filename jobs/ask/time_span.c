/* time_span.c - finds dates in the words of a question. */
#include "jobs/ask/time_span.h"

enum { DAY_SECONDS = 86400, RECENT_DAYS = 30 };

enum time_word {
    TIME_WORD_NONE,
    TIME_WORD_MONTH,
    TIME_WORD_UNIT,
    TIME_WORD_SINCE,
    TIME_WORD_AFTER,
    TIME_WORD_BEFORE,
    TIME_WORD_UNTIL,
    TIME_WORD_BETWEEN,
    TIME_WORD_DURING,
    TIME_WORD_LAST,
    TIME_WORD_PAST,
    TIME_WORD_THIS,
    TIME_WORD_RECENT,
    TIME_WORD_YESTERDAY,
    TIME_WORD_TODAY,
    TIME_WORD_NUMBER,
};

static const struct word_meaning {
    enum time_word kind;
    int number; /* of a month; days of a unit */
    struct text word;
} meanings[] = {
#define ROW(language, kind, number, word) {kind, number, {word, sizeof(word) - 1}},
#include "jobs/ask/data/time_words.inc"
#undef ROW
};

/* A period within the tokens [begin, end). */
struct found_span {
    size_t begin, end;
    int64_t from, to; /* seconds: from <= time < to */
    enum time_word relation;
};

struct span_finder {
    struct tokens *tokens;
    struct civil_time today; /* of the newest record */
    int64_t tomorrow;        /* the first second after its day */
};

/* ---- Words ---- */

static const struct token *get_token(const struct span_finder *finder, size_t index)
{
    static const struct token none = {0};
    return index < finder->tokens->count ? &finder->tokens->items[index] : &none;
}

/* The meaning of a token, or of the beginning of a Korean one ("월부터"); `rest` is what follows.
 */
static enum time_word get_meaning(const struct token *token, int *number, struct text *rest)
{
    const struct word_meaning *best = NULL;
    bool is_korean = token->kind == LETTER_UNSPACED_SCRIPT;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (token_is(token, meanings[i].word) ||
            (is_korean && text_starts_with(token->text, meanings[i].word) &&
             (!best || best->word.size < meanings[i].word.size)))
            best = &meanings[i];
    if (!best)
        return TIME_WORD_NONE;
    *number = best->number;
    *rest = text_slice(token->text, best->word.size, token->text.size);
    return best->kind;
}

static bool means(const struct span_finder *finder, size_t index, enum time_word kind, int *number)
{
    struct text rest;
    return get_meaning(get_token(finder, index), number, &rest) == kind;
}

/* The relation that Korean words after a date say: "9월부터", "9월 이후". */
static enum time_word get_suffix(struct text suffix)
{
    static const struct {
        struct text word;
        enum time_word kind;
    } suffixes[] = {{{"부터", 6}, TIME_WORD_SINCE},  {{"이후", 6}, TIME_WORD_SINCE},
                    {{"이래", 6}, TIME_WORD_SINCE},  {{"까지", 6}, TIME_WORD_UNTIL},
                    {{"이전", 6}, TIME_WORD_BEFORE}, {{"전", 3}, TIME_WORD_BEFORE}};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
        if (text_starts_with(suffix, suffixes[i].word))
            return suffixes[i].kind;
    return TIME_WORD_NONE;
}

static bool get_number(const struct token *token, int64_t min, int64_t max, int64_t *number)
{
    struct text digits = token->text;
    if (token->kind == LETTER_SPACED_SCRIPT && digits.size > 2) /* 14th, 1st */
        digits = text_slice(digits, 0, digits.size - 2);
    return text_to_integer(digits, number) && *number >= min && *number <= max;
}

/* ---- Periods ---- */

static int64_t day_start(int64_t year, int64_t month, int64_t day)
{
    int64_t seconds;
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    if (month < 1) {
        month += 12;
        year--;
    }
    struct civil_time civil = {.year = year, .month = (int)month, .day = (int)day};
    return calendar_to_seconds(civil, &seconds) ? seconds : TIME_UNKNOWN;
}

static bool set_month(struct found_span *span, int64_t year, int64_t month)
{
    span->from = day_start(year, month, 1);
    span->to = day_start(year, month + 1, 1);
    return true;
}

static bool set_day(struct found_span *span, int64_t year, int64_t month, int64_t day)
{
    span->from = day_start(year, month, day);
    span->to = span->from + DAY_SECONDS;
    return span->from != TIME_UNKNOWN;
}

static int64_t latest_year_of_month(const struct span_finder *finder, int64_t month)
{
    return finder->today.year - (month > finder->today.month);
}

/* The calendar day, week, month, quarter or year that is `back` before that of the newest record.
 */
static bool set_calendar_unit(const struct span_finder *finder, struct found_span *span, int days,
                              int64_t back)
{
    struct civil_time today = finder->today;
    if (days == 30)
        return set_month(span, today.year, today.month - back);
    if (days == 90) {
        int64_t first = (today.month - 1) / 3 * 3 + 1 - 3 * back;
        span->from = day_start(today.year, first, 1);
        span->to = day_start(today.year, first + 3, 1);
        return true;
    }
    if (days == 365) {
        span->from = day_start(today.year - back, 1, 1);
        span->to = day_start(today.year - back + 1, 1, 1);
        return true;
    }
    int64_t start = finder->tomorrow - DAY_SECONDS;
    if (days == 7) /* 1970-01-01 was a Thursday; weeks begin on Monday */
        start -= (start / DAY_SECONDS + 3) % 7 * DAY_SECONDS;
    span->from = start - back * days * DAY_SECONDS;
    span->to = span->from + days * DAY_SECONDS;
    return true;
}

static bool set_last_days(const struct span_finder *finder, struct found_span *span, int64_t count,
                          int days)
{
    struct civil_time today = finder->today;
    span->to = finder->tomorrow;
    if (days == 30 || days == 90)
        span->from = day_start(today.year, today.month - count * (days / 30), today.day);
    else if (days == 365)
        span->from = day_start(today.year - count, today.month, today.day);
    else
        span->from = finder->tomorrow - count * days * DAY_SECONDS;
    if (span->from == TIME_UNKNOWN) /* 31 June */
        span->from = finder->tomorrow - count * days * DAY_SECONDS;
    return true;
}

/* "last month", "the past 3 weeks", "this year", "지난달", "최근 3개월", "recently" */
static bool find_relative(const struct span_finder *finder, size_t at, struct found_span *span)
{
    int unused, days, number;
    struct text rest;
    enum time_word kind = get_meaning(get_token(finder, at), &unused, &rest);
    *span = (struct found_span){.begin = at, .end = at + 1};
    if (kind == TIME_WORD_RECENT)
        return set_last_days(finder, span, RECENT_DAYS, 1);
    if (kind == TIME_WORD_TODAY || kind == TIME_WORD_YESTERDAY)
        return set_calendar_unit(finder, span, 1, kind == TIME_WORD_YESTERDAY);
    if (kind != TIME_WORD_LAST && kind != TIME_WORD_PAST && kind != TIME_WORD_THIS)
        return false;
    int64_t count = 0;
    struct token joined = {.text = rest, .kind = LETTER_UNSPACED_SCRIPT};
    if (rest.size > 0 && get_meaning(&joined, &days, &rest) == TIME_WORD_UNIT) {
        span->relation = get_suffix(rest); /* 지난달부터 */
    } else {
        const struct token *next = get_token(finder, at + 1);
        if (get_number(next, 1, 400, &count)) {
            span->end++;
        } else if (get_meaning(next, &number, &rest) == TIME_WORD_NUMBER) {
            count = number;
            span->end++;
        }
        if (get_meaning(get_token(finder, span->end), &days, &rest) != TIME_WORD_UNIT) {
            span->end = at + 1; /* 최근 alone, "last" of anything else */
            return kind == TIME_WORD_PAST &&
                   get_token(finder, at)->kind == LETTER_UNSPACED_SCRIPT &&
                   set_last_days(finder, span, RECENT_DAYS, 1);
        }
        span->end++;
        span->relation = get_suffix(rest);
    }
    if (count > 0 || kind == TIME_WORD_PAST)
        return set_last_days(finder, span, count > 0 ? count : 1, days);
    return set_calendar_unit(finder, span, days, kind == TIME_WORD_LAST);
}

/* "2026-09-14", "2026-09", "2026" */
static bool find_numbers(const struct span_finder *finder, size_t at, struct found_span *span)
{
    int64_t year, month, day;
    if (get_token(finder, at)->kind != LETTER_DIGIT ||
        !get_number(get_token(finder, at), 1990, 2100, &year))
        return false;
    *span = (struct found_span){.begin = at, .end = at + 1};
    const struct token *first = get_token(finder, at + 1), *second = get_token(finder, at + 2);
    bool has_month = first->kind == LETTER_DIGIT && get_number(first, 1, 12, &month) &&
                     first->original.bytes == get_token(finder, at)->original.bytes + 5;
    bool has_day = has_month && second->kind == LETTER_DIGIT && get_number(second, 1, 31, &day) &&
                   second->original.bytes == first->original.bytes + first->original.size + 1;
    span->end += (size_t)has_month + has_day;
    if (has_day)
        return set_day(span, year, month, day);
    if (has_month)
        return set_month(span, year, month);
    span->from = day_start(year, 1, 1);
    span->to = day_start(year + 1, 1, 1);
    return true;
}

/* "2026년 9월 14일", "9월", "올해" */
static bool find_korean(const struct span_finder *finder, size_t at, struct found_span *span)
{
    int64_t year = 0, month = 0, day = 0;
    struct text suffix = {0};
    *span = (struct found_span){.begin = at, .end = at};
    const struct token *token = get_token(finder, at);
    if (text_starts_with(token->text, TEXT("올해")) ||
        text_starts_with(token->text, TEXT("작년"))) {
        span->end++;
        return set_calendar_unit(finder, span, 365, text_starts_with(token->text, TEXT("작년")));
    }
    struct {
        struct text unit;
        int64_t min, max, *value;
    } parts[] = {
        {{"년", 3}, 1990, 2100, &year}, {{"월", 3}, 1, 12, &month}, {{"일", 3}, 1, 31, &day}};
    for (size_t i = 0; i < 3; i++) {
        const struct token *unit = get_token(finder, span->end + 1);
        if (get_token(finder, span->end)->kind != LETTER_DIGIT || unit->follows_blank ||
            !text_starts_with(unit->text, parts[i].unit) || (i == 2 && !month) ||
            !get_number(get_token(finder, span->end), parts[i].min, parts[i].max, parts[i].value))
            continue;
        span->end += 2;
        suffix = text_slice(unit->text, 3, unit->text.size);
    }
    if (span->end == at)
        return false;
    span->relation = get_suffix(suffix);
    if (!month) {
        span->from = day_start(year, 1, 1);
        span->to = day_start(year + 1, 1, 1);
        return true;
    }
    year = year ? year : latest_year_of_month(finder, month);
    return day ? set_day(span, year, month, day) : set_month(span, year, month);
}

/* "September", "September 14, 2026", "14 September", "Sept 2026". A month that is also another word
 * (may, march) needs a word such as "in" before it, or a capital letter. */
static bool find_named_month(const struct span_finder *finder, size_t at, struct found_span *span)
{
    int month, unused;
    int64_t day = 0, year = 0;
    bool has_day_before = get_token(finder, at)->kind != LETTER_UNSPACED_SCRIPT &&
                          get_number(get_token(finder, at), 1, 31, &day) &&
                          means(finder, at + 1, TIME_WORD_MONTH, &month);
    size_t month_at = at + has_day_before;
    if (!means(finder, month_at, TIME_WORD_MONTH, &month))
        return false;
    const struct token *token = get_token(finder, month_at);
    bool is_ambiguous = token_is(token, TEXT("may")) || token_is(token, TEXT("march")) ||
                        token_is(token, TEXT("mar"));
    *span = (struct found_span){.begin = at, .end = month_at + 1};
    if (!has_day_before && get_token(finder, span->end)->kind != LETTER_NONE &&
        get_number(get_token(finder, span->end), 1, 31, &day))
        span->end++;
    if (get_token(finder, span->end)->kind == LETTER_DIGIT &&
        get_number(get_token(finder, span->end), 1990, 2100, &year))
        span->end++;
    bool follows_relation = at > 0 && (means(finder, at - 1, TIME_WORD_DURING, &unused) ||
                                       means(finder, at - 1, TIME_WORD_SINCE, &unused) ||
                                       means(finder, at - 1, TIME_WORD_BEFORE, &unused) ||
                                       means(finder, at - 1, TIME_WORD_AFTER, &unused) ||
                                       means(finder, at - 1, TIME_WORD_LAST, &unused) ||
                                       means(finder, at - 1, TIME_WORD_UNTIL, &unused));
    if (is_ambiguous && !follows_relation && !token->is_capitalized && !year && !day)
        return false;
    year = year ? year : latest_year_of_month(finder, month);
    return day ? set_day(span, year, month, day) : set_month(span, year, month);
}

static bool find_span(const struct span_finder *finder, size_t at, struct found_span *span)
{
    if (!find_korean(finder, at, span) && !find_relative(finder, at, span) &&
        !find_named_month(finder, at, span) && !find_numbers(finder, at, span))
        return false;
    return span->from != TIME_UNKNOWN && span->to != TIME_UNKNOWN;
}

/* Sets the relation by the words around the period, and adds them to it. */
static void find_relation(const struct span_finder *finder, struct found_span *span)
{
    int unused;
    struct text rest;
    size_t before = span->begin;
    if (before > 0 && token_is(get_token(finder, before - 1), TEXT("the")))
        before--;
    enum time_word kind = TIME_WORD_NONE;
    if (before > 0)
        kind = get_meaning(get_token(finder, before - 1), &unused, &rest);
    if ((kind >= TIME_WORD_SINCE && kind <= TIME_WORD_DURING) || kind == TIME_WORD_LAST) {
        span->begin = before - 1;
        span->relation = kind;
    }
    enum time_word suffix = get_suffix(get_token(finder, span->end)->text);
    if (span->relation == TIME_WORD_NONE && suffix != TIME_WORD_NONE) {
        span->relation = suffix;
        span->end++;
    }
}

static void limit(struct time_span *time_span, const struct found_span *span)
{
    if (span->relation == TIME_WORD_SINCE)
        time_span->since = span->from;
    else if (span->relation == TIME_WORD_AFTER)
        time_span->since = span->to;
    else if (span->relation == TIME_WORD_BEFORE)
        time_span->until = span->from;
    else if (span->relation == TIME_WORD_UNTIL)
        time_span->until = span->to;
    else if (span->relation == TIME_WORD_BETWEEN)
        time_span->since = span->from;
    else
        *time_span = (struct time_span){span->from, span->to};
}

struct time_span time_span_find(struct tokens *tokens, int64_t newest)
{
    struct time_span time_span = {TIME_UNKNOWN, TIME_UNKNOWN};
    if (newest == TIME_UNKNOWN)
        return time_span;
    struct span_finder finder = {.tokens = tokens, .today = calendar_from_seconds(newest)};
    finder.tomorrow =
        day_start(finder.today.year, finder.today.month, finder.today.day) + DAY_SECONDS;
    bool is_between = false;
    for (size_t at = 0; at < tokens->count;) {
        struct found_span span;
        if (!find_span(&finder, at, &span)) {
            at++;
            continue;
        }
        find_relation(&finder, &span);
        if (is_between && token_is(get_token(&finder, span.begin - 1), TEXT("and"))) {
            span.relation = TIME_WORD_UNTIL;
            span.begin--;
        }
        is_between = span.relation == TIME_WORD_BETWEEN;
        limit(&time_span, &span);
        for (size_t i = span.begin; i < span.end; i++)
            tokens->items[i].is_used = true;
        at = span.end > at ? span.end : at + 1;
    }
    return time_span;
}
