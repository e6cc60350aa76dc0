/* sgemm.c - the only file that knows OpenBLAS. */
#include "inference/kernels/kernels.h"

#include <cblas.h>

void sgemm(size_t rows, size_t columns, size_t depth, const float *x, const float *w, float *y,
           bool add)
{
    /* Its own threads would change the bits; ours work on whole inputs instead. */
    openblas_set_num_threads(1);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)rows, (blasint)columns,
                (blasint)depth, 1.0f, x, (blasint)depth, w, (blasint)depth, add ? 1.0f : 0.0f, y,
                (blasint)columns);
}
