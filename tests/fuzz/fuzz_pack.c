/* fuzz_pack.c - any bytes as a pack: it is refused with a message, or its analyses can be merged.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pipeline/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static char path[] = "/tmp/winnow-fuzz-pack-XXXXXX";

static void remove_file(void)
{
    unlink(path);
}

static void write_file(const uint8_t *bytes, size_t size)
{
    static int descriptor = -1;
    if (descriptor < 0) {
        descriptor = mkstemp(path);
        atexit(remove_file);
    }
    if (descriptor < 0 || ftruncate(descriptor, 0) != 0 ||
        pwrite(descriptor, bytes, size, 0) != (ssize_t)size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {0};
    struct pack *pack;
    write_file(bytes, size);
    bool ok = pack_open(&pack, path, &error);
    if (ok == (error.kind != ERROR_NONE))
        abort();
    if (ok) {
        struct store *store;
        struct pack_totals totals;
        if (!store_open(&store, ":memory:", NULL) || !pack_merge(pack, store, &totals, NULL) ||
            totals.added)
            abort();
        store_close(store);
    }
    pack_close(pack);
    return 0;
}
