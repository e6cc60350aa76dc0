/* tripadvisor.c - reviews of a location from the Tripadvisor Content API. */
#include "connectors/exports/exports.h"

const struct known_export tripadvisor_exports[] = {
    {.name = "Tripadvisor reviews",
     .form = EXPORT_OBJECTS,
     .required = {"location_id", "published_date", "text", "rating"},
     .roles = {{ROLE_TEXT, "text"},
               {ROLE_ID, "id"},
               {ROLE_AUTHOR, "user.username"},
               {ROLE_DATE, "published_date"},
               {ROLE_RATING, "rating"},
               {ROLE_TITLE, "title"},
               {ROLE_LANG, "lang"},
               {ROLE_REPLY, "owner_response.text"}},
     .rating_scale = 5},
    {.name = NULL},
};
