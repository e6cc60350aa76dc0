/* paragraph.h - the points of a group as a paragraph: "78 records, 52 positive, 14 negative.
 * Praised: friendly staff (23), clean rooms (12). Criticised: ..." */
#ifndef STAGES_EVIDENCE_PARAGRAPH_H
#define STAGES_EVIDENCE_PARAGRAPH_H

#include "pipeline/group.h"

/* In `language` ("en", "ko", "auto": that of most members; others: English), from the group's
 * members, points and examples; in group->arena. */
struct text paragraph_compose(const struct group *group, struct text language);

#endif
