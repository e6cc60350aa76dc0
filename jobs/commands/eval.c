/* eval.c - `winnow eval GOLD.csv`: how well the model agrees with labels that people gave. The
 * texts go through the very stages of a run: clean, chunk, classify; see eval_*.c for what is
 * compared. */
#include "jobs/eval/eval.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "pipeline/batch_reader.h"
#include "pipeline/store.h"
#include "stages/stages.h"

extern const struct command eval_command; /* at the end */

enum { BATCH_RECORDS = 512 };

static const struct stage *const eval_stages[EVAL_STAGE_COUNT] = {&clean_stage, &chunk_stage,
                                                                  &classify_stage};

static const struct eval_task *const tasks[] = {&eval_sentiment, &eval_topics, &eval_summary};

struct text eval_get_column(const struct record *record, struct text column)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_ignore_case(record->fields[i].name, column))
            return text_trim(record->fields[i].value);
    return (struct text){0};
}

bool eval_analyse(struct eval *eval, struct batch *batch, struct error *error)
{
    double start = clock_seconds();
    if (!eval_stages[0]->process(eval->stages[0], batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i].needs_analysis = batch->records[i].state == RECORD_NEW;
    for (size_t i = 1; i < EVAL_STAGE_COUNT; i++)
        if (!eval_stages[i]->process(eval->stages[i], batch, error))
            return false;
    eval->seconds += clock_seconds() - start;
    for (size_t i = 0; i < batch->count; i++)
        eval->tokens += batch->records[i].needs_analysis ? batch->records[i].analysis.tokens : 0;
    return true;
}

/* ---- Reading ---- */

/* What a file goes to. */
struct gold_reader {
    struct eval *eval;
    const struct eval_task *task;
    void *state;
};

static bool read_gold_file(struct gold_reader *gold_reader, const struct input_file *file,
                           struct error *error)
{
    struct batch_reader reader;
    bool ok = true;
    batch_reader_open(&reader, file, BATCH_RECORDS);
    while (ok && reader.status == READ_OK) {
        batch_reader_fill(&reader, UINT64_MAX);
        ok = reader.status != READ_FAILED &&
             gold_reader->task->add_batch(gold_reader->state, gold_reader->eval, &reader.batch,
                                          error);
    }
    if (reader.status == READ_FAILED)
        ok = error_set(error, reader.failure.kind, "%s", reader.failure.message);
    batch_reader_close(&reader);
    return ok;
}

static bool set_source_option(const struct connector *connector, void *state, const char *name,
                              struct text value, struct error *error)
{
    const struct option *option = option_find(connector->options, text_of(name));
    return value.size == 0 || !option || option_set(option, state, value, "winnow eval", error);
}

static bool evaluate_file(struct gold_reader *gold_reader, const char *path, struct error *error)
{
    const struct eval *eval = gold_reader->eval;
    struct arena arena = {0};
    const struct connector *connector = NULL;
    struct text recognition_report = {0};
    bool ok;
    if (eval->format.size > 0) {
        connector = connectors_find(eval->format);
        ok = connector || error_set(error, ERROR_USAGE, "--format %.*s: there is no such connector",
                                    TEXT_ARGUMENT(eval->format));
    } else {
        ok = connectors_recognize(path, &arena, &connector, &recognition_report, error);
    }
    if (ok && !connector)
        ok = error_set(error, ERROR_INPUT, "%s: not recognised (%.*s); say which with --format",
                       path, TEXT_ARGUMENT(recognition_report));
    if (ok) {
        struct input_file file = {.path = path,
                                  .name = path,
                                  .source = TEXT("gold"),
                                  .connector = connector,
                                  .connector_state = arena_alloc(&arena, 1, connector->state_size)};
        option_set_defaults(connector->options, file.connector_state);
        ok = set_source_option(connector, file.connector_state, "map", eval->map, error) &&
             read_gold_file(gold_reader, &file, error);
    }
    arena_free(&arena);
    return ok;
}

/* ---- Stages ---- */

void *eval_stage_create(const struct stage *stage)
{
    void *state = memory_alloc(1, stage->state_size);
    if (stage->options)
        option_set_defaults(stage->options, state);
    return state;
}

void eval_stage_close(const struct stage *stage, void *state)
{
    if (state && stage->close)
        stage->close(state);
    free(state);
}

/* A stage with its options' fallbacks, and those of eval's flags that it knows. */
static bool open_stage(const struct eval *eval, const struct stage *stage, void **state,
                       struct error *error)
{
    const struct option *taxonomy = option_find(stage->options, TEXT("taxonomy"));
    const struct option *min_similarity = option_find(stage->options, TEXT("min_similarity"));
    *state = eval_stage_create(stage);
    if ((taxonomy && !option_set(taxonomy, *state, eval->taxonomy, "winnow eval", error)) ||
        (min_similarity && eval->min_similarity.size > 0 &&
         !option_set(min_similarity, *state, eval->min_similarity, "winnow eval", error)))
        return false;
    return !stage->open || stage->open(*state, &eval->stage_context, error);
}

static bool open_stage_context(struct eval *eval, struct t5_model **model, struct error *error)
{
    struct stage_context *stage_context = &eval->stage_context;
    int64_t window_output_tokens = 128;
    stage_context->session_batch = (size_t)eval->lines.batch;
    if (!line_options_open_model(&eval->lines, model, error))
        return false;
    stage_context->model = *model;
    text_to_integer(t5_model_prompt(*model, "window.output"), &window_output_tokens);
    if (!line_options_open_session(&eval->lines, *model, (size_t)window_output_tokens, 1,
                                   &stage_context->session, error) ||
        !store_open(&stage_context->store, ":memory:", error))
        return false;
    for (size_t i = 0; i < EVAL_STAGE_COUNT; i++)
        if (!open_stage(eval, eval_stages[i], &eval->stages[i], error))
            return false;
    return true;
}

static void close_stage_context(struct eval *eval, struct t5_model *model)
{
    for (size_t i = 0; i < EVAL_STAGE_COUNT; i++)
        eval_stage_close(eval_stages[i], eval->stages[i]);
    store_close(eval->stage_context.store);
    t5_session_close(eval->stage_context.session);
    t5_model_close(model);
}

/* ---- The command ---- */

static int evaluate(struct eval *eval, const struct eval_task *task, const char *const *paths,
                    size_t count, struct error *error)
{
    struct t5_model *model = NULL;
    struct gold_reader read_status = {eval, task, memory_alloc(1, task->state_size)};
    if (eval->label.size == 0)
        eval->label = text_of(task->label);
    bool ok = open_stage_context(eval, &model, error) &&
              (!task->open || task->open(read_status.state, eval, error));
    for (size_t i = 0; ok && i < count; i++)
        ok = evaluate_file(&read_status, paths[i], error);
    if (ok && task->count(read_status.state) == 0)
        ok = error_set(error, ERROR_INPUT,
                       "nothing has a label: the column '%.*s' should hold %s (--label names "
                       "another)",
                       TEXT_ARGUMENT(eval->label), task->expected_values);
    double first = 0;
    ok = ok && task->print(read_status.state, eval, &first, error);
    task->close(read_status.state);
    free(read_status.state);
    close_stage_context(eval, model);
    if (!ok)
        return error_exit_code(error->kind);
    return first >= eval->min ? 0 : 1;
}

#define FLAG(name_, type_, member_, default_, min_, max_, argument_, help_)                        \
    {                                                                                              \
        .option = {.name = name_,                                                                  \
                   .type = type_,                                                                  \
                   .offset = offsetof(struct eval, member_),                                       \
                   .default_value = default_,                                                      \
                   .min = min_,                                                                    \
                   .max = max_,                                                                    \
                   .help = help_},                                                                 \
        .value_name = argument_                                                                    \
    }

static const struct flag flags[] = {
    LINE_FLAGS,
    {.option = {.name = "task",
                .type = OPTION_CHOICE,
                .offset = offsetof(struct eval, task),
                .default_value = "sentiment",
                .choices = "sentiment|topics|summary",
                .help = "what the labels are about"},
     .value_name = "NAME"},
    FLAG("label", OPTION_TEXT, label, "", 0, 0, "COLUMN",
         "holds the labels; without it the column named like the task"),
    FLAG("group", OPTION_TEXT, group, "product", 0, 0, "COLUMN",
         "summary: rows with the same value are summarised together"),
    FLAG("taxonomy", OPTION_TEXT, taxonomy, "", 0, 0, "FILE",
         "topics: a table of topics and phrases in place of the model's"),
    FLAG("min-similarity", OPTION_TEXT, min_similarity, "", 0, 0, "X",
         "topics: as in [classify], for clauses without phrases"),
    FLAG("map", OPTION_TEXT, map, "", 0, 0, "ROLE=COLUMN,...",
         "which column is the text, as in a job file"),
    FLAG("format", OPTION_TEXT, format, "", 0, 0, "NAME", "csv, json or xml; found by itself"),
    FLAG("min", OPTION_REAL, min, "0", 0, 1, "X",
         "exit with 1 below this macro-F1 (topics: micro-F1 with polarity; summary: ROUGE-L)"),
    {.option = {.name = NULL}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct eval eval = {0};
    struct arena arena = {0};
    int first, code = 2;
    if (command_parse(&eval_command, argc, argv, &eval, &arena, &first, error) &&
        command_check_operands(&eval_command, argc - first, 1, argc, error))
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
        "    winnow eval --label stars --min 0.60 labelled.csv || echo 'not yet'\n"
        "    winnow eval --task topics labelled.csv    # price:negative; delivery:positive\n"
        "    winnow eval --task summary --group product labelled.csv\n",
    .flags = flags,
    .run = run,
};
