/* test_json_connector.c - connectors/json/json.c: a table of files and the records in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "tests/support/reading.h"

/* "line:id=text|" of every record, and "line!reason|" of every reject. */
struct example {
    const char *file, *expected;
};

static const struct example examples[] = {
    {"", ""},
    {"\n\n", ""},
    {"{\"id\": 1, \"text\": \"a\"}\n{\"id\": 2, \"text\": \"b\"}\n", "1:1=a|2:2=b|"},
    {"{\"id\": 1, \"text\": \"a\"}\r\n\r\n{\"id\": 2, \"text\": \"b\"}", "1:1=a|3:2=b|"},
    {"\xEF\xBB\xBF{\"id\": 1, \"text\": \"a\"}\n{\"text\": \"b\", \"id\": 2}\n", "1:1=a|2:2=b|"},
    /* lists by month or shop; members that are no lists */
    {"{\"2026-01\":[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":\"b\"}],\n\"2026-02\":[],"
     "\"2026-03\":[{\"id\":3,\"text\":\"c\"}]}",
     "1:1=a|1:2=b|2:3=c|"},
    {"{\"year\":2026,\"q1\":[{\"id\":1,\"text\":\"a\"}],\"n\":null,\n\"q2\":[{\"id\":2,\"text\":"
     "\"b\"}, 7]}",
     "1:1=a|2:2=b|2!expected an object, {...}|"},
    /* a list for each column, or an object with numbers */
    {"{\"id\":[1,2],\n\"text\":[\"a\",\"b\"]}", "1:1=a|1:2=b|"},
    {"{\"text\":{\"0\":\"a\",\n\"1\":\"b\"},\"id\":{\"0\":1,\"1\":2}}", "1:1=a|2:2=b|"},
    {"{\"id\":[1,2],\"text\":[\"a\",\"b\"", "1:1=a|1:2=b|1!the list of a column|"},
    /* one record with lists of words */
    {"{\"id\":1,\"text\":\"a\",\"tags\":[\"x\",\"y\"]}", "1:1=a|"},
    /* arrays on one line and on several */
    {"[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":\"b\"}]", "1:1=a|1:2=b|"},
    {"[\n  {\n    \"id\": 1,\n    \"text\": \"]}\"\n  },\n  {\"id\": 2, \"text\": \"\\\"{\"}\n]\n",
     "2:1=]}|6:2=\"{|"},
    {"[{\"id\":1,\"text\":\"a\"}, null, 7, {\"id\":2,\"text\":\"b\"}]",
     "1:1=a|1!expected an object, {...}|1!expected an object, {...}|1:2=b|"},
    {"[]", ""},
    {"[{\"id\":1,\"text\":\"a\"}]\n[{\"id\":2,\"text\":\"b\"}]\n[]", "1:1=a|2:2=b|"},
    /* consecutive objects */
    {"{\n\"id\": 1, \"text\": \"a\"\n}\n{\n\"id\": 2, \"text\": \"b\"\n}\n", "1:1=a|4:2=b|"},
    {"{\"id\":1,\"text\":\"a\"}{\"id\":2,\"text\":\"b\"}", "1:1=a|1:2=b|"},
    /* an array within an object */
    {"{\"next\": null, \"reviews\": [{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":\"b\"}], \"n\": "
     "2}",
     "1:1=a|1:2=b|"},
    {"{\"feed\": {\"author\": {\"label\": \"x\"}, \"entry\": [\n{\"id\": {\"label\": \"7\"}, "
     "\"text\": {\"label\": \"good\", \"attributes\": {\"type\": \"text\"}}}]}}",
     "2:7=good|"},
    /* a record that contains a list is no container of records */
    {"{\"id\":1,\"text\":\"a\",\"images\":[{\"url\":\"u\"}]}\n{\"id\":2,\"text\":\"b\"}\n",
     "1:1=a|2:2=b|"},
    /* a malformed line is one reject */
    {"{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\n{\"id\":3,\"text\":\"c\"}\nnonsense\n",
     "1:1=a|2!column 18: expected the end of a string|3:3=c|4!expected an object, {...}|"},
    {"[{\"id\":1,\"text\":\"a\"},{\"id\":2,\"text\":\"b\"", "1:1=a|1!the object that begins here|"},
    /* a malformed object in an array is one reject */
    {"[\n{\"id\":1,\"text\":\"a\"},\n{\"id\":2,\"text\":\"b\n,\n{\"id\":3,\"text\":\"c\"},\n"
     "{\"id\":4,\"text\":{\"b\": [}},\n{\"id\":5,\"text\":\"e\"}\n]\n",
     "2:1=a|3!the object that begins here|5:3=c|6!the object that begins here|7:5=e|"},
    {"{\"id\":1,\"text\":\"a\"}:\"b\n", "1:1=a|1!expected an object, {...}|"},
    {"{\"a\": \"never closed", "1!|"},
    /* common violations of the standard are accepted */
    {"{\"id\":1,\"text\":\"a\\ud83d\",\"rating\":NaN}\n{\"id\":2,\"text\":\"it\\'s\tb\"}\n",
     "1:1=a\xEF\xBF\xBD|2:2=it's\tb|"},
    {"{'id':1,'text':'a',}\n{\"id\":2,\"text\":None}\n{\"id\":12345678901234567890,\"text\":\"c\"}"
     "\n",
     "1:1=a|2:2=|3:12345678901234567890=c|"},
    /* several on a line */
    {"{\"id\":1,\"text\":\"}{\"}\n{\"id\":2,\"text\":\"b\"}{\"id\":3,\"text\":\"c\"}, "
     "{\"id\":4,\"text\":\"d\"}\n",
     "1:1=}{|2:2=b|2:3=c|2:4=d|"},
    /* pages of an export, one of them with a single object */
    {"{\"data\":[{\"id\":1,\"text\":\"a\"}],\"included\":[{\"id\":9,\"text\":\"no feedback at "
     "all\"}]}\n"
     "{\"data\":[],\"next\":null}\n{\"data\":{\"id\":2,\"text\":\"b\"}}\n{\"data\":[{\"id\":3,"
     "\"text\":\"c\"}]}",
     "1:1=a|3:2=b|4:3=c|"},
    /* a ticket with its comments is one record */
    {"{\"id\":1,\"text\":\"a\",\"comments\":[{\"id\":2,\"text\":\"b, and longer than all the "
     "rest\"}]}",
     "1:1=a|"},
    /* members of one object, also nested; two addresses in a record are no records */
    {"{\"k1\": {\"text\":\"a\",\"stars\":5},\n\"k2\": {\"stars\":1,\"text\":\"b\"}}",
     "1:k1=a|2:k2=b|"},
    {"{\"n\":2,\"all\":{\"k1\": {\"id\":7,\"text\":\"a\"},\"k2\": {\"id\":8,\"text\":\"b\"}}}",
     "1:7=a|1:8=b|"},
    {"{\"k1\":{\"text\":\"a\",\"stars\":5},\n\"k2\":{\"text\":\"b,\"stars\":1},\n\"k3\":{\"text\":"
     "\"c\","
     "\"stars\":1},\n\"k4\":7}",
     "1:k1=a|2!the object that begins here|3:k3=c|4!expected an object, {...}|"},
    {"{\"id\":1,\"text\":\"a\",\"bill\":{\"street\":\"s\",\"city\":\"c\"},\"ship\":{\"street\":"
     "\"s\",\"city\":"
     "\"c\"}}",
     "1:1=a|"},
    /* rows as arrays, with and without a header */
    {"[[\"id\",\"text\"],\n[1,\"a\"],\n[2,\"b],\n[3,\"c\",4],\n7,\n[5,\"e\"]]",
     "2:1=a|3!the object that begins here|4!expected 2 cells, found more|5!expected a row, "
     "[...]|6:5=e|"},
    {"[[\"a kettle that works\",3],[\"a kettle that does not\",1]]",
     "1:=a kettle that works|1:=a kettle that does not|"},
    /* an object with an id that describes its list; a message in pieces is one text */
    {"{\"name\":\"Shop\",\"id\":5,\"messages\":[\n{\"id\":1,\"from\":\"A\",\"text\":\"a\"},\n{"
     "\"id\":2,"
     "\"from\":\"B\",\"text\":[\"b \",{\"type\":\"bold\",\"text\":\"and\"},\" "
     "c\"]},\n{\"id\":3,\"from\":"
     "\"A\",\"text\":[{\"type\":\"bold\",\"text\":\"d\"}]}]}",
     "2:1=a|3:2=b and c|4:3=d|"},
    /* the same on each line, and in a list */
    {"{\"id\":5,\"posts\":[{\"id\":1,\"author\":\"A\",\"text\":\"a\"}]}\n"
     "{\"id\":6,\"posts\":[{\"id\":2,\"author\":\"A\",\"text\":\"b\"}]}\n",
     "1:1=a|2:2=b|"},
    {"[{\"id\":5,\"posts\":[{\"id\":1,\"author\":\"A\",\"text\":\"a\"}]},\n"
     "{\"id\":6,\"posts\":[{\"id\":2,\"author\":\"A\",\"text\":\"b\"}]}]",
     "1:1=a|2:2=b|"},
    /* answers without a date or an author are parts of a response */
    {"{\"items\":[{\"id\":5,\"text\":\"\",\"answers\":[{\"q\":1,\"text\":\"an answer that is "
     "long\"}]},"
     "{\"id\":6,\"text\":\"\",\"answers\":[{\"q\":1,\"text\":\"an answer that is long\"}]}]}",
     "1:5=|1:6=|"},
    /* reviews without a text, and the shop's replies to them */
    {"{\"id\":5,\"rating\":1,\"text\":\"\",\"notes\":[{\"author\":\"S\",\"text\":\"a longer "
     "answer\"}]}\n"
     "{\"id\":6,\"rating\":1,\"text\":\"\",\"notes\":[{\"author\":\"S\",\"text\":\"a longer "
     "answer\"}]}\n",
     "1:5=|2:6=|"},
    /* replies within comments; without an author they are no comments */
    {"{\"data\":{\"children\":[{\"id\":1,\"text\":\"a first comment "
     "here\",\"replies\":{\"children\":["
     "{\"id\":2,\"text\":\"a reply to it\",\"replies\":\"\"}]}},{\"id\":3,\"text\":\"c\"}]}}",
     "1:1=a first comment here|1:2=a reply to it|1:3=c|"},
    /* objects in a list that are wrapped in their number; one record that is the only member */
    {"{\"responses\":[{\"1\":{\"id\":1,\"text\":\"a\"}},{\"2\":{\"id\":2,\"text\":\"b\"}}]}",
     "1:1=a|1:2=b|"},
    {"{\"review\":{\"id\":1,\"text\":\"a\",\"tags\":[{\"name\":\"longer than the text\"}]}}",
     "1:1=a|"},
    /* a reply without records; an empty list in a record */
    {"{\"request\":{\"q\":\"the last reviews\"},\"reviews\":[],\"total\":0}", ""},
    {"{\"id\":1,\"text\":\"a\",\"reviews\":[]}\n", "1:1=a|"},
    /* rows within an object, with a header of their own or as the first row */
    {"{\"columns\":[\"id\",\"text\"],\"index\":[0,1],\"data\":[[1,\"a\"],\n[2,\"b\"]]}",
     "1:1=a|2:2=b|"},
    {"{\"data\":{\"rows\":[[1,\"a\"]],\"cols\":[{\"name\":\"id\"},{\"name\":\"text\"}]}}",
     "1:1=a|"},
    {"{\"range\":\"A1:B3\",\"values\":[[\"id\",\"text\"],[1,\"a\"],[2,\"b\"]]}", "1:1=a|1:2=b|"},
    {"{\"id\":1,\"text\":\"a\",\"box\":[[1,2],[3,4],[5,6],[7,8]]}", "1:1=a|"},
    /* limits */
    {"{\"id\":1,\"text\":\"a\",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[1"
     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}\n{\"id\":2,\"text\":"
     "\"b\"}\n",
     "1!nested deeper than 64 levels; to read it, raise 'max_record_depth'|2:2=b|"},
    /* values of every kind, and a column that is not in the sample */
    {"{\"id\":\"x\",\"text\":\"a\",\"rating\":4.5,\"tags\":[\"p\",\"q\"],\"ok\":true,\"z\":null}\n",
     "1:x=a|"},
};

/* Whether `seen` is `expected`, in which reasons of rejects may be cut short. */
static bool agrees(const char *seen, const char *expected)
{
    while (*expected) {
        if (*expected == '|' && *seen != '|' && strchr(seen, '|'))
            seen = strchr(seen, '|'); /* skip the rest of a longer reason */
        if (*seen++ != *expected++)
            return false;
    }
    return *seen == '\0';
}

static void files_contain_the_expected_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct batch batch = {.path = "test", .source = TEXT("test")};
        struct error error = {0};
        char seen[1024];
        enum read_status read_status = read_with_connector(
            &json_connector, text_of(examples[i].file), &batch, seen, sizeof(seen), &error);
        if (read_status != READ_END || !agrees(seen, examples[i].expected))
            fail_msg("of '%s': expected '%s', got '%s' %s", examples[i].file, examples[i].expected,
                     seen, error.message);
        batch_free(&batch);
    }
}

static void nested_members_are_columns_with_dotted_names(void **state)
{
    (void)state;
    struct batch batch = {.path = "test", .source = TEXT("test")};
    struct error error = {0};
    char seen[256], fields[512];
    read_with_connector(&json_connector,
                        TEXT("{\"id\":1,\"text\":\"a\",\"who\":{\"name\":\"Bea\",\"age\":7},"
                             "\"tags\":[\"p\",\"q\"],\"parts\":[{\"k\":1.5},{\"k\":false}]}\n"),
                        &batch, seen, sizeof(seen), &error);
    assert_int_equal(batch.count, 1);
    format_record_fields(&batch.records[0], fields, sizeof(fields));
    assert_string_equal(fields, "id=1|text=a|who.name=Bea|who.age=7|tags=p, q|parts.1.k=1.5|"
                                "parts.2.k=false|");
    batch_free(&batch);
}

static void a_file_without_a_text_is_a_usage_error(void **state)
{
    (void)state;
    struct batch batch = {.path = "test", .source = TEXT("test")};
    struct error error = {0};
    char seen[64];
    read_with_connector(&json_connector, TEXT("{\"a\": 1}\n{\"a\": 2}\n"), &batch, seen,
                        sizeof(seen), &error);
    assert_int_equal(error.kind, ERROR_USAGE);
    batch_free(&batch);
}

static void json_is_recognised_by_its_content(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int min, max;
    } heads[] = {{"{\"a\": 1}\n{\"a\": 2}\n", 90, 100},
                 {" [ {\"a\": 1} ]", 90, 100},
                 {"{\"request\": {\"q\": \"the last reviews\"}, \"reviews\": []}", 90, 100},
                 {"[section]\nkey = value\n", 0, 10},
                 {"{broken\n", 0, 40},
                 {"id,text\n1,a\n", 0, 0},
                 {"<xml/>", 0, 0}};
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        int score = get_recognition_score(&json_connector, text_of(heads[i].head));
        if (score < heads[i].min || score > heads[i].max)
            fail_msg("'%s' scores %d", heads[i].head, score);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_contain_the_expected_records),
        cmocka_unit_test(nested_members_are_columns_with_dotted_names),
        cmocka_unit_test(a_file_without_a_text_is_a_usage_error),
        cmocka_unit_test(json_is_recognised_by_its_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
