/* libFuzzer target: no file may crash, leak or hang the readers of
 * pseudopotentials, UPF or GTH. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/dft/gth.h"
#include "../../lib/dft/upf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_upf(const char *text, size_t size)
{
    struct pseudo p = {0};
    struct upf u;
    struct err err;

    if (upf_parse(&u, "fuzz", text, size, &err) < 0)
        return;
    (void)!upf_make(&p, &u, 1, &err);
    pseudo_release(&p);
    upf_free(&u);
}

static void read_gth(char *text, size_t size)
{
    struct text t = {.name = "fuzz", .f = fmemopen(text, size, "r")};
    struct gth g;
    struct err err;
    int ret = gth_read(&g, &t, &err);

    if (ret >= 0) {
        struct pseudo p = {0};

        gth_analytic(&p, &g);
        (void)pseudo_eval(&p, PSEUDO_LOCAL, 0, 1, NULL);
        pseudo_release(&p);
    }
    text_close(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (upf_is(text))
        read_upf(text, size);
    else if (size)
        read_gth(text, size);
    free(text);
    return 0;
}
