/* steam.c - reviews of a game on Steam, from its API. */
#include "connectors/exports/exports.h"

/* Players recommend a game or not. */
static void complete_record(struct record *record, struct arena *arena)
{
    struct text vote = export_field_value(record, "voted_up");
    (void)arena;
    if (vote.size == 0)
        return;
    record->rating = text_equal(vote, TEXT("true")) || text_equal(vote, TEXT("1")) ? 1 : 0;
    record->rating_scale = 1;
}

const struct known_export steam_exports[] = {
    {.name = "Steam reviews",
     .form = EXPORT_OBJECTS,
     .required = {"recommendationid", "review", "timestamp_created", "voted_up"},
     .roles = {{ROLE_TEXT, "review"},
               {ROLE_ID, "recommendationid"},
               {ROLE_AUTHOR, "author.steamid"},
               {ROLE_DATE, "timestamp_updated|timestamp_created"},
               {ROLE_REPLY, "developer_response"},
               {ROLE_RATING, ""},
               {ROLE_LANG, ""},
               {ROLE_TITLE, ""}},
     .complete_record = complete_record},
    {.name = NULL},
};
