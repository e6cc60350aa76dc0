/* slack.c - messages of Slack: the files of a workspace's export, or its API. */
#include "connectors/exports/exports.h"

const struct known_export slack_exports[] = {
    {.name = "Slack messages",
     .form = EXPORT_OBJECTS,
     .required = {"ts", "text", "type", "user|username|bot_id"},
     .roles = {{ROLE_TEXT, "text"},
               {ROLE_ID, "ts"},
               {ROLE_AUTHOR, "user|username"},
               {ROLE_DATE, "ts"},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}},
     .skip_rules = {"subtype=channel_join", "subtype=channel_leave", "subtype=channel_topic",
                    "subtype=channel_purpose", "subtype=channel_name", "subtype=bot_message"}},
    {.name = NULL},
};
