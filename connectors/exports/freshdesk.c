/* freshdesk.c - tickets of Freshdesk with their conversations, from its API. */
#include "connectors/exports/exports.h"

static const struct conversation conversations = {.list = "conversations",
                                                  .body = "body_text|body",
                                                  .author = "user_id",
                                                  .customer = "requester_id",
                                                  .hidden = "private=true",
                                                  .opening_text = "description_text"};

const struct known_export freshdesk_exports[] = {
    {.name = "Freshdesk tickets",
     .form = EXPORT_OBJECTS,
     .required = {"requester_id", "subject", "description_text"},
     .roles = {{ROLE_TEXT, CUSTOMER_TEXT},
               {ROLE_REPLY, COMPANY_TEXT},
               {ROLE_ID, "id"},
               {ROLE_TITLE, "subject"},
               {ROLE_DATE, "created_at"},
               {ROLE_AUTHOR, "requester_id"}},
     .conversation = &conversations},
    {.name = NULL},
};
