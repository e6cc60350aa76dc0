/* taxonomy.h - topics that are known by phrases: the model's own list, or a user's, without
 * training.
 *
 * A user's list is a comma table (RFC 4180) with a line of names. Its column `topic` holds the
 * names that stand in reports; all columns that begin with `phrases` hold what customers say when
 * they mean it, separated by semicolons; other columns (id, name_en, description ...) are for
 * people. `course;!of course`: what begins with an exclamation mark is not meant, nor is what
 * stands within it. */
#ifndef STAGES_TASKS_TAXONOMY_H
#define STAGES_TASKS_TAXONOMY_H

#include "inference/t5.h"

struct topic_phrase {
    struct text text; /* as normalize_key makes it */
    size_t topic;
    bool is_exception; /* its place in a text does not name the topic */
};

struct taxonomy {
    struct text *names; /* of topics, in the order of the list */
    size_t name_count;
    struct topic_phrase *phrases; /* owned */
    size_t phrase_count, phrase_capacity;
    /* By their first byte, exceptions first: byte b's are phrases_by_first_byte[first[b]] to
     * [first[b + 1]]. */
    const struct topic_phrase **phrases_by_first_byte;
    size_t first[257];
    struct arena arena;
};

/* Safe to close when zeroed, or after a failed read. Faults of the file are ERROR_USAGE and name
 * its line. */
bool taxonomy_read_file(struct taxonomy *taxonomy, struct text path, struct error *error);
void taxonomy_close(struct taxonomy *taxonomy);

/* The list of a model whose topics are told by phrases, alone or besides its decoder:
 * `topics.topics`, and the phrases of each under `phrases.TOPIC`. False for other models, whose
 * decoder alone is asked: an empty taxonomy. */
bool taxonomy_read_from_model(struct taxonomy *taxonomy, const struct t5_model *model);

enum topic_match { TOPIC_MATCH_NONE, TOPIC_MATCH_EXCEPTION, TOPIC_MATCH_PHRASE };

/* namings[topic]: whether `text` holds a phrase of the topic, or only what it excepts. A phrase
 * begins where a word begins; in scripts with spaces between words it ends where one ends,
 * elsewhere ("배송이") endings follow. */
void taxonomy_match_topics(const struct taxonomy *taxonomy, struct text text,
                           enum topic_match *topic_matches);

/* Whether `text` holds a phrase of that topic. */
bool taxonomy_matches_topic(const struct taxonomy *taxonomy, struct text text, size_t topic);

/* The place of a topic, or name_count when there is none of that name. */
size_t taxonomy_find_index(const struct taxonomy *taxonomy, struct text name);

#endif
