/* score.c - `winnow score`: the log-probability of given outputs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/line_reader.h"
#include "jobs/model_options.h"

extern const struct command score_command; /* at the end */

struct score_command_options {
    struct model_options model; /* first: MODEL_FLAGS */
    int64_t output_tokens;
    bool prints_each_token;
};

static const struct flag flags[] = {
    MODEL_FLAGS,
    {.option = {"output-tokens", OPTION_INTEGER,
                offsetof(struct score_command_options, output_tokens), "256", 2, 65536,
                .help = "maximum tokens of a target, including the end token; a longer one is an "
                        "error"},
     .value_name = "N"},
    {.option = {"each", OPTION_BOOLEAN, offsetof(struct score_command_options, prints_each_token),
                "no", .help = "print the log-probability of each token, the end token last"}},
    {.option = {.name = NULL}},
};

/* A batch of lines, split into inputs and targets. Equal inputs of consecutive lines are encoded
 * once. The arrays have room for reader.max_lines. */
struct score_batch {
    const struct score_command_options *options;
    const struct t5_model *model;
    struct line_reader reader;
    struct text *inputs;
    size_t input_count;
    struct t5_target *targets; /* one per line */
    float *scores;             /* one per line */
};

/* Room for the log-probability of each token of `target` and of the end token. */
static float *allocate_token_scores(struct score_batch *batch, struct text target)
{
    size_t count = t5_tokenize(batch->model, target, NULL, 0) + 1;
    return arena_alloc(&batch->reader.arena, count, sizeof(float));
}

static bool split_lines(struct score_batch *batch, struct error *error)
{
    const struct score_command_options *options = batch->options;
    struct token_limit input_limit = {batch->model, (size_t)options->model.input_tokens,
                                      "input-tokens"},
                       target_limit = {batch->model, (size_t)options->output_tokens,
                                       "output-tokens"};
    batch->input_count = 0;
    for (size_t i = 0; i < batch->reader.count; i++) {
        size_t line_number = batch->reader.first_line + i;
        struct text line = batch->reader.lines[i];
        size_t tab = text_find(line, TEXT("\t"), 0);
        if (tab == line.size)
            return error_set(error, ERROR_INPUT, "line %zu has no tab; expected input<TAB>target",
                             line_number);
        struct text input = text_slice(line, 0, tab);
        struct text target = text_slice(line, tab + 1, line.size);
        if (!token_limit_check(&input_limit, input, line_number, error) ||
            !token_limit_check(&target_limit, target, line_number, error))
            return false;
        if (!batch->input_count || !text_equal(batch->inputs[batch->input_count - 1], input))
            batch->inputs[batch->input_count++] = input;
        batch->targets[i] = (struct t5_target){
            .input = batch->input_count - 1,
            .prefix = options->model.prefix,
            .text = target,
            .token_logprobs =
                options->prints_each_token ? allocate_token_scores(batch, target) : NULL};
    }
    return true;
}

static void print_scores(const struct score_batch *batch)
{
    for (size_t i = 0; i < batch->reader.count; i++) {
        const struct t5_target *target = &batch->targets[i];
        size_t text_token_count =
            target->token_logprobs ? t5_tokenize(batch->model, target->text, NULL, 0) : 0;
        for (size_t k = 0; k < text_token_count; k++)
            printf("%.6f ", (double)target->token_logprobs[k]);
        printf("%.6f\n", (double)(target->token_logprobs ? target->token_logprobs[text_token_count]
                                                         : batch->scores[i]));
    }
}

static bool score_lines(const struct score_command_options *options, const struct t5_model *model,
                        struct t5_session *session, struct error *error)
{
    size_t max_lines = (size_t)options->model.batch;
    struct score_batch batch = {.options = options,
                                .model = model,
                                .inputs = memory_alloc(max_lines, sizeof(*batch.inputs)),
                                .targets = memory_alloc(max_lines, sizeof(*batch.targets)),
                                .scores = memory_alloc(max_lines, sizeof(*batch.scores))};
    line_reader_open(&batch.reader, stdin, "standard input", max_lines);
    bool ok = line_reader_read(&batch.reader, error);
    while (ok && batch.reader.count) {
        ok = split_lines(&batch, error) &&
             t5_encode(session, batch.inputs, batch.input_count, error) &&
             t5_score(session, batch.targets, batch.reader.count, batch.scores, error);
        if (ok)
            print_scores(&batch);
        fflush(stdout);
        ok = ok && line_reader_read(&batch.reader, error);
    }
    line_reader_close(&batch.reader);
    free(batch.scores);
    free(batch.targets);
    free(batch.inputs);
    return ok;
}

static bool open_session(const struct score_command_options *options, const struct t5_model *model,
                         struct t5_session **session, struct error *error)
{
    struct t5_limits limits = model_options_get_limits(&options->model);
    limits.output_tokens =
        (size_t)options->output_tokens + t5_tokenize(model, options->model.prefix, NULL, 0) + 1;
    return t5_session_open(session, model, &limits, error);
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct score_command_options options = {0};
    struct t5_model *model = NULL;
    struct t5_session *session = NULL;
    bool ok = command_parse(&score_command, command_line, &options, error) &&
              command_check_operands(&score_command, command_line->operand_count, 0, 0, error) &&
              model_options_open_model(&options.model, &model, error) &&
              open_session(&options, model, &session, error) &&
              score_lines(&options, model, session, error);
    t5_session_close(session);
    t5_model_close(model);
    return ok;
}

const struct command score_command = {
    .name = "score",
    .summary = "print the log-probability of a given output for each line of standard input",
    .operands = "< LINES",
    .help = "Each line is input<TAB>target. Prints one number per line: the natural log of the\n"
            "target's probability given the input, summed over its tokens and the end token.\n\n"
            "    printf 'Fits well\\tpositive\\n' | winnow score --model flan.winnow\n",
    .flags = flags,
    .run = run,
};
