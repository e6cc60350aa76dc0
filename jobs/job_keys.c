/* job_keys.c - the keys of job files: what sections accept, and their help. */
#include <stdio.h>
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "inference/t5.h"
#include "jobs/job_loader.h"
#include "jobs/sandbox.h"
#include "stages/stages.h"

/* For checks and help; add_values collects the values, since a path may be repeated. */
const struct option job_source_options[] = {
    {"path", OPTION_TEXT, 0, NULL,
     .help = "files to read: a pattern (inbox/*.csv, {a,b}/*.csv), a file or a folder; may be "
             "repeated"},
    {"format", OPTION_TEXT, 0, "auto",
     .help = "csv, xlsx, json, xml, mail or chat; auto: detect it from the content of each file"},
    {"optional", OPTION_BOOLEAN, offsetof(struct job_source, is_optional), "no",
     .help = "yes: it is no fault if no file matches the paths"},
    {"expect_every", OPTION_TEXT, 0, "",
     .help = "longest time between two exports, such as 36h or 7d: if the newest file is older, a "
             "note says so and the run exits with 1"},
    {0},
};

const struct option job_model_options[] = {
    {"path", OPTION_TEXT, offsetof(struct job_model, path), "",
     .help = "model file, Hugging Face directory or GGUF file; empty: the default model"},
    {"precision", OPTION_CHOICE, offsetof(struct job_model, precision), "int8",
     .choices = "int8|f32", .help = "arithmetic of the weights; f32 is the slow reference"},
    {"kernels", OPTION_CHOICE, offsetof(struct job_model, kernels), "auto",
     .choices = T5_KERNEL_CHOICES, .help = "instruction set; auto: the fastest of this CPU"},
    {"threads", OPTION_INTEGER, offsetof(struct job_model, threads), "0", 0, 256,
     .help = "worker threads; 0: one per core; does not change results"},
    {"batch", OPTION_INTEGER, offsetof(struct job_model, batch), "32", 1, 1024,
     .help = "texts that the model processes together; does not change results"},
    {0},
};

const struct option job_run_options[] = {
    {"batch_records", OPTION_INTEGER, offsetof(struct job_run, batch_records), "256", 1, 100000,
     .help = "records to read, analyse and save together"},
    {"max_rejects_pct", OPTION_REAL, offsetof(struct job_run, max_rejects_pct), "5", 0, 100,
     .help = "maximum percentage of rejected rows; if there are more, the run exits with 1"},
    {"strict", OPTION_BOOLEAN, offsetof(struct job_run, strict), "no",
     .help = "exit with 1, after the reports, if the run had to guess the order of day and month"},
    {"sandbox", OPTION_CHOICE, offsetof(struct job_run, sandbox), "yes", .choices = SANDBOX_CHOICES,
     .help = "let the kernel refuse sockets, programs, and writing outside the output folder; "
             "require: do not run if it cannot"},
    {"on_finish", OPTION_TEXT, offsetof(struct job_run, on_finish), "",
     .help = "shell command to run when a run has ended, with WINNOW_EXIT, WINNOW_OUTPUT and the "
             "row totals (WINNOW_NEW ...) in its environment; it runs outside the sandbox"},
    {0},
};

const struct option job_retain_options[] = {
    {"months", OPTION_INTEGER, offsetof(struct job_retain, months), "0", 0, 1200,
     .help = "each run erases the records that are older than this; 0: keep all. Records without a "
             "date are kept"},
    {"after", OPTION_CHOICE, offsetof(struct job_retain, after), "delete",
     .choices = "delete|anonymise",
     .help = "delete: as `winnow forget` does; anonymise: keep text, rating and date for the "
             "figures, and erase author, id and columns"},
    {"keep", OPTION_TEXT, offsetof(struct job_retain, keep), "",
     .help = "anonymise: columns to keep as well, separated by commas, such as those of `by`"},
    {0},
};

const struct option job_output_options[] = {
    {"path", OPTION_TEXT, offsetof(struct job_output, path), NULL,
     .help = "folder of the reports and of winnow.db; created if it does not exist"},
    {"profile", OPTION_TEXT, offsetof(struct job_output, profile), "raw",
     .help = "raw: RFC 4180 and UTF-8, for programs; excel: opens correctly in spreadsheets"},
    {"reports", OPTION_TEXT, offsetof(struct job_output, reports), "html, xlsx, csv",
     .help = "what to write: html (report.html), xlsx (report.xlsx), csv (the CSV files), "
             "text (report.txt, the printed report)"},
    {"title", OPTION_TEXT, offsetof(struct job_output, title), "",
     .help = "title of report.html and report.xlsx; empty: \"What customers say\""},
    {"language", OPTION_CHOICE, offsetof(struct job_output, language), "auto",
     .choices = "auto|en|ko",
     .help = "language of the reports and summaries; auto: Korean if most feedback is"},
    {"ids", OPTION_BOOLEAN, offsetof(struct job_output, shows_ids), "no",
     .help = "show the ids of the export and saved authors in report.html and report.xlsx"},
    {"html_rows", OPTION_TEXT, offsetof(struct job_output, html_rows), "auto",
     .help = "rows to search in report.html: a number, all, or auto: as many as fit into 5 MB"},
    {0},
};

size_t job_get_section_options(struct text section,
                               const struct option *tables[JOB_MAX_OPTION_TABLES])
{
    size_t count = 0;
    if (text_equal(section, TEXT("source"))) {
        tables[count++] = job_source_options;
        tables[count++] = archive_options;
        for (size_t i = 0; connectors[i] && count < JOB_MAX_OPTION_TABLES; i++)
            tables[count++] = connectors[i]->options;
    } else if (text_equal(section, TEXT("model"))) {
        tables[count++] = job_model_options;
    } else if (text_equal(section, TEXT("run"))) {
        tables[count++] = job_run_options;
    } else if (text_equal(section, TEXT("retain"))) {
        tables[count++] = job_retain_options;
    } else if (text_equal(section, TEXT("output"))) {
        tables[count++] = job_output_options;
        for (size_t i = 0; report_formats[i] && count < JOB_MAX_OPTION_TABLES; i++)
            tables[count++] = report_formats[i]->options;
    } else {
        for (size_t i = 0; stages[i]; i++)
            if (text_equal(section, text_of(stages[i]->name)))
                tables[count++] = stages[i]->options;
    }
    return count;
}

static void visit_options(struct job_key key, const struct option *options, const char *component,
                          const struct job_key_visitor *visitor)
{
    key.component = component;
    for (const struct option *option = options; option && option->name; option++) {
        key.option = option;
        visitor->visit(visitor->user, &key);
    }
}

void job_for_each_key(const struct job_key_visitor *visitor)
{
    struct job_key source = {.section = "source"}, output = {.section = "output"};
    visit_options(source, job_source_options, NULL, visitor);
    visit_options(source, archive_options, NULL, visitor);
    for (size_t i = 0; connectors[i]; i++)
        visit_options(source, connectors[i]->options, connectors[i]->name, visitor);
    visit_options((struct job_key){.section = "model"}, job_model_options, NULL, visitor);
    visit_options((struct job_key){.section = "run"}, job_run_options, NULL, visitor);
    for (size_t i = 0; stages[i]; i++)
        visit_options(
            (struct job_key){.section = stages[i]->name, .section_summary = stages[i]->summary},
            stages[i]->options, NULL, visitor);
    visit_options((struct job_key){.section = "retain"}, job_retain_options, NULL, visitor);
    visit_options(output, job_output_options, NULL, visitor);
    for (size_t i = 0; report_formats[i]; i++)
        visit_options(output, report_formats[i]->options, report_formats[i]->name, visitor);
}

struct key_printer {
    FILE *out;
    const char *section; /* of the key printed last */
};

static void print_section(struct key_printer *printer, const struct job_key *key)
{
    if (printer->section)
        fprintf(printer->out, "\n");
    fprintf(printer->out, "[%s]%s%s%s\n", key->section,
            strcmp(key->section, "source") == 0 ? " or [source NAME]" : "",
            key->section_summary ? " " : "", key->section_summary ? key->section_summary : "");
    printer->section = key->section;
}

static void print_key(void *user, const struct job_key *key)
{
    struct key_printer *printer = user;
    const struct option *option = key->option;
    FILE *out = printer->out;
    if (!printer->section || strcmp(printer->section, key->section) != 0)
        print_section(printer, key);
    fprintf(out, "  %s = %s\n      %s%s%s", option->name,
            option->default_value ? option->default_value : "(required)",
            key->component ? key->component : "", key->component ? ": " : "", option->help);
    if (option->type == OPTION_CHOICE)
        fprintf(out, " (%s)", option->choices);
    fprintf(out, "\n");
}

void job_print_keys(FILE *out)
{
    struct key_printer printer = {.out = out};
    job_for_each_key(&(struct job_key_visitor){print_key, &printer});
}
