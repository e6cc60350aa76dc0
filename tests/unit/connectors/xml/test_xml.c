/* test_xml.c - connectors/xml/xml.c: a table of files and the records in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "tests/support/reading.h"

/* "line:id=text|" per record, "line!reason|" per reject, and "failed: message" at the end. */
struct example {
    const char *file, *expected;
};

#define COMMENTS(records) "<?xml version=\"1.0\"?>\n<comments>" records "</comments>\n"

static const struct example examples[] = {
    /* common violations of the standard are accepted */
    {"<rs><r id='1'><text>B&W & co, 1 < 2 &nbsp;\x0B!</text></r><r id='2'><text><![CDATA[a & "
     "b]]></text>"
     "</r></rs>",
     "1:1=B&W & co, 1 < 2 !|1:2=a & b|"},
    {"<review><id>1</id><text>a</text></review>\n<review><id>2</id><text>b</text></review>\n",
     "1:1=a|2:2=b|"},
    {"<rs><r id='1'><text>&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</text></r><r id='2'><text>I "
     "&lt;3 it</text></r>"
     "</rs>",
     "1:1=one\n\ntwo|1:2=I <3 it|"},
    {COMMENTS("<comment id=\"1\"><text>a &amp; b</text></comment>\n"
              "<comment id=\"2\"><text><![CDATA[1 < 2]]></text></comment>"),
     "2:1=a & b|3:2=1 < 2|"},
    {"<response><request><method>the last reviews</method></request><reviews total=\"0\"> "
     "</reviews></response>",
     ""},
    {"\n\n" COMMENTS("<comment><id>1</id><text>a</text></comment>"), "4:1=a|"},
    {COMMENTS("<comment><id>1</id><text>so <b>very</b> good</text></comment>"),
     "2:1=so very good|"},
    {COMMENTS("<comment><id>1</id><text></text></comment><comment><id>2</id><text/></comment>"
              "<comment><id>3</id><text>c</text></comment>"),
     "2:1=|2:2=|2:3=c|"},
    /* text in the record itself, and attributes */
    {"<posts><row Id=\"1\" Body=\"&lt;p&gt;a\"/><row Id=\"2\" Body=\"b\"/></posts>",
     "1:1=a|1:2=b|"},
    {"<r><review id=\"1\">words of the first</review><review id=\"2\">and of the "
     "second</review></r>",
     "1:1=words of the first|1:2=and of the second|"},
    /* a reply below the review, longer than it, is no record; nor is a part of the reply */
    {"<Meinungen><Meinung Nr='1'><Datum>2026-05-01</Datum><Text>zu laut</Text><Antwort>"
     "<Text>Das tut uns leid, kommen Sie gern in der Nebensaison wieder.</Text>"
     "<Datum>2026-05-03</Datum></Antwort></Meinung></Meinungen>",
     "1:=zu laut|"},
    {"<items><item id='1'><date>2026-05-01</date><text>too loud</text><ownerResponse><message>"
     "<text>We are sorry, come back in autumn when it is quieter.</text></message>"
     "</ownerResponse></item></items>",
     "1:1=too loud|"},
    {"<r><entrada id='1'><comentario>frio</comentario><respuestas><respuesta><texto>Muchas gracias "
     "por su visita, lo arreglaremos pronto.</texto></respuesta></respuestas></entrada></r>",
     "1:1=frio|"},
    /* Disqus: threads are not feedback, nor is spam */
    {"<disqus xmlns=\"d\" xmlns:dsq=\"e\"><thread dsq:id=\"2\"><title>T</title></thread>"
     "<post dsq:id=\"4\"><id/><message>hello</message><isSpam>false</isSpam>"
     "<thread dsq:id=\"2\"/></post>"
     "<post dsq:id=\"5\"><id/><message>buy</message><isSpam>true</isSpam></post></disqus>",
     "1:4=hello|"},
    /* Atom: the plain content has priority, whatever the order */
    {"<feed xmlns=\"a\"><entry><id>1</id><content type=\"text\">plain</content>"
     "<content type=\"html\">&lt;b&gt;rich</content></entry><entry><id>2</id>"
     "<content type=\"html\">&lt;b&gt;rich</content><content type=\"text\">plain</content>"
     "</entry></feed>",
     "1:1=plain|1:2=plain|"},
    /* a malformed record is one reject, wherever the fault is */
    {"<cs>\n<comment><id>1</id><text>a</text></comment>\n<comment><id>2</id><text>b",
     "2:1=a|3!the element that begins here is never closed|"},
    {"<cs>\n<comment><id>1</id><text>a</comment>\n<comment><id>2</id><text>b</text></comment>\n</"
     "cs>",
     "2!<text> is never closed|3:2=b|"},
    {"<cs>\n<comment><id>1</id><text>a</text>\n<comment><id>2</id><text>b</text></comment>\n</cs>",
     "2!the element that begins here is never closed|3:2=b|"},
    {"<cs>\n<comment><id>1</id></b></txet></comment>\n<comment><id>2</id><text>b</text></comment></"
     "cs>",
     "2!</txet> has no start tag|3:2=b|"},
    {"<cs>\n<row Id='1\" Text=\"a\"/>\n<row Id='2' Text='b'/>\n<row Id='3' Text='c'/></cs>",
     "2!the tag <row is malformed|3:2=b|4:3=c|"},
    /* an element may contain one of the same name */
    {"<cs><comment><id>1</id><text>a</text><comment><x>2</x></comment></comment></cs>", "1:1=a|"},
    /* markup within texts may stay open */
    {"<cs><comment><id>1</id><text>one<br>two<p>three <b>four</text></comment></cs>",
     "1:1=one\ntwo\n\nthree four|"},
    {"<cs><comment><id>1</id><text><b>Very</b> good, 1 &lt; 2 <![CDATA[& <so> "
     "on]]></text></comment></cs>",
     "1:1=Very good, 1 < 2 & <so> on|"},
    /* a file that begins or ends within a tag or an element */
    {"ersion=\"1.0\"?>\n<cs><comment><id>1</id><text>a</text></comment></cs>", "2:1=a|"},
    {"\xEF\xBB\xBF<cs><comment><id>1</id><text>a</text></comment>", "1:1=a|"},
    /* comments, processing instructions, an unterminated comment */
    {"<cs><!-- <comment><id>0</id></comment> --><comment><id>1</id><?x y?><text>a<!-- - -->b</text>"
     "</comment><!-- </cs>",
     "1:1=ab|"},
    /* namespace prefixes are removed */
    {"<x:cs xmlns:x='u'><x:comment x:id='1'><y:text xml:lang='en'>a</y:text></x:comment></x:cs>",
     "1:1=a|"},
    /* nothing from outside the file is read, no entity is expanded */
    {"<?xml version=\"1.0\"?><!DOCTYPE c [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>"
     "<c><comment><id>1</id><text>x &f; y</text></comment></c>",
     "1:1=x &f; y|"},
    {"<?xml version=\"1.0\"?><!DOCTYPE c [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
     "<c><comment><id>1</id><text>&b;</text></comment></c>",
     "1:1=&b;|"},
};

static void files_contain_the_expected_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct batch batch = {.path = "test", .source = TEXT("test")};
        struct error error = {0};
        char seen[1024];
        enum read_status read_status = read_with_connector(
            &xml_connector, text_of(examples[i].file), &batch, seen, sizeof(seen), &error);
        if (read_status == READ_FAILED)
            snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "failed: %.200s",
                     error.message);
        if (strcmp(seen, examples[i].expected) != 0)
            fail_msg("of '%s': expected '%s', got '%s'", examples[i].file, examples[i].expected,
                     seen);
        batch_free(&batch);
    }
}

static void children_are_columns_with_dotted_names(void **state)
{
    (void)state;
    struct batch batch = {.path = "test", .source = TEXT("test")};
    struct error error = {0};
    char seen[256], fields[512];
    read_with_connector(
        &xml_connector,
        TEXT(COMMENTS("<comment id=\"1\"><text>a</text><who><name>Bea</name><age>7</age></who>"
                      "<tag>p</tag><tag>q</tag><place id=\"9\"/></comment>")),
        &batch, seen, sizeof(seen), &error);
    assert_int_equal(batch.count, 1);
    format_record_fields(&batch.records[0], fields, sizeof(fields));
    assert_string_equal(fields, "id=1|text=a|who.name=Bea|who.age=7|tag=p, q|place.id=9|place=|");
    batch_free(&batch);
}

static void xml_is_recognised_by_its_content(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int min, max;
    } heads[] = {{COMMENTS("<comment><text>a</text></comment>"), 90, 100},
                 {"<disqus><post><message>a</message></post></disqus>", 97, 97},
                 {"ing=\"UTF-8\"?>\n<cs><comment><text>a</text></comment></cs>", 30, 50},
                 {"a <b>bold</b> word, and more\n", 0, 29},
                 {"<not xml", 0, 30},
                 {"{\"a\": 1}", 0, 0},
                 {"id,text\n1,a\n", 0, 0}};
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        int score = get_recognition_score(&xml_connector, text_of(heads[i].head));
        if (score < heads[i].min || score > heads[i].max)
            fail_msg("'%s' scores %d", heads[i].head, score);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_contain_the_expected_records),
        cmocka_unit_test(children_are_columns_with_dotted_names),
        cmocka_unit_test(xml_is_recognised_by_its_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
