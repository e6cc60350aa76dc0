/* asker.c - opens a job for questions. */
#include "jobs/ask/asker.h"

#include <unistd.h>

#include "jobs/model_options.h"

struct topic_settings {
    struct text taxonomy; /* of [classify] */
};

struct writer_settings {
    struct text writer; /* of [ground] */
};

static enum t5_precision get_precision(const struct job_model *settings)
{
    return text_equal(settings->precision, TEXT("f32")) ? T5_F32 : T5_INT8;
}

static bool open_store(struct asker *asker, struct error *error)
{
    struct text path = arena_format(&asker->arena, "%s/winnow.db", asker->job.output.folder);
    uint64_t passages;
    if (access(path.bytes, F_OK) != 0)
        return error_set(error, ERROR_STORE,
                         "%s does not exist: nothing is saved yet; first run `winnow run %s`",
                         path.bytes, asker->job.path);
    if (!store_open(&asker->store, path.bytes, error) ||
        !store_count_passages(asker->store, &passages, &asker->unindexed, error))
        return false;
    store_set_model_key(asker->store, store_get_saved_model_key(asker->store));
    return passages > 0 || asker->unindexed == 0 ||
           error_set(error, ERROR_STORE,
                     "%s: no record is indexed; `winnow run %s` indexes them, unless [index] "
                     "enabled = no",
                     path.bytes, asker->job.path);
}

static bool open_model(struct asker *asker, struct error *error)
{
    const struct job_model *settings = &asker->job.model;
    const char *path = settings->path.size ? job_resolve_path(&asker->job, settings->path)
                                           : find_default_model(&asker->arena, error);
    return path && t5_model_open(&asker->model, path, get_precision(settings), error);
}

/* Sentences are composed if the model writes, and the job lets it write summaries. */
static bool open_composer(struct asker *asker, struct error *error)
{
    static const struct option options[] = {
        {.name = "writer",
         .type = OPTION_TEXT,
         .offset = offsetof(struct writer_settings, writer),
         .default_value = "auto"},
        {0},
    };
    const struct job_model *model = &asker->job.model;
    struct writer_settings settings = {0};
    job_apply_with_defaults(&asker->job, "ground", (struct text){0}, options, &settings);
    if (!text_equal(settings.writer, TEXT("auto")))
        return true;
    struct t5_limits limits = {
        .batch = (size_t)model->batch,
        .threads = count_threads(model->threads),
        .beam = 1,
        .precision = get_precision(model),
        .kernels = model->kernels,
    };
    return composer_open(&asker->composer, asker->model, &limits, error);
}

/* The topics of the job's own list, or of its model. */
static bool open_topics(struct asker *asker, struct error *error)
{
    static const struct option options[] = {
        {.name = "taxonomy",
         .type = OPTION_FILE,
         .offset = offsetof(struct topic_settings, taxonomy),
         .default_value = ""},
        {0},
    };
    struct topic_settings settings = {0};
    struct job *job = &asker->job;
    job_apply_with_defaults(job, "classify", (struct text){0}, options, &settings);
    if (settings.taxonomy.size > 0)
        return taxonomy_read_file(&asker->taxonomy, settings.taxonomy, error);
    taxonomy_read_from_model(&asker->taxonomy, asker->model);
    return true;
}

bool asker_open(struct asker *asker, const char *path, struct text overrides, struct error *error)
{
    if (!job_load(&asker->job, path, overrides, error) || !open_store(asker, error) ||
        !open_model(asker, error) || !open_topics(asker, error) || !open_composer(asker, error) ||
        !corpus_load(&asker->corpus, asker->store, error) ||
        !passage_vectors_load(&asker->vectors, asker->store, asker->model, &asker->corpus, error) ||
        !key_points_load(&asker->points, asker->store, &asker->corpus, error))
        return false;
    related_words_load(&asker->related, &asker->arena);
    asker->context = (struct question_context){&asker->corpus, &asker->taxonomy, &asker->related};
    return true;
}

void asker_close(struct asker *asker)
{
    composer_close(&asker->composer);
    key_points_free(&asker->points);
    passage_vectors_free(&asker->vectors);
    corpus_free(&asker->corpus);
    taxonomy_close(&asker->taxonomy);
    t5_model_close(asker->model);
    store_close(asker->store);
    job_free(&asker->job);
    arena_free(&asker->arena);
    *asker = (struct asker){0};
}

bool asker_ask(struct asker *asker, struct text text, size_t max, struct asked *asked,
               struct error *error)
{
    struct search search = {asker->store, &asked->question, &asker->context, &asker->vectors, max};
    question_parse(&asked->question, text, &asker->context, &asked->arena);
    if (!search_run(&search, &asked->result, &asked->arena, error))
        return false;
    struct answer_scope scope = {&asked->question, &asker->taxonomy, asked->result.is_about};
    if (asked->result.found)
        asked->point_count =
            key_points_choose(&asker->points, &scope, &asked->points, &asked->arena);
    return true;
}

bool asker_compose(const struct asker *asker, struct asked *asked, size_t max,
                   struct text *sentence, struct error *error)
{
    const struct search_result *result = &asked->result;
    struct text *quotes = arena_alloc(&asked->arena, max + 1, sizeof(*quotes));
    size_t count = 0;
    *sentence = (struct text){0};
    if (!result->found)
        return true;
    enum sentiment polarity = result->findings[0].polarity;
    for (size_t i = 0; i < result->count && i < max; i++)
        if (result->findings[i].polarity == polarity)
            quotes[count++] = result->findings[i].text;
    return composer_write(&asker->composer, (struct text_array){quotes, count}, polarity,
                          &asked->arena, sentence, error);
}

void asked_free(struct asked *asked)
{
    arena_free(&asked->arena);
    *asked = (struct asked){0};
}
