#include "write.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

struct errors {
    struct jpeg_error_mgr base;
    jmp_buf end;
};

static void on_error(j_common_ptr info) { longjmp(((struct errors *)info->err)->end, 1); }

static void on_message(j_common_ptr info, int level) {
    (void)info;
    (void)level;
}

/* All room there is was given at the start. */
static void on_start(j_compress_ptr info) { (void)info; }

static boolean on_full(j_compress_ptr info) {
    on_error((j_common_ptr)info);
    return FALSE;
}

static void use_codes(struct jpeg_compress_struct *info, JHUFF_TBL **table, const struct codes *codes) {
    int count = 0;
    for (int i = 0; i < 16; i++)
        count += codes->counts[i];
    if (count == 0)
        return;
    if (*table == NULL)
        *table = jpeg_alloc_huff_table((j_common_ptr)info);
    (*table)->bits[0] = 0;
    memcpy((*table)->bits + 1, codes->counts, 16);
    memcpy((*table)->huffval, codes->symbols, 256);
}

static void describe(struct jpeg_compress_struct *info, const struct picture *picture, const struct coding *coding,
                     jpeg_scan_info *scans) {
    info->image_width = picture->width;
    info->image_height = picture->height;
    info->input_components = picture->count;
    info->in_color_space = (J_COLOR_SPACE)coding->colours;
    jpeg_set_defaults(info);
    jpeg_set_colorspace(info, (J_COLOR_SPACE)coding->colours);
    for (int i = 0; i < picture->count; i++) {
        const struct component *from = &picture->components[i];
        info->comp_info[i].h_samp_factor = from->horizontal;
        info->comp_info[i].v_samp_factor = from->vertical;
        info->comp_info[i].quant_tbl_no = i;
        if (info->quant_tbl_ptrs[i] == NULL)
            info->quant_tbl_ptrs[i] = jpeg_alloc_quant_table((j_common_ptr)info);
        memcpy(info->quant_tbl_ptrs[i]->quantval, from->quantisation, sizeof from->quantisation);
        info->quant_tbl_ptrs[i]->sent_table = FALSE;
    }
    info->arith_code = coding->arithmetic;
    info->optimize_coding = coding->optimised;
    info->restart_interval = (unsigned int)coding->interval;
    for (int i = 0; i < 2; i++) {
        use_codes(info, &info->dc_huff_tbl_ptrs[i], &coding->dc[i]);
        use_codes(info, &info->ac_huff_tbl_ptrs[i], &coding->ac[i]);
    }
    for (int i = 0; i < coding->scan_count; i++) {
        const struct scan *from = &coding->scans[i];
        scans[i] = (jpeg_scan_info){from->count, {0}, from->first, from->last, from->high, from->low};
        memcpy(scans[i].component_index, from->components, sizeof from->components);
    }
    if (coding->scan_count > 0) {
        info->scan_info = scans;
        info->num_scans = coding->scan_count;
    }
}

size_t write_coefficients(const struct picture *picture, const struct coding *coding, uint8_t *out, size_t room) {
    struct jpeg_compress_struct info;
    struct errors errors;
    jvirt_barray_ptr arrays[4];
    jpeg_scan_info scans[FLANEUR_MAX_SCANS];
    struct jpeg_destination_mgr target = {out, room, on_start, on_full, on_start};
    memset(&info, 0, sizeof info);
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = on_error;
    errors.base.emit_message = on_message;
    if (setjmp(errors.end)) {
        jpeg_destroy_compress(&info);
        return 0;
    }
    jpeg_create_compress(&info);
    info.dest = &target;
    describe(&info, picture, coding, scans);
    for (int i = 0; i < picture->count; i++) {
        const struct component *c = &picture->components[i];
        arrays[i] = info.mem->request_virt_barray((j_common_ptr)&info, JPOOL_IMAGE, FALSE, c->across, c->down,
                                                  (JDIMENSION)c->vertical);
    }
    jpeg_write_coefficients(&info, arrays);
    for (int i = 0; i < picture->count; i++) {
        const struct component *c = &picture->components[i];
        for (uint32_t y = 0; y < c->down; y++) {
            JBLOCKARRAY row = info.mem->access_virt_barray((j_common_ptr)&info, arrays[i], y, 1, TRUE);
            memcpy(row[0], c->blocks + (size_t)y * c->across * 64, (size_t)c->across * sizeof(JBLOCK));
        }
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return room - target.free_in_buffer;
}
