/* topic_scorer.h - lets the model decide about each topic on its own, without generating text
 * (`topics.by = scores`).
 *
 * The decoder reads its prefix (`topics.decoder`). The logits of the next token give every topic a
 * score:
 *
 *     score = logit(label of the topic) - logit(`topics.none`) + bias of the topic
 *           + `topics.phrase_bonus`     if a phrase of the topic is in the text
 *           - `topics.exclude_penalty`  if only excluded phrases of the topic are in the text
 *
 * Topics with a score above 0 are mentioned, at most `topics.max_items`. A second pass, with prefix
 * and label, gives the logits of the polarity words; the highest is the polarity. */
#ifndef STAGES_TASKS_TOPIC_SCORER_H
#define STAGES_TASKS_TOPIC_SCORER_H

#include "stages/tasks/mentions.h"
#include "stages/tasks/topic_prompts.h"
#include "stages/text/texts.h"

/* A topic that the model knows. */
struct scored_topic {
    size_t name;                /* index in topic_scorer.names */
    size_t taxonomy_topic;      /* index in the taxonomy; its number of topics: not in it */
    struct text decoder_prefix; /* `topics.decoder` and the label, for the polarity */
    double bias;
};

/* Arrays are in the arena given to topic_scorer_load. */
struct topic_scorer {
    const struct taxonomy *taxonomy; /* borrowed; set before topic_scorer_load. Its phrases support
                                        the scores; a user's list also selects the topics */
    struct topic_names names; /* that mentions refer to: the user's list, otherwise the model's */
    bool *is_scored;          /* [names.count]: the model knows the topic */
    struct scored_topic *topics;
    size_t topic_count;
    int32_t *tokens; /* [topic_count + 1]: the labels, then `topics.none` */
    int32_t polarity_tokens[TOPIC_POLARITIES];
    enum sentiment polarities[TOPIC_POLARITIES];
    struct text decoder_prefix;
    size_t max_items;
    double phrase_bonus, exclude_penalty;
};

/* ERROR_MODEL if a label, a polarity or `topics.none` is not exactly one piece of the vocabulary,
 * or if `topics.labels` or `topics.biases` do not have one part for each topic. */
bool topic_scorer_load(struct topic_scorer *scorer, const struct topic_prompts *prompts,
                       const struct t5_model *model, struct arena *arena, struct error *error);

/* The mentions in each of the inputs that the session encoded last, most likely first, without
 * polarity; in `arena`. `texts` are the inputs without prompts, in which phrases are looked for.
 * NULL on failure. */
struct mentions *topic_scorer_find(const struct topic_scorer *scorer, struct t5_session *session,
                                   struct text_array texts, struct arena *arena,
                                   struct error *error);

/* Sets the polarity of the mentions answers[i], by input i of those that the session encoded last.
 */
bool topic_scorer_read_polarities(const struct topic_scorer *scorer, struct t5_session *session,
                                  struct mentions *answers, size_t count, struct error *error);

#endif
