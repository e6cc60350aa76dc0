/* contents.h - whether objects in the first bytes of a JSON file are pieces of feedback. */
#ifndef CONNECTORS_JSON_CONTENTS_H
#define CONNECTORS_JSON_CONTENTS_H

#include "base/text.h"

enum { JSON_EXAMINED_DEPTH = 3 }; /* levels of nested objects */

/* What the members of an object say about it. */
struct json_contents {
    bool has_text, has_date_or_author;
};

/* What the objects of the list that opens at `at` hold; the first of them may be without a text. */
struct json_contents json_examine_list(struct text head, size_t at);

/* Whether a member of the object, or of objects in it down to `depth`, is a text, as in a ticket
 * with its comments. */
bool json_has_own_text(struct text head, size_t at, unsigned depth);

/* Whether the object at `at` is a piece of feedback itself, whatever is in its
 * list called `list`. `is_one_of_many`: the file has several such objects. */
bool json_is_feedback(struct text head, size_t at, bool is_one_of_many, struct text list);

/* Whether the object is one record of a known export, such as a conversation. */
bool json_is_known_record(struct text head, size_t at);

#endif
