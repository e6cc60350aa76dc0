/* test_topics_stage.c - stages/topics.c: how reports count and name the topics of the registries in
 * tests/unit/stages/cases/topics.
 *
 * CASE.csv is a registry, CASE.options has "key=value" options of the stage if there are any, and
 * CASE.expected the saved rows: id, the id that it is counted under, name, parent, owner.
 * `test_topics_stage --update` rewrites the expected files. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"

static const char folder[] = "tests/unit/stages/cases/topics";

struct printer {
    struct arena arena;
    struct text lines;
};

static bool print_topic(void *user, const struct shown_topic *topic, struct error *error)
{
    (void)error;
    struct printer *printer = user;
    printer->lines = arena_format(&printer->arena, "%.*s%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n",
                                  TEXT_ARGUMENT(printer->lines), TEXT_ARGUMENT(topic->id),
                                  TEXT_ARGUMENT(topic->reported), TEXT_ARGUMENT(topic->name),
                                  TEXT_ARGUMENT(topic->parent), TEXT_ARGUMENT(topic->owner));
    return true;
}

/* Empty if there is no such file. */
static void read_small_file(const char *path, char *buffer, size_t size)
{
    FILE *file = fopen(path, "r");
    buffer[file ? fread(buffer, 1, size - 1, file) : 0] = '\0';
    if (file)
        fclose(file);
}

static bool check_case(const char *name, bool updates)
{
    char path[512], options[256], settings[1024], expected[4096];
    struct database database;
    struct printer printer = {.lines = TEXT("")};
    struct error error = {0};
    snprintf(path, sizeof(path), "%s/%s.options", folder, name);
    read_small_file(path, options, sizeof(options));
    options[strcspn(options, "\n")] = '\0';
    snprintf(settings, sizeof(settings), "taxonomy=%s/%s.csv%s%s", folder, name,
             options[0] ? ";" : "", options);
    database_make(&database);
    const struct stage_context context = {.store = database.store};
    void *state = stage_start(&topics_stage, settings, &context, &error);
    if (!state || !store_for_each_shown_topic(database.store, print_topic, &printer, &error)) {
        fprintf(stderr, "%s: %s\n", name, error.message);
        abort();
    }
    stage_end(&topics_stage, state);
    snprintf(path, sizeof(path), "%s/%s.expected", folder, name);
    read_small_file(path, expected, sizeof(expected));
    bool ok = text_equal(text_of(expected), printer.lines);
    if (updates) {
        FILE *file = fopen(path, "w");
        ok = file && fwrite(printer.lines.bytes, 1, printer.lines.size, file) == printer.lines.size;
        ok = file && fclose(file) == 0 && ok;
    } else if (!ok) {
        fprintf(stderr, "%s: expected\n%sfound\n%.*s", path, expected,
                TEXT_ARGUMENT(printer.lines));
    }
    arena_free(&printer.arena);
    database_remove(&database);
    return ok;
}

int main(int argc, char **argv)
{
    bool updates = argc > 1 && strcmp(argv[1], "--update") == 0;
    struct dirent **entries;
    int failures = 0, cases = 0, count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *end = strstr(entries[i]->d_name, ".csv");
        if (end) {
            *end = '\0';
            failures += !check_case(entries[i]->d_name, updates);
            cases++;
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    printf("topics: %d cases, %d failed\n", cases, failures);
    return failures > 0 || cases == 0;
}
