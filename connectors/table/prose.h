/* prose.h - recognizes text that could pass for a table but is none: letters, mails, chats, pages
 * of HTML. A list of texts has independent lines; the lines of a letter continue each other. */
#ifndef CONNECTORS_TABLE_PROSE_H
#define CONNECTORS_TABLE_PROSE_H

#include "connectors/table/layout.h"

/* What the text is instead of a table ("plain text: its lines continue each other"), a constant;
 * NULL if it can be a table. `head`: the beginning of the file, from which the layout was found. */
const char *prose_recognize(struct text head, const struct table_layout *layout);

#endif
