// fptest: floating-point registers belong to their process.
//
// Several processes compute in doubles at once, more of them than harts, so that they are taken
// off in the middle again and again; others do nothing with floating point, or begin late.  Each
// knows what must come out.  Some hold a value of their own in every register over a system call
// and over long stretches of computing.

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: fptest   tests that floating-point registers belong to their process\n";

#define WORKERS (NCPU + 4)
#define ROUNDS  40
#define TERMS   4000

// The sum of i * step for i below TERMS: exact in a double for small integers.
static double sum_up(int step)
{
    volatile double sum = 0;
    for (int i = 0; i < TERMS; i++)
        sum = sum + (double)i * (double)step;
    return sum;
}

#define REGISTERS                                                                                  \
    "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

// Loads f0 to f31 from value[], lets time pass, sometimes in the kernel, and compares them all.
// => how many registers have another value than they were given
static long hold_registers(const double value[32], long spins)
{
    long wrong;
    asm volatile(".irp i, " REGISTERS "\n"
                 "fld f\\i, \\i * 8(%[value])\n"
                 ".endr\n"
                 "1: addi %[spins], %[spins], -1\n"
                 "li a7, %[yield]\n"
                 "andi t0, %[spins], 1023\n"
                 "bnez t0, 2f\n"
                 "ecall\n"
                 "2: bgtz %[spins], 1b\n"
                 "li %[wrong], 0\n"
                 ".irp i, " REGISTERS "\n"
                 "fmv.x.d t0, f\\i\n"
                 "ld t1, \\i * 8(%[value])\n"
                 "xor t0, t0, t1\n"
                 "snez t0, t0\n"
                 "add %[wrong], %[wrong], t0\n"
                 ".endr\n"
                 : [wrong] "=&r"(wrong), [spins] "+&r"(spins)
                 : [value] "r"(value), [yield] "i"(SYS_sched_yield)
                 : "memory", "t0", "t1", "a0", "a7", "ft0", "ft1", "ft2", "ft3", "ft4", "ft5",
                   "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6",
                   "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11",
                   "ft8", "ft9", "ft10", "ft11");
    return wrong;
}

static void compute(void *arg)
{
    int step = *(int *)arg;
    double expected = (double)step * TERMS * (TERMS - 1) / 2, value[32];
    for (int i = 0; i < 32; i++)
        value[i] = step * 1000.25 + i;
    for (int i = 0; i < ROUNDS; i++) {
        double sum = sum_up(step);
        CHECK(sum == expected, "worker %d: the sum is off by %ld", step, (long)(sum - expected));
        EXPECT(hold_registers(value, 20000), 0, "worker %d: registers that changed", step);
    }
}

// The rounding mode and the flags are the process's own too.
static void keep_fcsr(void *arg)
{
    long mode = *(int *)arg % 4, seen;
    asm volatile("csrw fcsr, %0" ::"r"(mode << 5));
    for (int i = 0; i < 200; i++) {
        sys(SYS_sched_yield);
        asm volatile("csrr %0, fcsr" : "=r"(seen));
        EXPECT(seen >> 5, mode, "the rounding mode");
    }
}

static void compute_nothing(void *arg)
{
    for (int i = 0; i < 2000; i++)
        sys(SYS_sched_yield);
}

// A child begins with its parent's registers and changes its own only.
static void inherit(void)
{
    double value = 1.5;
    for (int i = 0; i < 20; i++) {
        int step = i + 1, pid = start(compute_nothing, NULL);
        value = value + 1.25;
        must_pass("a child that computes", compute, &step);
        EXPECT(finish(pid).status, 0, "exit of an idle child");
        CHECK(value == 1.5 + 1.25 * (i + 1), "the parent's value changed in round %d", i);
        if (i == 1)
            break;
    }
}

int main(void)
{
    int pid[WORKERS];
    part_name = "fptest";
    inherit();
    for (int i = 0; i < WORKERS; i++) {
        static job *const kind[] = { compute, keep_fcsr, compute, compute_nothing };
        pid[i] = start(kind[i % 4], &i);
    }
    for (int i = 0; i < WORKERS; i++) {
        struct ending end = finish(pid[i]);
        EXPECT(end.signal, 0, "signal of process %d", i);
        EXPECT(end.status, 0, "exit of process %d", i);
    }
    printf("fptest: OK\n");
    exit(0);
}
