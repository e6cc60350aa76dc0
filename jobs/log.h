/* log.h - what the program tells its user on stderr: text for people, or one JSON object a line for
 * programs (`winnow run --log json`). The format belongs to the process, as stderr does. */
#ifndef JOBS_LOG_H
#define JOBS_LOG_H

#include "base/json_writer.h"

void log_use_json(void); /* from now on */
bool log_is_json(void);

/* Something that the user should know: "winnow: note: ..."; {"event":"note","text":...}. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What happens, without a line feed; for the JSON format only: {"event":"message","text":...}. */
void log_message(struct text message);

/* Why the program ends: the message of an error; {"event":"error","exit":...,"text":...}. */
void log_error(const char *message, int exit_code);

/* Starts an event of the JSON format: the caller writes its members and calls log_end_event. */
void log_begin_event(struct json_writer *json, const char *event);
void log_end_event(struct json_writer *json);

#endif
