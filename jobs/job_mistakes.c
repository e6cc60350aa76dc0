/* job_mistakes.c - collects the mistakes in a job file and reports all of them at once. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "jobs/job_loader.h"
#include "stages/stages.h"

enum { MAX_MISTAKES = 20, MAX_MISTAKE_SIZE = 4096 };

void job_add_mistake(struct job_loader *loader, const char *format, ...)
{
    char mistake[MAX_MISTAKE_SIZE];
    if (loader->mistake_count++ >= MAX_MISTAKES)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(mistake, sizeof(mistake), format, arguments);
    va_end(arguments);
    loader->mistakes =
        arena_format(&loader->job->arena, "%.*s%s%s", TEXT_ARGUMENT(loader->mistakes),
                     loader->mistakes.size ? "\n  " : "", mistake);
}

bool job_report_mistakes(const struct job_loader *loader, struct error *error)
{
    if (loader->mistake_count == 1)
        return error_set(error, ERROR_USAGE, "%.*s", TEXT_ARGUMENT(loader->mistakes));
    return error_set(error, ERROR_USAGE, "%zu mistakes%s:\n  %.*s", loader->mistake_count,
                     loader->mistake_count > MAX_MISTAKES ? "; the first are" : "",
                     TEXT_ARGUMENT(loader->mistakes));
}

void job_report_unknown(struct job_loader *loader, const char *location, const char *kind,
                        struct text word, const char **names)
{
    const char *closest = option_find_closest_name(names, word);
    if (closest) {
        job_add_mistake(loader, "%s: unknown %s '%.*s'; did you mean '%s'?", location, kind,
                        TEXT_ARGUMENT(word), closest);
        return;
    }
    struct text known = TEXT("");
    for (size_t i = 0; names[i]; i++)
        known = arena_format(&loader->job->arena, "%.*s%s%s", TEXT_ARGUMENT(known), i ? ", " : "",
                             names[i]);
    job_add_mistake(loader, "%s: unknown %s '%.*s'; known are: %.*s", location, kind,
                    TEXT_ARGUMENT(word), TEXT_ARGUMENT(known));
}

void job_report_unknown_section(struct job_loader *loader, const struct job_setting *setting)
{
    const char *names[64] = {"source", "model", "run"};
    size_t count = 3;
    for (size_t i = 0; stages[i] && count < 60; i++)
        names[count++] = stages[i]->name;
    names[count++] = "retain";
    names[count] = "output";
    job_report_unknown(loader, setting->location, "section", setting->section, names);
}

void job_report_unknown_key(struct job_loader *loader, const struct job_setting *setting,
                            const struct option *const *tables, size_t table_count)
{
    const char *names[128];
    size_t count = 0;
    for (size_t i = 0; i < table_count; i++)
        for (const struct option *option = tables[i]; option && option->name; option++) {
            size_t known = 0;
            while (known < count && strcmp(names[known], option->name) != 0)
                known++;
            if (known == count && count < 127)
                names[count++] = option->name;
        }
    names[count] = NULL;
    struct text kind =
        arena_format(&loader->job->arena, "key of [%.*s]", TEXT_ARGUMENT(setting->section));
    job_report_unknown(loader, setting->location, kind.bytes, setting->key, names);
}
