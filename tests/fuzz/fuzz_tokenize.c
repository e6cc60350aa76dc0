/* fuzz_tokenize.c - any text through two small vocabularies: ends never fall, the last is the
 * text's end, capacity is kept, and a cut at an end changes no token before it. */
#include <stdlib.h>
#include <string.h>

#include "inference/tokenizer/tokenizer.h"

enum { MOST = 1 << 16 };

static void check(const struct tokenizer *tokenizer, struct text text)
{
    static int32_t ids[MOST], again[MOST];
    static size_t ends[MOST];
    size_t count = tokenizer_encode(tokenizer, text, ids, ends, MOST);
    if (count > MOST || tokenizer_encode(tokenizer, text, again, NULL, MOST) != count ||
        memcmp(ids, again, count * sizeof(*ids)) != 0 ||
        tokenizer_encode(tokenizer, text, NULL, NULL, 0) != count)
        abort();
    for (size_t i = 0; i < count; i++)
        if (ids[i] < 0 || (size_t)ids[i] >= tokenizer_count(tokenizer) ||
            (i && ends[i] < ends[i - 1]) || ends[i] > text.size)
            abort();
    if (count && ends[count - 1] != text.size)
        abort();
    struct arena arena = {0};
    tokenizer_decode(tokenizer, ids, count, &arena);
    arena_free(&arena);
    if (count < 2)
        return;
    size_t middle = count / 2;
    if (ends[middle] == ends[middle + 1 < count ? middle + 1 : middle])
        return;
    size_t front =
        tokenizer_encode(tokenizer, text_slice(text, 0, ends[middle]), again, NULL, MOST);
    if (front > middle + 1 || memcmp(ids, again, front * sizeof(*ids)) != 0)
        abort(); /* fewer: a space at the cut is dropped */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const paths[] = {"tests/unit/data/tokenizer/spiece.model",
                                        "tests/unit/data/tokenizer/spaces.model"};
    static struct tokenizer *tokenizers[2];
    struct error error = {0};
    for (size_t i = 0; i < 2; i++) {
        if (!tokenizers[i] && !tokenizer_open(&tokenizers[i], paths[i], &error))
            abort();
        check(tokenizers[i], (struct text){(const char *)bytes, size < 8192 ? size : 8192});
    }
    return 0;
}
