/* import_config.h - the config.json of a Hugging Face directory. */
#ifndef INFERENCE_IMPORT_CONFIG_H
#define INFERENCE_IMPORT_CONFIG_H

#include "inference/model.h"

/* What config.json says about the output layer, before the weights are looked at. */
enum output_layer {
    OUTPUT_TIED, /* the embedding, whatever else the weights hold */
    OUTPUT_OWN,  /* lm_head.weight, where there is one */
};

/* Reads T5's settings; the window and `tied` are left to the caller. `name` begins messages. */
bool import_config_read(struct text bytes, const char *name, struct t5_config *config,
                        enum output_layer *output, struct error *error);

#endif
