/* reduce.c - the reduce stage: statements of all records become candidates for points. Statements
 * that mean the same are merged, whatever the order of the records. */
#include "stages/evidence/candidates.h"
#include "stages/evidence/member_texts.h"
#include "stages/stages.h"
#include "stages/tasks/taxonomy.h"

struct reduce {
    const struct stage_context *stage_context; /* borrowed */
    struct text taxonomy_path;
    struct taxonomy taxonomy; /* the user's, or the model's if it has phrases */
};

static bool open_reduce(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct reduce *reduce = state;
    reduce->stage_context = stage_context;
    return taxonomy_open(&reduce->taxonomy, reduce->taxonomy_path, stage_context->model, error);
}

static void close_reduce(void *state)
{
    taxonomy_close(&((struct reduce *)state)->taxonomy);
}

struct topic_filter {
    const struct taxonomy *taxonomy;
    struct member_texts texts;
    size_t topic;
    bool failed;
    struct error *error; /* of a text that could not be read */
};

/* A statement is about the topic if half of its clauses have a phrase of it. */
static bool is_about_topic(void *user, const struct occurrence *const *examples, size_t count)
{
    struct topic_filter *filter = user;
    size_t found = 0;
    for (size_t i = 0; i < count && !filter->failed; i++) {
        struct text text;
        if (!member_texts_read(&filter->texts, examples[i]->member, &text, filter->error)) {
            filter->failed = true;
            break;
        }
        found += taxonomy_matches_topic(filter->taxonomy,
                                        text_slice(text, examples[i]->begin, examples[i]->end),
                                        filter->topic);
    }
    return found * 2 >= count;
}

static bool process_group(void *state, struct group *group, struct error *error)
{
    struct reduce *reduce = state;
    struct topic_filter topic_filter = {
        .taxonomy = &reduce->taxonomy,
        .texts = {.store = reduce->stage_context->store, .members = group->members},
        .error = error};
    struct candidate_filter filter = {is_about_topic, &topic_filter};
    topic_filter.topic = topic_names_find(&reduce->taxonomy.names, group->key.topic);
    bool has_phrases = topic_filter.topic < reduce->taxonomy.names.count &&
                       taxonomy_has_phrases(&reduce->taxonomy, topic_filter.topic);
    group->candidates =
        candidates_find(group, has_phrases ? &filter : NULL, group->arena, &group->candidate_count);
    group->levels = 1;
    member_texts_free(&topic_filter.texts);
    return !topic_filter.failed;
}

static const struct option options[] = {
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct reduce, taxonomy_path),
     .default_value = "",
     .help = "file of topic phrases that choose a topic's points; default: that of [classify]"},
    {0},
};

const struct stage reduce_stage = {
    .name = "reduce",
    .summary = "merge what records state by what it means",
    .options = options,
    .state_size = sizeof(struct reduce),
    .open = open_reduce,
    .process_group = process_group,
    .close = close_reduce,
};
