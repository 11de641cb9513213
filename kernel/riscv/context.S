# Switching from one thread to another, and the floating-point registers.

# context_switch(from, to)
.text
.globl context_switch
context_switch:
    sd ra, 0(a0)
    sd sp, 8(a0)
    .set i, 16
    .irp r, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\r, i(a0)
    .set i, i + 8
    .endr
    ld ra, 0(a1)
    ld sp, 8(a1)
    .set i, 16
    .irp r, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\r, i(a1)
    .set i, i + 8
    .endr
    ret

# thread_entry: where a new thread's context points.  s1 = function, s2 = its argument.
.globl thread_entry
thread_entry:
    mv   a0, s2
    li   s0, 0
    jalr s1
    unimp

.option arch, +f, +d
# fp_save(struct fp_state *)
.globl fp_save
fp_save:
    .irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\r, \r*8(a0)
    .endr
    frcsr t0
    sd t0, 256(a0)
    ret

# fp_restore(const struct fp_state *)
.globl fp_restore
fp_restore:
    .irp r, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\r, \r*8(a0)
    .endr
    ld t0, 256(a0)
    fscsr t0
    ret
