/* second_text.h - a second column of texts: where one is filled, the other is empty. */
#ifndef CONNECTORS_COLUMNS_SECOND_TEXT_H
#define CONNECTORS_COLUMNS_SECOND_TEXT_H

#include "connectors/columns/roles.h"

/* The column whose cell is the text of the rows without one: its name is as good as that of the
 * text column ("comment", "review"), and no sample row fills both. SIZE_MAX if there is none. */
size_t second_text_find(const struct samples *samples, const struct mapping *mapping);

#endif
