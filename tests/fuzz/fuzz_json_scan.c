/* fuzz_json_scan.c - values end where jansson finds their ends, and our reader accepts every object
 * that jansson accepts. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "connectors/json/fields.h"
#include "connectors/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct text all = {(const char *)bytes, size}, rest = all;
    if (size && memchr(bytes, 0, size))
        return 0; /* jansson miscounts a NUL byte after a number */
    while (rest.size) {
        size_t end = 0;
        rest = text_trim(rest);
        if (json_scan(rest, &end) != JSON_SCAN_COMPLETE || end == 0 || end > rest.size)
            break;
        /* jansson must end its value where the scan did. */
        size_t used = 0;
        struct json *root = json_read(rest, &used, ERROR_INPUT, NULL);
        if (root && (rest.bytes[0] == '{' || rest.bytes[0] == '[') && used != end)
            abort();
        json_free(root);
        rest = text_slice(rest, end, rest.size);
    }
    for (const char *opens = "{[\""; *opens; opens++) {
        size_t broken = json_scan_past_broken(all, *opens);
        if (broken != SIZE_MAX && broken >= size)
            abort();
    }
    struct json *object = json_read(all, NULL, ERROR_INPUT, NULL);
    if (json_kind_of(object) == JSON_KIND_OBJECT) {
        struct json_reader reader = {.limits = {1 << 20, MAX_RECORD_DEPTH_LIMIT + 64, 1 << 20}};
        struct fields fields = {.arena = &arena};
        if (!json_record_read(&reader, all, &fields, NULL))
            abort();
        fields_free(&fields);
        field_paths_free(&reader.field_paths);
    }
    json_free(object);
    arena_free(&arena);
    return 0;
}
