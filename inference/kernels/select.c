/* select.c - which kernel tables this CPU can run, and which one to use. */
#include "inference/kernels/kernels.h"

#include <stdio.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#if defined(__x86_64__)
/* Leaf 7.1, EAX bit 4. Not every supported compiler has a name for this feature. */
static bool has_avx_vnni(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 4));
}
#endif

void kernels_list(const struct kernels **tables)
{
    size_t count = 0;
    tables[count++] = &scalar_kernels;
#if defined(__x86_64__)
    /* __builtin_cpu_supports also checks that the operating system saves the wide registers. */
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        tables[count++] = &avx2_kernels;
    if (__builtin_cpu_supports("avx2") && has_avx_vnni())
        tables[count++] = &avxvnni_kernels;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx2"))
        tables[count++] = &avx512vnni_kernels;
#elif defined(__aarch64__)
    if (getauxval(AT_HWCAP) & HWCAP_ASIMDDP)
        tables[count++] = &neon_kernels;
    if ((getauxval(AT_HWCAP) & HWCAP_ASIMDDP) && (getauxval(AT_HWCAP2) & HWCAP2_I8MM))
        tables[count++] = &i8mm_kernels;
#endif
    tables[count] = NULL;
}

const struct kernels *kernels_select(struct text name, struct error *error)
{
    const struct kernels *tables[KERNEL_MAX_TABLES + 1];
    kernels_list(tables);
    const struct kernels *fastest = NULL;
    char names[128] = "";
    for (size_t i = 0; tables[i]; i++) {
        fastest = tables[i];
        if (text_equal(name, text_of(fastest->name)))
            return fastest;
        size_t used = strlen(names);
        snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", fastest->name);
    }
    if (!name.size || text_equal(name, TEXT("auto")))
        return fastest;
    error_set(error, ERROR_USAGE, "this CPU cannot run the kernels '%.*s'; it can run: %s",
              TEXT_ARGUMENT(name), names);
    return NULL;
}
