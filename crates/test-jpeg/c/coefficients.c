#include "coefficients.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/* Errors end in a jump, warnings are counted. */
struct errors {
    struct jpeg_error_mgr base;
    jmp_buf end;
    char *why;
};

static void on_error(j_common_ptr info) {
    struct errors *errors = (struct errors *)info->err;
    char message[JMSG_LENGTH_MAX];
    info->err->format_message(info, message);
    snprintf(errors->why, 200, "%.199s", message);
    longjmp(errors->end, 1);
}

static void on_message(j_common_ptr info, int level) {
    /* A JFIF version of the future says nothing of the picture. */
    if (level < 0 && info->err->msg_code != JWRN_JFIF_MAJOR)
        info->err->num_warnings++;
}

static struct jpeg_error_mgr *prepare(struct errors *errors, char *why) {
    struct jpeg_error_mgr *base = jpeg_std_error(&errors->base);
    base->error_exit = on_error;
    base->emit_message = on_message;
    errors->why = why;
    why[0] = 0;
    return base;
}

static int too_large(const struct jpeg_decompress_struct *info, char *why) {
    if ((long)info->image_width * (long)info->image_height <= FLANEUR_MAX_PIXELS && info->num_components <= 4)
        return 0;
    snprintf(why, 200, "the picture is too large for this test");
    return 1;
}

static uint32_t rounded_up(uint32_t value, uint32_t step) { return (value + step - 1) / step * step; }

static uint32_t divided_up(uint32_t value, uint32_t by) { return (value + by - 1) / by; }

void free_picture(struct picture *picture) {
    for (int i = 0; i < 4; i++) {
        free(picture->components[i].blocks);
        picture->components[i].blocks = NULL;
    }
}

/* Fills `picture` from what was decoded; 64 values per block, or the first only. Allocation failures are told as 0. */
static int collect(struct jpeg_decompress_struct *info, jvirt_barray_ptr *arrays, struct picture *picture, int values) {
    picture->width = info->image_width;
    picture->height = info->image_height;
    picture->count = info->num_components;
    picture->progressive = info->progressive_mode;
    picture->arithmetic = info->arith_code;
    for (int i = 0; i < info->num_components; i++) {
        jpeg_component_info *from = &info->comp_info[i];
        struct component *to = &picture->components[i];
        int single = info->num_components == 1;
        to->horizontal = single ? 1 : from->h_samp_factor;
        to->vertical = single ? 1 : from->v_samp_factor;
        to->real_across = from->width_in_blocks;
        to->real_down = from->height_in_blocks;
        to->across = rounded_up(from->width_in_blocks, (uint32_t)to->horizontal);
        to->down = rounded_up(from->height_in_blocks, (uint32_t)to->vertical);
        if (from->quant_table != NULL)
            memcpy(to->quantisation, from->quant_table->quantval, sizeof to->quantisation);
        to->blocks = malloc((size_t)to->across * to->down * (size_t)values * sizeof(int16_t));
        if (to->blocks == NULL)
            return 0;
        int16_t *next = to->blocks;
        for (uint32_t y = 0; y < to->down; y++) {
            JBLOCKARRAY row = info->mem->access_virt_barray((j_common_ptr)info, arrays[i], y, 1, FALSE);
            for (uint32_t x = 0; x < to->across; x++, next += values)
                memcpy(next, row[0][x], (size_t)values * sizeof(int16_t));
        }
    }
    int single = info->num_components == 1;
    picture->mcus_across = divided_up(info->image_width, 8u * (uint32_t)(single ? 1 : info->max_h_samp_factor));
    picture->mcus_down = divided_up(info->image_height, 8u * (uint32_t)(single ? 1 : info->max_v_samp_factor));
    picture->warnings = info->err->num_warnings;
    return 1;
}

static int read_values(const uint8_t *bytes, size_t length, struct picture *picture, char *why, int values) {
    struct jpeg_decompress_struct info;
    struct errors errors;
    memset(picture, 0, sizeof *picture);
    memset(&info, 0, sizeof info);
    info.err = prepare(&errors, why);
    if (setjmp(errors.end)) {
        jpeg_destroy_decompress(&info);
        free_picture(picture);
        return 0;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, length);
    jpeg_read_header(&info, TRUE);
    if (too_large(&info, why))
        longjmp(errors.end, 1);
    picture->interleaved = info.comps_in_scan == info.num_components;
    jvirt_barray_ptr *arrays = jpeg_read_coefficients(&info);
    if (!collect(&info, arrays, picture, values)) {
        snprintf(why, 200, "out of memory");
        longjmp(errors.end, 1);
    }
    jpeg_finish_decompress(&info);
    picture->warnings = info.err->num_warnings;
    jpeg_destroy_decompress(&info);
    return 1;
}

int read_coefficients(const uint8_t *bytes, size_t length, struct picture *picture, char *why) {
    return read_values(bytes, length, picture, why, 64);
}

int read_dcs(const uint8_t *bytes, size_t length, struct picture *picture, char *why) {
    return read_values(bytes, length, picture, why, 1);
}

int read_rgb(const uint8_t *bytes, size_t length, uint32_t *width, uint32_t *height, uint8_t **rgb, long *warnings,
             char *why) {
    struct jpeg_decompress_struct info;
    struct errors errors;
    uint8_t *volatile pixels = NULL;
    memset(&info, 0, sizeof info);
    info.err = prepare(&errors, why);
    if (setjmp(errors.end)) {
        jpeg_destroy_decompress(&info);
        free(pixels);
        return 0;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, length);
    jpeg_read_header(&info, TRUE);
    if (too_large(&info, why))
        longjmp(errors.end, 1);
    info.out_color_space = JCS_RGB;
    info.dct_method = JDCT_ISLOW;
    info.do_fancy_upsampling = TRUE;
    jpeg_start_decompress(&info);
    size_t stride = (size_t)info.output_width * 3;
    pixels = malloc(stride * info.output_height + 1);
    if (pixels == NULL) {
        snprintf(why, 200, "out of memory");
        longjmp(errors.end, 1);
    }
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = pixels + stride * info.output_scanline;
        jpeg_read_scanlines(&info, &row, 1);
    }
    *width = info.output_width;
    *height = info.output_height;
    jpeg_finish_decompress(&info);
    *warnings = info.err->num_warnings;
    jpeg_destroy_decompress(&info);
    *rgb = pixels;
    return 1;
}

/* Compares what must agree for pictures to be set side by side. */
static int alike(const struct picture *a, const struct picture *b) {
    if (a->width != b->width || a->height != b->height || a->count != b->count)
        return 0;
    for (int i = 0; i < a->count; i++) {
        const struct component *p = &a->components[i], *q = &b->components[i];
        if (p->horizontal != q->horizontal || p->vertical != q->vertical ||
            memcmp(p->quantisation, q->quantisation, sizeof p->quantisation) != 0)
            return 0;
    }
    return 1;
}

/* Writes the coefficients of `pictures` as one baseline file. The first of them, decoded again, gives the rest. */
static int write_composed(int across, int down, struct picture *pictures, const uint8_t *first, size_t first_length,
                          uint8_t **out, unsigned long *out_length, char *why) {
    struct jpeg_decompress_struct from;
    struct jpeg_compress_struct to;
    struct errors errors;
    jvirt_barray_ptr arrays[4];
    memset(&from, 0, sizeof from);
    memset(&to, 0, sizeof to);
    from.err = to.err = prepare(&errors, why);
    if (setjmp(errors.end)) {
        jpeg_destroy_compress(&to);
        jpeg_destroy_decompress(&from);
        return 0;
    }
    jpeg_create_decompress(&from);
    jpeg_create_compress(&to);
    jpeg_mem_src(&from, first, first_length);
    jpeg_read_header(&from, TRUE);
    jpeg_read_coefficients(&from);
    jpeg_copy_critical_parameters(&from, &to);
    to.image_width = from.image_width * (JDIMENSION)across;
    to.image_height = from.image_height * (JDIMENSION)down;
    for (int i = 0; i < from.num_components; i++) {
        struct component *c = &pictures[0].components[i];
        JDIMENSION wide = c->across * (JDIMENSION)across, high = c->down * (JDIMENSION)down;
        arrays[i] = to.mem->request_virt_barray((j_common_ptr)&to, JPOOL_IMAGE, FALSE, wide, high, (JDIMENSION)c->vertical);
    }
    jpeg_mem_dest(&to, out, out_length);
    jpeg_write_coefficients(&to, arrays);
    for (int i = 0; i < from.num_components; i++)
        for (int row = 0; row < down; row++)
            for (int column = 0; column < across; column++) {
                struct component *c = &pictures[row * across + column].components[i];
                for (uint32_t y = 0; y < c->down; y++) {
                    JBLOCKARRAY line = to.mem->access_virt_barray((j_common_ptr)&to, arrays[i],
                                                                  (JDIMENSION)row * c->down + y, 1, TRUE);
                    memcpy(line[0][(JDIMENSION)column * c->across], c->blocks + (size_t)y * c->across * 64,
                           (size_t)c->across * sizeof(JBLOCK));
                }
            }
    jpeg_finish_compress(&to);
    jpeg_destroy_compress(&to);
    jpeg_finish_decompress(&from);
    jpeg_destroy_decompress(&from);
    return 1;
}

int compose(int across, int down, const uint8_t **bytes, const size_t *lengths, uint8_t **out, unsigned long *out_length,
            char *why) {
    int count = across * down, ok = 1;
    struct picture *pictures = calloc((size_t)count, sizeof *pictures);
    if (pictures == NULL)
        return 0;
    for (int i = 0; i < count && ok; i++) {
        ok = read_coefficients(bytes[i], lengths[i], &pictures[i], why);
        if (ok && !alike(&pictures[0], &pictures[i])) {
            snprintf(why, 200, "picture %d differs from the first in size, sampling or tables", i);
            ok = 0;
        }
    }
    ok = ok && write_composed(across, down, pictures, bytes[0], lengths[0], out, out_length, why);
    for (int i = 0; i < count; i++)
        free_picture(&pictures[i]);
    free(pictures);
    return ok;
}
