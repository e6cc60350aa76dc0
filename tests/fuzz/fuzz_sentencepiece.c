/* fuzz_sentencepiece.c - any bytes as a spiece.model: a tokenizer that opens encodes and decodes
 * texts without a fault. */
#include "inference/tokenizer/vocabulary.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {0};
    struct vocabulary vocabulary = {0};
    struct tokenizer tokenizer = {0};
    struct text tables[TOKENIZER_TABLE_COUNT];
    if (sentencepiece_read((struct text){(const char *)bytes, size}, "fuzz", &vocabulary, &error) &&
        vocabulary_build(&vocabulary, "fuzz", &tokenizer.arena, tables, &error) &&
        tokenizer_attach(&tokenizer, tables, "fuzz", &error)) {
        struct text text =
            TEXT("The kettle  boils\t<topics> \xEB\xB0\xB0\xEC\x86\xA1 \xC2\xBD \xFF!");
        int32_t ids[200];
        size_t count = tokenizer_encode(&tokenizer, text, ids, NULL, 200);
        tokenizer_decode(&tokenizer, ids, count < 200 ? count : 200, &tokenizer.arena);
    }
    vocabulary_free(&vocabulary);
    tokenizer_release(&tokenizer);
    return 0;
}
