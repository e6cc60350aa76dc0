/* sgemm.c - the only file that uses OpenBLAS. */
#include "inference/kernels/kernels.h"

#include <cblas.h>
#include <pthread.h>

/* Debian's serial OpenBLAS shares one work buffer without a lock, so concurrent calls corrupt each
 * other's sums. The threaded builds protect theirs. */
static pthread_mutex_t serial_blas_mutex = PTHREAD_MUTEX_INITIALIZER;

void sgemm(const struct linear_f32 *product)
{
    bool needs_lock = openblas_get_parallel() == OPENBLAS_SEQUENTIAL;
    if (needs_lock)
        pthread_mutex_lock(&serial_blas_mutex);
    /* OpenBLAS threads would change the bits; our threads process whole inputs instead. */
    openblas_set_num_threads(1);
    blasint depth = (blasint)product->depth, columns = (blasint)product->columns;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)product->rows, columns, depth,
                1.0f, product->x, depth, product->w, depth, product->add ? 1.0f : 0.0f, product->y,
                columns);
    if (needs_lock)
        pthread_mutex_unlock(&serial_blas_mutex);
}
