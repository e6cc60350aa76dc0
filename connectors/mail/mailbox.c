/* mailbox.c - lists the files once, sorted by name, then reads one after the other. */
#include "connectors/mail/mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

enum { MAX_FOLDER_DEPTH = 16 };

struct mailbox {
    enum mailbox_kind kind;
    struct arena arena; /* of paths */
    struct text folder; /* empty: a single file */
    struct text *files; /* paths within the folder; allocated with malloc */
    size_t count, capacity, next, skipped_count;

    struct input *input; /* of the open file; NULL: none */
    struct mbox mbox;
};

bool mailbox_is_skipped_folder(struct text name)
{
    static const char *const names[] = {
#define ROW(language, name) name,
#include "connectors/mail/data/skipped_folders.inc"
#undef ROW
        NULL};
    return text_is_one_of_ignore_case(text_trim(name), names);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static struct text join_path(struct arena *arena, struct text folder, const char *name)
{
    return folder.size ? arena_format(arena, "%.*s/%s", TEXT_ARGUMENT(folder), name)
                       : arena_copy_text(arena, text_of(name));
}

bool mailbox_is_maildir(const char *path)
{
    struct arena arena = {0};
    bool is_maildir = is_folder(join_path(&arena, text_of(path), "cur").bytes) &&
                      is_folder(join_path(&arena, text_of(path), "new").bytes);
    arena_free(&arena);
    return is_maildir;
}

static bool ends_with(struct text name, struct text ending)
{
    return name.size > ending.size &&
           text_equal_ignore_case(text_slice(name, name.size - ending.size, name.size), ending);
}

/* The name without the extensions of mail programs and the prefix of Maildir. */
static struct text strip_folder_name(struct text name)
{
    static const struct text endings[] = {TEXT(".mbox"), TEXT(".mbx"), TEXT(".sbd")};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (ends_with(name, endings[i]))
            name.size -= endings[i].size;
    for (size_t i = name.size; i-- > 0;)
        if (name.bytes[i] == '.')
            return text_slice(name, i + 1, name.size); /* ".INBOX.Trash" */
    return name;
}

/* Files that mail programs store next to mails. */
static bool is_index(struct text name)
{
    static const struct text endings[] = {TEXT(".msf"), TEXT(".dat"),     TEXT(".lock"),
                                          TEXT(".db"),  TEXT(".sqlite"),  TEXT(".json"),
                                          TEXT(".log"), TEXT(".journal"), TEXT(".css")};
    static const struct text beginnings[] = {TEXT("."), TEXT("dovecot"), TEXT("maildir"),
                                             TEXT("subscriptions"), TEXT("courier")};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (ends_with(name, endings[i]))
            return true;
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
        if (text_starts_with(name, beginnings[i]))
            return true;
    return false;
}

static struct text get_base_name(struct text path)
{
    for (size_t i = path.size; i-- > 0;)
        if (path.bytes[i] == '/')
            return text_slice(path, i + 1, path.size);
    return path;
}

/* Adds the files of `folder`, a path within the mailbox. In a Maildir, only cur/ and new/ contain
 * messages. */
static bool list_folder(struct mailbox *mailbox, struct text folder, size_t depth,
                        struct error *error)
{
    struct text path =
        folder.size ? join_path(&mailbox->arena, mailbox->folder, folder.bytes) : mailbox->folder;
    struct text folder_base_name = get_base_name(folder);
    bool in_maildir =
        text_equal(folder_base_name, TEXT("cur")) || text_equal(folder_base_name, TEXT("new"));
    bool holds_mail =
        in_maildir || (mailbox->kind == MAILBOX_FOLDER && !mailbox_is_maildir(path.bytes));
    struct dirent **entries;
    int count = scandir(path.bytes, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(error, ERROR_INPUT, "%s: %s", path.bytes, strerror(errno));
    bool ok = true;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        struct text file = join_path(&mailbox->arena, folder, name);
        struct text file_path = join_path(&mailbox->arena, path, name);
        bool is_subfolder = is_folder(file_path.bytes);
        bool is_dot_entry = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        if (is_dot_entry || !ok ||
            (is_subfolder && (depth == 0 || text_equal(text_of(name), TEXT("tmp"))))) {
            /* nothing to read */
        } else if (mailbox_is_skipped_folder(strip_folder_name(text_of(name)))) {
            mailbox->skipped_count++;
        } else if (is_subfolder) {
            ok = list_folder(mailbox, file, depth - 1, error);
        } else if (holds_mail && !is_index(text_of(name))) {
            mailbox->files = memory_grow(mailbox->files, &mailbox->capacity, mailbox->count + 1,
                                         sizeof(*mailbox->files));
            mailbox->files[mailbox->count++] = file;
        }
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool mailbox_open(struct mailbox **mailbox, const char *path, size_t max_size, struct error *error)
{
    struct mailbox *opened = memory_alloc(1, sizeof(*opened));
    opened->mbox.max_size = max_size;
    *mailbox = opened;
    if (is_folder(path)) {
        opened->folder = arena_copy_text(&opened->arena, text_of(path));
        opened->kind = mailbox_is_maildir(path) ? MAILBOX_MAILDIR : MAILBOX_FOLDER;
        return list_folder(opened, (struct text){0}, MAX_FOLDER_DEPTH, error);
    }
    opened->files = memory_grow(NULL, &opened->capacity, 1, sizeof(*opened->files));
    opened->files[opened->count++] = arena_copy_text(&opened->arena, text_of(path));
    struct input *probe; /* reports a file that cannot be opened */
    bool ok = input_open(&probe, path, (struct text){0}, true, error);
    input_close(probe);
    return ok;
}

void mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    input_close(mailbox->input);
    mbox_free(&mailbox->mbox);
    free(mailbox->files);
    arena_free(&mailbox->arena);
    free(mailbox);
}

enum mailbox_kind mailbox_kind(const struct mailbox *mailbox)
{
    return mailbox->kind;
}

size_t mailbox_file_count(const struct mailbox *mailbox)
{
    return mailbox->count;
}

size_t mailbox_skipped_count(const struct mailbox *mailbox)
{
    return mailbox->skipped_count;
}

static bool open_next(struct mailbox *mailbox, struct error *error)
{
    struct text ahead;
    struct text path = mailbox->files[mailbox->next++];
    if (mailbox->folder.size)
        path = join_path(&mailbox->arena, mailbox->folder, path.bytes);
    if (!input_open(&mailbox->input, path.bytes, (struct text){0}, true, error) ||
        !input_peek(mailbox->input, 1, &ahead, error))
        return false;
    input_peek(mailbox->input, 64, &ahead, NULL);
    if (text_starts_with(ahead, TEXT("\xEF\xBB\xBF"))) {
        input_consume(mailbox->input, 3);
        ahead = text_slice(ahead, 3, ahead.size);
    }
    size_t blank = 0;
    while (blank < ahead.size && (ahead.bytes[blank] == '\n' || ahead.bytes[blank] == '\r'))
        blank++;
    mailbox->mbox.is_single_message =
        !text_starts_with(text_slice(ahead, blank, ahead.size), TEXT("From "));
    return true;
}

static struct text parse_maildir_flags(struct text file)
{
    size_t at = text_find(file, TEXT(":2,"), 0);
    if (at == file.size)
        at = text_find(file, TEXT(";2,"), 0);
    return text_slice(file, at + 3, file.size);
}

static struct raw_mail make_raw_mail(const struct mailbox *mailbox)
{
    if (mailbox->kind == MAILBOX_FILE)
        return (struct raw_mail){.line = 1};
    struct text file = mailbox->files[mailbox->next - 1];
    return (struct raw_mail){.line = 1, .file = file, .flags = parse_maildir_flags(file)};
}

/* In a folder, an unreadable file is one reject, and reading continues with the next file. */
static enum read_status skip_unreadable_file(struct mailbox *mailbox, struct raw_mail *raw_mail,
                                             const struct error *fault, struct error *error)
{
    input_close(mailbox->input);
    mailbox->input = NULL;
    *raw_mail = make_raw_mail(mailbox);
    raw_mail->fault = arena_copy_text(&mailbox->arena, text_of(fault->message));
    if (mailbox->kind != MAILBOX_FILE)
        return READ_OK;
    error_set(error, fault->kind, "%s", fault->message);
    return READ_FAILED;
}

enum read_status mailbox_read(struct mailbox *mailbox, struct raw_mail *raw_mail,
                              struct error *error)
{
    for (;;) {
        struct error fault = {0};
        if (!mailbox->input) {
            if (mailbox->next == mailbox->count)
                return READ_END;
            if (!open_next(mailbox, &fault))
                return skip_unreadable_file(mailbox, raw_mail, &fault, error);
        }
        enum read_status read_status = mbox_read(&mailbox->mbox, mailbox->input, &fault);
        if (read_status == READ_FAILED)
            return skip_unreadable_file(mailbox, raw_mail, &fault, error);
        if (read_status == READ_OK) {
            *raw_mail = make_raw_mail(mailbox);
            raw_mail->bytes = mailbox->mbox.message;
            raw_mail->envelope = mailbox->mbox.envelope;
            raw_mail->line = mailbox->mbox.line;
            raw_mail->byte_offset = mailbox->mbox.byte_offset;
            raw_mail->skipped_bytes = mailbox->mbox.skipped_bytes;
            raw_mail->raw = mailbox->mbox.raw;
            raw_mail->raw_size = mailbox->mbox.raw_size;
            return READ_OK;
        }
        input_close(mailbox->input);
        mailbox->input = NULL;
    }
}
