/* mailbox.c - lists the files once, sorted, then reads one after the other. */
#include "connectors/mail/mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

enum { FOLDER_DEPTH = 16 };

struct mailbox {
    enum mailbox_kind kind;
    struct arena arena; /* names */
    struct text folder; /* empty: one file */
    struct text *files; /* seen from the folder; allocated with malloc */
    size_t count, capacity, next, skipped;

    struct input *input; /* of the file that is open */
    struct mbox mbox;
};

static const char *const left_out_names[] = {
    "Spam",
    "Junk",
    "Junk E-mail",
    "Junk Email",
    "Bulk Mail",
    "Trash",
    "Bin",
    "Deleted Items",
    "Deleted Messages",
    "Deleted",
    "Sent",
    "Sent Items",
    "Sent Mail",
    "Sent Messages",
    "Draft",
    "Drafts",
    "Templates",
    "Outbox",
    "Unsent Messages",
    "스팸함",
    "스팸",
    "휴지통",
    "보낸편지함",
    "보낸 편지함",
    "보낸메일함",
    "임시보관함",
    "迷惑メール",
    "ゴミ箱",
    "送信済み",
    "送信済みメール",
    "下書き",
    "垃圾邮件",
    "已删除邮件",
    "已发送邮件",
    "草稿",
    "垃圾郵件",
    "垃圾桶",
    "寄件備份",
    "Papierkorb",
    "Gesendet",
    "Gesendete Objekte",
    "Gelöschte Objekte",
    "Entwürfe",
    "Corbeille",
    "Indésirables",
    "Messages envoyés",
    "Envoyés",
    "Brouillons",
    "Papelera",
    "Correo no deseado",
    "Enviados",
    "Borradores",
    "Lixeira",
    "Lixo",
    "E-mails enviados",
    "Rascunhos",
    "Cestino",
    "Posta inviata",
    "Inviata",
    "Bozze",
    "Prullenbak",
    "Ongewenst",
    "Verzonden",
    "Verzonden berichten",
    "Concepten",
    "Papperskorg",
    "Papperskorgen",
    "Skräppost",
    "Skickat",
    "Utkast",
    "Papirkurv",
    "Sendt",
    "Kladder",
    "Roskakori",
    "Lähetetyt",
    "Luonnokset",
    "Kosz",
    "Wysłane",
    "Wersje robocze",
    "Szkice",
    "Корзина",
    "Спам",
    "Отправленные",
    "Черновики",
    "Кошик",
    "Надіслані",
    "Çöp Kutusu",
    "Gönderilmiş Postalar",
    "Taslaklar",
};

bool mailbox_left_out(struct text name)
{
    name = text_trim(name);
    for (size_t i = 0; i < sizeof(left_out_names) / sizeof(*left_out_names); i++)
        if (text_equal_fold(name, text_of(left_out_names[i])))
            return true;
    return false;
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static struct text join(struct arena *arena, struct text folder, const char *name)
{
    return folder.size ? arena_format(arena, "%.*s/%s", TEXT_ARGUMENT(folder), name)
                       : arena_copy(arena, text_of(name));
}

bool mailbox_is_maildir(const char *path)
{
    struct arena arena = {0};
    bool both = is_folder(join(&arena, text_of(path), "cur").bytes) &&
                is_folder(join(&arena, text_of(path), "new").bytes);
    arena_free(&arena);
    return both;
}

static bool ends_with(struct text name, struct text ending)
{
    return name.size > ending.size &&
           text_equal_fold(text_slice(name, name.size - ending.size, name.size), ending);
}

/* Without what mail programs put behind a folder's name, or Maildir before it. */
static struct text folder_name(struct text name)
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

/* Files that programs keep beside the mails. */
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

static struct text last_name(struct text path)
{
    for (size_t i = path.size; i-- > 0;)
        if (path.bytes[i] == '/')
            return text_slice(path, i + 1, path.size);
    return path;
}

/* Adds the files of `folder` (seen from the mailbox's own). In a Maildir, messages lie in cur/ and
 * new/ only. */
static bool list_folder(struct mailbox *mailbox, struct text folder, size_t depth,
                        struct error *error)
{
    struct text path =
        folder.size ? join(&mailbox->arena, mailbox->folder, folder.bytes) : mailbox->folder;
    struct text own = last_name(folder);
    bool in_maildir = text_equal(own, TEXT("cur")) || text_equal(own, TEXT("new"));
    bool holds_mail =
        in_maildir || (mailbox->kind == MAILBOX_FOLDER && !mailbox_is_maildir(path.bytes));
    struct dirent **entries;
    int count = scandir(path.bytes, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(error, ERROR_INPUT, "%s: %s", path.bytes, strerror(errno));
    bool ok = true;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        struct text file = join(&mailbox->arena, folder, name);
        struct text file_path = join(&mailbox->arena, path, name);
        bool below = is_folder(file_path.bytes);
        bool self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        if (self || !ok || (below && (depth == 0 || text_equal(text_of(name), TEXT("tmp"))))) {
            /* nothing to read */
        } else if (mailbox_left_out(folder_name(text_of(name)))) {
            mailbox->skipped++;
        } else if (below) {
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

bool mailbox_open(struct mailbox **mailbox, const char *path, size_t most, struct error *error)
{
    struct mailbox *opened = memory_alloc(1, sizeof(*opened));
    opened->mbox.most = most;
    *mailbox = opened;
    if (is_folder(path)) {
        opened->folder = arena_copy(&opened->arena, text_of(path));
        opened->kind = mailbox_is_maildir(path) ? MAILBOX_MAILDIR : MAILBOX_FOLDER;
        return list_folder(opened, (struct text){0}, FOLDER_DEPTH, error);
    }
    opened->files = memory_grow(NULL, &opened->capacity, 1, sizeof(*opened->files));
    opened->files[opened->count++] = arena_copy(&opened->arena, text_of(path));
    struct input *probe; /* what cannot be opened is said now */
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

size_t mailbox_files(const struct mailbox *mailbox)
{
    return mailbox->count;
}

size_t mailbox_skipped(const struct mailbox *mailbox)
{
    return mailbox->skipped;
}

static bool open_next(struct mailbox *mailbox, struct error *error)
{
    struct text ahead;
    struct text path = mailbox->files[mailbox->next++];
    if (mailbox->folder.size)
        path = join(&mailbox->arena, mailbox->folder, path.bytes);
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
    mailbox->mbox.single = !text_starts_with(text_slice(ahead, blank, ahead.size), TEXT("From "));
    return true;
}

static struct text flags_of(struct text file)
{
    size_t at = text_find(file, TEXT(":2,"), 0);
    if (at == file.size)
        at = text_find(file, TEXT(";2,"), 0);
    return text_slice(file, at + 3, file.size);
}

static struct mail new_mail(const struct mailbox *mailbox)
{
    if (mailbox->kind == MAILBOX_FILE)
        return (struct mail){.line = 1};
    struct text file = mailbox->files[mailbox->next - 1];
    return (struct mail){.line = 1, .file = file, .flags = flags_of(file)};
}

/* One file of many costs itself: the others go on. */
static enum reading fail(struct mailbox *mailbox, struct mail *mail, const struct error *fault,
                         struct error *error)
{
    input_close(mailbox->input);
    mailbox->input = NULL;
    *mail = new_mail(mailbox);
    mail->fault = arena_copy(&mailbox->arena, text_of(fault->message));
    if (mailbox->kind != MAILBOX_FILE)
        return READING_MORE;
    error_set(error, fault->kind, "%s", fault->message);
    return READING_FAILED;
}

enum reading mailbox_read(struct mailbox *mailbox, struct mail *mail, struct error *error)
{
    for (;;) {
        struct error fault = {0};
        if (!mailbox->input) {
            if (mailbox->next == mailbox->count)
                return READING_DONE;
            if (!open_next(mailbox, &fault))
                return fail(mailbox, mail, &fault, error);
        }
        enum reading reading = mbox_read(&mailbox->mbox, mailbox->input, &fault);
        if (reading == READING_FAILED)
            return fail(mailbox, mail, &fault, error);
        if (reading == READING_MORE) {
            *mail = new_mail(mailbox);
            mail->bytes = mailbox->mbox.message;
            mail->envelope = mailbox->mbox.envelope;
            mail->line = mailbox->mbox.line;
            mail->byte_offset = mailbox->mbox.byte_offset;
            mail->left_out = mailbox->mbox.left_out;
            mail->raw = mailbox->mbox.raw;
            mail->raw_size = mailbox->mbox.raw_size;
            return READING_MORE;
        }
        input_close(mailbox->input);
        mailbox->input = NULL;
    }
}
