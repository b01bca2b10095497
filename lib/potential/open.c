#include <morsel/potential.h>

#include <stdlib.h>
#include <string.h>

#include "file.h"

/* Of networks, or of a sparse process. */
static int read_model(struct potential *p, bool sparse, struct bin *b,
                      uint64_t id, const char *path, struct err *err)
{
    struct model m = {0};
    int ret;

    model_get(&m, sparse, b);
    ret = file_close(b, path, err);
    if (ret == 0 && sparse && sgp_prepare(m.sgp, err) < 0)
        ret = err_set(err, ERR_FORMAT, "%s: makes no Gaussian process", path);
    if (ret == 0)
        potential_of_model(p, &m, id);
    else
        model_release(&m);
    return ret;
}

static int read_gp(struct potential *p, struct bin *b, uint64_t id,
                   const char *path, struct err *err)
{
    struct calibration calibration;
    struct gp gp;
    int ret;

    calibration_get(&calibration, b);
    gp_get(&gp, b);
    ret = file_close(b, path, err);
    if (ret == 0) {
        ret = gp_prepare(&gp, err);
        if (ret < 0)
            ret =
                err_set(err, ERR_FORMAT, "%s: makes no Gaussian process", path);
    }
    if (ret == 0)
        potential_of_gp(p, &gp, &calibration, id);
    else
        gp_release(&gp);
    return ret;
}

int potential_read(struct potential *p, const char *path, struct err *err)
{
    struct bin b;
    char *kind;
    uint64_t id;
    int ret = file_open(&b, path, &kind, &id, err);

    *p = (struct potential){0};
    if (ret < 0)
        return ret;
    if (strcmp(kind, KIND_NETWORK) == 0 || strcmp(kind, KIND_SGP) == 0) {
        ret = read_model(p, strcmp(kind, KIND_SGP) == 0, &b, id, path, err);
    } else if (strcmp(kind, KIND_GP) == 0) {
        ret = read_gp(p, &b, id, path, err);
    } else {
        ret = err_set(err, ERR_FORMAT,
                      "%s: a model of kind '%.20s', which is not known", path,
                      kind);
        bin_release(&b);
    }
    free(kind);
    return ret;
}
