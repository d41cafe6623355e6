/* Tells what libjpeg reads in files. Usage, numbers little-endian:
 *   compare A B             text: sizes, warnings, and the numbers of MCUs that differ
 *   dcs FILE                u32 components; of each u32 across, u32 down (blocks, with padding), then i16 DCs row by row
 *   rgb FILE                u32 width, u32 height, i64 warnings, then 3 bytes per pixel
 *   compose ACROSS DOWN F…  a JPEG file of the others side by side
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coefficients.h"

static void die(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static uint8_t *load(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die(path, "cannot be opened");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc((size_t)size + 1);
    if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        die(path, "cannot be read");
    fclose(file);
    *length = (size_t)size;
    return bytes;
}

static void put(const void *bytes, size_t length) {
    if (fwrite(bytes, 1, length, stdout) != length)
        die("output", "cannot be written");
}

static struct picture read_file(const char *path) {
    struct picture picture;
    char why[200];
    size_t length;
    uint8_t *bytes = load(path, &length);
    if (!read_coefficients(bytes, length, &picture, why))
        die(path, why);
    free(bytes);
    return picture;
}

/* Blocks of padding are not part of a progressive picture, nor of a component that has a scan of its own. */
static int has_padding(const struct picture *p) { return !p->progressive && p->interleaved; }

static int compare(const char *first, const char *second) {
    struct picture a = read_file(first), b = read_file(second);
    int same_tables = 1, same_shape = a.width == b.width && a.height == b.height && a.count == b.count;
    for (int i = 0; same_shape && i < a.count; i++) {
        struct component *p = &a.components[i], *q = &b.components[i];
        same_shape = p->horizontal == q->horizontal && p->vertical == q->vertical;
        same_tables = same_tables && memcmp(p->quantisation, q->quantisation, sizeof p->quantisation) == 0;
    }
    printf("size %u %u %u %u\n", a.width, a.height, b.width, b.height);
    printf("mcus %u %u\n", a.mcus_across, a.mcus_down);
    printf("shape %d\ntables %d\nwarnings %ld %ld\n", same_shape, same_tables, a.warnings, b.warnings);
    if (!same_shape)
        return 0;
    int padding = has_padding(&a) && has_padding(&b);
    /* 1: in a block that shows something, 2: in a block of padding only. */
    uint8_t *differs = calloc((size_t)a.mcus_across * a.mcus_down, 1);
    for (int i = 0; i < a.count; i++) {
        struct component *p = &a.components[i], *q = &b.components[i];
        unsigned long blocks = 0;
        uint32_t across = padding ? p->across : p->real_across, down = padding ? p->down : p->real_down;
        for (uint32_t y = 0; y < down; y++)
            for (uint32_t x = 0; x < across; x++) {
                size_t at = ((size_t)y * p->across + x) * 64;
                if (memcmp(p->blocks + at, q->blocks + at, 64 * sizeof(int16_t)) == 0)
                    continue;
                blocks++;
                uint8_t *mcu = &differs[(size_t)(y / (uint32_t)p->vertical) * a.mcus_across + x / (uint32_t)p->horizontal];
                if (x < p->real_across && y < p->real_down)
                    *mcu = 1;
                else if (*mcu == 0)
                    *mcu = 2;
            }
        printf("component %d %lu\n", i, blocks);
    }
    for (size_t i = 0; i < (size_t)a.mcus_across * a.mcus_down; i++)
        if (differs[i])
            printf("%s %zu\n", differs[i] == 1 ? "mcu" : "padding", i);
    return 0;
}

static int dcs(const char *path) {
    struct picture picture = read_file(path);
    uint32_t count = (uint32_t)picture.count;
    put(&count, sizeof count);
    for (int i = 0; i < picture.count; i++) {
        struct component *c = &picture.components[i];
        put(&c->across, sizeof c->across);
        put(&c->down, sizeof c->down);
        for (size_t b = 0; b < (size_t)c->across * c->down; b++)
            put(c->blocks + b * 64, sizeof(int16_t));
    }
    return 0;
}

static int rgb(const char *path) {
    uint32_t width, height;
    uint8_t *pixels;
    long warnings;
    char why[200];
    size_t length;
    uint8_t *bytes = load(path, &length);
    if (!read_rgb(bytes, length, &width, &height, &pixels, &warnings, why))
        die(path, why);
    int64_t wide = warnings;
    put(&width, sizeof width);
    put(&height, sizeof height);
    put(&wide, sizeof wide);
    put(pixels, (size_t)width * height * 3);
    return 0;
}

static int composed(int across, int down, char **paths) {
    size_t count = (size_t)across * (size_t)down;
    const uint8_t **files = calloc(count, sizeof *files);
    size_t *lengths = calloc(count, sizeof *lengths);
    uint8_t *out = NULL;
    unsigned long length = 0;
    char why[200];
    for (size_t i = 0; i < count; i++)
        files[i] = load(paths[i], &lengths[i]);
    if (!compose(across, down, files, lengths, &out, &length, why))
        die("compose", why);
    put(out, length);
    return 0;
}

int main(int count, char **words) {
    if (count == 4 && strcmp(words[1], "compare") == 0)
        return compare(words[2], words[3]);
    if (count == 3 && strcmp(words[1], "dcs") == 0)
        return dcs(words[2]);
    if (count == 3 && strcmp(words[1], "rgb") == 0)
        return rgb(words[2]);
    if (count >= 5 && strcmp(words[1], "compose") == 0) {
        int across = atoi(words[2]), down = atoi(words[3]);
        if (across > 0 && down > 0 && count == 4 + across * down)
            return composed(across, down, words + 4);
    }
    die("usage", "compare A B | dcs FILE | rgb FILE | compose ACROSS DOWN FILE…");
    return 1;
}
