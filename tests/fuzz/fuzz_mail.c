/* fuzz_mail.c - reads any bytes as a mail: texts are valid UTF-8, quotes are within the body. */
#include <stdlib.h>

#include "base/utf8.h"
#include "connectors/mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct message message;
    struct text reason = {0};
    message_init_library();
    if (message_parse((struct text){(const char *)bytes, size}, &arena, &message, &reason)) {
        const struct text texts[] = {message.id,     message.from_name,    message.from_address,
                                     message.to,     message.subject,      message.language,
                                     message.thread, message.list,         message.automatic,
                                     message.body,   message.gmail_labels, message.mozilla_status};
        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
            if (!utf8_is_valid(texts[i]))
                abort();
        size_t end = 0;
        for (size_t i = 0; i < message.quote_count; i++) {
            if (message.quotes[i].begin < end || message.quotes[i].end > message.body.size)
                abort();
            end = message.quotes[i].end;
        }
    } else if (reason.size == 0) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
