/* prop_xml_libxml2.c - our scanner and libxml2 find the same tags, attributes and text, in
 * generated files and in the real exports next to the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "connectors/xml/scan.h"
#include "tests/support/random.h"

#define FOLDER "../shared/data/formats/xml"

enum { FILES = 4000, MAX_DEPTH = 5, MAX_FILE_SIZE = 64 << 20 };

/* ---- Transcripts of both parsers: "<name|a=value>text</name" ---- */

struct transcript {
    FILE *stream;
    char *bytes;
    size_t size;
};

static void append_text(struct transcript *transcript, struct text text)
{
    if (text.size > 0)
        fwrite(text.bytes, 1, text.size, transcript->stream);
}

static void append_start_tag(struct transcript *transcript, struct text name)
{
    fprintf(transcript->stream, "<%.*s", TEXT_ARGUMENT(name));
}

static void append_attribute(struct transcript *transcript, struct text name, struct text value)
{
    fprintf(transcript->stream, "|%.*s=", TEXT_ARGUMENT(name));
    append_text(transcript, value);
}

static void append_end_tag(struct transcript *transcript, struct text name)
{
    fprintf(transcript->stream, "</%.*s>", TEXT_ARGUMENT(name));
}

static struct text view(const xmlChar *string)
{
    return text_of((const char *)string);
}

static void on_begin(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace_list, int attributes, int defaulted,
                     const xmlChar **list)
{
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    append_start_tag(user, view(name));
    for (int i = 0; i < attributes; i++, list += 5)
        append_attribute(user, view(list[0]),
                         (struct text){(const char *)list[3], (size_t)(list[4] - list[3])});
    append_text(user, TEXT(">"));
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix, (void)uri;
    append_end_tag(user, view(name));
}

static void on_text(void *user, const xmlChar *bytes, int size)
{
    append_text(user, (struct text){(const char *)bytes, (size_t)size});
}

/* False if the file is not well-formed according to libxml2. */
static bool transcribe_with_libxml2(struct text file, struct transcript *transcript)
{
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_begin,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .ignorableWhitespace = on_text,
                             .cdataBlock = on_text};
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, transcript, NULL, 0, NULL);
    assert_non_null(parser);
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE |
                                  XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    bool good = xmlParseChunk(parser, file.bytes, (int)file.size, 1) == 0 && parser->wellFormed;
    xmlFreeParserCtxt(parser);
    return good;
}

/* XML 1.0, 3.3.3: line ends and tabs in an attribute become blanks. Our scanner keeps them, since
 * exporters write whole texts into attributes; this does what libxml2 does. */
static struct text normalize_attribute(struct text raw, char *room)
{
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++)
        if (raw.bytes[i] != '\r' || i + 1 == raw.size || raw.bytes[i + 1] != '\n')
            room[size++] = strchr("\t\r\n", raw.bytes[i]) && raw.bytes[i] ? ' ' : raw.bytes[i];
    return (struct text){room, size};
}

/* `room` has twice the bytes of `raw`. */
static void append_token(struct transcript *transcript, const struct xml_token *token,
                         struct text raw, char *room)
{
    struct text rest = token->content, name, value;
    switch (token->kind) {
    case XML_TEXT:
        append_text(transcript, (struct text){room, xml_decode_text(raw, room)});
        break;
    case XML_CDATA:
        append_text(transcript, token->content);
        break;
    case XML_START_TAG:
        append_start_tag(transcript, token->name);
        while (xml_next_attribute(&rest, &name, &value)) {
            value = normalize_attribute(value, room + raw.size);
            append_attribute(transcript, name, (struct text){room, xml_decode_text(value, room)});
        }
        append_text(transcript, TEXT(">"));
        if (token->is_empty)
            append_end_tag(transcript, token->name);
        break;
    case XML_END_TAG:
        append_end_tag(transcript, token->name);
        break;
    default:
        break;
    }
}

/* From the root on: libxml2 reports no text outside it. */
static void transcribe_with_scan(struct text file, struct transcript *transcript)
{
    struct xml_token token;
    char *room = malloc(2 * file.size + 1);
    size_t depth = 0;
    for (size_t at = 0; at < file.size; at += token.size) {
        xml_scan(file, at, true, &token);
        depth += token.kind == XML_START_TAG;
        if (depth > 0)
            append_token(transcript, &token, text_slice(file, at, at + token.size), room);
        depth -= depth > 0 &&
                 (token.kind == XML_END_TAG || (token.kind == XML_START_TAG && token.is_empty));
    }
    free(room);
}

/* Returns whether libxml2 finds the file well-formed; if so, the transcripts must be equal. */
static bool compare(const char *name, struct text file)
{
    struct transcript from_libxml2 = {0}, from_scan = {0};
    from_libxml2.stream = open_memstream(&from_libxml2.bytes, &from_libxml2.size);
    from_scan.stream = open_memstream(&from_scan.bytes, &from_scan.size);
    bool good = transcribe_with_libxml2(file, &from_libxml2);
    transcribe_with_scan(file, &from_scan);
    fclose(from_libxml2.stream);
    fclose(from_scan.stream);
    size_t same = 0;
    while (same < from_libxml2.size && same < from_scan.size &&
           from_libxml2.bytes[same] == from_scan.bytes[same])
        same++;
    size_t from = same > 60 ? same - 60 : 0;
    if (good && (same < from_libxml2.size || same < from_scan.size))
        fail_msg("%s: libxml2: '%.100s', our scanner: '%.100s', file: %.*s", name,
                 from_libxml2.bytes + from, from_scan.bytes + from,
                 file.size < 2000 ? (int)file.size : 0, file.bytes);
    free(from_libxml2.bytes);
    free(from_scan.bytes);
    return good;
}

/* ---- Generated files ---- */

#define ONE_OF(seed, list) (list)[random_next(seed) % (sizeof(list) / sizeof(*(list)))]

static const char *const names[] = {"review", "text", "b", "ns:rating", "답변", "a-1.x_", "entry"};

static void write_attributes(FILE *stream, uint64_t *seed)
{
    static const char *const values[] = {
        "", "5", "a > b", "it's", "&lt;b&gt;", "&#233;&#x41;", "a\r\nb\tc", "a/b", "R&amp;D"};
    static const char *const attributes[] = {" id", "\n  dsq:id", " type ", " 날짜"};
    for (size_t i = 0; i < 4; i++)
        if (random_next(seed) % 4 == 0)
            fprintf(stream, "%s=%s\"%s\"", attributes[i], random_next(seed) % 3 ? "" : " ",
                    ONE_OF(seed, values));
}

static void write_content(FILE *stream, uint64_t *seed, unsigned depth);

static void write_element(FILE *stream, uint64_t *seed, unsigned depth)
{
    const char *name = ONE_OF(seed, names);
    fprintf(stream, "<%s", name);
    write_attributes(stream, seed);
    if (random_next(seed) % 6 == 0) {
        fprintf(stream, "%s/>", random_next(seed) % 2 ? " " : "");
        return;
    }
    fputs(random_next(seed) % 5 ? ">" : "\n>", stream);
    write_content(stream, seed, depth);
    fprintf(stream, "</%s%s>", name, random_next(seed) % 5 ? "" : " ");
}

static void write_content(FILE *stream, uint64_t *seed, unsigned depth)
{
    static const char *const pieces[] = {"plain ",
                                         "품질이 좋아요",
                                         "&amp;&quot;&apos;",
                                         "&#x1F600;",
                                         "a > b\r\nc\rd",
                                         "<![CDATA[<i>&amp;]] ]]>",
                                         "<![CDATA[]]>",
                                         "<!-- </review> & < -->",
                                         "<?php echo '>' ?>",
                                         "\n\t ",
                                         "'\"=/"};
    for (size_t i = random_next(seed) % 5; i > 0; i--)
        if (depth < MAX_DEPTH && random_next(seed) % 3 == 0)
            write_element(stream, seed, depth + 1);
        else
            fputs(ONE_OF(seed, pieces), stream);
}

static void generated_files_have_the_same_tokens(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                                        "<!-- a < b -->",
                                        "<!DOCTYPE review [<!-- ]> --><!ELEMENT review ANY>]>\n"};
    uint64_t seed = 17;
    for (size_t i = 0; i < FILES; i++) {
        char *bytes;
        size_t size;
        FILE *stream = open_memstream(&bytes, &size);
        fputs(ONE_OF(&seed, heads), stream);
        fputs("<root xmlns:ns=\"urn:a\" xmlns:dsq=\"urn:b\">", stream);
        write_content(stream, &seed, 0);
        fputs("</root>\n", stream);
        fclose(stream);
        if (!compare("generated", (struct text){bytes, size}))
            fail_msg("not well formed: %.*s", (int)size, bytes);
        free(bytes);
    }
}

/* ---- Real exports ---- */

static size_t compare_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    size_t good = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char path[1024];
        struct text file, ending = TEXT(".xml"), name = text_of(entry->d_name);
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        struct arena arena = {0};
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            good += compare_folder(path);
        else if (text_equal(text_slice(name, name.size - 4, name.size), ending) &&
                 file_read(path, MAX_FILE_SIZE, &arena, &file, ERROR_INPUT, NULL))
            good += compare(path, file);
        arena_free(&arena);
    }
    if (directory)
        closedir(directory);
    return good;
}

static void real_exports_have_the_same_tokens(void **state)
{
    (void)state;
    if (access(FOLDER, R_OK) != 0)
        skip();
    assert_true(compare_folder(FOLDER) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_files_have_the_same_tokens),
        cmocka_unit_test(real_exports_have_the_same_tokens),
    };
    return cmocka_run_group_tests_name("xml and libxml2", tests, NULL, NULL);
}
