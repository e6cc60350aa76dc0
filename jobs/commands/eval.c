/* eval.c - `winnow eval GOLD.csv`: how well the model agrees with labels that people gave. The
 * texts go through the very stages of a run: clean, chunk, classify; see eval_*.c for what is
 * compared. */
#include "jobs/eval/eval.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "pipeline/store.h"
#include "stages/stages.h"

extern const struct command eval_command; /* at the end */

enum { BATCH_RECORDS = 512 };

static const struct stage *const steps[EVAL_STAGES] = {&clean_stage, &chunk_stage, &classify_stage};

static const struct eval_task *const tasks[] = {&eval_sentiment, &eval_topics, &eval_summary};

struct text eval_value(const struct record *record, struct text column)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_fold(record->fields[i].name, column))
            return text_trim(record->fields[i].value);
    return (struct text){0};
}

bool eval_analyse(struct eval *eval, struct batch *batch, struct error *error)
{
    double start = clock_seconds();
    if (!steps[0]->process(eval->stages[0], batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i].analyse = batch->records[i].state == RECORD_NEW;
    for (size_t i = 1; i < EVAL_STAGES; i++)
        if (!steps[i]->process(eval->stages[i], batch, error))
            return false;
    eval->seconds += clock_seconds() - start;
    for (size_t i = 0; i < batch->count; i++)
        eval->tokens += batch->records[i].analyse ? batch->records[i].analysis.tokens : 0;
    return true;
}

/* ---- Reading ---- */

/* What a file goes to. */
struct reading_task {
    struct eval *eval;
    const struct eval_task *task;
    void *state;
};

static bool read_gold(struct reading_task *reading_task, const struct connector *connector,
                      void *state, const char *path, struct error *error)
{
    struct batch batch = {.path = path, .source = TEXT("gold")};
    bool ok = connector->open(state, path, error);
    enum reading reading = READING_MORE;
    while (ok && reading == READING_MORE) {
        batch_reset(&batch);
        while (batch.count < BATCH_RECORDS &&
               (reading = connector->read(state, &batch, error)) == READING_MORE)
            ;
        ok = reading != READING_FAILED &&
             reading_task->task->take(reading_task->state, reading_task->eval, &batch, error);
    }
    connector->close(state);
    batch_free(&batch);
    return ok;
}

static bool set_source_option(const struct connector *connector, void *state, const char *name,
                              struct text value, struct error *error)
{
    const struct option *option = option_find(connector->options, text_of(name));
    return value.size == 0 || !option || option_set(option, state, value, "winnow eval", error);
}

static bool evaluate_file(struct reading_task *reading_task, const char *path, struct error *error)
{
    const struct eval *eval = reading_task->eval;
    struct arena arena = {0};
    const struct connector *connector = NULL;
    struct text report = {0};
    for (size_t i = 0; connectors[i]; i++)
        if (text_equal(text_of(connectors[i]->name), eval->format))
            connector = connectors[i];
    bool ok = connector || connectors_recognize(path, &arena, &connector, &report, error);
    if (ok && !connector)
        ok = error_set(error, ERROR_INPUT, "%s: not recognised (%.*s); say which with --format",
                       path, TEXT_ARGUMENT(report));
    if (ok) {
        void *state = arena_alloc(&arena, 1, connector->state_size);
        option_defaults(connector->options, state);
        ok = set_source_option(connector, state, "map", eval->map, error) &&
             read_gold(reading_task, connector, state, path, error);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Stages ---- */

void *eval_stage_state(const struct stage *stage)
{
    void *state = memory_alloc(1, stage->state_size);
    if (stage->options)
        option_defaults(stage->options, state);
    return state;
}

void eval_close_stage(const struct stage *stage, void *state)
{
    if (state && stage->close)
        stage->close(state);
    free(state);
}

/* A stage with its options' fallbacks, and those of eval's flags that it knows. */
static bool open_step(const struct eval *eval, const struct stage *stage, void **state,
                      struct error *error)
{
    const struct option *taxonomy = option_find(stage->options, TEXT("taxonomy"));
    const struct option *likeness = option_find(stage->options, TEXT("likeness"));
    *state = eval_stage_state(stage);
    if ((taxonomy && !option_set(taxonomy, *state, eval->taxonomy, "winnow eval", error)) ||
        (likeness && eval->likeness.size > 0 &&
         !option_set(likeness, *state, eval->likeness, "winnow eval", error)))
        return false;
    return !stage->open || stage->open(*state, &eval->workbench, error);
}

static bool open_workbench(struct eval *eval, struct t5_model **model, struct error *error)
{
    struct workbench *workbench = &eval->workbench;
    int64_t window = 128;
    workbench->session_batch = (size_t)eval->lines.batch;
    if (!lines_open_model(&eval->lines, model, error))
        return false;
    workbench->model = *model;
    text_integer(t5_model_prompt(*model, "window.output"), &window);
    if (!lines_open_session(&eval->lines, *model, (size_t)window, 1, &workbench->session, error) ||
        !store_open(&workbench->store, ":memory:", error))
        return false;
    for (size_t i = 0; i < EVAL_STAGES; i++)
        if (!open_step(eval, steps[i], &eval->stages[i], error))
            return false;
    return true;
}

static void close_workbench(struct eval *eval, struct t5_model *model)
{
    for (size_t i = 0; i < EVAL_STAGES; i++)
        eval_close_stage(steps[i], eval->stages[i]);
    store_close(eval->workbench.store);
    t5_session_close(eval->workbench.session);
    t5_model_close(model);
}

/* ---- The command ---- */

static int evaluate(struct eval *eval, const struct eval_task *task, const char *const *paths,
                    size_t count, struct error *error)
{
    struct t5_model *model = NULL;
    struct reading_task reading = {eval, task, memory_alloc(1, task->state_size)};
    if (eval->label.size == 0)
        eval->label = text_of(task->label);
    bool ok = open_workbench(eval, &model, error) &&
              (!task->open || task->open(reading.state, eval, error));
    for (size_t i = 0; ok && i < count; i++)
        ok = evaluate_file(&reading, paths[i], error);
    if (ok && task->count(reading.state) == 0)
        ok = error_set(error, ERROR_INPUT,
                       "nothing has a label: the column '%.*s' should hold %s (--label names "
                       "another)",
                       TEXT_ARGUMENT(eval->label), task->expected);
    double first = 0;
    ok = ok && task->print(reading.state, eval, &first, error);
    task->close(reading.state);
    free(reading.state);
    close_workbench(eval, model);
    if (!ok)
        return error_exit_code(error->kind);
    return first >= eval->least ? 0 : 1;
}

#define FLAG(name_, type_, member_, fallback_, least_, most_, argument_, help_)                    \
    {                                                                                              \
        .option = {.name = name_,                                                                  \
                   .type = type_,                                                                  \
                   .offset = offsetof(struct eval, member_),                                       \
                   .fallback = fallback_,                                                          \
                   .least = least_,                                                                \
                   .most = most_,                                                                  \
                   .help = help_},                                                                 \
        .argument = argument_                                                                      \
    }

static const struct flag flags[] = {
    LINE_FLAGS,
    {.option = {.name = "task",
                .type = OPTION_CHOICE,
                .offset = offsetof(struct eval, task),
                .fallback = "sentiment",
                .choices = "sentiment|topics|summary",
                .help = "what the labels are about"},
     .argument = "NAME"},
    FLAG("label", OPTION_TEXT, label, "", 0, 0, "COLUMN",
         "holds the labels; without it the column named like the task"),
    FLAG("group", OPTION_TEXT, group, "product", 0, 0, "COLUMN",
         "summary: rows with the same value are summarised together"),
    FLAG("taxonomy", OPTION_TEXT, taxonomy, "", 0, 0, "FILE",
         "topics: a table of topics and phrases in place of the model's"),
    FLAG("likeness", OPTION_TEXT, likeness, "", 0, 0, "X",
         "topics: as in [classify], for clauses without phrases"),
    FLAG("map", OPTION_TEXT, map, "", 0, 0, "ROLE=COLUMN,...",
         "which column is the text, as in a job file"),
    FLAG("format", OPTION_TEXT, format, "", 0, 0, "NAME", "csv, json or xml; found by itself"),
    FLAG("min-macro-f1", OPTION_REAL, least, "0", 0, 1, "X",
         "exit code 1 below this: a gate for a new model"),
    FLAG("min", OPTION_REAL, least, "0", 0, 1, "X",
         "the same for the other tasks: micro-F1 with polarity, ROUGE-L"),
    {.option = {.name = NULL}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct eval eval = {0};
    struct arena arena = {0};
    int first, code = 2;
    if (command_parse(&eval_command, argc, argv, &eval, &arena, &first, error) &&
        command_operands(&eval_command, argc - first, 1, argc, error))
        for (size_t i = 0; i < sizeof(tasks) / sizeof(*tasks); i++)
            if (text_equal(text_of(tasks[i]->name), eval.task))
                code = evaluate(&eval, tasks[i], (const char *const *)argv + first,
                                (size_t)(argc - first), error);
    arena_free(&arena);
    return code;
}

const struct command eval_command = {
    .name = "eval",
    .summary = "how well the model agrees with labels of yours",
    .operands = "GOLD.csv...",
    .help =
        "GOLD is a table with a text column and a label column. Sentiment: macro-F1 with its\n"
        "95 % interval, accuracy, a confusion table, how far confidence can be trusted. Topics:\n"
        "micro-F1 with and without polarity, each topic's. Summaries: ROUGE-1 and ROUGE-L of the\n"
        "whole map-reduce against every text in the label column of the group's rows.\n"
        "\n"
        "    winnow eval labelled.csv\n"
        "    winnow eval --label stars --min-macro-f1 0.60 labelled.csv || echo 'not yet'\n"
        "    winnow eval --task topics labelled.csv    # price:negative; delivery:positive\n"
        "    winnow eval --task summary --group product labelled.csv\n",
    .flags = flags,
    .run = run,
};
