/* json_scan.h - where JSON values end, without reading them: for files larger than memory. */
#ifndef CONNECTORS_JSON_SCAN_H
#define CONNECTORS_JSON_SCAN_H

#include "base/text.h"

enum json_scan {
    JSON_SCAN_WHOLE,
    JSON_SCAN_MORE,  /* the bytes end before the value does */
    JSON_SCAN_BROKEN /* no value: a bracket that closes another one, a line end in a string */
};

/* Where the value that begins at `bytes` ends, in *size. Numbers and words end before a blank, a
 * comma, a colon or a bracket; at the end of the bytes they are JSON_SCAN_MORE with that *size. */
enum json_scan json_scan(struct text bytes, size_t *size);

/* Bytes up to the line end in front of the next object, or up to an array's end: what a broken
 * value costs. SIZE_MAX when there is none. */
size_t json_scan_broken(struct text bytes);

#endif
