/* yelp.c - the reviews of the Yelp Open Dataset, as JSON lines. */
#include "connectors/exports/exports.h"

const struct known_export yelp_exports[] = {
    {.name = "Yelp reviews",
     .form = EXPORT_OBJECTS,
     .required = {"review_id", "business_id", "stars", "text"},
     .roles = {{ROLE_TEXT, "text"},
               {ROLE_ID, "review_id"},
               {ROLE_RATING, "stars"},
               {ROLE_DATE, "date"},
               {ROLE_AUTHOR, "user_id"}},
     .rating_scale = 5},
    {.name = NULL},
};
