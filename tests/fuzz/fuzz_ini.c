/* fuzz_ini.c - any bytes as an INI file: line numbers increase, names and values are readable. */
#include <stdlib.h>

#include "base/ini.h"

static bool check(void *user, const struct ini_setting *setting, struct error *error)
{
    size_t *last_line = user;
    (void)error;
    if (setting->line <= *last_line || setting->key.size == 0)
        abort();
    *last_line = setting->line;
    size_t sum = 0;
    struct text all[] = {setting->section, setting->key, setting->value};
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
    struct ini_source source = {{(const char *)bytes, size}, "fuzz", ERROR_USAGE};
    ini_read(&source, check, &last_line, &error);
    return 0;
}
