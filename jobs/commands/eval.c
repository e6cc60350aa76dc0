/* eval.c - `winnow eval GOLD.csv`: measures how well the model agrees with labels by people. The
 * texts go through the same stages as in a run: clean, chunk, classify. The eval_*.c files define
 * what is compared. */
#include "jobs/eval/eval.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "jobs/sandbox.h"
#include "pipeline/batch_reader.h"
#include "pipeline/store.h"
#include "stages/stages.h"

extern const struct command eval_command; /* at the end */

enum { BATCH_RECORDS = 512 };

static const struct stage *const eval_stages[EVAL_STAGE_COUNT] = {&clean_stage, &chunk_stage,
                                                                  &classify_stage};

static const struct eval_task *const tasks[] = {&eval_sentiment, &eval_topics, &eval_summary,
                                                &eval_ask};

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

bool eval_has_result(const struct record *record)
{
    return record->state == RECORD_NO_OPINION ||
           (record->needs_analysis && record->chunk_count > 0);
}

/* ---- Reading ---- */

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
        ok = error_set(error, ERROR_INPUT, "%s: format not recognized (%.*s); set it with --format",
                       path, TEXT_ARGUMENT(recognition_report));
    if (ok && connector) {
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

/* Opens a stage with default options, except those that a flag of eval sets. */
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
    stage_context->session_batch = (size_t)eval->model.batch;
    if (!model_options_open_model(&eval->model, model, error))
        return false;
    stage_context->model = *model;
    text_to_integer(t5_model_prompt(*model, "window.output"), &window_output_tokens);
    struct t5_limits limits = model_options_get_limits(&eval->model);
    limits.output_tokens = (size_t)window_output_tokens;
    if (!t5_session_open(&stage_context->session, *model, &limits, error) ||
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

/* False without an error if the score is below --min. */
static bool evaluate(struct eval *eval, const struct eval_task *task, const char *const *paths,
                     size_t count, struct error *error)
{
    struct t5_model *model = NULL;
    struct gold_reader gold_reader = {eval, task, memory_alloc(1, task->state_size)};
    if (eval->label.size == 0)
        eval->label = text_of(task->label);
    if (eval->map.size == 0)
        eval->map = text_of(task->map);
    bool ok = open_stage_context(eval, &model, error) &&
              (!task->open || task->open(gold_reader.state, eval, error));
    for (size_t i = 0; ok && i < count; i++)
        ok = evaluate_file(&gold_reader, paths[i], error);
    if (ok && task->count(gold_reader.state) == 0)
        ok = error_set(error, ERROR_INPUT,
                       "no row has a label: the column '%.*s' should contain %s (--label chooses "
                       "another column)",
                       TEXT_ARGUMENT(eval->label), task->expected_values);
    double main_score = 0;
    ok = ok && task->print(gold_reader.state, eval, &main_score, error);
    task->close(gold_reader.state);
    free(gold_reader.state);
    close_stage_context(eval, model);
    return ok && main_score >= eval->min;
}

static const struct flag flags[] = {
    MODEL_FLAGS,
    {.option = {"task", OPTION_CHOICE, offsetof(struct eval, task), "sentiment",
                .choices = "sentiment|topics|summary|ask", .help = "what to evaluate"},
     .value_name = "NAME"},
    {.option = {"label", OPTION_TEXT, offsetof(struct eval, label), "",
                .help = "column of the labels; default: the column named after the task"},
     .value_name = "COLUMN"},
    {.option = {"group", OPTION_TEXT, offsetof(struct eval, group), "product",
                .help = "summary: summarize rows with the same value of this column together"},
     .value_name = "COLUMN"},
    {.option = {"taxonomy", OPTION_TEXT, offsetof(struct eval, taxonomy), "",
                .help = "topics: file of topics and phrases to use instead of the model's"},
     .value_name = "FILE"},
    {.option = {"min-similarity", OPTION_TEXT, offsetof(struct eval, min_similarity), "",
                .help = "topics: min_similarity of [classify]"},
     .value_name = "X"},
    {.option = {"job", OPTION_TEXT, offsetof(struct eval, job), "",
                .help = "ask: the job whose saved rows are asked"},
     .value_name = "JOB"},
    {.option = {"list", OPTION_BOOLEAN, offsetof(struct eval, lists_questions), "no",
                .help = "ask: also print each question with its rank and confidence"}},
    {.option = {"map", OPTION_TEXT, offsetof(struct eval, map), "",
                .help = "roles of columns, as in a job file: text=COLUMN"},
     .value_name = "ROLE=COLUMN,..."},
    {.option = {"format", OPTION_TEXT, offsetof(struct eval, format), "",
                .help =
                    "format of the files: csv, xlsx, json, xml, mail or chat; default: detect it"},
     .value_name = "NAME"},
    {.option = {"min", OPTION_REAL, offsetof(struct eval, min), "0", 0, 1,
                .help = "exit with 1 if the score is lower: share of right labels among texts "
                        "that praise or complain (topics: F1 with polarity; summary: ROUGE-L; "
                        "ask: recall@5)"},
     .value_name = "X"},
    {.option = {.name = NULL}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct eval eval = {0};
    if (!command_parse(&eval_command, command_line, &eval, error) ||
        !command_check_operands(&eval_command, command_line->operand_count, 1, INT_MAX, error))
        return false;
    const struct eval_task *task = tasks[0];
    for (size_t i = 0; i < sizeof(tasks) / sizeof(*tasks); i++)
        if (text_equal(text_of(tasks[i]->name), eval.task))
            task = tasks[i];
    /* Answers come from a job's database, which SQLite opens for writing. */
    if (!text_equal(eval.task, TEXT("ask")) &&
        !sandbox_enter(SANDBOX_SILENT, &(struct sandbox_folders){0}, error))
        return false;
    return evaluate(&eval, task, (const char *const *)command_line->operands,
                    (size_t)command_line->operand_count, error);
}

const struct command eval_command = {
    .name = "eval",
    .summary = "measure how well the model agrees with your own labels",
    .operands = "GOLD.csv...",
    .help =
        "GOLD is a table with a text column and a label column, and optionally a column "
        "'question'.\n"
        "  sentiment  labels: positive, neutral, negative or mixed. Of the texts that praise or\n"
        "             complain: how many get the right label, the opposite one, none, or mixed. "
        "Of\n"
        "             all: the error of the shares, F1, a confusion table, calibration.\n"
        "             Stars also serve as labels: 1-2 negative, 4-5 positive, 3 skipped\n"
        "  topics     precision, recall and F1, of the topic alone and with polarity, in all and "
        "of\n"
        "             each topic\n"
        "  summary    ROUGE-1 and ROUGE-L of each group's summary against every text in the label\n"
        "             column of its rows\n"
        "  ask        of questions (column 'question') to a job's saved rows: how often the "
        "answer\n"
        "             is among the first sentences, next to plain BM25, and how well questions "
        "without\n"
        "             an answer are recognized. The column 'answers' has parts of the texts that\n"
        "             answer it, or their ids, separated by |; 'answerable' is yes or no\n"
        "An answer without an opinion (\"Nothing\"), which a run does not analyse, counts as "
        "neutral\n"
        "and without topics.\n"
        "\n"
        "    winnow eval labelled.csv\n"
        "    winnow eval --label stars --min 0.80 labelled.csv || echo 'below 0.80'\n"
        "    winnow eval --task topics labelled.csv    # price:negative; delivery:positive\n"
        "    winnow eval --task summary --group product labelled.csv\n"
        "    winnow eval --task ask --job weekly.ini questions.csv\n",
    .flags = flags,
    .run = run,
};
