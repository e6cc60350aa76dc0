/* test_phrase_corpus.c - which phrases texts have in common, how they are shown, and samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "stages/text/phrase_corpus.h"

static void add_texts(struct phrase_corpus *corpus, const char *const *texts)
{
    for (size_t i = 0; texts[i]; i++)
        phrase_corpus_add(corpus, text_of(texts[i]), i + 1, 0);
}

/* "firmware update 2; update 3;" */
static void expect_phrases(struct phrase_corpus *corpus, size_t min_documents, const char *expected)
{
    struct phrase_list list = {0};
    struct arena arena = {0};
    struct text lines = {0};
    phrase_list_build(&list, corpus, min_documents);
    for (size_t i = 0; i < list.count; i++)
        lines = arena_format(&arena, "%.*s%.*s %zu; ", TEXT_ARGUMENT(lines),
                             TEXT_ARGUMENT(phrase_format(&list.phrases[i], corpus, &arena)),
                             list.phrases[i].document_count);
    if (!text_equal(lines, text_of(expected)))
        fail_msg("expected %s, got %.*s", expected, TEXT_ARGUMENT(lines));
    arena_free(&arena);
    phrase_list_free(&list);
}

static void texts_count_once(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "The firmware update broke it. Update, update, update!",
        "Firmware updates are awful",
        "Since the update it is slow",
        "Since the update it is slow",   /* the same text */
        "Please send your best regards", /* courtesy and praise are no subject */
        NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    assert_int_equal(corpus.document_count, 4);
    expect_phrases(&corpus, 2, "firmware 2; firmware update 2; update 3; ");
    phrase_corpus_free(&corpus);
}

static void phrases_do_not_cross_punctuation(void **state)
{
    (void)state;
    static const char *const texts[] = {"Slow delivery, driver lost", "Slow delivery. Driver rude",
                                        "driver-side window", NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    expect_phrases(&corpus, 2, "slow 2; slow delivery 2; delivery 2; driver 3; ");
    phrase_corpus_free(&corpus);
}

static void korean_nouns_are_shown_without_endings(void **state)
{
    (void)state;
    static const char *const texts[] = {"배송이 늦어요", "배송은 빨랐고 포장도 좋았습니다",
                                        "포장을 뜯었네요, 배송 완료", NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    expect_phrases(&corpus, 2, "배송 3; 포장 2; ");
    phrase_corpus_free(&corpus);
}

/* Many texts, since a word shows itself as no noun only if it is frequent. */
static void korean_words_without_particles_are_no_nouns(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "제발 배송이 빨라졌으면", "제발 포장을 바꿔주길",   "배송은 제발 그만",
        "제발 포장이 이게 뭔지",  "배송을 제발 서둘러주길", "제발 배송이 문앞까지",
        "포장은 제발 튼튼하게",   "제발 포장을 한겹만",     "제발 배송은 낮에",
        "제발 배송이 토요일에",   "포장을 제발 작게",       "제발 배송을 저녁에",
        "앱이 포장을 틀리게",     "앱이 배송을 몰라",       NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    expect_phrases(&corpus, 2, "배송 8; 포장 6; ");
    phrase_corpus_free(&corpus);
}

static void adverbs_are_no_nouns(void **state)
{
    (void)state;
    static const char *const texts[] = {"Consistently cold soup",
                                        "The soup is consistently cold",
                                        "My family wants soup",
                                        "Family soup",
                                        "A nicce nicee soup",
                                        "The nicce nicee cook",
                                        NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    expect_phrases(&corpus, 2, "cold 2; soup 5; family 2; ");
    phrase_corpus_free(&corpus);
}

static void what_is_attached_to_a_number_is_no_phrase(void **state)
{
    (void)state;
    static const char *const texts[] = {"5월에 산 전구", "6월에 바꾼 전구", "3kg lamp", "4kg lamp",
                                        NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    expect_phrases(&corpus, 2, "전구 2; lamp 2; ");
    phrase_corpus_free(&corpus);
}

static void names_are_excluded(void **state)
{
    (void)state;
    static const char *const texts[] = {"Wander vacuum leaks", "My Wander leaks water", NULL};
    struct phrase_corpus corpus = {0};
    add_texts(&corpus, texts);
    phrase_corpus_exclude_name(&corpus, TEXT("Wander vacuum"));
    expect_phrases(&corpus, 2, "leaks 2; ");
    phrase_corpus_free(&corpus);
}

static void large_corpora_are_sampled_by_id(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    struct phrase_corpus corpus = {0}, reversed = {0};
    char text[32];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(text, sizeof(text), "parcel %zu", i);
        phrase_corpus_add(&corpus, text_of(text), i, 0);
        snprintf(text, sizeof(text), "parcel %zu", COUNT - 1 - i);
        phrase_corpus_add(&reversed, text_of(text), COUNT - 1 - i, 0);
    }
    assert_in_range(corpus.document_count, COUNT * 48 / 100, COUNT * 52 / 100);
    assert_int_equal(corpus.document_count, reversed.document_count);
    struct phrase_list list = {0};
    phrase_list_build(&list, &corpus, 5);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.phrases[0].document_count, corpus.document_count);
    phrase_list_free(&list);
    phrase_corpus_free(&corpus);
    phrase_corpus_free(&reversed);
}

static void an_empty_corpus_has_no_phrases(void **state)
{
    (void)state;
    struct phrase_corpus corpus = {0};
    expect_phrases(&corpus, 1, "");
    phrase_corpus_add(&corpus, TEXT(""), 1, 0);
    phrase_corpus_add(&corpus, TEXT("!!! ..."), 2, 0);
    phrase_corpus_add(&corpus, TEXT("1가1가,1a"), 3, 0);
    expect_phrases(&corpus, 2, "");
    phrase_corpus_free(&corpus);
}

/* A product without any text: the corpus grows by its names alone. */
static void an_empty_corpus_excludes_names(void **state)
{
    (void)state;
    struct phrase_corpus corpus = {0};
    char name[] = "vacuum a";
    for (size_t i = 0; i < 200; i++) {
        name[0] = (char)('a' + i % 26);
        name[7] = (char)('a' + i / 26);
        phrase_corpus_exclude_name(&corpus, text_of(name));
    }
    expect_phrases(&corpus, 1, "");
    phrase_corpus_free(&corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_count_once),
        cmocka_unit_test(phrases_do_not_cross_punctuation),
        cmocka_unit_test(korean_nouns_are_shown_without_endings),
        cmocka_unit_test(korean_words_without_particles_are_no_nouns),
        cmocka_unit_test(adverbs_are_no_nouns),
        cmocka_unit_test(what_is_attached_to_a_number_is_no_phrase),
        cmocka_unit_test(names_are_excluded),
        cmocka_unit_test(large_corpora_are_sampled_by_id),
        cmocka_unit_test(an_empty_corpus_has_no_phrases),
        cmocka_unit_test(an_empty_corpus_excludes_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
