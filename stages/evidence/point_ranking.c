/* point_ranking.c - compares the texts that clauses give. */
#include "stages/evidence/point_ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/evidence/clause_fillers.h"
#include "stages/evidence/point_text.h"
#include "stages/text/sentence_quality.h"
#include "stages/text/terms.h"

enum {
    GOOD_WORDS = 6, /* a text of about this many words reads best ... */
    GOOD_KOREAN_WORDS = 4,
    GOOD_SINGLE_WORDS = 10, /* ... or, if it is one record's */
    MAX_MEAN_SIZE = 24,     /* bytes of a word: eight syllables */
};

static const double extra_cost = 3; /* of a word of meaning that the point does not state */
static const double length_cost = 0.3;
static const double shortness_cost = 0.8; /* of each word below GOOD_WORDS or its like */
static const double verb_gain = 2.5;      /* of an English sentence */
static const double personal_cost = 1.5;  /* of "I", "my" */
static const double repeat_gain = 1.5;    /* of twice as many clauses */
static const double open_cost = 3;        /* of an end that expects more */
static const double inner_end_cost = 6;   /* of a second sentence */
static const double negation_cost = 2;    /* "not bad", "no bargain" */
static const double feeling_cost = 4;     /* of "ㅋㅋ", "ㅠㅠ" */
static const double plain_cost = 1.5;     /* of a Korean ending that no customer wrote */
static const double glued_cost = 5;       /* of Korean words without blanks */
static const double comma_cost = 1.5;     /* points are listed with commas */
static const double doubled_cost = 5;     /* of "train train station" */
static const double word_cost = 2;        /* of a text of one word */
static const double rare_cost = 3;        /* of a word that few of the clauses have */

/* A word is rare if a smaller share of the clauses contains it; [1] is for points without an
 * aspect: "Comfy chairs" does not represent everything that is comfortable. Texts up to
 * typical_rarity come first. One above max_rarity cannot represent many clauses; [1] is for vague
 * points. */
static const double min_word_share[] = {0.4, 0.6}, typical_rarity[] = {0.4, 0.25},
                    max_rarity[] = {1.25, 0.5};
enum { SEVERAL_CLAUSES = 2, SOME_CLAUSES = 3, MANY_CLAUSES = 8 };

/* Of three to seven clauses: not two words that only one of them has ("Do not cover examination
 * fees"). Korean words have too many endings to be compared so. */
static const double few_clauses_max_rarity = 1.9;

/* Texts that differ only in case, blanks, marks, stop words and endings have the same hash. */
static uint64_t hash_words(struct text text, struct arena *arena)
{
    size_t count;
    const struct term *terms = terms_extract(text, arena, &count);
    uint64_t hash = HASH_SEED;
    for (size_t i = 0; i < count; i++)
        hash = hash_combine_number(hash, terms[i].hash);
    return hash;
}

/* "ㅋㅋ", "ㅠㅠ", "!": letters that are no syllables, or marks. */
static bool shows_feelings(struct text text)
{
    static const struct text marks[] = {TEXT("~"), TEXT("^"), TEXT("!"), TEXT("…"), TEXT("..")};
    enum { FIRST_LETTER = 0x3131, LAST_LETTER = 0x318E };
    for (size_t at = 0, size; at < text.size; at += size) {
        uint32_t code_point = utf8_decode(text, at, &size);
        if (code_point >= FIRST_LETTER && code_point <= LAST_LETTER)
            return true;
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        if (text_find(text, marks[i], 0) < text.size)
            return true;
    return false;
}

/* Whether a Korean sentence ends before the last word: "좋았습니다 핏이 맞아요". */
static bool has_inner_end(struct text text)
{
    for (size_t at = 0; at < text.size; at++)
        if (text.bytes[at] == ' ' && (text_ends_with(text_slice(text, 0, at), TEXT("요")) ||
                                      text_ends_with(text_slice(text, 0, at), TEXT("니다"))))
            return true;
    return false;
}

/* Whether korean_plain_form may have written the ending. */
static bool has_plain_ending(struct text text)
{
    return text_ends_with(text, TEXT("다")) && !text_ends_with(text, TEXT("니다"));
}

static bool is_negated(struct text text)
{
    static const struct text marks[] = {TEXT("No "),    TEXT(" no "),   TEXT("Not "), TEXT(" not "),
                                        TEXT("n't "),   TEXT("n’t "),   TEXT(" 않"),  TEXT("지않"),
                                        TEXT("Never "), TEXT(" never ")};
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        if (text_find(text, marks[i], 0) < text.size)
            return true;
    return false;
}

/* Whether one of the most common verbs follows the first word: "The staff were friendly". */
static bool has_verb(struct text text)
{
    static const char *const verbs[] = {"is",   "was", "are",  "were",  "has", "have",  "had",
                                        "be",   "can", "does", "do",    "did", "makes", "works",
                                        "made", "get", "took", "takes", NULL};
    for (size_t at = 0, begin = 0; at <= text.size; at++)
        if (at == text.size || text.bytes[at] == ' ') {
            if (begin > 0 && text_is_one_of_ignore_case(text_slice(text, begin, at), verbs))
                return true;
            begin = at + 1;
        }
    return false;
}

/* Whether a word follows itself: a slip, or emphasis ("very very"). */
static bool has_doubled_word(struct text text)
{
    struct text word, last = {0};
    while (text_split(&text, ' ', &word)) {
        if (word.size > 0 && text_equal_ignore_case(word, last))
            return true;
        last = word;
    }
    return false;
}

/* Korean predicates have many forms: they are compared by their first syllable. */
static uint64_t hash_form(const struct word *word)
{
    size_t size;
    if (!word->is_predicate)
        return hash_text(word->stem);
    utf8_decode(word->surface, 0, &size);
    return hash_combine_number(hash_text(text_slice(word->surface, 0, size)), 1);
}

/* How many of the clauses have each word. */
struct word_shares {
    struct hash_table counts; /* hash of a form: clauses; owned */
    size_t clause_count;
};

/* Each different word once. */
static void count_clause_words(struct word_shares *shares, struct text clause)
{
    struct arena scratch = {0};
    struct hash_table seen = {0};
    size_t count;
    const struct word *words = terms_extract_words(clause, &scratch, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_new;
        uint64_t hash = hash_form(&words[i]);
        hash_table_get_or_insert(&seen, hash, 0, &is_new);
        if (is_new && !words[i].is_stop_word)
            ++*hash_table_get_or_insert(&shares->counts, hash, 0, NULL);
    }
    shares->clause_count++;
    hash_table_free(&seen);
    arena_free(&scratch);
}

/* The words that few clauses have; one that hardly any has counts 1. */
static double measure_rarity(const struct word_shares *shares, struct text text, double min_share)
{
    struct arena scratch = {0};
    size_t count;
    double rarity = 0;
    const struct word *words = terms_extract_words(text, &scratch, &count);
    for (size_t i = 0; i < count; i++) {
        const size_t *found = hash_table_find(&shares->counts, hash_form(&words[i]));
        bool is_lone = !found || (*found == 1 && shares->clause_count >= SEVERAL_CLAUSES);
        double share = is_lone ? 0 : (double)*found / (double)shares->clause_count;
        if (!words[i].is_stop_word && share < min_share &&
            !clause_filler_is(words[i].surface, PLACE_DEGREE))
            rarity += 1 - share / min_share;
    }
    arena_free(&scratch);
    return rarity;
}

/* A shortened clause, and what it says besides the point. */
struct point_text_facts {
    struct text text;
    size_t extra_words, repeats;
    double rarity;
    bool is_single;
};

static double compute_length_cost(const struct point_text_facts *facts, double words)
{
    double good_words = facts->is_single                    ? GOOD_SINGLE_WORDS
                        : point_text_is_korean(facts->text) ? GOOD_KOREAN_WORDS
                                                            : GOOD_WORDS;
    return (words < good_words ? shortness_cost : length_cost) * fabs(words - good_words) +
           (words < 2 ? word_cost : 0) +
           ((double)facts->text.size > words * MAX_MEAN_SIZE ? glued_cost : 0);
}

static double compute_cost(const struct point_text_facts *facts)
{
    struct text text = facts->text;
    /* What most clauses name besides the point belongs to it. */
    double extra = fmin((double)facts->extra_words, facts->rarity);
    return (facts->is_single ? 0 : extra_cost * extra + rare_cost * facts->rarity) +
           compute_length_cost(facts, (double)point_text_count_words(text)) -
           (has_verb(text) ? verb_gain : 0) + (is_negated(text) ? negation_cost : 0) +
           (sentence_is_first_person(text) ? personal_cost : 0) +
           (sentence_is_self_contained(text) ? 0 : personal_cost) +
           (clause_filler_ends(text, PLACE_ENDING) ? open_cost : 0) +
           (shows_feelings(text) ? feeling_cost : 0) + (has_plain_ending(text) ? plain_cost : 0) +
           (has_inner_end(text) ? inner_end_cost : 0) +
           (text_find(text, TEXT(","), 0) < text.size ? comma_cost : 0) +
           (has_doubled_word(text) ? doubled_cost : 0) - repeat_gain * log2((double)facts->repeats);
}

struct ranked_text {
    struct text text;
    uint64_t hash; /* of its words */
    size_t extra_words;
    double rarity, cost;
    bool is_typical;
    size_t number;
};

static int compare_costs(const void *a, const void *b)
{
    const struct ranked_text *left = a, *right = b;
    if (left->is_typical != right->is_typical)
        return left->is_typical ? -1 : 1;
    if (left->cost != right->cost)
        return left->cost < right->cost ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

/* Texts that state the point, while they are compared. */
struct ranking {
    const struct point_check *check;
    struct word_shares shares;
    struct hash_table repeats; /* hash of a text's words: clauses; owned */
    struct ranked_text *items;
    size_t count, clause_count;
    struct arena arena;
};

static void offer_text(struct ranking *ranking, struct text text, size_t number)
{
    const struct point_check *check = ranking->check;
    double rarity = text.size > 0
                        ? measure_rarity(&ranking->shares, text, min_word_share[!check->has_aspect])
                        : INFINITY;
    if (rarity == INFINITY ||
        (ranking->clause_count >= MANY_CLAUSES && rarity > max_rarity[check->is_vague]) ||
        (ranking->clause_count >= SOME_CLAUSES && rarity > few_clauses_max_rarity &&
         !point_text_is_korean(text)))
        return;
    size_t extra = check->count_extra_words(check->user, text);
    if (extra == SIZE_MAX)
        return;
    struct ranked_text *next = &ranking->items[ranking->count++];
    *next = (struct ranked_text){.text = text,
                                 .hash = hash_words(text, &ranking->arena),
                                 .extra_words = extra,
                                 .rarity = rarity,
                                 .is_typical = rarity <= typical_rarity[!check->has_aspect] &&
                                               !has_doubled_word(text),
                                 .number = number};
    ++*hash_table_get_or_insert(&ranking->repeats, next->hash, 0, NULL);
}

/* The last words, with what the verb is about: "로그인이 안 돼요" of "주식앱이 무슨 로그인이 안
 * 돼요". */
static void offer_korean_ends(struct ranking *ranking, struct text clause, size_t number)
{
    enum { MAX_END_WORDS = 3 };
    size_t words = 0, before = ranking->count;
    for (size_t at = clause.size; at > 0 && words < MAX_END_WORDS; at--) {
        words += at < clause.size && clause.bytes[at - 1] == ' ';
        if (words < 2 || clause.bytes[at - 1] != ' ' || ranking->count > before)
            continue;
        offer_text(ranking,
                   point_text_shorten(text_slice(clause, at, clause.size), &ranking->arena),
                   number);
    }
}

/* What comes before a preposition: "Very useful app" of "Very useful app for JEE". */
static void offer_beginnings(struct ranking *ranking, struct text clause, size_t number)
{
    size_t before = ranking->count;
    for (size_t at = clause.size; at > 1 && ranking->count == before; at--) {
        struct text rest = text_slice(clause, at, clause.size);
        if (clause.bytes[at - 1] == ' ' && clause_filler_measure(rest, PLACE_TAIL) > 0)
            offer_text(ranking, point_text_shorten(text_slice(clause, 0, at), &ranking->arena),
                       number);
    }
}

/* A word that can stand alone: a Korean one is a noun, without its particle, or ends a sentence. */
static struct text find_lone_word(const struct word *word, struct arena *arena)
{
    const struct text none = {0};
    if (word->is_stop_word || word->is_number)
        return none;
    bool is_noun = word->has_particle && clause_filler_ends(word->surface, PLACE_PARTICLE);
    struct text text = point_text_shorten_word(is_noun ? word->stem : word->surface, arena);
    return !word->is_korean || is_noun || text_ends_with(text, TEXT("요")) ||
                   text_ends_with(text, TEXT("다"))
               ? text
               : none;
}

/* A single word may say it: "Expensive". */
static void offer_words(struct ranking *ranking, struct text clause, size_t number)
{
    size_t count, before = ranking->count;
    const struct word *words = terms_extract_words(clause, &ranking->arena, &count);
    for (size_t i = 0; i < count && ranking->count == before; i++)
        offer_text(ranking, find_lone_word(&words[i], &ranking->arena), number);
}

static void sort_texts(struct ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++) {
        struct ranked_text *item = &ranking->items[i];
        item->cost = compute_cost(&(struct point_text_facts){
            item->text, item->extra_words, *hash_table_find(&ranking->repeats, item->hash),
            item->rarity, ranking->check->is_single});
    }
    if (ranking->count > 0)
        qsort(ranking->items, ranking->count, sizeof(*ranking->items), compare_costs);
}

size_t point_ranking_choose(struct text_array clauses, const struct point_check *check,
                            struct text *texts, size_t max_count, struct arena *arena)
{
    struct ranking ranking = {.check = check, .clause_count = clauses.count};
    size_t chosen = 0;
    ranking.items = arena_alloc(&ranking.arena, clauses.count * 3, sizeof(*ranking.items));
    for (size_t i = 0; i < clauses.count; i++)
        count_clause_words(&ranking.shares, clauses.items[i]);
    for (size_t i = 0; i < clauses.count; i++)
        offer_text(&ranking, point_text_shorten(clauses.items[i], &ranking.arena), i);
    sort_texts(&ranking);
    if ((ranking.count == 0 || !ranking.items[0].is_typical) && clauses.count >= SEVERAL_CLAUSES) {
        for (size_t i = 0; i < clauses.count; i++) {
            struct text clause = normalize_trim_marks(clauses.items[i]);
            if (point_text_is_korean(clause))
                offer_korean_ends(&ranking, clause, clauses.count + i);
            else
                offer_beginnings(&ranking, clause, clauses.count + i);
            offer_words(&ranking, clause, 2 * clauses.count + i);
        }
        sort_texts(&ranking);
    }
    hash_table_clear(&ranking.repeats);
    for (size_t i = 0; i < ranking.count && chosen < max_count; i++) {
        bool is_new;
        hash_table_get_or_insert(&ranking.repeats, ranking.items[i].hash, 0, &is_new);
        if (is_new)
            texts[chosen++] = arena_copy_text(arena, ranking.items[i].text);
    }
    hash_table_free(&ranking.repeats);
    hash_table_free(&ranking.shares.counts);
    arena_free(&ranking.arena);
    return chosen;
}
