# Completion of berth and dokku for bash. The program itself knows what could come next.
_berth_complete() {
    local line=${COMP_LINE:0:COMP_POINT} word before
    COMPREPLY=()
    mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" __complete "$line" 2>/dev/null)
    # bash takes a colon or an equals sign for a word's end, so it wants only what stands behind the last one.
    word=${line##*[[:space:]]}
    before=${word%"${word##*[:=]}"}
    if [[ -n $before && $COMP_WORDBREAKS == *[:=]* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
}
complete -o bashdefault -o default -F _berth_complete berth dokku
