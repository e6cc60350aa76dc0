/* test_reply.c - connectors/mail/reply.c: a table of mails and what their senders wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "connectors/mail/reply.h"

struct example {
    const char *body, *text;
};

static const struct example examples[] = {
    {"", ""},
    {"\n \n", ""},
    {"One line", "One line"},
    {"\nA\n\nB\n\n", "A\n\nB"},
    /* replies above the quote */
    {"Still broken.\n\nOn Mon, 5 Jan 2026 at 10:12, Help Desk <help@shop.example> wrote:\n> Try "
     "again\n> please\n",
     "Still broken."},
    {"Still broken.\n\nOn Mon, 5 Jan 2026 at 10:12, Help Desk\n<help@shop.example>\nwrote:\nTry "
     "again\n",
     "Still broken."},
    {"Immer noch.\n\nAm 05.01.2026 um 10:12 schrieb Hilfe <h@shop.example>:\n> Bitte neu\n",
     "Immer noch."},
    {"Toujours.\n\nLe lun. 5 janv. 2026 à 10:12, Aide <h@shop.example> a écrit\xC2\xA0:\n> q\n",
     "Toujours."},
    {"아직 안 돼요.\n\n2026년 1월 5일 (월) 오전 10:12, 고객센터 <h@shop.example>님이 작성:\n> "
     "다시\n",
     "아직 안 돼요."},
    {"まだです。\n\n2026年1月5日(月) 10:12 窓口 <h@shop.example>:\n> もう一度\n", "まだです。"},
    {"还是不行。\n\n在 2026年1月5日，上午10:12，客服 <h@shop.example> 写道：\n\n请重试\n",
     "还是不行。"},
    {"Sigue igual.\n\nEl lun, 5 ene 2026 a las 10:12, Tienda (<t@shop.example>) escribió:\n\n> "
     "Pruebe\n",
     "Sigue igual."},
    {"Nog steeds.\n\nOp ma 5 jan 2026 om 10:12 schreef Winkel <w@shop.example>:\n> Probeer\n",
     "Nog steeds."},
    {"Nadal nie.\n\npon., 5 sty 2026 o 10:12 Sklep <s@shop.example> napisał(a):\n\n> Proszę\n",
     "Nadal nie."},
    {"Всё ещё нет.\n\nпн, 5 янв. 2026 г. в 10:12, Магазин <m@shop.example>:\n\n> Попробуйте\n",
     "Всё ещё нет."},
    {"Нет.\n\n05.01.2026, 10:12, \"Магазин\" <m@shop.example> пишет:\nПопробуйте\n", "Нет."},
    {"还没好\n\n客服 <h@shop.example> 于2026年1月5日周一 10:12写道：\n> 请重试\n", "还没好"},
    {"沒好\n\n------------------ 原始郵件 ------------------\n寄件者: 客服\n\n請重試\n", "沒好"},
    {"No va.\n________________________________\nDe: Tienda <t@shop.example>\nEnviado: lunes\nPara: "
     "Yo\nAsunto: Nuevo\n\nTexto",
     "No va."},
    {"Rien.\n________________________________\nDe : Aide <h@shop.example>\nEnvoyé : lundi\nÀ : "
     "Moi\nObjet : Neuf\n\nTexte",
     "Rien."},
    {"Niets.\n\nVan: Winkel <w@shop.example>\nVerzonden: maandag\nAan: Ik\nOnderwerp: "
     "Nieuw\n\nTekst",
     "Niets."},
    {"Nic.\n\nOd: Sklep <s@shop.example>\nWysłano: poniedziałek\nDo: Ja\nTemat: Nowy\n\nTekst",
     "Nic."},
    {"Ничего.\n\nОт: Магазин <m@shop.example>\nОтправлено: понедельник\nКому: Я\nТема: "
     "Новый\n\nТекст",
     "Ничего."},
    {"動きません\n\n差出人: 窓口 <h@shop.example>\n送信日時: 2026年1月5日\n宛先: 私\n件名: "
     "新品\n\n本文",
     "動きません"},
    {"不行\n\n发件人: 客服 <h@shop.example>\n发送时间: 2026年1月5日\n收件人: 我\n主题: "
     "新\n\n内容",
     "不行"},
    {"Goed.\n\nVerstuurd vanaf mijn iPhone\n", "Goed."},
    {"Dobrze.\n\nWysłane z iPhone'a\n", "Dobrze."},
    {"Хорошо.\n\nОтправлено с iPhone\n", "Хорошо."},
    {"いいです\n\niPhoneから送信\n", "いいです"},
    {"很好\n\n发自我的iPhone\n", "很好"},
    {"Lunch at 10:12 with <us@shop.example>: fine", NULL},
    {"Nope.\n\n-----Original Message-----\nFrom: Help\nSent: Monday\nTo: Me\n\nTry again", "Nope."},
    {"Nope.\n________________________________\nVon: Hilfe <h@shop.example>\nGesendet: Montag\nAn: "
     "Ich\nBetreff: Neu\n\nText",
     "Nope."},
    {"안 돼요\n\n-----원본 메시지-----\n보낸 사람: 고객센터\n\n내용", "안 돼요"},
    {"보낸 사람이 없네요\n보낸사람: \"A\" <a@shop.example>\n받는사람: B\n날짜: 1월\n제목: "
     "문의\n\n본문",
     "보낸 사람이 없네요"},
    /* replies below the quote and between quoted lines */
    {"On 5 Jan 2026 10:12, \"Help\" <h@shop.example> wrote:\n> Is it on?\nYes.\n> Lamp red?\nNo.\n",
     "Yes.\nNo."},
    {"> Is it on?\nYes.\n", "> Is it on?\nYes."},
    {"> all of it is quoted\n", "> all of it is quoted"},
    {"> On 5 Jan 2026 10:12, Help <h@shop.example> wrote:\n>> Is it on?\n", ""},
    {"Fine now\n\n> the end is quoted\n", "Fine now"},
    /* forwarded messages */
    {"---------- Forwarded message ---------\nFrom: Ann <ann@post.example>\nDate: Mon\nSubject: "
     "Leak\nTo: <h@shop.example>\n\nIt leaks.\n",
     "It leaks."},
    {"FYI\n\nBegin forwarded message:\n\nFrom: Ann <ann@post.example>\nSubject: Leak\n\nIt leaks.",
     "FYI"},
    /* signatures */
    {"Good kettle.\n-- \nAnn\n+44 1\n", "Good kettle."},
    {"Good kettle.\n\nSent from my iPhone\n", "Good kettle."},
    {"좋아요\n\n나의 iPhone에서 보냄", "좋아요"},
    {"Good.\n\n_______________________________________________\nkettles mailing list\nhttp://x\n",
     "Good."},
    {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nGood.\n-----BEGIN PGP SIGNATURE-----\nabc="
     "\n-----END PGP SIGNATURE-----\n",
     "Good."},
    /* texts that only look like quotes or signatures */
    {"On Monday I wrote: it leaks.\nOn 3 May I wrote:\nno answer", NULL},
    {"First\n-----\nSecond\n* * *\nThird", NULL},
    {"From: Leeds\nTo: York\nDate: 3 May\nThe parcel was late", NULL},
    {"Name: Ann\nProblem: it leaks", NULL},
    {"a > b\nI sent from home", NULL},
    {"--\nonly this", NULL},
};

static void only_the_senders_words_remain(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct text trimmed;
        struct text text = reply_trim(text_of(examples[i].body), NULL, 0, &arena, &trimmed);
        if (!text_equal(text, text_of(examples[i].text ? examples[i].text : examples[i].body)))
            fail_msg("%s:\n'%.*s'", examples[i].body, TEXT_ARGUMENT(text));
        arena_free(&arena);
    }
}

static void removed_ranges_are_reported(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct text trimmed;
    struct text body = TEXT("Top\n> q\n\nOn 5 Jan 2026 at 1:00, A <a@b> wrote:\n> x\nEnd\n-- \nA");
    struct text text = reply_trim(body, NULL, 0, &arena, &trimmed);
    assert_true(text_equal(text, TEXT("Top\n\nEnd")));
    assert_true(text_equal(trimmed, TEXT("4-8,9-51,54-60")));
    struct html_span known = {4, 8};
    text = reply_trim(TEXT("One\ntwo\nthree"), &known, 1, &arena, &trimmed);
    assert_true(text_equal(text, TEXT("One\nthree")));
    assert_true(text_equal(trimmed, TEXT("4-8")));
    assert_true(text_equal(reply_trim(TEXT("whole"), NULL, 0, &arena, &trimmed), TEXT("whole")));
    assert_int_equal(trimmed.size, 0);
    arena_free(&arena);
}

static const struct {
    const char *body;
    bool delete_space;
    const char *text;
} flowed[] = {
    {"a \nb\nc", false, "a b\nc"},
    {"a \nb", true, "ab"},
    {"> q \n> r\n>> s \n> t \nu", false, "> q r\n>> s \n> t \nu"},
    {" From\n  two", false, "From\n two"},
    {"text \n-- \nAnn", false, "text \n-- \nAnn"},
    {"", false, ""},
    {"a \n", false, "a "},
};

static void flowed_lines_are_joined(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(flowed) / sizeof(*flowed); i++) {
        struct arena arena = {0};
        struct text text =
            reply_join_flowed_lines(text_of(flowed[i].body), flowed[i].delete_space, &arena);
        if (!text_equal(text, text_of(flowed[i].text)))
            fail_msg("%s: '%.*s'", flowed[i].body, TEXT_ARGUMENT(text));
        arena_free(&arena);
    }
}

static const struct example subjects[] = {
    {"Leak", "Leak"},
    {"Re: Leak", "Leak"},
    {"RE: Fwd: AW:Leak", "Leak"},
    {"Re[2]: Leak", "Leak"},
    {"[Fwd: Leak]", "Leak"},
    {"[shop] Re: Leak", "[shop] Re: Leak"},
    {"회신: 누수", "누수"},
    {"回复：漏水", "漏水"},
    {"Reading: lamp", "Reading: lamp"},
    {"Re:", ""},
    {"", ""},
};

static void reply_prefixes_of_subjects_are_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
        if (!text_equal(reply_strip_subject_prefixes(text_of(subjects[i].body)),
                        text_of(subjects[i].text)))
            fail_msg("%s: '%.*s'", subjects[i].body,
                     TEXT_ARGUMENT(reply_strip_subject_prefixes(text_of(subjects[i].body))));
}

/* Without blanks at the ends of lines and at both ends of the text. */
static struct text tidy(struct text text, struct arena *arena)
{
    struct text tidied = {0}, line;
    for (struct text rest = text_trim(text); text_split(&rest, '\n', &line);) {
        while (line.size && (line.bytes[line.size - 1] == ' ' || line.bytes[line.size - 1] == '\r'))
            line.size--;
        tidied = arena_format(arena, "%.*s%.*s\n", TEXT_ARGUMENT(tidied), TEXT_ARGUMENT(line));
    }
    return tidied;
}

#define SHARED "../shared/data/formats/email/reply-trimmer/"

static void real_replies_are_trimmed_as_expected(void **state)
{
    (void)state;
    DIR *folder = opendir(SHARED "emails");
    if (!folder)
        skip();
    size_t right = 0, count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        struct arena arena = {0};
        struct text body, expected, trimmed;
        char path[512];
        snprintf(path, sizeof(path), SHARED "emails/%s", entry->d_name);
        assert_true(file_read(path, 1 << 20, &arena, &body, ERROR_INPUT, NULL));
        snprintf(path, sizeof(path), SHARED "trimmed/%s", entry->d_name);
        assert_true(file_read(path, 1 << 20, &arena, &expected, ERROR_INPUT, NULL));
        struct text text = reply_trim(body, NULL, 0, &arena, &trimmed);
        bool same = text_equal(tidy(text, &arena), tidy(expected, &arena));
        right += same;
        count++;
        if (!same)
            print_message("%s differs\n", entry->d_name);
        arena_free(&arena);
    }
    closedir(folder);
    print_message("%zu of %zu as expected\n", right, count);
    assert_true(right * 10 >= count * 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_senders_words_remain),
        cmocka_unit_test(removed_ranges_are_reported),
        cmocka_unit_test(flowed_lines_are_joined),
        cmocka_unit_test(reply_prefixes_of_subjects_are_removed),
        cmocka_unit_test(real_replies_are_trimmed_as_expected),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
