/* scan.h - where JSON values end, without reading them: for files larger than memory. */
#ifndef CONNECTORS_JSON_SCAN_H
#define CONNECTORS_JSON_SCAN_H

#include "base/text.h"

enum json_scan_status {
    JSON_SCAN_COMPLETE,
    JSON_SCAN_INCOMPLETE, /* the bytes end before the value does */
    JSON_SCAN_BROKEN      /* no value: a bracket that closes another one, a line end in a string */
};

/* Where the next byte from `at` on stands that is not blank, or neither blank nor a comma. */
size_t json_skip_blanks(struct text bytes, size_t at);
size_t json_skip_blanks_and_commas(struct text bytes, size_t at);

/* Where the value that begins at `bytes` ends, in *size. Numbers and words end before a blank, a
 * comma, a colon or a bracket; at the end of the bytes they are JSON_SCAN_INCOMPLETE with that
 * *size. */
enum json_scan_status json_scan(struct text bytes, size_t *size);

/* Bytes up to the line end in front of what begins the next value, `opens` ('{', '['; '"': a member
 * that holds an object), or in front of an array's end: what a broken value costs. SIZE_MAX when
 * there is none. */
size_t json_scan_past_broken(struct text bytes, char opening_byte);

/* Where the object stands that is the value of the member at the front, `"name": {`.
 * JSON_SCAN_BROKEN when there is no such member. */
enum json_scan_status json_scan_member(struct text bytes, size_t *value);

#endif
