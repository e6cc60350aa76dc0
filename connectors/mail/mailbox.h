/* mailbox.h - mails wherever they lie: an mbox file, a single message, a Maildir, a folder. */
#ifndef CONNECTORS_MAIL_MAILBOX_H
#define CONNECTORS_MAIL_MAILBOX_H

#include "connectors/mail/mbox.h"

enum mailbox_kind { MAILBOX_FILE, MAILBOX_MAILDIR, MAILBOX_FOLDER };

/* One message as it lies in its file; good until the next is read. */
struct raw_mail {
    struct text bytes;    /* header and body */
    struct text envelope; /* of mbox: "ann@post.example Mon Sep  7 07:40:41 2026" */
    struct text file;     /* its name seen from the folder; empty when a file was opened */
    struct text flags;    /* of Maildir: "RS" */
    struct text fault;    /* why its file cannot be read; `bytes` are empty then */
    struct text raw;      /* its first bytes as they lie in the file */
    uint64_t raw_size;    /* of all its bytes there */
    uint64_t line, byte_offset;
    uint64_t
        skipped_bytes; /* bytes that are not in `bytes`: of attachments, and beyond the limit */
};

struct mailbox;

/* Opens a file or a folder. In folders all files are read, deeper ones too, in the order of their
 * names, but for indexes of mail programs and for what is named like a bin
 * (mailbox_is_skipped_folder). `most` bytes of a message are held. */
bool mailbox_open(struct mailbox **mailbox, const char *path, size_t max_size, struct error *error);
void mailbox_close(struct mailbox *mailbox); /* NULL is fine */

enum mailbox_kind mailbox_kind(const struct mailbox *mailbox);
size_t mailbox_file_count(const struct mailbox *mailbox); /* that are read */
size_t
mailbox_skipped_count(const struct mailbox *mailbox); /* files and folders of spam, trash, ... */

enum read_status mailbox_read(struct mailbox *mailbox, struct raw_mail *raw_mail,
                              struct error *error);

/* Whether a label or folder of this name holds what is no feedback: spam, trash, sent mail, drafts;
 * in the languages that Gmail and others name it. */
bool mailbox_is_skipped_folder(struct text name);

/* A folder that holds cur/ and new/. */
bool mailbox_is_maildir(const char *path);

#endif
