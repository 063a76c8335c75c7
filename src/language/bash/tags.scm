; What shell scripts define, call and source. A command is a call of the function of that name, if
; there is one. Not resolved: commands whose name is computed ("$cmd"), what eval runs, functions
; that a script finds only because its caller has sourced them, aliases, and paths with variables
; in their middle.

((comment)? @doc
  .
  (function_definition name: (word) @name) @definition.function
  (#select-adjacent! @doc @definition.function))
((function_definition name: (word) @name) @definition.test
  (#match? @name "^test([_A-Z]|$)"))

; bats: the grammar sees a command with the arguments "name" and "{", then one named "}".
((command
   name: (command_name) @_test
   .
   argument: [(string) (raw_string)] @name
   argument: (word) @open .) @definition.test
  (#eq? @_test "@test")
  (#eq? @open "{")
  (#strip! @name "[\"']"))
((command name: (command_name) @_brace) @close
  (#eq? @_brace "}"))

((program (variable_assignment name: (variable_name) @name) @definition.constant)
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((declaration_command
   .
   ["readonly" "declare" "typeset"] @_how
   (word)? @_option
   (variable_assignment name: (variable_name) @name) @definition.constant)
  (#match? @_how "^readonly"))
((declaration_command
   .
   ["declare" "typeset"]
   .
   (word) @_option
   (variable_assignment name: (variable_name) @name) @definition.constant)
  (#match? @_option "^-[a-zA-Z]*r"))

; The path of a sourced file, or what of it stands behind a folder that is computed.
((command name: (command_name) @_source . argument: (_) @module) @reference.import
  (#any-of? @_source "source" ".")
  (#match? @module "^(?!.*\\$.*/.*\\$)(?:[^$`<]+|[\"']?[$`].*[^\"'/${}()`\\s]+[\"']*)$")
  (#match? @module "^[^$`]+$|/[\\w.+-]+[\"']?$")
  (#strip! @module "^[\"']?(?:\\$\\(.*\\)|`.*`|\\$\\{[^}]*\\}|\\$\\w+)[\"']?|^[\"']|[\"']$"))
((command name: (command_name) @_load . argument: [(word) (string) (raw_string)] @module)
  @reference.import
  (#eq? @_load "load")
  (#match? @module "^[\"']?[\\w./-]+[\"']?$")
  (#strip! @module "[\"']"))

((command name: (command_name (word) @name)) @reference.call
  (#match? @name "^(?!(source|\\.|@test|\\}|return|exit|break|continue|local|shift|:)$)"))
; Words that run what comes behind them.
((command
   name: (command_name) @_run
   .
   argument: (word) @name) @reference.call
  (#any-of? @_run "run" "time" "try" "builtin" "nohup" "setsid")
  (#match? @name "^[A-Za-z_]"))
((command
   name: (command_name) @_run
   .
   argument: [(word) (number)] @_option
   .
   argument: (word) @name) @reference.call
  (#eq? @_run "run")
  (#match? @_option "^[-!]"))

; A function by its name: the first word of what a trap does, or of a completion.
((command name: (command_name) @_trap . argument: [(word) (string) (raw_string)] @name) @reference.value
  (#eq? @_trap "trap")
  (#strip! @name "^[\"']|[\\s;&|\"'](?s:.*)$")
  (#match? @name "^[\"']?[A-Za-z_]"))
((command
   name: (command_name) @_complete
   argument: (word) @_option
   .
   argument: (word) @name) @reference.value
  (#any-of? @_complete "complete" "compdef" "mapfile" "readarray")
  (#any-of? @_option "-F" "-C"))
((declaration_command . "export" . (word) @_option (variable_name) @name) @reference.value
  (#match? @_option "^-[a-z]*f"))

(comment) @comment

(if_statement) @decision.branch
(elif_clause) @decision.elseif
(else_clause) @decision.else
[(for_statement) (c_style_for_statement) (while_statement)] @decision.loop
(case_statement) @decision.switch
((case_item . value: (_) @_pattern) @decision.case
  (#not-eq? @_pattern "*"))
(ternary_expression) @decision.ternary
(list "&&") @decision.and
(list "||") @decision.or
(binary_expression operator: "&&") @decision.and
(binary_expression operator: "||") @decision.or
