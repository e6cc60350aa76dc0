/* disqus.c - the comments of a Disqus site. The xml connector adds the title of the page. */
#include "connectors/exports/exports.h"

const struct known_export disqus_exports[] = {
    {.name = "Disqus export",
     .form = EXPORT_ELEMENTS,
     .root = "disqus",
     .element = "post",
     .roles = {{ROLE_TEXT, "message"},
               {ROLE_ID, "id"},
               {ROLE_DATE, "createdAt"},
               {ROLE_AUTHOR, "author.name"},
               {ROLE_TITLE, "thread.title"}},
     .skip_rules = {"isDeleted=true", "isSpam=true"}},
    {.name = NULL},
};
