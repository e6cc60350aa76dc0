/* fuzz_json.c - reads any bytes as consecutive JSON values; each is valid or an error. */
#include <stdlib.h>

#include "base/json.h"

static size_t walk(const struct json *value)
{
    size_t total = json_text(value).size + json_count(value);
    for (size_t i = 0; i < json_count(value); i++)
        if (json_element(value, i))
            total += walk(json_element(value, i));
    void *position = NULL;
    struct text key;
    const struct json *member;
    while (json_next_member(value, &position, &key, &member))
        total += key.size + walk(member);
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text rest = {(const char *)bytes, size};
    struct error error = {0};
    struct json *root;
    size_t consumed;
    while (rest.size && (root = json_read(rest, &consumed, ERROR_INPUT, &error))) {
        walk(root);
        json_free(root);
        if (consumed == 0 || consumed > rest.size)
            abort();
        rest = text_slice(rest, consumed, rest.size);
    }
    json_free(json_read((struct text){(const char *)bytes, size}, NULL, ERROR_INPUT, &error));
    return 0;
}
