#include <morsel/engine.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void outcome_release(struct outcome *o)
{
    free(o->forces);
    *o = (struct outcome){0};
}

int outcome_fail(struct outcome *o, const char *reason, const char *fmt, ...)
{
    va_list ap;

    o->ok = false;
    snprintf(o->reason, sizeof o->reason, "%s", reason);
    va_start(ap, fmt);
    vsnprintf(o->detail, sizeof o->detail, fmt, ap);
    va_end(ap);
    return 0;
}

bool outcome_may_change(const struct outcome *o)
{
    static const char *const same[] = {"overlap", "refused", "replay"};

    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(o->reason, same[i]) == 0)
            return false;
    return !o->ok;
}
