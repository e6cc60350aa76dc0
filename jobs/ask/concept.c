/* concept.c - compares the words of a question with texts. */
#include "jobs/ask/concept.h"

#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/search/index_words.h"

const double related_strength = 0.85, topic_strength = 0.45;

/* Korean words begin alike, but their endings differ: the first two syllables are often the stem.
 */
static const double partial_strength = 0.6;

enum { PARTIAL_SYLLABLES = 2, MAX_WAYS = 200 };

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

/* ---- Texts and ways ---- */

struct compared_text compared_text_make(struct text text, struct arena *arena)
{
    struct compared_text made = {.key = normalize_key(text, arena)};
    made.terms = terms_extract(text, arena, &made.term_count);
    return made;
}

struct way way_make(struct text phrase, double strength, struct arena *arena)
{
    struct way way = {.text = normalize_key(phrase, arena), .strength = strength};
    if (!has_unspaced(way.text))
        way.terms = terms_extract(phrase, arena, &way.term_count);
    return way;
}

bool way_is_korean(const struct way *way)
{
    return !way->terms;
}

struct text way_format_query(const struct way *way, struct arena *arena)
{
    struct text words = index_words_fold(way->text, arena);
    return arena_format(arena, "\"%.*s\"%s", TEXT_ARGUMENT(words), way_is_korean(way) ? " *" : "");
}

static bool terms_contain(const struct compared_text *text, const struct way *way)
{
    for (size_t i = 0; way->term_count > 0 && i + way->term_count <= text->term_count; i++) {
        size_t same = 0;
        while (same < way->term_count && text->terms[i + same].hash == way->terms[same].hash)
            same++;
        if (same == way->term_count)
            return true;
    }
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
    if (key_contains(text->key, way->text, syllables >= PARTIAL_SYLLABLES))
        return way->strength;
    if (syllables <= PARTIAL_SYLLABLES || text_find(way->text, TEXT(" "), 0) < way->text.size)
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
        double match = way_is_korean(way)         ? match_korean(way, text)
                       : terms_contain(text, way) ? way->strength
                                                  : 0;
        best = match > best ? match : best;
    }
    return best;
}

/* ---- Related words ---- */

void related_words_load(struct related_words *related, struct arena *arena)
{
    size_t group_count = sizeof(groups) / sizeof(*groups), capacity = 0;
    for (size_t i = 0; i < group_count; i++)
        capacity += strlen(groups[i]); /* more than enough: a word has at least a byte */
    related->ways = arena_alloc(arena, capacity, sizeof(*related->ways));
    related->groups = arena_alloc(arena, capacity, sizeof(*related->groups));
    for (size_t i = 0; i < group_count; i++) {
        struct text rest = text_of(groups[i]), word;
        while (text_split(&rest, ';', &word)) {
            related->ways[related->count] = way_make(word, related_strength, arena);
            related->groups[related->count++] = i;
        }
    }
}

/* Whether two ways are the same word: of Korean, one is the beginning of the other, and the
 * shorter one has at least two syllables. */
static bool is_same_word(const struct way *a, const struct way *b)
{
    if (way_is_korean(a) != way_is_korean(b))
        return false;
    if (way_is_korean(a)) {
        const struct way *shorter = a->text.size < b->text.size ? a : b,
                         *longer = shorter == a ? b : a;
        return text_equal(a->text, b->text) ||
               (text_starts_with(longer->text, shorter->text) &&
                utf8_count_code_points(shorter->text) >= PARTIAL_SYLLABLES);
    }
    bool same = a->term_count == b->term_count && a->term_count > 0;
    for (size_t i = 0; same && i < a->term_count; i++)
        same = a->terms[i].hash == b->terms[i].hash;
    return same;
}

bool related_words_are_related(const struct related_words *related, const struct way *word,
                               const struct way *other)
{
    if (is_same_word(word, other))
        return true;
    for (size_t i = 0; i < related->count; i++)
        for (size_t k = 0; k < related->count && is_same_word(&related->ways[i], word); k++)
            if (related->groups[k] == related->groups[i] && is_same_word(&related->ways[k], other))
                return true;
    return false;
}

struct way *related_words_expand(const struct related_words *related, const struct way *ways,
                                 size_t *count, struct arena *arena)
{
    size_t own = *count;
    struct way *all = arena_alloc(arena, own + MAX_WAYS, sizeof(*all));
    memcpy(all, ways, own * sizeof(*all));
    for (size_t i = 0; i < related->count; i++) {
        bool is_own = false;
        for (size_t k = 0; k < own; k++)
            is_own |= is_same_word(&related->ways[i], &ways[k]);
        for (size_t k = 0; is_own && k < related->count && *count < own + MAX_WAYS; k++)
            if (related->groups[k] == related->groups[i])
                all[(*count)++] = related->ways[k];
    }
    return all;
}
