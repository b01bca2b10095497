/*
 * libFuzzer target: no body of a checkpoint may crash, hang or take more
 * memory than a few times its size.
 */

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/dft/stream.h"
#include "framed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[64], path[128];
    struct memory m = {0};

    if (!*dir) {
        snprintf(dir, sizeof dir, "/tmp/morsel-fuzz-%ld", (long)getpid());
        snprintf(path, sizeof path, "%s/%016x.dft", dir, 1);
    }
    if (mkdir(dir, 0700) < 0)
        abort();
    framed_write(path, "morsel-dft", 1, 1, data, size);
    memory_read(&m, dir, 1);
    memory_release(&m);
    unlink(path);
    rmdir(dir);
    return 0;
}
