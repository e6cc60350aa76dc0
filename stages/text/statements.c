/* statements.c - which opinion of a clause belongs to which aspect. */
#include "stages/text/statements.h"

#include <string.h>

#include "base/hash.h"
#include "stages/text/clause_split.h"
#include "stages/text/clause_words.h"

enum {
    MAX_UNIT_WORDS = 40, /* a longer clause has no clear statement */
    MAX_PAIRS = 6,       /* of neighboring words of a clause */
    /* Between an opinion and its aspect; a neighbor is 1 nearer than others. */
    WORD_DISTANCE = 2,
    BREAK_DISTANCE = 4,
    PHRASE_DISTANCE = 4, /* of "hotel" in "the food at this hotel" */
    MAX_WORDS_BEFORE_SUBJECT = 2,
};

bool statement_reader_open(struct statement_reader *reader, struct error *error)
{
    lexicon_open(&reader->lexicon);
    return segmenter_open(&reader->segmenter, error);
}

void statement_reader_close(struct statement_reader *reader)
{
    segmenter_close(reader->segmenter);
    lexicon_close(&reader->lexicon);
    reader->segmenter = NULL;
}

/* ---- Clauses that stand alone ---- */

static bool has_kind(const struct clause_word *words, size_t begin, size_t end,
                     enum lexicon_kind kind)
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
static size_t find_unit_end(struct clause_words words, size_t begin)
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

/* The opinion and its opposite. */
static void set_opinion(struct statement *statement, const struct opinion_family *family,
                        bool is_negated)
{
    /* "not bad" is hardly praise. */
    bool is_faint = family->is_general && family->polarity < 0;
    bool has_opposite = strcmp(family->opposite, "-") != 0 && !(is_faint && is_negated);
    uint64_t id = hash_text(text_of(family->name)),
             other =
                 has_opposite ? hash_text(text_of(family->opposite)) : hash_combine_number(id, 1);
    statement->polarity = !is_negated ? family->polarity : is_faint ? 0 : -family->polarity;
    statement->opinion = is_negated ? other : id;
    statement->opposite = is_negated ? id : other;
    statement->is_general = family->is_general;
    statement->is_verdict = family->is_verdict;
    statement->stands_alone = family->stands_alone;
    statement->says_itself = family->says_itself;
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

/* Whether the aspect before the opinion has another one: "good app good service". */
static bool is_taken(const struct clause_word *words, size_t begin, size_t aspect, size_t opinion)
{
    return aspect < opinion && aspect > begin && words[aspect - 1].kind == WORD_OPINION &&
           !words[aspect].has_break;
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
            size_t distance =
                measure_distance(words, i, opinion) + is_taken(words, begin, i, opinion) +
                (listed && words[i].is_secondary && words[i].is_whole ? PHRASE_DISTANCE : 0);
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
        if (clause_word_has_meaning(&words[i]) && !is_own_aspect && !is_own_opinion &&
            !is_own_subject)
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

/* What the statement says of its aspect in general. */
static void add_judgement(const struct unit *unit, struct statement statement, size_t extra,
                          struct statement_list *list)
{
    enum { IMPLIED_WORDS = 2 };
    const char *general = statement.polarity > 0 ? "good" : "bad";
    set_opinion(&statement, lexicon_find_family(&unit->reader->lexicon, general), false);
    statement.is_implied = true;
    add_statement(list, statement, extra + IMPLIED_WORDS);
}

static void add_opinion_about(const struct unit *unit, size_t opinion, size_t aspect,
                              struct statement statement, struct statement_list *list)
{
    const struct clause_word *words = unit->words;
    const struct opinion_family *family = words[opinion].family;
    bool is_negated = words[opinion].is_negated;
    const struct opinion_family *implied =
        aspect < unit->end
            ? lexicon_find_implied(&unit->reader->lexicon, words[aspect].aspect, family)
            : NULL;
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
    size_t extra = count_extra_words(words, unit->begin, unit->end, &words[aspect], family);
    add_statement(list, statement, extra);
    if (!statement.is_general && statement.polarity != 0 && lexicon_is_judged(words[aspect].aspect))
        add_judgement(unit, statement, extra, list);
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
    statement.is_last = true;
    for (size_t i = opinion + 1; i < unit->end; i++)
        statement.is_last &= !clause_word_has_meaning(&unit->words[i]);
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
        if (!clause_word_has_meaning(&words[i]))
            continue;
        bool is_listed = words[i].kind == WORD_ASPECT;
        statement.is_listed = is_listed;
        if (is_listed && !words[i].is_whole && is_subject(unit, i))
            add_open_statement(unit, i, statement, list);
        if (words[i].is_missing) {
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

/* Verbs that are negated: "won't open", "택시가 안 잡혀요". */
static void add_actions(const struct unit *unit, struct statement statement, size_t meaning_count,
                        struct statement_list *list)
{
    for (size_t i = unit->begin; i < unit->end; i++) {
        if (!unit->words[i].action)
            continue;
        statement.opinion = unit->words[i].action;
        statement.stands_alone = statement.is_listed = true;
        add_statement(list, statement, meaning_count - 1);
    }
}

/* What comes before a wish is no wish if a break separates them: "Great hotel, but the bed should
 * be softer". A Korean wish is at the end of all that is wished. */
static size_t find_end_before_wish(const struct unit *unit)
{
    size_t wish = unit->begin;
    while (wish < unit->end && unit->words[wish].kind != WORD_WISH)
        wish++;
    if (wish == unit->end)
        return unit->end;
    bool is_korean = (unsigned char)unit->text.bytes[unit->words[wish].begin] >= 0x80;
    while (!is_korean && wish > unit->begin && !unit->words[wish].has_break)
        wish--;
    return is_korean ? unit->begin : wish;
}

static void add_unit(struct unit *unit, struct statement_list *list)
{
    const struct clause_word *words = unit->words;
    size_t begin = unit->begin, meaning_count = 0;
    if (begin == unit->end || unit->end - begin > MAX_UNIT_WORDS)
        return;
    size_t end = unit->end = find_end_before_wish(unit);
    if (begin == end)
        return;
    for (size_t i = begin; i < end; i++)
        meaning_count += clause_word_has_meaning(&words[i]);
    struct statement statement = {.begin = words[begin].begin, .end = words[end - 1].end};
    for (size_t i = begin; i < end; i++)
        if (words[i].kind == WORD_OPINION)
            add_opinion(unit, i, statement, list);
    add_actions(unit, statement, meaning_count, list);
    if (!has_kind(words, begin, end, WORD_OPINION))
        add_pairs(unit, statement, meaning_count, list);
}

uint64_t statement_general_opinion(int polarity)
{
    return hash_text(polarity > 0 ? TEXT("good") : TEXT("bad"));
}

static const char *const why_words[] = {
#define ROW(language, word) word,
#include "stages/text/data/why_words.inc"
#undef ROW
    NULL,
};

/* Who asks states nothing, unless he asks why something is so. */
static bool asks(struct text clause)
{
    struct text word;
    bool is_why = false;
    clause = text_trim(clause);
    if (!text_ends_with(clause, TEXT("?")))
        return false;
    while (!is_why && text_split(&clause, ' ', &word))
        is_why = text_is_one_of_ignore_case(word, why_words);
    return !is_why;
}

const struct statement *statements_extract(const struct statement_reader *reader, struct text text,
                                           struct arena *arena, size_t *count)
{
    size_t clause_count, begin = 0;
    const size_t *ends = clause_split_ends(reader->segmenter, text, arena, &clause_count);
    /* A word adds its own statement, one with its aspect or neighbor, and one if it is a negated
     * verb: never more than it has bytes. */
    struct statement_list list = {.items = arena_alloc(arena, text.size + 2, sizeof(*list.items))};
    for (size_t i = 0; i < clause_count; begin = ends[i++]) {
        if (asks(text_slice(text, begin, ends[i])))
            continue;
        struct clause_words words =
            clause_words_read(&reader->lexicon, text, begin, ends[i], arena);
        for (size_t first = 0, end; first < words.count; first = end) {
            end = find_unit_end(words, first);
            add_unit(&(struct unit){reader, text, words.items, first, end}, &list);
        }
    }
    *count = list.count;
    return list.items;
}
