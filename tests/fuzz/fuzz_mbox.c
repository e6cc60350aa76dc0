/* fuzz_mbox.c - reads any bytes as an mbox: positions of messages increase and are within the file,
 * and messages keep the size limit. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "connectors/mail/mbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    struct mbox mbox = {.max_size = 1024};
    struct input *input;
    struct error error = {0};
    uint64_t offset = 0, line = 0;
    size_t count = 0;
    if (input_open(&input, path, (struct text){0}, true, &error)) {
        while (mbox_read(&mbox, input, &error) == READ_OK) {
            if (mbox.message.size > mbox.max_size || (count && mbox.byte_offset <= offset) ||
                mbox.line <= line || mbox.byte_offset > size || ++count > size)
                abort();
            offset = mbox.byte_offset;
            line = mbox.line;
        }
        input_close(input);
    }
    mbox_free(&mbox);
    close(descriptor);
    return 0;
}
