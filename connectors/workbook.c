/* workbook.c - the parts of an .xlsx file (bundle.h unpacks them) through libxml2's push parser:
 * each part is a few elements, and what they say goes where it belongs as it comes. */
#include "connectors/workbook.h"

#include <libxml/parser.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "connectors/bundle.h"

enum {
    BLOCK_SIZE = 4096,                /* given to the parser at a time: bounds the rows that wait */
    LONGEST_CELL = 1 << 20,           /* bytes; a spreadsheet allows 32,767 characters */
    LONGEST_ROW = 8 << 20,            /* bytes of its own */
    MOST_COLUMNS = 16384,             /* of a sheet: to XFD */
    MOST_STRINGS = 256 * 1024 * 1024, /* bytes of all shared strings */
    MOST_LISTED = 100000,             /* sheets, styles */
    FIRST_OWN_FORMAT = 164            /* numbers below it are known to every spreadsheet */
};

/* How the number of a cell is to be read. */
enum style { STYLE_NUMBER, STYLE_DATE, STYLE_DATE_TIME };

/* A cell of a row that waits: its bytes in `bytes` or, shared, in `strings`. */
struct cell {
    size_t begin, size;
    bool shared;
};

struct waiting_row {
    uint64_t number;
    size_t first, count; /* of `cells` */
    size_t bytes_begin;  /* of its own bytes */
    bool too_long;
};

struct sheet_part {
    struct text relation; /* "rId1" */
    struct text part;     /* "xl/worksheets/sheet1.xml" */
};

struct workbook {
    char *path;
    struct arena arena;
    struct error fault;               /* found by a handler of the parser */
    const struct part_reader *reader; /* of the part that is being parsed */

    /* the list of sheets */
    struct workbook_sheet *sheets;
    struct sheet_part *parts;
    size_t sheet_count, sheet_capacity, part_capacity;
    bool from_1904;

    /* styles */
    int64_t *formats; /* numbers of own formats that are dates: id * 4 + enum style */
    size_t format_count, format_capacity;
    enum style *styles; /* of cells */
    size_t style_count, style_capacity;
    bool in_cell_styles;

    /* shared strings: one behind the other, and where each ends */
    char *strings;
    size_t strings_size, strings_capacity;
    size_t *string_ends;
    size_t string_count, string_capacity;

    /* the text that is being read */
    char *text;
    size_t text_size, text_capacity;
    bool collecting, phonetic, text_too_long;

    /* the sheet that is being read */
    struct bundle *bundle;
    xmlParserCtxtPtr parser;
    bool done;
    uint64_t row_number;
    size_t column;
    char type; /* of the cell: n number, s shared, i inline, b boolean, t text, d date */
    enum style style;
    struct waiting_row *rows;
    size_t next_row, whole_rows, row_count, row_capacity;
    struct cell *cells;
    size_t cell_count, cell_capacity;
    char *bytes;
    size_t bytes_size, bytes_capacity;
    struct text *lent;
    size_t lent_capacity;
};

/* An element as libxml2 tells it: five pointers an attribute. */
struct element {
    struct text name;
    const xmlChar **attributes;
    int attribute_count;
};

/* What a part of the workbook does with its elements. */
struct part_reader {
    void (*begin)(struct workbook *book, const struct element *element);
    void (*end)(struct workbook *book, struct text name);
};

static struct text attribute(const struct element *element, const char *name)
{
    for (int i = 0; i < element->attribute_count; i++) {
        const xmlChar **attribute = element->attributes + 5 * i;
        if (strcmp((const char *)attribute[0], name) == 0)
            return (struct text){(const char *)attribute[3], (size_t)(attribute[4] - attribute[3])};
    }
    return (struct text){0};
}

static int64_t number_of(struct text text, int64_t otherwise)
{
    int64_t number = otherwise;
    text_integer(text, &number);
    return number;
}

static bool is_called(struct text name, const char *wanted)
{
    return text_equal(name, text_of(wanted));
}

static bool is_true(struct text value)
{
    return is_called(value, "1") || is_called(value, "true");
}

/* ---- Dates ---- */

/* "yyyy\-mm\-dd" is a date, "h:mm" one with a time, "#,##0 \"days\"" and "[h]:mm" none. */
static enum style style_of_format(struct text code)
{
    bool date = false, time = false;
    for (size_t i = 0; i < code.size && code.bytes[i] != ';'; i++) {
        char byte = (char)(code.bytes[i] | 32);
        if (code.bytes[i] == '"') {
            i = text_find(code, TEXT("\""), i + 1);
        } else if (code.bytes[i] == '[') {
            size_t end = text_find(code, TEXT("]"), i);
            char first = i + 1 < code.size ? (char)(code.bytes[i + 1] | 32) : 0;
            if (end - i <= 3 && (first == 'h' || first == 'm' || first == 's'))
                return STYLE_NUMBER; /* a duration */
            i = end;
        } else if (code.bytes[i] == '\\' || code.bytes[i] == '_' || code.bytes[i] == '*') {
            i++;
        } else {
            date |= byte == 'y' || byte == 'd' || byte == 'm';
            time |= byte == 'h' || byte == 's';
        }
    }
    bool general = text_equal_fold(code, TEXT("General"));
    return general ? STYLE_NUMBER : time ? STYLE_DATE_TIME : date ? STYLE_DATE : STYLE_NUMBER;
}

/* Of the formats that need no code, by their numbers. */
static enum style style_of_number(const struct workbook *book, int64_t number)
{
    for (size_t i = 0; i < book->format_count; i++)
        if (book->formats[i] / 4 == number)
            return (enum style)(book->formats[i] % 4);
    if ((number >= 18 && number <= 22) || (number >= 32 && number <= 35) || number == 45 ||
        number == 47 || number == 55 || number == 56)
        return STYLE_DATE_TIME;
    bool date = (number >= 14 && number <= 17) || (number >= 27 && number <= 36) ||
                (number >= 50 && number <= 58);
    return date ? STYLE_DATE : STYLE_NUMBER;
}

/* Days since 1899-12-30 (or 1904-01-01), as "2026-03-09" or "2026-03-09 14:05:00". False when they
 * are no date. */
static bool print_date(const struct workbook *book, double days, enum style style, char text[32])
{
    enum { FROM_1900 = -25569, FROM_1904 = -24107, DAY = 86400 };
    if (!(days >= 0 && days < 2958466))
        return false;
    int64_t seconds = (int64_t)floor(days * DAY + 0.5);
    if (days < 1) { /* a time without a date */
        calendar_print(seconds, text);
        memmove(text, text + 11, 8);
        text[8] = '\0';
        return true;
    }
    if (!book->from_1904 && days < 60)
        seconds += DAY; /* spreadsheets believe that 1900 had a 29th of February */
    seconds += (int64_t)(book->from_1904 ? FROM_1904 : FROM_1900) * DAY;
    calendar_print(seconds, text);
    text[10] = ' ';
    text[19] = '\0';
    bool midnight = (seconds % DAY + DAY) % DAY == 0;
    if (style == STYLE_DATE && midnight)
        text[10] = '\0';
    return true;
}

/* ---- The parts ---- */

static void fail(struct workbook *book, const char *what)
{
    if (book->fault.kind == ERROR_NONE)
        error_set(&book->fault, ERROR_INPUT, "%s: %s; save the sheet as CSV instead", book->path,
                  what);
}

static void begin_workbook(struct workbook *book, const struct element *element)
{
    if (is_called(element->name, "workbookPr"))
        book->from_1904 = is_true(attribute(element, "date1904"));
    if (!is_called(element->name, "sheet") || book->sheet_count >= MOST_LISTED)
        return;
    size_t count = book->sheet_count++;
    book->sheets =
        memory_grow(book->sheets, &book->sheet_capacity, count + 1, sizeof(*book->sheets));
    book->parts = memory_grow(book->parts, &book->part_capacity, count + 1, sizeof(*book->parts));
    struct text state = attribute(element, "state");
    book->sheets[count] =
        (struct workbook_sheet){.name = arena_copy(&book->arena, attribute(element, "name")),
                                .hidden = state.size > 0 && !is_called(state, "visible")};
    book->parts[count] =
        (struct sheet_part){.relation = arena_copy(&book->arena, attribute(element, "id"))};
}

/* "worksheets/sheet1.xml" counts from xl/, "/xl/worksheets/sheet1.xml" from the top. */
static void begin_relations(struct workbook *book, const struct element *element)
{
    struct text id = attribute(element, "Id"), target = attribute(element, "Target");
    struct text type = attribute(element, "Type");
    struct text kind = text_slice(type, type.size > 10 ? type.size - 10 : 0, type.size);
    if (!is_called(element->name, "Relationship") || !is_called(kind, "/worksheet"))
        return;
    bool whole = text_starts_with(target, TEXT("/"));
    for (size_t i = 0; i < book->sheet_count; i++)
        if (text_equal(book->parts[i].relation, id))
            book->parts[i].part =
                whole ? arena_copy(&book->arena, text_slice(target, 1, target.size))
                      : arena_format(&book->arena, "xl/%.*s", TEXT_ARGUMENT(target));
}

static void begin_styles(struct workbook *book, const struct element *element)
{
    if (is_called(element->name, "numFmt") && book->format_count < MOST_LISTED) {
        int64_t number = number_of(attribute(element, "numFmtId"), 0);
        enum style style = style_of_format(attribute(element, "formatCode"));
        if (number < FIRST_OWN_FORMAT && style == STYLE_NUMBER)
            return;
        book->formats = memory_grow(book->formats, &book->format_capacity, book->format_count + 1,
                                    sizeof(*book->formats));
        book->formats[book->format_count++] = (number & INT32_MAX) * 4 + (int64_t)style;
    }
    if (is_called(element->name, "cellXfs"))
        book->in_cell_styles = true;
    if (book->in_cell_styles && is_called(element->name, "xf") && book->style_count < MOST_LISTED) {
        book->styles = memory_grow(book->styles, &book->style_capacity, book->style_count + 1,
                                   sizeof(*book->styles));
        book->styles[book->style_count++] =
            style_of_number(book, number_of(attribute(element, "numFmtId"), 0));
    }
}

static void end_styles(struct workbook *book, struct text name)
{
    if (is_called(name, "cellXfs"))
        book->in_cell_styles = false;
}

static void begin_text(struct workbook *book)
{
    book->text_size = 0;
    book->text_too_long = false;
    book->phonetic = false;
}

/* "_x000D_" stands for the character of that number. */
static void decode_escapes(struct workbook *book)
{
    size_t size = 0;
    for (size_t i = 0; i < book->text_size; i++) {
        char digits[5] = {0}, *end;
        bool escape = i + 7 <= book->text_size && book->text[i] == '_' &&
                      book->text[i + 1] == 'x' && book->text[i + 6] == '_';
        if (escape) {
            memcpy(digits, book->text + i + 2, 4);
            unsigned long point = strtoul(digits, &end, 16);
            if (*end == '\0' && point > 0 && point < 0x80) {
                book->text[size++] = (char)point;
                i += 6;
                continue;
            }
        }
        book->text[size++] = book->text[i];
    }
    book->text_size = size;
}

static void begin_strings(struct workbook *book, const struct element *element)
{
    if (is_called(element->name, "si"))
        begin_text(book);
    book->phonetic |= is_called(element->name, "rPh"); /* how a Japanese word is read */
    book->collecting = is_called(element->name, "t") && !book->phonetic;
}

static void end_strings(struct workbook *book, struct text name)
{
    book->collecting = false;
    if (is_called(name, "rPh"))
        book->phonetic = false;
    if (!is_called(name, "si"))
        return;
    decode_escapes(book);
    if (book->strings_size + book->text_size > MOST_STRINGS) {
        fail(book, "its texts need more memory than a spreadsheet should");
        return;
    }
    book->strings = memory_grow(book->strings, &book->strings_capacity,
                                book->strings_size + book->text_size + 1, 1);
    if (book->text_size > 0)
        memcpy(book->strings + book->strings_size, book->text, book->text_size);
    book->strings_size += book->text_size;
    book->string_ends = memory_grow(book->string_ends, &book->string_capacity,
                                    book->string_count + 1, sizeof(*book->string_ends));
    book->string_ends[book->string_count++] = book->strings_size;
}

/* ---- The sheet ---- */

static void begin_row(struct workbook *book, const struct element *element)
{
    int64_t number = number_of(attribute(element, "r"), (int64_t)book->row_number + 1);
    book->row_number = number > 0 ? (uint64_t)number : book->row_number + 1;
    book->column = 0;
    book->rows =
        memory_grow(book->rows, &book->row_capacity, book->row_count + 1, sizeof(*book->rows));
    book->rows[book->row_count++] = (struct waiting_row){
        .number = book->row_number, .first = book->cell_count, .bytes_begin = book->bytes_size};
}

/* "BC12" is column 54, counted from 0. */
static size_t column_of(struct text reference, size_t otherwise)
{
    size_t column = 0, letters = 0;
    while (letters < reference.size && letters < 4 && reference.bytes[letters] >= 'A' &&
           reference.bytes[letters] <= 'Z')
        column = column * 26 + (size_t)(reference.bytes[letters++] - 'A') + 1;
    return letters > 0 ? column - 1 : otherwise;
}

static void begin_cell(struct workbook *book, const struct element *element)
{
    static const struct {
        const char *name;
        char type;
    } types[] = {{"s", 's'}, {"inlineStr", 'i'}, {"b", 'b'}, {"str", 't'}, {"e", 't'}, {"d", 'd'}};
    struct text type = attribute(element, "t");
    int64_t style = number_of(attribute(element, "s"), -1);
    book->column = column_of(attribute(element, "r"), book->column);
    book->type = 'n';
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (is_called(type, types[i].name))
            book->type = types[i].type;
    book->style =
        style >= 0 && (size_t)style < book->style_count ? book->styles[style] : STYLE_NUMBER;
    begin_text(book);
}

static void begin_sheet(struct workbook *book, const struct element *element)
{
    bool in_row = book->row_count > book->whole_rows;
    if (is_called(element->name, "row"))
        begin_row(book, element);
    else if (is_called(element->name, "c") && in_row)
        begin_cell(book, element);
    book->phonetic |= is_called(element->name, "rPh");
    book->collecting =
        in_row && !book->phonetic &&
        (is_called(element->name, "v") || (is_called(element->name, "t") && book->type == 'i'));
}

static size_t add_bytes(struct workbook *book, const char *bytes, size_t size)
{
    size_t begin = book->bytes_size;
    book->bytes = memory_grow(book->bytes, &book->bytes_capacity, begin + size + 1, 1);
    if (size > 0)
        memcpy(book->bytes + begin, bytes, size);
    book->bytes_size += size;
    return begin;
}

/* What a number says: a date by its style, whole numbers without a point, others as short as they
 * read back (spreadsheets write 0.1 as 0.10000000000000001). */
static struct cell number_cell(struct workbook *book)
{
    struct text text = text_trim((struct text){book->text, book->text_size});
    double number;
    char digits[32];
    if (!text_real(text, &number))
        return (struct cell){add_bytes(book, text.bytes, text.size), text.size, false};
    if (book->style == STYLE_NUMBER || !print_date(book, number, book->style, digits))
        snprintf(digits, sizeof(digits), "%.15g", number);
    return (struct cell){add_bytes(book, digits, strlen(digits)), strlen(digits), false};
}

static struct cell make_cell(struct workbook *book)
{
    struct text text = {book->text, book->text_size};
    if (book->type == 'n' && text.size > 0)
        return number_cell(book);
    if (book->type == 's') {
        int64_t index = number_of(text_trim(text), -1);
        if (index < 0 || (size_t)index >= book->string_count)
            return (struct cell){0};
        size_t begin = index ? book->string_ends[index - 1] : 0;
        return (struct cell){begin, book->string_ends[index] - begin, true};
    }
    if (book->type == 'b')
        text = is_true(text) ? TEXT("TRUE") : TEXT("FALSE");
    else
        decode_escapes(book);
    if (book->type != 'b')
        text.size = book->text_size;
    return (struct cell){add_bytes(book, text.bytes, text.size), text.size, false};
}

static void end_cell(struct workbook *book)
{
    struct waiting_row *row = &book->rows[book->row_count - 1];
    struct cell cell = {0};
    if (book->bytes_size - row->bytes_begin <= LONGEST_ROW)
        cell = make_cell(book);
    else
        row->too_long = true;
    size_t column = book->column++;
    if (cell.size == 0 || column >= MOST_COLUMNS || column < row->count)
        return; /* empty, or not in order: no spreadsheet writes that */
    size_t wanted = row->first + column + 1;
    book->cells = memory_grow(book->cells, &book->cell_capacity, wanted, sizeof(*book->cells));
    memset(book->cells + book->cell_count, 0, (wanted - book->cell_count) * sizeof(*book->cells));
    book->cells[wanted - 1] = cell;
    book->cell_count = wanted;
    row->count = column + 1;
    row->too_long |= book->text_too_long;
}

static void end_sheet(struct workbook *book, struct text name)
{
    book->collecting = false;
    if (is_called(name, "rPh"))
        book->phonetic = false;
    if (is_called(name, "c") && book->row_count > book->whole_rows)
        end_cell(book);
    if (is_called(name, "row"))
        book->whole_rows = book->row_count;
}

/* ---- The parser ---- */

static const struct part_reader readers[] = {
    {begin_workbook, NULL},       {begin_relations, NULL},  {begin_styles, end_styles},
    {begin_strings, end_strings}, {begin_sheet, end_sheet},
};
enum part { PART_WORKBOOK, PART_RELATIONS, PART_STYLES, PART_STRINGS, PART_SHEET };

static void on_begin(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace_list, int attributes, int defaulted,
                     const xmlChar **attribute_list)
{
    struct workbook *book = user;
    struct element element = {text_of((const char *)name), attribute_list, attributes};
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    book->reader->begin(book, &element);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct workbook *book = user;
    (void)prefix, (void)uri;
    if (book->reader->end)
        book->reader->end(book, text_of((const char *)name));
}

static void on_text(void *user, const xmlChar *bytes, int size)
{
    struct workbook *book = user;
    if (!book->collecting || size <= 0)
        return;
    if (book->text_size + (size_t)size > LONGEST_CELL) {
        book->text_too_long = true;
        return;
    }
    book->text =
        memory_grow(book->text, &book->text_capacity, book->text_size + (size_t)size + 1, 1);
    memcpy(book->text + book->text_size, bytes, (size_t)size);
    book->text_size += (size_t)size;
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    fail(user, "it defines entities, as no spreadsheet does");
}

static void on_complaint(void *user, xmlErrorPtr fault)
{
    struct workbook *book = user;
    if (fault->level < XML_ERR_FATAL || book->fault.kind != ERROR_NONE)
        return;
    int size = fault->message ? (int)strcspn(fault->message, "\n") : 0;
    error_set(&book->fault, ERROR_INPUT, "%s: a damaged spreadsheet (%.*s)", book->path, size,
              fault->message ? fault->message : "");
}

static xmlParserCtxtPtr open_parser(struct workbook *book, enum part part)
{
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_begin,
                             .endElementNs = on_end,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_doctype,
                             .serror = on_complaint};
    book->reader = &readers[part];
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, book, NULL, 0, NULL);
    if (parser)
        xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    return parser;
}

/* Gives the parser one more block; *done at the part's end. */
static bool feed(struct workbook *book, struct bundle *bundle, xmlParserCtxtPtr parser, bool *done,
                 struct error *error)
{
    char block[BLOCK_SIZE];
    size_t size;
    if (!bundle_read(bundle, block, sizeof(block), &size, error))
        return false;
    *done = size == 0;
    bool begins = xmlByteConsumed(parser) <= 0 && size > 1;
    if (begins && (!block[0] || !block[1] || block[0] == '\xFE' || block[0] == '\xFF'))
        fail(book, "a part of it is not in UTF-8");
    if (book->fault.kind != ERROR_NONE)
        return error_set(error, book->fault.kind, "%s", book->fault.message);
    xmlParseChunk(parser, block, (int)size, *done);
    return book->fault.kind == ERROR_NONE ||
           error_set(error, book->fault.kind, "%s", book->fault.message);
}

/* Reads a whole part; one that is not there is no fault when it is `optional`. */
static bool read_part(struct workbook *book, const char *name, enum part part, bool optional,
                      struct error *error)
{
    struct bundle *bundle;
    bool done = false;
    if (!bundle_open_part(&bundle, book->path, name, error))
        return false;
    if (!bundle)
        return optional ||
               error_set(error, ERROR_INPUT, "%s: no spreadsheet: it has no %s", book->path, name);
    xmlParserCtxtPtr parser = open_parser(book, part);
    bool ok = parser != NULL;
    while (ok && !done)
        ok = feed(book, bundle, parser, &done, error);
    xmlFreeParserCtxt(parser);
    bundle_close(bundle);
    return ok;
}

/* ---- The door ---- */

bool workbook_is(const char *path)
{
    struct bundle *bundle = NULL;
    bool is = bundle_open_part(&bundle, path, "xl/workbook.xml", NULL) && bundle;
    bundle_close(bundle);
    return is;
}

/* Sheets whose part is not there are charts. */
static void drop_charts(struct workbook *book)
{
    size_t kept = 0;
    for (size_t i = 0; i < book->sheet_count; i++)
        if (book->parts[i].part.size > 0) {
            book->sheets[kept] = book->sheets[i];
            book->parts[kept++] = book->parts[i];
        }
    book->sheet_count = kept;
}

bool workbook_open(struct workbook **workbook, const char *path, struct error *error)
{
    struct workbook *book = memory_alloc(1, sizeof(*book));
    book->path = memory_alloc(strlen(path) + 1, 1);
    strcpy(book->path, path);
    bool ok = read_part(book, "xl/workbook.xml", PART_WORKBOOK, false, error) &&
              read_part(book, "xl/_rels/workbook.xml.rels", PART_RELATIONS, false, error) &&
              read_part(book, "xl/styles.xml", PART_STYLES, true, error) &&
              read_part(book, "xl/sharedStrings.xml", PART_STRINGS, true, error);
    if (ok)
        drop_charts(book);
    if (ok && book->sheet_count == 0)
        ok = error_set(error, ERROR_INPUT, "%s: a spreadsheet without a sheet", path);
    *workbook = ok ? book : NULL;
    if (!ok)
        workbook_close(book);
    return ok;
}

static void end_reading(struct workbook *book)
{
    xmlFreeParserCtxt(book->parser);
    bundle_close(book->bundle);
    book->parser = NULL;
    book->bundle = NULL;
    book->row_count = book->whole_rows = book->next_row = 0;
    book->cell_count = book->bytes_size = 0;
    book->row_number = 0;
    book->done = false;
}

void workbook_close(struct workbook *book)
{
    if (!book)
        return;
    end_reading(book);
    free(book->path);
    free(book->sheets);
    free(book->parts);
    free(book->formats);
    free(book->styles);
    free(book->strings);
    free(book->string_ends);
    free(book->text);
    free(book->rows);
    free(book->cells);
    free(book->bytes);
    free(book->lent);
    arena_free(&book->arena);
    free(book);
}

const struct workbook_sheet *workbook_sheets(const struct workbook *book, size_t *count)
{
    *count = book->sheet_count;
    return book->sheets;
}

bool workbook_begin(struct workbook *book, size_t sheet, struct error *error)
{
    end_reading(book);
    const char *part = book->parts[sheet].part.bytes;
    if (!bundle_open_part(&book->bundle, book->path, part, error))
        return false;
    if (!book->bundle)
        return error_set(error, ERROR_INPUT, "%s: a damaged spreadsheet (it has no %s)", book->path,
                         part);
    book->parser = open_parser(book, PART_SHEET);
    return book->parser || error_set(error, ERROR_INPUT, "%s: cannot be read as XML", book->path);
}

/* Forgets the rows that were read; one that is not whole yet moves to the front. */
static void drop_read_rows(struct workbook *book)
{
    if (book->whole_rows == book->row_count) {
        book->row_count = book->cell_count = book->bytes_size = 0;
    } else {
        struct waiting_row row = book->rows[book->row_count - 1];
        book->cell_count -= row.first;
        if (book->cell_count > 0)
            memmove(book->cells, book->cells + row.first, book->cell_count * sizeof(*book->cells));
        book->bytes_size -= row.bytes_begin;
        if (book->bytes_size > 0)
            memmove(book->bytes, book->bytes + row.bytes_begin, book->bytes_size);
        for (size_t i = 0; i < book->cell_count; i++)
            book->cells[i].begin -=
                book->cells[i].shared || book->cells[i].size == 0 ? 0 : row.bytes_begin;
        row.first = row.bytes_begin = 0;
        book->rows[0] = row;
        book->row_count = 1;
    }
    book->whole_rows = book->next_row = 0;
}

static void lend_row(struct workbook *book, const struct waiting_row *waiting,
                     struct workbook_row *row)
{
    book->lent = memory_grow(book->lent, &book->lent_capacity, waiting->count, sizeof(*book->lent));
    for (size_t i = 0; i < waiting->count; i++) {
        struct cell cell = book->cells[waiting->first + i];
        const char *bytes = cell.shared ? book->strings : book->bytes;
        book->lent[i] = (struct text){cell.size ? bytes + cell.begin : "", cell.size};
    }
    *row = (struct workbook_row){waiting->number, book->lent, waiting->count, waiting->too_long};
}

enum reading workbook_read(struct workbook *book, struct workbook_row *row, struct error *error)
{
    for (;;) {
        while (book->next_row < book->whole_rows) {
            const struct waiting_row *waiting = &book->rows[book->next_row++];
            if (waiting->count == 0 && !waiting->too_long)
                continue;
            lend_row(book, waiting, row);
            return READING_MORE;
        }
        if (book->done)
            return READING_DONE;
        drop_read_rows(book);
        if (!feed(book, book->bundle, book->parser, &book->done, error)) {
            book->done = book->whole_rows == 0;
            if (book->whole_rows == 0)
                return READING_FAILED;
        }
    }
}
