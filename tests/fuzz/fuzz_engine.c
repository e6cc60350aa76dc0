/* fuzz_engine.c - any bytes as input, target and choices for a tiny model: no crash, and answers
 * keep their promises. Lines: input, prefix, target, then choices. */
#include <math.h>
#include <stdlib.h>

#include "inference/t5.h"

enum { MOST_CHOICES = 20 };

/* Opened once; they live as long as the process. */
static struct t5_model *model;
static struct t5_session *session;

static void open_once(void)
{
    struct t5_limits limits = {
        .batch = 2, .input_tokens = 200, .output_tokens = 60, .threads = 1, .beam = 2};
    if (!session && (!t5_model_open(&model, "tests/unit/data/tiny-tied", T5_INT8, NULL) ||
                     !t5_session_open(&session, model, &limits, NULL)))
        abort();
}

static void check_choices(struct text *items, size_t count, struct arena *arena)
{
    struct t5_choices *choices;
    if (!t5_choices_open(&choices, model, &(struct t5_choice_items){items, count, 3}, NULL))
        return;
    struct t5_output outputs[2];
    struct t5_decoding decoding = {.max_tokens = 20, .choices = choices};
    if (t5_generate(session, &decoding, arena, outputs, NULL))
        for (size_t i = 0; i < 2; i++)
            if (outputs[i].item_count < 1 || outputs[i].item_count > 3 || outputs[i].tokens > 20)
                abort();
    t5_choices_close(choices);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    open_once();
    struct text rest = {(const char *)bytes, size}, lines[3 + MOST_CHOICES] = {0}, line;
    size_t count = 0;
    while (count < 3 + MOST_CHOICES && rest.size && text_split(&rest, '\n', &line))
        lines[count++] = line;
    struct arena arena = {0};
    struct text inputs[] = {lines[0], lines[2]};
    if (t5_encode(session, inputs, 2, NULL)) {
        struct t5_target targets[] = {{.input = 0, .prefix = lines[1], .text = lines[2]},
                                      {.input = 1, .prefix = lines[1], .text = lines[0]}};
        float scores[2];
        if (t5_score(session, targets, 2, scores, NULL) && !(scores[0] < 0 && scores[1] < 0))
            abort();
        if (t5_score_closed_set(session, targets, 2, scores, NULL) &&
            !(scores[0] == 0 && scores[1] == 0))
            abort();
        struct t5_output outputs[2];
        struct t5_decoding decoding = {
            .prefix = lines[1], .max_tokens = 8, .beam = 2, .no_repeat_ngram = size % 4};
        t5_generate(session, &decoding, &arena, outputs, NULL);
        if (count > 3)
            check_choices(lines + 3, count - 3, &arena);
    }
    arena_free(&arena);
    return 0;
}
