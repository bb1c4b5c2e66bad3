# SPDX-License-Identifier: MIT
# Completion of etwire's commands and options for bash.

_etwire_values() {
    case $1 in
    --output=* | --output | -o) echo "$2" ;;
    --color=* | --color) echo auto always never ;;
    esac
}

_etwire() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local common='--output-file --help -O -h'
    local options formats='text json'
    COMPREPLY=()

    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W 'info dump check buffers forward --help --version' -- "$word"))
        return
    fi

    case ${COMP_WORDS[1]} in
    info | check | buffers) options="--output -o $common" ;;
    forward) options=$common ;;
    dump)
        options="--output -o --color --payload --raw-time --provider --id --opcode --level
            --keyword --pid --tid --processor --start --end --limit --hold $common"
        formats='text json digest null'
        ;;
    esac

    # bash makes --name=value three words.
    if [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [ "$word" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 1]}
        word=
    fi

    case $before in
    --output | -o | --color)
        COMPREPLY=($(compgen -W "$(_etwire_values "$before" "$formats")" -- "$word"))
        return
        ;;
    --provider | --id | --opcode | --level | --keyword | --pid | --tid | --processor | --start | \
        --end | --limit | --hold)
        return
        ;;
    esac

    case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}

complete -o filenames -F _etwire etwire
