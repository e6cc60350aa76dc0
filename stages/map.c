/* map.c - the map stage: packs the texts of a group into the model's window and summarizes each
 * pack. */
#include "stages/stages.h"
#include "stages/tasks/summarizer.h"

struct map {
    struct text strategy;
    bool uses_model; /* the model writes summaries; otherwise ground selects sentences */
    struct summarizer summarizer;
};

static bool open_map(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct map *map = state;
    /* A model without training in summaries says so in its prompts. */
    map->uses_model =
        !text_equal(map->strategy, TEXT("extractive")) &&
        text_equal(prompt_get_text(stage_context->model, "summary.by", "model"), TEXT("model"));
    return summarizer_open(&map->summarizer, stage_context, error);
}

static void close_map(void *state)
{
    summarizer_close(&((struct map *)state)->summarizer);
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct map *map = state;
    struct arena scratch = {0};
    struct text_set seen = {0};
    struct text *distinct = arena_alloc(&scratch, group->member_count, sizeof(*distinct));
    size_t count = 0;
    for (size_t i = 0; i < group->member_count; i++)
        if (text_set_add(&seen, group->members[i].text))
            distinct[count++] = group->members[i].text;
    text_set_free(&seen);
    group->partial_summary_count = 0;
    group->finish_reason = FINISH_EXTRACTIVE;
    bool ok = true;
    if (count > 1 && map->uses_model) { /* a single text is its own best summary */
        struct text_array pieces =
            summarizer_split(&map->summarizer, (struct text_array){distinct, count},
                             summarizer_token_budget(&map->summarizer), &scratch);
        struct summaries summaries;
        ok = summarizer_summarize(&map->summarizer, pieces, group->arena, &summaries, error);
        group->partial_summaries = summaries.items;
        group->partial_summary_count = summaries.count;
        if (summaries.count > 0)
            group->finish_reason = summaries.finish_reason;
    }
    arena_free(&scratch);
    return ok;
}

static const struct option options[] = {
    {.name = "strategy",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct map, strategy),
     .default_value = "map-reduce",
     .choices = "map-reduce|extractive",
     .help = "map-reduce: the model writes, if it was trained to; extractive: only customers' own "
             "sentences"},
    {0},
};

const struct stage map_stage = {
    .name = "map",
    .summary = "pack texts into the model's window and summarize each pack",
    .options = options,
    .state_size = sizeof(struct map),
    .open = open_map,
    .process_group = process_group,
    .close = close_map,
};
