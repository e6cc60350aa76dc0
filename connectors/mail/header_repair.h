/* header_repair.h - repairs the header of a mail before it is parsed. */
#ifndef CONNECTORS_MAIL_HEADER_REPAIR_H
#define CONNECTORS_MAIL_HEADER_REPAIR_H

#include "base/arena.h"
#include "base/text.h"

/* Returns the message with a header that a strict parser reads as the sender intended: in UTF-8;
 * with decoded words in the fields that Winnow uses; without repetitions of fields that must be
 * unique (the first one is kept); with an empty line before the text if it is missing. The body is
 * unchanged. Returns `message` itself if nothing needs repair, otherwise a copy in `arena`. */
struct text header_repair(struct text message, struct arena *arena);

#endif
