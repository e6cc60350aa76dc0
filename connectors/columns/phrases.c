/* phrases.c - splits names into words, and finds phrases. */
#include "connectors/columns/phrases.h"

#include <string.h>

#include "base/ascii.h"
#include "base/normalize.h"
#include "base/utf8.h"

enum { MAX_PHRASED_SIZE = 1024 };

/* "whatYouLike" becomes "what You Like". */
static struct text split_camel_case(struct text name, struct arena *arena)
{
    char *bytes = arena_alloc(arena, name.size * 2 + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < name.size; i++) {
        if (i > 0 && ascii_is_lower(name.bytes[i - 1]) && ascii_is_upper(name.bytes[i]))
            bytes[size++] = ' ';
        bytes[size++] = name.bytes[i];
    }
    return (struct text){bytes, size};
}

struct text phrase_fold(struct text text, struct arena *arena)
{
    struct text folded = normalize_key(text, arena), dotless_i = TEXT("\xC4\xB1"),
                dot = TEXT("\xCC\x87");
    if (utf8_ascii_end(folded, 0) == folded.size)
        return folded;
    char *bytes = arena_alloc(arena, folded.size + 1, 1);
    size_t size = 0;
    for (size_t at = 0; at < folded.size; at++) {
        struct text rest = text_slice(folded, at, folded.size);
        bool is_dotless_i = text_starts_with(rest, dotless_i);
        if (is_dotless_i)
            bytes[size++] = 'i';
        if (is_dotless_i || text_starts_with(rest, dot))
            at++; /* both have two bytes */
        else
            bytes[size++] = folded.bytes[at];
    }
    return (struct text){bytes, size};
}

struct text phrase_split_words(struct text name, struct arena *arena)
{
    name = text_slice(name, 0, utf8_boundary_before(name, MAX_PHRASED_SIZE));
    struct text folded = phrase_fold(split_camel_case(name, arena), arena);
    char *bytes = arena_alloc(arena, folded.size + 1, 1);
    size_t written = 0, size;
    for (size_t at = 0; at < folded.size; at += size) {
        if (normalize_letter_class(utf8_decode(folded, at, &size)) != LETTER_NONE) {
            memcpy(bytes + written, folded.bytes + at, size);
            written += size;
        } else if (written > 0 && bytes[written - 1] != ' ') {
            bytes[written++] = ' ';
        }
    }
    while (written > 0 && bytes[written - 1] == ' ')
        written--;
    return (struct text){bytes, written};
}

/* Whether the phrase begins with a script whose words are joined to others. */
static bool is_joined(struct text phrase)
{
    size_t size;
    return phrase.size > 0 && (signed char)phrase.bytes[0] < 0 &&
           normalize_letter_class(utf8_decode(phrase, 0, &size)) == LETTER_UNSPACED_SCRIPT;
}

/* The end of the phrase, which is at `begin`, in words whose blanks do not count; 0 if it is not
 * there. */
static size_t match_joined(struct text words, struct text phrase, size_t begin)
{
    size_t at = begin;
    for (size_t i = 0; i < phrase.size; i++, at++) {
        while (i > 0 && at < words.size && words.bytes[at] == ' ')
            at++;
        if (at == words.size || words.bytes[at] != phrase.bytes[i])
            return 0;
    }
    return at;
}

static struct phrase_place find_joined(struct text words, struct text phrase)
{
    for (size_t at = 0; at < words.size; at++) {
        size_t end = match_joined(words, phrase, at);
        if (end > 0)
            return (struct phrase_place){at, end};
    }
    return (struct phrase_place){0};
}

struct phrase_place phrase_find(struct text words, struct text phrase)
{
    if (words.size == 0 || !memchr(words.bytes, phrase.bytes[0], words.size))
        return (struct phrase_place){0}; /* most phrases are of other languages */
    if (is_joined(phrase))
        return find_joined(words, phrase);
    bool is_prefix = text_ends_with(phrase, TEXT("*"));
    if (is_prefix)
        phrase.size--;
    for (size_t at = text_find(words, phrase, 0); at < words.size;
         at = text_find(words, phrase, at + 1)) {
        size_t end = at + phrase.size;
        bool begins = at == 0 || words.bytes[at - 1] == ' ';
        if (begins && (is_prefix || end == words.size || words.bytes[end] == ' '))
            return (struct phrase_place){at, end};
    }
    return (struct phrase_place){0};
}

bool phrase_is_within(struct text words, struct text phrase)
{
    struct phrase_place place = phrase_find(words, phrase);
    return place.end > place.begin;
}

bool phrase_begins(struct text words, struct text phrase)
{
    struct phrase_place place = phrase_find(words, phrase);
    return place.end > place.begin && place.begin == 0;
}
