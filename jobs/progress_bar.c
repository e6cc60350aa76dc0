/* progress_bar.c - draws the bar with rate and remaining time, prints the results of stages. */
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

static const char *get_item_unit(const struct progress_bar *progress_bar)
{
    return strcmp(progress_bar->stage, "summarize") == 0 ? "groups" : "rows";
}

static void clear_bar(const struct progress_bar *progress_bar)
{
    if (progress_bar->is_terminal && !progress_bar->is_quiet)
        fputs("\r\033[K", stderr);
}

static void draw_bar(struct progress_bar *progress_bar, double time)
{
    const struct progress_report *report = &progress_bar->last_report;
    double done_fraction = report->total ? (double)report->done / (double)report->total : 0;
    double elapsed = time - progress_bar->stage_started_at;
    clear_bar(progress_bar);
    fprintf(stderr, "%-10s ", progress_bar->stage);
    int filled = (int)(done_fraction * BAR_WIDTH + 0.5);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, " %3.0f %%  %llu %s", done_fraction * 100, (unsigned long long)report->items,
            get_item_unit(progress_bar));
    if (elapsed > 1 && report->items)
        fprintf(stderr, "  %.0f/s", (double)report->items / elapsed);
    if (elapsed > 2 && done_fraction > 0.01 && done_fraction < 1) {
        fputs("  about ", stderr);
        print_duration(elapsed * (1 - done_fraction) / done_fraction);
        fputs(" left", stderr);
    }
    fflush(stderr);
    progress_bar->bar_drawn_at = time;
}

static void print_stage_result(struct progress_bar *progress_bar)
{
    if (!progress_bar->stage)
        return;
    clear_bar(progress_bar);
    if (!progress_bar->is_quiet) {
        double elapsed = clock_seconds() - progress_bar->stage_started_at;
        fprintf(stderr, "%-10s %llu %s in ", progress_bar->stage,
                (unsigned long long)progress_bar->last_report.items, get_item_unit(progress_bar));
        print_duration(elapsed);
        if (elapsed > 1 && progress_bar->last_report.items)
            fprintf(stderr, ", %.0f per second", (double)progress_bar->last_report.items / elapsed);
        fputc('\n', stderr);
    }
    progress_bar->stage = NULL;
}

static void update(void *user, const struct progress_report *report)
{
    struct progress_bar *progress_bar = user;
    double time = clock_seconds();
    if (!progress_bar->stage || strcmp(progress_bar->stage, report->stage) != 0) {
        print_stage_result(progress_bar);
        progress_bar->stage = report->stage;
        progress_bar->stage_started_at = time;
        progress_bar->bar_drawn_at = 0;
    }
    progress_bar->last_report = *report;
    if (progress_bar->is_terminal && !progress_bar->is_quiet &&
        time - progress_bar->bar_drawn_at > 0.2)
        draw_bar(progress_bar, time);
}

static void note(void *user, const char *message)
{
    struct progress_bar *progress_bar = user;
    clear_bar(progress_bar);
    fprintf(stderr, "winnow: note: %s\n", message);
}

void progress_bar_start(struct progress_bar *progress_bar, bool is_quiet)
{
    *progress_bar =
        (struct progress_bar){.is_quiet = is_quiet, .is_terminal = isatty(STDERR_FILENO)};
}

struct progress progress_bar_callbacks(struct progress_bar *progress_bar)
{
    return (struct progress){.update = update, .note = note, .user = progress_bar};
}

void progress_bar_finish(struct progress_bar *progress_bar)
{
    print_stage_result(progress_bar);
}

void progress_bar_print(struct progress_bar *progress_bar, const char *format, ...)
{
    if (progress_bar->is_quiet)
        return;
    clear_bar(progress_bar);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}
