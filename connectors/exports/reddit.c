/* reddit.c - posts and comments of Reddit: its listings, and dumps as JSON lines or tables. The
 * score counts votes. */
#include "connectors/exports/exports.h"

/* A post has another field for its text than a comment. Deleted ones keep their place only. */
static void complete_record(struct record *record, struct arena *arena)
{
    static const char *const deleted[] = {"[deleted]", "[removed]", NULL};
    (void)arena;
    if (record->body.size == 0)
        record->body = export_field_value(record, "data.selftext");
    if (record->body.size == 0)
        record->body = export_field_value(record, "selftext");
    if (text_is_one_of(text_trim(record->body), deleted))
        record->body = (struct text){0};
}

const struct known_export reddit_exports[] = {
    {.name = "Reddit listing",
     .form = EXPORT_OBJECTS,
     .required = {"data.body|data.selftext", "data.author", "data.created_utc", "data.subreddit"},
     .roles = {{ROLE_TEXT, "data.body|data.selftext"},
               {ROLE_ID, "data.name|data.id"},
               {ROLE_AUTHOR, "data.author"},
               {ROLE_DATE, "data.created_utc"},
               {ROLE_TITLE, "data.title"},
               {ROLE_RATING, ""}},
     .skip_rules = {"kind=more"},
     .complete_record = complete_record},
    {.name = "Reddit posts or comments",
     .form = EXPORT_OBJECTS,
     .required = {"body|selftext", "author", "created_utc", "subreddit"},
     .roles = {{ROLE_TEXT, "body|selftext"},
               {ROLE_ID, "name|id"},
               {ROLE_AUTHOR, "author"},
               {ROLE_DATE, "created_utc"},
               {ROLE_TITLE, "title"},
               {ROLE_RATING, ""}},
     .complete_record = complete_record},
    {.name = "Reddit posts or comments",
     .form = EXPORT_TABLE,
     .required = {"body|selftext", "author", "created_utc"},
     .roles = {{ROLE_TEXT, "body|selftext"},
               {ROLE_ID, "name|id"},
               {ROLE_AUTHOR, "author"},
               {ROLE_DATE, "created_utc"},
               {ROLE_TITLE, "title"},
               {ROLE_RATING, ""}},
     .complete_record = complete_record},
    {.name = NULL},
};
