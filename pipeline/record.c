/* record.c - batches of records. */
#include "pipeline/record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

const char *const sentiment_names[SENTIMENT_COUNT] = {
    [SENTIMENT_UNDETECTED] = "undetected", [SENTIMENT_NEGATIVE] = "negative",
    [SENTIMENT_NEUTRAL] = "neutral",       [SENTIMENT_POSITIVE] = "positive",
    [SENTIMENT_MIXED] = "mixed",
};

const char *const record_state_names[RECORD_STATE_COUNT] = {
    [RECORD_NEW] = "new",         [RECORD_UNCHANGED] = "unchanged",
    [RECORD_REVISED] = "revised", [RECORD_DUPLICATE] = "duplicate",
    [RECORD_EMPTY] = "empty",     [RECORD_NO_OPINION] = "no_opinion",
    [RECORD_ERASED] = "erased",   [RECORD_REJECTED] = "rejected",
};

const char *const asked_for_names[ASKED_FOR_COUNT] = {
    [ASKED_FOR_ANYTHING] = "",
    [ASKED_FOR_PRAISE] = "praise",
    [ASKED_FOR_COMPLAINT] = "complaint",
};

enum asked_for asked_for_parse(struct text name)
{
    for (int i = 0; i < ASKED_FOR_COUNT; i++)
        if (text_equal(name, text_of(asked_for_names[i])))
            return (enum asked_for)i;
    return ASKED_FOR_ANYTHING;
}

const char *const pii_names[PII_COUNT] = {
    [PII_EMAIL] = "email",
    [PII_PHONE] = "phone",
    [PII_CARD] = "card",
    [PII_IBAN] = "iban",
    [PII_IP] = "ip",
    [PII_URL_QUERY] = "query",
    [PII_ORDER_NUMBER] = "order",
    [PII_NATIONAL_ID] = "national_id",
    [PII_NAME] = "name",
};

bool record_has_opinion(const struct record *record)
{
    return record->state != RECORD_EMPTY && record->state != RECORD_NO_OPINION &&
           record->state != RECORD_ERASED && record->state != RECORD_REJECTED;
}

int record_rating_side(double rating, double rating_scale)
{
    static const double min_good_share = 0.8, max_bad_share = 0.4;
    if (isnan(rating) || isnan(rating_scale))
        return 0;
    return rating >= min_good_share * rating_scale  ? 1
           : rating <= max_bad_share * rating_scale ? -1
                                                    : 0;
}

uint64_t record_date_key(const struct record *record)
{
    return record->date.key ? record->date.key : (uint64_t)record->created_at;
}

struct record *batch_add_record(struct batch *batch)
{
    batch->records =
        memory_grow(batch->records, &batch->capacity, batch->count + 1, sizeof(*batch->records));
    struct record *record = &batch->records[batch->count++];
    *record = (struct record){.created_at = TIME_UNKNOWN, .rating = NAN, .rating_scale = NAN};
    return record;
}

/* Valid UTF-8 without NUL is copied. Otherwise invalid bytes and NUL become "\\xE9", and a
 * backslash becomes two, so that the original bytes can be restored. */
static struct text escape_unprintable(struct text raw, struct arena *arena)
{
    if (utf8_is_valid(raw) && !(raw.size > 0 && memchr(raw.bytes, '\0', raw.size)))
        return arena_copy_text(arena, raw);
    char *bytes = arena_alloc(arena, raw.size, 4);
    size_t written = 0, size;
    for (size_t position = 0; position < raw.size; position += size) {
        utf8_decode(raw, position, &size);
        struct text character = text_slice(raw, position, position + size);
        if (character.bytes[0] == '\\')
            written += (size_t)sprintf(bytes + written, "\\\\");
        else if (character.bytes[0] != '\0' && utf8_is_valid(character))
            written += (size_t)sprintf(bytes + written, "%.*s", TEXT_ARGUMENT(character));
        else
            for (size_t i = 0; i < size; i++)
                written +=
                    (size_t)sprintf(bytes + written, "\\x%02X", (unsigned char)character.bytes[i]);
    }
    return (struct text){bytes, written};
}

void batch_reject_row(struct batch *batch, uint64_t line, uint64_t byte_offset, struct text reason,
                      struct text raw)
{
    batch->rejects = memory_grow(batch->rejects, &batch->reject_capacity, batch->reject_count + 1,
                                 sizeof(*batch->rejects));
    if (raw.size > REJECT_RAW_SIZE) {
        size_t kept_size = utf8_boundary_before(raw, REJECT_RAW_SIZE);
        reason = arena_format(&batch->arena, "%.*s (%zu bytes more than shown)",
                              TEXT_ARGUMENT(reason), raw.size - kept_size);
        raw.size = kept_size;
    }
    batch->rejects[batch->reject_count++] = (struct reject){
        .line = line,
        .byte_offset = byte_offset,
        .reason = arena_copy_text(&batch->arena, reason),
        .raw = escape_unprintable(raw, &batch->arena),
    };
}

bool batch_is_full(const struct batch *batch, size_t records)
{
    enum { MAX_BATCH_BYTES = 16 << 20 };
    return batch->count + batch->reject_count >= records || batch->arena.used >= MAX_BATCH_BYTES;
}

void batch_reset(struct batch *batch)
{
    batch->count = 0;
    batch->reject_count = 0;
    batch->read = 0;
    batch->skipped = 0;
    memset(batch->pii, 0, sizeof(batch->pii));
    batch->failure = (struct text){0};
    arena_reset(&batch->arena);
}

void batch_free(struct batch *batch)
{
    free(batch->records);
    free(batch->rejects);
    arena_free(&batch->arena);
    *batch = (struct batch){0};
}
