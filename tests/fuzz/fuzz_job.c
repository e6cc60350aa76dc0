/* fuzz_job.c - any bytes as a job file: it is loaded, or a message says why not. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The job file up to the first zero byte, then the values of --set. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text all = {(const char *)bytes, size};
    size_t zero = text_find(all, (struct text){"", 1}, 0);
    struct job job;
    struct error error = {0};
    bool ok = job_parse(&job, text_slice(all, 0, zero), "fuzz.job",
                        text_slice(all, zero + 1, all.size), &error);
    if (ok == (error.kind != ERROR_NONE))
        abort();
    if (ok && (!job.source_count || !job.output.folder || !job.output.format))
        abort();
    job_free(&job);
    return 0;
}
