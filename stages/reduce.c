/* reduce.c - the reduce stage: packs the partial summaries and summarizes them again, level by
 * level, until one is left. Each level has at most half as many parts as the one before. */
#include <assert.h>

#include "stages/stages.h"
#include "stages/tasks/summarizer.h"

struct reduce {
    struct summarizer summarizer;
};

static bool open_reduce(void *state, const struct stage_context *stage_context, struct error *error)
{
    return summarizer_open(&((struct reduce *)state)->summarizer, stage_context, error);
}

static void close_reduce(void *state)
{
    summarizer_close(&((struct reduce *)state)->summarizer);
}

/* Drops repeated parts, and cuts each to its first sentences so that two fit into one input. */
static size_t prepare_parts(struct reduce *reduce, const struct group *group, struct text *parts,
                            struct arena *scratch)
{
    struct summarizer *summarizer = &reduce->summarizer;
    /* Two tokens to spare for each part: a text may have other tokens after a separator. */
    size_t token_budget =
        summarizer_token_budget(summarizer) / 2 - summarizer->separator_tokens - 2;
    struct text_set seen = {0};
    size_t count = 0;
    for (size_t i = 0; i < group->partial_summary_count; i++)
        if (text_set_add(&seen, group->partial_summaries[i]))
            parts[count++] =
                summarizer_split(summarizer, (struct text_array){&group->partial_summaries[i], 1},
                                 token_budget, scratch)
                    .items[0];
    text_set_free(&seen);
    return count;
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct reduce *reduce = state;
    struct arena scratch = {0};
    bool ok = true;
    while (ok && group->partial_summary_count > 1) {
        struct text *parts = arena_alloc(&scratch, group->partial_summary_count, sizeof(*parts));
        size_t old_count = group->partial_summary_count,
               count = prepare_parts(reduce, group, parts, &scratch);
        if (count == 1) {
            group->partial_summaries[0] = arena_copy_text(group->arena, parts[0]);
            group->partial_summary_count = 1;
            break;
        }
        struct summaries summaries;
        ok = summarizer_summarize(&reduce->summarizer, (struct text_array){parts, count},
                                  group->arena, &summaries, error);
        group->partial_summaries = summaries.items;
        group->partial_summary_count = summaries.count;
        if (summaries.count > 0)
            group->finish_reason = summaries.finish_reason;
        assert(!ok || group->partial_summary_count <= (old_count + 1) / 2);
        group->levels++;
    }
    arena_free(&scratch);
    return ok;
}

const struct stage reduce_stage = {
    .name = "reduce",
    .summary = "merge summaries level by level until one remains",
    .state_size = sizeof(struct reduce),
    .open = open_reduce,
    .process_group = process_group,
    .close = close_reduce,
};
