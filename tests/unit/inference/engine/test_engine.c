/* test_engine.c - compares the engine with `transformers` on two tiny random models.
 * tests/parity/record.py writes the expected results; this test needs no Python. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "inference/t5.h"

enum { CELLS = 5, MODELS = 2 };

static const char *const model_names[MODELS] = {"tiny-gated", "tiny-tied"};

struct fixture {
    struct arena arena;
    struct text vectors;
    struct t5_model *models[MODELS];
    struct t5_session *sessions[MODELS][2]; /* by precision */
};

static int open_fixture(void **state)
{
    static struct fixture fixture; /* cmocka's state; used by one thread */
    struct error error = {0};
    fixture = (struct fixture){0};
    if (!file_read("tests/unit/data/vectors.tsv", (struct file_limits){1 << 20, ERROR_INPUT},
                   &fixture.arena, &fixture.vectors, &error))
        return -1;
    for (size_t i = 0; i < MODELS; i++) {
        char path[100];
        snprintf(path, sizeof(path), "tests/unit/data/%s", model_names[i]);
        if (!t5_model_open(&fixture.models[i], path, T5_F32, &error)) {
            print_error("%s\n", error.message);
            return -1;
        }
        for (int precision = T5_INT8; precision <= T5_F32; precision++) {
            struct t5_limits limits = {.batch = 4,
                                       .input_tokens = 256,
                                       .output_tokens = 64,
                                       .threads = 1,
                                       .beam = 4,
                                       .precision = (enum t5_precision)precision};
            if (!t5_session_open(&fixture.sessions[i][precision], fixture.models[i], &limits,
                                 &error)) {
                print_error("%s\n", error.message);
                return -1;
            }
        }
    }
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < MODELS; i++) {
        t5_session_close(fixture->sessions[i][T5_INT8]);
        t5_session_close(fixture->sessions[i][T5_F32]);
        t5_model_close(fixture->models[i]);
    }
    arena_free(&fixture->arena);
    return 0;
}

/* Calls check for every line whose kind starts with `kind`. Columns: model, kind, input, target or
 * options, expected result. */
static void for_each_case(struct fixture *fixture, const char *kind,
                          void (*check)(struct fixture *, size_t model, const struct text *cells))
{
    struct text rest = fixture->vectors, line;
    size_t checked = 0;
    while (rest.size && text_split(&rest, '\n', &line)) {
        struct text cells[CELLS] = {0}, cell;
        size_t count = 0;
        while (count < CELLS && text_split(&line, '\t', &cell))
            cells[count++] = cell;
        if (!text_starts_with(cells[1], text_of(kind)))
            continue;
        assert_int_equal(count, CELLS);
        for (size_t model = 0; model < MODELS; model++)
            if (text_equal(cells[0], text_of(model_names[model])))
                check(fixture, model, cells);
        checked++;
    }
    assert_true(checked >= 10);
}

static float score(struct t5_session *session, const struct text *cells)
{
    struct error error = {0};
    struct t5_target target = {.text = cells[3]};
    if (text_equal(cells[1], TEXT("score-after-task")))
        target.prefix = TEXT("<task>");
    float value = 0;
    if (!t5_encode(session, &cells[2], 1, &error) || !t5_score(session, &target, 1, &value, &error))
        fail_msg("%s", error.message);
    return value;
}

static void check_score_f32(struct fixture *fixture, size_t model, const struct text *cells)
{
    double expected;
    assert_true(text_to_real(cells[4], &expected));
    float got = score(fixture->sessions[model][T5_F32], cells);
    if (fabs((double)got - expected) > 1e-4)
        fail_msg("%.*s: %.6f, expected %.6f", TEXT_ARGUMENT(cells[3]), (double)got, expected);
}

static void check_score_int8(struct fixture *fixture, size_t model, const struct text *cells)
{
    double expected;
    assert_true(text_to_real(cells[4], &expected));
    float got = score(fixture->sessions[model][T5_INT8], cells);
    size_t tokens = t5_tokenize(fixture->models[model], cells[3], NULL, 0) + 1;
    if (fabs((double)got - expected) > 0.25 * (double)tokens)
        fail_msg("%.*s: %.6f, expected %.6f", TEXT_ARGUMENT(cells[3]), (double)got, expected);
}

static void float32_scores_are_those_of_transformers(void **state)
{
    for_each_case(*state, "score", check_score_f32);
}

static void int8_scores_are_near_those_of_float32(void **state)
{
    for_each_case(*state, "score", check_score_int8);
}

static void check_output(struct fixture *fixture, size_t model, const struct text *cells,
                         const struct t5_decoding *decoding)
{
    struct t5_session *session = fixture->sessions[model][T5_F32];
    struct error error = {0};
    struct t5_output output;
    if (!t5_encode(session, &cells[2], 1, &error) ||
        !t5_generate(session, decoding, &fixture->arena, &output, &error))
        fail_msg("%s", error.message);
    if (!text_equal(output.text, cells[4]))
        fail_msg("%.*s %.*s: got '%.*s', expected '%.*s'", TEXT_ARGUMENT(cells[1]),
                 TEXT_ARGUMENT(cells[2]), TEXT_ARGUMENT(output.text), TEXT_ARGUMENT(cells[4]));
    assert_true(output.log_probability < 0);
    assert_true(output.finish_reason == T5_FINISH_END ? output.tokens < decoding->max_tokens
                                                      : output.tokens == decoding->max_tokens);
}

static void check_greedy(struct fixture *fixture, size_t model, const struct text *cells)
{
    check_output(fixture, model, cells, &(struct t5_decoding){.max_tokens = 12});
}

static void check_no_repeat(struct fixture *fixture, size_t model, const struct text *cells)
{
    check_output(fixture, model, cells,
                 &(struct t5_decoding){.max_tokens = 12, .no_repeat_ngram = 2});
}

static void check_min_tokens(struct fixture *fixture, size_t model, const struct text *cells)
{
    check_output(fixture, model, cells, &(struct t5_decoding){.max_tokens = 12, .min_tokens = 6});
}

static void check_beam(struct fixture *fixture, size_t model, const struct text *cells)
{
    struct t5_decoding decoding = {.max_tokens = 10};
    decoding.beam = (size_t)(cells[1].bytes[cells[1].size - 1] - '0');
    assert_true(text_to_real(cells[3], &decoding.length_penalty));
    check_output(fixture, model, cells, &decoding);
}

static void greedy_outputs_are_those_of_transformers(void **state)
{
    for_each_case(*state, "greedy", check_greedy);
}

static void no_pair_of_tokens_is_repeated(void **state)
{
    for_each_case(*state, "no-repeat-2", check_no_repeat);
}

static void the_end_token_waits_for_the_minimum_length(void **state)
{
    for_each_case(*state, "least-6", check_min_tokens);
}

static void beams_are_those_of_transformers(void **state)
{
    for_each_case(*state, "beam-", check_beam);
}

static void requests_beyond_the_limits_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct t5_session *session = fixture->sessions[0][T5_INT8];
    struct error error = {0};
    char longest[4000];
    memset(longest, 'x', sizeof(longest));
    struct text inputs[5] = {{longest, sizeof(longest)}};
    assert_false(t5_encode(session, inputs, 1, &error));
    assert_int_equal(error.kind, ERROR_MODEL);
    assert_non_null(strstr(error.message, "the maximum is 256"));

    error = (struct error){0};
    assert_false(t5_encode(session, inputs, 5, &error));
    assert_non_null(strstr(error.message, "the maximum is 4"));

    inputs[0] = TEXT("fits well");
    assert_true(t5_encode(session, inputs, 1, NULL));
    float score_value;
    struct t5_target target = {.text = {longest, sizeof(longest)}};
    error = (struct error){0};
    assert_false(t5_score(session, &target, 1, &score_value, &error));
    assert_int_equal(error.kind, ERROR_MODEL);
    target = (struct t5_target){.input = 1, .text = TEXT("x")};
    error = (struct error){0};
    assert_false(t5_score(session, &target, 1, &score_value, &error));
    assert_int_equal(error.kind, ERROR_USAGE);

    struct arena arena = {0};
    struct t5_output output;
    const struct t5_decoding wishes[] = {{.max_tokens = 0},
                                         {.max_tokens = 64},
                                         {.max_tokens = 8, .beam = 5},
                                         {.max_tokens = 60, .prefix = inputs[0]}};
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        error = (struct error){0};
        assert_false(t5_generate(session, &wishes[i], &arena, &output, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
    }
    arena_free(&arena);
}

static void limits_are_checked(void **state)
{
    struct fixture *fixture = *state;
    const struct t5_limits good = {
        .batch = 1, .input_tokens = 8, .output_tokens = 8, .threads = 1, .beam = 1};
    struct t5_limits bad[5] = {good, good, good, good, good};
    bad[0].batch = 0;
    bad[1].input_tokens = 0;
    bad[2].threads = 100000;
    bad[3].beam = 0;
    bad[4].kernels = TEXT("abacus");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct t5_session *session;
        struct error error = {0};
        assert_false(t5_session_open(&session, fixture->models[0], &bad[i], &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_null(session);
    }
    struct t5_session *session;
    assert_true(t5_session_open(&session, fixture->models[0], &good, NULL));
    assert_true(strlen(t5_session_kernels(session)) > 0);
    t5_session_close(session);
    t5_session_close(NULL);
}

static void an_empty_batch_has_no_results(void **state)
{
    struct fixture *fixture = *state;
    struct t5_session *session = fixture->sessions[0][T5_INT8];
    assert_true(t5_encode(session, NULL, 0, NULL));
    assert_true(t5_score(session, NULL, 0, NULL, NULL));
    struct t5_decoding decoding = {.max_tokens = 4};
    assert_true(t5_generate(session, &decoding, &fixture->arena, NULL, NULL));
}

/* A session that gave its memory back takes it again, and says the same. */
static void released_inputs_can_be_encoded_again(void **state)
{
    enum { TARGETS = 2 };
    struct fixture *fixture = *state;
    static const struct text inputs[] = {TEXT("the blade broke twice"), TEXT("soup")};
    static const struct t5_target targets[TARGETS] = {
        {.input = 0, .prefix = TEXT("<task>"), .text = TEXT("refund")},
        {.input = 1, .prefix = TEXT("<task>"), .text = TEXT("soup is cold")}};
    for (size_t precision = T5_INT8; precision <= T5_F32; precision++) {
        struct t5_session *session = fixture->sessions[0][precision];
        float before[TARGETS], after[TARGETS];
        struct error error;
        assert_true(t5_encode(session, inputs, 2, NULL));
        assert_true(t5_score(session, targets, TARGETS, before, NULL));
        t5_session_release_inputs(session);
        assert_false(t5_score(session, targets, TARGETS, after, &error));
        assert_true(t5_encode(session, inputs, 2, NULL));
        assert_true(t5_score(session, targets, TARGETS, after, NULL));
        assert_memory_equal(before, after, sizeof(before));
    }
}

/* The closed-set probabilities of the targets equal those of constrained decoding. */
static void closed_set_probabilities_sum_to_one(void **state)
{
    enum { TARGETS = 4, INPUTS = 2 };
    struct fixture *fixture = *state;
    const struct text items[TARGETS] = {TEXT("soup is cold"), TEXT("soup"), TEXT("refund"),
                                        TEXT("soup is nice")};
    struct text inputs[INPUTS + 1] = {TEXT("the blade broke twice"), TEXT("soup"), TEXT("")};
    struct t5_target targets[INPUTS * TARGETS + 1] = {{.input = INPUTS, .text = items[0]}};
    for (size_t i = 0; i < INPUTS * TARGETS; i++)
        targets[1 + i] = (struct t5_target){
            .input = i / TARGETS, .prefix = TEXT("<task>"), .text = items[i % TARGETS]};
    for (size_t model = 0; model < MODELS; model++) {
        for (size_t precision = T5_INT8; precision <= T5_F32; precision++) {
            struct t5_session *session = fixture->sessions[model][precision];
            float scores[INPUTS * TARGETS + 1];
            struct t5_choices *choices;
            struct t5_output outputs[INPUTS + 1];
            assert_true(t5_choices_open(&choices, fixture->models[model],
                                        &(struct t5_choice_items){items, TARGETS, 1}, NULL));
            struct t5_decoding decoding = {
                .max_tokens = 12, .prefix = TEXT("<task>"), .choices = choices};
            assert_true(t5_encode(session, inputs, INPUTS + 1, NULL));
            assert_true(t5_score_closed_set(session, targets, INPUTS * TARGETS + 1, scores, NULL));
            assert_true(t5_generate(session, &decoding, &fixture->arena, outputs, NULL));
            assert_true(scores[0] == 0); /* the only target */
            for (size_t i = 0; i < INPUTS; i++) {
                const float *of_input = scores + 1 + i * TARGETS;
                double sum = 0;
                for (size_t k = 0; k < TARGETS; k++)
                    sum += exp((double)of_input[k]);
                assert_true(fabs(sum - 1) < 1e-5);
                assert_int_equal(outputs[i].item_count, 1);
                float chosen = of_input[outputs[i].items[0]];
                assert_true(fabsf(chosen - outputs[i].log_probability) < 1e-5f);
            }
            t5_choices_close(choices);
        }
    }
}

/* The differences of two tokens' logits equal those of their log-probabilities as targets. */
static void next_logits_agree_with_scores(void **state)
{
    enum { WORDS = 3, INPUTS = 3, PREFIXES = 4, PLACES = INPUTS * PREFIXES };
    struct fixture *fixture = *state;
    static const struct text words[WORDS] = {TEXT("soup"), TEXT("battery"), TEXT("price")};
    static const struct text prefixes[PREFIXES] = {TEXT("<task> price"), TEXT(""), TEXT("<task>"),
                                                   TEXT("<task> price")};
    static const struct text inputs[INPUTS] = {TEXT("the blade broke twice"), TEXT(""),
                                               TEXT("loved the price, hated the battery")};
    for (size_t model = 0; model < MODELS; model++) {
        int32_t tokens[WORDS];
        for (size_t i = 0; i < WORDS; i++) {
            int32_t ids[16];
            size_t count = t5_tokenize(fixture->models[model], words[i], ids, 16);
            assert_true(count >= 1 && count <= 16);
            tokens[i] = ids[0];
        }
        struct t5_place places[PLACES];
        for (size_t i = 0; i < PLACES; i++) /* not in the order of the inputs */
            places[i] = (struct t5_place){.input = i % INPUTS, .prefix = prefixes[i / INPUTS]};
        const struct t5_logits_query query = {places, PLACES, tokens, WORDS};
        for (size_t precision = T5_INT8; precision <= T5_F32; precision++) {
            struct t5_session *session = fixture->sessions[model][precision];
            float logits[PLACES * WORDS], again[WORDS];
            assert_true(t5_encode(session, inputs, INPUTS, NULL));
            assert_true(t5_next_logits(session, &query, logits, NULL));
            for (size_t i = 0; i < PLACES; i++) {
                float logprobs[WORDS][16], scores[WORDS];
                struct t5_target targets[WORDS];
                for (size_t k = 0; k < WORDS; k++)
                    targets[k] = (struct t5_target){places[i].input, places[i].prefix, words[k],
                                                    logprobs[k]};
                assert_true(t5_score(session, targets, WORDS, scores, NULL));
                for (size_t k = 1; k < WORDS; k++) {
                    float by_logits = logits[i * WORDS + k] - logits[i * WORDS];
                    assert_true(fabsf(by_logits - (logprobs[k][0] - logprobs[0][0])) < 1e-4f);
                }
                /* the other places do not change a bit */
                const struct t5_logits_query single = {&places[i], 1, tokens, WORDS};
                assert_true(t5_next_logits(session, &single, again, NULL));
                assert_memory_equal(again, &logits[i * WORDS], sizeof(again));
            }
        }
    }
}

/* A state depends on the input and the prefix, and not on the other places. */
static void next_states_belong_to_their_places(void **state)
{
    enum { PLACES = 4, MAX_WIDTH = 256 };
    struct fixture *fixture = *state;
    static const struct text inputs[] = {TEXT("the blade broke twice"), TEXT("soup")};
    static const struct t5_place places[PLACES] = {
        {1, TEXT("<task>")}, {0, TEXT("<task> price")}, {0, TEXT("<task>")}, {1, TEXT("<task>")}};
    static float states[PLACES * MAX_WIDTH], single[MAX_WIDTH];
    for (size_t model = 0; model < MODELS; model++)
        for (size_t precision = T5_INT8; precision <= T5_F32; precision++) {
            struct t5_session *session = fixture->sessions[model][precision];
            size_t width = t5_embedding_width(fixture->models[model]), size = width * sizeof(float);
            assert_true(width <= MAX_WIDTH && t5_encode(session, inputs, 2, NULL));
            assert_true(t5_next_states(session, places, PLACES, states, NULL));
            for (size_t i = 0; i < PLACES; i++) {
                assert_true(t5_next_states(session, &places[i], 1, single, NULL));
                assert_memory_equal(single, &states[i * width], size);
            }
            assert_memory_equal(&states[0], &states[3 * width], size); /* the same place */
            assert_memory_not_equal(&states[0], &states[2 * width], size);
            assert_memory_not_equal(&states[width], &states[2 * width], size);
        }
    struct error error = {0};
    assert_false(
        t5_next_states(fixture->sessions[0][0], &(struct t5_place){.input = 2}, 1, single, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
}

static void many_places_need_several_passes(void **state)
{
    enum { PLACES = 400 };
    struct fixture *fixture = *state;
    struct t5_session *session = fixture->sessions[0][T5_INT8];
    struct arena arena = {0};
    struct t5_place places[PLACES];
    float logits[PLACES * 2], single[2];
    static const int32_t tokens[] = {7, 5};
    static const struct text inputs[] = {TEXT("soup"), TEXT("battery")};
    for (size_t i = 0; i < PLACES; i++)
        places[i] = (struct t5_place){
            i % 2, arena_format(&arena, "<task> %zu %zu %s", i, i * i, i % 3 ? "price" : "")};
    assert_true(t5_encode(session, inputs, 2, NULL));
    assert_true(t5_next_logits(session, &(struct t5_logits_query){places, PLACES, tokens, 2},
                               logits, NULL));
    for (size_t i = 0; i < PLACES; i++) {
        assert_true(t5_next_logits(session, &(struct t5_logits_query){&places[i], 1, tokens, 2},
                                   single, NULL));
        assert_memory_equal(single, &logits[i * 2], sizeof(single));
    }
    arena_free(&arena);
}

static void wrong_places_and_tokens_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct t5_session *session = fixture->sessions[0][T5_INT8];
    char longest[400];
    memset(longest, 'x', sizeof(longest));
    static const int32_t tokens[] = {0, 1 << 20, -1};
    const struct t5_place places[] = {{0}, {.input = 1}, {.prefix = {longest, sizeof(longest)}}};
    const struct {
        struct t5_logits_query query;
        enum error_kind kind;
        const char *message;
    } examples[] = {
        {{&places[1], 1, tokens, 1}, ERROR_USAGE, "place 1 refers to input 2"},
        {{places, 1, tokens, 2}, ERROR_USAGE, "token 1048576 is not in the vocabulary"},
        {{places, 1, tokens + 2, 1}, ERROR_USAGE, "token -1 is not in the vocabulary"},
        {{&places[2], 1, tokens, 1}, ERROR_MODEL, "the maximum is 63"},
    };
    struct text input = TEXT("soup");
    float logits[3];
    assert_true(t5_encode(session, &input, 1, NULL));
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        assert_false(t5_next_logits(session, &examples[i].query, logits, &error));
        assert_int_equal(error.kind, examples[i].kind);
        if (!strstr(error.message, examples[i].message))
            fail_msg("%s", error.message);
    }
    assert_true(
        t5_next_logits(session, &(struct t5_logits_query){places, 1, tokens, 0}, NULL, NULL));
    assert_true(t5_next_logits(session, &(struct t5_logits_query){0}, NULL, NULL));
}

static void embeddings_have_length_one(void **state)
{
    struct fixture *fixture = *state;
    struct t5_session *session = fixture->sessions[0][T5_INT8];
    struct text inputs[] = {TEXT("soup"), TEXT(""), TEXT("the blade broke twice")};
    assert_true(t5_encode(session, inputs, 3, NULL));
    size_t width = t5_embedding_width(fixture->models[0]);
    float vectors[3 * 64];
    assert_true(width <= 64);
    t5_embed(session, vectors);
    for (size_t i = 0; i < 3; i++) {
        double sum = 0;
        for (size_t k = 0; k < width; k++)
            sum += (double)vectors[i * width + k] * (double)vectors[i * width + k];
        assert_true(fabs(sum - 1) < 1e-5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float32_scores_are_those_of_transformers),
        cmocka_unit_test(int8_scores_are_near_those_of_float32),
        cmocka_unit_test(greedy_outputs_are_those_of_transformers),
        cmocka_unit_test(no_pair_of_tokens_is_repeated),
        cmocka_unit_test(the_end_token_waits_for_the_minimum_length),
        cmocka_unit_test(beams_are_those_of_transformers),
        cmocka_unit_test(requests_beyond_the_limits_are_refused),
        cmocka_unit_test(limits_are_checked),
        cmocka_unit_test(closed_set_probabilities_sum_to_one),
        cmocka_unit_test(next_logits_agree_with_scores),
        cmocka_unit_test(next_states_belong_to_their_places),
        cmocka_unit_test(many_places_need_several_passes),
        cmocka_unit_test(wrong_places_and_tokens_are_refused),
        cmocka_unit_test(an_empty_batch_has_no_results),
        cmocka_unit_test(released_inputs_can_be_encoded_again),
        cmocka_unit_test(embeddings_have_length_one),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
