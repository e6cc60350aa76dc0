/* fuzz_json_scan.c - any bytes: values end where the parser says, and what is mended
 * can be given to it.
 */
#include <stdlib.h>

#include "base/json.h"
#include "connectors/json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct text all = {(const char *)bytes, size}, rest = all;
    while (rest.size) {
        size_t end = 0;
        rest = text_trim(rest);
        if (json_scan(rest, &end) != JSON_SCAN_WHOLE || end == 0 || end > rest.size)
            break;
        /* What the parser takes whole, the scan had found whole. */
        size_t used = 0;
        struct json *root = json_read(rest, &used, ERROR_INPUT, NULL);
        if (root && (rest.bytes[0] == '{' || rest.bytes[0] == '[') && used != end)
            abort();
        json_free(root);
        rest = text_slice(rest, end, rest.size);
    }
    size_t broken = json_scan_broken(all);
    if (broken != SIZE_MAX && broken >= size)
        abort();
    json_free(json_read(json_mend(all, &arena), NULL, ERROR_INPUT, NULL));
    arena_free(&arena);
    return 0;
}
