/* google_business.c - reviews from the Google Business Profile API. */
#include "connectors/exports/exports.h"

/* A translated review holds both texts: "(Translated by Google) Good.\n\n(Original)\nGut.", or the
 * original first. Only the original is the customer's. */
static struct text extract_original(struct text body)
{
    static const struct text translated = TEXT("(Translated by Google)"),
                             original = TEXT("(Original)");
    size_t translation_begin = text_find(body, translated, 0);
    if (translation_begin == body.size)
        return body;
    size_t original_begin = text_find(body, original, translation_begin);
    if (original_begin < body.size)
        return text_trim(text_slice(body, original_begin + original.size, body.size));
    return text_trim(translation_begin > 0 ? text_slice(body, 0, translation_begin)
                                           : text_slice(body, translated.size, body.size));
}

static void complete_record(struct record *record, struct arena *arena)
{
    (void)arena;
    record->body = extract_original(record->body);
}

const struct known_export google_business_exports[] = {
    {.name = "Google Business Profile reviews",
     .form = EXPORT_OBJECTS,
     .required = {"starRating", "createTime", "reviewId|name"},
     .roles = {{ROLE_TEXT, "comment"},
               {ROLE_ID, "reviewId|name"},
               {ROLE_RATING, "starRating"},
               {ROLE_DATE, "updateTime|createTime"},
               {ROLE_AUTHOR, "reviewer.displayName"},
               {ROLE_REPLY, "reviewReply.comment"}},
     .rating_scale = 5,
     .complete_record = complete_record},
    {.name = NULL},
};
