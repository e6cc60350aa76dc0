/* concept.h - what a word of a question stands for, and how well a text speaks of it. */
#ifndef JOBS_ASK_CONCEPT_H
#define JOBS_ASK_CONCEPT_H

#include "base/arena.h"
#include "stages/tasks/taxonomy.h"

/* A word or phrase that expresses a concept. */
struct way {
    struct text text;      /* normalized; of Korean, the beginning of a word */
    struct text joined;    /* without blanks, which Korean writers often leave out */
    const uint64_t *stems; /* of scripts with spaces: hashes of the stems, in a row; else NULL */
    size_t stem_count;
    double strength; /* 1: the question's own word; less: a related one */
};

/* Of words of the same meaning; of words of a group that are not near; of a phrase of the topic. */
extern const double related_strength, loose_strength, topic_strength;

struct concept {
    struct text word;  /* as in the question */
    bool is_light;     /* a word of manner or a general verb, which counts less */
    bool is_predicate; /* a verb, an adjective or an adverb, which has many synonyms */
    struct way *ways;
    size_t way_count;
    size_t topic;     /* the topic that the word is a phrase of, or SIZE_MAX */
    bool names_topic; /* the word is the topic's name */
};

/* A sentence or text to be compared. */
struct compared_text {
    struct text key;       /* normalized */
    struct text joined;    /* the key without blanks */
    const uint64_t *stems; /* hashes, of words and numbers */
    size_t stem_count;
};

struct compared_text compared_text_make(struct text text, struct arena *arena);

/* A way for the phrase; in `arena`. Nothing matches one without letters. */
struct way way_make(struct text phrase, double strength, struct arena *arena);
bool way_is_korean(const struct way *way);

/* Whether two ways are the same word: of Korean, one is the beginning of the other, and the
 * shorter one has at least two syllables. Phrases must be equal. */
bool way_is_same_word(const struct way *a, const struct way *b);

/* The query of FTS5 that finds sentences with the way; in `arena`. */
struct text way_format_query(const struct way *way, struct arena *arena);

/* How well the text expresses the concept: 0 to 1, the strength of the best way. */
double concept_match(const struct concept *concept, const struct compared_text *text);

/* How close a word of a group is to the others. */
enum kinship {
    KINSHIP_NEAR,  /* to the near ones and to kinds */
    KINSHIP_KIND,  /* "dog" among pets: to the near ones only, not to "cat" */
    KINSHIP_LOOSE, /* to none: it has other meanings, or often comes with what the group means */
    KINSHIP_NONE,  /* not in the group */
};

/* The groups of data/related_words.tsv. */
struct related_words {
    struct way *ways;
    size_t *groups;         /* [way] */
    enum kinship *kinships; /* [way] in its group */
    size_t count;
};

void related_words_load(struct related_words *related, struct arena *arena);

/* Adds the words of all groups that contain one of the first `count` ways to them. Of Korean,
 * "빠른" is also in the group of "빠르". */
struct way *related_words_expand(const struct related_words *related, const struct way *ways,
                                 size_t *count, struct arena *arena);

/* The phrase of several words that `phrase` is, or, in Korean, begins with; NULL: none. */
const struct way *related_words_find_phrase(const struct related_words *related,
                                            const struct way *phrase);

#endif
