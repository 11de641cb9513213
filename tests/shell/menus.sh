# A state machine that reads its input.
state=start
while read cmd arg; do
    case $state:$cmd in
    start:open) state=open; echo "opened $arg";;
    open:put) items="$items $arg"; echo "have$items";;
    open:close) state=start; echo closed;;
    *:quit) echo bye; break;;
    *) echo "cannot $cmd while $state";;
    esac
done <<END
put x
open box
put apple
put pear
open again
close
close
quit
put never
END
echo $state
