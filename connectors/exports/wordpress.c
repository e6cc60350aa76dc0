/* wordpress.c - the comments in a WordPress export (WXR). */
#include "connectors/exports/exports.h"

const struct known_export wordpress_exports[] = {
    {.name = "WordPress export",
     .form = EXPORT_ELEMENTS,
     .root = "rss",
     .element = "comment",
     .roles = {{ROLE_TEXT, "comment_content"},
               {ROLE_ID, "comment_id"},
               {ROLE_DATE, "comment_date_gmt"},
               {ROLE_AUTHOR, "comment_author"}},
     .skip_rules = {"comment_approved=spam", "comment_approved=trash", "comment_type=pingback",
                    "comment_type=trackback"}},
    {.name = NULL},
};
