/* file.c - whole files, and files that appear at once. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static bool open_regular(const char *path, int *descriptor, size_t *size, enum error_kind kind,
                         struct error *error)
{
    struct stat about;
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0)
        return error_set(error, kind, "%s: %s", path, strerror(errno));
    if (fstat(*descriptor, &about) == 0 && S_ISREG(about.st_mode)) {
        *size = (size_t)about.st_size;
        return true;
    }
    close(*descriptor);
    return error_set(error, kind, "%s: not a regular file", path);
}

bool file_read(const char *path, size_t most, struct arena *arena, struct text *bytes,
               enum error_kind kind, struct error *error)
{
    int descriptor;
    size_t size;
    if (!open_regular(path, &descriptor, &size, kind, error))
        return false;
    if (size > most) {
        close(descriptor);
        return error_set(error, kind, "%s: %zu bytes, more than the %zu allowed here", path, size,
                         most);
    }
    char *memory = arena_alloc(arena, size + 1, 1);
    size_t done = 0;
    ssize_t got = 1;
    while (done < size && (got = read(descriptor, memory + done, size - done)) > 0)
        done += (size_t)got;
    int reason = errno;
    close(descriptor);
    if (got < 0)
        return error_set(error, kind, "%s: %s", path, strerror(reason));
    *bytes = (struct text){memory, done};
    return true;
}

bool file_map(const char *path, struct text *bytes, enum error_kind kind, struct error *error)
{
    int descriptor;
    size_t size;
    if (!open_regular(path, &descriptor, &size, kind, error))
        return false;
    void *memory = size ? mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0) : NULL;
    int reason = errno;
    close(descriptor);
    if (memory == MAP_FAILED)
        return error_set(error, kind, "%s: %s", path, strerror(reason));
    *bytes = (struct text){memory, size};
    return true;
}

void file_unmap(struct text bytes)
{
    if (bytes.size)
        munmap((void *)(uintptr_t)bytes.bytes, bytes.size);
}

void file_forget(struct text bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = ((uintptr_t)bytes.bytes + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)bytes.bytes + bytes.size) / page * page;
    if (begin < end)
        madvise((void *)begin, end - begin, MADV_DONTNEED);
}

bool file_writer_open(struct file_writer *writer, const char *path, struct error *error)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    *writer = (struct file_writer){.path = memory_alloc(strlen(path) + 1, 1),
                                   .temporary = memory_alloc(size, 1)};
    strcpy(writer->path, path);
    snprintf(writer->temporary, size, "%s.XXXXXX", path);
    int descriptor = mkostemp(writer->temporary, O_CLOEXEC); /* mode 0600 */
    if (descriptor >= 0 && (writer->stream = fdopen(descriptor, "wb")))
        return true;
    int reason = errno;
    if (descriptor >= 0) {
        close(descriptor);
        unlink(writer->temporary);
    }
    free(writer->path);
    free(writer->temporary);
    *writer = (struct file_writer){0};
    return error_set(error, ERROR_STORE, "%s: cannot write here: %s", path, strerror(reason));
}

bool file_writer_commit(struct file_writer *writer, struct error *error)
{
    errno = 0;
    bool written = !ferror(writer->stream) && fflush(writer->stream) == 0 &&
                   fsync(fileno(writer->stream)) == 0;
    int reason = errno;
    if (fclose(writer->stream) != 0 && written) {
        written = false;
        reason = errno;
    }
    writer->stream = NULL;
    if (written && rename(writer->temporary, writer->path) != 0) {
        written = false;
        reason = errno;
    }
    if (!written)
        error_set(error, ERROR_STORE, "%s: cannot be written: %s", writer->path,
                  reason ? strerror(reason) : "the write failed earlier (disk full?)");
    file_writer_abort(writer);
    return written;
}

void file_writer_abort(struct file_writer *writer)
{
    if (writer->stream)
        fclose(writer->stream);
    if (writer->temporary)
        unlink(writer->temporary); /* gone already after a commit */
    free(writer->path);
    free(writer->temporary);
    *writer = (struct file_writer){0};
}
