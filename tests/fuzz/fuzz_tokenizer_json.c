/* fuzz_tokenizer_json.c - any bytes as a tokenizer.json. */
#include "inference/tokenizer/vocabulary.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {0};
    struct arena arena = {0};
    struct vocabulary vocabulary = {0};
    struct tokenizer tokenizer = {0};
    struct text tables[TOKENIZER_TABLE_COUNT];
    struct text file = {(const char *)bytes, size};
    if (tokenizer_json_read(file, "fuzz", &arena, &vocabulary, &error) &&
        vocabulary_build(&vocabulary, "fuzz", &tokenizer.arena, tables, &error) &&
        tokenizer_attach(&tokenizer, tables, "fuzz", &error)) {
        struct text text = TEXT(" a b  ab<extra_id_0>x\t</s> \xEB\xB0\xB0 \xC2\xBD \xFF!");
        int32_t ids[200];
        size_t count = tokenizer_encode(&tokenizer, text, ids, NULL, 200);
        tokenizer_decode(&tokenizer, ids, count < 200 ? count : 200, &tokenizer.arena);
    }
    vocabulary_free(&vocabulary);
    tokenizer_release(&tokenizer);
    arena_free(&arena);
    return 0;
}
