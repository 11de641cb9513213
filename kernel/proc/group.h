// Process groups and sessions: whom a terminal's keys, kill(-group) and job control are about.
//
// A *group* is the processes of one job; a *session* is the groups of one terminal.  fork puts the
// child into its parent's group; setpgid() makes a group or moves to another of the session,
// setsid() begins a session with one group.  Both live as long as they have members, zombies among
// them; their numbers are those of the processes that began them, and no process gets such a number
// meanwhile.
//
//     session 5 ---+--- group 5: sh                      the shell, which leads the session
//                  +--- group 8: cat(8) | wc(9)          a pipeline
//                  +--- group 12: sleep(12)              another job
//
// A group is *orphaned* if no member has its parent in another group of the session: nobody is left
// who would continue it.  Its members are not stopped by the terminal, and when it becomes orphaned
// while one is stopped, all get SIGHUP and SIGCONT.
//
// The tree lock guards all of it and is held wherever nothing else is said.
#pragma once

#include "lib/list.h"
#include "types.h"

struct proc;

struct session {
    int sid;        // constant
    uint32 ngroups; // that live
};

struct group {
    int pgid;                // constant
    struct session *session; // constant
    struct list members;     // struct proc.group_link
    struct list hash;
};

// The first process's group and session, which never end; once, at boot.
void group_begin_first(struct proc *p);
void group_join(struct proc *p, struct group *g);
// Takes p out; the last one ends the group, and the last group the session.
void group_leave(struct proc *p);
// => NULL if there is none.
struct group *group_find(int pgid);
bool group_is_orphaned(const struct group *g);
// p, a zombie already, leaves its family: of those groups that become orphaned by its end, its own
// and its children's, all are told if a member is stopped.
void group_note_orphans(struct proc *p);

// --- the calls: the lock is not held ----------------------------------------------------------
// pid 0 is the caller, pgid 0 the number of pid.
// => 0; -EINVAL; -ESRCH; -EPERM (it leads a session, is of another, or the group is); -EACCES (a
//    child that has had its exec); -ENOMEM
int proc_setpgid(int pid, int pgid);
int proc_getpgid(int pid); // => -ESRCH
int proc_getsid(int pid);
int proc_setsid(void); // => the session's number; -EPERM: it leads a group; -ENOMEM
