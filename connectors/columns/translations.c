/* translations.c - compares the names of columns without the words for originals, translations and
 * languages. */
#include "connectors/columns/translations.h"

#include <string.h>

#include "connectors/columns/column_names.h"
#include "connectors/columns/phrases.h"

enum meaning { PLAIN, NEUTRAL, LANGUAGE, TRANSLATED, ORIGINAL };

static const struct {
    struct text phrase;
    enum meaning meaning;
} known_phrases[] = {
#define ROW(language, phrase, meaning) {{phrase, sizeof(phrase) - 1}, meaning},
#include "connectors/columns/data/translation_words.inc"
#undef ROW
};

enum { KNOWN_PHRASE_COUNT = sizeof(known_phrases) / sizeof(*known_phrases) };

/* A name without the listed phrases, and the strongest meaning of these. */
struct version {
    struct text stem;
    enum meaning meaning;
    bool is_text; /* the whole name is one for texts */
};

/* Removes the bytes of the place, and blanks at the ends and next to others. */
static struct text cut_place(struct text words, struct phrase_place place, struct arena *arena)
{
    struct text before = text_trim(text_slice(words, 0, place.begin));
    struct text after = text_trim(text_slice(words, place.end, words.size));
    const char *separator = before.size && after.size ? " " : "";
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(before), separator,
                        TEXT_ARGUMENT(after));
}

static struct version read_version(struct text name, struct arena *arena)
{
    struct version version = {.stem = phrase_split_words(name, arena)};
    uint64_t bytes = column_name_bytes(version.stem);
    for (size_t i = 0; i < KNOWN_PHRASE_COUNT; i++) {
        if (!column_name_may_contain(bytes, known_phrases[i].phrase))
            continue;
        struct phrase_place place = phrase_find(version.stem, known_phrases[i].phrase);
        if (place.begin == place.end)
            continue;
        version.stem = cut_place(version.stem, place, arena);
        if (known_phrases[i].meaning > version.meaning)
            version.meaning = known_phrases[i].meaning;
    }
    version.is_text = column_name_score(ROLE_TEXT, name) >= COLUMN_NAME_EXACT;
    return version;
}

/* How likely `original` is the original of `copy`; 0: it is not. Of two languages, the first column
 * counts as the original. */
static int rank_original(const struct version *versions, size_t original, size_t copy)
{
    const struct version *one = &versions[original], *other = &versions[copy];
    bool is_same = text_equal(one->stem, other->stem);
    if (one->meaning == ORIGINAL)
        return is_same ? 4 : 0;
    if (one->meaning <= NEUTRAL && is_same && (one->stem.size > 0 || one->is_text))
        return 3;
    if (one->meaning == LANGUAGE && is_same && one->stem.size > 0 &&
        (other->meaning == TRANSLATED || original < copy))
        return 2;
    /* "Review" and "Translation" */
    bool is_bare = other->meaning == TRANSLATED && other->stem.size == 0;
    return is_bare && one->meaning <= NEUTRAL && one->is_text ? 1 : 0;
}

static size_t find_original(const struct version *versions, size_t count, size_t copy)
{
    size_t found = SIZE_MAX;
    int best = 0;
    if (versions[copy].meaning != LANGUAGE && versions[copy].meaning != TRANSLATED)
        return SIZE_MAX;
    for (size_t column = 0; column < count; column++) {
        int rank = column == copy ? 0 : rank_original(versions, column, copy);
        if (rank > best) {
            best = rank;
            found = column;
        }
    }
    return found;
}

/* Whether the cells can be texts: not the language "de", nor numbers. */
static bool may_be_text(const struct samples *samples, size_t column)
{
    struct column_profile profile = column_profile_measure(samples, column);
    return profile.filled == 0 ||
           (!column_profile_has_numbers(&profile) && column_profile_mean_size(&profile) > 3);
}

struct translations translations_find(const struct samples *samples, const bool *is_taken,
                                      struct arena *arena)
{
    size_t count = samples->count, found = 0;
    struct version *versions = arena_alloc(arena, count + 1, sizeof(*versions));
    size_t *originals = arena_alloc(arena, count + 1, sizeof(*originals));
    size_t *copies = arena_alloc(arena, count + 1, sizeof(*copies));
    for (size_t i = 0; i < count; i++) {
        versions[i] = read_version(samples->names[i], arena);
        originals[i] = copies[i] = SIZE_MAX;
    }
    for (size_t i = 0; i < count; i++) {
        size_t original = is_taken[i] ? SIZE_MAX : find_original(versions, count, i);
        if (original == SIZE_MAX || originals[original] != SIZE_MAX ||
            !may_be_text(samples, original) || !may_be_text(samples, i))
            continue;
        originals[i] = original;
        if (copies[original] == SIZE_MAX)
            copies[original] = i;
        found++;
    }
    return found ? (struct translations){originals, copies, count} : (struct translations){0};
}

bool translations_include(const struct translations *translations, size_t column)
{
    return column < translations->count && translations->originals[column] != SIZE_MAX;
}

struct text translations_cell(const struct translations *translations, const struct text *cells,
                              size_t column)
{
    if (column >= translations->count || translations->copies[column] == SIZE_MAX ||
        text_trim(cells[column]).size > 0)
        return cells[column];
    return cells[translations->copies[column]];
}
