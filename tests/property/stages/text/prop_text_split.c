/* prop_text_split.c - for any text, the pieces join to the text, fit the budget, and divide no code
 * point and no word that would fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "stages/text/text_split.h"
#include "tests/fakes/t5.h"
#include "tests/support/random.h"

struct measured {
    const struct t5_model *model;
    struct text text;
    size_t prompt;
};

static size_t count_tokens(void *user, size_t begin, size_t end)
{
    struct measured *measured = user;
    return measured->prompt +
           t5_tokenize(measured->model, text_slice(measured->text, begin, end), NULL, 0);
}

/* Words of 1 to `longest` letters of several scripts, sentences of a few words. */
static struct text random_text(uint64_t *seed, size_t size, size_t longest, struct arena *arena)
{
    static const char *const letters[] = {"a", "e", "t", "ß", "배", "송", "字", "😀", "-"};
    char *bytes = arena_alloc(arena, size + 64 + longest * 4, 1);
    size_t at = 0;
    while (at < size) {
        for (size_t i = random_next(seed) % longest + 1; i > 0; i--) {
            struct text letter = text_of(letters[random_next(seed) % 9]);
            memcpy(bytes + at, letter.bytes, letter.size);
            at += letter.size;
        }
        uint64_t end = random_next(seed) % 8;
        const char *mark = end == 0 ? ". " : end == 1 ? "\n" : end == 2 ? "!!  " : " ";
        at += (size_t)sprintf(bytes + at, "%s", mark);
    }
    return (struct text){bytes, at};
}

static void check(struct segmenter *segmenter, struct text text, size_t token_budget,
                  size_t min_last_tokens)
{
    static const struct t5_model model = {.prompts = fake_prompts};
    struct measured measured = {&model, text, 3};
    struct text_splitter text_splitter = {&model,          segmenter,    token_budget,
                                          min_last_tokens, count_tokens, &measured};
    struct arena arena = {0};
    size_t count, at = 0;
    const struct text_piece *pieces = text_split_pieces(&text_splitter, text, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pieces[i].begin, at);
        assert_true(pieces[i].end > at);
        at = pieces[i].end;
        assert_true(pieces[i].tokens <= token_budget);
        assert_int_equal(pieces[i].tokens, count_tokens(&measured, pieces[i].begin, pieces[i].end));
        assert_int_equal(utf8_boundary_before(text, at), at);
    }
    assert_int_equal(at, text.size);
    arena_free(&arena);
}

static void pieces_join_back_and_fit(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    assert_true(segmenter_open(&segmenter, NULL));
    uint64_t seed = 42;
    for (int round = 0; round < 400; round++) {
        struct arena arena = {0};
        size_t longest = 1 + random_next(&seed) % (round % 7 == 0 ? 900 : 12);
        struct text text = random_text(&seed, random_next(&seed) % 3000, longest, &arena);
        check(segmenter, text, 12 + random_next(&seed) % 60, random_next(&seed) % 5);
        arena_free(&arena);
    }
    segmenter_close(segmenter);
}

static void no_word_that_fits_is_divided(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    assert_true(segmenter_open(&segmenter, NULL));
    static const struct t5_model model = {.prompts = fake_prompts};
    struct arena arena = {0};
    char *bytes = arena_alloc(&arena, 6000, 1);
    for (size_t i = 0; i < 6000; i++)
        bytes[i] = i % 7 == 6 ? ' ' : (char)('a' + i % 23);
    struct measured measured = {&model, {bytes, 6000}, 3};
    struct text_splitter text_splitter = {&model, segmenter, 20, 4, count_tokens, &measured};
    size_t count;
    const struct text_piece *pieces =
        text_split_pieces(&text_splitter, measured.text, &arena, &count);
    for (size_t i = 0; i < count; i++)
        assert_true(pieces[i].end == 6000 || bytes[pieces[i].end - 1] == ' ');
    assert_true(pieces[count - 1].tokens >= 4);
    arena_free(&arena);
    segmenter_close(segmenter);
}

static void splitting_takes_linear_work(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    assert_true(segmenter_open(&segmenter, NULL));
    struct arena arena = {0};
    uint64_t seed = 7;
    size_t size = 10 * 1000 * 1000;
    char *one_word = arena_alloc(&arena, size, 1);
    memset(one_word, 'a', size);
    const struct text texts[] = {{one_word, size}, random_text(&seed, size, 9, &arena)};
    for (size_t i = 0; i < 2; i++) {
        fake_tokenized_bytes = 0;
        check(segmenter, texts[i], 384, 40);
        /* Each byte some times, here and in the checks; quadratic work is thousands of times. */
        assert_in_range(fake_tokenized_bytes, texts[i].size, 20 * texts[i].size);
    }
    arena_free(&arena);
    segmenter_close(segmenter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_join_back_and_fit),
        cmocka_unit_test(no_word_that_fits_is_divided),
        cmocka_unit_test(splitting_takes_linear_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
