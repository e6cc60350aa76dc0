/* app_store_connect.c - customer reviews from the App Store Connect API. */
#include "connectors/exports/exports.h"

const struct known_export app_store_connect_exports[] = {
    {.name = "App Store Connect reviews",
     .form = EXPORT_OBJECTS,
     .required = {"attributes.rating", "attributes.body", "attributes.reviewerNickname"},
     .roles = {{ROLE_TEXT, "attributes.body"},
               {ROLE_ID, "id"},
               {ROLE_TITLE, "attributes.title"},
               {ROLE_RATING, "attributes.rating"},
               {ROLE_AUTHOR, "attributes.reviewerNickname"},
               {ROLE_DATE, "attributes.createdDate"}},
     .rating_scale = 5},
    {.name = NULL},
};
