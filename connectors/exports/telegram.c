/* telegram.c - chats that Telegram Desktop exported as JSON (result.json). */
#include "connectors/exports/exports.h"

/* Exports before 2021 have local times only. */
static void complete_record(struct record *record, struct arena *arena)
{
    static const char *const dates[] = {"date", NULL};
    (void)arena;
    export_use_first_date(record, dates);
}

/* The id is found as in any file: it is unique within one chat only. */
const struct known_export telegram_exports[] = {
    {.name = "Telegram chat",
     .form = EXPORT_OBJECTS,
     .required = {"from_id", "date", "text", "type"},
     .roles = {{ROLE_TEXT, "text"},
               {ROLE_AUTHOR, "from"},
               {ROLE_DATE, "date_unixtime|date"},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}},
     .complete_record = complete_record},
    {.name = NULL},
};
