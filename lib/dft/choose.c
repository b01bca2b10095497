#include "pseudo.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include <morsel/atoms.h>

/*
 * Which potential an element has: spec is NULL (the built-in table), a folder,
 * or a list "Cu=file,C=file", whose elements that are not named are built in.
 */

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Take the next "symbol=file" off a list; false at its end.  The file is freed
 * by the caller; NULL: there was none. */
static bool next(const char **list, const char **symbol, int *nsymbol,
                 char **file)
{
    const char *s = *list;
    size_t length = strcspn(s, ","), n = strcspn(s, "=,");

    if (!*s)
        return false;
    *symbol = s;
    *nsymbol = (int)n;
    *file =
        n < length ? xasprintf("%.*s", (int)(length - n - 1), s + n + 1) : NULL;
    *list = s + length + (s[length] == ',');
    return true;
}

/* The file of the list for an element, freed by the caller; NULL: none. */
static char *listed(const char *list, const char *element)
{
    const char *symbol;
    char *file;
    int n;

    while (next(&list, &symbol, &n, &file)) {
        if (file && (int)strlen(element) == n &&
            strncmp(symbol, element, n) == 0)
            return file;
        free(file);
    }
    return NULL;
}

static char *find(const char *spec, int z, struct err *err)
{
    char *path = NULL;

    if (is_folder(spec))
        return pseudo_find(spec, z, &path, err) < 0 ? NULL : path;
    if (!strchr(spec, '=')) {
        err_set(err, ERR_IO, "%s: expected a folder, or Element=file", spec);
        return NULL;
    }
    path = listed(spec, element_symbol(z));
    return path ? path : xstrdup("");
}

int pseudo_choose(struct pseudo *p, int z, const char *spec,
                  const char *functional, double qmax, struct err *err)
{
    const char *symbol = element_symbol(z);
    char *path = spec ? find(spec, z, err) : xstrdup("");
    int ret;

    if (!path)
        return err->code;
    ret = *path ? pseudo_read(p, path, qmax, err)
                : pseudo_builtin(p, z, functional, 0, err);
    if (ret == 0 && p->z != z) {
        ret = err_set(err, ERR_RANGE, "%s: is for %s, not for %s", path,
                      element_symbol(p->z), symbol);
        pseudo_release(p);
    } else if (ret == 0) {
        ret = pseudo_fits(p, functional, err);
        if (ret < 0)
            pseudo_release(p);
    }
    free(path);
    return ret;
}

/* More than pseudo_read() takes. */
enum { HASH_UP_TO = 1 << 27 };

/* What is in a file as a number; of no file: 0. */
static uint64_t content(const char *path)
{
    FILE *f = fopen(path, "rbe");
    uint64_t h = HASH_START;
    char part[65536];
    size_t n, all = 0;

    if (!f)
        return 0;
    while (all < HASH_UP_TO && (n = fread(part, 1, sizeof(part), f)) > 0) {
        h = hash_bytes(h, part, n);
        all += n;
    }
    fclose(f);
    return h;
}

/* The potentials of a folder, in whatever order it gives them: not where it
 * is, nor what else is there. */
static uint64_t folder_content(const char *folder)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;
    uint64_t sum = 0;

    while (d && (entry = readdir(d)))
        for (int z = 1; z <= MAX_Z; z++)
            if (pseudo_is_of(entry->d_name, z)) {
                char *path = xasprintf("%s/%s", folder, entry->d_name);
                uint64_t h = content(path);

                sum += hash_bytes(h, &z, sizeof(z));
                free(path);
            }
    if (d)
        closedir(d);
    return sum;
}

char *pseudo_settings(const char *spec)
{
    const char *symbol;
    char *text, *file;
    int n;

    if (!spec)
        return xstrdup("built-in");
    if (is_folder(spec))
        return xasprintf("folder %016" PRIx64, folder_content(spec));
    text = xstrdup("");
    while (next(&spec, &symbol, &n, &file)) {
        char *more = xasprintf("%s%.*s %016" PRIx64 " ", text, n, symbol,
                               file ? content(file) : 0);

        free(text);
        free(file);
        text = more;
    }
    return text;
}
