/* statements.c - words to aspects and opinions, and which opinion belongs to which aspect. */
#include "stages/text/statements.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/clause_split.h"
#include "stages/text/terms.h"

enum {
    MAX_WORD_SIZE = 64,
    MAX_UNIT_WORDS = 40, /* a longer clause has no clear statement */
    MAX_PAIRS = 6,       /* of neighboring words of a clause */
    MAX_SYLLABLES = 8,   /* of a listed Korean word */
    MIN_GLUED_SIZE = 6,  /* bytes of a word before an opinion without a blank: two syllables */
    /* Between an opinion and its aspect; a neighbor is 1 nearer than others. */
    WORD_DISTANCE = 2,
    BREAK_DISTANCE = 4,
    MAX_WORDS_BEFORE_SUBJECT = 2,
    NEGATION_REACH = 3, /* words of meaning that a negation reverses */
};

/* ---- Word lists ---- */

enum { POLARITY_NEGATIVE = -1, POLARITY_POSITIVE = 1 };

static const struct opinion_family {
    const char *name;
    int polarity;
    const char *opposite;
    bool is_general, stands_alone;
} opinion_families[] = {
#define ROW(family, polarity, opposite, is_general, stands_alone)                                  \
    {family, POLARITY_##polarity, opposite, is_general, stands_alone},
#include "stages/text/data/opinion_families.inc"
#undef ROW
};

enum word_kind {
    WORD_CONTENT, /* not listed */
    WORD_EMPTY,
    WORD_ASPECT,
    WORD_OPINION,
    WORD_WISH,
    WORD_NEGATION, /* before what it reverses */
    WORD_NEGATION_OF_NEXT,
    WORD_NEGATION_AFTER,
    WORD_NEGATION_CANCEL,
};

enum negation_place { PLACE_BEFORE, PLACE_WORD_BEFORE, PLACE_AFTER, PLACE_INSIDE, PLACE_CANCEL };

static const struct implied_opinion {
    const char *aspect, *family, *implied;
} implied_opinions[] = {
#define ROW(aspect, family, implied) {aspect, family, implied},
#include "stages/text/data/implied_opinions.inc"
#undef ROW
};

static const struct listed_word {
    const char *text;
    const char *family;
    enum word_kind kind;
    bool is_whole;
} listed_words[] = {
#define ROW(language, family, word) {word, family, WORD_OPINION, false},
#include "stages/text/data/opinion_words.inc"
#undef ROW
#define ROW(language, aspect, word, is_whole) {word, aspect, WORD_ASPECT, is_whole},
#include "stages/text/data/aspect_words.inc"
#undef ROW
#define ROW(language, word) {word, NULL, WORD_WISH, false},
#include "stages/text/data/wish_words.inc"
#undef ROW
#define ROW(language, word) {word, NULL, WORD_EMPTY, false},
#include "stages/text/data/empty_words.inc"
#undef ROW
};

static const struct negation_word {
    const char *text;
    enum negation_place place;
} negation_words[] = {
#define ROW(language, word, place) {word, PLACE_##place},
#include "stages/text/data/negation_words.inc"
#undef ROW
};

enum break_place { BREAK_WORD, BREAK_ENDING };

static const struct break_word {
    const char *text;
    enum break_place place;
} break_words[] = {
#define ROW(language, word, place) {word, BREAK_##place},
#include "stages/text/data/break_words.inc"
#undef ROW
};

static const char *const noun_endings[] = {
#define ROW(language, ending) ending,
#include "stages/text/data/noun_endings.inc"
#undef ROW
    NULL,
};

static const size_t listed_word_count = sizeof(listed_words) / sizeof(*listed_words);
static const size_t negation_word_count = sizeof(negation_words) / sizeof(*negation_words);
static const size_t family_count = sizeof(opinion_families) / sizeof(*opinion_families);

/* Numbers of negations follow those of the other words. A word's first list counts. */
bool statement_reader_open(struct statement_reader *reader, struct error *error)
{
    for (size_t i = 0; i < negation_word_count; i++)
        if (negation_words[i].place != PLACE_INSIDE)
            hash_table_get_or_insert(&reader->words, hash_text(text_of(negation_words[i].text)),
                                     listed_word_count + i, NULL);
    for (size_t i = 0; i < listed_word_count; i++)
        hash_table_get_or_insert(&reader->words, hash_text(text_of(listed_words[i].text)), i, NULL);
    for (size_t i = 0; i < family_count; i++)
        hash_table_get_or_insert(&reader->families, hash_text(text_of(opinion_families[i].name)), i,
                                 NULL);
    return segmenter_open(&reader->segmenter, error);
}

void statement_reader_close(struct statement_reader *reader)
{
    segmenter_close(reader->segmenter);
    hash_table_free(&reader->words);
    hash_table_free(&reader->families);
    reader->segmenter = NULL;
}

/* ---- Words ---- */

struct clause_word {
    size_t begin, end; /* bytes of the text */
    enum word_kind kind;
    uint64_t id;                         /* of an aspect or a content word */
    const struct opinion_family *family; /* of an opinion */
    const char *aspect;                  /* of an aspect; NULL: it is not listed */
    bool is_whole;
    bool is_negated; /* by itself or a neighbor */
    bool has_break;  /* a comma, or a word like "and", stands before it */
};

static bool is_korean_ending(struct text text)
{
    return text.size == 0 || text_is_one_of(text, noun_endings);
}

/* A Korean word without its longest particle or ending; one syllable at least is left. */
static struct text strip_korean_ending(struct text word)
{
    size_t size, first;
    utf8_decode(word, 0, &first);
    for (size_t at = first; at < word.size; at += size) {
        utf8_decode(word, at, &size);
        if (at > first && text_is_one_of(text_slice(word, at, word.size), noun_endings))
            return text_slice(word, 0, at);
    }
    return word;
}

static void set_listed_word(const struct statement_reader *reader, struct clause_word *word,
                            size_t number)
{
    if (number >= listed_word_count) {
        enum negation_place place = negation_words[number - listed_word_count].place;
        word->kind = place == PLACE_BEFORE        ? WORD_NEGATION
                     : place == PLACE_WORD_BEFORE ? WORD_NEGATION_OF_NEXT
                     : place == PLACE_CANCEL      ? WORD_NEGATION_CANCEL
                                                  : WORD_NEGATION_AFTER;
        return;
    }
    const struct listed_word *listed = &listed_words[number];
    word->kind = listed->kind;
    if (listed->kind == WORD_ASPECT) {
        word->aspect = listed->family;
        word->id = hash_text(text_of(listed->family));
        word->is_whole = listed->is_whole;
    }
    if (listed->kind == WORD_OPINION) {
        const size_t *family =
            hash_table_find(&reader->families, hash_text(text_of(listed->family)));
        word->family = family ? &opinion_families[*family] : NULL;
        if (!family)
            word->kind = WORD_EMPTY;
    }
}

/* The number of the longest listed beginning of a Korean word, and its size; false if there is
 * none.
 */
static bool find_listed_beginning(const struct statement_reader *reader, struct text text,
                                  size_t *number, size_t *size)
{
    size_t ends[MAX_SYLLABLES + 1] = {0}, count = 0, letter;
    for (size_t at = 0; at < text.size && count < MAX_SYLLABLES; at += letter) {
        utf8_decode(text, at, &letter);
        ends[++count] = at + letter;
    }
    for (size_t i = count; i > 0; i--) {
        const size_t *found =
            hash_table_find(&reader->words, hash_text(text_slice(text, 0, ends[i])));
        if (!found)
            continue;
        struct text rest = text_slice(text, ends[i], text.size);
        bool is_negation = *found >= listed_word_count;
        enum word_kind kind = is_negation ? WORD_NEGATION : listed_words[*found].kind;
        bool fits = kind == WORD_EMPTY              ? rest.size == 0
                    : kind == WORD_ASPECT           ? is_korean_ending(rest)
                    : kind == WORD_OPINION || i > 1 ? true
                    : is_negation && negation_words[*found - listed_word_count].place == PLACE_AFTER
                        ? true
                        : is_korean_ending(rest);
        if (!fits)
            continue;
        *number = *found;
        *size = ends[i];
        return true;
    }
    return false;
}

/* Many omit the blank: "너무좋아요", "숙소깔끔". Finds an opinion after a listed word. */
static bool find_glued_opinion(const struct statement_reader *reader, struct text text,
                               size_t *number, size_t *end)
{
    size_t size, opinion_size;
    for (size_t at = 0; at < text.size; at += size) {
        utf8_decode(text, at, &size);
        const size_t *first =
            at >= MIN_GLUED_SIZE
                ? hash_table_find(&reader->words, hash_text(text_slice(text, 0, at)))
                : NULL;
        if (first && *first < listed_word_count &&
            (listed_words[*first].kind == WORD_EMPTY || listed_words[*first].kind == WORD_ASPECT) &&
            find_listed_beginning(reader, text_slice(text, at, text.size), number, &opinion_size) &&
            *number < listed_word_count && listed_words[*number].kind == WORD_OPINION) {
            *end = at + opinion_size;
            return true;
        }
    }
    return false;
}

static void read_korean_word(const struct statement_reader *reader, struct text text,
                             struct clause_word *word)
{
    size_t number, end;
    if (find_listed_beginning(reader, text, &number, &end) ||
        find_glued_opinion(reader, text, &number, &end)) {
        struct text rest = text_slice(text, end, text.size);
        set_listed_word(reader, word, number);
        for (size_t i = 0; i < negation_word_count; i++)
            if (negation_words[i].place == PLACE_INSIDE &&
                text_find(rest, text_of(negation_words[i].text), 0) < rest.size)
                word->is_negated = true;
        return;
    }
    struct text stem = strip_korean_ending(text);
    word->id = hash_text(stem);
    if (utf8_count_code_points(stem) < 2)
        word->kind = WORD_EMPTY;
}

/* In small letters, without "'s"; `bytes` has room for MAX_WORD_SIZE. */
static struct text lower_word(struct text text, char *bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text_starts_with(text_slice(text, i, text.size), TEXT("’"))) {
            bytes[size++] = '\'';
            i += 2;
        } else {
            bytes[size++] = ascii_to_lower(text.bytes[i]);
        }
    }
    struct text lower = {bytes, size};
    if (size > 2 && text_ends_with(lower, TEXT("'s")))
        lower.size -= 2;
    return lower;
}

bool statement_reader_knows(const struct statement_reader *reader, struct text word)
{
    char bytes[MAX_WORD_SIZE];
    if (word.size > sizeof(bytes))
        return false;
    struct text lower = lower_word(word, bytes);
    return hash_table_find(&reader->words, hash_text(lower)) || terms_is_stop_word(lower);
}

static void read_spaced_word(const struct statement_reader *reader, struct text text,
                             struct clause_word *word)
{
    char bytes[MAX_WORD_SIZE];
    if (text.size > sizeof(bytes)) {
        word->kind = WORD_EMPTY;
        return;
    }
    struct text lower = lower_word(text, bytes);
    const size_t *number = hash_table_find(&reader->words, hash_text(lower));
    if (number) {
        set_listed_word(reader, word, *number);
        return;
    }
    struct text stem = terms_stem(lower);
    word->id = hash_text(stem);
    if (terms_is_stop_word(lower) || lower.size < 3)
        word->kind = WORD_EMPTY;
}

/* "ㅋㅋ", "ㅠㅠ": no letters of a word. */
static enum letter_class classify(uint32_t code_point)
{
    bool is_jamo = code_point >= 0x3131 && code_point <= 0x318E;
    return is_jamo ? LETTER_NONE : normalize_letter_class(code_point);
}

/* Where the word that starts at `at` ends: letters of one class with digits; inner apostrophes and
 * hyphens belong to words of spaced scripts. */
static size_t find_word_end(struct text text, size_t at, enum letter_class kind)
{
    size_t size, next_size;
    while (at < text.size) {
        uint32_t code_point = utf8_decode(text, at, &size);
        enum letter_class found = classify(code_point);
        if (found != kind && found != LETTER_DIGIT) {
            bool is_joiner = code_point == '\'' || code_point == 0x2019 || code_point == '-';
            if (!is_joiner || kind != LETTER_SPACED_SCRIPT || at + size >= text.size ||
                normalize_letter_class(utf8_decode(text, at + size, &next_size)) != kind)
                return at;
        }
        at += size;
    }
    return at;
}

/* Whether the text between two words separates what they belong to. */
static bool is_break(struct text between)
{
    static const char marks[] = {',', '/', '&', '+', '.', '!', '?', '(', ')', ':', '~'};
    for (size_t i = 0; i < sizeof(marks); i++)
        if (memchr(between.bytes, marks[i], between.size))
            return true;
    return text_find(between, TEXT("•"), 0) < between.size ||
           text_find(between, TEXT("、"), 0) < between.size;
}

/* Whether a word separates what is before and after it; or, with ENDING, after it only. */
static bool is_break_word(struct text word, enum break_place place)
{
    for (size_t i = 0; i < sizeof(break_words) / sizeof(*break_words); i++) {
        struct text listed = text_of(break_words[i].text);
        if (break_words[i].place == place &&
            (place == BREAK_WORD ? text_equal_ignore_case(word, listed)
                                 : word.size > listed.size && text_ends_with(word, listed)))
            return true;
    }
    return false;
}

/* A name within a clause: "at Pets Best". In titles most words have a capital. */
static bool is_name(struct text clause, size_t begin, struct text word)
{
    if (word.size < 2 || !ascii_is_upper(word.bytes[0]) || !ascii_is_lower(word.bytes[1]) ||
        word.bytes == clause.bytes + begin)
        return false;
    size_t words = 0, capitals = 0;
    for (size_t at = begin; at < clause.size; at++)
        if (ascii_is_letter(clause.bytes[at]) && (at == begin || clause.bytes[at - 1] == ' ')) {
            words++;
            capitals += ascii_is_upper(clause.bytes[at]);
        }
    return capitals * 2 < words;
}

/* "user friendly", "user unfriendly": nobody is friendly. */
static bool follows_user(struct text clause, size_t at)
{
    struct text before = text_slice(clause, at > 5 ? at - 5 : 0, at),
                after = text_slice(clause, at, clause.size);
    return text_equal_ignore_case(before, TEXT("user ")) &&
           (text_starts_with_ignore_case(after, TEXT("friendly")) ||
            text_starts_with_ignore_case(after, TEXT("unfriendly")));
}

/* "안 되네요" is "안되네요": it does not work. */
static void join_korean_negation(const struct statement_reader *reader, struct text text,
                                 struct clause_word *negation, struct clause_word *word)
{
    static const char *const stems[] = {"되", "돼", "됩", "됨", "된", "됐", NULL};
    size_t size;
    utf8_decode(text, 0, &size);
    const size_t *number = hash_table_find(&reader->words, hash_text(TEXT("안되")));
    if (!number || !text_is_one_of(text_slice(text, 0, size), stems))
        return;
    negation->kind = WORD_EMPTY;
    set_listed_word(reader, word, *number);
}

struct word_list {
    struct clause_word *items;
    size_t count;
};

static struct word_list read_words(const struct statement_reader *reader, struct text text,
                                   size_t begin, size_t end, struct arena *arena)
{
    struct word_list words = {.items =
                                  arena_alloc(arena, end - begin + 1, sizeof(struct clause_word))};
    struct text clause = text_slice(text, 0, end);
    size_t size, next, previous_end = begin;
    bool has_break = false;
    for (size_t at = begin; at < end; at = next) {
        enum letter_class kind = classify(utf8_decode(clause, at, &size));
        next = at + size;
        if (kind == LETTER_NONE)
            continue;
        next = find_word_end(clause, at, kind);
        struct text found = text_slice(clause, at, next);
        has_break |= is_break(text_slice(clause, previous_end, at));
        previous_end = next;
        if (is_break_word(found, BREAK_WORD)) {
            has_break = true;
            continue;
        }
        struct clause_word word = {.begin = at, .end = next, .has_break = has_break};
        if (kind == LETTER_UNSPACED_SCRIPT)
            read_korean_word(reader, found, &word);
        else if (kind == LETTER_SPACED_SCRIPT)
            read_spaced_word(reader, found, &word);
        else
            word.kind = WORD_EMPTY;
        if (kind == LETTER_UNSPACED_SCRIPT && words.count > 0 &&
            words.items[words.count - 1].kind == WORD_NEGATION_OF_NEXT && !has_break)
            join_korean_negation(reader, found, &words.items[words.count - 1], &word);
        if (follows_user(clause, at))
            read_spaced_word(reader,
                             text_starts_with_ignore_case(found, TEXT("un")) ? TEXT("difficult")
                                                                             : TEXT("easy"),
                             &word);
        if (word.kind == WORD_OPINION && is_name(clause, begin, found))
            word.kind = WORD_EMPTY;
        words.items[words.count++] = word;
        has_break = is_break_word(found, BREAK_ENDING);
    }
    return words;
}

static bool has_meaning(const struct clause_word *word)
{
    return word->kind == WORD_CONTENT || word->kind == WORD_ASPECT || word->kind == WORD_OPINION;
}

static void apply_negations(struct word_list words)
{
    bool is_cancelled = false, is_recommended = false;
    for (size_t i = 0; i < words.count; i++) {
        const struct clause_word *word = &words.items[i];
        is_cancelled |= word->kind == WORD_NEGATION_CANCEL;
        is_recommended |=
            word->kind == WORD_OPINION && strcmp(word->family->name, "recommended") == 0;
    }
    if (is_cancelled && is_recommended)
        return; /* but "not clean enough" is no praise */
    for (size_t i = 0; i < words.count; i++) {
        enum word_kind kind = words.items[i].kind;
        if (kind == WORD_NEGATION_AFTER && i > 0)
            words.items[i - 1].is_negated ^= true;
        if (kind == WORD_NEGATION_AFTER && i > 1 && words.items[i - 1].kind != WORD_OPINION &&
            words.items[i - 2].kind == WORD_OPINION && !words.items[i - 1].has_break)
            words.items[i - 2].is_negated ^= true; /* "저렴한 가격은 아니지만" */
        size_t reach = kind == WORD_NEGATION           ? NEGATION_REACH
                       : kind == WORD_NEGATION_OF_NEXT ? 1
                                                       : 0;
        for (size_t k = i + 1; reach > 0 && k < words.count && !words.items[k].has_break; k++)
            if (has_meaning(&words.items[k])) {
                words.items[k].is_negated = true;
                if (words.items[k].kind == WORD_OPINION)
                    break;
                reach--;
            }
    }
}

/* ---- Clauses that stand alone ---- */

static bool has_kind(const struct clause_word *words, size_t begin, size_t end, enum word_kind kind)
{
    for (size_t i = begin; i < end; i++)
        if (words[i].kind == kind)
            return true;
    return false;
}

static bool stands_alone(const struct clause_word *words, size_t begin, size_t end)
{
    return has_kind(words, begin, end, WORD_OPINION) &&
           (has_kind(words, begin, end, WORD_ASPECT) || has_kind(words, begin, end, WORD_CONTENT));
}

/* Where the part of a clause that begins at `begin` ends: "rooms clean and staff friendly" has two.
 * A break divides only parts that each have an opinion and something that it is about. */
static size_t find_unit_end(struct word_list words, size_t begin)
{
    for (size_t i = begin + 1; i < words.count; i++) {
        if (!words.items[i].has_break || !stands_alone(words.items, begin, i))
            continue;
        size_t next = i + 1;
        while (next < words.count && !words.items[next].has_break)
            next++;
        if (next - begin > MAX_UNIT_WORDS)
            return i; /* of a sentence without an end, the parts are read */
        if (stands_alone(words.items, i, next))
            return i;
    }
    return words.count;
}

/* ---- Statements ---- */

struct statement_list {
    struct statement *items;
    size_t count;
};

static const struct opinion_family *find_family(const struct statement_reader *reader,
                                                const char *name)
{
    const size_t *index = hash_table_find(&reader->families, hash_text(text_of(name)));
    return index ? &opinion_families[*index] : NULL;
}

/* The opinion and its opposite. */
static void set_opinion(struct statement *statement, const struct opinion_family *family,
                        bool is_negated)
{
    /* "not bad" is hardly praise. */
    bool is_faint = family->is_general && family->polarity == POLARITY_NEGATIVE;
    bool has_opposite = strcmp(family->opposite, "-") != 0 && !(is_faint && is_negated);
    uint64_t id = hash_text(text_of(family->name)),
             other =
                 has_opposite ? hash_text(text_of(family->opposite)) : hash_combine_number(id, 1);
    statement->polarity = !is_negated ? family->polarity : is_faint ? 0 : -family->polarity;
    statement->opinion = is_negated ? other : id;
    statement->opposite = is_negated ? id : other;
    statement->is_general = family->is_general;
    statement->stands_alone = family->stands_alone;
}

/* The family that says the same of nothing in particular, or NULL. */
static const struct opinion_family *find_implied(const struct statement_reader *reader,
                                                 const struct clause_word *aspect,
                                                 const struct opinion_family *family)
{
    for (size_t i = 0; aspect->aspect && i < sizeof(implied_opinions) / sizeof(*implied_opinions);
         i++)
        if (strcmp(implied_opinions[i].aspect, aspect->aspect) == 0 &&
            strcmp(implied_opinions[i].family, family->name) == 0)
            return find_family(reader, implied_opinions[i].implied);
    return NULL;
}

static size_t measure_distance(const struct clause_word *words, size_t a, size_t b)
{
    size_t low = a < b ? a : b, high = a < b ? b : a, distance = high > low + 1;
    for (size_t i = low + 1; i <= high; i++)
        distance += (words[i].kind != WORD_EMPTY ? WORD_DISTANCE : 0U) +
                    (words[i].has_break ? BREAK_DISTANCE : 0U);
    return distance;
}

/* Whether the opinion describes the word after it, and the aspect is another thing: "A good tip is
 * to get to the park". */
static bool describes_next(const struct clause_word *words, size_t opinion, size_t aspect)
{
    if (aspect <= opinion + 1 || words[opinion + 1].kind != WORD_CONTENT ||
        words[opinion + 1].has_break)
        return false;
    return has_kind(words, opinion + 1, aspect, WORD_EMPTY);
}

/* The word that the opinion is about: the nearest aspect, else the nearest other word next to it;
 * the left one of two. `end` if there is none. */
static size_t find_aspect(const struct clause_word *words, size_t begin, size_t end, size_t opinion)
{
    enum { MAX_CONTENT_DISTANCE = 5, MAX_ASPECT_DISTANCE = 11 };
    size_t best = end, best_distance = SIZE_MAX;
    for (int listed = 1; listed >= 0 && best == end; listed--)
        for (size_t i = begin; i < end; i++) {
            if (words[i].kind != (listed ? WORD_ASPECT : WORD_CONTENT))
                continue;
            size_t distance = measure_distance(words, i, opinion);
            if (distance < best_distance &&
                distance <= (listed ? MAX_ASPECT_DISTANCE : MAX_CONTENT_DISTANCE)) {
                best = i;
                best_distance = distance;
            }
        }
    return best < end && describes_next(words, opinion, best) ? opinion + 1 : best;
}

static void add_statement(struct statement_list *list, struct statement statement, size_t extra)
{
    statement.extra_words = (unsigned char)(extra < 255 ? extra : 255);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].aspect == statement.aspect &&
            list->items[i].opinion == statement.opinion && list->items[i].begin == statement.begin)
            return;
    list->items[list->count++] = statement;
}

/* Words of meaning besides an aspect (optional) and opinions of a family. What could be a statement
 * of its own counts twice; other praise or blame in general adds nothing, and neither does the
 * whole thing ("car" in "The car is comfortable") if the statement has no aspect. */
static size_t count_extra_words(const struct clause_word *words, size_t begin, size_t end,
                                const struct clause_word *aspect,
                                const struct opinion_family *family)
{
    size_t extra = 0;
    for (size_t i = begin; i < end; i++) {
        bool is_own_aspect = aspect && words[i].kind == aspect->kind && words[i].id == aspect->id;
        bool is_own_opinion = words[i].kind == WORD_OPINION &&
                              (words[i].family == family || words[i].family->is_general);
        bool is_own_subject = !aspect && family && words[i].is_whole;
        if (has_meaning(&words[i]) && !is_own_aspect && !is_own_opinion && !is_own_subject)
            extra += words[i].kind == WORD_CONTENT || words[i].is_whole ? 1 : 2;
    }
    return extra;
}

struct unit {
    const struct statement_reader *reader;
    struct text text;
    const struct clause_word *words;
    size_t begin, end; /* of its words */
};

static uint64_t find_whole(const struct unit *unit)
{
    for (size_t i = unit->begin; i < unit->end; i++)
        if (unit->words[i].is_whole)
            return unit->words[i].id;
    return 0;
}

static void add_opinion_about(const struct unit *unit, size_t opinion, size_t aspect,
                              struct statement statement, struct statement_list *list)
{
    const struct clause_word *words = unit->words;
    const struct opinion_family *family = words[opinion].family;
    bool is_negated = words[opinion].is_negated;
    const struct opinion_family *implied =
        aspect < unit->end ? find_implied(unit->reader, &words[aspect], family) : NULL;
    if (implied) {
        set_opinion(&statement, implied, is_negated);
        add_statement(list, statement,
                      count_extra_words(words, unit->begin, unit->end, &words[aspect], family));
        return;
    }
    set_opinion(&statement, family, is_negated);
    if (family->stands_alone || aspect == unit->end) {
        statement.whole = find_whole(unit);
        add_statement(list, statement,
                      count_extra_words(words, unit->begin, unit->end, NULL, family));
    }
    if (aspect == unit->end)
        return;
    statement.whole = 0;
    statement.aspect = words[aspect].id;
    statement.is_listed = words[aspect].kind == WORD_ASPECT;
    statement.is_whole = words[aspect].is_whole;
    add_statement(list, statement,
                  count_extra_words(words, unit->begin, unit->end, &words[aspect], family));
}

static size_t count_opinions(const struct unit *unit)
{
    size_t count = 0;
    for (size_t i = unit->begin; i < unit->end; i++)
        count += unit->words[i].kind == WORD_OPINION;
    return count;
}

/* The next aspect of an enumeration that has `aspect`: "the design, fabric and color"; the end of
 * the unit if there is none. */
static size_t find_enumerated(const struct unit *unit, size_t aspect, bool forward)
{
    const struct clause_word *words = unit->words;
    bool has_break = !forward && words[aspect].has_break;
    for (size_t i = aspect; forward ? ++i < unit->end : i-- > unit->begin;) {
        has_break |= forward && words[i].has_break;
        if (words[i].kind == WORD_ASPECT)
            return has_break ? i : unit->end;
        if (words[i].kind != WORD_EMPTY)
            break;
        has_break |= words[i].has_break;
    }
    return unit->end;
}

/* An opinion is about all aspects of an enumeration, if the unit has no other opinion. */
static void add_opinion(const struct unit *unit, size_t opinion, struct statement statement,
                        struct statement_list *list)
{
    size_t aspect = find_aspect(unit->words, unit->begin, unit->end, opinion);
    add_opinion_about(unit, opinion, aspect, statement, list);
    if (aspect == unit->end || unit->words[aspect].kind != WORD_ASPECT || count_opinions(unit) > 1)
        return;
    for (int forward = 0; forward <= 1; forward++)
        for (size_t next = aspect; (next = find_enumerated(unit, next, forward != 0)) < unit->end;)
            add_opinion_about(unit, opinion, next, statement, list);
}

static void add_open_statement(const struct unit *unit, size_t aspect, struct statement statement,
                               struct statement_list *list)
{
    statement.aspect = unit->words[aspect].id;
    statement.opinion = 0;
    statement.is_open = true;
    statement.is_listed = true;
    add_statement(
        list, statement,
        count_extra_words(unit->words, unit->begin, unit->end, &unit->words[aspect], NULL));
}

/* Whether the clause is about the word: it begins with it ("The coffee tasted like water"), and
 * nobody does something with it ("I ordered it again"). */
static bool is_subject(const struct unit *unit, size_t aspect)
{
    static const char *const persons[] = {"i", "we", "you", "he", "she", "they", "it", NULL};
    const struct clause_word *words = unit->words;
    if (aspect > unit->begin + MAX_WORDS_BEFORE_SUBJECT)
        return false;
    for (size_t i = unit->begin; i < aspect; i++)
        if (words[i].kind != WORD_EMPTY ||
            text_is_one_of_ignore_case(text_slice(unit->text, words[i].begin, words[i].end),
                                       persons))
            return false;
    return true;
}

/* Neighboring words of a clause without opinion words: "money deducted", "no parking". */
static void add_pairs(const struct unit *unit, struct statement statement, size_t meaning_count,
                      struct statement_list *list)
{
    const struct clause_word *words = unit->words;
    size_t begin = unit->begin, end = unit->end, pairs = 0, previous = end;
    for (size_t i = begin; i < end && pairs < MAX_PAIRS; i++) {
        if (!has_meaning(&words[i]))
            continue;
        bool is_listed = words[i].kind == WORD_ASPECT;
        statement.is_listed = is_listed;
        if (is_listed && !words[i].is_whole && is_subject(unit, i))
            add_open_statement(unit, i, statement, list);
        bool is_missing = (i > begin && words[i - 1].kind == WORD_NEGATION) ||
                          (i + 1 < end && words[i + 1].kind == WORD_NEGATION_AFTER);
        if (is_listed && is_missing) {
            statement.aspect = hash_combine_number(words[i].id, 1);
            add_statement(list, statement, meaning_count - 1);
            pairs++;
        }
        if (previous < end) {
            uint64_t a = words[previous].id, b = words[i].id;
            statement.aspect = hash_combine_number(a < b ? a : b, a < b ? b : a);
            if (words[previous].is_negated || words[i].is_negated)
                statement.aspect = hash_combine_number(statement.aspect, 1);
            statement.is_listed = is_listed || words[previous].kind == WORD_ASPECT;
            add_statement(list, statement, meaning_count - 2);
            pairs++;
        }
        previous = i;
    }
}

static void add_unit(const struct unit *unit, struct statement_list *list)
{
    const struct clause_word *words = unit->words;
    size_t begin = unit->begin, end = unit->end, meaning_count = 0;
    if (begin == end || end - begin > MAX_UNIT_WORDS || has_kind(words, begin, end, WORD_WISH))
        return;
    for (size_t i = begin; i < end; i++)
        meaning_count += has_meaning(&words[i]);
    struct statement statement = {.begin = words[begin].begin, .end = words[end - 1].end};
    for (size_t i = begin; i < end; i++)
        if (words[i].kind == WORD_OPINION)
            add_opinion(unit, i, statement, list);
    if (!has_kind(words, begin, end, WORD_OPINION))
        add_pairs(unit, statement, meaning_count, list);
}

uint64_t statement_general_opinion(int polarity)
{
    return hash_text(polarity > 0 ? TEXT("good") : TEXT("bad"));
}

const struct statement *statements_extract(const struct statement_reader *reader, struct text text,
                                           struct arena *arena, size_t *count)
{
    size_t clause_count, begin = 0;
    const size_t *ends = clause_split_ends(reader->segmenter, text, arena, &clause_count);
    /* A word has at most one statement of its own, and one with its aspect or its neighbor. */
    struct statement_list list = {.items = arena_alloc(arena, text.size + 2, sizeof(*list.items))};
    for (size_t i = 0; i < clause_count; begin = ends[i++]) {
        bool is_question = ends[i] > begin &&
                           text_ends_with(text_trim(text_slice(text, begin, ends[i])), TEXT("?"));
        if (is_question)
            continue;
        struct word_list words = read_words(reader, text, begin, ends[i], arena);
        apply_negations(words);
        for (size_t first = 0, end; first < words.count; first = end) {
            end = find_unit_end(words, first);
            add_unit(&(struct unit){reader, text, words.items, first, end}, &list);
        }
    }
    *count = list.count;
    return list.items;
}
