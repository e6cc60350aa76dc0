/* progress_bar.c - a bar with rate and remaining time, or a line a stage. */
#include "jobs/progress_bar.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_WIDTH = 24 };

static void print_duration(double seconds)
{
    if (seconds < 90)
        fprintf(stderr, "%.0f s", seconds);
    else if (seconds < 5400)
        fprintf(stderr, "%.0f min", seconds / 60);
    else
        fprintf(stderr, "%.1f h", seconds / 3600);
}

static const char *unit_of(const struct meter *meter)
{
    return strcmp(meter->stage, "summarise") == 0 ? "groups" : "rows";
}

static void clear_bar(const struct meter *meter)
{
    if (meter->terminal && !meter->quiet)
        fputs("\r\033[K", stderr);
}

static void draw_bar(struct meter *meter, double time)
{
    const struct progress_report *report = &meter->last;
    double share = report->total ? (double)report->done / (double)report->total : 0;
    double elapsed = time - meter->began;
    clear_bar(meter);
    fprintf(stderr, "%-10s ", meter->stage);
    int filled = (int)(share * BAR_WIDTH + 0.5);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, " %3.0f %%  %llu %s", share * 100, (unsigned long long)report->items,
            unit_of(meter));
    if (elapsed > 1 && report->items)
        fprintf(stderr, "  %.0f/s", (double)report->items / elapsed);
    if (elapsed > 2 && share > 0.01 && share < 1) {
        fputs("  about ", stderr);
        print_duration(elapsed * (1 - share) / share);
        fputs(" left", stderr);
    }
    fflush(stderr);
    meter->drawn = time;
}

static void end_stage(struct meter *meter)
{
    if (!meter->stage)
        return;
    clear_bar(meter);
    if (!meter->quiet) {
        double elapsed = clock_seconds() - meter->began;
        fprintf(stderr, "%-10s %llu %s in ", meter->stage, (unsigned long long)meter->last.items,
                unit_of(meter));
        print_duration(elapsed);
        if (elapsed > 1 && meter->last.items)
            fprintf(stderr, ", %.0f a second", (double)meter->last.items / elapsed);
        fputc('\n', stderr);
    }
    meter->stage = NULL;
}

static void update(void *user, const struct progress_report *report)
{
    struct meter *meter = user;
    double time = clock_seconds();
    if (!meter->stage || strcmp(meter->stage, report->stage) != 0) {
        end_stage(meter);
        meter->stage = report->stage;
        meter->began = time;
        meter->drawn = 0;
    }
    meter->last = *report;
    if (meter->terminal && !meter->quiet && time - meter->drawn > 0.2)
        draw_bar(meter, time);
}

static void note(void *user, const char *message)
{
    struct meter *meter = user;
    clear_bar(meter);
    fprintf(stderr, "winnow: note: %s\n", message);
}

void meter_start(struct meter *meter, bool quiet)
{
    *meter = (struct meter){.quiet = quiet, .terminal = isatty(STDERR_FILENO)};
}

struct progress meter_progress(struct meter *meter)
{
    return (struct progress){.update = update, .note = note, .user = meter};
}

void meter_finish(struct meter *meter)
{
    end_stage(meter);
}

void meter_say(struct meter *meter, const char *format, ...)
{
    if (meter->quiet)
        return;
    clear_bar(meter);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}
