/* The rival's codec: libjpeg-turbo, called as one would from a server. Decoding is read_rgb of coefficients.c. */
#include "turbo.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

int turbo_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, int horizontal, int vertical,
                 uint8_t **out, unsigned long *length) {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    /* What is encoded are pixels of our own: nothing goes wrong but memory, and then libjpeg ends the process. */
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, out, length);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    info.comp_info[0].h_samp_factor = horizontal;
    info.comp_info[0].v_samp_factor = vertical;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)info.next_scanline * width * 3);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return 1;
}

void turbo_free(void *bytes) { free(bytes); }
