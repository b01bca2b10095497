/*
 * libFuzzer target: no text may crash, leak or hang frame_read(), and what it
 * takes comes back the same from frame_write().
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/io.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The frame as text; the caller frees it. */
static char *written(const struct frame *f, size_t *n)
{
    char *s = NULL;
    FILE *out = open_memstream(&s, n);
    struct err err;

    if (!out || frame_write(f, out, "fuzz", &err) < 0)
        abort();
    frame_print_json(f, out);
    fclose(out);
    return s;
}

static void check_fixed_point(const struct frame *f)
{
    size_t n, again;
    char *s = written(f, &n), *s2;
    struct text t = {.name = "again"};
    struct frame g;
    struct err err;

    t.f = fmemopen(s, n, "r");
    if (!t.f || frame_read(&t, &g, &err) != 1)
        abort();
    s2 = written(&g, &again);
    if (n != again || memcmp(s, s2, n) != 0)
        abort();
    text_close(&t);
    frame_release(&g);
    free(s);
    free(s2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {.name = "fuzz"};
    struct frame f;
    struct err err;

    t.f = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
    if (!t.f)
        return 0;
    while (frame_read(&t, &f, &err) > 0) {
        check_fixed_point(&f);
        frame_release(&f);
    }
    text_close(&t);
    return 0;
}
