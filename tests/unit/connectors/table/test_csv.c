/* test_csv.c - connectors/table: the records and rejects of small files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/hash.h"
#include "base/memory.h"
#include "connectors/connectors.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static char path[64];

static void put(const char *bytes, size_t size)
{
    snprintf(path, sizeof(path), "/tmp/winnow-csv-%d", (int)getpid());
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void *open_file(const char *options, struct error *error)
{
    void *state = memory_alloc(1, csv_connector.state_size);
    option_set_defaults(csv_connector.options, state);
    struct text rest = text_of(options), setting;
    while (rest.size > 0 && text_split(&rest, '\n', &setting)) {
        size_t equals = text_find(setting, TEXT("="), 0);
        const struct option *option =
            option_find(csv_connector.options, text_slice(setting, 0, equals));
        assert_non_null(option);
        assert_true(
            option_set(option, state, text_slice(setting, equals + 1, setting.size), "", error));
    }
    return csv_connector.open(state, path, error) ? state
                                                  : (csv_connector.close(state), free(state), NULL);
}

/* Formats a record, in `arena`. */
typedef struct text show_record(const struct record *record, struct arena *arena);

/* All records, formatted by `show`, and rejects, as "!LINE@OFFSET reason". */
static struct text read_file(const char *options, show_record *show, struct arena *arena)
{
    struct error error = {0};
    struct batch batch = {.path = path};
    void *state = open_file(options, &error);
    struct text all = {"", 0};
    if (!state)
        return arena_copy_text(arena, text_of(error.message));
    enum read_status read_status;
    while ((read_status = csv_connector.read(state, &batch, &error)) == READ_OK) {
        for (size_t i = 0; i < batch.count; i++)
            all = arena_format(arena, "%.*s%.*s\n", TEXT_ARGUMENT(all),
                               TEXT_ARGUMENT(show(&batch.records[i], arena)));
        for (size_t i = 0; i < batch.reject_count; i++)
            all = arena_format(arena, "%.*s!%d@%d %.*s\n", TEXT_ARGUMENT(all),
                               (int)batch.rejects[i].line, (int)batch.rejects[i].byte_offset,
                               TEXT_ARGUMENT(batch.rejects[i].reason));
        batch_reset(&batch);
    }
    assert_int_equal(read_status, READ_END);
    csv_connector.close(state);
    free(state);
    batch_free(&batch);
    return all;
}

/* "LINE@OFFSET cell|cell" */
static struct text show_cells(const struct record *record, struct arena *arena)
{
    struct text shown = arena_format(arena, "%d@%d ", (int)record->line, (int)record->byte_offset);
    for (size_t i = 0; i < record->field_count; i++)
        shown = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(shown), i ? "|" : "",
                             TEXT_ARGUMENT(record->fields[i].value));
    return shown;
}

static struct text show_names(const struct record *record, struct arena *arena)
{
    struct text shown = {"", 0};
    for (size_t i = 0; i < record->field_count; i++)
        shown = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(shown), i ? "|" : "",
                             TEXT_ARGUMENT(record->fields[i].name));
    return shown;
}

/* "id|date|author|rating/scale|title|question|text|lang" */
static struct text show_roles(const struct record *record, struct arena *arena)
{
    char date[32];
    calendar_format(record->created_at, date);
    return arena_format(
        arena, "%.*s|%s|%.*s|%g/%g|%.*s|%.*s|%.*s|%.*s", TEXT_ARGUMENT(record->external_id), date,
        TEXT_ARGUMENT(record->author), isnan(record->rating) ? -1 : record->rating,
        isnan(record->rating_scale) ? -1 : record->rating_scale, TEXT_ARGUMENT(record->title),
        TEXT_ARGUMENT(record->question), TEXT_ARGUMENT(record->body), TEXT_ARGUMENT(record->lang));
}

struct example {
    const char *bytes;
    size_t size;
    const char *options, *expected;
};

static void try_examples(const struct example *examples, size_t count, show_record *show)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        put(examples[i].bytes, examples[i].size);
        struct text all = read_file(examples[i].options, show, &arena);
        if (!text_equal(all, text_of(examples[i].expected)))
            fail_msg("example %zu:\n%.*s\nexpected:\n%s", i, TEXT_ARGUMENT(all),
                     examples[i].expected);
        arena_free(&arena);
    }
}

#define BYTES(literal) literal, sizeof(literal) - 1
#define LENIENT "allow_missing_text=yes"

static const struct example tables[] = {
    {BYTES("a,b,c\n1,2,3\n"), LENIENT, "2@6 1|2|3\n"},
    {BYTES("a,b,c\r\n1,2,3\r\n4,5,6"), LENIENT, "2@7 1|2|3\n3@14 4|5|6\n"},
    {BYTES("a,b,c\r1,2,3\r\"x\ry\",5,6\r"), LENIENT, "2@6 1|2|3\n3@12 x\ry|5|6\n"},
    {BYTES("\xEF\xBB\xBF\"a\",b\n1,2\n"), LENIENT, "2@9 1|2\n"},
    {BYTES("\xFF\xFE"
           "a\0,\0b\0\n\0"
           "1\0,\0\xA4\x02"),
     LENIENT, "2@10 1|ʤ\n"},
    {BYTES("a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n"), LENIENT,
     "2@4 1|ha \n\"ha\" \nha\n5@23 3|4\n"},
    {BYTES("a,b\n1,\"x\r\ny\"\r\n2,z\r\n"), LENIENT, "2@4 1|x\r\ny\n4@14 2|z\n"},
    {BYTES("a,b\n1,\"\"\n2,\n"), LENIENT, "2@4 1|\n3@9 2|\n"},
    {BYTES("a,b\n 1 , x \n"), LENIENT, "2@4  1 | x \n"}, /* blanks stay */
    {BYTES("a,b\n1,\"x\" \n2,\"y\"\n"), LENIENT, "2@4 1|x\n3@11 2|y\n"},
    {BYTES("a,b\n1,5'8\" tall\n2,y\n"), LENIENT, "2@4 1|5'8\" tall\n3@16 2|y\n"},
    {BYTES("a,b\n1,\"he said \"no\" twice\"\n2,y\n"), LENIENT,
     "2@4 1|he said \"no\" twice\n3@27 2|y\n"},
    {BYTES("id,b\n=\"01\",=\"x, \"\"y\"\"\"\n\"=\"\"02\"\"\",=\"z\n"), LENIENT,
     "2@5 01|x, \"y\"\n3@23 02|=\"z\n"},
    {BYTES("id,b\n'007,'=1+1\n'tis,so\n"), LENIENT, "2@5 007|=1+1\n3@16 'tis|so\n"},
    {BYTES("sep=;\na;b\n1;2,3\n"), LENIENT, "3@10 1|2,3\n"},
    {BYTES("\"sep=|\"\na|b\n1|2\nsep=|\na|b\n3|4\n"), LENIENT, "3@12 1|2\n6@26 3|4\n"},
    {BYTES("id,text\nx1,good\n\xEF\xBB\xBFid,text\nx2,bad\n"), LENIENT,
     "2@8 x1|good\n4@27 x2|bad\n"},
    {BYTES("id,n,text\nx1,4,good\nx2,5,bad\n,,\nTotal,9,\nGenerated by us\n"), LENIENT,
     "2@10 x1|4|good\n3@20 x2|5|bad\n"},
    {BYTES("id,n,text\nx1,4,good\nx2,5,bad\n총 2건\n"), LENIENT, "2@10 x1|4|good\n3@20 x2|5|bad\n"},
    {BYTES("id,n,text\nx1,4,good\nx2,5,bad\n共 2 条\n"), LENIENT,
     "2@10 x1|4|good\n3@20 x2|5|bad\n"},
    {BYTES("shop,text\nx,good\nx,bad\nTotal: 2 rows,\n"), LENIENT, "2@10 x|good\n3@17 x|bad\n"},
    {BYTES("id,n,text\nTotal,9,\nx1,4,good\nx2,5,Total\n"), LENIENT,
     "2@10 Total|9|\n3@19 x1|4|good\n4@29 x2|5|Total\n"},
    {BYTES("a,b,c\n# one\n1,2,3\n# two\n4,5,6\n"), LENIENT, "3@12 1|2|3\n5@24 4|5|6\n"},
    /* a quote that never closes costs one record, not the file */
    {BYTES("a,b\n1,\"never closed\n2,b\n3,c\n"), LENIENT,
     "!2@4 a quote opens a cell and is never closed\n3@20 2|b\n4@24 3|c\n"},
    {BYTES("a,b\n1,\"never closed\n2,\"b\"\n3,c\n"), LENIENT,
     "!2@4 a quoted cell continues after its closing quote\n3@20 2|b\n4@26 3|c\n"},
    /* rows of another width */
    {BYTES("a,b,c\n1\n2,x\n3,x,y,,\n4,x,y,z\n5,x,y\n"), LENIENT,
     "2@6 1||\n3@8 2|x|\n4@12 3|x|y\n!5@20 expected 3 cells, found 4\n6@28 5|x|y\n"},
    /* blank lines do not count */
    {BYTES("\n\na,b\n\n1,2\n  \n3,4\n\n"), LENIENT, "5@7 1|2\n7@14 3|4\n"},
    {BYTES("a;b\n1,5;x\n2,5;y\n"), LENIENT, "2@4 1,5|x\n3@10 2,5|y\n"},
    {BYTES("a|b\n1|x, y\n"), LENIENT, "2@4 1|x, y\n"},
    {BYTES("a\tb\n\"Wow\" it works\t1\nnot \"good\t0\n\"so so\t1\n"), LENIENT,
     "2@4 \"Wow\" it works|1\n3@21 not \"good|0\n4@33 \"so so|1\n"},
    {BYTES("a\tb\n\"x\ty\"\t1\n\"p\nq\"\t2\n"), LENIENT, "2@4 x\ty|1\n3@12 p\nq|2\n"},
    {BYTES("aXb\n1X2\n"), LENIENT "\ndelimiter=X", "2@4 1|2\n"},
    /* rarer ways to write quotes and delimiters */
    {BYTES("a,b\n1,\"he said \\\"no, no\\\" twice\"\n2,\"\\\\\"\n"), LENIENT,
     "2@4 1|he said \"no, no\" twice\n3@33 2|\\\n"},
    {BYTES("a, b\n1, \"x, y\"\n2, z\n"), LENIENT, "2@5 1|x, y\n3@15 2|z\n"},
    {BYTES("'a','b'\n'1','x, y'\n'2','it''s'\n"), LENIENT, "2@8 1|x, y\n3@19 2|it's\n"},
    {BYTES("a^b^c\n1^x, y^2\n3^z, w, v^4\n"), LENIENT, "2@6 1|x, y|2\n3@15 3|z, w, v|4\n"},
    {BYTES("nice, really\nbad, too\n"), LENIENT "\ndelimiter=none\nheader=no",
     "1@0 nice, really\n2@13 bad, too\n"},
    {BYTES("1,2,3\n4,5,6\n"), LENIENT, "1@0 1|2|3\n2@6 4|5|6\n"},
    {BYTES("1,2,3\n4,5,6\n"), LENIENT "\nheader=yes", "2@6 4|5|6\n"},
    {BYTES("Export of March\nby the shop\n\nid,title,text\n1,a,b\n2,c,d\n3,e,f\n"), LENIENT,
     "5@43 1|a|b\n6@49 2|c|d\n7@55 3|e|f\n"},
    {BYTES(""), LENIENT, ""},
    {BYTES("\n\n"), LENIENT, ""},
    {BYTES("a,b\n"), LENIENT, ""},
};

static void rows_are_read_with_their_lines_and_offsets(void **state)
{
    (void)state;
    try_examples(tables, COUNT(tables), show_cells);
}

static void a_zero_byte_stays_in_its_cell(void **state)
{
    (void)state;
    struct error error = {0};
    struct batch batch = {.path = path};
    put("a,b,c\n\0,2,3\n", 12);
    void *csv = open_file(LENIENT, &error);
    assert_non_null(csv);
    assert_int_equal(csv_connector.read(csv, &batch, &error), READ_OK);
    assert_int_equal(batch.records[0].fields[0].value.size, 1);
    assert_int_equal(batch.records[0].fields[0].value.bytes[0], 0);
    csv_connector.close(csv);
    free(csv);
    batch_free(&batch);
}

static void a_reject_keeps_its_bytes_unconverted(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *options, *raw;
    } files[] = {
        {BYTES("a,b\n1,x\n2,y,\\z\n3,w\n"), LENIENT, "2,y,\\z\n"},
        {BYTES("a,b\n1,caf\xE9\n2,caf\xE9,\\z\n"), LENIENT, "2,caf\\xE9,\\\\z\n"},
        {BYTES("a,b\n1,\xC0\xCC\n2,\xC0\xCC,\xB8\xAE\n"), LENIENT "\ncharset=CP949",
         "2,\\xC0\\xCC,\\xB8\\xAE\n"},
        {BYTES("\xFF\xFE"
               "a\0,\0b\0\n\0"
               "1\0,\0x\0\n\0"
               "1\0,\0x\0,\0y\0"),
         LENIENT, "1\\x00,\\x00x\\x00,\\x00y\\x00"},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        struct error error = {0};
        struct batch batch = {.path = path};
        put(files[i].bytes, files[i].size);
        void *csv = open_file(files[i].options, &error);
        assert_non_null(csv);
        while (csv_connector.read(csv, &batch, &error) == READ_OK)
            continue;
        assert_int_equal(batch.reject_count, 1);
        assert_string_equal(batch.rejects[0].raw.bytes, files[i].raw);
        csv_connector.close(csv);
        free(csv);
        batch_free(&batch);
    }
}

static void a_quote_that_swallows_rows_gives_them_back(void **state)
{
    (void)state;
    struct arena arena = {0};
    put(BYTES("a,b,c\n1,\"open,x\n2,b,c\n3,d\"\n4,f,g\n"));
    struct text all = read_file(LENIENT, show_cells, &arena);
    assert_true(text_equal(all, TEXT("!2@6 a quote opens a cell and closes only after other rows\n"
                                     "3@16 2|b|c\n4@22 3|d\"|\n5@27 4|f|g\n")));
    arena_free(&arena);
}

static void a_cell_over_the_limit_is_a_reject_and_the_file_goes_on(void **state)
{
    (void)state;
    size_t long_size = 300000;
    char *bytes = malloc(long_size + 64);
    for (int quoted = 0; quoted < 2; quoted++) {
        size_t size = (size_t)sprintf(bytes, "a,b\n1,%s", quoted ? "\"" : "");
        memset(bytes + size, 'x', long_size);
        size += long_size;
        size += (size_t)sprintf(bytes + size, "%s\n2,fine\n", quoted ? "\"" : "");
        put(bytes, size);
        struct arena arena = {0};
        struct text all = read_file(LENIENT "\nmax_cell_size=1024\nheader=yes", show_cells, &arena);
        char expected[64];
        snprintf(expected, sizeof(expected), "\n3@%zu 2|fine\n", size - 7);
        if (!text_starts_with(all, TEXT("!2@4 a cell is longer than the limit")) ||
            text_find(all, text_of(expected), 0) == all.size)
            fail_msg("quoted %d: %.*s", quoted, TEXT_ARGUMENT(text_slice(all, 0, 500)));
        arena_free(&arena);
    }
    free(bytes);
}

static const struct example names[] = {
    {BYTES("a,a,,b,\n1,2,3,4,5\n"), LENIENT, "a|a_2|column_3|b|column_5\n"},
    {BYTES("\"two\nlines\",b\n1,2\n"), LENIENT, "two\nlines|b\n"},
    {BYTES("1,2\n3,4\n"), LENIENT, "column_1|column_2\ncolumn_1|column_2\n"},
};

static void no_column_is_lost_by_its_name(void **state)
{
    (void)state;
    try_examples(names, COUNT(names), show_names);
}

static const struct example exports[] = {
    /* a shop, in Korean */
    {BYTES("리뷰번호,작성일,별점,제목,리뷰 내용,작성자\n"
           "R1,2026. 3. 2. 오후 3:04:05,★★★★☆,좋아요,배송이 빨라요,김*수\n"),
     "", "R1|2026-03-02T15:04:05Z|김*수|4/5|좋아요||배송이 빨라요|\n"},
    /* row numbers are no ids: the next export gives them to other records */
    {BYTES("번호,내용\n1,좋아요\n2,별로예요\n"), "", "|||-1/-1|||좋아요|\n|||-1/-1|||별로예요|\n"},
    {BYTES("Datum;Sterne;Kommentar\n13.02.2026;4,5;Sehr gut\n"), "",
     "|2026-02-13T00:00:00Z||4.5/5|||Sehr gut|\n"},
    /* Google Play: a rating without a text; the id from the link, or from package and time */
    {BYTES("Package Name,Reviewer Language,Review Submit Date and Time,"
           "Review Submit Millis Since Epoch,Review Last Update Date and Time,"
           "Review Last Update Millis Since Epoch,Star Rating,Review Title,Review Text,"
           "Review Link\n"
           "com.x,ko,2026-01-02T03:04:05Z,1767323045000,2026-02-02T03:04:05Z,1770001445000,5,,"
           "Great,https://play.example/?p=com.x&reviewId=gp%3AAOq&hl=ko\n"
           "com.x,en-US,2026-01-02T03:04:05Z,1767323045000,,,1,,,\n"),
     "",
     "gp:AOq|2026-02-02T03:04:05Z||5/5|||Great|ko\n"
     "com.x:1767323045000|2026-01-02T03:04:05Z||1/5||||en\n"},
    /* SurveyMonkey: two header rows, blank cells continue a question, a line end within a header */
    {BYTES("Respondent ID,Start Date,How likely are you to recommend us?,\"What is\nmissing?\","
           "Which do you use?,,And why?\n"
           ",,Response,Open-Ended Response,Phone,Tablet,Open-Ended Response\n"
           "100000000001,01/31/2026 10:00:00,9,\"Nothing, really\",Phone,,It is small\n"
           "100000000002,02/01/2026 11:00:00,3,,,Tablet,\n"),
     "",
     "100000000001:What is missing?|2026-01-31T10:00:00Z||9/10||What is missing?|Nothing, "
     "really|\n"
     "100000000001:And why?|2026-01-31T10:00:00Z||9/10||And why?|It is small|\n"
     "100000000002|2026-02-01T11:00:00Z||3/10||||\n"},
    /* Qualtrics: three header rows, a zone, a preview */
    {BYTES("StartDate,Status,RecordedDate,ResponseId,UserLanguage,Q1_NPS,Q2\n"
           "Start,Type,Recorded,Id,Language,How likely?,What do you <b>like</b>?\n"
           "\"{\"\"ImportId\"\":\"\"startDate\"\",\"\"timeZone\"\":\"\"Asia/Seoul\"\"}\","
           "\"{\"\"ImportId\"\":\"\"status\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\","
           "\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"userLanguage\"\"}\","
           "\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2_TEXT\"\"}\"\n"
           "2026-01-05 09:00:00,IP Address,2026-01-05 09:30:00,R_1,EN,8,The taste\n"
           "2026-01-05 09:00:00,Survey Preview,2026-01-05 09:31:00,R_2,EN,8,test\n"),
     "", "R_1|2026-01-05T00:30:00Z||8/10||What do you like?|The taste|en\n"},
    {BYTES("V1,V2,V7,V9,Q1,Q2\nResponseID,ResponseSet,Status,EndDate,Pick one,A free text "
           "question\nR_9,Default,0,2026-01-05 10:00:00,2,Hello there\n"),
     "", "R_9|2026-01-05T10:00:00Z||-1/-1||A free text question|Hello there|\n"},
    /* the user's map overrides */
    {BYTES("Comment,Other,When\nno,yes indeed,2026-01-05\n"), "map=text=Other,date=When",
     "|2026-01-05T00:00:00Z||-1/-1|||yes indeed|\n"},
    {BYTES("id,Q1,Q2\n7,good,bad\n"), "map=text=Q1,text=Q2,id=id",
     "7:Q1|||-1/-1||Q1|good|\n7:Q2|||-1/-1||Q2|bad|\n"},
};

static void exports_are_understood(void **state)
{
    (void)state;
    try_examples(exports, COUNT(exports), show_roles);
}

static void a_file_without_a_text_is_refused_with_the_remedy(void **state)
{
    (void)state;
    struct arena arena = {0};
    put("a,b\n1,2\n", 8);
    struct text message = read_file("", show_cells, &arena);
    assert_true(text_find(message, TEXT("map = text=COLUMN"), 0) < message.size);
    message = read_file("delimiter=ab", show_cells, &arena);
    assert_true(text_find(message, TEXT("expected one character"), 0) < message.size);
    message = read_file("zone=Seoul", show_cells, &arena);
    assert_true(text_find(message, TEXT("+09:00"), 0) < message.size);
    arena_free(&arena);
}

/* The beginning of a file, and the range of its score. */
static const struct {
    const char *head;
    int min, max;
} heads[] = {
    {"id,date,rating,text\n1,2026-01-01,5,good\n", 80, 100},
    {"a,b\n1,2\n", 50, 95},
    {"", 50, 50},
    {"<?xml version=\"1.0\"?>\n<a/>", 0, 10},
    {"{\"text\": \"a, b\"}\n{\"text\": \"c\"}\n", 0, 10},
    {"\x01\x02\x03\x04 abc", 0, 0},
    {"Dear reader,\n\nthis is prose, and no table.\n\nIt goes on, for a while.\n", 0, 29},
    {"The cable is too short for my desk, so that I had to move\na shelf, twice.\n", 0, 29},
    {"Hello,\nthe lamp is fine\n", 0, 29},
    {"It works.\n> Did you try another plug?\n", 0, 29},
    {"Great lamp.\n", 0, 29},
    {"13/03/2026, 10:17 - Ann: broken\n13/03/2026, 10:18 - Ann: help\n", 0, 29},
    {"13.03.26, 10:17 - Ann: kaputt, leider\n13.03.26, 10:18 - Ann: Hilfe\n", 0, 29},
    {"&gt; a<br>\n&gt; b, c<br>\n", 0, 29},
    {"comment\nGood, cheap\nlate\nso, so, fine\n", 50, 100},
    {"Filiale;Meinung\nNord;\"Gut, nett, schnell\"\nOst;Lange Wege, und kalt\n", 50, 100},
    {"a,b,c\n# comment\n\nd,e,f\n# comment\ng,h,i\n", 50, 100},
};

static void a_table_is_distinguished_from_other_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct arena arena = {0};
        const struct candidate_file candidate_file = {"x", false, text_of(heads[i].head)};
        struct recognition found = csv_connector.recognize(&candidate_file, &arena);
        if (found.score < heads[i].min || found.score > heads[i].max)
            fail_msg("head %zu: %d (%.*s)", i, found.score, TEXT_ARGUMENT(found.reason));
        arena_free(&arena);
    }
}

/* A hash of all records and rejects, with lines and offsets relative to `shift`. */
static uint64_t digest(size_t shift, size_t counts[2])
{
    struct error error = {0};
    struct batch batch = {.path = path};
    uint64_t hash = HASH_SEED;
    void *csv = open_file(LENIENT "\nheader=yes\ndelimiter=,", &error);
    assert_non_null(csv);
    counts[0] = counts[1] = 0;
    while (csv_connector.read(csv, &batch, &error) == READ_OK) {
        for (size_t i = 0; i < batch.count; i++) {
            const struct record *record = &batch.records[i];
            hash = hash_combine_number(hash, record->line - shift);
            hash = hash_combine_number(hash, record->byte_offset - shift);
            for (size_t k = 0; k < record->field_count; k++)
                hash = hash_combine(hash, record->fields[k].value);
        }
        for (size_t i = 0; i < batch.reject_count; i++)
            hash = hash_combine(hash_combine_number(hash, batch.rejects[i].byte_offset - shift),
                                batch.rejects[i].raw);
        counts[0] += batch.count;
        counts[1] += batch.reject_count;
        batch_reset(&batch);
    }
    csv_connector.close(csv);
    free(csv);
    batch_free(&batch);
    return hash;
}

/* Rows with every kind of fault, after a number of blank lines that moves the ends of the blocks
 * through all of them. */
static void the_ends_of_blocks_make_no_difference(void **state)
{
    (void)state;
    static const char *const rows[] = {"%d,plain,3\r\n",     "%d,\"two\r\nlines, quoted\",4\n",
                                       "%d,\"open\n",        "%d,\"a \"\"b\"\" c\",5\r\n",
                                       "%d,5'8\",1\n",       "%d,é ʤ 배송,2\n",
                                       "%d,too,many,cells\n"};
    char *bytes = malloc(1 << 18), *start = bytes + 512;
    size_t size = (size_t)sprintf(start, "id,said,n\n"), first_counts[2] = {0};
    uint64_t first = 0;
    for (int i = 0; size < 140000; i++)
        size += (size_t)sprintf(start + size, rows[i % 7], i);
    for (size_t shift = 0; shift < 120; shift += 3) {
        size_t counts[2];
        memset(start - shift, '\n', shift);
        put(start - shift, size + shift);
        uint64_t hash = digest(shift, counts);
        if (shift == 0) {
            first = hash;
            memcpy(first_counts, counts, sizeof(counts));
        }
        assert_int_equal(counts[0], first_counts[0]);
        assert_int_equal(counts[1], first_counts[1]);
        assert_true(hash == first);
    }
    /* two of seven rows are faulty: one is open, one too wide */
    assert_true(first_counts[1] * 7 >= (first_counts[0] + first_counts[1]) * 2 - 14);
    free(bytes);
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_with_their_lines_and_offsets),
        cmocka_unit_test(a_zero_byte_stays_in_its_cell),
        cmocka_unit_test(a_reject_keeps_its_bytes_unconverted),
        cmocka_unit_test(a_quote_that_swallows_rows_gives_them_back),
        cmocka_unit_test(a_cell_over_the_limit_is_a_reject_and_the_file_goes_on),
        cmocka_unit_test(no_column_is_lost_by_its_name),
        cmocka_unit_test(exports_are_understood),
        cmocka_unit_test(a_file_without_a_text_is_refused_with_the_remedy),
        cmocka_unit_test(a_table_is_distinguished_from_other_files),
        cmocka_unit_test(the_ends_of_blocks_make_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
