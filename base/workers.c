/* workers.c - threads that wait for work and do it side by side. */
#include "base/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct helper {
    struct workers *workers; /* borrowed */
    size_t index;
    pthread_t thread;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t started, finished;
    size_t round;   /* rises with every workers_run */
    size_t running; /* helpers that have not finished this round */
    size_t items;
    atomic_size_t taken;
    bool closing;
    void (*work)(void *context, size_t worker);
    void *context;
    struct helper *helpers; /* workers 1 and up */
    size_t helper_count;
};

static void *help(void *argument)
{
    struct helper *helper = argument;
    struct workers *workers = helper->workers;
    size_t round = 0;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (workers->round == round && !workers->closing)
            pthread_cond_wait(&workers->started, &workers->lock);
        if (workers->closing)
            break;
        round = workers->round;
        pthread_mutex_unlock(&workers->lock);
        workers->work(workers->context, helper->index);
        pthread_mutex_lock(&workers->lock);
        if (--workers->running == 0)
            pthread_cond_signal(&workers->finished);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

bool workers_open(struct workers **result, size_t count, struct error *error)
{
    struct workers *workers = memory_alloc(1, sizeof(*workers));
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->started, NULL);
    pthread_cond_init(&workers->finished, NULL);
    workers->helpers = memory_alloc(count, sizeof(*workers->helpers));
    for (size_t i = 1; i < count; i++) {
        struct helper *helper = &workers->helpers[workers->helper_count];
        *helper = (struct helper){.workers = workers, .index = i};
        int code = pthread_create(&helper->thread, NULL, help, helper);
        if (code != 0) {
            workers_close(workers);
            return error_set(error, ERROR_USAGE, "cannot start %zu threads: %s; ask for fewer",
                             count, strerror(code));
        }
        workers->helper_count++;
    }
    *result = workers;
    return true;
}

void workers_close(struct workers *workers)
{
    if (!workers)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->closing = true;
    pthread_cond_broadcast(&workers->started);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->helper_count; i++)
        pthread_join(workers->helpers[i].thread, NULL);
    pthread_cond_destroy(&workers->finished);
    pthread_cond_destroy(&workers->started);
    pthread_mutex_destroy(&workers->lock);
    free(workers->helpers);
    free(workers);
}

void workers_run(struct workers *workers, size_t items, void (*work)(void *context, size_t worker),
                 void *context)
{
    pthread_mutex_lock(&workers->lock);
    workers->items = items;
    workers->taken = 0;
    workers->work = work;
    workers->context = context;
    workers->running = workers->helper_count;
    workers->round++;
    pthread_cond_broadcast(&workers->started);
    pthread_mutex_unlock(&workers->lock);
    work(context, 0);
    pthread_mutex_lock(&workers->lock);
    while (workers->running)
        pthread_cond_wait(&workers->finished, &workers->lock);
    pthread_mutex_unlock(&workers->lock);
}

bool workers_take(struct workers *workers, size_t *item)
{
    *item = workers->taken++;
    return *item < workers->items;
}
