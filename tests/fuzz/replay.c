/* replay.c - runs a fuzz harness over the files of its corpus, without libFuzzer. Exits with 1 if a
 * file cannot be read or there is none. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (!file || fstat(fileno(file), &about) != 0) {
        perror(path);
        return 1;
    }
    /* A block of exactly the file's size, so that a sanitizer sees a read after its end. */
    size_t size = (size_t)about.st_size;
    uint8_t *bytes = malloc(size ? size : 1);
    int failed = !bytes || fread(bytes, 1, size, file) != size;
    if (!failed)
        LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    fclose(file);
    return failed;
}

int main(int count, char **arguments)
{
    int replayed = 0, failed = 0;
    for (int i = 1; i < count; i++) {
        if (arguments[i][0] == '-')
            continue;
        struct dirent **entries;
        int entry_count = scandir(arguments[i], &entries, NULL, alphasort);
        if (entry_count < 0) {
            perror(arguments[i]);
            return 1;
        }
        for (int k = 0; k < entry_count; k++) {
            char path[4096];
            snprintf(path, sizeof(path), "%s/%s", arguments[i], entries[k]->d_name);
            if (entries[k]->d_name[0] != '.') {
                failed += replay_file(path);
                replayed++;
            }
            free(entries[k]);
        }
        free(entries);
    }
    printf("%d inputs replayed, %d unreadable\n", replayed, failed);
    return failed || replayed == 0;
}
