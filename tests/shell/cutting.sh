# ${x#p} and ${x%p}.
f=/dir/sub.d/file.tar.gz
echo ${f#*/} ${f##*/} ${f%/*} ${f%%/*} ${f%.*} ${f%%.*} ${f##*.}
x=aXbXc; echo ${x#*X} ${x##*X} ${x%X*} ${x%%X*} ${x#b} ${x%b}
y='*a*'; echo "${y#'*'}" "${y#\*}" "${y%"*"}"
p='a?'; w=abcab; echo ${w#$p} ${w#"$p"} "${w%a?}"
echo ${#f} ${#x} ${#nothing} ${#}
n=; echo "[${n#x}]" "[${n%%*}]" "[${x#}]" "[${x%%}]"
x='a]b'; echo ${x#[]a]} ${x%[!]]}
s='   blank'; echo "[${s#"${s%%[! ]*}"}]"
