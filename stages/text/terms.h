/* terms.h - the content words of a text, as hashes. */
#ifndef STAGES_TEXT_TERMS_H
#define STAGES_TEXT_TERMS_H

#include "base/arena.h"
#include "base/text.h"

struct term {
    uint64_t hash;
    bool is_number; /* must be matched exactly */
};

/* The terms in the order of the text, including repeats:
 * - words, normalized and lightly stemmed, without the stop words of data/stop_words.tsv;
 * - in scripts without spaces and in Hangul, every two neighboring characters;
 * - numbers: runs of digits with inner points and commas.
 * In `arena`. */
struct term *terms_extract(struct text text, struct arena *arena, size_t *count);

struct word {
    struct text surface; /* as the text has it, normalized */
    struct text
        stem; /* without endings: the same for "update" and "updates", "배송이" and "배송은" */
    bool is_stop_word, is_number;
    bool is_korean;
    bool is_predicate; /* a Korean verb or adjective, as far as its ending shows */
    bool has_particle; /* a Korean word whose ending, which the stem lacks, is that of a noun */
    bool may_be_short; /* or ends as if it were, but the stem would be too short: "앱이", "회의" */
    bool follows_break; /* punctuation, or what is no word, separates it from the word before */
    bool is_attached; /* nothing separates it from the word or number before: "일권" of "30일권" */
};

/* The words and numbers of a text, in its order. Texts in scripts without spaces other than Hangul
 * have none. Words and stems are valid as long as `text` and `arena`. */
struct word *terms_extract_words(struct text text, struct arena *arena, size_t *count);

/* The same for one normalized word: "loves", "loved", "loving" and "love" become the same stem.
 * Other words may get a wrong stem, but the same one in every text. */
struct text terms_stem(struct text word);

/* Whether a normalized word, before stemming, is in data/stop_words.tsv. */
bool terms_is_stop_word(struct text word);

#endif
