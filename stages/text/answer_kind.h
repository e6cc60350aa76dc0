/* answer_kind.h - recognizes answers that say nothing: a pure function of the clean stage. */
#ifndef STAGES_TEXT_ANSWER_KIND_H
#define STAGES_TEXT_ANSWER_KIND_H

#include "base/text.h"
#include "pipeline/record.h"

enum answer_kind {
    ANSWER_OPINION,    /* anything else */
    ANSWER_EMPTY,      /* no answer: blank, only punctuation, "n/a" */
    ANSWER_NO_OPINION, /* an answer that says nothing: "No, thank you", "없습니다" */
};

/* What the whole of a cleaned text is, by data/empty_answers.tsv. `extra_answers` is a
 * comma-separated list of texts that are also empty. Case and punctuation are ignored; several
 * answers in a row ("No. Nothing else, thanks!") say nothing together. "Nothing" is a complaint if
 * the question asks for praise. Emoji and smileys are opinions. */
enum answer_kind answer_classify(struct text text, enum asked_for asked_for,
                                 struct text extra_answers);

#endif
