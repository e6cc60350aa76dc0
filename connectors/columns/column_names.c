/* column_names.c - compares the names of columns with data/column_names.tsv. */
#include "connectors/columns/column_names.h"

#include <string.h>

#include "base/ascii.h"

enum { MAX_NAME_SIZE = 96 };

enum name_match { WHOLE, PART, EXCLUDED, NEVER };

static const struct known_name {
    struct text words; /* lower case, single blanks */
    enum role role;
    enum name_match match;
    int score;
} known_names[] = {
#define ROW(language, name, role, match, score) {{name, sizeof(name) - 1}, role, match, score},
#include "connectors/columns/data/column_names.inc"
#undef ROW
};

/* The scores in the list keep the promise of COLUMN_NAME_EXACT. */
#define ROW(language, name, role, match, score)                                                    \
    _Static_assert(((match) == WHOLE) == ((score) >= COLUMN_NAME_EXACT), name);
#include "connectors/columns/data/column_names.inc"
#undef ROW

enum { KNOWN_NAME_COUNT = sizeof(known_names) / sizeof(*known_names) };

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

/* Normalizes "ReviewText", "review_text" and " Review  Text: " to "review text". A long name is
 * cut. */
static struct text normalize_column_name(struct text name, char normalized[MAX_NAME_SIZE])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size && size + 2 < MAX_NAME_SIZE; i++) {
        char byte = name.bytes[i];
        bool letter = ascii_is_alphanumeric(byte) || (signed char)byte < 0 || byte == '#';
        bool is_camel_boundary =
            i > 0 && is_upper(byte) &&
            (is_lower(name.bytes[i - 1]) ||
             (is_upper(name.bytes[i - 1]) && i + 1 < name.size && is_lower(name.bytes[i + 1])));
        if ((!letter || is_camel_boundary) && size > 0 && normalized[size - 1] != ' ')
            normalized[size++] = ' ';
        if (letter)
            normalized[size++] = ascii_to_lower(byte);
    }
    while (size > 0 && normalized[size - 1] == ' ')
        size--;
    return (struct text){normalized, size};
}

/* Whether the phrase is in the name as whole words. A phrase that does not begin with an ASCII
 * character also matches within a word, since Korean joins words. */
static bool contains_phrase(struct text normalized, struct text phrase)
{
    bool is_ascii = (signed char)phrase.bytes[0] >= 0;
    for (size_t at = text_find(normalized, phrase, 0); at < normalized.size;
         at = text_find(normalized, phrase, at + 1)) {
        bool begins = at == 0 || normalized.bytes[at - 1] == ' ';
        size_t end = at + phrase.size;
        bool ends = end == normalized.size || normalized.bytes[end] == ' ';
        if (!is_ascii || (begins && ends))
            return true;
    }
    return false;
}

/* The score by the whole name; -1 if the name is not listed. */
static int score_whole_name(enum role role, struct text normalized)
{
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++)
        if (known_names[i].role == role && known_names[i].match == WHOLE &&
            text_equal(normalized, known_names[i].words))
            return known_names[i].score;
    return -1;
}

static int score_normalized_name(enum role role, struct text normalized)
{
    enum { QUESTION_BLANKS = 6, MAX_WEAK_SCORE = 49 };
    int score = score_whole_name(role, normalized);
    if (score >= 0)
        return score;
    /* A whole question contains many words by chance: only strong ones count. */
    size_t blanks = 0;
    for (size_t i = 0; i < normalized.size; i++)
        blanks += normalized.bytes[i] == ' ';
    int threshold = blanks >= QUESTION_BLANKS ? MAX_WEAK_SCORE : 0, best = threshold;
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++) {
        const struct known_name *known = &known_names[i];
        bool is_excluded = known->match == EXCLUDED || known->match == NEVER;
        bool can_matter = is_excluded || (known->match == PART && known->score > best);
        if (known->role != role || !can_matter || !contains_phrase(normalized, known->words))
            continue;
        if (is_excluded)
            return 0;
        best = known->score;
    }
    return best == threshold ? 0 : best;
}

bool column_name_forbids(enum role role, struct text name)
{
    char normalized[MAX_NAME_SIZE];
    struct text words = normalize_column_name(text_trim(name), normalized);
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++)
        if (known_names[i].role == role && known_names[i].match == NEVER &&
            contains_phrase(words, known_names[i].words))
            return score_whole_name(role, words) < 0;
    return false;
}

int column_name_score(enum role role, struct text name)
{
    if (role == ROLE_NONE)
        return 0;
    char normalized[MAX_NAME_SIZE];
    name = text_trim(name);
    int best = score_normalized_name(role, normalize_column_name(name, normalized));
    /* fields of nested objects: "attributes.body", "im:rating.label" */
    size_t dot = text_find(name, TEXT("."), 0);
    if (dot == name.size || text_find(name, TEXT(" "), 0) < name.size)
        return best;
    struct text parent = name;
    if (name.size > 6 && text_equal(text_slice(name, name.size - 6, name.size), TEXT(".label")))
        parent = text_slice(name, 0, name.size - 6);
    size_t last = 0;
    for (size_t i = 0; i < parent.size; i++)
        if (parent.bytes[i] == '.' || parent.bytes[i] == ':')
            last = i + 1;
    int last_part_score = score_normalized_name(
        role, normalize_column_name(text_slice(parent, last, parent.size), normalized));
    return last_part_score > best + 1 ? last_part_score - 1 : best;
}

bool column_name_is_question(struct text name)
{
    static const struct text phrases[] = {
#define ROW(language, phrase) {phrase, sizeof(phrase) - 1},
#include "connectors/columns/data/question_phrases.inc"
#undef ROW
    };
    char normalized[MAX_NAME_SIZE];
    if (text_find(name, TEXT("?"), 0) < name.size || text_find(name, TEXT("？"), 0) < name.size)
        return true;
    struct text words = normalize_column_name(name, normalized);
    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        if (contains_phrase(words, phrases[i]))
            return true;
    return false;
}

size_t column_find_exactly(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(names[i], name))
            return i;
    return SIZE_MAX;
}

size_t column_find_ignoring_case(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_ignore_case(text_trim(names[i]), name))
            return i;
    return SIZE_MAX;
}
