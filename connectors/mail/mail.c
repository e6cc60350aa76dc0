/* mail.c - the connector for mail: the sender's own words, without quotes and signatures. */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "connectors/columns/roles.h"
#include "connectors/connectors.h"
#include "connectors/mail/mailbox.h"
#include "connectors/mail/message.h"
#include "connectors/mail/reply.h"

struct mail_state {
    bool trim_replies;
    struct text own_domains;
    int64_t max_message_size;
    struct mailbox *mailbox;
};

static const struct option options[] = {
    {.name = "trim",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct mail_state, trim_replies),
     .default_value = "yes",
     .help = "remove quoted replies and signatures from messages"},
    {.name = "own_domains",
     .type = OPTION_TEXT,
     .offset = offsetof(struct mail_state, own_domains),
     .default_value = "",
     .help = "domains or addresses of the company, comma-separated (example.com, "
             "help@example.org); messages from them are skipped"},
    {.name = "max_message_size",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct mail_state, max_message_size),
     .default_value = "8388608",
     .min = 65536,
     .max = 1073741824,
     .help = "maximum bytes of a message to read; the rest is skipped"},
    {0},
};

/* Header names that rarely occur outside mails. */
static bool is_mail_header_name(struct text line)
{
    static const char *const names[] = {"From",
                                        "To",
                                        "Subject",
                                        "Date",
                                        "Received",
                                        "Return-Path",
                                        "Message-ID",
                                        "MIME-Version",
                                        "Content-Type",
                                        "Delivered-To",
                                        "X-GM-THRID",
                                        "X-Mozilla-Status",
                                        "Reply-To",
                                        "Sender",
                                        "X-Mailer",
                                        "X-Account-Key",
                                        "List-Id",
                                        "References",
                                        "In-Reply-To",
                                        "DKIM-Signature",
                                        NULL};
    struct text name = text_trim(text_slice(line, 0, text_find(line, TEXT(":"), 0)));
    return text_is_one_of_ignore_case(name, names);
}

static struct text take_line(struct text *rest)
{
    struct text line = {0};
    text_split(rest, '\n', &line);
    if (line.size && line.bytes[line.size - 1] == '\r')
        line.size--;
    return line;
}

static struct recognition recognize_folder(const char *path, struct arena *arena)
{
    struct mailbox *mailbox;
    struct raw_mail raw_mail;
    struct recognition recognition = {0};
    if (mailbox_is_maildir(path))
        return (struct recognition){95, TEXT("a folder with cur/ and new/: Maildir")};
    /* A folder is a folder of mails if its first file is a mail. */
    if (mailbox_open(&mailbox, path, CONNECTOR_HEAD_SIZE, NULL) &&
        mailbox_read(mailbox, &raw_mail, NULL) == READ_OK) {
        struct text rest = raw_mail.bytes, line = take_line(&rest);
        if (raw_mail.envelope.size || (mbox_is_header_line(line) && is_mail_header_name(line)))
            recognition = (struct recognition){
                80, arena_format(arena, "a folder of %zu files, the first a mail",
                                 mailbox_file_count(mailbox))};
    }
    mailbox_close(mailbox);
    return recognition;
}

static struct recognition recognize(const struct candidate_file *candidate_file,
                                    struct arena *arena)
{
    if (candidate_file->is_directory)
        return recognize_folder(candidate_file->path, arena);
    struct text rest = candidate_file->head, line;
    if (text_starts_with(rest, TEXT("\xEF\xBB\xBF")))
        rest = text_slice(rest, 3, rest.size);
    while (rest.size && (rest.bytes[0] == '\n' || rest.bytes[0] == '\r'))
        rest = text_slice(rest, 1, rest.size);
    struct text after = rest;
    struct text first = take_line(&after), second = take_line(&after);
    if (mbox_is_envelope_line(first, second))
        return (struct recognition){95, TEXT("mbox: a line 'From ...' before a mail header")};
    if (text_starts_with(first, TEXT("From ")) && mbox_is_header_line(second) &&
        is_mail_header_name(second))
        return (struct recognition){85, TEXT("mbox, with an unusual 'From ...' line")};
    size_t headers = 0, known = 0;
    while (rest.size && (line = take_line(&rest)).size) {
        if (line.bytes[0] == ' ' || line.bytes[0] == '\t')
            continue;
        if (!mbox_is_header_line(line))
            break;
        headers++;
        known += is_mail_header_name(line);
    }
    if (known == 0)
        return (struct recognition){0};
    return (struct recognition){known > 1 ? 90 : 60,
                                arena_format(arena, "a message: %zu header lines", headers)};
}

static bool open_mailbox(void *user, const char *path, struct error *error)
{
    struct mail_state *state = user;
    message_init_library();
    return mailbox_open(&state->mailbox, path, (size_t)state->max_message_size, error);
}

static bool has_skipped_label(struct text labels)
{
    struct text label;
    while (text_split(&labels, ',', &label))
        if (mailbox_is_skipped_folder(label))
            return true;
    return false;
}

/* Thunderbird keeps deleted mails in the file until it is compacted; bit 0x0008 marks them. */
static bool is_expunged(struct text status)
{
    unsigned long bits = 0;
    for (size_t i = 0; i < status.size && i < 8; i++) {
        int digit = ascii_hex_value(status.bytes[i]);
        bits = bits * 16 + (unsigned long)(digit < 0 ? 0 : digit);
    }
    return bits & 0x0008;
}

/* Whether the address is listed, or its domain or a parent domain of it. */
static bool is_own_address(struct text domains, struct text address)
{
    struct text domain, host = address;
    for (size_t at = address.size; at-- > 0 && host.size == address.size;)
        if (address.bytes[at] == '@')
            host = text_slice(address, at + 1, address.size);
    while (text_split(&domains, ',', &domain)) {
        domain = text_trim(domain);
        bool is_address = text_find(domain, TEXT("@"), 1) < domain.size;
        if (text_starts_with(domain, TEXT("@")))
            domain = text_slice(domain, 1, domain.size);
        struct text candidate = is_address ? address : host;
        size_t begin = candidate.size - domain.size;
        if (domain.size && candidate.size >= domain.size &&
            text_equal_ignore_case(text_slice(candidate, begin, candidate.size), domain) &&
            (begin == 0 || (!is_address && candidate.bytes[begin - 1] == '.')))
            return true;
    }
    return false;
}

/* A form on the company's site sends from the company's address and names the customer in Reply-To:
 * the customer is the author. */
static void use_reply_to_customer(const struct mail_state *state, struct message *message)
{
    if (message->reply_to.size && is_own_address(state->own_domains, message->from_address) &&
        !is_own_address(state->own_domains, message->reply_to)) {
        message->from_address = message->reply_to;
        message->from_name = (struct text){0};
    }
}

/* Whether the message is no feedback. */
static bool is_skipped(const struct mail_state *state, const struct raw_mail *raw_mail,
                       const struct message *message)
{
    bool in_trash =
        raw_mail->flags.size && memchr(raw_mail->flags.bytes, 'T', raw_mail->flags.size);
    return in_trash || has_skipped_label(message->gmail_labels) ||
           is_expunged(message->mozilla_status) ||
           is_own_address(state->own_domains, message->from_address);
}

/* Parses the time of "ann@post.example Mon Sep  7 07:40:41 2026"; or TIME_UNKNOWN. */
static int64_t parse_envelope_time(struct text envelope, struct arena *arena)
{
    int64_t seconds;
    size_t blank = text_find(envelope, TEXT(" "), 0);
    struct text date = arena_copy_text(arena, text_slice(envelope, blank, envelope.size));
    return message_parse_date(date.bytes, &seconds) ? seconds : TIME_UNKNOWN;
}

static void add_record(struct batch *batch, const struct raw_mail *raw_mail,
                       const struct message *message, bool trim_replies)
{
    struct arena *arena = &batch->arena;
    struct record *record = batch_add_record(batch);
    struct text trimmed = {0};
    uint64_t skipped_bytes = raw_mail->skipped_bytes + message->skipped_bytes;
    struct text first_language =
        text_slice(message->language, 0, text_find(message->language, TEXT(","), 0));
    record->line = raw_mail->line;
    record->byte_offset = raw_mail->byte_offset;
    record->external_id = message->id;
    record->created_at = message->date != TIME_UNKNOWN
                             ? message->date
                             : parse_envelope_time(raw_mail->envelope, arena);
    record->author = message->from_address;
    record->title = reply_strip_subject_prefixes(message->subject);
    record->lang = language_parse(first_language, arena);
    record->body = trim_replies ? reply_trim(message->body, message->quotes, message->quote_count,
                                             arena, &trimmed)
                                : message->body;
    const struct field fields[] = {
        {TEXT("from_name"), message->from_name},
        {TEXT("from"), message->from_address},
        {TEXT("to"), message->to},
        {TEXT("subject"), message->subject},
        {TEXT("thread"), message->thread},
        {TEXT("labels"), message->gmail_labels},
        {TEXT("list"), message->list},
        {TEXT("automatic"), message->automatic},
        {TEXT("forwarded"), message->is_forwarded ? TEXT("yes") : TEXT("")},
        {TEXT("attachments"), arena_format(arena, "%zu", message->attachments)},
        {TEXT("file"), arena_copy_text(arena, raw_mail->file)},
        {TEXT("trimmed"), trimmed},
        {TEXT("bytes_skipped"), arena_format(arena, "%zu", (size_t)skipped_bytes)},
    };
    record->field_count = sizeof(fields) / sizeof(*fields) - (skipped_bytes == 0);
    struct field *kept = arena_alloc(arena, record->field_count, sizeof(*kept));
    memcpy(kept, fields, record->field_count * sizeof(*kept));
    record->fields = kept;
}

static void reject_mail(struct batch *batch, const struct raw_mail *raw_mail, struct text reason)
{
    if (raw_mail->file.size)
        reason = arena_format(&batch->arena, "%.*s: %.*s", TEXT_ARGUMENT(raw_mail->file),
                              TEXT_ARGUMENT(reason));
    if (raw_mail->raw_size > raw_mail->raw.size)
        reason =
            arena_format(&batch->arena, "%.*s (%llu bytes more than shown)", TEXT_ARGUMENT(reason),
                         (unsigned long long)(raw_mail->raw_size - raw_mail->raw.size));
    batch_reject_row(batch, raw_mail->line, raw_mail->byte_offset, reason, raw_mail->raw);
}

static enum read_status read_mail(void *user, struct batch *batch, struct error *error)
{
    struct mail_state *state = user;
    struct raw_mail raw_mail;
    struct message message;
    struct text reason;
    enum read_status read_status = mailbox_read(state->mailbox, &raw_mail, error);
    if (read_status != READ_OK)
        return read_status;
    bool parsed =
        !raw_mail.fault.size && message_parse(raw_mail.bytes, &batch->arena, &message, &reason);
    if (parsed)
        use_reply_to_customer(state, &message);
    if (!parsed)
        reject_mail(batch, &raw_mail, raw_mail.fault.size ? raw_mail.fault : reason);
    else if (is_skipped(state, &raw_mail, &message))
        batch->skipped++;
    else if (message.is_encrypted && message.body.size == 0)
        reject_mail(batch, &raw_mail, TEXT("the mail is encrypted"));
    else
        add_record(batch, &raw_mail, &message, state->trim_replies);
    return READ_OK;
}

static struct text explain(void *user, const struct column_facts *facts, struct arena *arena)
{
    (void)facts; /* mails state their dates and have no ratings */
    const struct mail_state *state = user;
    static const char *const kinds[] = {"one file", "Maildir", "a folder"};
    struct text lines = arena_format(
        arena,
        "mails of %s: text from text/plain, else from HTML%s\nid: Message-ID\ndate: Date\n"
        "author: From\ntitle: Subject",
        kinds[mailbox_kind(state->mailbox)],
        state->trim_replies ? ", without quoted replies and signatures" : "");
    if (mailbox_skipped_count(state->mailbox))
        lines = arena_format(arena, "%.*s\nskipped: %zu files or folders of spam, trash, sent mail",
                             TEXT_ARGUMENT(lines), mailbox_skipped_count(state->mailbox));
    return lines;
}

static void close_mailbox(void *user)
{
    struct mail_state *state = user;
    mailbox_close(state->mailbox);
    state->mailbox = NULL;
}

const struct connector mail_connector = {
    .name = "mail",
    .summary = "mbox files, messages (.eml), Maildir, folders of messages",
    .options = options,
    .state_size = sizeof(struct mail_state),
    .recognize = recognize,
    .open = open_mailbox,
    .read = read_mail,
    .explain = explain,
    .close = close_mailbox,
};
