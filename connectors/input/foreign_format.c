/* foreign_format.c - recognizes formats by their signatures.
 *
 * Sources: [MS-CFB] 2.2 (compound files), [MS-MSG] 2.2.3, [MS-XLS] 2.1.2, [MS-PST] 2.2.2.6,
 * ISO 32000-1 7.5.2 (PDF), OpenDocument 1.2 part 3, 3.3 (mimetype). */
#include "connectors/input/foreign_format.h"

#include <string.h>
#include <strings.h>

/* A format whose files hold `magic` at `offset`. */
struct signature {
    size_t offset;
    struct text magic;
    const char *description;
};

/* A stream or file name within a container, and what the container then is. */
struct content_mark {
    struct text mark;
    const char *suffix; /* of the file's name, if the mark is beyond the first bytes */
    const char *description;
};

/* A struct text as a constant initializer. */
#define LITERAL(bytes)                                                                             \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1                                                                 \
    }

#define OLD_EXCEL "an Excel file of the old format (.xls): save it as .xlsx or CSV"
#define OLD_WORD "a Word document: save the feedback in it as .xlsx or CSV"
#define OUTLOOK_MAIL "an Outlook message (.msg): save it as .eml, or export the folder as mbox"
#define ENCRYPTED_OFFICE "an Office file with a password: save it without the password"

static const struct signature signatures[] = {
    {0, LITERAL("%PDF-"), "a PDF document: export the feedback as .xlsx or CSV"},
    {0, LITERAL("!BDN"), "an Outlook data file (.pst, .ost): export its folders as mbox or .eml"},
    {0, LITERAL("{\\rtf"), "a rich text document: save the feedback in it as .xlsx or CSV"},
    {0, LITERAL("SQLite format 3"), "an SQLite database: export its table as CSV"},
    {0, LITERAL("\0\1\0\0Standard "), "an Access database: export its table as CSV or .xlsx"},
    {0, LITERAL("PAR1\x15"), "a Parquet file: export it as CSV or JSON lines"},
    {0, LITERAL("Obj\1"), "an Avro file: export it as CSV or JSON lines"},
    {0, LITERAL("Rar!\x1A\a"), "a RAR archive: unpack it, or pack the files as .zip"},
    {0, LITERAL("7z\xBC\xAF\x27\x1C"), "a 7z archive: unpack it, or pack the files as .zip"},
    {0, LITERAL("\x89PNG\r\n"), "a picture: export the feedback as CSV or .xlsx"},
    {0, LITERAL("\xFF\xD8\xFF"), "a picture: export the feedback as CSV or .xlsx"},
    {0, LITERAL("GIF8"), "a picture: export the feedback as CSV or .xlsx"},
    {4, LITERAL("ftyp"), "a video or a recording: only texts are read"},
    {30, LITERAL("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
     "an OpenDocument spreadsheet (.ods): save it as .xlsx or CSV"},
    {30, LITERAL("mimetypeapplication/vnd.oasis.opendocument"),
     "an OpenDocument file: save the feedback in it as .xlsx or CSV"},
    {30, LITERAL("mimetypeapplication/epub"), "an e-book: only exports of feedback are read"},
};

static const struct text compound_magic = LITERAL("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");

/* Names of streams, in UTF-16LE. Encrypted files come first: they contain other streams, too. */
static const struct content_mark compound_marks[] = {
    {LITERAL("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0"), NULL, ENCRYPTED_OFFICE},
    {LITERAL("_\0_\0s\0u\0b\0s\0t\0g\0001\0.\0"), ".msg", OUTLOOK_MAIL},
    {LITERAL("W\0o\0r\0k\0b\0o\0o\0k\0"), ".xls", OLD_EXCEL},
    {LITERAL("W\0o\0r\0d\0D\0o\0c\0u\0m\0"), ".doc", OLD_WORD},
};

static const struct text zip_magic = LITERAL("PK\3\4");

static const struct content_mark zip_marks[] = {
    {LITERAL("word/document.xml"), ".docx", OLD_WORD},
    {LITERAL("ppt/presentation.xml"), ".pptx",
     "a presentation: save the feedback in it as .xlsx or CSV"},
};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t size = strlen(path), suffix_size = strlen(suffix);
    return size > suffix_size && strcasecmp(path + size - suffix_size, suffix) == 0;
}

static const char *find_content(struct text head, const char *path,
                                const struct content_mark *marks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_find(head, marks[i].mark, 0) < head.size)
            return marks[i].description;
    for (size_t i = 0; i < count; i++)
        if (marks[i].suffix && has_suffix(path, marks[i].suffix))
            return marks[i].description;
    return NULL;
}

const char *foreign_format_describe(struct text head, const char *path)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
        const struct signature *signature = &signatures[i];
        struct text rest = text_slice(head, signature->offset, head.size);
        if (head.size > signature->offset && text_starts_with(rest, signature->magic))
            return signature->description;
    }
    if (text_starts_with(head, compound_magic)) {
        const char *description = find_content(head, path, compound_marks,
                                               sizeof(compound_marks) / sizeof(*compound_marks));
        return description ? description
                           : "an Office file of the old format: save it as .xlsx or CSV";
    }
    return text_starts_with(head, zip_magic)
               ? find_content(head, path, zip_marks, sizeof(zip_marks) / sizeof(*zip_marks))
               : NULL;
}
