/* point_ranking.h - chooses the text of a point among the clauses of those who say it. */
#ifndef STAGES_EVIDENCE_POINT_RANKING_H
#define STAGES_EVIDENCE_POINT_RANKING_H

#include "base/arena.h"
#include "stages/text/texts.h"

/* What a shortened text states. */
struct point_check {
    /* The words of meaning in the text that are not part of the point; SIZE_MAX: it does not state
     * the point, or says too much besides. */
    size_t (*count_extra_words)(void *user, struct text text);
    void *user;
    bool has_aspect; /* the point is about something: the text may name it */
    bool is_single;  /* one record says it: the text may tell all that this record says */
    bool is_vague;   /* the point is about nothing in particular, and the text must not be either */
};

/* Writes the best texts of the clauses to texts[0..max_count): first those whose words most clauses
 * share, then by cost (words besides the point, length, form; less if many clauses give the same
 * text), then in their order; each differs from the others. Returns
 * their number; 0 if no clause can stand for others. In `arena`. */
size_t point_ranking_choose(struct text_array clauses, const struct point_check *check,
                            struct text *texts, size_t max_count, struct arena *arena);

#endif
