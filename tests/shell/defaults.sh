# ${x:-w} and its family.
unset u; e=; s=set
echo "${u-w}|${u:-w}|${e-w}|${e:-w}|${s-w}|${s:-w}"
echo "${u+w}|${u:+w}|${e+w}|${e:+w}|${s+w}|${s:+w}"
echo "${u=new}|$u"; echo "${e:=filled}|$e"; echo "${s:=no}|$s"
echo ${z:-a b} "${z:-a   b}" ${z:-'a   b'} "${z:-$s}" ${z:-${y:-${x:-deep}}}
echo "${z:-}" | cat
printf '[%s]' ${z:-"a b" c}; echo
set -- 1 2; printf '[%s]' "${z:-$@}" ${1+"$@"} "${9+"$@"}"; echo
(: ${gone:?sentence}; echo not here) 2>/dev/null; echo $?
(: ${s:?sentence}; echo here); echo $?
echo "${z:-}}" ${z:-\}} "${z:-\}}"
