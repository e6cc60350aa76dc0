/* concept.c - compares the words of a question with texts. */
#include "jobs/ask/concept.h"

#include <math.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "jobs/ask/tokens.h"
#include "stages/search/index_words.h"

const double related_strength = 0.85, loose_strength = 0.4, topic_strength = 0.3;

/* Korean words begin alike, but their endings differ: the first two syllables are often the stem.
 */
static const double partial_strength = 0.6;

/* Of a word with many meanings, a word that is in one of its groups only. */
static const double doubtful_strength = 0.6;

enum { PARTIAL_SYLLABLES = 2, MAX_WAYS = 300, MANY_GROUPS = 4 };

static const char *const groups[] = {
#define ROW(words) words,
#include "jobs/ask/data/related_words.inc"
#undef ROW
};

static bool is_unspaced(struct text text, size_t at)
{
    size_t size;
    return at < text.size &&
           normalize_letter_class(utf8_decode(text, at, &size)) == LETTER_UNSPACED_SCRIPT;
}

static bool has_unspaced(struct text text)
{
    for (size_t at = 0, size; at < text.size; at += size) {
        utf8_decode(text, at, &size);
        if (is_unspaced(text, at))
            return true;
    }
    return false;
}

static bool has_blank(struct text text)
{
    return text_find(text, TEXT(" "), 0) < text.size;
}

/* ---- Stems ---- */

static bool strip(struct text *word, struct text ending, size_t min_left)
{
    if (word->size < ending.size + min_left || !text_ends_with(*word, ending))
        return false;
    word->size -= ending.size;
    return true;
}

static bool has_vowel(struct text word)
{
    for (size_t i = 0; i < word.size; i++)
        if (strchr("aeiouy", word.bytes[i]))
            return true;
    return false;
}

/* "cancell" of "cancelled" and "cancellation" becomes "cancel". */
static void strip_double(struct text *word)
{
    char last = word->size > 3 ? word->bytes[word->size - 1] : 0;
    if (last >= 'a' && last <= 'z' && last == word->bytes[word->size - 2])
        word->size--;
}

/* "deliveries", "delivered", "delivery" and "deliver" become one stem, "recordings" and "record"
 * too, and "friendly" and "friendliness". Other words may get a wrong stem, but the same one in
 * questions and texts. */
static struct text stem(struct text word)
{
    strip(&word, TEXT("'s"), 2);
    strip(&word, TEXT("\xE2\x80\x99s"), 2);
    if (!strip(&word, TEXT("ies"), 3) && !text_ends_with(word, TEXT("ss")) &&
        !text_ends_with(word, TEXT("us")) && !text_ends_with(word, TEXT("is")))
        strip(&word, TEXT("s"), 3);
    struct text shorter = word;
    if ((strip(&shorter, TEXT("ing"), 3) || strip(&shorter, TEXT("ed"), 3)) && has_vowel(shorter)) {
        word = shorter;
    } else if (!strip(&word, TEXT("liness"), 4) && !strip(&word, TEXT("iness"), 4) &&
               !strip(&word, TEXT("ness"), 4) && !strip(&word, TEXT("ation"), 4)) {
        strip(&word, TEXT("ly"), 4);
    }
    size_t min_left = text_ends_with(word, TEXT("ice")) ? 4 : 3; /* "mice" is not "mic" */
    if (strip(&word, TEXT("e"), min_left))
        return word; /* "latte" is not "late" */
    strip(&word, TEXT("y"), 3);
    strip_double(&word);
    return word;
}

static const uint64_t *make_stems(struct text text, struct arena *arena, size_t *count)
{
    struct tokens tokens = tokens_split(text, arena);
    uint64_t *stems = arena_alloc(arena, tokens.count + 1, sizeof(*stems));
    *count = 0;
    for (size_t i = 0; i < tokens.count; i++)
        if (tokens.items[i].kind != LETTER_UNSPACED_SCRIPT)
            stems[(*count)++] = hash_text(stem(tokens.items[i].text));
    return stems;
}

/* ---- Texts and ways ---- */

static struct text without_blanks(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] != ' ')
            bytes[size++] = text.bytes[i];
    return (struct text){bytes, size};
}

struct compared_text compared_text_make(struct text text, struct arena *arena)
{
    struct compared_text made = {.key = normalize_key(text, arena)};
    made.joined = without_blanks(made.key, arena);
    made.stems = make_stems(text, arena, &made.stem_count);
    return made;
}

struct way way_make(struct text phrase, double strength, struct arena *arena)
{
    struct way way = {.text = normalize_key(phrase, arena), .strength = strength};
    way.joined = has_blank(way.text) ? without_blanks(way.text, arena) : way.text;
    if (!has_unspaced(way.text))
        way.stems = make_stems(phrase, arena, &way.stem_count);
    return way;
}

bool way_is_korean(const struct way *way)
{
    return !way->stems;
}

struct text way_format_query(const struct way *way, struct arena *arena)
{
    struct text words = index_words_fold(way->text, arena);
    if (!way_is_korean(way))
        return arena_format(arena, "\"%.*s\"", TEXT_ARGUMENT(words));
    struct text query = arena_format(arena, "\"%.*s\" *", TEXT_ARGUMENT(words));
    if (has_blank(way->text)) {
        words = index_words_fold(way->joined, arena);
        query =
            arena_format(arena, "%.*s OR \"%.*s\" *", TEXT_ARGUMENT(query), TEXT_ARGUMENT(words));
    }
    return query;
}

static bool has_stems_at(const struct compared_text *text, size_t at, const struct way *way)
{
    if (way->stem_count == 0 || at + way->stem_count > text->stem_count)
        return false;
    return memcmp(text->stems + at, way->stems, way->stem_count * sizeof(*way->stems)) == 0;
}

static bool has_stems(const struct compared_text *text, const struct way *way)
{
    for (size_t at = 0; at < text->stem_count; at++)
        if (has_stems_at(text, at, way))
            return true;
    return false;
}

/* Where the text has `part` at the beginning of a run of Hangul, or, if it has several syllables,
 * within one. */
static bool key_contains(struct text key, struct text part, bool within_run)
{
    for (size_t at = text_find(key, part, 0); at < key.size; at = text_find(key, part, at + 1)) {
        if (within_run)
            return true;
        size_t before = at > 0 ? utf8_boundary_before(key, at - 1) : 0;
        if (at == 0 || !is_unspaced(key, before))
            return true;
    }
    return false;
}

static double match_korean(const struct way *way, const struct compared_text *text)
{
    size_t syllables = utf8_count_code_points(way->text), prefix = 0, size;
    if (way->text.size > text->key.size && syllables <= PARTIAL_SYLLABLES)
        return 0;
    if (has_blank(way->text))
        return text_find(text->joined, way->joined, 0) < text->joined.size ? way->strength : 0;
    if (key_contains(text->key, way->text, syllables >= PARTIAL_SYLLABLES))
        return way->strength;
    if (syllables <= PARTIAL_SYLLABLES)
        return 0;
    for (int i = 0; i < PARTIAL_SYLLABLES; i++, prefix += size)
        utf8_decode(way->text, prefix, &size);
    return key_contains(text->key, text_slice(way->text, 0, prefix), false)
               ? partial_strength * way->strength
               : 0;
}

double concept_match(const struct concept *concept, const struct compared_text *text)
{
    double best = 0;
    for (size_t i = 0; i < concept->way_count; i++) {
        const struct way *way = &concept->ways[i];
        if (way->strength <= best)
            continue;
        double match = way_is_korean(way)     ? match_korean(way, text)
                       : has_stems(text, way) ? way->strength
                                              : 0;
        best = match > best ? match : best;
    }
    return best;
}

/* ---- Related words ---- */

/* Whether it has several words: "customer service", "pre-existing". */
static bool is_phrase(const struct way *way)
{
    return way_is_korean(way) ? has_blank(way->text) : way->stem_count > 1;
}

static void add_words(struct related_words *related, struct text words, size_t group,
                      enum kinship kinship, struct arena *arena)
{
    struct text word;
    while (text_split(&words, ';', &word)) {
        related->ways[related->count] = way_make(word, related_strength, arena);
        related->kinships[related->count] = kinship;
        related->groups[related->count++] = group;
    }
}

void related_words_load(struct related_words *related, struct arena *arena)
{
    size_t group_count = sizeof(groups) / sizeof(*groups), capacity = 0;
    for (size_t i = 0; i < group_count; i++)
        capacity += strlen(groups[i]); /* more than enough: a word has at least a byte */
    related->ways = arena_alloc(arena, capacity, sizeof(*related->ways));
    related->groups = arena_alloc(arena, capacity, sizeof(*related->groups));
    related->kinships = arena_alloc(arena, capacity, sizeof(*related->kinships));
    for (size_t i = 0; i < group_count; i++) {
        struct text loose = text_of(groups[i]), kinds, near;
        text_split(&loose, '|', &kinds);
        text_split(&kinds, '>', &near);
        add_words(related, near, i, KINSHIP_NEAR, arena);
        add_words(related, kinds, i, KINSHIP_KIND, arena);
        add_words(related, loose, i, KINSHIP_LOOSE, arena);
    }
}

bool way_is_same_word(const struct way *a, const struct way *b)
{
    if (way_is_korean(a) != way_is_korean(b))
        return false;
    if (way_is_korean(a)) {
        if (has_blank(a->text) != has_blank(b->text))
            return false;
        const struct way *shorter = a->text.size < b->text.size ? a : b,
                         *longer = shorter == a ? b : a;
        return text_equal(a->text, b->text) ||
               (!has_blank(a->text) && text_starts_with(longer->text, shorter->text) &&
                utf8_count_code_points(shorter->text) >= PARTIAL_SYLLABLES);
    }
    return a->stem_count == b->stem_count && a->stem_count > 0 &&
           memcmp(a->stems, b->stems, a->stem_count * sizeof(*a->stems)) == 0;
}

/* A Korean adjective before a noun without its ending: "빠른" and "빠를" are "빠르", of which the
 * syllable has no final consonant. */
static struct way without_final_consonant(const struct way *way, struct arena *arena)
{
    enum { FIRST_SYLLABLE = 0xAC00, LAST_SYLLABLE = 0xD7A3, FINALS = 28 };
    enum { FINAL_N = 4, FINAL_L = 8, FINAL_M = 16, FINAL_B = 17, FINAL_SS = 20 };
    struct way made = *way;
    size_t at = way->text.size > 0 ? utf8_boundary_before(way->text, way->text.size - 1) : 0, size;
    uint32_t syllable = way->text.size > 0 ? utf8_decode(way->text, at, &size) : 0;
    if (syllable < FIRST_SYLLABLE || syllable > LAST_SYLLABLE)
        return made;
    uint32_t final = (syllable - FIRST_SYLLABLE) % FINALS;
    if (final != FINAL_N && final != FINAL_L && final != FINAL_M && final != FINAL_B &&
        final != FINAL_SS)
        return made;
    char bytes[4];
    size = utf8_encode(syllable - final, bytes);
    made.text = arena_format(arena, "%.*s%.*s", (int)at, way->text.bytes, (int)size, bytes);
    return made;
}

const struct way *related_words_find_phrase(const struct related_words *related,
                                            const struct way *phrase)
{
    for (size_t i = 0; i < related->count; i++) {
        const struct way *way = &related->ways[i];
        if (is_phrase(way) && way_is_korean(way) == way_is_korean(phrase) &&
            (way_is_korean(way) ? text_starts_with(phrase->text, way->text)
                                : way_is_same_word(way, phrase)))
            return way;
    }
    return NULL;
}

/* Sets how close one of the ways is to the words of each group, KINSHIP_NONE: it is not in it.
 * Returns the number of groups that have one. */
static size_t find_groups(const struct related_words *related, const struct way *ways, size_t count,
                          enum kinship *kinships, struct arena *arena)
{
    struct way *plain = arena_alloc(arena, count, sizeof(*plain));
    size_t found = 0;
    for (size_t k = 0; k < count; k++)
        plain[k] = without_final_consonant(&ways[k], arena);
    for (size_t i = 0; i < related->count; i++)
        kinships[related->groups[i]] = KINSHIP_NONE;
    for (size_t i = 0; i < related->count; i++) {
        enum kinship *kinship = &kinships[related->groups[i]];
        for (size_t k = 0; k < count && related->kinships[i] < *kinship; k++)
            if (way_is_same_word(&related->ways[i], &ways[k]) ||
                way_is_same_word(&related->ways[i], &plain[k])) {
                found += *kinship == KINSHIP_NONE;
                *kinship = related->kinships[i];
            }
    }
    return found;
}

/* Whether two words of a group mean the same: "pet" and "dog", but not "dog" and "cat". */
static bool are_near(enum kinship a, enum kinship b)
{
    return (a == KINSHIP_NEAR && b <= KINSHIP_KIND) || (b == KINSHIP_NEAR && a <= KINSHIP_KIND);
}

struct way *related_words_expand(const struct related_words *related, const struct way *ways,
                                 size_t *count, struct arena *arena)
{
    size_t own = *count;
    struct way *all = arena_alloc(arena, own + MAX_WAYS, sizeof(*all));
    size_t *shared = arena_alloc(arena, own + MAX_WAYS, sizeof(*shared));
    memcpy(all, ways, own * sizeof(*all));
    enum kinship *kinships = arena_alloc(arena, related->count, sizeof(*kinships));
    size_t own_groups = find_groups(related, ways, own, kinships, arena);
    struct hash_table indexes = {0};
    for (size_t i = 0; i < own; i++)
        hash_table_get_or_insert(&indexes, hash_text(ways[i].text), i, NULL);
    for (size_t i = 0; i < related->count; i++) {
        enum kinship kinship = kinships[related->groups[i]];
        bool is_new;
        if (kinship == KINSHIP_NONE || *count == own + MAX_WAYS)
            continue;
        size_t index =
            *hash_table_get_or_insert(&indexes, hash_text(related->ways[i].text), *count, &is_new);
        if (is_new) {
            all[(*count)++] = related->ways[i];
            all[index].strength = loose_strength;
        }
        if (index >= own && are_near(kinship, related->kinships[i]))
            all[index].strength = related_strength;
        shared[index]++;
    }
    for (size_t i = own; i < *count; i++)
        if (own_groups >= MANY_GROUPS && shared[i] == 1)
            all[i].strength = fmin(all[i].strength, doubtful_strength);
    hash_table_free(&indexes);
    return all;
}
