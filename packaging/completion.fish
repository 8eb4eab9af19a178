# Completion of berth and dokku for fish. The program itself knows what could come next.
function __berth_complete
    set -l typed (commandline -opc)
    set -l found ($typed[1] __complete --described (string join ' ' -- $typed (commandline -ct)) 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c berth -f -a '(__berth_complete)'
complete -c dokku -f -a '(__berth_complete)'
