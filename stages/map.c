/* map.c - the map stage: a group's texts packed into the model's window, a summary of each pack. */
#include "base/hash.h"
#include "base/hash_table.h"
#include "stages/stages.h"
#include "stages/tasks/summarizer.h"

struct map {
    struct text strategy;
    bool uses_model; /* the model does */
    struct summarizer summarizer;
};

static bool open_map(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct map *map = state;
    /* A model that was not taught to write says so: its summaries are customers' own sentences. */
    map->uses_model =
        !text_equal(map->strategy, TEXT("extractive")) &&
        text_equal(prompt_get_text(stage_context->model, "summary", "by", "model"), TEXT("model"));
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
    struct hash_table seen_texts = {0};
    struct text *texts = arena_alloc(&scratch, group->member_count, sizeof(*texts));
    size_t count = 0, piece_count;
    for (size_t i = 0; i < group->member_count; i++) {
        bool is_new;
        /* What fifty people wrote alike is read once. */
        hash_table_get_or_insert(&seen_texts, hash_text(group->members[i].text), i, &is_new);
        if (is_new)
            texts[count++] = group->members[i].text;
    }
    hash_table_free(&seen_texts);
    group->partial_summary_count = 0;
    group->finish_reason = "extractive";
    bool ok = true;
    /* One text is its own best summary. */
    if (count > 1 && map->uses_model) {
        struct text *pieces =
            summarizer_split(&map->summarizer, texts, count,
                             summarizer_token_budget(&map->summarizer), &scratch, &piece_count);
        ok = summarizer_summarize(&map->summarizer, pieces, piece_count, group->arena,
                                  &group->partial_summaries, &group->partial_summary_count,
                                  &group->finish_reason, error);
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
    .summary = "pack texts into the model's window and summarise each pack",
    .options = options,
    .state_size = sizeof(struct map),
    .open = open_map,
    .process_group = process_group,
    .close = close_map,
};
