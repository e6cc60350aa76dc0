/* fuzz_archive.c - reads any bytes as an archive: its members are listed and read, or it is refused
 * with ERROR_INPUT. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/input/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MAX_READ = 1 << 20 };

static void read_member(const char *path)
{
    static char bytes[4096];
    struct archive_reader *archive_reader;
    struct error error = {0};
    size_t count = 1, total = 0;
    if (!archive_reader_open(&archive_reader, path, &error) || !archive_reader)
        return;
    while (count > 0 && total < MAX_READ &&
           archive_reader_read(archive_reader, bytes, sizeof(bytes), &count, &error))
        total += count;
    archive_reader_close(archive_reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char path[64];
    struct archive_limits limits = {.members = 100, .ratio = 1000};
    struct arena arena = {0};
    struct error error = {0};
    struct archive_members members;
    snprintf(path, sizeof(path), "/tmp/winnow-fuzz-bundle-%d", (int)getpid());
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
    if (archive_list_members(path, &limits, &arena, &members, &error)) {
        for (size_t i = 0; i < members.count && i < 4; i++)
            read_member(members.paths[i].bytes);
    } else if (error.kind != ERROR_INPUT) {
        abort();
    }
    read_member(path);
    arena_free(&arena);
    unlink(path);
    return 0;
}
