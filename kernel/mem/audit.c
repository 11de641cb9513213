#include "mem/audit.h"
#include "abi.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "mem/frames_priv.h"
#include "riscv/hart.h"

#define WALKERS     12
#define LINES_SHOWN 20 // of broken invariants; more are only counted

static struct {
    const char *name;
    audit_walker *walk;
} walkers[WALKERS];
static int nwalkers;
static const char *walking; // the walker at work, for messages
static uint64 errors;
static bool loud;

void audit_register(const char *name, audit_walker *walk)
{
    for (int i = 0; i < nwalkers; i++)
        if (walkers[i].walk == walk)
            return;
    if (nwalkers == WALKERS)
        panic("more than %d audit walkers", WALKERS);
    walkers[nwalkers].name = name;
    walkers[nwalkers++].walk = walk;
}

void audit_count(struct frame *f)
{
    if (f->kind == FRAME_FREE)
        audit_error("names frame %p, which is free", (void *)frame_phys(f));
    else
        f->audited++;
}

void audit_error(const char *fmt, ...)
{
    if (errors++ >= LINES_SHOWN || !loud)
        return;
    char text[160];
    va_list ap;
    va_start(ap, fmt);
    vformat(text, sizeof text, fmt, ap);
    va_end(ap);
    printk("audit: %s: %s\n", walking, text);
}

static size_t opened_frames(void)
{
    size_t n = pool.fresh * RUN_FRAMES;
    return n < frame_count ? n : frame_count;
}

static void check_frame(struct frame *f, struct kine_audit *out)
{
    if (f->kind == FRAME_FREE) {
        out->free++;
        audit_error("M5: frame %p is free with %u references", (void *)frame_phys(f), f->refs);
        return;
    }
    if (f->kind == FRAME_KERNEL || f->audited > 0)
        out->accounted++;
    else
        out->lost++;
    if (f->kind != FRAME_KERNEL && f->refs != f->audited)
        audit_error("M1: frame %p (kind %d) has %u references, %u found", (void *)frame_phys(f),
                    f->kind, f->refs, f->audited);
    f->audited = 0;
}

// Everybody waits for this walk over all frames: most are free, and a look each is enough for
// those. It leaves no marks behind for the next audit.
static void check_frames(size_t n, struct kine_audit *out)
{
    uint64 free = 0;
    for (struct frame *f = frame_at(0), *end = frame_at(n); f < end; f++) {
        if (f->kind == FRAME_FREE && f->refs == 0)
            free++;
        else
            check_frame(f, out);
    }
    out->free += free;
}

// M5, from the other side: what the free lists hold is what the frames say is free.
static void check_free_lists(struct kine_audit *out)
{
    walking = "pool";
    size_t listed = frames_free() - pool.nfree_fresh;
    if (listed != out->free)
        audit_error("M5: %lu frames on the free lists, %lu marked free", listed, out->free);
    out->free += pool.nfree_fresh;
    out->accounted += frame_count - opened_frames() - pool.nfree_fresh;
}

void audit_run(struct kine_audit *out, bool say)
{
    *out = (struct kine_audit){ .ram = frame_count };
    errors = 0;
    loud = say;
    size_t n = opened_frames();
    for (int i = 0; i < nwalkers; i++) {
        walking = walkers[i].name;
        walkers[i].walk();
    }
    walking = "frames";
    check_frames(n, out);
    check_free_lists(out);
    out->errors = errors;
}
