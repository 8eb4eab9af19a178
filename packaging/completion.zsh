#compdef berth dokku
# Completion of berth and dokku for zsh. The program itself knows what could come next.
_berth() {
    local -a found
    local answer
    answer=$(${(Q)words[1]} __complete "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)
    if [[ -n $answer ]]; then
        found=("${(@f)answer}")
        compadd -- "${found[@]}"
    else
        _files
    fi
}
if [[ $funcstack[1] == _berth ]]; then
    _berth "$@"
else
    compdef _berth berth dokku
fi
