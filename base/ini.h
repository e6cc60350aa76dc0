/* ini.h - reads INI files (over inih): sections with lines of `key = value`. "#" and ";" start a
 * comment at the beginning of a line only, so `delimiter = ;` is a value. */
#ifndef BASE_INI_H
#define BASE_INI_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

struct ini_source {
    struct text bytes;
    const char *name;           /* as messages print it: "weekly.job" */
    enum error_kind error_kind; /* of errors in the file */
};

struct ini_setting {
    struct text section, key, value; /* valid during the call; indented lines that continue a value
                                        are joined to it by one space */
    size_t line;                     /* from 1 */
};

/* Called for each setting, in the order of the file. If it returns false, with its error set, the
 * reading stops. */
typedef bool ini_setting_handler(void *user, const struct ini_setting *setting,
                                 struct error *error);

/* Reads the settings of the source. Errors begin with the name and the line: "weekly.job:12: ...".
 * Lines may have any length. */
bool ini_read(const struct ini_source *source, ini_setting_handler *handler, void *user,
              struct error *error);

#endif
