/* test_utf8.c - base/utf8.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"

static void each_invalid_sequence_becomes_one_replacement(void **state)
{
    (void)state;
    /* The examples of the Unicode standard, "U+FFFD Substitution of Maximal Subparts". */
    static const struct {
        struct text bytes, repaired;
        size_t replaced;
    } cases[] = {
        {TEXT("caf\xC3\xA9"), TEXT("caf\xC3\xA9"), 0},
        {TEXT("\xC0\xAF"), TEXT("\xEF\xBF\xBD\xEF\xBF\xBD"), 2},
        {TEXT("\xED\xA0\x80"), TEXT("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"), 3},
        {TEXT("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
              "A"),
         TEXT("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
              "A"),
         4},
        {TEXT("a\xEF\xBF\xBDz"), TEXT("a\xEF\xBF\xBDz"), 0},
        {TEXT("\xF4\x90\x80\x80"), TEXT("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"), 4},
        {TEXT("\xEC\x97"), TEXT("\xEF\xBF\xBD"), 1},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t replaced = 0;
        struct text repaired = utf8_repair(cases[i].bytes, &arena, &replaced);
        assert_true(text_equal(repaired, cases[i].repaired));
        assert_int_equal(replaced, cases[i].replaced);
        assert_int_equal(utf8_is_valid(cases[i].bytes), cases[i].replaced == 0);
        assert_true(utf8_is_valid(repaired));
    }
    arena_free(&arena);
}

static void every_code_point_survives_encoding_and_decoding(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        char bytes[4];
        size_t written = utf8_encode(point, bytes), size;
        assert_int_equal(utf8_decode((struct text){bytes, written}, 0, &size), point);
        assert_int_equal(size, written);
    }
}

static void boundaries_do_not_split_code_points(void **state)
{
    (void)state;
    struct text text = TEXT("a\xEB\xB0\xB0\xEC\x86\xA1z"); /* a배송z */
    static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 7, 8, 8};
    for (size_t offset = 0; offset < 10; offset++)
        assert_int_equal(utf8_boundary_before(text, offset), expected[offset]);
    assert_int_equal(utf8_count_code_points(text), 4);
    assert_true(utf8_has_hangul(text));
    assert_false(utf8_has_hangul(TEXT("caf\u00e9 \u4e2d\u3042"))); /* accents, Han, kana */
    assert_false(utf8_has_hangul(text_slice(text, 0, 3)));         /* the start of a syllable */
}

static void ends_of_ascii_and_of_valid_bytes_are_found_at_every_offset(void **state)
{
    (void)state;
    char bytes[40];
    for (size_t size = 0; size <= sizeof(bytes); size++)
        for (size_t at = 0; at <= size; at++) {
            memset(bytes, 'a', sizeof(bytes));
            if (at < size)
                bytes[at] = '\xFF';
            struct text text = {bytes, size};
            assert_int_equal(utf8_ascii_end(text, at / 2), at);
            assert_int_equal(utf8_valid_end(text, at / 2), at);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_invalid_sequence_becomes_one_replacement),
        cmocka_unit_test(every_code_point_survives_encoding_and_decoding),
        cmocka_unit_test(boundaries_do_not_split_code_points),
        cmocka_unit_test(ends_of_ascii_and_of_valid_bytes_are_found_at_every_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
