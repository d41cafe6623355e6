/* What libjpeg reads in a JPEG file: the judge of what our own code reads and writes. */
#ifndef FLANEUR_COEFFICIENTS_H
#define FLANEUR_COEFFICIENTS_H

#include <stddef.h>
#include <stdint.h>

/* No picture of more pixels is read. */
#define FLANEUR_MAX_PIXELS 200000000L

/* One component. Blocks of whole MCUs, the padding at the right and lower edge included, row by row. */
struct component {
    int horizontal, vertical;   /* Sampling factors; 1 and 1 in a picture of one component. */
    uint32_t across, down;      /* Blocks, with padding. */
    uint32_t real_across, real_down; /* Blocks that show a part of the picture. */
    uint16_t quantisation[64];  /* As libjpeg keeps them: row by row. */
    int16_t *blocks;            /* across * down * 64 quantised coefficients, row by row in each block. */
};

struct picture {
    uint32_t width, height;     /* Pixels. */
    uint32_t mcus_across, mcus_down;
    int count;                  /* Components. */
    int progressive, arithmetic;
    int interleaved;            /* Whether the first scan holds all components. */
    long warnings;              /* What libjpeg found wrong and read over. */
    struct component components[4];
};

/* Both give 1, or 0 and a sentence of at most 200 bytes in `why`. What was given must be freed. */
int read_coefficients(const uint8_t *bytes, size_t length, struct picture *picture, char *why);
/* Only the DCs count: `blocks` holds 1 value per block. */
int read_dcs(const uint8_t *bytes, size_t length, struct picture *picture, char *why);
void free_picture(struct picture *picture);

/* Decodes to 3 bytes per pixel with the exact integer transform and smooth chroma, as browsers do. */
int read_rgb(const uint8_t *bytes, size_t length, uint32_t *width, uint32_t *height, uint8_t **rgb, long *warnings,
             char *why);

/* Sets pictures of equal size, sampling and tables side by side without decoding them, row by row. */
int compose(int across, int down, const uint8_t **bytes, const size_t *lengths, uint8_t **out, unsigned long *out_length,
            char *why);

#endif
