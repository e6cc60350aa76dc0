/* stack_exchange.c - posts and comments in a Stack Exchange data dump. Votes are not ratings. */
#include "connectors/exports/exports.h"

const struct known_export stack_exchange_exports[] = {
    {.name = "Stack Exchange posts",
     .form = EXPORT_ELEMENTS,
     .root = "posts",
     .element = "row",
     .roles = {{ROLE_TEXT, "Body"},
               {ROLE_ID, "Id"},
               {ROLE_DATE, "CreationDate"},
               {ROLE_TITLE, "Title"},
               {ROLE_AUTHOR, "OwnerUserId"},
               {ROLE_RATING, ""}}},
    {.name = "Stack Exchange comments",
     .form = EXPORT_ELEMENTS,
     .root = "comments",
     .element = "row",
     .roles = {{ROLE_TEXT, "Text"},
               {ROLE_ID, "Id"},
               {ROLE_DATE, "CreationDate"},
               {ROLE_AUTHOR, "UserId"},
               {ROLE_RATING, ""}}},
    {.name = NULL},
};
