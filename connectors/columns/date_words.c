/* date_words.c - the words of dates in many languages, in a hash table that is built once. */
#include "connectors/columns/date_words.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "base/ascii.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum {
    YEAR = DATE_WORD_YEAR,
    MONTH = DATE_WORD_MONTH_UNIT,
    DAY = DATE_WORD_DAY,
    HOUR = DATE_WORD_HOUR,
    MINUTE = DATE_WORD_MINUTE,
    SECOND = DATE_WORD_SECOND,
    AM = DATE_WORD_AM,
    PM = DATE_WORD_PM,
    AT = DATE_WORD_AT,
    SMALL = DATE_WORD_SMALL,
    RELATIVE = DATE_WORD_RELATIVE,
    NEAR_RELATIVE = DATE_WORD_NEAR_RELATIVE,
};

/* All rows of all lists. */
static const struct row {
    struct text language, word;
    int flags, month, zone_minutes;
} rows[] = {
#define COMMON(language, word)                                                                     \
    {language, sizeof(language) - 1},                                                              \
    {                                                                                              \
        word, sizeof(word) - 1                                                                     \
    }
#define ROW(language, word, month) {COMMON(language, word), DATE_WORD_MONTH, month, 0},
#include "connectors/columns/data/months.inc"
#undef ROW
#define ROW(language, word) {COMMON(language, word), DATE_WORD_WEEKDAY, 0, 0},
#include "connectors/columns/data/weekdays.inc"
#undef ROW
#define ROW(language, word, meaning) {COMMON(language, word), meaning, 0, 0},
#include "connectors/columns/data/date_words.inc"
#include "connectors/columns/data/relative_date_words.inc"
#undef ROW
#define ROW(language, word, minutes) {COMMON(language, word), DATE_WORD_ZONE, 0, minutes},
#include "connectors/columns/data/zone_abbreviations.inc"
#undef ROW
};

enum {
    ROW_COUNT = sizeof(rows) / sizeof(*rows),
    SLOT_COUNT = 8192, /* a power of two, at least twice the rows */
    MAX_LANGUAGES = 63
};

static_assert(ROW_COUNT * 2 <= SLOT_COUNT, "the hash table of date words needs more slots");

/* The table: slots hold a number of `words`, from 1. Written once, by build_table. */
static struct date_word words[ROW_COUNT + 1];
static uint16_t slots[SLOT_COUNT];
static pthread_once_t built = PTHREAD_ONCE_INIT;

/* FNV-1a, which is faster than hash_text for a few bytes. */
static size_t hash_word(struct text word)
{
    uint32_t hash = 2166136261;
    for (size_t i = 0; i < word.size; i++)
        hash = (hash ^ (unsigned char)word.bytes[i]) * 16777619;
    return hash ^ hash >> 15;
}

/* The slot of the word, or the free one where it belongs. */
static uint16_t *find_slot(struct text folded)
{
    size_t slot = hash_word(folded) % SLOT_COUNT;
    while (slots[slot] != 0) {
        const struct date_word *word = &words[slots[slot]];
        if (word->size == folded.size && memcmp(word->word, folded.bytes, folded.size) == 0)
            break;
        slot = (slot + 1) % SLOT_COUNT;
    }
    return &slots[slot];
}

/* The bit of a language; all bits for "-". */
static uint64_t find_language_bit(struct text language)
{
    static struct text languages[MAX_LANGUAGES];
    static size_t count;
    size_t i = 0;
    if (text_equal(language, TEXT("-")))
        return UINT64_MAX;
    while (i < count && !text_equal(languages[i], language))
        i++;
    if (i == count) {
        assert(count < MAX_LANGUAGES);
        languages[count++] = language;
    }
    return UINT64_C(1) << i;
}

static void build_table(void)
{
    size_t count = 0;
    for (const struct row *row = rows; row < rows + ROW_COUNT; row++) {
        char buffer[sizeof(words->word) + 4];
        struct text folded;
        bool fits = normalize_value(row->word, buffer, sizeof(buffer), &folded);
        assert(fits && folded.size <= sizeof(words->word));
        (void)fits;
        uint16_t *slot = find_slot(folded);
        if (*slot == 0)
            *slot = (uint16_t)++count;
        struct date_word *word = &words[*slot];
        memcpy(word->word, folded.bytes, folded.size);
        word->size = folded.size;
        if (!(row->flags & (RELATIVE | NEAR_RELATIVE)))
            word->languages |= find_language_bit(row->language);
        word->flags |= row->flags;
        if (row->flags & DATE_WORD_MONTH)
            word->month = row->month;
        if (row->flags & DATE_WORD_ZONE)
            word->zone_minutes = row->zone_minutes;
    }
}

const struct date_word *date_word_find(struct text word)
{
    char lower[sizeof(words->word)];
    if (word.size == 0 || word.size > sizeof(lower))
        return NULL;
    for (size_t i = 0; i < word.size; i++)
        lower[i] = ascii_to_lower(word.bytes[i]);
    pthread_once(&built, build_table);
    uint16_t slot = *find_slot((struct text){lower, word.size});
    return slot ? &words[slot] : NULL;
}

struct text date_word_letters(struct text text, size_t begin)
{
    size_t end = begin;
    while (end < text.size &&
           (ascii_is_letter(text.bytes[end]) || (signed char)text.bytes[end] < 0))
        end++;
    return text_slice(text, begin, end);
}

const struct date_word *date_word_find_at_front(struct text letters)
{
    const struct date_word *found = date_word_find(letters);
    if (letters.size == 0 || (unsigned char)letters.bytes[0] < 0xE3)
        return found;
    letters = text_slice(letters, 0, utf8_boundary_before(letters, sizeof(words->word)));
    while (!found && letters.size > 3) {
        letters.size = utf8_boundary_before(letters, letters.size - 1);
        found = date_word_find(letters);
    }
    return found;
}
