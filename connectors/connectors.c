/* connectors.c - the lists, and who reads a file. A new format costs its file and a line here. */
#include "connectors/connectors.h"

#include <sys/stat.h>

#include "connectors/input/input.h"

enum { LEAST_SCORE = 30, CLEAR_LEAD = 5 };

const struct connector *const connectors[] = {&csv_connector, &xlsx_connector, &json_connector,
                                              &xml_connector, &mail_connector, NULL};

const struct report_format *const report_formats[] = {&raw_format, &excel_format, NULL};

bool connectors_recognize(const char *path, struct arena *arena, const struct connector **connector,
                          struct text *report, struct error *error)
{
    struct stat about;
    struct candidate candidate = {.path = path};
    candidate.is_directory = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    *connector = NULL;
    *report = (struct text){0};
    if (!candidate.is_directory) {
        struct input *input;
        struct text head;
        if (!input_open(&input, path, (struct text){0}, true, error))
            return false;
        bool read = input_peek(input, CONNECTOR_HEAD_SIZE, &head, error);
        candidate.head = arena_copy(arena, text_slice(head, 0, CONNECTOR_HEAD_SIZE));
        input_close(input);
        if (!read && head.size == 0)
            return false;
    }
    int best = 0, second = 0;
    for (const struct connector *const *next = connectors; *next; next++) {
        struct recognition recognition = (*next)->recognize(&candidate, arena);
        if (recognition.score > 0)
            *report = arena_format(arena, "%.*s%s%s %d: %.*s", TEXT_ARGUMENT(*report),
                                   report->size ? "; " : "", (*next)->name, recognition.score,
                                   TEXT_ARGUMENT(recognition.reason));
        if (recognition.score > best) {
            second = best;
            best = recognition.score;
            *connector = *next;
        } else if (recognition.score > second) {
            second = recognition.score;
        }
    }
    if (best == 0)
        *report = TEXT("like no format there is");
    bool clear = best < LEAST_SCORE || best - second >= CLEAR_LEAD;
    if (best < LEAST_SCORE || !clear)
        *connector = NULL;
    return clear || error_set(error, ERROR_USAGE,
                              "%s: more than one format fits (%.*s); say which it is: --format, or "
                              "`format =` under [source]",
                              path, TEXT_ARGUMENT(*report));
}
