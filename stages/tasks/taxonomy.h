/* taxonomy.h - topics that are recognized by phrases: the model's own list, or a user's, which
 * needs no training.
 *
 * A user's list is a CSV file (RFC 4180) in UTF-8 with a header and one phrase per row:
 *
 *     topic,phrase,exclude
 *     lessons,course,no
 *     lessons,of course,yes
 *     lessons,수업,no
 *
 * `topic` is the name that reports show, and a phrase of its own. `phrase` is what customers write
 * when they mean the topic; it may be empty. `exclude` (optional; yes, or no or empty) marks a
 * phrase that does not mean the topic although it contains one that does. Topics keep the order of
 * their first rows. Other columns (language, comment ...) are ignored. */
#ifndef STAGES_TASKS_TAXONOMY_H
#define STAGES_TASKS_TAXONOMY_H

#include "inference/t5.h"

/* Topics by name; a topic's number is its index. */
struct topic_names {
    struct text *items;
    size_t count;
};

/* The topic of that name, or names->count. */
size_t topic_names_find(const struct topic_names *names, struct text name);

struct topic_phrase {
    struct text text; /* normalized by normalize_key */
    size_t topic;
    bool is_exclusion; /* phrases inside this one do not mean the topic */
};

enum topic_status { TOPIC_ACTIVE, TOPIC_PROPOSED, TOPIC_MERGED, TOPIC_RETIRED, TOPIC_STATUS_COUNT };

extern const char *const topic_status_names[TOPIC_STATUS_COUNT]; /* "active", ... */

/* A row of a registry. */
struct topic_entry {
    struct text parent, name_en, name_ko, description, owner, merged_into, since;
    enum topic_status status;
};

struct taxonomy {
    struct topic_names names;     /* in the order of the list */
    struct topic_phrase *phrases; /* owned */
    size_t phrase_count, phrase_capacity;
    /* Phrases by their first byte b, exclusions first: phrases_by_first_byte[first[b]] to
     * phrases_by_first_byte[first[b + 1] - 1]. */
    const struct topic_phrase **phrases_by_first_byte;
    size_t first[257];
    struct topic_entry *entries; /* [topic], of a registry; NULL: a list or a model */
    bool is_user_list;           /* replaces the model's list of topics */
    struct arena arena;
};

/* Reads a user's list. Mistakes in the file are ERROR_USAGE; those in a row name its line. Close is
 * safe on a zeroed taxonomy and after a failed read. */
bool taxonomy_read_file(struct taxonomy *taxonomy, struct text path, struct error *error);
void taxonomy_close(struct taxonomy *taxonomy);

/* A hash of what decides which texts mention which topic: not of names, owners and merges. 0 if the
 * contents of a file are no registry. */
uint64_t taxonomy_hash_registry(struct text contents);

/* The id under which reports count a topic on a day ("2026-10-31"; empty: now): its own, that of
 * the topic it was merged into, or the empty text if it is not counted. */
struct text taxonomy_get_reported_id(const struct taxonomy *taxonomy, size_t topic,
                                     struct text day);

/* Sets found[i] for each of taxonomy->phrases that is in the text. */
void taxonomy_find_phrases(const struct taxonomy *taxonomy, struct text text, bool *found);

/* Reads the list of a model that uses phrases, alone or to support its answers (`topics.by` is
 * phrases, both or scores): the names in `topics.topics`, and the phrases of each in
 * `phrases.TOPIC`, separated by semicolons; a leading exclamation mark excludes. False for other
 * models and for models without phrases; the taxonomy then matches nothing. */
bool taxonomy_read_from_model(struct taxonomy *taxonomy, const struct t5_model *model);

/* Reads the file of a list, or if `path` is empty the list of the model, if it uses phrases. */
bool taxonomy_open(struct taxonomy *taxonomy, struct text path, const struct t5_model *model,
                   struct error *error);

enum topic_match {
    TOPIC_MATCH_NONE,
    TOPIC_MATCH_EXCLUSION, /* only an excluded phrase was found */
    TOPIC_MATCH_PHRASE,
};

/* Sets topic_matches[topic] for each topic. Phrases of a model are found as they are written, those
 * of a user also in other forms (stages/text/phrase_match.h). */
void taxonomy_match_topics(const struct taxonomy *taxonomy, struct text text,
                           enum topic_match *topic_matches);

/* Whether the topic has phrases other than exclusions. */
bool taxonomy_has_phrases(const struct taxonomy *taxonomy, size_t topic);

/* Whether `text` contains a phrase of the topic. */
bool taxonomy_matches_topic(const struct taxonomy *taxonomy, struct text text, size_t topic);

#endif
