# Nesting of everything in everything.
f() {
    for i in 1 2; do
        case $i in
        1) if [ $i = 1 ]; then
               while :; do
                   until false; do
                       { (echo "deep $i $(echo `echo $((i + 1))`)"); break 2; }
                   done
               done
           fi ;;
        *) echo "other $(if true; then echo "a $(case x in x) echo "b ${y:-$(echo "c d")}";; esac)"; fi)" ;;
        esac
    done
}
f | while read l; do echo "[$l]"; done
echo "$(f)" | { read a; echo "$a"; cat; }
