// The audit on the host: every frame in use is named as often as its count says.

#include <stdarg.h>
#include <stdio.h>

#include "mem/audit.h"
#include "mem/frame.h"
#include "mkfs/host.h"

#define WALKERS 8
static audit_walker *walkers[WALKERS];
static int nwalkers;
static uint64 named, errors;

void audit_register(const char *name, audit_walker *walk)
{
    if (nwalkers < WALKERS)
        walkers[nwalkers++] = walk;
}

void audit_count(struct frame *f)
{
    named++;
    f->audited++;
    if (f->audited > f->refs)
        audit_error("frame %lx is named more often than counted", frame_phys(f));
}

void audit_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "audit: ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    errors++;
}

uint64 host_audit(void)
{
    named = errors = 0;
    host_clear_audit();
    for (int i = 0; i < nwalkers; i++)
        walkers[i]();
    uint64 refs = host_count_refs();
    if (refs != named)
        audit_error("%lu references are counted, %lu named", refs, named);
    return errors;
}
