# Variables by computed names.
push() { eval "st_$top=\$1"; top=$((top+1)); }
pop() { top=$((top-1)); eval "r=\$st_$top"; }
top=0; push a; push 'b c'; push '$x "q"'
pop; echo "$r"; pop; echo "$r"; push d; pop; echo $r; pop; echo $r; echo $top
for k in one two three; do eval "map_$k=\${#k}"; done
for k in three one two; do eval "echo $k \$map_$k"; done
rpn() { top=0; for t; do case $t in [0-9]*) push $t;; *) pop; y=$r; pop; push $(($r $t y));; esac; done; pop; echo $r; }
rpn 3 4 + 2 '*'; rpn 10 2 8 '*' + 3 -
