// System calls on the system as a whole.

#include "abi.h"
#include "cache/swap.h"
#include "dev/console.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "riscv/machine.h"
#include "sys/dispatch.h"
#include "sys/sys_file.h"
#include "task/clock.h"
#include "vm/usercopy.h"

int64 sys_uname(const uint64 *arg) // utsname *
{
    static const struct utsname name = {
        .sysname = "Kine",
        .nodename = "kine",
        .release = "1.0",
        .version = "copy-on-write",
        .machine = "riscv64",
    };
    return copyout(current_proc()->aspace, arg[0], &name, sizeof name) ? -EFAULT : 0;
}

int64 sys_sysinfo(const uint64 *arg) // sysinfo *
{
    struct sysinfo info = {
        .uptime = (int64)(clock_ns() / 1000000000),
        .totalram = frames_total(),
        .freeram = frames_free(),
        .bufferram = frames_in_use(FRAME_CACHE),
        .totalswap = swap_total(),
        .freeswap = swap_free(),
        .procs = (uint16)proc_count(),
        .mem_unit = PGSIZE,
    };
    return copyout(current_proc()->aspace, arg[0], &info, sizeof info) ? -EFAULT : 0;
}

int64 sys_reboot(const uint64 *arg) // magic, magic, command
{
    if ((uint32)arg[0] != LINUX_REBOOT_MAGIC1 || (uint32)arg[1] != LINUX_REBOOT_MAGIC2)
        return -EINVAL;
    uint32 cmd = (uint32)arg[2];
    if (cmd != LINUX_REBOOT_CMD_POWER_OFF && cmd != LINUX_REBOOT_CMD_RESTART)
        return -EINVAL;
    sys_sync(NULL); // the system loses nothing by an orderly end
    console_flush();
    if (cmd == LINUX_REBOOT_CMD_RESTART)
        machine_reboot();
    machine_power_off();
}
