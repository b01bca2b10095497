#ifndef MORSEL_TRAIN_H
#define MORSEL_TRAIN_H

#include <morsel/io.h>
#include <morsel/potential.h>
#include <morsel/util.h>

/* Data set, loss and training; the owner of this domain fills this in. */

#endif
