/* topics.c - picks the way in which the model finds topics. */
#include "stages/tasks/topics.h"

bool topics_use_scores(const struct t5_model *model)
{
    return text_equal(prompt_get_text(model, "topics.by", "model"), TEXT("scores"));
}

bool topics_load(struct topics_predictor *predictor, const struct t5_model *model,
                 const struct taxonomy *taxonomy, struct error *error)
{
    struct topic_prompts *prompts = &predictor->prompts;
    if (!topic_prompts_load(prompts, model, &predictor->arena, error) ||
        !prompt_get_number(model, "topics.sure_at", 0, &predictor->min_confidence, error))
        return false;
    predictor->names = prompts->names;
    predictor->uses_scores = topics_use_scores(model);
    if (!predictor->uses_scores)
        return topic_decoder_load(&predictor->decoder, prompts, model, &predictor->arena, error);
    predictor->scorer.taxonomy = taxonomy;
    if (!topic_scorer_load(&predictor->scorer, prompts, model, &predictor->arena, error))
        return false;
    predictor->names = predictor->scorer.names;
    return true;
}

void topics_close(struct topics_predictor *predictor)
{
    topic_decoder_close(&predictor->decoder);
    arena_free(&predictor->arena);
}

struct mentions *topics_find(const struct topics_predictor *predictor, struct t5_session *session,
                             struct text_array texts, struct arena *arena, struct error *error)
{
    return predictor->uses_scores
               ? topic_scorer_find(&predictor->scorer, session, texts, arena, error)
               : topic_decoder_predict(&predictor->decoder, session, texts.count, arena, error);
}

bool topics_read_polarities(const struct topics_predictor *predictor, struct t5_session *session,
                            struct mentions *answers, size_t count, struct error *error)
{
    return !predictor->uses_scores ||
           topic_scorer_read_polarities(&predictor->scorer, session, answers, count, error);
}
