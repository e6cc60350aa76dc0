/* log.c - prints notes and errors in the format of the process. */
#include "jobs/log.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_json;

void log_use_json(void)
{
    is_json = true;
}

bool log_is_json(void)
{
    return is_json;
}

void log_begin_event(struct json_writer *json, const char *event)
{
    *json = (struct json_writer){.stream = stderr};
    json_begin_object(json);
    json_write_key(json, TEXT("event"));
    json_write_text(json, text_of(event));
}

void log_end_event(struct json_writer *json)
{
    json_end(json);
    fflush(stderr);
}

static void write_text(struct json_writer *json, struct text text)
{
    json_write_key(json, TEXT("text"));
    json_write_text(json, text);
}

void log_message(struct text message)
{
    struct json_writer json;
    log_begin_event(&json, "message");
    write_text(&json, message);
    log_end_event(&json);
}

void log_note(const char *format, ...)
{
    char message[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (!is_json) {
        fprintf(stderr, "winnow: note: %s\n", message);
        return;
    }
    struct json_writer json;
    log_begin_event(&json, "note");
    write_text(&json, text_of(message));
    log_end_event(&json);
}

void log_error(const char *message, int exit_code)
{
    if (!is_json) {
        /* "winnow run: ..." names the program already. */
        bool has_prefix = text_starts_with(text_of(message), TEXT("winnow "));
        fprintf(stderr, "%s%s\n", has_prefix ? "" : "winnow: ", message);
        return;
    }
    struct json_writer json;
    log_begin_event(&json, "error");
    json_write_key(&json, TEXT("exit"));
    json_write_integer(&json, exit_code);
    write_text(&json, text_of(message));
    log_end_event(&json);
}
