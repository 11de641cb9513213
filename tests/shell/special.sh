# $? $$ $! $# $- $0.
[ -n "$$" ] && echo pid; echo $#
false; echo $?; echo $?
sh -c 'echo $0'; sh -c 'echo $0' name
case $- in *x*) echo x;; *) echo no x;; esac
set -f; case $- in *f*) echo f;; esac; set +f
set -eu; case $- in *e*) echo e;; esac; case $- in *u*) echo u;; esac; set +eu
echo "$" '$' \$ "$ x" $% a$
echo "${#}" ${?} $$$$ | grep -c .
p=$$; (echo $(($$ - p))); echo `echo $(($$ - p))`
