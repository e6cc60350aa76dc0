/* message.c - GMime parses the mail; the text that a person wrote is collected from its parts. */
#include "connectors/mail/message.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/columns/roles.h"
#include "connectors/mail/charset_names.h"
#include "connectors/mail/header_repair.h"
#include "connectors/mail/mbox.h"
#include "connectors/mail/reply.h"

enum { MAX_PART_DEPTH = 32 };

/* Collects the body part by part. */
struct body_builder {
    struct arena *arena;
    struct message *message;
    char *bytes; /* allocated with malloc */
    size_t size, capacity;
    struct html_span *quotes; /* allocated with malloc */
    size_t quote_count, quote_capacity;
    GMimeMessage *attached_message; /* the first message/rfc822; borrowed */
};

void message_init_library(void)
{
    g_mime_init(); /* never shut down: GMime cannot be initialized twice */
}

/* date_parse reads standard dates; GMime guesses the others. */
bool message_parse_date(const char *text, int64_t *seconds)
{
    if (!text)
        return false;
    if (!date_parse(text_of(text), DATE_ORDER_UNKNOWN, 0, seconds)) {
        GDateTime *date = g_mime_utils_header_decode_date(text);
        if (!date)
            return false;
        *seconds = g_date_time_to_unix(date);
        g_date_time_unref(date);
    }
    struct civil_time civil = calendar_from_seconds(*seconds);
    return civil.year >= 1960 && civil.year < 2200;
}

/* Converts line ends to LF. */
static struct text normalize_line_ends(struct text text, struct arena *arena)
{
    if (!text.size || !memchr(text.bytes, '\r', text.size))
        return text;
    char *lines = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool ends_line = text.bytes[i] == '\r';
        if (ends_line && i + 1 < text.size && text.bytes[i + 1] == '\n')
            continue;
        lines[size++] = ends_line ? '\n' : text.bytes[i];
    }
    return (struct text){lines, size};
}

/* Decodes the transfer encoding and the charset of a part. */
static struct text decode_part(struct body_builder *builder, GMimePart *part)
{
    struct arena *arena = builder->arena;
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (!content)
        return (struct text){0};
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, stream);
    GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    struct text bytes = {(const char *)array->data, array->len};
    if (bytes.size > MESSAGE_MAX_TEXT_SIZE) {
        size_t size = utf8_boundary_before(bytes, MESSAGE_MAX_TEXT_SIZE);
        builder->message->skipped_bytes += bytes.size - size;
        bytes.size = size;
    }
    bytes = arena_copy_text(arena, bytes);
    g_object_unref(stream);
    const char *name = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
    return normalize_line_ends(mail_decode_charset(bytes, text_trim(text_of(name)), arena), arena);
}

static void append_part(struct body_builder *builder, struct text text,
                        const struct html_span *quotes, size_t quote_count)
{
    size_t begin = builder->size ? builder->size + 1 : 0; /* one line end between parts */
    builder->bytes = memory_grow(builder->bytes, &builder->capacity, begin + text.size + 1, 1);
    if (begin)
        builder->bytes[builder->size] = '\n';
    if (text.size)
        memcpy(builder->bytes + begin, text.bytes, text.size);
    builder->size = begin + text.size;
    builder->quotes = memory_grow(builder->quotes, &builder->quote_capacity,
                                  builder->quote_count + quote_count + 1, sizeof(*builder->quotes));
    for (size_t i = 0; i < quote_count; i++)
        builder->quotes[builder->quote_count++] =
            (struct html_span){quotes[i].begin + begin, quotes[i].end + begin};
}

static bool is_blank(struct text text)
{
    return text_trim(text).size == 0;
}

static bool is_type(GMimeObject *object, const char *type, const char *subtype)
{
    return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

/* A text with a file name is an attachment, unless it is the only text. */
static bool is_attachment(const struct body_builder *builder, GMimeObject *object)
{
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    const char *word = disposition ? g_mime_content_disposition_get_disposition(disposition) : NULL;
    return (word && g_ascii_strcasecmp(word, "attachment") == 0) ||
           (GMIME_IS_PART(object) && builder->size && g_mime_part_get_filename(GMIME_PART(object)));
}

static bool is_text(const struct body_builder *builder, GMimeObject *object)
{
    static const char *const machine_subtypes[] = {
        "calendar", "vcard", "x-vcard", "directory", "css", "rfc822-headers", "csv", "x-patch"};
    if (!GMIME_IS_PART(object) || is_attachment(builder, object))
        return false;
    /* RFC 2045, 5.2: an invalid type ("text") is text/plain. */
    struct text type = text_of(g_mime_object_get_header(object, "Content-Type"));
    if (type.size && text_find(type, TEXT("/"), 0) == type.size)
        return true;
    if (!is_type(object, "text", "*"))
        return false;
    for (size_t i = 0; i < sizeof(machine_subtypes) / sizeof(*machine_subtypes); i++)
        if (is_type(object, "text", machine_subtypes[i]))
            return false;
    return true;
}

static bool is_marked_up(GMimeObject *object)
{
    return is_type(object, "text", "html") || is_type(object, "text", "enriched") ||
           is_type(object, "text", "richtext");
}

/* Converts text/enriched (RFC 1896) to HTML: "<<" means "<", parameters are no text. */
static struct text enriched_to_html(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 2);
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        struct text rest = text_slice(text, i, text.size);
        if (text_starts_with(rest, TEXT("<<"))) {
            memcpy(bytes + size, "&lt;", 4);
            size += 4;
            i += 2;
        } else if (rest.size > 7 &&
                   text_equal_ignore_case(text_slice(rest, 0, 7), TEXT("<param>"))) {
            i += text_find(rest, TEXT("</"), 7);
        } else {
            bytes[size++] = text.bytes[i++];
        }
    }
    return (struct text){bytes, size};
}

static void add_text(struct body_builder *builder, GMimePart *part)
{
    GMimeObject *object = GMIME_OBJECT(part);
    struct text text = decode_part(builder, part);
    struct html_span *quotes = NULL;
    size_t quote_count = 0;
    if (is_type(object, "text", "enriched") || is_type(object, "text", "richtext"))
        text = enriched_to_html(text, builder->arena);
    if (is_marked_up(object)) {
        text = html_mail_to_text_and_quotes(text, builder->arena, &quotes, &quote_count);
    } else if (text_equal_ignore_case(
                   text_of(g_mime_object_get_content_type_parameter(object, "format")),
                   TEXT("flowed"))) {
        struct text delete_space =
            text_of(g_mime_object_get_content_type_parameter(object, "delsp"));
        text = reply_join_flowed_lines(text, text_equal_ignore_case(delete_space, TEXT("yes")),
                                       builder->arena);
    }
    if (!is_blank(text))
        append_part(builder, text, quotes, quote_count);
}

static void add_part(struct body_builder *builder, GMimeObject *object, int depth);

/* Adds the first alternative in plain text that is not empty, otherwise the richest one. */
static void add_alternative(struct body_builder *builder, GMimeMultipart *multipart, int depth)
{
    size_t before = builder->size;
    int count = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < count && builder->size == before; i++) {
        GMimeObject *child = g_mime_multipart_get_part(multipart, i);
        if (is_text(builder, child) && !is_marked_up(child))
            add_text(builder, GMIME_PART(child));
    }
    for (int i = count; i-- > 0 && builder->size == before;)
        add_part(builder, g_mime_multipart_get_part(multipart, i), depth);
}

static void add_multipart_prologue(struct body_builder *builder, GMimeMultipart *multipart)
{
    struct text bytes = text_of(g_mime_multipart_get_prologue(multipart));
    struct text text = mail_decode_charset(bytes, (struct text){0}, builder->arena);
    text = normalize_line_ends(text, builder->arena);
    if (!is_blank(text))
        append_part(builder, text, NULL, 0);
}

static void add_multipart(struct body_builder *builder, GMimeMultipart *multipart, int depth)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    int count = g_mime_multipart_get_count(multipart);
    if (count == 0) { /* the boundary is missing in the body */
        add_multipart_prologue(builder, multipart);
        return;
    }
    if (is_type(object, "multipart", "alternative")) {
        add_alternative(builder, multipart, depth);
        return;
    }
    if (is_type(object, "multipart", "encrypted")) {
        builder->message->is_encrypted = true;
        return;
    }
    /* The other parts belong to the first one: its signature, or images in it. */
    bool is_first_part_only =
        is_type(object, "multipart", "signed") || is_type(object, "multipart", "related");
    for (int i = 0; i < count; i++) {
        GMimeObject *part = g_mime_multipart_get_part(multipart, i);
        if (i == 0 || !is_first_part_only)
            add_part(builder, part, depth);
        else if (is_type(object, "multipart", "related"))
            builder->message->attachments++;
    }
}

static void add_part(struct body_builder *builder, GMimeObject *object, int depth)
{
    if (!object || depth == 0)
        return;
    if (GMIME_IS_MULTIPART(object)) {
        add_multipart(builder, GMIME_MULTIPART(object), depth - 1);
    } else if (is_text(builder, object)) {
        add_text(builder, GMIME_PART(object));
    } else {
        if (GMIME_IS_MESSAGE_PART(object) && !builder->attached_message)
            builder->attached_message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        builder->message->attachments++;
    }
}

static void read_body(GMimeMessage *mime, struct arena *arena, struct message *message)
{
    struct body_builder builder = {.arena = arena, .message = message};
    add_part(&builder, g_mime_message_get_mime_part(mime), MAX_PART_DEPTH);
    if (builder.size == 0 && builder.attached_message) {
        message->is_forwarded = true;
        add_part(&builder, g_mime_message_get_mime_part(builder.attached_message), MAX_PART_DEPTH);
    }
    message->body = arena_copy_text(arena, (struct text){builder.bytes, builder.size});
    message->quote_count = builder.quote_count;
    struct html_span *quotes = arena_alloc(arena, builder.quote_count + 1, sizeof(*quotes));
    if (builder.quote_count)
        memcpy(quotes, builder.quotes, builder.quote_count * sizeof(*quotes));
    message->quotes = quotes;
    free(builder.bytes);
    free(builder.quotes);
}

static struct text copy_value(const char *value, struct arena *arena)
{
    return arena_copy_text(arena, text_trim(utf8_repair(text_of(value), arena, NULL)));
}

static struct text copy_header(GMimeMessage *mime, const char *name, struct arena *arena)
{
    return copy_value(g_mime_object_get_header(GMIME_OBJECT(mime), name), arena);
}

/* The first id of a list "<a@b> <c@d>", without brackets. */
static struct text first_id(struct text ids)
{
    size_t begin = text_find(ids, TEXT("<"), 0);
    struct text id = text_slice(ids, begin + 1, text_find(ids, TEXT(">"), begin));
    return begin < ids.size ? text_trim(id) : ids;
}

/* Sets the name and the address of the first mailbox of a list, if there is one. */
static void first_mailbox(InternetAddressList *list, struct arena *arena, struct text *name,
                          struct text *mailbox)
{
    for (int i = 0; list && i < internet_address_list_length(list); i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);
        *name = copy_value(internet_address_get_name(address), arena);
        if (INTERNET_ADDRESS_IS_MAILBOX(address)) {
            *mailbox = copy_value(
                internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)), arena);
            return;
        }
    }
}

static void read_addresses(GMimeMessage *mime, struct arena *arena, struct message *message)
{
    struct text name = {0};
    InternetAddressList *from = g_mime_message_get_from(mime);
    if (!from || internet_address_list_length(from) == 0)
        from = g_mime_message_get_sender(mime);
    first_mailbox(from, arena, &message->from_name, &message->from_address);
    first_mailbox(g_mime_message_get_reply_to(mime), arena, &name, &message->reply_to);
    if (message->from_address.size == 0)
        message->from_address =
            message->from_name.size ? message->from_name : copy_header(mime, "From", arena);
    message->to = copy_header(mime, "To", arena);
}

/* Received has the form "... ; date". */
static void read_date(GMimeMessage *mime, struct arena *arena, struct message *message)
{
    message->date = TIME_UNKNOWN;
    int64_t seconds;
    const char *received = copy_header(mime, "Received", arena).bytes;
    if (message_parse_date(g_mime_object_get_header(GMIME_OBJECT(mime), "Date"), &seconds) ||
        message_parse_date(g_mime_object_get_header(GMIME_OBJECT(mime), "Resent-Date"), &seconds) ||
        (received && strrchr(received, ';') &&
         message_parse_date(strrchr(received, ';') + 1, &seconds)))
        message->date = seconds;
}

static struct text automatic_kind(GMimeMessage *mime, struct arena *arena)
{
    GMimeObject *root = g_mime_message_get_mime_part(mime);
    struct text submitted = copy_header(mime, "Auto-Submitted", arena);
    if (root && is_type(root, "multipart", "report"))
        return TEXT("bounce");
    if (text_equal(copy_header(mime, "Return-Path", arena), TEXT("<>")) ||
        (submitted.size && !text_equal_ignore_case(submitted, TEXT("no"))) ||
        copy_header(mime, "X-Autoreply", arena).size ||
        copy_header(mime, "X-Autorespond", arena).size)
        return TEXT("auto-reply");
    return (struct text){0};
}

static void read_headers(GMimeMessage *mime, struct arena *arena, struct message *message)
{
    message->id = first_id(copy_header(mime, "Message-ID", arena));
    message->subject = copy_value(g_mime_message_get_subject(mime), arena);
    message->language = copy_header(mime, "Content-Language", arena);
    message->list = copy_header(mime, "List-Id", arena);
    message->gmail_labels = copy_header(mime, "X-Gmail-Labels", arena);
    message->mozilla_status = copy_header(mime, "X-Mozilla-Status", arena);
    message->thread = copy_header(mime, "X-GM-THRID", arena);
    if (message->thread.size == 0)
        message->thread = first_id(copy_header(mime, "References", arena));
    if (message->thread.size == 0)
        message->thread = first_id(copy_header(mime, "In-Reply-To", arena));
    if (message->thread.size == 0)
        message->thread = message->id;
    message->automatic = automatic_kind(mime, arena);
    read_addresses(mime, arena, message);
    read_date(mime, arena, message);
}

bool message_parse(struct text bytes, struct arena *arena, struct message *message,
                   struct text *reason)
{
    *message = (struct message){.date = TIME_UNKNOWN};
    if (is_blank(bytes)) {
        *reason = TEXT("expected a mail, found nothing");
        return false;
    }
    while (bytes.size && (bytes.bytes[0] == '\n' || bytes.bytes[0] == '\r'))
        bytes = text_slice(bytes, 1, bytes.size);
    if (!mbox_is_header_line(text_slice(bytes, 0, text_find(bytes, TEXT("\n"), 0)))) {
        *reason = TEXT("expected a mail, which begins with header lines like 'Subject: ...'");
        return false;
    }
    bytes = header_repair(bytes, arena);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.bytes, bytes.size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    GMimeMessage *mime = g_mime_parser_construct_message(parser, NULL);
    if (mime) {
        read_headers(mime, arena, message);
        read_body(mime, arena, message);
        g_object_unref(mime);
    } else {
        *reason = TEXT("cannot be read as a mail");
    }
    g_object_unref(parser);
    g_object_unref(stream);
    return mime != NULL;
}
