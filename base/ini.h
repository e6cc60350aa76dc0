/* ini.h - reading INI files (over inih): sections of `key = value`, # and ; begin a comment line.
 * Behind a value they are part of it: `delimiter = ;` says what it seems to say. */
#ifndef BASE_INI_H
#define BASE_INI_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* Called for each setting, in the order of the file; lines count from 1. A value that goes on over
 * indented lines comes joined by one space. The texts are valid during the call only. False stops
 * the reading (error already set). */
typedef bool ini_setting_handler(void *user, struct text section, struct text key,
                                 struct text value, size_t line, struct error *error);

/* Reads the settings of `bytes`; `name` is what messages call it ("weekly.job"). Faults are `kind`
 * errors of the form "weekly.job:12: ...". Lines may be of any length. */
bool ini_read(struct text bytes, const char *name, enum error_kind kind,
              ini_setting_handler *handler, void *user, struct error *error);

#endif
