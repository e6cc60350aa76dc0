/* export.c - `winnow export JOB`: prints what is saved about an author, for requests of access. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json_writer.h"
#include "jobs/commands/wishes.h"

struct export_command_options {
    struct wish_options wishes; /* first: WISH_FLAGS */
};

extern const struct command export_command;

static void write_text(struct json_writer *json, const char *key, struct text value)
{
    if (!value.size)
        return;
    json_write_key(json, text_of(key));
    json_write_text(json, value);
}

static void write_number(struct json_writer *json, const char *key, double value)
{
    if (isnan(value))
        return;
    json_write_key(json, text_of(key));
    json_write_real(json, value);
}

static bool write_record(void *user, const struct erased_record *record, struct error *error)
{
    (void)error;
    struct json_writer *json = user;
    char id[17], time[32] = "";
    hash_format(record->feedback_id, id);
    if (record->created_at != TIME_UNKNOWN)
        calendar_format(record->created_at, time);
    json_begin_object(json);
    write_text(json, "feedback_id", text_of(id));
    if (record->number) {
        json_write_key(json, TEXT("earlier_revision"));
        json_write_unsigned(json, record->number);
    }
    if (record->is_duplicate) {
        json_write_key(json, TEXT("is_repetition"));
        json_write_boolean(json, true);
    }
    write_text(json, "source", record->source);
    write_text(json, "external_id", record->external_id);
    write_text(json, "author", record->author);
    write_text(json, "created_at", text_of(time));
    write_number(json, "rating", record->rating);
    write_number(json, "rating_scale", record->rating_scale);
    write_text(json, "title", record->title);
    write_text(json, "question", record->question);
    write_text(json, "text", record->text);
    write_text(json, "reply", record->reply);
    write_text(json, "sentiment", record->sentiment);
    json_write_key(json, TEXT("columns"));
    json_begin_object(json);
    for (size_t i = 0; i < record->field_count; i++) {
        json_write_key(json, record->fields[i].name);
        json_write_text(json, record->fields[i].value);
    }
    json_end(json);
    json_end(json);
    return true;
}

static bool export_records(struct job *job, const struct export_command_options *options,
                           struct error *error)
{
    struct assembly assembly = {0};
    struct json_writer json = {.stream = stdout, .pretty = true};
    bool ok = assemble_sandbox(job, NULL, error) &&
              assemble_store(&assembly, job, STORE_MUST_EXIST, error) &&
              wishes_collect(&options->wishes, &assembly, job, error);
    if (ok) {
        json_begin_array(&json);
        ok = store_for_each_erased_record(assembly.store, write_record, &json, error);
        json_end(&json);
    }
    assemble_close(&assembly);
    return ok;
}

static const struct flag flags[] = {
    WISH_FLAGS,
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct export_command_options options = {0};
    struct job job = {0};
    bool ok = command_parse(&export_command, command_line, &options, error) &&
              command_check_operands(&export_command, command_line->operand_count, 1, 1, error) &&
              wishes_check(&export_command, &options.wishes, error) &&
              job_load(&job, command_line->operands[0], options.wishes.overrides, error) &&
              export_records(&job, &options, error);
    job_free(&job);
    return ok;
}

const struct command export_command = {
    .name = "export",
    .summary = "print what is saved about an author, as JSON",
    .operands = "JOB",
    .flags = flags,
    .help =
        "For requests of access: prints the records that `winnow forget` with the same options\n"
        "would erase, with their earlier revisions, columns and sentiment, as a JSON array.\n"
        "\n"
        "  winnow export weekly.ini --author \"Anna Schmidt\" > anna.json\n",
    .run = run,
};
