/* test_tokenizer.c - compares the tokenizer with recorded ids of libsentencepiece
 * (tests/unit/data/tokenizer, written by make.sh there) and checks the ends of tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "inference/t5.h"
#include "inference/tokenizer/tokenizer.h"

#define DATA "tests/unit/data/tokenizer/"

enum { MAX_TOKENS = 4096 };

static struct tokenizer *open_tokenizer(const char *path)
{
    struct error error = {0};
    struct tokenizer *tokenizer;
    if (!tokenizer_open(&tokenizer, path, &error))
        fail_msg("%s", error.message);
    return tokenizer;
}

/* The ids of a text and of the end token, in the format of `winnow tokenize`. */
static struct text ids_of(const struct tokenizer *tokenizer, struct text line, struct arena *arena)
{
    static int32_t ids[MAX_TOKENS];
    size_t count = tokenizer_encode(tokenizer, line, ids, NULL, MAX_TOKENS);
    assert_true(count <= MAX_TOKENS);
    char *printed = arena_alloc(arena, count * 12 + 12, 1);
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += (size_t)sprintf(printed + size, "%d ", ids[i]);
    size += (size_t)sprintf(printed + size, "%d", tokenizer_end_id(tokenizer));
    return (struct text){printed, size};
}

static void compare_lines(const char *model, const char *lines_path, const char *ids_path)
{
    struct arena arena = {0};
    struct text lines, expected, line, ids;
    struct error error = {0};
    struct tokenizer *tokenizer = open_tokenizer(model);
    assert_true(
        file_read(lines_path, (struct file_limits){1 << 20, ERROR_INPUT}, &arena, &lines, &error));
    assert_true(
        file_read(ids_path, (struct file_limits){1 << 20, ERROR_INPUT}, &arena, &expected, &error));
    size_t number = 0;
    while (text_split(&lines, '\n', &line) && text_split(&expected, '\n', &ids) &&
           (line.size || ids.size)) {
        number++;
        struct text found = ids_of(tokenizer, line, &arena);
        if (!text_equal(found, ids))
            fail_msg("line %zu: %.*s\nexpected %.*s\nfound    %.*s", number, TEXT_ARGUMENT(line),
                     TEXT_ARGUMENT(ids), TEXT_ARGUMENT(found));
    }
    assert_true(number > 20);
    tokenizer_close(tokenizer);
    arena_free(&arena);
}

static void ids_equal_recorded_ids_of_sentencepiece(void **state)
{
    (void)state;
    compare_lines(DATA "spiece.model", DATA "lines.txt", DATA "spiece.ids");
    compare_lines(DATA "spaces.model", DATA "lines.txt", DATA "spaces.ids");
}

/* The Flan-T5 vocabulary; skipped if it is not next to the repository. */
static void ids_equal_recorded_ids_of_flan_t5(void **state)
{
    (void)state;
    static const char *const models[] = {"../shared/tokenizer/flan-t5/spiece.model",
                                         "../shared/tokenizer/flan-t5/tokenizer.json"};
    struct arena arena = {0};
    struct text cases, line;
    struct error error = {0};
    if (!file_read("../shared/tokenizer/flan-t5/cases.tsv",
                   (struct file_limits){1 << 24, ERROR_INPUT}, &arena, &cases, &error))
        skip();
    for (size_t i = 0; i < 2; i++) {
        struct tokenizer *tokenizer = open_tokenizer(models[i]);
        struct text rest = cases;
        size_t equal = 0;
        while (text_split(&rest, '\n', &line) && line.size) {
            size_t tab = text_find(line, TEXT("\t"), 0);
            struct text found = ids_of(tokenizer, text_slice(line, 0, tab), &arena);
            assert_true(text_equal(found, text_slice(line, tab + 1, line.size)));
            equal++;
        }
        assert_int_equal(equal, 998);
        tokenizer_close(tokenizer);
    }
    arena_free(&arena);
}

/* Runs Debian's spm_encode on the text of the vocabulary; skipped if it is not installed. */
static void ids_equal_those_of_spm_encode(void **state)
{
    (void)state;
    char path[] = "/tmp/winnow-test-XXXXXX", command[512];
    if (system("command -v spm_encode >/dev/null 2>&1") != 0)
        skip();
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    snprintf(command, sizeof(command),
             "spm_encode --model=" DATA "spiece.model --output_format=id --extra_options=eos "
             "<" DATA "text.txt >%s 2>/dev/null",
             path);
    assert_int_equal(system(command), 0);
    compare_lines(DATA "spiece.model", DATA "text.txt", path);
    unlink(path);
}

static const char *const texts[] = {
    "The kettle boils fast and the handle stays cool.",
    "  two   spaces  everywhere  ",
    "\xEF\xBD\x86\xEF\xBD\x95\xEF\xBD\x8C\xEF\xBD\x8C \xC2\xBD \xE2\x80\xA6 \xEF\xAC\x81ne",
    "\xEB\xB0\xB0\xEC\x86\xA1\xEC\x9D\xB4 \xEB\x84\x88\xEB\xAC\xB4",
    "\xF0\x9F\x99\x82\xF0\x9F\x99\x82 unknown \xE6\xBC\xA2",
    "broken \xFF\xFE utf8 \xE2\x82",
    "a<topics>b <summary>",
    "x",
};

static void ends_never_decrease_and_the_last_is_the_size(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = open_tokenizer(DATA "spiece.model");
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        static size_t ends[MAX_TOKENS];
        struct text text = text_of(texts[i]);
        size_t count = tokenizer_encode(tokenizer, text, NULL, ends, MAX_TOKENS);
        for (size_t k = 1; k < count; k++)
            assert_true(ends[k - 1] <= ends[k]);
        assert_int_equal(ends[count - 1], text.size);
    }
    tokenizer_close(tokenizer);
}

/* The tokens of a text that is cut at an end are the first tokens of the whole text. */
static void cutting_at_an_end_splits_no_token(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = open_tokenizer(DATA "spiece.model");
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        static size_t ends[MAX_TOKENS];
        static int32_t whole[MAX_TOKENS], front[MAX_TOKENS];
        struct text text = text_of(texts[i]);
        size_t count = tokenizer_encode(tokenizer, text, whole, ends, MAX_TOKENS);
        for (size_t k = 0; k + 1 < count; k++) {
            if (ends[k] == ends[k + 1] || ends[k] == 0)
                continue; /* several tokens of one character */
            size_t front_count =
                tokenizer_encode(tokenizer, text_slice(text, 0, ends[k]), front, NULL, MAX_TOKENS);
            assert_true(front_count <= k + 1); /* a space at the cut is dropped */
            assert_memory_equal(front, whole, front_count * sizeof(*front));
        }
    }
    tokenizer_close(tokenizer);
}

static void the_count_may_exceed_the_capacity(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = open_tokenizer(DATA "spiece.model");
    int32_t all[64], few[3] = {0, 0, -7};
    struct text text = text_of(texts[0]);
    size_t count = tokenizer_encode(tokenizer, text, all, NULL, 64);
    assert_int_equal(tokenizer_encode(tokenizer, text, few, NULL, 2), count);
    assert_int_equal(few[0], all[0]);
    assert_int_equal(few[2], -7);
    assert_int_equal(tokenizer_encode(tokenizer, text, NULL, NULL, 0), count);
    tokenizer_close(tokenizer);
}

static void ids_decode_to_the_normalized_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *decoded;
    } examples[] = {
        {"The kettle boils fast.", "The kettle boils fast."},
        {"  two   spaces ", "two spaces"},
        {"\xF0\x9F\x99\x82 \xE6\xBC\xA2", "\xF0\x9F\x99\x82 \xE6\xBC\xA2"},
        {"\xEB\xB0\xB0\xEC\x86\xA1\xEC\x9D\xB4", "\xEB\xB0\xB0\xEC\x86\xA1\xEC\x9D\xB4"},
        {"broken \xFF", "broken \xEF\xBF\xBD"},
        {"<topics> price", "<topics> price"},
    };
    struct arena arena = {0};
    struct tokenizer *tokenizer = open_tokenizer(DATA "spiece.model");
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        int32_t ids[256];
        size_t count = tokenizer_encode(tokenizer, text_of(examples[i].text), ids, NULL, 256);
        struct text decoded = tokenizer_decode(tokenizer, ids, count, &arena);
        if (!text_equal(decoded, text_of(examples[i].decoded)))
            fail_msg("%.*s", TEXT_ARGUMENT(decoded));
    }
    /* Skips control pieces and invalid ids; each byte of an incomplete character is U+FFFD. */
    int32_t byte_e2 = 6 + 0xE2, byte_82 = 6 + 0x82;
    int32_t mixed_ids[] = {0, 1, -5, 999999, byte_e2, byte_82, 1};
    struct text decoded = tokenizer_decode(tokenizer, mixed_ids, 7, &arena);
    assert_true(text_equal(decoded, TEXT("\xEF\xBF\xBD\xEF\xBF\xBD")));
    int32_t unknown = 2;
    decoded = tokenizer_decode(tokenizer, &unknown, 1, &arena);
    assert_true(text_equal(decoded, TEXT(" \xE2\x81\x87 ")));
    tokenizer_close(tokenizer);
    arena_free(&arena);
}

static void a_prefix_may_start_with_a_symbol(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = open_tokenizer(DATA "spiece.model");
    int32_t whole[8], prefix[8];
    assert_int_equal(tokenizer_encode(tokenizer, TEXT("<sentiment>"), whole, NULL, 8), 2);
    assert_int_equal(tokenizer_encode_prefix(tokenizer, TEXT("<sentiment>"), prefix, 8), 1);
    assert_int_equal(prefix[0], whole[1]);
    size_t count = tokenizer_encode(tokenizer, TEXT("The"), whole, NULL, 8);
    assert_int_equal(tokenizer_encode_prefix(tokenizer, TEXT("The"), prefix, 8), count);
    assert_memory_equal(prefix, whole, count * sizeof(*prefix));
    tokenizer_close(tokenizer);
}

/* A long text is tokenized window by window; its ids are those of its sentences. */
static void a_long_text_has_the_ids_of_its_sentences(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct tokenizer *tokenizer = open_tokenizer(DATA "spiece.model");
    struct text sentence = TEXT("The kettle boils fast and the handle stays cool. ");
    enum { TIMES = 2000 };
    char *bytes = arena_alloc(&arena, TIMES, sentence.size);
    for (size_t i = 0; i < TIMES; i++)
        memcpy(bytes + i * sentence.size, sentence.bytes, sentence.size);
    int32_t once[64];
    size_t count = tokenizer_encode(tokenizer, sentence, once, NULL, 64);
    int32_t *ids = arena_alloc(&arena, count * TIMES, sizeof(*ids));
    size_t *ends = arena_alloc(&arena, count * TIMES, sizeof(*ends));
    struct text text = {bytes, TIMES * sentence.size};
    assert_int_equal(tokenizer_encode(tokenizer, text, ids, ends, count * TIMES), count * TIMES);
    for (size_t i = 0; i < TIMES; i++)
        assert_memory_equal(ids + i * count, once, count * sizeof(*ids));
    assert_int_equal(ends[count - 1], sentence.size - 1);
    assert_int_equal(ends[count * TIMES - 1], text.size);
    memset(bytes, 'a', text.size);
    assert_true(tokenizer_encode(tokenizer, text, NULL, NULL, 0) > text.size / 8);
    tokenizer_close(tokenizer);
    arena_free(&arena);
}

static void a_small_tokenizer_json_is_read(void **state)
{
    (void)state;
    static const char json[] =
        "{\"added_tokens\": [{\"id\": 0, \"content\": \"<pad>\", \"special\": true},"
        " {\"id\": 1, \"content\": \"</s>\", \"special\": true},"
        " {\"id\": 7, \"content\": \"<extra_id_0>\", \"special\": true}],"
        " \"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \" {2,}\"},"
        " \"content\": \" \"},"
        " \"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\": \"\\u2581\","
        " \"prepend_scheme\": \"always\"},"
        " \"model\": {\"type\": \"Unigram\", \"unk_id\": 2, \"vocab\": [[\"<pad>\", 0],"
        " [\"</s>\", 0], [\"<unk>\", 0], [\"\\u2581\", -2], [\"a\", -3], [\"\\u2581a\", -2.5],"
        " [\"b\", -3.5]]}}";
    char path[] = "/tmp/winnow-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(write(descriptor, json, sizeof(json) - 1) == (ssize_t)sizeof(json) - 1);
    close(descriptor);
    struct arena arena = {0};
    struct tokenizer *tokenizer = open_tokenizer(path);
    static const struct {
        const char *text, *ids;
    } examples[] = {
        {"a b", "5 3 6 1"}, {" ab ", "5 6 3 1"},
        {"a  a", "5 5 1"},  {"a<extra_id_0>b</s>", "5 7 3 6 1 1"},
        {"xyz", "3 2 1"},   {"", "1"},
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct text found = ids_of(tokenizer, text_of(examples[i].text), &arena);
        if (!text_equal(found, text_of(examples[i].ids)))
            fail_msg("'%s': %.*s", examples[i].text, TEXT_ARGUMENT(found));
    }
    tokenizer_close(tokenizer);
    unlink(path);
    arena_free(&arena);
}

static void truncated_files_are_rejected(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text good;
    struct error error = {0};
    assert_true(file_read(DATA "spiece.model", (struct file_limits){1 << 20, ERROR_INPUT}, &arena,
                          &good, &error));
    char path[] = "/tmp/winnow-test-XXXXXX";
    int descriptor = mkstemp(path);
    for (size_t size = 0; size < good.size; size += 997) {
        struct tokenizer *tokenizer;
        error = (struct error){0};
        assert_int_equal(ftruncate(descriptor, 0), 0);
        assert_true(pwrite(descriptor, good.bytes, size, 0) == (ssize_t)size);
        assert_false(tokenizer_open(&tokenizer, path, &error));
        assert_int_equal(error.kind, ERROR_MODEL);
        assert_null(tokenizer);
    }
    close(descriptor);
    unlink(path);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_equal_recorded_ids_of_sentencepiece),
        cmocka_unit_test(ids_equal_recorded_ids_of_flan_t5),
        cmocka_unit_test(ids_equal_those_of_spm_encode),
        cmocka_unit_test(ends_never_decrease_and_the_last_is_the_size),
        cmocka_unit_test(cutting_at_an_end_splits_no_token),
        cmocka_unit_test(the_count_may_exceed_the_capacity),
        cmocka_unit_test(ids_decode_to_the_normalized_text),
        cmocka_unit_test(a_prefix_may_start_with_a_symbol),
        cmocka_unit_test(a_long_text_has_the_ids_of_its_sentences),
        cmocka_unit_test(a_small_tokenizer_json_is_read),
        cmocka_unit_test(truncated_files_are_rejected),
    };
    return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
