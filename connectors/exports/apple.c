/* apple.c - the public feed of App Store reviews, as Atom or as JSON. The app itself is an entry
 * above its reviews, and the only one with an "im:name". */
#include "connectors/exports/exports.h"

const struct known_export apple_exports[] = {
    {.name = "Atom feed of reviews",
     .form = EXPORT_ELEMENTS,
     .root = "feed",
     .element = "entry",
     .roles = {{ROLE_TEXT, "content"},
               {ROLE_ID, "id"},
               {ROLE_DATE, "updated"},
               {ROLE_AUTHOR, "author.name"},
               {ROLE_RATING, "rating"},
               {ROLE_TITLE, "title"}},
     .rating_scale = 5,
     .skip_rules = {"name"}},
    {.name = "Apple review feed",
     .form = EXPORT_OBJECTS,
     .required = {"im:rating|im:name", "id", "title"},
     .roles = {{ROLE_TEXT, "content"},
               {ROLE_ID, "id"},
               {ROLE_DATE, "updated"},
               {ROLE_AUTHOR, "author.name"},
               {ROLE_RATING, "im:rating"},
               {ROLE_TITLE, "title"}},
     .rating_scale = 5,
     .skip_rules = {"im:name"}},
    {.name = NULL},
};
