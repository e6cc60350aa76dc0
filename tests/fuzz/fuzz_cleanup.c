/* fuzz_cleanup.c - any bytes through the functions of the clean stage, then split into sentences
 * and terms. */
#include <assert.h>
#include <stdlib.h>

#include "base/segment.h"
#include "base/utf8.h"
#include "stages/text/answer_kind.h"
#include "stages/text/cleanup.h"
#include "stages/text/posts.h"
#include "stages/text/sign_off.h"
#include "stages/text/statements.h"
#include "stages/text/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct text raw = {(const char *)data, size};
    struct text tidy = cleanup_text(raw, true, &arena);
    if (!utf8_is_valid(tidy) || !text_equal(cleanup_text(tidy, false, &arena), tidy))
        abort();
    struct text post = post_keep_words(cleanup_strip_cell_mark(tidy), &arena);
    if (!utf8_is_valid(post) || !utf8_is_valid(sign_off_strip(post, TEXT("w"))))
        abort();
    answer_classify(cleanup_keep_original(tidy), size % ASKED_FOR_COUNT, TEXT("skip,pass"));
    struct segmenter *segmenter;
    if (!segmenter_open(&segmenter, NULL))
        abort();
    size_t count, words, last = 0;
    const size_t *ends = segment_sentences(segmenter, tidy, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (ends[i] <= last || utf8_boundary_before(tidy, ends[i]) != ends[i])
            abort();
        struct text sentence = text_slice(tidy, last, ends[i]);
        if (segment_word_boundary_before(segmenter, sentence, sentence.size / 2) >
            sentence.size / 2)
            abort();
        terms_extract(sentence, &arena, &words);
        last = ends[i];
    }
    if (last != tidy.size)
        abort();
    segmenter_close(segmenter);
    struct statement_reader reader = {0};
    if (!statement_reader_open(&reader, NULL))
        abort();
    const struct statement *statements = statements_extract(&reader, tidy, &arena, &count);
    for (size_t i = 0; i < count; i++)
        if (statements[i].begin >= statements[i].end || statements[i].end > tidy.size)
            abort();
    statement_reader_close(&reader);
    arena_free(&arena);
    return 0;
}
