/* test_segment.c - base/segment.c. In the examples, a bar marks the end of each sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/segment.h"

static const char *const examples[] = {
    "",
    "Works",
    "Works well. |Would buy again!",
    "works well. |would buy again",
    "Why?! |No idea... |it broke (twice). |Then \"it died.\" |Bye",
    "First line\n|second line\n\n|third",
    "I met Dr. Hill at 5.30 p.m., e.g. about the no. 5 model. |Fine.",
    "Is it good? |no. |It is not.",
    "Version 2.1.3 is out.|It crashes.",
    "near the airport.|the staff was helpful.|The room was clean.|But small",
    "Nice product...|delivery was late..|but fine",
    "From Booking.Com or amazon.it or node.js, J.Crew, readme.Md.txt and john.Smith@example.com.",
    "It was loud.|bass is good ...|it worked a week",
    "See www.shop.The.example/a.The and Dr.Hill",
    "배송이 빨라요. |품질은 별로예요! |다시는 안 사요",
    "とても良い。|でも高い！|残念",
    "So did I. |Me too",
    "End.  ",
};

static void sentences_end_where_a_reader_expects(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    assert_true(segmenter_open(&segmenter, NULL));
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        char plain[256];
        size_t expected[16], expected_count = 0, size = 0;
        for (const char *from = examples[i]; *from; from++)
            if (*from == '|')
                expected[expected_count++] = size;
            else
                plain[size++] = *from;
        if (size)
            expected[expected_count++] = size;
        size_t count;
        const size_t *ends =
            segment_sentences(segmenter, (struct text){plain, size}, &arena, &count);
        if (count != expected_count || memcmp(ends, expected, count * sizeof(*ends)) != 0)
            for (size_t k = 0, begin = 0; k < count; begin = ends[k++])
                print_message("[%.*s]\n", (int)(ends[k] - begin), plain + begin);
        assert_int_equal(count, expected_count);
        for (size_t k = 0; k < count; k++)
            assert_int_equal(ends[k], expected[k]);
    }
    arena_free(&arena);
    segmenter_close(segmenter);
}

static void white_space_takes_precedence_over_other_word_boundaries(void **state)
{
    (void)state;
    struct segmenter *segmenter;
    assert_true(segmenter_open(&segmenter, NULL));
    struct text text = TEXT("the battery-life is awful");
    assert_int_equal(segment_word_boundary_before(segmenter, text, 14),
                     12); /* a word boundary: the hyphen */
    assert_int_equal(segment_word_boundary_before(segmenter, text, 18), 17);
    assert_int_equal(segment_word_boundary_before(segmenter, text, 19), 17);
    assert_int_equal(segment_word_boundary_before(segmenter, text, 25), 25);
    assert_int_equal(segment_word_boundary_before(segmenter, TEXT("aaaaaaaaaa"), 5), 0);
    assert_int_equal(segment_word_boundary_before(segmenter, TEXT("a bbbbbbbbbbbbbb"), 9), 2);
    segmenter_close(segmenter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_end_where_a_reader_expects),
        cmocka_unit_test(white_space_takes_precedence_over_other_word_boundaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
