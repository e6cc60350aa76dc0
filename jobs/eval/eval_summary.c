/* eval_summary.c - evaluates summaries of groups against reference summaries: the rows of a group
 * are summarized together, and each distinct text in their label column is a reference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "jobs/eval/bootstrap.h"
#include "jobs/eval/eval.h"
#include "jobs/eval/rouge.h"
#include "stages/stages.h"

enum { SUMMARY_STAGE_COUNT = 3 };

static const struct stage *const summary_stages[SUMMARY_STAGE_COUNT] = {&map_stage, &reduce_stage,
                                                                        &ground_stage};

/* What is compared with the references: the key points alone, or with the quoted sentences. */
enum summary_part { POINTS, POINTS_AND_QUOTES, SUMMARY_PART_COUNT };

/* The rows of a group and its references, in input order. */
struct group_rows {
    struct member *members;
    struct text *references;
    size_t count, capacity, reference_count, reference_capacity;
};

struct summary_task {
    struct name_set names;
    struct group_rows *groups; /* by number in `names` */
    size_t capacity;
    struct arena arena; /* holds the texts of members and references */
    void *summary_stages[SUMMARY_STAGE_COUNT];
    size_t row_count, ungrouped; /* rows that are evaluated; rows without a group */
    struct {
        double *rouge_1, *rouge_l; /* owned, one per scored group */
    } scores[SUMMARY_PART_COUNT];
    size_t scored_count;
    size_t point_count, written_count; /* of the summaries; those that the model wrote */
};

static bool open_task(void *state, const struct eval *eval, struct error *error)
{
    struct summary_task *task = state;
    for (size_t i = 0; i < SUMMARY_STAGE_COUNT; i++) {
        task->summary_stages[i] = eval_stage_create(summary_stages[i]);
        if (summary_stages[i]->open &&
            !summary_stages[i]->open(task->summary_stages[i], &eval->stage_context, error))
            return false;
    }
    return true;
}

static void add_reference(struct summary_task *task, struct group_rows *group_rows,
                          struct text reference)
{
    for (size_t i = 0; i < group_rows->reference_count; i++)
        if (text_equal(group_rows->references[i], reference))
            return;
    group_rows->references =
        memory_grow(group_rows->references, &group_rows->reference_capacity,
                    group_rows->reference_count + 1, sizeof(*group_rows->references));
    group_rows->references[group_rows->reference_count++] =
        arena_copy_text(&task->arena, reference);
}

static void add_row(struct summary_task *task, const struct eval *eval, const struct record *record)
{
    size_t previous_count = task->names.count;
    size_t number = name_set_add(&task->names, eval_get_column(record, eval->group));
    task->groups = memory_grow(task->groups, &task->capacity, number + 1, sizeof(*task->groups));
    struct group_rows *group_rows = &task->groups[number];
    if (number == previous_count)
        *group_rows = (struct group_rows){0};
    struct text reference = eval_get_column(record, eval->label);
    if (reference.size > 0)
        add_reference(task, group_rows, reference);
    if (record->chunk_count == 0)
        return;
    group_rows->members = memory_grow(group_rows->members, &group_rows->capacity,
                                      group_rows->count + 1, sizeof(*group_rows->members));
    group_rows->members[group_rows->count++] = (struct member){
        .feedback_id = ++task->row_count,
        .text_hash = hash_text(record->text),
        .created_at = record->created_at,
        .text = arena_copy_text(&task->arena, record->text),
        .sentiment = record->analysis.sentiment,
    };
}

static bool add_batch(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct summary_task *task = state;
    if (!eval_analyse(eval, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (eval_get_column(&batch->records[i], eval->group).size > 0)
            add_row(task, eval, &batch->records[i]);
        else
            task->ungrouped++;
    return true;
}

static size_t count(const void *state)
{
    const struct summary_task *task = state;
    size_t labelled = 0;
    for (size_t i = 0; i < task->names.count; i++)
        labelled += task->groups[i].count > 0 && task->groups[i].reference_count > 0;
    return labelled;
}

static void score_text(struct summary_task *task, enum summary_part part, struct text text,
                       const struct group_rows *group_rows)
{
    struct rouge mean = {0};
    for (size_t i = 0; i < group_rows->reference_count; i++) {
        struct rouge rouge = rouge_compute(text, group_rows->references[i]);
        mean.rouge_1 += rouge.rouge_1 / (double)group_rows->reference_count;
        mean.rouge_l += rouge.rouge_l / (double)group_rows->reference_count;
    }
    task->scores[part].rouge_1[task->scored_count] = mean.rouge_1;
    task->scores[part].rouge_l[task->scored_count] = mean.rouge_l;
}

static void score_summary(struct summary_task *task, const struct group *group,
                          const struct group_rows *group_rows)
{
    struct arena arena = {0};
    struct text text = {0};
    for (size_t i = 0; i < group->point_count; i++) {
        text = arena_format(&arena, "%.*s %.*s.", TEXT_ARGUMENT(text),
                            TEXT_ARGUMENT(group->points[i].text));
        task->written_count += group->points[i].author == POINT_BY_MODEL;
    }
    task->point_count += group->point_count;
    score_text(task, POINTS, text, group_rows);
    for (size_t i = 0; i < group->example_count; i++)
        text = arena_format(&arena, "%.*s %.*s.", TEXT_ARGUMENT(text),
                            TEXT_ARGUMENT(group->examples[i].text));
    score_text(task, POINTS_AND_QUOTES, text, group_rows);
    task->scored_count++;
    printf("%.*s:%.*s\n", TEXT_ARGUMENT(group_key_format(&group->key, &arena)),
           TEXT_ARGUMENT(text));
    arena_free(&arena);
}

static bool summarize_group(struct summary_task *task, struct eval *eval, struct text name,
                            const struct group_rows *group_rows, struct error *error)
{
    struct arena arena = {0};
    struct field field = {.name = eval->group, .value = name};
    struct group group = {
        .key = {.fields = &field, .field_count = 1},
        .members = group_rows->members,
        .member_count = group_rows->count,
        .arena = &arena,
    };
    double started_at = clock_seconds();
    bool ok = true;
    for (size_t i = 0; ok && i < SUMMARY_STAGE_COUNT; i++)
        ok = summary_stages[i]->process_group(task->summary_stages[i], &group, error);
    eval->seconds += clock_seconds() - started_at;
    if (ok)
        score_summary(task, &group, group_rows);
    arena_free(&arena);
    return ok;
}

static double compute_mean(const void *cases, const size_t *sample_indices, size_t drawn_count)
{
    const double *values = cases;
    double sum = 0;
    for (size_t i = 0; i < drawn_count; i++)
        sum += values[sample_indices[i]];
    return sum / (double)drawn_count;
}

/* Returns the mean ROUGE-L. */
static double print_rouge(const struct summary_task *task, enum summary_part part, const char *name)
{
    struct confidence_interval rouge_1 = bootstrap_interval(
                                   compute_mean, task->scores[part].rouge_1, task->scored_count),
                               rouge_l = bootstrap_interval(
                                   compute_mean, task->scores[part].rouge_l, task->scored_count);
    printf("%s\n"
           "  ROUGE-1          %.4f   (95 %%: %.4f to %.4f)\n"
           "  ROUGE-L          %.4f   (95 %%: %.4f to %.4f)\n",
           name, rouge_1.value, rouge_1.low, rouge_1.high, rouge_l.value, rouge_l.low,
           rouge_l.high);
    return rouge_l.value;
}

static bool print(void *state, struct eval *eval, double *main_score, struct error *error)
{
    struct summary_task *task = state;
    for (size_t i = 0; i < SUMMARY_PART_COUNT; i++) {
        task->scores[i].rouge_1 = memory_alloc(task->names.count, sizeof(double));
        task->scores[i].rouge_l = memory_alloc(task->names.count, sizeof(double));
    }
    for (size_t i = 0; i < task->names.count; i++)
        if (task->groups[i].count > 0 && task->groups[i].reference_count > 0 &&
            !summarize_group(task, eval, task->names.texts[i], &task->groups[i], error))
            return false;
    printf("\ngroups             %zu of %zu rows\n", task->scored_count, task->row_count);
    print_rouge(task, POINTS, "key points alone");
    *main_score = print_rouge(task, POINTS_AND_QUOTES, "with quoted sentences");
    printf("key points         %zu, %zu of them written by the model\n"
           "\nskipped: %zu without a group\n"
           "speed: %.2f seconds per group\n",
           task->point_count, task->written_count, task->ungrouped,
           eval->seconds / (double)task->scored_count);
    return true;
}

static void close_task(void *state)
{
    struct summary_task *task = state;
    for (size_t i = 0; i < SUMMARY_STAGE_COUNT; i++)
        eval_stage_close(summary_stages[i], task->summary_stages[i]);
    for (size_t i = 0; i < task->names.count; i++) {
        free(task->groups[i].members);
        free(task->groups[i].references);
    }
    free(task->groups);
    for (size_t i = 0; i < SUMMARY_PART_COUNT; i++) {
        free(task->scores[i].rouge_1);
        free(task->scores[i].rouge_l);
    }
    name_set_free(&task->names);
    arena_free(&task->arena);
}

const struct eval_task eval_summary = {
    .name = "summary",
    .label = "summary",
    .expected_values = "summaries that people wrote, in any row of their group (--group)",
    .state_size = sizeof(struct summary_task),
    .open = open_task,
    .add_batch = add_batch,
    .count = count,
    .print = print,
    .close = close_task,
};
