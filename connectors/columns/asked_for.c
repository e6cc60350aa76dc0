/* asked_for.c - compares questions and names of columns with data/asked_for.tsv. */
#include "connectors/columns/asked_for.h"

#include "connectors/columns/phrases.h"

enum phrase_match { WITHIN, NAME, NEUTRAL };

static const struct {
    struct text phrase;
    enum phrase_match match;
    enum asked_for asked_for;
} known_phrases[] = {
#define ROW(language, phrase, match, asked_for) {{phrase, sizeof(phrase) - 1}, match, asked_for},
#include "connectors/columns/data/asked_for.inc"
#undef ROW
};

enum { KNOWN_PHRASE_COUNT = sizeof(known_phrases) / sizeof(*known_phrases), MAX_FOUND = 64 };

struct found_phrase {
    struct phrase_place place;
    enum asked_for asked_for;
};

static size_t find_phrases(struct text words, struct found_phrase found[MAX_FOUND])
{
    size_t count = 0;
    for (size_t i = 0; i < KNOWN_PHRASE_COUNT && count < MAX_FOUND; i++) {
        if (known_phrases[i].match != WITHIN)
            continue;
        struct phrase_place place = phrase_find(words, known_phrases[i].phrase);
        if (place.end > place.begin)
            found[count++] = (struct found_phrase){place, known_phrases[i].asked_for};
    }
    return count;
}

static bool contains(struct phrase_place outer, struct phrase_place inner)
{
    return outer.begin <= inner.begin && inner.end <= outer.end &&
           outer.end - outer.begin > inner.end - inner.begin;
}

/* Whether `other` decides instead: "not like" contains "like". Of two phrases that share a word,
 * praise gives way: "did you like" and "like least". */
static bool is_overruled_by(const struct found_phrase *found, const struct found_phrase *other)
{
    bool overlaps = other->place.begin < found->place.end && found->place.begin < other->place.end;
    return contains(other->place, found->place) ||
           (overlaps && !contains(found->place, other->place) &&
            found->asked_for == ASKED_FOR_PRAISE);
}

static bool is_overruled(const struct found_phrase *found, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++)
        if (found[i].asked_for != found[index].asked_for &&
            is_overruled_by(&found[index], &found[i]))
            return true;
    return false;
}

enum asked_for asked_for_by_question(struct text question)
{
    struct arena arena = {0};
    struct found_phrase found[MAX_FOUND];
    bool asks_for[ASKED_FOR_COUNT] = {0};
    size_t count = find_phrases(phrase_split_words(question, &arena), found);
    for (size_t i = 0; i < count; i++)
        if (!is_overruled(found, count, i))
            asks_for[found[i].asked_for] = true;
    arena_free(&arena);
    if (asks_for[ASKED_FOR_PRAISE] == asks_for[ASKED_FOR_COMPLAINT])
        return ASKED_FOR_ANYTHING;
    return asks_for[ASKED_FOR_PRAISE] ? ASKED_FOR_PRAISE : ASKED_FOR_COMPLAINT;
}

/* Numbers in paths of lists, "pros.1", are neutral too. */
static bool is_neutral(struct text word)
{
    int64_t number;
    if (text_to_integer(word, &number))
        return true;
    for (size_t i = 0; i < KNOWN_PHRASE_COUNT; i++)
        if (known_phrases[i].match == NEUTRAL && text_equal(word, known_phrases[i].phrase))
            return true;
    return false;
}

/* "positive review" without its neutral words: "positive". */
static struct text drop_neutral_words(struct text words, struct arena *arena)
{
    struct text kept = {0}, word;
    while (text_split(&words, ' ', &word))
        if (!is_neutral(word))
            kept = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(kept), kept.size ? " " : "",
                                TEXT_ARGUMENT(word));
    return kept;
}

static enum asked_for find_side(struct text words)
{
    for (size_t i = 0; words.size > 0 && i < KNOWN_PHRASE_COUNT; i++)
        if (known_phrases[i].match != NEUTRAL && text_equal(words, known_phrases[i].phrase))
            return known_phrases[i].asked_for;
    return ASKED_FOR_ANYTHING;
}

/* The part after the last point of "hotel.review.positive". */
static struct text last_part(struct text name)
{
    size_t begin = 0;
    for (size_t i = 0; i < name.size; i++)
        if (name.bytes[i] == '.')
            begin = i + 1;
    return text_slice(name, begin, name.size);
}

enum asked_for asked_for_by_side(struct text name)
{
    struct arena arena = {0};
    struct text words = phrase_split_words(name, &arena),
                part = phrase_split_words(last_part(name), &arena);
    /* The name itself may be a sign: "+". */
    const struct text forms[] = {words, drop_neutral_words(words, &arena), part,
                                 drop_neutral_words(part, &arena), text_trim(name)};
    enum asked_for side = ASKED_FOR_ANYTHING;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms) && side == ASKED_FOR_ANYTHING; i++)
        side = find_side(forms[i]);
    arena_free(&arena);
    return side;
}

bool asked_for_is_neutral(struct text name)
{
    struct arena arena = {0};
    struct text words = phrase_split_words(name, &arena);
    bool is_empty = drop_neutral_words(words, &arena).size == 0;
    arena_free(&arena);
    return is_empty;
}
