/* prop_clean.c - for any mixture of words, handles, links, hashtags and closings: cleaning a
 * cleaned text changes nothing, and no word of the customer is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"
#include "stages/stages.h"
#include "tests/fakes/stage.h"
#include "tests/support/random.h"

static const char *const parts[] = {
    "kettle",   "물이",   "새요.",  "漏れます。", "leaks.", "is",    "see",     "via",
    "-",        "'",      "=",      "+",          "@shop",  "@a_1:", "@shop's", "@가게",
    "#tea",     "#차집",  "#1",     "#a#b",       "RT",     "(",     ")",       "https://t.co/a1",
    "www.a.ex", "x@y.ex", "[link]", "t.co/b",     "Best,",  "Anna",  "Regards", "김지현 드림",
    "Thanks,",  "LG",     "no",     "nothing",
};

enum { PARTS = sizeof(parts) / sizeof(*parts) };

static struct text random_post(uint64_t *seed, bool glues, struct arena *arena)
{
    char *bytes = arena_alloc(arena, 1024, 1);
    size_t size = 0;
    for (size_t count = random_next(seed) % 12; count > 0; count--) {
        static const char *const separators[] = {" ", " ", " ", "\n", "\n\n", ""};
        struct text part = text_of(parts[random_next(seed) % PARTS]);
        struct text separator = text_of(separators[random_next(seed) % (glues ? 6 : 5)]);
        memcpy(bytes + size, part.bytes, part.size);
        size += part.size;
        if (separator.size)
            memcpy(bytes + size, separator.bytes, separator.size);
        size += separator.size;
    }
    return (struct text){bytes, size};
}

static struct text clean(void *state, struct text body, struct arena *arena)
{
    struct batch batch = {0};
    batch_add_record(&batch)->body = body;
    assert_true(clean_stage.process(state, &batch, NULL));
    struct text text = arena_copy_text(arena, batch.records[0].text);
    batch_free(&batch);
    return text;
}

static size_t count_word(struct text text, struct text word)
{
    size_t count = 0;
    for (size_t at = text_find(text, word, 0); at < text.size;
         at = text_find(text, word, at + word.size))
        count++;
    return count;
}

static void cleaning_twice_is_cleaning_once(void **state)
{
    (void)state;
    uint64_t seed = 7;
    void *stage = stage_start(&clean_stage, "", NULL, NULL);
    for (int round = 0; round < 20000; round++) {
        struct arena arena = {0};
        struct text post = random_post(&seed, round % 2, &arena);
        struct text once = clean(stage, post, &arena), twice = clean(stage, once, &arena);
        if (!text_equal(once, twice))
            fail_msg("[%.*s] gave [%.*s], then [%.*s]", TEXT_ARGUMENT(post), TEXT_ARGUMENT(once),
                     TEXT_ARGUMENT(twice));
        assert_true(utf8_is_valid(once));
        if (round % 2 == 0 && count_word(once, TEXT("kettle")) != count_word(post, TEXT("kettle")))
            fail_msg("[%.*s] gave [%.*s]", TEXT_ARGUMENT(post), TEXT_ARGUMENT(once));
        arena_free(&arena);
    }
    stage_end(&clean_stage, stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cleaning_twice_is_cleaning_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
