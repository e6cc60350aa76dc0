/* workbook.c - collects what is needed from the elements of an .xlsx file's parts. */
#include "connectors/xlsx/workbook.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/input/archive.h"
#include "connectors/xlsx/cell_styles.h"
#include "connectors/xlsx/row_queue.h"
#include "connectors/xlsx/sax_parts.h"

enum {
    MAX_CELL_SIZE = 1 << 20,              /* bytes; a spreadsheet allows 32,767 characters */
    MAX_STRINGS_SIZE = 256 * 1024 * 1024, /* bytes of all shared strings */
    MAX_SHEETS = 100000
};

struct sheet_part {
    struct text relation_id; /* "rId1" */
    struct text part;        /* "xl/worksheets/sheet1.xml" */
};

/* The text of an element, assembled from its pieces. */
struct text_collector {
    char *bytes;
    size_t size, capacity;
    bool is_collecting; /* the next pieces belong to it */
    bool in_phonetic;   /* inside a phonetic reading of a Japanese word, which is skipped */
    bool is_too_long;
};

enum cell_type { TYPE_NUMBER, TYPE_SHARED, TYPE_INLINE, TYPE_BOOLEAN, TYPE_TEXT };

struct workbook {
    char *path;
    struct arena arena;
    struct part_parser *parser; /* of the current part */
    struct text_collector text;

    struct workbook_sheet *sheets;
    struct sheet_part *parts;
    size_t sheet_count, sheet_capacity, part_capacity;

    struct cell_styles styles;
    bool in_cell_styles;

    /* shared strings, concatenated, and the end of each */
    char *strings;
    size_t strings_size, strings_capacity;
    size_t *string_ends;
    size_t string_count, string_capacity;

    /* the current sheet */
    struct row_queue rows;
    bool at_end;
    size_t column; /* of the next cell */
    enum cell_type type;
    enum cell_style style;
};

static int64_t parse_integer(struct text text, int64_t default_value)
{
    int64_t number = default_value;
    text_to_integer(text, &number);
    return number;
}

static bool name_is(struct text name, const char *wanted)
{
    return text_equal(name, text_of(wanted));
}

static bool is_true(struct text value)
{
    return name_is(value, "1") || name_is(value, "true");
}

/* ---- Texts ---- */

static void begin_text(struct text_collector *text)
{
    text->size = 0;
    text->is_too_long = false;
    text->in_phonetic = false;
}

static void on_text(void *user, struct text piece)
{
    struct text_collector *text = &((struct workbook *)user)->text;
    if (!text->is_collecting)
        return;
    if (text->size + piece.size > MAX_CELL_SIZE) {
        text->is_too_long = true;
        return;
    }
    text->bytes = memory_grow(text->bytes, &text->capacity, text->size + piece.size + 1, 1);
    memcpy(text->bytes + text->size, piece.bytes, piece.size);
    text->size += piece.size;
}

/* Replaces "_x000D_" by the character of that number, if it is ASCII. */
static void decode_escapes(struct text_collector *text)
{
    size_t size = 0;
    for (size_t i = 0; i < text->size; i++) {
        char digits[5] = {0}, *end;
        bool escape = i + 7 <= text->size && text->bytes[i] == '_' && text->bytes[i + 1] == 'x' &&
                      text->bytes[i + 6] == '_';
        if (escape) {
            memcpy(digits, text->bytes + i + 2, 4);
            unsigned long point = strtoul(digits, &end, 16);
            if (*end == '\0' && point > 0 && point < 0x80) {
                text->bytes[size++] = (char)point;
                i += 6;
                continue;
            }
        }
        text->bytes[size++] = text->bytes[i];
    }
    text->size = size;
}

/* ---- The parts ---- */

static void ignore_end(void *user, struct text name)
{
    (void)user, (void)name;
}

static void begin_workbook(void *user, const struct part_element *element)
{
    struct workbook *book = user;
    if (name_is(element->name, "workbookPr"))
        book->styles.from_1904 = is_true(part_attribute(element, "date1904"));
    if (!name_is(element->name, "sheet") || book->sheet_count >= MAX_SHEETS)
        return;
    size_t count = book->sheet_count++;
    book->sheets =
        memory_grow(book->sheets, &book->sheet_capacity, count + 1, sizeof(*book->sheets));
    book->parts = memory_grow(book->parts, &book->part_capacity, count + 1, sizeof(*book->parts));
    struct text state = part_attribute(element, "state");
    book->sheets[count] = (struct workbook_sheet){
        .name = arena_copy_text(&book->arena, part_attribute(element, "name")),
        .is_hidden = state.size > 0 && !name_is(state, "visible")};
    book->parts[count] = (struct sheet_part){
        .relation_id = arena_copy_text(&book->arena, part_attribute(element, "id"))};
}

/* "worksheets/sheet1.xml" is relative to xl/, "/xl/worksheets/sheet1.xml" to the root. */
static void begin_relations(void *user, const struct part_element *element)
{
    struct workbook *book = user;
    struct text id = part_attribute(element, "Id"), target = part_attribute(element, "Target");
    struct text type = part_attribute(element, "Type");
    struct text kind = text_slice(type, type.size > 10 ? type.size - 10 : 0, type.size);
    if (!name_is(element->name, "Relationship") || !name_is(kind, "/worksheet"))
        return;
    bool whole = text_starts_with(target, TEXT("/"));
    for (size_t i = 0; i < book->sheet_count; i++)
        if (text_equal(book->parts[i].relation_id, id))
            book->parts[i].part =
                whole ? arena_copy_text(&book->arena, text_slice(target, 1, target.size))
                      : arena_format(&book->arena, "xl/%.*s", TEXT_ARGUMENT(target));
}

static void begin_styles(void *user, const struct part_element *element)
{
    struct workbook *book = user;
    int64_t number = parse_integer(part_attribute(element, "numFmtId"), 0);
    if (name_is(element->name, "numFmt"))
        cell_styles_add_format(&book->styles, number, part_attribute(element, "formatCode"));
    if (name_is(element->name, "cellXfs"))
        book->in_cell_styles = true;
    if (book->in_cell_styles && name_is(element->name, "xf"))
        cell_styles_add_style(&book->styles, number);
}

static void end_styles(void *user, struct text name)
{
    struct workbook *book = user;
    if (name_is(name, "cellXfs"))
        book->in_cell_styles = false;
}

static void begin_strings(void *user, const struct part_element *element)
{
    struct workbook *book = user;
    if (name_is(element->name, "si"))
        begin_text(&book->text);
    book->text.in_phonetic |= name_is(element->name, "rPh");
    book->text.is_collecting = name_is(element->name, "t") && !book->text.in_phonetic;
}

static void end_strings(void *user, struct text name)
{
    struct workbook *book = user;
    struct text_collector *text = &book->text;
    text->is_collecting = false;
    if (name_is(name, "rPh"))
        text->in_phonetic = false;
    if (!name_is(name, "si"))
        return;
    decode_escapes(text);
    if (book->strings_size + text->size > MAX_STRINGS_SIZE) {
        part_parser_fail(book->parser, "its texts exceed 256 MiB");
        return;
    }
    book->strings =
        memory_grow(book->strings, &book->strings_capacity, book->strings_size + text->size + 1, 1);
    if (text->size > 0)
        memcpy(book->strings + book->strings_size, text->bytes, text->size);
    book->strings_size += text->size;
    book->string_ends = memory_grow(book->string_ends, &book->string_capacity,
                                    book->string_count + 1, sizeof(*book->string_ends));
    book->string_ends[book->string_count++] = book->strings_size;
}

/* ---- The sheet ---- */

/* "BC12" is column 54, counted from 0. */
static size_t parse_column_reference(struct text reference, size_t default_value)
{
    size_t column = 0, letters = 0;
    while (letters < reference.size && letters < 4 && reference.bytes[letters] >= 'A' &&
           reference.bytes[letters] <= 'Z')
        column = column * 26 + (size_t)(reference.bytes[letters++] - 'A') + 1;
    return letters > 0 ? column - 1 : default_value;
}

static void begin_cell(struct workbook *book, const struct part_element *element)
{
    static const struct {
        const char *name;
        enum cell_type type;
    } types[] = {{"s", TYPE_SHARED}, {"inlineStr", TYPE_INLINE}, {"b", TYPE_BOOLEAN},
                 {"str", TYPE_TEXT}, {"e", TYPE_TEXT},           {"d", TYPE_TEXT}};
    struct text type = part_attribute(element, "t");
    book->column = parse_column_reference(part_attribute(element, "r"), book->column);
    book->type = TYPE_NUMBER;
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (name_is(type, types[i].name))
            book->type = types[i].type;
    book->style = cell_styles_get(&book->styles, parse_integer(part_attribute(element, "s"), -1));
    begin_text(&book->text);
}

static void begin_sheet(void *user, const struct part_element *element)
{
    struct workbook *book = user;
    struct text name = element->name;
    bool in_row = row_queue_is_in_row(&book->rows);
    if (name_is(name, "row")) {
        row_queue_begin_row(&book->rows, parse_integer(part_attribute(element, "r"), 0));
        book->column = 0;
    } else if (name_is(name, "c") && in_row) {
        begin_cell(book, element);
    }
    book->text.in_phonetic |= name_is(name, "rPh");
    book->text.is_collecting =
        in_row && !book->text.in_phonetic &&
        (name_is(name, "v") || (name_is(name, "t") && book->type == TYPE_INLINE));
}

static struct text shared_string(const struct workbook *book, int64_t index)
{
    if (index < 0 || (size_t)index >= book->string_count)
        return (struct text){0};
    size_t begin = index ? book->string_ends[index - 1] : 0;
    return (struct text){book->strings + begin, book->string_ends[index] - begin};
}

static void end_cell(struct workbook *book)
{
    struct text text = {book->text.bytes, book->text.size}, trimmed = text_trim(text);
    bool shared = book->type == TYPE_SHARED;
    double number;
    char digits[32];
    if (shared) {
        text = shared_string(book, parse_integer(trimmed, -1));
    } else if (book->type == TYPE_BOOLEAN) {
        text = is_true(text) ? TEXT("TRUE") : TEXT("FALSE");
    } else if (book->type != TYPE_NUMBER) {
        decode_escapes(&book->text);
        text.size = book->text.size;
    } else if (text_to_real(trimmed, &number)) {
        cell_styles_format(&book->styles, number, book->style, digits);
        text = text_of(digits);
    } else {
        text = trimmed;
    }
    row_queue_add_cell(&book->rows, book->column++, text, shared);
    if (text.size > 0 && book->text.is_too_long)
        row_queue_mark_too_long(&book->rows);
}

static void end_sheet(void *user, struct text name)
{
    struct workbook *book = user;
    book->text.is_collecting = false;
    if (name_is(name, "rPh"))
        book->text.in_phonetic = false;
    if (name_is(name, "c") && row_queue_is_in_row(&book->rows))
        end_cell(book);
    if (name_is(name, "row"))
        row_queue_end_row(&book->rows);
}

/* Reads a whole part. A missing part is an error unless it is optional. */
static bool read_part(struct workbook *book, const char *name, struct part_handlers handlers,
                      bool is_optional, struct error *error)
{
    bool at_end = false;
    bool ok = part_parser_open(&book->parser, book->path, name, handlers, error);
    if (ok && !book->parser)
        return is_optional || error_set(error, ERROR_INPUT, "%s: not a spreadsheet: it has no %s",
                                        book->path, name);
    while (ok && !at_end)
        ok = part_parser_feed(book->parser, &at_end, error);
    part_parser_close(book->parser);
    book->parser = NULL;
    return ok;
}

/* ---- Interface ---- */

bool book_probe(const char *path)
{
    struct archive_reader *archive_reader = NULL;
    bool is_workbook =
        archive_reader_open_part(&archive_reader, path, "xl/workbook.xml", NULL) && archive_reader;
    archive_reader_close(archive_reader);
    return is_workbook;
}

/* Sheets without a worksheet part are charts. */
static void drop_charts(struct workbook *book)
{
    size_t kept_count = 0;
    for (size_t i = 0; i < book->sheet_count; i++)
        if (book->parts[i].part.size > 0) {
            book->sheets[kept_count] = book->sheets[i];
            book->parts[kept_count++] = book->parts[i];
        }
    book->sheet_count = kept_count;
}

bool book_open(struct workbook **workbook, const char *path, struct error *error)
{
    struct workbook *book = memory_alloc(1, sizeof(*book));
    book->path = memory_alloc(strlen(path) + 1, 1);
    strcpy(book->path, path);
    const struct part_handlers workbook_handlers = {begin_workbook, ignore_end, on_text, book},
                               relations_handlers = {begin_relations, ignore_end, on_text, book},
                               styles_handlers = {begin_styles, end_styles, on_text, book},
                               strings_handlers = {begin_strings, end_strings, on_text, book};
    bool ok = read_part(book, "xl/workbook.xml", workbook_handlers, false, error) &&
              read_part(book, "xl/_rels/workbook.xml.rels", relations_handlers, false, error) &&
              read_part(book, "xl/styles.xml", styles_handlers, true, error) &&
              read_part(book, "xl/sharedStrings.xml", strings_handlers, true, error);
    if (ok)
        drop_charts(book);
    if (ok && book->sheet_count == 0)
        ok = error_set(error, ERROR_INPUT, "%s: a spreadsheet without a sheet", path);
    *workbook = ok ? book : NULL;
    if (!ok)
        book_close(book);
    return ok;
}

static void close_sheet(struct workbook *book)
{
    part_parser_close(book->parser);
    book->parser = NULL;
    row_queue_reset(&book->rows);
    book->at_end = false;
}

void book_close(struct workbook *book)
{
    if (!book)
        return;
    close_sheet(book);
    free(book->path);
    free(book->sheets);
    free(book->parts);
    free(book->strings);
    free(book->string_ends);
    free(book->text.bytes);
    cell_styles_free(&book->styles);
    row_queue_free(&book->rows);
    arena_free(&book->arena);
    free(book);
}

const struct workbook_sheet *book_sheets(const struct workbook *book, size_t *count)
{
    *count = book->sheet_count;
    return book->sheets;
}

bool book_begin_sheet(struct workbook *book, size_t sheet, struct error *error)
{
    close_sheet(book);
    const char *part = book->parts[sheet].part.bytes;
    const struct part_handlers sheet_handlers = {begin_sheet, end_sheet, on_text, book};
    if (!part_parser_open(&book->parser, book->path, part, sheet_handlers, error))
        return false;
    return book->parser || error_set(error, ERROR_INPUT, "%s: a damaged spreadsheet (it has no %s)",
                                     book->path, part);
}

enum read_status book_read_row(struct workbook *book, struct workbook_row *row, struct error *error)
{
    for (;;) {
        if (row_queue_next(&book->rows, row))
            return READ_OK;
        if (book->at_end)
            return READ_END;
        row_queue_discard_read(&book->rows);
        if (!part_parser_feed(book->parser, &book->at_end, error)) {
            book->at_end = book->rows.complete == 0; /* rows before the fault are still read */
            if (book->at_end)
                return READ_FAILED;
        }
    }
}
