/* gorgias.c - tickets of Gorgias with their messages, from its API. */
#include "connectors/exports/exports.h"

static const struct conversation messages = {.list = "messages",
                                             .body = "stripped_text|body_text|body_html",
                                             .author = "from_agent",
                                             .customer_roles = "false",
                                             .hidden = "public=false"};

const struct known_export gorgias_exports[] = {
    {.name = "Gorgias tickets",
     .form = EXPORT_OBJECTS,
     .required = {"customer.id", "subject", "messages.1.from_agent"},
     .roles = {{ROLE_TEXT, CUSTOMER_TEXT},
               {ROLE_REPLY, COMPANY_TEXT},
               {ROLE_ID, "id"},
               {ROLE_TITLE, "subject"},
               {ROLE_DATE, "created_datetime"},
               {ROLE_AUTHOR, "customer.id"},
               {ROLE_RATING, ""}},
     .conversation = &messages},
    {.name = NULL},
};
