/* record.c - batches of records. */
#include "pipeline/record.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

const char *const sentiment_names[SENTIMENT_COUNT] = {
    [SENTIMENT_UNDETECTED] = "undetected", [SENTIMENT_NEGATIVE] = "negative",
    [SENTIMENT_NEUTRAL] = "neutral",       [SENTIMENT_POSITIVE] = "positive",
    [SENTIMENT_MIXED] = "mixed",
};

struct record *batch_add(struct batch *batch)
{
    batch->records =
        memory_grow(batch->records, &batch->capacity, batch->count + 1, sizeof(*batch->records));
    struct record *record = &batch->records[batch->count++];
    *record = (struct record){.created_at = TIME_UNKNOWN, .rating = NAN, .rating_scale = NAN};
    return record;
}

void batch_reject_row(struct batch *batch, uint64_t line, uint64_t byte_offset, struct text reason,
                      struct text raw)
{
    batch->rejects = memory_grow(batch->rejects, &batch->reject_capacity, batch->reject_count + 1,
                                 sizeof(*batch->rejects));
    if (raw.size > REJECT_RAW_SIZE) {
        reason = arena_format(&batch->arena, "%.*s (%zu bytes more than shown)",
                              TEXT_ARGUMENT(reason), raw.size - REJECT_RAW_SIZE);
        raw.size = REJECT_RAW_SIZE;
    }
    batch->rejects[batch->reject_count++] = (struct reject){
        .line = line,
        .byte_offset = byte_offset,
        .reason = arena_copy(&batch->arena, reason),
        .raw = arena_copy(&batch->arena, raw),
    };
}

void batch_reject(struct batch *batch, struct record *record, struct text reason)
{
    record->state = RECORD_REJECTED;
    batch_reject_row(batch, record->line, record->byte_offset, reason, record->body);
}

void batch_reset(struct batch *batch)
{
    batch->count = 0;
    batch->reject_count = 0;
    batch->read = 0;
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
