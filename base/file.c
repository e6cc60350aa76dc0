/* file.c - reads whole files, and replaces files atomically. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static bool open_regular_file(const char *path, int *descriptor, size_t *size, enum error_kind kind,
                              struct error *error)
{
    struct stat status;
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0)
        return error_set(error, kind, "%s: %s", path, strerror(errno));
    if (fstat(*descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
        *size = (size_t)status.st_size;
        return true;
    }
    close(*descriptor);
    return error_set(error, kind, "%s: not a regular file", path);
}

bool file_read(const char *path, struct file_limits limits, struct arena *arena, struct text *bytes,
               struct error *error)
{
    enum error_kind kind = limits.error_kind;
    int descriptor;
    size_t size;
    if (!open_regular_file(path, &descriptor, &size, kind, error))
        return false;
    if (size > limits.max_size) {
        close(descriptor);
        return error_set(error, kind, "%s: the file has %zu bytes; at most %zu are allowed", path,
                         size, limits.max_size);
    }
    char *memory = arena_alloc(arena, size + 1, 1);
    size_t filled = 0;
    ssize_t read_size = 1;
    while (filled < size && (read_size = read(descriptor, memory + filled, size - filled)) > 0)
        filled += (size_t)read_size;
    int saved_errno = errno;
    close(descriptor);
    if (read_size < 0)
        return error_set(error, kind, "%s: %s", path, strerror(saved_errno));
    *bytes = (struct text){memory, filled};
    return true;
}

bool file_map(const char *path, struct text *bytes, enum error_kind kind, struct error *error)
{
    int descriptor;
    size_t size;
    if (!open_regular_file(path, &descriptor, &size, kind, error))
        return false;
    void *memory = size ? mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0) : NULL;
    int saved_errno = errno;
    close(descriptor);
    if (memory == MAP_FAILED)
        return error_set(error, kind, "%s: %s", path, strerror(saved_errno));
    *bytes = (struct text){memory, size};
    return true;
}

void file_unmap(struct text bytes)
{
    if (bytes.size)
        munmap((void *)(uintptr_t)bytes.bytes, bytes.size);
}

void file_release_pages(struct text bytes)
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
                                   .temporary_path = memory_alloc(size, 1)};
    strcpy(writer->path, path);
    snprintf(writer->temporary_path, size, "%s.XXXXXX", path);
    int descriptor = mkostemp(writer->temporary_path, O_CLOEXEC); /* mode 0600 */
    if (descriptor >= 0 && (writer->stream = fdopen(descriptor, "wb")))
        return true;
    int saved_errno = errno;
    if (descriptor >= 0) {
        close(descriptor);
        unlink(writer->temporary_path);
    }
    free(writer->path);
    free(writer->temporary_path);
    *writer = (struct file_writer){0};
    return error_set(error, ERROR_STORE, "%s: cannot be written: %s", path, strerror(saved_errno));
}

bool file_writer_commit(struct file_writer *writer, struct error *error)
{
    errno = 0;
    bool written = !ferror(writer->stream) && fflush(writer->stream) == 0 &&
                   fsync(fileno(writer->stream)) == 0;
    int saved_errno = errno;
    if (fclose(writer->stream) != 0 && written) {
        written = false;
        saved_errno = errno;
    }
    writer->stream = NULL;
    if (written && rename(writer->temporary_path, writer->path) != 0) {
        written = false;
        saved_errno = errno;
    }
    if (!written)
        error_set(error, ERROR_STORE, "%s: cannot be written: %s", writer->path,
                  saved_errno ? strerror(saved_errno)
                              : "an earlier write failed (is the disk full?)");
    file_writer_abort(writer);
    return written;
}

void file_writer_abort(struct file_writer *writer)
{
    if (writer->stream)
        fclose(writer->stream);
    if (writer->temporary_path)
        unlink(writer->temporary_path); /* does not exist after a commit */
    free(writer->path);
    free(writer->temporary_path);
    *writer = (struct file_writer){0};
}
