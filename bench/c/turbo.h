#ifndef FLANEUR_TURBO_H
#define FLANEUR_TURBO_H

#include <stdint.h>

/* Encodes 3 bytes per pixel; chroma is stored once per `horizontal` x `vertical` pixels. `out` is to be freed. */
int turbo_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, int horizontal, int vertical,
                 uint8_t **out, unsigned long *length);
void turbo_free(void *bytes);

#endif
