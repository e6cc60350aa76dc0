/* test_posts.c - stages/text/posts.c: posts before and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/posts.h"

static const struct {
    const char *post, *words;
} posts[] = {
    {"", ""},
    {"Plain words and/or 5 stars.", "Plain words and/or 5 stars."},
    /* handles */
    {"@kettleshop why is it late?", "why is it late?"},
    {"@kettleshop @kim_88: why is it late?", "why is it late?"},
    {".@kettleshop, answer me", "answer me"},
    {"@tea.house.24 why is it late?", "why is it late?"},
    {"@kettleshop.Great tea", "kettleshop.Great tea"},
    {"@kettleshop is closed again", "kettleshop is closed again"},
    {"@kettleshop can you help?", "can you help?"},
    {"@kettleshop's lid broke", "kettleshop's lid broke"},
    {"@kettleshop은 최고", "kettleshop은 최고"},
    {"@케틀샵 최고예요", "케틀샵 최고예요"},
    {"@로 태그, (@π@), @동네@", "@로 태그, (@π@), @동네@"},
    {"thanks to @kettleshop for the lid", "thanks to kettleshop for the lid"},
    {"I like @kettleshop", "I like kettleshop"},
    {"Never again! @kettleshop", "Never again!"},
    {"배송 빨라요\n@kettleshop", "배송 빨라요"},
    {"loved it @anna @bob", "loved it"},
    {"@ann@social.example fine", "fine"},
    {"RT @kettleshop: new lids", "new lids"},
    {"RT @a RT @b: new lids", "new lids"},
    {"write to me@post.example, 2 @ 3.50, @10 each",
     "write to me@post.example, 2 @ 3.50, @10 each"},
    /* links */
    {"so good https://t.co/a1", "so good"},
    {"see https://shop.example/order?no=3. It fails", "see [link]. It fails"},
    {"www.shop.example is slow", "www.shop.example is slow"},
    {"slow! www.shop.example", "slow!"},
    {"you can see it at https://shop.example/a", "you can see it at [link]"},
    {"it is here https://t.co/a1", "it is here"},
    {"Photos: https://shop.example/a https://shop.example/b", "Photos: [link]"},
    {"(https://shop.example/a)", "([link])"},
    {"so good\nhttps://shop.example/a\nhttps://shop.example/b", "so good"},
    {"https://t.co/a1", ""},
    {"@kettleshop https://t.co/a1", ""},
    {"so fast!https://t.co/a1", "so fast!"},
    {"아주 좋아요https://t.co/a1", "아주 좋아요"},
    {"read here:https://shop.example/a now", "read here: [link] now"},
    {"so good https://t.co/a1 via @kettleshop", "so good"},
    {"My new kettle - https://t.co/a1", "My new kettle"},
    {"http:// and www. are no links", "http:// and www. are no links"},
    /* hashtags */
    {"the #lid of my #kettle leaks", "the lid of my kettle leaks"},
    {"맛있어요 #서울 #카페", "맛있어요 서울 카페"},
    {"맛있어요 #서울 #카페 #맛집", "맛있어요"},
    {"so good #fast#cheap#nice https://t.co/a1", "so good"},
    {"#서울 #카페 #맛집", "서울 카페 맛집"},
    {"so good #fast #cheap #but_it_leaks", "so good fast cheap but_it_leaks"},
    {"my number ###abc", "my number ###abc"},
    {"#1 of 5, C# and # alone", "#1 of 5, C# and # alone"},
    {"it is the #1!", "it is the #1!"},
};

static void words_are_kept(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(posts) / sizeof(*posts); i++) {
        struct text words = post_keep_words(text_of(posts[i].post), &arena);
        if (!text_equal(words, text_of(posts[i].words)))
            fail_msg("%s gave [%.*s]", posts[i].post, TEXT_ARGUMENT(words));
        assert_true(text_equal(post_keep_words(words, &arena), words));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_are_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
