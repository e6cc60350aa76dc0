/* error.c - the first thing that went wrong, kept for main to print. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (!error || error->kind != ERROR_NONE)
        return false;
    error->kind = kind;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    return false;
}

int error_exit_code(enum error_kind kind)
{
    static const int codes[] = {
        [ERROR_NONE] = 0,  [ERROR_USAGE] = 2,   [ERROR_INPUT] = 3,         [ERROR_MODEL] = 4,
        [ERROR_STORE] = 4, [ERROR_LOCKED] = 75, [ERROR_INTERRUPTED] = 130,
    };
    return codes[kind];
}
