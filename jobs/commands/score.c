/* score.c - `winnow score`: the log-probability of given answers. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "jobs/model_options.h"

extern const struct command score_command; /* at the end */

struct score {
    struct line_options lines;
    int64_t output_tokens;
    bool per_token;
};

static const struct flag flags[] = {
    LINE_FLAGS,
    {
        .option = {.name = "output-tokens",
                   .type = OPTION_INTEGER,
                   .offset = offsetof(struct score, output_tokens),
                   .default_value = "256",
                   .min = 2,
                   .max = 65536,
                   .help = "longest target with its end mark; a longer one is an error"},
        .value_name = "N",
    },
    {.option = {.name = "each",
                .type = OPTION_BOOLEAN,
                .offset = offsetof(struct score, per_token),
                .default_value = "no",
                .help = "print each token's part of it, the end mark's last, with spaces between"}},
    {.option = {.name = NULL}},
};

/* Lines and what becomes of them; inputs that follow one another and are equal are encoded once. */
struct score_batch {
    struct text *lines, *inputs;
    struct t5_target *targets;
    float *scores;
    size_t line_count, input_count;
};

/* Room for the parts of each target's score. */
static float *allocate_token_scores(const struct t5_model *model, struct text target,
                                    struct arena *arena)
{
    return arena_alloc(arena, t5_tokenize(model, target, NULL, 0) + 1, sizeof(float));
}

static bool split_lines(const struct score *score, const struct t5_model *model,
                        struct score_batch *batch, size_t first_line, struct arena *arena,
                        struct error *error)
{
    batch->input_count = 0;
    for (size_t i = 0; i < batch->line_count; i++) {
        size_t line = first_line + i;
        struct text rest = batch->lines[i];
        size_t tab = text_find(rest, TEXT("\t"), 0);
        if (tab == rest.size)
            return error_set(error, ERROR_INPUT, "line %zu has no tab; expected input<TAB>target",
                             line);
        struct text input = text_slice(rest, 0, tab);
        struct text target = text_slice(rest, tab + 1, rest.size);
        if (!lines_check_length(model, input, (size_t)score->lines.input_tokens, "input-tokens",
                                line, error) ||
            !lines_check_length(model, target, (size_t)score->output_tokens, "output-tokens", line,
                                error))
            return false;
        if (!batch->input_count || !text_equal(batch->inputs[batch->input_count - 1], input))
            batch->inputs[batch->input_count++] = input;
        batch->targets[i] = (struct t5_target){
            .input = batch->input_count - 1,
            .prefix = score->lines.prefix,
            .text = target,
            .tokens = score->per_token ? allocate_token_scores(model, target, arena) : NULL};
    }
    return true;
}

static void print_scores(const struct score_batch *batch, const struct t5_model *model)
{
    for (size_t i = 0; i < batch->line_count; i++) {
        const struct t5_target *target = &batch->targets[i];
        size_t text_token_count = target->tokens ? t5_tokenize(model, target->text, NULL, 0) : 0;
        for (size_t k = 0; k < text_token_count; k++)
            printf("%.6f ", (double)target->tokens[k]);
        printf("%.6f\n",
               (double)(target->tokens ? target->tokens[text_token_count] : batch->scores[i]));
    }
}

static bool score_lines(const struct score *score, const struct t5_model *model,
                        struct t5_session *session, struct error *error)
{
    size_t max = (size_t)score->lines.batch, line = 1;
    struct score_batch batch = {.lines = memory_alloc(max, sizeof(*batch.lines)),
                                .inputs = memory_alloc(max, sizeof(*batch.inputs)),
                                .targets = memory_alloc(max, sizeof(*batch.targets)),
                                .scores = memory_alloc(max, sizeof(*batch.scores)),
                                .line_count = 1};
    struct arena arena = {0};
    bool ok = true;
    while (ok && batch.line_count) {
        arena_reset(&arena);
        ok = lines_read_batch(stdin, max, &arena, batch.lines, &batch.line_count, error) &&
             split_lines(score, model, &batch, line, &arena, error) &&
             t5_encode(session, batch.inputs, batch.input_count, error) &&
             t5_score(session, batch.targets, batch.line_count, batch.scores, error);
        if (ok)
            print_scores(&batch, model);
        fflush(stdout);
        line += batch.line_count;
    }
    arena_free(&arena);
    free(batch.scores);
    free(batch.targets);
    free(batch.inputs);
    free(batch.lines);
    return ok;
}

static int run(int argc, char **argv, struct error *error)
{
    struct score score = {0};
    struct arena arena = {0};
    struct t5_model *model = NULL;
    struct t5_session *session = NULL;
    int first_operand;
    bool ok = command_parse(&score_command, argc, argv, &score, &arena, &first_operand, error) &&
              command_check_operands(&score_command, argc - first_operand, 0, 0, error) &&
              line_options_open_model(&score.lines, &model, error) &&
              line_options_open_session(&score.lines, model,
                                        (size_t)score.output_tokens +
                                            lines_count_prefix_tokens(&score.lines, model) + 1,
                                        1, &session, error) &&
              score_lines(&score, model, session, error);
    t5_session_close(session);
    t5_model_close(model);
    arena_free(&arena);
    return ok ? 0 : error_exit_code(error->kind);
}

const struct command score_command = {
    .name = "score",
    .summary = "log-probability of a given answer for each line of standard input",
    .operands = "< LINES",
    .help = "Lines are input<TAB>target; prints the natural log of the target's probability given "
            "the\ninput, summed over its tokens with the end mark, one number a line.\n\n"
            "    printf 'Fits well\\tpositive\\n' | winnow score --model flan.winnow\n",
    .flags = flags,
    .run = run,
};
