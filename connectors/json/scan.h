/* scan.h - finds where JSON values end without parsing them, for files larger than memory. */
#ifndef CONNECTORS_JSON_SCAN_H
#define CONNECTORS_JSON_SCAN_H

#include "base/text.h"

enum json_scan_status {
    JSON_SCAN_COMPLETE,
    JSON_SCAN_INCOMPLETE, /* the bytes end before the value does */
    JSON_SCAN_MALFORMED   /* no value: mismatched brackets, or a line end in a string */
};

/* The position of the first byte from `at` on that is not blank, or neither blank nor a comma. A
 * byte order mark, as where files were joined, counts as a blank. */
size_t json_skip_blanks(struct text bytes, size_t at);
size_t json_skip_blanks_and_commas(struct text bytes, size_t at);

/* Sets *size to the size of the value at the front of `bytes`. Numbers and words end before a
 * blank, a comma, a colon or a bracket. At the end of the bytes they are JSON_SCAN_INCOMPLETE, with
 * *size set. */
enum json_scan_status json_scan(struct text bytes, size_t *size);

/* Returns the size of a malformed value: up to the line end before the next value, or before the
 * end of an array. `opening_byte` is the first byte of a value: '{', '[', or '"' for a member that
 * contains an object. SIZE_MAX if there is no next value. */
size_t json_scan_past_malformed(struct text bytes, char opening_byte);

/* Sets *value to the position of the object in the member at the front of `bytes`: `"name": {`.
 * JSON_SCAN_MALFORMED if there is no such member. */
enum json_scan_status json_scan_member(struct text bytes, size_t *value);

#endif
