/* workers.c - threads that wait for a job and take its items. */
#include "base/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct worker_thread {
    struct workers *workers; /* borrowed */
    size_t index;
    pthread_t thread;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t job_started, job_finished;
    size_t job_number;      /* incremented by every workers_run */
    size_t running_threads; /* threads that have not finished the job */
    size_t items;
    atomic_size_t next_item;
    bool is_closing;
    void (*work)(void *context, size_t worker);
    void *context;
    struct worker_thread *threads; /* workers 1 and up */
    size_t thread_count;
};

static void *run_worker_thread(void *argument)
{
    struct worker_thread *worker_thread = argument;
    struct workers *workers = worker_thread->workers;
    size_t job_number = 0;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (workers->job_number == job_number && !workers->is_closing)
            pthread_cond_wait(&workers->job_started, &workers->lock);
        if (workers->is_closing)
            break;
        job_number = workers->job_number;
        pthread_mutex_unlock(&workers->lock);
        workers->work(workers->context, worker_thread->index);
        pthread_mutex_lock(&workers->lock);
        if (--workers->running_threads == 0)
            pthread_cond_signal(&workers->job_finished);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

bool workers_open(struct workers **result, size_t count, struct error *error)
{
    struct workers *workers = memory_alloc(1, sizeof(*workers));
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->job_started, NULL);
    pthread_cond_init(&workers->job_finished, NULL);
    workers->threads = memory_alloc(count, sizeof(*workers->threads));
    for (size_t i = 1; i < count; i++) {
        struct worker_thread *worker_thread = &workers->threads[workers->thread_count];
        *worker_thread = (struct worker_thread){.workers = workers, .index = i};
        int code = pthread_create(&worker_thread->thread, NULL, run_worker_thread, worker_thread);
        if (code != 0) {
            workers_close(workers);
            return error_set(error, ERROR_USAGE,
                             "cannot start %zu threads: %s; set a smaller number of threads", count,
                             strerror(code));
        }
        workers->thread_count++;
    }
    *result = workers;
    return true;
}

void workers_close(struct workers *workers)
{
    if (!workers)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->is_closing = true;
    pthread_cond_broadcast(&workers->job_started);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i].thread, NULL);
    pthread_cond_destroy(&workers->job_finished);
    pthread_cond_destroy(&workers->job_started);
    pthread_mutex_destroy(&workers->lock);
    free(workers->threads);
    free(workers);
}

void workers_run(struct workers *workers, size_t items, void (*work)(void *context, size_t worker),
                 void *context)
{
    pthread_mutex_lock(&workers->lock);
    workers->items = items;
    workers->next_item = 0;
    workers->work = work;
    workers->context = context;
    workers->running_threads = workers->thread_count;
    workers->job_number++;
    pthread_cond_broadcast(&workers->job_started);
    pthread_mutex_unlock(&workers->lock);
    work(context, 0);
    pthread_mutex_lock(&workers->lock);
    while (workers->running_threads)
        pthread_cond_wait(&workers->job_finished, &workers->lock);
    pthread_mutex_unlock(&workers->lock);
}

bool workers_take_item(struct workers *workers, size_t *item)
{
    *item = workers->next_item++;
    return *item < workers->items;
}
