/* test_prune.c - inference/model/prune.c: a pruned model gives the same results as a view and
 * after it was saved and opened again. */
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

/* Returns the score of one target and writes a generated output. */
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

static void a_saved_view_gives_the_same_results(void **state)
{
    (void)state;
    for (size_t m = 0; m < 2; m++)
        for (size_t first = 0; first < 2; first++) {
            struct arena arena = {0};
            struct error error = {0};
            struct t5_model *original, *view, *saved;
            struct t5_layer_mask removed_layers = {0};
            char path[] = "/tmp/winnow-test-XXXXXX";
            fclose(fdopen(mkstemp(path), "wb"));
            assert_true(t5_model_open(&original, models[m], T5_F32, &error));
            bool has_several = t5_decoder_layer_count(original) > 1;
            removed_layers.encoder[first] = true;
            removed_layers.decoder[first] = has_several;
            assert_true(t5_model_prune(&view, original, &removed_layers, &error));
            assert_int_equal(t5_encoder_layer_count(view), t5_encoder_layer_count(original) - 1);
            assert_int_equal(t5_decoder_layer_count(view),
                             t5_decoder_layer_count(original) - has_several);
            assert_true(t5_parameter_count(view) < t5_parameter_count(original));
            assert_false(text_equal(t5_model_id(view), t5_model_id(original)));
            assert_true(t5_model_save(view, path, &error));
            assert_true(t5_model_verify(path, &error));
            assert_true(t5_model_open(&saved, path, T5_F32, &error));
            assert_int_equal(t5_parameter_count(view), t5_parameter_count(saved));
            struct text from_original, from_view, from_saved;
            float score = run(view, &arena, &from_view);
            assert_true(score == run(saved, &arena, &from_saved));
            assert_true(score != run(original, &arena, &from_original));
            assert_true(text_equal(from_view, from_saved));
            t5_model_close(saved);
            t5_model_close(view);
            t5_model_close(original);
            remove(path);
            arena_free(&arena);
        }
}

static void saving_without_pruning_keeps_the_model(void **state)
{
    (void)state;
    struct error error = {0};
    struct t5_model *original, *saved;
    char path[] = "/tmp/winnow-test-XXXXXX";
    fclose(fdopen(mkstemp(path), "wb"));
    assert_true(t5_model_open(&original, models[0], T5_F32, &error));
    assert_true(t5_model_save(original, path, &error));
    assert_true(t5_model_open(&saved, path, T5_F32, &error));
    assert_true(text_equal(t5_model_id(original), t5_model_id(saved)));
    t5_model_close(saved);
    t5_model_close(original);
    remove(path);
}

static void layers_that_cannot_be_removed_are_reported(void **state)
{
    (void)state;
    static const struct {
        struct t5_layer_mask removed_layers;
        const char *message;
    } examples[] = {
        {{.encoder[2] = true}, "encoder layer 2 cannot be removed: the encoder has layers 0 to 1"},
        {{.decoder[255] = true}, "decoder layer 255 cannot be removed"},
        {{.encoder[0] = true, .encoder[1] = true}, "the encoder needs at least one layer"},
    };
    struct t5_model *original, *view, *again;
    assert_true(t5_model_open(&original, models[0], T5_F32, NULL));
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct error error = {0};
        assert_false(t5_model_prune(&view, original, &examples[i].removed_layers, &error));
        assert_null(view);
        assert_int_equal(error.kind, ERROR_USAGE);
        if (!strstr(error.message, examples[i].message))
            fail_msg("%s", error.message);
    }
    struct t5_layer_mask removed_layers = {.encoder[1] = true};
    struct error error = {0};
    assert_true(t5_model_prune(&view, original, &removed_layers, &error));
    assert_false(t5_model_prune(&again, view, &removed_layers, &error));
    t5_model_close(view);
    t5_model_close(original);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_view_gives_the_same_results),
        cmocka_unit_test(saving_without_pruning_keeps_the_model),
        cmocka_unit_test(layers_that_cannot_be_removed_are_reported),
    };
    return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
