/* fuzz_ini.c - any bytes as an INI file: lines rise, names and values are read. */
#include <stdlib.h>

#include "base/ini.h"

static bool check(void *user, struct text section, struct text key, struct text value, size_t line,
                  struct error *error)
{
    size_t *last_line = user;
    (void)error;
    if (line <= *last_line || key.size == 0)
        abort();
    *last_line = line;
    size_t sum = 0;
    struct text all[] = {section, key, value};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < all[i].size; k++)
            sum += (unsigned char)all[i].bytes[k];
    return sum != 7;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t last_line = 0;
    struct error error = {0};
    ini_read((struct text){(const char *)bytes, size}, "fuzz", ERROR_USAGE, check, &last_line,
             &error);
    return 0;
}
