# exec.
(exec echo replaced; echo no)
sh -c 'exec sh -c "exit 3"'; echo $?
(exec nosuchprogram; echo no) 2>/dev/null; echo $?
exec 3>ex; echo hello >&3; exec 3>&-; cat ex
(exec > ex2; echo in file; echo more); cat ex2
exec < ex; read l; echo $l
x=1 sh -c 'exec sh -c "echo \$x"'
