/* progress_bar.c - draws the bar with rate and remaining time, prints the results of stages. */
#include "jobs/progress_bar.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "jobs/log.h"

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

static const char *get_item_unit(const struct progress_bar *bar)
{
    return strcmp(bar->stage, "summarize") == 0 ? "groups" : "rows";
}

static void clear_bar(const struct progress_bar *bar)
{
    if (bar->is_terminal && !bar->is_quiet)
        fputs("\r\033[K", stderr);
}

static void draw_bar(struct progress_bar *bar, double time)
{
    const struct progress_report *report = &bar->last_report;
    double done_fraction = report->total ? (double)report->done / (double)report->total : 0;
    double elapsed = time - bar->stage_started_at;
    clear_bar(bar);
    fprintf(stderr, "%-10s ", bar->stage);
    int filled = (int)(done_fraction * BAR_WIDTH + 0.5);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, " %3.0f %%  %llu %s", done_fraction * 100, (unsigned long long)report->items,
            get_item_unit(bar));
    if (elapsed > 1 && report->items)
        fprintf(stderr, "  %.0f/s", (double)report->items / elapsed);
    if (elapsed > 2 && done_fraction > 0.01 && done_fraction < 1) {
        fputs("  about ", stderr);
        print_duration(elapsed * (1 - done_fraction) / done_fraction);
        fputs(" left", stderr);
    }
    fflush(stderr);
    bar->bar_drawn_at = time;
}

/* As JSON: how far the stage is, or, if `is_finished`, how far it went and how long it took. */
static void log_progress(struct progress_bar *bar, double time, bool is_finished)
{
    const struct progress_report *report = &bar->last_report;
    struct json_writer json;
    log_begin_event(&json, is_finished ? "stage" : "progress");
    json_write_key(&json, TEXT("stage"));
    json_write_text(&json, text_of(bar->stage));
    json_write_key(&json, text_of(get_item_unit(bar)));
    json_write_unsigned(&json, report->items);
    if (!is_finished) {
        json_write_key(&json, TEXT("done"));
        json_write_unsigned(&json, report->done);
        json_write_key(&json, TEXT("total"));
        json_write_unsigned(&json, report->total);
    }
    json_write_key(&json, TEXT("seconds"));
    json_write_real(&json, round(1000 * (time - bar->stage_started_at)) / 1000);
    log_end_event(&json);
    bar->bar_drawn_at = time;
}

static void print_stage_result(struct progress_bar *bar)
{
    if (!bar->stage)
        return;
    clear_bar(bar);
    if (log_is_json() && !bar->is_quiet) {
        log_progress(bar, clock_seconds(), true);
    } else if (!bar->is_quiet) {
        double elapsed = clock_seconds() - bar->stage_started_at;
        fprintf(stderr, "%-10s %llu %s in ", bar->stage, (unsigned long long)bar->last_report.items,
                get_item_unit(bar));
        print_duration(elapsed);
        if (elapsed > 1 && bar->last_report.items)
            fprintf(stderr, ", %.0f per second", (double)bar->last_report.items / elapsed);
        fputc('\n', stderr);
    }
    bar->stage = NULL;
}

static void update(void *user, const struct progress_report *report)
{
    struct progress_bar *bar = user;
    double time = clock_seconds();
    if (!bar->stage || strcmp(bar->stage, report->stage) != 0) {
        print_stage_result(bar);
        bar->stage = report->stage;
        bar->stage_started_at = time;
        bar->bar_drawn_at = log_is_json() ? time : 0; /* a program needs no first bar */
    }
    bar->last_report = *report;
    if (log_is_json() && !bar->is_quiet && time - bar->bar_drawn_at > 1)
        log_progress(bar, time, false);
    else if (bar->is_terminal && !bar->is_quiet && time - bar->bar_drawn_at > 0.2)
        draw_bar(bar, time);
}

static void note(void *user, const char *message)
{
    struct progress_bar *bar = user;
    clear_bar(bar);
    log_note("%s", message);
}

void progress_bar_start(struct progress_bar *bar, bool is_quiet)
{
    *bar = (struct progress_bar){.is_quiet = is_quiet,
                                 .is_terminal = isatty(STDERR_FILENO) && !log_is_json()};
}

struct progress progress_bar_callbacks(struct progress_bar *bar)
{
    return (struct progress){.update = update, .note = note, .user = bar};
}

void progress_bar_finish(struct progress_bar *bar)
{
    print_stage_result(bar);
}

void progress_bar_print(struct progress_bar *bar, const char *format, ...)
{
    if (bar->is_quiet)
        return;
    char message[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    clear_bar(bar);
    if (log_is_json())
        log_message(text_trim(text_of(message)));
    else
        fputs(message, stderr);
}
