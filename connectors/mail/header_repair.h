/* header_repair.h - the header of a mail, mended before it is taken apart. */
#ifndef CONNECTORS_MAIL_HEADER_REPAIR_H
#define CONNECTORS_MAIL_HEADER_REPAIR_H

#include "base/arena.h"
#include "base/text.h"

/* The message with a header that a strict reader takes as its sender meant it: in UTF-8, whatever
 * charset old programs wrote it in; encoded words of the values that Winnow keeps decoded; of a
 * field that stands twice, and of which there is one by the rules, the first; an empty line where
 * the text begins without one. The body is left as it is. `message` itself where there is nothing
 * to mend, else a copy in `arena`. */
struct text header_repair(struct text message, struct arena *arena);

#endif
