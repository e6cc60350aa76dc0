/* stage.h - opens and closes one stage in a test, with default options and "key=value" pairs. */
#ifndef TESTS_FAKES_STAGE_H
#define TESTS_FAKES_STAGE_H

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pipeline/pipeline.h"

/* `settings` is "key=value;key=value". NULL when `open` failed. */
static inline void *stage_start(const struct stage *stage, const char *settings,
                                const struct stage_context *stage_context, struct error *error)
{
    void *state = memory_alloc(1, stage->state_size);
    if (stage->options)
        option_set_defaults(stage->options, state);
    struct text rest = text_of(settings), setting, key;
    while (rest.size > 0 && text_split(&rest, ';', &setting)) {
        text_split(&setting, '=', &key);
        const struct option *option = option_find(stage->options, key);
        if (!option || !option_set(option, state, setting, "test", error))
            abort();
    }
    if (stage->open && !stage->open(state, stage_context, error)) {
        if (stage->close)
            stage->close(state);
        free(state);
        return NULL;
    }
    return state;
}

static inline void stage_end(const struct stage *stage, void *state)
{
    if (stage->close)
        stage->close(state);
    free(state);
}

static inline bool stage_count_record(void *user, const struct saved_record *record,
                                      struct error *error)
{
    const struct stage_instance *instance = user;
    return instance->stage->count_record(instance->state, record, error);
}

/* Pass 3 of one stage over the saved records. */
static inline bool stage_run_pass_3(const struct stage *stage, void *state,
                                    const struct stage_context *context, struct error *error)
{
    struct stage_instance instance = {.stage = stage, .state = state};
    return (!stage->count_record || store_for_each_record(context->store, context->selection,
                                                          stage_count_record, &instance, error)) &&
           stage->finish(state, error);
}

#endif
