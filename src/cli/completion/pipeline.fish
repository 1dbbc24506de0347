# Completion of pipeline for fish, also as `pnpm pipeline`, `npm run pipeline --`, `npx pipeline`, `node bin/pipeline.mjs`.
# Made by `pipeline completion fish`; make it anew when the repository or the package has moved.

# The words behind `pipeline` up to the cursor, a line each. Fails on a line that runs something else.
function __echo_chamber_words
    set -l words (commandline -opc)
    for i in (seq (count $words))
        switch $words[$i]
            case pipeline '*/pipeline' '*bin/pipeline.mjs'
                set -l rest $words[(math $i + 1)..-1]
                if test "$rest[1]" = --
                    set -e rest[1]
                end
                if test (count $rest) -gt 0
                    string join \n -- $rest
                end
                return 0
            case pnpm npx npm node '*/node' run exec x '-*' 'pnpm@*' echo-chamber
            case '*'
                return 1
        end
    end
    return 1
end

function __echo_chamber_runs
    __echo_chamber_words >/dev/null
end

function __echo_chamber
    set -l node @NODE@
    test -x $node; or set node node
    set -l current (commandline -ct)
    set -l lines ($node @LAUNCHER@ complete-words (__echo_chamber_words) "$current" 2>/dev/null)
    # Where nothing is known of a value behind =, fish would offer files: so it is offered as it stands.
    if test (count $lines) -eq 0; and string match -q '*=*' -- "$current"
        echo $current
    end
    for line in $lines
        switch $line
            case :file
                __fish_complete_path "$current"
            case :folder
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end

for program in pipeline pnpm npm npx node
    complete -c $program -f -n __echo_chamber_runs -a '(__echo_chamber)'
end
