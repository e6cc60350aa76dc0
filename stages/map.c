/* map.c - the map stage: a group's texts packed into the model's window, a summary of each pack. */
#include "base/hash.h"
#include "base/table.h"
#include "stages/stages.h"
#include "stages/tasks/summarizer.h"

struct map {
    struct text strategy;
    bool writes; /* the model does */
    struct summarizer summarizer;
};

static bool open_map(void *state, const struct workbench *workbench, struct error *error)
{
    struct map *map = state;
    /* A model that was not taught to write says so: its summaries are customers' own sentences. */
    map->writes =
        !text_equal(map->strategy, TEXT("extractive")) &&
        text_equal(prompt_text(workbench->model, "summary", "by", "model"), TEXT("model"));
    return summarizer_open(&map->summarizer, workbench, error);
}

static void close_map(void *state)
{
    summarizer_close(&((struct map *)state)->summarizer);
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct map *map = state;
    struct arena scratch = {0};
    struct table seen = {0};
    struct text *texts = arena_alloc(&scratch, group->member_count, sizeof(*texts));
    size_t count = 0, piece_count;
    for (size_t i = 0; i < group->member_count; i++) {
        bool is_new;
        /* What fifty people wrote alike is read once. */
        table_at(&seen, hash_text(group->members[i].text), i, &is_new);
        if (is_new)
            texts[count++] = group->members[i].text;
    }
    table_free(&seen);
    group->part_count = 0;
    group->finish_reason = "extractive";
    bool ok = true;
    /* One text is its own best summary. */
    if (count > 1 && map->writes) {
        struct text *pieces =
            summarizer_cut(&map->summarizer, texts, count, summarizer_room(&map->summarizer),
                           &scratch, &piece_count);
        ok = summarizer_run(&map->summarizer, pieces, piece_count, group->arena, &group->parts,
                            &group->part_count, &group->finish_reason, error);
    }
    arena_free(&scratch);
    return ok;
}

static const struct option options[] = {
    {.name = "strategy",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct map, strategy),
     .fallback = "map-reduce",
     .choices = "map-reduce|extractive",
     .help =
         "map-reduce: the model writes (where it was taught to), ground checks; extractive: only "
         "sentences of customers"},
    {0},
};

const struct stage map_stage = {
    .name = "map",
    .summary = "pack texts into the window, summarise each pack",
    .options = options,
    .state_size = sizeof(struct map),
    .open = open_map,
    .process_group = process_group,
    .close = close_map,
};
