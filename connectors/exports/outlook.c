/* outlook.c - messages that Outlook exports as a table. They have no date. */
#include "connectors/exports/exports.h"

const struct known_export outlook_exports[] = {
    {.name = "Outlook message export",
     .form = EXPORT_TABLE,
     .required = {"Subject", "Body", "From: (Name)", "From: (Address)"},
     .roles = {{ROLE_TEXT, "Body"},
               {ROLE_TITLE, "Subject"},
               {ROLE_AUTHOR, "From: (Address)|From: (Name)"}}},
    {.name = NULL},
};
