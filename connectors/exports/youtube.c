/* youtube.c - comments on videos, from the YouTube Data API. Likes are not ratings. */
#include "connectors/exports/exports.h"

const struct known_export youtube_exports[] = {
    {.name = "YouTube comments",
     .form = EXPORT_OBJECTS,
     .required = {"snippet.topLevelComment.snippet.textDisplay",
                  "snippet.topLevelComment.snippet.publishedAt"},
     .roles = {{ROLE_TEXT, "snippet.topLevelComment.snippet.textOriginal|"
                           "snippet.topLevelComment.snippet.textDisplay"},
               {ROLE_ID, "id"},
               {ROLE_AUTHOR, "snippet.topLevelComment.snippet.authorDisplayName"},
               {ROLE_DATE, "snippet.topLevelComment.snippet.updatedAt|"
                           "snippet.topLevelComment.snippet.publishedAt"},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}}},
    {.name = "YouTube comments",
     .form = EXPORT_OBJECTS,
     .required = {"snippet.textDisplay", "snippet.authorDisplayName", "snippet.publishedAt"},
     .roles = {{ROLE_TEXT, "snippet.textOriginal|snippet.textDisplay"},
               {ROLE_ID, "id"},
               {ROLE_AUTHOR, "snippet.authorDisplayName"},
               {ROLE_DATE, "snippet.updatedAt|snippet.publishedAt"},
               {ROLE_TITLE, ""},
               {ROLE_RATING, ""}}},
    {.name = NULL},
};
