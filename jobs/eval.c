/* eval.c - `winnow eval GOLD.csv`: how well the model's sentiment agrees with labels that people
 * gave. The texts go through the very stages of a run: clean, chunk, classify. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "connectors/connectors.h"
#include "jobs/lines.h"
#include "jobs/metrics.h"
#include "stages/stages.h"

extern const struct command eval_command; /* at the end */

enum { BATCH_RECORDS = 512, STAGE_COUNT = 3 };

struct eval {
    struct line_options lines;
    struct text label, map, format;
    double least_macro_f1;
    double seconds; /* inside the stages */
    size_t tokens, unlabelled, empty;
    struct judgement *judgements;
    bool *polar;
    size_t count, capacity, polar_capacity;
    void *states[STAGE_COUNT];
};

static const struct stage *const eval_stages[STAGE_COUNT] = {&clean_stage, &chunk_stage,
                                                             &classify_stage};

/* "positive", or stars: 1-2, 3, 4-5. */
static bool read_label(struct text value, enum sentiment *label)
{
    for (enum sentiment known = SENTIMENT_NEGATIVE; known <= SENTIMENT_POSITIVE; known++)
        if (text_equal_fold(value, text_of(sentiment_names[known]))) {
            *label = known;
            return true;
        }
    double stars;
    if (!text_real(value, &stars) || stars < 1 || stars > 5)
        return false;
    *label = stars <= 2 ? SENTIMENT_NEGATIVE : stars < 4 ? SENTIMENT_NEUTRAL : SENTIMENT_POSITIVE;
    return true;
}

static bool find_label(const struct eval *eval, const struct record *record, enum sentiment *label)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_fold(record->fields[i].name, eval->label))
            return read_label(text_trim(record->fields[i].value), label);
    return false;
}

/* The record's odds: its chunks', weighted by their tokens, as the classify stage weighs them. */
static void judge(struct eval *eval, const struct record *record, enum sentiment gold)
{
    double odds[3] = {0}, tokens = 0;
    for (size_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        odds[0] += chunk->negative * (double)chunk->tokens;
        odds[1] += chunk->neutral * (double)chunk->tokens;
        odds[2] += chunk->positive * (double)chunk->tokens;
        tokens += (double)chunk->tokens;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (odds[i] > odds[best])
            best = i;
    eval->judgements =
        memory_grow(eval->judgements, &eval->capacity, eval->count + 1, sizeof(*eval->judgements));
    eval->polar =
        memory_grow(eval->polar, &eval->polar_capacity, eval->count + 1, sizeof(*eval->polar));
    eval->polar[eval->count] = odds[2] > odds[0];
    eval->judgements[eval->count++] = (struct judgement){
        .gold = gold,
        .predicted = (enum sentiment)(SENTIMENT_NEGATIVE + best),
        .confidence = tokens > 0 ? odds[best] / tokens : 0,
        .reported = record->analysis.sentiment != SENTIMENT_UNDETECTED,
    };
    eval->tokens += record->analysis.tokens;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool work(struct eval *eval, struct batch *batch, struct error *error)
{
    double start = now();
    if (!clean_stage.process(eval->states[0], batch, error))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i].analyse = batch->records[i].state == RECORD_NEW;
    if (!chunk_stage.process(eval->states[1], batch, error) ||
        !classify_stage.process(eval->states[2], batch, error))
        return false;
    eval->seconds += now() - start;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        enum sentiment gold;
        if (!find_label(eval, record, &gold))
            eval->unlabelled++;
        else if (!record->analyse || record->chunk_count == 0)
            eval->empty++;
        else
            judge(eval, record, gold);
    }
    return true;
}

static bool read_gold(struct eval *eval, const struct connector *connector, void *state,
                      const char *path, struct error *error)
{
    struct batch batch = {.path = path, .source = TEXT("gold")};
    bool ok = connector->open(state, path, error);
    enum reading reading = READING_MORE;
    while (ok && reading == READING_MORE) {
        batch_reset(&batch);
        while (batch.count < BATCH_RECORDS &&
               (reading = connector->read(state, &batch, error)) == READING_MORE)
            ;
        ok = reading != READING_FAILED && work(eval, &batch, error);
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

static bool evaluate_file(struct eval *eval, const char *path, struct error *error)
{
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
             read_gold(eval, connector, state, path, error);
    }
    arena_free(&arena);
    return ok;
}

static bool open_stages(struct eval *eval, const struct workbench *workbench, struct error *error)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        eval->states[i] = memory_alloc(1, eval_stages[i]->state_size);
        option_defaults(eval_stages[i]->options, eval->states[i]);
        if (eval_stages[i]->open && !eval_stages[i]->open(eval->states[i], workbench, error))
            return false;
    }
    return true;
}

static void close_stages(struct eval *eval)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (eval->states[i] && eval_stages[i]->close)
            eval_stages[i]->close(eval->states[i]);
        free(eval->states[i]);
    }
}

/* The figures, and whether they pass the gate. */
static int print_figures(const struct eval *eval)
{
    struct arena arena = {0};
    struct metrics metrics = metrics_compute(eval->judgements, eval->polar, eval->count);
    printf("%.*s", TEXT_ARGUMENT(metrics_print(&metrics, &arena)));
    printf("\nleft out: %zu without a label, %zu without a text\n"
           "speed: %.0f texts/s, %.0f tokens/s\n",
           eval->unlabelled, eval->empty, (double)eval->count / eval->seconds,
           (double)eval->tokens / eval->seconds);
    arena_free(&arena);
    return metrics.macro_f1.value >= eval->least_macro_f1 ? 0 : 1;
}

static int evaluate(struct eval *eval, const char *const *paths, size_t count, struct error *error)
{
    struct t5_model *model = NULL;
    struct workbench workbench = {.session_batch = (size_t)eval->lines.batch};
    bool ok = lines_open_model(&eval->lines, &model, error);
    if (ok) {
        int64_t window = 128;
        text_integer(t5_model_prompt(model, "window.output"), &window);
        workbench.model = model;
        ok = lines_open_session(&eval->lines, model, (size_t)window, 1, &workbench.session, error);
    }
    ok = ok && open_stages(eval, &workbench, error);
    for (size_t i = 0; ok && i < count; i++)
        ok = evaluate_file(eval, paths[i], error);
    if (ok && eval->count == 0)
        ok = error_set(error, ERROR_INPUT,
                       "no text has a label: the column '%.*s' should hold positive, neutral or "
                       "negative, or stars from 1 to 5 (--label names another)",
                       TEXT_ARGUMENT(eval->label));
    int code = ok ? print_figures(eval) : error_exit_code(error->kind);
    close_stages(eval);
    t5_session_close(workbench.session);
    t5_model_close(model);
    free(eval->judgements);
    free(eval->polar);
    return code;
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
    FLAG("label", OPTION_TEXT, label, "sentiment", 0, 0, "COLUMN",
         "holds positive, neutral, negative, or stars from 1 to 5"),
    FLAG("map", OPTION_TEXT, map, "", 0, 0, "ROLE=COLUMN,...",
         "which column is the text, as in a job file"),
    FLAG("format", OPTION_TEXT, format, "", 0, 0, "NAME", "csv, json or xml; found by itself"),
    FLAG("min-macro-f1", OPTION_REAL, least_macro_f1, "0", 0, 1, "X",
         "exit code 1 below this: a gate for a new model"),
    {.option = {.name = NULL}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct eval eval = {0};
    struct arena arena = {0};
    int first, code = 2;
    if (command_parse(&eval_command, argc, argv, &eval, &arena, &first, error) &&
        command_operands(&eval_command, argc - first, 1, argc, error))
        code = evaluate(&eval, (const char *const *)argv + first, (size_t)(argc - first), error);
    arena_free(&arena);
    return code;
}

const struct command eval_command = {
    .name = "eval",
    .summary = "how well the model's labels agree with yours",
    .operands = "GOLD.csv...",
    .help = "GOLD is a table with a text column and a label column. Prints macro-F1 with its 95 %\n"
            "interval, accuracy, a confusion table, how far confidence can be trusted, and speed.\n"
            "\n"
            "    winnow eval labelled.csv\n"
            "    winnow eval --label stars --min-macro-f1 0.60 labelled.csv || echo 'not yet'\n",
    .flags = flags,
    .run = run,
};
