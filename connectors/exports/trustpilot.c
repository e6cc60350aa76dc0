/* trustpilot.c - service reviews of Trustpilot Business. */
#include "connectors/exports/exports.h"

const struct known_export trustpilot_exports[] = {
    {.name = "Trustpilot service review export",
     .form = EXPORT_TABLE,
     .required = {"Review Id", "Review Content", "Review Stars"},
     .rating_scale = 5,
     .roles = {{ROLE_TEXT, "Review Content"},
               {ROLE_TITLE, "Review Title"},
               {ROLE_RATING, "Review Stars"},
               {ROLE_LANG, "Review Language"},
               {ROLE_DATE, "Review Created (UTC)|Review Created"},
               {ROLE_ID, "Review Id"},
               {ROLE_AUTHOR, "Review Username|Review Consumer User Id"},
               {ROLE_REPLY, "Company Reply/Response|Company Reply|Business Reply"}},
     .rating_scale = 5},
    {.name = NULL},
};
