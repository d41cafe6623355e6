/* Writes coefficients as a JPEG file in any coding that libjpeg knows. */
#ifndef FLANEUR_WRITE_H
#define FLANEUR_WRITE_H

#include "coefficients.h"

#define FLANEUR_MAX_SCANS 40

struct scan {
    int count, components[4];
    int first, last, high, low; /* Ss, Se, Ah, Al. */
};

/* A Huffman table as DHT holds it; one of no symbols is the standard's. */
struct codes {
    uint8_t counts[16];
    uint8_t symbols[256];
};

struct coding {
    int colours;        /* As J_COLOR_SPACE counts: 1 grey, 2 RGB, 3 YCbCr, 4 CMYK, 5 YCCK. */
    int arithmetic, optimised;
    int interval;       /* MCUs from one restart marker to the next, or 0. */
    int scan_count;     /* 0: one scan with all components. */
    struct scan scans[FLANEUR_MAX_SCANS];
    struct codes dc[2], ac[2]; /* For the first component, and for the others. */
};

/* The blocks of each component must be `across` * `down`, with the padding of the last MCUs. Gives the length of the file, or 0:
   libjpeg refuses to write that, or it does not fit into the `room` bytes of `out`. */
size_t write_coefficients(const struct picture *picture, const struct coding *coding, uint8_t *out, size_t room);

#endif
