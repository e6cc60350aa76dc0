/* prop_engine.c - results do not depend on the batch, the order, the threads or the kernels, and
 * constrained outputs always parse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "inference/kernels/kernels.h"
#include "inference/t5.h"

#ifdef __SANITIZE_THREAD__ /* makes this program thirty times slower */
enum { INPUTS = 12 };
#else
enum { INPUTS = 40 };
#endif
enum { WORDS = 30, MAX_WORDS = 40, OUTPUT = 10, LONG_OUTPUT = 36, WIDTH = 64 };

static const char *const words[WORDS] = {
    "the",   "battery", "broke", "soup",  "is",     "cold", "delivery", "late",
    "nice",  "staff",   "room",  "light", "again",  "가격", "좋아요",   "배송",
    "very",  "not",     "motor", "hums",  "strap",  "fits", "refund",   "asked",
    "twice", "screen",  "glows", "tea",   "closed", "x"};

static uint64_t random_state = 7;

static size_t random_below(size_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % limit;
}

struct fixture {
    struct t5_model *models[2];
    struct text inputs[INPUTS];
    struct arena arena;
};

static struct text random_text(struct arena *arena, size_t max_words)
{
    struct text text = {"", 0};
    for (size_t i = random_below(max_words + 1); i > 0; i--)
        text = arena_format(arena, "%.*s %s", TEXT_ARGUMENT(text), words[random_below(WORDS)]);
    return text;
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    for (size_t i = 0; i < INPUTS; i++)
        fixture.inputs[i] = random_text(&fixture.arena, i % 8 == 0 ? 4 * MAX_WORDS : MAX_WORDS);
    *state = &fixture;
    return t5_model_open(&fixture.models[0], "tests/unit/data/tiny-gated", T5_F32, NULL) &&
                   t5_model_open(&fixture.models[1], "tests/unit/data/tiny-tied", T5_F32, NULL)
               ? 0
               : -1;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    t5_model_close(fixture->models[0]);
    t5_model_close(fixture->models[1]);
    arena_free(&fixture->arena);
    return 0;
}

/* All results of a session for one input. */
struct answers {
    float scores[3], compared[3], logits[4], states[2 * WIDTH], vector[WIDTH];
    struct t5_output greedy, lengthy, beam, constrained;
};

static const struct text targets[3] = {{"soup is cold", 12}, {"soup is nice", 12}, {"refund", 6}};

/* A model, how to open a session of it, and its choices. */
struct subject {
    struct fixture *fixture;
    const struct t5_model *model;
    enum t5_precision precision;
    const struct t5_choices *choices;
};

/* Writes the results for inputs order[0..count) to their places in `answers`. */
static void ask(struct t5_session *session, const struct subject *subject, const size_t *order,
                size_t count, struct answers *answers)
{
    struct error error = {0};
    struct text inputs[INPUTS];
    struct t5_target wanted[3 * INPUTS];
    float scores[3 * INPUTS], compared[3 * INPUTS], vectors[INPUTS * WIDTH];
    struct t5_place places[2 * INPUTS];
    float logits[4 * INPUTS], states[2 * INPUTS * WIDTH];
    static const int32_t tokens[] = {9, 5};
    struct t5_output greedy[INPUTS], lengthy[INPUTS], beam[INPUTS], constrained[INPUTS];
    for (size_t i = 0; i < count; i++) {
        places[2 * i] = (struct t5_place){i, TEXT("<task> soup")};
        places[2 * i + 1] = (struct t5_place){i, TEXT("<task>")};
        inputs[i] = subject->fixture->inputs[order[i]];
        for (size_t t = 0; t < 3; t++)
            wanted[3 * i + t] =
                (struct t5_target){.input = i, .prefix = TEXT("<task>"), .text = targets[t]};
    }
    struct t5_decoding plain = {.max_tokens = OUTPUT, .no_repeat_ngram = 3};
    struct t5_decoding long_one = {.max_tokens = LONG_OUTPUT, .min_tokens = LONG_OUTPUT};
    struct t5_decoding beams = {.max_tokens = OUTPUT, .beam = 3, .length_penalty = 1};
    struct t5_decoding allowed = {
        .max_tokens = OUTPUT, .prefix = TEXT("<task>"), .choices = subject->choices};
    struct arena *arena = &subject->fixture->arena;
    if (!t5_encode(session, inputs, count, &error) ||
        !t5_score(session, wanted, 3 * count, scores, &error) ||
        !t5_score_closed_set(session, wanted, 3 * count, compared, &error) ||
        !t5_next_logits(session, &(struct t5_logits_query){places, 2 * count, tokens, 2}, logits,
                        &error) ||
        !t5_next_states(session, places, 2 * count, states, &error) ||
        !t5_generate(session, &plain, arena, greedy, &error) ||
        !t5_generate(session, &long_one, arena, lengthy, &error) ||
        !t5_generate(session, &beams, arena, beam, &error) ||
        !t5_generate(session, &allowed, arena, constrained, &error))
        fail_msg("%s", error.message);
    t5_embed(session, vectors);
    for (size_t i = 0; i < count; i++) {
        struct answers *answer = &answers[order[i]];
        memcpy(answer->scores, scores + 3 * i, sizeof(answer->scores));
        memcpy(answer->compared, compared + 3 * i, sizeof(answer->compared));
        memcpy(answer->logits, logits + 4 * i, sizeof(answer->logits));
        memcpy(answer->states, states + 2 * i * t5_embedding_width(subject->model),
               2 * t5_embedding_width(subject->model) * sizeof(float));
        memcpy(answer->vector, vectors + i * t5_embedding_width(subject->model),
               t5_embedding_width(subject->model) * sizeof(float));
        answer->greedy = greedy[i];
        answer->lengthy = lengthy[i];
        answer->beam = beam[i];
        answer->constrained = constrained[i];
    }
}

static void assert_same_output(const struct t5_output *a, const struct t5_output *b)
{
    assert_true(text_equal(a->text, b->text));
    assert_true(a->finish_reason == b->finish_reason && a->tokens == b->tokens);
    assert_memory_equal(&a->log_probability, &b->log_probability, sizeof(float));
    assert_int_equal(a->item_count, b->item_count);
    for (size_t i = 0; i < a->item_count; i++)
        assert_int_equal(a->items[i], b->items[i]);
}

struct mix {
    size_t batch, threads;
    bool shuffled;
    const char *kernels;
};

static void run_mix(const struct subject *subject, const struct mix *mix, struct answers *answers)
{
    struct t5_limits limits = {.batch = mix->batch,
                               .input_tokens = 512,
                               .output_tokens = 40,
                               .threads = mix->threads,
                               .beam = 3,
                               .precision = subject->precision,
                               .kernels = text_of(mix->kernels)};
    struct t5_session *session;
    struct error error = {0};
    if (!t5_session_open(&session, subject->model, &limits, &error))
        fail_msg("%s", error.message);
    size_t order[INPUTS];
    for (size_t i = 0; i < INPUTS; i++)
        order[i] = i;
    for (size_t i = INPUTS - 1; mix->shuffled && i > 0; i--) {
        size_t other = random_below(i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (size_t first = 0; first < INPUTS; first += mix->batch)
        ask(session, subject, order + first,
            INPUTS - first < mix->batch ? INPUTS - first : mix->batch, answers);
    t5_session_close(session);
}

static void check_independence(struct fixture *fixture, const struct t5_model *model,
                               enum t5_precision precision)
{
    static const struct text items[] = {{"soup", 4}, {"soup cold", 9}, {"cold tea", 8}};
    struct t5_choices *choices;
    assert_true(t5_choices_open(&choices, model, &(struct t5_choice_items){items, 3, 2}, NULL));
    const struct subject subject = {fixture, model, precision, choices};
    const struct mix alone = {1, 1, false, "scalar"};
    const struct mix mixes[] = {{1, 1, false, NULL},         {32, 1, false, NULL},
                                {32, 2, true, NULL},         {7, 3, true, NULL},
                                {INPUTS, 2, true, "scalar"}, {5, 2, false, NULL}};
    struct answers *expected = memory_alloc(INPUTS, sizeof(*expected));
    struct answers *got = memory_alloc(INPUTS, sizeof(*got));
    const struct kernels *tables[KERNEL_MAX_TABLES + 1];
    kernels_list(tables);
    size_t table_count = 0;
    while (tables[table_count])
        table_count++;
    run_mix(&subject, &alone, expected);
    for (size_t m = 0; m < sizeof(mixes) / sizeof(mixes[0]); m++) {
        struct mix mix = mixes[m];
        if (!mix.kernels)
            mix.kernels = tables[m % table_count]->name;
        run_mix(&subject, &mix, got);
        for (size_t i = 0; i < INPUTS; i++) {
            assert_memory_equal(expected[i].scores, got[i].scores, sizeof(got[i].scores));
            assert_memory_equal(expected[i].compared, got[i].compared, sizeof(got[i].compared));
            assert_memory_equal(expected[i].logits, got[i].logits, sizeof(got[i].logits));
            assert_memory_equal(expected[i].states, got[i].states, sizeof(got[i].states));
            assert_memory_equal(expected[i].vector, got[i].vector, sizeof(got[i].vector));
            assert_same_output(&expected[i].greedy, &got[i].greedy);
            assert_same_output(&expected[i].lengthy, &got[i].lengthy);
            assert_same_output(&expected[i].beam, &got[i].beam);
            assert_same_output(&expected[i].constrained, &got[i].constrained);
        }
    }
    free(got);
    free(expected);
    t5_choices_close(choices);
}

static void int8_results_do_not_depend_on_other_inputs(void **state)
{
    struct fixture *fixture = *state;
    check_independence(fixture, fixture->models[0], T5_INT8);
    check_independence(fixture, fixture->models[1], T5_INT8);
}

static void float32_results_do_not_depend_on_other_inputs(void **state)
{
    struct fixture *fixture = *state;
    check_independence(fixture, fixture->models[0], T5_F32);
    check_independence(fixture, fixture->models[1], T5_F32);
}

static void check_choices(struct fixture *fixture, struct t5_session *session,
                          const struct t5_model *model)
{
    struct arena arena = {0};
    struct text items[12];
    size_t count = 0, wanted = 1 + random_below(12), max_items = 1 + random_below(4);
    size_t shortest = SIZE_MAX;
    while (count < wanted) {
        struct text item = text_trim(random_text(&arena, 3));
        bool known = item.size == 0;
        for (size_t i = 0; i < count; i++)
            known = known || text_equal(items[i], item);
        if (known)
            continue;
        size_t tokens = t5_tokenize(model, item, NULL, 0);
        shortest = tokens < shortest ? tokens : shortest;
        items[count++] = item;
    }
    struct t5_choices *choices;
    assert_true(
        t5_choices_open(&choices, model, &(struct t5_choice_items){items, count, max_items}, NULL));
    size_t budget = shortest + random_below(12);
    struct t5_decoding decoding = {.max_tokens = budget, .choices = choices};
    struct t5_output outputs[8];
    assert_true(t5_encode(session, fixture->inputs + random_below(INPUTS - 8), 8, NULL));
    assert_true(t5_generate(session, &decoding, &arena, outputs, NULL));
    for (size_t i = 0; i < 8; i++) {
        const struct t5_output *output = &outputs[i];
        assert_in_range(output->item_count, 1, max_items);
        assert_true(output->tokens <= budget && output->finish_reason == T5_FINISH_END);
        assert_true(output->log_probability <= 0);
        struct text joined = {"", 0};
        for (size_t k = 0; k < output->item_count; k++) {
            struct text item = items[output->items[k]];
            for (size_t earlier = 0; earlier < k; earlier++)
                assert_true(output->items[earlier] != output->items[k]);
            joined = arena_format(&arena, "%.*s%s%.*s", TEXT_ARGUMENT(joined), k ? " " : "",
                                  TEXT_ARGUMENT(item));
        }
        assert_true(text_equal(output->text, joined));
    }
    t5_choices_close(choices);
    arena_free(&arena);
}

static void constrained_outputs_always_parse(void **state)
{
    struct fixture *fixture = *state;
    struct t5_limits limits = {
        .batch = 8, .input_tokens = 512, .output_tokens = 80, .threads = 2, .beam = 1};
    for (size_t m = 0; m < 2; m++) {
        struct t5_session *session;
        assert_true(t5_session_open(&session, fixture->models[m], &limits, NULL));
        for (size_t round = 0; round < 60; round++)
            check_choices(fixture, session, fixture->models[m]);
        t5_session_close(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(int8_results_do_not_depend_on_other_inputs),
        cmocka_unit_test(float32_results_do_not_depend_on_other_inputs),
        cmocka_unit_test(constrained_outputs_always_parse),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
