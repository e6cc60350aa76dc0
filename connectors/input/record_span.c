/* record_span.c - peeks half as much again until the record is complete. */
#include "connectors/input/record_span.h"

enum span_status record_span_read(struct input *input, record_span_finder *find, void *user,
                                  struct found_record *record, struct error *error)
{
    size_t wanted = 1;
    for (;;) {
        struct text ahead;
        struct record_span span = {0};
        bool is_readable = input_peek(input, wanted, &ahead, error);
        enum span_status status = find(user, ahead, is_readable && ahead.size < wanted, &span);
        input_consume(input, span.begin);
        if (status == SPAN_FOUND) {
            record->bytes = text_slice(ahead, span.begin, span.begin + span.size);
            record->line = input_line(input);
            record->byte_offset = input_offset(input);
            input_consume(input, span.size);
            record->raw = input_consumed_bytes(input, record->byte_offset);
            return status;
        }
        if (status == SPAN_END || !is_readable)
            return status;
        ahead.size -= span.begin;
        wanted = ahead.size + ahead.size / 2 + 1;
    }
}
