/* libFuzzer target: no text may crash, leak or hang prior_read(). */

#include <stddef.h>
#include <stdint.h>

#include <morsel/prior.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {.name = "fuzz"};
    struct prior p;
    struct err err;

    t.f = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
    if (!t.f)
        return 0;
    if (prior_read(&p, &t, &err) == 0)
        prior_release(&p);
    text_close(&t);
    return 0;
}
