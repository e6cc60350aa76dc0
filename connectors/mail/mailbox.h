/* mailbox.h - reads mails from an mbox file, a single message, a Maildir or a folder of files. */
#ifndef CONNECTORS_MAIL_MAILBOX_H
#define CONNECTORS_MAIL_MAILBOX_H

#include "connectors/mail/mbox.h"

enum mailbox_kind { MAILBOX_FILE, MAILBOX_MAILDIR, MAILBOX_FOLDER };

/* A message, borrowed until the next one is read. */
struct raw_mail {
    struct text bytes;    /* header and body */
    struct text envelope; /* in mbox files: "ann@post.example Mon Sep  7 07:40:41 2026" */
    struct text file;     /* path within the folder; empty if a file was opened */
    struct text flags;    /* of Maildir: "RS" */
    struct text fault;    /* why its file cannot be read (`bytes` is then empty); or empty */
    struct text raw;      /* its first bytes in the file */
    uint64_t raw_size;    /* of all its bytes in the file */
    uint64_t line, byte_offset;
    uint64_t skipped_bytes; /* missing in `bytes`: of attachments and beyond max_size */
};

struct mailbox;

/* Opens a file or a folder. In a folder and its subfolders, all files are read in the order of
 * their names, except index files of mail programs and folders or files for which
 * mailbox_is_skipped_folder is true. At most max_size bytes of a message are kept. */
bool mailbox_open(struct mailbox **mailbox, const char *path, size_t max_size, struct error *error);
void mailbox_close(struct mailbox *mailbox); /* may be NULL */

enum mailbox_kind mailbox_kind(const struct mailbox *mailbox);
size_t mailbox_file_count(const struct mailbox *mailbox); /* without skipped files */

/* Number of skipped files and folders: spam, trash, ... */
size_t mailbox_skipped_count(const struct mailbox *mailbox);

enum read_status mailbox_read(struct mailbox *mailbox, struct raw_mail *raw_mail,
                              struct error *error);

/* Whether a folder or label of this name contains no feedback: spam, trash, sent mail, drafts.
 * Knows the names that Gmail and other programs use in many languages (data/skipped_folders.tsv).
 */
bool mailbox_is_skipped_folder(struct text name);

/* Whether the folder contains cur/ and new/. */
bool mailbox_is_maildir(const char *path);

#endif
