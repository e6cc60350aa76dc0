/* reduce.c - the reduce stage: summaries packed and summarised again, level by level, until one is
 * left. Each level has at most half as many parts as the one before, so there are few. */
#include <assert.h>

#include "base/hash.h"
#include "base/hash_table.h"
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

/* Equal parts once, and each cut to its first sentences where two would not fit side by side. */
static size_t prepare_parts(struct reduce *reduce, const struct group *group, struct text *parts,
                            struct arena *scratch)
{
    struct summarizer *summarizer = &reduce->summarizer;
    /* Two fit with their separators, and two tokens to spare for each: a text may tokenize
     * differently behind a separator. */
    size_t token_budget =
        summarizer_token_budget(summarizer) / 2 - summarizer->separator_tokens - 2;
    struct hash_table seen_texts = {0};
    size_t count = 0;
    for (size_t i = 0; i < group->partial_summary_count; i++) {
        bool is_new;
        hash_table_get_or_insert(&seen_texts, hash_text(group->partial_summaries[i]), i, &is_new);
        if (!is_new)
            continue;
        size_t pieces;
        struct text *first_piece = summarizer_split(summarizer, &group->partial_summaries[i], 1,
                                                    token_budget, scratch, &pieces);
        parts[count++] = first_piece[0];
    }
    hash_table_free(&seen_texts);
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
        ok = summarizer_summarize(&reduce->summarizer, parts, count, group->arena,
                                  &group->partial_summaries, &group->partial_summary_count,
                                  &group->finish_reason, error);
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
