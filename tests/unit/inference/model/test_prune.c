/* test_prune.c - inference/model/prune.c: a model without some layers is one with the others,
 * whether it is a view or was written and opened again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "inference/model/model.h"

static const char *const models[] = {"tests/unit/data/tiny-gated", "tests/unit/data/tiny-tied"};

/* The score of one target, and an output. */
static float run(const struct t5_model *model, struct arena *arena, struct text *output)
{
    struct t5_limits limits = {
        .batch = 1, .input_tokens = 64, .output_tokens = 32, .threads = 1, .beam = 1};
    struct t5_session *session;
    struct text input = TEXT("the soup is cold and the staff slow");
    struct t5_target target = {.text = TEXT("cold soup")};
    struct t5_decoding decoding = {.max_tokens = 12};
    struct t5_output generated;
    float score;
    assert_true(t5_session_open(&session, model, &limits, NULL));
    assert_true(t5_encode(session, &input, 1, NULL));
    assert_true(t5_score(session, &target, 1, &score, NULL));
    assert_true(t5_generate(session, &decoding, arena, &generated, NULL));
    *output = generated.text;
    t5_session_close(session);
    return score;
}

static void what_is_saved_is_what_was_seen(void **state)
{
    (void)state;
    for (size_t m = 0; m < 2; m++)
        for (size_t first = 0; first < 2; first++) {
            struct arena arena = {0};
            struct error error = {0};
            struct t5_model *whole, *view, *saved;
            struct t5_layer_mask left_out = {0};
            char path[] = "/tmp/winnow-test-XXXXXX";
            fclose(fdopen(mkstemp(path), "wb"));
            assert_true(t5_model_open(&whole, models[m], T5_F32, &error));
            bool has_several = t5_decoder_layer_count(whole) > 1;
            left_out.encoder[first] = true;
            left_out.decoder[first] = has_several;
            assert_true(t5_model_prune(&view, whole, &left_out, &error));
            assert_int_equal(t5_encoder_layer_count(view), t5_encoder_layer_count(whole) - 1);
            assert_int_equal(t5_decoder_layer_count(view),
                             t5_decoder_layer_count(whole) - has_several);
            assert_true(t5_parameter_count(view) < t5_parameter_count(whole));
            assert_false(text_equal(t5_model_id(view), t5_model_id(whole)));
            assert_true(t5_model_save(view, path, &error));
            assert_true(t5_model_verify(path, &error));
            assert_true(t5_model_open(&saved, path, T5_F32, &error));
            assert_int_equal(t5_parameter_count(view), t5_parameter_count(saved));
            struct text from_whole, from_view, from_saved;
            float score = run(view, &arena, &from_view);
            assert_true(score == run(saved, &arena, &from_saved));
            assert_true(score != run(whole, &arena, &from_whole));
            assert_true(text_equal(from_view, from_saved));
            t5_model_close(saved);
            t5_model_close(view);
            t5_model_close(whole);
            remove(path);
            arena_free(&arena);
        }
}

static void without_dropping_anything_a_model_is_saved_as_it_is(void **state)
{
    (void)state;
    struct error error = {0};
    struct t5_model *whole, *saved;
    char path[] = "/tmp/winnow-test-XXXXXX";
    fclose(fdopen(mkstemp(path), "wb"));
    assert_true(t5_model_open(&whole, models[0], T5_F32, &error));
    assert_true(t5_model_save(whole, path, &error));
    assert_true(t5_model_open(&saved, path, T5_F32, &error));
    assert_true(text_equal(t5_model_id(whole), t5_model_id(saved)));
    t5_model_close(saved);
    t5_model_close(whole);
    remove(path);
}

static void what_cannot_go_is_named(void **state)
{
    (void)state;
    static const struct {
        struct t5_layer_mask left_out;
        const char *message;
    } examples[] = {
        {{.encoder[2] = true}, "encoder layer 2 cannot be removed: the encoder has layers 0 to 1"},
        {{.decoder[255] = true}, "decoder layer 255 cannot be removed"},
        {{.encoder[0] = true, .encoder[1] = true}, "the encoder needs at least one layer"},
    };
    struct t5_model *whole, *view, *again;
    assert_true(t5_model_open(&whole, models[0], T5_F32, NULL));
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        assert_false(t5_model_prune(&view, whole, &examples[i].left_out, &error));
        assert_null(view);
        assert_int_equal(error.kind, ERROR_USAGE);
        if (!strstr(error.message, examples[i].message))
            fail_msg("%s", error.message);
    }
    struct t5_layer_mask left_out = {.encoder[1] = true};
    struct error error = {0};
    assert_true(t5_model_prune(&view, whole, &left_out, &error));
    assert_false(t5_model_prune(&again, view, &left_out, &error));
    t5_model_close(view);
    t5_model_close(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_what_was_seen),
        cmocka_unit_test(without_dropping_anything_a_model_is_saved_as_it_is),
        cmocka_unit_test(what_cannot_go_is_named),
    };
    return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
