/* discourse.c - posts of a topic in a Discourse forum, from its API. */
#include "connectors/exports/exports.h"

const struct known_export discourse_exports[] = {
    {.name = "Discourse posts",
     .form = EXPORT_OBJECTS,
     .required = {"cooked|raw", "username", "created_at", "post_number"},
     .roles = {{ROLE_TEXT, "raw|cooked"},
               {ROLE_ID, "id"},
               {ROLE_AUTHOR, "username"},
               {ROLE_DATE, "created_at"},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}},
     /* 3: an action of a moderator, such as closing the topic; staff: the company. */
     .skip_rules = {"post_type=3", "hidden=true", "user_deleted=true", "staff=true"}},
    {.name = NULL},
};
