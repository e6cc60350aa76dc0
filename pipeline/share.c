/* share.c - names of shares. */
#include "pipeline/share.h"

const char *const share_method_names[SHARE_METHOD_COUNT] = {"plain", "probabilities"};

const struct text label_share_all_sources = TEXT("(all)");
