/* test_chat.c - connectors/chat/chat.c: a table of exported chats and the messages in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "tests/support/reading.h"

#define MARK "\xE2\x80\x8E"
#define NARROW_SPACE "\xE2\x80\xAF"

static const struct {
    const char *file;
    const char *own_names;
    const char *messages; /* "line date author: text|" each */
    size_t skipped;
} examples[] = {
    {.file = ""},
    /* WhatsApp on Android: day first by the 13th; a message of two lines; an event */
    {.file = "03/04/2026, 10:16 - Messages are encrypted.\n"
             "03/04/2026, 10:17 - Ann: It leaks\nat the lid\n"
             "13/04/2026, 10:18 - Shop: Sorry: write to us\n",
     .messages = "2 2026-04-03T10:17:00Z Ann: It leaks\nat the lid|"
                 "4 2026-04-13T10:18:00Z Shop: Sorry: write to us|",
     .skipped = 1},
    {.file = "13/04/2026, 10:17 - Ann: It leaks\n13/04/2026, 10:18 - Shop: Sorry\n",
     .own_names = "Bo, shop",
     .messages = "1 2026-04-13T10:17:00Z Ann: It leaks|",
     .skipped = 1},
    /* month first, a narrow space, carriage returns, messages that the export leaves out */
    {.file = "3/4/26, 10:16" NARROW_SPACE "PM - Ann: Late again\r\n"
             "3/14/26, 9:01" NARROW_SPACE "AM - Ann: <Media omitted>\r\n"
             "3/14/26, 9:02" NARROW_SPACE "AM - Ann: IMG-1.jpg (file attached)\r\nBroken\r\n",
     .messages = "1 2026-03-04T22:16:00Z Ann: Late again|2 2026-03-14T09:01:00Z Ann: |"
                 "3 2026-03-14T09:02:00Z Ann: Broken|"},
    {.file = "12/3/26, 10:17 p.\xC2\xA0m. - Ana: Lleg\xC3\xB3 rota\n"
             "13/3/26, 9:17 a.\xC2\xA0m. - Bea: <Multimedia omitido>\n",
     .messages = "1 2026-03-12T22:17:00Z Ana: Lleg\xC3\xB3 rota|2 2026-03-13T09:17:00Z Bea: |"},
    {.file = "12.3.2026 klo 10.17 - Ann: Rikki\n13.3.2026 klo 9.17 - Bo: Toimii\n",
     .messages = "1 2026-03-12T10:17:00Z Ann: Rikki|2 2026-03-13T09:17:00Z Bo: Toimii|"},
    {.file = "12/03/2026 \xC3\xA0 10:17 - Ann : Le couvercle fuit\n13/03/2026 \xC3\xA0 9:17 - Ann "
             ": oui\n",
     .messages = "1 2026-03-12T10:17:00Z Ann: Le couvercle fuit|2 2026-03-13T09:17:00Z Ann: oui|"},
    /* a subject with a colon is an event */
    {.file = "13/04/2026, 10:17 - Ann: It leaks\n"
             "13/04/2026, 10:18 - Ann changed the name to \"Shop: help\"\n",
     .messages = "1 2026-04-13T10:17:00Z Ann: It leaks|",
     .skipped = 1},
    /* WhatsApp on iOS: marks, an event that looks like a message, a changed message */
    {.file = MARK "[12.03.26, 10:16:00] Shop: " MARK "Nachrichten sind verschl\xC3\xBCsselt.\n"
                  "[13.03.26, 10:17:33] ~"
                  "\xC2\xA0"
                  "Anna: Der Deckel ist undicht\n"
                  "[13.03.26, 10:18:33] Anna: " MARK "Bild weggelassen\n"
                  "[13.03.26, 10:19:33] Anna: Wann kommt es? " MARK
                  "<Diese Nachricht wurde bearbeitet.>\n",
     .messages = "2 2026-03-13T10:17:33Z Anna: Der Deckel ist undicht|"
                 "3 2026-03-13T10:18:33Z Anna: |4 2026-03-13T10:19:33Z Anna: Wann kommt es?|",
     .skipped = 1},
    {.file = "[2026. 3. 12. 오후 10:17:33] 민수: 뚜껑에서 물이 새요\n"
             "[2026. 3. 12. 오후 10:18:33] 민수: " MARK "이미지 생략\n",
     .messages = "1 2026-03-12T22:17:33Z 민수: 뚜껑에서 물이 새요|2 2026-03-12T22:18:33Z 민수: |"},
    /* KakaoTalk on computers and phones */
    {.file = "민수 님과 카카오톡 대화\n저장한 날짜 : 2026-03-14 10:00:00\n\n"
             "--------------- 2026년 3월 12일 목요일 ---------------\n"
             "[민수] [오후 2:31] 배송이 늦어요\n아직도요\n민수님이 나갔습니다.\n"
             "--------------- 2026년 3월 13일 금요일 ---------------\n"
             "[지은] [오전 9:05] [급해요] 환불해 주세요\n",
     .messages = "5 2026-03-12T14:31:00Z 민수: 배송이 늦어요\n아직도요|"
                 "9 2026-03-13T09:05:00Z 지은: [급해요] 환불해 주세요|",
     .skipped = 2},
    {.file = "--------------- Thursday, March 12, 2026 ---------------\n"
             "[Ann] [2:31 PM] It leaks\n[Shop] [2:32 PM] Photo\n",
     .messages = "2 2026-03-12T14:31:00Z Ann: It leaks|3 2026-03-12T14:32:00Z Shop: |"},
    {.file = "상점 님과 카카오톡 대화\n저장한 날짜 : 2026년 3월 14일 오후 2:31\n\n"
             "2026년 3월 12일 오후 2:31\n2026년 3월 12일 오후 2:31, 민수 : 배송이 늦어요\n"
             "2026년 3월 12일 오후 2:40, 민수님이 들어왔습니다.\n",
     .messages = "5 2026-03-12T14:31:00Z 민수: 배송이 늦어요|",
     .skipped = 2},
    /* LINE */
    {.file = "[LINE] 店とのトーク履歴\n保存日時：2026/03/14 10:00\n\n2026/03/12(木)\n"
             "14:31\t太郎\t蓋から水が漏れます\n14:32\t太郎\t\"まだです\nお願いします\"\n"
             "14:33\t花子が参加しました。\n\n2026/03/13(金)\n午前9:05\t花子\t[スタンプ]\n",
     .messages = "5 2026-03-12T14:31:00Z 太郎: 蓋から水が漏れます|"
                 "6 2026-03-12T14:32:00Z 太郎: まだです\nお願いします|"
                 "11 2026-03-13T09:05:00Z 花子: |",
     .skipped = 2},
    {.file = "Thu, 12/03/2026\n14:31\tAnn\tIt leaks\nFri, 13/03/2026\n9:05\tAnn\tStill\n",
     .messages = "2 2026-03-12T14:31:00Z Ann: It leaks|4 2026-03-13T09:05:00Z Ann: Still|"},
};

static char path[64];

static void write_file(const char *content)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct text read_file(const char *own_names, size_t *skipped, struct arena *arena)
{
    struct error error = {0};
    struct batch batch = {.path = path};
    struct text messages = {"", 0};
    void *state = memory_alloc(1, chat_connector.state_size);
    enum read_status status;
    option_set_defaults(chat_connector.options, state);
    if (own_names)
        assert_true(option_set(option_find(chat_connector.options, TEXT("own_names")), state,
                               text_of(own_names), "own_names", &error));
    if (!chat_connector.open(state, path, &error))
        fail_msg("%s", error.message);
    while ((status = chat_connector.read(state, &batch, &error)) == READ_OK)
        continue;
    assert_int_equal(status, READ_END);
    assert_int_equal(batch.reject_count, 0);
    *skipped = batch.skipped;
    for (size_t i = 0; i < batch.count; i++) {
        const struct record *record = &batch.records[i];
        char date[32] = "-";
        if (record->created_at != TIME_UNKNOWN)
            calendar_format(record->created_at, date);
        messages = arena_format(arena, "%.*s%llu %s %.*s: %.*s|", TEXT_ARGUMENT(messages),
                                (unsigned long long)record->line, date,
                                TEXT_ARGUMENT(record->author), TEXT_ARGUMENT(record->body));
    }
    chat_connector.close(state);
    free(state);
    batch_free(&batch);
    return messages;
}

static void chats_give_their_messages(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        size_t skipped;
        write_file(examples[i].file);
        struct text messages = read_file(examples[i].own_names, &skipped, &arena);
        const char *expected = examples[i].messages ? examples[i].messages : "";
        if (!text_equal(messages, text_of(expected)) || skipped != examples[i].skipped)
            fail_msg("'%s': %zu skipped, '%.*s'; expected %zu, '%s'", examples[i].file, skipped,
                     TEXT_ARGUMENT(messages), examples[i].skipped, expected);
        arena_free(&arena);
    }
}

static void chats_are_recognized_with_certainty(void **unused)
{
    (void)unused;
    static const struct {
        const char *head;
        int min, max;
    } heads[] = {
        {"13/04/2026, 10:17 - Ann: It leaks\n13/04/2026, 10:18 - Shop: Sorry\n", 98, 100},
        {"[13.04.26, 10:17:33] Ann: It leaks\n", 98, 100},
        {"Chat with Ann\n13/04/2026, 10:17 - Ann: It leaks\n", 98, 100},
        {"10:17\tAnn\tIt leaks\n10:18\tBo\tMine too\n", 0, 0},
        {"date,text\n2026-04-13,It leaks\n", 0, 0},
        {"2026-04-13 10:17,It leaks\n2026-04-14 10:17,It does not\n", 0, 0},
        /* a table with chats in its cells */
        {"id,text\n1,\"13/04/2026, 10:17 - Ann: It leaks\n13/04/2026, 10:18 - Shop: Sorry\"\n", 0,
         0},
        {"2026-04-13 10:17 - started\n2026-04-13 10:18 - stopped\n", 0, 0},
        {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        int score = get_recognition_score(&chat_connector, text_of(heads[i].head));
        if (score < heads[i].min || score > heads[i].max)
            fail_msg("'%s' scores %d", heads[i].head, score);
    }
}

/* A file without any message, read because the user says that it is a chat, is not lost in silence.
 */
static void other_files_are_rejects(void **unused)
{
    (void)unused;
    struct batch batch = {.path = "test", .source = TEXT("test")};
    struct error error = {0};
    char seen[256];
    read_with_connector(&chat_connector, TEXT("one\ntwo\n"), &batch, seen, sizeof(seen), &error);
    assert_int_equal(batch.count, 0);
    assert_int_equal(batch.reject_count, 1);
    batch_free(&batch);
}

int main(void)
{
    snprintf(path, sizeof(path), "/tmp/winnow-chat-%d", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chats_give_their_messages),
        cmocka_unit_test(chats_are_recognized_with_certainty),
        cmocka_unit_test(other_files_are_rejects),
    };
    int failed = cmocka_run_group_tests_name("chat", tests, NULL, NULL);
    unlink(path);
    return failed;
}
