/* sax_parts.c - passes blocks of a part to libxml2, and its events to the handlers. */
#include "connectors/xlsx/sax_parts.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/input/archive.h"

enum { BLOCK_SIZE = 4096 }; /* limits the number of rows that one call produces */

struct part_parser {
    char *path;
    struct archive_reader *archive_reader;
    xmlParserCtxtPtr context;
    struct part_handlers handlers;
    struct error fault; /* of libxml2 or a handler */
};

struct text part_attribute(const struct part_element *element, const char *name)
{
    for (int i = 0; i < element->attribute_count; i++) {
        const xmlChar **attribute = element->attributes + 5 * i;
        if (strcmp((const char *)attribute[0], name) == 0)
            return (struct text){(const char *)attribute[3], (size_t)(attribute[4] - attribute[3])};
    }
    return (struct text){0};
}

void part_parser_fail(struct part_parser *parser, const char *reason)
{
    error_set(&parser->fault, ERROR_INPUT, "%s: %s; save the sheet as CSV instead", parser->path,
              reason);
}

static void on_begin(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace_list, int attributes, int defaulted,
                     const xmlChar **attribute_list)
{
    struct part_parser *parser = user;
    struct part_element element = {text_of((const char *)name), attribute_list, attributes};
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    parser->handlers.begin(parser->handlers.user, &element);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct part_parser *parser = user;
    (void)prefix, (void)uri;
    parser->handlers.end(parser->handlers.user, text_of((const char *)name));
}

static void on_text(void *user, const xmlChar *bytes, int size)
{
    struct part_parser *parser = user;
    if (size > 0)
        parser->handlers.text(parser->handlers.user,
                              (struct text){(const char *)bytes, (size_t)size});
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    part_parser_fail(user, "it defines entities, which no spreadsheet program does");
}

static void on_parser_error(void *user, xmlErrorPtr fault)
{
    struct part_parser *parser = user;
    if (fault->level < XML_ERR_FATAL || parser->fault.kind != ERROR_NONE)
        return;
    int size = fault->message ? (int)strcspn(fault->message, "\n") : 0;
    error_set(&parser->fault, ERROR_INPUT, "%s: a damaged spreadsheet (%.*s)", parser->path, size,
              fault->message ? fault->message : "");
}

bool part_parser_open(struct part_parser **parser, const char *path, const char *part,
                      struct part_handlers handlers, struct error *error)
{
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_begin,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_doctype,
                             .serror = on_parser_error};
    struct archive_reader *archive_reader;
    *parser = NULL;
    if (!archive_reader_open_part(&archive_reader, path, part, error))
        return false;
    if (!archive_reader)
        return true;
    struct part_parser *opened = memory_alloc(1, sizeof(*opened));
    opened->path = memory_alloc(strlen(path) + 1, 1);
    strcpy(opened->path, path);
    opened->archive_reader = archive_reader;
    opened->handlers = handlers;
    opened->context = xmlCreatePushParserCtxt(&handler, opened, NULL, 0, NULL);
    if (!opened->context) {
        part_parser_close(opened);
        return error_set(error, ERROR_INPUT, "%s: cannot be read as XML", path);
    }
    xmlCtxtUseOptions(opened->context, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    *parser = opened;
    return true;
}

bool part_parser_feed(struct part_parser *parser, bool *at_end, struct error *error)
{
    char block[BLOCK_SIZE];
    size_t size;
    if (!archive_reader_read(parser->archive_reader, block, sizeof(block), &size, error))
        return false;
    *at_end = size == 0;
    bool begins = xmlByteConsumed(parser->context) <= 0 && size > 1;
    if (begins && (!block[0] || !block[1] || block[0] == '\xFE' || block[0] == '\xFF'))
        part_parser_fail(parser, "a part of it is not in UTF-8");
    if (parser->fault.kind == ERROR_NONE)
        xmlParseChunk(parser->context, block, (int)size, *at_end);
    return parser->fault.kind == ERROR_NONE ||
           error_set(error, parser->fault.kind, "%s", parser->fault.message);
}

void part_parser_close(struct part_parser *parser)
{
    if (!parser)
        return;
    xmlFreeParserCtxt(parser->context);
    archive_reader_close(parser->archive_reader);
    free(parser->path);
    free(parser);
}
