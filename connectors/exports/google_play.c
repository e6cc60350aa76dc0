/* google_play.c - the monthly review reports of the Google Play Console. */
#include <string.h>

#include "base/ascii.h"
#include "connectors/exports/exports.h"

/* "gp%3AAOq" becomes "gp:AOq". Only escapes of ASCII characters are decoded. */
static struct text decode_percent_escapes(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        int high = i + 2 < text.size ? ascii_hex_value(text.bytes[i + 1]) : -1;
        int low = i + 2 < text.size ? ascii_hex_value(text.bytes[i + 2]) : -1;
        bool escape = text.bytes[i] == '%' && high >= 2 && high < 8 && low >= 0;
        bytes[size++] = escape ? (char)(high * 16 + low) : text.bytes[i];
        i += escape ? 2 : 0;
    }
    return (struct text){bytes, size};
}

/* The id in "...reviewId=gp%3AAOq&hl=ko" or "...#ReviewPlace:id=..."; empty if there is none. */
static struct text find_id_in_link(struct text link, struct arena *arena)
{
    static const char *const keys[] = {"reviewId=", "reviewid=", "#ReviewPlace:id=", "&id="};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        size_t at = text_find(link, text_of(keys[i]), 0);
        if (at == link.size)
            continue;
        struct text id = text_slice(link, at + strlen(keys[i]), link.size);
        id = text_slice(id, 0, text_find(id, TEXT("&"), 0));
        if (id.size > 0)
            return decode_percent_escapes(id, arena);
    }
    return (struct text){0};
}

/* Ratings without a text have no link. Their id is the app and the time of the first submission,
 * which stays the same when the customer edits the review. */
static void complete_record(struct record *record, struct arena *arena)
{
    static const char *const dates[] = {"Review Last Update Millis Since Epoch",
                                        "Review Submit Date and Time",
                                        "Review Submit Millis Since Epoch", NULL};
    struct text id = find_id_in_link(export_field_value(record, "Review Link"), arena);
    if (id.size > 0)
        record->external_id = id;
    struct text package = export_field_value(record, "Package Name");
    struct text millis = export_field_value(record, "Review Submit Millis Since Epoch");
    if (record->external_id.size == 0 && millis.size > 0)
        record->external_id =
            arena_format(arena, "%.*s:%.*s", TEXT_ARGUMENT(package), TEXT_ARGUMENT(millis));
    export_use_first_date(record, dates);
}

const struct known_export google_play_exports[] = {
    {.name = "Google Play review export",
     .form = EXPORT_TABLE,
     .required = {"Package Name", "Star Rating", "Review Text"},
     .roles = {{ROLE_TEXT, "Review Text"},
               {ROLE_TITLE, "Review Title"},
               {ROLE_RATING, "Star Rating"},
               {ROLE_LANG, "Reviewer Language"},
               {ROLE_DATE, "Review Last Update Date and Time|Review Submit Date and Time"},
               {ROLE_REPLY, "Developer Reply Text"},
               {ROLE_ID, ""},
               {ROLE_AUTHOR, ""}},
     .rating_scale = 5,
     .complete_record = complete_record},
    {.name = NULL},
};
