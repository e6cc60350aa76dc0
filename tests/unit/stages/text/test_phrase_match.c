/* test_phrase_match.c - stages/text/phrase_match.c: which words are forms of a phrase. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/text/phrase_match.h"

enum { NEVER = PHRASE_LOOSE + 1 };

static const struct {
    const char *text, *phrase;
    int form; /* the strictest that finds the phrase */
} examples[] = {
    {"the ride was fun", "ride", PHRASE_AS_WRITTEN},
    {"the rides were fun", "ride", PHRASE_INFLECTED},
    {"we were riding all day", "ride", PHRASE_INFLECTED},
    {"the ride was fun", "rides", PHRASE_INFLECTED},
    {"full of crowds", "crowded", PHRASE_INFLECTED},
    {"it stopped twice", "stop", PHRASE_INFLECTED},
    {"two delays, three delayed", "delay", PHRASE_INFLECTED},
    {"no more deliveries", "delivery", PHRASE_INFLECTED},
    {"the boxes", "box", PHRASE_INFLECTED},
    {"mickey's house", "mickey", PHRASE_AS_WRITTEN},
    {"they pride themselves", "ride", NEVER},
    {"we care", "car", NEVER},
    {"she was busy", "bus", NEVER},
    {"good class", "clas", NEVER},
    {"roller-coasters", "roller coaster", PHRASE_INFLECTED},
    {"the rides were closed", "ride closed", PHRASE_LOOSE},
    {"great for the little kids", "for kids", PHRASE_LOOSE},
    {"the rides, and it was closed", "ride closed", NEVER},
    {"the ride that we wanted was closed", "ride closed", NEVER},
    {"closed ride", "ride closed", NEVER},
    {"written in c++", "c++", PHRASE_AS_WRITTEN},
    {"written in c", "c++", NEVER},
    {"반납이 어려워요", "반납", PHRASE_AS_WRITTEN},
    {"차반납이 괴로움", "반납", PHRASE_INFLECTED},
    {"면허를소지한", "소지", PHRASE_INFLECTED},
    {"되지도 않아요", "지도", NEVER},
    {"안방이 넓어요", "방", NEVER},
    {"차량상태가 나빠요", "차량 상태", PHRASE_INFLECTED},
    {"쏘카 존이 멀어요", "쏘카존", PHRASE_INFLECTED},
    {"차의 상태가 나빠요", "차 상태", PHRASE_INFLECTED},
    {"차도 없고", "차가 없어요", PHRASE_INFLECTED},
    {"차종이 없고", "차가 없어요", NEVER},
    {"문이 잘 안 열림", "문이 안 열려요", PHRASE_LOOSE},
    {"자꾸 튕김", "튕겨요", PHRASE_INFLECTED},
    {"너무 더럽고", "더러워요", PHRASE_INFLECTED},
    {"드라이버가 친절", "더러워요", NEVER},
    {"", "ride", NEVER},
};

static bool is_found(struct text text, struct text phrase, enum phrase_form form)
{
    for (size_t at = 0; at < text.size; at++) {
        bool is_boundary = ((unsigned char)text.bytes[at] & 0xC0) != 0x80;
        size_t end = is_boundary && phrase_can_begin(text, at, form)
                         ? phrase_find_end(text, at, phrase, form)
                         : 0;
        if (end > text.size)
            fail_msg("%s: ends behind the text", text.bytes);
        if (end > 0)
            return true;
    }
    return false;
}

static void phrases_are_found_in_the_forms_of_their_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        for (int form = PHRASE_AS_WRITTEN; form <= PHRASE_LOOSE; form++)
            if (is_found(text_of(examples[i].text), text_of(examples[i].phrase),
                         (enum phrase_form)form) != (form >= examples[i].form))
                fail_msg("%s: %s, form %d", examples[i].text, examples[i].phrase, form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_found_in_the_forms_of_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
