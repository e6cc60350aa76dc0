/* test_mail.c - connectors/mail/mail.c, mailbox.c, message.c: a table of mails and their records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "connectors/connectors.h"

#define HEAD "From: Ann <ann@post.example>\nSubject: s\n"
#define FROM "From ann@post.example Mon Sep  7 07:40:41 2026\n"

/* "id,author,date,title=body|" per record, "!reason|" per reject; line ends of a body as "/". */
static const struct {
    const char *file, *rows;
} files[] = {
    {"", ""},
    {"Message-ID: <1@x>\nFrom: Ann <ann@post.example>\nDate: Mon, 07 Sep 2026 07:40:41 +0100\n"
     "Subject: Re: Leak\n\nIt leaks.\n",
     "1@x,ann@post.example,2026-09-07T06:40:41Z,Leak=It leaks.|"},
    {HEAD "\n", ",ann@post.example,,s=|"},
    {"no header\n\nat all\n", "!expected a mail, which begins|"},
    /* charsets and encodings */
    {"From: =?euc-kr?B?sei5zLz2?= <m@x>\nSubject: =?utf-8?q?caf=C3=A9?=\n\nx\n", ",m@x,,café=x|"},
    {HEAD "Content-Type: text/plain; charset=ks_c_5601-1987\nContent-Transfer-Encoding: "
          "quoted-printable\n\n=C7=D1=B1=DB\n",
     ",ann@post.example,,s=한글|"},
    {"From: =?utf-8?q?Lee=2C_Kim?= <k@x>, other <o@x>\nSubject: =?UTF-8?B?TXlTdXJ2ZXk=?=\n"
     " =?UTF-8?B?LmNvbTogIFk=?=\n =?utf-8?q?es_=E2=82?= =?utf-8?q?=AC?= x "
     "=?windows-949?Q?=C7=D1?=\n\nx\n",
     ",k@x,,MySurvey.com:  Yes € x 한=x|"},
    {"From: \"=?utf-8?q?M=C3=BCller?=\" <m@x>\nFrom: other@x\nSubject: one\nSubject: two\n\nx\n",
     ",m@x,,one=x|"},
    {HEAD "text without an empty line above\nand more\n",
     ",ann@post.example,,s=text without an empty line above/and more|"},
    {HEAD "stray line\nDate: Mon, 07 Sep 2026 07:40:41 +0100\n\nx\n",
     ",ann@post.example,2026-09-07T06:40:41Z,s=x|"},
    {HEAD "Content-Type: text/plain; charset=x-windows-949\nContent-Transfer-Encoding: "
          "quoted-printable\n\n=B0=A1\n",
     ",ann@post.example,,s=가|"},
    {HEAD "Content-Type: text/plain; charset=\"x-sjis\"\nContent-Transfer-Encoding: base64\n\n"
          "k/qWew==\n",
     ",ann@post.example,,s=日本|"},
    {HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1B$BF|K\\\x1B(B\n",
     ",ann@post.example,,s=日本|"},
    {HEAD "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n\n"
          "\xEB\xCF\xDB\xCB\xC1\n",
     ",ann@post.example,,s=Кошка|"},
    {HEAD "Content-Type: text/enriched\n\n<bold>Hot</bold> <<3 "
          "<fontfamily><param>Courier</param>pot</fontfamily>\n",
     ",ann@post.example,,s=Hot <3 pot|"},
    {HEAD "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n"
          "SXSScyA1gA==\n",
     ",ann@post.example,,s=It’s 5€|"},
    {HEAD "Content-Type: text/plain; charset=no-such\n\nplain\n", ",ann@post.example,,s=plain|"},
    {HEAD "Content-Type: text/plain; format=flowed\n\none \ntwo\nthree\n",
     ",ann@post.example,,s=one two/three|"},
    {HEAD "\na\r\nb\r\n", ",ann@post.example,,s=a/b|"},
    /* parts */
    {HEAD "Content-Type: text/html\n\n<p>Hot</p><p>pot</p><blockquote type=cite>old</blockquote>\n",
     ",ann@post.example,,s=Hot//pot|"},
    {HEAD "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\n"
          "Content-Type: text/html\n\n<p>rich</p>\n--b--\n",
     ",ann@post.example,,s=plain|"},
    {HEAD "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\n"
          "Content-Type: text/html\n\n<p>rich</p>\n--b--\n",
     ",ann@post.example,,s=rich|"},
    {HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\n"
          "Content-Disposition: attachment; filename=a.txt\n\nlog\n--b\n\nsecond\n--b--\n",
     ",ann@post.example,,s=first/second|"},
    {HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end\n",
     ",ann@post.example,,s=no end|"},
    {HEAD "Content-Type: message/rfc822\n\nSubject: inner\n\nforwarded\n",
     ",ann@post.example,,s=forwarded|"},
    {HEAD "Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n",
     "!the mail is encrypted|"},
    /* missing dates */
    {FROM HEAD "\nx\n", ",ann@post.example,2026-09-07T07:40:41Z,s=x|"},
    {"Received: by x; Mon, 7 Sep 2026 08:00:00 +0000\n" HEAD "Date: soon\n\nx\n",
     ",ann@post.example,2026-09-07T08:00:00Z,s=x|"},
    /* skipped mails */
    {FROM "X-Gmail-Labels: Inbox,Spam\n" HEAD "\nx\n\n" FROM "X-Gmail-Labels: Inbox\n" HEAD "\ny\n",
     ",ann@post.example,2026-09-07T07:40:41Z,s=y|"},
    {FROM "X-Gmail-Labels: =?UTF-8?B?7Jq07LGE7Ya1?=,=?UTF-8?B?7Iqk7Yy47ZWo?=\n" HEAD "\nx\n", ""},
    {FROM "X-Mozilla-Status: 0009\n" HEAD "\nx\n\n" FROM "X-Mozilla-Status: 0001\n" HEAD "\ny\n",
     ",ann@post.example,2026-09-07T07:40:41Z,s=y|"},
    /* a malformed message among others */
    {FROM HEAD "\nx\n\n" FROM "A: b\n\ny\n", ",ann@post.example,2026-09-07T07:40:41Z,s=x|"
                                             ",,2026-09-07T07:40:41Z,=y|"},
};

static void write_file(const char *folder, const char *name, const char *bytes)
{
    char path[512];
    snprintf(path, sizeof(path), "%s%s%s", folder, *name ? "/" : "", name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(bytes, file);
    fclose(file);
}

static struct text read_all(const char *path, struct arena *arena)
{
    void *state = memory_alloc(1, mail_connector.state_size);
    option_set_defaults(mail_connector.options, state);
    struct batch batch = {.path = path};
    struct error error = {0};
    struct text rows = {0};
    assert_true(mail_connector.open(state, path, &error));
    enum read_status read_status;
    while ((read_status = mail_connector.read(state, &batch, &error)) == READ_OK)
        assert_int_equal(batch.count + batch.reject_count + batch.skipped, 1), batch_reset(&batch);
    assert_int_equal(read_status, READ_END);
    mail_connector.close(state);
    memset(state, 0, mail_connector.state_size);
    option_set_defaults(mail_connector.options, state);
    assert_true(mail_connector.open(state, path, &error));
    for (; mail_connector.read(state, &batch, &error) == READ_OK; batch_reset(&batch)) {
        for (size_t i = 0; i < batch.reject_count; i++)
            rows = arena_format(arena, "%.*s!%.*s|", TEXT_ARGUMENT(rows),
                                TEXT_ARGUMENT(batch.rejects[i].reason));
        for (size_t i = 0; i < batch.count; i++) {
            const struct record *record = &batch.records[i];
            char date[32];
            calendar_format(record->created_at, date);
            struct text body = arena_copy_text(arena, record->body);
            for (size_t k = 0; k < body.size; k++)
                if (body.bytes[k] == '\n')
                    ((char *)(uintptr_t)body.bytes)[k] = '/';
            rows = arena_format(arena, "%.*s%.*s,%.*s,%s,%.*s=%.*s|", TEXT_ARGUMENT(rows),
                                TEXT_ARGUMENT(record->external_id), TEXT_ARGUMENT(record->author),
                                date, TEXT_ARGUMENT(record->title), TEXT_ARGUMENT(body));
        }
    }
    mail_connector.close(state);
    free(state);
    batch_free(&batch);
    return rows;
}

/* Whether `rows` are `expected`, in which reasons of rejects may be cut short. */
static bool agrees(struct text rows, const char *expected)
{
    struct text left = text_of(expected), piece, wanted;
    while (text_split(&left, '|', &wanted) && wanted.size) {
        if (!text_split(&rows, '|', &piece) ||
            !(wanted.bytes[0] == '!' ? text_starts_with(piece, wanted) : text_equal(piece, wanted)))
            return false;
    }
    return rows.size == 0;
}

static void mails_become_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char path[] = "/tmp/test_mail.XXXXXX";
        close(mkstemp(path));
        write_file(path, "", files[i].file);
        struct arena arena = {0};
        struct text rows = read_all(path, &arena);
        if (!agrees(rows, files[i].rows))
            fail_msg("%s\n'%.*s'", files[i].file, TEXT_ARGUMENT(rows));
        arena_free(&arena);
        unlink(path);
    }
}

static void folders_are_read_in_the_order_of_names(void **state)
{
    (void)state;
    static const char *const folders[] = {"cur",    "new",        "tmp",
                                          ".Trash", ".Trash/cur", ".Trash/new"};
    static const char *const names[] = {"cur/2:2,S", "cur/1:2,",        "cur/3:2,ST",
                                        "new/4",     ".Trash/cur/5:2,", "tmp/6"};
    char path[] = "/tmp/test_mail.XXXXXX";
    assert_non_null(mkdtemp(path));
    char name[512];
    for (size_t i = 0; i < 6; i++) {
        snprintf(name, sizeof(name), "%s/%s", path, folders[i]);
        assert_int_equal(mkdir(name, 0700), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        snprintf(name, sizeof(name), "Message-ID: <%zu>\nFrom: a@b\n\nx\n", i);
        write_file(path, names[i], name);
    }
    struct arena arena = {0};
    struct candidate_file candidate_file = {.path = path, .is_directory = true};
    assert_true(mail_connector.recognize(&candidate_file, &arena).score >= 90);
    assert_true(agrees(read_all(path, &arena), "1,a@b,,=x|0,a@b,,=x|3,a@b,,=x|"));
    arena_free(&arena);
    for (size_t i = 0; i < 6; i++) {
        snprintf(name, sizeof(name), "%s/%s", path, names[i]);
        unlink(name);
    }
    for (size_t i = 6; i-- > 0;) {
        snprintf(name, sizeof(name), "%s/%s", path, folders[i]);
        rmdir(name);
    }
    rmdir(path);
}

static void mail_is_recognised_by_its_content(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int min, max;
    } heads[] = {
        {FROM "Subject: x\n\ny\n", 90, 100}, {"Received: by x\nSubject: y\n\nz\n", 85, 100},
        {"From: a,b\n1,2\n", 0, 70},         {"id,text\n1,From here\n", 0, 0},
        {"{\"From\": 1}\n", 0, 0},           {"", 0, 0},
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        struct arena arena = {0};
        struct candidate_file candidate_file = {.path = "x", .head = text_of(heads[i].head)};
        int score = mail_connector.recognize(&candidate_file, &arena).score;
        if (score < heads[i].min || score > heads[i].max)
            fail_msg("'%s' scores %d", heads[i].head, score);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mails_become_records),
        cmocka_unit_test(folders_are_read_in_the_order_of_names),
        cmocka_unit_test(mail_is_recognised_by_its_content),
    };
    return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}
