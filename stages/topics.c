/* topics.c - the topics stage: tells the database how reports count and name the topics of a
 * registry (stages/tasks/taxonomy.h). Mentions keep the ids under which they were found, so that a
 * merge can be undone and an earlier report made again. */
#include "pipeline/store.h"
#include "stages/stages.h"
#include "stages/tasks/taxonomy.h"

struct topics {
    struct text taxonomy, as_of, language;
};

static const struct text *choose_name(const struct topics *topics, const struct topic_entry *entry)
{
    bool is_korean = text_equal(topics->language, TEXT("ko"));
    const struct text *name = is_korean ? &entry->name_ko : &entry->name_en;
    const struct text *other = is_korean ? &entry->name_en : &entry->name_ko;
    return name->size > 0 ? name : other;
}

static bool save_registry(const struct topics *topics, const struct taxonomy *taxonomy,
                          struct store *store, struct error *error)
{
    struct arena arena = {0};
    size_t count = taxonomy->entries ? taxonomy->names.count : 0;
    struct shown_topic *shown = arena_alloc(&arena, count + 1, sizeof(*shown));
    for (size_t i = 0; i < count; i++) {
        const struct topic_entry *entry = &taxonomy->entries[i];
        struct text id = taxonomy->names.items[i], name = *choose_name(topics, entry);
        shown[i] = (struct shown_topic){
            .id = id,
            .reported = taxonomy_get_reported_id(taxonomy, i, topics->as_of),
            .name = name.size > 0 ? name : id,
            .parent = entry->parent,
            .owner = entry->owner,
        };
    }
    bool ok = store_save_shown_topics(store, shown, count, error);
    arena_free(&arena);
    return ok;
}

static bool open_topics(void *state, const struct stage_context *stage_context, struct error *error)
{
    const struct topics *topics = state;
    struct taxonomy taxonomy = {0};
    bool ok = topics->taxonomy.size == 0 || taxonomy_read_file(&taxonomy, topics->taxonomy, error);
    if (ok && !stage_context->is_preview)
        ok = save_registry(topics, &taxonomy, stage_context->store, error);
    taxonomy_close(&taxonomy);
    return ok;
}

uint64_t stages_hash_registry(struct text contents)
{
    return taxonomy_hash_registry(contents);
}

static const struct option options[] = {
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct topics, taxonomy),
     .default_value = "",
     .help = "registry of topics; default: the file of [classify]"},
    {.name = "as_of",
     .type = OPTION_TEXT,
     .offset = offsetof(struct topics, as_of),
     .default_value = "",
     .help = "day whose merges and topics reports use, like 2026-10-31; default: all"},
    {.name = "language",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct topics, language),
     .default_value = "en",
     .choices = "en|ko",
     .help = "language of the topics' names in reports"},
    {0},
};

const struct stage topics_stage = {
    .name = "topics",
    .summary = "count merged topics as one, and name topics in reports",
    .options = options,
    .state_size = sizeof(struct topics),
    .open = open_topics,
};
