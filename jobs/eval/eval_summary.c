/* eval_summary.c - summaries of groups against those that people wrote: the rows of one group are
 * summarised together, and every different text in their label column is a reference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "jobs/eval/bootstrap.h"
#include "jobs/eval/eval.h"
#include "jobs/eval/rouge.h"
#include "stages/evidence/sentence_index.h"
#include "stages/stages.h"

enum { STEPS = 3, MOST_EVIDENCE = 1 };

/* What a sentence of the model must share with a row to count as supported: as in [ground]. */
static const double support_threshold = 0.6;

static const struct stage *const steps[STEPS] = {&map_stage, &reduce_stage, &ground_stage};

/* The rows of one group and its references, as they come. */
struct rows {
    struct member *members;
    struct text *references;
    size_t count, capacity, reference_count, reference_capacity;
};

struct summary_task {
    struct names names;
    struct rows *groups; /* by number in `names` */
    size_t capacity;
    struct arena arena; /* texts of members and references */
    void *steps[STEPS];
    struct segmenter *segmenter;
    size_t row_count, ungrouped;
    double *ones, *longests; /* by group that has a reference */
    size_t scored;
    size_t sentences, own;     /* of the summaries; of them customers' own words */
    size_t written, supported; /* sentences that the model wrote */
};

static bool open_task(void *state, const struct eval *eval, struct error *error)
{
    struct summary_task *task = state;
    for (size_t i = 0; i < STEPS; i++) {
        task->steps[i] = eval_stage_state(steps[i]);
        if (steps[i]->open && !steps[i]->open(task->steps[i], &eval->workbench, error))
            return false;
    }
    return segmenter_open(&task->segmenter, error);
}

static void add_reference(struct summary_task *task, struct rows *rows, struct text reference)
{
    for (size_t i = 0; i < rows->reference_count; i++)
        if (text_equal(rows->references[i], reference))
            return;
    rows->references = memory_grow(rows->references, &rows->reference_capacity,
                                   rows->reference_count + 1, sizeof(*rows->references));
    rows->references[rows->reference_count++] = arena_copy(&task->arena, reference);
}

static void add_row(struct summary_task *task, const struct eval *eval, const struct record *record)
{
    size_t before = task->names.count;
    size_t number = names_add(&task->names, eval_value(record, eval->group));
    task->groups = memory_grow(task->groups, &task->capacity, number + 1, sizeof(*task->groups));
    struct rows *rows = &task->groups[number];
    if (number == before)
        *rows = (struct rows){0};
    struct text reference = eval_value(record, eval->label);
    if (reference.size > 0)
        add_reference(task, rows, reference);
    if (record->chunk_count == 0)
        return;
    rows->members =
        memory_grow(rows->members, &rows->capacity, rows->count + 1, sizeof(*rows->members));
    rows->members[rows->count++] = (struct member){
        .feedback_id = ++task->row_count,
        .text_hash = hash_text(record->text),
        .created_at = record->created_at,
        .title = arena_copy(&task->arena, record->title),
        .text = arena_copy(&task->arena, record->text),
        .sentiment = record->analysis.sentiment,
    };
}

static bool take(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct summary_task *task = state;
    if (!eval_analyse(eval, batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (eval_value(&batch->records[i], eval->group).size > 0)
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

/* How many sentences the model wrote, and how many of them a row says as well. */
static void count_written(struct summary_task *task, const struct group *group)
{
    if (group->part_count == 0)
        return;
    struct arena arena = {0};
    struct support support;
    size_t sentence_count, begin = 0, evidence_count;
    const size_t *ends =
        segment_sentences(task->segmenter, group->parts[0], &arena, &sentence_count);
    support_open(&support, task->segmenter, group->members, group->member_count);
    for (size_t i = 0; i < sentence_count; begin = ends[i++]) {
        struct passage evidence[MOST_EVIDENCE];
        struct text sentence = text_trim(text_slice(group->parts[0], begin, ends[i]));
        task->written++;
        task->supported += support_find(&support, sentence, SENTIMENT_UNDETECTED, support_threshold,
                                        evidence, MOST_EVIDENCE, &evidence_count);
    }
    support_close(&support);
    arena_free(&arena);
}

static void score(struct summary_task *task, const struct group *group, const struct rows *rows)
{
    struct arena arena = {0};
    struct text summary = {0};
    for (size_t i = 0; i < group->sentence_count; i++) {
        summary = arena_format(&arena, "%.*s %.*s", TEXT_ARGUMENT(summary),
                               TEXT_ARGUMENT(group->sentences[i].text));
        task->own += group->sentences[i].extractive;
    }
    task->sentences += group->sentence_count;
    struct rouge mean = {0};
    for (size_t i = 0; i < rows->reference_count; i++) {
        struct rouge rouge = rouge_compare(summary, rows->references[i]);
        mean.one += rouge.one / (double)rows->reference_count;
        mean.longest += rouge.longest / (double)rows->reference_count;
    }
    task->ones[task->scored] = mean.one;
    task->longests[task->scored++] = mean.longest;
    printf("%.*s:%.*s\n", TEXT_ARGUMENT(group->key), TEXT_ARGUMENT(summary));
    arena_free(&arena);
}

static bool summarise(struct summary_task *task, struct eval *eval, struct text name,
                      const struct rows *rows, struct error *error)
{
    struct arena arena = {0};
    struct group group = {
        .key = arena_format(&arena, "%.*s=%.*s", TEXT_ARGUMENT(eval->group), TEXT_ARGUMENT(name)),
        .members = rows->members,
        .member_count = rows->count,
        .arena = &arena,
    };
    double start = clock_seconds();
    bool ok = true;
    for (size_t i = 0; ok && i < STEPS; i++)
        ok = steps[i]->process_group(task->steps[i], &group, error);
    eval->seconds += clock_seconds() - start;
    if (ok) {
        count_written(task, &group);
        score(task, &group, rows);
    }
    arena_free(&arena);
    return ok;
}

static double mean_figure(const void *cases, const size_t *drawn, size_t drawn_count)
{
    const double *values = cases;
    double sum = 0;
    for (size_t i = 0; i < drawn_count; i++)
        sum += values[drawn[i]];
    return sum / (double)drawn_count;
}

static bool print(void *state, struct eval *eval, double *first, struct error *error)
{
    struct summary_task *task = state;
    task->ones = memory_alloc(task->names.count, sizeof(*task->ones));
    task->longests = memory_alloc(task->names.count, sizeof(*task->longests));
    for (size_t i = 0; i < task->names.count; i++)
        if (task->groups[i].count > 0 && task->groups[i].reference_count > 0 &&
            !summarise(task, eval, task->names.texts[i], &task->groups[i], error))
            return false;
    struct interval one = bootstrap(mean_figure, task->ones, task->scored);
    struct interval longest = bootstrap(mean_figure, task->longests, task->scored);
    printf("\ngroups             %zu of %zu rows\n"
           "ROUGE-1            %.4f   (95 %%: %.4f to %.4f)\n"
           "ROUGE-L            %.4f   (95 %%: %.4f to %.4f)\n"
           "sentences          %zu, of them %zu in customers' own words\n"
           "the model wrote    %zu, of them %zu supported by a row\n"
           "\nleft out: %zu without a group\n"
           "speed: %.2f seconds a group\n",
           task->scored, task->row_count, one.value, one.low, one.high, longest.value, longest.low,
           longest.high, task->sentences, task->own, task->written, task->supported,
           task->ungrouped, eval->seconds / (double)task->scored);
    *first = longest.value;
    return true;
}

static void close_task(void *state)
{
    struct summary_task *task = state;
    for (size_t i = 0; i < STEPS; i++)
        eval_close_stage(steps[i], task->steps[i]);
    for (size_t i = 0; i < task->names.count; i++) {
        free(task->groups[i].members);
        free(task->groups[i].references);
    }
    segmenter_close(task->segmenter);
    free(task->groups);
    free(task->ones);
    free(task->longests);
    names_free(&task->names);
    arena_free(&task->arena);
}

const struct eval_task eval_summary = {
    .name = "summary",
    .label = "summary",
    .expected = "summaries that people wrote, in any row of their group (--group)",
    .state_size = sizeof(struct summary_task),
    .open = open_task,
    .take = take,
    .count = count,
    .print = print,
    .close = close_task,
};
