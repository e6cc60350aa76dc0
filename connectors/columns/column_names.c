/* column_names.c - compares the names of columns with data/column_names.tsv. */
#include "connectors/columns/column_names.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "connectors/columns/phrases.h"

enum { MAX_RAW_NAME_SIZE = 512 /* bytes of a name that are folded */ };

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

/* Whether the byte is one of the two of a mark that begins a Spanish question or exclamation. */
static bool is_opening_mark(struct text name, size_t at)
{
    struct text here = text_slice(name, at, name.size),
                before = text_slice(name, at > 0 ? at - 1 : 0, name.size);
    return text_starts_with(here, TEXT("¿")) || text_starts_with(here, TEXT("¡")) ||
           text_starts_with(before, TEXT("¿")) || text_starts_with(before, TEXT("¡"));
}

static struct text join_words(struct text name, char normalized[COLUMN_NAME_MAX_SIZE])
{
    size_t size = 0;
    for (size_t i = 0; i < name.size && size + 2 < COLUMN_NAME_MAX_SIZE; i++) {
        char byte = name.bytes[i];
        bool letter = ascii_is_alphanumeric(byte) || byte == '#' ||
                      ((signed char)byte < 0 && !is_opening_mark(name, i));
        bool is_camel_boundary = i > 0 && ascii_is_upper(byte) &&
                                 (ascii_is_lower(name.bytes[i - 1]) ||
                                  (ascii_is_upper(name.bytes[i - 1]) && i + 1 < name.size &&
                                   ascii_is_lower(name.bytes[i + 1])));
        if ((!letter || is_camel_boundary) && size > 0 && normalized[size - 1] != ' ')
            normalized[size++] = ' ';
        if (letter)
            normalized[size++] = ascii_to_lower(byte);
    }
    while (size > 0 && normalized[size - 1] == ' ')
        size--;
    return (struct text){normalized, size};
}

struct text column_name_normalize(struct text name, char normalized[COLUMN_NAME_MAX_SIZE])
{
    name = text_slice(name, 0, MAX_RAW_NAME_SIZE);
    struct text words = join_words(name, normalized);
    if (utf8_ascii_end(words, 0) == words.size)
        return words;
    /* Folding loses the camelCase, so it comes second; its punctuation may be new. */
    struct arena arena = {0};
    struct text folded = phrase_fold(words, &arena);
    words = join_words(folded, normalized);
    arena_free(&arena);
    return words;
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

/* Whether the name is a whole question, which contains many words by chance. */
static bool is_long_question(struct text normalized)
{
    enum { QUESTION_BLANKS = 6 };
    size_t blanks = 0;
    for (size_t i = 0; i < normalized.size; i++)
        blanks += normalized.bytes[i] == ' ';
    return blanks >= QUESTION_BLANKS;
}

uint64_t column_name_bytes(struct text name)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < name.size; i++)
        bytes |= UINT64_C(1) << (name.bytes[i] & 63);
    return bytes;
}

bool column_name_may_contain(uint64_t bytes, struct text word)
{
    return bytes >> (word.bytes[0] & 63) & bytes >> (word.bytes[word.size - 1] & 63) & 1;
}

/* `bytes`: those of the name. */
static bool known_name_matches(const struct known_name *known, struct text normalized,
                               uint64_t bytes)
{
    if (known->match == WHOLE)
        return text_equal(normalized, known->words);
    return column_name_may_contain(bytes, known->words) &&
           contains_phrase(normalized, known->words);
}

static void score_normalized_name(struct text normalized, int scores[ROLE_COUNT])
{
    enum { MAX_WEAK_SCORE = 49 };
    bool is_whole[ROLE_COUNT] = {false}, is_excluded[ROLE_COUNT] = {false};
    int threshold = is_long_question(normalized) ? MAX_WEAK_SCORE : 0;
    uint64_t bytes = column_name_bytes(normalized);
    memset(scores, 0, ROLE_COUNT * sizeof(*scores));
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++) {
        const struct known_name *known = &known_names[i];
        enum role role = known->role;
        bool is_listed = known->match == WHOLE;
        if (is_whole[role] || (!is_listed && is_excluded[role]) ||
            (known->match == PART && known->score <= threshold) ||
            !known_name_matches(known, normalized, bytes))
            continue;
        is_excluded[role] |= known->match == EXCLUDED || known->match == NEVER;
        is_whole[role] |= is_listed;
        if (is_listed || known->score > scores[role])
            scores[role] = known->score;
    }
    for (int role = 0; role < ROLE_COUNT; role++)
        if (is_excluded[role] && !is_whole[role])
            scores[role] = 0;
}

/* Whether a word in the name of the object excludes the role for its members: the id of a user is
 * not that of the review, the name of a product is not the author's. */
static bool object_excludes_role(struct text object, enum role role)
{
    char normalized[COLUMN_NAME_MAX_SIZE];
    if (role != ROLE_ID && role != ROLE_AUTHOR)
        return false;
    object = column_name_normalize(object, normalized);
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++)
        if (known_names[i].role == role && known_names[i].match == EXCLUDED &&
            contains_phrase(object, known_names[i].words))
            return true;
    return false;
}

/* Whether an object in the path "a.b." holds texts: the authors of "product.reviews" are customers.
 */
static bool holds_texts(struct text path)
{
    char normalized[COLUMN_NAME_MAX_SIZE];
    struct text object;
    int scores[ROLE_COUNT];
    while (text_split(&path, '.', &object)) {
        score_normalized_name(column_name_normalize(object, normalized), scores);
        if (scores[ROLE_TEXT] >= COLUMN_NAME_EXACT)
            return true;
    }
    return false;
}

/* "a.b.c.d" has the member "d" of the object "c.", which is in "a.b.". */
struct nested_name {
    struct text outer, object, member;
    struct text path; /* "a.b.c." */
    struct text pair; /* "c.d" */
    int depth;        /* of "outer": 2 */
};

/* False if the name is not nested. */
static bool split_nested_name(struct text name, struct nested_name *nested)
{
    size_t dot = text_find(name, TEXT("."), 0), object = 0, member = 0;
    if (dot == name.size || text_find(name, TEXT(" "), 0) < name.size)
        return false;
    if (text_ends_with(name, TEXT(".label")))
        name = text_slice(name, 0, name.size - strlen(".label"));
    int points = 0;
    for (size_t i = 0; i < name.size; i++)
        if (name.bytes[i] == '.' || name.bytes[i] == ':') {
            object = member;
            member = i + 1;
            points++;
        }
    *nested = (struct nested_name){.outer = text_slice(name, 0, object),
                                   .object = text_slice(name, object, member),
                                   .member = text_slice(name, member, name.size),
                                   .path = text_slice(name, 0, member),
                                   .pair = text_slice(name, object, name.size),
                                   .depth = points > 1 ? points - 1 : 0};
    return true;
}

/* The score of a member by its own name. A "name" is the author's only in an object that is one. */
static int score_member(const struct nested_name *nested, enum role role, int score)
{
    char normalized[COLUMN_NAME_MAX_SIZE];
    int scores[ROLE_COUNT];
    if (score == 0 || (object_excludes_role(nested->object, role) && !holds_texts(nested->object)))
        return 0;
    if (role != ROLE_AUTHOR || score > COLUMN_NAME_MAX_THING || score < COLUMN_NAME_EXACT ||
        nested->object.size == 0)
        return score;
    score_normalized_name(column_name_normalize(nested->object, normalized), scores);
    return scores[ROLE_AUTHOR] > 0 ? score : 0;
}

void column_name_scores(struct text name, int scores[ROLE_COUNT])
{
    enum { DEPTH_MALUS = 6 };
    char normalized[COLUMN_NAME_MAX_SIZE];
    struct nested_name nested;
    int member_scores[ROLE_COUNT], pair_scores[ROLE_COUNT];
    name = text_trim(name);
    score_normalized_name(column_name_normalize(name, normalized), scores);
    /* fields of nested objects: "attributes.body", "im:rating.label", "review.author.name" */
    if (!split_nested_name(name, &nested))
        return;
    score_normalized_name(column_name_normalize(nested.member, normalized), member_scores);
    score_normalized_name(column_name_normalize(nested.pair, normalized), pair_scores);
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        int member_score = score_member(&nested, (enum role)role, member_scores[role]);
        int pair_score = pair_scores[role] >= COLUMN_NAME_EXACT
                             ? pair_scores[role] - DEPTH_MALUS * nested.depth
                             : 0;
        int score = member_score > pair_score ? member_score : pair_score;
        if (object_excludes_role(nested.outer, (enum role)role) && !holds_texts(nested.path))
            score = 0;
        if (score > scores[role] + 1)
            scores[role] = score - 1;
    }
}

/* Whether the name contains words that rule the role out, with the match NEVER or, if `weakly`,
 * EXCLUDED, and is not listed as a whole. */
static bool is_ruled_out(enum role role, struct text name, bool weakly)
{
    char normalized[COLUMN_NAME_MAX_SIZE];
    bool is_found = false;
    struct text words = column_name_normalize(text_trim(name), normalized);
    for (size_t i = 0; i < KNOWN_NAME_COUNT; i++) {
        const struct known_name *known = &known_names[i];
        if (known->role != role)
            continue;
        if (known->match == WHOLE && text_equal(words, known->words))
            return false;
        is_found |= (known->match == NEVER || (weakly && known->match == EXCLUDED)) &&
                    contains_phrase(words, known->words);
    }
    return is_found;
}

bool column_name_forbids(enum role role, struct text name)
{
    return is_ruled_out(role, name, false);
}

bool column_name_excludes(enum role role, struct text name)
{
    return is_ruled_out(role, name, true);
}

int column_name_score(enum role role, struct text name)
{
    int scores[ROLE_COUNT];
    column_name_scores(name, scores);
    return role == ROLE_NONE ? 0 : scores[role];
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
